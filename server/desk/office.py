"""What the desk knows of an office: who works there, in which chairs, when, and in which words."""

import contextlib
import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol

import anyio

from server.clock import Clock
from server.desk.answers import Outcome, Unanswerable
from server.desk.charter.standing import Charters, Standing
from server.desk.charter.terms import EMPTY, UNSAID, Charter, Policy
from server.desk.copies.copies import Copies
from server.desk.copies.office import Copy
from server.desk.naming import name_in
from server.desk.times.opening_windows import Chair, ScheduleRow
from server.desk.together import gathered
from server.desk.writes.rulebook import Rulebook, read_rulebook
from server.desk.zones import wall_clock, zone_of
from server.settings import Settings
from server.sikka import models
from server.sikka.client import Sikka
from server.sikka.copied import CHAIRS, PRACTICES, PROVIDERS, SCHEDULES, STATUS_WORDS
from server.sikka.errors import NotPermitted, SikkaError
from server.sikka.office_calls import OfficeCalls
from server.sikka.phones import region_of
from server.sikka.rules import word_for_cancelled
from store.offices import Office

PAST_DAYS: Final = 21  # enough of the past to see who usually works in which chair
DOCTORS: Final = ("dentist", "orthodont", "periodont", "endodont", "surgeon", "dr", "dds", "dmd")
HYGIENIST: Final = "hygien"
RULEBOOK_SECONDS: Final = 2.0  # a slow list holds up nobody who only wants to hear of free times
NAME_CHARACTERS: Final = 27  # what the longest spoken sentence has room for
NAME_WORDS: Final = 6  # first and last name, with titles
_NO_NAME: Final = re.compile(r"[^\w .'\u2019-]|[\d_]")


@dataclass(frozen=True)
class Profile:
    """One office, as far as it changes slowly.

    Attributes:
        office: its row in the store.
        zone: IANA name; None where neither the operator nor Sikka names one.
        region: for telephone numbers.
        providers: those who see patients, by id.
        spoken_providers: how each is named aloud ("Dr. Lee", "Dana").
        chairs: that are not hidden.
        schedules: all rows; empty where the PMS keeps none.
        usual_provider: chair -> who most often worked there of late.
        cancelled_word: the office's own word for a cancelled appointment; "" without one.
        practice: what it says of itself, address and phone; None where Sikka lists no practice.
        charter: what its people have said; it is in zone, names and words already.
        policy: what holds there, by charter and settings.
    """

    office: Office
    zone: str | None
    region: str
    providers: Mapping[str, models.Provider]
    spoken_providers: Mapping[str, str]
    chairs: tuple[Chair, ...]
    schedules: tuple[ScheduleRow, ...]
    usual_provider: Mapping[str, str]
    cancelled_word: str
    practice: models.Practice | None = None
    charter: Charter = EMPTY
    policy: Policy = UNSAID

    def clock(self, now: int) -> dt.datetime:
        """The office's wall clock, naive.

        Raises:
            Unanswerable: no zone is known, so there is no "now" (`NEEDS_HUMAN`, "no_zone").
        """
        if self.zone is None:
            raise Unanswerable(Outcome.NEEDS_HUMAN, "no_zone")
        return wall_clock(now, self.zone)


