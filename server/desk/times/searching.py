"""Search an office's calendar for what a caller asks for, and for the nearest where nothing fits."""

import contextlib
import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import anyio

from server.desk.copies.overlay import Visit
from server.desk.times.calendar import Calendar
from server.desk.times.choosing import OPTIONS, SHORTEST_VISIT, Asked, Wish, choose
from server.desk.times.columns import Columns
from server.desk.times.free_times import Wanted, free_times
from server.desk.times.listed_slots import ListedSlots
from server.desk.times.openings import Opening, Stretch, Taken
from server.desk.times.reasons import RETURNING, Comer, Reason
from server.sikka.errors import SikkaError

DAYS_LOOKED_AT: Final = (14, 45)  # without a last day: two weeks, and if those are full, six
NEAREST_SECONDS: Final = 1.2  # for looking further; a calendar that is read live may take longer
_ALL_DAYS: Final = 366  # more than any horizon
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Ask:
    """What a caller asks for.

    Attributes:
        first: first day, not before today.
        last: last day, included; None for the soonest.
        provider_id: only this provider; "" for anyone.
        usual_provider: whom the patient sees; "" where that is not known.
        time_of_day: a key of `choosing.TIMES_OF_DAY`.
        due: before this day the visit is not due; None where nothing is known of that.
        minutes: how long, where that is settled already; 0 for as long as the reason takes them.
    """

    reason: Reason
    first: dt.date
    last: dt.date | None = None
    provider_id: str = ""
    usual_provider: str = ""
    time_of_day: str = ""
    comer: Comer = RETURNING
    due: dt.date | None = None
    minutes: int = 0


@dataclass(frozen=True)
class Found:
    """What may be offered.

    Attributes:
        options: by start; held for the call, where it has an id.
        nearest: whether nothing fits what was asked, and the options are what comes nearest to it.
        first: of the days that were looked at for what was asked.
        last: of them, included.
        not_due: where the visit is due on no day that was asked for, the first on which it is; else None.
    """

    options: tuple[Opening, ...]
    nearest: bool
    first: dt.date
    last: dt.date
    not_due: dt.date | None = None


class Days(StrEnum):
    """Which days are looked at, beside those that were asked for."""

    SAME = "same"
    LATER = "later"
    SOONER = "sooner"


@dataclass(frozen=True)
class Step:
    """One way in which a time may come near to what was asked for.

    Attributes:
        part: whether the time of day asked for is kept.
        provider: whether the provider asked for is.
    """

    days: Days
    part: bool = True
    provider: bool = True


NEAREST: Final = (
    Step(Days.SAME, part=False),
    Step(Days.LATER),
    Step(Days.SOONER),
    Step(Days.SAME, provider=False),
)
"""Where nothing fits: one option of each in this order, as far as there is room, then more of each."""

ANYTHING: Final = (
    Step(Days.SAME, part=False, provider=False),
    Step(Days.LATER, part=False),
    Step(Days.LATER, part=False, provider=False),
)
"""And where that brings nothing either."""


