"""Keeps the names of an office and who bears them, and finds the names that a heard one may stand for."""

from __future__ import annotations

import heapq
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import Indel

from server.desk.people.matching import FIRST_WEIGHT, LAST_WEIGHT, last_names
from server.desk.people.name_index import NameIndex
from server.desk.people.names import PARTICLES, fold
from server.desk.people.sounds import outline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from server.desk.people.names import Given, Last, Name, Words

_LIKELIEST: Final = 6
_SOUNDING_LIKE: Final = 3
_SURE: Final = 0.85  # a word of a name is so well heard that its bearers are looked at for the rest
_MOST_SURE: Final = 250  # how many names are compared as a whole
_MOST_NEAR: Final = 12
_FEW: Final = 4
_ALIKE: Final = 0.5  # how alike in outline a name has to be to a word, and to words run together
_NEARLY: Final = 0.7
_MOST_PIECES: Final = 3
_LONGEST_PIECE: Final = 4
_LONGEST_RUN: Final = 16
_SHORTEST_COMPOUND: Final = 9
_NEXT: Final = "\n"
_Key = TypeVar("_Key")


class Bearers:
    """Every name of an office once, however many bear it.

    Names are never given back, only who bears them.
    """

    def __init__(self) -> None:
        self._families: dict[Last, dict[Given, str]] = {}  # ids, one a line
        self._goes_with: dict[Given, dict[Last, None]] = {}
        self._words = NameIndex()
        self._compounds = NameIndex()
        self._by_first: dict[str, list[Given]] = {}
        self._by_last: dict[str, list[Last]] = {}
        self._by_compound: dict[str, list[Last]] = {}

    def add(self, name: Name, one: str) -> None:
        """Take up that the record of an id bears a name."""
        given, last = name
        family = self._families.get(last)
        if family is None:
            family = self._families[last] = {}
            self._take_up_last(last)
        others = family.get(given)
        if others is not None:
            family[given] = f"{others}{_NEXT}{one}"
            return
        family[given] = one
        goes_with = self._goes_with.get(given)
        if goes_with is None:
            goes_with = self._goes_with[given] = {}
            self._take_up_given(given)
        goes_with[last] = None

    def remove(self, name: Name, one: str) -> None:
        """Forget that a record bears a name."""
        given, last = name
        take_out(self._families[last], given, one)

    def of(self, name: Name) -> list[str]:
        """The ids of those who bear a name."""
        given, last = name
        return self._families.get(last, {}).get(given, "").split(_NEXT)

    def rehearse(self) -> Iterator[None]:
        """Look at every word of every name once, in steps of some 50 microseconds."""
        yield from self._words.rehearse()
        yield from self._compounds.rehearse()
        for given in tuple(self._goes_with):
            _sketch(given[0])
            yield
        for last in tuple(self._families):
            _sketch(last[0])
            yield

    def likely(self, words: Words) -> list[Name]:
        """The names that heard words may stand for, the likeliest among them."""
        firsts, lasts = self._heard(words)
        if len(words) == 1:
            return list(islice(self._with_either(firsts, lasts), _MOST_SURE))
        sure = islice(
            self._with_either(
                {given: score for given, score in firsts.items() if score >= _SURE},
                {last: score for last, score in lasts.items() if score >= _SURE},
            ),
            _MOST_SURE,
        )
        return list(dict.fromkeys((*self._with_both(firsts, lasts), *sounding_like(words, list(sure)))))

    def of_surnames(self, words: Iterable[str]) -> Iterator[Name]:
        """Every name that somebody bears whose last name has one of some folded words."""
        lasts = {
            last: None
            for word in words
            for by in (self._by_last, self._by_compound)
            for last in by.get(word, ())
        }
        return ((given, last) for last in lasts for given in self._families[last])

    def _with_both(self, firsts: dict[Given, float], lasts: dict[Last, float]) -> list[Name]:
        """The likeliest of those whose first and last name both may be meant."""
        found: list[tuple[float, Name]] = []
        for last, score in lasts.items():
            family = self._families[last]
            fitting = firsts.keys() & family.keys() if len(family) < len(firsts) else firsts
            found += [
                (LAST_WEIGHT * score + FIRST_WEIGHT * firsts[given], (given, last))
                for given in fitting
                if given in family
            ]
        return [name for _, name in heapq.nlargest(_LIKELIEST, found)]

    def _with_either(self, firsts: dict[Given, float], lasts: dict[Last, float]) -> Iterator[Name]:
        """Those whose first or last name may be meant, the better heard name first."""
        names: list[tuple[float, Given | Last]] = [
            (-score, name) for name, score in (*firsts.items(), *lasts.items())
        ]
        for _, name in sorted(names):
            if len(name) == 2:  # noqa: PLR2004 - a last name
                yield from ((given, name) for given in self._families[name])
            else:
                yield from ((name, last) for last in self._goes_with[name] if name in self._families[last])

    def _heard(self, words: Words) -> tuple[dict[Given, float], dict[Last, float]]:
        """First and last names that have a likely word of what was heard, and how well it fits."""
        firsts: dict[Given, float] = {}
        lasts: dict[Last, float] = {}
        heard = chunks(words)
        most = _MOST_NEAR if len(heard) <= _FEW else _MOST_NEAR // 2
        for chunk in heard:
            least = _ALIKE if chunk in words else _NEARLY
            near = self._words.near(chunk, most, least)
            if len(chunk) >= _SHORTEST_COMPOUND:
                near += self._compounds.near(chunk, most, least)
            for word, score in near:
                _fit(firsts, self._by_first.get(word, ()), score)
                _fit(lasts, self._by_last.get(word, ()), score)
                _fit(lasts, self._by_compound.get(word, ()), score)
        return firsts, lasts

    def _take_up_given(self, given: Given) -> None:
        for word in _first_words(given):
            self._words.add(word)
            self._by_first.setdefault(word, []).append(given)

    def _take_up_last(self, last: Last) -> None:
        words, compounds = last_words(last)
        for word in words:
            self._words.add(word)
            self._by_last.setdefault(word, []).append(last)
        for word in compounds:
            self._compounds.add(word)
            self._by_compound.setdefault(word, []).append(last)


