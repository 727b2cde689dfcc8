"""How old Sikka's copy of an office is, and how many working days lie between now and a start."""

import datetime as dt
from collections.abc import Callable
from typing import Final

from server.clock import MINUTE_MS, Clock
from server.desk.charter.terms import Charter
from server.desk.zones import copy_age_minutes
from store.offices import Office

WORKING_DAYS: Final = 2
WEEKEND: Final = 5  # Saturday, where 0 is Monday
MOST_DAYS: Final = 60  # an office that is closed for longer has no working day in sight


class Ages:
    """Ages of the copies of all offices, as this process has seen them move.

    Sikka's time of a load carries no zone, so it counts at first sight only. Once a copy was seen to move,
    its age is the time since: whatever zone Sikka writes in, that is the most it can be.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._first: dict[str, str] = {}

    def minutes(self, office: Office, zone: str | None) -> float | None:
        """Minutes since the copy was loaded; None while Sikka has not told when that was.

        Args:
            office: as the store has it now.
            zone: IANA name; None where it is not known.
        """
        if not office.as_of or office.as_of_seen_at is None:
            return None
        now = self._clock.now()
        since_seen = max(0.0, (now - office.as_of_seen_at) / MINUTE_MS)
        if self._first.setdefault(office.id, office.as_of) != office.as_of or zone is None:
            return since_seen
        by_date = copy_age_minutes(office.as_of, now, zone)
        return max(since_seen, by_date or 0.0)


def works_on(charter: Charter) -> Callable[[dt.date], bool]:
    """Whether an office works on a day: by its charter's hours, else Monday to Friday; never on a closure."""

    def works(day: dt.date) -> bool:
        if charter.closed_on(day):
            return False
        return day.weekday() < WEEKEND if charter.hours is None else bool(charter.hours.get(day.weekday()))

    return works


def lies_beyond(day: dt.date, today: dt.date, works: Callable[[dt.date], bool]) -> bool:
    """Whether at least `WORKING_DAYS` working days lie between today and a day, neither counted."""
    between = (today + dt.timedelta(days=ahead) for ahead in range(1, min((day - today).days, MOST_DAYS)))
    return sum(works(one) for one in between) >= WORKING_DAYS
