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
from server.failures import ConfigurationError
from server.operators.records import Records, label, opened
from server.places import database_path
from server.settings import Settings
from store.database import parse_url
from store.offices import Office
from store.opening import Store

WAY_ON: Final = (
    "Chairtime did not start: the stand-in's patients and visits would be written over what is kept there. "
    "Unset CHAIRTIME_DATABASE_URL to have a database for as long as it runs, or name another."
)
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
    """The stand-in on a free loopback port for a while; the database is temporary unless one is named.

    Raises:
        ConfigurationError: the one that is named is of an account, or of offices elsewhere.
        StoreError: it cannot be opened.
    """
    config = SandboxConfig(writeback_seconds=SECONDS)
    async with AsyncExitStack() as stack:
        world = World(config)
        await _refuse_others(settings, world)
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


async def _refuse_others(settings: Settings, world: World) -> None:
    """Raise ConfigurationError if the database that is named holds what is not the stand-in's."""
    if not settings.database_url or not parse_url(settings.database_url, database_path()).exists():
        return
    async with opened(settings) as records:
        others = [label(office) for office in records.offices if not await _is_of(records, office, world)]
        connected = await records.store.credentials.get() is not None
    if others or connected:
        of_whom = f"offices that are not the stand-in's ({', '.join(others)})" if others else "an account"
        raise ConfigurationError(f"CHAIRTIME_DATABASE_URL names a database of {of_whom}. {WAY_ON}")


async def _is_of(records: Records, office: Office, world: World) -> bool:
    """Whether an office is the world's own; its id alone may be that of an office elsewhere."""
    shown, held = world.offices.get(office.office_id), await records.store.offices.keys(office.office_id)
    return shown is not None and held is not None and held.secret_key == shown.secret_key
