"""Say dates, times, lists, names and phone numbers the way a receptionist would on the phone.

A date is never said without its weekday: it is the one thing a caller checks by ear.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING

from server.tools.voices import ENGLISH, Voice

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOON = dt.time(12, 0)
_MIDNIGHT = dt.time(0, 0)
_ELLIPSIS = "…"

_TAG = re.compile(r"<[^<>]*>")
_MARKUP = re.compile(r"[`*_#|~<>{}\[\]\\]+")
_SPACE = re.compile(r"\s+")


def spoken_date(date: dt.date, today: dt.date, voice: Voice = ENGLISH) -> str:
    """Return "Tuesday, December 1", with the year added when it is not that of `today`.

    Both dates are the office's own calendar days.
    """
    return _date(date, voice.date if date.year == today.year else voice.date_with_year, voice)


def spoken_time(time: dt.time, voice: Voice = ENGLISH) -> str:
    """Return "2 PM", "2:30 PM", "noon" or "midnight" for an office-local time; seconds are left out."""
    clock = _to_the_minute(time)
    if clock == _NOON:
        return voice.noon
    if clock == _MIDNIGHT:
        return voice.midnight
    return f"{_hour(clock, voice)} {_part(clock, voice)}"


def spoken_stretch(start: dt.time, end: dt.time, voice: Voice = ENGLISH) -> str:
    """Return "8 AM to noon" for a part of a day."""
    first = spoken_time(start, voice)
    if voice.part_once and first not in {voice.noon, voice.midnight} and _alike(start, end, voice):
        first = _hour(start, voice)
    return voice.stretch.format(start=first, end=spoken_time(end, voice))


def spoken_start(start: dt.datetime, today: dt.date, voice: Voice = ENGLISH) -> str:
    """Return "Tuesday, December 1 at 2 PM" for a naive office-local start."""
    return _start(start, spoken_date(start.date(), today, voice), voice)


def spoken_slot(start: dt.datetime, today: dt.date, provider: str = "", voice: Voice = ENGLISH) -> str:
    """Return the spoken start, followed by "with Dr. Lee" when a provider's spoken name is given.

    What would be longer than the voice's sentences have room for goes without the year.
    """
    spoken = spoken_start(start, today, voice)
    if not provider:
        return spoken
    whole = voice.slot.format(start=spoken, provider=provider)
    if len(whole) <= voice.longest_slot:
        return whole
    shorter = _start(start, _date(start.date(), voice.date, voice), voice)
    return voice.slot.format(start=shorter, provider=provider)


def spoken_list(items: Sequence[str], word: str = "or", voice: Voice = ENGLISH) -> str:
    """Return "a", "a or b", or "a, b, or c"; nothing for no items.

    `word` joins the last two, "or" or "and" whatever the voice's own words for them.
    """
    *head, last = items or [""]
    if not head:
        return last
    template = voice.last_of_two if len(head) == 1 else voice.last_of_many
    return f"{', '.join(head)}{template.format(word=voice.joint(word, last))}{last}"


def _date(date: dt.date, template: str, voice: Voice) -> str:
    return template.format(
        weekday=voice.weekdays[date.weekday()],
        month=voice.months[date.month - 1],
        day=date.day,
        year=date.year,
    )


def _start(start: dt.datetime, date: str, voice: Voice) -> str:
    clock = _to_the_minute(start.time())
    own = {_NOON: voice.at_noon, _MIDNIGHT: voice.at_midnight}
    at = own.get(clock) or (voice.at_one if clock.hour % 12 == 1 else voice.at)
    return voice.start.format(date=date, at=at, time=spoken_time(clock, voice))


def _to_the_minute(time: dt.time) -> dt.time:
    return time.replace(second=0, microsecond=0, tzinfo=None)


def _hour(clock: dt.time, voice: Voice) -> str:
    template = voice.hour_and_minute if clock.minute else voice.full_hour
    return template.format(hour=clock.hour % 12 or 12, minute=clock.minute)


def _part(clock: dt.time, voice: Voice) -> str:
    return next(words for first, words in reversed(voice.day_parts) if clock.hour >= first)


def _alike(start: dt.time, end: dt.time, voice: Voice) -> bool:
    """Whether both are said with the same part of the day."""
    return end not in {_NOON, _MIDNIGHT} and _part(start, voice) == _part(end, voice)


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
