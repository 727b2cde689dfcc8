"""Choose which of the free times to offer, as a good receptionist would.

What is weighed, and in which order, stands in two tables: `ASKED` for the days, `RULES` for the times
of a day. The same openings and the same wish always give the same choice.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final, TypeVar

from server.desk.times.minutes import DAY, WHOLE_DAY, first_of, grid, runs, span
from server.desk.times.openings import Opening, Stretch

_Item = TypeVar("_Item")

_HOUR: Final = 60
OPTIONS: Final = 3
SHORTEST_VISIT: Final = 30  # a gap of fewer minutes is lost to the office
SOONER: Final = dt.timedelta(days=7)  # so much sooner, somebody else is worth naming beside one's own

TIMES_OF_DAY: Final[Mapping[str, tuple[int, int]]] = {
    "": (0, DAY),
    "morning": (0, 12 * _HOUR),
    "afternoon": (12 * _HOUR, 17 * _HOUR),
    "evening": (17 * _HOUR, DAY),
}
"""What a caller's words for a part of the day mean: starts from one minute and before another."""

EASY_TO_HEAR: Final = (grid(60), grid(30), grid(15), WHOLE_DAY)
"""Full hours are easiest to hear and keep, then half hours, then quarters."""


class Asked(StrEnum):
    """How a caller asks, which tells what days to choose from."""

    DAYS = "days"
    """For a time between two days: they are spread over all of them."""
    SOON = "soon"
    """For a time without a last day: they are spread over the first week that has any."""
    URGENT = "urgent"
    """In pain: the soonest there are, whoever they are with."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of the times to offer.

    Attributes:
        provider_id: whom the patient usually sees; "" where that is not known or does not matter.
        time_of_day: a key of `TIMES_OF_DAY`; it is never stretched.
        shortest: the office's shortest visit, in minutes.
    """

    count: int = OPTIONS
    provider_id: str = ""
    time_of_day: str = ""
    asked: Asked = Asked.SOON
    shortest: int = SHORTEST_VISIT


@dataclass(frozen=True, slots=True)
class Candidate:
    """A start that may be offered.

    Attributes:
        gaps: how many gaps it leaves that are too short for any visit: 0, 1 or 2.
        ease: place in `EASY_TO_HEAR`.
    """

    stretch: Stretch
    minute: int
    gaps: int
    ease: int


Rule = Callable[[Candidate, Sequence[Opening]], int]
"""The smaller, the better; compared in the table's order, the next only where the last sees no difference."""


