"""The cases: what a caller says, what is known by then, and every choice of tools that is right."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

CASES: Final = Path(__file__).parent / "cases.jsonl"
DEFAULT_TOOLSET: Final = "scheduling"


class Unreadable(Exception):
    """A file of cases is none; the text says where."""


@dataclass(frozen=True)
class Choice:
    """A call of a tool: one that was made, or one that is right.

    Attributes:
        arguments: by name. In a right one a value stands for itself, `{"one_of": [...]}` for each of some,
            `{"has": [...]}` for a text with all of some words (each may be several, as "swell|swollen"), and
            `{"any": true}` for anything; an argument that is not named has to be left at its default.
    """

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Known:
    """What an earlier answer of the call has given."""

    what: str
    handle: str


@dataclass(frozen=True)
class Case:
    """One turn of a call.

    Attributes:
        kind: for the table.
        language: of the caller: "en" or "es".
        today: the office's date.
        history: what was said just before, as messages.
        accept: all sets of calls that are right, in whichever order; an empty one is to call nothing.
        toolsets: that are shown beside the default one.
    """

    id: str
    kind: str
    language: str
    today: dt.date
    known: tuple[Known, ...]
    history: tuple[Mapping[str, str], ...]
    says: str
    accept: tuple[tuple[Choice, ...], ...]
    toolsets: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """Every toolset that is shown."""
        return (DEFAULT_TOOLSET, *self.toolsets)


def read_choices(raw: Any) -> tuple[Choice, ...]:
    """Calls from JSON, `[{"tool": …, "arguments": {…}}]`. Raises ValueError."""
    if not isinstance(raw, list):
        raise ValueError("calls are a list")  # noqa: TRY004 - what is read is wrong, not what was passed
    return tuple(_choice(one) for one in cast("list[Any]", raw))


def _choice(raw: Any) -> Choice:
    call = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
    tool, arguments = call.get("tool"), call.get("arguments", {})
    if not isinstance(tool, str) or not isinstance(arguments, dict):
        raise ValueError("a call has a tool, and arguments that are an object")  # noqa: TRY004 - as above
    return Choice(tool, cast("dict[str, Any]", arguments))


def _case(raw: Mapping[str, Any]) -> Case:
    return Case(
        id=raw["id"],
        kind=raw["kind"],
        language=raw["language"],
        today=dt.date.fromisoformat(raw["today"]),
        known=tuple(Known(one["what"], one["handle"]) for one in raw["known"]),
        history=tuple(raw["history"]),
        says=raw["says"],
        accept=tuple(read_choices(calls) for calls in raw["accept"]),
        toolsets=tuple(raw.get("toolsets", ())),
    )


def read_cases(path: Path = CASES) -> Sequence[Case]:
    """The cases of a file, one JSON object a line. Raises Unreadable."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Unreadable(f"{path} cannot be read") from None
    cases: list[Case] = []
    for number, line in enumerate(lines, 1):
        try:
            cases.append(_case(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreadable(f"{path}, line {number}: {type(error).__name__}: {error}") from None
    return cases
