"""Writes made to fit their system."""

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.sikka.bodies import Write
from server.sikka.pms_fields import Fill, Form, Need, Operation, Values, Where
from server.sikka.pms_fitting import Misfit, fitted
from server.sikka.pms_forms import CHARACTERS, written
from server.sikka.pms_rules import RULES, fields_of, rule_of, rules_for
from server.sikka.vocabularies import Choice, Vocabulary, lists_needed

TODAY = dt.date(2026, 11, 23)
SYSTEMS = (
    "Opendental",
    "Dentrix G7.3",
    "Dentrix G6",
    "Dentrix Enterprise",
    "EagleSoft",
    "ClearDent",
    "OrthoTrac",
    "Dolphin Management",
    "Planet DDS WebV2.0",
    "Planet DDS WebV3.0",
    "CornerStone",
    "Intravet",
    "SuzyDental",
    "Tracker",
    "Another",
)
SLOT = {
    "practice_id": "1",
    "patient_id": "12",
    "provider_id": "D1",
    "operatory": "Doctor 1",
    "date": "2026-12-01",
    "time": "14:00",
    "length": "30",
    "description": "Booked by phone. Cleaning",
    "check_spu": "true",
}
PERSON = {"practice_id": "1", "provider_id": "D1", "firstname": "Anna", "lastname": "Lindqvist"}
STATUS = {
    "op": "replace",
    "path": "/appointment_status",
    "value": "Cancelled",
    "practice_id": "1",
    "appointment_sr_no": "77",
}
NOTE = {"practice_id": "1", "patient_id": "12", "provider_id": "D1", "date": "2026-12-01", "text": "Called"}
PAYMENT = {
    "practice_id": "1",
    "patient_id": "12",
    "guarantor_id": "12",
    "provider_id": "D1",
    "procedure_code": "2",
    "procedure_description": "Check Payment' Thank You",
    "amount": "50.00",
    "transaction_date": "2026-12-01",
}


def vocabulary(**lists):
    return Vocabulary({Values(Where[name]): tuple(choices) for name, choices in lists.items()})


def with_details(writeback_type, category, *choices):
    return Vocabulary(
        {Values(Where.DETAILS, writeback_type, category): tuple(Choice(*each) for each in choices)}
    )


def joined(*several):
    return Vocabulary({values: choices for one in several for values, choices in one.lists.items()})


def fit(body, pms, operation, words=None):
    return fitted(Write("POST", "/somewhere", body), pms, operation, words or Vocabulary(), today=TODAY).body


def misfit(body, pms, operation, words=None):
    with pytest.raises(Misfit) as caught:
        fit(body, pms, operation, words)
    return caught.value.field


TYPES = with_details(
    "new_appointment", "appttype", ("1", "Restorative"), ("2", "Hygiene"), ("3", "New Patient")
)
DESK = vocabulary(
    STAFF=[Choice("S1", "Sam Desk"), Choice("S2", "Bo Desk")],
    USERS=[Choice("U1", "Una User")],
    PROVIDER_USERS=[Choice("P9", "Pat User")],
    STATUSES=[Choice("Completed"), Choice("Cancelled"), Choice("Unconfirmed"), Choice("Confirmed")],
)
ORTHOTRAC_PEOPLE = joined(
    with_details("new_patient", "Status", ("9", "Inactive"), ("2", "Active"), ("1", "New Patient")),
    with_details("new_patient", "Type", ("7", "Orthodontic"), ("8", "Phase I")),
    with_details("new_patient", "Relationship", ("5", "Child"), ("1", "Self")),
    with_details("new_patient", "Country", ("CA", "Canada"), ("US", "United States")),
    DESK,
)


def test_a_write_that_fits_stays_as_it_is_and_keeps_its_address():
    write = Write("POST", "/appointment", SLOT)
    assert fitted(write, "Dentrix G7.3", Operation.BOOK, Vocabulary()) == write


def test_cleardent_is_given_a_status_a_type_and_a_user():
    body = fit(SLOT, "ClearDent", Operation.BOOK, joined(TYPES, DESK))
    assert (body["status"], body["type"], body["user"]) == ("Unconfirmed", "2", "U1")


