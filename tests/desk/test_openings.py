"""Which times are free, worked out from schedules, chairs and visits, and which are offered."""

from __future__ import annotations

import datetime as dt
import itertools
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whenever import TimeZoneNotFoundError

from server.desk.times.daylight import local_exists, minutes_that_exist
from server.desk.times.minutes import bits, most_at_once, runs, span, taken_at_once
from server.desk.times.opening_windows import Chair, ScheduleRow, Window, merged, overlap, weekly_windows
from server.desk.times.openings import STEP_MINUTES, Busy, Opening, Taken, all_openings, stretches

MONDAY = dt.date(2026, 11, 30)
SUNDAY = dt.date(2026, 11, 29)
TUESDAY = dt.date(2026, 12, 1)
LONG_AGO = dt.datetime.fromisoformat("2020-01-01T00:00")
DAY = ((480, 720), (780, 1020))
CHAIRS = (Chair("OP1", ("D1",), "doctor"), Chair("OP2", (), "hygiene"))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def openings(windows, busy, length, *, step: int = STEP_MINUTES, **limits) -> list[Opening]:
    """Every opening, as the calendar finds them, on a grid of so many minutes."""
    with patch("server.desk.times.openings.STEP_MINUTES", step):
        return all_openings(stretches(windows, Taken.of(busy), length, **limits))


def row(level: str, name: str, *weekdays: int, hours=DAY, week=None, holidays=()) -> ScheduleRow:
    days = {weekday: tuple(hours) for weekday in weekdays}
    return ScheduleRow(level, name, week, days, frozenset(holidays))


def hours(windows, operatory: str, date: dt.date = MONDAY) -> list[tuple[int, int]]:
    assert windows is not None
    return [(w.start_minute, w.end_minute) for w in windows if (w.operatory, w.date) == (operatory, date)]


# Schedules into windows


def test_without_any_schedule_no_hours_are_guessed() -> None:
    assert weekly_windows([], CHAIRS, ["D1"], MONDAY, TUESDAY) is None


def test_schedules_that_hold_no_hours_count_as_none() -> None:
    empty = [row("practice", "1", 0, 1, hours=()), ScheduleRow("operatory", "OP1", None, {})]
    assert weekly_windows(empty, CHAIRS, ["D1"], MONDAY, TUESDAY) is None


def test_schedules_of_other_resources_say_nothing_about_these_chairs() -> None:
    others = [row("operatory", "OP9", 0), row("provider", "D9", 0)]
    assert weekly_windows(others, CHAIRS, ["D1", "D9"], MONDAY, MONDAY) is None


def test_without_chairs_nothing_can_be_offered() -> None:
    assert weekly_windows([row("practice", "1", 0)], (), ["D1"], MONDAY, MONDAY) is None


def test_a_day_the_schedule_leaves_empty_is_closed_and_not_unknown() -> None:
    assert weekly_windows([row("practice", "1", 0)], CHAIRS, ["D1"], TUESDAY, TUESDAY) == []


def test_a_range_that_ends_before_it_begins_holds_nothing() -> None:
    assert weekly_windows([row("practice", "1", 0)], CHAIRS, ["D1"], TUESDAY, MONDAY) == []


def test_the_practice_hours_hold_for_chairs_without_their_own() -> None:
    windows = weekly_windows([row("Practice", "1", 0)], CHAIRS, ["D1"], MONDAY, MONDAY)
    assert hours(windows, "OP1") == hours(windows, "OP2") == [(480, 720), (780, 1020)]


def test_a_chairs_own_hours_are_cut_to_the_practices_and_to_those_of_who_works_in_it() -> None:
    rows = [
        row("practice", "1", 0, hours=((480, 960),)),
        row("operatory", "op1 ", 0, hours=((420, 600), (900, 1080))),
    ]
    assert hours(weekly_windows(rows, CHAIRS, ["D1"], MONDAY, MONDAY), "OP1") == [(480, 600), (900, 960)]
    worked = row("provider", "D1", 0, hours=((540, 930),))
    windows = weekly_windows([*rows, worked], CHAIRS, ["D1"], MONDAY, MONDAY)
    assert hours(windows, "OP1") == [(540, 600), (900, 930)]


def test_a_chair_is_not_offered_with_a_provider_who_is_off_that_day() -> None:
    tuesday = MONDAY + dt.timedelta(days=1)
    rows = [
        row("operatory", "OP1", 0),
        row("operatory", "OP1", 1),
        row("provider", "D1", 1),
    ]
    windows = weekly_windows(rows, [Chair("OP1", ("D1",))], ["D1", "D2"], MONDAY, tuesday)
    assert windows is not None
    assert {window.date for window in windows} == {tuesday}


