"""What a key of an office's document can take: how each kind is read, and what is said to be allowed."""

import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final, cast

from server.desk.charter.terms import WEEKDAYS, Interval, Minutes
from server.desk.zones import is_zone
from server.sikka.phones import normal_phone

_STRETCH: Final = re.compile(r"(\d{1,2}):(\d{2})\s*[-\u2013]\s*(\d{1,2}):(\d{2})")  # either kind of dash
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_MIDNIGHT: Final = 24 * 60
_LONGEST_VISIT: Final = 8 * 60
_SHOWN: Final = 40  # characters of a wrong value that are repeated


class NotAllowed(Exception):
    """A value that a key does not take.

    Attributes:
        words: what is allowed, as part of a sentence.
        at: the rest of the path, where only a part of the value is wrong.
    """

    def __init__(self, words: str, *at: str | int) -> None:
        super().__init__(words)
        self.words = words
        self.at = at


@dataclass(frozen=True)
class Kind:
    """One kind of value.

    Attributes:
        name: as the reference calls it.
        read: from what TOML holds to what the charter holds; raises NotAllowed.
    """

    name: str
    read: Callable[[Any], Any]


def shown(value: object) -> str:
    """A wrong value as it is repeated to whoever wrote it."""
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def nearest(word: str, known: Iterable[str]) -> str:
    """The question whether the known word most like it was meant; "" where none is like it."""
    found = get_close_matches(word.casefold(), list(known), n=1, cutoff=0.6)
    return f" Did you mean {found[0]}?" if found else ""


def text(longest: int) -> Kind:
    """A text on one line."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise NotAllowed(f"{shown(value)} is not allowed; write a text in quotes")
        said = value.strip()
        if len(said) > longest:
            raise NotAllowed(f"it has {len(said)} characters; at most {longest} can be said")
        if not said.isprintable():
            raise NotAllowed("it holds a line break or another sign that cannot be said; write one line")
        return said

    return Kind(f"text, at most {longest} characters", read)


def worded(longest: int) -> Kind:
    """A text on one line, or one for each language."""
    one = text(longest)

    def read(value: Any) -> str | dict[str, str]:
        if not isinstance(value, dict):
            return one.read(value)
        said = cast("dict[str, Any]", value)
        if not said:
            raise NotAllowed('it has no language; write a text, or { en = "...", es = "..." }')
        read: dict[str, str] = {}
        for code, words in said.items():
            if not _LANGUAGE.fullmatch(code):
                raise NotAllowed(f"{shown(code)} is no code of a language; write en, es and so on", code)
            try:
                read[code] = one.read(words)
            except NotAllowed as wrong:
                raise NotAllowed(wrong.words, code) from None
        return read

    return Kind(f"{one.name}; or one for each language", read)


def number(least: int, most: int, unit: str) -> Kind:
    """A whole number."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise NotAllowed(f"{shown(value)} is not allowed; write a whole number from {least} to {most}")
        return value

    return Kind(f"{unit}, {least} to {most}", read)


def choice(words: type[StrEnum] | tuple[str, ...]) -> Kind:
    """One of a few words."""
    known = [word.value if isinstance(word, StrEnum) else word for word in words]

    def read(value: Any) -> Any:
        if value not in known:
            hint = nearest(value, known) if isinstance(value, str) else ""
            raise NotAllowed(f"{shown(value)} is not allowed; write one of {', '.join(known)}.{hint}")
        return words(value) if isinstance(words, type) else value

    return Kind(f"one of {', '.join(known)}", read)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise NotAllowed(f"{shown(value)} is not allowed; write true or false, without quotes")
    return value


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise NotAllowed(f"{shown(value)} is no day; write it as 2026-12-24") from None


def _zone(value: Any) -> str:
    if not isinstance(value, str) or not is_zone(value):
        raise NotAllowed(f"{shown(value)} is no zone; write one such as America/New_York")
    return value


