"""The inbox: what the machine cannot finish truthfully, as tasks for the office's people."""
# ruff: noqa: S608  # only conditions written here are put into the SQL text

import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from store.audit import note_done
from store.database import Database, Row, Statements
from store.ledger_rows import new_id
from store.sealing import Sealer

_TABLE = "tasks"


class TaskKind(StrEnum):
    """What a task is about."""

    MESSAGE = "message"  # a caller's words for the office
    REQUEST = "request"  # something asked for that is not put into the practice's system by us
    FAILED = "failed"  # the practice's system refused a write
    OVERDUE = "overdue"  # accepted by Sikka, and no outcome since
    CONFLICT = "conflict"  # what was written clashes with what the desk has done
    POSSIBLE_DOUBLE = "possible_double"  # registered beside somebody much alike
    NEVER_SENT = "never_sent"  # its time ran out before it could be sent
    UNCERTAIN = "uncertain"  # the answer was lost, and looking has not settled it
    CALL_NOW = "call_now"  # a caller was left with something that has since turned out otherwise


class Urgency(StrEnum):
    """How soon a task wants looking at."""

    NORMAL = "normal"
    URGENT = "urgent"


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task to be opened. ``office`` is a pms_integrations id, ``patient_key`` a keyed hash.

    ``same`` is a keyed hash: whatever is opened with it is one task, done or not. None is never the same.
    ``scope_key`` is the keyed hash of the call that it comes from, None where there is none.
    """

    office: str
    kind: TaskKind
    body: Mapping[str, Any] = field(repr=False)
    urgency: Urgency = Urgency.NORMAL
    writeback_id: str | None = None
    patient_key: str | None = None
    same: str | None = None
    scope_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One row of the inbox, opened. Times are UTC ms; what it says is not in its repr.

    ``owner`` is who took or finished it, ``note`` what was said on finishing; each None until then.
    """

    id: str
    office: str
    kind: TaskKind
    urgency: Urgency
    state: TaskState
    writeback_id: str | None
    patient_key: str | None
    body: Mapping[str, Any] = field(repr=False)
    owner: str | None
    note: str | None = field(repr=False)
    created_at: int
    changed_at: int
    acknowledged_at: int | None
    done_at: int | None


