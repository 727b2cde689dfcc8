"""What is free at an office for one kind of visit: its columns, less all that is taken."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from server.desk.answers import Outcome, Unanswerable
from server.desk.times.columns import Columns
from server.desk.times.opening_windows import Window
from server.desk.times.openings import Stretch, Taken
from server.desk.times.reasons import RETURNING, Comer, Reason


@dataclass(frozen=True)
class Wanted:
    """What a caller asks for.

    Attributes:
        first: first day, the office's calendar.
        last: last day, included.
        provider_id: only this provider; "" for any.
        comer: who comes.
        minutes: how long, where that is settled already; 0 for as long as the reason takes them.
    """

    reason: Reason
    first: dt.date
    last: dt.date
    provider_id: str = ""
    comer: Comer = RETURNING
    minutes: int = 0

    @property
    def length(self) -> int:
        """Minutes."""
        return self.minutes or self.reason.length(self.comer)


def free_times(
    columns: Columns,
    wanted: Wanted,
    taken: Taken,
    *,
    earliest: dt.datetime,
    listed: Sequence[Window] | None = None,
    but: Collection[dt.date] = (),
) -> list[Stretch]:
    """The windows in which what is wanted can begin.

    Args:
        columns: of the office.
        wanted: what is.
        taken: what is busy on these days.
        earliest: the first start, naive, by the office's clock.
        listed: the windows that its system lists itself; None where it lists none.
        but: days on which nothing is to be offered.

    Raises:
        Unanswerable: nothing is known of the office's hours (`NEEDS_HUMAN`, "no_hours").
    """
    if listed is None:
        if columns.windows(wanted.first, wanted.last) is None:
            raise Unanswerable(Outcome.NEEDS_HUMAN, "no_hours")
        found = [
            stretch
            for ahead in range((wanted.last - wanted.first).days + 1)
            for stretch in columns.free_on(
                wanted.first + dt.timedelta(days=ahead), wanted.reason, wanted.comer, wanted.length, taken
            )
        ]
    else:
        windows = [
            window
            for window in listed
            if wanted.first <= window.date <= wanted.last and columns.offers(window.operatory, window.date)
        ]
        fitting = columns.fitting(windows, wanted.reason, wanted.comer)
        found = columns.stretches(fitting, wanted.length, taken)
    # One pass: of a month in ten chairs there are two hundred windows, and all but today's are as they were.
    who, today = wanted.provider_id, earliest.date()
    return [
        begun
        for stretch in found
        if (not who or stretch.provider_id == who)
        and (begun := stretch if stretch.date > today else stretch.starting(earliest)).starts
        and stretch.date not in but
    ]
