"""What is offered where nothing, or not enough, fits what was asked for."""

import datetime as dt
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from server.desk.answers import Outcome, Unanswerable
from server.desk.charter.terms import Charter, ProviderRule, SameDay
from server.desk.copies.overlay import Standing, Visit
from server.desk.office import Profile
from server.desk.times.columns import Columns
from server.desk.times.comers import NEW
from server.desk.times.finding import ATTEMPTS, Finding
from server.desk.times.opening_windows import Chair, ScheduleRow, Window
from server.desk.times.openings import Busy, Taken
from server.desk.times.reasons import CLEANING, EMERGENCY, EXAM
from server.desk.times.searching import Ask, Found, Search
from server.sikka.models import Provider
from store.offices import Office

MONDAY = dt.date(2026, 11, 30)
TODAY = MONDAY - dt.timedelta(days=3)
NOW = dt.datetime.combine(TODAY, dt.time(16))
OFFICE = Office("o1", "D10001", "1", "Newbrook", "OpenDental", "", "", "", None)
WEEK = dict.fromkeys(range(5), ((480, 720), (780, 1020)))


def day(ahead: int) -> dt.date:
    return MONDAY + dt.timedelta(days=ahead)


PROFILE = Profile(
    office=OFFICE,
    zone="America/New_York",
    region="US",
    providers={
        number: Provider(provider_id=number, specialty=trade)
        for number, trade in {"D1": "Dentist", "D2": "Dentist", "H1": "Hygienist"}.items()
    },
    spoken_providers={},
    chairs=(Chair("Doc 1"), Chair("Doc 2"), Chair("Hyg 1")),
    schedules=(ScheduleRow("practice", "1", None, WEEK),),
    usual_provider={"Doc 1": "D1", "Doc 2": "D2", "Hyg 1": "H1"},
    cancelled_word="",
)


class Diary:
    """A calendar that holds what a test has written into it, and counts how often it is looked at."""

    def __init__(self, *visits: Visit) -> None:
        self.visits = sorted(visits, key=lambda visit: visit.start)
        self.looks = 0

    def earliest(self, profile, lead_minutes):
        return NOW + dt.timedelta(minutes=lead_minutes)

    async def days(self, profile, first, last):
        self.looks += 1
        ahead = [first + dt.timedelta(days=days) for days in range((last - first).days + 1)]
        return {day: self.of_day(day) for day in ahead}

    @cache  # noqa: B019 - it lives as long as its test
    def of_day(self, day):
        return tuple(visit for visit in self.visits if visit.start.date() == day)


class Listed:
    """What the office's system lists; None for one that lists nothing."""

    def __init__(self, windows=None) -> None:
        self.listed = windows

    async def windows(self, profile, first, last):
        return self.listed


def full(date: dt.date, *chairs: str, start: str = "08:00", hours: int = 9) -> list[Visit]:
    """Visits that leave nothing of a day, or of a part of it, in these chairs."""
    begin = dt.datetime.combine(date, dt.time.fromisoformat(start))
    return [Visit(begin, hours * 60, chair, "", "p1", Standing.BOOKED) for chair in chairs]


def search(ask: Ask, *visits: Visit, profile: Profile = PROFILE, listed=None, but=(), seen=()) -> Search:
    diary = Diary(*visits)
    return Search(Columns(profile), ask, TODAY, diary, Listed(listed), but, dict(seen))  # pyright: ignore[reportArgumentType] - stands in for both


async def found(ask: Ask, *visits: Visit, held: Taken | None = None, **more) -> Found:
    return await search(ask, *visits, **more).find(held or Taken({}))


def told(result: Found) -> list[tuple[int, str, str]]:
    """Days after the Monday, start and provider of each option."""
    return [
        ((one.start.date() - MONDAY).days, f"{one.start:%H:%M}", one.provider_id) for one in result.options
    ]


async def test_what_fits_is_offered_in_the_order_of_time() -> None:
    result = await found(Ask(EXAM, MONDAY, day(4)))
    assert not result.nearest
    assert [one for one, _, _ in told(result)] == [0, 2, 4]
    assert (result.first, result.last) == (MONDAY, day(4))


async def test_without_a_last_day_later_weeks_are_looked_at_only_when_the_first_are_full() -> None:
    weeks = [visit for ahead in range(14) for visit in full(day(ahead), "Doc 1", "Doc 2")]
    soon = search(Ask(EXAM, MONDAY))
    assert (await soon.find(Taken({}))).last == day(13)
    later = search(Ask(EXAM, MONDAY), *weeks)
    result = await later.find(Taken({}))
    assert not result.nearest
    assert result.options[0].start.date() == day(14)
    assert result.last == day(44)


