"""Carries rows of the ledger to Sikka: claimed, marked as being sent, handed over once."""

from typing import Final

import anyio
import structlog
from anyio.abc import TaskGroup

from server.background.parts import Parts
from server.sikka.effects import Effect, effect_of
from server.sikka.errors import Answered, NotPermitted, RateLimited, SikkaError
from store.ledger_rows import Writeback
from store.ledger_states import State

AT_ONCE: Final = 20
IDLE_SECONDS: Final = 5.0
FIRST_WAIT_MS: Final = 1_000
MOST_WAIT_MS: Final = 20_000
log = structlog.get_logger(__name__)


class Carrier:
    """The loop that sends what is due. Each row goes out in a task of its own.

    Args:
        parts: of this process.
        tasks: where sends run, so that one slow answer holds up no other row.
    """

    def __init__(self, parts: Parts, tasks: TaskGroup) -> None:
        self._parts = parts
        self._ledger = parts.store.ledger
        self._sikka = parts.sikka
        self._doorbell = parts.doorbell
        self._clock = parts.clock
        self._lease_ms = parts.ms(parts.settings.lease_seconds)
        self._tasks = tasks
        self._in_flight = 0
        self._idle = anyio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Until stopped: claim what is due and send it; sleep until the next is due or the bell rings."""
        while not self._stopping:
            rows = await self._ledger.claim_due(
                {State.INTENT},
                owner=self._parts.owner,
                now=self._clock.now(),
                lease_ms=self._lease_ms,
                limit=AT_ONCE,
            )
            for row in rows:
                self._in_flight += 1
                self._tasks.start_soon(self._send_guarded, row, name=f"send {row.id}")
            if rows:
                continue
            due_at = await self._ledger.next_due({State.INTENT})
            seconds = IDLE_SECONDS if due_at is None else (due_at - self._clock.now()) / 1000
            await self._doorbell.wait_for_work(min(IDLE_SECONDS, max(0.01, seconds)))

    async def stop(self) -> None:
        """Claim nothing more, and wait for the sends in flight."""
        self._stopping = True
        self._doorbell.ring()
        while self._in_flight:
            self._idle = anyio.Event()
            await self._idle.wait()

    async def _send_guarded(self, row: Writeback) -> None:
        try:
            await self.send(row)
        except Exception as error:  # noqa: BLE001 - one row's trouble must not end the sending of others
            log.error("send_crashed", row=row.id, error=type(error).__name__)
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.set()
            self._doorbell.changed(row.id)

    async def send(self, row: Writeback) -> None:
        """Send a claimed row, once, and put down what became of it."""
        office = await self._parts.store.offices.get(row.office)
        now = self._clock.now()
        if row.wish:
            await self._settle(row, State.WITHDRAWN, "withdrawn_unsent")
            return
        if office is None or now >= row.send_before:
            await self._settle(row, State.REJECTED, "never_sent")
            return
        calls = self._sikka.office(office.office_id, live=True)
        try:
            # The key first: without one nothing is sent, and the row has not even begun.
            await self._sikka.keys.current(office.office_id)
        except SikkaError as error:
            await self._wait(row, error)
            return
        sending = await self._ledger.change(
            row.id,
            State.SENDING,
            now,
            expect={State.INTENT},
            fence=row.fence,
            lease_until=now + self._lease_ms,
        )
        if sending is None:
            return  # withdrawn, or another process's by now
        try:
            sikka_id = await calls.write(row.method, row.endpoint, row.body)
        except SikkaError as error:
            await self._put_down(sending, error)
            return
        with anyio.CancelScope(shield=True):
            await self._ledger.change(
                row.id,
                State.SUBMITTED,
                self._clock.now(),
                expect={State.SENDING, State.UNCERTAIN},
                sikka_id=sikka_id,
            )
        self._doorbell.ring()

    async def _put_down(self, row: Writeback, error: SikkaError) -> None:
        effect = effect_of(error)
        now = self._clock.now()
        state, reason, waits = _AFTER[effect]
        wait = _wait_ms(row, error, effect)
        with anyio.CancelScope(shield=True):
            await self._ledger.change(
                row.id,
                state,
                now,
                expect={State.SENDING},
                fence=row.fence,
                reason="not_permitted" if isinstance(error, NotPermitted) else reason,
                error_message=error.detail if isinstance(error, Answered) and error.detail else None,
                due_at=min(now + wait, max(now, row.send_before)) if waits else now,
            )
        log.info("write_not_accepted", row=row.id, effect=effect.value, error=type(error).__name__)

    async def _wait(self, row: Writeback, error: SikkaError) -> None:
        now = self._clock.now()
        wait = _wait_ms(row, error, Effect.NOT_SENT)
        due_at = min(now + wait, max(now, row.send_before))
        await self._ledger.postpone(row.id, due_at=due_at, now=now, fence=row.fence)

    async def _settle(self, row: Writeback, state: State, reason: str) -> None:
        await self._ledger.change(
            row.id, state, self._clock.now(), expect={State.INTENT}, fence=row.fence, reason=reason
        )


# Effect -> the row's next state, our reason, and whether it is due again only after a wait.
_AFTER: Final[dict[Effect, tuple[State, str, bool]]] = {
    Effect.REFUSED: (State.REJECTED, "refused", False),
    Effect.SPU_OFFLINE: (State.REJECTED, "spu_offline", False),
    Effect.NOT_SENT: (State.INTENT, "not_sent", True),
    Effect.LATER: (State.INTENT, "rate_limited", True),
    Effect.UNCERTAIN: (State.UNCERTAIN, "answer_lost", False),
}


def _wait_ms(row: Writeback, error: SikkaError, effect: Effect) -> int:
    """How long an unsent row waits: to the limit's reset, else ever longer with each claim."""
    if effect is Effect.LATER and isinstance(error, RateLimited):
        return int(error.reset_seconds * 1000) + 50
    return min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** min(row.lease_attempt, 6))
