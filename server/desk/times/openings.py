"""Find the times at which a visit of some length can begin.

The chair is the exclusive resource. A provider is busy only where somebody has said how many visits
they may have at a time: a hygiene visit often carries the dentist's id, so whom a visit keeps busy is told
apart from whose id it bears (`Busy.attends`). All times are the office's wall clock, naive.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final

from server.desk.copies.overlay import Visit
from server.desk.times.daylight import minutes_that_exist
from server.desk.times.minutes import DAY, bits, grid, most_at_once, runs, span, taken_at_once
from server.desk.times.opening_windows import Window

STEP_MINUTES: Final = 10
_IN_ORDER: Final = attrgetter("start", "operatory", "provider_id", "length_minutes")
_NO_LIMITS: Final[Mapping[str, int]] = {}


@dataclass(frozen=True, slots=True, order=True)
class Busy:
    """A stretch of a day that is taken, in minutes after midnight.

    Without an operatory it takes every window of its provider, and without either every window: a
    visit whose chair is not known may sit in any of them. `attends` is the provider whom it keeps from
    other chairs, "" for nobody.
    """

    operatory: str
    date: dt.date
    start_minute: int
    end_minute: int
    provider_id: str = ""
    attends: str = ""

    @classmethod
    def by(cls, visit: Visit, attends: str = "") -> "Busy":
        """What a visit takes of its day; one past midnight takes the rest of it."""
        start = visit.start.hour * 60 + visit.start.minute
        end = min(DAY, start + visit.length_minutes)
        return cls(visit.operatory, visit.start.date(), start, end, visit.provider_id, attends)


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """A time at which a visit of `length_minutes` can begin: naive, office-local."""

    start: dt.datetime
    operatory: str
    provider_id: str
    length_minutes: int

    @property
    def start_minute(self) -> int:
        """Minutes after midnight."""
        return self.start.hour * 60 + self.start.minute

    @property
    def minutes(self) -> int:
        """The minutes that it takes, as a mask."""
        return span(self.start_minute, self.start_minute + self.length_minutes)

    @classmethod
    def of(cls, visit: Visit) -> "Opening":
        """The time that a visit takes, or asks for."""
        return cls(visit.start, visit.operatory, visit.provider_id, visit.length_minutes)


@dataclass(frozen=True, slots=True)
class Stretch:
    """One window of a day with what is free in it.

    Attributes:
        free: the minutes in which nobody is in the way, as a mask.
        starts: the minutes at which a visit of `length_minutes` can begin, as a mask.
    """

    date: dt.date
    operatory: str
    provider_id: str
    length_minutes: int
    free: int
    starts: int

    def starting(self, earliest: dt.datetime) -> "Stretch":
        """The same without the starts before a moment, which may leave none."""
        if self.date > earliest.date():
            return self
        left = self.starts & span(_first_minute(earliest), DAY) if self.date == earliest.date() else 0
        return replace(self, starts=left)

    def opening(self, minute: int) -> Opening:
        """The opening that begins at a minute of `starts`."""
        start = dt.datetime(self.date.year, self.date.month, self.date.day, minute // 60, minute % 60)  # noqa: DTZ001 - the office's wall clock is naive
        return Opening(start, self.operatory, self.provider_id, self.length_minutes)


@dataclass(frozen=True, slots=True)
class TakenDay:
    """What is busy on one day, as masks.

    Attributes:
        chairs: (operatory, provider) -> minutes; the provider counts only where no chair is known.
        attended: provider -> the minutes of each visit that keeps them busy.
    """

    chairs: Mapping[tuple[str, str], int]
    attended: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, busy: Iterable[Busy]) -> "TakenDay":
        """From what is busy on this one day."""
        chairs: dict[tuple[str, str], int] = {}
        attended: dict[str, list[int]] = {}
        for taken in busy:
            mask = span(taken.start_minute, taken.end_minute)
            where = (taken.operatory, "" if taken.operatory else taken.provider_id)
            chairs[where] = chairs.get(where, 0) | mask
            if taken.attends:
                attended.setdefault(taken.attends, []).append(mask)
        return cls(chairs, attended)

    def during(self, operatory: str, provider_id: str, limit: int | None) -> int:
        """The minutes in which a provider cannot be booked into a chair; `limit` None is no bound."""
        found = 0
        for where in ((operatory, ""), ("", provider_id), ("", "")):
            found |= self.chairs.get(where, 0)
        if limit is not None and (visits := self.attended.get(provider_id)):
            found |= taken_at_once(visits, limit)
        return found

    def over(self, other: "TakenDay") -> "TakenDay":
        """What is busy by either."""
        chairs, attended = dict(self.chairs), dict(self.attended)
        for where, mask in other.chairs.items():
            chairs[where] = chairs.get(where, 0) | mask
        for who, visits in other.attended.items():
            attended[who] = [*attended.get(who, ()), *visits]
        return TakenDay(chairs, attended)


_NOTHING: Final = TakenDay({}, {})


@dataclass(frozen=True, slots=True)
class Taken:
    """What is busy, by day."""

    days: Mapping[dt.date, TakenDay]

    @classmethod
    def of(cls, busy: Iterable[Busy]) -> "Taken":
        """From what is busy on any days, in any order."""
        days: defaultdict[dt.date, list[Busy]] = defaultdict(list)
        for taken in busy:
            days[taken.date].append(taken)
        return cls({day: TakenDay.of(ones) for day, ones in days.items()})

    def over(self, other: "Taken") -> "Taken":
        """What is busy by either."""
        laid = {day: self.days.get(day, _NOTHING).over(ones) for day, ones in other.days.items()}
        return Taken({**self.days, **laid})

    def during(self, window: Window, limit: int | None = None) -> int:
        """The minutes in which a window cannot be booked; `limit` is its provider's, None for no bound."""
        day = self.days.get(window.date)
        return 0 if day is None else day.during(window.operatory, window.provider_id, limit)

    def places(self, opening: Opening, limit: int) -> int:
        """How many more visits its provider can have throughout an opening."""
        visits = self.days.get(opening.start.date(), _NOTHING).attended.get(opening.provider_id, ())
        return max(0, limit - most_at_once(visits, opening.minutes))

    def leaves(self, opening: Opening, limit: int | None) -> bool:
        """Whether nothing is in the way of an opening; `limit` is its provider's, None for no bound."""
        day = self.days.get(opening.start.date(), _NOTHING)
        return not day.during(opening.operatory, opening.provider_id, limit) & opening.minutes


