"""What each practice software wants of a write, and what comes of a write that breaks its rules."""

from collections import Counter

import pytest

from sandbox.choices import known_values
from sandbox.conditions import CONDITIONS
from sandbox.config import EVERY_PMS, OfficeSpec
from sandbox.pms import PROFILES
from sandbox.rulebook import RULE_SETS, in_use, rules_for
from sandbox.switches import Switches
from sandbox.world import SandboxConfig, World
from sandbox.writes import OPERATIONS

TAKEN = [(op, pms) for pms, profile in PROFILES.items() for op in OPERATIONS if profile.takes(op)]
NOT_TAKEN = [(op, pms) for pms, profile in PROFILES.items() for op in OPERATIONS if not profile.takes(op)]
# typed from the official pages: what each software wants beside the fields that all of them want
OFFICIALLY_REQUIRED = {
    ("POST appointment", "OrthoTrac"): {"staff"},
    ("POST appointment", "Dolphin"): {"user", "type"},
    ("POST appointment", "ClearDent"): {"user", "type", "status"},
    ("POST appointment", "PlanetDDS"): {"production_type", "is_new_patient", "has_insurance"},
    ("PATCH appointments", "OrthoTrac"): {"staff"},
    ("POST patient", "OrthoTrac"): {"gender", "staff", "status", "type", "primary_relationship"},
    ("POST patient", "Dolphin"): {"user"},
    ("PATCH patient", "OrthoTrac"): {"staff"},
    ("POST medical_notes", "Dolphin"): {"user"},
}
OFFICIALLY_REQUIRED_BY_ALL = {
    "POST appointment": {
        "patient_id",
        "date",
        "time",
        "length",
        "provider_id",
        "operatory",
        "description",
        "practice_id",
    },
    "PATCH appointments": {"op", "path", "value", "practice_id"},
    "PUT appointments": {"practice_id", "provider_id"},
    "POST patient": {"firstname", "lastname", "provider_id", "practice_id"},
    "PATCH patient": {"practice_id"},
    "POST medical_notes": {"date", "patient_id", "type", "text", "provider_id", "practice_id"},
    "POST transaction": {
        "patient_id",
        "guarantor_id",
        "procedure_code",
        "procedure_description",
        "provider_id",
        "amount",
        "practice_id",
        "transaction_date",
    },
}
OFFICIALLY_NOT_REQUIRED = {
    ("POST appointment", "OrthoTrac"): {"description"},
    ("POST appointment", "Dolphin"): {"description"},
    ("POST appointment", "ClearDent"): {"description"},
    ("POST appointment", "PlanetDDS"): {"description", "patient_id"},
    ("POST patient", "ClearDent"): {"provider_id"},
    ("POST medical_notes", "PlanetDDS"): {"date", "provider_id"},
}


def at(pms, **settings):
    return {"offices": (OfficeSpec(pms=pms),), **settings}


def test_the_rules_are_a_table_with_evidence_in_which_nothing_stands_twice():
    assert len({(each.operation, each.software) for each in RULE_SETS}) == len(RULE_SETS)
    known = {"*", *(name for profile in PROFILES.values() for name in profile.rule_sets)}
    for each in RULE_SETS:
        assert each.evidence
        assert each.operation in OPERATIONS
        assert each.software in known
        assert max(Counter(rule.field for rule in each.rules).values()) == 1
    for each in CONDITIONS:
        assert each.evidence
        assert each.software in known
        names = [] if each.software == "*" else [each.software]
        assert set(each.fields) <= set(rules_for(each.operation, tuple(names))) | {"transaction_sr_no"}


@pytest.mark.parametrize(("operation", "pms"), TAKEN)
def test_the_required_fields_are_those_of_the_official_pages(operation, pms):
    rules = rules_for(operation, PROFILES[pms].rule_sets)
    expected = OFFICIALLY_REQUIRED_BY_ALL[operation] | OFFICIALLY_REQUIRED.get((operation, pms), set())
    expected -= OFFICIALLY_NOT_REQUIRED.get((operation, pms), set())
    assert {name for name, rule in rules.items() if rule.need == "required"} == expected


def test_every_list_that_a_rule_names_has_values_in_the_software_it_is_for(clock):
    world = World(SandboxConfig(offices=EVERY_PMS, desk=False), clock)
    for office in world.offices.values():
        for operation in OPERATIONS:
            if office.pms.takes(operation):
                for rule in rules_for(operation, office.pms.rule_sets).values():
                    assert not rule.values or known_values(office, rule.values), (office.spec.pms, rule)


