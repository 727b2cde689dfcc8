"""Gathers the facts at the end: rows and tasks from the ledger's database, effects from the practice."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.chaos.facts import Done, Row, Wish
from sandbox.desk import DeskAct
from sandbox.office import Office
from sandbox.world import World
from sandbox.writebacks import Effect
from store.ledger_rows import Event, Writeback
from store.ledger_states import OPEN, State
from store.opening import Store, open_store

ALL_ROWS: Final = 100_000
WATCH_MS: Final = 86_400_000  # the slowest look of all is once a day
GRACE_MS: Final = 15_000  # what was due so long ago, and was not touched since, is watched by nobody
MINUTES: Final = "minutes"
FAILED: Final = frozenset({State.FAILED, State.REJECTED})
STATUS: Final = "PATCH appointments"
# Operation -> what its row, or the body of its write, says was to stand in the record.
_WHAT: Final = {
    "update_patient": "{field} {value}",
    "add_note": "{text}",
    "record_payment": "{amount} {reference}",
}
_WHAT_WAS_SENT: Final = {
    "update_patient": "email {email}",
    "add_note": "{text}",
    "record_payment": "{amount} {cheque_no}",
}
_RECORD_WRITES: Final = {
    "PATCH patient": "update_patient",
    "POST medical_notes": "add_note",
    "POST transaction": "record_payment",
}


async def opened(database: str) -> Store:
    """The ledger that the server has made, beside it."""
    return await open_store(database, key_file=None, key_text=None, default_path=Path("unused"))


async def at_work(store: Store) -> bool:
    """Whether a row is not settled yet, or has failed and nobody knows so far."""
    if await store.ledger.search(states=OPEN, limit=1):
        return True
    for row in await store.ledger.search(states=FAILED, limit=ALL_ROWS):
        if not was_told(row) and not await store.inbox.of_writeback(row.id):
            return True
    return False


def was_told(row: Writeback) -> bool:
    """Whether a caller was told of the state that a row is in."""
    return row.state in {row.told_state, row.said_state}


@dataclass
class Books:
    """The practice's records, with names for people: name and birth date, as callers give them."""

    office: Office
    starts: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        # Before anything was done: the desk moves appointments, and callers mean the time they were told.
        self.starts = {
            row.sr_no: row.start.isoformat(timespec=MINUTES)
            for row in self.office.records.appointments.values()
        }

    def person(self, patient_id: str) -> str:
        """Who a patient is."""
        row = self.office.records.patients.get(patient_id)
        return "" if row is None else f"{row.firstname} {row.lastname} {row.birthdate}"


async def rows_of(store: Store, books: Books, now_ms: int) -> list[tuple[Writeback, Row]]:
    """Every row, with what it stands for."""
    rows = await store.ledger.search(limit=ALL_ROWS)
    by_id = {row.id: row for row in rows}
    facts: list[tuple[Writeback, Row]] = []
    for row in rows:
        events = await store.ledger.events(row.office, row.id)
        tasks = await store.inbox.of_writeback(row.id)
        facts.append(
            (
                row,
                Row(
                    row.id,
                    wish_of(row, by_id, books),
                    row.state.value,
                    watched=is_watched(row, by_id, now_ms),
                    tasked=bool(tasks),
                    told=was_told(row),
                    wished=bool(row.wish),
                    found=was_found(events),
                    sent=row.sent_count,
                ),
            )
        )
    return facts


def wish_of(row: Writeback, by_id: Mapping[str, Writeback], books: Books) -> Wish:
    """What a row was put down for."""
    facts = row.facts
    if row.operation == "register":
        return Wish("register", f"{facts['first_name']} {facts['last_name']} {facts['birth_date']}")
    person = books.person(str(facts.get("patient_id", "")))
    awaited = by_id.get(row.waits_for or "")
    if not person and awaited is not None:
        person = wish_of(awaited, by_id, books).person
    start, new_start = str(facts.get("start", ""))[:16], str(facts.get("new_start", ""))[:16]
    return Wish(row.operation, person, start, new_start, _WHAT.get(row.operation, "").format(**facts))


