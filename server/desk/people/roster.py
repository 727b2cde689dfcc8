"""An office's patients in memory, found by names, birth dates and phones as they are heard."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import Indel

from server.desk.people.birthdates import date_fit, similar_dates
from server.desk.people.judging import Heard, Person, judge, phone_key
from server.desk.people.matching import (
    FIRST_WEIGHT,
    LAST_WEIGHT,
    NameScore,
    last_names,
    name_fit,
)
from server.desk.people.name_index import NameIndex
from server.desk.people.names import PARTICLES, fold, generation, heard_words, splits
from server.desk.people.sounds import outline

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from server.desk.people.name_index import Near
    from server.desk.people.names import Split, Words

_POOL: Final = 8
_SOUNDING_LIKE: Final = 3
_MANY: Final = 24  # of one phone or birth date; more share one that stands for none
_SURE: Final = 0.85  # a word of a name is so well heard that its bearers are looked at for the rest
_MOST_SURE: Final = 500  # how many records are looked at closely
_BIRTH_DATE: Final = 0.7
_PHONE: Final = 0.5
_SAME_GENERATION: Final = 0.03
_MOST_NEAR: Final = 16
_FEW: Final = 4
_MOST_PIECES: Final = 3
_LONGEST_PIECE: Final = 4
_LONGEST_RUN: Final = 16
_SHORTEST_COMPOUND: Final = 9
_NEXT: Final = "\n"
_Key = TypeVar("_Key")


class Match(NamedTuple):
    """A record, and how well it fits what was heard.

    Attributes:
        birth: as `birthdates.date_fit`; 0 where no date was said.
        phone: whether the number said is on file.
        total: all together; higher is likelier, and no height of it proves who calls.
    """

    record: Person
    score: NameScore
    birth: float
    phone: bool
    total: float


class Roster:
    """The patients of one office."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self._people: dict[str, Person] = {}
        self._names = NameIndex()
        self._compounds = NameIndex()
        self._by_first: dict[str, set[str]] = {}
        self._by_last: dict[str, set[str]] = {}
        self._by_compound: dict[str, set[str]] = {}
        self._sketches: dict[str, str] = {}
        self._by_birth: dict[dt.date, str] = {}  # ids, one a line
        self._by_phone: dict[str, str] = {}
        for person in people:
            self.upsert(person)

    def __len__(self) -> int:
        return len(self._people)

    def upsert(self, person: Person) -> None:
        """Take up a record, or a new state of one; the id tells."""
        one = person.id
        if one in self._people:
            self.remove(one)
        self._people[one] = person
        for word in _first_words(person):
            self._file(self._by_first, word, one, self._names)
        words, compounds = _last_words(person)
        for word in words:
            self._file(self._by_last, word, one, self._names)
        for word in compounds:
            self._file(self._by_compound, word, one, self._compounds)
        if person.born:
            _put(self._by_birth, person.born, one)
        for phone in _phones(person):
            _put(self._by_phone, phone, one)

    def remove(self, patient_id: str) -> None:
        """Forget a record; one that is not there changes nothing."""
        person = self._people.pop(patient_id, None)
        if person is None:
            return
        self._sketches.pop(patient_id, None)
        for word in _first_words(person):
            self._by_first[word].discard(patient_id)
        words, compounds = _last_words(person)
        for word in words:
            self._by_last[word].discard(patient_id)
        for word in compounds:
            self._by_compound[word].discard(patient_id)
        if person.born:
            _take_out(self._by_birth, person.born, patient_id)
        for phone in _phones(person):
            _take_out(self._by_phone, phone, patient_id)

    def born_on(self, day: dt.date) -> list[Person]:
        """The records with that birth date."""
        return [self._people[one] for one in self._ids_born_on(day)]

    def with_phone(self, phone: str) -> list[Person]:
        """The records with that phone; none where more share it than can be told apart by it."""
        owners = self._by_phone.get(phone_key(phone), "")
        ids = owners.split(_NEXT) if owners else []
        return [self._people[one] for one in ids] if len(ids) <= _MANY else []

    def verify(self, heard: Heard) -> Person | None:
        """The one record that the caller has shown to be theirs, as `judging.judge` has it; else None."""
        if heard.birth_date is None:
            return None
        return judge(heard, self.born_on(heard.birth_date), self.namesakes(heard))

    def namesakes(self, heard: Heard) -> list[Person]:
        """Everybody with a surname of those born on the day said, or with one that was said."""
        said = heard_words(heard.name)
        words = {*said, *_chunks(said)}
        for person in self.born_on(heard.birth_date) if heard.birth_date else ():
            words.update(_last_words(person)[0])
        ids = {
            one
            for word in words - PARTICLES
            for owners in (self._by_last, self._by_compound)
            for one in owners.get(word, ())
        }
        return [self._people[one] for one in ids]

    def _ids_born_on(self, day: dt.date) -> list[str]:
        ids = self._by_birth.get(day)
        return ids.split(_NEXT) if ids else []

    def search(self, heard: Heard, limit: int = 3) -> list[Match]:
        """Up to `limit` records, likeliest first; of equals the lower id first."""
        words, ways = heard_words(heard.name), splits(heard.name)
        firsts, lasts = self._by_name(words)
        rough = _rough(firsts, lasts, one_word=len(words) == 1)
        sure = [one for names in (firsts, lasts) for one, score in names.items() if score >= _SURE]
        pool = {
            *heapq.nlargest(_POOL, rough, key=rough.__getitem__),
            *self._sounding_like(words, sure[:_MOST_SURE], _SOUNDING_LIKE),
        }
        phones = frozenset(self._by_phone.get(phone_key(heard.phone), "").split(_NEXT)) - {""}
        pool.update(_likeliest(phones, rough))
        if heard.birth_date:
            pool.update(_likeliest(self._ids_born_on(heard.birth_date), rough))
            others = [one for day in similar_dates(heard.birth_date) for one in self._ids_born_on(day)]
            pool.update(self._sounding_like(words, others, _SOUNDING_LIKE))
        matches = [self._match(self._people[one], ways, heard, one in phones) for one in pool]
        best = [match for match in matches if match.total > 0]
        return sorted(best, key=lambda match: (-match.total, match.record.id))[:limit]

    def _sounding_like(self, words: Words, ids: Sequence[str], most: int) -> list[str]:
        """Of some records those whose whole name sounds most like what was heard, in either order."""
        names = [self._sketches.get(one) or self._sketched(one) for one in ids]
        near = [
            ids[place]
            for start in {0, 1, len(words) - 1} & set(range(len(words)))
            for _, _, place in process.extract(
                "".join(map(outline, (*words[start:], *words[:start]))),
                names,
                scorer=Indel.normalized_similarity,
                limit=most,
            )
        ]
        return list(dict.fromkeys(near))

    def _sketched(self, one: str) -> str:
        person = self._people[one]
        sketch = "".join(map(outline, (*fold(person.first), *fold(person.last))))
        self._sketches[one] = sketch
        return sketch

    @staticmethod
    def _file(owners: dict[str, set[str]], word: str, one: str, index: NameIndex) -> None:
        whose = owners.get(word)
        if whose is None:
            owners[word] = {one}
            index.add(word)
        else:
            whose.add(one)

    def _match(self, person: Person, ways: Sequence[Split], heard: Heard, phone: bool) -> Match:
        score = name_fit(ways, person)
        birth = date_fit(heard.birth_date, person.born) if heard.birth_date else 0.0
        total = score.total + _BIRTH_DATE * birth + (_PHONE if phone else 0.0)
        return Match(person, score, birth, phone, total + _of_the_same_name(generation(heard.name), person))

    def _by_name(self, words: Words) -> tuple[dict[str, float], dict[str, float]]:
        """Whose first, and whose last name has a likely word of what was heard, and how well it fits."""
        firsts: dict[str, float] = {}
        lasts: dict[str, float] = {}
        chunks = _chunks(words)
        most = _MOST_NEAR if len(chunks) <= _FEW else _MOST_NEAR // 2
        for chunk in chunks:
            for near in self._near(chunk, most):
                for owners, fitting in (
                    (self._by_first, firsts),
                    (self._by_last, lasts),
                    (self._by_compound, lasts),
                ):
                    for one in owners.get(near.word, ()):
                        if near.score > fitting.get(one, 0.0):
                            fitting[one] = near.score
        return firsts, lasts

    def _near(self, chunk: str, most: int) -> list[Near]:
        near = self._names.near(chunk, most)
        return near + self._compounds.near(chunk, most) if len(chunk) >= _SHORTEST_COMPOUND else near


