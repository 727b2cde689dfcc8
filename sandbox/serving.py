"""Serves a world over HTTP on a port of its own, with connections that faults can really drop."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.app import TRANSPORT, create_app
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A world being served: `base_url` ends in /v4, `control_url` in /_sandbox."""

    base_url: str
    control_url: str
    world: World


class _DroppableProtocol(HttpToolsProtocol):
    """HTTP whose app can reach its connection, through the ASGI state."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


class _Server(uvicorn.Server):
    """A uvicorn server inside somebody else's loop: no signal handlers, no ticking, stops at once."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.stop = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self.stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # a request in the middle of something sees its client gone and ends by itself
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks)


@contextlib.asynccontextmanager
async def serve_sandbox(
    world: World, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncGenerator[RunningSandbox]:
    """Serve `world` in the running loop until the block is left; port 0 is any free one.

    Raises OSError when the port is taken.
    """
    # with the protocol named, asyncio turns Nagle's algorithm off; otherwise answers take 40 ms
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    config = uvicorn.Config(
        create_app(world),
        http=_DroppableProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        date_header=False,
        server_header=False,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.ready.wait()
        at = f"http://{host}:{listener.getsockname()[1]}"
        yield RunningSandbox(f"{at}/v4", f"{at}/_sandbox", world)
    finally:
        server.stop.set()
        await task


def run_blocking(world: World, port: int, on_ready: Callable[[RunningSandbox], None]) -> None:
    """Serve `world` on a loopback port until SIGINT or SIGTERM; `on_ready` is called once it answers."""

    async def serve() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for each in (signal.SIGINT, signal.SIGTERM):
            # Windows has no such handlers; there, Ctrl-C cancels this coroutine
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(each, ended.set)
        async with serve_sandbox(world, port=port) as running:
            on_ready(running)
            await ended.wait()

    asyncio.run(serve())
