"""Prints the table of docs/matching.md: both halves of the committed set, and the rows written by hand."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table

from bench.matching.by_hand import HEARD
from bench.matching.measure import SEED, Measure
from bench.matching.people import Case, Maker, committed
from server.desk.people.judging import Person
from server.desk.people.roster import Heard, Roster

if TYPE_CHECKING:
    from collections.abc import Sequence

HAND_OFFICE: Final = 5_000
MOST_NAMESAKES: Final = 5


def show(patients: int) -> None:
    """Measure and print; `patients` is the size of the office of the generated halves."""
    people, tuning, reporting = committed(patients)
    hand_people, hand = by_hand()
    hand = hand[1::2]
    table = Table(title=f"seed {SEED}, {patients} patients; by hand: {HAND_OFFICE}")
    for column in ("", "tuning half", "other half", "by hand"):
        table.add_column(column, justify="left" if not column else "right")
    sets = [(people, tuning), (people, reporting), (hand_people, hand)]
    columns = [_column(*of) for of in sets]
    for name in columns[0]:
        table.add_row(name, *(column[name] for column in columns))
    Console(width=110).print(table)


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


def same_surname(people: Sequence[Person], cases: Sequence[Case], *, known: bool) -> tuple[int, int]:
    """How many names pass with the birth date of another of the same surname, of how many tried.

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
    passed = tried = 0
    for case in cases:
        true = by_id[case.id]
        others = [
            one
            for one in families[true.last]
            if one.born != true.born and one.first != true.first and one.born
        ]
        if not known:
            roster.remove(true.id)
        for other in others[:MOST_NAMESAKES]:
            tried += 1
            passed += roster.verify(Heard(case.heard, other.born)) is not None
        if not known:
            roster.upsert(true)
    return passed, tried


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
    rows["recognised: callers"] = f"{figures['verified_true']:.1%}"
    rows["recognised: other patients' callers"] = f"{figures['verified_strangers']:.2%}"
    rows["recognised: strangers, no patients"] = _of(*unknown_strangers(people, cases))
    rows["recognised: others of the surname, patients"] = _of(*same_surname(people, cases, known=True))
    rows["recognised: others of the surname, no patients"] = _of(*same_surname(people, cases, known=False))
    wrong, right, heard, _ = twins(people)
    rows["twins taken for each other"] = _of(wrong, heard)
    rows["twins recognised"] = _of(right, heard)
    rows["search, ms: p50 / p99"] = f"{figures['p50_ms']:.1f} / {figures['p99_ms']:.1f}"
    return rows


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.2%})" if whole else "none"
