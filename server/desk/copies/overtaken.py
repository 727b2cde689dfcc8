"""What the desk has made of a visit of ours since it was confirmed, as far as the kept copy tells."""

import datetime as dt

from server.desk.copies.office import Copy
from server.desk.copies.overlay import ASKS_FOR, number_of, start_of
from server.sikka.pms_fields import Operation
from store.ledger_rows import Writeback
from store.ledger_states import State


def is_overtaken(row: Writeback, copy: Copy) -> bool:
    """Whether the copy knows what a booking or a move has done, and shows it cancelled or at another time.

    A copy that has a booking's appointment at all is newer than the booking. One that shows a moved visit at
    its old time may be older than the move, unless the move was seen in Sikka's copy before it was read.
    """
    if row.operation not in ASKS_FOR or row.state is not State.CONFIRMED:
        return False
    number = number_of(row)
    found = copy.calendar.shown(number) if number else None
    if found is None:
        return False
    visit = found.visit
    if visit is None:
        return found.gone
    if visit.start == start_of(row):
        return False
    behind = row.operation == Operation.MOVE and visit.start == dt.datetime.fromisoformat(row.facts["start"])
    return not behind or (row.shown_at is not None and row.shown_at < copy.read_from)
