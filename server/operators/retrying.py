"""Asking for a write anew: a row of its own, and only where nothing can have come of the old one."""

from collections.abc import Mapping
from typing import Final

from server.app import Connection, connected
from server.background.limits import released_until
from server.background.standing import CHANGED, changes_a_visit, is_meant, starts_now
from server.clock import SystemClock
from server.desk.charter.standing import Charters
from server.desk.copies.overlay import ASKS_FOR, Standing, visit_of
from server.desk.doorbell import Doorbell
from server.desk.front_desk import FrontDesk, open_desk
from server.desk.times.openings import Opening
from server.failures import Failure
from server.operators.records import Records
from server.operators.tables import short
from server.settings import Settings
from server.sikka.errors import SikkaError
from store.ledger_endings import Ending, ending_of
from store.ledger_rows import NewWriteback, Writeback
from store.ledger_states import UNDONE, State
from store.offices import Office

CHANGED_SINCE: Final = "its appointment no longer stands as it did"
TAKEN: Final = "its time is taken"
NOT_SEEN: Final = "the calendar could not be looked at"
RETRIED: Final = frozenset({State.FAILED, State.REJECTED})
WHY_NOT: Final[Mapping[State, str]] = {
    State.CONFIRMED: "it is done",
    State.WITHDRAWN: "it was taken back; a deletion that came too late would make it two",
    State.UNCERTAIN: "it may have been done; look it up in the practice's system and settle it",
    State.OVERDUE: "it may still be done; look it up in the practice's system and settle it",
}


async def put_down_anew(records: Records, settings: Settings, old: Writeback) -> Writeback:
    """The new row, linked to the old one by `retry_of`.

    Raises:
        Failure: something may have come of the old row, the same is asked for by another, its time has
            passed, or the time it would take is not free or could not be looked at.
    """
    if old.blanked_at is not None:
        raise Failure(f"What the write {short(old.id)} said is not kept any more. Nothing was changed.")
    await _nothing_came_of(records, old)
    office = next(each for each in records.offices if each.id == old.office)
    now = SystemClock().now()
    held = (await Charters(records.store.profiles, settings).of(office.id)).settings
    send_before = released_until(old, office, held, now)
    if send_before <= now:
        raise _not(old, "its time has passed")
    new = NewWriteback(
        office=old.office,
        operation=old.operation,
        method=old.method,
        endpoint=old.endpoint,
        body=old.body,
        facts=old.facts,
        natural_key=old.natural_key_given,
        patient_key=old.patient_key,
        appointment_key=old.appointment_key,
        scope_key=old.scope_key,
        send_before=send_before,
        retry_of=old.id,
    )
    await _still_fits(settings, office, old)
    row, fresh = await records.store.ledger.append(new, now)
    if not fresh:
        raise _not(old, f"the same is asked for by {short(row.id)}, which is {row.state}")
    return row


async def _nothing_came_of(records: Records, old: Writeback) -> None:
    if old.state not in RETRIED:
        raise _not(old, WHY_NOT.get(old.state, f"it is {old.state}, and is being seen to"))
    if old.reason == CHANGED:
        raise _not(old, CHANGED_SINCE)
    ledger = records.store.ledger
    events = await ledger.events(old.office, old.id)
    history = [(event.from_state, event.to_state, event.reason) for event in events]
    if ending_of(history, adopted=old.adopted_at is not None) is Ending.PERSON:
        raise _not(old, "it failed on somebody's word, and the practice's system may still do it")
    if old.natural_key_given is None:
        raise _not(old, "it cannot be told apart from other writes")
    for other in await ledger.alike(old.office, old.natural_key_given):
        if other.state not in UNDONE:
            raise _not(old, f"the same was asked for by {short(other.id)}, which is {other.state}")
    if old.waits_for is not None and not old.facts.get("patient_id"):
        raise _not(old, "the patient it is for was never registered")


async def _still_fits(settings: Settings, office: Office, old: Writeback) -> None:
    """The desk looks again before it books, moves or cancels, and so does this."""
    if old.operation not in ASKS_FOR and not changes_a_visit(old):
        return
    async with connected(settings) as parts:
        live = settings.model_copy(update={"mirror": "off"})  # a copy that nobody keeps up may be of any day
        desk = open_desk(parts.store, parts.sikka, Doorbell(), parts.clock, live)
        try:
            stands = await _stands(parts, settings, office, old)
            why_not = CHANGED_SINCE if not stands else "" if await _is_free(desk, office, old) else TAKEN
        except SikkaError:
            why_not = NOT_SEEN
    if why_not:
        raise _not(old, why_not)


async def _stands(parts: Connection, settings: Settings, office: Office, old: Writeback) -> bool:
    if not changes_a_visit(old):
        return True
    word = (await Charters(parts.store.profiles, settings).of(office.id)).policy.cancelled_word
    return is_meant(old, await starts_now(parts.sikka, parts.store.ledger, old, office, word))


async def _is_free(desk: FrontDesk, office: Office, old: Writeback) -> bool:
    if old.operation not in ASKS_FOR:
        return True
    wanted = visit_of(old, Standing.PENDING)
    profile = await desk.profiles.of(office)
    return await desk.calendar.is_free(profile, Opening.of(wanted), but=wanted.appointment_sr_no)


def _not(old: Writeback, why: str) -> Failure:
    return Failure(f"The write {short(old.id)} is not asked for anew: {why}. Nothing was put down.")
