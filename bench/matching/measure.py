"""Measures a roster and cases with the server's own search and judgement."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from server.desk.people.roster import Heard, Person, Roster

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.matching.people import Case

SEED: Final = 7
EVERY: Final = 5  # of so many birth dates the day of one is misheard
BEST: Final = 3
TRIES: Final = 50
SOUNDS_LIKE: Final = {13: 30, 14: 4, 15: 5, 16: 6, 17: 7, 18: 8, 19: 9, 30: 13, 5: 9, 9: 5, 21: 1, 31: 30}

Asking: TypeAlias = "Callable[[int, str, Person], Heard]"


@dataclass
class Measure:
    """A roster, the cases of it, and the milliseconds that each search took."""

    people: Sequence[Person]
    cases: Sequence[Case]
    seed: int = SEED
    times: list[float] = field(default_factory=list[float])

    def __post_init__(self) -> None:
        self.roster = Roster(self.people)
        for _ in self.roster.rehearse():  # as the server has it done, between calls
            pass
        self.by_id = {person.id: person for person in self.people}
        self.known = [(case.heard, self.by_id[case.id]) for case in self.cases if case.id in self.by_id]

    def figures(self) -> dict[str, Any]:
        """The figures by the keys that the command prints; shares from 0 to 1, None where none was asked."""
        self.roster.search(Heard("warm up"))
        name = self.ranked(lambda _, heard, __: Heard(heard))
        times = sorted(self.times)
        return {
            "name": name,
            "name_phone": self.ranked(lambda _, heard, true: Heard(heard, None, (*true.phones, "")[0])),
            "name_dob": self.ranked(lambda _, heard, true: Heard(heard, true.born)),
            "name_dob_misheard": self.ranked(
                lambda number, heard, true: Heard(heard, self._misheard(number, true))
            ),
            "verified_true": self.verified_true(),
            "verified_strangers": self.verified_strangers(),
            "p50_ms": round(statistics.median(times), 3) if times else None,
            "p99_ms": round(times[int(len(times) * 0.99)], 3) if times else None,
        }

    def ranked(self, asking: Asking) -> dict[str, float | None]:
        """The shares of cases whose patient comes first, and among the first three."""
        first = among = 0
        for number, (heard, true) in enumerate(self.known):
            asked = asking(number, heard, true)
            began = time.perf_counter()
            found = [match.record.id for match in self.roster.search(asked, BEST)]
            self.times.append((time.perf_counter() - began) * 1000)
            first += found[:1] == [true.id]
            among += true.id in found
        return {"top1": _share(first, len(self.known)), "top3": _share(among, len(self.known))}

    def verified_true(self) -> float | None:
        """The share of callers who are recognised when they say their own birth date."""
        asked = [(heard, true) for heard, true in self.known if true.born]
        right = [true for heard, true in asked if self._verified(heard, true.born) == true.id]
        return _share(len(right), len(asked))

    def verified_strangers(self) -> float | None:
        """The share of names that are recognised with the birth date of another patient, drawn by seed."""
        chance = Random(self.seed)  # noqa: S311 - seeded, so that runs repeat
        dated = [person for person in self.people if person.born]
        passed = asked = 0
        for heard, true in self.known:
            other = (
                next(
                    (one for one in (chance.choice(dated) for _ in range(TRIES)) if one.born != true.born),
                    None,
                )
                if dated
                else None
            )
            if other is not None:
                asked += 1
                passed += self._verified(heard, other.born) is not None
        return _share(passed, asked)

    def _verified(self, heard: str, born: dt.date | None) -> str | None:
        person = self.roster.verify(Heard(heard, born))
        return person.id if person else None

    def _misheard(self, number: int, true: Person) -> dt.date | None:
        if true.born is None or number % EVERY:
            return true.born
        return misheard(true.born, Random(f"{self.seed}:{number}"))  # noqa: S311 - seeded, so that runs repeat


def misheard(born: dt.date, chance: Random) -> dt.date:
    """A birth date whose day was misheard: a like number, the month in its place, a digit or a day off."""
    ways = [
        (born.month, SOUNDS_LIKE.get(born.day, 0)),
        (born.day, born.month),
        (born.month, born.day + 10),
        (born.month, born.day - 10),
        (born.month, born.day + 1),
        (born.month, born.day - 1),
    ]
    chance.shuffle(ways)
    for month, day in ways:
        with suppress(ValueError):
            if (month, day) != (born.month, born.day):
                return dt.date(born.year, month, day)
    return born


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
