"""Compares what we did with what the desk has done since, each time Sikka's copy has moved."""

import datetime as dt
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final

import structlog

from server.background.evidence import is_loaded_since
from server.background.flags import Flags
from server.background.parts import Parts
from server.clock import DAY_MS
from server.desk.choice import chosen_offices
from server.desk.copies.overlay import (
    ASKS_FOR,
    DEFAULT_MINUTES,
    does_not_take_place,
    in_own_words,
    number_of,
    start_of,
)
from server.sikka import models
from server.sikka.office_calls import OfficeCalls
from server.sikka.pms_fields import Operation
from store.inbox import TaskKind, Urgency
from store.ledger_rows import Writeback
from store.ledger_states import UNDONE
from store.offices import Office

LOOK_SECONDS: Final = 30.0
BEFORE_MS: Final = DAY_MS  # after a start, what the copy came to show in the last day is compared too
PAST: Final = dt.timedelta(days=2)  # wherever on Earth the office is
AT_ONCE: Final = 500
COMPARED: Final = frozenset({Operation.BOOK, Operation.MOVE, Operation.CANCEL})
log = structlog.get_logger(__name__)


class Conflict(StrEnum):
    """How the copy differs from what was confirmed to us, in the words of the task."""

    CLASH = "Somebody else is in the chair at this time as well."
    MISSING = "It was confirmed to the caller, and is not in the calendar."
    CHANGED = "It was confirmed to the caller, and stands otherwise in the calendar."


class Conflicts:
    """The loop that compares confirmed rows with the copy.

    A row is compared until the copy has shown it, and once more when it first does. From then on what
    the desk changes is the desk's to know.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._ledger = parts.store.ledger
        self._clock = parts.clock
        self._flags = Flags(parts)
        self._compared: dict[str, int] = {}  # office -> the moment up to which it was compared

    async def run(self) -> None:
        """Forever: compare the offices whose copies have moved, and sleep."""
        while True:
            for office in await chosen_offices(self._parts.store.offices, self._parts.settings):
                moved_at = office.as_of_seen_at
                last = self._compared.get(office.id)
                if moved_at is None or (last is not None and moved_at <= last):
                    continue
                now = self._clock.now()
                try:
                    await self.compare(office, now - BEFORE_MS if last is None else last)
                except Exception as error:  # noqa: BLE001 - one office's trouble must not hold up the others
                    log.warning("copy_not_compared", office=office.id, error=type(error).__name__)
                else:
                    self._compared[office.id] = now
            await self._clock.sleep(LOOK_SECONDS)

    async def compare(self, office: Office, shown_from: int) -> None:
        """Compare an office's rows that the copy does not show yet, or has shown since. Raises SikkaError."""
        rows = await self._ledger.confirmed_unseen(office.id, shown_from=shown_from, limit=AT_ONCE)
        shown = [row.id for row in rows if row.shown_at is None and self._lies_over_nothing(row, office)]
        calls = self._parts.sikka.office(office.office_id, live=False)
        copy = _LiveCopy(calls, office.practice_id, await self._parts.cancelled_word(office.id))
        for row in [row for row in rows if row.id not in shown and _is_compared(row)]:
            about = await self._about(row)
            if about[0].id != row.id:
                await self._give_way(row, about[0], office)
                continue
            loaded = is_loaded_since(row, office)
            day = await copy.on(_when(row).date())
            found = await copy.find(row, day, anywhere=loaded)
            conflict = _conflict(row, found, day, loaded=loaded)
            if conflict is not None:
                await self._flags.once(row, TaskKind.CONFLICT, conflict.value, Urgency.URGENT)
            if row.shown_at is not None:
                continue
            if conflict is Conflict.CHANGED:
                # What the desk has made of it holds: no load will show it as it was confirmed.
                await self._ledger.mark_shown([row.id], row.completed_at or row.changed_at)
            elif _is_shown(row, found, loaded=loaded) and (loaded or not _comes_back(row, about)):
                shown.append(row.id)
        await self._ledger.mark_shown(shown, self._clock.now())

    def _lies_over_nothing(self, row: Writeback, office: Office) -> bool:
        """Whether no read needs a confirmed row any more, without a look at the calendar.

        What is in no calendar is in the copy once that has moved, and what is over is asked for by nobody.
        """
        if not _is_compared(row):
            return is_loaded_since(row, office)
        today = dt.datetime.fromtimestamp(self._clock.now() / 1000, dt.UTC).date()
        return _when(row).date() < today - PAST

    async def _about(self, row: Writeback) -> list[Writeback]:
        """The rows that have a word on the same place in the calendar, the latest first."""
        if row.appointment_key is None:
            return [row]
        about = await self._ledger.by_appointment(row.office, row.appointment_key)
        return [other for other in about if other.operation in COMPARED and other.state not in UNDONE]

    async def _give_way(self, row: Writeback, latest: Writeback, office: Office) -> None:
        """A row heard of as done only after a later one was seen shown lies over no copy that shows that."""
        if row.shown_at is None and latest.shown_at is not None and is_loaded_since(row, office):
            await self._ledger.mark_shown([row.id], latest.shown_at)


