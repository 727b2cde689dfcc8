"""Drafts an office's document from what Sikka shows of it, for a person to strike what is wrong.

Nothing in a draft holds before somebody applies it. Where the past or the schedules do not tell, the draft
says so, and keeps to what would hold without it.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median_low
from typing import Final

from server.desk.charter.lines import Path
from server.desk.charter.terms import (
    EMPTY,
    Charter,
    Closure,
    Column,
    ColumnKind,
    Interval,
    Minutes,
    ProviderRule,
    VisitReason,
    Wants,
    Week,
)
from server.desk.office import HYGIENIST, Profile
from server.desk.times.columns import Columns
from server.desk.times.opening_windows import merged
from server.desk.times.reasons import CLEANING, CONSULTATION, EMERGENCY, EXAM, OTHER, Reason, reason_of
from server.sikka.models import Appointment

WEEKS_LOOKED_AT: Final = 4  # a holiday in one of them does not pass for the office's habit
CLOSURE_DAYS: Final = 60  # how far ahead days are looked for on which the office is closed this once
ENOUGH_VISITS: Final = 3  # fewer tell nothing of how long such a visit usually takes
STEP_MINUTES: Final = 10
SHORTEST, LONGEST = 10, 240
BUILT_IN: Final = (CLEANING, EXAM, EMERGENCY, CONSULTATION, OTHER)
WEEK_DAYS: Final = 7


@dataclass
class Draft:
    """A draft, and remarks for whoever reads it, by the path of what each stands before."""

    charter: Charter
    remarks: dict[Path, str] = field(default_factory=dict[Path, str])


def proposed(profile: Profile, past: Iterable[Appointment], today: dt.date) -> Draft:
    """A draft from an office's chairs, people, schedules and past visits.

    Args:
        profile: as Sikka shows it; what a charter says already is kept where a draft has no word on it.
        past: visits of the last weeks, cancelled ones left out.
        today: the office's date.
    """
    visits = list(past)
    shown = _Shown(profile, today)
    draft = Draft(
        Charter(
            zone=profile.zone or "",
            hours=shown.hours,
            closures=shown.closures(),
            providers=tuple(_provider(profile, number) for number in sorted(profile.providers)),
            policy={
                "lead_minutes": profile.policy.lead_minutes,
                "horizon_days": profile.policy.horizon_days,
                "same_day": profile.policy.same_day,
                "max_copy_age_minutes": profile.policy.max_copy_age_minutes,
                "offline": profile.policy.offline,
                "emergency_text": profile.policy.emergency_text,
                "follow_up": profile.policy.follow_up,
                **({"cancelled_word": profile.cancelled_word} if profile.cancelled_word else {}),
            },
        )
    )
    columns = [_column(draft, shown, place, name) for place, name in enumerate(shown.chairs)]
    hygiene = {column.operatory for column in columns if column.kind is ColumnKind.HYGIENE}
    reasons = [_reason(draft, reason, visits, hygiene) for reason in BUILT_IN]
    kinds = {column.kind.value for column in columns}
    reasons = [one if one.column.value in kinds else replace(one, column=Wants.ANY) for one in reasons]
    draft.charter = replace(draft.charter, columns=tuple(columns), reasons=tuple(reasons))
    _keep_to_what_is_staffed(draft, profile, today)
    if not draft.charter.zone:
        draft.remarks["zone",] = "Sikka names no zone. Without one no time can be offered."
    if shown.hours is None:
        draft.remarks["hours",] = "Sikka shows no schedules. Write the office's hours, or no time is offered."
    return draft


def offered_week(profile: Profile, charter: Charter, monday: dt.date) -> dict[str, Week]:
    """By chair, the times that would be bookable in the week from a Monday on if a charter were applied."""
    windows = (
        Columns(replace(profile, charter=charter)).windows(monday, monday + dt.timedelta(days=WEEK_DAYS - 1))
        or []
    )
    by_chair: defaultdict[str, defaultdict[int, list[Interval]]] = defaultdict(lambda: defaultdict(list))
    for window in windows:
        by_chair[window.operatory][window.date.weekday()].append((window.start_minute, window.end_minute))
    return {
        chair: {day: merged(stretches) for day, stretches in sorted(days.items())}
        for chair, days in by_chair.items()
    }


class _Shown:
    """What the schedules show of the coming weeks, by chair and day."""

    def __init__(self, profile: Profile, today: dt.date, charter: Charter = EMPTY) -> None:
        self.profile = profile
        self.chairs = [chair.operatory for chair in profile.chairs]
        last = today + dt.timedelta(days=CLOSURE_DAYS)
        self._days = [today + dt.timedelta(days=ahead) for ahead in range(CLOSURE_DAYS + 1)]
        windows = Columns(replace(profile, charter=charter)).windows(today, last)
        self._open: defaultdict[tuple[str, dt.date], list[Interval]] = defaultdict(list)
        for window in windows or []:
            self._open[window.operatory, window.date].append((window.start_minute, window.end_minute))
        self.hours: Week | None = None if windows is None else self._usual(self.chairs)

    def week(self, chair: str) -> Week:
        """What is usual for a chair, by weekday."""
        return self._usual([chair])

    def closures(self) -> tuple[Closure, ...]:
        """The days on which nobody is seen although that weekday usually is worked."""
        usual = self.hours or {}
        shut = [day for day in self._days if usual.get(day.weekday()) and not self._during(self.chairs, day)]
        found: list[Closure] = []
        for day in shut:
            if found and day - found[-1].last == dt.timedelta(days=1):
                found[-1] = replace(found[-1], last=day)
            else:
                found.append(Closure(day, day))
        return tuple(found)

    def _usual(self, chairs: Sequence[str]) -> Week:
        week: dict[int, tuple[Interval, ...]] = {}
        for weekday in range(WEEK_DAYS):
            days = [day for day in self._days[: WEEKS_LOOKED_AT * WEEK_DAYS] if day.weekday() == weekday]
            habit = Counter(self._during(chairs, day) for day in days)
            hours = max(habit, key=lambda stretches: (habit[stretches], stretches))
            if hours:
                week[weekday] = hours
        return week

    def _during(self, chairs: Sequence[str], day: dt.date) -> tuple[Interval, ...]:
        return merged(stretch for chair in chairs for stretch in self._open[chair, day])


def _provider(profile: Profile, number: str) -> ProviderRule:
    hygienist = HYGIENIST in profile.providers[number].specialty.casefold()
    spoken = profile.spoken_providers.get(number, "")
    return ProviderRule(id=number, spoken=spoken, max_parallel=1 if hygienist else None)


def _column(draft: Draft, shown: _Shown, place: int, name: str) -> Column:
    profile, windows = shown.profile, shown.week(name)
    usual = profile.usual_provider.get(name, "")
    assigned = profile.chairs[place].provider_ids
    people = tuple(dict.fromkeys(one for one in (usual, *assigned) if one in profile.providers))
    if not windows:
        draft.remarks["columns", place] = "No schedule says when it is worked in, so it is off."
        return Column(name, ColumnKind.OFF, people)
    if not people:
        draft.remarks["columns", place] = "Nobody is known to work in it. Name them, or it may stay unused."
    hygiene = bool(people) and HYGIENIST in profile.providers[people[0]].specialty.casefold()
    return Column(name, ColumnKind.HYGIENE if hygiene else ColumnKind.DOCTOR, people, windows)


def _keep_to_what_is_staffed(draft: Draft, profile: Profile, today: dt.date) -> None:
    """Leave out of each chair's windows the times at which nobody who works in it is there."""
    offered = _Shown(profile, today, draft.charter)
    columns = list(draft.charter.columns)
    for place, column in enumerate(columns):
        week = offered.week(column.operatory)
        if column.kind is not ColumnKind.OFF and week != column.windows:
            columns[place] = replace(column, windows=week)
            draft.remarks["columns", place] = (
                "Its schedule is longer, but then nobody who works in it is there."
            )
    draft.charter = replace(draft.charter, columns=tuple(columns))


