"""The composition root: the one place where the parts are put together."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import anyio
import structlog
from anyio.abc import TaskGroup

from server.background.carrier import Carrier
from server.background.conflicts import Conflicts
from server.background.flags import Watch
from server.background.freshness import Freshness
from server.background.keys import KeyKeeper
from server.background.leases import StoredKeys, new_owner
from server.background.mirror import MirrorKeeper
from server.background.parts import Parts, renewal_seconds
from server.background.queue import Queue
from server.background.releases import Releases
from server.background.retention import Keeping
from server.background.sweeper import Sweeper
from server.clock import Clock, SystemClock
from server.desk.choice import chosen_offices
from server.desk.doorbell import Doorbell
from server.desk.front_desk import FrontDesk, open_desk
from server.failures import ConfigurationError
from server.places import database_path
from server.runtime import Runtime
from server.settings import Settings
from server.sikka.client import Sikka
from server.sikka.errors import SikkaError
from server.sikka.models import AuthorizedPractice
from server.sikka.transport import Timeouts, open_transport
from server.tools.surface import Surface
from server.tools.toolsets import shown
from store.offices import Office
from store.opening import Store, open_store

FIRST_LOOK_SECONDS: Final = 5.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class App:
    """The running program, for the door to serve.

    Attributes:
        surface: the MCP server.
        runtime: for its health.
    """

    settings: Settings
    store: Store
    sikka: Sikka
    desk: FrontDesk
    surface: Surface
    runtime: Runtime
    freshness: Freshness
    mirror: MirrorKeeper

    async def settle_choice(self, *, one: bool) -> list[Office]:
        """The offices to serve, asking Sikka if the store knows none; empty while Sikka is down.

        Args:
            one: whether the transport can serve a single office only.

        Raises:
            ConfigurationError: several candidates and no choice, or none of those chosen exists.
        """
        offices = await chosen_offices(self.store.offices, self.settings)
        if not offices:
            reached = False
            with anyio.move_on_after(FIRST_LOOK_SECONDS):
                try:
                    await self.freshness.load_offices(live=True)
                    reached = True
                except SikkaError as error:
                    log.warning("offices_not_loaded", error=type(error).__name__)
            offices = await chosen_offices(self.store.offices, self.settings)
            if reached and not offices:
                raise ConfigurationError(
                    "Sikka shows this application no practice that CHAIRTIME_OFFICE names. "
                    "Set it to an office_id of yours, or leave it out."
                )
        if len(offices) > 1 and (one or not self.settings.chosen_offices):
            raise ConfigurationError(_choose_one(offices))
        return offices


@dataclass(frozen=True)
class Connection:
    """The store and Sikka put together, with nothing running yet.

    Attributes:
        keys: Sikka's keys in the store, as every process on it shares them.
        tasks: where renewals of keys run; cancelled when the context ends.
    """

    settings: Settings
    store: Store
    sikka: Sikka
    keys: StoredKeys
    clock: Clock
    owner: str
    tasks: TaskGroup

    async def load_offices(self) -> list[AuthorizedPractice]:
        """As `Freshness.load_offices`, for a command that somebody waits for. Raises SikkaError."""
        parts = Parts(self.store, self.sikka, Doorbell(), self.clock, self.settings, self.owner)
        return await Freshness(parts).load_offices(live=True)


@asynccontextmanager
async def connected(settings: Settings, clock: Clock | None = None) -> AsyncGenerator[Connection]:
    """The open store and a client for Sikka, without any background work.

    Raises:
        StoreError: the database cannot be opened.
    """
    clock = clock or SystemClock()
    store = await open_store(
        settings.database_url,
        key_file=settings.key_file,
        key_text=settings.key.get_secret_value() or None,
        default_path=database_path(),
    )
    if store.made_key is not None:
        log.warning("sealing_key_made", key_file=str(store.made_key))
    timeouts = Timeouts(read=settings.read_timeout_seconds)
    async with (
        store,
        open_transport(settings.sikka_base_url, timeouts) as transport,
        anyio.create_task_group() as tasks,
    ):
        owner = new_owner()
        keys = StoredKeys(store, clock, owner=owner, lease_seconds=renewal_seconds(settings))
        sikka = Sikka(
            transport,
            keys,
            tasks,
            app_id=settings.sikka_app_id.get_secret_value(),
            app_key=settings.sikka_app_key.get_secret_value(),
            clock=clock,
            reserve_share=settings.rate_reserve,
        )
        yield Connection(settings, store, sikka, keys, clock, owner, tasks)
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncGenerator[App]:
    """The program with all its background work, for as long as the context lasts.

    At the end, sends in flight get a moment to finish; every row is left so that the next start goes on.

    Raises:
        StoreError: the database cannot be opened.
        LoopLost: a background loop cannot be kept running.
    """
    async with connected(settings, clock) as connection:
        store, sikka, tasks = connection.store, connection.sikka, connection.tasks
        runtime = Runtime(tasks, connection.clock)
        doorbell = Doorbell()
        desk = open_desk(store, sikka, doorbell, connection.clock, settings)
        parts = Parts(store, sikka, doorbell, connection.clock, settings, connection.owner)
        carrier = Carrier(parts, tasks)
        freshness = Freshness(parts)
        for name, run in {
            "keys": KeyKeeper(parts, connection.keys).run,
            "carrier": carrier.run,
            "sweeper": Sweeper(parts, desk, tasks).run,
            "freshness": freshness.run,
            "queue": Queue(parts, desk).run,
            "releases": Releases(parts, desk).run,
            "watch": Watch(parts).run,
            "conflicts": Conflicts(parts).run,
            "retention": Keeping(parts).run,
        }.items():
            runtime.start(name, run)
        mirror = MirrorKeeper(parts, desk.copies, desk.profiles)
        desk.copies.vouched_at = lambda: freshness.asked_at
        if settings.mirror == "on":
            runtime.start("mirror", mirror.run)
        try:
            tools = shown(settings.shown_toolsets, read_only=settings.read_only)
            yield App(settings, store, sikka, desk, Surface(desk, tools), runtime, freshness, mirror)
        finally:
            with anyio.CancelScope(shield=True), anyio.move_on_after(settings.shutdown_seconds):
                await carrier.stop()
            tasks.cancel_scope.cancel()


def _choose_one(offices: list[Office]) -> str:
    listed = "\n".join(
        f"  {office.office_id}/{office.practice_id}  {office.practice_name}" for office in offices
    )
    return f"Several practices could be meant. Set CHAIRTIME_OFFICE to one of them:\n{listed}"