async def test_for_a_full_morning_the_afternoon_and_the_next_mornings_are_offered() -> None:
    mornings = full(MONDAY, "Doc 1", "Doc 2", hours=4)
    result = await found(Ask(EXAM, MONDAY, MONDAY, time_of_day="morning"), *mornings)
    assert result.nearest
    assert (result.first, result.last) == (MONDAY, MONDAY)
    days = told(result)
    assert [ahead for ahead, _, _ in days] == [0, 0, 1]
    assert days[0][1] == "13:00"
    assert days[2][1] < "12:00"


async def test_a_day_that_is_closed_has_the_days_before_and_after_it_offered() -> None:
    saturday, friday = day(5), day(4)
    result = await found(Ask(EXAM, saturday, saturday))
    assert result.nearest
    dates = [one.start.date() for one in result.options]
    assert dates[0] == friday
    assert dates[1] == day(7)
    assert len(dates) == 3


async def test_no_day_before_today_is_offered_as_the_nearest() -> None:
    result = await found(Ask(EXAM, TODAY, TODAY))
    assert result.options[0].start.date() >= MONDAY


async def test_where_the_provider_asked_for_is_full_their_next_day_and_somebody_else_are_offered() -> None:
    result = await found(Ask(EXAM, MONDAY, MONDAY, provider_id="D1"), *full(MONDAY, "Doc 1"))
    assert result.nearest
    assert {(ahead, who) for ahead, _, who in told(result)} >= {(0, "D2"), (1, "D1")}


async def test_for_a_provider_who_is_never_there_somebody_else_is_offered() -> None:
    profile = replace(PROFILE, usual_provider={"Doc 1": "D1", "Doc 2": "D1", "Hyg 1": "H1"})
    result = await found(Ask(EXAM, day(5), day(6), provider_id="D2"), profile=profile)
    assert {one.provider_id for one in result.options} == {"D1"}
    assert len(result.options) == 3


async def test_where_the_whole_horizon_is_full_nothing_is_offered() -> None:
    profile = replace(PROFILE, policy=replace(PROFILE.policy, horizon_days=30))
    visits = [visit for ahead in range(-3, 60) for visit in full(day(ahead), "Doc 1", "Doc 2")]
    result = await found(Ask(EXAM, MONDAY, time_of_day="morning", provider_id="D1"), *visits, profile=profile)
    assert result == Found((), nearest=True, first=MONDAY, last=TODAY + dt.timedelta(days=30))


async def test_nothing_is_offered_beyond_the_horizon() -> None:
    profile = replace(PROFILE, policy=replace(PROFILE.policy, horizon_days=4))
    result = await found(Ask(EXAM, MONDAY), profile=profile)
    assert max(one.start.date() for one in result.options) <= TODAY + dt.timedelta(days=4)


async def test_nothing_is_offered_sooner_than_the_office_needs() -> None:
    ask = Ask(EXAM, TODAY, TODAY)
    profile = replace(PROFILE, policy=replace(PROFILE.policy, lead_minutes=30))
    assert not (await found(ask, profile=profile)).nearest  # 16:30 is the last start that fits
    later = replace(profile, policy=replace(profile.policy, lead_minutes=31))
    assert (await found(ask, profile=later)).nearest


async def test_a_cleaning_is_not_offered_before_it_is_due() -> None:
    due = day(20)
    result = await found(Ask(CLEANING, MONDAY, due=due))
    assert not result.nearest
    assert min(one.start.date() for one in result.options) >= due
    asked = await found(Ask(CLEANING, MONDAY, day(2), due=due))
    assert asked.nearest
    assert (asked.first, asked.last) == (MONDAY, day(2))
    assert min(one.start.date() for one in asked.options) >= due
    overdue = await found(Ask(CLEANING, MONDAY, due=day(-90)))
    assert overdue.options[0].start.date() == MONDAY


@pytest.mark.parametrize(
    ("last", "due", "not_due", "some"),
    [
        (day(2), day(20), True, True),
        (day(2), day(400), True, False),
        (None, day(400), True, False),
        (day(2), day(2), False, True),
        (None, day(20), False, True),
        (day(2), None, False, True),
    ],
)
async def test_whether_a_visit_is_due_on_no_day_asked_for_is_told_with_what_is_found(
    last, due, not_due, some
) -> None:
    result = await found(Ask(CLEANING, MONDAY, last, due=due))
    assert (result.not_due, bool(result.options)) == (due if not_due else None, some)


