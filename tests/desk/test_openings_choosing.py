"""Which of the free times are offered, and in which order that is decided."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.desk.times.choosing import RULES, TIMES_OF_DAY, Asked, Wish, choose
from server.desk.times.minutes import span
from server.desk.times.opening_windows import Window
from server.desk.times.openings import Busy, Opening, Stretch, Taken, all_openings, stretches

MONDAY = dt.date(2026, 11, 30)
TUESDAY = dt.date(2026, 12, 1)
LONG_AGO = dt.datetime.fromisoformat("2020-01-01T00:00")
WHOLE_DAY = ((480, 720), (780, 1140))


def free(
    days: int = 1,
    provider: str = "D1",
    operatory: str = "OP1",
    first: dt.date = MONDAY,
    hours=WHOLE_DAY,
    busy=(),
    length: int = 60,
) -> list[Stretch]:
    windows = [
        Window(operatory, first + dt.timedelta(day), start, end, provider)
        for day in range(days)
        for start, end in hours
    ]
    return stretches(windows, Taken.of(busy), length, earliest=LONG_AGO)


def texts(chosen: list[Opening]) -> list[str]:
    return [opening.start.isoformat(timespec="minutes") for opening in chosen]


def times(chosen: list[Opening]) -> list[str]:
    return [f"{opening.start:%a %H:%M}" for opening in chosen]


def test_somebody_who_wants_it_soon_is_offered_different_days_hours_and_parts_of_one_week() -> None:
    assert times(choose(free(30), Wish())) == ["Mon 08:00", "Thu 13:00", "Sun 17:00"]


def test_for_a_range_of_days_the_options_are_spread_over_all_of_it() -> None:
    chosen = choose(free(9), Wish(asked=Asked.DAYS))
    assert texts(chosen) == ["2026-11-30T08:00", "2026-12-04T13:00", "2026-12-08T17:00"]


def test_somebody_in_pain_is_offered_the_soonest_whoever_it_is_with() -> None:
    found = [*free(3, "D1"), *free(1, "D2", "OP2", hours=((450, 520),))]
    chosen = choose(found, Wish(asked=Asked.URGENT, provider_id="D1"))
    assert [(opening.provider_id, f"{opening.start:%a %H:%M}") for opening in chosen] == [
        ("D2", "Mon 07:30"),
        ("D1", "Mon 08:00"),
        ("D1", "Mon 09:00"),
    ]


def test_somebody_in_pain_hears_of_tomorrow_when_today_is_full() -> None:
    found = [*free(1, hours=((480, 540),)), *free(1, first=TUESDAY)]
    assert times(choose(found, Wish(asked=Asked.URGENT))) == ["Mon 08:00", "Tue 09:00", "Tue 10:00"]


def test_two_days_share_three_options() -> None:
    assert times(choose(free(2), Wish())) == ["Mon 08:00", "Mon 13:00", "Tue 17:00"]


def test_one_day_gives_times_in_each_part_of_it() -> None:
    assert times(choose(free(1), Wish())) == ["Mon 08:00", "Mon 13:00", "Mon 17:00"]


def test_nothing_free_or_nothing_wanted_is_no_choice() -> None:
    assert choose([], Wish()) == []
    assert choose(free(), Wish(count=0)) == []


def test_a_start_that_leaves_a_gap_too_short_for_a_visit_comes_after_one_that_does_not() -> None:
    # 8:00 to 9:40 is free: at 8:00 it leaves 40 minutes, at 8:30 it would leave 10.
    assert times(choose(free(hours=((480, 580),)), Wish(count=1))) == ["Mon 08:00"]
    # 8:20 to 9:50 is free: full and half hours would leave a gap on both sides.
    assert times(choose(free(hours=((500, 590),)), Wish(count=1))) == ["Mon 08:20"]
    # Where no start is without one, the fewest gaps and then the easiest to hear.
    assert times(choose(free(hours=((490, 570),)), Wish(count=1))) == ["Mon 08:30"]


def test_a_visit_goes_beside_another_rather_than_near_it() -> None:
    busy = [Busy("OP1", MONDAY, 480, 490)]
    chosen = choose(free(hours=((480, 600),), busy=busy), Wish(count=1))
    assert times(chosen) == ["Mon 09:00"]  # against the window's end; 8:10 is harder to hear
    shortest = choose(free(hours=((480, 590),), busy=busy), Wish(count=1))
    assert times(shortest) == ["Mon 08:10"]


def test_what_is_too_short_a_gap_is_for_the_office_to_say() -> None:
    found = free(hours=((480, 580),))
    assert times(choose(found, Wish(count=2, shortest=10))) == ["Mon 08:00", "Mon 08:30"]


def test_full_hours_come_before_half_hours_and_those_before_quarters() -> None:
    window = Window("OP1", MONDAY, 480, 720, "D1", sum(1 << minute for minute in (485, 495, 510, 540)))
    found = stretches([window], Taken({}), 30, earliest=LONG_AGO)
    assert times(choose(found, Wish(count=1, shortest=1))) == ["Mon 09:00"]
    assert times(choose(found, Wish(count=4, shortest=1))) == [
        "Mon 09:00",
        "Mon 08:30",
        "Mon 08:15",
        "Mon 08:05",
    ]


@pytest.mark.parametrize(
    ("time_of_day", "hours"),
    [("morning", range(12)), ("afternoon", range(12, 17)), ("evening", range(17, 24))],
)
def test_the_time_of_day_asked_for_is_kept_to(time_of_day: str, hours: range) -> None:
    chosen = choose(free(3), Wish(time_of_day=time_of_day))
    assert len(chosen) == 3
    assert {opening.start.hour in hours for opening in chosen} == {True}


def test_nothing_is_offered_outside_the_time_of_day_asked_for() -> None:
    assert choose(free(3, hours=((480, 720),)), Wish(time_of_day="evening")) == []
    with pytest.raises(KeyError):
        choose(free(), Wish(time_of_day="teatime"))


def test_ones_own_provider_comes_first_and_others_fill_up() -> None:
    own = free(1, "D2", "OP2", TUESDAY, hours=((540, 600),))
    chosen = choose([*free(3), *own], Wish(provider_id="D2"))
    assert [opening.provider_id for opening in chosen] == ["D2", "D1", "D1"]
    assert len(set(texts(chosen))) == 3
    everyone = [*free(3), *free(3, "D2", "OP2")]
    assert {opening.provider_id for opening in choose(everyone, Wish(provider_id="D2"))} == {"D2"}


def test_a_provider_who_is_over_a_week_sooner_is_named_last_beside_ones_own() -> None:
    later = free(5, "D2", "OP2", MONDAY + dt.timedelta(days=8))
    chosen = choose([*free(2), *later], Wish(provider_id="D2"))
    assert [opening.provider_id for opening in chosen] == ["D2", "D2", "D1"]
    assert chosen[2].start.date() == MONDAY
    within = free(5, "D2", "OP2", MONDAY + dt.timedelta(days=7))
    assert {one.provider_id for one in choose([*free(2), *within], Wish(provider_id="D2"))} == {"D2"}
    assert [one.provider_id for one in choose([*free(2), *later], Wish(1, provider_id="D2"))] == ["D2"]


def test_a_start_in_two_chairs_is_offered_once() -> None:
    hours = ((540, 600),)
    chosen = choose([*free(operatory="OP2", hours=hours), *free(operatory="OP1", hours=hours)], Wish())
    assert [opening.operatory for opening in chosen] == ["OP1"]


def test_every_time_of_day_has_its_minutes_and_every_way_of_asking_its_rules() -> None:
    parts = [span(*TIMES_OF_DAY[name]) for name in ("morning", "afternoon", "evening")]
    assert sum(parts) == span(*TIMES_OF_DAY[""])
    assert set(RULES) == set(Asked)


found_drawn = st.lists(
    st.tuples(
        st.integers(0, 20),
        st.integers(28, 70),
        st.integers(1, 12),
        st.sampled_from(["OP1", "OP2"]),
        st.sampled_from(["D1", "D2"]),
    ),
    max_size=12,
)


@given(
    found_drawn,
    st.integers(1, 5),
    st.sampled_from(["", "D1", "D2", "D3"]),
    st.sampled_from(Asked),
    st.sampled_from(sorted(TIMES_OF_DAY)),
    st.randoms(),
)
def test_a_choice_is_full_has_no_start_twice_and_does_not_hang_on_order(
    drawn, count, provider_id, asked, time_of_day, chance
) -> None:
    windows = [
        Window(chair, MONDAY + dt.timedelta(day), quarter * 15, (quarter + long) * 15, who)
        for day, quarter, long, chair, who in drawn
    ]
    found = stretches(windows, Taken({}), 45, earliest=LONG_AGO)
    wish = Wish(count, provider_id, time_of_day, asked)
    low, high = TIMES_OF_DAY[time_of_day]
    fitting = [one for one in all_openings(found) if low <= one.start_minute < high]
    chosen = choose(found, wish)
    assert len(chosen) == min(count, len({one.start for one in fitting}))
    assert len({one.start for one in chosen}) == len(chosen)
    assert set(chosen) <= set(fitting)
    if chosen and provider_id not in {"D1", "D2"}:
        assert min(one.start.date() for one in chosen) == min(one.start.date() for one in fitting)
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert choose(shuffled, wish) == chosen
