"""Finds out what became of writes that Sikka accepted, and of those whose answer was lost."""

from typing import Final

import structlog
from anyio.abc import TaskGroup

from server.background.cadence import HIDDEN, pause_seconds
from server.background.evidence import Evidence
from server.background.parts import Parts
from server.background.withdrawals import Withdrawals
from server.desk.front_desk import FrontDesk
from server.sikka.errors import NotPermitted, SikkaError
from server.sikka.models import WritebackStatus
from store.ledger_rows import Created, Writeback
from store.ledger_states import State
from store.offices import Office

LOOKED_AT: Final = frozenset({State.SUBMITTED, State.OVERDUE, State.UNCERTAIN})
AT_ONCE: Final = 20
IDLE_SECONDS: Final = 5.0
DAY_SECONDS: Final = 86_400
# Said by at least one PMS when the time is taken (seen in a live integration's code).
SLOT_TAKEN_TEXT: Final = "appointment already scheduled"
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
        self._evidence = Evidence(parts, desk)
        self._withdrawals = Withdrawals(parts, desk)

    async def run(self) -> None:
        """Forever: look at what is due, side by side; sleep until the next is due or the bell rings."""
        while True:
            now = self._clock.now()
            for row in await self._ledger.recover(self._parts.owner, now):
                log.warning("found_sending", row=row.id)
                self._doorbell.changed(row.id)
            rows = await self._ledger.claim_due(
                LOOKED_AT,
                owner=self._parts.owner,
                now=now,
                lease_ms=self._parts.ms(self._parts.settings.lease_seconds),
                limit=AT_ONCE,
            )
            for row in rows:
                self._tasks.start_soon(self._look_guarded, row, name=f"look {row.id}")
            if rows:
                continue
            due_at = await self._ledger.next_due(LOOKED_AT)
            seconds = IDLE_SECONDS if due_at is None else (due_at - self._clock.now()) / 1000
            await self._doorbell.wait_for_work(min(IDLE_SECONDS, max(0.02, seconds)))

    async def _look_guarded(self, row: Writeback) -> None:
        try:
            await self.look(row)
        except SikkaError as error:
            log.info("outcome_not_known", row=row.id, error=type(error).__name__)
            await self._later(row)
        except Exception as error:  # noqa: BLE001 - one row's trouble must not end the watch over others
            log.error("look_crashed", row=row.id, error=type(error).__name__)
            await self._later(row)
        self._doorbell.changed(row.id)

    async def look(self, row: Writeback) -> None:
        """Look once at a claimed row and put down what is seen. Raises SikkaError."""
        office = await self._parts.store.offices.get(row.office)
        if office is None:
            return
        if row.state is State.UNCERTAIN:
            await self._look_in_copy(row, office)
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
            await self._settle(row, office, status)
        elif status is None and row.wish and not await self._evidence.listed(row):
            # Deleted, though the answer to that was lost.
            await self._withdrawals.withdrawn(row)
        else:
            await self._still_open(row)

    async def _settle(self, row: Writeback, office: Office, status: WritebackStatus) -> None:
        now = self._clock.now()
        if not status.succeeded:
            taken = SLOT_TAKEN_TEXT in status.result.casefold()
            await self._ledger.change(
                row.id,
                State.FAILED,
                now,
                expect=LOOKED_AT,
                fence=row.fence,
                reason="slot_taken" if taken else "refused",
                error_message=status.result or None,
                checked=True,
            )
            return
        created = Created(
            created_id=status.created_id,
            appointment_sr_no=status.appointment_sr_no,
            patient_id=status.patient_id,
        )
        await self._withdrawals.follow_up(row, office, created)
        await self._confirm(row, created, "status")

    async def _confirm(self, row: Writeback, created: Created, reason: str) -> None:
        key = None
        if row.operation == "book":
            number = created.appointment_sr_no or created.created_id
            key = self._parts.store.index.keyed_hash("appointment", row.office, number) if number else None
        await self._ledger.change(
            row.id,
            State.CONFIRMED,
            self._clock.now(),
            expect=LOOKED_AT,
            fence=row.fence,
            reason=reason,
            created=created,
            appointment_key=key,
            checked=True,
        )

    async def _look_without_status(self, row: Writeback, office: Office) -> None:
        if await self._evidence.still_pending(row):
            await self._still_open(row)
            return
        created = await self._evidence.in_copy(row, office)
        if created is not None:
            await self._withdrawals.follow_up(row, office, created)
            await self._confirm(row, created, "copy")
            return
        await self._ledger.change(
            row.id,
            State.UNCERTAIN,
            self._clock.now(),
            expect=LOOKED_AT,
            fence=row.fence,
            reason="outcome_hidden",
            due_at=self._clock.now() + self._parts.ms(self._parts.settings.poll_seconds * HIDDEN),
            checked=True,
        )

    async def _look_in_copy(self, row: Writeback, office: Office) -> None:
        created = await self._evidence.in_copy(row, office)
        if created is None:
            await self._later(row)
            return
        await self._withdrawals.follow_up(row, office, created)
        await self._confirm(row, created, "copy")

    async def _still_open(self, row: Writeback) -> None:
        now = self._clock.now()
        age = (now - (row.submitted_at or row.created_at)) / 1000
        if row.state is State.SUBMITTED and age >= self._parts.settings.overdue_seconds:
            await self._ledger.change(
                row.id,
                State.OVERDUE,
                now,
                expect={State.SUBMITTED},
                fence=row.fence,
                reason="silence",
                due_at=now + self._pause_ms(row),
                checked=True,
            )
            return
        await self._later(row)

    async def _later(self, row: Writeback) -> None:
        now = self._clock.now()
        await self._ledger.postpone(
            row.id, due_at=now + self._pause_ms(row), now=now, fence=row.fence, checked=True
        )

    def _pause_ms(self, row: Writeback) -> int:
        settings = self._parts.settings
        age = (self._clock.now() - (row.submitted_at or row.created_at)) / 1000
        if age > settings.watch_days * DAY_SECONDS:
            return self._parts.ms(DAY_SECONDS)
        if row.state is State.UNCERTAIN and not self._watched(row):
            return self._parts.ms(settings.poll_seconds * HIDDEN)
        return self._parts.ms(pause_seconds(age, settings.poll_seconds, watched=self._watched(row)))

    def _watched(self, row: Writeback) -> bool:
        return row.id in self._doorbell.watched