def test_a_status_that_says_how_a_visit_ended_is_never_taken_for_a_new_one():
    words = vocabulary(
        STATUSES=[Choice("Completed"), Choice("No Show"), Choice("Arrived"), Choice("Tentative")]
    )
    assert fit(SLOT, "ClearDent", Operation.BOOK, joined(TYPES, DESK, words))["status"] == "Tentative"
    ended = vocabulary(STATUSES=[Choice("Completed"), Choice("No Show")])
    assert misfit(SLOT, "ClearDent", Operation.BOOK, joined(TYPES, DESK, ended)) == "status"


def test_dolphin_is_given_a_user_among_its_providers_and_leaves_the_status_to_itself():
    body = fit(SLOT, "Dolphin Management", Operation.BOOK, joined(TYPES, DESK))
    assert (body["user"], body["type"], body["status"]) == ("P9", "2", "")
    assert "description" not in body


def test_orthotrac_is_given_staff_and_takes_a_type_of_its_own_for_an_empty_one():
    body = fit(SLOT, "OrthoTrac", Operation.BOOK, DESK)
    assert (body["staff"], body["type"]) == ("S1", "")


def test_planet_dds_is_told_of_the_visit_in_a_note():
    words = with_details("new_appointment", "ApptProdType", ("1", "Restorative"), ("2", "Hygiene"))
    body = fit(SLOT, "Planet DDS WebV3.0", Operation.BOOK, words)
    assert body["note"] == "Booked by phone. Cleaning"
    assert (body["is_new_patient"], body["has_insurance"], body["production_type"]) == ("false", "false", "2")
    assert "description" not in body


def test_a_new_patient_of_planet_dds_is_booked_by_name():
    words = with_details("new_appointment", "ApptProdType", ("1", "New Patient"))
    new = {**SLOT, "is_new_patient": "true"}
    assert misfit(new, "Planet DDS WebV3.0", Operation.BOOK, words) == "firstname"
    body = fit({**new, **PERSON}, "Planet DDS WebV3.0", Operation.BOOK, words)
    assert "patient_id" not in body
    assert body["firstname"] == "Anna"


@pytest.mark.parametrize(
    ("reason", "item"),
    [
        ("Booked by phone. Cleaning", "2"),
        ("teeth cleaning and exam", "2"),
        ("Filling upper left", "1"),
        ("Zahnreinigung. new patient", "3"),
        ("Restorative work", "1"),
        ("the patient has no time in the office", "1"),  # nothing said: the first of the list
        ("", "1"),
    ],
)
def test_the_type_follows_the_reason_of_the_visit(reason, item):
    body = {**SLOT, "description": reason}
    assert fit(body, "ClearDent", Operation.BOOK, joined(TYPES, DESK))["type"] == item


@pytest.mark.parametrize(
    ("pms", "operation", "body", "field"),
    [
        ("ClearDent", Operation.BOOK, {**SLOT, "user": "U1"}, "type"),
        ("ClearDent", Operation.BOOK, {**SLOT, "type": "1"}, "user"),
        ("ClearDent", Operation.BOOK, {**SLOT, "type": "1", "user": "U1"}, "status"),
        ("OrthoTrac", Operation.BOOK, SLOT, "staff"),
        ("Dolphin", Operation.BOOK, {**SLOT, "user": "P9"}, "type"),
        ("Dolphin", Operation.BOOK, {**SLOT, "type": "1"}, "user"),
        ("Planet DDS WebV3.0", Operation.BOOK, SLOT, "production_type"),
        ("OrthoTrac", Operation.CANCEL, STATUS, "staff"),
        ("Planet DDS WebV3.0", Operation.CANCEL, STATUS, "cancellation_code_id"),
        ("Dolphin", Operation.REGISTER, PERSON, "user"),
        ("Dentrix", Operation.ADD_NOTE, NOTE, "type"),
    ],
)
def test_nothing_is_guessed_out_of_an_empty_list(pms, operation, body, field):
    assert misfit(body, pms, operation) == field


