"""An office's calendar as the desk may offer it: the copy, our own rows over it, and what is free between."""

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import anyio

from server.clock import MINUTE_MS, Clock
from server.desk.copies.copies import Copies
from server.desk.copies.office import Copy
from server.desk.copies.overlay import DayOverlay, Overlay, Visit, in_own_words, lay_over, number_of
from server.desk.office import Profile
from server.desk.times.columns import Columns
from server.desk.times.free_times import Wanted, free_times
from server.desk.times.openings import Opening, Stretch, all_openings
from server.desk.times.room import is_free
from server.settings import Settings
from server.sikka.client import Sikka
from server.sikka.errors import SikkaError
from server.sikka.pms_fields import Operation
from store.ledger import Ledger
from store.ledger_rows import Writeback
from store.ledger_states import OPEN, State
from store.offices import Office

__all__ = ["Calendar", "Wanted"]


Laid = TypeVar("Laid", Overlay, DayOverlay)


@dataclass(frozen=True)
class _Look(Generic[Laid]):
    """What was seen of a calendar.

    Attributes:
        read_from: of a kept copy, when the reading of it began; None for what Sikka shows this moment.
        lay: lays our rows over it.
        shows: whether it shows what was looked for at all, in whatever state.
    """

    read_from: int | None
    lay: Callable[[list[Writeback]], Laid]
    shows: bool = True


