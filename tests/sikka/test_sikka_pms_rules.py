"""The table of PMS rules against the official pages, whose facts are typed in here once more."""

import pytest

from server.sikka.pms_fields import ANY_PMS, Form, Need, Operation
from server.sikka.pms_rules import AT_LEAST_ONE, KNOWN, RULES, fields_of, keys_of, rule_of, rules_for
from server.sikka.rules import pms_key

# A system's name with its version, as GET /authorized_practices tells them, by the key of its rows.
NAMES = {
    ANY_PMS: "A System Of Tomorrow V1",
    "opendental": "Opendental V22.3",
    "dentrix": "Dentrix G7.3",
    "dentrixg6": "Dentrix G6.2",
    "dentrixenterprise": "Dentrix Enterprise V8",
    "dentrixascend": "Dentrix Ascend",
    "eaglesoft": "EagleSoft V21",
    "cleardent": "ClearDent V9.8",
    "orthotrac": "Orthotrac V12.0",
    "dolphin": "Dolphin Management V9.0",
    "planetdds": "Planet DDS",
    "planetddswebv2": "Planet DDS WebV2.0",
    "planetddswebv3": "Planet DDS WebV3.0",
    "cornerstone": "CornerStone V9",
    "intravet": "Intravet V5",
    "suzydental": "SuzyDental",
    "tracker": "Tracker V11",
}

# Every field that an official page shows in a body or among its parameters.
BODIES = {
    Operation.BOOK: (
        "patient_id operatory date time length description provider_id practice_id guarantor_id note staff "
        "type is_new_patient lastname firstname birthdate email phone has_insurance insurance_name "
        "subscriber subscriber_id group_number is_primary_or_secondary production_type user status "
        "check_spu procedure_codes"
    ),
    Operation.MOVE: (
        "practice_id date time length operatory provider_id status description schedule staff type check_spu"
    ),
    Operation.CONFIRM: (
        "op path value practice_id appointment_sr_no check_spu status_changed_by staff "
        "cancellation_code_id cancellation_note"
    ),
    Operation.CANCEL: (
        "op path value practice_id appointment_sr_no check_spu status_changed_by staff "
        "cancellation_code_id cancellation_note"
    ),
    Operation.REGISTER: (
        "guarantor_id firstname lastname birthdate provider_id practice_id is_guarantor_exist gender email "
        "workphone homephone cell other_phone address_line1 address_line2 city state zipcode check_spu "
        "staff status type primary_relationship user country"
    ),
    Operation.UPDATE_PATIENT: (
        "practice_id salutation firstname middlename lastname preferred_name formal informal birthdate ssn "
        "model gender status type provider_id staff race language recall_date mail_method "
        "gender_identifier school check_spu"
    ),
    Operation.ADD_NOTE: (
        "patient_id type date text practice_id description provider_id transaction_sr_no "
        "appointment_sr_no check_spu item acknowledge_type staff user"
    ),
    Operation.RECORD_PAYMENT: (
        "transaction_sr_no cheque_no note practice_id is_payment_by_procedure_code patient_id guarantor_id "
        "provider_id check_spu procedure_code amount payment_type procedure_description transaction_date "
        "transaction_entry_date bank card_holder_name card_number cvv expiration_month expiration_year "
        "is_perform_credit_adjustment_writeback impacts user is_payment_refund is_patient_preferred"
    ),
}

