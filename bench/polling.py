"""Finding outcomes: calls to Sikka and time until an outcome is known, ours against a plain loop.

Ours is the sweeper of the running program, on a ledger in a file; the sandbox answers it in this process.
Both are on a clock of their own, so that hours pass in seconds. Writes take 5 to 160 s, every length as
likely; as one is known, the next is sent. The writes repeat with the seed; our jittered questions do not.

    python -m bench.polling [--seed 7]
"""

import argparse
import json
import statistics
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final, cast
from unittest.mock import patch

import anyio
import httpx2
from anyio.abc import TaskGroup
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from bench.leaping import LeapingClock, StandingDatabase, run
from sandbox.api import Api, Call
from sandbox.switches import Switches
from sandbox.world import OfficeSpec, SandboxConfig, World
from server.background.freshness import Freshness
from server.background.leases import StoredKeys
from server.background.parts import Parts, renewal_seconds
from server.background.sweeper import Sweeper
from server.desk.doorbell import Doorbell
from server.desk.front_desk import open_desk
from server.settings import Settings
from server.sikka.client import Sikka
from server.sikka.transport import Transport
from store.ledger_rows import NewWriteback, Writeback
from store.ledger_states import OPEN, SETTLED, State
from store.opening import open_store

PENDING: Final = (1, 20, 100)
OFFICES: Final = (1, 5, 20)
LENGTHS: Final = (5.0, 160.0)
LOOP_SECONDS: Final = 5.0
STATUS_SECONDS: Final = 0.1  # an answer about one write
LIST_SECONDS: Final = 0.25  # a page of the list
STATUS, LIST = "/writeback_status", "/writebacks"
LEAST_WRITES: Final = 40
ROUNDS: Final = 3  # as many writes as are pending at once, so many times over
BASE: Final = "http://sandbox/v4"
DAY_MS: Final = 86_400_000
FOR_EVER: Final = 1e6  # seconds; longer than any run


@dataclass
class Result:
    """What one way cost, and how soon it knew: seconds from done to known, one for each write."""

    calls: int = 0
    delays: list[float] = field(default_factory=list[float])

    @property
    def calls_each(self) -> float:
        """Calls to Sikka for each outcome; the write itself is not counted."""
        return self.calls / len(self.delays)

    def within(self, share: int) -> float:
        """Seconds within which so many per cent of the outcomes were known."""
        return statistics.quantiles(self.delays, n=100, method="inclusive")[share - 1]


class Stage(httpx2.AsyncBaseTransport):
    """A sandbox on the loop's clock, reached as over HTTP, and the writes that are pending in it."""

    def __init__(self, offices: int, seed: int) -> None:
        # Seeded, so that every way meets the same.
        self.random = Random(f"{seed}:{offices}")  # noqa: S311 - guards nothing
        self.lengths = Random(f"{seed}:{offices}:lengths")  # noqa: S311 - as above
        specs = tuple(OfficeSpec(f"D{10001 + number}", patients=10) for number in range(offices))
        self.config = SandboxConfig(
            seed=seed,
            offices=specs,
            desk=False,
            refresh_seconds=0,
            rate_limit=10**9,
            key_seconds=10**9,
            switches=Switches(writes_overtake=True),
        )
        self.clock = LeapingClock()
        self.world = World(self.config, self.clock.world)
        self.api = Api(self.world)
        self.result = Result()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sikka looks half-way between question and answer."""
        path = request.url.path.removeprefix("/v4")
        seconds = {STATUS: STATUS_SECONDS, LIST: LIST_SECONDS}.get(path, 0.0)
        self.result.calls += path in {STATUS, LIST}
        await anyio.sleep(seconds / 2)
        self.world.advance()
        if request.method == "PATCH":
            length = self.lengths.uniform(*LENGTHS)
            self.world.writeback_seconds = (length, length)
        call = Call(
            request.method,
            path,
            BASE,
            dict(request.url.params),
            {name.lower(): value for name, value in request.headers.items()},
            await request.aread(),
        )
        reply = self.api.answer(call)
        await anyio.sleep(seconds / 2)
        content = b"" if reply.body is None else json.dumps(reply.body).encode()
        return httpx2.Response(reply.status, headers=reply.headers, content=content)

    def next_write(self) -> tuple[str, str, dict[str, str]]:
        """The next write: its office, its path and its body."""
        office = self.random.choice([spec.office_id for spec in self.config.offices])
        number = self.random.choice(sorted(self.world.offices[office].records.appointments))
        body = {"op": "replace", "path": "/appointment_status", "value": "broken", "practice_id": "1"}
        return office, f"/appointments/{number}", {**body, "appointment_sr_no": number}

    def known(self, sikka_id: str) -> None:
        """Somebody knows now that a write is done."""
        done = self.world.queue.rows[sikka_id].completed_at
        assert done is not None  # noqa: S101 - Sikka has just said so
        self.result.delays.append(self.clock.world() - done)


@dataclass(frozen=True)
class Program:
    """The parts of the server that find outcomes."""

    parts: Parts
    stage: Stage

    async def write(self) -> tuple[Writeback, str]:
        """Hand a write over and put it down as accepted, as the carrier does; with Sikka's office id."""
        number, path, body = self.stage.next_write()
        now, ledger = self.parts.clock.now(), self.parts.store.ledger
        office = next(each for each in await self.parts.store.offices.list() if each.office_id == number)
        new = NewWriteback(
            office=office.id,
            operation="confirm",
            method="PATCH",
            endpoint=path,
            body=body,
            facts={"appointment_sr_no": body["appointment_sr_no"]},
            natural_key=None,
            send_before=now + DAY_MS,
        )
        row, _ = await ledger.append(new, now)
        sikka_id = await self.parts.sikka.office(number, live=True).write("PATCH", path, body)
        await ledger.change(row.id, State.SENDING, now, expect=OPEN, lease_until=now + DAY_MS)
        row = await ledger.change(row.id, State.SUBMITTED, now, expect=OPEN, sikka_id=sikka_id)
        return cast("Writeback", row), number


