"""When an office is open, read off the same schedules that free times are."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass

from server.desk.office import Profile
from server.desk.opening_windows import Interval, merged, weekly_windows

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


def hours_of(profile: Profile, today: dt.date) -> Hours | None:
    """The hours in which anybody can be seen, from today on; None where the schedules do not tell."""
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
