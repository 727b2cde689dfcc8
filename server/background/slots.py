"""Whether the time that an unsent write wants is still free, by the copy and our other rows."""

import datetime as dt
from typing import Final

from server.background.parts import Parts
from server.desk.copies.overlay import DEFAULT_MINUTES, in_own_words, lay_over
from store.ledger_rows import Writeback
from store.ledger_states import State
from store.offices import Office

# Operation -> the fact that names the start it wants.
WANTS: Final = {"book": "start", "move": "new_start"}
HELD_BACK: Final = frozenset({State.QUEUED, State.WAITING})


class Slots:
    """Reads a day of the copy for one write."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._ledger = parts.store.ledger
        self._sikka = parts.sikka

    async def is_free(self, row: Writeback, office: Office) -> bool:
        """Whether nobody else sits in the chair then; an operation that wants no time is always free.

        Of two rows held back for one time, the one put down first has it. Raises SikkaError.
        """
        told_by = WANTS.get(row.operation)
        if told_by is None:
            return True
        facts = row.facts
        start = dt.datetime.fromisoformat(str(facts[told_by]))
        end = start + dt.timedelta(minutes=int(facts.get("length_minutes") or DEFAULT_MINUTES))
        chair = str(facts.get("operatory", ""))
        itself = str(facts.get("appointment_sr_no", ""))
        calls = self._sikka.office(office.office_id, live=False)
        copy = await calls.appointments(first=start.date(), last=start.date(), practice_id=office.practice_id)
        copy = in_own_words(copy, await self._parts.cancelled_word(office.id))
        others = [other for other in await self._ledger.overlay(office.id) if not _gives_way(other, row)]
        return not any(
            (not chair or visit.operatory in {"", chair})
            and visit.start < end
            and start < visit.start + dt.timedelta(minutes=visit.length_minutes)
            for visit in lay_over(copy, others).visits
            if not itself or visit.appointment_sr_no != itself
        )


def _gives_way(other: Writeback, row: Writeback) -> bool:
    if other.id == row.id:
        return True
    later = (other.created_at, other.id) > (row.created_at, row.id)
    return later and other.state in HELD_BACK