@pytest.mark.parametrize("field", ["description", "date", "patient_id", "operatory", "provider_id"])
def test_a_missing_field_is_named(field):
    assert misfit({**SLOT, field: " "}, "Opendental", Operation.BOOK) == field


def test_text_of_which_nothing_can_be_sent_is_missing():
    assert misfit({**SLOT, "description": "!!!"}, "Opendental", Operation.BOOK) == "description"


def test_text_is_cleaned_and_cut_to_what_the_system_takes():
    long = {**SLOT, "description": "Zoë’s crown #3; " * 30}
    words = joined(TYPES, DESK)
    text = fit(long, "OrthoTrac", Operation.BOOK, words)["description"]
    assert text.startswith("Zoe s crown 3 Zoe")
    assert len(text) <= 150
    assert len(fit(long, "ClearDent", Operation.BOOK, words)["description"]) > 400


def test_a_name_is_never_cut():
    body = {**PERSON, "firstname": "Maximilian-Alexander"}
    assert misfit(body, "ClearDent", Operation.REGISTER) == "firstname"
    assert fit(body, "Opendental", Operation.REGISTER)["firstname"] == "Maximilian-Alexander"


def test_names_keep_the_letters_of_every_alphabet():
    body = {**PERSON, "firstname": "Nguyễn Thị", "lastname": "O’Brien-Łoś <b>"}
    fitting = fit(body, "Opendental", Operation.REGISTER)
    assert (fitting["firstname"], fitting["lastname"]) == ("Nguyễn Thị", "O'Brien-Łoś b")
    assert misfit({**PERSON, "lastname": "-- '"}, "Opendental", Operation.REGISTER) == "lastname"


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        (Form.TEN_DIGITS, "+1 (860) 555-0142", "8605550142"),
        (Form.TEN_DIGITS, "860-555-0142 ext. 12", "8605550142"),
        (Form.TEN_DIGITS, "+44 20 7946 0958", None),
        (Form.PHONE, "+44 20 7946 0958", "+442079460958"),
        (Form.PHONE, "garbage", None),
        (Form.PHONE_EXTENSION, "860-555-0142 x12", "8605550142-12"),
        (Form.PHONE_EXTENSION, "8605550142-12", "8605550142-12"),
        (Form.PHONE_EXTENSION, "8605550142", "8605550142"),
        (Form.PHONE_EXTENSION, "none ext 12", None),
        (Form.EMAIL, " anna@example.com ", "anna@example.com"),
        (Form.EMAIL, "anna at example", None),
        (Form.DAY, "2026-12-01T00:00:00", "2026-12-01"),
        (Form.DAY, "12/01/2026", None),
        (Form.PAST_DAY, "2026-11-23", "2026-11-23"),
        (Form.PAST_DAY, "2026-11-24", None),
        (Form.PAST_DAY, "tomorrow", None),
        (Form.TIME, "2:30 PM", "14:30"),
        (Form.TIME, "half past two", None),
        (Form.INTEGER, "030", "30"),
        (Form.INTEGER, "0", None),
        (Form.INTEGER, "12.5", None),
        (Form.INTEGER, "٣٠", None),
        (Form.DECIMAL, "12.50", "12.50"),
        (Form.DECIMAL, "-5", "-5"),
        (Form.DECIMAL, "0.00", None),
        (Form.DECIMAL, "1e3", None),
        (Form.DECIMALS, "45|420.00", "45|420.00"),
        (Form.DECIMALS, "45|0", None),
        (Form.CODE, " H1 ", "H1"),
        (Form.CODE, "H1\n", None),
        (Form.CODES, "D0120 | D1110", "D0120|D1110"),
        (Form.CODES, "D0120||D1110", None),
        (Form.LINE, "12 Ünder St. #4/5", "12 Under St. #4 5"),
        (Form.ONE_OF, "true ", "true"),
    ],
)
def test_each_form_is_written_as_the_pages_want_it(form, text, value):
    assert written(form, text, TODAY) == value


def test_a_birth_date_is_not_compared_where_no_day_is_known():
    assert written(Form.PAST_DAY, "2999-01-01") == "2999-01-01"


def test_every_form_of_the_table_can_be_written():
    assert {row.form for row in RULES} == set(Form)


