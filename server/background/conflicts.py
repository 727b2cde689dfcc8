"""Compares what we did with what the desk has done since, each time Sikka's copy has moved."""

import datetime as dt
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final

import structlog

from server.background.flags import Flags
from server.background.parts import Parts
from server.clock import DAY_MS
from server.desk.choice import chosen_offices
from server.desk.copies.overlay import (
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
LOADING_MS: Final = 900_000  # a load seen so soon after a write may have begun before it was done
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
        word = await self._parts.cancelled_word(office.id)
        days: dict[dt.date, list[models.Appointment]] = {}
        compared = [(row, when) for row in rows if (when := _when(row)) is not None and row.id not in shown]
        for row, when in [(row, when) for row, when in compared if await self._is_latest(row)]:
            if when.date() not in days:
                day = await calls.appointments(
                    first=when.date(), last=when.date(), practice_id=office.practice_id
                )
                days[when.date()] = in_own_words(day, word)
            conflict = await self._conflict(row, when, days[when.date()], calls, office)
            if conflict is None and row.shown_at is None and _is_shown(row, when, days[when.date()]):
                shown.append(row.id)
            if conflict is not None:
                await self._flags.once(row, TaskKind.CONFLICT, conflict.value, Urgency.URGENT)
        await self._ledger.mark_shown(shown, self._clock.now())

    def _lies_over_nothing(self, row: Writeback, office: Office) -> bool:
        """Whether no read needs a confirmed row any more, without a look at the calendar.

        What is in no calendar is in the copy once that has moved, and what is over is asked for by nobody.
        """
        when = _when(row)
        if when is None:
            return self._copy_is_newer(row, office)
        today = dt.datetime.fromtimestamp(self._clock.now() / 1000, dt.UTC).date()
        return when.date() < today - PAST

    async def _is_latest(self, row: Writeback) -> bool:
        """Whether a row is the latest word on its place in the calendar."""
        if row.appointment_key is None:
            return True
        about = await self._ledger.by_appointment(row.office, row.appointment_key)
        latest = next(other for other in about if other.operation in COMPARED and other.state not in UNDONE)
        return latest.id == row.id

    async def _conflict(
        self,
        row: Writeback,
        when: dt.datetime,
        day: Sequence[models.Appointment],
        calls: OfficeCalls,
        office: Office,
    ) -> Conflict | None:
        number = number_of(row)
        found = next((one for one in day if number and one.appointment_sr_no == number), None)
        if row.operation == Operation.CANCEL:
            # The copy may show it as it was for a while; where it has shown it cancelled, it is back.
            back = found is not None and not does_not_take_place(found)
            return Conflict.CHANGED if back and self._copy_is_newer(row, office) else None
        if found is None and number and self._copy_is_newer(row, office):
            elsewhere = await calls.appointments(
                patient_id=str(row.facts["patient_id"]), practice_id=office.practice_id
            )
            gone = all(one.appointment_sr_no != number for one in elsewhere)
            return Conflict.MISSING if gone else Conflict.CHANGED
        if found is not None and _differs(row, found, when):
            return Conflict.CHANGED if self._copy_is_newer(row, office) else None
        return Conflict.CLASH if _clashes(row, when, day, {number}) else None

    def _copy_is_newer(self, row: Writeback, office: Office) -> bool:
        if row.shown_at is not None:
            return True
        return (office.as_of_seen_at or 0) - (row.completed_at or row.changed_at) >= LOADING_MS


def _when(row: Writeback) -> dt.datetime | None:
    """When the appointment should be, or was; None for a row that is not compared."""
    return start_of(row) if row.operation in COMPARED else None


def _is_shown(row: Writeback, when: dt.datetime, day: Sequence[models.Appointment]) -> bool:
    found = next((one for one in day if one.appointment_sr_no == number_of(row)), None)
    if found is None:
        return False
    if row.operation == Operation.CANCEL:
        return does_not_take_place(found)
    return not _differs(row, found, when)


def _differs(row: Writeback, found: models.Appointment, when: dt.datetime) -> bool:
    chair = str(row.facts.get("operatory", ""))
    return (
        found.start != when
        or does_not_take_place(found)
        or bool(chair and found.operatory and chair != found.operatory)
    )


def _clashes(
    row: Writeback, when: dt.datetime, day: Sequence[models.Appointment], but: Collection[str]
) -> bool:
    """Whether the copy shows somebody else in the chair at our time."""
    chair = str(row.facts.get("operatory", ""))
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
