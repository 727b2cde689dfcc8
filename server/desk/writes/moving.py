"""Changing an appointment in the practice's calendar: another time, or the patient's yes to it."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from server.desk.answers import Outcome, Unanswerable
from server.desk.copies.overlay import Standing, Visit, facts_of, sr_no_of, start_of, visit_of
from server.desk.office import Profile
from server.desk.proofs import SlotOffer
from server.desk.writes.requests import Ground, Put, Requests
from server.sikka import bodies
from server.sikka.pms_fields import Operation
from store.ledger_rows import NewWriteback, Writeback
from store.ledger_states import OPEN, UNDONE, State

_CHANGES: Final = frozenset({Operation.MOVE, Operation.CANCEL})


@dataclass(frozen=True)
class Located:
    """An appointment as it stands by now.

    Attributes:
        visit: at its present time; without a number while its booking is not done.
        booking: our booking, while it is not done; None for an appointment of the calendar.
        gone: whether it stands in the calendar no more; then `visit` is as the handle has it.
    """

    visit: Visit
    booking: Writeback | None = None
    gone: bool = False


Stands: TypeAlias = Callable[[Profile, Visit], Awaitable[Visit | None]]
"""Where an appointment of the calendar stands by now (`Calendar.stands`)."""


class Moving(Requests):
    """Puts moves and confirmations down."""

    def __init__(self, ground: Ground, stands: Stands) -> None:
        super().__init__(ground)
        self._stands = stands

    async def located(self, profile: Profile, visit: Visit) -> Located | None:
        """Where the visit of a handle stands by now; None where it was never made.

        A handle outlives a booking's outcome, a move of ours, and whatever the desk does meanwhile.
        """
        if visit.row_id:
            booking = await self._ledger.get(profile.office.id, visit.row_id)
            if booking is None or booking.state in UNDONE:
                return None
            fresh = visit_of(booking, visit.standing)
            if booking.state in OPEN:
                return Located(fresh, booking)
            number = sr_no_of(booking)
            visit = replace(fresh, standing=Standing.BOOKED, appointment_sr_no=number)
        if not visit.appointment_sr_no:
            return Located(visit)
        found = await self._stands(profile, visit)
        if found is None:
            return Located(visit, gone=True)
        same_person = found.provider_id == visit.provider_id
        provider = found.provider or (visit.provider if same_person else "")
        return Located(replace(found, row_id=visit.row_id, provider=provider))

    async def asked(
        self, profile: Profile, visit: Visit, start: dt.datetime, *, stands: bool = True
    ) -> Writeback | None:
        """The row of this very move, if it is in the ledger already.

        `stands` is whether the visit is at its present time, and not where a handle had it.
        """
        key = self._move_key(profile, visit, start)
        held = await self._ledger.holder(profile.office.id, key, self._clock.now())
        if held is not None or start != visit.start or not stands:
            return held
        # Asked once more after it was done: the visit stands where this very move has put it.
        done = (row for row in await self._about(profile, visit) if row.state is State.CONFIRMED)
        return next(
            (row for row in done if row.operation == Operation.MOVE and start_of(row) == start),
            None,
        )

    async def in_the_way(self, profile: Profile, visit: Visit) -> Writeback | None:
        """Another change of the same appointment that is not settled yet; the newest of them."""
        rows = await self._about(profile, visit)
        return next((row for row in rows if row.operation in _CHANGES and row.state in OPEN), None)

    async def take_back(self, profile: Profile, row: Writeback) -> Writeback:
        """Wish an open row away; as it is then."""
        wished = await self._ledger.wish_withdraw(profile.office.id, row.id, self._clock.now())
        self._doorbell.ring()
        return wished or row

    async def want_again(self, row: Writeback) -> Writeback:
        """Take the wish back that lies on an open row, unless it may be deleted by now; as it is then."""
        return await self._ledger.clear_wish(row.office, row.id, self._clock.now()) or row

    async def move(self, profile: Profile, visit: Visit, slot: SlotOffer, scope_key: str | None) -> Put:
        """Put a move down: to the slot's time and chair, with its provider, for the slot's length.

        Raises:
            Diverted: it is not to be acted on.
            Unanswerable: the PMS never told the appointment's number (`NEEDS_HUMAN`), or takes no such move.
            SikkaError: what it takes cannot be read now.
        """
        return await self._put(profile, await self._moved(profile, visit, slot, scope_key))

    async def demand(self, profile: Profile, visit: Visit, slot: SlotOffer, scope_key: str | None) -> None:
        """See that a move would be acted on, before anything makes way for it. Raises as `move`."""
        await self._pass(profile, await self._moved(profile, visit, slot, scope_key))

    async def _moved(
        self, profile: Profile, visit: Visit, slot: SlotOffer, scope_key: str | None
    ) -> NewWriteback:
        opening, number = slot.opening, _number(visit)
        write = bodies.moved_appointment(
            practice_id=profile.office.practice_id,
            appointment_sr_no=number,
            start=opening.start,
            length_minutes=opening.length_minutes,
            operatory=opening.operatory,
            provider_id=opening.provider_id,
        )
        write = await self.fit(profile, Operation.MOVE, write)
        return self._new(
            profile,
            Operation.MOVE,
            write,
            facts={
                "start": visit.start.isoformat(),
                "new_start": opening.start.isoformat(),
                "length_minutes": opening.length_minutes,
                "operatory": opening.operatory,
                "provider_id": opening.provider_id,
                "provider": slot.provider,
                "old_provider": visit.provider,
                "patient_id": visit.patient_id,
                "appointment_sr_no": number,
            },
            natural_key=self._move_key(profile, visit, opening.start),
            patient_key=self.patient_key(profile, visit.patient_id),
            scope_key=scope_key,
            number=number,
            start=min(visit.start, opening.start),
        )

    async def confirmed_before(self, office: str, visit: Visit) -> Writeback | None:
        """The same yes, if it is in the ledger already; Sikka is not needed to know that."""
        booking = await self._ledger.get(office, visit.row_id) if visit.row_id else None
        number = visit.appointment_sr_no if booking is None else sr_no_of(booking)
        return await self._ledger.holder(office, self._confirm_key(office, number), self._clock.now())

    def _confirm_key(self, office: str, appointment_sr_no: str) -> str:
        return self._index.keyed_hash(Operation.CONFIRM, office, appointment_sr_no)

    async def confirm(self, profile: Profile, visit: Visit, scope_key: str | None) -> Put:
        """Put the patient's yes to an appointment down, in the office's own word for it.

        Raises:
            Diverted: it is not to be acted on.
            Unanswerable: as `move`, and where the office has no such word (`NOT_SUPPORTED`).
            SikkaError: what the office's software takes cannot be read now.
        """
        number = _number(visit)
        rulebook = await self._profiles.rulebook(profile.office)
        rulebook.demand(Operation.CONFIRM)
        if not rulebook.confirmed_word:
            raise Unanswerable(Outcome.NOT_SUPPORTED, "no_word_for_confirmed")
        write = bodies.appointment_status(
            practice_id=profile.office.practice_id, appointment_sr_no=number, value=rulebook.confirmed_word
        )
        write = await self.fit(profile, Operation.CONFIRM, write)
        return await self._put(
            profile,
            self._new(
                profile,
                Operation.CONFIRM,
                write,
                facts={**facts_of(visit), "appointment_sr_no": number},
                natural_key=self._confirm_key(profile.office.id, number),
                patient_key=self.patient_key(profile, visit.patient_id),
                scope_key=scope_key,
                number=number,
                start=visit.start,
            ),
        )

    async def _about(self, profile: Profile, visit: Visit) -> list[Writeback]:
        if not visit.appointment_sr_no:
            return []
        key = self.appointment_key(profile.office.id, visit.appointment_sr_no)
        return await self._ledger.by_appointment(profile.office.id, key)

    def _move_key(self, profile: Profile, visit: Visit, start: dt.datetime) -> str:
        parts = (visit.appointment_sr_no, visit.start.isoformat(), start.isoformat())
        return self._index.keyed_hash(Operation.MOVE, profile.office.id, *parts)


def _number(visit: Visit) -> str:
    if not visit.appointment_sr_no:
        raise Unanswerable(Outcome.NEEDS_HUMAN, "no_number")
    return visit.appointment_sr_no
