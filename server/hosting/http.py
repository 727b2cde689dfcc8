"""One Starlette app for Streamable HTTP at /mcp, SSE at /sse and health at /healthz, on loopback."""

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


async def serve_http(server: MCPServer[Any], runtime: Runtime, *, host: str, port: int) -> None:
    """Serve until a signal.

    Raises:
        NotLoopback: `host` is not this machine's own.
    """
    if host not in LOOPBACK:
        raise NotLoopback(host)
    config = uvicorn.Config(
        http_app(server, runtime, host),
        host=host,
        port=port,
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
        await web.serve()
        tasks.cancel_scope.cancel()
    if not web.started:
        raise OSError("the port is taken")
