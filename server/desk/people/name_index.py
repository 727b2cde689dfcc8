"""Finds the words of an office's names that a heard word may stand for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from jellyfish import metaphone
from rapidfuzz import process
from rapidfuzz.distance import Indel

from server.desk.people.matching import given_score, known_forms
from server.desk.people.sounds import outline, readings

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_LIKE: Final = 0.6  # below it two words have nothing to do with each other

_MOST_KEYS: Final = 60
_REMEMBERED: Final = 512  # heard words of one office
_LEAST_KEY: Final = 0.55
_IS: Final = "="  # between how a word is said and the word, where they differ

# Metaphone's consonants, those that a telephone does not keep apart made one; vowels only open a word.
_CLASSES: Final = str.maketrans("BJX0MEIOU", "PSSTNAAAA", "HWY ")
# What is said otherwise where a name comes from: as much of `sounds.RESPELLINGS` as there is time for while
# the index of a whole office is built.
_ELSEWHERE: Final = re.compile(r"ll|j|w|q|x|zh|eaux?$|g(?=[ei])|cz|c(?=i)|[bm]h|z|^ng|[td]$")
_SAID: Final = {
    "ll": "y",
    "j": "h",
    "w": "v",
    "q": "ch",
    "x": "sh",
    "zh": "j",
    "eau": "o",
    "eaux": "o",
    "g": "h",
    "cz": "ch",
    "c": "s",
    "bh": "v",
    "mh": "v",
    "z": "ts",
    "ng": "n",
    "t": "",
    "d": "",
}


class Near(NamedTuple):
    """A word that stands in some record's name, and how well the heard one fits it."""

    word: str
    score: float


class NameIndex:
    """The words of an office's names, by what they sound like."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._keys: list[str] = []
        self._by_key: dict[str, list[str]] = {}
        # A caller's name is looked for again with each further thing they say of themselves.
        self._lately: dict[tuple[str, int, float], tuple[Near, ...]] = {}

    def add(self, word: str) -> None:
        """Take up a word; one that is there already changes nothing. Words are never given back."""
        if word in self._words:
            return
        self._words.add(word)
        self._lately.clear()
        key = metaphone(word).translate(_CLASSES)
        self._file(key, word)
        elsewhere, changed = _ELSEWHERE.subn(_said_so, word)
        if changed:
            self._file(metaphone(elsewhere).translate(_CLASSES), f"{elsewhere}{_IS}{word}")

    def rehearse(self) -> Iterator[None]:
        """Look at every word as a search first looks at it; a step to a word, some 50 microseconds each."""
        for word in tuple(self._words):
            readings(word)
            yield
        for spellings in tuple(self._by_key.values()):
            for spelling in tuple(spellings):
                _outline(spelling)
            yield

    def near(self, heard: str, most: int, least: float) -> list[Near]:
        """The words that a heard one may stand for, best first.

        `most` of those whose outlines are alike by `least` are looked at for their sound.
        """
        asked = heard, most, least
        near = self._lately.get(asked)
        if near is None:
            if len(self._lately) >= _REMEMBERED:
                self._lately.clear()
            near = self._lately[asked] = tuple(self._looked_for(heard, most, least))
        return list(near)

    def _looked_for(self, heard: str, most: int, least: float) -> list[Near]:
        found = self._words & (known_forms(heard) | {heard})
        spellings = [spelling for key in self._near_keys(heard, least) for spelling in self._by_key[key]]
        likely = process.extract(
            outline(heard),
            list(map(_outline, spellings)),
            scorer=Indel.normalized_similarity,
            score_cutoff=least,
            limit=most,
        )
        found.update(spellings[place].rpartition(_IS)[2] for _, _, place in likely)
        scored = [Near(word, given_score(heard, word)) for word in found]
        return sorted(
            (near for near in scored if near.score >= LEAST_LIKE), key=lambda near: (-near.score, near.word)
        )

    def _near_keys(self, heard: str, least: float) -> list[str]:
        key = metaphone(heard).translate(_CLASSES)
        near = process.extract(
            key,
            self._keys,
            scorer=Indel.normalized_similarity,
            score_cutoff=max(least, _LEAST_KEY),
            limit=_MOST_KEYS,
        )
        return [other for other, _, _ in near]

    def _file(self, key: str, spelling: str) -> None:
        # Text only, as few objects as can be: the garbage collector walks the rest while an office is loaded.
        spellings = self._by_key.get(key)
        if spellings is None:
            self._by_key[key] = [spelling]
            self._keys.append(key)
        else:
            spellings.append(spelling)


@lru_cache(maxsize=32768)
def _outline(spelling: str) -> str:
    return outline(spelling.partition(_IS)[0])


def _said_so(match: re.Match[str]) -> str:
    return _SAID[match[0]]