def test_a_provider_whose_rows_never_hold_an_hour_is_not_scheduled_by_them() -> None:
    rows = [row("operatory", "OP1", 0), row("provider", "D1", 0, hours=())]
    windows = weekly_windows(rows, [Chair("OP1", ("D1",))], ["D1", "D2"], MONDAY, MONDAY)
    assert windows == [Window("OP1", MONDAY, *stretch, "D1") for stretch in DAY]


def test_a_chairs_own_hours_hold_alone_where_the_practices_are_unknown() -> None:
    windows = weekly_windows([row("operatory", "OP1", 0)], CHAIRS, ["D1"], MONDAY, MONDAY)
    assert hours(windows, "OP1") == [(480, 720), (780, 1020)]
    assert hours(windows, "OP2") == []


def test_a_chair_without_hours_follows_those_who_work_in_it() -> None:
    rows = [
        row("practice", "1", 0, hours=((500, 1000),)),
        row("provider", "D1", 0, hours=((480, 720),)),
        row("provider", "D2", 0, hours=((780, 1020),)),
    ]
    chair = Chair("OP1", ("D1", "D2"))
    assert weekly_windows(rows, [chair], ["D1", "D2"], MONDAY, MONDAY) == [
        Window("OP1", MONDAY, 500, 720, "D1"),
        Window("OP1", MONDAY, 780, 1000, "D2"),
    ]
    assert weekly_windows(rows[1:], [chair], ["D1", "D2"], MONDAY, MONDAY) == [
        Window("OP1", MONDAY, 480, 720, "D1"),
        Window("OP1", MONDAY, 780, 1020, "D2"),
    ]


def test_a_provider_who_is_off_that_day_leaves_the_chair_empty() -> None:
    rows = [row("practice", "1", 0, 1), row("provider", "D1", 1)]
    windows = weekly_windows(rows, CHAIRS[:1], ["D1"], MONDAY, TUESDAY)
    assert hours(windows, "OP1") == []
    assert hours(windows, "OP1", TUESDAY) == list(DAY)


def test_a_holiday_of_the_practice_closes_every_chair() -> None:
    rows = [
        row("practice", "1", 0, 1, week=SUNDAY, holidays=[0]),
        row("operatory", "OP1", 0, 1),
        row("provider", "D1", 0, 1),
    ]
    windows = weekly_windows(rows, CHAIRS, ["D1"], MONDAY, TUESDAY)
    assert windows
    assert {window.date for window in windows} == {TUESDAY}


def test_a_holiday_of_a_chair_closes_that_chair_only() -> None:
    rows = [row("practice", "1", 0), row("operatory", "OP1", 0, holidays=[0])]
    windows = weekly_windows(rows, CHAIRS, ["D1"], MONDAY, MONDAY)
    assert hours(windows, "OP1") == []
    assert hours(windows, "OP2") == list(DAY)


@pytest.mark.parametrize("week", [SUNDAY, MONDAY])
def test_a_dated_week_holds_for_the_seven_days_from_its_date(week: dt.date) -> None:
    everyday = range(7)
    rows = [
        row("practice", "1", *everyday, hours=((600, 660),), week=week),
        row("practice", "1", *everyday),
    ]
    windows = weekly_windows(rows, CHAIRS[:1], ["D1"], week - dt.timedelta(1), week + dt.timedelta(7))
    special = [week + dt.timedelta(day) for day in range(7)]
    for day in (week - dt.timedelta(1), *special, week + dt.timedelta(7)):
        assert hours(windows, "OP1", day) == ([(600, 660)] if day in special else list(DAY))


def test_the_latest_earlier_week_stands_where_no_row_is_for_this_one() -> None:
    rows = [
        row("practice", "1", 0, hours=((500, 600),), week=MONDAY - dt.timedelta(21)),
        row("practice", "1", 0, hours=((700, 800),), week=MONDAY - dt.timedelta(14)),
        row("practice", "1", 0, hours=((900, 960),), week=MONDAY + dt.timedelta(7)),
    ]
    assert hours(weekly_windows(rows, CHAIRS, [], MONDAY, MONDAY), "OP1") == [(700, 800)]


