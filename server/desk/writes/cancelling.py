"""Cancelling: a wish on a booking that is not done yet, or a row of its own for what stands."""

from dataclasses import dataclass

from server.desk.answers import Outcome, Unanswerable
from server.desk.copies.overlay import Visit, facts_of, sr_no_of
from server.desk.gate import Wish
from server.desk.office import Profile
from server.desk.together import to_the_end
from server.desk.writes.requests import Requests
from server.sikka import bodies
from server.sikka.pms_fields import Operation
from store.ledger_rows import NewWriteback, Writeback
from store.ledger_states import OPEN, UNDONE, State


@dataclass(frozen=True)
class Cancelled:
    """What a cancellation became.

    Attributes:
        row: the row to wait on: the booking that is wished away, or the cancellation.
        new: False where the same request was there already.
        of_booking: whether `row` is the unsettled booking itself.
    """

    row: Writeback
    new: bool
    of_booking: bool


class Cancelling(Requests):
    """Puts cancellations down."""

    async def cancel(
        self, profile: Profile, visit: Visit, scope_key: str | None, why: str = ""
    ) -> Cancelled | None:
        """Put a cancellation down; None where the booking meant was never made, so nothing is to be done.

        Raises:
            Diverted: it is not to be acted on; then nothing was wished.
            Unanswerable: the office has no word for cancelled or takes no cancellation (`NOT_SUPPORTED`), or
                the PMS never told the appointment's number (`NEEDS_HUMAN`).
            SikkaError: what the office's software takes cannot be read now.
        """
        number = visit.appointment_sr_no
        if visit.row_id:
            booking = await self._ledger.get(profile.office.id, visit.row_id)
            if booking is None or booking.state in UNDONE:
                return None
            if booking.state is not State.CONFIRMED:
                if not booking.wish:
                    await self._gate.demand(profile, self._taking_back(booking, visit, scope_key, why))
                wished = await self._ledger.wish_withdraw(profile.office.id, booking.id, self._clock.now())
                self._doorbell.ring()
                if wished is None or wished.wish:
                    return Cancelled(wished or booking, new=not booking.wish, of_booking=True)
                # Settled a moment before: a wish on it would be seen by nobody.
                if wished.state in UNDONE:
                    return None
                booking = wished
            number = sr_no_of(booking)
        new = await self.cancellation(profile, visit, number, scope_key, why)
        await self._pass(profile, new)
        for row in await self._ledger.by_appointment(profile.office.id, new.appointment_key or ""):
            # A time that is not wanted any more either.
            if row.operation == Operation.MOVE and row.state in OPEN:
                await self._ledger.wish_withdraw(profile.office.id, row.id, self._clock.now())
        put = await self._append(new)
        return Cancelled(put.row, put.new, of_booking=False)

    async def demand_cancellable(self, profile: Profile, visit: Visit) -> None:
        """Nothing, unless `cancel` would find the software in its way: then no yes has to be asked for.

        Raises:
            Unanswerable: as `cancel`.
            SikkaError: as `cancel`.
        """
        number = visit.appointment_sr_no
        if visit.row_id:
            booking = await self._ledger.get(profile.office.id, visit.row_id)
            if booking is None or booking.state is not State.CONFIRMED:
                return  # it is wished away, or nothing is to be done
            number = sr_no_of(booking)
        await self.cancellation(profile, visit, number, None)

    async def cancelled_before(self, office: str, visit: Visit) -> Cancelled | None:
        """The same cancellation, if it is in the ledger already; Sikka is not needed to know that."""
        number = visit.appointment_sr_no
        if visit.row_id:
            booking = await self._ledger.get(office, visit.row_id)
            if booking is None:
                return None
            if booking.wish and booking.state in OPEN:
                return Cancelled(booking, new=False, of_booking=True)
            number = sr_no_of(booking)
        row = await self._ledger.holder(office, self._cancel_key(office, number), self._clock.now())
        return Cancelled(row, new=False, of_booking=False) if row is not None else None

    def _cancel_key(self, office: str, appointment_sr_no: str) -> str:
        return self._index.keyed_hash(Operation.CANCEL, office, appointment_sr_no)

    def _taking_back(self, booking: Writeback, visit: Visit, scope_key: str | None, why: str) -> Wish:
        """The wish to have a booking of ours taken back that is not done yet."""
        return Wish(
            office=booking.office,
            operation=Operation.CANCEL,
            facts={**facts_of(visit), "appointment_sr_no": "", "writeback": booking.id, "why": why},
            natural_key=self._index.keyed_hash("take back", booking.office, booking.id),
            patient_key=booking.patient_key,
            scope_key=scope_key,
        )

    async def cancellation(
        self, profile: Profile, visit: Visit, appointment_sr_no: str, scope_key: str | None, why: str = ""
    ) -> NewWriteback:
        """The row that cancels an appointment of the PMS.

        What the caller gave as the reason (`why`) goes into no field of Sikka's; it stays in our row.

        Raises:
            Unanswerable: as `cancel`.
        """
        if not appointment_sr_no:
            raise Unanswerable(Outcome.NEEDS_HUMAN, "no_number")
        if not profile.cancelled_word:
            raise Unanswerable(Outcome.NOT_SUPPORTED, "no_word_for_cancelled")
        write = bodies.cancellation(
            practice_id=profile.office.practice_id,
            appointment_sr_no=appointment_sr_no,
            value=profile.cancelled_word,
        )
        write = await self.fit(profile, Operation.CANCEL, write)
        return self._new(
            profile,
            Operation.CANCEL,
            write,
            facts={**facts_of(visit), "appointment_sr_no": appointment_sr_no, "why": why},
            natural_key=self._cancel_key(profile.office.id, appointment_sr_no),
            patient_key=self.patient_key(profile, visit.patient_id),
            scope_key=scope_key,
            number=appointment_sr_no,
            start=visit.start,
        )

    async def follow_up(self, profile: Profile, booking: Writeback, visit: Visit, number: str) -> None:
        """Put down the cancellation of a wished-away booking that got through, unless it is wanted again.

        Raises Unanswerable.
        """
        new = await self.cancellation(profile, visit, number, booking.scope_key)
        await to_the_end(self._ledger.follow(booking.id, new, self._clock.now()))
        self._doorbell.ring()
