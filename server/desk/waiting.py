"""Waiting a moment for a write's outcome, without ever owning it."""

from collections.abc import Sequence
from typing import Final

from server.clock import Clock
from server.desk.doorbell import Doorbell
from store.ledger import Ledger
from store.ledger_rows import Writeback
from store.ledger_states import SETTLED

LOOK_SECONDS: Final = 0.25  # another process may settle the row, and rings no bell here


class Waiting:
    """Reads rows until they are settled or the time is up. The rows go their way regardless."""

    def __init__(self, ledger: Ledger, doorbell: Doorbell, clock: Clock) -> None:
        self._ledger = ledger
        self._doorbell = doorbell
        self._clock = clock

    async def settled(self, office: str, rows: Sequence[Writeback], seconds: float) -> list[Writeback]:
        """The rows as they are when all are settled, or after `seconds`; in the order given."""
        if all(row.state in SETTLED for row in rows):
            return list(rows)  # nobody is woken for nothing
        ids = [row.id for row in rows]
        until = self._clock.monotonic() + seconds
        with self._doorbell.watching(ids):
            await self._ledger.hasten(ids, self._clock.now())
            self._doorbell.ring()
            while True:
                found = {row.id: row for row in await self._ledger.many(office, ids)}
                open_ids = [number for number, row in found.items() if row.state not in SETTLED]
                left = until - self._clock.monotonic()
                if not open_ids or left <= 0:
                    return [found[number] for number in ids if number in found]
                await self._doorbell.wait_for_change(open_ids[0], min(left, LOOK_SECONDS))
