"""What all tools that write share: what is said of a row, how long it is waited for, whether a yes counts."""

from typing import Any, Final

from server.desk.answers import Outcome, Unanswerable
from server.desk.copies.overlay import Visit
from server.desk.proofs import visit_subject
from server.tools.call import Call
from server.tools.results import Answer, outcome_of
from server.tools.telling import row_sentence, row_visit_handle, visit_when, writeback_handle
from server.tools.wording import sentence
from store.ledger_rows import Writeback
from store.ledger_states import UNDONE

HAS_VISIT: Final = frozenset({"book", "move"})


async def row_answer(call: Call, row: Writeback, *, new: bool | None, handle: str = "") -> Answer:
    """The truth about a write in the state it is in; `handle` is its own, "" where none was given out yet."""
    handle = handle or await writeback_handle(call, row)
    facts: dict[str, Any] = {"writeback": handle}
    handles = [("writeback", handle)]
    if row.operation in HAS_VISIT and row.state not in UNDONE:
        facts["appointment"] = await row_visit_handle(call, row)
        handles.append(("appointment", facts["appointment"]))
    return Answer(outcome_of(row), row_sentence(call, row), facts=facts, handles=handles, row=row, new=new)


def gone(call: Call, visit: Visit) -> Answer:
    """What is said of an appointment that stands in the calendar no more."""
    words = sentence(call.language, ("any", "gone"), when=visit_when(call, visit))
    return Answer(Outcome.NEEDS_HUMAN, words)


def refusal(call: Call, operation: str, reason: Unanswerable, **words: str) -> Answer:
    """What is said where the office's software takes no such write, or not this one."""
    return Answer(reason.outcome, sentence(call.language, (operation, reason.outcome.value), **words))


async def waited(call: Call, row: Writeback) -> Writeback:
    """The row after a moment's wait for its outcome."""
    seconds = min(call.desk.settings.write_wait_seconds, call.seconds_left)
    rows = await call.desk.waiting.settled(call.office.id, [row], seconds)
    return rows[0] if rows else row


def read_subject(visit: Visit) -> str:
    """What the read-back of a visit is about: a yes to one of its times is none to another."""
    return f"{visit_subject(visit)}@{visit.start.isoformat()}"


async def read_back(call: Call, operation: str, subject: str, *, confirmed: bool) -> bool:
    """Whether a yes counts: the same was read back long enough ago. Else it is read back now."""
    desk, now = call.desk, call.desk.clock.now()
    key = desk.store.index.keyed_hash("readback", call.scope_key or "", operation, subject)
    read_at = await desk.store.readbacks.read_at(call.office.id, key, now)
    if confirmed and read_at is not None and call.yes_counts(read_at):
        return True
    await desk.store.readbacks.read(call.office.id, key, now, int(desk.settings.handle_minutes * 60_000))
    return False
