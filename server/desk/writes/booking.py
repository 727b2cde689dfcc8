"""Booking: each wish becomes a row of the ledger, and nothing else."""

import contextlib
import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import structlog

from server.clock import DAY_MS
from server.desk.copies.copies import Copies
from server.desk.copies.overlay import ASKS_FOR, start_of
from server.desk.copies.overtaken import is_overtaken
from server.desk.office import Profile
from server.desk.proofs import PatientProof, SlotOffer
from server.desk.together import to_the_end
from server.desk.writes.replacements import REPLACES, instead_of, is_going, proof_of
from server.desk.writes.requests import Ground, Put, Requests
from server.desk.writes.rulebook import Unfit
from server.desk.zones import moment_of
from server.sikka import bodies
from server.sikka.bodies import Write
from server.sikka.errors import SikkaError
from server.sikka.pms_fields import Operation
from store.ledger_rows import NewWriteback, Writeback
from store.ledger_states import OPEN, UNDONE, State
from store.offices import Office

BOOKED_BY: Final = "Booked by the phone agent"
NOTE_CHARACTERS: Final = 80
log = structlog.get_logger(__name__)
_NOT_YET: Final = "0"  # stands in for the id of a patient being registered while the write is fitted

# Operation -> what may take its place when asked for later on the same appointment.
_SUPERSEDED_BY: Final[Mapping[str, frozenset[str]]] = {
    Operation.BOOK: frozenset({Operation.MOVE, Operation.CANCEL}),
    Operation.MOVE: frozenset({Operation.MOVE, Operation.CANCEL}),
    Operation.CANCEL: frozenset({Operation.CANCEL}),
    Operation.CONFIRM: frozenset({Operation.CONFIRM, Operation.CANCEL}),
}


