"""Which booking stands for one that is wished away: the last of those that replaced each other."""

from collections.abc import Iterable
from typing import Final

from server.desk.proofs import PatientProof
from server.sikka.pms_fields import Operation
from store.ledger import Ledger
from store.ledger_rows import Writeback
from store.ledger_states import OPEN, UNDONE

REPLACES: Final = "replaces"  # the fact that names the booking which made way
MOST_BOOKINGS: Final = 50  # of one patient that are looked through, the newest


def is_going(row: Writeback) -> bool:
    """Whether a write that is not done yet is wished away."""
    return bool(row.wish) and row.state in OPEN


def proof_of(booking: Writeback) -> PatientProof:
    """The patient that a booking is for."""
    return PatientProof(
        patient_id=str(booking.facts["patient_id"]), spoken="", registration=booking.waits_for or ""
    )


async def instead_of(ledger: Ledger, office: str, row_id: str) -> Writeback | None:
    """The booking that is wanted in the place of a wished-away one; None where none is.

    A caller who comes back to a time wants the row that is there already, so the links are read both ways.
    """
    booking = await ledger.get(office, row_id)
    if booking is None or not booking.wish or booking.patient_key is None:
        return None
    rows = await ledger.by_patient(office, booking.patient_key, MOST_BOOKINGS)
    bookings = [row for row in rows if row.operation == Operation.BOOK]
    linked = _linked(booking, bookings)
    return next(
        (row for row in bookings if row.id in linked and not row.wish and row.state not in UNDONE), None
    )


def _linked(booking: Writeback, bookings: Iterable[Writeback]) -> set[str]:
    """The ids of all that replaced each other, with this one among them."""
    pairs = [(row.id, row.facts[REPLACES]) for row in bookings if row.facts.get(REPLACES)]
    linked: set[str] = set()
    more = {booking.id}
    while more:
        linked |= more
        more = {one for pair in pairs if linked.intersection(pair) for one in pair} - linked
    return linked
