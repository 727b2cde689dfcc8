"""Finding outcomes: calls to Sikka and time until an outcome is known, ours against a plain loop.

Runs the sandbox in this process on a clock of its own, so that hours pass in seconds and every run with the
same seed is the same. Writes take 5 to 160 s, every length as likely; as one is known, the next is sent.

    python -m bench.polling [--seed 7]
"""

import argparse
import heapq
import itertools
import json
import statistics
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, cast

from rich.console import Console
from rich.table import Table

from sandbox.api import Api, Call
from sandbox.switches import Switches
from sandbox.world import OfficeSpec, SandboxConfig, World
from server.background.polling import Plan, Polling, Window
from store.ledger_listing import PendingId
from store.ledger_states import State

PENDING: Final = (1, 20, 100)
OFFICES: Final = (1, 5, 20)
LENGTHS: Final = (5.0, 160.0)
LOOP_SECONDS: Final = 5.0
POLL_SECONDS: Final = 0.8  # the default of CHAIRTIME_POLL_SECONDS
STATUS_SECONDS: Final = 0.1  # an answer about one write
LIST_SECONDS: Final = 0.25  # a page of the list
LEAST_WRITES: Final = 100
ROUNDS: Final = 4  # as many writes as are pending at once, so many times over
USUAL_OF: Final = 50  # as `Ledger.usual_seconds`
BEGIN: Final = 1_795_000_000.0
BASE: Final = "http://sandbox/v4"


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


@dataclass
class Open:
    """A write that Sikka has accepted."""

    sikka_id: str
    office: str
    accepted: float
    due: float
    checks: int = 0
    in_flight: bool = False


class Stage:
    """A sandbox, its clock, and the writes that are pending in it."""

    def __init__(self, pending: int, offices: int, seed: int, outcomes: int = 0) -> None:
        self.now = BEGIN
        self.random = Random(f"{seed}:{pending}:{offices}")  # noqa: S311 - seeded, so that runs repeat
        specs = tuple(OfficeSpec(f"D{10001 + number}", patients=10) for number in range(offices))
        config = SandboxConfig(
            seed=seed,
            offices=specs,
            desk=False,
            refresh_seconds=0,
            rate_limit=10**9,
            key_seconds=10**9,
            switches=Switches(writes_overtake=True),
        )
        self.world = World(config, lambda: self.now)
        self.api = Api(self.world)
        self.app = {"app-id": config.app_id, "app-key": config.app_key}
        self.keys = {spec.office_id: self._key(spec.office_id) for spec in specs}
        self.result = Result()
        self.open: dict[str, Open] = {}
        self.took: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=USUAL_OF))
        self.outcomes = outcomes or max(LEAST_WRITES, ROUNDS * pending)
        self.pending = pending
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()

    def after(self, seconds: float, event: Callable[[], None]) -> None:
        """Let something happen later."""
        heapq.heappush(self._events, (self.now + seconds, next(self._count), event))

    def run(self, wake: Callable[[], None]) -> Result:
        """Keep so many writes pending until enough outcomes are known; `wake` follows each that is sent."""
        self.wake = wake
        for _ in range(self.pending):
            self.send()
        while len(self.result.delays) < self.outcomes:
            self.now, _, event = heapq.heappop(self._events)
            event()
        return self.result

    def send(self) -> None:
        """Send one write of some office."""
        office = self.random.choice(list(self.keys))
        length = self.random.uniform(*LENGTHS)
        self.world.writeback_seconds = (length, length)
        number = self.random.choice(list(self.world.offices[office].records.appointments))
        body = {"op": "replace", "path": "/appointment_status", "value": "broken", "practice_id": "1"}
        headers = {"request-key": self.keys[office], "content-type": "application/json"}
        path = f"/appointments/{number}"
        reply = self._answer(
            Call(
                "PATCH",
                path,
                BASE,
                headers=headers,
                body=json.dumps({**body, "appointment_sr_no": number}).encode(),
            )
        )
        sikka_id = str(reply["long_message"]).removeprefix("Id:")
        self.open[sikka_id] = Open(sikka_id, office, self.now, self.now)
        self.after(0, self.wake)

    def ask(self, write: Open, pending: Callable[[], None]) -> None:
        """Ask `writeback_status` about one write; `pending` is called if it is not done yet."""
        self.result.calls += 1
        write.in_flight = True
        write.checks += 1

        def answered(reply: dict[str, Any]) -> None:
            write.in_flight = False
            if reply["items"][0]["is_completed"] == "True":
                self._known(write)
            else:
                pending()

        headers = {"request-key": self.keys[write.office]}
        call = Call("GET", "/writeback_status", BASE, {"id": write.sikka_id}, headers)
        self._answer_later(call, STATUS_SECONDS, answered)

    def read_list(self, window: Window, told: Callable[[dict[str, bool]], None]) -> None:
        """Read the list; `told` gets for each id whether it is pending."""
        self.result.calls += 1

        def answered(reply: dict[str, Any]) -> None:
            told({item["id"]: item["result"] == "pending" for item in reply["items"]})

        days = {"startdate": f"{window.first}", "enddate": f"{window.last}", "limit": "5000"}
        self._answer_later(Call("GET", "/writebacks", BASE, days, self.app), LIST_SECONDS, answered)

    def _known(self, write: Open) -> None:
        done = self.world.queue.rows[write.sikka_id].completed_at
        assert done is not None  # noqa: S101 - Sikka has just said so
        self.result.delays.append(self.now - done)
        self.took[write.office].append(self.now - write.accepted)
        del self.open[write.sikka_id]
        self.send()

    def _answer_later(self, call: Call, seconds: float, answered: Callable[[dict[str, Any]], None]) -> None:
        """Sikka looks half-way between question and answer."""

        def look() -> None:
            reply = self._answer(call)
            self.after(seconds / 2, lambda: answered(reply))

        self.after(seconds / 2, look)

    def _answer(self, call: Call) -> dict[str, Any]:
        self.world.advance()
        return cast("dict[str, Any]", self.api.answer(call).body)

    def _key(self, office: str) -> str:
        config = self.world.config
        grant = {
            "grant_type": "request_key",
            "office_id": office,
            "secret_key": self.world.offices[office].secret_key,
            "app_id": config.app_id,
            "app_key": config.app_key,
        }
        headers = {"content-type": "application/json"}
        call = Call("POST", "/request_key", BASE, headers=headers, body=json.dumps(grant).encode())
        return str(self._answer(call)["request_key"])


