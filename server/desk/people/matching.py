"""Score how well a name as a speech recogniser heard it fits a name on record.

A score says that two names may be one; it never says who is calling. Strangers share whole names,
so the caller's birth date decides, and `passes` is only the name's part of that gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from nicknames import NickNamer, name_triplets
from rapidfuzz.distance import JaroWinkler

from server.desk.people.aliases import SHORT_FORMS
from server.desk.people.homophones import SOUNDS_LIKE
from server.desk.people.names import Split, Surname, Words, fold, splits, surname
from server.desk.people.sounds import alike, readings, sound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIRST_FLOOR: Final = 0.70
LAST_FLOOR: Final = 0.70
FIRST_WEIGHT: Final = 0.42
LAST_WEIGHT: Final = 0.58

_LETTERS_WEIGHT: Final = 0.18
_MOST_ALIKE: Final = 0.99
_NICKNAME: Final = 0.93
_NICKNAME_BY_SOUND: Final = 0.88
_SAME_CANONICAL: Final = 0.85
_OTHER_GENDER: Final = 0.6
_SOUNDS_LIKE: Final = 0.93
_WITHOUT_PARTICLES: Final = 0.98
_ONE_WORD_OF_FIRST: Final = 0.97
_LATER_WORD_OF_FIRST: Final = 0.92
_MIDDLE_NAME: Final = 0.90
_PART_OF_SURNAME: Final = 0.95
_PLAINLY: Final = 0.9  # a name that fits so well need not be tried last name first


class NameScore(NamedTuple):
    """How well a heard name fits, from 0 to 1: the first name, the last name, both together."""

    first: float
    last: float
    total: float


NOTHING: Final = NameScore(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's names on record; `preferred`, `middle` and `former` (a last name) may be empty."""

    id: str
    first: str
    last: str
    preferred: str = ""
    middle: str = ""
    former: str = ""


def score_name(heard: str, first: str, last: str, preferred: str = "", middle: str = "") -> NameScore:
    """Return how well heard words fit a name: all zeros where either has nothing to compare.

    `heard` may be in either order, with or without a comma, a title, or middle names.
    """
    return name_fit(splits(heard), PersonName("", first, last, preferred, middle))


def passes(score: NameScore) -> bool:
    """Return whether both names reach their floors: the name's part of verifying a caller."""
    return score.first >= FIRST_FLOOR and score.last >= LAST_FLOOR


def name_fit(ways: Iterable[Split], record: PersonName) -> NameScore:
    """How well the best way of taking what was heard fits a record."""
    given = given_words(record.first, record.preferred, record.middle)
    surnames = last_names(record.last, record.former)
    best = NOTHING
    for way in ways:
        if best.total >= way.weight * (1.0 if way.weight == 1 else _PLAINLY):
            continue
        last = _last_score(way.last, surnames)
        if way.weight * _total(1.0, last) <= best.total:
            continue
        first = _first_score(way.first, given)
        total = way.weight * _total(first, last)
        if total > best.total:
            best = NameScore(first, last, total)
    return best


def last_fit(way: Split, record: PersonName) -> bool:
    """Whether the last name of one way of taking what was heard reaches its floor."""
    return _last_score(way.last, last_names(record.last, record.former)) >= LAST_FLOOR


def first_fit(way: Split, first: str) -> float:
    """How well the first name of one way of taking what was heard fits a first name, from 0 to 1."""
    return _first_score(way.first, given_words(first, "", ""))


def is_known_form(way: Split, first: str) -> bool:
    """Whether the first name of one way of taking what was heard is known to stand for a first name."""
    return _related("".join(way.first), "".join(fold(first))) > 0


@lru_cache(maxsize=32768)
def given_words(first: str, preferred: str, middle: str) -> tuple[tuple[str, float], ...]:
    """What a record's bearer may be called, each with its weight: the names run together, and their words."""
    words = fold(first)
    forms = {"".join(words): 1.0, "".join(fold(preferred)): 1.0}
    both = "".join(words + fold(middle))
    forms.setdefault(both, 1.0)
    if len(words) > 1:
        forms.setdefault(words[0], _ONE_WORD_OF_FIRST)
        for word in words[1:]:
            forms.setdefault(word, _LATER_WORD_OF_FIRST)
    forms.setdefault("".join(fold(middle)), _MIDDLE_NAME)
    return tuple((form, weight) for form, weight in forms.items() if form)


@lru_cache(maxsize=32768)
def last_names(last: str, former: str) -> tuple[Surname, ...]:
    """A record's last name as it is compared, and the former one."""
    return tuple(surname(words) for words in (fold(last), fold(former)) if words)


def _total(first: float, last: float) -> float:
    blended = FIRST_WEIGHT * first + LAST_WEIGHT * last
    poorest = min(first / FIRST_FLOOR, last / LAST_FLOOR, 1.0)
    return blended * (0.5 + 0.5 * poorest)


