"""The least that a server of the SDK can be: one tool that gives back what it is given.

    python -m bench.bare PORT

Served as our own server is: Streamable HTTP, stateless, JSON answers, no access log.
"""

import sys
from typing import Final

import uvicorn
from mcp.server import MCPServer

HOST: Final = "127.0.0.1"


def bare_server() -> MCPServer[None]:
    """A server with the tool `echo`."""
    server: MCPServer[None] = MCPServer("bare", log_level="WARNING")

    @server.tool()
    def echo(text: str) -> str:  # pyright: ignore[reportUnusedFunction] - the decorator keeps it
        """Call this to hear the text again."""
        return text

    return server


def main() -> None:
    """Serve until a signal."""
    app = bare_server().streamable_http_app(stateless_http=True, json_response=True, host=HOST)
    uvicorn.run(app, host=HOST, port=int(sys.argv[1]), log_config=None, access_log=False)


if __name__ == "__main__":
    main()