class Search:
    """One search, with what was read for it.

    Args:
        columns: of the office.
        ask: what is asked for.
        today: the office's date.
        calendar: of the visits.
        listed: what the office's system lists itself.
        but: days on which nothing is to be offered.
        seen: days whose visits are known better than by the calendar.
    """

    def __init__(
        self,
        columns: Columns,
        ask: Ask,
        today: dt.date,
        calendar: Calendar,
        listed: ListedSlots,
        but: Collection[dt.date],
        seen: Mapping[dt.date, Sequence[Visit]],
    ) -> None:
        profile = columns.profile
        self._columns = columns
        self._ask = ask
        self._calendar = calendar
        self._listed = listed
        self._but = but
        self._seen = seen
        self._today = today
        self._taken: dict[tuple[dt.date, dt.date], Taken] = {}
        self._held = Taken({})
        self._earliest = calendar.earliest(profile, profile.policy.lead_minutes)
        self.horizon = today + profile.policy.horizon_days * _DAY
        reasons = profile.charter.reasons
        shortest = min((reason.minutes.returning for reason in reasons), default=SHORTEST_VISIT)
        asked = Asked.URGENT if ask.reason.urgent else Asked.DAYS if ask.last else Asked.SOON
        self._wish = Wish(
            OPTIONS, "" if ask.provider_id else ask.usual_provider, ask.time_of_day, asked, shortest
        )

    async def find(self, held: Taken) -> Found:
        """What may be offered while others hold so much."""
        self._held = held
        ask, first = self._ask, self._first
        last = first
        for begin, last in self._asked_for(first):
            options = choose(await self._stretches(begin, last, ask.provider_id), self._wish)
            if options:
                return Found(tuple(sorted(options)), nearest=False, first=ask.first, last=last)
        options: list[Opening] = []
        with anyio.move_on_after(NEAREST_SECONDS), contextlib.suppress(SikkaError):
            options = await self._nearest(first, last)
        return Found(
            tuple(sorted(options)),
            nearest=True,
            first=ask.first,
            last=max(last, ask.first),
            not_due=self._not_due,
        )

    def places(self, opening: Opening) -> int | None:
        """How many visits its provider can have then beside those in the calendar; None for no bound."""
        limit = self._columns.limits.get(opening.provider_id)
        day = opening.start.date()
        taken = next(taken for (first, last), taken in self._taken.items() if first <= day <= last)
        return None if limit is None else taken.places(opening, limit)

    @property
    def _first(self) -> dt.date:
        """The first day on which the visit is due, of those asked for."""
        return max(self._ask.first, self._ask.due or self._ask.first)

    @property
    def _not_due(self) -> dt.date | None:
        """The day on which the visit is due, where that lies beyond all that was asked for."""
        due, last = self._ask.due, min(self._ask.last or self.horizon, self.horizon)
        return due if due is not None and due > last else None

    async def _stretches(self, first: dt.date, last: dt.date, provider_id: str) -> list[Stretch]:
        if first > last:
            return []
        profile = self._columns.profile
        if (first, last) not in self._taken:
            days = await self._calendar.days(profile, first, last)
            seen = {day: tuple(visits) for day, visits in self._seen.items() if first <= day <= last}
            self._taken[first, last] = self._columns.taken({**days, **seen})
        return free_times(
            self._columns,
            Wanted(self._ask.reason, first, last, provider_id, self._ask.comer, self._ask.minutes),
            self._taken[first, last].over(self._held),
            earliest=self._earliest,
            listed=await self._listed.windows(profile, first, last),
            but=self._but,
        )

    async def _nearest(self, first: dt.date, last: dt.date) -> list[Opening]:
        """One option of each step, then more of each, until there are enough."""
        options: list[Opening] = []
        in_turn = [(step, 1) for step in NEAREST] + [(step, OPTIONS) for step in (*NEAREST, *ANYTHING)]
        for step, most in in_turn:
            if len(options) < OPTIONS and self._means_something(step) and not (options and step in ANYTHING):
                starts = {option.start for option in options}
                found = await self._of_step(step, first, last, most)
                options += [one for one in found if one.start not in starts][: OPTIONS - len(options)]
        return options

    def _means_something(self, step: Step) -> bool:
        """Whether a step differs from what was asked for."""
        given_up = (not step.part and self._ask.time_of_day) or (not step.provider and self._ask.provider_id)
        return bool(given_up) if step.days is Days.SAME else True

    async def _of_step(self, step: Step, first: dt.date, last: dt.date, most: int) -> list[Opening]:
        """Up to so many options, on the nearest days that have any."""
        wish = replace(
            self._wish,
            count=most,
            time_of_day=self._wish.time_of_day if step.part else "",
            asked=Asked.URGENT if self._ask.reason.urgent else Asked.SOON,
        )
        provider_id = self._ask.provider_id if step.provider else ""
        for begin, end in self._ranges(step.days, first, last):
            found = await self._stretches(begin, end, provider_id)
            if step.days is Days.SOONER:
                days = sorted({stretch.date for stretch in found}, reverse=True)
                tries = (choose([one for one in found if one.date == day], wish) for day in days)
                options = next((some for some in tries if some), list[Opening]())
            else:
                options = choose(found, wish)
            if options:
                return options
        return []

    def _ranges(self, days: Days, first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
        """Ranges of days to look at, the nearest first."""
        if days is Days.SAME:
            yield first, last
        elif days is Days.SOONER:
            yield max(self._today, self._ask.due or self._today), first - _DAY
        else:
            yield from self._from(max(last + _DAY, first), (*DAYS_LOOKED_AT, _ALL_DAYS))

    def _asked_for(self, first: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
        """The days asked for: all at once up to a last one, else the next weeks and then those after."""
        if self._ask.last:
            yield first, min(self._ask.last, self.horizon)
        else:
            yield from self._from(first, DAYS_LOOKED_AT)

    def _from(self, first: dt.date, ends: Iterable[int]) -> Iterator[tuple[dt.date, dt.date]]:
        """From a day on, up to so many days after it each time, and never beyond the horizon."""
        begin = first
        for days in ends:
            end = min(first + (days - 1) * _DAY, self.horizon)
            yield begin, end
            begin = end + _DAY
