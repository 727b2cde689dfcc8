"""Turn an office's weekly schedules into the stretches of time in which each chair may be booked.

Assumptions, since the meaning of the schedule rows is documented only as "date is the start of a
week" (official reference of GET /practice_schedule) and no filled example is known:

- A dated row holds for the seven days from its date, whichever weekday that is. Days are named in
  the row, so weeks that start on Sunday and weeks that start on Monday need no telling apart.
- Where a resource has no row for a week, its undated rows are its standing pattern; without those,
  its latest earlier week is. A holiday of an earlier week is not repeated: for that weekday the
  latest earlier week without one counts. Later weeks say nothing about earlier ones.
- Of several rows for the same resource and week, all hours and all holidays count.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Interval: TypeAlias = tuple[int, int]
"""Minutes after midnight, from and up to."""

_WEEK: Final = dt.timedelta(days=7)

_PRACTICE: Final = "practice"
_CHAIR: Final = "chair"
_PROVIDER: Final = "provider"

LEVELS: Final[Mapping[str, str]] = {
    "practice": _PRACTICE,
    "office": _PRACTICE,
    "operatory": _CHAIR,
    "chair": _CHAIR,
    "column": _CHAIR,
    "provider": _PROVIDER,
    "doctor": _PROVIDER,
    "hygienist": _PROVIDER,
}
"""What a row's resource_type means. Practice, operatory and provider are named by the official
reference, which gives no values; a type that is not here is told by its id, where only one fits."""


@dataclass(frozen=True, slots=True)
class Chair:
    """A bookable column: its name in the PMS, who works in it (empty when not known), what it is for."""

    operatory: str
    provider_ids: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One row of GET /practice_schedule, parsed: weekdays count from 0 for Monday."""

    resource_type: str
    resource_id: str
    week_start: dt.date | None
    days: Mapping[int, tuple[Interval, ...]]
    holidays: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A stretch of an office-local day in which a chair may be booked, with the provider it means.

    `provider_id` is empty where nobody can be named without guessing. `starts` is a mask of the minutes at
    which a visit may begin (see `minutes`); 0 where the desk's own grid will do.
    """

    operatory: str
    date: dt.date
    start_minute: int
    end_minute: int
    provider_id: str = ""
    starts: int = 0


def weekly_windows(
    schedule_rows: Sequence[ScheduleRow],
    chairs: Sequence[Chair],
    providers: Sequence[str],
    day_from: dt.date,
    day_to: dt.date,
    *,
    usual_provider: Mapping[str, str] | None = None,
) -> list[Window] | None:
    """Return the bookable windows of all chairs on the days from `day_from` to `day_to`, both included.

    A chair is open by its own rows, else by the practice's; within that by the hours of the providers who
    work in it, where those are known. Everything is cut to the practice's hours where those are known, and
    a practice's holiday closes every chair.
    `providers` are the ids of those who see patients now: nobody else is named in a window, unless it
    is empty. `usual_provider` names, by operatory, whom the chair's past appointments show most. The
    result is sorted.

    None when the schedules say nothing at all about these chairs on these days, or hold no hours:
    the caller then asks a person. Hours are never guessed.
    """
    if day_from > day_to:
        return []
    if not any(hours for row in schedule_rows for hours in row.days.values()):
        return None
    plan = Plan(schedule_rows, chairs, providers, usual_provider or {})
    days = (day_from + dt.timedelta(days=offset) for offset in range((day_to - day_from).days + 1))
    found = [windows for day in days for chair in chairs if (windows := plan.windows(chair, day)) is not None]
    return sorted(window for windows in found for window in windows) if found else None


class Plan:
    """The schedule rows of one office, by resource, and who is taken to work in which chair.

    The arguments are those of `weekly_windows`.
    """

    def __init__(
        self,
        rows: Sequence[ScheduleRow],
        chairs: Sequence[Chair],
        providers: Sequence[str],
        usual_provider: Mapping[str, str],
    ) -> None:
        self._providers = providers
        self._usual = {_folded(name): provider for name, provider in usual_provider.items()}
        self._patterns: defaultdict[tuple[str, str], _Pattern] = defaultdict(_Pattern)
        self._active = {_folded(provider) for provider in providers}
        chair_names = {_folded(chair.operatory) for chair in chairs}
        for row in rows:
            name = _folded(row.resource_id)
            level = LEVELS.get(_folded(row.resource_type)) or _level_by_id(name, chair_names, self._active)
            self._patterns[level, "" if level == _PRACTICE else name].add(row)

    def windows(self, chair: Chair, day: dt.date) -> list[Window] | None:
        """The chair's windows on a day; None where no row says anything about it.

        Where somebody who works in it has hours of their own, these count, within the chair's.
        """
        practice = self._hours(_PRACTICE, "", day)
        own = self._hours(_CHAIR, chair.operatory, day)
        hours = practice if own is None else own if practice is None else overlap(own, practice)
        candidates = self._candidates(chair)
        theirs = [
            (provider, worked)
            for provider in candidates
            if (worked := self._hours(_PROVIDER, provider, day)) is not None
        ]
        if theirs:
            return [
                Window(chair.operatory, day, start, end, provider)
                for provider, worked in theirs
                for start, end in (worked if hours is None else overlap(worked, hours))
            ]
        if hours is None:
            return None
        first = candidates[0] if candidates else ""
        return [Window(chair.operatory, day, start, end, first) for start, end in hours]

    def staffed(self, chair: Chair, day: dt.date, hours: Iterable[Interval]) -> list[Window]:
        """Windows of a chair whose hours somebody has set, for those who work in it, in theirs.

        Of a provider without hours of their own all of the chair's count. A holiday of the practice or of
        the chair closes it all the same.
        """
        if self.is_holiday(day) or self._is_holiday(_CHAIR, chair.operatory, day):
            return []
        return [
            Window(chair.operatory, day, start, end, provider)
            for provider in self._candidates(chair) or ("",)
            for start, end in self._in_hours(provider, day, hours)
        ]

    def is_holiday(self, day: dt.date) -> bool:
        """Whether the practice's own rows mark a day as one; False where they say nothing about it."""
        return self._is_holiday(_PRACTICE, "", day)

    def _in_hours(self, provider: str, day: dt.date, hours: Iterable[Interval]) -> tuple[Interval, ...]:
        theirs = self._hours(_PROVIDER, provider, day) if provider else None
        return merged(hours) if theirs is None else overlap(merged(hours), theirs)

    def _candidates(self, chair: Chair) -> Sequence[str]:
        usual = self._usual.get(_folded(chair.operatory), "")
        for ids in (chair.provider_ids, (usual,) if usual else ()):
            working = [one for one in ids if not self._active or _folded(one) in self._active]
            if working:
                return working
        # An office with one provider leaves no choice; with more, any choice would be a guess.
        return self._providers if len(self._providers) == 1 else ()

    def _hours(self, level: str, name: str, day: dt.date) -> tuple[Interval, ...] | None:
        pattern = self._patterns.get((level, _folded(name)))
        # Whose rows never hold an hour is not scheduled by them, and not for ever on leave.
        return (
            pattern.hours(day) if pattern is not None and (level != _PROVIDER or pattern.has_hours) else None
        )

    def _is_holiday(self, level: str, name: str, day: dt.date) -> bool:
        pattern = self._patterns.get((level, _folded(name)))
        return pattern is not None and pattern.is_holiday(day)


