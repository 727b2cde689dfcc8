"""Reads an office's document by the table of keys; of every mistake it says where, and what is allowed."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from server.desk.charter.keys import KEYS, SECTIONS, Section, keys_of
from server.desk.charter.kinds import NotAllowed, nearest, shown
from server.desk.charter.lines import Path, line_of, lines_of
from server.desk.charter.terms import (
    Charter,
    Closure,
    Column,
    OtherOffice,
    Phones,
    ProviderRule,
    VisitReason,
    Wants,
)

_PLACE: Final = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")
MOST_TOLD: Final = 20


@dataclass(frozen=True)
class Problem:
    """One mistake in a document.

    Attributes:
        path: of the key, as a person writes it: policy.same_day, columns[2].kind (counted from 1).
        line: from 1; None where it is not known.
        words: what is wrong and what is allowed.
    """

    path: str
    line: int | None
    words: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.path) if part)
        return f"{where}: {self.words}" if where else self.words


class CharterRefused(Exception):
    """A document that cannot be applied, with everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line or 0)
        super().__init__("\n".join(map(str, self.problems[:MOST_TOLD])))


def read_charter(document: str) -> Charter:
    """The charter that a TOML document holds. Raises CharterRefused."""
    try:
        given = tomllib.loads(document)
    except tomllib.TOMLDecodeError as error:
        raise CharterRefused([_not_toml(document, str(error))]) from None
    reading = _Reading(document)
    found = {section.name: reading.section(section, given) for section in SECTIONS}
    reading.unknown((), given, {key.name for key in KEYS if not key.section} | {s.name for s in SECTIONS})
    if not reading.problems:
        charter = _charter(found)
        _check_whole(charter, reading)
    if reading.problems:
        raise CharterRefused(reading.problems)
    return _charter(found)


def problem_at(lines: dict[Path, int], path: Path, words: str) -> Problem:
    """A mistake in a key of a document whose lines were looked up (`lines_of`)."""
    return Problem(_written(path), line_of(lines, path), words)


def _not_toml(document: str, error: str) -> Problem:
    place = _PLACE.search(error)
    line = (int(place[1]) if place[1] else len(document.splitlines())) if place else None
    words = _PLACE.sub("", error).strip()
    return Problem("", line, f"this is no TOML: {words[:1].lower()}{words[1:]}")


class _Reading:
    """One reading: takes every section by its keys, and collects what is wrong."""

    def __init__(self, document: str) -> None:
        self.problems: list[Problem] = []
        self._lines = lines_of(document)

    def wrong(self, path: Path, words: str) -> None:
        self.problems.append(problem_at(self._lines, path, words))

    def section(self, section: Section, given: Mapping[str, Any]) -> Any:
        """Its values by key; of one that may stand there several times, a list of those."""
        if not section.name:
            return self._table(section, (), given)
        value = given.get(section.name)
        if section.many:
            return self._items(section, value)
        keys = keys_of(section.name)
        if "" in keys:
            return None if value is None else self._value((section.name,), keys[""].kind.read, value)
        if value is None or self._is_table((section.name,), value, f"[{section.name}]"):
            return self._whole_table(section, (section.name,), value or {})
        return {}

    def _items(self, section: Section, value: Any) -> list[dict[str, Any]]:
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong((section.name,), f"write it as [[{section.name}]], once for each")
            return []
        items: list[dict[str, Any]] = []
        for place, item in enumerate(cast("list[Any]", value)):
            path = (section.name, place)
            if self._is_table(path, item, f"[[{section.name}]]"):
                items.append(self._whole_table(section, path, item))
        self._twice(section, items)
        return items

    def _twice(self, section: Section, items: list[dict[str, Any]]) -> None:
        seen: set[str] = set()
        for place, item in enumerate(items):
            name = str(item.get(section.identity, "")).casefold()
            if name and name in seen:
                path = (section.name, place, section.identity)
                self.wrong(path, f"{shown(item[section.identity])} stands there twice; write it once")
            seen.add(name)

    def _is_table(self, path: Path, value: Any, header: str) -> bool:
        if isinstance(value, dict):
            return True
        self.wrong(path, f"write it as a table that begins with {header}")
        return False

    def _whole_table(self, section: Section, path: Path, given: Mapping[str, Any]) -> dict[str, Any]:
        self.unknown(path, given, set(keys_of(section.name)))
        return self._table(section, path, given)

    def _table(self, section: Section, path: Path, given: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, key in keys_of(section.name).items():
            if name in given:
                values[name] = self._value((*path, name), key.kind.read, given[name])
            elif key.required:
                self.wrong((*path, name), f"it is missing; write {name} = {key.example}")
        return values

    def _value(self, path: Path, read: Any, value: Any) -> Any:
        try:
            return read(value)
        except NotAllowed as wrong:
            self.wrong((*path, *wrong.at), wrong.words)
            return None

    def unknown(self, path: Path, given: Mapping[str, Any], known: set[str]) -> None:
        """Every key that is not known is a mistake: it would be without effect, unseen."""
        for name in given:
            if name in known:
                continue
            where = "here" if path else "before the tables, and no such table"
            self.wrong(
                (*path, name), f"there is no such key {where}.{nearest(name, known) or _elsewhere(name)}"
            )


def _elsewhere(name: str) -> str:
    sections = [f"[{key.section}]" if key.section else "the top" for key in KEYS if key.name == name]
    return f" It belongs under {' or '.join(sections)}." if sections else ""


def _charter(found: Mapping[str, Any]) -> Charter:
    """From values by section and key to the typed whole; what is left out keeps the classes' defaults."""
    return Charter(
        **found[""],
        phones=Phones(**found["phones"]),
        hours=found["hours"],
        closures=tuple(Closure(**{"last": item["first"], **item}) for item in found["closures"]),
        columns=tuple(Column(**item) for item in found["columns"]),
        providers=tuple(ProviderRule(**item) for item in found["providers"]),
        reasons=tuple(VisitReason(**item) for item in found["reasons"]),
        policy=found["policy"],
        other_offices=tuple(OtherOffice(**item) for item in found["other_offices"]),
    )


def _check_whole(charter: Charter, reading: _Reading) -> None:
    """What no key can tell by itself."""
    for place, closure in enumerate(charter.closures):
        if closure.last < closure.first:
            reading.wrong(("closures", place, "last"), "it lies before the first day; write the later day")
    for place, one in enumerate(charter.providers):
        if one.youngest is not None and one.oldest is not None and one.oldest < one.youngest:
            reading.wrong(("providers", place, "oldest"), "it is below youngest, so nobody would be seen")
    known = {one.id for one in charter.providers}
    for place, column in enumerate(charter.columns):
        for number in column.providers:
            if known and number not in known:
                reading.wrong(
                    ("columns", place, "providers"),
                    f"{shown(number)} is none of [[providers]], which are: {', '.join(sorted(known))}",
                )
    kinds = {column.kind.value for column in charter.columns}
    for place, reason in enumerate(charter.reasons):
        if kinds and reason.column is not Wants.ANY and reason.column.value not in kinds:
            reading.wrong(
                ("reasons", place, "column"),
                f"no column is of the kind {reason.column.value}, so no time could ever be offered",
            )


def _written(path: Path) -> str:
    """As a person writes it; places in a list count from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text
