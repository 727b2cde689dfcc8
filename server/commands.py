"""What the command `serve` does."""

import socket
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from sandbox.review import reviewed
from sandbox.serving import serve_sandbox
from sandbox.world import SandboxConfig, World
from server.app import App, running
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
from store.offices import Office

EMBEDDED_SECONDS: Final = (3.0, 6.0)  # a brisk practice: a person trying it should not wait minutes

# Names the line on stderr by which other programs learn an address that was chosen for them.
ADDRESS_NAME: Final = "CHAIRTIME_ADDRESS"

NO_TOKENS: Final = (
    "This address can be reached from elsewhere, and nobody would be asked who they are. "
    "Chairtime did not start. Make a token with `chairtime tokens create`, or set CHAIRTIME_ISSUER, "
    "CHAIRTIME_JWKS_URL and CHAIRTIME_PUBLIC_URL."
)


@asynccontextmanager
async def on_sandbox(settings: Settings) -> AsyncGenerator[tuple[Settings, World]]:
    """The embedded stand-in, on a free loopback port while the context lasts, and the settings for it.

    The database is temporary unless one is named.
    """
    config = SandboxConfig(writeback_seconds=EMBEDDED_SECONDS)
    async with AsyncExitStack() as stack:
        world = World(config)
        running_sandbox = await stack.enter_async_context(serve_sandbox(world))
        changes: dict[str, object] = {
            "sikka_base_url": running_sandbox.base_url,
            "sikka_app_id": SecretStr(config.app_id),
            "sikka_app_key": SecretStr(config.app_key),
        }
        if not settings.database_url:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="chairtime-"))
            changes["database_url"] = f"sqlite:///{Path(folder) / 'chairtime.sqlite3'}"
        yield settings.model_copy(update=changes), world


async def review(app: App, offices: Sequence[Office], world: World) -> None:
    """Apply the profiles that the people of the stand-in's offices have reviewed, where none is applied."""
    for office in offices:
        shown = world.offices.get(office.office_id)
        if shown is not None and not (await app.store.profiles.marks(office.id)).version:
            document = reviewed(shown, office.practice_id)
            await app.store.profiles.apply(
                office.id, document, over=0, by="the sandbox's people", now=app.desk.clock.now()
            )


async def serve(settings: Settings, *, transport: str, host: str, port: int, sandbox: bool) -> int:
    """Serve the tools until the host or a signal ends it. Returns the exit code.

    Raises:
        ConfigurationError: the address or the choice of office cannot be served.
        Failure: the port is taken.
    """
    # signals count from here on: also while Sikka is looked for, a stop must leave nothing behind
    async with ended_by_signals(), AsyncExitStack() as stack:
        world: World | None = None
        listener = None if transport == "stdio" else stack.enter_context(_listening(settings, host, port))
        if sandbox:
            settings, world = await stack.enter_async_context(on_sandbox(settings))
        app = await stack.enter_async_context(running(settings))
        judge = credentials(settings, app.store.tokens, app.desk.clock)
        if listener is not None and reachable(settings, host) and not await judge.asked_for():
            raise ConfigurationError(NO_TOKENS)
        offices = await app.settle_choice(one=listener is None)
        if world is not None:
            await review(app, offices, world)
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
