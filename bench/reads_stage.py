"""The practices, the servers and the callers of `bench.reads`."""

import contextlib
import os
import ssl
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from bench.ports import free_port
from bench.reads_process import Process, running
from bench.reads_tokens import issuing, static_token
from sandbox.office import Office
from sandbox.records import Operatory, Patient
from sandbox.serving import RunningSandbox, serve_sandbox
from sandbox.world import OfficeSpec, SandboxConfig, World

MODERN: Final = "2026-07-28"
CHAIRS: Final = 10
OTHERS: Final = 200  # patients of each office beyond the first
ASKED: Final = 5  # offices over which the calls go round
SLOT_DAYS: Final = 30
LOADED_SECONDS: Final = 900.0
LOOK_SECONDS: Final = 0.25
SETTLED_SECONDS: Final = 60.0
REASON: Final = "exam"
ANNA: Final = ("Anna Lindqvist", "1986-04-12")  # of every sandbox office; she has nothing coming up
SETTINGS: Final = {
    "CHAIRTIME_TOOLSETS": "scheduling,frontoffice,billing",
    "CHAIRTIME_UNREVIEWED": "book",
    "CHAIRTIME_CONSENT_SECONDS": "0",
    "CHAIRTIME_LOG_LEVEL": "WARNING",
}
# Every client makes one, and to read the certificates for it takes 40 ms; nothing here is encrypted.
_NO_CERTIFICATES: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True)
class Size:
    """What is measured: patients of the office that is asked, and how many offices are served."""

    patients: int
    offices: int


def world_of(size: Size, seed: int) -> World:
    """Practices of ten chairs in which nothing happens by itself; the first is of the size asked for."""
    specs = tuple(
        OfficeSpec(f"D{10001 + number}", patients=min(size.patients, OTHERS) if number else size.patients)
        for number in range(size.offices)
    )
    config = SandboxConfig(
        seed=seed,
        offices=specs,
        writeback_seconds=(0.05, 0.1),
        refresh_seconds=0,
        desk=False,
        rate_limit=10**9,
    )
    world = World(config)
    for office in world.offices.values():
        widen(office)
    return world


def widen(office: Office) -> None:
    """Give a practice ten chairs: further ones like those it has, each with the same hours and as full."""
    records = office.records
    chairs = [chair for chair in records.operatories.values() if not chair.hidden]
    rows = list(records.appointments.values())
    everybody = [row.patient_id for row in records.patients.values() if row.lastname != "Lindqvist"]
    for number in range(len(chairs), CHAIRS):
        chair = chairs[number % len(chairs)]
        added = replace(chair, name=f"{chair.name} {number}", abbreviation=f"OP-{10 + number}")
        _like(office, chair, added)
        for row in (row for row in rows if row.operatory == chair.name):
            sr_no = records.new_sr_no()
            who = everybody[int(sr_no) % len(everybody)]
            records.appointments[sr_no] = replace(row, sr_no=sr_no, operatory=added.name, patient_id=who)
    office.refresh()


def _like(office: Office, chair: Operatory, added: Operatory) -> None:
    records = office.records
    records.operatories[added.name] = added
    records.schedules += [
        replace(week, resource_id=added.name)
        for week in records.schedules
        if (week.kind, week.resource_id) == ("operatory", chair.name)
    ]


@dataclass
class Line:
    """A telephone line into one office, and what a call on it has learned.

    Attributes:
        people: with whom callers are found, in turn; each has a birth date of their own.
        patient: the handle of one who was verified in the call `call_id`.
        writeback: the handle of a booking of that call, which is confirmed.
        first: whether nobody has called the office before. Then the booking is for that patient; later it is
            for somebody else, so that whoever calls hears of one visit.
    """

    client: Client
    office: Office
    people: Iterator[Patient]
    call_id: str
    patient: str = ""
    writeback: str = ""
    days: tuple[date, date] = field(default=(date.min, date.min))
    first: bool = True

    async def ask(self, tool: str, call_id: str = "", /, **arguments: Any) -> dict[str, Any]:
        """One answer, as structured content.

        Raises:
            RuntimeError: the tool failed.
        """
        result = await self.client.call_tool(
            tool,
            arguments,
            meta={"call_id": call_id or self.call_id},  # pyright: ignore[reportArgumentType] - any mapping does
        )
        if result.is_error or result.structured_content is None:
            raise RuntimeError(f"{tool}: {result.content}")
        return result.structured_content

    async def find(self, call_id: str = "") -> dict[str, Any]:
        """Another patient, found by name and birth date."""
        who = next(self.people)
        return await self._found((f"{who.firstname} {who.lastname}", str(who.birthdate)), call_id)

    async def _found(self, who: tuple[str, str], call_id: str = "") -> dict[str, Any]:
        return await self.ask("find_patient", call_id, name=who[0], date_of_birth=who[1])

    async def slots(self) -> dict[str, Any]:
        """Free times of a month."""
        first, last = self.days
        return await self.ask("find_slots", reason=REASON, date_from=str(first), date_to=str(last))

    async def prepare(self) -> None:
        """Verify a patient and make a booking."""
        self.patient = (await self.loaded())["patient"]
        today = self.office.now().date()
        self.days = (today + timedelta(days=1), today + timedelta(days=SLOT_DAYS))
        slot = (await self.slots())["slots"][0]["slot"]
        patient = self.patient if self.first else (await self.find())["patient"]
        told = await self._booked(patient, slot)
        if "slot" in told:  # there is a visit already: this one means one more
            told = await self._booked(patient, told["slot"])
        if "writeback" not in told:
            raise RuntimeError(f"nothing was put down: {told['say']}")
        self.writeback = told["writeback"]
        with anyio.fail_after(SETTLED_SECONDS):
            while told["outcome"] != "confirmed":
                told = await self.ask("check_writeback", writeback=self.writeback, wait_seconds=1)

    async def _booked(self, patient: str, slot: str) -> dict[str, Any]:
        return await self.ask("book_appointment", patient=patient, slot=slot, caller_confirmed=True)

    async def loaded(self) -> dict[str, Any]:
        """Wait until the office's copy serves: what is said of one of its patients then."""
        found: dict[str, Any] = {"stale": True}
        with anyio.fail_after(LOADED_SECONDS):
            while found.get("stale", False):
                await anyio.sleep(LOOK_SECONDS)
                # while a large office is read, Sikka's stand-in may be too busy to answer in time
                with contextlib.suppress(RuntimeError):
                    found = await self._found(ANNA)
        return found


