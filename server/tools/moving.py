"""Moving an appointment; of a booking that is not done yet, another in its place."""

from dataclasses import dataclass, replace
from typing import Any

from server.desk.answers import Outcome, Unanswerable
from server.desk.copies.overlay import Visit, visit_of
from server.desk.office import Profile
from server.desk.proofs import PatientProof, SlotOffer, visit_of_payload, visit_subject
from server.desk.writes.moving import Located
from server.desk.writes.replacements import is_going, proof_of
from server.desk.writes.requests import Put
from server.sikka.pms_fields import Operation
from server.tools.call import BadHandle, Call
from server.tools.results import Answer
from server.tools.securing import Securing, securing
from server.tools.telling import named, row_words, slot_when, standing_of, visit_when
from server.tools.wording import sentence
from server.tools.writes import gone, read_back, read_subject, refusal, row_answer, waited
from store.handles import Kind
from store.ledger_rows import Writeback
from store.ledger_states import OPEN, UNDONE, State


@dataclass(frozen=True)
class _Wanted:
    """A move that is asked for.

    Attributes:
        meant: the appointment as it stood when its handle was given.
        located: as it stands now, or our booking of it that is not done yet.
        slot: for as long as the appointment is.
        lengthened: whether the slot was offered for something shorter.
        offered_at: UTC ms, when the slot was first offered.
        instead: the booking that is wanted in the place of the handle's own, which is wished away.
    """

    profile: Profile
    meant: Visit
    located: Located
    slot: SlotOffer
    lengthened: bool
    offered_at: int
    instead: Writeback | None

    @property
    def visit(self) -> Visit:
        return self.located.visit

    @property
    def operation(self) -> Operation:
        """What it takes: a booking that is not done yet is replaced by another."""
        return Operation.BOOK if self.located.booking else Operation.MOVE


async def reschedule(call: Call, values: dict[str, Any]) -> Answer:
    """Move an appointment to a slot that was offered; of a booking that is not done yet make another.

    A booking of ours that is not done yet cannot be moved, since it has no number yet: it is wished away,
    and the new time is booked. What is said then is said of that booking.
    """
    desk = call.desk
    wanted = await _wanted(call, values)
    words = _words(call, wanted)
    if wanted.located.gone:
        return gone(call, wanted.visit)
    try:
        (await desk.profiles.rulebook(call.office)).demand(wanted.operation)
        row = await _same_request(call, wanted)
        if row is None:
            who = visit_subject(wanted.visit)
            async with securing(call, wanted.profile, wanted.slot, who) as time:
                answer = await _hindrance(call, wanted, time, words, confirmed=values["caller_confirmed"])
                if answer is not None:
                    return answer
                put = await _put_down(call, wanted)
                call.row = put.row
                await time.let_go()
        else:
            put = Put(await desk.booking.latest(row), new=False)
    except Unanswerable as reason:
        return refusal(call, "move", reason, **words)
    call.row = put.row
    return await row_answer(call, await waited(call, put.row), new=put.new)


async def _wanted(call: Call, values: dict[str, Any]) -> _Wanted:
    """What is asked for. Raises BadArgument, BadHandle, SikkaError."""
    handle = await call.handle(values["appointment"], Kind.APPOINTMENT)
    visit = visit_of_payload(handle.payload)
    call.about(visit.patient_id)
    slot = await call.handle(values["slot"], Kind.SLOT)
    profile = await call.profile()
    instead = await call.desk.booking.instead_of(call.office.id, visit.row_id)
    if instead is not None:
        visit = visit_of(instead, standing_of(instead))
    located = await call.desk.moving.located(profile, visit)
    if located is None:
        raise BadHandle(Kind.APPOINTMENT)
    located = replace(located, visit=named(profile, located.visit))
    call.about(located.visit.patient_id)
    offer = SlotOffer.read(slot.payload)
    lengthened = offer.opening.length_minutes < located.visit.length_minutes
    if lengthened:
        # A time offered for another reason does not make the visit shorter.
        longer = replace(offer.opening, length_minutes=located.visit.length_minutes)
        offer = replace(offer, opening=longer)
    meant = replace(visit, appointment_sr_no=located.visit.appointment_sr_no)
    return _Wanted(profile, meant, located, offer, lengthened, slot.issued_at, instead)


