"""What an operator's command shows: tables for a person, one JSON document for a program."""

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from store.inbox import Task
from store.ledger_listing import OperationStats
from store.ledger_rows import Event, Writeback

ID_SHOWN: Final = 16  # the millisecond, and enough of chance behind it to tell two writes of it apart
EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# What dates can hold, but for a day at each end, by which a clock of this machine may be off from UTC.
FIRST, LAST = (
    (edge - EPOCH) // dt.timedelta(milliseconds=1)
    for edge in (dt.datetime(1, 1, 2, tzinfo=dt.UTC), dt.datetime(9999, 12, 30, tzinfo=dt.UTC))
)
HIDDEN: Final = "hidden; --reveal shows it"
Record = Mapping[str, Any]

STYLES: Final[Mapping[str, str]] = {
    "confirmed": "green",
    "done": "green",
    "failed": "bold red",
    "rejected": "red",
    "urgent": "bold red",
    "uncertain": "yellow",
    "overdue": "yellow",
    "queued": "cyan",
    "withdrawn": "dim",
}


@dataclass(frozen=True)
class Column:
    """One column of a table: its title, the field it shows, and how."""

    title: str
    field: str
    show: Callable[[Any], str]


def plain(value: Any) -> str:
    """A value on a terminal, without anything that a terminal would obey."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "" if value is None else "".join(char if char.isprintable() else " " for char in text)


def short(value: Any) -> str:
    """An id, cut to what names it."""
    return plain(value)[:ID_SHOWN]


def local(value: Any) -> str:
    """A moment on this machine's clock."""
    return f"{dt.datetime.fromisoformat(value).astimezone():%Y-%m-%d %H:%M:%S}" if value else ""


def seconds(value: Any) -> str:
    """A duration in seconds, or a dash."""
    return "-" if value is None else f"{value:.1f}"


ROWS: Final = (
    Column("Id", "id", short),
    Column("Office", "office", plain),
    Column("Operation", "operation", plain),
    Column("State", "state", plain),
    Column("Reason", "reason", plain),
    Column("Asked for", "created_at", local),
)
TASKS: Final = (
    Column("Id", "id", short),
    Column("Office", "office", plain),
    Column("Kind", "kind", plain),
    Column("Urgency", "urgency", plain),
    Column("State", "state", plain),
    Column("Owner", "owner", plain),
    Column("Opened", "created_at", local),
)
HISTORY: Final = (
    Column("At", "at", local),
    Column("From", "from", plain),
    Column("To", "to", plain),
    Column("Reason", "reason", plain),
    Column("Detail", "detail", plain),
)
STATS: Final = (
    Column("Office", "office", plain),
    Column("Operation", "operation", plain),
    Column("States", "counts", lambda counts: ", ".join(f"{state} {n}" for state, n in counts.items())),
    Column("Timed", "timed", plain),
    Column("p50 s", "p50_seconds", seconds),
    Column("p95 s", "p95_seconds", seconds),
)


class Page:
    """Where a command writes its answer.

    Args:
        as_json: one JSON document instead of tables and sentences.
        reveal: whether what is sealed may be shown.
    """

    def __init__(self, *, as_json: bool, reveal: bool) -> None:
        self.as_json = as_json
        self.reveal = reveal
        self._console = Console(highlight=False)

    def listing(self, records: Sequence[Record], columns: Sequence[Column], empty: str) -> None:
        """Many records, or the sentence that there are none."""
        if self.as_json:
            self._dump(records)
        elif records:
            self._table(records, columns)
        else:
            self._console.print(empty, markup=False)

    def sheet(self, record: Record, *, history: Sequence[Record] | None = None) -> None:
        """One record with all its fields, and its history."""
        if self.as_json:
            self._dump(record if history is None else {**record, "history": history})
            return
        grid = Table.grid(padding=(0, 2))
        for name, value in record.items():
            if value not in (None, "", {}):
                shown = local(value) if name.endswith("_at") else plain(value)
                grid.add_row(Text(name.replace("_", " "), style="bold"), _cell(shown))
        self._console.print(grid)
        if history:
            self._console.print()
            self._table(history, HISTORY)

    def done(self, text: str, record: Record) -> None:
        """Something was changed: a sentence, or the record as it is now."""
        if self.as_json:
            self._dump(record)
        else:
            self._console.print(text, markup=False, soft_wrap=True)

    def note(self, text: str) -> None:
        """What a person is told on the way; a program reads only the answer."""
        if not self.as_json:
            self._console.print(text, markup=False, soft_wrap=True)

    def _table(self, records: Iterable[Record], columns: Sequence[Column]) -> None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column.title, no_wrap=column.show in {short, local}, overflow="fold")
        for record in records:
            table.add_row(*(_cell(column.show(record[column.field])) for column in columns))
        self._console.print(table)

    def _dump(self, value: Any) -> None:
        sys.stdout.write(json.dumps(value, indent=2) + "\n")