def test_an_earlier_weeks_holiday_is_not_repeated() -> None:
    rows = [
        row("practice", "1", 0, hours=((500, 600),), week=MONDAY - dt.timedelta(21)),
        row("practice", "1", week=MONDAY - dt.timedelta(14), holidays=[0]),
    ]
    assert hours(weekly_windows(rows, CHAIRS, [], MONDAY, MONDAY), "OP1") == [(500, 600)]
    assert weekly_windows([rows[1], row("practice", "1", 1)], CHAIRS, [], MONDAY, MONDAY) == []


def test_a_weekday_that_was_a_holiday_in_every_earlier_week_stays_closed() -> None:
    rows = [row("practice", "1", 0, week=MONDAY - dt.timedelta(14), holidays=[0])]
    assert weekly_windows(rows, CHAIRS, [], MONDAY, MONDAY) == []


def test_a_later_week_says_nothing_about_this_one() -> None:
    rows = [row("practice", "1", 0, week=MONDAY + dt.timedelta(7))]
    assert weekly_windows(rows, CHAIRS, [], MONDAY, MONDAY) is None


def test_several_rows_for_one_week_add_up() -> None:
    rows = [row("practice", "1", 0, hours=((480, 600),)), row("practice", "1", 0, hours=((600, 720), (0, 0)))]
    assert hours(weekly_windows(rows, CHAIRS, [], MONDAY, MONDAY), "OP1") == [(480, 720)]


def test_a_row_of_unknown_type_is_told_by_its_id_where_one_fits() -> None:
    known = weekly_windows([row("resource 7", "OP1", 0)], CHAIRS, ["D1"], MONDAY, MONDAY)
    assert hours(known, "OP1") == list(DAY)
    assert weekly_windows([row("?", "OP1", 0)], CHAIRS, ["OP1"], MONDAY, MONDAY) is None
    assert weekly_windows([row("?", "other", 0)], CHAIRS, ["D1"], MONDAY, MONDAY) is None


@pytest.mark.parametrize(
    ("chair", "providers", "usual", "expected"),
    [
        (Chair("OP1", ("D1", "D2")), ["D1", "D2"], {}, {"D1": 600, "D2": 720}),
        (Chair("OP1", ("D1", "D3")), ["D1", "D3"], {}, {"D1": 600}),
        (Chair("OP1", ("D3", "D4")), ["D3", "D4"], {}, {"D3": 720}),
        (Chair("OP1", ("gone", "D1")), ["D1", "D3"], {}, {"D1": 600}),
        (Chair("OP1", ("gone",)), [], {}, {"gone": 720}),
        (Chair("OP1", ("gone",)), ["D1", "D3"], {"OP1": "D3"}, {"D3": 720}),
        (Chair("OP1"), ["D1", "D3"], {"op1": "D3"}, {"D3": 720}),
        (Chair("OP1"), ["D1", "D3"], {"op1": "gone"}, {"": 720}),
        (Chair("OP1"), ["D1", "D3"], {}, {"": 720}),
        (Chair("OP1"), ["D3"], {}, {"D3": 720}),
        (Chair("OP1"), [], {}, {"": 720}),
    ],
)
def test_the_provider_is_known_or_left_empty_but_never_the_first_of_several(
    chair: Chair, providers: list[str], usual: dict[str, str], expected: dict[str, int]
) -> None:
    rows = [
        row("operatory", "OP1", 0, hours=((480, 720),)),
        row("provider", "D1", 0, hours=((480, 600),)),
        row("provider", "D2", 0, hours=((400, 800),)),
    ]
    windows = weekly_windows(rows, [chair], providers, MONDAY, MONDAY, usual_provider=usual)
    assert windows == [Window("OP1", MONDAY, 480, end, who) for who, end in expected.items()]


intervals = st.tuples(st.integers(0, 60), st.integers(0, 60))


@given(st.lists(intervals, max_size=6), st.lists(intervals, max_size=6))
def test_merging_and_overlapping_intervals_agree_with_sets_of_minutes(these, those) -> None:
    minutes = {minute for start, end in these for minute in range(start, end)}
    others = {minute for start, end in those for minute in range(start, end)}
    union = merged(these)
    assert {minute for start, end in union for minute in range(start, end)} == minutes
    assert all(one[1] < other[0] for one, other in itertools.pairwise(union))
    both = overlap(union, merged(those))
    assert {minute for start, end in both for minute in range(start, end)} == minutes & others


# Windows into openings


def minute_of(opening: Opening) -> int:
    return opening.start.hour * 60 + opening.start.minute


