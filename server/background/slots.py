"""Whether the time that an unsent write wants is still free, by the copy and our other rows."""

from typing import Final

import structlog

from server.background.parts import Parts
from server.desk.copies.overlay import ASKS_FOR, Standing, in_own_words, lay_over, visit_of
from server.desk.front_desk import FrontDesk
from server.desk.times.columns import Columns
from server.desk.times.openings import Opening
from server.desk.times.room import is_free
from server.sikka.errors import SikkaError
from store.ledger_rows import Writeback
from store.ledger_states import State
from store.offices import Office

HELD_BACK: Final = frozenset({State.QUEUED, State.WAITING})
log = structlog.get_logger(__name__)


class Slots:
    """Reads a day of the copy for one write."""

    def __init__(self, parts: Parts, desk: FrontDesk) -> None:
        self._parts = parts
        self._ledger = parts.store.ledger
        self._sikka = parts.sikka
        self._desk = desk

    async def is_free(self, row: Writeback, office: Office) -> bool:
        """Whether nobody is in the way then, by the desk's rule; an operation that wants no time is free.

        Of two rows held back for one time, the one put down first has it. Raises SikkaError.
        """
        if row.operation not in ASKS_FOR:
            return True
        wanted = visit_of(row, Standing.PENDING)
        day = wanted.start.date()
        calls = self._sikka.office(office.office_id, live=False)
        copy = await calls.appointments(first=day, last=day, practice_id=office.practice_id)
        copy = in_own_words(copy, await self._parts.cancelled_word(office.id))
        others = [other for other in await self._ledger.overlay(office.id) if not _gives_way(other, row)]
        return is_free(
            Opening.of(wanted),
            lay_over(copy, others).visits,
            await self._columns(office),
            but=wanted.appointment_sr_no,
        )

    async def _columns(self, office: Office) -> Columns | None:
        """By the profile last read while no other can be had; None before the first.

        Then the chair alone decides: no write is to be lost over the office's lists.
        """
        profiles = self._desk.profiles
        try:
            profile = await profiles.of(office)
        except SikkaError as error:
            log.warning("slot_judged_without_profile", office=office.id, error=type(error).__name__)
            profile = profiles.seen(office.id)
        return None if profile is None else self._desk.finding.columns(profile)


def _gives_way(other: Writeback, row: Writeback) -> bool:
    if other.id == row.id:
        return True
    later = (other.created_at, other.id) > (row.created_at, row.id)
    return later and other.state in HELD_BACK
