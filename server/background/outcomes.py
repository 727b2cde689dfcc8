"""Puts down how a write ended: what it created, by operation; or why it failed; however late."""

from typing import Final

import structlog

from server.background.flags import Flags
from server.background.parts import Parts
from server.background.withdrawals import Withdrawals
from server.desk.front_desk import FrontDesk
from server.sikka.models import WritebackStatus
from server.sikka.pms_fields import Operation
from store.inbox import TaskKind, Urgency
from store.ledger_rows import Created, Writeback
from store.ledger_states import AWAITED, SETTLED, IllegalArrow, State
from store.offices import Office

# Said by at least one PMS when the time is taken (seen in a live integration's code).
SLOT_TAKEN_TEXT: Final = "appointment already scheduled"
# What the office reads where Sikka answers otherwise than the row was settled, by what it answers.
OTHERWISE: Final = {
    State.CONFIRMED: "This was done after all, though it had been given up. Is it still wanted?",
    State.FAILED: "This was settled as done, and the practice's system says that it refused it.",
}
log = structlog.get_logger(__name__)


def created_by(row: Writeback, status: WritebackStatus) -> Created:
    """What a finished write made or changed. `created_id` is the new record's, of whatever kind.

    The ids that the write itself named stand in for those that Sikka leaves out.
    """
    appointment = status.appointment_sr_no or str(row.facts.get("appointment_sr_no", ""))
    patient = status.patient_id or str(row.facts.get("patient_id", ""))
    if row.operation == Operation.REGISTER:
        return Created(created_id=status.created_id, patient_id=status.patient_id or status.created_id)
    if row.operation == Operation.BOOK:
        return Created(
            created_id=status.created_id, appointment_sr_no=status.appointment_sr_no, patient_id=patient
        )
    return Created(created_id=status.created_id, appointment_sr_no=appointment, patient_id=patient)


class Outcomes:
    """Settles rows."""

    def __init__(self, parts: Parts, desk: FrontDesk, withdrawals: Withdrawals) -> None:
        self._ledger = parts.store.ledger
        self._clock = parts.clock
        self._desk = desk
        self._withdrawals = withdrawals
        self._flags = Flags(parts)

    async def settle(self, row: Writeback, office: Office, status: WritebackStatus) -> None:
        """Put down what `writeback_status` says of a completed write. Raises SikkaError."""
        if status.succeeded:
            await self.confirm(row, office, created_by(row, status), "status")
            return
        taken = SLOT_TAKEN_TEXT in status.result.casefold()
        failed = await self._ledger.change(
            row.id,
            State.FAILED,
            self._clock.now(),
            expect=AWAITED,
            fence=row.fence,
            reason="slot_taken" if taken else "refused",
            error_message=status.result or None,
            checked=True,
        )
        if failed is None:
            await self._too_late(row, State.FAILED, error_message=status.result or None)

    async def confirm(
        self, row: Writeback, office: Office, created: Created, reason: str, *, sikka_id: str | None = None
    ) -> None:
        """Put down that a write is done, with what it created; and its id, if it was found only now.

        Raises:
            SikkaError: a wished-away booking cannot be followed up now.
        """
        await self._withdrawals.follow_up(row, office, created)
        number = created.appointment_sr_no or created.created_id
        key = None
        if row.operation == Operation.BOOK and number:
            key = self._desk.booking.appointment_key(row.office, number)
        facts = None
        if row.operation == Operation.REGISTER and created.patient_id:
            facts = {**row.facts, "patient_id": created.patient_id}
        confirmed = await self._ledger.change(
            row.id,
            State.CONFIRMED,
            self._clock.now(),
            expect=AWAITED,
            fence=row.fence,
            reason=reason,
            created=created,
            appointment_key=key,
            facts=facts,
            sikka_id=sikka_id,
            checked=True,
        )
        if confirmed is not None:
            # Wished away between the look at the wish and this moment: nobody else will follow it up.
            await self._withdrawals.follow_up(confirmed, office, created)
            return
        await self._too_late(row, State.CONFIRMED, created=created, appointment_key=key, sikka_id=sikka_id)

    async def _too_late(
        self,
        row: Writeback,
        to: State,
        *,
        created: Created | None = None,
        appointment_key: str | None = None,
        sikka_id: str | None = None,
        error_message: str | None = None,
    ) -> None:
        """The row was settled while it was looked at; what is known now may count for more."""
        settled = await self._ledger.get(row.office, row.id)
        if settled is None or settled.state not in SETTLED:
            return  # another process's by now: it looks for itself
        try:
            changed = await self._ledger.late(
                row.id,
                to,
                self._clock.now(),
                created=created,
                appointment_key=appointment_key,
                sikka_id=sikka_id,
                error_message=error_message,
            )
        except IllegalArrow:
            log.warning("answer_too_late", row=row.id, state=settled.state.value, answer=to.value)
            return
        if changed is not None and changed.state is not settled.state:
            await self._flags.raised(changed, TaskKind.CONFLICT, OTHERWISE[to], Urgency.URGENT)
