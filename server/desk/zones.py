"""Which zone an office keeps, and what its wall clock shows: needed for "now", and for nothing else."""

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal import windows_tz


def zone_of(configured: str, sikka_name: str) -> str | None:
    """The office's IANA zone: the configured one, else the one Sikka names; None if neither is known.

    Sikka names zones as Windows does ("Eastern Standard Time"; official sample of data_sync_status);
    CLDR's table translates them.
    """
    for name in (configured.strip(), windows_tz.win_tz.get(sikka_name.strip(), ""), sikka_name.strip()):
        if name and is_zone(name):
            return name
    return None


def is_zone(name: str) -> bool:
    """Whether a name is an IANA zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def wall_clock(now: int, zone: str) -> dt.datetime:
    """The office's wall clock, naive, at a moment given in UTC epoch milliseconds."""
    return dt.datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).replace(tzinfo=None)


def moment_of(wall: dt.datetime, zone: str) -> int:
    """UTC epoch milliseconds of a naive wall-clock time; of a time that occurs twice, the first."""
    return int(wall.replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def copy_age_minutes(as_of: str, now: int, zone: str) -> float | None:
    """How old Sikka's copy is by its `data_insert_date`, in minutes; None where that is unreadable.

    The date carries no zone; it is read as the office's wall clock, and is never below zero.
    """
    try:
        taken = dt.datetime.fromisoformat(as_of.strip()).replace(tzinfo=None)
    except ValueError:
        return None
    return max(0.0, (wall_clock(now, zone) - taken).total_seconds() / 60)
