"""Sends what was asked for while the office's PC was off, once it is back and nothing speaks against it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import structlog

from server.background.due import DueRows
from server.background.limits import kept_until
from server.background.parts import Parts
from server.background.slots import Slots
from server.background.standing import CHANGED, changes_a_visit, facts_of_change, is_meant, starts_now
from server.desk.front_desk import FrontDesk
from store.ledger_rows import Writeback
from store.ledger_states import State
from store.offices import Office

LOOK_SECONDS: Final = 15.0
OFFICE_BACK: Final = "office_back"
log = structlog.get_logger(__name__)


class Queue:
    """The loop over queued rows.

    That the PC is back is seen by Sikka's copy having moved, which is fresh then. A row is never sent
    for the time having passed alone.
    """

    def __init__(self, parts: Parts, desk: FrontDesk) -> None:
        self._parts = parts
        self._ledger = parts.store.ledger
        self._clock = parts.clock
        self._due = DueRows(parts, {State.QUEUED}, parts.settings.look_seconds)
        self._slots = Slots(parts, desk)

    async def run(self) -> None:
        """Forever: look at what is due, and sleep."""
        while True:
            for row in await self._due.claim():
                try:
                    await self.look(row)
                except Exception as error:  # noqa: BLE001 - one row's trouble must not hold up the others
                    log.warning("queue_not_checked", row=row.id, error=type(error).__name__)
                    await self._later(row)
            await self._clock.sleep(LOOK_SECONDS)

    async def look(self, row: Writeback) -> None:
        """Look at one claimed row and put down what becomes of it. Raises SikkaError."""
        office = await self._parts.store.offices.get(row.office)
        now = self._clock.now()
        if row.wish:
            await self._ledger.wish_withdraw(row.office, row.id, now)
        elif now >= row.send_before:
            await self._put_down(row, State.REJECTED, "never_sent")
        elif office is None or office.as_of_seen_at is None or office.as_of_seen_at <= row.changed_at:
            await self._later(row)
        elif changes_a_visit(row) and not is_meant(row, starts := await self._starts_now(row, office)):
            await self._put_down(row, State.REJECTED, CHANGED, facts=facts_of_change(row, starts))
        elif await self._slots.is_free(row, office):
            until = kept_until(row, office, await self._parts.settings_of(row.office))
            await self._put_down(row, State.INTENT, OFFICE_BACK, send_before=until)
        else:
            await self._put_down(row, State.REJECTED, "slot_taken")

    async def _starts_now(self, row: Writeback, office: Office) -> list[dt.datetime]:
        word = await self._parts.cancelled_word(office.id)
        return await starts_now(self._parts.sikka, self._ledger, row, office, word)

    async def _put_down(
        self,
        row: Writeback,
        state: State,
        reason: str,
        *,
        send_before: int | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        await self._ledger.change(
            row.id,
            state,
            self._clock.now(),
            expect={State.QUEUED},
            fence=row.fence,
            reason=reason,
            send_before=send_before,
            facts=facts,
        )
        log.info("queued_row", row=row.id, state=state.value, reason=reason)
        self._parts.doorbell.changed(row.id)
        self._parts.doorbell.ring()

    async def _later(self, row: Writeback) -> None:
        now = self._clock.now()
        due_at = min(now + self._parts.ms(LOOK_SECONDS), max(now, row.send_before))
        await self._ledger.postpone(row.id, due_at=due_at, now=now, fence=row.fence)
