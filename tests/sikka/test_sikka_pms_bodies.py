"""The bodies of the further writes, with the fields of the official pages."""

import datetime as dt
from decimal import Decimal

import pytest

from server.sikka import bodies
from server.sikka.pms_fields import Operation
from server.sikka.pms_rules import fields_of

DAY = dt.date(2026, 12, 1)
START = dt.datetime(2026, 12, 1, 14, 30)  # noqa: DTZ001 - the office's wall clock is naive


def registration():
    return bodies.new_patient(
        practice_id="1",
        provider_id="D1",
        first="Zoë",
        last="O'Brien",
        birth_date=dt.date(1986, 4, 12),
        further={"cell": "8605550142", "email": ""},
    )


def move():
    return bodies.moved_appointment(
        practice_id="1",
        appointment_sr_no="7/8",
        start=START,
        length_minutes=40,
        operatory="Doctor 1",
        provider_id="D1",
    )


def confirmation():
    return bodies.appointment_status(practice_id="1", appointment_sr_no="77", value="Confirmed")


def cancellation():
    return bodies.cancellation(practice_id="1", appointment_sr_no="77", value="Cancelled", note="Moved away")


def update():
    return bodies.changed_patient(
        practice_id="1", patient_id="12", changes={"preferred_name": "Annie", "middlename": ""}
    )


def note():
    return bodies.medical_note(practice_id="1", patient_id="12", provider_id="D1", day=DAY, text="Called")


def payment():
    return bodies.payment(
        practice_id="1",
        patient_id="12",
        guarantor_id="13",
        provider_id="D1",
        procedure_code="2",
        procedure_description="Check",
        amount=Decimal("50.5"),
        day=DAY,
        further={"cheque_no": "1001"},
    )


ALL = {
    Operation.REGISTER: (registration, "POST", "/patient"),
    Operation.MOVE: (move, "PUT", "/appointments/7%2F8"),
    Operation.CONFIRM: (confirmation, "PATCH", "/appointments/77"),
    Operation.CANCEL: (cancellation, "PATCH", "/appointments/77"),
    Operation.UPDATE_PATIENT: (update, "PATCH", "/patient/12"),
    Operation.ADD_NOTE: (note, "POST", "/medical_notes"),
    Operation.RECORD_PAYMENT: (payment, "POST", "/transaction"),
}


@pytest.mark.parametrize("operation", ALL)
def test_each_write_goes_to_its_official_address(operation):
    build, method, endpoint = ALL[operation]
    write = build()
    assert (write.method, write.endpoint) == (method, endpoint)


@pytest.mark.parametrize("operation", ALL)
def test_each_body_has_only_official_fields_holding_filled_strings(operation):
    body = ALL[operation][0]().body
    assert set(body) <= set(fields_of(operation))
    assert all(isinstance(value, str) and value for value in body.values())
    assert body["check_spu"] == "true"
    assert body["practice_id"] == "1"


def test_what_was_not_said_is_not_sent():
    assert "email" not in registration().body
    assert "middlename" not in update().body
    bare = bodies.new_patient(practice_id="1", provider_id="", first="A", last="B")
    assert set(bare.body) == {"practice_id", "firstname", "lastname", "check_spu"}
    assert bodies.cancellation(practice_id="1", appointment_sr_no="77", value="x").body == (
        bodies.appointment_status(practice_id="1", appointment_sr_no="77", value="x").body
    )


def test_dates_times_and_amounts_are_in_the_official_forms():
    assert registration().body["birthdate"] == "1986-04-12"
    assert (move().body["date"], move().body["time"], move().body["length"]) == ("2026-12-01", "14:30", "40")
    assert payment().body["amount"] == "50.50"
    assert note().body["date"] == payment().body["transaction_date"] == "2026-12-01"


def test_a_write_does_not_show_a_patients_data_when_printed():
    assert "O'Brien" not in repr(registration())
