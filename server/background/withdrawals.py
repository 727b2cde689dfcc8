"""Taking back a booking that the caller no longer wants: before it is done, or by cancelling it after."""

import structlog

from server.background.parts import Parts
from server.desk.answers import Unanswerable
from server.desk.front_desk import FrontDesk
from server.desk.overlay import Standing, visit_of
from server.sikka.errors import NotPermitted, Refused
from store.ledger_rows import Created, Writeback
from store.ledger_states import State
from store.offices import Office

log = structlog.get_logger(__name__)
WITHDRAWABLE = frozenset({State.SUBMITTED, State.OVERDUE})


class Withdrawals:
    """Carries out the wish on a row."""

    def __init__(self, parts: Parts, desk: FrontDesk) -> None:
        self._parts = parts
        self._desk = desk

    async def take_back(self, row: Writeback) -> bool:
        """Delete a write that is still pending. False if it was too late, or may not be deleted.

        Raises:
            SikkaError: it is not known whether it was deleted; the next look will tell.
        """
        try:
            await self._parts.sikka.application(live=True).delete_writeback(row.sikka_id or "")
        except (Refused, NotPermitted):
            return False
        await self.withdrawn(row)
        return True

    async def withdrawn(self, row: Writeback) -> None:
        """Put down that the write is deleted, and was never done."""
        await self._parts.store.ledger.change(
            row.id,
            State.WITHDRAWN,
            self._parts.clock.now(),
            expect=WITHDRAWABLE,
            fence=row.fence,
            reason="deleted",
            checked=True,
        )

    async def follow_up(self, row: Writeback, office: Office, created: Created) -> None:
        """Put down the cancellation of a booking that got through although it was wished away.

        It is put down before the booking is: a crash in between finds the booking open and comes
        here again, and the same cancellation is the same row.

        Raises:
            SikkaError: the office's word for cancelled cannot be read now.
        """
        if row.operation != "book" or not row.wish or row.follow_up:
            return
        profile = await self._desk.profiles.of(office)
        visit = visit_of(row, Standing.CONFIRMED)
        number = created.appointment_sr_no or created.created_id
        try:
            await self._desk.booking.follow_up(profile, row, visit, number)
        except Unanswerable as reason:
            log.warning("wish_cannot_follow", row=row.id, reason=reason.reason)
