"""What can be learned of a write where `writeback_status` is silent: the list of writes, and the copy."""

import datetime as dt
from typing import Final

from server.background.parts import Parts
from server.desk.front_desk import FrontDesk
from server.desk.overlay import does_not_take_place
from server.sikka import models
from store.ledger_rows import Created, Writeback
from store.offices import Office

DAY: Final = dt.timedelta(days=1)


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

        Raises:
            SikkaError: the copy cannot be read.
        """
        start = dt.datetime.fromisoformat(row.facts["start"])
        calls = self._parts.sikka.office(office.office_id, live=False)
        copy = await calls.appointments(
            first=start.date(),
            last=start.date(),
            patient_id=str(row.facts["patient_id"]),
            practice_id=office.practice_id,
        )
        for found in copy:
            if _shows(row, found, start) and not await self._is_of_another(row, found):
                return Created(appointment_sr_no=found.appointment_sr_no, patient_id=found.patient_id)
        return None

    async def _is_of_another(self, row: Writeback, found: models.Appointment) -> bool:
        """Whether an earlier booking of ours made it: booked, cancelled and booked again looks alike."""
        if row.operation != "book":
            return False
        key = self._desk.booking.appointment_key(row.office, found.appointment_sr_no)
        others = await self._parts.store.ledger.by_appointment(row.office, key)
        return any(other.operation == "book" and other.id != row.id for other in others)


def _shows(row: Writeback, found: models.Appointment, start: dt.datetime) -> bool:
    if row.operation == "cancel":
        same = found.appointment_sr_no == row.facts["appointment_sr_no"]
        return same and does_not_take_place(found)
    chair = str(row.facts.get("operatory", ""))
    same_chair = not chair or found.operatory in {"", chair}
    return found.start == start and same_chair and not does_not_take_place(found)
