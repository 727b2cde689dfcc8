"""A charter as plain values in the shape of its document, and what two of them differ in."""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final, cast

from server.desk.charter.keys import SECTIONS
from server.desk.charter.terms import (
    EMPTY,
    WEEKDAYS,
    Charter,
    Closure,
    Column,
    Interval,
    Minutes,
    OtherOffice,
    Phones,
    ProviderRule,
    VisitReason,
    Week,
)

_IDENTITY: Final = {section.name: section.identity for section in SECTIONS if section.many}
_WEEKS: Final = ("hours", "windows")


@dataclass(frozen=True)
class Difference:
    """One key that differs; `before` and `after` as TOML would have them, "" where it is not said."""

    path: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"+ {self.path}: {self.after}"
        return (
            f"~ {self.path}: {self.before} -> {self.after}" if self.after else f"- {self.path}: {self.before}"
        )


def plain(charter: Charter) -> dict[str, Any]:
    """Texts, numbers, days, lists and tables, by the document's keys; what is at its default is left out."""
    return {
        field.name: _plain(field.name, said)
        for field in fields(charter)
        if (said := getattr(charter, field.name)) != getattr(EMPTY, field.name)
    }


def differences(before: Charter, after: Charter) -> list[Difference]:
    """What `after` says otherwise than `before`, in the order of the document."""
    old, new = dict(flat(plain(before))), dict(flat(plain(after)))
    paths = list(dict.fromkeys([*new, *old]))
    return [
        Difference(path, old.get(path, ""), new.get(path, ""))
        for path in paths
        if old.get(path) != new.get(path)
    ]


def clock(minutes: int) -> str:
    """Minutes after midnight as 08:30."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def stretch(interval: Interval) -> str:
    """A stretch of a day as 08:00-12:00."""
    return f"{clock(interval[0])}-{clock(interval[1])}"


def week(value: Week) -> dict[str, list[str]]:
    """A week by the names of its days; those with nothing are left out."""
    return {
        WEEKDAYS[day]: [stretch(one) for one in stretches] for day, stretches in value.items() if stretches
    }


def _plain(name: str, value: Any) -> Any:
    if name in _WEEKS:
        return week(value)
    for kind, shape in _SHAPES.items():
        if isinstance(value, kind):
            return shape(value)
    return value


def _minutes(value: Minutes) -> object:
    by_who = {"returning": value.returning, "new": value.new, "child": value.child}
    return value.returning if len(set(by_who.values())) == 1 else by_who


def _said(value: Any) -> dict[str, Any]:
    """Of a part of a charter, what is not at its default."""
    return {
        field.name: _plain(field.name, said)
        for field in fields(value)
        if (said := getattr(value, field.name)) != field.default
    }


_SHAPES: Final[Mapping[type, Callable[[Any], Any]]] = {
    StrEnum: str,
    Minutes: _minutes,
    tuple: lambda value: [_plain("", item) for item in value],
    frozenset: sorted,
    Mapping: lambda value: {key: _plain("", item) for key, item in value.items()},
    Phones: _said,
    Closure: _said,
    Column: _said,
    ProviderRule: _said,
    VisitReason: _said,
    OtherOffice: _said,
}


def flat(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Every value by its path, as TOML has it, in the document's order; items go by what tells them apart."""
    for name, said in value.items():
        here = f"{path}.{name}" if path else name
        if isinstance(said, dict):
            yield from flat(cast("Mapping[str, Any]", said), here)
        elif name in _IDENTITY and not path:
            for place, item in enumerate(cast("list[dict[str, Any]]", said), 1):
                label = str(item.get(_IDENTITY[name], "")) or str(place)
                yield from flat(item, f"{here}[{label}]")
        else:
            yield here, _toml(said)


def _toml(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)