def _same_hour(one: Candidate, offered: Sequence[Opening]) -> int:
    """Options at the same hour on different days are hard to tell apart, and help nobody who works then."""
    return sum(other.start.hour == one.minute // _HOUR for other in offered)


def _same_part(one: Candidate, offered: Sequence[Opening]) -> int:
    """Somebody who cannot come in mornings is not offered three."""
    return sum(_part(other.start_minute) == _part(one.minute) for other in offered)


RULES: Final[Mapping[Asked, tuple[Rule, ...]]] = {
    Asked.URGENT: (_same_hour, lambda one, _: one.minute),
    **dict.fromkeys(
        (Asked.DAYS, Asked.SOON),
        (
            _same_hour,
            lambda one, _: one.gaps,
            _same_part,
            lambda one, _: one.ease,
            lambda one, _: one.minute,
        ),
    ),
}
"""What makes one start of a day better than another."""


def choose(found: Iterable[Stretch], wish: Wish) -> list[Opening]:
    """Return up to `wish.count` openings to offer, each at another start, the best first.

    Those of the patient's own provider come first and only what they leave is filled with others; but
    where they begin over a week after somebody else's, the last option is that somebody's. Raises
    KeyError for a time of day that is none.
    """
    within = span(*TIMES_OF_DAY[wish.time_of_day])
    fitting = [(stretch, starts) for stretch in found if (starts := stretch.starts & within)]
    offered: list[Opening] = []
    for group, quota in _groups(fitting, wish):
        _offer(group, min(quota, wish.count - len(offered)), wish, offered)
    return offered


_Fitting = tuple[Stretch, int]


def _groups(fitting: Sequence[_Fitting], wish: Wish) -> Iterator[tuple[Sequence[_Fitting], int]]:
    """Whose openings are offered first, and how many of them."""
    own = [one for one in fitting if wish.provider_id and one[0].provider_id == wish.provider_id]
    if not own or wish.asked is Asked.URGENT:
        yield fitting, wish.count
        return
    others = [one for one in fitting if one[0].provider_id != wish.provider_id]
    sooner = bool(others) and _first_day(own) - _first_day(others) > SOONER
    yield own, wish.count - sooner if wish.count > 1 else wish.count
    yield others, wish.count
    yield own, wish.count


def _first_day(group: Sequence[_Fitting]) -> dt.date:
    return min(stretch.date for stretch, _ in group)


def _offer(group: Sequence[_Fitting], count: int, wish: Wish, offered: list[Opening]) -> None:
    """Add up to `count` openings of a group to those offered."""
    if count < 1:
        return
    gone = _by_day(offered)
    by_day: dict[dt.date, list[_Fitting]] = {}
    for stretch, starts in group:
        free = starts & ~gone.get(stretch.date, 0)
        if free:
            by_day.setdefault(stretch.date, []).append((stretch, free))
    for day, share in _days({day: _distinct(ones) for day, ones in sorted(by_day.items())}, count, wish):
        for _ in range(share):
            best = _best(list(_candidates(by_day[day], wish, offered)), wish, offered)
            offered.append(best.stretch.opening(best.minute))


def _days(starts: Mapping[dt.date, int], count: int, wish: Wish) -> Iterator[tuple[dt.date, int]]:
    """On which days to offer how many times, of days with so many starts each, the first day first."""
    days = list(starts)
    if count < 1 or not days:
        return
    if wish.asked is Asked.URGENT:
        left = count
        for day in days:
            yield day, min(left, starts[day])
            left -= min(left, starts[day])
        return
    week = [day for day in days if day - days[0] < SOONER]
    if wish.asked is Asked.SOON and sum(starts[day] for day in week) >= count:
        days = week
    spread = _evenly(days, min(count, len(days)))
    yield from zip(spread, _shares([starts[day] for day in spread], count), strict=True)


def _shares(available: Sequence[int], count: int) -> list[int]:
    """How many of each day's starts to take, handed out one a day in turn until `count` is reached."""
    shares = [0] * len(available)
    while sum(shares) < min(count, sum(available)):
        for place, limit in enumerate(available):
            if shares[place] < limit and sum(shares) < count:
                shares[place] += 1
    return shares


def _evenly(items: Sequence[_Item], count: int) -> list[_Item]:
    """`count` different items from the first to the last, as evenly as can be."""
    last = len(items) - 1
    return [items[round(place * last / max(count - 1, 1))] for place in range(count)]


def _candidates(day: Sequence[_Fitting], wish: Wish, offered: Sequence[Opening]) -> Iterator[Candidate]:
    """The best start of each hour in each window of a day, but for starts that are offered already."""
    gone = _by_day(offered)
    for stretch, starts in day:
        left = starts & ~gone.get(stretch.date, 0)
        for found in _of_each_hour(stretch.free, stretch.length_minutes, left, wish.shortest):
            yield Candidate(stretch, *found)


@lru_cache(maxsize=2048)
def _of_each_hour(free: int, length: int, starts: int, shortest: int) -> tuple[tuple[int, int, int], ...]:
    """The best of some starts in each hour: its minute, and as in a `Candidate` its gaps and its ease.

    Asked again for the same windows by every caller, until something in them changes.
    """
    by_gaps = _by_gaps(free, length, shortest)
    found: list[tuple[int, int, int]] = []
    while starts:
        hour = _hour_of(first_of(starts))
        here = starts & hour
        gaps, fewest = next((count, some) for count, mask in enumerate(by_gaps) if (some := here & mask))
        ease, easiest = next(
            (place, some) for place, mask in enumerate(EASY_TO_HEAR) if (some := fewest & mask)
        )
        found.append((first_of(easiest), gaps, ease))
        starts &= ~hour
    return tuple(found)


def _by_gaps(free: int, length: int, shortest: int) -> tuple[int, int, int]:
    """The minutes at which a visit would leave no gap too short for another, one at most, or two."""
    long_enough = runs(free, shortest)
    before = (~(free << 1) | (long_enough << shortest)) & WHOLE_DAY
    after = ((~free | long_enough) & WHOLE_DAY | (1 << DAY)) >> length
    return before & after, before | after, WHOLE_DAY


def _best(candidates: Sequence[Candidate], wish: Wish, offered: Sequence[Opening]) -> Candidate:
    """The best by the rules, each asked only of those among which the rules before it see no difference."""
    left = candidates
    for rule in RULES[wish.asked]:
        if len(left) == 1:
            break
        ranks = [rule(one, offered) for one in left]
        best = min(ranks)
        left = [one for one, rank in zip(left, ranks, strict=True) if rank == best]
    return min(left, key=lambda one: (one.stretch.operatory, one.stretch.provider_id))


def _distinct(day: Sequence[_Fitting]) -> int:
    union = 0
    for _, starts in day:
        union |= starts
    return union.bit_count()


def _by_day(offered: Iterable[Opening]) -> dict[dt.date, int]:
    """The starts that are offered, as a mask of each day."""
    masks: dict[dt.date, int] = {}
    for one in offered:
        masks[one.start.date()] = masks.get(one.start.date(), 0) | 1 << one.start_minute
    return masks


@cache
def _part(minute: int) -> str:
    return next(name for name, (start, end) in TIMES_OF_DAY.items() if name and start <= minute < end)


def _hour_of(minute: int) -> int:
    start = minute - minute % _HOUR
    return span(start, start + _HOUR)
