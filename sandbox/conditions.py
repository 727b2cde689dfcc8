"""When a write must hold a field that it otherwise need not: the official pages' conditions as a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.office import Office
from sandbox.rulebook import rules_for

Fields = Mapping[str, str]
When = Callable[[Office, Fields, str], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """`fields` are required in a write of `software` ("*": of any) whenever `when` holds.

    `when` is given the office, the body and the record id of the path.
    """

    operation: str
    software: str
    fields: tuple[str, ...]
    when: When
    evidence: str


def _says(name: str, *words: str) -> When:
    def holds(_: Office, fields: Fields, __: str) -> bool:
        return fields.get(name, "").casefold() in words

    return holds


def _has_any(*names: str) -> When:
    def holds(_: Office, fields: Fields, __: str) -> bool:
        return any(fields.get(name) for name in names)

    return holds


def _not_new(_: Office, fields: Fields, __: str) -> bool:
    return fields.get("is_new_patient", "").casefold() != "true"


def _cancels(office: Office, fields: Fields, _: str) -> bool:
    return office.pms.statuses.get(fields.get("value", "")) == "cancelled"


def _is_broken(office: Office, _: Fields, target: str) -> bool:
    # Sikka can only look at its copy; what the desk did since is found by the software
    row = office.copy.records.appointments.get(target)
    return row is not None and row.status == "Broken"


def _by_card(office: Office, fields: Fields, _: str) -> bool:
    code = fields.get("procedure_code", "")
    return any(row.code == code and row.kind == "card" for row in office.pms.payment_types)


_CARD = ("card_holder_name", "card_number", "cvv", "expiration_month", "expiration_year")
CONDITIONS: tuple[Condition, ...] = (
    Condition("POST appointment", "Planet DDS", ("patient_id",), _not_new, "required if not is_new_patient"),
    Condition(
        "POST appointment",
        "Planet DDS",
        ("firstname", "lastname"),
        _says("is_new_patient", "true"),
        "inference: optional on the page, but a patient is made of them",
    ),
    Condition(
        "PATCH appointments",
        "Planet DDS",
        ("cancellation_code_id",),
        _cancels,
        "conditional on the page, without the condition; inference: when it cancels",
    ),
    Condition(
        "PUT appointments",
        "Dentrix G6",
        ("date", "time", "operatory"),
        _is_broken,
        "mandatory when the current status is Broken",
    ),
    Condition(
        "POST patient",
        "OrthoTrac",
        ("guarantor_id",),
        _says("is_guarantor_exist", "true"),
        "required if is_guarantor_exist",
    ),
    Condition(
        "POST patient",
        "OrthoTrac",
        ("country",),
        _has_any("homephone", "workphone", "cell", "email"),
        "required with a phone or an e-mail address",
    ),
    Condition(
        "POST patient",
        "Dolphin",
        ("primary_relationship",),
        _has_any("guarantor_id"),
        "required when guarantor_id is given",
    ),
    Condition(
        "POST medical_notes",
        "*",
        ("appointment_sr_no",),
        _says("type", "appointment note"),
        "required if the type is appointment note",
    ),
    Condition(
        "POST medical_notes",
        "OpenDental",
        ("transaction_sr_no",),
        _says("type", "group note"),
        "required if the type is group note",
    ),
    Condition(
        "POST medical_notes",
        "OrthoTrac",
        ("acknowledge_type",),
        _says("type", "medical alert", "medical note"),
        "required for medical alerts and notes",
    ),
    Condition(
        "POST medical_notes",
        "OrthoTrac",
        ("staff",),
        _says("type", "treatment note"),
        "required for treatment notes",
    ),
    Condition(
        "POST transaction",
        "*",
        ("transaction_sr_no",),
        _says("is_payment_by_procedure_code", "true"),
        "required if is_payment_by_procedure_code",
    ),
    Condition(
        "POST transaction",
        "OpenDental",
        ("transaction_sr_no",),
        _says("is_payment_refund", "true"),
        "mandatory if is_payment_refund",
    ),
    Condition(
        "POST transaction", "Planet DDS", _CARD, _by_card, "mandatory when the type needs the card's details"
    ),
)


def wanted_now(office: Office, operation: str, fields: Fields, target: str) -> list[str]:
    """The fields that conditions make required of this write."""
    rules = rules_for(operation, office.pms.rule_sets)
    return [
        name
        for each in CONDITIONS
        if each.operation == operation
        and each.software in {"*", *office.pms.rule_sets}
        and each.when(office, fields, target)
        for name in each.fields
        if rules[name].need != "unused"
    ]
