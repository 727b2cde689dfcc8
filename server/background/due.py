"""Finds the rows of the ledger that are due for this process, and how long it is until the next one."""

from collections.abc import Collection
from typing import Final

from server.background.parts import Parts
from server.desk.choice import chosen_offices
from store.ledger_rows import Writeback
from store.ledger_states import State

AT_ONCE: Final = 20
IDLE_SECONDS: Final = 5.0  # another process may put rows down, and rings no bell here
SHORTEST_SECONDS: Final = 0.01


class DueRows:
    """Rows in some states, of the offices that this process works for.

    Args:
        parts: of this process.
        states: that the loop in question deals with.
        lease_seconds: how long a claimed row is this process's.
    """

    def __init__(self, parts: Parts, states: Collection[State], lease_seconds: float) -> None:
        self._parts = parts
        self._ledger = parts.store.ledger
        self._states = states
        self._lease_ms = parts.ms(lease_seconds)

    async def claim(self) -> list[Writeback]:
        """Lease what is due, up to `AT_ONCE` rows of each office."""
        rows: list[Writeback] = []
        for office in await self.offices():
            rows += await self._ledger.claim_due(
                self._states,
                owner=self._parts.owner,
                now=self._parts.clock.now(),
                lease_ms=self._lease_ms,
                limit=AT_ONCE,
                office=office,
            )
        return rows

    async def pause_seconds(self) -> float:
        """Seconds until the next row is due, at most `IDLE_SECONDS`."""
        times = [await self._ledger.next_due(self._states, office) for office in await self.offices()]
        due_at = min((time for time in times if time is not None), default=None)
        if due_at is None:
            return IDLE_SECONDS
        seconds = (due_at - self._parts.clock.now()) / 1000
        return min(IDLE_SECONDS, max(SHORTEST_SECONDS, seconds))

    async def offices(self) -> list[str | None]:
        """Ids for the ledger's questions; [None] stands for all offices."""
        settings = self._parts.settings
        if not settings.chosen_offices:
            return [None]
        return [office.id for office in await chosen_offices(self._parts.store.offices, settings)]