_SLOT = "patient_id date time length provider_id operatory practice_id"
_STATUS = "op path value practice_id appointment_sr_no"
_PERSON = "firstname lastname practice_id"
_PAYMENT = (
    "patient_id guarantor_id procedure_code procedure_description provider_id amount practice_id "
    "transaction_date"
)
# What the official pages require, whatever else a body holds; "*" for systems without a line of their own.
REQUIRED = {
    (Operation.BOOK, ANY_PMS): f"{_SLOT} description",
    (Operation.BOOK, "cleardent"): f"{_SLOT} status type user",
    (Operation.BOOK, "orthotrac"): f"{_SLOT} staff type",
    (Operation.BOOK, "dolphin"): f"{_SLOT} user type status",
    (Operation.BOOK, "planetdds"): f"{_SLOT} production_type is_new_patient has_insurance",
    (Operation.BOOK, "planetddswebv2"): f"{_SLOT} production_type is_new_patient has_insurance",
    (Operation.BOOK, "planetddswebv3"): f"{_SLOT} production_type is_new_patient has_insurance",
    (Operation.BOOK, "cornerstone"): f"{_SLOT} guarantor_id",
    (Operation.MOVE, ANY_PMS): "practice_id provider_id",
    (Operation.MOVE, "dentrixg6"): "practice_id provider_id date time operatory",
    (Operation.CONFIRM, ANY_PMS): _STATUS,
    (Operation.CONFIRM, "orthotrac"): f"{_STATUS} staff",
    (Operation.CANCEL, ANY_PMS): _STATUS,
    (Operation.CANCEL, "orthotrac"): f"{_STATUS} staff",
    (Operation.CANCEL, "planetddswebv3"): f"{_STATUS} cancellation_code_id",
    (Operation.REGISTER, ANY_PMS): f"{_PERSON} provider_id",
    (Operation.REGISTER, "dolphin"): f"{_PERSON} provider_id user",
    (Operation.REGISTER, "orthotrac"): (
        f"{_PERSON} provider_id gender staff status type primary_relationship"
    ),
    (Operation.REGISTER, "cleardent"): _PERSON,
    (Operation.UPDATE_PATIENT, ANY_PMS): "practice_id",
    (Operation.UPDATE_PATIENT, "orthotrac"): "practice_id staff",
    (Operation.ADD_NOTE, ANY_PMS): "date patient_id type text provider_id practice_id",
    (Operation.ADD_NOTE, "dolphin"): "date patient_id type text provider_id practice_id user",
    (Operation.ADD_NOTE, "intravet"): "date patient_id type text provider_id practice_id description",
    (Operation.ADD_NOTE, "planetddswebv3"): "patient_id type text practice_id",
    (Operation.RECORD_PAYMENT, ANY_PMS): _PAYMENT,
    (Operation.RECORD_PAYMENT, "tracker"): f"{_PAYMENT} transaction_sr_no bank",
}

LIMITS = {
    (Operation.BOOK, "orthotrac", "description"): 150,
    (Operation.BOOK, "cleardent", "description"): 3000,
    (Operation.BOOK, "planetddswebv3", "note"): 3950,
    (Operation.MOVE, "dentrixg6", "description"): 60,
    (Operation.REGISTER, "orthotrac", "firstname"): 15,
    (Operation.REGISTER, "orthotrac", "lastname"): 25,
    (Operation.REGISTER, "cleardent", "firstname"): 15,
    (Operation.REGISTER, "cleardent", "lastname"): 25,
    (Operation.UPDATE_PATIENT, "orthotrac", "firstname"): 15,
    (Operation.UPDATE_PATIENT, "orthotrac", "lastname"): 20,
    (Operation.UPDATE_PATIENT, "orthotrac", "preferred_name"): 20,
    (Operation.UPDATE_PATIENT, "orthotrac", "middlename"): 15,
    (Operation.UPDATE_PATIENT, "orthotrac", "ssn"): 20,
    (Operation.UPDATE_PATIENT, "orthotrac", "model"): 10,
    (Operation.UPDATE_PATIENT, "dolphin", "preferred_name"): 50,
    (Operation.ADD_NOTE, "suzydental", "text"): 200,
    (Operation.ADD_NOTE, "intravet", "description"): 40,
}

UNUSED = {
    (Operation.BOOK, "opendental"): "staff user status note production_type firstname",
    (Operation.BOOK, "dentrix"): "type staff user status note procedure_codes",
    (Operation.BOOK, "dolphin"): "description guarantor_id staff procedure_codes",
    (Operation.BOOK, "cleardent"): "guarantor_id staff note firstname procedure_codes",
    (Operation.BOOK, "planetddswebv3"): "description guarantor_id staff type status user",
    (Operation.MOVE, "dentrix"): "description schedule staff type",
    (Operation.CONFIRM, "planetddswebv3"): "cancellation_code_id cancellation_note staff",
    (Operation.CANCEL, "opendental"): "cancellation_code_id cancellation_note staff status_changed_by",
    (
        Operation.REGISTER,
        "dolphin",
    ): "is_guarantor_exist gender address_line1 city zipcode staff status type country",
    (Operation.REGISTER, "orthotrac"): "other_phone address_line1 address_line2 city state zipcode user",
    (
        Operation.REGISTER,
        "cleardent",
    ): "is_guarantor_exist state zipcode staff status type primary_relationship user country",
    (
        Operation.ADD_NOTE,
        "planetddswebv3",
    ): "date provider_id description appointment_sr_no transaction_sr_no",
    (Operation.ADD_NOTE, "dentrix"): "item acknowledge_type staff user",
    (Operation.RECORD_PAYMENT, "dentrix"): "user impacts is_patient_preferred",
}