def test_values_are_spelled_as_the_office_has_them():
    words = joined(TYPES, DESK)
    assert fit({**SLOT, "type": "hygiene"}, "Opendental", Operation.BOOK, words)["type"] == "2"
    assert fit({**SLOT, "type": "3"}, "Opendental", Operation.BOOK, words)["type"] == "3"
    assert misfit({**SLOT, "type": "Surgery"}, "Opendental", Operation.BOOK, words) == "type"
    assert fit({**SLOT, "type": "Surgery"}, "Opendental", Operation.BOOK)["type"] == "Surgery"
    assert fit({**STATUS, "value": "cancelled"}, "EagleSoft", Operation.CANCEL, words)["value"] == "Cancelled"


def test_an_inactive_provider_is_refused_before_anything_is_sent():
    words = vocabulary(PROVIDERS=[Choice("D2", "Dr Lee")])
    assert misfit(SLOT, "Opendental", Operation.BOOK, words) == "provider_id"


def test_dentrix_is_never_sent_the_word_broken():
    body = {**STATUS, "value": "Broken"}
    assert misfit(body, "Dentrix G7.3", Operation.CANCEL) == "value"
    assert misfit(body, "Dentrix G6", Operation.CANCEL) == "value"
    assert fit(body, "Opendental", Operation.CANCEL)["value"] == "Broken"


def test_a_cancellation_of_planet_dds_says_why():
    codes = with_details(
        "patch_appointment", "cancellationcodeid", ("12", "Office cancelled"), ("11", "Patient cancelled")
    )
    body = fit(
        {**STATUS, "cancellation_note": "Moved, sorry!"}, "Planet DDS WebV3.0", Operation.CANCEL, codes
    )
    assert body["cancellation_code_id"] == "11"
    assert body["cancellation_note"] == "Moved sorry"


def test_only_status_changes_are_sent_to_the_official_path():
    assert misfit({**STATUS, "path": "/status"}, "Opendental", Operation.CONFIRM) == "path"
    assert (
        fit({**STATUS, "op": "", "path": ""}, "Opendental", Operation.CONFIRM)["path"]
        == "/appointment_status"
    )


def test_orthotrac_registers_a_patient_who_answers_for_himself():
    body = fit(
        {**PERSON, "gender": "Female", "cell": "860 555 0142"},
        "OrthoTrac",
        Operation.REGISTER,
        ORTHOTRAC_PEOPLE,
    )
    assert (body["status"], body["type"], body["primary_relationship"]) == ("1", "7", "1")
    assert (body["gender"], body["country"], body["staff"]) == ("female", "US", "S1")
    assert misfit(PERSON, "OrthoTrac", Operation.REGISTER, ORTHOTRAC_PEOPLE) == "gender"


def test_orthotrac_is_told_that_a_guarantor_exists():
    child = {
        **PERSON,
        "gender": "male",
        "guarantor_id": "7",
        "primary_relationship": "child",
        "city": "Weston",
    }
    body = fit(child, "OrthoTrac", Operation.REGISTER, ORTHOTRAC_PEOPLE)
    assert (body["is_guarantor_exist"], body["guarantor_id"], body["primary_relationship"]) == (
        "true",
        "7",
        "5",
    )
    assert "city" not in body
    alone = {**child, "primary_relationship": ""}
    assert misfit(alone, "OrthoTrac", Operation.REGISTER, ORTHOTRAC_PEOPLE) == "primary_relationship"
    none = fit({**child, "is_guarantor_exist": "false"}, "OrthoTrac", Operation.REGISTER, ORTHOTRAC_PEOPLE)
    assert "guarantor_id" not in none


def test_a_country_is_not_guessed_among_several_foreign_ones():
    abroad = joined(
        ORTHOTRAC_PEOPLE, with_details("new_patient", "Country", ("NZ", "New Zealand"), ("CA", "Canada"))
    )
    body = {**PERSON, "gender": "male", "email": "anna@example.com"}
    assert misfit(body, "OrthoTrac", Operation.REGISTER, abroad) == "country"
    only = joined(ORTHOTRAC_PEOPLE, with_details("new_patient", "Country", ("CA", "Canada")))
    assert fit(body, "OrthoTrac", Operation.REGISTER, only)["country"] == "CA"


