"""Removes what has been kept long enough."""

import structlog

from server.background.parts import Parts
from server.clock import DAY_MS
from server.desk.choice import chosen_offices

log = structlog.get_logger(__name__)


class Keeping:
    """The loop that lets go of what nobody needs any more."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store

    async def run(self) -> None:
        """Forever: one round, and sleep."""
        while True:
            await self.round()
            await self._parts.clock.sleep(self._parts.settings.retention_minutes * 60)

    async def round(self) -> dict[str, int]:
        """Let go of what is due, and return how much of each was."""
        now, settings = self._parts.clock.now(), self._parts.settings
        purged = await self._store.purge(now)
        gone = {
            "handles": purged.handles,
            "readbacks": purged.readbacks,
            "holds": purged.holds,
            "writes": await self._store.retention.blank_writes(
                now - int(settings.keep_writes_days * DAY_MS), now
            ),
            "tasks": await self._store.retention.delete_done_tasks(
                now - int(settings.keep_tasks_days * DAY_MS)
            ),
            "copies": await self._copies(now - int(settings.keep_copies_days * DAY_MS)),
        }
        for kind, rows in gone.items():
            if rows:
                log.info("let_go", kind=kind, rows=rows)
        return gone

    async def _copies(self, read_by: int) -> int:
        """Copies of offices that are served no more; one that is served is stale for other reasons."""
        served = set[str]()
        if self._parts.settings.mirror == "on":
            served = {each.id for each in await chosen_offices(self._store.offices, self._parts.settings)}
        stale = [
            each for each in await self._store.retention.copies_unread_since(read_by) if each not in served
        ]
        for office in stale:
            await self._store.mirror.forget(office)
        return len(stale)
