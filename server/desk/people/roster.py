"""An office's patients in memory, found by names, birth dates and phones as they are heard."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from server.desk.people.bearers import Bearers, chunks, last_words, put, sounding_like, take_out, under
from server.desk.people.birthdates import date_fit, similar_dates
from server.desk.people.judging import Heard, Person, judge, phone_key
from server.desk.people.matching import NameScore, PersonName, name_fit
from server.desk.people.names import PARTICLES, generation, heard_words, splits

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from server.desk.people.names import Name, Split, Words

_MANY: Final = 24  # of one phone or birth date; more share one that stands for none
_SOUNDING_LIKE: Final = 3
_BIRTH_DATE: Final = 0.7
_PHONE: Final = 0.5
_SAME_GENERATION: Final = 0.03

_Row: TypeAlias = "tuple[str, str, str, str, str, dt.date | None, tuple[str, ...]]"


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
        # Plain tuples: of them the garbage collector lets go, however many there are.
        self._rows: dict[str, _Row] = {}
        self._bearers = Bearers()
        self._by_birth: dict[dt.date, str] = {}  # ids, one a line
        self._by_phone: dict[str, str] = {}
        for person in people:
            self.upsert(person)

    def __len__(self) -> int:
        return len(self._rows)

    def upsert(self, person: Person) -> None:
        """Take up a record, or a new state of one; the id tells."""
        one = person
        self.take(one.id, one.first, one.last, one.preferred, one.middle, one.former, one.born, one.phones)

    def take(
        self,
        one: str,
        first: str,
        last: str,
        preferred: str,
        middle: str,
        former: str,
        born: dt.date | None,
        phones: tuple[str, ...],
    ) -> None:
        """As `upsert`, of a record in its parts: a `Person` of each would cost as much again."""
        if one in self._rows:
            self.remove(one)
        self._rows[one] = (first, last, preferred, middle, former, born, phones)
        self._bearers.add(((first, preferred, middle), (last, former)), one)
        if born:
            put(self._by_birth, born, one)
        for phone in _keys(phones):
            put(self._by_phone, phone, one)

    def remove(self, patient_id: str) -> None:
        """Forget a record; one that is not there changes nothing."""
        row = self._rows.pop(patient_id, None)
        if row is None:
            return
        *_, born, phones = row
        self._bearers.remove(_name(row), patient_id)
        if born:
            take_out(self._by_birth, born, patient_id)
        for phone in _keys(phones):
            take_out(self._by_phone, phone, patient_id)

    def rehearse(self) -> Iterator[None]:
        """What a first search would spend on words that none has looked at yet, done before one comes.

        It changes no answer. Each step takes some 50 microseconds; names may come and go between two.
        """
        return self._bearers.rehearse()

    def born_on(self, day: dt.date) -> list[Person]:
        """The records with that birth date."""
        return [self._person(one) for one in under(self._by_birth, day)]

    def with_phone(self, phone: str) -> list[Person]:
        """The records with that phone; none where more share it than can be told apart by it."""
        ids = under(self._by_phone, phone_key(phone))
        return [self._person(one) for one in ids] if len(ids) <= _MANY else []

    def verify(self, heard: Heard) -> Person | None:
        """The one record that the caller has shown to be theirs, as `judging.judge` has it; else None."""
        if heard.birth_date is None:
            return None
        born, holders = self.born_on(heard.birth_date), self.with_phone(heard.phone)
        return judge(heard, born, self.namesakes(heard), holders)

    def namesakes(self, heard: Heard) -> Iterable[Name]:
        """Every name on file with a surname of those born on the day said, or with one that was said."""
        said = heard_words(heard.name)
        words = dict.fromkeys((*said, *chunks(said)))
        for one in under(self._by_birth, heard.birth_date) if heard.birth_date else ():
            words.update(dict.fromkeys(last_words(_name(self._rows[one])[1])[0]))
        return self._bearers.of_surnames(word for word in words if word not in PARTICLES)

    def search(self, heard: Heard, limit: int = 3) -> list[Match]:
        """Up to `limit` records, likeliest first; of equals the lower id first."""
        words, ways = heard_words(heard.name), splits(heard.name)
        names = self._bearers.likely(words) if words else []
        scores = {name: _name_score(ways, name) for name in names}
        pool = {one for name in names for one in heapq.nsmallest(limit, self._bearers.of(name))}
        phones = frozenset(under(self._by_phone, phone_key(heard.phone)))
        pool.update(self._likeliest(phones, words))
        if heard.birth_date:
            pool.update(self._likeliest(under(self._by_birth, heard.birth_date), words))
            others = [one for day in similar_dates(heard.birth_date) for one in under(self._by_birth, day)]
            pool.update(self._sounding_like(others, words, _SOUNDING_LIKE))
        matches: list[Match] = []
        for one in pool:
            name = _name(self._rows[one])
            score = scores.get(name) or scores.setdefault(name, _name_score(ways, name))
            matches.append(self._match(one, score, heard, one in phones))
        best = [match for match in matches if match.total > 0]
        return sorted(best, key=lambda match: (-match.total, match.record.id))[:limit]

    def _likeliest(self, ids: Iterable[str], words: Words) -> Iterable[str]:
        """All of some records, or the likeliest by name where a date or a number stands for none at all."""
        found = list(ids)
        return found if len(found) <= _MANY else self._sounding_like(found, words, _MANY)

    def _sounding_like(self, ids: Iterable[str], words: Words, most: int) -> list[str]:
        names = {one: _name(self._rows[one]) for one in ids}
        near = set(sounding_like(words, list(dict.fromkeys(names.values())), most))
        return [one for one, name in names.items() if name in near]

    def _person(self, one: str) -> Person:
        return Person(one, *self._rows[one])

    def _match(self, one: str, score: NameScore, heard: Heard, phone: bool) -> Match:
        person = self._person(one)
        birth = date_fit(heard.birth_date, person.born) if heard.birth_date else 0.0
        total = score.total + _BIRTH_DATE * birth + (_PHONE if phone else 0.0)
        return Match(person, score, birth, phone, total + _of_the_same_name(generation(heard.name), person))


def _name(row: _Row) -> Name:
    first, last, preferred, middle, former, *_ = row
    return (first, preferred, middle), (last, former)


def _name_score(ways: Sequence[Split], name: Name) -> NameScore:
    (first, preferred, middle), (last, former) = name
    return name_fit(ways, PersonName("", first, last, preferred, middle, former))


def _keys(phones: Sequence[str]) -> Iterable[str]:
    keys = [phone_key(phone) for phone in phones]
    return filter(None, keys if len(keys) == 1 else set(keys))


def _of_the_same_name(said: str, person: Person) -> float:
    """A little for or against: a junior or a senior."""
    if not said:
        return 0.0
    kept = generation(f"{person.first} {person.last}")
    if not kept and said == "1":
        return 0.0
    return _SAME_GENERATION if said == kept else -_SAME_GENERATION
