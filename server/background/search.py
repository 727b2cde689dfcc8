"""Looks for a write whose answer was lost, before anybody may send it again.

The order is the point. The copy first: what it shows is done, and what it does not show proves nothing.
Then the list: a hit is adopted. Only the list, read twice, proves absence; only then is a write sent again,
once. Where the list may not be read nothing is sent again, and a person is told.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import structlog

from server.background.cadence import HIDDEN
from server.background.evidence import DAY, Evidence
from server.background.flags import IN_DOUBT, Flags
from server.background.outcomes import Outcomes
from server.background.parts import Parts
from server.background.slots import Slots
from server.background.traces import is_trace_of
from server.sikka.errors import NotPermitted
from server.sikka.models import WritebackEntry
from store.inbox import TaskKind
from store.ledger_restoring import RESTORED
from store.ledger_rows import Created, Writeback
from store.ledger_states import State
from store.offices import Office

LONGEST_SPAN: Final = 6 * DAY  # the list takes seven days at most, both ends included
MOST_SENDS: Final = 2
_LEAVING: Final = frozenset({State.INTENT, State.SENDING})
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Losses:
    """The sends of a row whose answers were lost.

    Attributes:
        spans: from and until when each may have left, UTC ms.
        before: the state that the row was in before the last of them.
    """

    spans: tuple[tuple[int, int], ...]
    before: State

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """The first and last day to search: a day more at both ends, since the list's days carry no zone."""
        moments = [dt.datetime.fromtimestamp(at / 1000, dt.UTC).date() for span in self.spans for at in span]
        return min(moments) - DAY, max(moments) + DAY