@pytest.mark.parametrize(("operation", "pms"), TAKEN)
async def test_every_write_works_with_what_the_software_wants_and_not_without_one_of_it(
    staged, operation, pms
):
    async with staged(**at(pms)) as stage:
        method, path, body = stage.write(operation)
        for name, rule in rules_for(operation, stage.office.pms.rule_sets).items():
            if rule.need in {"required", "present"}:
                without = {key: value for key, value in body.items() if key != name}
                expected = (400, "API1020", f"{name} is missing")
                assert await stage.refused(method, path, without) == expected
        await stage.done(method, path, body)
        (effect,) = stage.world.effects
        assert (effect.operation, effect.ok) == (operation, True)


@pytest.mark.parametrize(("operation", "pms"), NOT_TAKEN)
async def test_a_write_the_software_does_not_take_is_refused_or_fails_as_the_switch_says(
    staged, operation, pms
):
    body = {"practice_id": "1", "firstname": "A"}
    path = "patient/1" if operation == "PATCH patient" else operation.split()[1]
    at_once = (
        (Switches(), (401, "API2004")),
        (Switches(unsupported_write="invalid"), (400, "API1026")),
    )
    for switches, expected in at_once:
        async with staged(**at(pms, switches=switches)) as stage:
            assert (await stage.refused(operation.split()[0], path, body))[:2] == expected
    async with staged(**at(pms, switches=Switches(unsupported_write="later"))) as stage:
        text = await stage.refused_later(operation.split()[0], path, body)
        assert text == f"This writeback is not supported for {stage.office.pms.name}."


def test_only_the_two_orthodontic_systems_change_patients():
    assert {pms for op, pms in TAKEN if op == "PATCH patient"} == {"OrthoTrac", "Dolphin"}


async def test_the_capability_list_says_which_writes_the_newer_systems_take(stage):
    async def row(name, version):
        params = {"practice_management_system": name, "practice_management_system_version": version}
        (found,) = (await stage.app_get("supported_pmses", **params)).json()["items"]
        return [name for name in found if name.endswith("_writeback") and found[name] == "available"]

    booking = ["appointment_status_writeback", "new_appointment_writeback"]
    assert await row("OrthoTrac", "V12.0") == [*booking, "new_patient_writeback", "note_writeback"]
    assert await row("Dolphin Management", "V9.0") == [*booking, "new_patient_writeback", "note_writeback"]
    assert await row("ClearDent", "V9.8") == [*booking, "new_patient_writeback"]
    assert await row("Planet DDS", "WebV3.0") == [
        "appointment_status_writeback",
        "payment_writeback",
        "new_appointment_writeback",
        "note_writeback",
    ]
    assert len(await row("Dentrix", "G6.2")) == 5


TOO_LONG = [
    ("OrthoTrac", "POST appointment", "description", 150),
    ("ClearDent", "POST appointment", "description", 3000),
    ("PlanetDDS", "POST appointment", "note", 3950),
    ("OrthoTrac", "POST patient", "firstname", 15),
    ("OrthoTrac", "POST patient", "lastname", 25),
    ("ClearDent", "POST patient", "firstname", 15),
    ("ClearDent", "POST patient", "lastname", 25),
    ("OrthoTrac", "PATCH patient", "firstname", 15),
    ("OrthoTrac", "PATCH patient", "lastname", 20),
    ("OrthoTrac", "PATCH patient", "preferred_name", 20),
    ("Dolphin", "PATCH patient", "preferred_name", 50),
    ("DentrixG6", "PUT appointments", "description", 60),
]


@pytest.mark.parametrize("pms", sorted({row[0] for row in TOO_LONG}))
async def test_a_text_of_the_longest_length_is_taken_and_one_longer_is_not(staged, pms):
    cases = [row[1:] for row in TOO_LONG if row[0] == pms]
    async with staged(**at(pms)) as stage:
        for operation, name, longest in cases:
            method, path, body = stage.write(operation, **{name: "a" * (longest + 1)})
            text = await stage.refused_later(method, path, body)
            assert text == f"{name} exceeds maximum length of {longest} characters."
            await stage.done(method, path, {**body, name: "a" * longest})
    async with staged(**at(pms, switches=Switches(pms_limits="now"))) as stage:
        for operation, name, longest in cases:
            method, path, body = stage.write(operation, **{name: "a" * (longest + 1)})
            assert await stage.refused(method, path, body) == (400, "API1026", f"{name} is invalid")