REFUSED = {
    (Operation.UPDATE_PATIENT, "orthotrac"): (
        "email workphone homephone cell other_phone address_line1 address_line2 city state zipcode "
        "language recall_date mail_method gender_identifier school"
    ),
    (Operation.UPDATE_PATIENT, "dolphin"): (
        "email workphone homephone cell other_phone address_line1 address_line2 city state zipcode "
        "middlename formal informal ssn model type race"
    ),
    (Operation.RECORD_PAYMENT, "planetddswebv3"): (
        "card_holder_name card_number cvv expiration_month expiration_year is_payment_refund"
    ),
}


def plain_rule(operation, key, field):
    rule = rule_of(rules_for(operation, NAMES[key]), field, {})
    assert rule is not None
    return rule


def required(operation, key):
    return (REQUIRED.get((operation, key)) or REQUIRED[operation, ANY_PMS]).split()


@pytest.mark.parametrize("key", NAMES)
def test_a_name_with_its_version_leads_to_its_own_rows(key):
    assert keys_of(NAMES[key])[0] == key
    assert keys_of(NAMES[key])[-1] == ANY_PMS


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("Dentrix G6", ("dentrixg6", "dentrix", "*")),
        ("DENTRIX", ("dentrix", "*")),
        ("Denticon WebV3", ("planetddswebv3", "planetdds", "*")),
        ("Planet DDS Web", ("planetdds", "*")),
        ("Patterson Eaglesoft 21", ("eaglesoft", "*")),
        ("", ("*",)),
    ],
)
def test_names_are_known_in_any_spelling(name, keys):
    assert keys_of(name) == keys


def test_every_key_of_the_table_can_be_reached_by_a_name():
    assert {row.pms for row in RULES} <= set(NAMES)
    assert {key for keys in KNOWN.values() for key in keys} <= set(NAMES)
    assert all(name == pms_key(name) for name in KNOWN)


@pytest.mark.parametrize("row", RULES, ids=lambda row: f"{row.operation}-{row.pms}-{row.field}")
def test_every_row_is_reached(row):
    body = {row.when.field: (row.when.words or ("something",))[0]} if row.when else {}
    assert rule_of(rules_for(row.operation, NAMES[row.pms]), row.field, body) is row


@pytest.mark.parametrize("row", RULES, ids=lambda row: f"{row.operation}-{row.pms}-{row.field}")
def test_every_row_names_its_source(row):
    assert row.source.startswith(("official ", "inference: "))


def test_no_two_rows_say_something_about_the_same():
    said = [(row.operation, row.pms, row.field, row.when) for row in RULES]
    assert len(said) == len(set(said))


def test_what_a_row_depends_on_is_settled_before_it():
    for row in RULES:
        order = fields_of(row.operation)
        # OrthoTrac's flag follows the guarantor_id as it was given, and decides over it afterwards.
        if row.when is not None and row.field != "is_guarantor_exist":
            assert order.index(row.when.field) < order.index(row.field)
        for earlier in (row.describes, row.as_many_as):
            assert not earlier or order.index(earlier) < order.index(row.field)


@pytest.mark.parametrize("operation", Operation)
def test_every_field_of_the_official_pages_is_in_the_table(operation):
    common = {row.field for row in RULES if row.operation is operation and row.pms == ANY_PMS}
    contact = set(REFUSED[Operation.UPDATE_PATIENT, "dolphin"].split()[:10])
    further = contact if operation is Operation.UPDATE_PATIENT else set()
    assert common == {*BODIES[operation].split(), *further}


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize("key", NAMES)
def test_every_system_requires_exactly_what_the_official_pages_require(operation, key):
    rows = rules_for(operation, NAMES[key])
    found = {f for f in fields_of(operation) if (r := rule_of(rows, f, {})) and r.need is Need.REQUIRED}
    assert found == set(required(operation, key))


