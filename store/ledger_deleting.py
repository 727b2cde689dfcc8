"""That Sikka is asked to delete a write, put down before it is: what "gone" means is known after a crash."""

from store.database import Row, Statements
from store.ledger_entries import LedgerEntries
from store.ledger_states import ACCEPTED, State

DELETION_ASKED = "deletion_asked"
NOT_DELETED = "not_deleted"


class LedgerDeleting(LedgerEntries):
    """The part of the ledger that remembers deletions whose answer may be lost."""

    async def deletion_asked(self, row_id: str, now: int, *, fence: tuple[str, int]) -> bool | None:
        """Sikka is about to be asked to delete a write: True if an earlier asking may have deleted it.

        None, and it must not be asked, if the row is not wished away (any more), not accepted, or the fence
        is lost. From now on the wish stands until `not_deleted`, or until the row is settled.
        """
        async with self._database.transaction() as statements:
            row = await self._held(statements, row_id, ACCEPTED, fence)
            if row is None or row["wish"] is None:
                return None
            asked_before = await self._may_be_deleted(statements, row)
            if not asked_before:
                await self._note(statements, row, State(row["state"]), now, reason=DELETION_ASKED)
        return asked_before

    async def not_deleted(self, row_id: str, now: int) -> None:
        """Sikka has not deleted the write, and no earlier asking can have."""
        async with self._database.transaction() as statements:
            row = await self._held(statements, row_id, ACCEPTED, None)
            if row is not None:
                await self._note(statements, row, State(row["state"]), now, reason=NOT_DELETED)

    async def may_be_deleted(self, row_id: str) -> bool:
        """Whether Sikka was asked to delete an accepted write, and has not said that it did not."""
        async with self._database.transaction() as statements:
            row = await self._held(statements, row_id, ACCEPTED, None)
            return row is not None and await self._may_be_deleted(statements, row)

    async def _may_be_deleted(self, statements: Statements, row: Row) -> bool:
        last = await statements.fetch_one(
            "SELECT reason FROM pms_writeback_events WHERE writeback_id = $1 AND reason IN ($2, $3) "
            "ORDER BY seq DESC LIMIT 1",
            row["id"],
            DELETION_ASKED,
            NOT_DELETED,
        )
        return last is not None and last["reason"] == DELETION_ASKED