async def test_somebody_in_pain_hears_of_the_soonest_also_where_today_is_full() -> None:
    result = await found(Ask(EMERGENCY, TODAY, TODAY, usual_provider="D2"), *full(TODAY, "Doc 1", "Doc 2"))
    assert result.nearest
    assert {one.start.date() for one in result.options} == {MONDAY}


async def test_a_day_on_which_nothing_is_to_be_offered_is_left_out() -> None:
    result = await found(Ask(EXAM, MONDAY, day(1)), but={MONDAY})
    assert {one.start.date() for one in result.options} == {day(1)}


async def test_a_day_that_was_looked_at_this_moment_counts_before_the_calendar() -> None:
    first = (await found(Ask(EXAM, MONDAY, MONDAY))).options[0]
    taken = full(MONDAY, "Doc 1", "Doc 2", start=f"{first.start:%H:%M}", hours=1)
    again = await found(Ask(EXAM, MONDAY, MONDAY), seen={MONDAY: taken})
    assert first.start not in {option.start for option in again.options}
    gone = await found(Ask(EXAM, MONDAY, MONDAY), *taken, seen={MONDAY: []})
    assert gone.options[0].start == first.start
    elsewhere = await found(Ask(EXAM, MONDAY, MONDAY), seen={TODAY - dt.timedelta(days=1): taken})
    assert elsewhere.options[0].start == first.start


async def test_what_other_calls_hold_is_left_out_and_the_calendar_is_not_read_again_for_it() -> None:
    one_search = search(Ask(EXAM, MONDAY, MONDAY))
    first = await one_search.find(Taken({}))
    option = first.options[0]
    held = Taken.of(
        Busy(chair, MONDAY, option.start_minute, option.start_minute + 30) for chair in ("Doc 1", "Doc 2")
    )
    again = await one_search.find(held)
    assert option.start not in {other.start for other in again.options}
    assert one_search._calendar.looks == 1  # pyright: ignore[reportAttributeAccessIssue] - the stand-in's


async def test_the_places_a_provider_has_left_come_from_the_calendar_alone() -> None:
    charter = Charter(providers=(ProviderRule("D1", max_parallel=2),))
    profile = replace(PROFILE, charter=charter, usual_provider={"Doc 1": "D1", "Doc 2": "D1"})
    visit = Visit(dt.datetime.combine(MONDAY, dt.time(8)), 60, "Doc 2", "D1", "p1", Standing.BOOKED)
    one_search = search(Ask(EXAM, MONDAY, MONDAY, provider_id="D1"), visit, profile=profile)
    result = await one_search.find(Taken({}))
    assert [(f"{one.start:%H:%M}", one_search.places(one)) for one in result.options][:1] == [("08:00", 1)]
    assert {one_search.places(one) for one in result.options[1:]} == {2}
    hygienist = replace(PROFILE, charter=Charter(providers=(ProviderRule("D2", max_parallel=2),)))
    unbound = search(Ask(EXAM, MONDAY, MONDAY, provider_id="D1"), profile=hygienist)
    assert {unbound.places(one) for one in (await unbound.find(Taken({}))).options} == {None}


async def test_where_the_system_lists_its_times_those_stand_in_the_place_of_the_schedules() -> None:
    windows = [Window("Doc 1", MONDAY, 487, 547, "D1", 1 << 487 | 1 << 517)]
    result = await found(Ask(EXAM, MONDAY, day(1)), listed=windows)
    assert told(result) == [(0, "08:07", "D1"), (0, "08:37", "D1")]
    closed = replace(PROFILE, charter=Charter(hours=None))
    assert (await found(Ask(EXAM, MONDAY, day(1)), listed=[], profile=closed)).options == ()


class NoHolds:
    """Holds of nobody, which another call is always quicker to take as often as it is told."""

    def __init__(self, quicker: int = 0) -> None:
        self.quicker = quicker
        self.offered = 0

    async def by_others(self, columns, first, last, scope_key):
        return Taken({})

    async def offer(self, columns, options, places, scope_key):
        self.offered += 1
        return frozenset(options[:1] if self.offered <= self.quicker else ())


class Rows:
    """A ledger with bookings in it, and what became of them; the newest first, as given."""

    def __init__(self, *facts) -> None:
        self.facts = facts

    async def search(self, office, *, states, operation, limit):
        return [
            SimpleNamespace(facts=facts, wish=facts.get("wish"), appointment_key=facts.get("key"))
            for facts in self.facts
            if facts.get("operation", "book") == operation
        ]


