"""Whether a time is free: one rule for a call, for what was kept unsent, and for what is asked for anew."""

from collections.abc import Iterable
from typing import Final

from server.desk.copies.overlay import Visit
from server.desk.times.columns import Columns
from server.desk.times.openings import Busy, Opening, Taken

_NOTHING: Final = Taken({})


def is_free(
    opening: Opening,
    visits: Iterable[Visit],
    columns: Columns | None,
    *,
    held: Taken = _NOTHING,
    but: str = "",
) -> bool:
    """Whether nobody is in the way of a visit: neither in its chair nor by all that its provider may have.

    Args:
        opening: what is wanted.
        visits: of its day; those of other days are no matter.
        columns: of the office; None where they cannot be had, and then the chair alone counts.
        held: what other calls are being offered.
        but: the number of an appointment that would make way for it itself; "" for none.
    """
    day = opening.start.date()
    there = tuple(
        visit
        for visit in visits
        if visit.start.date() == day and not (but and visit.appointment_sr_no == but)
    )
    if columns is None:
        return Taken.of(Busy.by(visit) for visit in there).leaves(opening, None)
    limit = columns.limits.get(opening.provider_id)
    return columns.taken({day: there}).over(held).leaves(opening, limit)
