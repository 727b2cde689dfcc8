"""Which changes of a write a caller has not heard of yet.

``told_state`` was spoken last; it counts as heard (``said_state``) when a later call comes a while after
``told_at``. What only the answer of the call that wrote it has told has no ``told_at``: it is told once more.
"""
# ruff: noqa: S608  # only names of columns and numbers of placeholders are put into the SQL text

from typing import Final

from store.database import Change, placeholders
from store.ledger_reading import LedgerReading, texts
from store.ledger_rows import Writeback
from store.ledger_states import UNDONE, WORTH_TELLING, State

KEPT_MS: Final = 30 * 86_400_000  # by then somebody of the office has called: each such row makes a task


class LedgerNews(LedgerReading):
    """The part of the ledger that remembers what was said."""

    async def news(
        self, office: str, *, scope_key: str | None, patient_key: str | None, now: int, gap_ms: int
    ) -> list[Writeback]:
        """Rows whose state the caller has not heard. Whoever tells one writes its `telling` down.

        They are rows of the call ``scope_key``, oldest change first, and before them what an earlier call of
        ``patient_key`` asked for and was not done. Without a call they are all rows of the patient; without
        either, none. What was told is repeated until a call comes ``gap_ms`` after it was first told.

        What was not done is no news once the same thing was asked for anew: of that the new row tells.
        """
        if scope_key is None and patient_key is None:
            return []
        given = (office, scope_key, patient_key, now - KEPT_MS, *_UNDONE)
        rows = await self._database.fetch_few(_NEWS, *given, *_WORTH)
        heard_by = now - gap_ms
        if any(row["told_at"] is not None and row["told_at"] <= heard_by for row in rows):
            async with self._database.transaction() as statements:
                await statements.execute(
                    _HEARD,
                    *given,
                    heard_by,
                )
                rows = await statements.fetch(_NEWS, *given, *_WORTH)
        if scope_key is not None:
            rows = sorted(rows, key=lambda row: row["scope_key"] == scope_key)
        return [self._seals.writeback(row) for row in rows]

    def telling(self, row_id: str, state: State, now: int) -> Change:
        """That the caller is told, by an answer about the row or as news, that it is in this state.

        To be written with the answer. It is news until a later call, like anything told: the answer may not
        have reached the caller.
        """
        return Change(_TELL, (row_id, state.value, now))

    def telling_once(self, row_id: str, state: State) -> Change:
        """As `telling`, in the answer to the very call that wrote the row: that answer may be dropped.

        A runtime lets a call go on that its caller talked over, and throws the answer away. So whenever the
        next call comes, it is told as news; somebody was told all the same, as far as the office goes.
        """
        return Change(_TELL_ONCE, (row_id, state.value))


_ASKED_ANEW = """EXISTS (
    SELECT 1 FROM pms_writebacks AS anew
    WHERE anew.pms_integration_id = pms_writebacks.pms_integration_id
    AND anew.patient_key = pms_writebacks.patient_key
    AND anew.natural_key_given = pms_writebacks.natural_key_given AND anew.id > pms_writebacks.id
)"""
_UNDONE: Final = texts(UNDONE & WORTH_TELLING)
_WORTH: Final = texts(WORTH_TELLING)
_NOT_DONE: Final = f"state IN ({placeholders(5, len(_UNDONE))})"
_MINE: Final = f"""pms_integration_id = $1 AND (
    scope_key = CAST($2 AS TEXT)
    OR (patient_key = CAST($3 AS TEXT) AND (CAST($2 AS TEXT) IS NULL
        OR (changed_at >= $4 AND {_NOT_DONE}))))"""
_NEWS: Final = f"""SELECT * FROM pms_writebacks WHERE {_MINE}
    AND said_state <> state AND state IN ({placeholders(5 + len(_UNDONE), len(_WORTH))})
    AND NOT ({_NOT_DONE} AND {_ASKED_ANEW}) ORDER BY changed_at, id"""
_HEARD: Final = (
    f"UPDATE pms_writebacks SET said_state = told_state WHERE {_MINE} AND told_at <= ${5 + len(_UNDONE)}"
)
# The first time counts: a caller who asks every second has heard it after the gap.
_TELL = (
    "UPDATE pms_writebacks SET told_state = $2, told_at = $3 "
    "WHERE id = $1 AND (told_state IS NULL OR told_state <> $2 OR told_at IS NULL)"
)
_TELL_ONCE = (
    "UPDATE pms_writebacks SET told_state = $2, told_at = NULL "
    "WHERE id = $1 AND (told_state IS NULL OR told_state <> $2)"
)
