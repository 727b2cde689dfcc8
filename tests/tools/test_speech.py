"""How dates, times, lists, names and phones are said."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.tools.speech import (
    ENGLISH,
    clean_spoken,
    spoken_date,
    spoken_list,
    spoken_slot,
    spoken_start,
    spoken_time,
)

TODAY = dt.date(2026, 11, 22)


def test_a_date_this_year_is_said_without_the_year() -> None:
    assert spoken_date(dt.date(2026, 12, 1), TODAY) == "Tuesday, December 1"


def test_a_date_of_another_year_is_said_with_it() -> None:
    assert spoken_date(dt.date(2027, 1, 4), TODAY) == "Monday, January 4, 2027"


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2199, 12, 31)))
def test_the_weekday_is_always_said(date: dt.date) -> None:
    assert spoken_date(date, TODAY).startswith(f"{ENGLISH.weekdays[date.weekday()]}, ")


@pytest.mark.parametrize(
    ("time", "spoken"),
    [
        (dt.time(0, 0), "midnight"),
        (dt.time(0, 30), "12:30 AM"),
        (dt.time(8, 5), "8:05 AM"),
        (dt.time(11, 59), "11:59 AM"),
        (dt.time(12, 0), "noon"),
        (dt.time(12, 0, 30), "noon"),
        (dt.time(12, 30), "12:30 PM"),
        (dt.time(14, 0), "2 PM"),
        (dt.time(14, 30), "2:30 PM"),
        (dt.time(23, 59, 59), "11:59 PM"),
    ],
)
def test_a_time_is_said_on_the_twelve_hour_clock(time: dt.time, spoken: str) -> None:
    assert spoken_time(time) == spoken


@given(st.times())
def test_two_different_minutes_never_sound_the_same(time: dt.time) -> None:
    later = (dt.datetime.combine(TODAY, time) + dt.timedelta(hours=12)).time()
    assert spoken_time(time) != spoken_time(later)


def test_a_start_is_a_date_and_a_time() -> None:
    assert spoken_start(dt.datetime.fromisoformat("2026-12-01T14:00"), TODAY) == "Tuesday, December 1 at 2 PM"


def test_a_slot_names_the_provider_where_one_is_known() -> None:
    start = dt.datetime.fromisoformat("2026-12-01T12:00")
    assert spoken_slot(start, TODAY) == "Tuesday, December 1 at noon"
    assert spoken_slot(start, TODAY, "Dr. Lee") == "Tuesday, December 1 at noon with Dr. Lee"


def test_a_list_ends_with_or() -> None:
    assert spoken_list([]) == ""
    assert spoken_list(["a"]) == "a"
    assert spoken_list(["a", "b"]) == "a or b"
    assert spoken_list(("a", "b", "c")) == "a, b, or c"
    assert spoken_list(["a", "b", "c"], "and") == "a, b, and c"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Dr. Lee", "Dr. Lee"),
        ("O'Neill & Sons", "O'Neill & Sons"),
        ("Dr.\tLee\r\n\x00 ", "Dr. Lee"),
        ("Dr.\u202eLee\u200b", "Dr.Lee"),
        ("<b>Dr.</b> *Lee* `x` [s123] {{name}}", "Dr. Lee x s123 name"),
        ("<script alert", "script alert"),
        ("", ""),
    ],
)
def test_text_that_others_wrote_loses_control_characters_and_markup(text: str, shown: str) -> None:
    assert clean_spoken(text, 80) == shown


def test_text_that_is_too_long_is_cut_at_a_word() -> None:
    assert clean_spoken("see the hygienist about it", 18) == "see the hygienist…"
    assert clean_spoken("a veryverylongword", 10) == "a veryver…"
    assert clean_spoken("veryverylongword", 8) == "veryver…"
    assert clean_spoken("long", 0) == ""


@given(st.text(max_size=80), st.integers(min_value=0, max_value=60))
def test_shown_text_is_one_harmless_line_within_its_limit(text: str, limit: int) -> None:
    shown = clean_spoken(text, limit)
    assert len(shown) <= limit
    assert not any(unicodedata.category(sign).startswith("C") for sign in shown)
    assert not set(shown) & set("<>[]{}`*|\\")
    assert shown == shown.strip()
