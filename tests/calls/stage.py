"""Sets up what one call needs: a practice behind a Sikka of its own, and the server as its own process."""

import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx2
from callers import MODERN, Caller
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from processes import LEFT_OUT, OFFICE, ServerProcess, free_port

from calls.moments import FILE, Moments
from calls.script import OneCall, Situation
from calls.truth import done_in
from sandbox.desk import DeskAct
from sandbox.faults import Fault
from sandbox.names import KNOWN
from sandbox.records import Appointment, Patient, Records
from sandbox.review import reviewed
from sandbox.serving import RunningSandbox, serve_sandbox
from sandbox.world import OfficeSpec, SandboxConfig, World
from server.desk.charter.reading import read_charter
from store.ledger_rows import Writeback
from store.ledger_states import SETTLED, State
from store.opening import Store, open_store

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent
LIMIT_SECONDS = 30.0  # real ones, for whatever is waited for; never reached when all is well
PATIENCE = 3  # how often as long as a test waits for a server: many start at the same time here
PRACTICE_ID = "1"
BRIEF_SECONDS = 10.0  # less than any lease of the server
STANDS_SECONDS = 1.5  # real ones, after which time goes on though the server was to act
UNDER_WAY = frozenset({State.INTENT, State.SENDING})
BY = "Dana"  # who applied the profile
ON_ITS_WAY = frozenset({State.WAITING, State.INTENT, State.SENDING, State.SUBMITTED})


