"""Which wall-clock minutes of a day happen exactly once, where clocks are set forward and back.

A time that is skipped does not come, and one that is shown twice could be meant either way: a visit
lies over neither.
"""

import datetime as dt
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from whenever import RepeatedTime, SkippedTime, ZonedDateTime

from server.desk.times.minutes import DAY, WHOLE_DAY

_DAY: Final = dt.timedelta(days=1)


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


@lru_cache(maxsize=4096)
def minutes_that_exist(zone: str | None, date: dt.date) -> int:
    """The minutes of a day, as a mask, that happen exactly once in an IANA zone; all without a zone.

    Raises `zoneinfo.ZoneInfoNotFoundError` for a zone that is not known.
    """
    if zone is None or not _changes(zone, date):
        return WHOLE_DAY
    midnight = dt.datetime.combine(date, dt.time())
    return sum(
        1 << minute for minute in range(DAY) if local_exists(zone, midnight + dt.timedelta(minutes=minute))
    )


def _changes(zone: str, date: dt.date) -> bool:
    """Whether the clocks are set that day or about its midnights."""
    info = ZoneInfo(zone)
    days = (date - _DAY, date, date + _DAY, date + 2 * _DAY)
    return len({dt.datetime.combine(day, dt.time(), info).utcoffset() for day in days}) > 1
