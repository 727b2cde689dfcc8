"""The minutes of one day as the bits of an integer, so that a whole day is compared in one step.

Bit 0 is the minute from midnight on. A set of minutes is called a mask.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

DAY: Final = 24 * 60
WHOLE_DAY: Final = (1 << DAY) - 1


def span(start: int, end: int) -> int:
    """The minutes from `start` up to `end`, as far as they lie in the day; empty if there are none."""
    start, end = max(start, 0), min(end, DAY)
    return (1 << end) - (1 << start) if start < end else 0


def runs(free: int, length: int) -> int:
    """Every minute with which `length` minutes begin that are all free. Raises ValueError below one."""
    if length < 1:
        raise ValueError("a length is at least one minute")
    found, done = free, 1
    while done < length:
        step = min(done, length - done)
        found &= found >> step
        done += step
    return found


def bits(mask: int) -> Iterator[int]:
    """The minutes in a mask, earliest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def first_of(mask: int) -> int:
    """The earliest minute of a mask that is not empty."""
    return (mask & -mask).bit_length() - 1


@lru_cache
def grid(step: int) -> int:
    """Every `step` minutes from midnight on. Raises ValueError below one minute."""
    if step < 1:
        raise ValueError("a step is at least one minute")
    return sum(1 << minute for minute in range(0, DAY, step))


def taken_at_once(stretches: Iterable[int], limit: int) -> int:
    """The minutes that lie in at least `limit` of the masks. Raises ValueError below one.

    Somebody who can be in `limit` places at once has no room for another in these minutes.
    """
    if limit < 1:
        raise ValueError("a limit is at least one")
    levels = [0] * limit
    for mask in stretches:
        for level in range(limit - 1, 0, -1):
            levels[level] |= levels[level - 1] & mask
        levels[0] |= mask
    return levels[-1]


def most_at_once(stretches: Iterable[int], within: int) -> int:
    """How many of the masks lie over one and the same minute of `within`, at most."""
    levels: list[int] = []
    for mask in stretches:
        carried = mask & within
        for level, reached in enumerate(levels):
            levels[level], carried = reached | carried, reached & carried
        if carried:
            levels.append(carried)
    return len(levels)
