"""Keeps the copies of all offices up to date, one process to an office at a time."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import anyio
import structlog

from server.background.mirror_reading import KeptMoving, Progress, Reading, StillInserting
from server.background.parts import Parts
from server.desk.choice import chosen_offices
from server.desk.copies.copies import Copies
from server.desk.office import Profiles
from server.settings import Settings
from server.sikka.copied import INSERTING, LAYOUT
from server.sikka.errors import NotPermitted, Refused, SikkaError
from store.errors import LeaseLost
from store.mirror import Mirrored
from store.offices import Office

AT_ONCE: Final = 4  # offices read side by side
PAUSE_MS: Final = 15_000  # after a reading that ended early
log = structlog.get_logger(__name__)


class Work(StrEnum):
    """What an office's copy needs."""

    NOTHING = "nothing"
    CHANGES = "changes"
    WHOLE = "whole"


def work_for(office: Office, head: Mirrored | None, now: int, settings: Settings) -> Work:
    """What an office's copy needs now (UTC ms), by what the store knows; Sikka is not asked."""
    if head is None:
        return Work.WHOLE
    held = head.lease_owner is not None and (head.lease_until or 0) > now
    if held or (head.failed_at is not None and now - head.failed_at < PAUSE_MS):
        return Work.NOTHING
    if not head.ready or head.layout != LAYOUT or head.wished_at is not None:
        return Work.WHOLE
    if not office.as_of or office.as_of == head.as_of:
        return Work.NOTHING
    since = now - (head.reconciled_at or 0)
    return Work.WHOLE if since >= settings.mirror_reconcile_hours * 3_600_000 else Work.CHANGES


def log_progress(progress: Progress) -> None:
    """Into the log."""
    log.info(
        "mirror_page_read",
        office=progress.office.id,
        kind=progress.kind,
        page=progress.page,
        rows=progress.rows,
    )


class MirrorKeeper:
    """The loop that reads offices: first whole, then what has changed, and now and then whole again.

    Args:
        parts: of the process.
        copies: told when something was loaded.
        profiles: whose rulebooks are kept warm, so that no caller waits for them.
        tell: what to do with progress.
    """

    def __init__(
        self,
        parts: Parts,
        copies: Copies,
        profiles: Profiles,
        tell: Callable[[Progress], None] = log_progress,
    ) -> None:
        self._parts = parts
        self._mirror = parts.store.mirror
        self._copies = copies
        self._profiles = profiles
        self._tell = tell
        self._busy: set[str] = set()
        self._places = anyio.CapacityLimiter(AT_ONCE)
        self._warmed: dict[str, float] = {}

    async def run(self) -> None:
        """Forever: look which offices need work, and do it side by side; a slow one holds up no other."""
        async with anyio.create_task_group() as tasks:
            while True:
                heads = await self._mirror.heads()
                for office in await chosen_offices(self._parts.store.offices, self._parts.settings):
                    if office.id not in self._busy and self._needs(office, heads.get(office.id)):
                        self._busy.add(office.id)
                        tasks.start_soon(self._tended, office, name=f"mirror {office.id}")
                self._copies.forget_idle()
                await self._copies.rehearse()
                await self._parts.clock.sleep(self._parts.settings.mirror_look_seconds)

    async def tend(self, office: Office) -> Work:
        """Do what an office needs, if no other process is at it. Returns what was done, to its end or not.

        Raises:
            SealBroken: what is kept cannot be opened.
        """
        head = await self._mirror.head(office.id)
        now, settings = self._parts.clock.now(), self._parts.settings
        work = work_for(office, head, now, settings)
        if work is Work.NOTHING or not await self._mirror.claim(
            office.id,
            layout=LAYOUT,
            owner=self._parts.owner,
            now=now,
            lease_ms=self._parts.ms(settings.mirror_lease_seconds),
        ):
            return Work.NOTHING
        failure = ""
        try:
            await self._read(office, await self._mirror.head(office.id), work)
        except StillInserting:
            failure = INSERTING
        except (SikkaError, KeptMoving, LeaseLost) as error:
            failure = type(error).__name__
        finally:
            with anyio.CancelScope(shield=True):
                if failure:
                    log.warning("office_not_mirrored", office=office.id, error=failure)
                    await self._mirror.failed(office.id, failure, self._parts.clock.now())
                await self._mirror.release(office.id, self._parts.owner)
            self._copies.moved(office.id)
        return work

    async def _read(self, office: Office, head: Mirrored | None, work: Work) -> None:
        reading = Reading(self._parts, office, self._tell)
        if work is Work.CHANGES and head is not None:
            try:
                await reading.changes(head)
            except (Refused, NotPermitted) as error:
                log.warning("changes_not_read", office=office.id, error=type(error).__name__)
            else:
                return
        await reading.whole(head)

    def _needs(self, office: Office, head: Mirrored | None) -> bool:
        now = self._parts.clock.now()
        return self._cold(office) or work_for(office, head, now, self._parts.settings) is not Work.NOTHING

    def _cold(self, office: Office) -> bool:
        warmed = self._warmed.get(office.id)
        age = self._parts.settings.profile_seconds
        return warmed is None or self._parts.clock.monotonic() - warmed >= age

    async def _tended(self, office: Office) -> None:
        try:
            async with self._places:
                if self._cold(office):
                    self._warmed[office.id] = self._parts.clock.monotonic()
                    await self._profiles.warm(office)
                await self.tend(office)
        except Exception as error:  # noqa: BLE001 - one office's trouble must not end the work on others
            log.error("mirror_crashed", office=office.id, error=type(error).__name__)
        finally:
            self._busy.discard(office.id)
