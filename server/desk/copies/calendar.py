"""An office's calendar in memory: by day, by patient and by number, with our own rows laid over it."""

import datetime as dt
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.desk.copies.overlay import (
    DEFAULT_MINUTES,
    DayOverlay,
    Overlay,
    Shown,
    Standing,
    Visit,
    by_start,
    lay_over_shown,
    number_of,
)
from server.sikka import formats
from server.sikka.copied import APPOINTMENTS
from server.sikka.rules import frees_the_chair, is_own_word
from store.ledger_rows import Writeback

ONE_DAY: Final = dt.timedelta(days=1)
# Facts of a row that name a day on which it lies over the copy.
_STARTS: Final = ("start", "new_start")


@dataclass(frozen=True, slots=True)
class CopiedAppointment:
    """An appointment as the copy shows it.

    Attributes:
        day: None where its date is unreadable.
        status: the practice's own word.
        shown: what it is to the calendar, as far as that goes without the office's word for cancelled.
    """

    number: str
    patient_id: str = field(repr=False)
    provider_id: str
    hygienist: str
    operatory: str
    day: dt.date | None
    length_minutes: int
    description: str = field(repr=False)
    type: str
    status: str
    shown: Shown = field(repr=False)


class CopiedCalendar:
    """All appointments of one office that the copy holds, cancelled ones too."""

    def __init__(self) -> None:
        self._by_number: dict[str, CopiedAppointment] = {}
        self._by_day: dict[dt.date, set[str]] = {}
        self._by_patient: dict[str, set[str]] = {}
        self._visits: dict[dt.date, tuple[Visit, ...]] = {}
        self._cancelled_word = ""

    def __len__(self) -> int:
        return len(self._by_number)

    def under(self, cancelled_word: str) -> "CopiedCalendar":
        """This calendar, in which an office's own word for cancelled frees the chair as well.

        It is told with every question, since what the office says may have changed; "" for no such word.
        """
        if cancelled_word != self._cancelled_word:
            self._cancelled_word = cancelled_word
            self._visits.clear()
        return self

    def get(self, number: str) -> CopiedAppointment | None:
        """The appointment of that number; None where the copy has none."""
        return self._by_number.get(number)

    def shown(self, number: str) -> Shown | None:
        """What the appointment of that number is to this calendar; None where the copy has none."""
        row = self.get(number)
        return None if row is None else self._as_shown(row)

    def put(self, values: Sequence[str]) -> None:
        """Take an appointment in, or in anew; `values` are the fields of `APPOINTMENTS`."""
        row = _appointment(values)
        self.remove(row.number)
        self._by_number[row.number] = row
        self._by_patient.setdefault(row.patient_id, set()).add(row.number)
        if row.day is not None:
            self._by_day.setdefault(row.day, set()).add(row.number)
            self._visits.pop(row.day, None)

    def remove(self, number: str) -> None:
        """Forget an appointment; one that is not there is no matter."""
        row = self._by_number.pop(number, None)
        if row is None:
            return
        self._by_patient[row.patient_id].discard(number)
        if row.day is not None:
            self._by_day[row.day].discard(number)
            self._visits.pop(row.day, None)

    def visits_on(self, day: dt.date) -> tuple[Visit, ...]:
        """What takes place on a day, by start and chair; the same tuple until the day changes."""
        visits = self._visits.get(day)
        if visits is None:
            found = (self._as_shown(row).visit for row in self.on(day))
            there = [visit for visit in found if visit is not None]
            visits = self._visits[day] = tuple(sorted(there, key=by_start))
        return visits

    def on(self, day: dt.date) -> list[CopiedAppointment]:
        """Every appointment of a day, cancelled ones too, in no order of use."""
        return [self._by_number[number] for number in self._by_day.get(day, ())]

    def since(self, first: dt.date, last: dt.date) -> Iterable[CopiedAppointment]:
        """Every appointment of these days, both included."""
        return (row for day in _days(first, last) for row in self.on(day))

    def days(self, rows: Collection[Writeback], first: dt.date, last: dt.date) -> DayOverlay:
        """What takes place on these days, both included, with our rows over it; by start and chair.

        Only the days that a row touches are laid over; the others are as they are kept.
        """
        numbers = _numbers(rows)
        touched = _days_of(rows) | {
            row.day for number in numbers if (row := self.get(number)) is not None and row.day is not None
        }
        shown = {row.number: self._as_shown(row) for day in touched for row in self.on(day)}
        shown |= self._shown(numbers)
        laid = lay_over_shown(list(shown.values()), rows)
        over: dict[dt.date, list[Visit]] = {}
        for visit in laid.visits:
            over.setdefault(visit.start.date(), []).append(visit)
        days = {
            day: tuple(over.get(day, ())) if day in touched else self.visits_on(day)
            for day in _days(first, last)
        }
        return DayOverlay(days, laid.caught_up)

    def of_patient(self, rows: Collection[Writeback], patient_id: str) -> Overlay:
        """A patient's visits, past ones too, with our rows (of that patient) over them."""
        shown = self._shown(self._by_patient.get(patient_id, set()) | _numbers(rows))
        return lay_over_shown(list(shown.values()), rows)

    def of_number(self, rows: Collection[Writeback], number: str) -> Overlay:
        """One appointment, with our rows about it over it."""
        return lay_over_shown(list(self._shown({number}).values()), rows)

    def _shown(self, numbers: Iterable[str]) -> dict[str, Shown]:
        known = (row for number in numbers if (row := self.get(number)) is not None)
        return {row.number: self._as_shown(row) for row in known}

    def _as_shown(self, row: CopiedAppointment) -> Shown:
        if is_own_word(row.status, self._cancelled_word):
            return Shown(row.number, None, gone=True)
        return row.shown


def _numbers(rows: Iterable[Writeback]) -> set[str]:
    """The numbers of appointments that rows are about."""
    return {number_of(row) for row in rows} - {""}


def _days_of(rows: Iterable[Writeback]) -> set[dt.date]:
    starts = (row.facts.get(name) for row in rows for name in _STARTS)
    return {dt.datetime.fromisoformat(str(start)).date() for start in starts if start}


def _days(first: dt.date, last: dt.date) -> Iterable[dt.date]:
    return (first + ONE_DAY * ahead for ahead in range((last - first).days + 1))


def _appointment(values: Sequence[str]) -> CopiedAppointment:
    row = dict(zip(APPOINTMENTS.fields, values, strict=True))
    day, time = formats.day(row["date"]), formats.clock_time(row["time"])
    gone = frees_the_chair(row["status"]) or formats.truth(row["cancelled"])
    minutes = formats.leading_integer(row["length"]) or DEFAULT_MINUTES
    visit = None
    if day is not None and time is not None and not gone:
        visit = Visit(
            start=dt.datetime.combine(day, time),
            length_minutes=minutes,
            operatory=row["operatory"],
            provider_id=row["provider_id"],
            patient_id=row["patient_id"],
            standing=Standing.BOOKED,
            appointment_sr_no=row["appointment_sr_no"],
        )
    return CopiedAppointment(
        number=row["appointment_sr_no"],
        patient_id=row["patient_id"],
        provider_id=row["provider_id"],
        hygienist=row["hygienist"],
        operatory=row["operatory"],
        day=day,
        length_minutes=minutes,
        description=row["description"],
        type=row["type"],
        status=sys.intern(row["status"]),  # a handful of words in thousands of rows
        shown=Shown(row["appointment_sr_no"], visit, gone=gone),
    )
