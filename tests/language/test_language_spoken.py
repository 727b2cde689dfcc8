"""How Spanish says dates, times, lists, hours and amounts."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.desk.times.hours import Hours
from server.tools.speech import (
    spoken_date,
    spoken_list,
    spoken_slot,
    spoken_start,
    spoken_stretch,
    spoken_time,
)
from server.tools.spoken_facts import days_in_short, spoken_amount, spoken_hours
from server.tools.voices import ENGLISH, SPANISH

TODAY = dt.date(2026, 11, 22)
DAY, CLOSED = ((8 * 60, 12 * 60), (13 * 60, 17 * 60)), ()


def test_a_date_has_its_weekday_and_the_year_only_when_it_is_another():
    assert spoken_date(dt.date(2026, 12, 1), TODAY, SPANISH) == "martes 1 de diciembre"
    assert spoken_date(dt.date(2027, 1, 4), TODAY, SPANISH) == "lunes 4 de enero de 2027"


@pytest.mark.parametrize(
    ("start", "spoken"),
    [
        ("14:00", "martes 1 de diciembre a las 2 de la tarde"),
        ("13:00", "martes 1 de diciembre a la 1 de la tarde"),
        ("13:30", "martes 1 de diciembre a la 1:30 de la tarde"),
        ("08:05", "martes 1 de diciembre a las 8:05 de la mañana"),
        ("12:00", "martes 1 de diciembre al mediodía"),
        ("12:30", "martes 1 de diciembre a las 12:30 de la tarde"),
        ("18:45", "martes 1 de diciembre a las 6:45 de la tarde"),
        ("19:00", "martes 1 de diciembre a las 7 de la noche"),
        ("00:00", "martes 1 de diciembre a la medianoche"),
    ],
)
def test_a_start_is_said_with_the_words_of_its_hour(start, spoken):
    assert spoken_start(dt.datetime.fromisoformat(f"2026-12-01T{start}"), TODAY, SPANISH) == spoken


@given(st.times())
def test_two_times_twelve_hours_apart_never_sound_the_same(time):
    later = (dt.datetime.combine(TODAY, time) + dt.timedelta(hours=12)).time()
    assert spoken_time(time, SPANISH) != spoken_time(later, SPANISH)


def test_a_slot_that_is_too_long_to_say_goes_without_its_year():
    start = dt.datetime.fromisoformat("2027-09-29T11:30")
    said = "miércoles 29 de septiembre de 2027 a las 11:30 de la mañana con Dr. Lee"
    assert spoken_slot(start, TODAY, "Dr. Lee", SPANISH) == said
    longer = spoken_slot(start, TODAY, "x" * 27, SPANISH)
    assert longer == f"miércoles 29 de septiembre a las 11:30 de la mañana con {'x' * 27}"
    assert len(longer) == SPANISH.longest_slot
    assert spoken_slot(start, TODAY, "x" * 27).startswith("Wednesday, September 29, 2027 at 11:30 AM with x")
    assert len(spoken_slot(start, TODAY, "x" * 27)) <= ENGLISH.longest_slot


@pytest.mark.parametrize(
    ("items", "word", "spoken"),
    [
        ([], "or", ""),
        (["a"], "or", "a"),
        (["lunes", "martes"], "or", "lunes o martes"),
        (["lunes", "martes", "jueves"], "and", "lunes, martes y jueves"),
        (["Ana", "Inés"], "and", "Ana e Inés"),
        (["Ana", "Hilda"], "and", "Ana e Hilda"),
        (["agua", "hielo"], "and", "agua y hielo"),
        (["Ana", "Yolanda"], "and", "Ana y Yolanda"),
        (["Ana", "Olga"], "or", "Ana u Olga"),
        (["7", "8"], "or", "7 u 8"),
        (["10", "11"], "or", "10 u 11"),
        (["10", "110"], "or", "10 o 110"),
    ],
)
def test_a_list_is_joined_by_the_word_that_sounds_right(items, word, spoken):
    assert spoken_list(items, word, SPANISH) == spoken


@pytest.mark.parametrize(
    ("start", "end", "spoken"),
    [
        ("08:00", "17:00", "de 8 de la mañana a 5 de la tarde"),
        ("13:00", "17:00", "de 1 a 5 de la tarde"),
        ("08:00", "12:00", "de 8 de la mañana a mediodía"),
        ("12:00", "17:00", "de mediodía a 5 de la tarde"),
        ("17:00", "20:30", "de 5 de la tarde a 8:30 de la noche"),
    ],
)
def test_a_stretch_names_a_part_of_the_day_once(start, end, spoken):
    assert spoken_stretch(dt.time.fromisoformat(start), dt.time.fromisoformat(end), SPANISH) == spoken


def test_a_weeks_hours_are_said_with_days_alike_together():
    hours = Hours((DAY, DAY, DAY, DAY, DAY[:1], CLOSED, CLOSED), (dt.date(2026, 11, 26),))
    assert spoken_hours(hours, TODAY, 215, SPANISH) == (
        "lunes a jueves de 8 de la mañana a mediodía y de 1 a 5 de la tarde; viernes de 8 de la mañana a "
        "mediodía; sábado y domingo cerrado; cerrado el jueves 26 de noviembre"
    )
    assert "lunes a jueves de 8 de la mañana a 5 de la tarde;" in spoken_hours(hours, TODAY, 150, SPANISH)


@pytest.mark.parametrize(
    ("amount", "spoken"),
    [
        ("1245.50", "1,245 dólares y 50 centavos"),
        ("1.01", "1 dólar y 1 centavo"),
        ("0.30", "30 centavos"),
        ("20", "20 dólares"),
    ],
)
def test_an_amount_is_said_in_dollars_and_cents(amount, spoken):
    assert spoken_amount(Decimal(amount), SPANISH) == spoken


def test_days_to_reckon_by_are_short():
    days = [dt.date(2026, 11, 30), dt.date(2026, 12, 1), dt.date(2026, 12, 2)]
    assert days_in_short(days, SPANISH) == "lun 30 nov, mar 1 dic, mié 2"
    assert days_in_short(days) == "Mon Nov 30, Tue Dec 1, Wed 2"
