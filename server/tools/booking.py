"""Booking a time that was offered, and what stands in its way."""

from dataclasses import replace
from typing import Any

from server.desk.answers import Outcome, Unanswerable
from server.desk.copies.overlay import Standing, Visit, visit_of
from server.desk.office import Profile
from server.desk.proofs import PatientProof, SlotOffer
from server.desk.times.comers import comer_of
from server.desk.times.reasons import reason_of
from server.desk.writes.replacements import is_going
from server.desk.writes.requests import Put
from server.sikka.pms_fields import Operation
from server.tools.call import Call
from server.tools.results import Answer
from server.tools.securing import Securing, securing
from server.tools.telling import named, slot_when, standing_of, today_of, visit_handle, visit_when
from server.tools.times import taken
from server.tools.wording import phrase, sentence
from server.tools.writes import HAS_VISIT, refusal, row_answer, waited
from store.handles import Kind
from store.ledger_rows import Writeback
from store.ledger_states import UNDONE


async def book(call: Call, values: dict[str, Any]) -> Answer:
    """Book a slot that was offered, for a verified patient who said yes."""
    desk, language = call.desk, call.language
    patient = await call.patient(values["patient"], registering=True)
    handle = await call.handle(values["slot"], Kind.SLOT)
    slot = SlotOffer.read(handle.payload)
    profile = await call.profile()
    slot, suits = await _for_whom_it_is(call, profile, patient, slot)
    when = slot_when(call, slot)
    try:
        (await desk.profiles.rulebook(call.office)).demand(Operation.BOOK)
        asked = await desk.booking.asked(profile, patient, slot.opening.start)
        if asked is not None and (question := await _replaced(call, profile, patient, slot, asked)):
            return question
        if asked is None and not (values["caller_confirmed"] and call.yes_counts(handle.issued_at)):
            words = sentence(language, ("book", "needs_confirmation"), when=when)
            return Answer(Outcome.NEEDS_CONFIRMATION, words)
        async with securing(call, profile, slot, patient.subject) as time:
            if asked is None:
                answer = await _hindrance(call, profile, patient, slot, time, suits=suits)
                if answer is not None:
                    return answer
            put = await _put_down(call, profile, patient, slot, values["note"])
            call.row = put.row
            await time.let_go()
    except Unanswerable as reason:
        if reason.reason == "no_zone":
            raise
        return refusal(call, "book", reason, when=when)
    call.row = put.row if put.new else await desk.booking.latest(put.row)
    if call.row.id != put.row.id:  # confirmed once, and being cancelled or moved since
        return await row_answer(call, await waited(call, call.row), new=False)
    row = await waited(call, put.row)
    answer = await row_answer(call, row, new=put.new)
    if is_going(row):  # it may be deleted by now, so nothing else can be promised
        answer.sentence = sentence(language, ("book", "still_going"), when=when)
    return answer


async def _for_whom_it_is(
    call: Call, profile: Profile, patient: PatientProof, slot: SlotOffer
) -> tuple[SlotOffer, bool]:
    """The time for as long as the visit takes whoever it is booked for, and whether it suits them.

    When it was offered, that may not have been known: a new patient's visit takes longer, and not everybody
    sees children.
    """
    offered, columns = slot.opening, call.desk.finding.columns(profile)
    comer = comer_of(patient, await call.desk.copies.of(call.office), today_of(call))
    length = reason_of(slot.reason, profile.charter).length(comer)
    opening = replace(offered, length_minutes=max(offered.length_minutes, length))
    suits = columns.sees(offered.provider_id, comer) and (opening == offered or columns.is_open(opening))
    return replace(slot, opening=opening), suits


async def _hindrance(
    call: Call, profile: Profile, patient: PatientProof, slot: SlotOffer, time: Securing, *, suits: bool
) -> Answer | None:
    """Why a booking that the caller has said yes to is not put down yet; None with its time secured."""
    desk, language, opening = call.desk, call.language, slot.opening
    when = slot_when(call, slot)
    if await _is_not_registered(call, patient):
        words = sentence(language, ("book", "rejected.registration_failed"), when=when)
        return Answer(Outcome.FAILED, words)
    if opening.start <= profile.clock(desk.clock.now()):
        return Answer(Outcome.SLOT_TAKEN, sentence(language, ("book", "slot_past"), when=when))
    if not suits:
        return await taken(call, profile, slot, "book_for", {"when": when}, patient, seen=None)
    if await time.is_free():
        return await _which_of_two(call, profile, patient, slot, time.visits)
    # The same booking asked for twice at once takes its own time: then it is the same request.
    if await desk.booking.is_asked_for(profile, patient, slot):
        return None
    return await time.lost("book", {"when": when}, patient)


