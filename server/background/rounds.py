"""Chooses the writes to be looked at now, and reads the list of writes where that is the cheaper way."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import anyio
import structlog
from anyio.abc import TaskGroup

from server.background.cadence import pause_seconds
from server.background.due import AT_ONCE, DueRows
from server.background.parts import Parts
from server.background.polling import LIST_AVOIDED_MS, OURS, Left, Plan, Polling, Window
from server.clock import DAY_MS
from server.sikka.calls import MOST_ROWS
from server.sikka.errors import RateLimited
from store.ledger_listing import PendingId
from store.ledger_rows import Writeback
from store.ledger_states import State

USUAL_SECONDS: Final = 60.0  # how long a usual completion time is believed before it is asked for again
FIRST_USUAL_SECONDS: Final = 15.0  # the same, while there is none
ALL: Final = "all"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Usual:
    """What was usual, and when that was found out (monotonic seconds)."""

    seconds: float | None
    known_at: float


class Rounds:
    """Which rows the sweeper looks at, round by round.

    Rows that the list answers for are put off until it is read. Rows wished away, rows whose answer was lost
    and rows settled by a person have times of their own.

    Args:
        parts: of this process.
        tasks: where the list is read.
        due: the rows the sweeper deals with.
    """

    def __init__(self, parts: Parts, tasks: TaskGroup, due: DueRows) -> None:
        self._parts = parts
        self._ledger = parts.store.ledger
        self._clock = parts.clock
        self._doorbell = parts.doorbell
        self._tasks = tasks
        self._offices = due.offices
        # Processes for other offices read lists of their own.
        self._list = ",".join("/".join(pair) for pair in sorted(parts.settings.chosen_offices)) or ALL
        self._uncertain = DueRows(parts, {State.UNCERTAIN}, parts.settings.look_seconds)
        self._lease_ms = parts.ms(parts.settings.look_seconds)
        self._polling = Polling(parts.settings.poll_seconds)
        # As planned: (row, whether somebody waited for it) -> seconds; a row being asked about keeps its own.
        self._pauses: dict[tuple[str, bool], float] = {}
        self._told: list[Writeback] = []  # leased, since a list tells that there is something to ask
        self._usual: dict[tuple[str | None, str], _Usual] = {}

    async def claim(self) -> list[Writeback]:
        """Lease what is to be looked at by itself now, of all offices in turn."""
        rows, self._told = self._told, []
        now = self._clock.now()
        rows += await self._uncertain.claim()
        offices = await self._offices()
        for office in offices:
            rows += await self._settled_by_person(office)
        pending = [row for office in offices for row in await self._ledger.pending_sikka_ids(now, office)]
        alone = [row for row in pending if row.wished or self._overdue_in(row) <= 0]
        by_itself = {row.row_id for row in alone}
        asked = await self._turn(now, [row for row in pending if row.row_id not in by_itself])
        wanted = [*(row for row in alone if row.due_at <= now and not row.leased), *asked]
        return rows + await self._ledger.claim_ids(
            [row.row_id for row in wanted[:AT_ONCE]],
            owner=self._parts.owner,
            now=now,
            lease_ms=self._lease_ms,
            due_by=now,
        )

    def pause_seconds(self, row: Writeback) -> float:
        """Seconds until the next look at a row that was just looked at and is still pending."""
        age = (self._clock.now() - (row.submitted_at or row.created_at)) / 1000
        watched = row.id in self._doorbell.watched
        by_age = pause_seconds(age, self._parts.settings.poll_seconds, watched=watched)
        planned = self._pauses.get((row.id, watched))
        # Somebody who has begun or ceased to wait since it was planned counts as of now.
        return by_age if planned is None else planned

    async def _turn(self, now: int, pending: list[PendingId]) -> Sequence[PendingId]:
        """Plan, put off what waits, have the list read if it is time; whom to ask by id now."""
        watched = self._doorbell.watched
        if not pending:
            self._pauses = {}
            return ()
        asked_at = await self._ledger.list_asked_at(self._list)
        if asked_at is not None:
            self._polling.list_seen(asked_at)
        left = await self._left(pending)
        usual = {
            pair: await self._usual_seconds(*pair)
            for pair in {(row.office, row.operation) for row in pending}
        }
        plan = self._polling.plan(now, pending, watched=watched, usual=usual, left=left)
        leased = {row.row_id for row in pending if row.leased}
        kept = {key: pause for key, pause in self._pauses.items() if key[0] in leased}
        self._pauses = kept | {(row_id, row_id in watched): pause for row_id, pause in plan.pauses.items()}
        await self._put_off(now, plan, pending)
        if plan.window is not None and await self._ledger.claim_list(self._list, now, asked_at=asked_at):
            rows = [row for row in pending if row.row_id in plan.listed]
            self._polling.list_asked(now)
            self._tasks.start_soon(self._read_guarded, plan.window, rows, name="read the list of writes")
        return plan.ask

    async def _put_off(self, now: int, plan: Plan, pending: Iterable[PendingId]) -> None:
        until: defaultdict[int, list[str]] = defaultdict(list)
        asked = {row.row_id for row in plan.ask}
        for row in pending:
            if row.due_at <= now and row.row_id in plan.pauses and row.row_id not in asked:
                pause_ms = max(1, self._parts.ms(plan.pauses[row.row_id]))
                until[now + min(pause_ms, self._overdue_in(row))].append(row.row_id)
        for due_at, row_ids in until.items():
            await self._ledger.put_off(row_ids, due_at=due_at, now=now)

    async def _read_guarded(self, window: Window, rows: list[PendingId]) -> None:
        """Read the list within the time of a request, or do without it for a while."""
        trouble, avoided_ms = "TimeoutError", LIST_AVOIDED_MS
        with anyio.move_on_after(self._parts.settings.read_timeout_seconds):
            try:
                await self._read(window, rows)
            except RateLimited as error:
                trouble, avoided_ms = type(error).__name__, self._parts.ms(error.reset_seconds)
            except Exception as error:  # noqa: BLE001 - whatever it was, the rows are asked about by themselves
                trouble = type(error).__name__
            else:
                return
        log.warning("list_not_read", error=trouble)
        self._polling.list_failed(self._clock.now(), for_ms=avoided_ms)
        await self._hurry(rows)

    async def _read(self, window: Window, rows: list[PendingId]) -> None:
        """Read the list, and lease the rows that it says are worth a question. Raises SikkaError."""
        live = any(row.row_id in self._doorbell.watched for row in rows)
        began = self._clock.monotonic()
        entries = await self._parts.sikka.application(live=live).writebacks(window.first, window.last)
        now = self._clock.now()
        done = self._polling.list_read(
            now,
            rows,
            {entry.id: entry.pending for entry in entries},
            seconds=self._clock.monotonic() - began,
            requests=-(-len(entries) // MOST_ROWS),
        )
        self._told += await self._ledger.claim_ids(
            sorted(done), owner=self._parts.owner, now=now, lease_ms=self._lease_ms
        )
        if self._told:
            self._doorbell.ring()

    def _overdue_in(self, row: PendingId) -> int:
        """Milliseconds until a look has to put down that a row is overdue: a list puts nothing down."""
        if row.state is not State.SUBMITTED:
            return DAY_MS
        return self._parts.ms(self._parts.settings.overdue_seconds) - row.age_ms

    async def _hurry(self, rows: list[PendingId]) -> None:
        await self._ledger.hasten([row.row_id for row in rows], self._clock.now())
        self._doorbell.ring()

    async def _settled_by_person(self, office: str | None) -> list[Writeback]:
        now, settings = self._clock.now(), self._parts.settings
        return await self._ledger.claim_settled_by_person(
            owner=self._parts.owner,
            now=now,
            lease_ms=self._lease_ms,
            since=now - int(settings.watch_days * DAY_MS),
            limit=AT_ONCE,
            office=office,
        )

    async def _usual_seconds(self, office: str | None, operation: str) -> float | None:
        """What is usual in that office; where it has not done one yet, what is usual in all of them."""
        now, found = self._clock.monotonic(), self._usual.get((office, operation))
        if found is None or now - found.known_at >= (USUAL_SECONDS if found.seconds else FIRST_USUAL_SECONDS):
            found = _Usual(await self._ledger.usual_seconds(office, operation), now)
            self._usual[office, operation] = found
        if found.seconds is None and office is not None:
            return await self._usual_seconds(None, operation)
        return found.seconds

    async def _left(self, pending: Iterable[PendingId]) -> dict[str, Left]:
        """What may be asked in each office; practices of one office share what that has."""
        asked = {row.office for row in pending}
        numbers = {
            office.id: office.office_id
            for office in await self._parts.store.offices.list()
            if office.id in asked
        }
        sharing = Counter(numbers.values())
        left = {office: self._left_of(number, sharing[number]) for office, number in numbers.items()}
        return {OURS: self._left_of("", 1), **left}

    def _left_of(self, office_id: str, sharing: int) -> Left:
        budget = self._parts.sikka.budget(office_id)
        return Left(None if budget.spare is None else budget.spare / sharing, budget.resets_in)
