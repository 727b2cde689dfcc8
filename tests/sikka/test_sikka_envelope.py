"""What Sikka sends, in every shape that it was documented or seen in, and in some that nobody has seen."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.sikka import models
from server.sikka.envelope import Page, error_texts, read_object, read_page, read_row, read_rows
from server.sikka.errors import Unreadable

ROW = {"patient_id": "7", "firstname": "Anna"}
LINKS = {"first": "u", "previous": "", "current": "u", "next": "", "last": "u"}


def envelope(*rows, following="", limit="50"):
    return {
        "offset": "0",
        "limit": limit,
        "total_count": str(len(rows)),
        "execution_time": "7",
        "pagination": {**LINKS, "next": following},
        "items": list(rows),
    }


def page(body, *, status=200, limit=50, model: Any = models.Patient) -> Page[Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    return read_page(status, text, model, limit=limit, data_insert="completed")


@pytest.mark.parametrize("wrapped", [False, True], ids=["object", "array of one"])
def test_a_page_is_an_object_or_an_array_of_one(wrapped):
    body = envelope(ROW)
    read = page([body] if wrapped else body)
    assert [(row.patient_id, row.firstname) for row in read.items] == [("7", "Anna")]
    assert (read.last, read.data_insert) == (True, "completed")


def test_204_is_an_empty_list():
    read = page("", status=204)
    assert (read.items, read.last) == ([], True)


@pytest.mark.parametrize("body", [{"items": []}, {"items": None, "total_count": "0"}, {"pagination": {}}])
def test_an_envelope_without_rows_is_an_empty_list(body):
    assert page(body).items == []
    assert page(body).last


def test_a_bare_object_is_a_list_of_one():
    assert [row.patient_id for row in page(ROW).items] == ["7"]
    assert page(ROW).last
    assert [row.id for row in page({"id": "1", "status": "Pending"}, model=models.WritebackStatus).items] == [
        "1"
    ]


UNREADABLE = {
    "nothing": "",
    "blanks": " \r\n",
    "HTML": "<!DOCTYPE html><html><body>Back soon.</body></html>",
    "half JSON": '{"items": [{"patient_id": "7", "firstn',
    "a number": "42",
    "a word": '"ok"',
    "null": "null",
    "an array of none": "[]",
    "an array of two": json.dumps([envelope(ROW), envelope(ROW)]),
    "an array of words": '["a"]',
    "rows in an object": '{"items": {"patient_id": "7"}}',
    "rows that are words": '{"items": ["7"]}',
    "rows that are null": '{"items": [null]}',
    "a row without its id": '{"items": [{"firstname": "Anna"}]}',
    "a row with an object for a word": '{"items": [{"patient_id": {"value": "7"}}]}',
    "an empty object": "{}",
    "an object of something else": '{"message": "maintenance"}',
    "data that is no number": '{"items": NaNa}',
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_list_is_unreadable_and_not_an_empty_list(text):
    with pytest.raises(Unreadable):
        page(text)


def test_something_else_is_no_row_even_where_a_row_may_lack_everything():
    with pytest.raises(Unreadable):
        page({"message": "maintenance"}, model=models.Practice)


@pytest.mark.parametrize("text", ["{" * 100_000, "[" * 100_000], ids=["objects", "arrays"])
def test_a_body_nested_without_end_is_unreadable(text):
    with pytest.raises(Unreadable):
        page(text)


# (next link, rows, limit told, limit asked) -> whether it is the last page
ENDS = [
    ("", 50, "50", 50, True),
    ("http://x?offset=1", 50, "50", 50, False),
    ("http://x?offset=1", 10, "10", 5000, False),  # Sikka gives fewer than were asked for
    ("", 10, "10", 5000, True),
    (None, 50, "50", 50, True),
    ("http://x?offset=1", 0, "50", 50, True),  # an empty page ends a list whatever its links say
]


@pytest.mark.parametrize(("following", "rows", "told", "asked", "last"), ENDS)
def test_the_link_to_the_next_page_says_whether_one_follows(following, rows, told, asked, last):
    body = envelope(*[ROW] * rows, following=following, limit=told)
    assert page(body, limit=asked).last is last


@pytest.mark.parametrize(
    ("rows", "told", "asked", "last"),
    [
        (50, "50", 50, False),
        (49, "50", 50, True),
        (10, "10", 5000, False),
        (9, "10", 5000, True),
        (50, None, 50, False),
        (49, "many", 50, True),
    ],
)
@pytest.mark.parametrize("links", [None, {}, []], ids=["no links", "empty links", "links of another kind"])
def test_without_links_a_full_page_is_followed(rows, told, asked, last, links):
    body = {"items": [ROW] * rows, "limit": told, "pagination": links}
    assert page(body, limit=asked).last is last


def test_every_scalar_may_be_a_string_a_number_a_boolean_or_null():
    row = {
        "appointment_sr_no": 4711,
        "date": "2026-12-05T00:00:00",
        "time": "14:30",
        "length": 30,
        "cancelled": True,
        "operatory": None,
        "status": False,
        "amount": 12.5,
        "unknown": {"nested": [1]},
    }
    (seen,) = page(envelope(row), model=models.Appointment).items
    assert seen.appointment_sr_no == "4711"
    assert (seen.length, seen.length_minutes) == ("30", 30)
    assert (seen.cancelled, seen.status, seen.operatory) == ("True", "False", "")
    assert seen.start == dt.datetime(2026, 12, 5, 14, 30)  # noqa: DTZ001 - the office's wall clock
    assert models.Appointment(appointment_sr_no="1").start is None
    assert models.Appointment(appointment_sr_no="1").length_minutes is None


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


@given(st.dictionaries(st.sampled_from(sorted(models.Appointment.model_fields)), SCALARS))
def test_any_scalars_make_a_row_of_strings(values):
    row = read_row(200, {"appointment_sr_no": "1", **values}, models.Appointment)
    assert all(isinstance(value, str) for value in row.model_dump().values())
    assert row.start is None or row.start.tzinfo is None


@given(st.text())
def test_any_text_is_read_or_called_unreadable(text):
    for status in (200, 201, 204):
        try:
            body = read_object(status, text)
        except Unreadable:
            continue
        assert isinstance(body, dict)


JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)


@given(JSON, st.sampled_from([models.Patient, models.Schedule, models.Practice, models.WritebackStatus]))
def test_any_json_is_a_page_or_called_unreadable(body, model):
    try:
        read = page(body, model=model)
    except Unreadable:
        return
    assert all(isinstance(row, model) for row in read.items)


def test_messages_are_read_from_every_field_that_carries_them():
    body = {"error_code": "API2017", "short_message": "Precondition Failed", "log_message": "offline"}
    assert error_texts(body) == ("API2017", "Precondition Failed offline")
    assert error_texts({"error_code": None, "long_message": 7}) == ("", "7")
    assert error_texts({}) == ("", "")


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ({"error_code": "API2016", "long_message": "Id:275495"}, "275495"),
        ({"error_code": "API0007", "long_message": "Id: 4507702"}, "4507702"),
        ({"id": "275495", "result": "pending"}, "275495"),
        ({"id": 275495, "result": "pending"}, "275495"),
        ({"id": " 12 "}, "12"),
        ({"id": "1", "long_message": "Id:2"}, "2"),
        ({"error_code": "API2016", "long_message": "Created"}, ""),
        ({"long_message": "Paid:5"}, ""),
        ({"long_message": None, "id": None}, ""),
    ],
)
def test_the_writebacks_id_stands_in_the_long_message_or_by_itself(body, number):
    assert read_row(201, body, models.WriteReply).writeback_id == number


def test_a_reply_that_is_no_reply_is_unreadable():
    with pytest.raises(Unreadable):
        read_row(201, {"id": ["1"]}, models.WriteReply)


@pytest.mark.parametrize(
    ("row", "completed", "succeeded"),
    [
        ({"is_completed": "False", "status": "Pending", "has_error": "False"}, False, False),
        ({"is_completed": "True", "status": "Success", "has_error": "False"}, True, True),
        ({"is_completed": True, "status": "success"}, True, True),
        ({"is_completed": 1, "status": "SUCCESS", "has_error": 0}, True, True),
        ({"is_completed": "True", "status": "Success", "has_error": "True"}, True, False),
        ({"is_completed": "True", "status": "Failed"}, True, False),
        ({"is_completed": "True", "status": ""}, True, False),
        ({"is_completed": "False", "status": "Success"}, False, False),
        ({}, False, False),
    ],
)
def test_a_write_is_done_only_when_all_three_fields_say_so(row, completed, succeeded):
    status = models.WritebackStatus.model_validate(row)
    assert (status.completed, status.succeeded) == (completed, succeeded)


@pytest.mark.parametrize(
    ("word", "pending"), [("pending", True), (" Pending ", True), ("success", False), ("", False)]
)
def test_only_pending_is_pending(word, pending):
    assert models.WritebackEntry(result=word).pending is pending


@pytest.mark.parametrize(
    ("row", "sees"),
    [
        ({"status": "Active", "provider_type": "Provider", "is_hidden": "F"}, True),
        ({}, True),
        ({"status": "active", "provider_type": "PROVIDER", "is_hidden": "False"}, True),
        ({"status": "Inactive"}, False),
        ({"provider_type": "Staff"}, False),
        ({"is_hidden": "T"}, False),
    ],
)
def test_patients_are_seen_by_active_providers_who_are_not_staff(row, sees):
    assert models.Provider(provider_id="1", **row).sees_patients is sees


def test_a_chairs_providers_stand_between_pipes():
    assert models.Operatory(operatory="1", provider_id="DR1| HYG1 ||").provider_ids == ("DR1", "HYG1")
    assert models.Operatory(operatory="1").provider_ids == ()


def test_a_week_has_up_to_three_intervals_a_day_and_no_guesses():
    week = models.Schedule.model_validate(
        {
            "date": "2026-11-22T00:00:00",
            "monday_start_1": "8:00 AM",
            "monday_end_1": "12:00 PM",
            "monday_start_2": "13:00",
            "monday_end_2": "17:00",
            "monday_start_3": "18:00",
            "monday_end_3": "18:00",
            "tuesday_start_1": "08:00",
            "tuesday_end_1": None,
            "wednesday_start_1": "17:00",
            "wednesday_end_1": "08:00",
            "thursday_holiday": "T",
        }
    )
    assert week.week_start == dt.date(2026, 11, 22)
    assert week.intervals(0) == ((dt.time(8), dt.time(12)), (dt.time(13), dt.time(17)))
    assert week.intervals(1) == week.intervals(2) == week.intervals(6) == ()
    assert (week.holiday(3), week.holiday(4)) == (True, False)


def test_a_patients_phones_and_birth_date_are_those_on_file():
    patient = models.Patient(patient_id="1", cell="1", workphone="2", birthdate="1986-04-12T00:00:00")
    assert patient.phones == ("1", "2")
    assert patient.born == dt.date(1986, 4, 12)
    assert models.Patient(patient_id="1").born is None


def test_secrets_are_not_shown_by_what_carries_them():
    shown = repr(models.AuthorizedPractice(office_id="D1", secret_key="hush"))
    shown += repr(models.RequestKeyAnswer(request_key="hush", refresh_key="hush"))
    shown += repr(models.WritebackEntry(api_request_body="hush"))
    assert "hush" not in shown


def rows_read(body, status=200, limit=2):
    text = body if isinstance(body, str) else json.dumps(body)
    return read_rows(status, text, ("patient_id", "cell"), limit=limit, data_insert="completed")


def test_rows_are_read_as_bare_texts_in_the_order_asked_for():
    page = rows_read(
        {"items": [{"cell": None, "patient_id": 7, "href": "x"}, {"patient_id": "8", "cell": "1"}]}
    )
    assert (page.rows, page.last, page.data_insert) == ([("7", ""), ("8", "1")], False, "completed")
    assert rows_read({"items": [{"patient_id": "9"}]}).last
    assert rows_read("", status=204).rows == []


@pytest.mark.parametrize("items", [["text"], [{"cell": "1"}], "text"])
def test_a_row_without_its_id_makes_the_whole_page_unreadable(items):
    with pytest.raises(Unreadable):
        rows_read({"items": items})