def _phone(value: Any) -> str:
    said = text(24).read(value)
    if not normal_phone(said):
        raise NotAllowed(f"{shown(value)} is no telephone number; write it with its area code")
    return said


def texts(of: Kind, what: str) -> Kind:
    """A list of values of another kind, none of them twice."""

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise NotAllowed(f'{shown(value)} is not allowed; write a list such as ["one", "two"]')
        items = [of.read(item) for item in cast("list[Any]", value)]
        for place, item in enumerate(items):
            if item in items[:place]:
                raise NotAllowed(f"{shown(item)} stands in it twice; write it once")
        return tuple(items)

    return Kind(f"list of {what}", read)


def operations(names: tuple[str, ...]) -> Kind:
    """A list of operations of the ledger, as a set."""
    listed = texts(choice(names), f"operations ({', '.join(names)})")
    return Kind(listed.name, lambda value: frozenset(listed.read(value)))


def _week(value: Any) -> dict[int, tuple[Interval, ...]]:
    if not isinstance(value, dict):
        raise NotAllowed(f'{shown(value)} is not allowed; write lines such as monday = ["08:00-12:00"]')
    week: dict[int, tuple[Interval, ...]] = {}
    for name, listed in cast("Mapping[str, Any]", value).items():
        if name not in WEEKDAYS:
            raise NotAllowed(
                f"there is no such key; write weekdays, monday to sunday.{nearest(name, WEEKDAYS)}", name
            )
        if not isinstance(listed, list):
            raise NotAllowed(f'{shown(listed)} is not allowed; write a list such as ["08:00-12:00"]', name)
        week[WEEKDAYS.index(name)] = _stretches(cast("list[Any]", listed), name)
    return {day: stretches for day, stretches in sorted(week.items()) if stretches}


def _stretches(listed: list[Any], name: str) -> tuple[Interval, ...]:
    found = sorted(_stretch(item, name) for item in listed)
    for before, after in itertools.pairwise(found):
        if after[0] < before[1]:
            raise NotAllowed("two of its times overlap; write each time once", name)
    joined: list[Interval] = []
    for start, end in found:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _stretch(item: Any, name: str) -> Interval:
    match = _STRETCH.fullmatch(item.strip()) if isinstance(item, str) else None
    if match is None:
        raise NotAllowed(f"{shown(item)} is not allowed; write a time such as 08:00-12:30", name)
    hour, minute, last_hour, last_minute = map(int, match.groups())
    start, end = hour * 60 + minute, last_hour * 60 + last_minute
    if max(minute, last_minute) > 59 or not start < end <= _MIDNIGHT:  # noqa: PLR2004 - minutes of an hour
        raise NotAllowed(f"{shown(item)} is no stretch of a day; write it as from-to, 00:00 to 24:00", name)
    return start, end


def _minutes(value: Any) -> Minutes:
    length = number(5, _LONGEST_VISIT, "minutes").read
    if not isinstance(value, dict):
        same = length(value)
        return Minutes(same, same, same)
    said = cast("Mapping[str, Any]", value)
    names = ("returning", "new", "child")
    for name in said:
        if name not in names:
            raise NotAllowed(f"there is no such key; write {', '.join(names)}.{nearest(name, names)}", name)
    if "returning" not in said:
        raise NotAllowed("returning is missing; write the minutes for a returning patient")
    read: dict[str, int] = {}
    for name, minutes in said.items():
        try:
            read[name] = length(minutes)
        except NotAllowed as wrong:
            raise NotAllowed(wrong.words, name) from None
    usual = read["returning"]
    return Minutes(usual, read.get("new", usual), read.get("child", usual))


FLAG: Final = Kind("true or false", _flag)
DAY: Final = Kind("a day", _day)
ZONE: Final = Kind("name of a zone", _zone)
PHONE: Final = Kind("telephone number, at most 24 characters", _phone)
WEEK: Final = Kind("for each weekday a list of times", _week)
MINUTES: Final = Kind(f"minutes, 5 to {_LONGEST_VISIT}; or returning, new and child", _minutes)
