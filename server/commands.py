"""What the command `serve` does."""

import socket
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

from server.app import running
from server.failures import ConfigurationError, port_taken
from server.hosting.http import (
    NoHosts,
    PortTaken,
    credentials,
    http_app,
    listen,
    reachable,
    serve_http,
)
from server.hosting.stdio import ended_by_signals, serve_stdio
from server.settings import Settings

if TYPE_CHECKING:
    from server.embedded import Embedded

# Names the line on stderr by which other programs learn an address that was chosen for them.
ADDRESS_NAME: Final = "CHAIRTIME_ADDRESS"

NO_TOKENS: Final = (
    "This address can be reached from elsewhere, and nobody would be asked who they are. "
    "Chairtime did not start. Make a token with `chairtime tokens create`, or set CHAIRTIME_ISSUER, "
    "CHAIRTIME_JWKS_URL and CHAIRTIME_PUBLIC_URL."
)


async def serve(settings: Settings, *, transport: str, host: str, port: int, sandbox: bool) -> int:
    """Serve the tools until the host or a signal ends it. Returns the exit code.

    Raises:
        ConfigurationError: the address or the choice of office cannot be served.
        Failure: the port is taken.
    """
    # signals count from here on: also while Sikka is looked for, a stop must leave nothing behind
    async with ended_by_signals(), AsyncExitStack() as stack:
        embedded: Embedded | None = None
        listener = None if transport == "stdio" else stack.enter_context(_listening(settings, host, port))
        if sandbox:
            from server.embedded import on_sandbox  # noqa: PLC0415 - an office on the phone needs none of it

            embedded = await stack.enter_async_context(on_sandbox(settings))
            settings = embedded.settings
        app = await stack.enter_async_context(running(settings))
        judge = credentials(settings, app.store.tokens, app.desk.clock)
        if listener is not None and reachable(settings, host) and not await judge.asked_for():
            raise ConfigurationError(NO_TOKENS)
        offices = await app.settle_choice(one=listener is None)
        if embedded is not None:
            await embedded.review(app.store, offices, app.desk.clock.now())
        if listener is None:
            await serve_stdio(app.surface)
            return 0
        at = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
        sys.stderr.write(
            f"Chairtime is ready for agents: {at}/mcp, or {at}/sse. Stop it with Ctrl-C.\n"
            f"  {ADDRESS_NAME}={at}\n"
        )
        app.surface.asks = True
        gate = http_app(app.surface, app.runtime, settings, judge, app.desk.clock, host)
        await serve_http(gate, settings, listener)
    return 0


def _listening(settings: Settings, host: str, port: int) -> socket.socket:
    """Taken before anything else is started, so that a wrong address costs nobody a wait."""
    try:
        return listen(settings, host, port)
    except NoHosts:
        raise ConfigurationError(
            f"{host} can be reached from elsewhere. Chairtime did not start. "
            "Set CHAIRTIME_ALLOWED_HOSTS to the names by which agents call it, or use --host 127.0.0.1."
        ) from None
    except PortTaken:
        raise port_taken(port) from None
