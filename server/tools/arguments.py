"""Arguments as agents really send them: read loosely, and asked about when they cannot be read."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

LONGEST: Final = 500
_TEMPLATE: Final = re.compile(r"^\s*(\{\{.*\}\}|\$\{.*\}|<%.*%>)\s*$", re.DOTALL)
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_YES: Final = frozenset({"true", "yes", "y", "1", "confirmed", "sí", "si", "verdadero"})
_NO: Final = frozenset({"false", "no", "n", "0", "", "none", "null", "falso"})
_NOTHING: Final = frozenset({"null", "none", "undefined", "n/a", "unknown"})
_OLDEST_YEARS: Final = 120

Value = str | bool | int


class BadArgument(Exception):
    """An argument that cannot be read. It carries the key of the question to ask, never the value.

    `words` fill the question's sentence, and hold nothing of what was given.
    """

    def __init__(self, key: str, **words: str) -> None:
        super().__init__(key)
        self.key = key
        self.words = words


@dataclass(frozen=True)
class Argument:
    """One argument of a tool, as the schema shows it and as `read` understands it.

    Attributes:
        choices: the words it takes; "" among them if it may be left out.
        lowest: of an integer.
        highest: of an integer.
        otherwise: what a word that is none of the choices counts as; "" asks about it.
        longest: characters of a string.
        cut: whether a longer string is cut rather than asked about.
    """

    name: str
    description: str
    kind: Literal["string", "boolean", "integer"] = "string"
    required: bool = False
    choices: tuple[str, ...] = ()
    default: Value = ""
    lowest: int = 0
    highest: int = 0
    otherwise: str = ""
    longest: int = LONGEST
    cut: bool = False

    def schema(self) -> dict[str, Any]:
        """Its JSON schema: flat, no references, no alternatives, no null."""
        schema: dict[str, Any] = {"type": self.kind, "description": self.description}
        if self.choices:
            schema["enum"] = list(self.choices)
        if self.kind == "integer":
            schema |= {"minimum": self.lowest, "maximum": self.highest}
        if not self.required:
            schema["default"] = self.default
        return schema

    def read(self, raw: Any) -> Value:
        """The value meant. Missing, null and unfilled template variables are the default.

        Raises:
            BadArgument: it is of no use.
        """
        if self.cut and isinstance(raw, str):
            raw = raw[: self.longest]
        text = _as_text(raw, self.name, self.longest)
        if self.kind == "boolean":
            return _boolean(text, self.name)
        if self.kind == "integer":
            return self._integer(text)
        if self.choices:
            return self._choice(text)
        if not text and isinstance(self.default, str):
            return self.default
        return text

    def _integer(self, text: str) -> int:
        if not text:
            return int(self.default or 0)
        try:
            number = round(float(text))
        except (ValueError, OverflowError):
            raise BadArgument(self.name) from None
        return max(self.lowest, min(self.highest, number))

    def _choice(self, text: str) -> str:
        folded = text.casefold()
        if folded in self.choices:
            return folded
        if not folded and not self.required:
            return str(self.default)
        if folded and self.otherwise:
            return self.otherwise
        raise BadArgument(self.name)


PATIENT: Final = Argument("patient", "Patient handle from find_patient.", required=True)
CALLER_CONFIRMED: Final = Argument(
    "caller_confirmed",
    "True only after the caller has said yes to what was read back.",
    kind="boolean",
    default=False,
)


def object_schema(arguments: tuple[Argument, ...]) -> dict[str, Any]:
    """The input schema of a tool."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {argument.name: argument.schema() for argument in arguments},
    }
    required = [argument.name for argument in arguments if argument.required]
    if required:
        schema["required"] = required
    return schema


def read_all(arguments: tuple[Argument, ...], raw: dict[str, Any]) -> dict[str, Value]:
    """Every argument's value; arguments that the tool does not have are left out.

    Raises:
        BadArgument: the first that is of no use.
    """
    return {argument.name: argument.read(raw.get(argument.name)) for argument in arguments}


def iso_date(text: str, key: str) -> dt.date | None:
    """A date from ISO text; None for empty.

    Raises:
        BadArgument: anything else. Dates in words are the agent's to resolve.
    """
    if not text:
        return None
    found = _ISO_DATE.fullmatch(text)
    if found is None:
        raise BadArgument(key)
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise BadArgument(key) from None


def birth_date(text: str, today: dt.date) -> dt.date | None:
    """A date of birth, between 120 years ago and today; None for empty. Raises BadArgument."""
    born = iso_date(text, "date_of_birth")
    if born is not None and not dt.date(today.year - _OLDEST_YEARS, 1, 1) <= born <= today:
        raise BadArgument("date_of_birth")
    return born


def is_template(text: str) -> bool:
    """Whether a runtime has left a variable of its own unfilled, such as {{call.id}}."""
    return bool(_TEMPLATE.match(text))


def _as_text(raw: Any, key: str, longest: int) -> str:
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int | float):
        return f"{raw:.15g}" if isinstance(raw, float) else str(raw)[:longest]
    if not isinstance(raw, str):
        raise BadArgument(key)
    if len(raw) > longest:
        raise BadArgument(key)
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in raw).split())
    if is_template(text) or text.casefold() in _NOTHING:
        return ""
    return text


def _boolean(text: str, key: str) -> bool:
    folded = text.casefold()
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise BadArgument(key)
