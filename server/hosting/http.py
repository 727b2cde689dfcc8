"""One Starlette app for Streamable HTTP at /mcp, SSE at /sse and health at /healthz, on loopback."""

import socket
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import anyio
import uvicorn
from mcp.server import MCPServer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from server.hosting.stdio import SIGNALS
from server.runtime import Runtime
from server.settings import LOOPBACK

GRACE_SECONDS: Final = 1
OK: Final = 200
UNAVAILABLE: Final = 503


class NotLoopback(Exception):
    """The address is open to others, and this server asks nobody who they are yet."""


class PortTaken(Exception):
    """Another program answers at this port, or this one may not use it."""


def http_app(server: MCPServer[Any], runtime: Runtime, host: str) -> Starlette:
    """The ASGI app. Stateless JSON answers: no tool needs a session, and restarts are survived.

    Host and Origin are checked by the protocol library, which arms that for loopback hosts only.
    """
    mcp = server.streamable_http_app(stateless_http=True, json_response=True, host=host)
    sse = server.sse_app(host=host)

    async def health(_: Request) -> JSONResponse:
        healthy = runtime.healthy
        return JSONResponse({"healthy": healthy}, status_code=OK if healthy else UNAVAILABLE)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with mcp.router.lifespan_context(mcp):
            yield

    return Starlette(routes=[Route("/healthz", health), *mcp.routes, *sse.routes], lifespan=lifespan)


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, which would end the process before the ledger is closed."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A socket at which agents can already knock; port 0 is any free one.

    Raises:
        NotLoopback: `host` is not this machine's own.
        PortTaken: the port cannot be had.
    """
    if host not in LOOPBACK:
        raise NotLoopback(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # with the protocol named, asyncio turns Nagle's algorithm off; otherwise answers take 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # there, the option lets two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise PortTaken(str(port)) from error
    return listener


async def serve_http(server: MCPServer[Any], runtime: Runtime, *, host: str, listener: socket.socket) -> None:
    """Serve at a socket made by `listen` until a signal; the socket is closed at the end."""
    config = uvicorn.Config(
        http_app(server, runtime, host),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        lifespan="on",
    )
    web = _Server(config)

    async def watch() -> None:
        with anyio.open_signal_receiver(*SIGNALS) as received:
            async for _ in received:
                web.should_exit = True
                return

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch)
        await web.serve(sockets=[listener])
        tasks.cancel_scope.cancel()