@dataclass
class Stage:
    """One practice and one server, and what a call's file may do to them."""

    situation: Situation
    sandbox: RunningSandbox
    moments: Moments
    folder: Path
    before: Records
    port: int = field(default_factory=free_port)
    server: ServerProcess | None = None
    store: Store | None = None

    @property
    def world(self) -> World:
        return self.sandbox.world

    @property
    def office(self) -> Any:
        return self.world.offices[OFFICE]

    @property
    def desk(self) -> Any:
        return self.world.desks[OFFICE]

    @property
    def strangers(self) -> Iterable[str]:
        """Ids of patients who never call."""
        known = {(each.first, each.last) for each in KNOWN}
        return [
            row.patient_id
            for row in self.office.records.patients.values()
            if (row.firstname, row.lastname) not in known
        ]

    def person(self, name: str) -> Patient:
        """A patient of the practice, by first and last name."""
        rows = self.office.records.patients.values()
        return next(row for row in rows if f"{row.firstname} {row.lastname}" == name)

    def visit(self, name: str, start: str) -> Appointment:
        """A patient's appointment at a time that is not cancelled."""
        number = self.person(name).patient_id
        return next(
            row
            for row in self.office.records.appointments.values()
            if row.patient_id == number
            and row.start.isoformat(timespec="minutes") == start
            and not row.cancelled
        )

    def by_the_desk(self, act: DeskAct) -> None:
        """What the practice's own people have done to an appointment is none of the callers' doing."""
        number = act.appointment_sr_no
        self.before.appointments[number] = self.office.records.appointments[number]

    def done(self) -> list[str]:
        """What has been done in the practice for its callers."""
        self.world.advance()
        return done_in(self.office, self.before)

    def fault(self, kind: Any, **limits: Any) -> None:
        self.world.faults.add(Fault(kind, **limits))

    async def passes(self, seconds: float) -> None:
        """So much time goes by, for practice and server alike.

        A long time only goes by while nothing is under way: in real life no request takes that long either.
        """
        if seconds > BRIEF_SECONDS:
            await self._idle()
        self.moments.passes(seconds)
        self.world.advance()

    async def _idle(self) -> None:
        """Until the server sends nothing, and looks for nothing."""
        with anyio.move_on_after(LIMIT_SECONDS):
            while any(  # noqa: ASYNC110 - another process changes the rows
                row.state in UNDER_WAY or (row.lease_until or 0) > self.moments() * 1000
                for row in await self.rows()
            ):
                await anyio.sleep(0.02)

    async def all_is_carried_out(self) -> None:
        """Whatever Sikka was sent is carried out, also what no row of the ledger knows of."""
        pending = self.world.queue.pending_of(OFFICE)
        await self.passes(
            max((write.due_at - self.moments() + 1 for write in pending if write.due_at), default=0)
        )

    async def practice_does(self) -> None:
        """Let the practice's software do all it was sent, and the server learn of it."""
        with anyio.move_on_after(LIMIT_SECONDS):
            while True:
                pending = self.world.queue.pending_of(OFFICE)
                due = [write.due_at for write in pending if write.due_at is not None]
                if due:
                    await self.passes(max(0.0, max(due) - self.moments() + 1))
                if not due and not any(row.state in ON_ITS_WAY for row in await self.rows()):
                    return
                await anyio.sleep(0.05)
        raise AssertionError("the server did not learn what the practice had done")

    async def nothing_is_open(self) -> None:
        """Let time go by, from one moment at which the server wants to act to the next, until all is done."""
        with anyio.move_on_after(LIMIT_SECONDS):
            since = anyio.current_time()
            while due := [row.due_at for row in await self.rows() if row.state not in SETTLED]:
                ahead = min(due) / 1000 - self.moments()
                if ahead > 0 or anyio.current_time() - since > STANDS_SECONDS:
                    await self.passes(max(ahead, BRIEF_SECONDS) + 1)
                    since = anyio.current_time()
                await anyio.sleep(0.05)
            return
        raise AssertionError("a write did not come to its end")

    async def pause(self, *, on: bool) -> None:
        """The office's people take the agent off the calendar, or put it back."""
        office = await self._in_store()
        assert self.store is not None
        if on:
            await self.store.profiles.pause(office, by=BY, now=round(self.moments() * 1000))
        else:
            await self.store.profiles.resume(office)

    async def rows(self) -> list[Writeback]:
        """The ledger, oldest first."""
        assert self.store is not None
        return sorted(await self.store.ledger.search(limit=1000), key=lambda row: row.id)

    async def ledger(self) -> list[str]:
        return [f"{row.operation}: {row.state}" for row in await self.rows()]

    async def tasks(self) -> list[Any]:
        assert self.store is not None
        return await self.store.inbox.list(await self._in_store(), limit=100)

    async def inbox(self) -> list[str]:
        return sorted(
            f"{task.kind}, urgent" if task.urgency == "urgent" else f"{task.kind}"
            for task in await self.tasks()
        )

    async def restart(self) -> None:
        """As after a power cut, on the same port and database."""
        assert self.server is not None
        await self.server.end(signal.SIGKILL)
        await self.start()

    async def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [sys.executable, *SERVE, "--transport", "http", "--port", str(self.port)]
        self.server = ServerProcess(command, self.environment(), self.port, self.folder / "server.log")
        for _ in range(PATIENCE - 1):
            with contextlib.suppress(AssertionError):
                await self.server.ready()
                return
        await self.server.ready()

    async def open(self) -> None:
        """Start everything, with the profile that the office's people have applied."""
        await self.start()
        self.store = await open_store(
            self._database, key_file=None, key_text=None, default_path=self.folder / "unused"
        )
        if not self.situation.reviewed:
            return
        document = profile_of(self.situation, self.office)
        read_charter(document)
        await self.store.profiles.apply(
            await self._in_store(), document, over=0, by=BY, now=round(self.moments() * 1000)
        )

    async def close(self) -> None:
        if self.store is not None:
            await self.store.aclose()
        if self.server is not None:
            await self.server.end()

    async def _in_store(self) -> str:
        assert self.store is not None
        with anyio.fail_after(LIMIT_SECONDS):
            while not (offices := await self.store.offices.list()):  # noqa: ASYNC110 - as above
                await anyio.sleep(0.05)
        return offices[0].id

    @property
    def _database(self) -> str:
        return f"sqlite:///{self.folder / 'chairtime.sqlite3'}"

    def environment(self) -> dict[str, str]:
        """What the server is started with: its own defaults, but for what the file says."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
        config = self.world.config
        return {
            **inherited,
            FILE: str(self.moments.path),
            "PYTHONPATH": os.pathsep.join((str(TESTS), str(ROOT))),
            "SIKKA_BASE_URL": self.sandbox.base_url,
            "SIKKA_APP_ID": config.app_id,
            "SIKKA_APP_KEY": config.app_key,
            "CHAIRTIME_DATABASE_URL": self._database,
            "CHAIRTIME_LOG_LEVEL": "WARNING",
            "CHAIRTIME_TOOLSETS": "scheduling,frontoffice,billing",
            **self.situation.settings,
        }

    @asynccontextmanager
    async def line(self, call: OneCall, number: int) -> AsyncGenerator[Caller]:
        """A voice runtime's connection; what it knows of the call goes into headers, or into `_meta`."""
        call_id = f"call-{number}" if call.call_id is None else call.call_id
        known = {"call_id": call_id, "caller_number": call.caller_number, "language": call.language}
        told = {name: value for name, value in known.items() if value}
        names = {
            "call_id": "X-Call-Id",
            "caller_number": "X-Caller-Number",
            "language": "X-Chairtime-Language",
        }
        by_meta = call.by == "meta" or call.transport == "stdio"
        meta = told if by_meta else None
        headers = {} if by_meta else {names[name]: value for name, value in told.items()}
        root = f"http://127.0.0.1:{self.port}"
        if call.transport == "stdio":
            command = StdioServerParameters(
                command=sys.executable, args=list(SERVE), env=self.environment(), cwd=ROOT
            )
            with (self.folder / "stdio.log").open("w") as errors:
                async with Client(stdio_client(command, errlog=errors)) as client:
                    yield Caller(client, meta=meta)
        elif call.transport == "sse":
            async with Client(sse_client(f"{root}/sse", headers=headers)) as client:
                yield Caller(client, meta=meta)
        else:
            mode = MODERN if call.transport == "http" else "legacy"
            async with httpx2.AsyncClient(headers=headers, timeout=30, trust_env=False) as http:
                connection = streamable_http_client(f"{root}/mcp", http_client=http)
                async with Client(connection, mode=mode) as client:
                    yield Caller(client, meta=meta)


SERVE = ("-m", "calls.serve", "serve")


def profile_of(situation: Situation, office: Any) -> str:
    """The profile that the office's people have applied."""
    languages = "languages = [" + ", ".join(f'"{each}"' for each in situation.languages) + "]"
    document = reviewed(office, PRACTICE_ID).replace('languages = ["English"]', languages)
    return f"{document}\n{situation.profile_also}"


@asynccontextmanager
async def set_up(situation: Situation, folder: Path) -> AsyncGenerator[Stage]:
    """Everything for one call, in `folder`, ended when the block is left."""
    moments = Moments(folder / "clock")
    config = SandboxConfig(
        offices=(
            OfficeSpec(
                OFFICE,
                pms=situation.pms,
                patients=situation.patients,
                denied=frozenset(situation.denied),
            ),
        ),
        writeback_seconds=(situation.writes_take, situation.writes_take),
        refresh_seconds=situation.copy_every,
        rate_limit=1_000_000,
        desk=False,
    )
    world = World(config, moments)
    office = world.offices[OFFICE]
    async with serve_sandbox(world) as sandbox:
        stage = Stage(situation, sandbox, moments, folder, office.records.snapshot())
        try:
            await stage.open()
            yield stage
        finally:
            await stage.close()