class Inbox:
    """The table tasks. An office is a pms_integrations id; times are UTC ms and come from the caller."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def open_task(self, new: NewTask, now: int) -> tuple[Task, bool]:
        """Open a task: it and True, or the unfinished one of the same write and kind as it is, and False.

        A write's task that is done does not stand in the way of another; of no write, ``same`` alone tells.
        """
        task_id = new.same or new_id(now)
        body = self._seal(dict(new.body), "body", new.office, task_id)
        async with self._database.transaction() as statements:
            rows = await statements.fetch(
                "INSERT INTO tasks "
                "(id, office, kind, urgency, state, writeback_id, patient_key, body, created_at, changed_at, "
                "scope_key) VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $8, $8, $9) "
                "ON CONFLICT DO NOTHING RETURNING *",
                task_id,
                new.office,
                new.kind.value,
                new.urgency.value,
                new.writeback_id,
                new.patient_key,
                body,
                now,
                new.scope_key,
            )
            if rows:
                await note_done(
                    statements, now, f"task_{new.kind}", patient_key=new.patient_key, record=task_id
                )
                return self._task(rows[0]), True
            rows = await statements.fetch(
                "SELECT * FROM tasks WHERE id = $1 OR (writeback_id = $2 AND kind = $3 AND state <> 'done')",
                task_id,
                new.writeback_id,
                new.kind.value,
            )
        return self._task(rows[0]), False

    async def get(self, task_id: str) -> Task | None:
        """The task, or None."""
        row = await self._database.fetch_one("SELECT * FROM tasks WHERE id = $1", task_id)
        return None if row is None else self._task(row)

    async def starting(self, prefix: str) -> builtins.list[Task]:
        """The two oldest tasks of any office whose id begins so; an id itself finds its task alone."""
        rows = await self._database.fetch(
            "SELECT * FROM tasks WHERE substr(id, 1, $2) = $1 ORDER BY created_at, id LIMIT 2",
            prefix,
            len(prefix),
        )
        return [self._task(row) for row in rows]

    async def of_scope(self, office: str, scope_key: str, kind: TaskKind) -> builtins.list[Task]:
        """Tasks of a kind that were opened in one call, done ones too, oldest first."""
        rows = await self._database.fetch(
            "SELECT * FROM tasks WHERE office = $1 AND scope_key = $2 AND kind = $3 ORDER BY created_at, id",
            office,
            scope_key,
            kind.value,
        )
        return [self._task(row) for row in rows]

    async def of_writeback(self, row_id: str) -> builtins.list[Task]:
        """Every task that came from one write, oldest first."""
        rows = await self._database.fetch(
            "SELECT * FROM tasks WHERE writeback_id = $1 ORDER BY created_at, id", row_id
        )
        return [self._task(row) for row in rows]

    async def acknowledge(self, task_id: str, owner: str, now: int) -> Task | None:
        """``owner`` takes an open task. One already taken or done is returned as it is; None if missing."""
        async with self._database.transaction() as statements:
            rows = await statements.fetch(
                "UPDATE tasks SET state = 'acknowledged', owner = $2, acknowledged_at = $3, changed_at = $3 "
                "WHERE id = $1 AND state = 'open' RETURNING *",
                task_id,
                owner,
                now,
            )
            return await self._after(statements, rows, task_id, "task_taken", now)

    async def done(self, task_id: str, owner: str | None, note: str | None, now: int) -> Task | None:
        """``owner`` has finished a task; None keeps who took it. One already done is returned as it is.

        None if it is missing.
        """
        async with self._database.transaction() as statements:
            row = await statements.fetch_one("SELECT office FROM tasks WHERE id = $1", task_id)
            if row is None:
                return None
            rows = await statements.fetch(
                "UPDATE tasks SET state = 'done', owner = COALESCE(CAST($2 AS TEXT), owner), note = $3, "
                "done_at = $4, changed_at = $4 WHERE id = $1 AND state <> 'done' RETURNING *",
                task_id,
                owner,
                None if note is None else self._seal(note, "note", row["office"], task_id),
                now,
            )
            return await self._after(statements, rows, task_id, "task_done", now)

    async def list(
        self,
        office: str | None = None,
        *,
        state: TaskState | None = None,
        kind: TaskKind | None = None,
        limit: int = 100,
    ) -> builtins.list[Task]:
        """Tasks, the urgent first, then the oldest; ``state`` None means unfinished: open or acknowledged."""
        rows = await self._database.fetch(
            f"SELECT * FROM tasks WHERE {_WANTED} "
            "ORDER BY CASE urgency WHEN 'urgent' THEN 0 ELSE 1 END, created_at, id LIMIT $4",
            office,
            _text(state),
            _text(kind),
            limit,
        )
        return [self._task(row) for row in rows]

    async def _after(
        self, statements: Statements, changed: builtins.list[Row], task_id: str, outcome: str, now: int
    ) -> Task | None:
        """The task as it is then; that it was changed is audited."""
        if not changed:
            row = await statements.fetch_one("SELECT * FROM tasks WHERE id = $1", task_id)
            return None if row is None else self._task(row)
        task = self._task(changed[0])
        await note_done(
            statements, now, outcome, patient_key=task.patient_key, record=task_id, office=task.office
        )
        return task

    def _seal(self, value: Any, column: str, office: str, task_id: str) -> bytes:
        return self._sealer.seal_json(value, table=_TABLE, column=column, office=office, row=task_id)

    def _opened(self, row: Row, column: str) -> Any:
        if row[column] is None:
            return None
        return self._sealer.open_json(
            row[column], table=_TABLE, column=column, office=row["office"], row=row["id"]
        )

    def _task(self, row: Row) -> Task:
        return Task(
            kind=TaskKind(row["kind"]),
            urgency=Urgency(row["urgency"]),
            state=TaskState(row["state"]),
            body=self._opened(row, "body"),
            note=self._opened(row, "note"),
            **{column: row[column] for column in _PLAIN},
        )


_PLAIN = (
    "id",
    "office",
    "writeback_id",
    "patient_key",
    "owner",
    "created_at",
    "changed_at",
    "acknowledged_at",
    "done_at",
)

_WANTED = (
    "(CAST($1 AS TEXT) IS NULL OR office = $1) "
    "AND (state = $2 OR (CAST($2 AS TEXT) IS NULL AND state <> 'done')) "
    "AND (CAST($3 AS TEXT) IS NULL OR kind = $3)"
)


def _text(value: StrEnum | None) -> str | None:
    return None if value is None else value.value
