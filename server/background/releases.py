"""Lets bookings go that waited for their patient to be registered, or ends them if that came to nothing."""

from typing import Final

import structlog

from server.background.due import IDLE_SECONDS
from server.background.evidence import Evidence
from server.background.limits import first_start, kept_until, released_until
from server.background.parts import Parts
from server.background.slots import Slots
from server.clock import DAY_MS
from server.desk.choice import chosen_offices
from server.desk.front_desk import FrontDesk
from store.ledger_rows import Writeback
from store.ledger_states import UNDONE, State
from store.offices import Office

AT_ONCE: Final = 100
LOOK_AGAIN_MS: Final = 30_000
UNKNOWN_MS: Final = DAY_MS  # the copy may be loaded once a day; it has had its chance to show the patient
FAILED: Final = "registration_failed"
log = structlog.get_logger(__name__)


class Releases:
    """The loop over waiting rows.

    It holds no leases and remembers nothing that matters: every change is made only while the row still
    waits, so a crash or a second process costs a look.
    """

    def __init__(self, parts: Parts, desk: FrontDesk) -> None:
        self._parts = parts
        self._ledger = parts.store.ledger
        self._clock = parts.clock
        self._doorbell = parts.doorbell
        self._desk = desk
        self._evidence = Evidence(parts, desk)
        self._slots = Slots(parts, desk)

    async def run(self) -> None:
        """Forever: look at every waiting row; sleep until the bell rings."""
        while True:
            ring = self._doorbell.listen()
            for office in await chosen_offices(self._parts.store.offices, self._parts.settings):
                await self.sweep(office)
            await self._doorbell.wait_for_work(ring, IDLE_SECONDS)

    async def sweep(self, office: Office) -> None:
        """Look once at every row of an office that waits."""
        for row in await self._ledger.search(office.id, states={State.WAITING}, limit=AT_ONCE):
            try:
                changed = await self._look(row, office)
            except Exception as error:  # noqa: BLE001 - one row's trouble must not hold up the others
                log.warning("release_not_made", row=row.id, error=type(error).__name__)
                now = self._clock.now()
                await self._ledger.postpone(row.id, due_at=now + LOOK_AGAIN_MS, now=now)
                continue
            if changed:
                self._doorbell.changed(row.id)
                self._doorbell.ring()

    async def _look(self, row: Writeback, office: Office) -> bool:
        now, settings = self._clock.now(), await self._parts.settings_of(row.office)
        awaited = await self._ledger.get(row.office, row.waits_for or "")
        if awaited is None or awaited.state in UNDONE:
            return await self._end(row, FAILED)
        if awaited.state is State.CONFIRMED:
            return row.due_at <= now and await self._release(row, awaited, office)
        limit = first_start(row, office, settings)
        if awaited.state is State.QUEUED:
            limit = kept_until(row, office, settings)
            if limit != row.send_before:
                await self._ledger.postpone(row.id, due_at=row.due_at, now=now, send_before=limit)
        if limit is not None and now >= limit and not await self._ledger.was_restored(row.id):
            return await self._end(row, "never_sent")
        return False

    async def _release(self, row: Writeback, registration: Writeback, office: Office) -> bool:
        now = self._clock.now()
        limit = released_until(row, office, await self._parts.settings_of(row.office), now)
        in_doubt = await self._ledger.was_restored(row.id)
        if now >= limit and not in_doubt:
            return await self._end(row, "never_sent")
        patient_id = registration.created.patient_id
        if not patient_id:
            # Done, and Sikka did not tell which patient it made: the copy will.
            found = await self._evidence.in_copy(registration, office)
            if found is None and now - (registration.completed_at or now) >= UNKNOWN_MS:
                return await self._end(row, "never_sent")
            if found is None:
                await self._ledger.postpone(row.id, due_at=now + LOOK_AGAIN_MS, now=now)
                return False
            patient_id = found.patient_id
        offered_long_ago = now - row.created_at > self._parts.ms(self._parts.settings.send_within_seconds)
        # What is in doubt may have taken that time itself.
        if offered_long_ago and not in_doubt and not await self._slots.is_free(row, office):
            return await self._end(row, "slot_taken")
        released = await self._ledger.release(
            row.id,
            now,
            body={**row.body, "patient_id": patient_id},
            facts={**row.facts, "patient_id": patient_id},
            patient_key=self._desk.booking.patient_key(await self._desk.profiles.of(office), patient_id),
            send_before=limit,
            in_doubt=in_doubt,
        )
        log.info("released", row=row.id)
        return released is not None

    async def _end(self, row: Writeback, reason: str) -> bool:
        ended = await self._ledger.change(
            row.id, State.REJECTED, self._clock.now(), expect={State.WAITING}, reason=reason
        )
        log.info("not_released", row=row.id, reason=reason)
        return ended is not None