class Search:
    """Looks for uncertain rows."""

    def __init__(self, parts: Parts, evidence: Evidence, outcomes: Outcomes, slots: Slots) -> None:
        self._parts = parts
        self._ledger = parts.store.ledger
        self._clock = parts.clock
        self._evidence = evidence
        self._outcomes = outcomes
        self._flags = Flags(parts)
        self._slots = slots

    async def look(self, row: Writeback, office: Office) -> None:
        """Look once for a claimed uncertain row and put down what is seen. Raises SikkaError."""
        created = await self._in_copy(row, office)
        if row.sikka_id is not None:
            await self._look_at_hidden(row, office, created)
            return
        losses = await self._losses(row)
        try:
            found = await self._found(row, office, losses)
        except NotPermitted:
            found = None
        if created is not None:
            # With its id, where there is one: else the next write like it could take that for its own.
            number = found[0].id if found else None
            await self._outcomes.confirm(row, office, created, "copy", sikka_id=number)
        elif found is None:
            await self._flags.once(row, TaskKind.UNCERTAIN, IN_DOUBT)
            await self._watch_copy(row)
        elif not await self._adopt(row, found):
            await self._missed(row, office, losses)

    async def _look_at_hidden(self, row: Writeback, office: Office, created: Created | None) -> None:
        """A row that was accepted, and whose outcome Sikka would not tell: the plan may have changed."""
        if created is not None:
            await self._outcomes.confirm(row, office, created, "copy")
            return
        try:
            calls = self._parts.sikka.office(office.office_id, live=False)
            status = await calls.writeback_status(row.sikka_id or "")
        except NotPermitted:
            status = None  # and the list knows no more
        if status is not None and status.completed:
            await self._outcomes.settle(row, office, status)
        else:
            await self._watch_copy(row)

    async def _in_copy(self, row: Writeback, office: Office) -> Created | None:
        try:
            return await self._evidence.in_copy(row, office)
        except NotPermitted:
            return None

    async def _losses(self, row: Writeback) -> Losses:
        spans: list[tuple[int, int]] = []
        leaving, before = row.created_at, State.SENDING
        for event in await self._ledger.events(row.office, row.id):
            restored = event.reason == RESTORED
            lost = event.to_state is State.UNCERTAIN and (restored or event.from_state in _LEAVING)
            if event.to_state in _LEAVING and event.from_state is not event.to_state:
                leaving = event.at
            elif lost and event.from_state is State.UNCERTAIN and spans:
                spans[-1] = (spans[-1][0], event.at)
            elif lost:
                # Out of a restored backup it may have left at any time until then.
                spans.append((leaving, event.at if restored else leaving))
                before = event.from_state or before
        return Losses(tuple(spans) or ((leaving, leaving),), before)

    async def _found(self, row: Writeback, office: Office, losses: Losses) -> list[WritebackEntry]:
        """Entries of the list that may be the write, those of other rows left out; the oldest first."""
        first, last = losses.days
        alike = [
            entry for entry in await self._listed(first, last) if is_trace_of(row, office.office_id, entry)
        ]
        if not alike:
            return []
        since = dt.datetime.combine(first - DAY, dt.time(), dt.UTC)
        offices = [known.id for known in await self._parts.store.offices.list()]
        owned = await self._ledger.sikka_ids(offices, since=int(since.timestamp() * 1000))
        found = [entry for entry in alike if entry.id not in owned]
        return sorted(found, key=lambda entry: (entry.command_time, entry.id))

    async def _adopt(self, row: Writeback, found: list[WritebackEntry]) -> bool:
        """Whether one of these is the row's now; True also where the row was settled meanwhile."""
        for entry in found:
            if await self._ledger.adopt(row.id, entry.id, self._clock.now(), fence=row.fence) is not None:
                log.info("write_found", row=row.id)
                return True
            fresh = await self._ledger.get(row.office, row.id)
            if fresh is None or fresh.fence != row.fence or fresh.state is not State.UNCERTAIN:
                return True  # no longer ours to look for; else another row was faster: the next one
        return False

    async def _listed(self, first: dt.date, last: dt.date) -> list[WritebackEntry]:
        application = self._parts.sikka.application(live=False)
        entries: list[WritebackEntry] = []
        while first <= last:
            until = min(last, first + LONGEST_SPAN)
            entries += await application.writebacks(first, until)
            first = until + DAY
        return entries

    async def _missed(self, row: Writeback, office: Office, losses: Losses) -> None:
        """The list does not have it. Only looks late enough count, and they count from the loss."""
        settings, now = self._parts.settings, self._clock.now()
        first_at = row.changed_at + self._parts.ms(settings.look_first_seconds)
        second_at = row.changed_at + self._parts.ms(settings.look_second_seconds)
        if now < first_at:
            await self._ledger.postpone(row.id, due_at=first_at, now=now, fence=row.fence, checked=True)
            return
        counted_at = now if row.first_look_at is None else row.first_look_at
        again_at = max(second_at, counted_at + second_at - first_at)
        if row.looks == 0:
            await self._ledger.looked(row.id, due_at=again_at, now=now, fence=row.fence)
        elif now < again_at:
            await self._ledger.postpone(row.id, due_at=again_at, now=now, fence=row.fence, checked=True)
        else:
            await self._absent(row, office, losses)

    async def _absent(self, row: Writeback, office: Office, losses: Losses) -> None:
        """This second look proves that nothing was done."""
        now = self._clock.now()
        if row.wish:
            state, reason = State.WITHDRAWN, "withdrawn_unsent"
        elif now >= row.send_before:
            state, reason = State.REJECTED, "never_sent"
        elif losses.before is State.QUEUED:
            state, reason = State.QUEUED, "proven_absent"  # the PC may still be off, or the time taken
        elif losses.before is State.WAITING and not await self._slots.is_free(row, office):
            state, reason = State.REJECTED, "slot_taken"
        elif len(losses.spans) < MOST_SENDS:
            state, reason = State.INTENT, "proven_absent"
        else:
            state, reason = State.REJECTED, "never_sent"
        await self._ledger.change(
            row.id, state, now, expect={State.UNCERTAIN}, fence=row.fence, reason=reason, checked=True
        )
        log.info("write_absent", row=row.id, state=state.value)

    async def _watch_copy(self, row: Writeback) -> None:
        now = self._clock.now()
        pause = self._parts.ms(self._parts.settings.poll_seconds * HIDDEN)
        await self._ledger.postpone(row.id, due_at=now + pause, now=now, fence=row.fence, checked=True)