async def by_the_loop(program: Program) -> None:
    """One write, the plain way: it is asked about every five seconds until it is done."""
    row, number = await program.write()
    calls = program.parts.sikka.office(number, live=False)
    while True:
        await anyio.sleep(LOOP_SECONDS)
        status = await calls.writeback_status(row.sikka_id or "")
        if status is not None and status.completed:
            program.stage.known(row.sikka_id or "")
            return


async def by_the_sweeper(program: Program, *, watched: bool) -> None:
    """One write, our way: it is in the ledger, and the sweeper tells when it is settled."""
    row, _ = await program.write()
    doorbell = program.parts.doorbell
    with ExitStack() as stack:
        if watched:
            stack.enter_context(doorbell.watching([row.id]))
        doorbell.ring()
        found: Writeback | None = row
        while found is not None and found.state not in SETTLED:
            await doorbell.wait_for_change(row.id, FOR_EVER)
            found = await program.parts.store.ledger.get(row.office, row.id)
    program.stage.known(row.sikka_id or "")


async def played(
    pending: int, offices: int, seed: int, outcomes: int, way: Callable[[Program], Awaitable[None]]
) -> Result:
    """Keep so many writes pending, each seen to in that way, until enough outcomes are known."""
    with (
        TemporaryDirectory(prefix="polling-") as folder,
        patch("store.sqlite.SqliteDatabase", StandingDatabase),
    ):
        stage = Stage(offices, seed)
        settings = Settings(
            sikka_app_id=SecretStr(stage.config.app_id), sikka_app_key=SecretStr(stage.config.app_key)
        )
        path = Path(folder) / "polling.sqlite3"
        store = await open_store(f"sqlite:///{path}", key_file=None, key_text=None, default_path=path)
        async with (
            store,
            httpx2.AsyncClient(transport=stage, base_url=f"{BASE}/") as client,
            anyio.create_task_group() as tasks,
        ):
            keys = StoredKeys(store, stage.clock, owner="bench", lease_seconds=renewal_seconds(settings))
            sikka = Sikka(
                Transport(client, FOR_EVER),
                keys,
                tasks,
                app_id=stage.config.app_id,
                app_key=stage.config.app_key,
                clock=stage.clock,
            )
            parts = Parts(store, sikka, Doorbell(), stage.clock, settings, "bench")
            await Freshness(parts).load_offices(live=True)
            await _play(Program(parts, stage), pending, outcomes, way, tasks)
            tasks.cancel_scope.cancel()
        return stage.result


async def _play(
    program: Program,
    pending: int,
    outcomes: int,
    way: Callable[[Program], Awaitable[None]],
    tasks: TaskGroup,
) -> None:
    parts, delays, over = program.parts, program.stage.result.delays, anyio.Event()
    if way is not by_the_loop:
        desk = open_desk(parts.store, parts.sikka, parts.doorbell, parts.clock, parts.settings)
        tasks.start_soon(Sweeper(parts, desk, tasks).run)

    async def one_after_the_other() -> None:
        while len(delays) < outcomes:
            await way(program)
        over.set()

    for _ in range(pending):
        tasks.start_soon(one_after_the_other)
    await over.wait()


def measure(pending: int, offices: int, seed: int, outcomes: int = 0) -> tuple[Result, Result, Result]:
    """The plain loop, ours with nobody waiting, and ours with a caller waiting for every write.

    Args:
        pending: writes that are open at any time.
        offices: over which they are spread.
        seed: of everything that is left to chance.
        outcomes: how many are measured; 0 is as many as make the figures steady.
    """
    enough = outcomes or max(LEAST_WRITES, ROUNDS * pending)
    unwatched, watched = (partial(by_the_sweeper, watched=watched) for watched in (False, True))
    loop, nobody, every = (
        run(partial(played, pending, offices, seed, enough, way)) for way in (by_the_loop, unwatched, watched)
    )
    return loop, nobody, every


def main() -> None:
    """Measure all and print a table."""
    parser = argparse.ArgumentParser(description="Calls and delays of finding outcomes.")
    parser.add_argument("--seed", type=int, default=7)
    seed = parser.parse_args().seed
    table = Table(title=f"Calls to Sikka for each outcome, and seconds from done to known (seed {seed})")
    for title in ("pending", "offices"):
        table.add_column(title, justify="right")
    for way in ("loop of 5 s", "ours, nobody waits", "ours, all wait"):
        for title in ("calls", "p50", "p95"):
            table.add_column(f"{way}\n{title}", justify="right")
    for pending in PENDING:
        for offices in OFFICES:
            results = measure(pending, offices, seed)
            figures: list[Any] = [(each.calls_each, each.within(50), each.within(95)) for each in results]
            table.add_row(f"{pending}", f"{offices}", *(f"{x:.2f}" for figure in figures for x in figure))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
