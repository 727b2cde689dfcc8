"""Numbers, truth, dates, times, ids and telephones, in every spelling."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.sikka import formats
from server.sikka.models import RequestKeyAnswer
from server.sikka.phones import normal_phone, region_of, same_phone, search_spellings


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("85603 second(s)", 85603),
        ("86400", 86400),
        (" 12 seconds", 12),
        ("0 second(s)", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
    ],
)
def test_the_life_of_a_key_is_words_or_digits(text, seconds):
    assert RequestKeyAnswer(expires_in=text).seconds_left == seconds


@given(st.integers(min_value=0))
def test_any_whole_number_is_read_back(number):
    assert formats.leading_integer(f"{number} second(s)") == formats.leading_integer(str(number)) == number


@pytest.mark.parametrize("yes", ["True", "true", "T", "t", "1", "Yes", "Y", " TRUE "])
def test_yes_is_read_in_every_spelling(yes):
    assert formats.truth(yes)


@pytest.mark.parametrize("no", ["False", "F", "0", "No", "", "2", "truely"])
def test_anything_else_is_no(no):
    assert not formats.truth(no)


@given(st.dates())
def test_any_date_is_read_back_with_midnight_or_without(date):
    assert formats.day(formats.wire_day(date)) == date
    assert formats.day(f"{date.isoformat()}T00:00:00") == date
    assert formats.day(f"{date.isoformat()} 00:00:00") == date


@pytest.mark.parametrize(
    "text",
    ["", "2026-13-01", "2026-02-30", "12/05/2026", "2026-1-1", "2026-12-05x", "20261205", "x2026-12-05"],
)
def test_what_is_no_date_is_none(text):
    assert formats.day(text) is None


@given(st.times().map(lambda time: time.replace(second=0, microsecond=0)))
def test_any_time_is_read_back_in_both_ways_of_writing_it(time):
    assert formats.clock_time(formats.wire_time(time)) == time
    assert formats.clock_time(time.strftime("%H:%M:%S")) == time
    for spelled in ("%I:%M %p", "%I:%M%p", "%I:%M:%S %p"):
        assert formats.clock_time(time.strftime(spelled)) == time
        assert formats.clock_time(time.strftime(spelled).lower()) == time
    hour = str(int(time.strftime("%I")))
    assert formats.clock_time(f"{hour}:{time:%M} {time:%p}") == time


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("12:00 AM", dt.time(0, 0)),
        ("12:00 PM", dt.time(12, 0)),
        ("12:30 a.m.", dt.time(0, 30)),
        ("9:05", dt.time(9, 5)),
        ("14:30:00.0000000", dt.time(14, 30)),
        ("14:30 PM", dt.time(14, 30)),
        ("0:30 AM", dt.time(0, 30)),
        (" 14:30 ", dt.time(14, 30)),
    ],
)
def test_times_are_read_as_seen(text, time):
    assert formats.clock_time(text) == time


@pytest.mark.parametrize(
    "text", ["", "24:00", "14:60", "14:30 AM", "2", "2 PM", "14:30 M", "14:30Z", "noon", "-1:00"]
)
def test_what_is_no_time_is_none(text):
    assert formats.clock_time(text) is None


@given(st.text())
def test_any_text_at_all_is_read_or_none(text):
    formats.leading_integer(text)
    formats.truth(text)
    formats.moment(text)
    for read in (formats.day(text), formats.clock_time(text)):
        assert read is None or read.isoformat()
    assert formats.write_id(text) == "" or formats.write_id(text).isdecimal()
    assert normal_phone(text) == normal_phone(normal_phone(text))


@given(st.datetimes().map(lambda moment: moment.replace(microsecond=0)))
def test_any_moment_is_read_back_without_a_zone(moment):
    assert formats.moment(moment.isoformat()) == formats.moment(moment.isoformat(sep=" ")) == moment
    assert formats.moment(f"{moment.isoformat()}+05:00") == moment
    assert formats.moment("at noon") is None


@given(st.integers(min_value=0))
def test_any_writebacks_id_is_read_out_of_its_message(number):
    assert formats.write_id(f"Id:{number}") == formats.write_id(f"id : {number}") == str(number)


@pytest.mark.parametrize(
    "text",
    [
        "8605550142",
        "860-555-0142",
        "(860) 555-0142",
        "860.555.0142",
        "+1 860 555 0142",
        "18605550142",
        "1-860-555-0142",
        "+18605550142",
        "860-555-0142 x12",
        "860-555-0142 ext. 12",
        "tel: 860 555 0142",
    ],
)
def test_a_north_american_number_has_one_spelling_of_ten_digits(text):
    assert normal_phone(text) == "8605550142"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "none",
        "555-0142",
        "123",
        "86055501421234",
        "+",
        "{{call.from_number}}",
        "Anna",
        "0000000000000",
    ],
)
def test_what_is_no_number_is_empty(text):
    assert normal_phone(text) == ""
    assert not same_phone(text, text)


@pytest.mark.parametrize(
    ("text", "region", "normal"),
    [
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 20 7946 0018", "US", "+442079460018"),
        ("02 5550 1234", "AU", "+61255501234"),
        ("416 555 0142", "CA", "4165550142"),
        ("+1 860 555 0142", "GB", "8605550142"),
        ("06 12345678", "IT", "+390612345678"),
    ],
)
def test_numbers_elsewhere_are_e164_and_read_by_the_offices_region(text, region, normal):
    assert normal_phone(text, region) == normal
    assert same_phone(text, text.replace(" ", ""), region)


@given(st.from_regex(r"[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True))
def test_any_ten_digits_are_kept_and_found_in_both_spellings(digits):
    if digits[1:3] == "11" or digits[4:6] == "11":
        return  # service codes are no area or exchange codes
    assert normal_phone(digits) == digits
    assert [normal_phone(each) for each in search_spellings(digits)] == [digits, digits]


def test_a_number_is_searched_for_as_digits_and_with_hyphens():
    assert search_spellings("8605550142") == ("8605550142", "860-555-0142")
    assert search_spellings("+442079460018") == ("+442079460018",)


@pytest.mark.parametrize(
    ("country", "region"),
    [
        ("US", "US"),
        ("USA", "US"),
        ("", "US"),
        ("Atlantis", "US"),
        (" canada ", "CA"),
        ("UK", "GB"),
        ("Ireland", "IE"),
    ],
)
def test_the_region_comes_from_the_practices_country(country, region):
    assert region_of(country) == region


def test_two_numbers_are_the_same_only_as_numbers():
    assert same_phone("(860) 555-0142", "+18605550142")
    assert not same_phone("860-555-0142", "860-555-0143")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("45.5000", "45.50"),
        ("-45.50", "-45.50"),
        (" $1,245.505 ", "1245.51"),
        ("(20.00)", "-20.00"),
        ("0", "0.00"),
        (".5", "0.50"),
        ("", None),
        ("N/A", None),
        ("NaN", None),
        ("1,24", None),
        ("12.5.1", None),
        ("1e9", None),
        ("12345678901", None),
    ],
)
def test_an_amount_is_read_to_the_cent_and_nothing_else_passes_for_one(text, amount):
    assert formats.money(text) == (None if amount is None else Decimal(amount))
