"""A whole run: a practice, a server with real limits, an attack in two parts, and what is left after it."""

import asyncio
import base64
import contextlib
import json
import os
import resource
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, Final

from bench.chaos.process import Server
from bench.fuzz.attacks import JSON, LIST, Armoury, request, shot
from bench.fuzz.calls import Caller, Door, Person
from bench.fuzz.honest import books
from bench.fuzz.judge import (
    Secrets,
    missing_refusals,
    wrong_answer,
    wrong_call,
    wrong_end,
    wrong_log,
    wrong_shot,
)
from bench.fuzz.slow import KINDS
from bench.fuzz.tokens import PUBLIC_URL, SCOPES, Issuer, issuing
from bench.fuzz.watched import MUTANT, NOTES
from bench.fuzz.wire import Line, connect, line
from sandbox.records import Patient
from sandbox.serving import serve_sandbox
from sandbox.world import OfficeSpec, SandboxConfig, World
from store.opening import open_store

OFFICES: Final = ("D10001", "D20002")
SEALING_KEY: Final = base64.b64encode(b"a key of the fuzz, 32 bytes long").decode("ascii")
CANARY: Final = "Xanthippus"
TOKENS: Final = 12  # at least
A_MINUTE: Final = 400  # requests for one token, fewer than it has in a minute, however fast they are sent
CALLS: Final = 0.34  # of all requests
SLOW: Final = 0.03
WARM: Final = 0.2  # of all requests come before the first look at what the server holds
AT_ONCE: Final = 24
SLOW_AT_ONCE: Final = 150
MOST_CONNECTIONS: Final = 600
CROWD: Final = 650
CALM_SECONDS: Final = 1.2  # longer than a request may take to arrive
SETTLE_SECONDS: Final = 20.0
MOST_SHOWN: Final = 200  # bytes of a request
DESCRIPTORS: Final = 2_000
OK: Final = 200
TOO_SLOW: Final = 408
UNAVAILABLE: Final = 503
LONG_RUN: Final = 5_000  # requests, after which every refusal must have been met


@dataclass(frozen=True)
class Options:
    """What is run."""

    seed: int
    count: int
    folder: Path
    mutant: str = ""
    crowd: int = CROWD
    settle: float = SETTLE_SECONDS


@dataclass
class Outcome:
    """What a run showed.

    Attributes:
        wrong: empty where everything held.
        internal: the calls whose answer was that something went wrong inside.
        before: what the server held when it was warm; `after`, in the end.
    """

    wrong: list[str] = field(default_factory=list[str])
    kinds: Counter[str] = field(default_factory=Counter[str])
    statuses: Counter[int] = field(default_factory=Counter[int])
    internal: list[str] = field(default_factory=list[str])
    outcomes: Counter[str] = field(default_factory=Counter[str])
    before: dict[str, int] = field(default_factory=dict[str, int])
    after: dict[str, int] = field(default_factory=dict[str, int])
    seconds: float = 0.0
    writes: int = 0
    log_bytes: int = 0


