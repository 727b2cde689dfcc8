"""How many new patients are booked for each day, by the ledger: those the desk books are not counted."""

import datetime as dt
from collections import Counter
from typing import Final

from server.sikka.pms_fields import Operation
from store.ledger import Ledger
from store.ledger_states import UNDONE, State

MOST_ROWS: Final = 500  # of each operation, the newest


async def newcomers_by_day(ledger: Ledger, office: str) -> Counter[dt.date]:
    """Day -> new patients booked for it, or about to be; a day without any is 0.

    A booking that was cancelled since is left out, and one that was moved counts on its new day: both only
    once the practice's system has done it.
    """
    rows = await ledger.search(office, states=set(State) - UNDONE, operation=Operation.BOOK, limit=MOST_ROWS)
    coming = [row for row in rows if row.facts.get("new_patient") and not row.wish]
    if not coming:
        return Counter()
    done = {State.CONFIRMED}
    cancels = await ledger.search(office, states=done, operation=Operation.CANCEL, limit=MOST_ROWS)
    moves = await ledger.search(office, states=done, operation=Operation.MOVE, limit=MOST_ROWS)
    cancelled = {row.appointment_key for row in cancels} - {None}
    # Newest first, so that of several moves the last one put in stays.
    moved = {row.appointment_key: str(row.facts["new_start"]) for row in reversed(moves)}
    moved.pop(None, None)
    starts = (
        moved.get(row.appointment_key, str(row.facts["start"]))
        for row in coming
        if row.appointment_key not in cancelled
    )
    return Counter(dt.datetime.fromisoformat(start).date() for start in starts)