class Loop:
    """The plain way: every pending write is asked about every five seconds."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._begun: set[str] = set()

    def wake(self) -> None:
        """Begin with the writes that are new."""
        for write in list(self._stage.open.values()):
            if write.sikka_id not in self._begun:
                self._begun.add(write.sikka_id)
                self._again(write)

    def _again(self, write: Open) -> None:
        self._stage.after(LOOP_SECONDS, lambda: self._stage.ask(write, lambda: self._again(write)))


class Ours:
    """`Polling`, as the sweeper uses it.

    Args:
        stage: to play on.
        watched: whether a caller waits for every write, all the time.
    """

    def __init__(self, stage: Stage, *, watched: bool) -> None:
        self._stage = stage
        self._watched = watched
        self._polling = Polling(POLL_SECONDS)
        self._wakes_at = float("inf")

    def wake(self) -> None:
        """Plan, ask, and wake again when the next is due."""
        stage, pending = self._stage, self._pending()
        plan = self._plan(pending)
        if plan.window is not None:
            self._read(plan.window, pending, plan)
        for row in plan.ask:
            self._ask(stage.open[row.sikka_id], plan.pauses[row.row_id])
        for row in pending:
            if row.row_id in plan.listed and row.due_at <= _ms(stage.now):
                stage.open[row.sikka_id].due = stage.now + plan.pauses[row.row_id]
        self._wake_when_due()

    def _plan(self, pending: list[PendingId]) -> Plan:
        usual = {
            (office, "confirm"): sorted(took)[(len(took) - 1) // 2]
            for office, took in self._stage.took.items()
        }
        watched = {row.row_id for row in pending} if self._watched else set[str]()
        return self._polling.plan(_ms(self._stage.now), pending, watched=watched, usual=usual)

    def _pending(self) -> list[PendingId]:
        return [
            PendingId(
                row_id=write.sikka_id,
                office=write.office,
                sikka_id=write.sikka_id,
                operation="confirm",
                state=State.SUBMITTED,
                age_ms=int((self._stage.now - write.accepted) * 1000),
                check_count=write.checks,
                due_at=_ms(write.due),
            )
            for write in self._stage.open.values()
            if not write.in_flight
        ]

    def _ask(self, write: Open, pause: float) -> None:
        def later() -> None:
            write.due = self._stage.now + pause
            self._wake_when_due()

        self._stage.ask(write, later)

    def _read(self, window: Window, pending: list[PendingId], plan: Plan) -> None:
        asked = _ms(self._stage.now)
        self._polling.list_asked(asked)

        def told(entries: dict[str, bool]) -> None:
            rows = [row for row in pending if row.row_id in plan.listed and row.sikka_id in self._stage.open]
            said = self._polling.list_read(
                _ms(self._stage.now), rows, entries, seconds=LIST_SECONDS, requests=1
            )
            for row_id in said.done:
                self._stage.open[row_id].due = self._stage.now
            self.wake()

        self._stage.read_list(window, told)

    def _wake_when_due(self) -> None:
        due = min((write.due for write in self._stage.open.values() if not write.in_flight), default=None)
        if due is None:
            return
        due = max(due, self._stage.now + 0.001)
        if self._wakes_at <= self._stage.now or due < self._wakes_at:
            self._wakes_at = due
            self._stage.after(due - self._stage.now, self.wake)


def _ms(seconds: float) -> int:
    return int(seconds * 1000)


def measure(pending: int, offices: int, seed: int, outcomes: int = 0) -> tuple[Result, Result, Result]:
    """The plain loop, ours with nobody waiting, and ours with a caller waiting for every write.

    Args:
        pending: writes that are open at any time.
        offices: over which they are spread.
        seed: of everything that is left to chance.
        outcomes: how many are measured; 0 is as many as make the figures steady.
    """
    stages = [Stage(pending, offices, seed, outcomes) for _ in range(3)]
    return (
        stages[0].run(Loop(stages[0]).wake),
        stages[1].run(Ours(stages[1], watched=False).wake),
        stages[2].run(Ours(stages[2], watched=True).wake),
    )


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
            figures = [(each.calls_each, each.within(50), each.within(95)) for each in results]
            table.add_row(f"{pending}", f"{offices}", *(f"{x:.2f}" for figure in figures for x in figure))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
