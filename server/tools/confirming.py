"""Putting down the patient's yes to an appointment."""

from dataclasses import replace
from typing import Any

from server.desk.answers import Outcome, Unanswerable
from server.desk.copies.overlay import Visit
from server.desk.office import Profile
from server.desk.proofs import visit_of_payload
from server.desk.writes.moving import Located
from server.desk.writes.requests import Put
from server.sikka.errors import SikkaError
from server.sikka.pms_fields import Operation
from server.tools.call import BadHandle, Call
from server.tools.results import Answer, outcome_of
from server.tools.telling import named, visit_handle, visit_when
from server.tools.wording import sentence
from server.tools.writes import gone, refusal, row_answer, waited
from store.handles import Kind


async def confirm(call: Call, values: dict[str, Any]) -> Answer:
    """Put the patient's yes to an appointment down. Nothing can go wrong by it, so nothing is read back."""
    desk = call.desk
    visit = visit_of_payload((await call.handle(values["appointment"], Kind.APPOINTMENT)).payload)
    call.about(visit.patient_id)
    words = {"when": visit_when(call, visit)}
    try:
        profile = await call.profile()
        (await desk.profiles.rulebook(call.office)).demand(Operation.CONFIRM)
        located = await desk.moving.located(profile, visit)
        if located is None:
            raise BadHandle(Kind.APPOINTMENT)
        present = named(profile, located.visit)
        words = {"when": visit_when(call, present)}
        call.about(present.patient_id)
        answer = await _cannot_confirm(call, profile, visit, replace(located, visit=present), words)
        if answer is not None:
            return answer
        put = await desk.moving.confirm(profile, present, call.scope_key)
    except SikkaError:
        # The answer to the same request may have been lost, with what it put down at work since then.
        row = await desk.moving.confirmed_before(call.office.id, visit)
        if row is None:
            words_now = sentence(call.language, ("confirm", "unavailable"), **words)
            return Answer(Outcome.UNAVAILABLE, words_now)
        put = Put(row, new=False)
    except Unanswerable as reason:
        return refusal(call, "confirm", reason, **words)
    call.row = put.row
    return await row_answer(call, await waited(call, put.row), new=put.new)


async def _cannot_confirm(
    call: Call, profile: Profile, visit: Visit, located: Located, words: dict[str, str]
) -> Answer | None:
    """Why a yes to a visit is not put down, given where that stands by now; None if nothing is in its way."""
    present = located.visit
    if located.gone:
        return gone(call, visit)
    row = await call.desk.moving.in_the_way(profile, present)
    if row is not None:
        return Answer(outcome_of(row), sentence(call.language, ("confirm", "in_the_way"), **words), row=row)
    if present.start != visit.start and located.booking is None:
        return await _confirm_elsewhere(call, present)
    if present.start <= profile.clock(call.desk.clock.now()):
        return Answer(Outcome.NEEDS_HUMAN, sentence(call.language, ("confirm", "past"), **words))
    return None


async def _confirm_elsewhere(call: Call, present: Visit) -> Answer:
    """A yes to a time that the appointment has no more is none to the one that it has."""
    handle = await visit_handle(call, present)
    words = sentence(call.language, ("confirm", "needs_confirmation"), when=visit_when(call, present))
    return Answer(
        Outcome.NEEDS_CONFIRMATION, words, {"appointment": handle}, handles=[("appointment", handle)]
    )