def _people(office: Office) -> Iterator[Patient]:
    """Patients who share a birth date with nobody, round and round."""
    rows = [row for row in office.records.patients.values() if row.status == "Active"]
    born = Counter(row.birthdate for row in rows)
    alone = [row for row in rows if row.birthdate is not None and born[row.birthdate] == 1]
    while True:
        yield from alone


@dataclass
class Stage:
    """Both servers, and lines into both."""

    ours: Process
    bare: Process
    lines: list[Line]
    echo: Client

    @property
    def turns(self) -> Iterator[Line]:
        """The lines in turn, for ever: every second time into the first office, which is of the size."""
        first, *others = self.lines
        while True:
            for other in others or [first]:
                yield first
                yield other


@dataclass(frozen=True)
class House:
    """One size's practices, its folder, and how its servers are started.

    Attributes:
        settings: of our server, besides those that are always the same.
    """

    sandbox: RunningSandbox
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict[str, str])

    @asynccontextmanager
    async def ours(self, further: Mapping[str, str] = {}) -> AsyncGenerator[Process]:
        """Our server on the house's database, with further settings."""
        port = free_port()
        arguments = ("-m", "server", "serve", "--transport", "http", "--port", str(port))
        environment = {**self._environment(), **further}
        async with running(arguments, port, environment, self.folder / "ours.log") as process:
            yield process

    @asynccontextmanager
    async def bare(self) -> AsyncGenerator[Process]:
        """The bare server."""
        port = free_port()
        environment = dict(os.environ)
        arguments = ("-m", "bench.bare", str(port), str(self.folder / "bare.sqlite3"))
        async with running(arguments, port, environment, self.folder / "bare.log") as process:
            yield process

    def _environment(self) -> dict[str, str]:
        world = self.sandbox.world
        return {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("CHAIRTIME_", "SIKKA_"))
            },
            **SETTINGS,
            **self.settings,
            "SIKKA_BASE_URL": self.sandbox.base_url,
            "SIKKA_APP_ID": world.config.app_id,
            "SIKKA_APP_KEY": world.config.app_key,
            "CHAIRTIME_OFFICE": ",".join(world.offices),
            "CHAIRTIME_DATABASE_URL": f"sqlite:///{self.database}",
        }

    @property
    def database(self) -> Path:
        """Our server's."""
        return self.folder / "chairtime.sqlite3"


@asynccontextmanager
async def open_house(
    size: Size, folder: Path, seed: int, settings: Mapping[str, str] | None = None
) -> AsyncGenerator[House]:
    """The practices of a size, being served."""
    async with serve_sandbox(world_of(size, seed)) as sandbox:
        yield House(sandbox, folder, settings or {})


@asynccontextmanager
async def on_stage(house: House) -> AsyncGenerator[Stage]:
    """Both servers running without tokens, every office's copy loaded, and every line prepared."""
    async with house.ours() as ours, house.bare() as bare, AsyncExitStack() as stack:
        offices = list(house.sandbox.world.offices.values())
        lines = [await stack.enter_async_context(_line(ours, office)) for office in offices]
        for line in lines[ASKED:]:
            await line.loaded()
        for line in lines[:ASKED]:
            await line.prepare()
        yield Stage(ours, bare, lines[:ASKED], await stack.enter_async_context(_client(bare, "")))


@asynccontextmanager
async def on_guarded_stages(house: House) -> AsyncGenerator[dict[str, Stage]]:
    """After `on_stage`: both servers once more, ours asking for tokens; a stage for each kind of token."""
    with issuing() as issuer:
        kinds = {"static token": await static_token(house.database), "JWT": issuer.token}
        further = {**issuer.environment, "CHAIRTIME_REQUESTS_PER_MINUTE": "1000000"}
        async with house.ours(further) as ours, house.bare() as bare, AsyncExitStack() as stack:
            echo = await stack.enter_async_context(_client(bare, ""))
            offices = list(house.sandbox.world.offices.values())
            stages: dict[str, Stage] = {}
            for kind, token in kinds.items():
                opened = [_line(ours, office, token, first=False) for office in offices[:ASKED]]
                lines = [await stack.enter_async_context(line) for line in opened]
                for line in lines:
                    await line.prepare()
                stages[kind] = Stage(ours, bare, lines, echo)
            yield stages


@asynccontextmanager
async def _line(
    process: Process, office: Office, token: str = "", *, first: bool = True
) -> AsyncGenerator[Line]:
    async with _client(process, office.office_id, token) as client:
        yield Line(client, office, _people(office), f"call to {office.office_id}", first=first)


@asynccontextmanager
async def _client(process: Process, office_id: str, token: str = "") -> AsyncGenerator[Client]:
    headers = {"X-Chairtime-Office": office_id} if office_id else {}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30, trust_env=False, verify=_NO_CERTIFICATES) as http,
        Client(streamable_http_client(process.url, http_client=http), mode=MODERN) as client,
    ):
        yield client
