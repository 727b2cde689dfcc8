"""How the rule of a field is written down: whether it must be there, its form, its length, its words."""

from dataclasses import dataclass
from typing import Literal

Need = Literal["required", "present", "optional", "unused"]
Form = Literal[
    "text",
    "description",
    "note",
    "day",
    "birth",
    "time",
    "minutes",
    "email",
    "phone",
    "ten_digits",
    "amount",
    "practice",
]


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field of a write.

    `need`: "present" fields have to be in the body and may be empty, which takes the software's default.
    `form` and `allowed` (words) are checked at once; `longest` (characters) and `values` (the name of a
    list in `sandbox.choices`) by the software later.
    """

    field: str
    need: Need
    form: Form = "text"
    longest: int = 0
    allowed: tuple[str, ...] = ()
    values: str = ""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The fields of one write in one software, and where that is said."""

    operation: str
    software: str
    evidence: str
    rules: tuple[FieldRule, ...]


def required(*names: str) -> tuple[FieldRule, ...]:
    """Fields that must be there and not be empty."""
    return tuple(FieldRule(name, "required") for name in names)


def optional(*names: str) -> tuple[FieldRule, ...]:
    """Fields that may be there."""
    return tuple(FieldRule(name, "optional") for name in names)


def unused(*names: str) -> tuple[FieldRule, ...]:
    """Fields that may be there and do nothing."""
    return tuple(FieldRule(name, "unused") for name in names)


FLAG = ("true", "false")
EVERY = "page of the write, parameters without a rule of their own"
PHONES = ("homephone", "workphone", "cell", "other_phone")
