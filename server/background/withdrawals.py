"""Taking back a booking that the caller no longer wants: before it is done, or by cancelling it after."""

from typing import Final

import structlog

from server.background.parts import Parts
from server.desk.answers import Unanswerable
from server.desk.front_desk import FrontDesk
from server.desk.overlay import Standing, visit_of
from server.sikka.effects import Effect, effect_of
from server.sikka.errors import NotPermitted, Refused, SikkaError
from store.ledger_rows import Created, Writeback
from store.ledger_states import State
from store.offices import Office

log = structlog.get_logger(__name__)
WITHDRAWABLE: Final = frozenset({State.SUBMITTED, State.OVERDUE})
ABSENT_SECONDS: Final = 120.0  # a write accepted so long ago would be listed, if it still existed


class Withdrawals:
    """Carries out the wish on a row."""

    def __init__(self, parts: Parts, desk: FrontDesk) -> None:
        self._parts = parts
        self._ledger = parts.store.ledger
        self._desk = desk
        self._asked: set[str] = set()
        self._not_permitted: set[str] = set()

    async def take_back(self, row: Writeback) -> bool:
        """Delete a write that is still pending. False if it was too late, or may not be deleted.

        Raises:
            SikkaError: it is not known whether it was deleted; the next look will tell.
        """
        fresh = await self._ledger.get(row.office, row.id)
        if fresh is None or not fresh.wish or row.id in self._not_permitted:
            return False
        # Noted before it is asked: if the end of this look is lost, the next one knows what "gone" means.
        first = row.id not in self._asked
        self._asked.add(row.id)
        try:
            await self._parts.sikka.application(live=True).delete_writeback(row.sikka_id or "")
        except (NotPermitted, Refused) as error:
            if isinstance(error, NotPermitted):
                self._not_permitted.add(row.id)
            self._forget(row, first=first)
            return False
        except SikkaError as error:
            if effect_of(error) is not Effect.UNCERTAIN:
                self._forget(row, first=first)
            raise
        await self.withdrawn(row)
        return True

    def _forget(self, row: Writeback, *, first: bool) -> None:
        """This asking deleted nothing; an earlier one still may have."""
        if first:
            self._asked.discard(row.id)

    def is_gone(self, row: Writeback) -> bool:
        """Whether a wished-away write that Sikka does not list is deleted, and not merely unknown as yet."""
        age_ms = self._parts.clock.now() - (row.submitted_at or row.created_at)
        return bool(row.wish) and (row.id in self._asked or age_ms >= self._parts.ms(ABSENT_SECONDS))

    async def withdrawn(self, row: Writeback) -> None:
        """Put down that the write is deleted, and was never done."""
        changed = await self._ledger.change(
            row.id,
            State.WITHDRAWN,
            self._parts.clock.now(),
            expect=WITHDRAWABLE,
            fence=row.fence,
            reason="deleted",
            checked=True,
        )
        if changed is not None:
            self._asked.discard(row.id)

    async def follow_up(self, row: Writeback, office: Office, created: Created) -> None:
        """Put down the cancellation of a booking that got through although it was wished away.

        It is put down before the booking is: a crash in between finds the booking open and comes
        here again, and the same cancellation is the same row. The wish counts as it stands now: the
        caller may have taken it back, or come to it, since the row was claimed.

        Raises:
            SikkaError: the office's word for cancelled cannot be read now.
        """
        fresh = await self._ledger.get(row.office, row.id)
        if fresh is None or fresh.operation != "book" or not fresh.wish or fresh.follow_up:
            return
        profile = await self._desk.profiles.of(office)
        visit = visit_of(fresh, Standing.CONFIRMED)
        number = created.appointment_sr_no or created.created_id
        try:
            await self._desk.booking.follow_up(profile, fresh, visit, number)
        except Unanswerable as reason:
            log.warning("wish_cannot_follow", row=row.id, reason=reason.reason)
