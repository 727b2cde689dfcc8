"""The ledger: every write to a practice's system is first a row here, and the row is the truth about it."""
# ruff: noqa: S608  # only names of columns and numbers of placeholders are put into the SQL text

from collections.abc import Collection, Mapping
from typing import Any

from store.database import Row, Statements, placeholders
from store.ledger_news import LedgerNews
from store.ledger_reading import of_office, texts
from store.ledger_rows import EVENTS, Created, NewWriteback, Writeback, new_id
from store.ledger_states import ALLOWED, BORN, OPEN, RESULT_OF, SETTLED, UNDONE, IllegalArrow, State

CONFIRMED_KEY_HOLD_MS = 15 * 60_000
WITHDRAW = "withdraw"
_WITHDRAWN_AT_ONCE = frozenset({State.QUEUED, State.WAITING})
_NO_LEASE: Mapping[str, Any] = {"lease_owner": None, "lease_until": None}


class Ledger(LedgerNews):
    """The writing half of the ledger. Times are UTC epoch milliseconds and come from the caller."""

    async def append(self, new: NewWriteback, now: int) -> tuple[Writeback, bool]:
        """Put a write down: the new row and True, or the row that already holds its natural key and False.

        A natural key whose time is up (`natural_key_until`) is released first. Raises ValueError for a state
        that no row begins in.
        """
        if new.state not in BORN:
            raise ValueError(f"no write begins as {new.state}")
        row_id = new_id(now)
        columns: dict[str, Any] = {
            "id": row_id,
            "pms_integration_id": new.office,
            "operation": new.operation,
            "method": new.method,
            **self._sealed(new.office, row_id, endpoint=new.endpoint, request_body=new.body, facts=new.facts),
            "result": RESULT_OF[new.state],
            "state": new.state.value,
            "natural_key": new.natural_key,
            "patient_key": new.patient_key,
            "appointment_key": new.appointment_key,
            "scope_key": new.scope_key,
            "waits_for": new.waits_for,
            "send_before": new.send_before,
            "created_at": now,
            "changed_at": now,
            "due_at": now if new.due_at is None else new.due_at,
            "said_state": new.state.value,
        }
        async with self._database.transaction() as statements:
            await statements.execute(
                "UPDATE pms_writebacks SET natural_key = NULL, natural_key_until = NULL "
                "WHERE pms_integration_id = $1 AND natural_key = $2 AND natural_key_until <= $3",
                new.office,
                new.natural_key,
                now,
            )
            row = await statements.fetch_one(
                f"INSERT INTO pms_writebacks ({', '.join(columns)}) VALUES ({placeholders(1, len(columns))}) "
                "ON CONFLICT (pms_integration_id, natural_key) DO NOTHING RETURNING *",
                *columns.values(),
            )
            if row is not None:
                await self._note(statements, row, None, now)
                return self._seals.writeback(row), True
            holder = await statements.fetch(
                "SELECT * FROM pms_writebacks WHERE pms_integration_id = $1 AND natural_key = $2",
                new.office,
                new.natural_key,
            )
        return self._seals.writeback(holder[0]), False

    async def claim_due(
        self,
        states: Collection[State],
        *,
        owner: str,
        now: int,
        lease_ms: int,
        limit: int,
        office: str | None = None,
    ) -> list[Writeback]:
        """Lease up to ``limit`` rows in ``states`` that are due and leased by nobody, the longest due first.

        Two claims never get the same row. The rows' `fence` proves the lease to `change` and `postpone`.
        """
        if not states:
            return []
        async with self._database.transaction() as statements:
            rows = await statements.fetch(
                "UPDATE pms_writebacks "
                "SET lease_owner = $2, lease_until = $3, lease_attempt = lease_attempt + 1 "
                "WHERE id IN (SELECT id FROM pms_writebacks "
                f"WHERE {of_office(1)} AND state IN ({placeholders(6, len(states))}) "
                "AND due_at <= $4 AND (lease_until IS NULL OR lease_until <= $4) "
                f"ORDER BY due_at, id LIMIT $5 {self._database.skip_locked}) RETURNING *",
                office,
                owner,
                now + lease_ms,
                now,
                limit,
                *texts(states),
            )
        return [
            self._seals.writeback(row) for row in sorted(rows, key=lambda row: (row["due_at"], row["id"]))
        ]

    async def change(
        self,
        row_id: str,
        to: State,
        now: int,
        *,
        expect: Collection[State],
        fence: tuple[str, int] | None = None,
        reason: str = "",
        error_message: str | None = None,
        sikka_id: str | None = None,
        created: Created | None = None,
        appointment_key: str | None = None,
        due_at: int | None = None,
        checked: bool = False,
        natural_key_hold_ms: int = CONFIRMED_KEY_HOLD_MS,
        detail: str | None = None,
        endpoint: str | None = None,
        body: Mapping[str, str] | None = None,
        facts: Mapping[str, Any] | None = None,
        send_before: int | None = None,
        lease_until: int | None = None,
    ) -> Writeback | None:
        """Take a row to another state, with its event, and return it as it is then.

        None, and nothing is changed, if the row is not in one of ``expect`` or ``fence`` (owner, attempt) no
        longer holds it. Raises IllegalArrow if the state it is in does not lead to ``to``. What is given as
        None stays as it was, except ``due_at`` (at once) and ``reason`` (it belongs to the new state alone).
        The lease ends, but for `sending`, which keeps it (to ``lease_until`` if given): a send in flight is
        its owner's until the lease lapses.
        """
        async with self._database.transaction() as statements:
            row = await self._held(statements, row_id, expect, fence)
            if row is None:
                return None
            office: str = row["pms_integration_id"]
            given = {
                **self._sealed(
                    office,
                    row_id,
                    endpoint=endpoint,
                    request_body=body,
                    facts=facts,
                    error_message=error_message,
                ),
                "created_id": self._seals.seal_created(created, office=office, row=row_id),
                "sikka_id": sikka_id,
                "appointment_key": appointment_key,
                "send_before": send_before,
                "lease_until": lease_until if to is State.SENDING else None,
                "last_checked_at": now if checked else None,
                "check_count": row["check_count"] + 1 if checked else None,
                "natural_key_until": now + natural_key_hold_ms if to is State.CONFIRMED else None,
            }
            columns = {column: value for column, value in given.items() if value is not None}
            columns["due_at"] = now if due_at is None else due_at
            return await self._enter(statements, row, to, now, columns, reason=reason, detail=detail)

    async def postpone(
        self,
        row_id: str,
        *,
        due_at: int,
        now: int,
        fence: tuple[str, int] | None = None,
        checked: bool = False,
    ) -> Writeback | None:
        """Look at an open row again at ``due_at``; its lease ends. ``checked`` counts a question to Sikka.

        None, and nothing is changed, if it is settled or the fence is lost.
        """
        async with self._database.transaction() as statements:
            row = await self._held(statements, row_id, OPEN, fence)
            if row is None:
                return None
            columns: dict[str, Any] = {"due_at": due_at, **_NO_LEASE}
            if checked:
                columns |= {"last_checked_at": now, "check_count": row["check_count"] + 1}
            return self._seals.writeback(await self._set(statements, row, columns))

    async def hasten(self, row_ids: Collection[str], now: int) -> None:
        """Rows whose outcome is looked for are due at once, if nobody has leased them: a caller waits.

        An unsent row keeps its time: it may be waiting for a rate limit.
        """
        if not row_ids:
            return
        async with self._database.transaction() as statements:
            await statements.execute(
                "UPDATE pms_writebacks SET due_at = $1 WHERE due_at > $1 AND state IN ($2, $3, $4) "
                f"AND (lease_until IS NULL OR lease_until <= $1) AND id IN ({placeholders(5, len(row_ids))})",
                now,
                State.SUBMITTED.value,
                State.OVERDUE.value,
                State.UNCERTAIN.value,
                *row_ids,
            )

    async def wish_withdraw(self, office: str, row_id: str, now: int) -> Writeback | None:
        """Take a write back: at once where nothing can have been sent, else as a wish on it, due at once.

        A settled row, and one wished already, is returned as it is. None if that office has no such row.
        """
        async with self._database.transaction() as statements:
            row = await self._of(statements, office, row_id)
            if row is None:
                return None
            state = State(row["state"])
            leased = row["lease_until"] is not None and row["lease_until"] > now
            if state in _WITHDRAWN_AT_ONCE or (state is State.INTENT and not leased):
                return await self._enter(
                    statements,
                    row,
                    State.WITHDRAWN,
                    now,
                    {"wish": WITHDRAW, "due_at": now},
                    reason="withdrawn_unsent",
                )
            if state in SETTLED or row["wish"] == WITHDRAW:
                return self._seals.writeback(row)
            changed = await self._set(statements, row, {"wish": WITHDRAW, "due_at": now})
            await self._note(statements, changed, state, now, reason="wish_withdraw")
            return self._seals.writeback(changed)

    async def clear_wish(self, office: str, row_id: str, now: int) -> Writeback | None:
        """Take the wish to withdraw back from an open row; another is returned as it is, None if missing."""
        async with self._database.transaction() as statements:
            row = await self._of(statements, office, row_id)
            if row is None:
                return None
            state = State(row["state"])
            if state in SETTLED or row["wish"] is None:
                return self._seals.writeback(row)
            changed = await self._set(statements, row, {"wish": None})
            await self._note(statements, changed, state, now, reason="wish_cleared")
            return self._seals.writeback(changed)

    async def set_follow_up(self, row_id: str, follow_up_id: str) -> bool:
        """Name the write that follows this one by itself; False if the row is missing or already has one."""
        async with self._database.transaction() as statements:
            touched = await statements.execute(
                "UPDATE pms_writebacks SET follow_up = $2 WHERE id = $1 AND follow_up IS NULL",
                row_id,
                follow_up_id,
            )
        return touched > 0

    async def mark_shown(self, row_ids: Collection[str], now: int) -> None:
        """Sikka's copy shows what these rows did; they no longer lie over it."""
        if not row_ids:
            return
        async with self._database.transaction() as statements:
            await statements.execute(
                "UPDATE pms_writebacks SET shown_at = $1 "
                f"WHERE shown_at IS NULL AND id IN ({placeholders(2, len(row_ids))})",
                now,
                *row_ids,
            )

    async def recover(self, owner: str, now: int, *, lease_lapsed_by: int | None = None) -> list[Writeback]:
        """Rows left in `sending` become `uncertain`: those of ``owner``, and those whose lease has lapsed.

        To be called when ``owner`` starts (whatever it was sending, it is not any more), and now and then for
        owners that are gone. ``lease_lapsed_by`` defaults to ``now``. The rows are due at once.
        """
        lapsed_by = now if lease_lapsed_by is None else lease_lapsed_by
        async with self._database.transaction() as statements:
            rows = await statements.fetch(
                "SELECT * FROM pms_writebacks WHERE state = $1 "
                "AND (lease_owner = $2 OR lease_until IS NULL OR lease_until <= $3) "
                f"ORDER BY created_at, id {self._database.skip_locked}",
                State.SENDING.value,
                owner,
                lapsed_by,
            )
            due: dict[str, Any] = {"due_at": now}
            return [
                await self._enter(statements, row, State.UNCERTAIN, now, due, reason="found_sending")
                for row in rows
            ]

    async def _enter(
        self,
        statements: Statements,
        row: Row,
        to: State,
        now: int,
        columns: Mapping[str, Any],
        *,
        reason: str,
        detail: str | None = None,
    ) -> Writeback:
        before = State(row["state"])
        if to not in ALLOWED[before]:
            raise IllegalArrow(before, to)
        values = {
            "state": to.value,
            "result": RESULT_OF[to],
            "reason": reason or None,
            "changed_at": now,
            **columns,
        }
        if to is not State.SENDING:
            values |= _NO_LEASE
        if to is State.SUBMITTED:
            values["submitted_at"] = now
        if to in SETTLED:
            values["completed_at"] = now
        if to in UNDONE:
            values |= {"natural_key": None, "natural_key_until": None}
        changed = await self._set(statements, row, values)
        await self._note(statements, changed, before, now, reason=reason, detail=detail)
        if to is State.CONFIRMED and changed["appointment_key"] is not None:
            await self._release_earlier(statements, changed)
        return self._seals.writeback(changed)

    async def _release_earlier(self, statements: Statements, row: Row) -> None:
        """What was confirmed for an appointment before this write may be asked for again."""
        await statements.execute(
            "UPDATE pms_writebacks SET natural_key = NULL, natural_key_until = NULL "
            "WHERE pms_integration_id = $1 AND appointment_key = $2 AND state = $3 "
            "AND (created_at < $4 OR (created_at = $4 AND id < $5))",
            row["pms_integration_id"],
            row["appointment_key"],
            State.CONFIRMED.value,
            row["created_at"],
            row["id"],
        )

    async def _held(
        self, statements: Statements, row_id: str, expect: Collection[State], fence: tuple[str, int] | None
    ) -> Row | None:
        row = await statements.fetch_one("SELECT * FROM pms_writebacks WHERE id = $1", row_id)
        if row is None or State(row["state"]) not in expect:
            return None
        if fence is not None and fence != (row["lease_owner"], row["lease_attempt"]):
            return None
        return row

    async def _of(self, statements: Statements, office: str, row_id: str) -> Row | None:
        return await statements.fetch_one(
            "SELECT * FROM pms_writebacks WHERE id = $1 AND pms_integration_id = $2", row_id, office
        )

    async def _set(self, statements: Statements, row: Row, columns: Mapping[str, Any]) -> Row:
        """Set columns of a row read in the same transaction; the row as it is then."""
        settings = ", ".join(f"{column} = ${number}" for number, column in enumerate(columns, start=2))
        rows = await statements.fetch(
            f"UPDATE pms_writebacks SET {settings} WHERE id = $1 RETURNING *", row["id"], *columns.values()
        )
        return rows[0]

    def _sealed(self, office: str, row_id: str, **values: Any) -> dict[str, Any]:
        """Values by the names of their columns, sealed; Nones stay Nones."""
        return {
            column: self._seals.seal(value, column, office=office, row=row_id)
            for column, value in values.items()
        }

    async def _note(
        self,
        statements: Statements,
        row: Row,
        before: State | None,
        now: int,
        *,
        reason: str = "",
        detail: str | None = None,
    ) -> None:
        """Append the event that the row is now in its state; a wish has its state on both sides."""
        event_id = new_id(now)
        await statements.execute(
            "INSERT INTO pms_writeback_events "
            "(id, writeback_id, seq, at, from_state, to_state, reason, detail) "
            "VALUES ($1, $2, (SELECT COUNT(*) + 1 FROM pms_writeback_events WHERE writeback_id = $2), "
            "$3, $4, $5, $6, $7)",
            event_id,
            row["id"],
            now,
            None if before is None else before.value,
            row["state"],
            reason or None,
            self._seals.seal(detail, "detail", office=row["pms_integration_id"], row=event_id, table=EVENTS),
        )
