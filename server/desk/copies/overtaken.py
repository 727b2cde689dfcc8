"""What the desk has made of a visit of ours since it was confirmed, as far as the kept copy tells."""

import datetime as dt
from typing import Final

from server.desk.copies.office import Copy
from server.desk.copies.overlay import sr_no_of
from store.ledger_rows import Writeback
from store.ledger_states import State

# Operation -> the fact that names when the visit should be, once the write is done.
PLACED: Final = {"book": "start", "move": "new_start"}


def is_overtaken(row: Writeback, copy: Copy) -> bool:
    """Whether the copy knows what a booking or a move has done, and shows it cancelled or at another time.

    A copy that has a booking's appointment at all is newer than the booking. One that shows a moved visit at
    its old time may be older than the move, unless the move was seen in Sikka's copy before it was read.
    """
    if row.operation not in PLACED or row.state is not State.CONFIRMED:
        return False
    number = sr_no_of(row) if row.operation == "book" else str(row.facts.get("appointment_sr_no", ""))
    found = copy.calendar.shown(number) if number else None
    if found is None:
        return False
    visit = found.visit
    if visit is None:
        return found.gone
    if visit.start == _start(row, PLACED[row.operation]):
        return False
    behind = row.operation == "move" and visit.start == _start(row, "start")
    return not behind or (row.shown_at is not None and row.shown_at < copy.read_from)


def _start(row: Writeback, fact: str) -> dt.datetime:
    return dt.datetime.fromisoformat(str(row.facts[fact]))