@pytest.mark.parametrize(("operation", "key", "field"), LIMITS)
def test_a_systems_limits_are_those_of_the_official_pages(operation, key, field):
    assert plain_rule(operation, key, field).longest == LIMITS[operation, key, field]


@pytest.mark.parametrize(("operation", "key"), UNUSED)
def test_what_a_system_does_not_use_is_left_out(operation, key):
    for field in UNUSED[operation, key].split():
        assert plain_rule(operation, key, field).need is Need.UNUSED, field


@pytest.mark.parametrize(("operation", "key"), REFUSED)
def test_what_was_asked_for_and_cannot_be_done_is_refused_and_not_left_out(operation, key):
    for field in REFUSED[operation, key].split():
        assert plain_rule(operation, key, field).need is Need.REFUSED, field


@pytest.mark.parametrize(
    ("operation", "key", "field", "body", "need", "longest"),
    [
        (Operation.BOOK, "planetddswebv3", "patient_id", {"is_new_patient": "true"}, Need.UNUSED, 0),
        (Operation.BOOK, "planetddswebv3", "patient_id", {"is_new_patient": "false"}, Need.REQUIRED, 0),
        (Operation.BOOK, "planetddswebv2", "firstname", {"is_new_patient": "True"}, Need.REQUIRED, 0),
        (Operation.REGISTER, "orthotrac", "country", {"cell": "8605550142"}, Need.REQUIRED, 0),
        (Operation.REGISTER, "orthotrac", "country", {}, Need.OPTIONAL, 0),
        (Operation.REGISTER, "orthotrac", "guarantor_id", {"is_guarantor_exist": "true"}, Need.REQUIRED, 0),
        (Operation.REGISTER, "dolphin", "primary_relationship", {"guarantor_id": "7"}, Need.REQUIRED, 0),
        (Operation.REGISTER, "dolphin", "primary_relationship", {}, Need.OPTIONAL, 0),
        (Operation.ADD_NOTE, "orthotrac", "text", {"type": "Medical Alert"}, Need.REQUIRED, 60),
        (Operation.ADD_NOTE, "orthotrac", "text", {"type": "Patient Note"}, Need.REQUIRED, 0),
        (Operation.ADD_NOTE, "orthotrac", "staff", {"type": "treatment note"}, Need.REQUIRED, 0),
        (Operation.ADD_NOTE, "orthotrac", "acknowledge_type", {"type": "medical note"}, Need.REQUIRED, 0),
        (Operation.ADD_NOTE, "dentrixenterprise", "item", {"type": "MedicalAlert"}, Need.REQUIRED, 0),
        (Operation.ADD_NOTE, "dentrix", "appointment_sr_no", {"type": "AppointmentNote"}, Need.REQUIRED, 0),
        (Operation.ADD_NOTE, "opendental", "transaction_sr_no", {"type": "Group Note"}, Need.REQUIRED, 0),
        (
            Operation.RECORD_PAYMENT,
            "opendental",
            "transaction_sr_no",
            {"is_payment_refund": "true"},
            Need.REQUIRED,
            0,
        ),
        (
            Operation.RECORD_PAYMENT,
            "dentrix",
            "transaction_sr_no",
            {"is_payment_by_procedure_code": "true"},
            Need.REQUIRED,
            0,
        ),
    ],
)
def test_conditions_of_the_official_pages(operation, key, field, body, need, longest):
    rule = rule_of(rules_for(operation, NAMES[key]), field, body)
    assert rule is not None
    assert (rule.need, rule.longest) == (need, longest)


def test_cleardents_phones_have_ten_digits():
    for field in ("cell", "homephone", "workphone", "other_phone"):
        assert plain_rule(Operation.REGISTER, "cleardent", field).form is Form.TEN_DIGITS


def test_a_field_that_no_page_knows_has_no_row():
    assert rule_of(rules_for(Operation.BOOK, "Dentrix"), "appointment_type", {}) is None


def test_writes_that_have_to_change_something_say_what():
    for operation, names in AT_LEAST_ONE.items():
        assert set(names) < set(fields_of(operation))
    assert "check_spu" not in AT_LEAST_ONE[Operation.UPDATE_PATIENT]
