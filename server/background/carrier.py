"""Carries rows of the ledger to Sikka: claimed, marked as being sent, handed over once."""

from functools import partial
from typing import Final

import anyio
import structlog
from anyio.abc import TaskGroup

from server.background.due import DueRows
from server.background.flags import Flags
from server.background.limits import kept_until as limit_of
from server.background.parts import Parts
from server.sikka.effects import Effect, effect_of
from server.sikka.errors import Answered, NoAnswer, NotPermitted, RateLimited, SikkaError
from store.inbox import TaskKind
from store.ledger_rows import Writeback
from store.ledger_states import State
from store.offices import Office

FIRST_WAIT_MS: Final = 1_000
MOST_WAIT_MS: Final = 20_000
ACCEPTED_TWICE: Final = "The office system has accepted this more than once. Look for a double."
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
        self._flags = Flags(parts)
        self._clock = parts.clock
        self._due = DueRows(parts, {State.INTENT}, parts.lease_seconds)
        self._tasks = tasks
        self._in_flight = 0
        self._idle = anyio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Until stopped: claim what is due and send it; sleep until the next is due or the bell rings."""
        while not self._stopping:
            ring = self._doorbell.listen()
            rows = await self._due.claim()
            for row in rows:
                self._in_flight += 1
                self._tasks.start_soon(self._send_guarded, row, name=f"send {row.id}")
            if not rows:
                await self._doorbell.wait_for_work(ring, await self._due.pause_seconds())

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
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                await self._let_go(row)
            raise
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.set()
            self._doorbell.changed(row.id)
            self._doorbell.ring()  # accepted, it is the sweeper's; unsent, the loop knows no time for it yet

    async def send(self, row: Writeback) -> None:
        """Send a claimed row, once, and put down what became of it."""
        office = await self._parts.store.offices.get(row.office)
        if office is None or row.wish or self._clock.now() >= row.send_before:
            await self._give_up(row)
            return
        try:
            # The key first: without one nothing is sent, and the row has not even begun.
            await self._sikka.keys.current(office.office_id)
        except SikkaError as error:
            await self._wait(row, error)
            return
        # Getting the key may have taken long: what holds now counts, not what held when it was claimed.
        now = self._clock.now()
        fresh = await self._ledger.get(row.office, row.id)
        if fresh is None or fresh.wish or now >= row.send_before:
            await self._give_up(fresh or row)
            return
        sending = await self._ledger.change(
            row.id,
            State.SENDING,
            now,
            expect={State.INTENT},
            fence=row.fence,
            lease_until=now + self._parts.ms(self._parts.lease_seconds),
        )
        if sending is None:
            return  # another process's by now
        try:
            with anyio.fail_after(self._parts.send_seconds):
                sikka_id = await self._sikka.office(office.office_id, live=True).write(
                    row.method, row.endpoint, row.body
                )
        except SikkaError as error:
            await self._put_down(sending, office, error)
            return
        except TimeoutError:
            # An answer that trickles in: whoever waits longer than the lease holds acts beside another.
            await self._put_down(sending, office, NoAnswer("TimeoutError"))
            return
        with anyio.CancelScope(shield=True):
            await self._accepted(row, sikka_id)

    async def _accepted(self, row: Writeback, sikka_id: str) -> None:
        """An id is the truth, even if the lease lapsed and others went on while Sikka was thinking."""
        now = self._clock.now()
        submitted = await self._ledger.change(
            row.id,
            State.SUBMITTED,
            now,
            expect={State.SENDING, State.UNCERTAIN},
            sikka_id=sikka_id,
        )
        if submitted is not None or await self._ledger.accepted(row.id, sikka_id, now) is not None:
            return
        log.error("accepted_twice", row=row.id)
        fresh = await self._ledger.get(row.office, row.id)
        if fresh is not None:
            await self._flags.raised(fresh, TaskKind.CONFLICT, ACCEPTED_TWICE)

    async def _put_down(self, row: Writeback, office: Office, error: SikkaError) -> None:
        effect = effect_of(error)
        state, reason, waits = _AFTER[effect]
        now = self._clock.now()
        kept_until: int | None = None
        settings = await self._parts.settings_of(row.office) if effect is Effect.SPU_OFFLINE else None
        if settings is not None and settings.offline == "queue":
            kept_until = limit_of(row, office, settings)
            state = State.QUEUED if kept_until > now else state
        put_down = partial(
            self._ledger.change,
            row.id,
            now=now,
            reason="not_permitted" if isinstance(error, NotPermitted) else reason,
            error_message=error.detail if isinstance(error, Answered) and error.detail else None,
            due_at=self._retry_at(row, error, effect) if waits else now,
            send_before=kept_until if state is State.QUEUED else None,
        )
        with anyio.CancelScope(shield=True):
            changed = await put_down(state, expect={State.SENDING}, fence=row.fence)
            if changed is None and state in _TRUE_HOWEVER_LATE:
                # The lease lapsed meanwhile. It is the truth about this sending, but not about a later one.
                changed = await put_down(state, expect={State.UNCERTAIN}, sent_count=row.sent_count)
            await self._withdraw_if_wished(changed)
        log.info("write_not_accepted", row=row.id, effect=effect.value, error=type(error).__name__)

    async def _wait(self, row: Writeback, error: SikkaError) -> None:
        waiting = await self._ledger.postpone(
            row.id,
            due_at=self._retry_at(row, error, Effect.NOT_SENT),
            now=self._clock.now(),
            fence=row.fence,
        )
        await self._withdraw_if_wished(waiting)

    async def _withdraw_if_wished(self, row: Writeback | None) -> None:
        """A row that is unsent again, and was wished away while it was leased, is not sent later."""
        if row is not None and row.wish and row.state in {State.INTENT, State.QUEUED}:
            await self._ledger.wish_withdraw(row.office, row.id, self._clock.now())

    async def _give_up(self, row: Writeback) -> None:
        """Nothing was sent, and nothing will be."""
        await self._ledger.change(
            row.id,
            State.WITHDRAWN if row.wish else State.REJECTED,
            self._clock.now(),
            expect={State.INTENT},
            fence=row.fence,
            reason="withdrawn_unsent" if row.wish else "never_sent",
        )

    async def _let_go(self, row: Writeback) -> None:
        """The process is ending: what may have left is `uncertain`, the rest is for the next start."""
        now = self._clock.now()
        left = await self._ledger.change(
            row.id, State.UNCERTAIN, now, expect={State.SENDING}, fence=row.fence, reason="stopped"
        )
        if left is None:
            await self._ledger.postpone(row.id, due_at=now, now=now, fence=row.fence)

    def _retry_at(self, row: Writeback, error: SikkaError, effect: Effect) -> int:
        now = self._clock.now()
        return min(now + _wait_ms(row, error, effect), max(now, row.send_before))


# Effect -> the row's next state, our reason, and whether it is due again only after a wait.
_AFTER: Final[dict[Effect, tuple[State, str, bool]]] = {
    Effect.REFUSED: (State.REJECTED, "refused", False),
    Effect.SPU_OFFLINE: (State.REJECTED, "spu_offline", False),
    Effect.NOT_SENT: (State.INTENT, "not_sent", True),
    Effect.LATER: (State.INTENT, "rate_limited", True),
    Effect.UNCERTAIN: (State.UNCERTAIN, "answer_lost", False),
}

# Nothing was done in either case, though the row was given up for lost meanwhile.
_TRUE_HOWEVER_LATE: Final = frozenset({State.REJECTED, State.QUEUED})


def _wait_ms(row: Writeback, error: SikkaError, effect: Effect) -> int:
    """How long an unsent row waits: to the limit's reset, else ever longer with each claim."""
    if effect is Effect.LATER and isinstance(error, RateLimited):
        return int(error.reset_seconds * 1000) + 50
    return min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** min(row.lease_attempt, 6))
