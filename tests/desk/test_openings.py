"""Which times are free, worked out from schedules, chairs and visits, and which are offered."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whenever import TimeZoneNotFoundError

from server.desk.opening_windows import merged, overlap
from server.desk.openings import (
    Busy,
    Chair,
    Opening,
    ScheduleRow,
    Window,
    choose,
    local_exists,
    openings,
    weekly_windows,
)

MONDAY = dt.date(2026, 11, 30)
SUNDAY = dt.date(2026, 11, 29)
TUESDAY = dt.date(2026, 12, 1)
LONG_AGO = dt.datetime.fromisoformat("2020-01-01T00:00")
DAY = ((480, 720), (780, 1020))
CHAIRS = (Chair("OP1", ("D1",), "doctor"), Chair("OP2", (), "hygiene"))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


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


def test_a_chairs_own_hours_win_and_are_cut_to_the_practices() -> None:
    rows = [
        row("practice", "1", 0, hours=((480, 960),)),
        row("operatory", "op1 ", 0, hours=((420, 600), (900, 1080))),
        row("provider", "D1", 0, hours=((700, 720),)),
    ]
    windows = weekly_windows(rows, CHAIRS, ["D1"], MONDAY, MONDAY)
    assert hours(windows, "OP1") == [(480, 600), (900, 960)]


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
        (Chair("OP1", ("D1", "D2")), ["D1", "D2"], {}, "D2"),
        (Chair("OP1", ("D1", "D3")), ["D1", "D3"], {}, "D1"),
        (Chair("OP1", ("gone", "D1")), ["D1", "D3"], {}, "D1"),
        (Chair("OP1", ("gone",)), [], {}, "gone"),
        (Chair("OP1", ("gone",)), ["D1", "D3"], {"OP1": "D3"}, "D3"),
        (Chair("OP1"), ["D1", "D3"], {"op1": "D3"}, "D3"),
        (Chair("OP1"), ["D1", "D3"], {"op1": "gone"}, ""),
        (Chair("OP1"), ["D1", "D3"], {}, ""),
        (Chair("OP1"), ["D3"], {}, "D3"),
        (Chair("OP1"), [], {}, ""),
    ],
)
def test_the_provider_is_known_or_left_empty_but_never_the_first_of_several(
    chair: Chair, providers: list[str], usual: dict[str, str], expected: str
) -> None:
    rows = [
        row("operatory", "OP1", 0, hours=((480, 720),)),
        row("provider", "D1", 0, hours=((480, 600),)),
        row("provider", "D2", 0, hours=((400, 800),)),
    ]
    windows = weekly_windows(rows, [chair], providers, MONDAY, MONDAY, usual_provider=usual)
    assert windows == [Window("OP1", MONDAY, 480, 720, expected)]


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
windows_drawn = st.builds(
    Window, chairs_drawn, days_drawn, minutes_drawn, minutes_drawn, st.sampled_from(["D1", "D2"])
)
busy_drawn = st.builds(
    Busy,
    st.sampled_from(["OP1", "OP1", "OP2", ""]),
    days_drawn,
    minutes_drawn,
    minutes_drawn,
    st.sampled_from(["D1", "D2", ""]),
)


def takes(busy: Busy, window: Window) -> bool:
    if busy.date != window.date:
        return False
    return busy.operatory == window.operatory or (
        not busy.operatory and busy.provider_id in {"", window.provider_id}
    )


@settings(max_examples=300)
@given(
    st.lists(windows_drawn, max_size=4),
    st.lists(busy_drawn, max_size=5),
    st.integers(1, 90),
    st.sampled_from([1, 5, 10, 15]),
    st.integers(0, 2 * 24 * 60),
)
def test_openings_are_exactly_what_trying_every_minute_finds(windows, busy, length, step, offset) -> None:
    earliest = dt.datetime.combine(MONDAY, dt.time()) + dt.timedelta(minutes=offset)
    expected = set()
    for window in windows:
        free = set(range(window.start_minute, window.end_minute))
        for taken in busy:
            if takes(taken, window):
                free -= set(range(taken.start_minute, taken.end_minute))
        for minute in range(0, 24 * 60, step):
            start = dt.datetime.combine(window.date, dt.time()) + dt.timedelta(minutes=minute)
            if start >= earliest and set(range(minute, minute + length)) <= free:
                expected.add(Opening(start, window.operatory, window.provider_id, length))
    found = openings(windows, busy, length, earliest=earliest, step_minutes=step)
    assert found == sorted(expected)


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
    with pytest.raises(ValueError, match="one minute"):
        openings([], [], length, earliest=LONG_AGO, step_minutes=step)


def test_times_that_the_clocks_skip_or_show_twice_are_left_out() -> None:
    spring, autumn = dt.date(2026, 3, 8), dt.date(2026, 11, 1)
    windows = [Window("OP1", spring, 60, 240), Window("OP1", autumn, 0, 180)]
    zoned = openings(windows, [], 60, earliest=LONG_AGO, step_minutes=60, zone="America/New_York")
    assert [opening.start.isoformat() for opening in zoned] == [
        "2026-03-08T01:00:00",
        "2026-03-08T03:00:00",
        "2026-11-01T00:00:00",
        "2026-11-01T02:00:00",
    ]
    assert len(openings(windows, [], 60, earliest=LONG_AGO, step_minutes=60)) == 6


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


# Which of them to offer


def many(days: int, provider: str = "D1", operatory: str = "OP1", first: dt.date = MONDAY) -> list[Opening]:
    windows = [
        Window(operatory, first + dt.timedelta(day), start, end, provider)
        for day in range(days)
        for start, end in ((490, 720), (780, 1140))
    ]
    return openings(windows, [], 60, earliest=LONG_AGO)


def texts(chosen: list[Opening]) -> list[str]:
    return [opening.start.isoformat(timespec="minutes") for opening in chosen]


def test_options_are_spread_over_the_days_then_over_the_day() -> None:
    assert texts(choose(many(9))) == ["2026-11-30T08:10", "2026-12-04T14:00", "2026-12-08T18:00"]


def test_two_days_share_three_options() -> None:
    assert texts(choose(many(2))) == ["2026-11-30T08:10", "2026-11-30T18:00", "2026-12-01T18:00"]


def test_one_day_gives_times_apart_from_each_other() -> None:
    assert texts(choose(many(1))) == ["2026-11-30T08:10", "2026-11-30T14:00", "2026-11-30T18:00"]


def test_a_single_option_is_the_earliest() -> None:
    assert texts(choose(many(5), 1)) == ["2026-11-30T08:10"]
    assert choose(many(5), 0) == []
    assert choose([]) == []


def test_half_hours_and_then_any_time_serve_where_full_hours_do_not() -> None:
    half = openings(
        [Window("OP1", MONDAY, 490, 520), Window("OP1", TUESDAY, 490, 520)], [], 10, earliest=LONG_AGO
    )
    assert texts(choose(half, 2)) == ["2026-11-30T08:10", "2026-12-01T08:30"]
    odd = [opening for opening in half if opening.start.minute != 30]
    assert texts(choose(odd, 2)) == ["2026-11-30T08:10", "2026-12-01T08:20"]


@pytest.mark.parametrize(
    ("time_of_day", "first", "last"),
    [("morning", "08:10", "11:00"), ("afternoon", "13:00", "16:00"), ("evening", "17:00", "18:00")],
)
def test_the_time_of_day_asked_for_is_kept_to(time_of_day: str, first: str, last: str) -> None:
    chosen = choose(many(1), 2, time_of_day=time_of_day)
    assert texts(chosen) == [f"2026-11-30T{first}", f"2026-11-30T{last}"]


def test_nothing_is_offered_outside_the_time_of_day_asked_for() -> None:
    morning = [opening for opening in many(3) if opening.start.hour < 12]
    assert choose(morning, time_of_day="evening") == []
    with pytest.raises(KeyError):
        choose(morning, time_of_day="teatime")


def test_the_preferred_provider_comes_first_and_others_fill_up() -> None:
    own = many(1, "D2", "OP2", TUESDAY)[:1]
    chosen = choose([*many(3), *own], 3, "D2")
    assert [opening.provider_id for opening in chosen] == ["D2", "D1", "D1"]
    assert len(set(texts(chosen))) == 3
    assert {opening.provider_id for opening in choose([*many(3), *many(3, "D2", "OP2")], 3, "D2")} == {"D2"}


def test_a_start_in_two_chairs_is_offered_once() -> None:
    pair = [Opening(at("2026-12-01T09:00"), chair, "D1", 60) for chair in ("OP2", "OP1")]
    assert choose(pair) == [pair[1]]


found_drawn = st.lists(
    st.builds(
        Opening,
        st.builds(
            lambda day, quarter: dt.datetime.combine(MONDAY, dt.time()) + dt.timedelta(day, quarter * 900),
            st.integers(0, 6),
            st.integers(28, 80),
        ),
        chairs_drawn,
        st.sampled_from(["D1", "D2", ""]),
        st.just(60),
    ),
    max_size=30,
)


@given(found_drawn, st.integers(1, 5), st.sampled_from(["", "D1", "D2", "D3"]), st.randoms())
def test_a_choice_is_full_has_no_start_twice_and_does_not_hang_on_order(
    found, count, preferred, chance
) -> None:
    chosen = choose(found, count, preferred)
    starts = [opening.start for opening in chosen]
    assert len(chosen) == min(count, len({opening.start for opening in found}))
    assert len(set(starts)) == len(starts)
    assert set(chosen) <= set(found)
    days = {opening.start.date() for opening in found}
    if preferred not in {"D1", "D2"}:
        assert len({start.date() for start in starts}) == min(count, len(days))
    preferred_first = [bool(preferred) and opening.provider_id != preferred for opening in chosen]
    assert preferred_first == sorted(preferred_first)
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert choose(shuffled, count, preferred) == chosen
