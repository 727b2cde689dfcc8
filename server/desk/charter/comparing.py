"""Compares the names in an office's document with those that the practice's system lists."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from server.desk.charter.kinds import shown
from server.desk.charter.lines import Path, lines_of
from server.desk.charter.reading import Problem, problem_at
from server.desk.charter.terms import Charter, ColumnKind

CHAIRS: Final = "chairs"
PROVIDERS: Final = "providers"
TYPES: Final = "appointment types"
EXACT: Final = frozenset({PROVIDERS})  # an id is one to the letter; of the others case does not matter
MOST_NAMED: Final = 3

Listed = Mapping[str, Collection[str]]
"""What the system lists, by kind; one that is missing or empty was not told, and compares with nothing."""


def strangers(document: str, charter: Charter, listed: Listed) -> list[Problem]:
    """Every name in a document that the practice's system does not list, with the nearest that it does."""
    lines = lines_of(document)
    return [
        problem_at(
            lines, path, f"{shown(name)} is none of the {kind} that Sikka lists.{_nearest(name, known)}"
        )
        for kind, path, name in _named(charter)
        if (known := listed.get(kind)) and _plain(kind, name) not in {_plain(kind, one) for one in known}
    ]


def uncompared(charter: Charter, listed: Listed) -> list[str]:
    """The kinds of names that a document holds and that were not told."""
    return list(dict.fromkeys(kind for kind, _, _ in _named(charter) if not listed.get(kind)))


def _named(charter: Charter) -> Iterator[tuple[str, Path, str]]:
    for place, column in enumerate(charter.columns):
        if column.kind is ColumnKind.OFF:  # nothing is offered in it, and of a hidden chair nothing is shown
            continue
        yield CHAIRS, ("columns", place, "operatory"), column.operatory
        for number in column.providers:
            yield PROVIDERS, ("columns", place, "providers"), number
    for place, one in enumerate(charter.providers):
        yield PROVIDERS, ("providers", place, "id"), one.id
    for place, reason in enumerate(charter.reasons):
        if reason.type:
            yield TYPES, ("reasons", place, "type"), reason.type


def _plain(kind: str, name: str) -> str:
    return name if kind in EXACT else " ".join(name.casefold().split())


def _nearest(name: str, known: Collection[str]) -> str:
    spelled = {one.casefold(): one for one in sorted(known)}
    found = get_close_matches(name.casefold(), spelled, n=MOST_NAMED, cutoff=0.6)
    if found:
        return f" The nearest are: {', '.join(spelled[one] for one in found)}"
    some = list(spelled.values())[:MOST_NAMED]
    return f" It lists: {', '.join(some)}{', and more' * (len(spelled) > MOST_NAMED)}"