class _LiveCopy:
    """What Sikka shows of one practice now; each day is asked for once."""

    def __init__(self, calls: OfficeCalls, practice_id: str, cancelled_word: str) -> None:
        self._calls = calls
        self._practice_id = practice_id
        self._cancelled_word = cancelled_word
        self._days: dict[dt.date, list[models.Appointment]] = {}

    async def on(self, day: dt.date) -> list[models.Appointment]:
        """The appointments of a day. Raises SikkaError."""
        if day not in self._days:
            seen = await self._calls.appointments(first=day, last=day, practice_id=self._practice_id)
            self._days[day] = in_own_words(seen, self._cancelled_word)
        return self._days[day]

    async def find(
        self, row: Writeback, day: Sequence[models.Appointment], *, anywhere: bool
    ) -> models.Appointment | None:
        """The appointment of a row, on the day that it names or anywhere. Raises SikkaError."""
        number = number_of(row)
        found = next((one for one in day if number and one.appointment_sr_no == number), None)
        if found is not None or not number or not anywhere:
            return found
        seen = await self._calls.appointments(
            patient_id=str(row.facts["patient_id"]), practice_id=self._practice_id
        )
        theirs = in_own_words(seen, self._cancelled_word)
        return next((one for one in theirs if one.appointment_sr_no == number), None)


def _conflict(
    row: Writeback,
    found: models.Appointment | None,
    day: Sequence[models.Appointment],
    *,
    loaded: bool,
) -> Conflict | None:
    """How a row's appointment as it was found differs from what was confirmed; None while that may lag."""
    if row.operation == Operation.CANCEL:
        # The copy may show it as it was for a while; where it has shown it cancelled, it is back.
        back = found is not None and not does_not_take_place(found)
        return Conflict.CHANGED if back and loaded else None
    number = number_of(row)
    if found is None and number and loaded:
        return Conflict.MISSING
    if found is not None and _differs(row, found):
        return Conflict.CHANGED if loaded else None
    return Conflict.CLASH if _clashes(row, day, {number}) else None


def _is_compared(row: Writeback) -> bool:
    return row.operation in COMPARED and start_of(row) is not None


def _when(row: Writeback) -> dt.datetime:
    """When the appointment of a row that is compared should be, or was."""
    return dt.datetime.fromisoformat(str(row.facts[ASKS_FOR.get(row.operation, "start")]))


def _is_shown(row: Writeback, found: models.Appointment | None, *, loaded: bool) -> bool:
    if row.operation == Operation.CANCEL:
        return loaded if found is None else does_not_take_place(found)
    return found is not None and not _differs(row, found)


def _comes_back(row: Writeback, about: Sequence[Writeback]) -> bool:
    """Whether a move ends where an unseen one began: then the copy may show its time from before both."""
    return any(
        other.shown_at is None
        and other.operation == Operation.MOVE
        and other.facts["start"] == _when(row).isoformat()
        for other in about
        if other.id != row.id
    )


def _differs(row: Writeback, found: models.Appointment) -> bool:
    chair = str(row.facts.get("operatory", ""))
    return (
        found.start != _when(row)
        or does_not_take_place(found)
        or bool(chair and found.operatory and chair != found.operatory)
    )


def _clashes(row: Writeback, day: Sequence[models.Appointment], but: Collection[str]) -> bool:
    """Whether the copy shows somebody else in the chair at our time."""
    chair = str(row.facts.get("operatory", ""))
    when = _when(row)
    end = when + dt.timedelta(minutes=int(row.facts.get("length_minutes") or DEFAULT_MINUTES))
    patient = str(row.facts.get("patient_id", ""))
    return any(
        one.start is not None
        and one.appointment_sr_no not in but
        and one.patient_id != patient
        and bool(chair)
        and one.operatory == chair
        and not does_not_take_place(one)
        and one.start < end
        and when < one.start + dt.timedelta(minutes=one.length_minutes or DEFAULT_MINUTES)
        for one in day
    )
