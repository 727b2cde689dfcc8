"""How a row of the ledger is changed: the one place where states, keys and events are written."""
# ruff: noqa: S608  # only names of columns are put into the SQL text

from collections.abc import Collection, Mapping
from typing import Any

from store.database import Row, Statements
from store.ledger_reading import LedgerReading
from store.ledger_rows import EVENTS, Writeback, new_id
from store.ledger_states import ALLOWED, RESULT_OF, SETTLED, UNDONE, IllegalArrow, State

CONFIRMED_KEY_HOLD_MS = 15 * 60_000
NO_LEASE: Mapping[str, Any] = {"lease_owner": None, "lease_until": None}


class LedgerEntries(LedgerReading):
    """What every writing part of the ledger is made of. Each runs inside its caller's transaction."""

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
        allowed: frozenset[State] | None = None,
    ) -> Writeback:
        """Take a row to another state; ``allowed`` stands for what ALLOWED says of the state it is in."""
        before = State(row["state"])
        if to not in (ALLOWED[before] if allowed is None else allowed):
            raise IllegalArrow(before, to)
        values = {
            "state": to.value,
            "result": RESULT_OF[to],
            "reason": reason or None,
            "changed_at": now,
            **columns,
        }
        if to is not State.SENDING:
            values |= NO_LEASE
        if to is State.SENDING:
            values["sent_count"] = row["sent_count"] + 1
        if to is State.UNCERTAIN:
            values |= {"first_look_at": None, "looks": 0}  # absence is proven anew for each loss
        if to is State.SUBMITTED:
            values["submitted_at"] = now
        if to is not before:
            values["completed_at"] = now if to in SETTLED else None
        if to in UNDONE:
            values |= {"natural_key": None, "natural_key_until": None}
        changed = await self._set(statements, row, values)
        await self._note(statements, changed, before, now, reason=reason, detail=detail)
        if to is State.CONFIRMED and changed["appointment_key"] is not None:
            await self._release_earlier(statements, changed)
        return self._seals.writeback(changed)

    async def _release_lapsed(
        self, statements: Statements, office: str, natural_key: str | None, now: int
    ) -> None:
        """A natural key whose time is up is free."""
        await statements.execute(
            "UPDATE pms_writebacks SET natural_key = NULL, natural_key_until = NULL "
            "WHERE pms_integration_id = $1 AND natural_key = $2 AND natural_key_until <= $3",
            office,
            natural_key,
            now,
        )

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