def _rough(firsts: Mapping[str, float], lasts: Mapping[str, float], *, one_word: bool) -> dict[str, float]:
    """How well records fit by either name, as far as that is told by single words."""
    if one_word:
        return {**firsts, **{one: max(score, firsts.get(one, 0.0)) for one, score in lasts.items()}}
    return {one: LAST_WEIGHT * score + FIRST_WEIGHT * firsts.get(one, 0.0) for one, score in lasts.items()}


def _likeliest(ids: Iterable[str], rough: Mapping[str, float]) -> list[str]:
    """All of some records, or the likeliest by name where a date or a number stands in for none at all."""
    found = list(ids)
    return found if len(found) <= _MANY else heapq.nlargest(_MANY, found, key=lambda one: rough.get(one, 0.0))


def _chunks(words: Words) -> list[str]:
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


def _first_words(person: Person) -> Iterable[str]:
    words = fold(person.first)
    if len(words) == 1 and not person.preferred and not person.middle:
        return words
    wholes = ("".join(words), "".join(fold(person.preferred)), "".join(fold(person.middle)))
    return {word for word in (*words, *wholes) if word}


def _last_words(person: Person) -> tuple[Iterable[str], Iterable[str]]:
    """The words that tell a last name, and names of several of them run together, as they may be heard."""
    words = fold(person.last)
    if len(words) == 1 and not person.former:
        return words, ()
    names = last_names(person.last, person.former)
    simple = {word for name in names if len(name.parts) == 1 for word in (name.whole, name.core)}
    return simple.union(*(name.parts for name in names)), {name.core for name in names if len(name.parts) > 1}


def _phones(person: Person) -> set[str]:
    return {key for key in map(phone_key, person.phones) if key}


def _put(index: dict[_Key, str], key: _Key, one: str) -> None:
    # Text and no set: most have one owner, and the garbage collector walks every set while an office loads.
    others = index.get(key)
    index[key] = one if others is None else f"{others}{_NEXT}{one}"


def _take_out(index: dict[_Key, str], key: _Key, one: str) -> None:
    left = [other for other in index[key].split(_NEXT) if other != one]
    if left:
        index[key] = _NEXT.join(left)
    else:
        del index[key]


def _of_the_same_name(said: str, person: Person) -> float:
    """A little for or against: a junior or a senior."""
    if not said:
        return 0.0
    kept = generation(f"{person.first} {person.last}")
    if not kept and said == "1":
        return 0.0
    return _SAME_GENERATION if said == kept else -_SAME_GENERATION
