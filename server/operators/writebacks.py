"""What `chairtime writebacks` does: shows the ledger, and lets a person settle what no machine can."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from server.clock import SystemClock
from server.desk.writes.requests import appointment_key
from server.failures import Failure
from server.operators.records import Records, acting, opened
from server.operators.retrying import put_down_anew
from server.operators.tables import (
    ROWS,
    STATS,
    Page,
    event_record,
    moment,
    row_record,
    short,
    stats_record,
)
from server.settings import Settings
from store.inbox import TaskKind, TaskState
from store.ledger_rows import Created, Writeback
from store.ledger_states import SETTLED, State

# What these tasks ask for is to find out what became of a write, which settling it tells.
ANSWERED_BY_SETTLING: Final = frozenset({TaskKind.OVERDUE, TaskKind.UNCERTAIN})
# Operation -> what of it has a number in the practice's system that only a person can bring.
MAKES: Final[Mapping[str, str]] = {"register": "patient", "book": "appointment"}


@dataclass(frozen=True)
class RowFilter:
    """Which writes are listed; "" and no states mean any. ``before`` is the id that ended the last page."""

    office: str = ""
    states: Collection[State] = ()
    operation: str = ""
    limit: int = 50
    before: str = ""


async def list_rows(settings: Settings, page: Page, wanted: RowFilter) -> int:
    """The newest first. Raises Failure: no such office, or no such id to go on from."""
    async with opened(settings) as records:
        before = (await records.row(wanted.before)).id if wanted.before else None
        rows = [
            row
            for office in records.chosen(wanted.office)
            for row in await records.store.ledger.search(
                office.id if office else None,
                states=wanted.states or None,
                operation=wanted.operation or None,
                limit=wanted.limit,
                before=before,
            )
        ]
    rows.sort(key=lambda row: (row.created_at, row.id), reverse=True)
    shown = [_record(records, row, page) for row in rows[: wanted.limit]]
    page.listing(shown, ROWS, "There are no such writes.")
    return 0


async def show_row(settings: Settings, page: Page, row_id: str) -> int:
    """One write with its history. Raises Failure: there is none."""
    async with opened(settings) as records:
        row = await records.row(row_id)
        events = await records.store.ledger.events(row.office, row.id)
        history = [event_record(event, reveal=page.reveal) for event in events]
        page.sheet(_record(records, row, page), history=history)
    return 0


@dataclass(frozen=True)
class Word:
    """What somebody says became of a write.

    Attributes:
        to: confirmed or failed.
        note: how it is known.
        patient_id: of the patient it registered, as the practice's system has it; "" where that is not said.
        appointment: number of the appointment it booked, likewise.
    """

    to: State
    by: str
    note: str
    patient_id: str = ""
    appointment: str = ""


async def settle_row(settings: Settings, page: Page, row_id: str, word: Word) -> int:
    """Settle a write that silence left open, on somebody's word; the tasks that asked for it are done.

    Raises:
        Failure: there is none, it is not one that a person settles, or it makes nothing of the kind named.
    """
    async with opened(settings) as records:
        row = await records.row(row_id)
        _may_have_made(row, word)
        store, now = records.store, SystemClock().now()
        to, by, note = word.to, word.by, word.note
        with acting(store, "writebacks settle", by, row.office):
            settled = await store.ledger.settle_by_person(
                row.office,
                row.id,
                to,
                by=by,
                note=note,
                now=now,
                created=_made(row, word),
                appointment_key=(
                    appointment_key(store.index, row.office, word.appointment) if word.appointment else None
                ),
                facts={**row.facts, "patient_id": word.patient_id} if word.patient_id else None,
            )
            if settled is None:
                raise Failure(
                    f"The write {short(row.id)} is {row.state}. Only one that is submitted, overdue or "
                    "uncertain is settled by a person. Nothing was changed."
                )
            for task in await store.inbox.of_writeback(row.id):
                if task.state is not TaskState.DONE and task.kind in ANSWERED_BY_SETTLING:
                    await store.inbox.done(task.id, by, note, now)
        page.done(f"The write {short(row.id)} is {to} now.", _record(records, settled, page))
    return 0


def _may_have_made(row: Writeback, word: Word) -> None:
    given = {"patient": word.patient_id, "appointment": word.appointment}
    for what, number in given.items():
        if number and (word.to is not State.CONFIRMED or MAKES.get(row.operation) != what):
            raise Failure(
                f"The write {short(row.id)}, a {row.operation} that is {word.to}, makes no {what}. "
                "Nothing was changed."
            )


def _made(row: Writeback, word: Word) -> Created:
    """What the write made or changed, as the server would put it down."""
    return Created(
        appointment_sr_no=word.appointment or str(row.facts.get("appointment_sr_no", "")),
        patient_id=word.patient_id or str(row.facts.get("patient_id", "")),
    )


async def withdraw_row(settings: Settings, page: Page, row_id: str, by: str = "") -> int:
    """Take a write back, or wish it away where it may be under way. Raises Failure: it is settled.

    ``by`` "" is this machine's user, here and below.
    """
    async with opened(settings) as records:
        row, ledger = await records.row(row_id), records.store.ledger
        with acting(records.store, "writebacks withdraw", by, row.office):
            after = await ledger.wish_withdraw(row.office, row.id, SystemClock().now()) or row
        if row.state in SETTLED or (after.state in SETTLED and after.state is not State.WITHDRAWN):
            raise Failure(f"The write {short(row.id)} is {after.state} already. Nothing was changed.")
        said = (
            f"The write {short(row.id)} is withdrawn; it was never sent."
            if after.state is State.WITHDRAWN
            else f"The write {short(row.id)} is {after.state}. That it be taken back is noted; "
            "the server tries, and its history will tell."
        )
        page.done(said, _record(records, after, page))
    return 0


async def retry_row(settings: Settings, page: Page, row_id: str, by: str = "") -> int:
    """Ask anew for what failed. Raises Failure: something may have come of it, or it cannot be done now."""
    async with opened(settings) as records:
        old = await records.row(row_id)
        with acting(records.store, "writebacks retry", by, old.office):
            new = await put_down_anew(records, settings, old)
        page.done(
            f"Asked for anew as {short(new.id)}. A running server sends it within seconds; "
            f"unsent by {moment(new.send_before)} it is given up.",
            _record(records, new, page),
        )
    return 0


async def show_stats(settings: Settings, page: Page, office: str) -> int:
    """Counts and completion times by office and operation. Raises Failure: no such office."""
    async with opened(settings) as records:
        shown = [
            stats_record(stats, records.labels[stats.office])
            for chosen in records.chosen(office)
            for stats in await records.store.ledger.stats(chosen.id if chosen else None)
        ]
    page.listing(shown, STATS, "There are no writes yet.")
    return 0


def _record(records: Records, row: Writeback, page: Page) -> dict[str, object]:
    return row_record(row, records.labels[row.office], reveal=page.reveal)
