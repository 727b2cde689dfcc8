"""Booking and cancelling: each becomes a row of the ledger, and nothing else."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from server.clock import Clock
from server.desk.answers import Outcome, Unanswerable
from server.desk.doorbell import Doorbell
from server.desk.office import Profile
from server.desk.overlay import Visit, sr_no_of
from server.desk.proofs import PatientProof, SlotOffer
from server.desk.together import to_the_end
from server.desk.zones import moment_of
from server.settings import Settings
from server.sikka import bodies
from store.ledger_rows import NewWriteback, Writeback
from store.ledger_states import OPEN, UNDONE, State
from store.opening import Store

BOOKED_BY: Final = "Booked by the phone agent"
NOTE_CHARACTERS: Final = 80


@dataclass(frozen=True)
class Put:
    """A row in the ledger after a request.

    Attributes:
        row: as it is now.
        new: False where the same request was there already.
    """

    row: Writeback
    new: bool


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


class Booking:
    """Puts down what a caller wants done. Sending is the background's work."""

    def __init__(self, store: Store, doorbell: Doorbell, clock: Clock, settings: Settings) -> None:
        self._ledger = store.ledger
        self._index = store.index
        self._doorbell = doorbell
        self._clock = clock
        self._settings = settings

    def patient_key(self, profile: Profile, patient_id: str) -> str:
        """The keyed hash under which a patient's rows are found."""
        return self._index.keyed_hash("patient", profile.office.id, patient_id)

    def appointment_key(self, office: str, appointment_sr_no: str) -> str:
        """The keyed hash under which an appointment's rows are found."""
        return self._index.keyed_hash("appointment", office, appointment_sr_no)

    async def is_asked_for(self, profile: Profile, patient: PatientProof, slot: SlotOffer) -> bool:
        """Whether this very booking is in the ledger already, so that the slot is taken by itself."""
        key = self._book_key(profile, patient, slot)
        return await self._ledger.holder(profile.office.id, key, self._clock.now()) is not None

    def _book_key(self, profile: Profile, patient: PatientProof, slot: SlotOffer) -> str:
        start = slot.opening.start.isoformat()
        return self._index.keyed_hash("book", profile.office.id, patient.patient_id, start)

    async def book(
        self, profile: Profile, patient: PatientProof, slot: SlotOffer, note: str, scope_key: str | None
    ) -> Put:
        """Put a booking down. The same patient and start is the same request.

        A booking that the caller wished away a moment ago, and now wants again, is wanted again.
        """
        opening = slot.opening
        write = bodies.new_appointment(
            practice_id=profile.office.practice_id,
            patient_id=patient.patient_id,
            provider_id=opening.provider_id,
            operatory=opening.operatory,
            start=opening.start,
            length_minutes=opening.length_minutes,
            description=". ".join(
                part for part in (BOOKED_BY, slot.reason, note[:NOTE_CHARACTERS].strip()) if part
            ),
        )
        new = NewWriteback(
            office=profile.office.id,
            operation="book",
            method=write.method,
            endpoint=write.endpoint,
            body=write.body,
            facts={
                "start": opening.start.isoformat(),
                "length_minutes": opening.length_minutes,
                "operatory": opening.operatory,
                "provider_id": opening.provider_id,
                "provider": slot.provider,
                "patient_id": patient.patient_id,
            },
            natural_key=self._book_key(profile, patient, slot),
            patient_key=self.patient_key(profile, patient.patient_id),
            scope_key=scope_key,
            send_before=self._send_before(profile, opening.start),
        )
        put = await self._append(new)
        if put.row.wish and put.row.state in OPEN:
            row = await self._ledger.clear_wish(profile.office.id, put.row.id, self._clock.now())
            if row is not None and row.state in OPEN:
                return Put(row, new=False)
            return await self._append(new)
        return put

    async def cancel(
        self, profile: Profile, visit: Visit, scope_key: str | None, why: str = ""
    ) -> Cancelled | None:
        """Put a cancellation down; None where the booking meant was never made, so nothing is to be done.

        Raises:
            Unanswerable: the office has no word for cancelled (`NOT_SUPPORTED`), or the PMS never told
                the appointment's number (`NEEDS_HUMAN`).
        """
        number = visit.appointment_sr_no
        if visit.row_id:
            booking = await self._ledger.get(profile.office.id, visit.row_id)
            if booking is None or booking.state in UNDONE:
                return None
            if booking.state is not State.CONFIRMED:
                wished = await self._ledger.wish_withdraw(profile.office.id, booking.id, self._clock.now())
                self._doorbell.ring()
                return Cancelled(wished or booking, new=not booking.wish, of_booking=True)
            number = sr_no_of(booking)
        put = await self._append(self.cancellation(profile, visit, number, scope_key, why))
        return Cancelled(put.row, put.new, of_booking=False)

    def cancellation(
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
        write = bodies.appointment_status(
            practice_id=profile.office.practice_id,
            appointment_sr_no=appointment_sr_no,
            value=profile.cancelled_word,
        )
        return NewWriteback(
            office=profile.office.id,
            operation="cancel",
            method=write.method,
            endpoint=write.endpoint,
            body=write.body,
            facts={
                "start": visit.start.isoformat(),
                "length_minutes": visit.length_minutes,
                "operatory": visit.operatory,
                "provider_id": visit.provider_id,
                "provider": visit.provider,
                "patient_id": visit.patient_id,
                "appointment_sr_no": appointment_sr_no,
                "why": why,
            },
            natural_key=self._index.keyed_hash("cancel", profile.office.id, appointment_sr_no),
            patient_key=self.patient_key(profile, visit.patient_id),
            appointment_key=self.appointment_key(profile.office.id, appointment_sr_no),
            scope_key=scope_key,
            send_before=self._send_before(profile, visit.start),
        )

    async def latest(self, row: Writeback) -> Writeback:
        """The newest request about the same appointment: a booking that is being cancelled is no news."""
        if row.appointment_key is None:
            return row
        rows = await self._ledger.by_appointment(row.office, row.appointment_key)
        return next((other for other in rows if other.state not in UNDONE), row)

    async def follow_up(self, profile: Profile, booking: Writeback, visit: Visit, number: str) -> Writeback:
        """The cancellation of a booking that got through although it was wished away. Raises Unanswerable."""
        put = await self._append(self.cancellation(profile, visit, number, booking.scope_key))
        await self._ledger.set_follow_up(booking.id, put.row.id)
        return put.row

    async def _append(self, new: NewWriteback) -> Put:
        # A caller who hangs up now has said yes: the row is committed or not at all, but never in doubt.
        row, fresh = await to_the_end(self._ledger.append(new, self._clock.now()))
        self._doorbell.ring()
        return Put(row, fresh)

    def _send_before(self, profile: Profile, start: dt.datetime) -> int:
        limit = self._clock.now() + int(self._settings.send_within_seconds * 1000)
        return min(limit, moment_of(start, profile.zone)) if profile.zone else limit
