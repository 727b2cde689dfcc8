"""Cancelling an appointment, or taking back a booking that is not done yet."""

import datetime as dt
from typing import Any

from server.desk.answers import Outcome, Unanswerable
from server.desk.charter.terms import words_in
from server.desk.copies.overlay import Visit
from server.desk.proofs import visit_of_payload
from server.desk.writes.cancelling import Cancelled
from server.sikka.errors import SikkaError
from server.tools.call import Call
from server.tools.results import Answer
from server.tools.telling import named, row_words, visit_when, writeback_handle
from server.tools.wording import sentence
from server.tools.writes import gone, read_back, read_subject, refusal, row_answer, waited
from store.handles import Kind
from store.ledger_rows import Writeback
from store.ledger_states import UNDONE, State


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
            before = await desk.cancelling.cancelled_before(call.office.id, visit)
            return gone(call, visit) if before is None else await _cancelled_answer(call, visit, before)
        if located is not None and located.booking is None:
            visit = named(profile, located.visit)
            when = visit_when(call, visit)
        if visit.start <= profile.clock(desk.clock.now()):
            return Answer(Outcome.NEEDS_HUMAN, sentence(language, ("cancel", "past"), when=when))
        await desk.cancelling.demand_cancellable(profile, visit)
        if not await read_back(call, "cancel", read_subject(visit), confirmed=values["caller_confirmed"]):
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
        cancelled = await desk.cancelling.cancel(profile, visit, call.scope_key, values["reason"])
    except SikkaError:
        # The answer to the same request may have been lost, with what it put down at work since then.
        cancelled = await desk.cancelling.cancelled_before(call.office.id, visit)
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
