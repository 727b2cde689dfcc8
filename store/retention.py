"""Takes out of the store what has been kept long enough: words of settled writes, and tasks that are done."""
# ruff: noqa: S608  # only names of columns and numbers of placeholders are put into the SQL text

from collections.abc import Sequence
from typing import Final

from store.database import Database, Row, Statements, placeholders
from store.ledger_rows import LedgerSeals
from store.ledger_states import OPEN, SETTLED
from store.sealing import Sealer

AT_ONCE: Final = 200  # rows to a transaction: nobody who writes must wait long
_OPEN: Final = ", ".join(f"'{state.value}'" for state in sorted(OPEN))
_SETTLED: Final = ", ".join(f"'{state.value}'" for state in sorted(SETTLED))
# A settled write nothing depends on any more: it lies over no read, none waits for it, nothing is to follow.
AT_REST: Final = (
    f"w.state IN ({_SETTLED}) AND w.blanked_at IS NULL "
    "AND NOT (w.state = 'confirmed' AND w.shown_at IS NULL) "
    "AND NOT (w.state = 'confirmed' AND w.wish IS NOT NULL AND w.follow_up IS NULL) "
    f"AND NOT EXISTS (SELECT 1 FROM pms_writebacks AS o WHERE o.waits_for = w.id AND o.state IN ({_OPEN}))"
)
_DONE_LONG_AGO: Final = (
    "state = 'done' AND done_at <= $1 AND (writeback_id IS NULL OR NOT EXISTS ("
    f"SELECT 1 FROM pms_writebacks AS w WHERE w.id = tasks.writeback_id AND w.state IN ({_OPEN})))"
)


class Retention:
    """What is kept for how long. Times are UTC ms and come from the caller."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._seals = LedgerSeals(sealer)

    async def blank_writes(self, settled_by: int, now: int) -> int:
        """Blank writes at rest that were last changed by then, and return how many that were.

        Row and history stay, and say what happened when; what it was about does not, nor any key that leads
        from a patient, an appointment or a call to it.
        """
        blanked = 0
        while True:
            async with self._database.transaction() as statements:
                rows = await statements.fetch(
                    "SELECT w.id, w.pms_integration_id FROM pms_writebacks AS w "
                    f"WHERE w.changed_at <= $1 AND {AT_REST} ORDER BY w.id LIMIT {AT_ONCE}",
                    settled_by,
                )
                await self.blank(statements, rows, now)
            blanked += len(rows)
            if len(rows) < AT_ONCE:
                return blanked

    async def blank(self, statements: Statements, rows: Sequence[Row], now: int) -> None:
        """Blank rows (their id and pms_integration_id)."""
        for row in rows:
            office, row_id = str(row["pms_integration_id"]), str(row["id"])
            empty: dict[str, object] = {"endpoint": "", "request_body": {}, "facts": {}}
            sealed = [
                self._seals.seal(value, name, office=office, row=row_id) for name, value in empty.items()
            ]
            await statements.execute(
                "UPDATE pms_writebacks SET endpoint = $2, request_body = $3, facts = $4, "
                "error_message = NULL, created_id = NULL, natural_key = NULL, natural_key_until = NULL, "
                "natural_key_given = NULL, "
                "patient_key = NULL, appointment_key = NULL, scope_key = NULL, "
                "shown_at = COALESCE(shown_at, $5), blanked_at = $5 WHERE id = $1",
                row_id,
                *sealed,
                now,
            )
        if rows:
            await statements.execute(
                "UPDATE pms_writeback_events SET detail = NULL WHERE detail IS NOT NULL "
                f"AND writeback_id IN ({placeholders(1, len(rows))})",
                *(row["id"] for row in rows),
            )

    async def delete_done_tasks(self, done_by: int) -> int:
        """Delete tasks that were done by then, and return how many; those of an open write stay."""
        async with self._database.transaction() as statements:
            return await statements.execute(f"DELETE FROM tasks WHERE {_DONE_LONG_AGO}", done_by)

    async def copies_unread_since(self, read_by: int) -> list[str]:
        """Offices into whose copy nobody has read anything of Sikka since then."""
        rows = await self._database.fetch(
            "SELECT m.office FROM mirror_offices AS m WHERE COALESCE(m.lease_until, 0) <= $1 AND COALESCE("
            "m.read_from, (SELECT MAX(p.started_at) FROM mirror_passes AS p WHERE p.office = m.office), 0"
            ") <= $1 ORDER BY m.office",
            read_by,
        )
        return [str(row["office"]) for row in rows]
