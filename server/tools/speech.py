"""Say dates, times, lists, names and phone numbers the way a receptionist would on the phone.

A date is never said without its weekday: it is the one thing a caller checks by ear.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOON = dt.time(12, 0)
_MIDNIGHT = dt.time(0, 0)
_ELLIPSIS = "…"

_TAG = re.compile(r"<[^<>]*>")
_MARKUP = re.compile(r"[`*_#|~<>{}\[\]\\]+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Voice:
    """How one language says dates, times and lists.

    Templates take the fields `weekday`, `month`, `day`, `year` (dates), `hour`, `minute`, `part`
    (times), `date`, `time` (starts) and `start`, `provider` (slots).
    """

    language: str
    weekdays: tuple[str, ...]
    """Monday first, as `dt.date.weekday` counts."""
    months: tuple[str, ...]
    date: str
    date_with_year: str
    full_hour: str
    hour_and_minute: str
    day_parts: tuple[str, str]
    """The words for the hours before noon and from noon on."""
    noon: str
    midnight: str
    start: str
    slot: str
    last_of_two: str
    """Stands between the two items of a list of two."""
    last_of_many: str
    """Stands before the last item of a longer list."""


ENGLISH = Voice(
    language="en",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    date="{weekday}, {month} {day}",
    date_with_year="{weekday}, {month} {day}, {year}",
    full_hour="{hour} {part}",
    hour_and_minute="{hour}:{minute:02d} {part}",
    day_parts=("AM", "PM"),
    noon="noon",
    midnight="midnight",
    start="{date} at {time}",
    slot="{start} with {provider}",
    last_of_two=" {word} ",
    last_of_many=", {word} ",
)


def spoken_date(date: dt.date, today: dt.date, voice: Voice = ENGLISH) -> str:
    """Return "Tuesday, December 1", with the year added when it is not that of `today`.

    Both dates are the office's own calendar days.
    """
    template = voice.date if date.year == today.year else voice.date_with_year
    return template.format(
        weekday=voice.weekdays[date.weekday()],
        month=voice.months[date.month - 1],
        day=date.day,
        year=date.year,
    )


def spoken_time(time: dt.time, voice: Voice = ENGLISH) -> str:
    """Return "2 PM", "2:30 PM", "noon" or "midnight" for an office-local time; seconds are left out."""
    clock = time.replace(second=0, microsecond=0, tzinfo=None)
    if clock == _NOON:
        return voice.noon
    if clock == _MIDNIGHT:
        return voice.midnight
    template = voice.hour_and_minute if clock.minute else voice.full_hour
    part = voice.day_parts[clock >= _NOON]
    return template.format(hour=clock.hour % 12 or 12, minute=clock.minute, part=part)


def spoken_start(start: dt.datetime, today: dt.date, voice: Voice = ENGLISH) -> str:
    """Return "Tuesday, December 1 at 2 PM" for a naive office-local start."""
    return voice.start.format(
        date=spoken_date(start.date(), today, voice), time=spoken_time(start.time(), voice)
    )


def spoken_slot(start: dt.datetime, today: dt.date, provider: str = "", voice: Voice = ENGLISH) -> str:
    """Return the spoken start, followed by "with Dr. Lee" when a provider's spoken name is given."""
    spoken = spoken_start(start, today, voice)
    return voice.slot.format(start=spoken, provider=provider) if provider else spoken


def spoken_list(items: Sequence[str], word: str = "or", voice: Voice = ENGLISH) -> str:
    """Return "a", "a or b", or "a, b, or c"; nothing for no items. `word` joins the last two."""
    *head, last = items or [""]
    if not head:
        return last
    joint = (voice.last_of_two if len(head) == 1 else voice.last_of_many).format(word=word)
    return f"{', '.join(head)}{joint}{last}"


def clean_spoken(text: str, limit: int) -> str:
    """Return text that others wrote, made harmless to show: one line of at most `limit` characters.

    Control, formatting and unassigned characters, tags, and the signs of markup and of brackets are
    taken out; what is too long is cut at a word where one ends near, and marked with an ellipsis.
    """
    visible = text
    if not (text.isascii() and text.isprintable()):  # most texts are, and nothing of them has to be looked at
        spaced = "".join(" " if sign.isspace() else sign for sign in unicodedata.normalize("NFC", text))
        visible = "".join(sign for sign in spaced if not unicodedata.category(sign).startswith("C"))
    plain = _SPACE.sub(" ", _MARKUP.sub(" ", _TAG.sub(" ", visible))).strip()
    if len(plain) <= limit:
        return plain
    cut = plain[: max(limit - len(_ELLIPSIS), 0)]
    whole_words, space, _ = cut.rpartition(" ")
    kept = whole_words if space and len(whole_words) * 2 >= len(cut) else cut
    return f"{kept.rstrip()}{_ELLIPSIS}"[:limit]
