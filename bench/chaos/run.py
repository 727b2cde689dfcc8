"""A whole run: a practice, a server that is killed, callers, a storm, and the books at the end."""

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import anyio

from bench.chaos.call import Caller, NoWayOnError
from bench.chaos.claims import Ear
from bench.chaos.evidence import Books, at_work, done_in, now_ms, opened, rows_of
from bench.chaos.facts import Facts
from bench.chaos.judge import Verdict, judge
from bench.chaos.phone import HungUpError, Phone
from bench.chaos.plan import (
    LOST_SHARE,
    Plan,
    PlannedCall,
    Script,
    chairs_refuse,
    lasting_faults,
    plan_run,
)
from bench.chaos.process import Server
from sandbox.desk import DeskAct
from sandbox.records import Patient
from sandbox.serving import serve_sandbox
from sandbox.switches import Switches
from sandbox.world import OfficeSpec, SandboxConfig, World

OFFICE: Final = "D10001"
SERVER: Final = "bench.chaos.hurried"
MOST_CALLERS: Final = 12
LOOK_SECONDS: Final = 0.1
REQUESTS_A_PULSE: Final = 25
MOST_WAITING: Final = 8  # faults that have not met a request yet; older ones pass over
LEAST_PATIENTS: Final = 800  # more than the calendar has room for, so that many have nothing coming up


