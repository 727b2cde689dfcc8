"""Taking back a booking that the caller no longer wants: before it is done, or by cancelling it after."""

from typing import Final

import anyio
import structlog

from server.background.flags import Flags
from server.background.parts import Parts
from server.desk.answers import Unanswerable
from server.desk.copies.overlay import Standing, visit_of
from server.desk.front_desk import FrontDesk
from server.sikka.effects import Effect, effect_of
from server.sikka.errors import NotPermitted, Refused, SikkaError
from server.sikka.pms_fields import Operation
from store.inbox import TaskKind, Urgency
from store.ledger_rows import Created, Writeback
from store.ledger_states import ACCEPTED, UNDONE, State
from store.offices import Office

log = structlog.get_logger(__name__)
AT_ONCE: Final = 50
DELETING_SHARE: Final = 0.4  # of a look may go by over the deletion; the rest is for asking what became of it
NOT_CANCELLED: Final = (
    "The caller took this booking back, and it was made all the same. Cancel it in the practice's system."
)
ABSENT_SECONDS: Final = 120.0  # a write accepted so long ago would be listed, if it still existed


class Withdrawals:
    """Carries out the wish on a row."""

    def __init__(self, parts: Parts, desk: FrontDesk) -> None:
        self._parts = parts
        self._ledger = parts.store.ledger
        self._desk = desk
        self._flags = Flags(parts)
        self._not_permitted: set[str] = set()

    async def take_back(self, row: Writeback) -> bool:
        """Delete a write that is still pending. False if it is not known to be deleted by that.

        Raises:
            SikkaError, TimeoutError: its answer is lost for the first time; the next look will tell. From
                then on it is False, so that the outcome is asked for all the same, and silence is seen.
        """
        if row.id in self._not_permitted:
            return False
        # Put down before it is asked: if the end of this look is lost, the next one knows what "gone" means.
        asked_before = await self._ledger.deletion_asked(row.id, self._parts.clock.now(), fence=row.fence)
        if asked_before is None:
            return False
        try:
            with anyio.fail_after(self._parts.settings.look_seconds * DELETING_SHARE):
                await self._parts.sikka.application(live=True).delete_writeback(row.sikka_id or "")
        except (NotPermitted, Refused) as error:
            if isinstance(error, NotPermitted):
                self._not_permitted.add(row.id)
            await self._not_deleted(row, asked_before=asked_before)
            return False
        except (SikkaError, TimeoutError) as error:
            if isinstance(error, SikkaError) and effect_of(error) is not Effect.UNCERTAIN:
                await self._not_deleted(row, asked_before=asked_before)
            elif not asked_before:
                raise
            log.info("not_taken_back", row=row.id, error=type(error).__name__)
            return False
        await self.withdrawn(row)
        return True

    async def _not_deleted(self, row: Writeback, *, asked_before: bool) -> None:
        """This asking deleted nothing; an earlier one still may have."""
        if not asked_before:
            await self._ledger.not_deleted(row.id, self._parts.clock.now())

    async def is_gone(self, row: Writeback) -> bool:
        """Whether a wished-away write that Sikka does not list is deleted, and not merely unknown as yet."""
        if not row.wish:
            return False
        age_ms = self._parts.clock.now() - (row.submitted_at or row.created_at)
        return age_ms >= self._parts.ms(ABSENT_SECONDS) or await self._ledger.may_be_deleted(row.id)

    async def withdrawn(self, row: Writeback) -> None:
        """Put down that the write is deleted, and was never done."""
        await self._ledger.change(
            row.id,
            State.WITHDRAWN,
            self._parts.clock.now(),
            expect=ACCEPTED,
            fence=row.fence,
            reason="deleted",
            checked=True,
        )

    async def follow_up(self, row: Writeback, office: Office, created: Created) -> None:
        """Put down the cancellation of a booking that got through although it was wished away.

        It is put down before the booking is: a crash in between finds the booking open and comes
        here again, and the same cancellation is the same row. The wish counts as it stands now: the
        caller may have taken it back, or come to it, since the row was claimed.

        Raises:
            SikkaError: the office's word for cancelled cannot be read now.
        """
        fresh = await self._ledger.get(row.office, row.id)
        if fresh is None or fresh.operation != Operation.BOOK or not fresh.wish or fresh.follow_up:
            return
        number = created.appointment_sr_no or created.created_id
        cancelled = await self._cancelled_already(fresh, number)
        if cancelled is not None:
            await self._ledger.set_follow_up(fresh.id, cancelled.id)
            return
        profile = await self._desk.profiles.of(office)
        visit = visit_of(fresh, Standing.BOOKED)
        try:
            await self._desk.cancelling.follow_up(profile, fresh, visit, number)
        except Unanswerable as reason:
            log.warning("wish_cannot_follow", row=row.id, reason=reason.reason)
            if fresh.state is State.CONFIRMED:
                await self._flags.once(fresh, TaskKind.FAILED, NOT_CANCELLED, Urgency.URGENT)

    async def follow_all(self, office_id: str | None) -> None:
        """Follow up bookings that a process which is no more confirmed, and could not follow up itself."""
        for row in await self._ledger.not_followed(office_id, limit=AT_ONCE):
            office = await self._parts.store.offices.get(row.office)
            if office is None:
                continue
            try:
                await self.follow_up(row, office, row.created)
            except SikkaError as error:
                log.warning("wish_not_followed", row=row.id, error=type(error).__name__)

    async def _cancelled_already(self, row: Writeback, number: str) -> Writeback | None:
        """A cancellation of the appointment that is under way or done: the caller may have asked anew."""
        if not number:
            return None
        key = self._desk.booking.appointment_key(row.office, number)
        about = await self._ledger.by_appointment(row.office, key)
        return next(
            (one for one in about if one.operation == Operation.CANCEL and one.state not in UNDONE), None
        )
