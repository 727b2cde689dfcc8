"""The books at the end of a history, and what has to be true of them. Each check yields what is wrong."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from lines import Told

from sandbox.world import World
from sandbox.writebacks import Effect
from store.handles import HandleError, Kind
from store.inbox import Task, TaskKind
from store.ledger_endings import ID_LOST, LATE_ANSWER, LATE_ID, SETTLED_BY_PERSON
from store.ledger_entries import CONFIRMED_KEY_HOLD_MS
from store.ledger_rows import Event, Writeback
from store.ledger_states import OPEN, SETTLED, UNDONE, State
from store.offices import Office
from store.opening import Store

ALL = 100_000
DAY_MS = 86_400_000
METHODS = {
    "book": "POST appointment",
    "move": "PUT appointments",
    "cancel": "PATCH appointments",
    "confirm": "PATCH appointments",
    "register": "POST patient",
}
MAY_CHANGE_WHAT_IS_SETTLED = {LATE_ANSWER, LATE_ID, ID_LOST, SETTLED_BY_PERSON}
NEWS = (
    ("book", re.compile(r"Update: (?P<when>.+) is now confirmed")),
    ("cancel", re.compile(r"Update: (?P<when>.+) is now cancelled")),
    ("move", re.compile(r"is now moved to (?P<when>.+)\.$")),
)


@dataclass
class Desk:
    """What the people of the practice did by themselves.

    Attributes:
        touched: numbers of appointments that they have cancelled or moved.
        standing: (patient, start) of the visits that were there at first, or that they have made since.
    """

    touched: set[str] = field(default_factory=set[str])
    standing: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])


@dataclass
class Books:
    """What the ledger, the inbox, the practice and the callers say.

    Attributes:
        rows: by id, in the order in which they were put down.
        order: the place of every event in the order of all.
        effect_of: row id -> the place of its one effect among all effects.
        strays: effects that no row stands for, and rows with a second effect.
    """

    rows: dict[str, Writeback]
    events: dict[str, list[Event]]
    order: dict[str, int]
    tasks: dict[str, list[Task]]
    effects: list[Effect]
    world: World
    desk: Desk
    now: int
    effect_of: dict[str, int] = field(default_factory=dict[str, int])
    strays: list[str] = field(default_factory=list[str])

    def __post_init__(self):
        by_id = {row.sikka_id: row for row in self.rows.values() if row.sikka_id}
        for place, effect in enumerate(self.effects):
            if not effect.ok:
                continue
            write = self.world.queue.rows[effect.writeback_id]
            row = by_id.get(effect.writeback_id) or self._of_the_same_request(effect)
            if row is None:
                self.strays.append(f"{effect.operation} {write.fields}: done, and no row stands for it")
            elif row.id in self.effect_of:
                self.strays.append(f"{self.told(row)}: done twice")
            else:
                self.effect_of[row.id] = place

    def _of_the_same_request(self, effect: Effect) -> Writeback | None:
        """A row confirmed without an id, or one that was handed over more than once."""
        write = self.world.queue.rows[effect.writeback_id]
        alike = [
            row
            for row in self.rows.values()
            if METHODS.get(row.operation) == write.operation
            and dict(row.body) == write.fields
            and row.created_at <= write.received_at * 1000 + DAY_MS
            and (not write.target or row.endpoint.endswith(f"/{write.target}"))
        ]
        free = [row for row in alike if row.id not in self.effect_of and not row.sikka_id]
        return (free or alike or [None])[0]

    def told(self, row: Writeback) -> str:
        """A row and its history, for whoever reads a failure."""
        events = self.events[row.id]
        story = " ".join(f"{event.to_state}{f'({event.reason})' if event.reason else ''}" for event in events)
        tasks = ",".join(task.kind.value for task in self.tasks[row.id])
        start = row.facts.get("new_start") or row.facts.get("start", "")
        wish = " wished away" if row.wish else ""
        return f"{row.operation} {start}{wish} [{story}] id={row.sikka_id} tasks=[{tasks}]"

    def has_task(self, row: Writeback, *kinds: TaskKind) -> bool:
        return any(not kinds or task.kind in kinds for task in self.tasks[row.id])


def effects_are_the_confirmed_rows(books: Books) -> Iterator[str]:
    """Every effect has a row of its own that says so, every confirmed row its effect."""
    yield from books.strays
    for row in books.rows.values():
        done = row.id in books.effect_of
        if done and row.state is not State.CONFIRMED and not (row.state in OPEN and books.has_task(row)):
            yield f"{books.told(row)}: done, and the row does not say so"
        if row.state is State.CONFIRMED and not done and not _the_desk_did_it(books, row):
            yield f"{books.told(row)}: confirmed, and never done"


def _the_desk_did_it(books: Books, row: Writeback) -> bool:
    return row.operation == "cancel" and str(row.facts["appointment_sr_no"]) in books.desk.touched


def nothing_is_done_twice(books: Books) -> Iterator[str]:
    """No two rows of one natural key live at once."""
    by_key: dict[str, list[Writeback]] = defaultdict(list)
    for row in books.rows.values():
        if row.natural_key_given:
            by_key[row.natural_key_given].append(row)
    for rows in by_key.values():
        for earlier, later in itertools.combinations(rows, 2):
            if _lives_at_the_birth_of(books, earlier, later):
                yield f"{books.told(earlier)} and {books.told(later)}: the same at once"


def no_visit_stands_twice(books: Books) -> Iterator[str]:
    """No patient has two visits of ours at one time, unless a person was told."""
    standing: dict[tuple[str, str], list[Writeback]] = defaultdict(list)
    for row_id, place in books.effect_of.items():
        effect = books.effects[place]
        visits = books.world.offices[effect.office_id].records.appointments
        touched = effect.appointment_sr_no in books.desk.touched  # where it stands now is the desk's doing
        if (
            books.rows[row_id].operation == "book"
            and not visits[effect.appointment_sr_no].cancelled
            and not touched
        ):
            visit = visits[effect.appointment_sr_no]
            standing[visit.patient_id, visit.start.isoformat()].append(books.rows[row_id])
    for rows in standing.values():
        if len(rows) > 1 and not any(books.has_task(row, TaskKind.CONFLICT) for row in rows):
            yield f"{' and '.join(books.told(row) for row in rows)}: both stand"


def _lives_at_the_birth_of(books: Books, earlier: Writeback, later: Writeback) -> bool:
    birth = books.events[later.id][0]
    before = [event for event in books.events[earlier.id] if books.order[event.id] < books.order[birth.id]]
    if before[-1].to_state in OPEN:
        return True
    if before[-1].to_state in UNDONE:
        return False
    confirmed = next(event for event in before if event.to_state is State.CONFIRMED)
    if birth.at >= confirmed.at + CONFIRMED_KEY_HOLD_MS:
        return False
    return not any(
        row.appointment_key == earlier.appointment_key
        and row.created_at >= earlier.created_at
        and any(
            event.to_state is State.CONFIRMED and books.order[event.id] < books.order[birth.id]
            for event in books.events[row.id]
        )
        for row in books.rows.values()
        if row.id != earlier.id and row.appointment_key
    )


def what_is_settled_stays(books: Books) -> Iterator[str]:
    """No settled row changes but by a late answer or a person."""
    for row in books.rows.values():
        for event in books.events[row.id]:
            if (
                event.from_state in SETTLED
                and event.to_state is not event.from_state
                and event.reason not in MAY_CHANGE_WHAT_IS_SETTLED
            ):
                yield f"{books.told(row)}: settled, and changed by {event.reason!r}"


def somebody_looks_after_every_row(books: Books) -> Iterator[str]:
    """After the quiet time every row is settled, or a person knows of it and it is still watched.

    A booking that waits is looked after with the registration that it waits for.
    """
    for row in books.rows.values():
        awaited = books.rows[row.waits_for] if row.state is State.WAITING and row.waits_for else row
        if row.state in OPEN and not (books.has_task(awaited) and awaited.due_at <= books.now + DAY_MS):
            yield f"{books.told(row)}: open, and nobody looks"
    for write in books.world.queue.rows.values():
        if write.pending:
            yield f"{write.operation} {write.fields}: still to be done in the practice"


def what_was_wished_away_is_gone(books: Books) -> Iterator[str]:
    """A booking that got through although it was not wanted any more is followed by its cancellation."""
    for row in books.rows.values():
        if row.operation == "book" and row.wish and row.state is State.CONFIRMED:
            follow_up = books.rows.get(row.follow_up or "")
            if follow_up is None and not books.has_task(row):
                yield f"{books.told(row)}: got through, and no cancellation follows"
            elif follow_up and follow_up.state in UNDONE and not books.has_task(follow_up):
                yield f"{books.told(follow_up)}: does not follow, and nobody knows"


async def nothing_untrue_is_said(
    books: Books, store: Store, office: Office, told: list[Told], spoken: dict[str, str]
) -> list[str]:
    """What was said to be done had been done by then, and what was said to be undone was not."""
    wrong: list[str] = []
    for each in told:
        scope = store.index.keyed_hash("scope", office.id, "", each.call_id)
        facts = each.facts
        claims = [(item["writeback"], item["state"]) for item in facts.get("writebacks", [])]
        if "writeback" in facts and "state" in facts:
            claims.append((facts["writeback"], facts["state"]))
        for handle, state in claims:
            try:
                found = await store.handles.resolve(
                    handle, Kind.WRITEBACK, office=office.id, scope_key=scope, now=0
                )
            except HandleError:
                wrong.append(f"{handle} means nothing: {facts}")
                continue
            row = books.rows[found.payload["row_id"]]
            wrong += [
                f"{books.told(row)}: {why}: {facts['say']}" for why in _against(books, row, state, each)
            ]
        wrong += _news_against(books, each, spoken)
        wrong += _visits_against(books, each)
    return wrong


def _against(books: Books, row: Writeback, state: str, told: Told) -> Iterator[str]:
    place = books.effect_of.get(row.id)
    done = place is not None and place < told.effects
    if state == State.CONFIRMED and not done and not _the_desk_did_it(books, row):
        yield "it was not done when this was said"
    if state in UNDONE and place is not None and not books.has_task(row, TaskKind.CONFLICT):
        yield "it was said not to be done, and is"


def _news_against(books: Books, told: Told, spoken: dict[str, str]) -> Iterator[str]:
    for piece in told.facts.get("news", []):
        for operation, pattern in NEWS:
            found = pattern.search(piece)
            if found is None or found["when"] not in spoken:
                continue
            start = spoken[found["when"]]
            rows = [
                row
                for row in books.rows.values()
                if row.operation == operation
                and str(row.facts.get("new_start") or row.facts.get("start"))[:16] == start[:16]
            ]
            if not any(
                _the_desk_did_it(books, row) or books.effect_of.get(row.id, told.effects) < told.effects
                for row in rows
            ):
                yield f"it was not done when this was told as news: {piece}"


def _visits_against(books: Books, told: Told) -> Iterator[str]:
    """A visit listed as standing has been in the practice's calendar, or was made by then."""
    if not told.patient_id:
        return
    for visit in told.facts.get("appointments", []):
        start = visit["start"][:16]
        if visit["status"] != "booked":
            continue
        made = any(
            books.effect_of.get(row.id, told.effects) < told.effects
            for row in books.rows.values()
            if row.operation in {"book", "move"}
            and str(row.facts.get("new_start") or row.facts["start"])[:16] == start
            and row.facts.get("patient_id") == told.patient_id
        )
        if not made and (told.patient_id, start) not in books.desk.standing:
            yield f"a visit was listed that was never made: {visit}"


async def opened(store: Store, office: Office, world: World, now: int, desk: Desk) -> Books:
    """The books as they are now."""
    placed = await store.database.fetch("SELECT id, rowid AS place FROM pms_writeback_events")
    order = {event["id"]: event["place"] for event in placed}
    found = await store.ledger.search(office.id, limit=ALL)
    events = {row.id: await store.ledger.events(office.id, row.id) for row in found}
    rows = sorted(found, key=lambda row: order[events[row.id][0].id])  # a clock may have been set back
    return Books(
        rows={row.id: row for row in rows},
        events=events,
        order=order,
        tasks={row.id: await store.inbox.of_writeback(row.id) for row in rows},
        effects=list(world.effects),
        world=world,
        desk=desk,
        now=now,
    )


CHECKS = (
    effects_are_the_confirmed_rows,
    nothing_is_done_twice,
    no_visit_stands_twice,
    what_is_settled_stays,
    somebody_looks_after_every_row,
    what_was_wished_away_is_gone,
)
