"""What changes in a settled row, and who holds an id of Sikka's: what `late` and `adopt` share."""

from collections.abc import Mapping
from typing import Any

from store.database import Row, Statements
from store.ledger_endings import ALLOWED_LATE, ID_LOST, Ending, ending_of
from store.ledger_entries import CONFIRMED_KEY_HOLD_MS, LedgerEntries
from store.ledger_rows import Writeback
from store.ledger_states import ALLOWED, OPEN, SETTLED, UNDONE, State


class LedgerTurns(LedgerEntries):
    """Each runs inside its caller's transaction."""

    async def _ending(self, statements: Statements, row: Row) -> Ending:
        events = await statements.fetch(
            "SELECT from_state, to_state, reason FROM pms_writeback_events "
            "WHERE writeback_id = $1 ORDER BY seq",
            row["id"],
        )
        history = [
            (
                None if event["from_state"] is None else State(event["from_state"]),
                State(event["to_state"]),
                event["reason"] or "",
            )
            for event in events
        ]
        return ending_of(history, adopted=row["adopted_at"] is not None)

    async def _turn(
        self,
        statements: Statements,
        row: Row,
        to: State,
        now: int,
        columns: Mapping[str, Any],
        *,
        allowed: frozenset[State],
        reason: str,
    ) -> Writeback:
        """Take a settled row to what it turned out to be; its keys follow, unless it stays what it was."""
        before = State(row["state"])
        values: dict[str, Any] = {"due_at": now}
        if to is not before:
            values["shown_at"] = None
        if to in OPEN:
            values |= {"created_id": None, "error_message": None}  # they told of what it proved not to be
        values |= columns
        if to is not before and to not in UNDONE:
            values |= await self._key_again(statements, row, now)
            values["natural_key_until"] = now + CONFIRMED_KEY_HOLD_MS if to is State.CONFIRMED else None
        return await self._enter(statements, row, to, now, values, reason=reason, allowed=allowed)

    async def _key_again(self, statements: Statements, row: Row, now: int) -> Mapping[str, Any]:
        """The natural key a row was put down with, as its column, or nothing if another row holds it now."""
        office, key = row["pms_integration_id"], row["natural_key_given"]
        await self._release_lapsed(statements, office, key, now)
        holder = await statements.fetch_one(
            "SELECT id FROM pms_writebacks WHERE pms_integration_id = $1 AND natural_key = $2 AND id <> $3",
            office,
            key,
            row["id"],
        )
        return {"natural_key": key} if holder is None else {}

    async def _owner(self, statements: Statements, sikka_id: str) -> Row | None:
        return await statements.fetch_one("SELECT * FROM pms_writebacks WHERE sikka_id = $1", sikka_id)

    async def _take_id(self, statements: Statements, row_id: str, sikka_id: str, now: int) -> None:
        """Make an id of Sikka's free for the row that it was given to.

        A row that is watched by that id, or was settled on it after adopting it, is uncertain again.
        """
        owner = await self._owner(statements, sikka_id)
        if owner is None or owner["id"] == row_id:
            return
        state = State(owner["state"])
        freed = {"sikka_id": None, "adopted_at": None}
        allowed = ALLOWED[state]
        if state in SETTLED:
            allowed = ALLOWED_LATE[state, await self._ending(statements, owner)]
        if State.UNCERTAIN not in allowed:
            changed = await self._set(statements, owner, freed)
            await self._note(statements, changed, state, now, reason=ID_LOST)
        elif state in SETTLED:
            await self._turn(
                statements,
                owner,
                State.UNCERTAIN,
                now,
                freed,
                allowed=allowed,
                reason=ID_LOST,
            )
        else:
            await self._enter(
                statements, owner, State.UNCERTAIN, now, {**freed, "due_at": now}, reason=ID_LOST
            )