async def _put_down(call: Call, profile: Profile, patient: PatientProof, slot: SlotOffer, note: str) -> Put:
    booking = call.desk.booking
    put = await booking.book(profile, patient, slot, note, call.scope_key)
    if not is_going(put.row):
        return put
    # It may be deleted at this very moment: what is wanted now comes after that.
    await waited(call, put.row)
    return await booking.book(profile, patient, slot, note, call.scope_key)


async def _is_not_registered(call: Call, patient: PatientProof) -> bool:
    """Whether the patient's registration came to nothing."""
    if patient.patient_id or not patient.registration:
        return False
    row = await call.desk.store.ledger.get(call.office.id, patient.registration)
    return row is None or row.state in UNDONE


async def _another(
    call: Call, profile: Profile, patient: PatientProof, slot: SlotOffer, visits: list[Visit]
) -> Visit | None:
    """A visit of the patient on the same day, else a booking of theirs that is not done yet."""
    start = slot.opening.start
    same_day = [
        visit
        for visit in visits
        if patient.identifies
        and patient.patient_id
        and visit.patient_id == patient.patient_id
        and visit.start.date() == start.date()
        and visit.standing is not Standing.CANCELLING
    ]
    pending = [
        visit_of(row, Standing.PENDING)
        for row in await call.desk.booking.of_patient(profile, patient)
        if _may_hear_of(call, patient, row)
    ]
    # Of their visits in the calendar one may begin at this very time, with somebody else.
    others = [*same_day, *(visit for visit in pending if visit.start != start)]
    return named(profile, others[0]) if others else None


async def _which_of_two(
    call: Call, profile: Profile, patient: PatientProof, slot: SlotOffer, visits: list[Visit] | None
) -> Answer | None:
    """Shall the new time replace another, or be one more? The slot handle given now means one more."""
    if slot.adds_for == patient.subject:
        return None
    other = await _another(call, profile, patient, slot, visits or [])
    return None if other is None else await _question(call, patient, slot, other)


async def _replaced(
    call: Call, profile: Profile, patient: PatientProof, slot: SlotOffer, asked: Writeback
) -> Answer | None:
    """The same question of a time that made way for another, and is not taken back yet; None of any other."""
    desk = call.desk
    if slot.adds_for == patient.subject or not is_going(asked):
        return None
    instead = await desk.booking.instead_of(call.office.id, asked.id)
    if instead is None or not _may_hear_of(call, patient, instead):
        return None
    latest = await desk.booking.latest(instead)
    if latest.operation not in HAS_VISIT:
        return None
    return await _question(call, patient, slot, named(profile, visit_of(latest, standing_of(latest))))


def _may_hear_of(call: Call, patient: PatientProof, row: Writeback) -> bool:
    """Who has shown less than name and birth date hears of no booking but those of this call."""
    return patient.identifies or (call.scope_key is not None and row.scope_key == call.scope_key)


async def _question(call: Call, patient: PatientProof, slot: SlotOffer, other: Visit) -> Answer:
    more = replace(slot, adds_for=patient.subject)
    slot_handle = await call.issue(Kind.SLOT, more.subject, more.payload())
    appointment = await visit_handle(call, other)
    words = sentence(
        call.language,
        ("book", "needs_confirmation.another"),
        old_when=visit_when(call, other),
        when=slot_when(call, slot),
    )
    return Answer(
        Outcome.NEEDS_CONFIRMATION,
        words,
        facts={"slot": slot_handle, "appointment": appointment},
        handles=[
            (phrase(call.language, ("aside", "slot")), slot_handle),
            (phrase(call.language, ("aside", "appointment")), appointment),
        ],
    )
