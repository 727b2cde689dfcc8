"""Says what is wrong with an answer, or with what the server holds and has written in the end."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from bench.fuzz.attacks import HUNG_UP, Shot
from bench.fuzz.calls import Call, mark
from bench.fuzz.wire import Heard
from server.desk.answers import Outcome
from server.tools.results import ERRORS, SPOKEN_CHARACTERS

OK: Final = 200
ANSWERED: Final = frozenset({OK, 400, 413, 429})  # a tool call's statuses: read, no JSON, too long, too many
NOT_SPOKEN: Final = " [not for speaking"
LONGEST_REFUSAL: Final = 600
OWN_ID: Final = re.compile(r'"id":("[^"]*"|-?\d+)')  # JSON-RPC gives back what the client called its message
# The words of machines: libraries, their errors, our files.
MACHINE: Final = re.compile(
    r"Traceback|\w\.py\b|site-packages|pydantic|validation error|Validation|input_value|Input should|_type="
    r"|Exception|(?<!is)Error\b|sqlite|starlette|uvicorn|anyio|httpx|<class|object at 0x|at line \d|column \d"
    r'|"code": ?0\b'
    r"|JSONDecode|codec can|NoneType"
)
PROTOCOL_ERRORS: Final = frozenset({"Invalid request parameters"})
MOST_SHOWN: Final = 300
MARK: Final = re.compile(r"zqx[a-z]+?qz", re.IGNORECASE)
# How a line of the log begins, and what none has: a tool or a loop that crashed is an error.
LINES: Final = ("{", "Chairtime is ready", "  CHAIRTIME_ADDRESS=")
ERROR_LINE: Final = re.compile(r'Traceback|"level": "(error|critical)"')
MOST_TASKS: Final = 3  # more than at the beginning: what the loops are doing just then
MOST_DESCRIPTORS: Final = 6  # as above: connections to Sikka, files of the database
MOST_GROWN: Final = 24 * 1024 * 1024
GROWN_EACH: Final = 400  # bytes that a request may leave: rows of the ledger and handles in the page cache


@dataclass(frozen=True)
class Secrets:
    """Texts that may stand in no answer and in no line of the log."""

    texts: tuple[str, ...]

    def in_text(self, text: str) -> str:
        """The first that stands in it, or ""."""
        return next((secret for secret in self.texts if secret and secret in text), "")


def wrong_answer(heard: Heard, allowed: frozenset[int], secrets: Secrets, scope: str = "") -> str:
    """What is wrong with any answer; "" where nothing is. `scope` is whose marks it may repeat."""
    text = heard.body.decode("utf-8", "replace")
    told = f"{text}\n{heard.headers}"
    foreign = [found for found in MARK.findall(told) if not scope or found.lower() != mark(scope).lower()]
    refusal = OWN_ID.sub("", text)
    leaked, machine = secrets.in_text(told), MACHINE.search(text)
    refused = heard.status >= 400  # noqa: PLR2004 - HTTP's own line
    faults = {
        "neither answered nor hung up": heard.stuck,
        f"status {heard.status or 'none'}": heard.status not in allowed,
        f"tells a secret, {leaked[:6]}...": bool(leaked),
        f"repeats what {'another' if scope else 'the'} caller said": bool(foreign),
        f"speaks like a machine, {machine[0] if machine else ''!r}": machine is not None,
        f"a refusal of {len(refusal)} characters": refused and len(refusal) > LONGEST_REFUSAL,
    }
    return next((f"{fault}: {text[:MOST_SHOWN]}" for fault, is_so in faults.items() if is_so), "")


def wrong_shot(heard: Heard, shot: Shot, secrets: Secrets) -> str:
    """What is wrong with the answer to an attack."""
    return wrong_answer(heard, shot.allowed, secrets)


def wrong_call(heard: Heard, call: Call, secrets: Secrets) -> str:
    """What is wrong with the answer to a tool call: one text block in our words, or a short error."""
    if fault := wrong_answer(heard, ANSWERED, secrets, call.scope):
        return fault
    return wrong_result(json.loads(heard.body)) if heard.status == OK else ""


def wrong_result(message: Mapping[str, Any]) -> str:
    """What is wrong with a JSON-RPC answer to a tool call."""
    result = message.get("result")
    if result is None:
        return "" if str(message["error"]["message"]) in PROTOCOL_ERRORS else f"an error: {message['error']}"
    blocks = cast("list[dict[str, Any]]", result["content"])
    facts = cast("dict[str, Any]", result.get("structuredContent") or {})
    if [block["type"] for block in blocks] != ["text"]:
        return f"{len(blocks)} blocks"
    spoken, outcome = str(blocks[0]["text"]).partition(NOT_SPOKEN)[0], Outcome(facts["outcome"])
    faults = {
        f"{len(spoken)} characters to speak": not 0 < len(spoken.strip()) <= SPOKEN_CHARACTERS,
        "signs that nobody can speak": not spoken.isprintable(),
        f"isError with {outcome.value}": bool(result.get("isError")) is not (outcome in ERRORS),
    }
    return next((f"{fault}: {spoken[:MOST_SHOWN]!r}" for fault, is_so in faults.items() if is_so), "")


def wrong_end(before: Mapping[str, int], after: Mapping[str, int], requests: int) -> list[str]:
    """What a server still holds that it should have let go of, after so many requests."""
    limits = {
        "tasks": MOST_TASKS,
        "descriptors": MOST_DESCRIPTORS,
        "bytes": MOST_GROWN + requests * GROWN_EACH,
    }
    return [
        f"{after[name] - before[name]} more {name} than before"
        for name, most in limits.items()
        if after[name] - before[name] > most
    ]


def wrong_log(lines: Iterable[str], secrets: Secrets) -> list[str]:
    """The lines of a log that say what no log may."""
    return [
        f"log: {line[:MOST_SHOWN]}"
        for line in lines
        if secrets.in_text(line) or MARK.search(line) or ERROR_LINE.search(line) or not line.startswith(LINES)
    ]


def missing_refusals(statuses: Counter[int]) -> list[str]:
    """The refusals that a long run has to meet; one that never comes is not there any more."""
    expected = (400, 401, 403, 404, 405, 408, 413, 421, 429, 431, 503, HUNG_UP)
    return [f"no answer was {status}" for status in expected if not statuses[status]]
