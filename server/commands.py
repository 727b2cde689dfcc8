"""What the commands `serve` and `sandbox` do."""

import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from sandbox.serving import RunningSandbox, run_blocking, serve_sandbox
from sandbox.world import SandboxConfig, World
from server.app import ConfigurationError, running
from server.hosting.http import NotLoopback, serve_http
from server.hosting.stdio import serve_stdio
from server.settings import Settings

EMBEDDED_SECONDS: Final = (3.0, 6.0)  # a brisk practice: a person trying it should not wait minutes


@asynccontextmanager
async def on_sandbox(settings: Settings) -> AsyncGenerator[Settings]:
    """Settings for the embedded stand-in, which runs on a free loopback port while the context lasts.

    The database is temporary unless one is named.
    """
    config = SandboxConfig(writeback_seconds=EMBEDDED_SECONDS)
    async with AsyncExitStack() as stack:
        running_sandbox = await stack.enter_async_context(serve_sandbox(World(config)))
        changes: dict[str, object] = {
            "sikka_base_url": running_sandbox.base_url,
            "sikka_app_id": SecretStr(config.app_id),
            "sikka_app_key": SecretStr(config.app_key),
        }
        if not settings.database_url:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="chairtime-"))
            changes["database_url"] = f"sqlite:///{Path(folder) / 'chairtime.sqlite3'}"
        yield settings.model_copy(update=changes)


async def serve(settings: Settings, *, transport: str, host: str, port: int, sandbox: bool) -> int:
    """Serve the tools until the host or a signal ends it. Returns the exit code."""
    async with AsyncExitStack() as stack:
        if sandbox:
            settings = await stack.enter_async_context(on_sandbox(settings))
        app = await stack.enter_async_context(running(settings))
        await app.settle_choice(one=transport == "stdio")
        if transport == "stdio":
            await serve_stdio(app.surface)
            return 0
        sys.stderr.write(f"Chairtime serves http://{host}:{port}/mcp and /sse. Stop it with Ctrl-C.\n")
        try:
            await serve_http(app.surface, app.runtime, host=host, port=port)
        except NotLoopback:
            raise ConfigurationError(
                f"{host} can be reached from elsewhere, and Chairtime asks for no tokens yet. "
                "It did not start. Use --host 127.0.0.1."
            ) from None
    return 0


def sandbox(port: int) -> int:
    """Run the stand-in on its own until a signal ends it."""
    config = SandboxConfig()

    def ready(serving: RunningSandbox) -> None:
        base_url = serving.base_url
        sys.stderr.write(
            f"The stand-in for Sikka answers at {base_url}\n"
            f"  SIKKA_BASE_URL={base_url}\n"
            f"  SIKKA_APP_ID={config.app_id}\n"
            f"  SIKKA_APP_KEY={config.app_key}\n"
        )

    run_blocking(World(config), port, ready)
    return 0
