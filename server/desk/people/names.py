"""Takes names apart into plain words: as they are written, and as they are heard."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from rapidfuzz.distance import JaroWinkler

from server.desk.people import aliases

Words: TypeAlias = tuple[str, ...]
Given: TypeAlias = tuple[str, str, str]
"""A first, a preferred and a middle name, as spelled on record."""
Last: TypeAlias = tuple[str, str]
"""A last name and a former one, likewise."""
Name: TypeAlias = tuple[Given, Last]

_MOST_WORDS: Final = 6
_LAST_NAME_FIRST: Final = 0.97
_SHORTEST_PART: Final = 2
_SHORTEST_SPELLING: Final = 3
_SAME_SPELT: Final = 0.6  # how like a word what is spelled beside it has to be to be that word

_APOSTROPHES: Final = "'’‘`´ʼʻ′"
_NO_LETTERS: Final = re.compile(r"[^a-z]+")
_PLAIN: Final = str.maketrans("", "", _APOSTROPHES)
PARTICLES: Final = frozenset(aliases.PARTICLES.split())
_TITLES: Final = frozenset(aliases.TITLES.split())
_SAID_AROUND: Final = re.compile(
    r"\b(?:my name is|name is|this is|(?:first|last|sur|family) ?name(?: is)?|spell(?:ed|t)(?: as)?"
    r"|the (?:second|third|fourth))\b",
    re.IGNORECASE,
)
_AS_IN: Final = re.compile(r"\b([a-z]) (?:as in|for|like|is for) [a-z]+\b", re.IGNORECASE)
_DOUBLE: Final = re.compile(r"\bdouble ([a-z])\b", re.IGNORECASE)


class Surname(NamedTuple):
    """A surname's words: run together, the same without particles, and the words that tell people apart."""

    whole: str
    core: str
    parts: Words


class Split(NamedTuple):
    """One way of taking the heard words for a first and a last name."""

    first: Words
    last: Surname | None
    weight: float


@lru_cache(maxsize=32768)
def fold(name: str) -> Words:
    """Return a name's words in lower case without accents, apostrophes, hyphens or titles."""
    text = name.casefold().translate(_PLAIN)
    if text.isascii():
        words = tuple(_NO_LETTERS.sub(" ", text).split())
    else:
        decomposed = unicodedata.normalize("NFKD", text.translate(aliases.LETTERS))
        shown = (sign for sign in decomposed if not unicodedata.combining(sign) and sign not in _APOSTROPHES)
        words = tuple("".join(sign if sign.isalpha() else " " for sign in shown).split())
    return tuple(word for word in words if word not in _TITLES) or words


def generation(name: str) -> str:
    """Which of several of one name: "1" for a senior, "2" for a junior or second, "3", "4"; "" if unsaid."""
    words = name.casefold().replace(".", " ").replace(",", " ").split()
    return next((aliases.GENERATIONS[word] for word in words[1:] if word in aliases.GENERATIONS), "")


@lru_cache(maxsize=32768)
def surname(words: Words) -> Surname:
    """A folded surname as it is compared; the words must not be none."""
    parts = tuple(word for word in words if word not in PARTICLES and len(word) >= _SHORTEST_PART) or words
    return Surname("".join(words), "".join(parts), parts)


def heard_words(heard: str) -> Words:
    """What was heard, folded: without the words said around a name, and what was spelled put together."""
    return _unspelled(fold(_name_alone(heard)))[:_MOST_WORDS]


def splits(heard: str) -> list[Split]:
    """Every way of taking heard words for a first and a last name, also last name first."""
    text = _name_alone(heard)
    before, comma, after = text.partition(",")
    words = _unspelled(fold(text))[:_MOST_WORDS]
    ways: list[Split] = []
    if comma and fold(before) and fold(after):
        last, first = _unspelled(fold(before)), _unspelled(fold(after))
        ways.append(Split(first[:_MOST_WORDS], surname(last[:_MOST_WORDS]), 1.0))
    for place in range(1, len(words)):
        ways.append(Split(words[:place], surname(words[place:]), 1.0))
        ways.append(Split(words[place:], surname(words[:place]), _LAST_NAME_FIRST))
    if len(words) == 1:
        ways += [Split((), surname(words), 1.0), Split(words, None, 1.0)]
    return ways


def _name_alone(heard: str) -> str:
    return _DOUBLE.sub(r"\1 \1", _AS_IN.sub(r"\1", _SAID_AROUND.sub(" ", heard)))


def _unspelled(words: Words) -> Words:
    """The words with runs of single letters put together; beside a word that they spell, in its place."""
    if sum(len(word) == 1 for word in words) < _SHORTEST_SPELLING:
        return words
    result: list[str] = []
    letters = ""
    for word in (*words, ""):
        if len(word) == 1:
            letters += word
            continue
        if letters:
            if len(letters) >= _SHORTEST_SPELLING and result and _spells(letters, result[-1]):
                result.pop()
            result.append(letters)
            letters = ""
        if word and not (result and len(result[-1]) >= _SHORTEST_SPELLING and word == result[-1]):
            result.append(word)
    return tuple(result)


def _spells(letters: str, word: str) -> bool:
    return letters[0] == word[0] or JaroWinkler.similarity(letters, word) >= _SAME_SPELT
