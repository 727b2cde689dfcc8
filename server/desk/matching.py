"""Score how well a name as a speech recogniser heard it fits a name on record.

A score says that two names may be one; it never says who is calling. Strangers share whole names,
so the caller's birth date decides, and `passes` is only the name's part of that gate.
"""

from __future__ import annotations

import heapq
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from jellyfish import metaphone, nysiis
from nicknames import NickNamer
from rapidfuzz.distance import JaroWinkler

from server.desk.aliases import LETTERS, PARTICLES, SHORT_FORMS, SOUNDS_LIKE, TITLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIRST_FLOOR: Final = 0.70
LAST_FLOOR: Final = 0.70

_FIRST_WEIGHT: Final = 0.42
_LAST_WEIGHT: Final = 0.58
_MOST_WORDS: Final = 6

_NICKNAME: Final = 0.93
_SAME_CANONICAL: Final = 0.85
_SOUNDS_LIKE: Final = 0.93
_WITHOUT_PARTICLES: Final = 0.98
_ONE_WORD_OF_FIRST: Final = 0.97
_MIDDLE_NAME: Final = 0.90
_PART_OF_SURNAME: Final = 0.95
_LAST_NAME_FIRST: Final = 0.97
_SHORTEST_PART: Final = 2

_APOSTROPHES: Final = frozenset("'’‘`´ʼʻ′")

_PARTICLES: Final = frozenset(PARTICLES.split())
_TITLES: Final = frozenset(TITLES.split())

_Words: TypeAlias = tuple[str, ...]


class NameScore(NamedTuple):
    """How well a heard name fits, from 0 to 1: the first name, the last name, both together."""

    first: float
    last: float
    total: float


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's names on record; `preferred` and `middle` are empty where there are none."""

    id: str
    first: str
    last: str
    preferred: str = ""
    middle: str = ""


class Match(NamedTuple):
    """A record and how well the heard name fits it."""

    record: PersonName
    score: NameScore


class _Split(NamedTuple):
    """One way of taking the heard words for a first and a last name."""

    first: _Words
    last: _Words
    weight: float


def score_name(heard: str, first: str, last: str, preferred: str = "", middle: str = "") -> NameScore:
    """Return how well heard words fit a name: all zeros where either has nothing to compare.

    `heard` may be in either order, with or without a comma, a title, or middle names.
    """
    return _best_split(_splits(heard), PersonName("", first, last, preferred, middle))


def best_matches(heard: str, records: Sequence[PersonName], limit: int) -> list[Match]:
    """Return up to `limit` records that fit best, best first; equal ones in the order given.

    Records that share nothing with the heard name are left out. A high score is no proof of identity.
    """
    splits = _splits(heard)
    scored = (Match(record, _best_split(splits, record)) for record in records)
    return heapq.nlargest(
        limit, (match for match in scored if match.score.total > 0), key=lambda match: match.score.total
    )


def passes(score: NameScore) -> bool:
    """Return whether both names reach their floors: the name's part of verifying a caller."""
    return score.first >= FIRST_FLOOR and score.last >= LAST_FLOOR