def test_what_a_registration_cannot_carry_is_left_out():
    body = {**PERSON, "address_line1": "12 Elm", "cell": "860-555-0142", "insurance": "Acme"}
    words = vocabulary(USERS=[Choice("U1")])
    assert fit(body, "Dolphin", Operation.REGISTER, words) == {**PERSON, "cell": "8605550142", "user": "U1"}


def test_a_change_that_the_system_has_no_field_for_is_never_dropped():
    body = {"practice_id": "1", "preferred_name": "Annie", "cell": "8605550142"}
    assert misfit(body, "Dolphin", Operation.UPDATE_PATIENT) == "cell"
    assert misfit({"practice_id": "1", "shoe_size": "42"}, "Dolphin", Operation.UPDATE_PATIENT) == "shoe_size"
    assert (
        misfit({**body, "cell": "", "middlename": "Eva"}, "Dolphin", Operation.UPDATE_PATIENT) == "middlename"
    )
    assert fit({**body, "cell": ""}, "Dolphin", Operation.UPDATE_PATIENT) == {
        "practice_id": "1",
        "preferred_name": "Annie",
    }


def test_an_update_and_a_move_have_to_change_something():
    with pytest.raises(Misfit, match="nothing would change"):
        fit({"practice_id": "1"}, "OrthoTrac", Operation.UPDATE_PATIENT, DESK)
    with pytest.raises(Misfit, match="nothing would change"):
        fit({"practice_id": "1", "provider_id": "D1"}, "Opendental", Operation.MOVE)


def test_a_move_of_dentrix_g6_names_day_time_and_chair():
    whole = {name: SLOT[name] for name in ("practice_id", "provider_id", "date", "time", "operatory")}
    assert fit(whole, "Dentrix G6", Operation.MOVE) == whole
    assert misfit({**whole, "operatory": ""}, "Dentrix G6", Operation.MOVE) == "operatory"
    assert fit({**whole, "operatory": ""}, "Dentrix G7.3", Operation.MOVE)["date"] == "2026-12-01"


def test_a_callers_note_goes_among_the_general_ones():
    words = vocabulary(NOTE_TYPES=[Choice("Medical Alert"), Choice("Clinical Note"), Choice("PatNote")])
    assert fit(NOTE, "Dentrix", Operation.ADD_NOTE, words)["type"] == "PatNote"
    medical = vocabulary(NOTE_TYPES=[Choice("Medical Alert"), Choice("Clinical Note")])
    assert misfit(NOTE, "Dentrix", Operation.ADD_NOTE, medical) == "type"
    other = vocabulary(NOTE_TYPES=[Choice("Medical Alert"), Choice("Telephone")])
    assert fit(NOTE, "Dentrix", Operation.ADD_NOTE, other)["type"] == "Telephone"


def test_group_notes_are_open_dentals_alone():
    group = {**NOTE, "type": "Group Note", "transaction_sr_no": "1|2"}
    assert fit(group, "Opendental", Operation.ADD_NOTE)["transaction_sr_no"] == "1|2"
    assert misfit({**group, "transaction_sr_no": ""}, "Opendental", Operation.ADD_NOTE) == "transaction_sr_no"
    assert misfit(group, "Dentrix", Operation.ADD_NOTE) == "type"


def test_planet_dds_knows_two_types_of_notes():
    words = vocabulary(NOTE_TYPES=[Choice("Telephone"), Choice("Patient Note")])
    body = fit(NOTE, "Planet DDS WebV3.0", Operation.ADD_NOTE, words)
    assert body == {"practice_id": "1", "patient_id": "12", "text": "Called", "type": "Patient Note"}
    assert misfit({**NOTE, "type": "Telephone"}, "Planet DDS WebV3.0", Operation.ADD_NOTE, words) == "type"


