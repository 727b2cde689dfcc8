"""A whole run: a practice, a server that is killed, callers, a storm, and the books at the end."""

import contextlib
import datetime as dt
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from bench.chaos.callers import CALL_ENDED, CUT_OFF, SHIFT, CallEnded, Errand, Shift
from bench.chaos.claims import Ear
from bench.chaos.evidence import Books, at_work, done_in, now_ms, opened, rows_of
from bench.chaos.facts import Facts
from bench.chaos.judge import Verdict, judge
from bench.chaos.phone import Phone
from bench.chaos.plan import LOST_SHARE, Plan, Script, chairs_refuse, lasting_faults, plan_run
from bench.chaos.process import Server
from sandbox.desk import DeskAct
from sandbox.records import Patient
from sandbox.serving import serve_sandbox
from sandbox.switches import Switches
from sandbox.world import OfficeSpec, SandboxConfig, World

OFFICE: Final = "D10001"
SERVER: Final = "server"
ROOT: Final = Path(__file__).parent.parent.parent
PROCESSES: Final = 2  # of callers
LEAST_CALLERS: Final = 6
MOST_CALLERS: Final = 12
OVERTIME_SECONDS: Final = 30.0
LONGEST_LINE: Final = 1 << 20
LOOK_SECONDS: Final = 0.1
REQUESTS_A_PULSE: Final = 25
MOST_WAITING: Final = 8  # faults that have not met a request yet; older ones pass over
VISITING: Final = frozenset({Script.CANCEL, Script.CONFIRM})
LEAST_PATIENTS: Final = 800  # more than the calendar has room for, so that many have nothing coming up


@dataclass(frozen=True, slots=True)
class Options:
    """`count` operations in all. `lost` is the share of writes whose answer is lost.

    `call_seconds` bounds the time of all calls, `settle_seconds` the wait for the ledger after them.
    """

    seed: int
    count: int
    folder: Path
    call_seconds: float
    settle_seconds: float
    module: str = SERVER
    lost: float = LOST_SHARE

    @property
    def callers(self) -> int:
        """How many are on the phone at once."""
        return min(MOST_CALLERS, max(LEAST_CALLERS, self.count // 8))


@dataclass
class Outcome:
    """What a run showed, and how it went.

    `open_at_end` counts unsettled rows, `calls` how calls ended; the calls took `call_seconds` in all.
    """

    plan: Plan
    verdict: Verdict
    facts: Facts
    seconds: float
    call_seconds: float
    kills: int
    open_at_end: Counter[str]
    calls: Counter[str]
    unclear: tuple[str, ...]


@dataclass
class Stage:
    """The parts of a run in motion. `nobody` is a patient who calls never, for what the desk does."""

    plan: Plan
    world: World
    server: Server
    lost: float
    people: dict[int, Patient | None]
    nobody: str = ""
    ended: list[CallEnded] = field(default_factory=list[CallEnded])
    desk: list[tuple[float, DeskAct]] = field(default_factory=list[tuple[float, DeskAct]])

    def __post_init__(self) -> None:
        callers = {who.patient_id for who in self.people.values() if who is not None}
        everybody = self.world.offices[OFFICE].records.patients
        self.nobody = next(number for number in everybody if number not in callers)

    async def callers(self, shift: Shift) -> None:
        """One process of callers, until all its calls have ended, or long after their time is up."""
        with anyio.move_on_after(shift.seconds + OVERTIME_SECONDS):
            async with await anyio.open_process(
                [sys.executable, "-m", "bench.chaos.callers"], cwd=ROOT, stderr=None
            ) as process:
                await self._hear(process, shift)

    async def _hear(self, process: Process, shift: Shift) -> None:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the callers' process has no pipes")
        await process.stdin.send(SHIFT.dump_json(shift))
        await process.stdin.aclose()
        lines = BufferedByteReceiveStream(process.stdout)
        with contextlib.suppress(anyio.IncompleteRead):
            while True:
                line = await lines.receive_until(b"\n", LONGEST_LINE)
                self.ended.append(CALL_ENDED.validate_json(line))

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
                act = (self._taken() if pulse.desk_takes else None) or self.world.desks[OFFICE].act()
                if act is not None:
                    self.desk.append((time.time(), act))

    def _taken(self) -> DeskAct | None:
        """The desk takes the time of a booking that is on its way; None if there is none."""
        on_its_way = [
            write for write in self.world.queue.pending_of(OFFICE) if write.operation == "POST appointment"
        ]
        if not on_its_way:
            return None
        fields = on_its_way[-1].fields
        start = dt.datetime.fromisoformat(f"{fields['date']}T{fields['time']}")
        return self.world.desks[OFFICE].book(
            self.nobody, start, int(fields["length"]), fields["operatory"], fields["provider_id"]
        )

    async def kills(self) -> None:
        """The server is killed and started again."""
        for seconds in self.plan.kills():
            await anyio.sleep(seconds)
            await self.server.kill()
            self.server.start()
            await self.server.ready()

    async def pc_off(self) -> None:
        """The office's PC is off for a while."""
        while len(self.ended) < self.plan.pc_off_at:  # noqa: ASYNC110 - callers ring no bell
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
            stage = Stage(plan, world, server, options.lost, people_for(plan, world))
            calling = time.monotonic()
            await _act(stage, list(_shifts(stage, options)))
            called = time.monotonic()
            await _settled(server, options.settle_seconds)
        finally:
            await server.end()
        facts, still_open = await _facts(stage, books)
    return Outcome(
        plan,
        judge(facts),
        facts,
        time.monotonic() - began,
        called - calling,
        server.kills,
        still_open,
        Counter(call.ended for call in stage.ended),
        tuple(text for call in stage.ended for text in call.unclear),
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
            people[call.number] = next(visiting if call.script in VISITING else free)
    return people


def _shifts(stage: Stage, options: Options) -> Iterable[Shift]:
    """The calls, dealt out to the processes of callers."""
    people = stage.people
    errands: list[Errand] = []
    for call in stage.plan.calls:
        who, name, born = people[call.number], call.stranger.name, call.stranger.born
        if who is not None and who.birthdate is not None:
            name, born = f"{who.firstname} {who.lastname}", who.birthdate
        errands.append(Errand(call, name, born))
    for number in range(PROCESSES):
        yield Shift(
            stage.server.root,
            options.seed,
            stage.world.offices[OFFICE].now().date(),
            lines=max(1, options.callers // PROCESSES),
            seconds=options.call_seconds,
            errands=tuple(errands[number::PROCESSES]),
        )


async def _act(stage: Stage, shifts: list[Shift]) -> None:
    async with anyio.create_task_group() as trouble:
        for each in (stage.storm, stage.kills, stage.pc_off):
            trouble.start_soon(each)
        async with anyio.create_task_group() as lines:
            for shift in shifts:
                lines.start_soon(stage.callers, shift)
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
    to_the_end = {call.number for call in stage.ended if call.ended != CUT_OFF}
    facts = Facts(
        asks=tuple(ask for call in stage.ended for ask in call.asks),
        told=tuple(told for call in stage.ended for told in call.told),
        rows=tuple(row for _, row in rows),
        done=tuple(done_in(stage.world, books, rows, stage.desk)),
        unfinished=tuple(
            f"call {call.number} ({call.script}) had not ended when its time was up"
            for call in stage.plan.calls
            if call.number not in to_the_end
        ),
    )
    open_states = {"waiting", "queued", "intent", "sending", "submitted", "uncertain", "overdue"}
    return facts, Counter(row.state for row in facts.rows if row.state in open_states)
