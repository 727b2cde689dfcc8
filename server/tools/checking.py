"""What became of a write, or of every write of a call."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from server.desk.answers import Outcome
from server.desk.proofs import visit_of_payload
from server.tools.arguments import BadArgument
from server.tools.call import BadHandle, Call
from server.tools.results import Answer
from server.tools.speech import spoken_list
from server.tools.telling import MOST_TOLD, left_phrase, row_facts, row_phrase, row_words
from server.tools.wording import sentence, write_key
from server.tools.writes import row_answer
from store.handles import Kind
from store.inbox import Task
from store.ledger_rows import Writeback
from store.ledger_states import OPEN, State

LEFT: Final = "requested"  # to the office's people
CHANGED: Final = "changed"  # by the desk, since it was confirmed
OVERTAKEN: Final = Outcome.OK  # neither confirmed any more, nor undone by us
MOST_ROWS: Final = 30  # of one call or appointment: more than anybody asks for

# What a caller must hear of several wishes first: what was not done, what is in doubt, what is not done yet.
WORST_FIRST: Final[Mapping[str, int]] = {
    standing: place
    for place, standing in enumerate(
        (
            State.FAILED,
            State.REJECTED,
            CHANGED,
            State.UNCERTAIN,
            State.OVERDUE,
            State.QUEUED,
            State.WAITING,
            State.INTENT,
            State.SENDING,
            State.SUBMITTED,
            LEFT,
            State.CONFIRMED,
            State.WITHDRAWN,
        )
    )
}


async def check(call: Call, values: dict[str, Any]) -> Answer:
    """What became of a write, or of every write of this call."""
    rows = await _latest(call, await _rows_meant(call, values["writeback"]))
    left = [] if values["writeback"] else await call.desk.inbox.requested(call.office.id, call.scope_key)
    if left and not rows:
        words = sentence(call.language, ("check_writeback", "requested"))
        return Answer(Outcome.REQUESTED, words, {"writebacks": []})
    if not rows:
        return Answer(Outcome.OK, sentence(call.language, ("check_writeback", "nothing")), {"writebacks": []})
    if len(rows) == 1:
        call.row = rows[0]
    wait = min(float(values["wait_seconds"]), call.desk.settings.check_wait_seconds, call.seconds_left)
    # Once more: what was called off may have got through meanwhile, and its cancellation follows.
    rows = await _latest(call, await call.desk.waiting.settled(call.office.id, rows, wait))
    overtaken = {row.id for row in rows if await call.desk.booking.overtaken(call.office, row)}
    rows.sort(key=lambda row: WORST_FIRST[_standing(row, overtaken)])
    facts = {"writebacks": [await row_facts(call, row) for row in rows]}
    for item, row in zip(facts["writebacks"], rows, strict=True):
        if row.id in overtaken:
            item |= {"outcome": OVERTAKEN.value, "reason": CHANGED}
    left = [task for task in left if task.done_at is None]
    if left or len(rows) > 1:
        return _list_answer(call, rows, overtaken, left, facts)
    handle = facts["writebacks"][0]["writeback"]
    if overtaken:
        return _overtaken_answer(call, rows[0], handle, facts)
    answer = await row_answer(call, rows[0], new=None, handle=handle)
    answer.facts |= facts
    return answer


def _standing(row: Writeback, overtaken: Collection[str]) -> str:
    return CHANGED if row.id in overtaken else row.state.value


def _list_answer(
    call: Call, rows: list[Writeback], overtaken: Collection[str], left: list[Task], facts: dict[str, Any]
) -> Answer:
    """What became of several wishes, the worst first: writes, and what was left to the office's people."""
    wishes: list[tuple[str, Writeback | Task]] = [(_standing(row, overtaken), row) for row in rows]
    wishes = sorted(wishes + [(LEFT, task) for task in left], key=lambda wish: WORST_FIRST[wish[0]])
    told, more = [wish for _, wish in wishes[:MOST_TOLD]], len(wishes) - MOST_TOLD
    phrases = [
        row_phrase(call, wish, CHANGED if wish.id in overtaken else "")
        if isinstance(wish, Writeback)
        else left_phrase(call, wish)
        for wish in told
    ]
    words = {"rows": spoken_list(phrases, "and", call.voice)}
    key = "open" if left or any(row.state in OPEN for row in rows) else "settled"
    if more > 0:
        key, words["more"] = f"{key}.more", str(more)
    first = wishes[0][0]
    return Answer(
        Outcome.REQUESTED if first == LEFT else Outcome(facts["writebacks"][0]["outcome"]),
        sentence(call.language, ("check_writeback", key), **words),
        facts=facts,
        handles=[
            (f"writeback {place}", item["writeback"]) for place, item in enumerate(facts["writebacks"], 1)
        ],
        told=[wish for wish in told if isinstance(wish, Writeback)],
    )


def _overtaken_answer(call: Call, row: Writeback, handle: str, facts: dict[str, Any]) -> Answer:
    """What was done for the caller, and stands no longer: no handle to it is any good."""
    key = write_key(row.operation, row.state.value, CHANGED, language=call.language)
    words = sentence(call.language, key, **row_words(call, row))
    return Answer(OVERTAKEN, words, facts | {"writeback": handle}, [("writeback", handle)], told=[row])


async def _latest(call: Call, rows: list[Writeback]) -> list[Writeback]:
    """The rows that have taken the places of these, each once."""
    latest = [await call.desk.booking.latest(row) for row in rows]
    return list({row.id: row for row in latest}.values())


async def _rows_meant(call: Call, text: str) -> list[Writeback]:
    """The rows a handle means, newest first; without one, those of this call."""
    ledger = call.desk.store.ledger
    if not text:
        if call.scope_key is None:
            raise BadArgument("which_writeback")
        return await ledger.by_scope(call.office.id, call.scope_key, MOST_ROWS)
    try:
        payload = (await call.handle(text, Kind.WRITEBACK)).payload
    except BadHandle as error:
        if error.given is not Kind.APPOINTMENT:
            raise
        return await _rows_of_visit(call, text)
    call.about(payload["patient_id"])
    return await ledger.many(call.office.id, [payload["row_id"]])


async def _rows_of_visit(call: Call, text: str) -> list[Writeback]:
    ledger = call.desk.store.ledger
    visit = visit_of_payload((await call.handle(text, Kind.APPOINTMENT)).payload)
    call.about(visit.patient_id)
    rows = await ledger.many(call.office.id, [visit.row_id]) if visit.row_id else []
    if visit.appointment_sr_no:
        key = call.desk.booking.appointment_key(call.office.id, visit.appointment_sr_no)
        known = {row.id for row in rows}
        rows += [row for row in await ledger.by_appointment(call.office.id, key) if row.id not in known]
    return sorted(rows, key=lambda row: row.created_at, reverse=True)[:MOST_ROWS]