def stretches(
    windows: Iterable[Window],
    taken: Taken,
    length_minutes: int,
    *,
    earliest: dt.datetime,
    zone: str | None = None,
    limits: Mapping[str, int] = _NO_LIMITS,
) -> list[Stretch]:
    """Return the windows in which a visit can begin from `earliest` on, in their order.

    Starts lie on the grid of `STEP_MINUTES` counted from midnight, or at the starts a window names. No
    visit lies over a minute that the clocks skip or show twice in an IANA `zone`. `limits` tells how many
    visits a provider may have at a time; who is not in it has no bound but the chairs. Raises ValueError
    for a length or limit below 1 and `zoneinfo.ZoneInfoNotFoundError` for a zone that is not known.
    """
    on_grid = grid(STEP_MINUTES)
    if length_minutes < 1:
        raise ValueError("a length is at least one minute")
    found: list[Stretch] = []
    for window in windows:
        if window.date < earliest.date():
            continue
        free = span(window.start_minute, window.end_minute) & minutes_that_exist(zone, window.date)
        free &= ~taken.during(window, limits.get(window.provider_id))
        starts = runs(free, length_minutes) & (window.starts or on_grid)
        if starts:
            stretch = Stretch(
                window.date, window.operatory, window.provider_id, length_minutes, free, starts
            ).starting(earliest)
            if stretch.starts:
                found.append(stretch)
    return found


def all_openings(found: Iterable[Stretch]) -> list[Opening]:
    """Every opening of some stretches, each once; sorted."""
    every = {stretch.opening(minute) for stretch in found for minute in bits(stretch.starts)}
    return sorted(every, key=_IN_ORDER)


def _first_minute(earliest: dt.datetime) -> int:
    """The first full minute from a moment on."""
    begun = bool(earliest.second or earliest.microsecond)
    return earliest.hour * 60 + earliest.minute + begun
