"""Insurances in the sandbox: believable, found by patient, by company, and outside the plan refused."""

from decimal import Decimal

from sandbox.config import SandboxConfig
from sandbox.world import World


def test_most_households_are_insured_alike_and_a_few_twice(clock):
    office = World(SandboxConfig(), clock).offices["D10001"].records
    insured = office.subscriptions
    assert 0.4 < len(insured) / len(office.patients) < 0.8
    assert {len(rows) for rows in insured.values()} == {1, 2}
    for patient in office.patients.values():
        mine = [row.insurer_id for row in insured.get(patient.patient_id, ())]
        assert mine == [row.insurer_id for row in insured.get(patient.guarantor_id, ())]


async def test_a_patients_insurance_is_listed_with_its_company(stage):
    (row,) = await stage.items("subscribers", patient_id=stage.anna)
    assert (row["type"], row["patient_relation"]) == ("Dental Primary", "Self")
    assert row["individual_deductible_remaining"].endswith(".0000")
    (patient,) = await stage.items("patients", patient_id=stage.anna)
    assert patient["primary_insurance_company_id"] == row["insurance_company_id"]
    (company,) = await stage.items(
        "insurance_company_details", insurance_company_id=row["insurance_company_id"]
    )
    (other,) = await stage.items(
        "insurance_companies",
        insurance_company_id=row["insurance_company_id"],
        fields="insurance_company_name",
    )
    assert company["insurance_company_name"] == other["insurance_company_name"] != ""


async def test_whoever_has_no_insurance_is_answered_with_nothing_at_all(stage):
    nobody = next(
        number for number in stage.records.patients if number not in stage.office.copy.records.subscriptions
    )
    answer = await stage.get("subscribers", patient_id=nobody)
    assert (answer.status_code, answer.content) == (204, b"")


async def test_insurance_and_balance_outside_the_plan_are_refused(stage):
    stage.office.denied |= {"subscribers", "patient_balance"}
    for name in ("subscribers", "patient_balance"):
        answer = await stage.get(name, patient_id=stage.anna)
        assert (answer.status_code, answer.json()["error_code"]) == (401, "API2004")


async def test_of_the_insured_the_newest_charges_stand_with_the_insurance(stage):
    rows = await stage.items("patient_balance", limit="5000")
    with_insurance = [row for row in rows if Decimal(row["insurance_due"])]
    assert with_insurance
    for row in rows:
        owed = sum(Decimal(row[name]) for name in ("patient_due", "insurance_due")) - Decimal(
            row["unapplied"]
        )
        assert Decimal(row["patient_balance"]) == owed
    assert {row["patient_id"] for row in with_insurance} <= set(stage.records.subscriptions)