@dataclass(slots=True)
class _Pattern:
    """The rows of one resource, dated and standing."""

    standing: list[ScheduleRow] = field(default_factory=list["ScheduleRow"])
    weeks: defaultdict[dt.date, list[ScheduleRow]] = field(
        default_factory=lambda: defaultdict[dt.date, list["ScheduleRow"]](list)
    )

    def add(self, row: ScheduleRow) -> None:
        if row.week_start is None:
            self.standing.append(row)
        else:
            self.weeks[row.week_start].append(row)

    def hours(self, day: dt.date) -> tuple[Interval, ...] | None:
        """The merged hours of a day; None where no row speaks for it."""
        rows = self._rows_for(day)
        if rows is None:
            return None
        if self.is_holiday(day):
            return ()
        return merged(interval for row in rows for interval in row.days.get(day.weekday(), ()))

    @property
    def has_hours(self) -> bool:
        """Whether any row of it holds hours at all."""
        rows = [*self.standing, *(row for rows in self.weeks.values() for row in rows)]
        return any(hours for row in rows for hours in row.days.values())

    def is_holiday(self, day: dt.date) -> bool:
        """Whether the rows of that week mark the day as one."""
        return any(day.weekday() in row.holidays for row in self._rows_for(day) or ())

    def _rows_for(self, day: dt.date) -> list[ScheduleRow] | None:
        this_week = [row for start in self.weeks if start <= day < start + _WEEK for row in self.weeks[start]]
        if this_week:
            return this_week
        if self.standing:
            return self.standing
        earlier = sorted((start for start in self.weeks if start < day), reverse=True)
        if not earlier:
            return None
        usual = (start for start in earlier if not self._had_holiday(start, day.weekday()))
        return self.weeks[next(usual, earlier[0])]

    def _had_holiday(self, week: dt.date, weekday: int) -> bool:
        return any(weekday in row.holidays for row in self.weeks[week])


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the union of intervals, sorted; those that touch become one, empty ones are left out."""
    union: list[Interval] = []
    for start, end in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return tuple(union)


def overlap(these: Iterable[Interval], those: Sequence[Interval]) -> tuple[Interval, ...]:
    """Return the stretches that lie in both of two merged sets of intervals."""
    return merged(_overlaps(these, those))


def _overlaps(these: Iterable[Interval], those: Sequence[Interval]) -> Iterator[Interval]:
    for start, end in these:
        for other_start, other_end in those:
            yield max(start, other_start), min(end, other_end)


def _level_by_id(name: str, chair_names: set[str], provider_ids: set[str]) -> str:
    fits = [level for level, names in ((_CHAIR, chair_names), (_PROVIDER, provider_ids)) if name in names]
    return fits[0] if len(fits) == 1 else ""


def _folded(name: str) -> str:
    return name.strip().casefold()