@dataclass(frozen=True, slots=True)
class Options:
    """`count` operations in all; `settle_seconds` bounds the wait for the ledger at the end.

    `lost` is the share of writes whose answer is lost.
    """

    seed: int
    count: int
    folder: Path
    settle_seconds: float = 30.0
    module: str = SERVER
    lost: float = LOST_SHARE

    @property
    def callers(self) -> int:
        """How many are on the phone at once."""
        return min(MOST_CALLERS, max(3, self.count // 8))


@dataclass
class Outcome:
    """What a run showed, and how it went. `open_at_end` counts unsettled rows, `calls` how calls ended."""

    plan: Plan
    verdict: Verdict
    facts: Facts
    seconds: float
    kills: int
    open_at_end: Counter[str]
    calls: Counter[str]
    unclear: tuple[str, ...]


@dataclass
class Stage:
    """The parts of a run in motion."""

    plan: Plan
    world: World
    server: Server
    people: dict[int, Patient | None]
    lost: float
    ended: Counter[str] = field(default_factory=Counter[str])
    phones: list[Phone] = field(default_factory=list[Phone])
    desk: list[tuple[float, DeskAct]] = field(default_factory=list[tuple[float, DeskAct]])

    async def callers(self, calls: Iterator[PlannedCall]) -> None:
        """One line: call after call, until there are no more."""
        for call in calls:
            who = self.people[call.number]
            name = f"{call.stranger.first} {call.stranger.last}"
            born = call.stranger.born
            if who is not None and who.birthdate is not None:
                name, born = f"{who.firstname} {who.lastname}", who.birthdate
            phone = Phone(self.server.root, f"call-{self.plan.seed}-{call.number}", Ear(f"{name} {born}"))
            self.phones.append(phone)
            today = self.world.offices[OFFICE].now().date()
            try:
                await Caller(phone, call, name, born, today).run()
            except (NoWayOnError, HungUpError) as end:
                self.ended[str(end) or "hung up"] += 1
            else:
                self.ended["said to the end"] += 1

    async def storm(self) -> None:
        """Faults and the desk, one beat for so many requests that reached Sikka."""
        lasting = lasting_faults(self.lost)
        waiting = self.world.faults.waiting
        for fault in lasting:
            self.world.faults.add(fault)
        for beat, pulse in enumerate(self.plan.pulses(), 1):
            while len(self.world.requests) < beat * REQUESTS_A_PULSE:  # noqa: ASYNC110 - it rings no bell
                await anyio.sleep(LOOK_SECONDS)
            del waiting[len(lasting) : len(waiting) - MOST_WAITING]
            self.world.faults.add(pulse.fault)
            if pulse.desk_works:
                act = self.world.desks[OFFICE].act()
                if act is not None:
                    self.desk.append((time.time(), act))

    async def kills(self) -> None:
        """The server is killed and started again."""
        for seconds in self.plan.kills():
            await anyio.sleep(seconds)
            await self.server.kill()
            self.server.start()
            await self.server.ready()

    async def pc_off(self) -> None:
        """The office's PC is off for a while."""
        while self.ended.total() < self.plan.pc_off_at:  # noqa: ASYNC110 - callers ring no bell
            await anyio.sleep(LOOK_SECONDS)
        self.world.set_online(OFFICE, online=False)
        await anyio.sleep(self.plan.pc_off_seconds)
        self.world.set_online(OFFICE, online=True)


async def run(options: Options) -> Outcome:
    """Do all of it. The practice's world lives in this loop, the server in a process of its own."""
    began = time.monotonic()
    policy = "refused" if chairs_refuse(options.seed) else "allowed"
    config = SandboxConfig(
        seed=options.seed,
        offices=(OfficeSpec(OFFICE, patients=max(LEAST_PATIENTS, options.count * 2)),),
        writeback_seconds=(0.2, 1.0),
        refresh_seconds=2.0,
        rate_limit=5_000,
        rate_window=1.5,
        desk=False,
        switches=Switches(overlap=policy),
    )
    async with serve_sandbox(World(config)) as sandbox:
        world = sandbox.world
        books = Books(world.offices[OFFICE])
        server = Server(sandbox, options.folder, options.module)
        server.start()
        try:
            await server.ready()
            tools = await Phone(server.root, "", Ear("")).tools()
            plan = plan_run(options.seed, options.count, tools)
            stage = Stage(plan, world, server, people_for(plan, world), options.lost)
            await _act(stage, options.callers)
            await _settled(server, options.settle_seconds)
        finally:
            await server.end()
        facts, still_open = await _facts(stage, books)
    unclear = tuple(text for phone in stage.phones for text in phone.ear.unclear)
    return Outcome(
        plan,
        judge(facts),
        facts,
        time.monotonic() - began,
        server.kills,
        still_open,
        stage.ended,
        unclear,
    )


def people_for(plan: Plan, world: World) -> dict[int, Patient | None]:
    """A patient for every call, each in one call only; None where a stranger calls."""
    office = world.offices[OFFICE]
    everybody = list(office.records.patients.values())
    born = Counter(row.birthdate for row in everybody)
    today = office.now()
    coming = Counter(
        row.patient_id for row in office.records.appointments.values() if row.start.date() >= today.date()
    )
    usable = [row for row in everybody if born[row.birthdate] == 1 and row.status == "Active"]
    free = iter([row for row in usable if not coming[row.patient_id]])
    visiting = iter([row for row in usable if coming[row.patient_id] == 1])
    people: dict[int, Patient | None] = {}
    for call in plan.calls:
        if call.script is Script.REGISTER:
            people[call.number] = None
        else:
            people[call.number] = next(visiting if call.script is Script.CANCEL else free)
    return people


async def _act(stage: Stage, callers: int) -> None:
    async with anyio.create_task_group() as trouble:
        for each in (stage.storm, stage.kills, stage.pc_off):
            trouble.start_soon(each)
        calls = itertools.chain(stage.plan.calls)
        async with anyio.create_task_group() as lines:
            for _ in range(callers):
                lines.start_soon(stage.callers, calls)
        trouble.cancel_scope.cancel()
    stage.world.faults.clear()
    stage.world.set_online(OFFICE, online=True)
    await stage.server.end()  # it may have been killed a moment ago, or be starting
    stage.server.start()
    await stage.server.ready()


async def _settled(server: Server, seconds: float) -> None:
    """Wait until nothing is left to do, or until the time is up: what cannot be settled stays watched."""
    async with await opened(server.database) as store:
        with anyio.move_on_after(seconds):
            while await at_work(store):  # noqa: ASYNC110 - another process changes the rows
                await anyio.sleep(0.5)


async def _facts(stage: Stage, books: Books) -> tuple[Facts, Counter[str]]:
    stage.world.advance()
    async with await opened(stage.server.database) as store:
        rows = await rows_of(store, books, now_ms())
    facts = Facts(
        asks=tuple(ask for phone in stage.phones for ask in phone.asks),
        told=tuple(told for phone in stage.phones for told in phone.ear.told),
        rows=tuple(row for _, row in rows),
        done=tuple(done_in(stage.world, books, rows, stage.desk)),
    )
    open_states = {"waiting", "queued", "intent", "sending", "submitted", "uncertain", "overdue"}
    return facts, Counter(row.state for row in facts.rows if row.state in open_states)
