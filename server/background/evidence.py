"""What can be learned of a write where `writeback_status` is silent: the list of writes, and the copy."""

import datetime as dt
from typing import Final

from server.background.parts import Parts
from server.clock import DAY_MS
from server.desk.copies.overlay import does_not_take_place, in_own_words, lay_over, start_of
from server.desk.front_desk import FrontDesk
from server.desk.people.matching import fold
from server.sikka import models
from server.sikka.pms_fields import Operation
from store.ledger_rows import Created, Writeback
from store.ledger_states import State
from store.offices import Office

DAY: Final = dt.timedelta(days=1)
BEFORE_MS: Final = 7 * DAY_MS
LOADING_MS: Final = 900_000  # a load seen so soon after a write may have begun before it was done


class Evidence:
    """Looks for a write's traces."""

    def __init__(self, parts: Parts, desk: FrontDesk) -> None:
        self._parts = parts
        self._desk = desk

    async def still_pending(self, row: Writeback) -> bool:
        """Whether GET /writebacks lists the write as pending. Raises SikkaError."""
        return any(entry.pending for entry in await self._entries(row))

    async def listed(self, row: Writeback) -> bool:
        """Whether GET /writebacks knows the write at all: a deleted one is gone. Raises SikkaError."""
        return bool(await self._entries(row))

    async def _entries(self, row: Writeback) -> list[models.WritebackEntry]:
        # The list's days carry no zone, so the day before and the day after are read too.
        handed_over = dt.datetime.fromtimestamp((row.submitted_at or row.created_at) / 1000, dt.UTC).date()
        entries = await self._parts.sikka.application(live=False).writebacks(
            handed_over - DAY, handed_over + DAY, row.sikka_id or ""
        )
        return [entry for entry in entries if entry.id == row.sikka_id]

    async def in_copy(self, row: Writeback, office: Office) -> Created | None:
        """What the copy shows the write to have done; None proves nothing, since the copy lags.

        A patient's changed fields, notes and payments are not looked for there: None.

        Raises:
            SikkaError: the copy cannot be read.
        """
        if row.operation == Operation.REGISTER:
            return await self._patient_in_copy(row, office)
        start = start_of(row)
        if start is None:
            return None
        # Before the copy is read: what another process sees shown meanwhile is in it by then.
        over = [] if is_loaded_since(row, office) else await self._done_and_not_shown(row.office)
        calls = self._parts.sikka.office(office.office_id, live=False)
        copy = await calls.appointments(
            first=start.date(),
            last=start.date(),
            patient_id=str(row.facts["patient_id"]),
            practice_id=office.practice_id,
        )
        copy = in_own_words(copy, await self._parts.cancelled_word(office.id))
        standing = {(visit.appointment_sr_no, visit.start) for visit in lay_over(copy, over).visits}
        for found in copy:
            if not _shows(row, found, start) or await self._is_of_another(row, found):
                continue
            if does_not_take_place(found) or (found.appointment_sr_no, found.start) in standing:
                return Created(appointment_sr_no=found.appointment_sr_no, patient_id=found.patient_id)
        return None

    async def _done_and_not_shown(self, office: str) -> list[Writeback]:
        """What our other writes have done since the copy was loaded, as far as anybody has seen."""
        return [row for row in await self._parts.store.ledger.overlay(office) if row.state is State.CONFIRMED]

    async def _patient_in_copy(self, row: Writeback, office: Office) -> Created | None:
        """The one patient of the very names and birth date that no other registration of ours made."""
        facts = row.facts
        calls = self._parts.sikka.office(office.office_id, live=False)
        names = (fold(str(facts["first_name"])), fold(str(facts["last_name"])))
        alike = {
            found.patient_id
            for found in await calls.patients(lastname=str(facts["last_name"]))
            if (fold(found.firstname), fold(found.lastname)) == names
            and found.born is not None
            and found.born.isoformat() == facts["birth_date"]
            and found.practice_id in {"", office.practice_id}
        }
        if alike:
            others = await self._parts.store.ledger.settled_since(
                row.office, Operation.REGISTER, completed_from=row.created_at - BEFORE_MS, limit=200
            )
            alike -= {other.created.patient_id for other in others if other.id != row.id}
        return Created(patient_id=alike.pop()) if len(alike) == 1 else None

    async def _is_of_another(self, row: Writeback, found: models.Appointment) -> bool:
        """Whether an earlier booking of ours made it: booked, cancelled and booked again looks alike."""
        if row.operation != Operation.BOOK:
            return False
        key = self._desk.booking.appointment_key(row.office, found.appointment_sr_no)
        others = await self._parts.store.ledger.by_appointment(row.office, key)
        return any(other.operation == Operation.BOOK and other.id != row.id for other in others)


def is_loaded_since(row: Writeback, office: Office) -> bool:
    """Whether Sikka has loaded an office since a write was last heard of: what it shows is newer."""
    if row.shown_at is not None:
        return True
    return (office.as_of_seen_at or 0) - (row.completed_at or row.changed_at) >= LOADING_MS


def _shows(row: Writeback, found: models.Appointment, start: dt.datetime) -> bool:
    same = found.appointment_sr_no == row.facts.get("appointment_sr_no")
    if row.operation == Operation.CANCEL:
        return same and does_not_take_place(found)
    if row.operation == Operation.CONFIRM:
        return same and found.status.casefold() == row.body.get("value", "").casefold()
    chair = str(row.facts.get("operatory", ""))
    same_chair = not chair or found.operatory in {"", chair}
    at_the_time = found.start == start and same_chair and not does_not_take_place(found)
    return at_the_time and (same or row.operation == Operation.BOOK)
