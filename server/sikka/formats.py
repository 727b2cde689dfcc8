"""Sikka's spellings of numbers, truth, dates, times and ids, read as documented and as seen."""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_LEADING_INTEGER: Final = re.compile(r"\s*(\d+)", re.ASCII)
_WRITE_ID: Final = re.compile(r"\bid\s*:\s*(\d+)", re.IGNORECASE | re.ASCII)
_DATE: Final = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?:[T ]|\s*$)", re.ASCII)
_TIME: Final = re.compile(
    r"\s*(\d{1,2}):([0-5]\d)(?::\d{2}(?:\.\d+)?)?\s*(?:([AaPp])\.?\s*[Mm]\.?)?\s*$", re.ASCII
)
# a minus or an opening bracket, then at most nine figures of money
_MONEY: Final = re.compile(
    r"\s*([-(])?\s*\$?\s*(\d{1,9}(?:\.\d*)?|\.\d+|\d{1,3}(?:,\d{3}){1,2}(?:\.\d*)?)\s*\)?\s*", re.ASCII
)
_TRUE: Final = frozenset({"true", "t", "1", "yes", "y"})
_HALF_DAY: Final = 12
_LAST_HOUR: Final = 23


def leading_integer(text: str) -> int | None:
    """The integer a text starts with; None without one.

    Source: `expires_in` is "85603 second(s)" in the official sample and digits elsewhere.
    """
    found = _LEADING_INTEGER.match(text)
    return int(found.group(1)) if found else None


def money(text: str) -> Decimal | None:
    """The amount of "45.5000", "-45.50", "$1,245.50" or "(45.50)", to the cent; None if it is none.

    Source: four decimals in the official samples; the other forms are what a PMS may pass through.
    """
    found = _MONEY.fullmatch(text)
    if found is None:
        return None
    amount = Decimal(found[2].replace(",", "")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return -amount if found[1] else amount


def truth(text: str) -> bool:
    """Whether Sikka says yes: "True", "T", "1" and their like in any case."""
    return text.strip().casefold() in _TRUE


def day(text: str) -> dt.date | None:
    """The date of "YYYY-MM-DD" or "YYYY-MM-DDT00:00:00", without any zone; None if there is none."""
    found = _DATE.match(text)
    if found is None:
        return None
    try:
        return dt.date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
    except ValueError:
        return None


def clock_time(text: str) -> dt.time | None:
    """The office's wall-clock time of "14:30", "2:30 PM" or "14:30:00"; None if there is none.

    A needless half of the day ("14:30 PM", "0:30 AM") is overlooked: a time dropped would make a
    taken chair look free.
    """
    found = _TIME.match(text)
    if found is None:
        return None
    hour, minute, half = int(found.group(1)), int(found.group(2)), (found.group(3) or "").casefold()
    if half == "p" and hour < _HALF_DAY:
        hour += _HALF_DAY
    elif half == "a" and hour >= _HALF_DAY:
        if hour > _HALF_DAY:
            return None
        hour = 0
    return dt.time(hour, minute) if hour <= _LAST_HOUR else None


def day_and_time(date: str, time: str) -> dt.datetime | None:
    """A date and a time that stand apart, read as `day` and `clock_time`; naive, None if either is none."""
    on, at = day(date), clock_time(time)
    return dt.datetime.combine(on, at) if on and at else None


def moment(text: str) -> dt.datetime | None:
    """A naive "YYYY-MM-DDTHH:MM:SS" or "YYYY-MM-DD HH:MM:SS"; None if it is not one."""
    try:
        return dt.datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def write_id(long_message: str) -> str:
    """The writeback's id inside "Id:275495"; "" without one. It is never a record's id."""
    found = _WRITE_ID.search(long_message)
    return found.group(1) if found else ""


def wire_day(value: dt.date) -> str:
    """A date as request bodies and filters want it: yyyy-mm-dd."""
    return value.isoformat()


def wire_time(value: dt.time) -> str:
    """A time as request bodies want it: HH:mm."""
    return value.strftime("%H:%M")