@pytest.mark.parametrize(
    ("pms", "operation", "wrong", "says"),
    [
        ("OrthoTrac", "POST appointment", {"staff": "DMD1"}, "Staff does not exist"),
        ("OrthoTrac", "POST appointment", {"type": "2"}, "Appointment type does not exist"),
        ("Dolphin", "POST appointment", {"user": "1"}, "User does not exist"),
        ("Dolphin", "POST appointment", {"status": "Someday"}, "Invalid appointment status"),
        ("Dolphin", "POST appointment", {"provider_id": "5"}, "Provider does not exist"),
        ("ClearDent", "POST appointment", {"user": "3"}, "User does not exist"),
        ("ClearDent", "POST appointment", {"status": "Someday"}, "Invalid appointment status"),
        ("PlanetDDS", "POST appointment", {"production_type": "9"}, "production_type does not exist"),
        ("OrthoTrac", "PATCH appointments", {"status_changed_by": "9"}, "status_changed_by does not exist"),
        ("Dolphin", "PATCH appointments", {"status_changed_by": "9"}, "status_changed_by does not exist"),
        ("PlanetDDS", "PATCH appointments", {"cancellation_code_id": "1"}, "cancellation_code_id does"),
        ("OrthoTrac", "POST patient", {"status": "99"}, "status does not exist"),
        ("OrthoTrac", "POST patient", {"country": "XX"}, "country does not exist"),
        ("Dolphin", "POST patient", {"user": "6"}, "User does not exist"),
        ("ClearDent", "POST patient", {"gender": "female"}, "gender does not exist"),
        ("Dolphin", "PATCH patient", {"gender": "female"}, "gender does not exist"),
        ("DentrixG6", "PUT appointments", {"schedule": "9"}, "schedule does not exist"),
        ("PlanetDDS", "POST medical_notes", {"type": "Clinical Note"}, "Note type does not exist"),
        ("OpenDental", "POST transaction", {"provider_id": "5"}, "Provider does not exist"),
        ("OpenDental", "POST transaction", {"user": "3"}, "User does not exist"),
    ],
)
async def test_a_value_outside_the_software_s_lists_fails_later(staged, pms, operation, wrong, says):
    async with staged(**at(pms)) as stage:
        text = await stage.refused_later(*stage.write(operation, **wrong))
        assert text.startswith(says)
        assert not [effect for effect in stage.world.effects if effect.ok]


@pytest.mark.parametrize(
    ("pms", "operation", "wrong", "name"),
    [
        ("ClearDent", "POST patient", {"cell": "860-555-0199"}, "cell"),
        ("ClearDent", "POST patient", {"homephone": "18605550199"}, "homephone"),
        ("OpenDental", "POST patient", {"cell": "call me"}, "cell"),
        ("OpenDental", "POST patient", {"email": "anna at home"}, "email"),
        ("OpenDental", "POST patient", {"gender": "f"}, "gender"),
        ("OrthoTrac", "POST patient", {"gender": "unknown"}, "gender"),
        ("OrthoTrac", "PATCH patient", {"birthdate": "2027-01-01"}, "birthdate"),
        ("Dolphin", "PATCH patient", {"recall_date": "soon"}, "recall_date"),
        ("PlanetDDS", "POST appointment", {"is_new_patient": "maybe"}, "is_new_patient"),
        ("Eaglesoft", "POST transaction", {"impacts": "Nothing"}, "impacts"),
        ("Eaglesoft", "POST medical_notes", {"text": "a/b"}, "text"),
        ("Eaglesoft", "POST medical_notes", {"date": "today"}, "date"),
    ],
)
async def test_a_form_that_the_pages_say_is_validated_is_refused_at_once(staged, pms, operation, wrong, name):
    async with staged(**at(pms)) as stage:
        refusal = await stage.refused(*stage.write(operation, **wrong))
        assert refusal == (400, "API1026", f"{name} is invalid")


@pytest.mark.parametrize(
    ("pms", "operation", "given", "missing"),
    [
        ("PlanetDDS", "POST appointment", {"patient_id": ""}, "patient_id"),
        ("PlanetDDS", "POST appointment", {"is_new_patient": "true"}, "firstname"),
        ("PlanetDDS", "PATCH appointments", {"cancellation_code_id": ""}, "cancellation_code_id"),
        ("OrthoTrac", "POST patient", {"is_guarantor_exist": "true"}, "guarantor_id"),
        ("OrthoTrac", "POST patient", {"cell": "8605550199"}, "country"),
        ("Dolphin", "POST patient", {"guarantor_id": "1"}, "primary_relationship"),
        ("OpenDental", "POST medical_notes", {"type": "Appointment Note"}, "appointment_sr_no"),
        ("OpenDental", "POST medical_notes", {"type": "Group Note"}, "transaction_sr_no"),
        ("OrthoTrac", "POST medical_notes", {"type": "Medical Alert"}, "acknowledge_type"),
        ("OrthoTrac", "POST medical_notes", {"type": "Treatment Note"}, "staff"),
        ("Eaglesoft", "POST transaction", {"is_payment_by_procedure_code": "true"}, "transaction_sr_no"),
        ("OpenDental", "POST transaction", {"is_payment_refund": "true"}, "transaction_sr_no"),
        (
            "PlanetDDS",
            "POST transaction",
            {"procedure_code": "CC", "procedure_description": "Credit Card Terminal"},
            "card_holder_name",
        ),
    ],
)
async def test_a_field_required_on_a_condition_is_missed_at_once(staged, pms, operation, given, missing):
    async with staged(**at(pms)) as stage:
        refusal = await stage.refused(*stage.write(operation, **given))
        assert refusal == (400, "API1020", f"{missing} is missing")