class Calendar:
    """Reads an office's calendar, with our own writes laid over it."""

    def __init__(
        self, ledger: Ledger, sikka: Sikka, clock: Clock, settings: Settings, copies: Copies
    ) -> None:
        self._ledger = ledger
        self._sikka = sikka
        self._clock = clock
        self._settings = settings
        self._copies = copies

    async def between(self, profile: Profile, first: dt.date, last: dt.date) -> list[Visit]:
        """All visits of the office on these days, both included: by its kept copy, else live.

        Raises:
            SikkaError: there is no copy to read, and Sikka cannot be asked now.
        """
        days = await self.days(profile, first, last)
        return [visit for visits in days.values() for visit in visits]

    async def days(
        self, profile: Profile, first: dt.date, last: dt.date
    ) -> Mapping[dt.date, tuple[Visit, ...]]:
        """The same by day. While a kept copy is read, a day that has not changed is the same tuple as before.

        Raises:
            SikkaError: as `between`.
        """
        look = await self._copies.reading(
            profile.office,
            lambda copy: _days_of_copy(copy, profile, first, last),
            lambda: self._live_days(profile, first, last),
        )
        return (await self._laid(profile.office, look)).days

    async def last_look(self, profile: Profile, day: dt.date, seconds: float) -> list[Visit] | None:
        """A day's visits before a time of it is taken: what Sikka shows this moment, if it says so in time.

        Where it does not, the kept copy will do: the practice's system has the last word on a clash anyhow.
        None where there is neither.
        """
        with anyio.move_on_after(seconds), contextlib.suppress(SikkaError):
            live = await self._laid(profile.office, await self._live_days(profile, day, day))
            return list(live.days[day])
        copy = await self._copies.of(profile.office)
        if copy is None:
            return None
        look = _days_of_copy(copy, profile, day, day)
        return list((await self._laid(profile.office, look)).days[day])

    async def of_patient(self, profile: Profile, patient_id: str, registration: str = "") -> list[Visit]:
        """A patient's visits from now on, soonest first.

        Args:
            profile: of the office.
            patient_id: "" for a patient who is still being registered; then only what waits for that row
                is there, and the copy is not asked.
            registration: the ledger row that registers the patient; "" for one who was there. What waits for
                it knows no patient id until it is released, which is a moment after the patient has one.

        Raises:
            SikkaError: there is no copy to read, and Sikka cannot be asked now.
            Unanswerable: without a zone there is no "now".
        """
        office, now = profile.office, profile.clock(self._clock.now())

        def waits(row: Writeback) -> bool:
            return bool(registration) and row.waits_for == registration

        if not patient_id:
            ours = lay_over([], [row for row in await self._ledger.overlay(office.id) if waits(row)])
            return [visit for visit in ours.visits if visit.start >= now]

        def theirs(rows: list[Writeback]) -> list[Writeback]:
            return [row for row in rows if row.facts.get("patient_id") == patient_id or waits(row)]

        async def live() -> _Look[Overlay]:
            calls = self._sikka.office(office.office_id, live=True)
            seen = await calls.appointments(
                first=now.date(), patient_id=patient_id, practice_id=office.practice_id
            )
            seen = in_own_words(seen, profile.cancelled_word)
            return _Look(None, lambda rows: lay_over(seen, theirs(rows)))

        def of_copy(copy: Copy) -> _Look[Overlay]:
            calendar, word = copy.calendar, profile.cancelled_word
            return _Look(
                copy.read_from, lambda rows: calendar.under(word).of_patient(theirs(rows), patient_id)
            )

        look = await self._copies.reading(office, of_copy, live)
        visits = (await self._laid(office, look)).visits
        known_as = {patient_id, ""} if registration else {patient_id}
        return [visit for visit in visits if visit.patient_id in known_as and visit.start >= now]

    async def stands(self, profile: Profile, visit: Visit) -> Visit | None:
        """An appointment as it stands by now, by the copy and our own rows: maybe at another time.

        None where it does no more. As it was given where nobody shows its number, or nothing can be read in
        the time that a look may take.
        """
        number, rows_about = visit.appointment_sr_no, list[Writeback]()
        today = profile.clock(self._clock.now()).date()

        def about(rows: list[Writeback]) -> list[Writeback]:
            rows_about[:] = [row for row in rows if number_of(row) == number]
            return rows_about

        async def live() -> _Look[Overlay]:
            calls = self._sikka.office(profile.office.office_id, live=True)
            seen = await calls.appointments(
                first=min(today, visit.start.date()),
                patient_id=visit.patient_id,
                practice_id=profile.office.practice_id,
            )
            mine = [row for row in seen if row.appointment_sr_no == number]
            mine = in_own_words(mine, profile.cancelled_word)
            return _Look(None, lambda rows: lay_over(mine, about(rows)), shows=bool(mine))

        def kept(copy: Copy) -> _Look[Overlay]:
            calendar = copy.calendar.under(profile.cancelled_word)
            shows = calendar.get(number) is not None
            return _Look(copy.read_from, lambda rows: calendar.of_number(about(rows), number), shows=shows)

        with anyio.move_on_after(self._settings.slot_check_seconds), contextlib.suppress(SikkaError):
            look = await self._copies.reading(profile.office, kept, live)
            visits = (await self._laid(profile.office, look)).visits
            wished = {
                row.facts["new_start"]
                for row in rows_about
                if row.operation == Operation.MOVE and row.state in OPEN
            }
            there = sorted(visits, key=lambda one: one.start.isoformat() in wished)
            if there:
                return there[0]
            cancelled = any(
                row.operation == Operation.CANCEL and row.state is State.CONFIRMED for row in rows_about
            )
            return None if look.shows or cancelled else visit
        return visit

    async def free(self, profile: Profile, wanted: Wanted) -> list[Opening]:
        """Every start at which what is wanted fits.

        Raises:
            SikkaError: the copy cannot be read now.
            Unanswerable: no zone ("no_zone") or no schedules ("no_hours"); hours are never guessed.
        """
        return all_openings(await self.stretches(profile, wanted))

    async def stretches(self, profile: Profile, wanted: Wanted) -> list[Stretch]:
        """The windows in which what is wanted fits. Raises as `free`."""
        columns = Columns(profile)
        taken = columns.taken(await self.days(profile, wanted.first, wanted.last))
        return free_times(columns, wanted, taken, earliest=self.earliest(profile))

    def earliest(self, profile: Profile, lead_minutes: int | None = None) -> dt.datetime:
        """The first start that may be offered, by the office's clock. Raises Unanswerable without a zone.

        The minutes are counted from now, and not on the wall: over a night in which the clocks are set
        the two differ.
        """
        lead = self._settings.lead_minutes if lead_minutes is None else lead_minutes
        return profile.clock(self._clock.now() + lead * MINUTE_MS)

    async def is_free(self, profile: Profile, opening: Opening, *, but: str = "") -> bool:
        """Whether a start offered earlier is free now, by the copy and our own rows.

        `but` is the number of an appointment that would make way for it itself.

        Raises:
            SikkaError: as `between`.
        """
        day = opening.start.date()
        return is_free(opening, await self.between(profile, day, day), Columns(profile), but=but)

    async def _live_days(self, profile: Profile, first: dt.date, last: dt.date) -> _Look[DayOverlay]:
        office = profile.office
        calls = self._sikka.office(office.office_id, live=True)
        seen = await calls.appointments(first=first, last=last, practice_id=office.practice_id)
        seen = in_own_words(seen, profile.cancelled_word)

        def lay(rows: list[Writeback]) -> DayOverlay:
            overlay = lay_over(seen, rows)
            there: dict[dt.date, list[Visit]] = {
                first + dt.timedelta(days=ahead): [] for ahead in range((last - first).days + 1)
            }
            for visit in overlay.visits:
                if visit.start.date() in there:
                    there[visit.start.date()].append(visit)
            return DayOverlay({day: tuple(visits) for day, visits in there.items()}, overlay.caught_up)

        return _Look(None, lay)

    async def _laid(self, office: Office, look: _Look[Laid]) -> Laid:
        """Lay our rows over what was seen, and put down which of them it shows."""
        rows = await self._ledger.overlay(office.id, read_from=look.read_from)
        overlay = look.lay(rows)
        unmarked = {row.id for row in rows if row.shown_at is None}
        caught_up = [row_id for row_id in overlay.caught_up if row_id in unmarked]
        await self._ledger.mark_shown(caught_up, self._clock.now())
        return overlay


def _days_of_copy(copy: Copy, profile: Profile, first: dt.date, last: dt.date) -> _Look[DayOverlay]:
    calendar, word = copy.calendar, profile.cancelled_word
    return _Look(copy.read_from, lambda rows: calendar.under(word).days(rows, first, last))
