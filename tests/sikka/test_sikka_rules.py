"""What differs between practice management systems, and the bodies of writes."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.pms import PROFILES
from server.sikka import bodies
from server.sikka.rules import frees_the_chair, plain_text, pms_key, word_for_cancelled

# system, its list -> the word that cancels
WORDS = [
    ("OpenDental", ["scheduled", "complete", "broken"], "broken"),
    ("Opendental", ["Scheduled", "Complete", "Broken"], "Broken"),
    ("Open Dental", ["broken"], "broken"),
    ("OpenDental", ["scheduled", "Cancelled", "broken"], "Cancelled"),
    ("Dentrix", ["Open", "Cancelled", "Broken"], "Cancelled"),
    ("Dentrix", ["Broken", "Open"], ""),
    ("Eaglesoft", ["No Show", "Cancelled", "Unconfirmed"], "Cancelled"),
    ("Eaglesoft", ["No Show", "Unconfirmed"], ""),
    ("Dolphin", ["No Show", " Canceled "], "Canceled"),
    ("ClearDent", ["CANCEL", "no-show", "missed"], "CANCEL"),
    ("OrthoTrac", ["Appointment Cancelled", "Failed"], "Appointment Cancelled"),
    ("Softdent", ["Cancelled by patient", "Cancelled"], "Cancelled"),
    ("Tracker", ["cancelled - no show", "deleted"], ""),
    ("Dentrix", [], ""),
    ("OpenDental", [], ""),
    ("", ["", "cancelled"], "cancelled"),
]


@pytest.mark.parametrize(("pms", "statuses", "word"), WORDS)
def test_a_visit_is_cancelled_in_the_offices_own_word_and_never_as_a_no_show(pms, statuses, word):
    assert word_for_cancelled(pms, statuses) == word
    assert word_for_cancelled(pms, iter(reversed(statuses))) == word


@pytest.mark.parametrize("pms", PROFILES.values(), ids=PROFILES)
def test_the_word_chosen_for_a_known_system_cancels_there(pms):
    word = word_for_cancelled(pms.spelled, pms.statuses)
    assert pms.statuses[word] == "cancelled"


@pytest.mark.parametrize(
    "status",
    [
        "Cancelled",
        "canceled",
        "CANCEL",
        "broken",
        "No Show",
        "no-show",
        "NoShow",
        "no_show",
        "Missed",
        "deleted",
        "appointment_cancelled",
    ],
)
def test_a_visit_that_does_not_take_place_frees_its_chair(status):
    assert frees_the_chair(status)


@pytest.mark.parametrize(
    "status",
    [
        "",
        "scheduled",
        "complete",
        "Confirmed",
        "Unconfirmed",
        "Left message",
        "Checked Out",
        "Show",
        "Open",
        "Dismissed",
    ],
)
def test_any_other_visit_keeps_its_chair(status):
    assert not frees_the_chair(status)


@pytest.mark.parametrize("pms", PROFILES.values(), ids=PROFILES)
def test_every_status_of_a_known_system_is_told_apart(pms):
    for word, effect in pms.statuses.items():
        assert frees_the_chair(word) == (effect in {"cancelled", "missed"}), word


@pytest.mark.parametrize("name", ["OpenDental", "Opendental", "Open Dental", "OPEN-DENTAL", " open dental "])
def test_a_system_is_known_however_it_is_spelled(name):
    assert pms_key(name) == "opendental"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Booked by phone agent. Cleaning", "Booked by phone agent. Cleaning"),
        ("José's check-up & X-ray; #14", "Jose s check-up X-ray 14"),
        ("  many \n blanks\t", "many blanks"),
        ("<b>bold</b>", "b bold b"),
        ("牙", ""),
        ("", ""),
    ],
)
def test_a_description_keeps_what_every_system_takes(text, plain):
    assert plain_text(text, 60) == plain


@given(st.text(), st.integers(min_value=1, max_value=150))
def test_any_description_ends_plain_and_short_enough(text, limit):
    plain = plain_text(text, limit)
    assert len(plain) <= limit
    assert plain == plain.strip()
    assert all(each.isascii() and (each.isalnum() or each in " .-") for each in plain)
    assert plain_text(plain, limit) == plain


def test_a_new_appointment_is_written_in_sikkas_words_as_strings():
    write = bodies.new_appointment(
        practice_id="1",
        patient_id="7",
        provider_id="DR1",
        operatory="Doctor 1",
        start=dt.datetime(2026, 12, 5, 9, 5),  # noqa: DTZ001 - the office's wall clock
        length_minutes=30,
        description="José: " + "x" * 200,
    )
    assert (write.method, write.endpoint) == ("POST", "/appointment")
    assert write.body == {
        "practice_id": "1",
        "patient_id": "7",
        "provider_id": "DR1",
        "operatory": "Doctor 1",
        "date": "2026-12-05",
        "time": "09:05",
        "length": "30",
        "description": "Jose " + "x" * 145,
        "check_spu": "true",
    }
    assert "DR1" not in repr(write)


def test_a_status_is_written_to_the_appointment_in_the_path():
    write = bodies.appointment_status(practice_id="1", appointment_sr_no="47/11?", value="broken")
    assert (write.method, write.endpoint) == ("PATCH", "/appointments/47%2F11%3F")
    assert write.body == {
        "op": "replace",
        "path": "/appointment_status",
        "value": "broken",
        "practice_id": "1",
        "appointment_sr_no": "47/11?",
        "check_spu": "true",
    }
