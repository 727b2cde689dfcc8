"""Windows zone names, as Sikka shows them, and what they mean."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

# Unicode CLDR's mapping for the zones of the United States and a few beyond
WINDOWS_ZONES: dict[str, str] = {
    "Eastern Standard Time": "America/New_York",
    "Central Standard Time": "America/Chicago",
    "Mountain Standard Time": "America/Denver",
    "US Mountain Standard Time": "America/Phoenix",
    "Pacific Standard Time": "America/Los_Angeles",
    "Alaskan Standard Time": "America/Anchorage",
    "Hawaiian Standard Time": "Pacific/Honolulu",
    "Atlantic Standard Time": "America/Halifax",
    "GMT Standard Time": "Europe/London",
    "UTC": "Etc/UTC",
}


def wall_clock(epoch: float, zone: str) -> datetime:
    """The naive wall-clock time in a Windows zone at `epoch` (UTC seconds).

    An unknown zone name raises KeyError: a world with one is a mistake in its configuration.
    """
    return datetime.fromtimestamp(epoch, tz=ZoneInfo(WINDOWS_ZONES[zone])).replace(tzinfo=None)


def utc_clock(epoch: float) -> datetime:
    """The naive UTC time at `epoch`."""
    return datetime.fromtimestamp(epoch, tz=UTC).replace(tzinfo=None)
