"""Decides whether a caller has shown that a record is theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from server.desk.people.matching import PersonName, first_fit, is_known_form, last_fit, name_fit, passes
from server.desk.people.names import Last, Name, fold, splits, surname

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from server.desk.people.matching import NameScore
    from server.desk.people.names import Split

_PHONE_DIGITS: Final = 10
_PUNCTUATION: Final = str.maketrans("", "", " ()-.+/")
_EXTENSION: Final = re.compile(r"(?<=\d)\s*[a-z#;,].*$", re.IGNORECASE | re.DOTALL)
_NO_DIGITS: Final = re.compile(r"\D+")
_APART: Final = 0.04  # how much better than any other of the surname on file a first name has to fit


@dataclass(frozen=True, slots=True)
class Person(PersonName):
    """A patient as far as a caller is recognised by it.

    Attributes:
        born: None where the record has no birth date.
        phones: as spelled there, whichever field they stand in.
    """

    born: dt.date | None = None
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What a caller said of themselves; None or "" for what they did not say. Nothing of it is trusted."""

    name: str = field(repr=False)
    birth_date: dt.date | None = field(default=None, repr=False)
    phone: str = field(default="", repr=False)


def name_of(person: Person) -> Name:
    """A record's names, as they are kept once for all who bear them."""
    return (person.first, person.preferred, person.middle), (person.last, person.former)


def phone_key(text: str) -> str:
    """The digits that tell a number apart: the last ten, without an extension; "" for none."""
    digits = text.translate(_PUNCTUATION)
    if not digits.isdecimal():
        digits = _NO_DIGITS.sub("", _EXTENSION.sub("", text))
    return digits[-_PHONE_DIGITS:]


def judge(
    heard: Heard, born: Sequence[Person], namesakes: Iterable[Name] = (), holders: Sequence[Person] = ()
) -> Person | None:
    """The one record that name and birth date identify; None where there is none, or more than one.

    Where records share birth date and surname, the first name has to be exactly one of theirs, letter for
    letter, and the phone says nothing. Elsewhere the phone on file tells two that fit apart, and the caller
    from others of the surname who may be called as well what was heard.

    Args:
        heard: what the caller said.
        born: every record with exactly the birth date that was said.
        namesakes: names on file of the same surnames: whoever may be meant makes the caller doubtful.
        holders: every record with the phone that was said.
    """
    ways = splits(heard.name)
    scores = [(person, name_fit(ways, person)) for person in born]
    fitting = [(person, score) for person, score in scores if passes(score)]
    if not fitting:
        return None
    person, score = fitting[0]
    if len(fitting) > 1 or any(_share_surname(person, other) for other in born if other.id != person.id):
        family = [one for one in born if any(_share_surname(one, other) for other, _ in fitting)]
        if len(family) > 1 and all(_share_surname(person, other) for other in family):
            return _only(one for one in family if _is_called(ways, one))
        chosen = _only(one for one, _ in fitting if heard.phone and _has_phone(one, heard.phone))
        kin = [one for one in family if chosen is not None and _share_surname(one, chosen)]
        # Even where another family fits too: within one of them the phone says nothing.
        return chosen if len(kin) <= 1 else _only(one for one in kin if _is_called(ways, one))
    if not _doubtful(ways, person, score, namesakes):
        return person
    household = {one.id: name_of(one) for one in holders if _has_phone(one, heard.phone)}
    on_file = household.pop(person.id, None) is not None
    return person if on_file and not _doubtful(ways, person, score, household.values()) else None


def judge_by_number(heard: Heard, people: Sequence[Person], namesakes: Iterable[Name] = ()) -> Person | None:
    """The one record that the name and the number of the call identify; None where there is none, or several.

    A number is a household's. Where others of it have the surname, or others who were born on that day, the
    first name has to be exactly one of theirs, letter for letter.

    Args:
        heard: the name, and in `phone` the number, which the platform asserts; the birth date was not said.
        people: every record with that number, and every other that was born on a day with one of them.
        namesakes: names on file of the surnames that were heard.
    """
    ways = splits(heard.name)
    holders = [one for one in people if _has_phone(one, heard.phone)]
    scores = [(person, name_fit(ways, person)) for person in holders]
    fitting = [(person, score) for person, score in scores if passes(score)]
    if not fitting:
        return None
    person, score = fitting[0]
    kin = {
        one.id: one
        for one in (*holders, *(one for one in people if one.born and one.born == person.born))
        if _share_surname(person, one)
    }
    if any(one.id not in kin for one, _ in fitting):
        return None
    if len(kin) > 1:
        return _only(one for one in kin.values() if _is_called(ways, one) and one in holders)
    others = [name_of(one) for one in people if one.id != person.id]
    return None if _doubtful(ways, person, score, [*others, *namesakes]) else person


def _only(people: Iterable[Person]) -> Person | None:
    found = list(people)
    return found[0] if len(found) == 1 else None


def _share_surname(one: Person, other: Person) -> bool:
    return not _surname_parts((one.last, one.former)).isdisjoint(_surname_parts((other.last, other.former)))


@lru_cache(maxsize=16384)
def _surname_parts(last: Last) -> frozenset[str]:
    return frozenset(part for name in map(fold, last) if name for part in surname(name).parts)


def _is_called(ways: Iterable[Split], person: Person) -> bool:
    """Whether the first name that was heard is the record's, letter for letter but for accents and case."""
    names = {"".join(fold(name)) for name in (person.first, person.preferred)} - {""}
    return any("".join(way.first) in names and last_fit(way, person) for way in ways)


def _has_phone(person: Person, phone: str) -> bool:
    key = phone_key(phone)
    return bool(key) and key in map(phone_key, person.phones)


def _doubtful(ways: Sequence[Split], person: Person, score: NameScore, names: Iterable[Name]) -> bool:
    """Whether what was heard may be the name of somebody else on file."""
    parts = _surname_parts((person.last, person.former))
    if any(_is_called((way,), person) and way.last and parts.issuperset(way.last.parts) for way in ways):
        return False
    rivals: dict[str, None] = {}
    for given, last in names:
        if score.first < 1 and is_named(ways, (given, last)):
            return True
        if not parts.isdisjoint(_surname_parts(last)):
            rivals.update(dict.fromkeys(given[:2]))
    words = fold(person.first)
    fitting = [way for way in ways if last_fit(way, person)]
    for rival in rivals:
        theirs = fold(rival)
        if theirs and theirs != words:
            apart = _APART if theirs[:1] != words[:1] else 0.0
            if any(
                score.first - first_fit(way, rival) < apart or (score.first < 1 and is_known_form(way, rival))
                for way in fitting
            ):
                return True
    return False


def is_named(ways: Iterable[Split], name: Name) -> bool:
    """Whether first and last name are what was heard, letter for letter."""
    first, last = "".join(fold(name[0][0])), "".join(fold(name[1][0]))
    return any(
        way.last is not None and way.last.whole == last and "".join(way.first) == first for way in ways
    )
