"""What the desk has made of a visit of ours since it was confirmed, as far as the kept copy tells."""

import datetime as dt
from collections.abc import Iterable

from server.desk.copies.office import Copy
from server.desk.copies.overlay import ASKS_FOR, number_of, start_of
from server.sikka.pms_fields import Operation
from store.ledger_rows import Writeback
from store.ledger_states import State


def is_overtaken(row: Writeback, copy: Copy, about: Iterable[Writeback] = ()) -> bool:
    """Whether the copy knows what a booking or a move has done, and shows it cancelled or at another time.

    A copy that has a booking's appointment at all is newer than the booking. One that shows a moved visit at
    a time that it had before may be older than the move, unless the move was seen in Sikka's copy before it
    was read. `about` are our rows about the same appointment, which tell of such times; the row may be one.
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
    behind = row.operation == Operation.MOVE and visit.start in _times_before(row, about)
    return not behind or (row.shown_at is not None and row.shown_at < copy.read_from)


def _times_before(move: Writeback, about: Iterable[Writeback]) -> set[dt.datetime | None]:
    """Where the visit of a move has stood before it, as far as our rows know."""
    done = (row for row in about if row.state is State.CONFIRMED)
    earlier = [row for row in done if (row.created_at, row.id) < (move.created_at, move.id)]
    placed = {start_of(row) for row in earlier if row.operation in ASKS_FOR}
    left = (row.facts["start"] for row in (move, *earlier) if row.operation == Operation.MOVE)
    return placed | {dt.datetime.fromisoformat(str(start)) for start in left}
