"""What the audit is told of a call: who, for whom, with what outcome, and the names of what was disclosed."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

import anyio
import structlog

from server.tools.call import Call
from server.tools.results import Answer
from server.tools.wording import Sentence
from store.audit import Act, Step

SPOKE_AS: Final = frozenset({"self", "parent", "guardian", "spouse", "other"})
LONGEST_CALLER: Final = 200
LEAST_SECONDS: Final = 0.5  # for the entry of an answer that is late already
log = structlog.get_logger(__name__)


def act_of(call: Call, tool: str, arguments: Mapping[str, Any]) -> Act:
    """The call of a tool, as the audit sees it. `caller_is` counts where it is one of the known words."""
    said = arguments.get("caller_is")
    said = said.strip().casefold() if isinstance(said, str) else ""
    unnamed = "anonymous" if call.origin.over_http else "stdio"
    return Act(
        audit=call.desk.store.audit,
        office=call.office.id,
        caller=call.origin.token[:LONGEST_CALLER] or unnamed,
        tool=tool,
        call_key=call.scope_key,
        spoke_as=said if said in SPOKE_AS else "",
    )


def told_names(answer: Answer, news: Sequence[Sentence]) -> list[str]:
    """The names of what an answer discloses: of facts as "slots.start", of what is spoken as "say.when"."""
    spoken = {f"say.{name}" for name in answer.sentence.names}
    return sorted({*_names(answer.facts), *spoken, *(["news"] if news else [])})


async def audited(call: Call, act: Act, answer: Answer, news: Sequence[Sentence]) -> bool:
    """Put down that an answer goes out, before it does, and whatever has to be kept for it with that.

    False if that cannot be: then it had better not.
    """
    now, row = call.desk.clock.now(), answer.row
    entry = act.entry(
        Step.TOLD,
        now,
        answer.outcome.value,
        patient_key=call.patient_key or (row.patient_key if row is not None else None),
        record=row.id if row is not None else None,
        told=told_names(answer, news),
    )
    with anyio.move_on_after(max(LEAST_SECONDS, call.seconds_left)):
        try:
            await call.desk.store.audit.add(entry, call.later)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing may be told that is not put down
            log.error("not_audited", tool=act.tool, error=type(error).__name__)
            return False
        else:
            return True
    log.warning("audit_late", tool=act.tool)
    return False


async def keep(call: Call) -> None:
    """For what is told without an entry: its handles are to be good all the same, if that can be."""
    with anyio.move_on_after(LEAST_SECONDS), contextlib.suppress(Exception):
        await call.desk.store.database.write_all(call.later)


def _names(value: Any, path: str = "") -> Iterator[str]:
    """Names of whatever is not empty; all entries of a list go by one name."""
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[Any, Any]", value).items():
            name = str(key) if str(key).isidentifier() else "other"  # a value used as a name stays out
            yield from _names(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple):
        for inner in cast("Sequence[Any]", value):
            yield from _names(inner, path)
    elif path and value not in (None, ""):
        yield path