def row_record(row: Writeback, office: str, *, reveal: bool) -> dict[str, Any]:
    """A write as it is shown; what is sealed only on demand."""
    return {
        "id": row.id,
        "office": office,
        "operation": row.operation,
        "state": row.state.value,
        "result": row.result,
        "reason": row.reason,
        "wish": row.wish,
        "sikka_id": row.sikka_id,
        "waits_for": row.waits_for,
        "retry_of": row.retry_of,
        "follow_up": row.follow_up,
        "sent_count": row.sent_count,
        "check_count": row.check_count,
        "created_at": moment(row.created_at),
        "submitted_at": moment(row.submitted_at),
        "completed_at": moment(row.completed_at),
        "changed_at": moment(row.changed_at),
        "last_checked_at": moment(row.last_checked_at),
        "due_at": moment(row.due_at),
        "send_before_at": moment(row.send_before),
        "flagged_at": moment(row.flagged_at),
        **(_sealed(row) if reveal else {"contents": HIDDEN}),
    }


def _sealed(row: Writeback) -> dict[str, Any]:
    return {
        "method": row.method,
        "endpoint": row.endpoint,
        "body": dict(row.body),
        "facts": dict(row.facts),
        "error_message": row.error_message,
        "created_id": row.created.created_id,
        "created_appointment_sr_no": row.created.appointment_sr_no,
        "created_patient_id": row.created.patient_id,
    }


def event_record(event: Event, *, reveal: bool) -> dict[str, Any]:
    """One line of a write's history."""
    return {
        "at": moment(event.at),
        "from": event.from_state.value if event.from_state else None,
        "to": event.to_state.value,
        "reason": event.reason,
        "detail": event.detail if reveal or event.detail is None else HIDDEN,
    }


def task_record(task: Task, office: str, *, reveal: bool) -> dict[str, Any]:
    """A task as it is shown; what it says, and what was said on finishing it, only on demand."""
    return {
        "id": task.id,
        "office": office,
        "kind": task.kind.value,
        "urgency": task.urgency.value,
        "state": task.state.value,
        "owner": task.owner,
        "writeback": task.writeback_id,
        "created_at": moment(task.created_at),
        "acknowledged_at": moment(task.acknowledged_at),
        "done_at": moment(task.done_at),
        **({"body": dict(task.body), "note": task.note} if reveal else {"contents": HIDDEN}),
    }


def stats_record(stats: OperationStats, office: str) -> dict[str, Any]:
    """How one operation fared in one office."""
    return {
        "office": office,
        "operation": stats.operation,
        "counts": {state.value: count for state, count in stats.counts.items()},
        "timed": stats.timed,
        "p50_seconds": stats.p50_seconds,
        "p95_seconds": stats.p95_seconds,
    }


def moment(at: int | None) -> str | None:
    """UTC milliseconds as ISO 8601 text; beyond what dates can hold, the last (or first) that they do."""
    if at is None:
        return None
    held = min(max(at, FIRST), LAST)
    return (EPOCH + dt.timedelta(milliseconds=held)).isoformat(timespec="milliseconds")


def _cell(text: str) -> Text:
    return Text(text, style=STYLES.get(text, ""))
