"""Numbers, amounts, hours and addresses as they are said aloud."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final

from server.desk.naming import name_in
from server.desk.times.hours import Hours
from server.desk.times.opening_windows import Interval
from server.sikka.models import Practice
from server.tools.speech import spoken_date, spoken_list, spoken_stretch
from server.tools.voices import ENGLISH, Voice

ADDRESS_WORDS: Final = 9  # of one line
_LONG_NUMBER: Final = re.compile(r"\d{4,}")
_TEN_DIGITS: Final = re.compile(r"(\d{3})(\d{3})(\d{4})")


def digits_apart(text: str) -> str:
    """The text with every number of four digits or more digit by digit ("0 6 1 0 3"), as it is read out."""
    return _LONG_NUMBER.sub(lambda found: " ".join(found.group()), text)


def spoken_phone(text: str, limit: int) -> str:
    """A number digit by digit, in groups where it is a North American one; what is none stays as it is.

    Too long for `limit`, its digits stand in threes.
    """
    digits = re.sub(r"\D", "", text)
    if re.search(r"[^\W\d_]", text) or not digits:
        return digits_apart(text.strip())
    ten = _TEN_DIGITS.fullmatch(digits.removeprefix("1") if len(digits) == 11 else digits)  # noqa: PLR2004 - with the country's 1
    spoken = ", ".join(" ".join(part) for part in ten.groups()) if ten else " ".join(digits)
    if len(spoken) <= limit:
        return spoken
    return " ".join(digits[place : place + 3] for place in range(0, len(digits), 3))


def spoken_amount(amount: Decimal, voice: Voice = ENGLISH) -> str:
    """Such as "1,245 dollars and 50 cents", for an amount above zero with two decimals at most."""
    dollars, cents = divmod(int(amount * 100), 100)
    counted = ((dollars, voice.dollars), (cents, voice.cents))
    return spoken_list(
        [f"{number:,} {words[number != 1]}" for number, words in counted if number], "and", voice
    )


def days_in_short(days: Sequence[dt.date], voice: Voice = ENGLISH) -> str:
    """Such as "Mon Nov 30, Tue Dec 1, Wed 2": for the agent to reckon by, not to be said."""
    shown: list[str] = []
    for place, day in enumerate(days):
        new_month = not place or day.month != days[place - 1].month
        month = voice.months[day.month - 1][:3] if new_month else ""
        weekday = voice.weekdays[day.weekday()][:3]
        short = voice.date_in_short.format(weekday=weekday, month=month, day=day.day)
        shown.append(" ".join(short.split()))
    return ", ".join(shown)


def spoken_address(practice: Practice) -> str:
    """A practice's address on one line, its numbers digit by digit; "" without a street.

    What stands there and reads like a sentence is left out.
    """
    street, more, city, state, code = (
        name_in(part, ADDRESS_WORDS)
        for part in (
            practice.address_line1,
            practice.address_line2,
            practice.city,
            practice.state,
            practice.zipcode,
        )
    )
    if not street:
        return ""
    place = " ".join(part for part in (state, code) if part)
    return digits_apart(", ".join(part for part in (street, more, city, place) if part))


def spoken_hours(hours: Hours, today: dt.date, limit: int, voice: Voice = ENGLISH) -> str:
    """A week's hours, days alike together, then the days on which it is closed this once.

    Breaks in the day are left out where all of it would be longer than `limit`.
    """
    closed = [spoken_date(day, today, voice) for day in hours.closed]
    last = [voice.closed_on.format(days=spoken_list(closed, "and", voice))] if closed else []
    spoken = "; ".join([*_days_alike(hours.usual, voice), *last])
    if len(spoken) <= limit:
        return spoken
    return "; ".join([*_days_alike(tuple(_without_breaks(day) for day in hours.usual), voice), *last])


def _days_alike(week: tuple[tuple[Interval, ...], ...], voice: Voice) -> list[str]:
    named = list(zip(voice.weekdays, week, strict=True))
    spoken: list[str] = []
    for stretches, days in groupby(named, key=lambda day: day[1]):
        names = [name for name, _ in days]
        in_a_row = voice.days.format(first=names[0], last=names[-1])
        when = spoken_list(names, "and", voice) if len(names) <= 2 else in_a_row  # noqa: PLR2004 - "to" spans three or more
        spoken.append(f"{when} {_stretches(stretches, voice) or voice.closed}")
    return spoken


def _stretches(stretches: tuple[Interval, ...], voice: Voice) -> str:
    told = [spoken_stretch(_clock(start), _clock(end), voice) for start, end in stretches]
    return spoken_list(told, "and", voice)


def _without_breaks(stretches: tuple[Interval, ...]) -> tuple[Interval, ...]:
    return ((stretches[0][0], stretches[-1][1]),) if stretches else ()


def _clock(minute: int) -> dt.time:
    return dt.time(minute // 60 % 24, minute % 60)