def _first_score(heard: Words, given: tuple[tuple[str, float], ...]) -> float:
    if not heard:
        return 0.0
    best = 0.0
    whole = "".join(heard)
    for name, weight in given:
        if weight <= best:
            continue
        best = max(best, weight * given_score(whole, name))
        if len(heard) > 1 and (weight == 1 or name == heard[0]) and weight * _ONE_WORD_OF_FIRST > best:
            best = max(best, weight * _ONE_WORD_OF_FIRST * given_score(heard[0], name))
    return best


def _last_score(heard: Surname | None, names: tuple[Surname, ...]) -> float:
    if heard is None:
        return 0.0
    return max((_surname_score(heard, name) for name in names), default=0.0)


def _surname_score(heard: Surname, name: Surname) -> float:
    best = word_score(heard.whole, name.whole)
    if len(heard.parts) == len(name.parts) == 1 and heard.core == heard.whole and name.core == name.whole:
        return best
    if heard.core != heard.whole or name.core != name.whole:
        best = max(best, _WITHOUT_PARTICLES * word_score(heard.core, name.core))
    if len(heard.parts) == 1 or len(name.parts) == 1:
        by_part = max(word_score(one, other) for one in heard.parts for other in name.parts)
    else:
        fewer, more = sorted((heard.parts, name.parts), key=len)
        by_part = sum(max(word_score(one, other) for other in more) for one in fewer) / len(fewer)
    return max(best, _PART_OF_SURNAME * by_part)


@lru_cache(maxsize=32768)
def word_score(heard: str, name: str) -> float:
    """How alike two folded words are in letters and in sound, or as two spellings of one sound: 0 to 1."""
    if heard == name:
        return 1.0
    letters = JaroWinkler.similarity(heard, name)
    score = min(_LETTERS_WEIGHT * letters + (1 - _LETTERS_WEIGHT) * alike(heard, name), _MOST_ALIKE)
    if heard in _sounds().get(name, ()) or name in _sounds().get(heard, ()):
        return max(score, _SOUNDS_LIKE)
    return score


@lru_cache(maxsize=32768)
def given_score(heard: str, name: str) -> float:
    """As `word_score`, for first names, which have short forms too."""
    score = max(word_score(heard, name), _related(heard, name))
    if score > _OTHER_GENDER and _of_other_gender(readings(heard)[0].full, readings(name)[0].full):
        return _OTHER_GENDER
    return score


def _of_other_gender(one: str, other: str) -> bool:
    """Whether two first names differ in nothing but the ending that tells Mario from Maria."""
    return one[:-1] == other[:-1] and {one[-1:], other[-1:]} == {"A", "O"}


def known_forms(heard: str) -> frozenset[str]:
    """The names that a heard word is known to stand for: what sounds so, and what it is short or long for."""
    full = _canonicals(heard)
    forms = full | _written().get(heard, frozenset()) | _sounds().get(heard, frozenset())
    for name in (heard, *full):
        forms |= _nicknamer().nicknames_of(name) | frozenset(SHORT_FORMS.get(name, "").split())
    return forms


def _related(heard: str, name: str) -> float:
    full_heard, full_name = _canonicals(heard), _canonicals(name)
    if name in full_heard or heard in full_name:
        written = _full_names()
        to_the_letter = name in written.get(heard, ()) or heard in written.get(name, ())
        return _NICKNAME if to_the_letter else _NICKNAME_BY_SOUND
    if full_heard.isdisjoint(full_name):
        return 0.0
    # A full name of its own is no short form: Rose is not Ann, though Roseann may be called either.
    of_their_own = max(len(_nicknamer().nicknames_of(word)) for word in (heard, name)) > 1
    return 0.0 if of_their_own else _SAME_CANONICAL


def load_names() -> None:
    """Read the tables of short forms and of sounds, so that no caller has to wait for it."""
    given_score("Bob", "Robert")
    known_forms("Bob")


@cache
def _sounds() -> Mapping[str, frozenset[str]]:
    return {name: frozenset(heard.split()) for name, heard in SOUNDS_LIKE.items()}


@cache
def _written() -> Mapping[str, frozenset[str]]:
    return _turned(SOUNDS_LIKE)


def _turned(table: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    names: dict[str, set[str]] = {}
    for name, forms in table.items():
        for form in forms.split():
            names.setdefault(form, set()).add(name)
    return {form: frozenset(full) for form, full in names.items()}


@cache
def _nicknamer() -> NickNamer:
    return NickNamer()


@lru_cache(maxsize=16384)
def _canonicals(word: str) -> frozenset[str]:
    """The full names of a short form, also of one that only its spelling tells from it: Kathie, Cathy."""
    return _full_names().get(word, frozenset()) | _full_names_by_sound().get(sound(word), frozenset())


@cache
def _full_names() -> Mapping[str, frozenset[str]]:
    names: dict[str, frozenset[str]] = dict(_turned(SHORT_FORMS))
    for full, _, form in name_triplets():
        names[form] = names.get(form, frozenset()) | {full}
    return names


@cache
def _full_names_by_sound() -> Mapping[str, frozenset[str]]:
    names: dict[str, frozenset[str]] = {}
    for form, full in _full_names().items():
        names[sound(form)] = names.get(sound(form), frozenset()) | full
    return names
