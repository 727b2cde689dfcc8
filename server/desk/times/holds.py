"""Keep a time that was offered in one call from being offered, or booked, in another for a few minutes.

A hold is never spoken of. It outlives nothing: a time whose hold has lapsed is simply looked at again when it
is booked. Calls without an id hold nothing but the time they are just booking.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from server.clock import Clock
from server.desk.times.columns import Columns
from server.desk.times.openings import Busy, Opening, Taken
from server.settings import Settings
from store.holds import Claim, HeldElsewhere
from store.opening import Store

MOST_HELD: Final = 3  # times of one call
NOBODY: Final = "nobody"  # holds nothing, and so is never in its own way


class SlotHolds:
    """The holds of all offices, shared with every process on the same database."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._holds = store.holds
        self._index = store.index
        self._clock = clock
        self._settings = settings

    async def by_others(
        self,
        columns: Columns,
        first: dt.date,
        last: dt.date,
        scope_key: str | None,
        secured: tuple[Opening, str] | None = None,
    ) -> Taken:
        """What other calls are being offered from day to day, both included.

        `secured` is the time, and for which patient, that this call has secured.
        """
        office = columns.profile.office.id
        own = [scope_key or NOBODY, *([self._booker(office, *secured)] if secured else [])]
        held = await self._holds.others(
            office,
            first.isoformat(),
            last.isoformat(),
            own=own,
            now=self._clock.now(),
        )
        return Taken.of(
            Busy(
                one.operatory,
                dt.date.fromisoformat(one.date),
                one.start_minute,
                one.end_minute,
                one.provider_id,
                one.provider_id,
            )
            for one in held
        )

    async def offer(
        self,
        columns: Columns,
        options: Sequence[Opening],
        places: Mapping[Opening, int | None],
        scope_key: str,
    ) -> frozenset[Opening]:
        """Hold the options of a call, and return those that another call was quicker to take.

        Args:
            columns: of the office.
            options: the times, none twice.
            places: how many visits the provider of each can have beside those in the calendar; None for no
                bound.
            scope_key: of the call. What it held before is let go as far as it is too much.
        """
        claims = {_offer(option): option for option in options}
        lost = await self._take(columns.profile.office.id, options, places, scope_key, ())
        return frozenset(claims[offer] for offer in lost)

    async def secure(
        self, office: str, opening: Opening, places: int | None, patient: str, scope_key: str | None
    ) -> bool:
        """Hold a time while it is being booked for a patient; False while another call has it.

        Of two calls that book one time at the same moment, with holds that have lapsed or with none, one
        gets past here. The same booking asked for twice passes twice.
        """
        holder = self._booker(office, opening, patient)
        own = (scope_key,) if scope_key else ()
        return not await self._take(office, (opening,), {opening: places}, holder, own)

    async def keep(
        self, office: str, opening: Opening, places: int | None, patient: str, scope_key: str | None
    ) -> None:
        """After `secure`, when nothing was booked yet: the time is the call's again, as it was offered."""
        if scope_key is None:
            await self.release(office, opening, patient)
            return
        own = (self._booker(office, opening, patient),)
        await self._take(office, (opening,), {opening: places}, scope_key, own)

    async def release(self, office: str, opening: Opening, patient: str) -> None:
        """After `secure`: our own row lies over the time now, or it is wanted no more."""
        await self._holds.release(office, self._booker(office, opening, patient), _offer(opening))

    async def _take(
        self,
        office: str,
        options: Sequence[Opening],
        places: Mapping[Opening, int | None],
        holder: str,
        own: Sequence[str],
    ) -> frozenset[str]:
        now = self._clock.now()
        claims = [_claim(option, places[option]) for option in options]
        try:
            return await self._holds.take(
                office,
                claims,
                holder=holder,
                own=own,
                now=now,
                until=now + int(self._settings.hold_seconds * 1000),
                most=MOST_HELD,
            )
        except HeldElsewhere:
            return frozenset(claim.offer for claim in claims)

    def _booker(self, office: str, opening: Opening, patient: str) -> str:
        return self._index.keyed_hash("booking now", office, _offer(opening), patient)


def _offer(opening: Opening) -> str:
    parts = (opening.start.isoformat(), opening.operatory, opening.provider_id)
    return "|".join((*parts, str(opening.length_minutes)))


def _claim(opening: Opening, places: int | None) -> Claim:
    start = opening.start_minute
    return Claim(
        offer=_offer(opening),
        operatory=opening.operatory,
        provider_id=opening.provider_id,
        date=opening.start.date().isoformat(),
        start_minute=start,
        end_minute=start + opening.length_minutes,
        places=places,
    )
