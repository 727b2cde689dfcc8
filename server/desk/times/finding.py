"""Find the times to offer a caller, and secure the one that is being booked."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from server.clock import Clock
from server.desk.answers import Outcome, Unanswerable
from server.desk.charter.terms import SameDay
from server.desk.copies.overlay import Visit
from server.desk.office import Profile
from server.desk.times.calendar import Calendar
from server.desk.times.columns import Columns
from server.desk.times.holds import SlotHolds
from server.desk.times.listed_slots import ListedSlots
from server.desk.times.newcomers import newcomers_by_day
from server.desk.times.openings import Opening, Taken
from server.desk.times.room import is_free
from server.desk.times.searching import Ask, Found, Search
from store.ledger import Ledger

ATTEMPTS: Final = 20  # at times that other calls take in the same moment; each time one of them has its own


class Finding:
    """Looks for times on behalf of a caller, and holds what is offered."""

    def __init__(
        self, calendar: Calendar, ledger: Ledger, holds: SlotHolds, listed: ListedSlots, clock: Clock
    ) -> None:
        self._calendar = calendar
        self._ledger = ledger
        self._holds = holds
        self._listed = listed
        self._clock = clock
        self._columns: dict[str, Columns] = {}

    def columns(self, profile: Profile) -> Columns:
        """The columns of an office; worked out anew only for another profile."""
        known = self._columns.get(profile.office.id)
        if known is None or known.profile is not profile:
            known = self._columns[profile.office.id] = Columns(profile)
        return known

    async def find(
        self, profile: Profile, ask: Ask, scope_key: str | None, seen: Mapping[dt.date, Sequence[Visit]] = {}
    ) -> Found:
        """Times to offer in a call; without a call id (`scope_key` None) nothing is held.

        `seen` are days whose visits were looked at this moment: what stands there is newer than the copy.

        Raises:
            SikkaError: the calendar cannot be seen now.
            Unanswerable: no zone ("no_zone") or no hours ("no_hours"); or whatever is chosen, other calls
                take it first ("too_many_calls").
        """
        today = profile.clock(self._clock.now()).date()
        columns = self.columns(profile)
        but = await self._but(profile, ask, today)
        search = Search(columns, ask, today, self._calendar, self._listed, but, seen)
        attempts = 0
        while True:
            found = await search.find(await self._holds.by_others(columns, today, search.horizon, scope_key))
            if scope_key is None or not found.options:
                return found
            places = {option: search.places(option) for option in found.options}
            lost = await self._holds.offer(columns, found.options, places, scope_key)
            attempts += 1
            left = tuple(one for one in found.options if one not in lost)
            if not lost or (left and attempts == ATTEMPTS):
                return replace(found, options=left)
            if attempts == ATTEMPTS:
                raise Unanswerable(Outcome.UNAVAILABLE, "too_many_calls")

    async def secure(self, profile: Profile, opening: Opening, patient: str, scope_key: str | None) -> bool:
        """Keep a time for a booking of this patient that is being made; False while another call has it."""
        limit = self.columns(profile).limits.get(opening.provider_id)
        return await self._holds.secure(profile.office.id, opening, limit, patient, scope_key)

    async def is_free(
        self,
        profile: Profile,
        opening: Opening,
        visits: Iterable[Visit],
        patient: str,
        scope_key: str | None,
        *,
        but: str = "",
    ) -> bool:
        """Whether a time that is secured is free by the day's visits: its chair, and its provider.

        `but` is the number of an appointment that would make way for it itself.
        """
        columns, day = self.columns(profile), opening.start.date()
        held = Taken({})
        if opening.provider_id in columns.limits:  # its chair is this call's own, since it is secured
            held = await self._holds.by_others(columns, day, day, scope_key, (opening, patient))
        return is_free(opening, visits, columns, held=held, but=but)

    async def release(self, profile: Profile, opening: Opening, patient: str) -> None:
        """After `secure`: the booking lies over the time now, or it is wanted no more."""
        await self._holds.release(profile.office.id, opening, patient)

    async def keep(self, profile: Profile, opening: Opening, patient: str, scope_key: str | None) -> None:
        """After `secure`: nothing was booked yet, and the time stays on offer in this call."""
        limit = self.columns(profile).limits.get(opening.provider_id)
        await self._holds.keep(profile.office.id, opening, limit, patient, scope_key)

    async def _but(self, profile: Profile, ask: Ask, today: dt.date) -> frozenset[dt.date]:
        """Days on which nothing is offered: today where it is for people, and those full of new patients."""
        policy = profile.policy
        days = {today} if policy.same_day is SameDay.TRANSFER else set[dt.date]()
        most = policy.new_patients_per_day
        if most is not None and ask.comer.new:
            coming = await newcomers_by_day(self._ledger, profile.office.id)
            days |= {day for day, count in coming.items() if count >= most}
        return frozenset(days)
