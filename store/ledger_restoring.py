"""What a ledger out of a backup cannot know: whether what was unsent has been sent since."""

from typing import Final

from store.audit import note_done
from store.ledger_entries import LedgerEntries
from store.ledger_reading import OLDEST_FIRST
from store.ledger_states import State

RESTORED: Final = "restored"
_IN_DOUBT: Final = frozenset({State.UNCERTAIN})


class LedgerRestoring(LedgerEntries):
    """The part of the ledger that a restored backup is taken in by."""

    async def take_in(self, now: int) -> int:
        """Rows about to be sent become `uncertain`, to be looked for first; how many those were.

        What is queued or waits for another row stays so: its time is looked at again before it is sent.
        """
        async with self._database.transaction() as statements:
            rows = await statements.fetch(
                f"SELECT * FROM pms_writebacks WHERE state = $1 {OLDEST_FIRST}",  # noqa: S608 - a constant
                State.INTENT.value,
            )
            for row in rows:
                await self._enter(
                    statements,
                    row,
                    State.UNCERTAIN,
                    now,
                    {"due_at": now},
                    reason=RESTORED,
                    allowed=_IN_DOUBT,
                )
            await note_done(statements, now, RESTORED)
        return len(rows)