def test_a_payments_description_is_the_one_of_its_code():
    words = vocabulary(PAYMENT_TYPES=[Choice("1", "Cash"), Choice("2", "Check Payment' Thank You")])
    wrong = {**PAYMENT, "procedure_description": "Cash"}
    assert fit(wrong, "Dentrix", Operation.RECORD_PAYMENT, words) == PAYMENT
    assert (
        fit({**PAYMENT, "procedure_description": ""}, "Dentrix", Operation.RECORD_PAYMENT, words) == PAYMENT
    )
    assert fit(PAYMENT, "Dentrix", Operation.RECORD_PAYMENT) == PAYMENT
    unknown = {**PAYMENT, "procedure_code": "99"}
    assert misfit(unknown, "Dentrix", Operation.RECORD_PAYMENT, words) == "procedure_code"
    nameless = vocabulary(PAYMENT_TYPES=[Choice("2", "")])
    assert misfit(PAYMENT, "Dentrix", Operation.RECORD_PAYMENT, nameless) == "procedure_description"


def test_a_payment_type_is_never_chosen_for_the_caller():
    words = vocabulary(PAYMENT_TYPES=[Choice("1", "Cash")])
    assert (
        misfit({**PAYMENT, "procedure_code": ""}, "Dentrix", Operation.RECORD_PAYMENT, words)
        == "procedure_code"
    )


def test_a_cards_data_stops_the_payment():
    for field in ("card_number", "cvv", "card_holder_name", "expiration_month", "expiration_year"):
        assert misfit({**PAYMENT, field: "4111"}, "Planet DDS WebV3.0", Operation.RECORD_PAYMENT) == field


def test_a_refund_is_never_sent_as_a_payment():
    refund = {**PAYMENT, "is_payment_refund": "true"}
    assert misfit(refund, "Dentrix", Operation.RECORD_PAYMENT) == "is_payment_refund"
    assert misfit(refund, "Opendental", Operation.RECORD_PAYMENT) == "transaction_sr_no"
    whole = {**refund, "transaction_sr_no": "5"}
    assert fit(whole, "Opendental", Operation.RECORD_PAYMENT) == whole
    both = {**whole, "is_payment_by_procedure_code": "true"}
    assert misfit(both, "Opendental", Operation.RECORD_PAYMENT) == "is_payment_by_procedure_code"
    assert fit({**PAYMENT, "is_payment_refund": "false"}, "Dentrix", Operation.RECORD_PAYMENT) == PAYMENT


def test_a_payment_by_procedure_has_an_amount_for_each():
    by_procedure = {**PAYMENT, "is_payment_by_procedure_code": "true", "transaction_sr_no": "1|2"}
    assert misfit({**by_procedure, "amount": "45"}, "Dentrix", Operation.RECORD_PAYMENT) == "amount"
    both = {**by_procedure, "amount": "45|5.50"}
    assert fit(both, "Dentrix", Operation.RECORD_PAYMENT)["amount"] == "45|5.50"
    assert misfit({**PAYMENT, "amount": "45|5.50"}, "Dentrix", Operation.RECORD_PAYMENT) == "amount"


def test_an_eaglesoft_adjustment_is_not_looked_for_among_the_payments():
    words = vocabulary(PAYMENT_TYPES=[Choice("1", "Cash")])
    body = {**PAYMENT, "is_perform_credit_adjustment_writeback": "true", "procedure_code": "8"}
    assert fit(body, "EagleSoft", Operation.RECORD_PAYMENT, words) == body


def test_a_misfit_never_repeats_the_value():
    for body in ({**SLOT, "date": "S3CRET"}, {**SLOT, "check_spu": "S3CRET"}, {**SLOT, "length": "S3CRET"}):
        with pytest.raises(Misfit) as caught:
            fit(body, "Opendental", Operation.BOOK)
        assert "S3CRET" not in f"{caught.value} {caught.value.why} {caught.value!r}"


