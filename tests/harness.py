"""An office in one process: a sandbox over real HTTP, a store in a file, and all the background work.

    async with open_office(tmp_path) as office:
        row = await office.book()
        row = await office.settled(row, State.CONFIRMED)

With a `ManualClock` nothing happens until the test says so: `await office.forward(60)` moves the
server's clock and the practice's together, wakes every loop, and returns when all of them wait again.
"""

import asyncio
import datetime as dt
import socket
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
from pydantic import SecretStr

from sandbox.records import Appointment
from sandbox.serving import serve_sandbox
from sandbox.world import OfficeSpec, SandboxConfig, World
from server.app import App, connected, running
from server.background.freshness import Freshness
from server.background.parts import Parts
from server.clock import Clock, SystemClock
from server.desk.copies.overlay import Visit
from server.desk.doorbell import Doorbell
from server.desk.front_desk import FrontDesk, open_desk
from server.desk.office import Profile
from server.desk.proofs import PatientProof, SlotOffer
from server.desk.times.calendar import Wanted
from server.desk.times.openings import Opening
from server.desk.times.reasons import EXAM
from server.desk.writes.cancelling import Cancelled
from server.settings import Settings
from server.sikka.client import Sikka
from store.ledger_rows import Writeback
from store.ledger_states import State

OFFICE_ID = "D10001"
BEGINS = dt.datetime(2026, 11, 29, 20, 0, tzinfo=dt.UTC)  # for a clock that runs
MONDAY = dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)  # 10:00 on the wall of the default office
LIMIT_SECONDS = 30.0  # for whatever a test waits on; never reached when all is well
GONE = "a process that is no more"  # the owner of leases that a test leaves behind
LOOPS_ON_THE_BELL = 3  # carrier, sweeper and releases
LOOPS_ON_THE_CLOCK = 6  # key keeper, freshness, queue, watch, conflicts and retention
AT_WORK = ("read the list of writes", "look ", "send ")  # tasks whose work may go on without a lease
QUIET_LOOKS = 3  # between a row's end of lease and the ring that follows there is a moment

FAST = SandboxConfig(
    offices=(OfficeSpec(patients=40),),
    writeback_seconds=(0.05, 0.1),
    refresh_seconds=0,
    desk=False,
    rate_limit=100_000,
)
SLOW = replace(FAST, writeback_seconds=(20.0, 20.0))  # for a ManualClock
FAST_SETTINGS: dict[str, Any] = {
    "poll_seconds": 0.05,
    "write_wait_seconds": 0.5,
    "check_wait_seconds": 0.5,
    "consent_seconds": 0.0,
    "news_gap_seconds": 0.0,
    "shutdown_seconds": 1.0,
    "toolsets": "scheduling,frontoffice,billing",
    # No profile is applied in these offices, and the copy of a test's world is as old as the test makes it.
    "unreviewed": "book",
    "max_copy_age_minutes": 525_600,
    "mirror": "off",  # a test changes the practice and reads it the next moment; tests/mirror turns it on
}
# With a clock of its own a test decides when; nothing but the loops at work happens by itself.
MANUAL_SETTINGS: dict[str, Any] = {"poll_seconds": 0.8, "freshness_seconds": 1e9}


class RunningClock(SystemClock):
    """The machine's clock, moved to begin on one day: what a practice has free depends on it."""

    def __init__(self) -> None:
        self._ahead = BEGINS.timestamp() - time.time()

    def now(self) -> int:
        """UTC epoch in milliseconds, for the server."""
        return round(self.world() * 1000)

    def world(self) -> float:
        """UTC epoch in seconds, for the sandbox."""
        return time.time() + self._ahead


