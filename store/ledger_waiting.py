"""Writes that wait for another, such as a booking for a patient who is still being registered."""

from collections.abc import Mapping
from typing import Any

from store.ledger_entries import LedgerEntries
from store.ledger_reading import OLDEST_FIRST
from store.ledger_rows import Writeback
from store.ledger_states import State

RELEASED = "released"


class LedgerWaiting(LedgerEntries):
    """The part of the ledger that holds rows back and lets them go."""

    async def waiting_on(self, row_id: str) -> list[Writeback]:
        """The rows that still wait for this one, oldest first."""
        return await self._rows(
            f"WHERE waits_for = $1 AND state = $2 {OLDEST_FIRST}", row_id, State.WAITING.value
        )

    async def release(
        self,
        row_id: str,
        now: int,
        *,
        body: Mapping[str, str],
        facts: Mapping[str, Any],
        patient_key: str | None,
        send_before: int,
        due_at: int | None = None,
        endpoint: str | None = None,
    ) -> Writeback | None:
        """Let a waiting row go, with what it waited for filled in, to be sent at ``due_at`` or at once.

        Its natural key stays. ``patient_key`` and ``endpoint`` None leave what it has. None, and nothing is
        changed, if it does not wait (any more).
        """
        async with self._database.transaction() as statements:
            row = await self._held(statements, row_id, {State.WAITING}, None)
            if row is None:
                return None
            columns: dict[str, Any] = self._sealed(
                row["pms_integration_id"], row_id, request_body=body, facts=facts
            )
            columns |= {"send_before": send_before, "due_at": now if due_at is None else due_at}
            if patient_key is not None:
                columns["patient_key"] = patient_key
            if endpoint is not None:
                columns |= self._sealed(row["pms_integration_id"], row_id, endpoint=endpoint)
            return await self._enter(statements, row, State.INTENT, now, columns, reason=RELEASED)
