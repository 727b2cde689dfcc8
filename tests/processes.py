"""Starts and ends real server processes against a sandbox that lives in the test's own loop."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import anyio
import httpx2

from sandbox.faults import Fault
from sandbox.records import Appointment, Patient
from sandbox.serving import RunningSandbox, serve_sandbox
from sandbox.world import OfficeSpec, SandboxConfig, World

LIMIT_SECONDS = 60.0  # never reached when all is well
# What a server runs, tests in its own process run too: tracing it there again would only take time.
LEFT_OUT = ("CHAIRTIME_", "SIKKA_", "COVERAGE_")
OFFICE = "D10001"
PATIENTS = 500  # more than the calendar has room for, so that many have nothing coming up
# A write takes half a minute of the world's time, which passes only when a test says so.
WORLD_SECONDS = 30.0
FAST = {
    "CHAIRTIME_POLL_SECONDS": "0.05",
    "CHAIRTIME_CONSENT_SECONDS": "0.05",
    "CHAIRTIME_NEWS_GAP_SECONDS": "0.05",
    "CHAIRTIME_WRITE_WAIT_SECONDS": "0.2",
    "CHAIRTIME_CHECK_WAIT_SECONDS": "0.2",
    "CHAIRTIME_LOG_LEVEL": "WARNING",
    "CHAIRTIME_UNREVIEWED": "book",
    "CHAIRTIME_TOOLSETS": "scheduling,frontoffice,billing",
}


@dataclass
class WorldClock:
    """The machine's time, and what the test has added to it."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Practice:
    """A sandbox with one office, served in this loop, as the tests look at it."""

    sandbox: RunningSandbox
    clock: WorldClock
    folder: Path
    _strangers: Iterator[Patient] = field(init=False, repr=False)

    def __post_init__(self):
        self._strangers = iter(self._easy_patients())

    @property
    def world(self) -> World:
        return self.sandbox.world

    @property
    def records(self):
        return self.world.offices[OFFICE].records

    def _easy_patients(self) -> list[Patient]:
        """Patients who share a birth date with nobody, and have nothing coming up."""
        everybody = list(self.records.patients.values())
        dates = [row.birthdate for row in everybody]
        today = self.world.offices[OFFICE].now()
        busy = {row.patient_id for row in self.records.appointments.values() if row.start >= today}
        return [
            row
            for row in everybody
            if dates.count(row.birthdate) == 1 and row.status == "Active" and row.patient_id not in busy
        ]

    def somebody(self) -> Patient:
        """Another patient of the practice, whom no test has used yet."""
        return next(self._strangers)

    def expected(self) -> Patient:
        """A patient who shares a birth date with nobody, and has something coming up."""
        dates = [row.birthdate for row in self.records.patients.values()]
        coming = {row.patient_id for row in self.records.appointments.values() if self._is_ahead(row)}
        return next(
            row
            for row in self.records.patients.values()
            if row.patient_id in coming and dates.count(row.birthdate) == 1 and row.status == "Active"
        )

    def _is_ahead(self, row: Appointment) -> bool:
        return not row.cancelled and row.start >= self.world.offices[OFFICE].now() + timedelta(days=1)

    def known(self, first: str, last: str) -> Patient:
        return next(r for r in self.records.patients.values() if (r.firstname, r.lastname) == (first, last))

    def appointments(self, patient: Patient) -> list[Appointment]:
        """What the practice's own software holds for a patient from now on, and has not cancelled."""
        self.world.advance()
        now = self.world.offices[OFFICE].now()
        rows = self.records.appointments.values()
        return [
            row
            for row in rows
            if row.patient_id == patient.patient_id and row.start >= now and not row.cancelled
        ]

    async def accepts(self, patient: Patient) -> None:
        """Wait until Sikka has taken a write for a patient, which is not carried out yet."""
        records = self.records.appointments.values()
        with anyio.fail_after(LIMIT_SECONDS):
            while not any(  # noqa: ASYNC110 - the world rings no bell
                write.fields.get("patient_id") == patient.patient_id
                or any(row.sr_no == write.target and row.patient_id == patient.patient_id for row in records)
                for write in self.world.queue.pending_of(OFFICE)
            ):
                await anyio.sleep(0.005)

    async def carries_out(self, patient: Patient) -> None:
        """Let the office's software do what was asked of it for a patient, which Sikka has taken by then."""
        await self.accepts(patient)
        self.clock.ahead += WORLD_SECONDS + 1
        self.world.advance()

    async def struck(self) -> None:
        """Wait until the faults in force have struck as often as they were to."""
        with anyio.fail_after(LIMIT_SECONDS):
            while self.world.faults.waiting:  # noqa: ASYNC110 - the world rings no bell
                await anyio.sleep(0.005)

    def refreshes(self) -> None:
        """Sikka's copy shows from now on what the practice's software holds."""
        self.world.offices[OFFICE].refresh()

    def asked(self, method: str, path: str) -> int:
        """How many requests reached the API so far, answered or not; `path` is its beginning."""
        return sum(seen.method == method and seen.path.startswith(path) for seen in self.world.requests)

    def fault(self, kind, **limits) -> None:
        self.world.faults.add(Fault(kind, **limits))

    def rows_in_ledger(self, database: str = "chairtime.db") -> int:
        with closing(sqlite3.connect(self.folder / database)) as connection:
            return connection.execute("SELECT count(*) FROM pms_writebacks").fetchone()[0]

    def environment(self, **changes: str) -> dict[str, str]:
        """What the server is started with; only the changes differ from one test to another."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
        return {
            **inherited,
            "SIKKA_BASE_URL": self.sandbox.base_url,
            "SIKKA_APP_ID": self.world.config.app_id,
            "SIKKA_APP_KEY": self.world.config.app_key,
            "CHAIRTIME_DATABASE_URL": f"sqlite:///{self.folder / 'chairtime.db'}",
            **FAST,
            **changes,
        }


class ServerProcess:
    """A server of its own process, serving HTTP."""

    def __init__(self, command: list[str], environment: dict[str, str], port: int, log: Path):
        self._command = command
        self._environment = environment
        self.port = port
        self.log = log
        self.start_again()

    def start_again(self) -> None:
        """Start it, as it was started before."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self._command, env=self._environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def ready(self) -> None:
        """Wait until it answers; fails with what it wrote if it does not."""
        async with httpx2.AsyncClient(trust_env=False) as http:
            with anyio.move_on_after(LIMIT_SECONDS):
                while self.process.poll() is None:
                    try:
                        if (await http.get(f"{self.root}/healthz")).status_code == 200:
                            return
                    except httpx2.TransportError:
                        await anyio.sleep(0.02)
        raise AssertionError(f"the server did not come up:\n{self.log.read_text()}")

    async def kill(self) -> None:
        """End it as a power cut would."""
        await self.end(signal.SIGKILL)

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return await anyio.to_thread.run_sync(self.process.wait, LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def open_practice(folder: Path, **config) -> AsyncGenerator[Practice]:
    """A practice in which nothing happens by itself; `config` as for SandboxConfig."""
    clock = WorldClock()
    settings = {
        "writeback_seconds": (WORLD_SECONDS, WORLD_SECONDS),
        "refresh_seconds": 0,
        "rate_limit": 1_000_000,
        "desk": False,
        "offices": (OfficeSpec(OFFICE, patients=PATIENTS),),
        **config,
    }
    async with serve_sandbox(World(SandboxConfig(**settings), clock)) as sandbox:
        yield Practice(sandbox, clock, folder)


def _start(practice: Practice, environment: dict[str, str], program: tuple[str, ...]) -> ServerProcess:
    port = free_port()
    command = [sys.executable, *program, "serve", "--transport", "http", "--port", str(port)]
    log = practice.folder / f"server-{port}.log"
    return ServerProcess(command, practice.environment(**environment), port, log)


@asynccontextmanager
async def http_server(practice: Practice, **environment: str) -> AsyncGenerator[ServerProcess]:
    """`chairtime serve --transport http` in a process of its own, ended when the block is left."""
    async with served_by(("-m", "server"), practice, environment) as server:
        yield server


@asynccontextmanager
async def served_by(
    program: tuple[str, ...], practice: Practice, environment: dict[str, str]
) -> AsyncGenerator[ServerProcess]:
    """As `http_server`, by another program: what Python runs in the place of `-m server`."""
    server = _start(practice, environment, program)
    try:
        await server.ready()
        yield server
    finally:
        await server.end()
