"""The open slots that some software offers itself: half hours free in the copy, by chair and who works in it.

Which software has them is official (available slots: Orthotrac and Dolphin; the booking page adds
Planet DDS WebV3.0); their length is plausible.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sandbox.diary import DAYS_AHEAD
from sandbox.office import Office
from sandbox.records import Operatory, WeekSchedule
from sandbox.seed import sunday_of

SLOT_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Slot:
    """A half hour in which a provider can be booked into a chair; wall clock of the practice."""

    practice_id: str
    provider_id: str
    operatory: str
    start: datetime
    hygiene: bool


def open_slots(office: Office) -> tuple[Slot, ...]:
    """The slots of the copy from its load on, in order; none where the software offers none."""
    if office.pms.slots == "none":
        return ()
    if office.copy.slots is None:
        office.copy.slots = tuple(sorted(_free(office), key=lambda slot: (slot.start, slot.operatory)))
    return office.copy.slots


def is_open(office: Office, fields: dict[str, str]) -> bool:
    """Whether a booking's practice, provider, date, time and operatory are those of an open slot."""
    wanted = (fields["practice_id"], fields["provider_id"], fields["operatory"])
    at = datetime.fromisoformat(f"{fields['date']}T{fields['time']}")
    return any(
        (slot.practice_id, slot.provider_id, slot.operatory) == wanted and slot.start == at
        for slot in open_slots(office)
    )


def _hours(
    weeks: dict[tuple[str, date], WeekSchedule], resource_id: str, day: date
) -> tuple[tuple[str, str], ...]:
    row, column = weeks.get((resource_id, sunday_of(day))), (day.weekday() + 1) % 7
    return () if row is None or row.holidays[column] else row.days[column]


def _free(office: Office) -> Iterator[Slot]:
    records = office.copy.records
    loaded = office.local_time(office.copy.inserted_at)
    weeks = {(row.resource_id, row.sunday): row for row in records.schedules}
    taken: dict[tuple[str, date], list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in records.appointments.values():
        if not row.cancelled:
            taken[row.operatory, row.start.date()].append((row.start, row.end))
    for chair in records.operatories.values():
        for ahead in range(0 if chair.hidden else DAYS_AHEAD):
            day = loaded.date() + timedelta(days=ahead)
            if not _hours(weeks, chair.provider_ids[0], day):
                continue
            busy = taken[chair.name, day]
            for start in _grid(_hours(weeks, chair.name, day), day):
                end = start + timedelta(minutes=SLOT_MINUTES)
                if start > loaded and not any(start < to and since < end for since, to in busy):
                    yield _slot(chair, start)


def _grid(hours: tuple[tuple[str, str], ...], day: date) -> Iterator[datetime]:
    for opens, closes in hours:
        start = datetime.combine(day, time.fromisoformat(opens))
        while start + timedelta(minutes=SLOT_MINUTES) <= datetime.combine(day, time.fromisoformat(closes)):
            yield start
            start += timedelta(minutes=SLOT_MINUTES)


def _slot(chair: Operatory, start: datetime) -> Slot:
    return Slot(chair.practice_id, chair.provider_ids[0], chair.name, start, chair.hygiene)