def sounding_like(words: Words, names: Sequence[Name], most: int = _SOUNDING_LIKE) -> list[Name]:
    """Of some names those that sound as a whole most like what was heard, in either order."""
    sketches = [_sketch(given[0]) + _sketch(last[0]) for given, last in names]
    return [
        names[place]
        for start in sorted({0, 1, len(words) - 1} & set(range(len(words))))
        for _, _, place in process.extract(
            "".join(map(outline, (*words[start:], *words[:start]))),
            sketches,
            scorer=Indel.normalized_similarity,
            limit=most,
        )
    ]


def chunks(words: Words) -> list[str]:
    """The words of a name, and what may be one word heard as two or three."""
    telling = [word for word in words if word not in PARTICLES] or list(words)
    runs = [
        words[start : start + length]
        for length in range(2, _MOST_PIECES + 1)
        for start in range(len(words) - length + 1)
    ]
    pieced = [
        "".join(run)
        for run in runs
        if sum(len(word) > _LONGEST_PIECE for word in run) <= _MOST_PIECES - len(run)
    ]
    return list(dict.fromkeys((*telling, *(run for run in pieced if len(run) <= _LONGEST_RUN))))


def last_words(last: Last) -> tuple[Sequence[str], Sequence[str]]:
    """The words that tell a last name, and names of several of them run together, as they may be heard."""
    words = fold(last[0])
    if len(words) == 1 and not last[1]:
        return words, ()
    names = last_names(*last)
    simple = [word for name in names if len(name.parts) == 1 for word in (name.whole, name.core)]
    parts = [part for name in names for part in name.parts]
    compounds = [name.core for name in names if len(name.parts) > 1]
    return list(dict.fromkeys((*simple, *parts))), list(dict.fromkeys(compounds))


def put(owners: dict[_Key, str], key: _Key, one: str) -> None:
    """File an id under a key; `take_out` takes it out again."""
    # Text and no set: most have one owner, and the garbage collector walks every set while an office loads.
    others = owners.get(key)
    owners[key] = one if others is None else f"{others}{_NEXT}{one}"


def take_out(owners: dict[_Key, str], key: _Key, one: str) -> None:
    """Take an id out from under a key, and the key with the last of them."""
    left = [other for other in owners[key].split(_NEXT) if other != one]
    if left:
        owners[key] = _NEXT.join(left)
    else:
        del owners[key]


def under(owners: dict[_Key, str], key: _Key) -> list[str]:
    """The ids under a key."""
    ids = owners.get(key)
    return ids.split(_NEXT) if ids else []


def _first_words(given: Given) -> Sequence[str]:
    first, preferred, middle = given
    words = fold(first)
    if len(words) == 1 and not preferred and not middle:
        return words
    wholes = ("".join(words), "".join(fold(preferred)), "".join(fold(middle)))
    return [word for word in dict.fromkeys((*words, *wholes)) if word]


def _fit(fitting: dict[_Key, float], names: Iterable[_Key], score: float) -> None:
    for name in names:
        if score > fitting.get(name, 0.0):
            fitting[name] = score


@lru_cache(maxsize=16384)
def _sketch(name: str) -> str:
    return "".join(map(outline, fold(name)))
