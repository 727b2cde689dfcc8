"""Makes the committed test set: an office's patients, and how some of them are heard. Same seed, same set."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Final

from bench.matching.names import CALLED, Known, names
from server.desk.people.roster import Person

if TYPE_CHECKING:
    from collections.abc import Sequence

SEED: Final = "names heard on the telephone"
US_SHARE: Final = 0.55
SPANISH_SHARE: Final = 0.20
EVENNESS: Final = 25  # a name's share is 1 / (its place + this): the larger, the more even
TWINS: Final = 0.01
FAMILY: Final = 0.30
JUNIORS: Final = 0.01
TWO_SURNAMES: Final = {"es": 0.40, "pt-br": 0.40, "tl": 0.20, "us": 0.02}
OWN_GIVEN: Final = 0.80  # of the families from elsewhere, how many children have a name from there
FIRST_BIRTH: Final = dt.date(1935, 1, 1)
BIRTH_DAYS: Final = 89 * 365

# How a name is heard: what share as other words, as spelled by ear, in pieces; the rest as it is.
AS_WORDS: Final = 0.30
BY_EAR: Final = 0.20
IN_PIECES: Final = 0.04
SHORT_FORM: Final = 0.45  # of those whose first name has one
LAST_FIRST: Final = 0.08
HALF_SURNAME: Final = 0.5
RUN_TOGETHER: Final = 0.4
SMALL_WORDS: Final = frozenset(
    ["de", "la", "las", "los", "del", "dela", "da", "dos", "van", "der", "den", "von", "di", "vander"]
)


@dataclass(frozen=True, slots=True)
class Case:
    """A name as it was heard, and whose it was."""

    heard: str
    id: str


class Maker:
    """Draws patients and hears them, all by one seed."""

    def __init__(self, seed: str = SEED) -> None:
        self._chance = Random(seed)  # noqa: S311 - seeded, so that every run makes the same set
        self._groups = {
            kind: {
                group: [known.name for known in names(kind).values() if known.group == group]
                for group in {known.group for known in names(kind).values()}
            }
            for kind in ("given", "surname")
        }
        self._elsewhere = sorted(set(self._groups["surname"]) - {"us", "es"})

    def roster(self, count: int) -> list[Person]:
        """So many patients: singles, families on one phone, twins, fathers and sons of one name."""
        people: list[Person] = []
        while len(people) < count:
            people += self._household(len(people))
        return people[:count]

    def cases(self, people: Sequence[Person], count: int) -> list[Case]:
        """So many of them, each heard once."""
        return [Case(self.hear(person), person.id) for person in self._chance.sample(list(people), count)]

    def hear(self, person: Person) -> str:
        """A patient's name as a speech recogniser may write it."""
        chance = self._chance
        called = CALLED.get(person.first)
        if called and chance.random() < SHORT_FORM:
            first = chance.choice(called.split())
        else:
            first = self._heard("given", person.first)
        words = [word for word in person.last.replace("-", " ").split() if word != "Jr."]
        telling = [word for word in words if word not in SMALL_WORDS]
        if len(telling) > 1 and chance.random() < HALF_SURNAME:
            last = self._heard("surname", chance.choice(telling))
        else:
            last = self._heard("surname", " ".join(words))
        text = f"{last} {first}" if chance.random() < LAST_FIRST else f"{first} {last}"
        return text.title() if chance.random() < 1 / 2 else text.lower()

    def _heard(self, kind: str, name: str) -> str:
        known = names(kind).get(name)
        if known is None:
            parts = name.replace("-", " ").split()
            if len(parts) == 1:
                return name
            heard = [self._heard(kind, part) for part in parts]
            return ("" if self._chance.random() < RUN_TOGETHER / 2 else " ").join(heard)
        return self._one_hearing(known)

    def _one_hearing(self, known: Known) -> str:
        chance = self._chance
        drawn = chance.random()
        if drawn < AS_WORDS and known.words:
            return chance.choice(known.words)
        if AS_WORDS <= drawn < AS_WORDS + BY_EAR and known.spelt:
            return chance.choice(known.spelt)
        if drawn >= 1 - IN_PIECES and known.apart:
            return known.apart
        if " " in known.name and chance.random() < RUN_TOGETHER:
            return known.name.replace(" ", "")
        return known.name

    def _household(self, number: int) -> list[Person]:
        chance = self._chance
        group = self._group()
        last = self._last(group)
        phone = self._phone()
        head = Person(str(number), self._first(group), last, born=self._day(), phones=(phone,))
        drawn = chance.random()
        if drawn < TWINS:
            twin = replace(head, id=str(number + 1), first=self._first(group))
            return [head, twin] if twin.first != head.first else [head]
        if drawn < TWINS + JUNIORS:
            return [head, replace(head, id=str(number + 1), last=f"{last} Jr.", born=self._day())]
        if drawn < TWINS + JUNIORS + FAMILY:
            firsts = dict.fromkeys([head.first, *(self._first(group) for _ in range(chance.randint(1, 3)))])
            return [head] + [
                replace(head, id=str(number + place), first=first, born=self._day())
                for place, first in enumerate(firsts)
                if place
            ]
        return [head]

    def _group(self) -> str:
        drawn = self._chance.random()
        if drawn < US_SHARE:
            return "us"
        return "es" if drawn < US_SHARE + SPANISH_SHARE else self._chance.choice(self._elsewhere)

    def _first(self, group: str) -> str:
        own = group if self._chance.random() < OWN_GIVEN else "us"
        return self._drawn("given", own)

    def _last(self, group: str) -> str:
        last = self._drawn("surname", group)
        if self._chance.random() < TWO_SURNAMES.get(group, 0):
            other = self._drawn("surname", group)
            return f"{last}-{other}" if group == "us" else f"{last} {other}"
        return last

    def _drawn(self, kind: str, group: str) -> str:
        known = self._groups[kind][group]
        shares = list(itertools.accumulate(1 / (place + EVENNESS) for place in range(len(known))))
        return self._chance.choices(known, cum_weights=shares)[0]

    def _day(self) -> dt.date:
        return FIRST_BIRTH + dt.timedelta(days=self._chance.randrange(BIRTH_DAYS))

    def _phone(self) -> str:
        return f"({self._chance.randint(201, 989)}) 555-{self._chance.randint(0, 9999):04}"


def committed(count: int = 10_000, cases: int = 2_000) -> tuple[list[Person], list[Case], list[Case]]:
    """The set as committed: patients, the half of the cases for tuning, the half for reporting."""
    maker = Maker()
    people = maker.roster(count)
    heard = maker.cases(people, cases)
    return people, heard[0::2], heard[1::2]