@dataclass
class Siege:
    """The parts of a run in motion."""

    options: Options
    server: Server
    armouries: list[Armoury]  # each with a token of its own
    caller: Caller
    secrets: Secrets
    outcome: Outcome

    async def salvo(self, first: int, last: int) -> None:
        """The requests of these numbers, each made from the seed and its number."""
        numbers = iter(range(first, last))
        room = asyncio.Semaphore(SLOW_AT_ONCE)
        async with asyncio.TaskGroup() as slow:

            async def work() -> None:
                own: Line | None = None
                for number in numbers:
                    chance = Random(f"{self.options.seed} {number}")  # noqa: S311 - repeatable, not secret
                    kind = chance.random()
                    if kind < CALLS:
                        own = await self._call(number, chance, own)
                    elif kind < CALLS + SLOW:
                        await room.acquire()
                        slow.create_task(self._slow(number, chance)).add_done_callback(
                            lambda _: room.release()
                        )
                    else:
                        await self._shot(number, chance)
                if own is not None:
                    own.drop()

            async with asyncio.TaskGroup() as workers:
                for _ in range(AT_ONCE):
                    workers.create_task(work())

    async def _call(self, number: int, chance: Random, own: Line | None) -> Line | None:
        call = self.caller.call(chance)
        lines = [f"{name}: {value}" for name, value in call.headers]
        data = request("POST", f"{call.door.path}/mcp", *lines, body=call.body, token=call.door.token)
        again = own is not None
        own = own or await connect(self.server.port)
        await own.say(data)
        heard = await own.hear()
        if not heard.status and again:  # it was kept open for too long
            own.drop()
            own = await connect(self.server.port)
            await own.say(data)
            heard = await own.hear()
        self.note(number, f"tool {call.tool}", heard.status, wrong_call(heard, call, self.secrets), data)
        with contextlib.suppress(ValueError, KeyError, TypeError):
            result = json.loads(heard.body)["result"]
            told = result["structuredContent"]["outcome"]
            self.outcome.outcomes[told] += 1
            if told == "internal":
                self.outcome.internal.append(f"internal, request {number}:\n    {call.body[:MOST_SHOWN]!r}")
            self.caller.hears(call, result["content"][0]["text"])
        if not heard.status or heard.headers.get("connection") == "close":
            own.drop()
            return None
        return own

    async def _shot(self, number: int, chance: Random) -> None:
        one = shot(chance, self.armouries[number % len(self.armouries)])
        async with line(self.server.port) as own:
            await own.say(one.data)
            heard = await own.hear(head=one.head)
        self.note(number, one.kind, heard.status, wrong_shot(heard, one, self.secrets), one.data)

    async def _slow(self, number: int, chance: Random) -> None:
        kind = chance.choices(list(KINDS), [share for share, _ in KINDS.values()])[0]
        arms = self.armouries[number % len(self.armouries)]
        heard, fault = await KINDS[kind][1](self.server.port, chance, arms)
        fault = fault or wrong_answer(heard, frozenset({heard.status}), self.secrets)
        self.note(number, kind, heard.status, fault, b"")

    def note(self, number: int, kind: str, status: int, fault: str, data: bytes) -> None:
        """One more request is over."""
        self.outcome.kinds[kind] += 1
        self.outcome.statuses[status] += 1
        if fault:
            self.outcome.wrong.append(f"{kind}, request {number}: {fault}\n    {data[:MOST_SHOWN]!r}")

    async def crowd(self) -> None:
        """More connections than the server takes: who comes then is told so, and all are let go."""

        async def come() -> tuple[Line, int]:
            one = await connect(self.server.port)
            await one.say(request("GET", "/healthz", body=None))
            heard = await one.hear()
            fault = wrong_answer(heard, frozenset({OK, UNAVAILABLE, TOO_SLOW}), self.secrets)
            self.note(-1, "crowd", heard.status, fault, b"")
            return one, heard.status

        crowd = await asyncio.gather(*(come() for _ in range(self.options.crowd)))
        if crowd and not any(status == UNAVAILABLE for _, status in crowd):
            self.outcome.wrong.append(f"a crowd of {len(crowd)} was let in")
        gone = await asyncio.gather(*(one.gone() for one, _ in crowd))
        for one, _ in crowd:
            one.drop()
        if not all(gone):
            self.outcome.wrong.append(f"of a crowd, {gone.count(False)} connections stay")

    async def settled(self, aim: dict[str, int] | None = None) -> dict[str, int]:
        """What the server holds once it is as little as `aim`, or gets no less; or when the time is up."""
        ends = time.monotonic() + self.options.settle
        held = await self._held()
        while time.monotonic() < ends:
            await asyncio.sleep(CALM_SECONDS)
            earlier, held = held, await self._held()
            if not (wrong_end(aim, held, self.options.count) if aim else held["tasks"] < earlier["tasks"]):
                break
        return held

    async def _held(self) -> dict[str, int]:
        notes = self.options.folder / "notes"
        notes.unlink(missing_ok=True)
        self.server.tell(signal.SIGUSR1)
        async with asyncio.timeout(SETTLE_SECONDS):
            while not notes.exists():  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.02)
        return json.loads(notes.read_text(encoding="ascii"))


async def run(options: Options) -> Outcome:
    """Do all of it. The practice's world lives in this loop, the server in a process of its own."""
    _more_descriptors()
    began, outcome = time.monotonic(), Outcome()
    config = SandboxConfig(
        seed=options.seed,
        offices=tuple(OfficeSpec(office, patients=400) for office in OFFICES),
        writeback_seconds=(0.2, 1.0),
        refresh_seconds=30.0,
        rate_limit=1_000_000,
        desk=False,
    )
    async with serve_sandbox(World(config)) as sandbox, issuing() as issuer:
        world = sandbox.world
        people = {office: _people(world, office) for office in OFFICES}
        changes = {
            MUTANT: options.mutant,
            NOTES: str(options.folder / "notes"),
            "CHAIRTIME_OFFICE": ",".join(OFFICES),
            "CHAIRTIME_ISSUER": issuer.url,
            "CHAIRTIME_JWKS_URL": f"{issuer.url}/keys",
            "CHAIRTIME_PUBLIC_URL": PUBLIC_URL,
            "CHAIRTIME_REQUEST_SECONDS": "1",
            "CHAIRTIME_KEY": SEALING_KEY,
            "CHAIRTIME_MAX_CONNECTIONS": str(MOST_CONNECTIONS),
        }
        server = Server(sandbox, options.folder, "bench.fuzz.watched", changes=changes)
        server.start()
        try:
            await server.ready()
            async with _besieged(options, server, issuer, people, outcome) as siege:
                await _act(siege, people)
        finally:
            await server.end()
        # An answer that came too late to be put down is "internal" too, and no crash: the log knows.
        logged = wrong_log(server.log.read_text(encoding="utf-8").splitlines(), siege.secrets)
        outcome.wrong += [*outcome.internal, *logged] if logged else []
        outcome.log_bytes = server.log.stat().st_size
        outcome.writes, lost = _writes(world, options.folder / "chairtime.sqlite3")
        outcome.wrong += lost
    outcome.seconds = time.monotonic() - began
    return outcome


