"""One app for Streamable HTTP at /mcp, SSE at /sse and health at /healthz, behind the gate."""

import socket
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import anyio
import uvicorn
from mcp.server import MCPServer
from mcp.server.auth.handlers.metadata import ProtectedResourceMetadataHandler
from mcp.server.auth.routes import cors_middleware
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.auth import ProtectedResourceMetadata
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, Router

from server.access import SCOPES
from server.clock import Clock
from server.hosting.connections import connection_class
from server.hosting.credentials import Credentials, KnownTokens
from server.hosting.gate import Gate, Limits
from server.hosting.issuer import Issuer
from server.hosting.own_words import OwnWords
from server.hosting.stdio import SIGNALS
from server.hosting.traffic import Failures, Meter
from server.runtime import Runtime
from server.settings import LOOPBACK, Settings

GRACE_SECONDS: Final = 1
OK: Final = 200
UNAVAILABLE: Final = 503
HEALTH: Final = "/healthz"
METADATA: Final = "/.well-known/oauth-protected-resource"  # RFC 9728, before the resource's own path
OWN_HOSTS: Final = ("127.0.0.1:*", "localhost:*", "[::1]:*")
OWN_ORIGINS: Final = tuple(f"http://{host}" for host in OWN_HOSTS)


class NoHosts(Exception):
    """The address is open to others, and nobody has said by which names they may call it."""


class PortTaken(Exception):
    """Another program answers at this port, or this one may not use it."""


def reachable(settings: Settings, host: str) -> bool:
    """Whether others than programs on this machine are meant to reach the server, maybe through a proxy."""
    return host not in LOOPBACK or bool(settings.hosts or settings.public_url)


def credentials(settings: Settings, tokens: KnownTokens, clock: Clock) -> Credentials:
    """What requests are judged by, as the settings name it."""
    issuer = None
    if settings.issuer:
        audience = settings.public_url.rstrip("/")
        issuer = Issuer(settings.issuer, settings.jwks_url, audience, settings.office_claim, clock)
    return Credentials(issuer, tokens, clock)


def http_app(
    server: MCPServer[Any], runtime: Runtime, settings: Settings, judge: Credentials, clock: Clock, host: str
) -> Gate:
    """The ASGI app. Stateless JSON answers: no tool needs a session, and restarts are survived."""
    # The gate has looked at names and sizes before anything comes here.
    security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    mcp = server.streamable_http_app(
        stateless_http=True,
        json_response=True,
        max_request_body_size=settings.max_body_bytes,
        transport_security=security,
    )
    sse = server.sse_app(max_request_body_size=settings.max_body_bytes, transport_security=security)

    async def health(_: Request) -> JSONResponse:
        healthy = runtime.healthy
        return JSONResponse({"healthy": healthy}, status_code=OK if healthy else UNAVAILABLE)

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncGenerator[None]:
        async with mcp.router.lifespan_context(mcp):
            yield

    routes = [Route(HEALTH, health), *mcp.routes, *sse.routes]
    open_paths, metadata_url = [HEALTH], ""
    if settings.issuer:
        public = urlsplit(settings.public_url.rstrip("/"))
        path = METADATA + public.path
        metadata_url = f"{public.scheme}://{public.netloc}{path}"
        open_paths.append(path)
        routes.append(Route(path, _metadata(settings), methods=["GET", "OPTIONS"]))
    return Gate(
        OwnWords(Router(routes, lifespan=lifespan)),
        judge,
        _security(settings, host),
        Meter(settings.requests_per_minute, settings.calls_at_once, clock),
        Failures(settings.failed_tokens_per_minute, clock),
        Limits(settings.max_body_bytes, settings.request_seconds),
        metadata_url=metadata_url,
        open_paths=open_paths,
    )


def _security(settings: Settings, host: str) -> TransportSecuritySettings:
    hosts, origins = list(settings.hosts), list(settings.origins)
    hosts += [f"{name}:*" for name in settings.hosts if ":" not in name or name.endswith("]")]
    if host in LOOPBACK:
        hosts += OWN_HOSTS
        origins += OWN_ORIGINS
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)


def _metadata(settings: Settings) -> Any:
    """Where tokens for this server are to be had (RFC 9728): public, as it must be."""
    document = ProtectedResourceMetadata.model_validate(
        {
            "resource": settings.public_url.rstrip("/"),
            "authorization_servers": [settings.issuer],
            "scopes_supported": list(SCOPES),
            "resource_name": "Chairtime",
        }
    )
    return cors_middleware(ProtectedResourceMetadataHandler(document).handle, ["GET", "OPTIONS"])


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, which would end the process before the ledger is closed."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def listen(settings: Settings, host: str, port: int) -> socket.socket:
    """A socket at which agents can already knock; port 0 is any free one.

    Raises:
        NoHosts: `host` is not this machine's own, and no allowed hosts are set.
        PortTaken: the port cannot be had.
    """
    if host not in LOOPBACK and not settings.hosts:
        raise NoHosts(host)
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


async def serve_http(app: Gate, settings: Settings, listener: socket.socket) -> None:
    """Serve at a socket made by `listen` until a signal; the socket is closed at the end."""
    config = uvicorn.Config(
        app,
        http=connection_class(settings.max_header_bytes, settings.request_seconds),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=settings.max_connections,
        proxy_headers=False,
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
