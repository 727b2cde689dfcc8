"""Tells the office's people of writes that no machine can finish: each once, as a task of the inbox."""

from typing import Final

import structlog

from server.background import standing
from server.background.parts import Parts
from server.clock import DAY_MS
from server.desk.choice import chosen_offices
from server.desk.inbox import DeskInbox
from server.sikka.pms_fields import Operation
from store.inbox import TaskKind, Urgency
from store.ledger_rows import Writeback
from store.ledger_states import State
from store.offices import Office

HIDDEN_MS: Final = DAY_MS  # where only the copy tells, and that may come once a day
SINCE_MS: Final = 7 * DAY_MS
AT_ONCE: Final = 100
SHOWN_BY_COPY: Final = frozenset(
    {Operation.BOOK, Operation.MOVE, Operation.CANCEL, Operation.CONFIRM, Operation.REGISTER}
)
# What the office reads beside the write itself.
SILENT: Final = "The office system has not answered. Look whether it was done; it is not sent again."
IN_DOUBT: Final = "It is not known whether this was done. Look for it; it is not sent again."
NOT_SENT: Final = "Its time ran out before it could be sent. Nothing was done; the caller was told."
UNTOLD: Final = "This was not done, and the caller has not heard so. Please call."
REFUSED: Final = "This was not done, and no caller asked for it. Do it in the practice's system, or retry it."
NOT_NOW: Final = "This was not done, and no caller asked for it. Look what is still wanted."
# What was asked for of an appointment that no longer stands as it did then, and how that stands now.
WANTED: Final = {
    Operation.CANCEL: "cancelling the appointment of {start}",
    Operation.CONFIRM: "the patient's yes to the appointment of {start}",
    Operation.MOVE: "moving the appointment of {start} to {new_start}",
}
NOW_ON: Final = "Asked for: {wanted}. The calendar has it on {now} by now, so nothing was sent. "
GONE: Final = "Asked for: {wanted}. It is in the calendar no more, so nothing was sent. "
log = structlog.get_logger(__name__)


def since_changed(row: Writeback) -> str:
    """What was asked for and how that stands, of a write whose appointment was changed; "" of any other."""
    now = row.facts.get(standing.STANDS_AT)
    if row.reason != standing.CHANGED or now is None:
        return ""
    times = {name: _minute(row.facts[name]) for name in ("start", "new_start") if name in row.facts}
    wanted = WANTED[Operation(row.operation)].format(**times)
    return (NOW_ON if now else GONE).format(wanted=wanted, now=_minute(now))


def _minute(start: str) -> str:
    return start[:16].replace("T", " at ")


class Flags:
    """Hands writes over to people."""

    def __init__(self, parts: Parts) -> None:
        self._desk = DeskInbox(parts.store, parts.clock)
        self._inbox = parts.store.inbox
        self._ledger = parts.store.ledger
        self._clock = parts.clock

    async def once(
        self, row: Writeback, kind: TaskKind, words: str, urgency: Urgency = Urgency.NORMAL
    ) -> None:
        """Open a task of this kind for a row, unless it ever had one; an open row is marked as flagged."""
        tasks = await self._inbox.of_writeback(row.id)
        if all(task.kind is not kind for task in tasks):
            await self.raised(row, kind, words, urgency)
        await self._ledger.flag(row.id, self._clock.now())

    async def raised(
        self, row: Writeback, kind: TaskKind, words: str, urgency: Urgency = Urgency.NORMAL
    ) -> None:
        """Open a task of this kind for a row, unless one is unfinished."""
        _, fresh = await self._desk.flag(row, kind, urgency, words)
        if fresh:
            log.warning("task_opened", row=row.id, kind=kind.value, reason=row.reason)


class Watch:
    """The loop that finds rows of which somebody should know."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._flags = Flags(parts)
        self._ledger = parts.store.ledger
        self._clock = parts.clock
        self._untold_ms = parts.ms(parts.settings.untold_seconds)

    async def run(self) -> None:
        """Forever: look, and sleep."""
        while True:
            for office in await chosen_offices(self._parts.store.offices, self._parts.settings):
                await self.look(office)
            await self._clock.sleep(self._parts.settings.flag_seconds)

    async def look(self, office: Office) -> None:
        """One round over an office's rows."""
        now = self._clock.now()
        for row in await self._ledger.unflagged(office.id, limit=AT_ONCE):
            if row.state is State.OVERDUE:
                await self._flags.once(row, TaskKind.OVERDUE, SILENT)
            elif now - row.changed_at >= self._patience_ms(row):
                await self._flags.once(row, TaskKind.UNCERTAIN, IN_DOUBT)
        unhappy = await self._ledger.ended_unhappily(
            office.id, changed_from=now - SINCE_MS, changed_by=now - self._untold_ms, limit=AT_ONCE
        )
        for row in unhappy:
            if row.state in {row.told_state, row.said_state}:
                await self._flags.raised(row, TaskKind.NEVER_SENT, NOT_SENT)
            elif row.retry_of is not None or await self._ledger.follows_by_itself(row.id):
                since = since_changed(row)
                await self._flags.raised(row, TaskKind.FAILED, since + NOT_NOW if since else REFUSED)
            else:
                await self._flags.raised(row, TaskKind.CALL_NOW, since_changed(row) + UNTOLD, Urgency.URGENT)

    def _patience_ms(self, row: Writeback) -> int:
        """How long a row may be uncertain before somebody is told."""
        if row.reason != "outcome_hidden":
            return self._parts.ms(self._parts.settings.doubt_seconds)
        return HIDDEN_MS if row.operation in SHOWN_BY_COPY else 0