async def _act(siege: Siege, people: dict[str, list[Patient]]) -> None:
    count, outcome, server = siege.options.count, siege.outcome, siege.server
    one, other = people[OFFICES[0]][-2:]
    await books(server.root, siege.armouries[0].token, one)
    warm = max(1, int(count * WARM))
    await siege.salvo(0, warm)
    outcome.before = await siege.settled()
    await siege.salvo(warm, count)
    await siege.crowd()
    outcome.after = await siege.settled(outcome.before)
    outcome.wrong += wrong_end(outcome.before, outcome.after, count - warm)
    if not server.running:
        outcome.wrong.append("the server is gone")
    await books(server.root, siege.armouries[0].token, other)
    if count >= LONG_RUN:
        outcome.wrong += missing_refusals(outcome.statuses)


@contextlib.asynccontextmanager
async def _besieged(
    options: Options, server: Server, issuer: Issuer, people: dict[str, list[Patient]], outcome: Outcome
) -> AsyncGenerator[Siege]:
    """Everything to attack with, made beforehand."""
    doors: list[Door] = []
    url = server.database
    async with await open_store(
        url, key_file=None, key_text=SEALING_KEY, default_path=options.folder
    ) as store:
        now = int(time.time() * 1000)
        for number in range(max(TOKENS, options.count // A_MINUTE)):
            office = OFFICES[number % len(OFFICES)]
            _, token = await store.tokens.create(
                f"door {number}", scopes=SCOPES.split(), offices=OFFICES, now=now, expires_at=None
            )
            token = issuer.token(sub=f"door {number}") if number % 3 == 0 else token
            callers = tuple(
                Person(row.firstname, row.lastname, str(row.birthdate), row.cell)
                for row in people[office][:40]
            )
            doors.append(Door(number, token, office, f"/o/{office}", callers))
        arms = [
            (
                await store.tokens.create(
                    f"arm {number}", scopes=SCOPES.split(), offices=OFFICES[:1], now=now, expires_at=None
                )
            )[1]
            for number in range(1 + options.count // A_MINUTE)
        ]
        _, greedy = await store.tokens.create(
            "greedy", scopes=SCOPES.split(), offices=OFFICES[:1], now=now, expires_at=None
        )
    async with line(server.port) as one:
        await one.say(request("POST", "/mcp", *JSON, body=LIST, token=doors[0].token))
        tools: list[dict[str, Any]] = json.loads((await one.hear()).body)["result"]["tools"]
    tokens = (*(door.token for door in doors), *arms, greedy)
    app = server.sandbox.world.config
    secrets = Secrets(
        (CANARY, SEALING_KEY, *tokens, app.app_key, app.app_id, str(options.folder), os.fspath(Path.cwd()))
    )
    armouries = [Armoury(issuer, arm, greedy) for arm in arms]
    yield Siege(options, server, armouries, Caller(doors, tools), secrets, outcome)


def _people(world: World, office: str) -> list[Patient]:
    """Patients whom nobody is mistaken for; every other one has a name that no answer may have in it."""
    patients = world.offices[office].records.patients
    rows = list(patients.values())
    born = Counter(row.birthdate for row in rows)
    easy = [row for row in rows if born[row.birthdate] == 1 and row.status == "Active"][::2]
    chosen = {row.patient_id for row in easy}
    for number, row in enumerate(rows):
        if row.patient_id not in chosen:
            patients[row.patient_id] = replace(row, lastname=f"{CANARY}{number}")
    world.offices[office].refresh()
    return easy


def _writes(world: World, database: Path) -> tuple[int, list[str]]:
    """How many writes reached the practice, and those that the ledger knows nothing of."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        known = {row[0] for row in connection.execute("SELECT sikka_id FROM pms_writebacks")}
    strange = [write.operation for write in world.queue.rows.values() if write.id not in known]
    return len(world.queue.rows), [f"{operation} was done without a row" for operation in strange]


def _more_descriptors() -> None:
    """A crowd takes more of them than many systems give without being asked."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
