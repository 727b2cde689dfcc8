"""Dates in a caller's English words, as far as a simple rule finds them."""

import datetime as dt
import re
from typing import Final

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final[tuple[str, ...]] = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH: Final = "|".join(_MONTHS)
_UNITS: Final[tuple[str, ...]] = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth"),
    *("eighteenth", "nineteenth", "twentieth"),
)
_ORDINALS: Final = {word: number for number, word in enumerate(_UNITS, 1)}
_DAY: Final = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\b|{'|'.join(_UNITS)})"
_MONTH_DAY: Final = re.compile(rf"\b({_MONTH})\s+({_DAY})", re.IGNORECASE)
_DAY_MONTH: Final = re.compile(rf"\b({_DAY})\s+of\s+({_MONTH})", re.IGNORECASE)
_NUMBERS: Final = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_YEAR: Final = re.compile(r"\b(19\d\d|20\d\d)\b")


def _day(word: str) -> int:
    return _ORDINALS.get(word.casefold()) or int(re.sub(r"\D", "", word) or 0)


def _month_and_day(text: str) -> tuple[int, int] | None:
    found = _MONTH_DAY.search(text)
    if found:
        return _MONTHS.index(found[1].casefold()) + 1, _day(found[2])
    found = _DAY_MONTH.search(text)
    return (_MONTHS.index(found[2].casefold()) + 1, _day(found[1])) if found else None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def birth_date(text: str) -> dt.date | None:
    """A day with its year, such as "April 12, 1986"; None where there is none."""
    numbers = _NUMBERS.search(text)
    if numbers:
        return _date(int(numbers[3]), int(numbers[1]), int(numbers[2]))
    found, year = _month_and_day(text), _YEAR.search(text)
    return _date(int(year[1]), *found) if found and year else None


def coming_day(text: str, today: dt.date) -> dt.date | None:
    """The day that is wanted, from "tomorrow", a weekday or a date; None where none is said."""
    words = text.casefold()
    if "day after tomorrow" in words:
        return today + dt.timedelta(days=2)
    if "tomorrow" in words:
        return today + dt.timedelta(days=1)
    if "today" in words:
        return today
    found = _month_and_day(words)
    if found:
        this_year = _date(today.year, *found)
        return this_year if this_year and this_year >= today else _date(today.year + 1, *found)
    for number, weekday in enumerate(WEEKDAYS):
        if weekday in words:
            return today + dt.timedelta(days=(number - today.weekday()) % 7 or 7)
    return None
