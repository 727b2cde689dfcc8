"""Cancelling, what became of a write, and what all tools that write share."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Final

from server.desk.answers import Outcome, Unanswerable
from server.desk.charter.terms import words_in
from server.desk.copies.overlay import Visit
from server.desk.proofs import visit_of_payload, visit_subject
from server.desk.writes.booking import Cancelled
from server.sikka.errors import SikkaError
from server.tools.arguments import BadArgument
from server.tools.call import BadHandle, Call
from server.tools.results import Answer, outcome_of
from server.tools.speech import spoken_list
from server.tools.telling import (
    MOST_TOLD,
    left_phrase,
    named,
    row_facts,
    row_phrase,
    row_sentence,
    row_visit_handle,
    row_words,
    visit_when,
    writeback_handle,
)
from server.tools.wording import sentence, write_key
from store.handles import Kind
from store.inbox import Task
from store.ledger_rows import Writeback
from store.ledger_states import OPEN, UNDONE, State

HAS_VISIT: Final = frozenset({"book", "move"})
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


async def cancel(call: Call, values: dict[str, Any]) -> Answer:
    """Cancel a visit, or take back a booking that is not done yet."""
    desk, language = call.desk, call.language
    visit = visit_of_payload((await call.handle(values["appointment"], Kind.APPOINTMENT)).payload)
    call.about(visit.patient_id)
    when = visit_when(call, visit)
    try:
        profile = await call.profile()
        located = await desk.moving.located(profile, visit)
        if located is not None and located.gone:
            before = await desk.booking.cancelled_before(call.office.id, visit)
            return gone(call, visit) if before is None else await _cancelled_answer(call, visit, before)
        if located is not None and located.booking is None:
            visit = named(profile, located.visit)
            when = visit_when(call, visit)
        if visit.start <= profile.clock(desk.clock.now()):
            return Answer(Outcome.NEEDS_HUMAN, sentence(language, ("cancel", "past"), when=when))
        await desk.booking.demand_cancellable(profile, visit)
        if not await read_back(call, "cancel", visit_subject(visit), confirmed=values["caller_confirmed"]):
            notice, change = await _late_notice(call, visit), await desk.moving.in_the_way(profile, visit)
            moving = change is not None and change.operation == "move" and not change.wish
            key = "late" if notice else "moving" if moving else ""
            words = sentence(
                language,
                ("cancel", f"needs_confirmation.{key}".rstrip(".")),
                when=when,
                notice=notice,
                new_when=row_words(call, change).get("new_when", "") if change is not None else "",
            )
            return Answer(Outcome.NEEDS_CONFIRMATION, words)
        cancelled = await desk.booking.cancel(profile, visit, call.scope_key, values["reason"])
    except SikkaError:
        # The answer to the same request may have been lost, with what it put down at work since then.
        cancelled = await desk.booking.cancelled_before(call.office.id, visit)
        if cancelled is None:
            words = sentence(language, ("cancel", "unavailable"), when=when)
            return Answer(Outcome.UNAVAILABLE, words)
    except Unanswerable as reason:
        return refusal(call, "cancel", reason, when=when)
    return await _cancelled_answer(call, visit, cancelled)


async def _late_notice(call: Call, visit: Visit) -> str:
    """The office's sentence for who cancels later than it asks for; "" where it is early, or has none."""
    policy = (await call.desk.charters.of(call.office.id)).policy
    profile = call.desk.profiles.seen(call.office.id)
    if not policy.cancellation_notice_hours or profile is None or profile.zone is None:
        return ""
    ahead = visit.start - profile.clock(call.desk.clock.now())
    late = ahead < dt.timedelta(hours=policy.cancellation_notice_hours)
    return words_in(call.language, policy.cancellation_sentence) if late else ""


async def _cancelled_answer(call: Call, visit: Visit, cancelled: Cancelled | None) -> Answer:
    if cancelled is None:
        booking = await call.desk.store.ledger.get(call.office.id, visit.row_id)
        withdrawn = booking is not None and booking.state is State.WITHDRAWN
        key = "wish.withdrawn" if withdrawn else "wish.not_booked"
        words = sentence(call.language, ("cancel", key), when=visit_when(call, visit))
        return Answer(Outcome.WITHDRAWN, words)
    call.row = cancelled.row
    row = await waited(call, cancelled.row)
    if cancelled.of_booking:
        return await _wish_answer(call, row, visit, cancelled)
    return await row_answer(call, row, new=cancelled.new)


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
    key = write_key(row.operation, row.state.value, CHANGED, call.language)
    words = sentence(call.language, key, **row_words(call, row))
    return Answer(OVERTAKEN, words, facts | {"writeback": handle}, [("writeback", handle)], told=[row])


async def _latest(call: Call, rows: list[Writeback]) -> list[Writeback]:
    """The rows that have taken the places of these, each once."""
    latest = [await call.desk.booking.latest(row) for row in rows]
    return list({row.id: row for row in latest}.values())


async def waited(call: Call, row: Writeback) -> Writeback:
    """The row after a moment's wait for its outcome."""
    seconds = min(call.desk.settings.write_wait_seconds, call.seconds_left)
    rows = await call.desk.waiting.settled(call.office.id, [row], seconds)
    return rows[0] if rows else row


async def read_back(call: Call, operation: str, subject: str, *, confirmed: bool) -> bool:
    """Whether a yes counts: the same was read back long enough ago. Else it is read back now."""
    desk, now = call.desk, call.desk.clock.now()
    key = desk.store.index.keyed_hash("readback", call.scope_key or "", operation, subject)
    read_at = await desk.store.readbacks.read_at(call.office.id, key, now)
    if confirmed and read_at is not None and call.yes_counts(read_at):
        return True
    await desk.store.readbacks.read(call.office.id, key, now, int(desk.settings.handle_minutes * 60_000))
    return False


async def _wish_answer(call: Call, row: Writeback, visit: Visit, cancelled: Cancelled) -> Answer:
    """What became of wishing an unsettled booking away."""
    when, language = visit_when(call, visit), call.language
    about, outcome, key = row, Outcome.PENDING, "wish"
    if row.state is State.WITHDRAWN:
        outcome, key = Outcome.WITHDRAWN, "wish.withdrawn"
    elif row.state in UNDONE:
        outcome, key = Outcome.WITHDRAWN, "wish.not_booked"
    elif row.state is State.CONFIRMED:
        follow_up = await call.desk.store.ledger.get(call.office.id, row.follow_up) if row.follow_up else None
        if follow_up is None and not (await call.profile()).cancelled_word:
            return Answer(Outcome.NEEDS_HUMAN, sentence(language, ("cancel", "not_supported")), row=row)
        if follow_up is not None and follow_up.state is State.CONFIRMED:
            return await row_answer(call, follow_up, new=cancelled.new)
        # Without a follow-up yet it is still being put down: the wish stands, and says no more than that.
        about, key = (follow_up, "wish.got_through") if follow_up is not None else (row, "wish")
    handle = await writeback_handle(call, about)
    return Answer(
        outcome,
        sentence(language, ("cancel", key), when=when),
        facts={"writeback": handle},
        handles=[("writeback", handle)],
        row=about,
        new=cancelled.new,
        told=[row],
    )


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