def _words(call: Call, wanted: _Wanted) -> dict[str, str]:
    return {"old_when": visit_when(call, wanted.visit), "new_when": slot_when(call, wanted.slot)}


async def _same_request(call: Call, wanted: _Wanted) -> Writeback | None:
    """The row of this very request, if it is in the ledger already and wanted."""
    desk, start = call.desk, wanted.slot.opening.start
    stays = start == wanted.visit.start
    if wanted.instead and stays and not await desk.moving.in_the_way(wanted.profile, wanted.visit):
        return wanted.instead
    if wanted.located.booking is None:
        row = await desk.moving.asked(wanted.profile, wanted.visit, start)
        row = row or await _moved_from_there(call, wanted)
        if row is not None and await desk.booking.overtaken(call.office, row):
            return None
    else:
        row = await _booked_there(call, wanted)
    return None if row is None or is_going(row) else row


async def _moved_from_there(call: Call, wanted: _Wanted) -> Writeback | None:
    """This move, put down for the time that the handle has; None where it is done, and stands no more."""
    start = wanted.slot.opening.start
    row = await call.desk.moving.asked(wanted.profile, wanted.meant, start, stands=False)
    undone = row is not None and row.state is State.CONFIRMED and wanted.visit.start != start
    return None if undone else row


async def _booked_there(call: Call, wanted: _Wanted) -> Writeback | None:
    """The same patient's booking of that time, wanted or not, where it is a booking that makes way for it."""
    booking, start = wanted.located.booking, wanted.slot.opening.start
    if booking is None or start == wanted.visit.start:
        return None
    return await call.desk.booking.asked(wanted.profile, proof_of(booking), start)


async def _hindrance(
    call: Call, wanted: _Wanted, time: Securing, words: dict[str, str], *, confirmed: bool
) -> Answer | None:
    """Why a move is not put down, or not yet; None if nothing is in its way, and the time is secured."""
    now = wanted.profile.clock(call.desk.clock.now())
    start = wanted.slot.opening.start
    if wanted.visit.start <= now:
        return _answer(call, Outcome.NEEDS_HUMAN, "past", words)
    if start <= now:
        return _answer(call, Outcome.SLOT_TAKEN, "slot_past", words)
    if start == wanted.visit.start:
        return await _stay(call, wanted, words, confirmed=confirmed)
    if wanted.lengthened and not confirmed and (short := await _not_free(call, wanted, time, words)):
        return short  # it never was long enough: so no yes is asked for
    if not await _agreed(call, wanted, confirmed=confirmed):
        old, new = wanted.visit.provider_id, wanted.slot.opening.provider_id
        key = "needs_confirmation.provider" if old and old != new else "needs_confirmation"
        return _answer(call, Outcome.NEEDS_CONFIRMATION, key, words)
    return (
        await _earlier_change(call, wanted)
        or await _still_going(call, wanted, words)
        or await _not_free(call, wanted, time, words)
    )


async def _still_going(call: Call, wanted: _Wanted, words: dict[str, str]) -> Answer | None:
    """What is said of a time whose own booking is being taken back; None where it can be wanted again."""
    row = await _booked_there(call, wanted)
    if row is None or not await call.desk.booking.may_be_gone(row):
        return None
    call.row = row
    answer = await row_answer(call, row, new=False)
    answer.sentence = sentence(call.language, ("move", "still_going"), **words)
    return answer


