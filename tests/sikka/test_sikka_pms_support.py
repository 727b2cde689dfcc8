"""Which operations a system takes at all."""

import pytest

from server.sikka.models import SupportedPms
from server.sikka.pms_fields import Operation
from server.sikka.pms_support import NOTES, Reason, in_scope, lists_slots, row_for, supports

NOTHING = SupportedPms(practice_management_system="Dentrix", practice_management_system_version="G7.3")
EVERYTHING = SupportedPms(
    appointment_status_writeback="available",
    new_appointment_writeback="Available ",
    new_patient_writeback="available",
    note_writeback="available",
    payment_writeback="available",
)


@pytest.mark.parametrize("operation", Operation)
def test_where_no_row_is_known_nothing_is_ruled_out_by_it(operation):
    assert supports("OrthoTrac", operation, None, "").ok


@pytest.mark.parametrize("operation", Operation)
def test_a_full_row_supports_everything(operation):
    support = supports("Dolphin Management", operation, EVERYTHING, "")
    assert support.ok
    assert support.reason == ""


@pytest.mark.parametrize("operation", [each for each in Operation if each is not Operation.UPDATE_PATIENT])
def test_an_empty_row_supports_nothing_that_a_column_speaks_of(operation):
    support = supports("Dentrix", operation, NOTHING, "")
    assert not support.ok
    assert support.reason == Reason.CAPABILITY


@pytest.mark.parametrize(
    ("column", "operations"),
    [
        ("new_appointment_writeback", {Operation.BOOK, Operation.MOVE}),
        ("new_patient_writeback", {Operation.REGISTER}),
        ("appointment_status_writeback", {Operation.MOVE, Operation.CONFIRM, Operation.CANCEL}),
        ("note_writeback", {Operation.ADD_NOTE}),
        ("payment_writeback", {Operation.RECORD_PAYMENT}),
    ],
)
def test_each_column_speaks_of_its_operations(column, operations):
    row = SupportedPms.model_validate({column: "available"})
    assert {each for each in Operation if supports("Dentrix", each, row, "").ok} == operations


@pytest.mark.parametrize(
    ("pms", "ok"),
    [
        ("Orthotrac V12", True),
        ("Dolphin Management", True),
        ("Opendental", False),
        ("Dentrix G6", False),
        ("EagleSoft", False),
        ("Planet DDS WebV3.0", False),
        ("", False),
    ],
)
def test_patients_are_updated_on_two_systems_only(pms, ok):
    support = supports(pms, Operation.UPDATE_PATIENT, EVERYTHING, "")
    assert support.ok is ok
    assert support.reason == (Reason.NONE if ok else Reason.PMS)


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize(
    "scope", ["", "appointments,patients,providers", "patients, POST practice_query", " , "]
)
def test_a_scope_that_names_no_writes_takes_nothing_away(operation, scope):
    assert in_scope(operation, scope)


@pytest.mark.parametrize(
    ("scope", "operations"),
    [
        ("patients,POST appointment", {Operation.BOOK}),
        ("POST appointments", {Operation.BOOK}),
        ("appointment_post", {Operation.BOOK}),
        ("PATCH /appointments", {Operation.CONFIRM, Operation.CANCEL}),
        ("PUT appointments,POST patients", {Operation.MOVE, Operation.REGISTER}),
        ("patch patient", {Operation.UPDATE_PATIENT}),
        ("POST medical_notes", {Operation.ADD_NOTE}),
        ("POST transaction", {Operation.RECORD_PAYMENT}),
        ("POST claim_payment", set()),
    ],
)
def test_a_scope_that_names_writes_takes_the_others_away(scope, operations):
    assert {each for each in Operation if in_scope(each, scope)} == operations
    for each in Operation:
        support = supports("Dolphin", each, None, scope)
        assert support.ok is (each in operations)
        assert support.ok or support.reason == Reason.SCOPE


def test_the_row_of_the_offices_version_counts():
    rows = [
        SupportedPms(practice_management_system_version="V21.1"),
        SupportedPms(practice_management_system_version="V22.3", payment_writeback="available"),
    ]
    assert row_for(rows, "v22.3") is rows[1]
    assert row_for(rows, "V9") is None
    assert row_for(rows, "") is None
    assert row_for(rows[:1], "V9") is rows[0]
    assert row_for([], "V9") is None


def test_systems_with_listed_slots():
    assert [lists_slots(pms) for pms in ("OrthoTrac", "Dolphin", "Planet DDS WebV3.0", "Opendental")] == [
        True,
        True,
        True,
        False,
    ]


def test_every_note_names_its_source():
    assert all(note.source.startswith("official page of ") for note in NOTES)