# A vocabulary in which every list of every system has something to choose.
FULL = Vocabulary(
    {
        values: (Choice("1", "Patient Note"), Choice("2", "Unconfirmed"), Choice("Cancelled", "Self"))
        for pms in SYSTEMS
        for values in lists_needed(pms, Operation)
    }
)
PATTERNS = {form: re.compile(pattern.pattern) for form, pattern in CHARACTERS.items()}
GOOD = {
    Form.DAY: st.dates().map(str),
    Form.PAST_DAY: st.dates(max_value=TODAY).map(str),
    Form.TIME: st.times().map(lambda time: time.strftime("%H:%M")),
    Form.INTEGER: st.integers(1, 480).map(str),
    Form.DECIMAL: st.decimals("0.01", "9999", places=2).map(str),
    Form.PHONE: st.just("860-555-0142"),
    Form.PHONE_EXTENSION: st.sampled_from(["860-555-0142", "860-555-0142 x7", "8605550142-7"]),
    Form.TEN_DIGITS: st.just("(860) 555 0142"),
    Form.EMAIL: st.just("anna@example.com"),
    Form.CODE: st.sampled_from(["1", "2", "Cancelled"]),
    Form.CODES: st.sampled_from(["1", "1|2"]),
}


@st.composite
def writes(draw):
    """Writes that mostly hold what their system requires, among things that it may or may not take."""
    operation, pms = draw(st.sampled_from(Operation)), draw(st.sampled_from(SYSTEMS))
    chance = {Need.REQUIRED: 59, Need.OPTIONAL: 20, Need.UNUSED: 20, Need.REFUSED: 0}
    body = {}
    rows = rules_for(operation, pms)
    for field in fields_of(operation):
        rule = rule_of(rows, field, body)
        if rule is None or draw(st.integers(0, 59)) > chance[rule.need]:
            continue
        if rule.form is Form.ONE_OF and rule.allowed:
            body[field] = draw(st.sampled_from(rule.allowed))
        elif rule.allowed:
            body[field] = rule.allowed[0]
        elif rule.form in GOOD and draw(st.integers(0, 59)) < 58:
            body[field] = draw(GOOD[rule.form])
        else:
            body[field] = draw(st.sampled_from(["", "Ab "])) + draw(st.text(max_size=80))
    more = st.sampled_from(["shoe_size", "note", "card_number", "cell"])
    body.update(draw(st.dictionaries(more, st.text(), max_size=1)) if draw(st.integers(0, 9)) == 0 else {})
    return operation, pms, body


def attempt(body, pms, operation):
    try:
        return fit(body, pms, operation, FULL)
    except Misfit as error:
        return error


@given(writes())
@settings(max_examples=600, deadline=None)
def test_whatever_is_written_fits(case):
    operation, pms, body = case
    found = attempt(body, pms, operation)
    if isinstance(found, Misfit):
        assert found.field in {*fields_of(operation), *body}
        return
    rows = rules_for(operation, pms)
    for name, value in found.items():
        rule = rule_of(rows, name, found)
        assert rule is not None, name
        assert rule.need in {Need.REQUIRED, Need.OPTIONAL}, name
        assert not rule.longest or len(value) <= rule.longest, name
        assert value or rule.empty_ok, name
        if rule.form in PATTERNS and value not in {choice.value for choice in FULL.of(*rule.values)}:
            assert PATTERNS[rule.form].fullmatch(value), (name, rule.form)
        if rule.form is Form.ONE_OF:
            assert value in rule.allowed, name
        choices = FULL.of(*rule.values)
        if choices and value:
            assert value in {one for each in choices for one in (each.value, each.label)}, name
    for name in fields_of(operation):
        rule = rule_of(rows, name, found)
        assert rule is None or rule.need is not Need.REQUIRED or name in found, name
    assert fit(found, pms, operation, FULL) == found


@given(st.sampled_from(list(Form)), st.text(min_size=1, max_size=200))
@settings(max_examples=500, deadline=None)
def test_a_form_never_lets_a_forbidden_character_through(form, text):
    value = written(form, text, TODAY)
    if value and form in PATTERNS:
        assert PATTERNS[form].fullmatch(value)
        assert written(form, value, TODAY) == value
    assert not re.search(r"[\x00-\x1f]", value or "")


def test_a_value_is_filled_in_only_where_it_has_to_be_there():
    for row in RULES:
        assert row.fill is Fill.NEVER or row.need is Need.REQUIRED
        assert row.fill is Fill.NEVER or row.values
