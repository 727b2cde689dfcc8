"""The stand-in for Sikka inside the server's own process, for whoever tries it without an account."""

import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from sandbox.review import reviewed
from sandbox.serving import serve_sandbox
from sandbox.world import SandboxConfig, World
from server.settings import Settings
from store.offices import Office
from store.opening import Store

SECONDS: Final = (3.0, 6.0)  # a brisk practice: a person trying it should not wait minutes


@dataclass(frozen=True)
class Embedded:
    """A stand-in that runs, and the settings for it."""

    settings: Settings
    world: World

    async def review(self, store: Store, offices: Sequence[Office], now: int) -> None:
        """Apply the profiles that the people of its offices have reviewed, where none is applied."""
        for office in offices:
            shown = self.world.offices.get(office.office_id)
            if shown is not None and not (await store.profiles.marks(office.id)).version:
                document = reviewed(shown, office.practice_id)
                await store.profiles.apply(office.id, document, over=0, by="the sandbox's people", now=now)


@asynccontextmanager
async def on_sandbox(settings: Settings) -> AsyncGenerator[Embedded]:
    """The stand-in on a free loopback port for a while; the database is temporary unless one is named."""
    config = SandboxConfig(writeback_seconds=SECONDS)
    async with AsyncExitStack() as stack:
        world = World(config)
        running = await stack.enter_async_context(serve_sandbox(world))
        changes: dict[str, object] = {
            "sikka_base_url": running.base_url,
            "sikka_app_id": SecretStr(config.app_id),
            "sikka_app_key": SecretStr(config.app_key),
        }
        if not settings.database_url:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="chairtime-"))
            changes["database_url"] = f"sqlite:///{Path(folder) / 'chairtime.sqlite3'}"
        yield Embedded(settings.model_copy(update=changes), world)
