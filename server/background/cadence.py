"""When to look at a write again: fast while a caller waits, slower with its age."""

from typing import Final

# (age in seconds below which it holds, looks apart in units of the poll setting). Sikka's own sample
# took 162 s and integrators report 15 to 60 s, so most outcomes fall in the first three rows.
SLOWER_WITH_AGE: Final[tuple[tuple[float, float], ...]] = (
    (30, 2.5),
    (120, 5),
    (300, 12),
    (1_800, 75),
    (21_600, 375),
    (float("inf"), 2_250),
)
WATCHED: Final = 1.0
HIDDEN: Final = 37.5  # looks into the copy, which moves every quarter of an hour at best


def pause_seconds(age_seconds: float, poll_seconds: float, *, watched: bool) -> float:
    """Seconds until the next look at a write of that age (since Sikka accepted it)."""
    if watched:
        return poll_seconds * WATCHED
    units = next(units for below, units in SLOWER_WITH_AGE if age_seconds < below)
    return poll_seconds * units
