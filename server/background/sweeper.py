"""Finds out what became of writes that Sikka accepted, and of those whose answer was lost."""

from typing import Final

import anyio
import structlog
from anyio.abc import TaskGroup

from server.background.cadence import HIDDEN
from server.background.due import DueRows
from server.background.evidence import Evidence
from server.background.outcomes import Outcomes
from server.background.parts import LEASE_SHARE, Parts
from server.background.rounds import Rounds
from server.background.search import Search
from server.background.slots import Slots
from server.background.withdrawals import Withdrawals
from server.desk.front_desk import FrontDesk
from server.sikka.errors import NotPermitted
from store.ledger_rows import Writeback
from store.ledger_states import AWAITED, SETTLED, State
from store.offices import Office

DAY_SECONDS: Final = 86_400
FOLLOW_SECONDS: Final = 10.0
log = structlog.get_logger(__name__)


class Sweeper:
    """The loop that asks `writeback_status`, the source of truth about a write.

    Where that call is outside the plan (401), GET /writebacks tells only that a write is no longer
    pending; the row is then `uncertain`, until Sikka's copy shows what was done.
    """

    def __init__(self, parts: Parts, desk: FrontDesk, tasks: TaskGroup) -> None:
        self._parts = parts
        self._ledger = parts.store.ledger
        self._clock = parts.clock
        self._doorbell = parts.doorbell
        self._tasks = tasks
        self._due = DueRows(parts, AWAITED, parts.settings.look_seconds)
        self._rounds = Rounds(parts, tasks, self._due)
        self._evidence = Evidence(parts, desk)
        self._withdrawals = Withdrawals(parts, desk)
        self._outcomes = Outcomes(parts, desk, self._withdrawals)
        self._followed_at = -FOLLOW_SECONDS
        self._search = Search(parts, self._evidence, self._outcomes, Slots(parts, desk))

    async def run(self) -> None:
        """Forever: look at what is due, side by side; sleep until the next is due or the bell rings."""
        while True:
            ring = self._doorbell.listen()
            # Only lapsed leases: what this process is sending is still on its way.
            for row in await self._ledger.recover(self._clock.now()):
                log.warning("found_sending", row=row.id)
                self._doorbell.changed(row.id)
            await self._follow_up()
            rows = await self._rounds.claim()
            for row in rows:
                self._tasks.start_soon(self._look_guarded, row, name=f"look {row.id}")
            if not rows:
                await self._doorbell.wait_for_work(ring, await self._due.pause_seconds())

    async def _follow_up(self) -> None:
        """Now and then: bookings wished away of which a crash has made nobody's business."""
        now = self._clock.monotonic()
        if now < self._followed_at + FOLLOW_SECONDS:
            return
        self._followed_at = now
        for office in await self._due.offices():
            await self._withdrawals.follow_all(office)

    async def _look_guarded(self, row: Writeback) -> None:
        try:
            await self._look_or_postpone(row)
        except Exception as error:  # noqa: BLE001 - one row's trouble must not end the watch over others
            log.error("look_not_put_down", row=row.id, error=type(error).__name__)
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                now = self._clock.now()
                await self._ledger.postpone(row.id, due_at=now, now=now, fence=row.fence)
            raise
        finally:
            self._doorbell.changed(row.id)
            self._doorbell.ring()  # the loop sleeps by the leases it saw, and this one has ended

    async def _look_or_postpone(self, row: Writeback) -> None:
        trouble = "TimeoutError"
        # Bounded, so that it ends before the lease does: else the row would be looked at twice at once.
        with anyio.move_on_after(self._parts.settings.look_seconds * LEASE_SHARE):
            try:
                await self.look(row)
            except Exception as error:  # noqa: BLE001 - whatever it was, the row is looked at again
                trouble = type(error).__name__
            else:
                return
        log.info("outcome_not_known", row=row.id, error=trouble)
        await self._later(row)

    async def look(self, row: Writeback) -> None:
        """Look once at a claimed row and put down what is seen. Raises SikkaError."""
        office = await self._parts.store.offices.get(row.office)
        if office is None:
            await self._later(row)
            return
        if row.state is State.UNCERTAIN:
            await self._search.look(row, office)
            return
        if row.state in SETTLED:
            await self._look_after_a_person(row, office)
            return
        if row.wish and await self._withdrawals.take_back(row):
            return
        try:
            status = await self._parts.sikka.office(
                office.office_id, live=self._watched(row)
            ).writeback_status(row.sikka_id or "")
        except NotPermitted:
            await self._look_without_status(row, office)
            return
        if status is not None and status.completed:
            await self._outcomes.settle(row, office, status)
        elif status is None and await self._withdrawals.is_gone(row) and not await self._evidence.listed(row):
            # Deleted, though the answer to that was lost.
            await self._withdrawals.withdrawn(row)
        else:
            await self._still_open(row)

    async def _look_after_a_person(self, row: Writeback, office: Office) -> None:
        """Somebody has settled the row; Sikka's word still counts for more, for as long as it is watched."""
        calls = self._parts.sikka.office(office.office_id, live=False)
        status = await calls.writeback_status(row.sikka_id or "")
        if status is not None and status.completed:
            await self._outcomes.settle(row, office, status)
        else:
            await self._later(row)

    async def _look_without_status(self, row: Writeback, office: Office) -> None:
        if await self._evidence.still_pending(row):
            await self._still_open(row)
            return
        if await self._withdrawals.is_gone(row) and not await self._evidence.listed(row):
            await self._withdrawals.withdrawn(row)
            return
        created = await self._evidence.in_copy(row, office)
        if created is not None:
            await self._outcomes.confirm(row, office, created, "copy")
            return
        await self._ledger.change(
            row.id,
            State.UNCERTAIN,
            self._clock.now(),
            expect=AWAITED,
            fence=row.fence,
            reason="outcome_hidden",
            due_at=self._clock.now() + self._parts.ms(self._parts.settings.poll_seconds * HIDDEN),
            checked=True,
        )

    async def _still_open(self, row: Writeback) -> None:
        now = self._clock.now()
        age = (now - (row.submitted_at or row.created_at)) / 1000
        if row.state is State.SUBMITTED and age >= self._parts.settings.overdue_seconds:
            overdue = await self._ledger.change(
                row.id,
                State.OVERDUE,
                now,
                expect={State.SUBMITTED},
                fence=row.fence,
                reason="silence",
                due_at=now + self._pause_ms(row),
                checked=True,
            )
            await self._at_once_if_wished(row, overdue)
            return
        await self._later(row)

    async def _later(self, row: Writeback) -> None:
        now = self._clock.now()
        due_at = now + self._pause_ms(row)
        if row.state in SETTLED:
            await self._ledger.watch_again(row.id, due_at=due_at, fence=row.fence)
            return
        later = await self._ledger.postpone(row.id, due_at=due_at, now=now, fence=row.fence, checked=True)
        await self._at_once_if_wished(row, later)

    async def _at_once_if_wished(self, row: Writeback, later: Writeback | None) -> None:
        """Wished away during the look: its own time, at once, was just overwritten.

        Whoever has claimed it since then knows the wish, and must not lose the lease.
        """
        if later is not None and later.wish and not row.wish:
            await self._ledger.hasten([row.id], self._clock.now())

    def _pause_ms(self, row: Writeback) -> int:
        settings = self._parts.settings
        age = (self._clock.now() - (row.submitted_at or row.created_at)) / 1000
        if age > settings.watch_days * DAY_SECONDS:
            return self._parts.ms(DAY_SECONDS)
        if row.state is State.UNCERTAIN and not self._watched(row):
            return self._parts.ms(settings.poll_seconds * HIDDEN)
        return max(1, self._parts.ms(self._rounds.pause_seconds(row)))

    def _watched(self, row: Writeback) -> bool:
        return row.id in self._doorbell.watched
