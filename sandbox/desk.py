"""The people at the front desk, who book, move and cancel in the practice's software meanwhile."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Literal

from sandbox.execution import with_status
from sandbox.names import KNOWN
from sandbox.office import Office
from sandbox.records import Appointment, Operatory
from sandbox.seed import is_holiday, sunday_of

Action = Literal["book", "move", "cancel"]
_GRID = timedelta(minutes=30)
_TRIES = 40


@dataclass(frozen=True, slots=True)
class DeskAct:
    """What the desk did, and to which appointment."""

    action: Action
    appointment_sr_no: str


class DeskCannotError(Exception):
    """The desk was asked for something that does not fit the practice's records."""


class Desk:
    """One office's front desk; it works during opening hours and leaves the well-known patients alone."""

    def __init__(self, office: Office, rng: Random) -> None:
        self.office = office
        self.rng = rng
        names = {(each.first, each.last) for each in KNOWN}
        rows = office.records.patients.values()
        self._known = frozenset(row.patient_id for row in rows if (row.firstname, row.lastname) in names)
        self._others = [row.patient_id for row in rows if row.patient_id not in self._known]

    def open_now(self) -> bool:
        """Whether somebody sits at the desk: an open hour of a day that is no holiday."""
        now = self.office.now()
        return not is_holiday(now.date(), self.office.today) and any(
            start <= now.time() < end for start, end in self._hours(self.office.spec.practice_id, now.date())
        )

    def act(self) -> DeskAct | None:
        """Do one thing of the desk's own choosing; None when it found nothing to do."""
        if not self._others:
            return None
        action: Action = self.rng.choices(("book", "move", "cancel"), weights=(60, 20, 20))[0]
        coming = [
            row
            for row in self.office.records.appointments.values()
            if not row.cancelled and row.start > self.office.now() and row.patient_id not in self._known
        ]
        if action != "book" and coming:
            row = self.rng.choice(coming)
            if action == "cancel":
                return self.cancel(row.sr_no)
            found = self._opening(row.length, row.operatory)
            return self.move(row.sr_no, found[1]) if found else None
        found = self._opening(60, "")
        if found is None:
            return None
        chair, start = found
        return self.book(self.rng.choice(self._others), start, 60, chair.name, chair.provider_ids[0])

    def book(
        self, patient_id: str, start: datetime, length: int, operatory: str, provider_id: str
    ) -> DeskAct:
        """Book as the desk does: over anything that is there, if told to."""
        records, now = self.office.records, self.office.now()
        chair = records.operatories.get(operatory)
        if patient_id not in records.patients or provider_id not in records.providers or chair is None:
            raise DeskCannotError("No such patient, provider or operatory.")
        sr_no = records.new_sr_no()
        records.appointments[sr_no] = Appointment(
            sr_no=sr_no,
            practice_id=chair.practice_id,
            patient_id=patient_id,
            provider_id=provider_id,
            operatory=operatory,
            start=start,
            length=length,
            description="Booked at the desk",
            status=self.office.pms.new_status,
            made=now.date(),
            changed=now,
        )
        return DeskAct("book", sr_no)

    def move(self, sr_no: str, start: datetime, operatory: str = "") -> DeskAct:
        """Move an appointment to another start, and another chair if one is named."""
        row = self._row(sr_no)
        moved = replace(row, start=start, operatory=operatory or row.operatory, changed=self.office.now())
        self.office.records.appointments[sr_no] = moved
        return DeskAct("move", sr_no)

    def cancel(self, sr_no: str) -> DeskAct:
        """Cancel an appointment with the software's own word for it."""
        row = self._row(sr_no)
        word = self.office.pms.word_for("cancelled")
        self.office.records.appointments[sr_no] = with_status(self.office, row, word)
        return DeskAct("cancel", sr_no)

    def _row(self, sr_no: str) -> Appointment:
        row = self.office.records.appointments.get(sr_no)
        if row is None:
            raise DeskCannotError("No such appointment.")
        return row

    def _hours(self, resource_id: str, day: date) -> list[tuple[time, time]]:
        column = (day.weekday() + 1) % 7
        return [
            (time.fromisoformat(start), time.fromisoformat(end))
            for row in self.office.records.schedules
            if row.resource_id == resource_id and row.sunday == sunday_of(day)
            for start, end in row.days[column]
        ]

    def _opening(self, length: int, operatory: str) -> tuple[Operatory, datetime] | None:
        chairs = [
            chair
            for chair in self.office.records.operatories.values()
            if not chair.hidden and operatory in {"", chair.name}
        ]
        for _ in range(_TRIES if chairs else 0):
            chair = self.rng.choice(chairs)
            day = self.office.now().date() + timedelta(days=self.rng.randint(1, 28))
            hours = [] if is_holiday(day, self.office.today) else self._hours(chair.name, day)
            if not hours:
                continue
            opens, closes = self.rng.choice(hours)
            start = datetime.combine(day, opens) + self.rng.randrange(8) * _GRID
            ends = start + timedelta(minutes=length)
            if ends <= datetime.combine(day, closes) and not self.office.records.in_the_way(
                chair.practice_id, chair.name, start, length
            ):
                return chair, start
        return None
