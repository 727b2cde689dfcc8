"""Reads one office's copy from Sikka into the store: whole, page by page, or only what has changed."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog

from server.background.mirror_lists import read_lists
from server.background.parts import Parts
from server.desk.zones import wall_clock, zone_of
from server.sikka import formats
from server.sikka.calls import MOST_PAGES
from server.sikka.copied import APPOINTMENTS, COPIED, INSERTING, LISTS, CopiedList
from server.sikka.envelope import Rows
from server.sikka.errors import NotPermitted, Refused, Unreadable
from store.mirror import Mirrored, Pass
from store.mirror_rows import Lease, Record, Whose
from store.offices import Office

# Back to here appointments are kept: enough to see who works in which chair, and who was just here.
BACK_DAYS: Final = 28
READ_AGAIN: Final = 3  # times that one list is begun anew because Sikka loaded the office meanwhile
UNREADABLE: Final = 200
log = structlog.get_logger(__name__)


class StillInserting(Exception):
    """Sikka is loading this office: its lists are not to be read now."""


class KeptMoving(Exception):
    """Sikka loaded the office again and again while one list was being read."""


@dataclass(frozen=True)
class Progress:
    """How far a reading has come: so many rows of a list, up to a page (counted from 1)."""

    office: Office
    kind: str
    page: int
    rows: int
    last: bool


class Reading:
    """One reading of one office, by whoever holds its lease.

    Args:
        parts: of the process.
        office: as the store has it now.
        tell: what to do with progress.
    """

    def __init__(self, parts: Parts, office: Office, tell: Callable[[Progress], None]) -> None:
        self._parts = parts
        self._office = office
        self._mirror = parts.store.mirror
        self._calls = parts.sikka.office(office.office_id, live=False)
        self._tell = tell
        self._as_of = office.as_of
        self._zone = "UTC"  # until it is known whose midnight counts

    @property
    def lease(self) -> Lease:
        """Ours, renewed from now."""
        seconds = self._parts.settings.mirror_lease_seconds
        return Lease(self._parts.owner, self._parts.clock.now() + self._parts.ms(seconds))

    async def whole(self, head: Mirrored | None) -> None:
        """Read every list to its end, going on where a reading was broken off; finds what was deleted.

        Raises:
            SikkaError: Sikka cannot be asked now. What was read stays, and the next reading goes on there.
            StillInserting: Sikka is loading the office.
            KeptMoving: it loaded it again and again meanwhile.
            LeaseLost: another process has taken over.
        """
        await self._learn_zone()
        await self._mirror.forget_removed(self._office.id, lease=self.lease)
        known = await self._mirror.passes(self._office.id)
        since = max((head.reconciled_at or 0, head.wished_at or 0)) if head is not None else 0
        done = [await self._whole_list(each, known.get(each.kind), since) for each in COPIED]
        await self._lists()
        await self._mirror.loaded(
            self._office.id,
            as_of=min(each.as_of for each in done),
            read_from=min(each.started_at for each in done),
            lease=self.lease,
            now=self._parts.clock.now(),
            whole=True,
        )

    async def changes(self, head: Mirrored) -> None:
        """Read what has changed since the load that the copy shows. Read twice, it does no harm.

        Raises:
            Refused, NotPermitted: Sikka does not give changes. Only a whole reading helps.
            SikkaError, StillInserting, LeaseLost: as `whole`.
        """
        await self._learn_zone()
        began, as_of = self._parts.clock.now(), self._as_of
        since = formats.moment(head.as_of)
        if since is None:
            raise Refused(UNREADABLE)
        since -= dt.timedelta(hours=self._parts.settings.mirror_overlap_hours)
        known = await self._mirror.passes(self._office.id)
        for each in COPIED:
            reading = known.get(each.kind)
            if reading is not None and reading.phase == "ready":
                await self._changes_of(each, reading, since)
        lists = known.get(LISTS)
        listed = lists.started_at if lists is not None else 0
        if began - listed >= self._parts.ms(self._parts.settings.profile_seconds):
            await self._lists()
        await self._mirror.loaded(
            self._office.id,
            as_of=as_of,
            read_from=began,
            lease=self.lease,
            now=self._parts.clock.now(),
            whole=False,
        )

    async def _whole_list(self, each: CopiedList, known: Pass | None, since: int) -> Pass:
        """One list, read within one of Sikka's loads: else a row may have slipped from page to page."""
        if known is not None and known.phase != "loading" and self._holds(known, since):
            return known
        reading = known if known is not None and self._goes_on(known, since) else None
        for _ in range(READ_AGAIN):
            reading = reading or await self._begin(each.kind)
            try:
                reading = await self._pages(each, reading)
            except (NotPermitted, Refused):
                if each.demanded:
                    raise
                now = self._parts.clock.now()
                await self._mirror.refused(self._office.id, reading, lease=self.lease, now=now)
                return reading
            self._as_of = await self._newest()
            if self._as_of == reading.as_of:
                now = self._parts.clock.now()
                gone = await self._mirror.finish(self._office.id, reading, lease=self.lease, now=now)
                log.info("mirror_list_read", office=self._office.id, kind=each.kind, rows=reading.seen)
                if gone:
                    log.info("mirror_rows_gone", office=self._office.id, kind=each.kind, rows=gone)
                return reading
            reading = None
        raise KeptMoving

    def _holds(self, known: Pass, since: int) -> bool:
        """Whether a list read to its end belongs to this very reading, which was broken off behind it."""
        return known.as_of == self._as_of and known.started_at > since

    def _goes_on(self, known: Pass, since: int) -> bool:
        # With other pages than these, the number of the next one would mean another place.
        whole_pages = known.seen == known.page * self._parts.settings.mirror_page_rows
        return known.phase == "loading" and whole_pages and self._holds(known, since)

    async def _begin(self, kind: str) -> Pass:
        now = self._parts.clock.now()
        return await self._mirror.begin(self._office.id, kind, as_of=self._as_of, lease=self.lease, now=now)

    async def _pages(self, each: CopiedList, reading: Pass) -> Pass:
        params = {"practice_id": self._office.practice_id}
        if each is APPOINTMENTS:
            params["startdate"] = formats.wire_day(self._first_day())
        while reading.page < MOST_PAGES:
            page = await self._page(each, params, reading.page)
            records = [Record(each.id_of(row), row) for row in page.rows if self._keeps(each, row)]
            await self._keep(each, records, reading.generation)
            reading = await self._mirror.turn(self._office.id, reading, rows=len(page.rows), lease=self.lease)
            self._tell(Progress(self._office, each.kind, reading.page, reading.seen, page.last))
            if page.last:
                return reading
        raise Unreadable(UNREADABLE)

    async def _changes_of(self, each: CopiedList, reading: Pass, since: dt.datetime) -> None:
        """Without any other filter: what has left our practice or our days has to be seen leaving."""
        params = {"loaded_startdate": since.isoformat(timespec="seconds")}
        for number in range(MOST_PAGES):
            page = await self._page(each, params, number)
            kept = [row for row in page.rows if self._keeps(each, row)]
            left = [each.id_of(row) for row in page.rows if not self._keeps(each, row)]
            await self._keep(each, [Record(each.id_of(row), row) for row in kept], reading.generation)
            await self._mirror.drop(self._office.id, each.kind, left, lease=self.lease)
            if page.last:
                return
        raise Unreadable(UNREADABLE)

    async def _page(self, each: CopiedList, params: Mapping[str, str], number: int) -> Rows:
        limit = self._parts.settings.mirror_page_rows
        page = await self._calls.rows(each.path, params, each.fields, number=number, limit=limit)
        if page.data_insert.casefold() == INSERTING:
            raise StillInserting
        return page

    async def _keep(self, each: CopiedList, records: list[Record], generation: int) -> None:
        await self._mirror.keep(
            self._office.id,
            each.kind,
            records,
            generation=generation,
            lease=self.lease,
            whose=Whose(each.patient_at, each.emptied_at),
        )

    def _keeps(self, each: CopiedList, row: tuple[str, ...]) -> bool:
        """Whether a row is of our practice, and not of a day long past."""
        if row[each.practice_at] not in {"", self._office.practice_id}:
            return False
        day = formats.day(row[each.fields.index("date")]) if each is APPOINTMENTS else None
        return day is None or day >= self._first_day()

    async def _learn_zone(self) -> None:
        settings = await self._parts.settings_of(self._office.id)
        self._zone = zone_of(settings.timezone, self._office.zone_name) or self._zone

    def _first_day(self) -> dt.date:
        return wall_clock(self._parts.clock.now(), self._zone).date() - dt.timedelta(days=BACK_DAYS)

    async def _lists(self) -> None:
        lists: dict[str, list[Any]] = await read_lists(self._calls, self._office)
        reading = await self._begin(LISTS)
        await self._mirror.keep(
            self._office.id,
            LISTS,
            [Record(name, [name, *rows]) for name, rows in lists.items()],
            generation=reading.generation,
            lease=self.lease,
        )
        now = self._parts.clock.now()
        await self._mirror.finish(self._office.id, reading, lease=self.lease, now=now)

    async def _newest(self) -> str:
        """Sikka's load that is current now, as it says itself; what we knew where it does not say."""
        office, store = self._office, self._parts.store
        for row in await self._parts.sikka.application(live=False).sync_status():
            ours = (row.office_id, row.practice_id) == (office.office_id, office.practice_id)
            if ours and row.data_insert_date:
                await store.offices.saw_as_of(office.id, row.data_insert_date, self._parts.clock.now())
                return row.data_insert_date
        return self._as_of
