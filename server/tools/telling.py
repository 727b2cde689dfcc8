"""From a row, a visit or a slot to what is said of it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from server.desk.copies.overlay import Standing, Visit, visit_of
from server.desk.office import Profile
from server.desk.proofs import SlotOffer, visit_payload, visit_subject
from server.desk.writes.replacements import is_going
from server.tools.call import Call
from server.tools.results import local, outcome_of
from server.tools.speech import spoken_slot
from server.tools.spoken_facts import spoken_amount
from server.tools.wording import Key, Sentence, news_key, phrase, sentence, write_key
from store.handles import Kind
from store.inbox import Task
from store.ledger_rows import Writeback
from store.ledger_states import UNDONE, State

MOST_TOLD: Final = 3

# What callers can call off before it is done: its sentence then, whatever state it is in.
_CALLED_OFF: Final[Mapping[str, Key]] = {"book": ("cancel", "wish"), "move": ("move", "wish")}


def today_of(call: Call) -> dt.date:
    """The office's date, as far as it is known; only the year of spoken dates hangs on it."""
    profile = call.desk.profiles.seen(call.office.id)
    now = call.desk.clock.now()
    if profile is not None and profile.zone is not None:
        return profile.clock(now).date()
    return dt.datetime.fromtimestamp(now / 1000, dt.UTC).date()


def when_of(call: Call, row: Writeback) -> str:
    """The time that a row asks for, spoken; of a move the new one, and "" where it is about no time."""
    return _when(call, row.facts)


def _when(call: Call, facts: Mapping[str, Any]) -> str:
    start = facts.get("new_start") or facts.get("start")
    if not start:
        return ""
    provider = str(facts.get("provider", ""))
    return spoken_slot(dt.datetime.fromisoformat(start), today_of(call), provider, call.voice)


def row_words(call: Call, row: Writeback) -> dict[str, str]:
    """What the sentences about a row may name of it, spoken."""
    return words_of(call, row.operation, row.facts)


def words_of(call: Call, operation: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """What may be named of a wish, put down or not, by the facts a row of it has."""
    words = {"when": _when(call, facts)}
    if operation == "move":
        start = dt.datetime.fromisoformat(facts["start"])
        old = spoken_slot(start, today_of(call), str(facts.get("old_provider", "")), call.voice)
        words |= {"new_when": words["when"], "old_when": old}
    elif operation == "register":
        words["name"] = f"{facts['first_name']} {facts['last_name']}"
    elif operation == "update_patient":
        words["field"] = phrase(call.language, ("field", str(facts["field"])))
    elif operation == "record_payment":
        words["amount"] = spoken_amount(Decimal(str(facts["amount"])), call.voice)
        words["method"] = phrase(call.language, ("method", str(facts["method"])))
    return words


def row_sentence(call: Call, row: Writeback) -> Sentence:
    """What is said of a write in the state it is in, or of its being called off while it is not done."""
    key = _CALLED_OFF.get(row.operation) if is_going(row) else None
    key = key or write_key(row.operation, row.state.value, row.reason, language=call.language)
    return sentence(call.language, key, **row_words(call, row))


def row_phrase(call: Call, row: Writeback, standing: str = "") -> str:
    """A write as one item of a list; how it stands where its state does not tell."""
    state = standing or ("wish" if is_going(row) else row.state.value)
    return phrase(call.language, (f"row.{row.operation}", state), **row_words(call, row))


def left_phrase(call: Call, task: Task) -> str:
    """A wish that was left to the office's people as one item of a list."""
    operation = str(task.body["about"])
    words = words_of(call, operation, task.body)
    return phrase(call.language, (f"row.{operation}", "requested"), **words)


def news_sentence(call: Call, row: Writeback) -> Sentence:
    """A write's change of state, told unasked, in other words where an earlier call had asked for it.

    So is what was done although it was called off: that it is confirmed would sound like what is wanted.
    """
    earlier = row.scope_key != call.scope_key
    unwanted = row.wish and row.state is State.CONFIRMED and row.operation in _CALLED_OFF
    key = news_key(
        row.operation, "wish" if unwanted else row.state.value, earlier_call=earlier, language=call.language
    )
    return sentence(call.language, key, **row_words(call, row))


async def row_facts(call: Call, row: Writeback) -> dict[str, Any]:
    """A write as one item of `writebacks`; "start" only where it is about a time."""
    start = row.facts.get("new_start") or row.facts.get("start")
    return {
        "writeback": await writeback_handle(call, row),
        "operation": row.operation,
        "state": row.state.value,
        "outcome": outcome_of(row).value,
        **({"start": start[:16]} if start else {}),
        "spoken": when_of(call, row) or row_phrase(call, row),
        "reason": row.reason if row.state in UNDONE else "",
    }


async def writeback_handle(call: Call, row: Writeback) -> str:
    """The handle of a row in this call."""
    patient_id = row.facts.get("patient_id", "")
    return await call.issue(Kind.WRITEBACK, row.id, {"row_id": row.id, "patient_id": patient_id})


async def row_visit_handle(call: Call, row: Writeback) -> str:
    """The appointment handle of a booking or a move, valid while it is pending."""
    return await visit_handle(call, visit_of(row, standing_of(row)))


def standing_of(row: Writeback) -> Standing:
    """How the visit of a booking's row stands."""
    if row.state is State.CONFIRMED:
        return Standing.BOOKED
    return Standing.CANCELLING if row.wish else Standing.PENDING


async def visit_handle(call: Call, visit: Visit) -> str:
    """The handle of a visit in this call."""
    return await call.issue(*visit_to_issue(visit))


def visit_to_issue(visit: Visit) -> tuple[Kind, str, dict[str, Any]]:
    """A visit's handle, as `Call.issue_all` takes it."""
    return Kind.APPOINTMENT, visit_subject(visit), visit_payload(visit)


def named(profile: Profile, visit: Visit) -> Visit:
    """The visit with its provider's spoken name, where the profile knows one."""
    spoken = visit.provider or profile.spoken_providers.get(visit.provider_id, "")
    return replace(visit, provider=spoken)


def visit_when(call: Call, visit: Visit) -> str:
    """A visit's time and provider, spoken."""
    return spoken_slot(visit.start, today_of(call), visit.provider, call.voice)


def slot_when(call: Call, offer: SlotOffer) -> str:
    """A time that was offered and its provider, spoken."""
    return spoken_slot(offer.opening.start, today_of(call), offer.provider, call.voice)


def visit_phrase(call: Call, visit: Visit) -> str:
    """A visit as one item of a list, with how it stands."""
    return phrase(call.language, ("appointment", visit.standing.value), when=visit_when(call, visit))


def visit_facts(call: Call, visit: Visit, handle: str) -> dict[str, Any]:
    """A visit as one item of `appointments`."""
    return {
        "appointment": handle,
        "start": local(visit.start),
        "spoken": visit_when(call, visit),
        "provider": visit.provider,
        "status": visit.standing.value,
    }
