"""Makes the table of docs/matching.md: both halves of the committed set, a fresh set, the rows by hand."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.console import Console

from bench.matching.by_hand import HEARD
from bench.matching.measure import SEED, Measure
from bench.matching.people import Case, Maker, committed
from server.desk.people.judging import Person, is_named, name_of
from server.desk.people.names import fold, splits
from server.desk.people.roster import Heard, Roster

if TYPE_CHECKING:
    from collections.abc import Sequence

HAND_OFFICE: Final = 5_000
FRESH: Final = "a fresh set"
MOST_NAMESAKES: Final = 5


def show(patients: int) -> str:
    """Measure, print and return the table, in Markdown; `patients` is the size of the generated offices."""
    people, tuning, reporting = committed(patients)
    fresh = Maker(FRESH)
    fresh_people = fresh.roster(patients)
    hand_people, hand = by_hand()
    columns = {
        "tuning half": _column(people, tuning),
        "other half": _column(people, reporting),
        "fresh": _column(fresh_people, fresh.cases(fresh_people, len(reporting))),
        "by hand": _column(hand_people, hand[1::2]),
    }
    rows = [["", *columns], ["---", *(["---:"] * len(columns))]]
    rows += [[name, *(column[name] for column in columns.values())] for name in columns["by hand"]]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    Console().print(
        f"seed {SEED}, {patients} patients; by hand: {HAND_OFFICE}\n\n{table}", markup=False, soft_wrap=True
    )
    return table


def by_hand() -> tuple[list[Person], list[Case]]:
    """The rows written by hand, their patients among those of a drawn office."""
    maker = Maker("an office around those written by hand")
    people = maker.roster(HAND_OFFICE)
    cases: list[Case] = []
    for number, line in enumerate(HEARD.strip().splitlines()):
        heard, _, true = line.partition(" > ")
        first, _, last = true.partition(" | ")
        host = people[number]
        people[number] = Person(host.id, first, last, born=host.born, phones=host.phones)
        cases.append(Case(heard, host.id))
    return people, cases


class Passed(NamedTuple):
    """How many others of the surname passed.

    Attributes:
        misheard: as a record whose first or last name was not what was heard.
        to_the_letter: as a record whose name is exactly what was heard: nothing tells them from its owner.
        tried: how many there were.
    """

    misheard: int
    to_the_letter: int
    tried: int


def same_surname(people: Sequence[Person], cases: Sequence[Case], *, known: bool) -> Passed:
    """How many names pass for another of the same surname, with the birth date of that one.

    Args:
        people: the patients.
        cases: names heard of some of them.
        known: whether the caller is a patient too, so that their own name on file speaks against them.
    """
    roster = Roster(people)
    by_id = {person.id: person for person in people}
    families: dict[str, list[Person]] = {}
    for person in people:
        families.setdefault(person.last, []).append(person)
    misheard = exact = tried = 0
    for case in cases:
        true = by_id[case.id]
        others = [
            one
            for one in families[true.last]
            if one.born != true.born and fold(one.first) != fold(true.first) and one.born
        ]
        if not known:
            roster.remove(true.id)
        for other in others[:MOST_NAMESAKES]:
            tried += 1
            found = roster.verify(Heard(case.heard, other.born))
            if found is not None and found.last == other.last:
                named = is_named(splits(case.heard), name_of(found))
                exact += named
                misheard += not named
        if not known:
            roster.upsert(true)
    return Passed(misheard, exact, tried)


def by_number_too(people: Sequence[Person], cases: Sequence[Case]) -> float:
    """The share of callers who are verified by name and birth date where their number is on file too."""
    roster = Roster(people)
    by_id = {person.id: person for person in people}
    asked = [(case, by_id[case.id]) for case in cases]
    found = [roster.verify(Heard(case.heard, true.born, (*true.phones, "")[0])) for case, true in asked]
    right = sum(one is not None and one.id == true.id for one, (_, true) in zip(found, asked, strict=True))
    return right / max(len(asked), 1)


def twins(people: Sequence[Person], seed: int = SEED) -> tuple[int, int, int, int]:
    """Twins, every second one heard well: taken for the other, recognised, how many there were, and pairs."""
    roster = Roster(people)
    maker = Maker(f"twins {seed}")
    chance = Random(seed)  # noqa: S311 - seeded, so that runs repeat
    born: dict[tuple[object, str], list[Person]] = {}
    for person in people:
        born.setdefault((person.born, person.last), []).append(person)
    wrong = right = 0
    pairs = [pair for pair in born.values() if len(pair) > 1]
    heard = [
        (one, maker.hear(one) if chance.random() < 1 / 2 else f"{one.first} {one.last}")
        for pair in pairs
        for one in pair
    ]
    for one, name in heard:
        found = roster.verify(Heard(name, one.born))
        wrong += found is not None and found.id != one.id
        right += found is not None and found.id == one.id
    return wrong, right, len(heard), len(pairs)


def unknown_strangers(people: Sequence[Person], cases: Sequence[Case]) -> tuple[int, int]:
    """How many of those who are no patients pass with the birth date of one, drawn by seed."""
    roster = Roster(people)
    by_id = {person.id: person for person in people}
    chance = Random(SEED)  # noqa: S311 - seeded, so that runs repeat
    passed = tried = 0
    for case in cases:
        true = by_id[case.id]
        roster.remove(true.id)
        for other in chance.sample(list(people), MOST_NAMESAKES):
            if other.born != true.born:
                tried += 1
                passed += roster.verify(Heard(case.heard, other.born)) is not None
        roster.upsert(true)
    return passed, tried


def _column(people: Sequence[Person], cases: Sequence[Case]) -> dict[str, str]:
    figures = Measure(people, cases).figures()
    rows = {"cases": str(len(cases))}
    for key, name in (
        ("name", "name only"),
        ("name_phone", "and phone"),
        ("name_dob", "and birth date"),
        ("name_dob_misheard", "and birth date, a fifth misheard"),
    ):
        rows[f"{name}: first / among three"] = f"{figures[key]['top1']:.1%} / {figures[key]['top3']:.1%}"
    rows["verified: callers"] = f"{figures['verified_true']:.1%}"
    rows["verified: callers, their number on file"] = f"{by_number_too(people, cases):.1%}"
    rows["verified: callers with another patient's birth date"] = f"{figures['verified_strangers']:.2%}"
    rows["verified: strangers, no patients"] = _of(*unknown_strangers(people, cases))
    for known, who in ((True, "patients"), (False, "no patients")):
        passed = same_surname(people, cases, known=known)
        rows[f"verified: others of the surname, {who}"] = _of(passed.misheard, passed.tried)
        if known:
            rows["of whom the other's very name was heard"] = _of(passed.to_the_letter, passed.tried)
    wrong, right, heard, _ = twins(people)
    rows["twins taken for each other"] = _of(wrong, heard)
    rows["twins verified"] = _of(right, heard)
    rows["search, ms: p50 / p99"] = f"{figures['p50_ms']:.1f} / {figures['p99_ms']:.1f}"
    return rows


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.2%})" if whole else "none"
