"""What a ledger out of a backup cannot know: whether what was unsent has been sent since."""

from typing import Any, Final

from store.audit import note_done
from store.database import Statements
from store.ledger_entries import LedgerEntries
from store.ledger_states import State

RESTORED: Final = "restored"
IN_DOUBT: Final = frozenset({State.UNCERTAIN})


class LedgerRestoring(LedgerEntries):
    """The part of the ledger that a restored backup is taken in by."""

    async def take_in(self, now: int) -> int:
        """Rows without an id of Sikka's become `uncertain`, to be looked for first; how many those were.

        What waits for another row goes on waiting, since it cannot be looked for before that is done; its
        event says that it is to be looked for then (`was_restored`).
        """
        async with self._database.transaction() as statements:
            rows = await statements.fetch(
                "SELECT * FROM pms_writebacks WHERE sikka_id IS NULL AND state IN ($1, $2, $3, $4, $5) "
                "ORDER BY created_at, id",
                State.WAITING.value,
                State.QUEUED.value,
                State.INTENT.value,
                State.SENDING.value,
                State.UNCERTAIN.value,
            )
            due: dict[str, Any] = {"due_at": now}
            for row in rows:
                if row["state"] == State.WAITING.value:
                    await self._note(statements, row, State.WAITING, now, reason=RESTORED)
                else:
                    await self._enter(
                        statements, row, State.UNCERTAIN, now, due, reason=RESTORED, allowed=IN_DOUBT
                    )
            await note_done(statements, now, RESTORED)
        return len(rows)

    async def was_restored(self, row_id: str) -> bool:
        """Whether a row came out of a backup while it was unsent: it may have been sent since then."""
        async with self._database.transaction() as statements:
            return await self._restored(statements, row_id)

    async def _restored(self, statements: Statements, row_id: str) -> bool:
        event = await statements.fetch_one(
            "SELECT id FROM pms_writeback_events WHERE writeback_id = $1 AND reason = $2 LIMIT 1",
            row_id,
            RESTORED,
        )
        return event is not None