chairs_drawn = st.sampled_from(["OP1", "OP2"])
days_drawn = st.sampled_from([MONDAY, TUESDAY])
minutes_drawn = st.integers(0, 300)
providers_drawn = st.sampled_from(["D1", "D2"])
windows_drawn = st.builds(
    Window,
    chairs_drawn,
    days_drawn,
    minutes_drawn,
    minutes_drawn,
    providers_drawn,
    st.just(0) | st.sets(minutes_drawn, min_size=1).map(lambda found: sum(1 << one for one in found)),
)
busy_drawn = st.builds(
    Busy,
    st.sampled_from(["OP1", "OP1", "OP2", ""]),
    days_drawn,
    minutes_drawn,
    minutes_drawn,
    st.sampled_from(["D1", "D2", ""]),
    st.sampled_from(["D1", "D2", ""]),
)
limits_drawn = st.dictionaries(providers_drawn, st.integers(1, 3))


def takes(busy: Busy, window: Window) -> bool:
    if busy.date != window.date:
        return False
    return busy.operatory == window.operatory or (
        not busy.operatory and busy.provider_id in {"", window.provider_id}
    )


def with_provider(busy: list[Busy], window: Window, minute: int) -> int:
    """How many visits a window's provider has at a minute."""
    return sum(
        taken.date == window.date
        and taken.attends == window.provider_id
        and taken.start_minute <= minute < taken.end_minute
        for taken in busy
    )


@settings(max_examples=300)
@given(
    st.lists(windows_drawn, max_size=4),
    st.lists(busy_drawn, max_size=6),
    st.integers(1, 90),
    st.sampled_from([1, 5, 10, 15]),
    st.integers(0, 2 * 24 * 60),
    limits_drawn,
)
def test_openings_are_exactly_what_trying_every_minute_finds(
    windows, busy, length, step, offset, limits
) -> None:
    earliest = dt.datetime.combine(MONDAY, dt.time()) + dt.timedelta(minutes=offset)
    expected = set()
    for window in windows:
        free = set(range(window.start_minute, window.end_minute))
        for taken in busy:
            if takes(taken, window):
                free -= set(range(taken.start_minute, taken.end_minute))
        limit = limits.get(window.provider_id)
        if limit is not None:
            free -= {minute for minute in free if with_provider(busy, window, minute) >= limit}
        allowed = bits(window.starts) if window.starts else range(0, 24 * 60, step)
        for minute in allowed:
            start = dt.datetime.combine(window.date, dt.time()) + dt.timedelta(minutes=minute)
            if start >= earliest and set(range(minute, minute + length)) <= free:
                expected.add(Opening(start, window.operatory, window.provider_id, length))
    found = openings(windows, busy, length, earliest=earliest, step=step, limits=limits)
    assert found == sorted(expected)


@given(st.lists(busy_drawn, max_size=8), minutes_drawn, st.integers(1, 90), st.integers(1, 3))
def test_the_places_a_provider_has_left_are_their_limit_less_the_fullest_minute(busy, minute, length, limit):
    start = dt.datetime.combine(MONDAY, dt.time()) + dt.timedelta(minutes=minute)
    window = Window("OP1", MONDAY, 0, 0, "D1")
    fullest = max(with_provider(busy, window, at) for at in range(minute, minute + length))
    assert Taken.of(busy).places(Opening(start, "OP1", "D1", length), limit) == max(0, limit - fullest)


@given(
    st.lists(busy_drawn, max_size=5), st.lists(busy_drawn, max_size=5), windows_drawn, st.none() | st.just(2)
)
def test_what_is_taken_by_two_tellings_is_what_is_taken_by_either(these, those, window, limit):
    both = Taken.of(these).over(Taken.of(those))
    assert both.during(window, limit) == Taken.of([*these, *those]).during(window, limit)


masks_drawn = st.lists(st.tuples(minutes_drawn, minutes_drawn), max_size=5).map(
    lambda pairs: [span(*pair) for pair in pairs]
)


@given(masks_drawn, st.integers(1, 4), st.integers(1, 70))
def test_masks_of_a_day_agree_with_sets_of_minutes(masks, limit, length):
    sets = [set(bits(mask)) for mask in masks]
    counts = {minute: sum(minute in one for one in sets) for minute in range(301)}
    assert set(bits(taken_at_once(masks, limit))) == {m for m, count in counts.items() if count >= limit}
    assert most_at_once(masks, span(50, 200)) == max(counts[minute] for minute in range(50, 200))
    for mask, minutes in zip(masks, sets, strict=True):
        fitting = {m for m in minutes if set(range(m, m + length)) <= minutes}
        assert set(bits(runs(mask, length))) == fitting


