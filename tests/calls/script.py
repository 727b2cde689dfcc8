"""What a call's file may say, read with every mistake named."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from calls.happenings import known
from sandbox.pms import PROFILES
from server.desk.answers import Outcome

FOLDER: Final = Path(__file__).parent / "scripts"
# {name}, but not the {{name}} of a template that a runtime has left unfilled.
FACT: Final = re.compile(r"(?<!\{)\{([a-z][a-z0-9_]*)\}(?!\})")


class MalformedError(Exception):
    """A file that is no call; the text says what is wrong in it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=False)


class Situation(_Part):
    """The practice and the server at the beginning.

    Attributes:
        pms: a name of `sandbox.pms.PROFILES`.
        writes_take: seconds from when Sikka has a write until the practice's software has done it.
        copy_every: seconds between two uploads into Sikka's copy; 0 for none.
        denied: Sikka's APIs that are not in the plan.
        reviewed: whether the office's people have applied a profile.
        languages: of the office, its own first.
        profile_also: TOML that its profile says besides.
        settings: of the server, by their names in the environment.
    """

    pms: str = "OpenDental"
    writes_take: int = 60
    copy_every: int = 900
    patients: int = 120
    denied: list[str] = []
    reviewed: bool = True
    languages: list[str] = ["English"]
    profile_also: str = ""
    settings: dict[str, str] = {}

    @model_validator(mode="after")
    def _is_known(self) -> "Situation":
        if self.pms not in PROFILES:
            raise ValueError(f"pms must be one of {', '.join(PROFILES)}")
        return self


class Turn(_Part):
    """What the caller says and the tool that an agent calls on hearing it; or something that happens.

    Attributes:
        given: the tool's arguments, in the file `with`.
        answer: the outcome, or those that will do.
        keep: name -> where in the structured answer it stands, such as slots.0.slot.
        shows: where -> what must stand there; a text with {names} of what was kept.
        says: pieces that the answer must hold; `never`: that it must not.
        at_once: how often the runtime sends it at the same time; one answer as good as the others.
        cut_off_after: seconds after which the runtime cancels it, and nobody hears the answer.
    """

    happens: str = ""
    caller: str = ""
    tool: str = ""
    given: dict[str, Any] = Field(default={}, alias="with")
    answer: str | list[str] = ""
    keep: dict[str, str] = {}
    shows: dict[str, Any] = {}
    says: list[str] = []
    never: list[str] = []
    at_once: int = 1
    cut_off_after: float | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> "Turn":
        if bool(self.happens) == bool(self.caller):
            raise ValueError("a turn has either happens or caller")
        if self.happens and not known(self.happens):
            raise ValueError(f"nobody knows how this happens: {self.happens!r}")
        if self.tool and not self.answers and self.cut_off_after is None:
            raise ValueError("a tool needs the answer it is to give")
        if not self.tool and (self.given or self.answer or self.keep or self.says or self.shows):
            raise ValueError("only a tool answers")
        unknown = set(self.answers) - set(Outcome)
        if unknown:
            raise ValueError(f"no such answer: {', '.join(sorted(unknown))}")
        return self

    @property
    def answers(self) -> list[str]:
        """Outcomes that will do."""
        return [self.answer] if isinstance(self.answer, str) and self.answer else list(self.answer)


class OneCall(_Part):
    """One connection of a voice runtime.

    Attributes:
        transport: http, http_legacy, sse or stdio.
        call_id: "" where the runtime gives none; else as a header, or as `_meta` with `by = "meta"`.
    """

    transport: str = "http"
    by: str = "header"
    call_id: str | None = None
    caller_number: str = ""
    language: str = ""
    turn: list[Turn] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_known(self) -> "OneCall":
        if self.transport not in {"http", "http_legacy", "sse", "stdio"} or self.by not in {"header", "meta"}:
            raise ValueError("transport is http, http_legacy, sse or stdio; by is header or meta")
        return self


class End(_Part):
    """What is to be found when everything is over.

    Attributes:
        practice: what was done in the practice's own software for these callers, and nothing else.
        ledger: operation and state of every write, in their order.
        inbox: kind of every task, with ", urgent" where it is.
        inbox_holds: pieces of text that stand in some task.
    """

    practice: list[str]
    ledger: list[str]
    inbox: list[str]
    inbox_holds: list[str] = []


class Script(_Part):
    """A whole file."""

    title: str = Field(min_length=8)
    story: str = Field(min_length=20)
    tool_calls_at_most: int | None = None
    situation: Situation = Situation()
    never: list[str] = []
    call: list[OneCall] = Field(min_length=1)
    end: End

    @model_validator(mode="after")
    def _facts_are_kept_before_they_are_used(self) -> "Script":
        kept: set[str] = set()
        for turn in (turn for call in self.call for turn in call.turn):
            used = FACT.findall(
                str([turn.happens, turn.caller, turn.given, turn.says, turn.never, turn.shows])
            )
            if missing := set(used) - kept:
                raise ValueError(f"{{{missing.pop()}}} is used before an answer was kept under that name")
            kept |= turn.keep.keys()
        if missing := set(FACT.findall(str(self.end))) - kept:
            raise ValueError(f"{{{missing.pop()}}} is expected at the end, and was never kept")
        return self


def read(path: Path) -> Script:
    """The call in a file. Raises MalformedError."""
    try:
        return Script.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise MalformedError(f"{path.name} is not TOML: {error}") from None
    except ValidationError as error:
        mistakes = [
            f"{'.'.join(str(part) for part in mistake['loc']) or 'the file'}: {mistake['msg']}"
            for mistake in error.errors()
        ]
        raise MalformedError(f"{path.name}:\n" + "\n".join(f"  {each}" for each in mistakes)) from None


def filled(value: Any, facts: dict[str, Any]) -> Any:
    """A value with {names} in the place of which stands what was kept."""
    if isinstance(value, str):
        return FACT.sub(lambda found: str(facts[found[1]]), value)
    if isinstance(value, list):
        return [filled(each, facts) for each in value]
    if isinstance(value, dict):
        return {name: filled(each, facts) for name, each in value.items()}
    return value
