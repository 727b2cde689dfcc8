"""Serving one agent runtime over stdin and stdout, and ending when it says so."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import anyio
from mcp.server import MCPServer
from mcp.server.stdio import stdio_server

CHUNK: Final = 65_536
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class Lines:
    """The lines of a descriptor, read by a thread that nobody has to wait for.

    The protocol library's own reader blocks in a thread that cannot be given up, so a process told to
    end would hang until its host sends another line.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        threading.Thread(target=self._read, name="stdin", daemon=True).start()

    def _read(self) -> None:
        rest = b""
        while True:
            try:
                chunk = os.read(self._descriptor, CHUNK)
            except OSError:
                chunk = b""
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._put(line.decode("utf-8", errors="replace"))
            if not chunk:
                self._put(None)
                return

    def _put(self, line: str | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)
        except RuntimeError:
            return  # the loop has ended before the host let go of stdin

    async def __aiter__(self) -> AsyncIterator[str]:
        """Each line until the end of the stream."""
        while (line := await self._lines.get()) is not None:
            yield line


@asynccontextmanager
async def ended_by_signals(*signals: signal.Signals) -> AsyncGenerator[None]:
    """The body is cancelled by these signals, so that everything around it can close in order.

    Without any, by SIGTERM and SIGINT.
    """
    async with anyio.create_task_group() as tasks:

        async def watch() -> None:
            with anyio.open_signal_receiver(*(signals or SIGNALS)) as received:
                async for _ in received:
                    tasks.cancel_scope.cancel()
                    return

        tasks.start_soon(watch)
        yield
        tasks.cancel_scope.cancel()


async def serve_stdio(server: MCPServer[Any]) -> None:
    """Serve until the host closes stdin or sends a signal."""
    lines = cast("anyio.AsyncFile[str]", Lines(sys.stdin.fileno()))
    async with ended_by_signals(), stdio_server(stdin=lines) as (incoming, outgoing):
        lowlevel = server._lowlevel_server  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - run_stdio_async takes no stdin of ours
        await lowlevel.run(incoming, outgoing, lowlevel.create_initialization_options())
