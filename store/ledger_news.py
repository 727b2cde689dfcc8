"""Which changes of a write a caller has not heard of yet.

``told_state`` was spoken last; it counts as heard (``said_state``) when a later call comes a while after.
"""
# ruff: noqa: S608  # only names of columns and numbers of placeholders are put into the SQL text

from store.database import placeholders
from store.ledger_reading import LedgerReading, texts
from store.ledger_rows import Writeback
from store.ledger_states import WORTH_TELLING, State


class LedgerNews(LedgerReading):
    """The part of the ledger that remembers what was said."""

    async def news(
        self, office: str, *, scope_key: str | None, patient_key: str | None, now: int, gap_ms: int
    ) -> list[Writeback]:
        """Rows whose state the caller has not heard, oldest change first. Whoever tells one calls `said`.

        They are rows of the call ``scope_key``, or without one of ``patient_key``; without either, none.
        What was told is repeated until a call comes at least ``gap_ms`` after it was first told.
        """
        column, key = ("scope_key", scope_key) if scope_key is not None else ("patient_key", patient_key)
        if key is None:
            return []
        of_key = f"pms_integration_id = $1 AND {column} = $2"
        worth = texts(WORTH_TELLING)
        unheard = f"said_state <> state AND state IN ({placeholders(3, len(worth))})"
        if not await self._database.fetch(
            f"SELECT id FROM pms_writebacks WHERE {of_key} AND {unheard} LIMIT 1", office, key, *worth
        ):
            return []  # most calls: no transaction is made for nothing
        async with self._database.transaction() as statements:
            await statements.execute(
                f"UPDATE pms_writebacks SET said_state = told_state WHERE {of_key} AND told_at <= $3",
                office,
                key,
                now - gap_ms,
            )
            rows = await statements.fetch(
                f"SELECT * FROM pms_writebacks WHERE {of_key} AND {unheard} ORDER BY changed_at, id",
                office,
                key,
                *worth,
            )
        return [self._seals.writeback(row) for row in rows]

    async def said(self, row_id: str, state: State, now: int) -> None:
        """The caller was just told, by an answer about the row or as news, that it is in this state.

        It is news until a later call, like anything told: the answer may not have reached the caller.
        """
        async with self._database.transaction() as statements:
            await statements.execute(_TELL, row_id, state.value, now)


# The first time counts: a caller who asks every second has heard it after the gap.
_TELL = (
    "UPDATE pms_writebacks SET told_state = $2, told_at = $3 "
    "WHERE id = $1 AND (told_state IS NULL OR told_state <> $2)"
)