class Booking(Requests):
    """Puts bookings down."""

    def __init__(self, ground: Ground, copies: Copies) -> None:
        super().__init__(ground)
        self._copies = copies

    async def is_asked_for(self, profile: Profile, patient: PatientProof, slot: SlotOffer) -> bool:
        """Whether this very booking is in the ledger already, so that the slot is taken by itself."""
        return await self.asked(profile, patient, slot.opening.start) is not None

    async def asked(self, profile: Profile, patient: PatientProof, start: dt.datetime) -> Writeback | None:
        """The row of this very booking, if it is in the ledger already."""
        office = profile.office.id
        key = self._book_key(profile, patient, start)
        held = await self._ledger.holder(office, key, self._clock.now())
        if held is not None and await self.overtaken(profile.office, held):
            return None
        if held is not None or not patient.patient_id:
            return held
        # A booking put down while the patient was being registered bears the registration's name.
        rows = await self._ledger.open_by_patient(office, self.patient_key(profile, patient.patient_id))
        return next((row for row in rows if row.waits_for and _books(row, start)), None)

    async def overtaken(self, office: Office, row: Writeback) -> bool:
        """Whether the desk has changed since what a row has done; then the same may be asked for again."""
        copy = await self._copies.behind(office) if row.operation in ASKS_FOR else None
        if copy is not None:
            with contextlib.suppress(SikkaError):  # it is read from the copy as well, wherever that serves
                copy.calendar.under((await self._profiles.of(office)).cancelled_word)
        if copy is None:
            return False
        about = await self._ledger.by_appointment(office.id, row.appointment_key or "")
        if not is_overtaken(row, copy, about) or (await self.latest(row)).id != row.id:
            return False  # or it is we who are changing it
        if row.natural_key is not None:
            await self._ledger.release_confirmed(row.id)
        return True

    async def of_patient(self, profile: Profile, patient: PatientProof) -> list[Writeback]:
        """The patient's bookings that are not done yet and still wanted, oldest first."""
        office = profile.office.id
        # Also once the patient has an id: what waits for the registration is released a moment later.
        keys = {await self._key_of(profile, patient), await self._registered_as(profile, patient)}
        rows = [row for key in keys if key for row in await self._ledger.open_by_patient(office, key)]
        wanted = [row for row in rows if row.operation == Operation.BOOK and not row.wish]
        return sorted(wanted, key=lambda row: (row.created_at, row.id))

    async def _key_of(self, profile: Profile, patient: PatientProof) -> str | None:
        if patient.patient_id:
            return self.patient_key(profile, patient.patient_id)
        return await self._registered_as(profile, patient)

    async def _registered_as(self, profile: Profile, patient: PatientProof) -> str | None:
        if not patient.registration:
            return None
        row = await self._ledger.get(profile.office.id, patient.registration)
        return row.patient_key if row else None

    def _book_key(self, profile: Profile, patient: PatientProof, start: dt.datetime) -> str:
        return self._index.keyed_hash(Operation.BOOK, profile.office.id, patient.subject, start.isoformat())

    async def book(
        self, profile: Profile, patient: PatientProof, slot: SlotOffer, note: str, scope_key: str | None
    ) -> Put:
        """Put a booking down. The same patient and start is the same request.

        A booking that the caller wished away a moment ago, and now wants again, is wanted again. One for
        a patient who is still being registered waits for that.

        Raises:
            Diverted: it is not to be acted on.
            Unanswerable: the office's software takes no such booking.
            SikkaError: what it takes cannot be read now.
        """
        new = await self._booking(profile, patient, slot, note, scope_key)
        asked = await self.asked(profile, patient, slot.opening.start)
        if asked is not None and asked.natural_key_given != new.natural_key:
            return Put(asked, new=False)
        await self._pass(profile, new)
        return await self._append_wanted(new)

    async def _append_wanted(self, new: NewWriteback) -> Put:
        """Put it down; the same that was wished away, and is not done yet, is wanted again."""
        put = await self._append(new)
        if not is_going(put.row):
            return put
        row = await self._ledger.clear_wish(new.office, put.row.id, self._clock.now())
        if row is not None and row.state in OPEN:
            return Put(row, new=False)
        return await self._append(new)

    async def may_be_gone(self, row: Writeback) -> bool:
        """Whether a wished-away booking may be deleted by now, or is being cancelled: too late to want it."""
        return is_going(row) and (row.follow_up is not None or await self._ledger.may_be_deleted(row.id))

    async def instead_of(self, office: str, row_id: str) -> Writeback | None:
        """The booking that is wanted in the place of a wished-away one; None where none is."""
        return await instead_of(self._ledger, office, row_id) if row_id else None

    async def _booking(
        self, profile: Profile, patient: PatientProof, slot: SlotOffer, note: str, scope_key: str | None
    ) -> NewWriteback:
        opening = slot.opening
        write = await self._written(profile, patient, slot, note)
        new = self._new(
            profile,
            Operation.BOOK,
            write,
            facts={
                "start": opening.start.isoformat(),
                "length_minutes": opening.length_minutes,
                "operatory": opening.operatory,
                "provider_id": opening.provider_id,
                "provider": slot.provider,
                "patient_id": patient.patient_id,
                "reason": slot.reason,
                "new_patient": bool(patient.registration or patient.requested)
                or await self._copies.unseen(profile.office, patient.patient_id),
                "requested_patient": patient.requested,
            },
            natural_key=self._book_key(profile, patient, opening.start),
            patient_key=await self._key_of(profile, patient),
            scope_key=scope_key,
            start=opening.start,
        )
        if patient.patient_id:
            return new
        return replace(
            new,
            body={**new.body, "patient_id": ""},
            send_before=self._keep_until(profile, opening.start),
            state=State.WAITING,
            waits_for=patient.registration,
        )

    async def _written(self, profile: Profile, patient: PatientProof, slot: SlotOffer, note: str) -> Write:
        """The request as the office's software takes it, of the type that the charter says for its reason."""
        opening, reason = slot.opening, profile.charter.reason(slot.reason)
        write = bodies.new_appointment(
            practice_id=profile.office.practice_id,
            patient_id=patient.patient_id or _NOT_YET,
            provider_id=opening.provider_id,
            operatory=opening.operatory,
            start=opening.start,
            length_minutes=opening.length_minutes,
            description=". ".join(
                part for part in (BOOKED_BY, slot.reason, note[:NOTE_CHARACTERS].strip()) if part
            ),
            type_name=reason.type if reason else "",
        )
        try:
            return await self.fit(profile, Operation.BOOK, write)
        except Unfit as unfit:
            if not write.body.get(unfit.field) or unfit.field not in bodies.TYPE_FIELDS:
                raise
            # A type that the system's list has not, or not any more, is no reason to send a caller away.
            log.warning("appointment_type_unknown", office=profile.office.id)
            untyped = {name: value for name, value in write.body.items() if name not in bodies.TYPE_FIELDS}
            return await self.fit(profile, Operation.BOOK, replace(write, body=untyped))

    def _keep_until(self, profile: Profile, start: dt.datetime) -> int:
        """Until when a booking may wait; its ten minutes begin when it need not any more."""
        if profile.zone:
            return moment_of(start, profile.zone)
        return self._clock.now() + int(self._settings.queued_days * DAY_MS)

    async def replace(
        self, profile: Profile, booking: Writeback, slot: SlotOffer, scope_key: str | None
    ) -> Put | None:
        """Another time for a booking that is not done yet: it is wished away, and a new one put down.

        Where the patient had that other time before, and it is not taken back yet, it is wanted again.

        None, and nothing is put down, if it is done by now: it is to be moved.

        The wish comes first: whatever happens in between, there is never one booking too many. Should
        the old one get through all the same, its cancellation follows as after any wish.

        Raises:
            Diverted: the new time is not to be acted on; then nothing was wished.
            Unanswerable: the office's software takes no such booking; then nothing was wished.
            SikkaError: what it takes cannot be read now; likewise.
        """
        patient = proof_of(booking)
        new = await self._booking(profile, patient, slot, "", scope_key)
        await self._pass(profile, new)
        new = replace(new, facts={**new.facts, REPLACES: booking.id})

        async def both() -> Put | None:
            old = await self._ledger.wish_withdraw(profile.office.id, booking.id, self._clock.now())
            if old is not None and old.state is State.CONFIRMED and not old.wish:
                return None
            return await self._append_wanted(new)

        return await to_the_end(both())

    async def latest(self, row: Writeback) -> Writeback:
        """The newest request that has taken a row's place: a booking that is being cancelled is no news."""
        key = row.appointment_key
        if key is None or await self._ledger.newest_about(row.office, key) == row.id:
            return row
        later = _SUPERSEDED_BY.get(row.operation, frozenset())
        for other in await self._ledger.by_appointment(row.office, key):
            if other.id == row.id:
                return row
            if other.operation in later and other.state not in UNDONE:
                return other
        return row


def _books(row: Writeback, start: dt.datetime) -> bool:
    return row.operation == Operation.BOOK and start_of(row) == start
