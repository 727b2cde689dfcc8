"""The open times that a practice's system lists itself, as windows."""

import datetime as dt

import pytest

from server.desk.times.listed_slots import listed_windows
from server.desk.times.minutes import bits
from server.sikka.models import AvailableSlot

MONDAY = dt.date(2026, 11, 30)


def slot(time: str, end: str = "", **more: str) -> AvailableSlot:
    return AvailableSlot(
        **{"date": "2026-11-30T00:00:00", "time": time, "end_time": end, "operatory": "Doc 1"}
        | {"provider_id": "D1", **more}
    )


def told(*slots: AvailableSlot) -> list[tuple[str, int, int, list[int]]]:
    windows = listed_windows(slots)
    assert all(window.date == MONDAY for window in windows)
    return [
        (one.operatory + one.provider_id, one.start_minute, one.end_minute, list(bits(one.starts)))
        for one in windows
    ]


def test_times_that_touch_are_one_window_in_which_a_visit_begins_where_one_of_them_does() -> None:
    found = told(slot("09:30", "10:00"), slot("09:00", "09:30"), slot("11:00", "11:30"))
    assert found == [("Doc 1D1", 540, 600, [540, 570]), ("Doc 1D1", 660, 690, [660])]


def test_chairs_and_providers_are_kept_apart() -> None:
    found = told(
        slot("09:00", "09:30"),
        slot("09:30", "10:00", operatory="Doc 2"),
        slot("09:30", "10:00", provider_id="D2"),
    )
    assert [(who, start) for who, start, _, _ in found] == [
        ("Doc 1D1", 540),
        ("Doc 1D2", 570),
        ("Doc 2D1", 570),
    ]


def test_a_time_whose_end_is_not_told_lasts_half_an_hour_or_until_the_next() -> None:
    assert told(slot("09:00")) == [("Doc 1D1", 540, 570, [540])]
    assert told(slot("09:00"), slot("09:10", "09:30")) == [("Doc 1D1", 540, 570, [540, 550])]


def test_overlapping_times_are_one_window() -> None:
    assert told(slot("09:00", "10:00"), slot("09:30", "10:30")) == [("Doc 1D1", 540, 630, [540, 570])]


@pytest.mark.parametrize(
    "lacking",
    [slot("soon"), slot("09:00", date=""), slot("09:00", operatory=""), slot("09:00", provider_id="")],
)
def test_a_time_that_could_not_be_booked_is_left_out(lacking) -> None:
    assert listed_windows([lacking]) == []