@dataclass
class ManualClock:
    """A clock that stands still until `advance`: `server.clock.Clock`, and the world's clock too."""

    seconds: float = MONDAY.timestamp()
    _sleepers: list[tuple[float, anyio.Event]] = field(default_factory=list[tuple[float, anyio.Event]])

    def now(self) -> int:
        """UTC epoch in milliseconds, for the server."""
        return round(self.seconds * 1000)

    def world(self) -> float:
        """UTC epoch in seconds, for the sandbox."""
        return self.seconds

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved that far."""
        sleeper = (self.seconds + seconds, anyio.Event())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1].wait()
        finally:
            self._sleepers.remove(sleeper)

    @property
    def asleep(self) -> int:
        """How many wait for the clock and have not been woken."""
        return sum(not event.is_set() for _, event in self._sleepers)

    def advance(self, seconds: float) -> None:
        """Move on, and wake who slept until then."""
        self.seconds += seconds
        for until, event in self._sleepers:
            if until <= self.seconds:
                event.set()


class Line:
    """The way to the sandbox, on one port: it can be cut (`down`) and mended (`up`)."""

    def __init__(self, world: World) -> None:
        self.world = world
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._serving: AsyncExitStack | None = None

    @property
    def base_url(self) -> str:
        """Root of the API."""
        return f"http://127.0.0.1:{self.port}/v4"

    async def up(self) -> None:
        """Serve."""
        self._serving = AsyncExitStack()
        await self._serving.enter_async_context(serve_sandbox(self.world, port=self.port))

    async def down(self) -> None:
        """Stop serving: connections are refused from now on."""
        if self._serving is not None:
            await self._serving.aclose()
            self._serving = None


@asynccontextmanager
async def served(
    config: SandboxConfig = FAST, clock: ManualClock | RunningClock | None = None
) -> AsyncGenerator[Line]:
    """A world of its own, being served."""
    line = Line(World(config, clock.world) if clock else World(config))
    await line.up()
    try:
        yield line
    finally:
        await line.down()


def settings_for(line: Line, folder: Path, **changes: Any) -> Settings:
    """Settings for a server on that line, with its database in `folder`."""
    config = line.world.config
    given = {
        "sikka_base_url": line.base_url,
        "sikka_app_id": SecretStr(config.app_id),
        "sikka_app_key": SecretStr(config.app_key),
        "database_url": f"sqlite:///{folder / 'chairtime.sqlite3'}",
    }
    return Settings(**(given | FAST_SETTINGS | changes))


class Office:
    """One server, seen through its first office.

    Attributes:
        desk: with the store.
        sikka: the client.
        line: to the sandbox; `line.world` is the practice's truth.
        profile: of the office, as the desk has it.
    """

    def __init__(self, desk: FrontDesk, sikka: Sikka, line: Line, profile: Profile) -> None:
        self.desk = desk
        self.sikka = sikka
        self.line = line
        self.profile = profile
        self.store = desk.store
        self.ledger = desk.store.ledger
        self.clock = desk.clock
        self.running: App | None = None

    @property
    def app(self) -> App:
        """All parts of a server that runs."""
        assert self.running is not None
        return self.running

    @property
    def world(self) -> World:
        """Everything behind Sikka's API."""
        return self.line.world

    @property
    def zone(self) -> str:
        """The office's IANA zone."""
        assert self.profile.zone is not None
        return self.profile.zone

    @property
    def id(self) -> str:
        """The office's id in the store."""
        return self.profile.office.id

    def patient(self, name: str = "Anna Lindqvist") -> PatientProof:
        """A patient of the practice, fully proven."""
        records = self.world.offices[self.profile.office.office_id].records
        found = next(row for row in records.patients.values() if f"{row.firstname} {row.lastname}" == name)
        return PatientProof(found.patient_id, found.firstname, proven=("name", "birth_date"))

    async def free(self, days: int = 10) -> list[Opening]:
        """Times free for an exam, from tomorrow on."""
        tomorrow = self.profile.clock(self.clock.now()).date() + dt.timedelta(days=1)
        wanted = Wanted(EXAM, tomorrow, tomorrow + dt.timedelta(days=days))
        return await self.desk.calendar.free(self.profile, wanted)

    async def book(
        self, opening: Opening | None = None, *, name: str = "Anna Lindqvist", scope: str | None = None
    ) -> Writeback:
        """Put a booking down, as the tool does; of the first free time unless one is given."""
        opening = opening or (await self.free())[0]
        offer = SlotOffer(opening, EXAM.name, "Dr. Lee")
        return (await self.desk.booking.book(self.profile, self.patient(name), offer, "", scope)).row

    async def cancel(self, visit: Visit) -> Cancelled:
        """Put a cancellation down, as the tool does."""
        cancelled = await self.desk.cancelling.cancel(self.profile, visit, None)
        assert cancelled is not None
        return cancelled

    async def visits(self, name: str = "Anna Lindqvist") -> list[Visit]:
        """A patient's visits, as the desk lists them."""
        return await self.desk.calendar.of_patient(self.profile, self.patient(name).patient_id)

    async def row(self, row: Writeback) -> Writeback:
        """The row as it is now."""
        found = await self.ledger.get(row.office, row.id)
        assert found is not None
        return found

    async def history(self, row: Writeback) -> list[str]:
        """The states a row has been through, and wishes, as "state" or "state reason"."""
        events = await self.ledger.events(row.office, row.id)
        return [f"{event.to_state} {event.reason}".strip() for event in events]

    async def settled(self, row: Writeback, *states: State) -> Writeback:
        """The row, once it is in one of these states."""
        found = await self.row(row)
        try:
            with anyio.fail_after(LIMIT_SECONDS):
                while found.state not in states:
                    await self.desk.doorbell.wait_for_change(row.id, 0.02)
                    found = await self.row(row)
        except TimeoutError:
            raise AssertionError(f"{states}, but {await self.history(row)}") from None
        return found

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds that rings no bell."""
        with anyio.fail_after(LIMIT_SECONDS):
            while not holds():
                await anyio.lowlevel.checkpoint()

    async def forward(self, *steps: float) -> None:
        """Move the clock by each step, and let everything that becomes due be done."""
        clock = self.manual
        for seconds in steps:
            clock.advance(seconds)
            self.world.advance()
            self.desk.doorbell.ring()
            await self.idle()

    async def idle(self) -> None:
        """Until every loop waits for its next time, and nothing is being sent or looked at."""
        bell = self.desk.doorbell
        with anyio.fail_after(LIMIT_SECONDS):
            quiet = 0
            while quiet < QUIET_LOOKS:
                ring = bell.listen()
                waits = ring.statistics().tasks_waiting >= LOOPS_ON_THE_BELL and (
                    self.manual.asleep >= LOOPS_ON_THE_CLOCK
                    and not await self._leased()
                    and ring is bell.listen()
                    and not any(task.get_name().startswith(AT_WORK) for task in asyncio.all_tasks())
                )
                quiet = quiet + 1 if waits else 0
                await anyio.lowlevel.checkpoint()

    async def _leased(self) -> bool:
        row = await self.store.database.fetch_one(
            "SELECT COUNT(*) AS held FROM pms_writebacks WHERE lease_until > $1 AND lease_owner <> $2",
            self.clock.now(),
            GONE,
        )
        return bool(row and row["held"])

    @property
    def manual(self) -> ManualClock:
        """The clock, where a test owns it."""
        assert isinstance(self.clock, ManualClock)
        return self.clock

    def truth(self, name: str = "Anna Lindqvist") -> list[Appointment]:
        """A patient's coming appointments in the practice's own records, those cancelled left out."""
        office = self.world.offices[self.profile.office.office_id]
        patient_id = self.patient(name).patient_id
        return [
            found
            for found in office.records.appointments.values()
            if found.patient_id == patient_id and not found.cancelled and found.start > office.now()
        ]

    def asked(self, method: str, path: str) -> int:
        """How many requests of that kind the sandbox has seen; `path` is a prefix."""
        return sum(seen.method == method and seen.path.startswith(path) for seen in self.world.requests)

    @property
    def posts(self) -> int:
        """How many bookings were sent."""
        return self.asked("POST", "/appointment")


@asynccontextmanager
async def office_on(
    line: Line, folder: Path, clock: ManualClock | RunningClock | None = None, **changes: Any
) -> AsyncGenerator[Office]:
    """A server on a line that is up, with the office loaded. Further ones share the database of `folder`."""
    if isinstance(clock, ManualClock):
        changes = MANUAL_SETTINGS | changes
    used: Clock = clock or SystemClock()
    async with running(settings_for(line, folder, **changes), used) as app:
        await app.freshness.load_offices(live=True)
        office = (await app.settle_choice(one=False))[0]
        opened = Office(app.desk, app.sikka, line, await app.desk.profiles.of(office))
        opened.running = app
        await app.desk.profiles.rulebook(office)
        if isinstance(clock, ManualClock):
            await opened.idle()
        yield opened


@asynccontextmanager
async def quiet_office(
    line: Line, folder: Path, clock: ManualClock, **changes: Any
) -> AsyncGenerator[Office]:
    """A process without background work: a test does with its rows what it likes, and then it is gone."""
    settings = settings_for(line, folder, **(MANUAL_SETTINGS | changes))
    async with connected(settings, clock) as parts:
        desk = open_desk(parts.store, parts.sikka, Doorbell(), clock, settings)
        background = Parts(parts.store, parts.sikka, desk.doorbell, clock, settings, parts.owner)
        await Freshness(background).load_offices(live=True)
        office = (await parts.store.offices.list())[0]
        await desk.profiles.rulebook(office)
        yield Office(desk, parts.sikka, line, await desk.profiles.of(office))


@asynccontextmanager
async def open_office(
    folder: Path,
    clock: ManualClock | RunningClock | None = None,
    *,
    config: SandboxConfig | None = None,
    **changes: Any,
) -> AsyncGenerator[Office]:
    """A server and a sandbox of its own."""
    async with (
        served(config or (SLOW if isinstance(clock, ManualClock) else FAST), clock) as line,
        office_on(line, folder, clock, **changes) as office,
    ):
        yield office