class Profiles:
    """Profiles of all offices, read when first needed and again when they have aged.

    An old profile serves while a new one cannot be had: providers and chairs outlive an outage.
    """

    def __init__(
        self, sikka: Sikka, clock: Clock, settings: Settings, charters: Charters, copies: Copies
    ) -> None:
        self._copies = copies
        self._copied: dict[str, tuple[object, Profile]] = {}
        self._sikka = sikka
        self._clock = clock
        self._settings = settings
        self._charters = charters
        self._under: dict[str, tuple[Profile, Standing, Profile]] = {}
        self._known: dict[str, tuple[float, Profile]] = {}
        self._locks: defaultdict[str, anyio.Lock] = defaultdict(anyio.Lock)
        self._rulebooks: dict[str, Rulebook] = {}

    def seen(self, office_row_id: str) -> Profile | None:
        """The profile last read, however old; None before the first."""
        known = self._under.get(office_row_id)
        return known[2] if known else None

    async def of(self, office: Office) -> Profile:
        """The profile of an office, with what its people have said laid over what Sikka shows.

        Raises:
            SikkaError: it has never been read, and cannot be now.
        """
        shown, standing = await self._shown(office), await self._charters.of(office.id)
        known = self._under.get(office.id)
        if known is None or known[0] is not shown or known[1].charter is not standing.charter:
            known = self._under[office.id] = (shown, standing, _under(shown, standing))
        return known[2]

    async def _shown(self, office: Office) -> Profile:
        of_copy = partial(self._of_copy, office)
        return await self._copies.reading(office, of_copy, partial(self._shown_live, office))

    def _of_copy(self, office: Office, copy: Copy) -> Profile:
        """Put together anew only when the copy has moved, or the day is another."""
        today = dt.datetime.fromtimestamp(self._clock.now() / 1000, dt.UTC).date()
        state = (copy, copy.lists_version, copy.as_of, today, office)
        known = self._copied.get(office.id)
        if known is None or known[0] != state:
            zone = zone_of(self._settings.timezone, office.zone_name)
            known = self._copied[office.id] = (state, copied_profile(copy, office, zone, today))
        return known[1]

    async def _shown_live(self, office: Office) -> Profile:
        fresh = self._fresh(office)
        if fresh is not None:
            return fresh
        async with self._locks[office.id]:
            fresh = self._fresh(office)
            if fresh is None:
                fresh = await self._read(office)
                self._known[office.id] = (self._clock.monotonic(), fresh)
            return fresh

    async def rulebook(self, office: Office) -> Rulebook:
        """What the office's software takes, in its own words; asked before any write is put down.

        It comes with the profile, and is read here only if it could not be had then. However old it is, it
        serves: words outlive an outage, and a caller who has said yes is not kept waiting for lists.

        Raises:
            SikkaError: it has never been read, and cannot be now.
        """
        known = self._rulebooks.get(office.id)
        if known is None:
            async with self._locks[f"rules {office.id}"]:
                known = self._rulebooks.get(office.id)
                if known is None:
                    known = self._rulebooks[office.id] = await read_rulebook(self._sikka, office)
        return known

    async def warm(self, office: Office) -> None:
        """Read the rulebook anew before anybody needs it; one that cannot be had now is left as it is."""
        with contextlib.suppress(SikkaError):
            self._rulebooks[office.id] = await read_rulebook(self._sikka, office)

    async def _freshen_rulebook(self, office: Office) -> None:
        with anyio.move_on_after(RULEBOOK_SECONDS), contextlib.suppress(SikkaError):
            self._rulebooks[office.id] = await read_rulebook(self._sikka, office)

    def _fresh(self, office: Office) -> Profile | None:
        known = self._known.get(office.id)
        if known is None or self._clock.monotonic() - known[0] > self._settings.profile_seconds:
            return None
        return known[1]

    async def _read(self, office: Office) -> Profile:
        reader = _Reader(self._sikka.office(office.office_id, live=True), office)
        today = dt.datetime.fromtimestamp(self._clock.now() / 1000, dt.UTC).date()
        failures = await gathered(partial(reader.read_all, today), partial(self._freshen_rulebook, office))
        for error in failures:
            raise error
        return reader.profile(zone_of(self._settings.timezone, office.zone_name))


def _under(shown: Profile, standing: Standing) -> Profile:
    charter, policy = standing.charter, standing.policy
    names = {one.id: one.spoken for one in charter.providers if one.spoken and one.id in shown.providers}
    return replace(
        shown,
        zone=charter.zone or shown.zone,
        spoken_providers={**shown.spoken_providers, **names},
        cancelled_word=policy.cancelled_word or shown.cancelled_word,
        charter=charter,
        policy=policy,
    )


class _Reader:
    """The reads behind one profile, side by side."""

    def __init__(self, calls: OfficeCalls, office: Office) -> None:
        self._calls = calls
        self._office = office
        self.practices: list[models.Practice] = []
        self.providers: list[models.Provider] = []
        self.operatories: list[models.Operatory] = []
        self.schedules: list[models.Schedule] = []
        self.words: list[str] = []
        self.past: list[models.Appointment] = []

    async def read_all(self, today: dt.date) -> None:
        steps = (self._chairs, self._people, self._hours, self._statuses)
        failures = await gathered(*steps, lambda: self._past(today))
        for error in failures:
            # What is outside the plan stays unknown: no hours, no word for cancelled. The desk says so.
            if not isinstance(error, NotPermitted):
                raise error

    async def _chairs(self) -> None:
        self.practices = [
            row for row in await self._calls.practices() if row.practice_id in {"", self._office.practice_id}
        ]
        cust_id = self.practices[0].cust_id if self.practices else self._office.practice_id
        self.operatories = [
            row
            for row in await self._calls.operatories(cust_id or self._office.practice_id)
            if row.practice_id.partition("-")[0] in {"", self._office.practice_id.partition("-")[0]}
        ]

    async def _people(self) -> None:
        self.providers = await self._calls.providers()

    async def _hours(self) -> None:
        self.schedules = [
            row for row in await self._calls.schedules() if row.practice_id in {"", self._office.practice_id}
        ]

    async def _statuses(self) -> None:
        self.words = await status_words(self._calls)

    async def _past(self, today: dt.date) -> None:
        self.past = await self._calls.appointments(first=today - dt.timedelta(days=PAST_DAYS), last=today)

    def profile(self, zone: str | None) -> Profile:
        lists = OfficeLists(self.practices, self.providers, self.operatories, self.schedules, self.words)
        return shown_profile(self._office, zone, lists, self.past)


