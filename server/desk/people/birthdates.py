"""How well a birth date as it was heard fits the one on record."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

EXACT: Final = 1.0
SWAPPED: Final = 0.75  # day and month
MISHEARD: Final = 0.7  # one part that sounds like the right one
ONE_PART: Final = 0.5  # day or month is another
OTHER_YEAR: Final = 0.25
NOTHING: Final = 0.0

# Thirteen and thirty, fourteen and forty … nineteen and ninety; in a year, its last two digits.
_TEENS: Final = frozenset(frozenset((10 + digit, 10 * digit)) for digit in range(3, 10))
_CENTURY: Final = 100
_MONTHS: Final = 12


def date_fit(said: dt.date, kept: dt.date | None) -> float:
    """From 0 to 1: the same, or month and day swapped, or one part misheard or another.

    Only the same date identifies anybody; the rest helps to find whom a caller may be.
    """
    if kept is None:
        return NOTHING
    if said == kept:
        return EXACT
    if said.year == kept.year and (said.month, said.day) == (kept.day, kept.month):
        return SWAPPED
    parts = ((said.year, kept.year), (said.month, kept.month), (said.day, kept.day))
    differing = [pair for pair in parts if pair[0] != pair[1]]
    if len(differing) > 1:
        return NOTHING
    if _sounds_like(*differing[0]):
        return MISHEARD
    return OTHER_YEAR if said.year != kept.year else ONE_PART


def _sounds_like(one: int, other: int) -> bool:
    """Whether a number is easily heard for another: fifteen for fifty, another century, one digit."""
    short = (one % _CENTURY, other % _CENTURY)
    if short[0] == short[1] or frozenset(short) in _TEENS:
        return True
    return sum(a != b for a, b in zip(f"{one:04}", f"{other:04}", strict=True)) == 1


def similar_dates(said: dt.date) -> Iterator[dt.date]:
    """Every date that may have been misheard for the one said: those that fit by `ONE_PART` or better."""
    parts = [(year, said.month, said.day) for year in _similar_years(said.year)]
    parts += [(said.year, month, said.day) for month in range(1, _MONTHS + 1) if month != said.month]
    parts += [(said.year, said.month, day) for day in range(1, 32) if day != said.day]
    if said.day != said.month and said.day <= _MONTHS:
        parts.append((said.year, said.day, said.month))
    for year, month, day in parts:
        if day <= monthrange(year, month)[1]:
            yield dt.date(year, month, day)


@cache
def _similar_years(year: int) -> tuple[int, ...]:
    near = range(max(year - _CENTURY, dt.MINYEAR), min(year + _CENTURY, dt.MAXYEAR) + 1)
    return tuple(other for other in near if other != year and _sounds_like(year, other))