@lru_cache(maxsize=4096)
def fold(name: str) -> tuple[str, ...]:
    """Return a name's words in lower case without accents, apostrophes, hyphens or titles."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(LETTERS))
    letters = "".join(
        sign if sign.isalpha() else " "
        for sign in plain
        if sign not in _APOSTROPHES and not unicodedata.combining(sign)
    )
    words = tuple(letters.split())
    return tuple(word for word in words if word not in _TITLES) or words


def _splits(heard: str) -> list[_Split]:
    before, comma, after = heard.partition(",")
    words = fold(heard)[:_MOST_WORDS]
    splits: list[_Split] = []
    if comma and fold(before) and fold(after):
        splits.append(_Split(fold(after)[:_MOST_WORDS], fold(before)[:_MOST_WORDS], 1.0))
    for place in range(1, len(words)):
        splits.append(_Split(words[:place], words[place:], 1.0))
        splits.append(_Split(words[place:], words[:place], _LAST_NAME_FIRST))
    if len(words) == 1:
        splits += [_Split((), words, 1.0), _Split(words, (), 1.0)]
    return splits


def _best_split(splits: Sequence[_Split], record: PersonName) -> NameScore:
    first, last = fold(record.first), fold(record.last)
    middle, preferred = fold(record.middle), fold(record.preferred)
    best = NameScore(0.0, 0.0, 0.0)
    for split in splits:
        surname = _last_score(split.last, last)
        if split.weight * _total(1.0, surname) <= best.total:
            continue
        given = _first_score(split.first, first, middle, preferred)
        total = split.weight * _total(given, surname)
        if total > best.total:
            best = NameScore(given, surname, total)
    return best


def _total(first: float, last: float) -> float:
    blended = _FIRST_WEIGHT * first + _LAST_WEIGHT * last
    poorest = min(first / FIRST_FLOOR, last / LAST_FLOOR, 1.0)
    return blended * (0.5 + 0.5 * poorest)


def _first_score(heard: _Words, first: _Words, middle: _Words, preferred: _Words) -> float:
    best = 0.0
    for name, weight in ((first, 1.0), (preferred, 1.0), (middle, _MIDDLE_NAME), (first + middle, 1.0)):
        if not name or not heard:
            continue
        best = max(best, weight * _word_score("".join(heard), "".join(name)))
        if len(heard) > 1:
            best = max(best, weight * _ONE_WORD_OF_FIRST * _word_score(heard[0], "".join(name)))
        if len(name) > 1:
            best = max(best, weight * _ONE_WORD_OF_FIRST * _word_score("".join(heard), name[0]))
    return best


def _last_score(heard: _Words, last: _Words) -> float:
    if not heard or not last:
        return 0.0
    best = _word_score("".join(heard), "".join(last))
    if len(heard) == len(last) == 1:
        return best
    heard_parts, parts = _parts(heard), _parts(last)
    if (heard_parts, parts) != (heard, last):
        best = max(best, _WITHOUT_PARTICLES * _word_score("".join(heard_parts), "".join(parts)))
    if len(heard_parts) == 1 or len(parts) == 1:
        by_part = max(_word_score(one, other) for one in heard_parts for other in parts)
    else:
        fewer, more = sorted((heard_parts, parts), key=len)
        by_part = sum(max(_word_score(one, other) for other in more) for one in fewer) / len(fewer)
    return max(best, _PART_OF_SURNAME * by_part)


def _parts(words: _Words) -> _Words:
    return tuple(word for word in words if word not in _PARTICLES and len(word) >= _SHORTEST_PART) or words


@lru_cache(maxsize=16384)
def _word_score(heard: str, name: str) -> float:
    """How alike two folded words are in letters and in sound, or as known forms of one name."""
    if heard == name:
        return 1.0
    letters = JaroWinkler.similarity(heard, name)
    alike = max(_in_sound(letters, heard, name), _related(heard, name))
    return min(alike, 0.99)


def _in_sound(letters: float, heard: str, name: str) -> float:
    sounds = [
        JaroWinkler.similarity(one, other)
        for one, other in zip(_keys(heard), _keys(name), strict=True)
        if one and other
    ]
    return 0.5 * letters + 0.5 * sum(sounds) / len(sounds) if sounds else letters


@lru_cache(maxsize=8192)
def _keys(word: str) -> tuple[str, str]:
    return metaphone(word), nysiis(word)


def _related(heard: str, name: str) -> float:
    if heard in _sounds().get(name, ()) or name in _sounds().get(heard, ()):
        return _SOUNDS_LIKE
    full_heard, full_name = _canonicals(heard), _canonicals(name)
    if name in full_heard or heard in full_name:
        return _NICKNAME
    return _SAME_CANONICAL if full_heard & full_name else 0.0


@cache
def _sounds() -> Mapping[str, frozenset[str]]:
    return {name: frozenset(heard.split()) for name, heard in SOUNDS_LIKE.items()}


@cache
def _nicknamer() -> NickNamer:
    return NickNamer()


@cache
def _short_forms() -> Mapping[str, frozenset[str]]:
    full: dict[str, set[str]] = {}
    for name, forms in SHORT_FORMS.items():
        for form in forms.split():
            full.setdefault(form, set()).add(name)
    return {form: frozenset(names) for form, names in full.items()}


@lru_cache(maxsize=8192)
def _canonicals(word: str) -> frozenset[str]:
    return frozenset(_nicknamer().canonicals_of(word)) | _short_forms().get(word, frozenset())