class Seating(Protocol):
    """Of an appointment, who worked in which chair."""

    @property
    def provider_id(self) -> str:
        """Under whose name the visit runs."""
        ...

    @property
    def hygienist(self) -> str:
        """The hygienist; "" where none is named."""
        ...

    @property
    def operatory(self) -> str:
        """The chair; "" where it is not told."""
        ...


@dataclass(frozen=True)
class OfficeLists:
    """The short lists that a profile is made of, those of other practices left out."""

    practices: Sequence[models.Practice]
    providers: Sequence[models.Provider]
    operatories: Sequence[models.Operatory]
    schedules: Sequence[models.Schedule]
    words: Sequence[str]


def copied_profile(copy: Copy, office: Office, zone: str | None, today: dt.date) -> Profile:
    """The profile that a kept copy shows. What is kept was checked when it was read."""
    lists = OfficeLists(
        [models.Practice.model_construct(**row) for row in copy.rows_of(PRACTICES)],
        [models.Provider.model_construct(**row) for row in copy.rows_of(PROVIDERS)],
        [models.Operatory.model_construct(**row) for row in copy.rows_of(CHAIRS)],
        [models.Schedule.model_construct(**row) for row in copy.rows_of(SCHEDULES)],
        copy.rows_of(STATUS_WORDS),
    )
    past = copy.calendar.since(today - dt.timedelta(days=PAST_DAYS), today)
    return shown_profile(office, zone, lists, past)


def shown_profile(office: Office, zone: str | None, lists: OfficeLists, past: Iterable[Seating]) -> Profile:
    """A profile from what Sikka shows.

    Args:
        office: its row in the store.
        zone: IANA name, if one is known.
        lists: of the office.
        past: appointments of late.
    """
    providers = {row.provider_id: row for row in lists.providers if row.sees_patients}
    return Profile(
        office=office,
        zone=zone,
        region=region_of(lists.practices[0].country if lists.practices else ""),
        providers=providers,
        spoken_providers={number: spoken_provider(row) for number, row in providers.items()},
        chairs=tuple(
            Chair(row.operatory, tuple(number for number in row.provider_ids if number in providers), "")
            for row in lists.operatories
        ),
        schedules=tuple(schedule_row(row) for row in lists.schedules),
        usual_provider=usual_providers(past, providers),
        cancelled_word=word_for_cancelled(office.pms, lists.words),
        practice=next(iter(lists.practices), None),
    )


async def status_words(calls: OfficeCalls) -> list[str]:
    """The office's own words for an appointment's status. Raises SikkaError."""
    try:
        variables = await calls.status_variables()
    except NotPermitted:
        variables = []
    # practice_variables mixes "appointment status" with "appointment confirmed status" (seen live).
    words = [row.value for row in variables if "confirm" not in row.service_item.casefold()]
    return words or [row.status for row in await calls.appointment_statuses()]


def schedule_row(row: models.Schedule) -> ScheduleRow:
    """A schedule row in minutes after midnight."""
    days = {
        weekday: tuple(
            (begin.hour * 60 + begin.minute, end.hour * 60 + end.minute)
            for begin, end in row.intervals(weekday)
        )
        for weekday in range(7)
    }
    holidays = frozenset(weekday for weekday in range(7) if row.holiday(weekday))
    return ScheduleRow(row.resource_type, row.resource_id, row.week_start, days, holidays)


def usual_providers(past: Iterable[Seating], providers: Mapping[str, models.Provider]) -> dict[str, str]:
    """Chair -> the provider seen there most often; the hygienist's id counts where a visit names one."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in past:
        who = row.hygienist if row.hygienist in providers else row.provider_id
        if row.operatory and who in providers:
            seen[row.operatory][who] += 1
    return {chair: min(counts, key=lambda who: (-counts[who], who)) for chair, counts in seen.items()}


def spoken_provider(row: models.Provider) -> str:
    """How a provider is named aloud: "Dr. Lee" for a dentist, "Dana" for a hygienist; "" without a name.

    The PMS's text is cut down to what a name is made of, since it will be spoken; who bears a sentence for
    a name is not named at all.
    """
    if not name_in(f"{row.firstname} {row.lastname}", NAME_WORDS):
        return ""
    first, last = _NO_NAME.sub("", row.firstname).strip(), _NO_NAME.sub("", row.lastname).strip()
    specialty = row.specialty.casefold()
    if HYGIENIST in specialty:
        name = first or last
    elif last and (not first or any(word in specialty for word in DOCTORS)):
        name = f"Dr. {last}"
    else:
        name = f"{first} {last}".strip()
    return name[:NAME_CHARACTERS]