def _reason(draft: Draft, reason: Reason, visits: Iterable[Appointment], hygiene: set[str]) -> VisitReason:
    place = BUILT_IN.index(reason)
    alike = [visit for visit in visits if visit.description and reason_of(visit.description) is reason]
    lengths = [minutes for visit in alike if SHORTEST <= (minutes := visit.length_minutes or 0) <= LONGEST]
    wants = _IN[reason.hygiene]
    if len(lengths) < ENOUGH_VISITS:
        draft.remarks["reasons", place] = "The past shows too few of them: this is what holds anyway."
        return VisitReason(reason.name, Minutes(reason.minutes, reason.minutes, reason.minutes), wants)
    usual = -(-median_low(lengths) // STEP_MINUTES) * STEP_MINUTES
    seated = Counter(visit.operatory in hygiene for visit in alike if visit.operatory)
    if seated:
        wants = Wants.HYGIENE if seated[True] > seated[False] else Wants.DOCTOR
    draft.remarks["reasons", place] = f"Of {len(lengths)} past visits, half took at most {usual} minutes."
    return VisitReason(reason.name, Minutes(usual, usual, usual), wants)


_IN: Final[Mapping[bool | None, Wants]] = {True: Wants.HYGIENE, False: Wants.DOCTOR, None: Wants.ANY}