async def _stay(call: Call, wanted: _Wanted, words: dict[str, str], *, confirmed: bool) -> Answer:
    """What is said to whoever wants the time that the appointment has: a change under way is called off."""
    row = None
    if wanted.located.booking is None:
        row = await call.desk.moving.in_the_way(wanted.profile, wanted.visit)
    if row is None or row.operation != "move" or row.wish:
        if wanted.slot.opening.provider_id != wanted.visit.provider_id:
            return _answer(call, Outcome.NEEDS_HUMAN, "same_time.provider", words)
        return _answer(call, Outcome.SLOT_TAKEN, "same_time", words)
    words = row_words(call, row)
    if not await _agreed(call, wanted, confirmed=confirmed):
        return _answer(call, Outcome.NEEDS_CONFIRMATION, "needs_confirmation.back", words)
    return await _earlier_change(call, wanted) or _answer(call, Outcome.WITHDRAWN, "wish.withdrawn", words)


def _answer(call: Call, outcome: Outcome, key: str, words: dict[str, str]) -> Answer:
    return Answer(outcome, sentence(call.language, ("move", key), **words))


async def _agreed(call: Call, wanted: _Wanted, *, confirmed: bool) -> bool:
    """Whether a yes counts: the slot was offered, and old and new time were read back, long enough ago."""
    subject = f"{read_subject(wanted.visit)}>{wanted.slot.subject}"
    agreed = await read_back(call, "move", subject, confirmed=confirmed)
    return agreed and call.yes_counts(wanted.offered_at)


async def _earlier_change(call: Call, wanted: _Wanted) -> Answer | None:
    """What is said where another change of the same appointment is not settled; None without one.

    Two changes under way could come through in either order. So the earlier one is taken back first; while
    it is not known whether that was in time, the new one is not put down.
    """
    row = await call.desk.moving.in_the_way(wanted.profile, wanted.visit)
    if row is None:
        return None
    if row.operation != "move":
        return await row_answer(call, row, new=False)
    if row.facts["new_start"] == wanted.slot.opening.start.isoformat():
        return await _wanted_again(call, row)
    if wanted.located.booking is None:  # nothing makes way for a time that is left to people
        await call.desk.moving.demand(wanted.profile, wanted.visit, wanted.slot, call.scope_key)
    call.row = row
    row = await waited(call, await call.desk.moving.take_back(wanted.profile, row))
    if row.state in UNDONE:
        return None
    answer = await row_answer(call, row, new=False)
    if row.state in OPEN:
        stays = wanted.slot.opening.start == wanted.visit.start
        key = "wish" if stays else "wish.another"
        answer.sentence = sentence(call.language, ("move", key), **row_words(call, row))
    return answer


async def _wanted_again(call: Call, row: Writeback) -> Answer | None:
    """What is said of this very move, wished away before; None where it was taken back already."""
    call.row = row
    row = await waited(call, await call.desk.moving.want_again(row))
    if row.state in UNDONE:
        return None
    answer = await row_answer(call, row, new=False)
    if is_going(row):
        answer.sentence = sentence(call.language, ("move", "still_going"), **row_words(call, row))
    return answer


async def _not_free(call: Call, wanted: _Wanted, time: Securing, words: dict[str, str]) -> Answer | None:
    """What is said of a time that cannot be had; None with it secured, or where this request has it."""
    makes_way = wanted.visit.appointment_sr_no if wanted.located.booking is None else ""
    columns = call.desk.finding.columns(wanted.profile)
    if await time.is_free(but=makes_way) and columns.is_open(wanted.slot.opening):
        return None
    # The same asked for twice at once, or the patient's own time, wanted again.
    if await _same_request(call, wanted) or await _booked_there(call, wanted):
        return None
    return await time.lost("move", words, PatientProof(wanted.visit.patient_id, ""))


async def _put_down(call: Call, wanted: _Wanted) -> Put:
    desk, profile, visit = call.desk, wanted.profile, wanted.visit
    if wanted.located.booking is not None:
        put = await desk.booking.replace(profile, wanted.located.booking, wanted.slot, call.scope_key)
        if put is not None:
            return put
        located = await desk.moving.located(profile, visit)  # done a moment ago: it has its number now
        if located is None:
            raise BadHandle(Kind.APPOINTMENT)
        visit = named(profile, located.visit)
    return await desk.moving.move(profile, visit, wanted.slot, call.scope_key)