@pytest.mark.parametrize("call", [lambda: runs(1, 0), lambda: taken_at_once([], 0)])
def test_lengths_and_limits_below_one_are_errors(call) -> None:
    with pytest.raises(ValueError, match="at least one"):
        call()


def test_a_visit_in_another_chair_takes_nothing_though_the_provider_is_the_same() -> None:
    windows = [Window("OP1", MONDAY, 480, 540, "D1")]
    taken = [Busy("OP2", MONDAY, 480, 540, "D1")]
    assert len(openings(windows, taken, 60, earliest=LONG_AGO)) == 1


def test_a_visit_may_begin_where_another_ends_and_end_where_one_begins() -> None:
    windows = [Window("OP1", MONDAY, 480, 660, "D1")]
    taken = [Busy("OP1", MONDAY, 480, 540), Busy("OP1", MONDAY, 600, 660)]
    found = openings(windows, taken, 60, earliest=LONG_AGO)
    assert [minute_of(opening) for opening in found] == [540]


def test_nothing_is_offered_before_the_earliest_start() -> None:
    windows = [Window("OP1", MONDAY, 480, 600), Window("OP1", SUNDAY, 480, 600)]
    found = openings(windows, [], 60, earliest=at("2026-11-30T08:41"))
    assert [minute_of(opening) for opening in found] == [530, 540]


@pytest.mark.parametrize(("length", "step"), [(0, 10), (-5, 10), (30, 0)])
def test_a_length_or_a_step_below_a_minute_is_an_error(length: int, step: int) -> None:
    with pytest.raises(ValueError, match="least one minute"):
        openings([], [], length, earliest=LONG_AGO, step=step)


def test_times_that_the_clocks_skip_or_show_twice_are_left_out() -> None:
    spring, autumn = dt.date(2026, 3, 8), dt.date(2026, 11, 1)
    windows = [Window("OP1", spring, 60, 240), Window("OP1", autumn, 0, 180)]
    zoned = openings(windows, [], 60, earliest=LONG_AGO, step=60, zone="America/New_York")
    assert [opening.start.isoformat() for opening in zoned] == [
        "2026-03-08T01:00:00",
        "2026-03-08T03:00:00",
        "2026-11-01T00:00:00",
        "2026-11-01T02:00:00",
    ]
    assert len(openings(windows, [], 60, earliest=LONG_AGO, step=60)) == 6


def test_no_visit_lies_over_the_hour_that_is_skipped_or_shown_twice() -> None:
    spring, autumn = dt.date(2026, 3, 8), dt.date(2026, 11, 1)
    windows = [Window("OP1", spring, 60, 300), Window("OP1", autumn, 0, 240)]
    found = openings(windows, [], 90, earliest=LONG_AGO, step=30, zone="America/New_York")
    assert [opening.start.isoformat(timespec="minutes") for opening in found] == [
        "2026-03-08T03:00",
        "2026-03-08T03:30",
        "2026-11-01T02:00",
        "2026-11-01T02:30",
    ]


def test_a_day_on_which_the_clocks_stay_has_all_its_minutes() -> None:
    assert minutes_that_exist("America/New_York", dt.date(2026, 3, 7)) == span(0, 1440)
    assert minutes_that_exist(None, dt.date(2026, 3, 8)) == span(0, 1440)
    assert minutes_that_exist("America/New_York", dt.date(2026, 3, 8)) == span(0, 120) | span(180, 1440)
    assert minutes_that_exist("Australia/Lord_Howe", dt.date(2026, 4, 5)) == span(0, 90) | span(120, 1440)


@pytest.mark.parametrize(
    ("zone", "naive", "exists"),
    [
        ("America/New_York", "2026-03-08T02:30", False),
        ("America/New_York", "2026-11-01T01:30", False),
        ("America/New_York", "2026-11-01T14:00", True),
        ("America/Phoenix", "2026-03-08T02:30", True),
        ("Australia/Lord_Howe", "2026-10-04T02:15", False),
        (None, "2026-03-08T02:30", True),
    ],
)
def test_a_local_time_exists_once_or_not(zone: str | None, naive: str, exists: bool) -> None:
    assert local_exists(zone, at(naive)) is exists


def test_an_unknown_zone_is_an_error() -> None:
    with pytest.raises(TimeZoneNotFoundError):
        local_exists("Nowhere/Nothing", at("2026-12-01T10:00"))
