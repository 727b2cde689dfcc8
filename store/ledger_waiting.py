"""Writes that wait for another, such as a booking for a patient who is still being registered."""

from collections.abc import Mapping
from typing import Any

from store.ledger_entries import LedgerEntries
from store.ledger_restoring import IN_DOUBT, RESTORED
from store.ledger_rows import Writeback
from store.ledger_states import State

RELEASED = "released"


class LedgerWaiting(LedgerEntries):
    """The part of the ledger that holds rows back and lets them go."""

    async def release(
        self,
        row_id: str,
        now: int,
        *,
        body: Mapping[str, str],
        facts: Mapping[str, Any],
        patient_key: str | None,
        send_before: int,
        in_doubt: bool = False,
    ) -> Writeback | None:
        """Let a waiting row go, with what it waited for filled in, to be sent at once.

        ``in_doubt``: it may have been sent already, and is looked for first (`uncertain`). Its natural key
        stays. ``patient_key`` None leaves what it has. None, and nothing is changed, if it does not
        wait (any more).
        """
        async with self._database.transaction() as statements:
            row = await self._held(statements, row_id, {State.WAITING}, None)
            if row is None:
                return None
            columns: dict[str, Any] = self._sealed(
                row["pms_integration_id"], row_id, request_body=body, facts=facts
            )
            columns |= {"send_before": send_before, "due_at": now}
            if patient_key is not None:
                columns["patient_key"] = patient_key
            if in_doubt:
                return await self._enter(
                    statements, row, State.UNCERTAIN, now, columns, reason=RESTORED, allowed=IN_DOUBT
                )
            return await self._enter(statements, row, State.INTENT, now, columns, reason=RELEASED)
