"""When an office is open: by its people's word, else read off the same schedules that free times are."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from server.desk.charter.terms import Week
from server.desk.office import Profile
from server.desk.times.opening_windows import Interval, Plan, merged, weekly_windows

WEEKS_LOOKED_AT = 4  # a holiday in one of them does not pass for the office's habit
WEEK_DAYS = 7


@dataclass(frozen=True)
class Hours:
    """An office's hours, in minutes after midnight.

    Attributes:
        usual: by weekday, 0 for Monday; empty for a day on which the office is closed.
        closed: days of the coming week on which it is closed although it usually is open.
    """

    usual: tuple[tuple[Interval, ...], ...]
    closed: tuple[dt.date, ...]


# Office -> what was last worked out: of which profile, on which day. Profiles are read anew every few
# minutes, and what a whole month of windows comes to takes milliseconds.
_KNOWN: Final[dict[str, tuple[Profile, dt.date, Hours | None]]] = {}


def hours_of(profile: Profile, today: dt.date) -> Hours | None:
    """The office's hours; None where neither its charter nor the schedules tell.

    By the schedules they are those in which anybody can be seen from today on. A closure of the charter and
    a holiday of the practice close a day in either case.
    """
    known = _KNOWN.get(profile.office.id)
    if known is None or known[0] is not profile or known[1] != today:
        known = _KNOWN[profile.office.id] = (profile, today, _worked_out(profile, today))
    return known[2]


def is_open(hours: Hours, now: dt.datetime) -> bool:
    """Whether the office is open at a moment of its wall clock, as far as its coming week tells."""
    minute = now.hour * 60 + now.minute
    stretches = hours.usual[now.weekday()]
    return now.date() not in hours.closed and any(start <= minute < end for start, end in stretches)


def _worked_out(profile: Profile, today: dt.date) -> Hours | None:
    charter = profile.charter
    coming = [today + dt.timedelta(days=ahead) for ahead in range(WEEK_DAYS)]
    hours = _read_off(profile, today) if charter.hours is None else _said(profile, charter.hours, coming)
    if hours is None:
        return None
    closed = {day for day in coming if hours.usual[day.weekday()] and charter.closed_on(day)}
    return Hours(hours.usual, tuple(sorted({*hours.closed, *closed})))


def _said(profile: Profile, week: Week, coming: Iterable[dt.date]) -> Hours:
    plan = Plan(profile.schedules, profile.chairs, tuple(profile.providers), profile.usual_provider)
    usual = tuple(week.get(weekday, ()) for weekday in range(WEEK_DAYS))
    return Hours(usual, tuple(day for day in coming if usual[day.weekday()] and plan.is_holiday(day)))


def _read_off(profile: Profile, today: dt.date) -> Hours | None:
    last = today + dt.timedelta(days=WEEKS_LOOKED_AT * WEEK_DAYS - 1)
    windows = weekly_windows(
        profile.schedules,
        profile.chairs,
        tuple(profile.providers),
        today,
        last,
        usual_provider=profile.usual_provider,
    )
    if windows is None:
        return None
    by_day: defaultdict[dt.date, list[Interval]] = defaultdict(list)
    for window in windows:
        by_day[window.date].append((window.start_minute, window.end_minute))
    days = [today + dt.timedelta(days=ahead) for ahead in range(WEEKS_LOOKED_AT * WEEK_DAYS)]
    open_at = {day: merged(by_day[day]) for day in days}
    habits = [Counter(open_at[day] for day in days if day.weekday() == weekday) for weekday in range(7)]
    usual = tuple(max(habit, key=lambda hours: (habit[hours], hours)) for habit in habits)
    closed = tuple(day for day in days[:WEEK_DAYS] if usual[day.weekday()] and not open_at[day])
    return Hours(usual, closed)
