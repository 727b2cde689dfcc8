"""Holds a choice against a case: the tools first, and then every argument as the tool itself reads it."""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from bench.tool_choice.cases import Case, Choice
from server.tools.arguments import Argument, BadArgument
from server.tools.toolsets import ALL

_SPECS: Final = {spec.name: spec for spec in ALL}
_PHONE_DIGITS: Final = 10  # without a country's code
_SHORTEST_PHONE: Final = 7


@dataclass(frozen=True)
class Score:
    """How a case ended.

    Attributes:
        tools: whether the right tools were chosen.
        arguments: whether they were, with nothing wrong in any argument.
    """

    case: Case
    calls: tuple[Choice, ...]
    tools: bool
    arguments: bool


def score(case: Case, calls: Sequence[Choice]) -> Score:
    """What a choice is worth; the order of its calls counts for nothing."""
    names = Counter(call.tool for call in calls)
    alternatives = [wanted for wanted in case.accept if Counter(one.tool for one in wanted) == names]
    right = any(
        all(_fits(one, call) for one, call in zip(wanted, order, strict=True))
        for wanted in alternatives
        for order in itertools.permutations(calls)
    )
    return Score(case, tuple(calls), bool(alternatives), right)


def _fits(wanted: Choice, call: Choice) -> bool:
    spec = _SPECS.get(call.tool)
    if spec is None or spec.name != wanted.tool:
        return False
    named = {argument.name for argument in spec.arguments}
    return not call.arguments.keys() - named and all(
        _argument_fits(argument, wanted.arguments, call.arguments) for argument in spec.arguments
    )


def _argument_fits(argument: Argument, wanted: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    raw = given.get(argument.name)
    try:
        value = argument.read(raw)
    except BadArgument:
        return False
    said = str(raw).strip().casefold() if isinstance(raw, str) else ""
    if said and argument.choices and said not in argument.choices:
        return False  # the tool makes something of it all the same, but it is none of its words
    return _matches(wanted.get(argument.name, argument.default), value)


def _matches(wanted: Any, value: Any) -> bool:
    if not isinstance(wanted, Mapping):
        return _folded(wanted) == _folded(value)
    matcher = cast("Mapping[str, Any]", wanted)
    if "any" in matcher:
        return True
    if "one_of" in matcher:
        return any(_folded(one) == _folded(value) for one in matcher["one_of"])
    text = _folded(value)
    return all(any(_folded(word) in text for word in words.split("|")) for words in matcher["has"])


def _folded(value: Any) -> str:
    """As it is compared: no case, accents or punctuation; of a telephone number its last digits alone."""
    text = str(value)
    digits = re.sub(r"\D", "", text)
    if len(digits) >= _SHORTEST_PHONE and re.fullmatch(r"[+\d\s().-]+", text) and not _is_date(text):
        return digits[-_PHONE_DIGITS:]
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign)).replace("'", "")
    return " ".join(re.findall(r"\w+", kept.replace("’", "")))


def _is_date(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text.strip()))
