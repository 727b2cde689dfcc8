"""The least that a server of the SDK can be: one tool that gives back what it is given.

    python -m bench.bare PORT FILE

A second tool does the same, and has put a row down in the SQLite file, durably, before it answers. Served as
our own server is: Streamable HTTP, stateless, JSON answers, no access log.
"""

import sqlite3
import sys
from functools import partial
from typing import Final

import anyio.to_thread
import uvicorn
from mcp.server import MCPServer

HOST: Final = "127.0.0.1"


def _file(path: str) -> sqlite3.Connection:
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = FULL")
    file.execute("CREATE TABLE IF NOT EXISTS answered (seq INTEGER PRIMARY KEY, text TEXT NOT NULL)")
    return file


def bare_server(path: str) -> MCPServer[None]:
    """A server with the tools `echo` and `noted_echo`."""
    server: MCPServer[None] = MCPServer("bare", log_level="WARNING")

    @server.tool()
    def echo(text: str) -> str:  # pyright: ignore[reportUnusedFunction] - the decorator keeps it
        """Call this to hear the text again."""
        return text

    file = _file(path)

    @server.tool()
    async def noted_echo(text: str) -> str:  # pyright: ignore[reportUnusedFunction] - as above
        """Call this to hear the text again, and to have it put down."""
        note = partial(file.execute, "INSERT INTO answered (text) VALUES (?)", (text,))
        await anyio.to_thread.run_sync(note)
        return text

    return server


def main() -> None:
    """Serve until a signal."""
    app = bare_server(sys.argv[2]).streamable_http_app(stateless_http=True, json_response=True, host=HOST)
    uvicorn.run(app, host=HOST, port=int(sys.argv[1]), log_config=None, access_log=False)


if __name__ == "__main__":
    main()