def is_watched(row: Writeback, by_id: Mapping[str, Writeback], now_ms: int) -> bool:
    """Whether something will look at an open row again by itself."""
    if row.state is State.WAITING:
        other = by_id.get(row.waits_for or "")
        return other is not None and other.state in OPEN
    if row.state is State.QUEUED:
        return row.send_before > now_ms
    if row.lease_until is not None and row.lease_until > now_ms:
        return True
    return row.state in OPEN and now_ms - GRACE_MS < row.due_at < now_ms + WATCH_MS


def was_found(events: Iterable[Event]) -> bool:
    """Whether a lost answer's outcome was searched for and found."""
    return any(
        event.from_state is State.UNCERTAIN and event.to_state in {State.SUBMITTED, State.CONFIRMED}
        for event in events
    )


def done_in(
    world: World, books: Books, rows: list[tuple[Writeback, Row]], desk: list[tuple[float, DeskAct]]
) -> list[Done]:
    """Everything that was done in the practice's software since the run began."""
    wishes = {row.sikka_id: fact.wish for row, fact in rows if row.sikka_id}
    by_number = {
        str(row.facts["appointment_sr_no"]): fact.wish
        for row, fact in rows
        if row.operation == "cancel" and row.facts.get("appointment_sr_no")
    }
    good = [effect for effect in world.effects if effect.ok]
    cancelled = {effect.appointment_sr_no for effect in good if _cancels(world, books, effect)}
    for effect in good:
        if effect.operation == "POST appointment":
            books.starts[effect.appointment_sr_no] = _asked_start(world, effect)
    done = [
        Done(
            effect.time,
            wishes.get(effect.writeback_id) or _wish_of_effect(world, effect, books, by_number),
            accepted_at=world.queue.rows[effect.writeback_id].received_at,
            stayed=effect.operation != "POST appointment" or effect.appointment_sr_no not in cancelled,
        )
        for effect in good
    ]
    for at, act in desk:
        if act.action == "cancel" and act.appointment_sr_no in by_number:
            done.append(Done(at, by_number[act.appointment_sr_no], by_desk=True))
    return done


def _asked_start(world: World, effect: Effect) -> str:
    fields = world.queue.rows[effect.writeback_id].fields
    return f"{fields['date']}T{fields['time'][:5]}"


def _wish_of_effect(world: World, effect: Effect, books: Books, by_number: Mapping[str, Wish]) -> Wish:
    """What a write was for that no row of the ledger owns: its answer was lost."""
    number, person = effect.appointment_sr_no, books.person(effect.patient_id)
    match effect.operation:
        case "POST appointment":
            return Wish("book", person, _asked_start(world, effect))
        case "POST patient":
            return Wish("register", books.person(effect.patient_id or effect.created_id))
        case "PUT appointments":
            return Wish("move", person, books.starts.get(number, ""), _asked_start(world, effect))
        case "PATCH appointments":
            if not _cancels(world, books, effect):
                return Wish("confirm", person, books.starts.get(number, ""))
            return by_number.get(number) or Wish("cancel", person, books.starts.get(number, ""))
        case other:
            operation = _RECORD_WRITES[other]
            fields = world.queue.rows[effect.writeback_id].fields
            return Wish(operation, person, what=_WHAT_WAS_SENT[operation].format(**fields))


def _cancels(world: World, books: Books, effect: Effect) -> bool:
    """Whether a write gave an appointment a status that frees its chair."""
    value = world.queue.rows[effect.writeback_id].fields.get("value", "")
    return effect.operation == STATUS and books.office.pms.statuses.get(value) in {"cancelled", "missed"}


def now_ms() -> int:
    """UTC epoch in milliseconds."""
    return round(time.time() * 1000)