async def test_what_is_not_in_use_may_be_sent_and_does_nothing(staged):
    async with staged(**at("Dolphin")) as stage:
        body = stage.write("POST appointment", description="Sore / swollen", note="n", staff="x")[2]
        done = await stage.done("POST", "appointment", body)
        row = stage.records.appointments[done["created_id"]]
        assert (row.description, row.note, row.type) == ("", "", "Adjustment")
        assert dict(row.details) == {"user": "5"}
        person = stage.write("POST patient", city="Harrow", gender="female")[2]
        done = await stage.done("POST", "patient", person)
        added = stage.records.patients[done["created_id"]]
        assert (added.city, added.gender) == ("", "")
    assert in_use("POST appointment", ("Dolphin",), {"nonsense": "1", "date": "d"}) == {"date": "d"}


async def test_orthotrac_takes_an_empty_type_for_the_first_of_its_types(staged):
    async with staged(**at("OrthoTrac")) as stage:
        done = await stage.done(*stage.write("POST appointment", type=""))
        row = stage.records.appointments[done["created_id"]]
        assert (row.type, dict(row.details)) == ("Adjustment", {"staff": "FD1"})


async def test_dolphin_takes_an_empty_status_for_its_default_and_a_named_one_as_it_is(staged):
    async with staged(**at("Dolphin")) as stage:
        done = await stage.done(*stage.write("POST appointment"))
        assert stage.records.appointments[done["created_id"]].status == "Scheduled"
        done = await stage.done(*stage.write("POST appointment", status="Confirmed", time="10:00"))
        row = stage.records.appointments[done["created_id"]]
        assert (row.status, str(row.confirmed_on)) == ("Confirmed", "2026-11-23")


async def test_planet_dds_makes_the_patient_with_the_appointment(staged):
    async with staged(**at("PlanetDDS")) as stage:
        new = {"is_new_patient": "true", "firstname": "Zoë", "lastname": "Ng", "phone": "8605550199"}
        before = set(stage.records.patients)
        method, path, body = stage.write("POST appointment", **new, birthdate="1990-01-31", patient_id="")
        done = await stage.done(method, path, body)
        (added,) = set(stage.records.patients) - before
        row = stage.records.appointments[done["created_id"]]
        assert done["patient_id"] == row.patient_id == added
        person = stage.records.patients[added]
        assert (person.firstname, person.cell, str(person.birthdate)) == ("Zoë", "8605550199", "1990-01-31")
        # the time is gone in the practice though the copy still offers it: nobody is made for nothing
        assert "already scheduled" in await stage.refused_later(method, path, body)
        assert set(stage.records.patients) == before | {added}


async def test_a_cancellation_keeps_its_code_and_note_and_a_confirmation_needs_none(staged):
    async with staged(**at("PlanetDDS")) as stage:
        row = stage.coming(confirmed_on=None)
        method, _, body = stage.write("PATCH appointments", value="Confirmed", cancellation_code_id="")
        await stage.done(method, f"appointments/{row.sr_no}", body)
        assert stage.records.appointments[row.sr_no].status == "Confirmed"
        method, _, body = stage.write("PATCH appointments", cancellation_note="Ill")
        await stage.done(method, f"appointments/{row.sr_no}", body)
        gone = stage.records.appointments[row.sr_no]
        assert gone.cancelled
        assert dict(gone.details) == {"cancellation_code_id": "11", "cancellation_note": "Ill"}


@pytest.mark.parametrize("pms", PROFILES)
async def test_every_software_is_confirmed_by_a_status_write(staged, pms):
    async with staged(**at(pms)) as stage:
        row = stage.coming(confirmed_on=None)
        body = stage.write("PATCH appointments", value="Confirmed")[2]
        await stage.done("PATCH", f"appointments/{row.sr_no}", body)
        stage.office.refresh()
        (shown,) = await stage.items("appointments", appointment_sr_no=row.sr_no, fields="get_all")
        assert (shown["is_confirmed"], shown["cancelled"]) == ("True", "False")


async def test_orthotrac_uses_a_guarantor_only_when_told_that_there_is_one(staged):
    async with staged(**at("OrthoTrac")) as stage:
        alone = await stage.done(*stage.write("POST patient", guarantor_id=stage.anna, is_guarantor_exist=""))
        assert stage.records.patients[alone["created_id"]].guarantor_id == alone["created_id"]
        family = await stage.done(
            *stage.write("POST patient", guarantor_id=stage.anna, is_guarantor_exist="true")
        )
        assert stage.records.patients[family["created_id"]].guarantor_id == stage.anna