class StoppedClock:
    def now(self) -> int:
        return int(NOW.replace(tzinfo=ZoneInfo("America/New_York")).timestamp() * 1000)


def finding(*, rows=(), holds=None) -> Finding:
    return Finding(Diary(), Rows(*rows), holds or NoHolds(), Listed(), StoppedClock())  # pyright: ignore[reportArgumentType] - stand-ins


@pytest.mark.parametrize(
    ("same_day", "offered"), [(SameDay.BOOK, TODAY), (SameDay.REQUEST, TODAY), (SameDay.TRANSFER, MONDAY)]
)
async def test_where_calls_for_today_are_transferred_no_time_today_is_offered(same_day, offered) -> None:
    policy = replace(PROFILE.policy, same_day=same_day, lead_minutes=0)
    result = await finding().find(replace(PROFILE, policy=policy), Ask(EXAM, TODAY), None)
    assert result.options[0].start.date() == offered


async def test_a_day_that_has_its_new_patients_is_offered_to_no_more_of_them() -> None:
    profile = replace(PROFILE, policy=replace(PROFILE.policy, new_patients_per_day=2))
    monday, tuesday = (f"{date}T09:00:00" for date in (MONDAY, day(1)))
    rows = [
        {"start": monday, "new_patient": True},
        {"start": monday, "new_patient": True},
        {"start": tuesday, "new_patient": True},
        {"start": tuesday, "new_patient": False},
        {"start": tuesday, "new_patient": True, "wish": "withdraw"},
    ]
    found_for = finding(rows=rows)
    new = await found_for.find(profile, Ask(EXAM, MONDAY, day(1), comer=NEW), None)
    assert {one.start.date() for one in new.options} == {day(1)}
    returning = await found_for.find(profile, Ask(EXAM, MONDAY, day(1)), None)
    assert MONDAY in {one.start.date() for one in returning.options}


async def test_a_new_patient_who_was_cancelled_or_moved_since_does_not_fill_the_day_first_booked() -> None:
    profile = replace(PROFILE, policy=replace(PROFILE.policy, new_patients_per_day=1))
    monday, tuesday, wednesday, thursday = (f"{day(ahead)}T09:00:00" for ahead in range(4))
    rows = [
        {"operation": "move", "key": "m", "start": tuesday, "new_start": wednesday},
        {"operation": "move", "key": "m", "start": monday, "new_start": tuesday},
        {"operation": "cancel", "key": "c", "start": monday},
        {"operation": "cancel", "start": thursday},
        {"start": monday, "new_patient": True, "key": "c"},
        {"start": monday, "new_patient": True, "key": "m"},
        {"start": thursday, "new_patient": True},
    ]
    found_for = finding(rows=rows)
    new = await found_for.find(profile, Ask(EXAM, MONDAY, day(3), comer=NEW), None)
    assert {one.start.date() for one in new.options} == {MONDAY, day(1)}


async def test_a_call_without_an_id_holds_nothing() -> None:
    holds = NoHolds()
    assert len((await finding(holds=holds).find(PROFILE, Ask(EXAM, MONDAY), None)).options) == 3
    assert holds.offered == 0


async def test_times_that_other_calls_take_in_the_same_moment_are_chosen_anew_and_at_last_left_out() -> None:
    holds = NoHolds(quicker=2)
    assert len((await finding(holds=holds).find(PROFILE, Ask(EXAM, MONDAY), "call")).options) == 3
    assert holds.offered == 3
    never = NoHolds(quicker=99)
    assert len((await finding(holds=never).find(PROFILE, Ask(EXAM, MONDAY), "call")).options) == 2
    assert never.offered == ATTEMPTS


async def test_where_other_calls_are_always_quicker_it_is_not_said_that_nothing_is_free() -> None:
    ask = Ask(EXAM, MONDAY, MONDAY, time_of_day="evening")
    ending = ScheduleRow("practice", "1", None, {0: ((1020, 1050),)})
    alone = replace(PROFILE, schedules=(ending,), usual_provider={"Doc 1": "D1"})
    with pytest.raises(Unanswerable) as refused:
        await finding(holds=NoHolds(quicker=99)).find(alone, ask, "call")
    assert (refused.value.outcome, refused.value.reason) == (Outcome.UNAVAILABLE, "too_many_calls")
