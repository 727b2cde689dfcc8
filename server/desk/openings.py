"""Find the times at which a visit of some length can begin, and choose which to offer.

The chair is the exclusive resource: a hygiene visit carries the dentist's id, so a provider who is
named elsewhere at the same time is not taken for busy. All times are the office's wall clock, naive.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Final, TypeVar

from whenever import RepeatedTime, SkippedTime, ZonedDateTime

from server.desk.opening_windows import Chair, ScheduleRow, Window, merged, weekly_windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from server.desk.opening_windows import Interval

__all__ = [
    "Busy",
    "Chair",
    "Opening",
    "ScheduleRow",
    "Window",
    "choose",
    "local_exists",
    "openings",
    "weekly_windows",
]

_Item = TypeVar("_Item")

_IN_ORDER: Final = attrgetter("start", "operatory", "provider_id", "length_minutes")

TIMES_OF_DAY: Final[Mapping[str, Interval]] = {
    "": (0, 24),
    "morning": (0, 12),
    "afternoon": (12, 17),
    "evening": (17, 24),
}
"""What a caller's words for a part of the day mean: starts from one full hour and before another."""


@dataclass(frozen=True, slots=True, order=True)
class Busy:
    """A stretch of a day that is taken, in minutes after midnight.

    Without an operatory it takes every window of its provider, and without either every window: a
    visit whose chair is not known may sit in any of them.
    """

    operatory: str
    date: dt.date
    start_minute: int
    end_minute: int
    provider_id: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """A time at which a visit of `length_minutes` can begin: naive, office-local."""

    start: dt.datetime
    operatory: str
    provider_id: str
    length_minutes: int


def openings(
    windows: Iterable[Window],
    busy: Iterable[Busy],
    length_minutes: int,
    *,
    earliest: dt.datetime,
    step_minutes: int = 10,
    zone: str | None = None,
) -> list[Opening]:
    """Return every opening inside one window, clear of all that is busy, from `earliest` on; sorted.

    Starts lie on the grid of `step_minutes` counted from midnight. With an IANA `zone`, times that
    the clocks skip or show twice are left out. Raises ValueError for a length or step below 1 and
    `whenever.TimeZoneNotFoundError` for a zone that is not known.
    """
    if length_minutes < 1 or step_minutes < 1:
        raise ValueError("length and step are at least one minute")
    taken = _Taken(busy)
    found: set[Opening] = set()
    exists: dict[dt.datetime, bool] = {}
    for window in windows:
        if window.date < earliest.date():
            continue
        midnight = dt.datetime.combine(window.date, dt.time())
        for minute in _free_starts(window, taken.during(window), length_minutes, step_minutes):
            start = midnight + dt.timedelta(minutes=minute)
            if start < earliest:
                continue
            if start not in exists:
                exists[start] = local_exists(zone, start)
            if exists[start]:
                found.add(Opening(start, window.operatory, window.provider_id, length_minutes))
    return sorted(found, key=_IN_ORDER)


class _Taken:
    """What is busy on each day, by chair, by provider where no chair is known, or everywhere."""

    def __init__(self, busy: Iterable[Busy]) -> None:
        self._intervals: defaultdict[tuple[dt.date, str, str], list[Interval]] = defaultdict(list)
        for taken in busy:
            who = "" if taken.operatory else taken.provider_id
            self._intervals[taken.date, taken.operatory, who].append((taken.start_minute, taken.end_minute))

    def during(self, window: Window) -> tuple[Interval, ...]:
        keys = {
            (window.date, window.operatory, ""),
            (window.date, "", window.provider_id),
            (window.date, "", ""),
        }
        return merged(interval for key in keys for interval in self._intervals.get(key, ()))


def _free_starts(window: Window, taken: Sequence[Interval], length: int, step: int) -> Iterator[int]:
    free_from = window.start_minute
    for start, end in (*taken, (window.end_minute, window.end_minute)):
        free_to = min(start, window.end_minute)
        first = -(-free_from // step) * step
        yield from range(first, free_to - length + 1, step)
        free_from = max(free_from, end)


def local_exists(zone: str | None, naive: dt.datetime) -> bool:
    """Return whether a naive local time happens exactly once in an IANA zone; True without a zone.

    Raises `whenever.TimeZoneNotFoundError` for a zone that is not known.
    """
    if zone is None:
        return True
    try:
        ZonedDateTime(
            naive.year, naive.month, naive.day, naive.hour, naive.minute, tz=zone, disambiguation="raise"
        )
    except (SkippedTime, RepeatedTime):
        return False
    return True


def choose(
    found: Iterable[Opening],
    count: int = 3,
    preferred_provider: str = "",
    time_of_day: str = "",
) -> list[Opening]:
    """Return up to `count` openings to offer, spread over the days they lie on, then over the day.

    Those of the preferred provider come first and only what they leave is filled with others; each
    group is in the order of time and begins with its earliest. No start is offered twice.
    `time_of_day` is a key of `TIMES_OF_DAY` and is never stretched; raises KeyError for another
    word. The same openings always give the same choice.
    """
    hour_from, hour_to = TIMES_OF_DAY[time_of_day]
    fitting = [one for one in sorted(found, key=_IN_ORDER) if hour_from <= one.start.hour < hour_to]
    preferred = [one for one in fitting if preferred_provider and one.provider_id == preferred_provider]
    chosen = _spread(preferred, count)
    seen = {one.start for one in preferred}
    others = [one for one in fitting if one.start not in seen]
    return chosen + _spread(others, count - len(chosen))


def _spread(fitting: Sequence[Opening], count: int) -> list[Opening]:
    days: dict[dt.date, dict[dt.datetime, Opening]] = {}
    for opening in fitting:
        days.setdefault(opening.start.date(), {}).setdefault(opening.start, opening)
    if count < 1 or not days:
        return []
    dates = _evenly(list(days), min(count, len(days)))
    shares = _shares([len(days[date]) for date in dates], count)
    chosen: list[Opening] = []
    for place, (date, share) in enumerate(zip(dates, shares, strict=True)):
        starts = list(days[date])
        times = _times(starts, share, place / max(len(dates) - 1, 1))
        if place == 0:
            times[0] = starts[0]
        chosen.extend(days[date][time] for time in times)
    return chosen


def _shares(available: Sequence[int], count: int) -> list[int]:
    """How many of each day's starts to take, handed out one a day in turn until `count` is reached."""
    shares = [0] * len(available)
    while sum(shares) < min(count, sum(available)):
        for place, limit in enumerate(available):
            if shares[place] < limit and sum(shares) < count:
                shares[place] += 1
    return shares


def _times(starts: Sequence[dt.datetime], share: int, through_the_range: float) -> list[dt.datetime]:
    """Of one day's starts, `share` spread over it; a single one lies later the later its day comes.

    Full hours are easiest to hear and keep; failing those, half hours.
    """
    full = [start for start in starts if start.minute == 0]
    half = [start for start in starts if start.minute in {0, 30}]
    candidates = next((times for times in (full, half) if len(times) >= share), starts)
    if share == 1:
        return [candidates[round(through_the_range * (len(candidates) - 1))]]
    return _evenly(candidates, share)


def _evenly(items: Sequence[_Item], count: int) -> list[_Item]:
    """`count` different items from the first to the last, as evenly as can be."""
    last = len(items) - 1
    return [items[round(place * last / max(count - 1, 1))] for place in range(count)]
