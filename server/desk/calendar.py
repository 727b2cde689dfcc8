"""An office's calendar as the desk may offer it: the copy, our own rows over it, and what is free between."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from server.clock import Clock
from server.desk.answers import Outcome, Unanswerable
from server.desk.office import Profile
from server.desk.opening_windows import weekly_windows
from server.desk.openings import Busy, Opening, openings
from server.desk.overlay import Overlay, Visit, lay_over
from server.desk.reasons import Reason
from server.settings import Settings
from server.sikka.client import Sikka
from store.ledger import Ledger

HYGIENIST: Final = "hygien"


@dataclass(frozen=True)
class Wanted:
    """What a caller asks for.

    Attributes:
        first: first day, the office's calendar.
        last: last day, included.
        provider_id: only this provider; "" for any.
    """

    reason: Reason
    first: dt.date
    last: dt.date
    provider_id: str = ""


class Calendar:
    """Reads the copy of an office's calendar live, with our own writes laid over it."""

    def __init__(self, ledger: Ledger, sikka: Sikka, clock: Clock, settings: Settings) -> None:
        self._ledger = ledger
        self._sikka = sikka
        self._clock = clock
        self._settings = settings

    async def between(self, profile: Profile, first: dt.date, last: dt.date) -> list[Visit]:
        """All visits of the office on these days, both included. Raises SikkaError."""
        calls = self._sikka.office(profile.office.office_id, live=True)
        copy = await calls.appointments(first=first, last=last, practice_id=profile.office.practice_id)
        overlay = lay_over(copy, await self._ledger.overlay(profile.office.id))
        await self._mark(overlay)
        return [visit for visit in overlay.visits if first <= visit.start.date() <= last]

    async def of_patient(self, profile: Profile, patient_id: str, registration: str = "") -> list[Visit]:
        """A patient's visits from now on, soonest first.

        Args:
            profile: of the office.
            patient_id: "" for a patient who is still being registered; then only what waits for that row
                is there, and the copy is not asked.
            registration: the ledger row that registers the patient; "" for one who was there.

        Raises:
            SikkaError: the copy cannot be read now.
            Unanswerable: without a zone there is no "now".
        """
        now = profile.clock(self._clock.now())
        if not patient_id:
            waiting = await self._ledger.overlay(profile.office.id)
            ours = lay_over([], [row for row in waiting if registration and row.waits_for == registration])
            return [visit for visit in ours.visits if visit.start >= now]
        calls = self._sikka.office(profile.office.office_id, live=True)
        copy = await calls.appointments(
            first=now.date(), patient_id=patient_id, practice_id=profile.office.practice_id
        )
        rows = [
            row
            for row in await self._ledger.overlay(profile.office.id)
            if row.facts.get("patient_id") == patient_id
        ]
        overlay = lay_over(copy, rows)
        await self._mark(overlay)
        return [visit for visit in overlay.visits if visit.patient_id == patient_id and visit.start >= now]

    async def free(self, profile: Profile, wanted: Wanted) -> list[Opening]:
        """Every start at which what is wanted fits.

        Raises:
            SikkaError: the copy cannot be read now.
            Unanswerable: no zone ("no_zone") or no schedules ("no_hours"); hours are never guessed.
        """
        now = profile.clock(self._clock.now())
        windows = weekly_windows(
            profile.schedules,
            profile.chairs,
            tuple(profile.providers),
            wanted.first,
            wanted.last,
            usual_provider=profile.usual_provider,
        )
        if windows is None:
            raise Unanswerable(Outcome.NEEDS_HUMAN, "no_hours")
        fitting = [
            window
            for window in windows
            if window.provider_id in profile.providers
            and wanted.provider_id in {"", window.provider_id}
            and _suits(profile, window.provider_id, wanted.reason)
        ]
        visits = await self.between(profile, wanted.first, wanted.last)
        return openings(
            fitting,
            [busy for visit in visits for busy in busy_of(visit)],
            wanted.reason.minutes,
            earliest=now + dt.timedelta(minutes=self._settings.lead_minutes),
            zone=profile.zone,
        )

    async def is_free(self, profile: Profile, opening: Opening) -> bool:
        """Whether a start offered earlier is free now, by the copy and our own rows. Raises SikkaError."""
        day = opening.start.date()
        return is_free_among(await self.between(profile, day, day), opening)

    def is_open(self, profile: Profile, opening: Opening) -> bool:
        """Whether the chair is worked in for the whole of an opening, whoever may sit in it."""
        day = opening.start.date()
        start = opening.start.hour * 60 + opening.start.minute
        windows = weekly_windows(
            profile.schedules,
            profile.chairs,
            tuple(profile.providers),
            day,
            day,
            usual_provider=profile.usual_provider,
        )
        return any(
            (window.operatory, window.provider_id) == (opening.operatory, opening.provider_id)
            and window.start_minute <= start
            and start + opening.length_minutes <= window.end_minute
            for window in windows or ()
        )

    async def _mark(self, overlay: Overlay) -> None:
        if overlay.caught_up:
            await self._ledger.mark_shown(overlay.caught_up, self._clock.now())


def is_free_among(visits: Iterable[Visit], opening: Opening, *, but: str = "") -> bool:
    """Whether none of the visits is in the way of an opening.

    Args:
        visits: of the opening's day.
        opening: what is wanted.
        but: the number of an appointment that would make way for it itself.
    """
    day = opening.start.date()
    start = opening.start.hour * 60 + opening.start.minute
    end = start + opening.length_minutes
    return not any(
        busy.operatory in {"", opening.operatory} and busy.start_minute < end and start < busy.end_minute
        for visit in visits
        if not but or visit.appointment_sr_no != but
        for busy in busy_of(visit)
        if busy.date == day
    )


def busy_of(visit: Visit) -> list[Busy]:
    """What a visit takes of its chair; one past midnight takes the rest of its day."""
    start = visit.start.hour * 60 + visit.start.minute
    end = min(24 * 60, start + visit.length_minutes)
    return [Busy(visit.operatory, visit.start.date(), start, end, visit.provider_id)]


def _suits(profile: Profile, provider_id: str, reason: Reason) -> bool:
    """Whether a provider does this kind of visit, as far as their specialty tells.

    Where an office shows no hygienist, a dentist does the cleaning.
    """
    if reason.hygiene is None:
        return True
    hygienists = {n for n, row in profile.providers.items() if HYGIENIST in row.specialty.casefold()}
    if not hygienists or len(hygienists) == len(profile.providers):
        return True
    return (provider_id in hygienists) == reason.hygiene
