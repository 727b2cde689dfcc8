"""Makes and changes patients in the practice's software."""

from dataclasses import replace
from datetime import date

from sandbox.office import Office
from sandbox.outcome import Done, RefusedByPmsError
from sandbox.records import Patient
from sandbox.writebacks import Writeback

_COLUMNS = ("firstname", "middlename", "lastname", "preferred_name", "salutation", "gender", "provider_id")
_DETAILS = (
    "formal",
    "informal",
    "model",
    "type",
    "race",
    "language",
    "recall_date",
    "mail_method",
    "gender_identifier",
    "school",
    "staff",
)


def known_provider(office: Office, provider_id: str) -> None:
    """Refuse a provider that the software does not have or that no longer works there."""
    provider = office.records.providers.get(provider_id)
    if provider is None or not provider.active:
        raise RefusedByPmsError("Provider does not exist in practice management system.")


def known_patient(office: Office, patient_id: str) -> Patient:
    """The patient; refuses one that the software does not have."""
    patient = office.records.patients.get(patient_id)
    if patient is None:
        raise RefusedByPmsError("Patient does not exist in practice management system.")
    return patient


def add_patient(office: Office, practice_id: str, fields: dict[str, str]) -> Patient:
    """Add a patient with what the fields hold; without a guarantor the patient is their own."""
    guarantor = fields.get("guarantor_id", "")
    if guarantor and guarantor not in office.records.patients:
        raise RefusedByPmsError("Guarantor does not exist in practice management system.")
    patient_id = office.records.new_patient_id()
    born = fields.get("birthdate", "")
    patient = Patient(
        patient_id=patient_id,
        practice_id=practice_id,
        firstname=fields["firstname"],
        lastname=fields["lastname"],
        birthdate=date.fromisoformat(born) if born else None,
        gender=fields.get("gender", ""),
        guarantor_id=guarantor or patient_id,
        provider_id=fields.get("provider_id", ""),
        cell=fields.get("cell", ""),
        homephone=fields.get("homephone", ""),
        workphone=fields.get("workphone", ""),
        email=fields.get("email", ""),
        address=fields.get("address_line1", ""),
        city=fields.get("city", ""),
        state=fields.get("state", ""),
        zipcode=fields.get("zipcode", ""),
        created=office.now().date(),
        details=_further(fields, ("type", "primary_relationship", "country", "staff", "user", "other_phone")),
    )
    office.records.patients[patient_id] = patient
    return patient


def _further(fields: dict[str, str], names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, fields[name]) for name in names if fields.get(name))


def register(office: Office, write: Writeback, fields: dict[str, str]) -> Done:
    """Add a patient."""
    if fields.get("provider_id"):
        known_provider(office, fields["provider_id"])
    if "is_guarantor_exist" in fields and fields["is_guarantor_exist"].casefold() != "true":
        # official: on OrthoTrac guarantor_id is used only together with is_guarantor_exist=true
        fields = {**fields, "guarantor_id": ""}
    patient = add_patient(office, write.practice_id, fields)
    return Done("New Patient inserted successfully", "", patient.patient_id, patient.patient_id)


def update(office: Office, write: Writeback, fields: dict[str, str]) -> Done:
    """Change a patient; an empty field leaves what is there."""
    patient = known_patient(office, write.target)
    columns = {name: fields[name] for name in _COLUMNS if fields.get(name)}
    if fields.get("birthdate"):
        patient = replace(patient, birthdate=date.fromisoformat(fields["birthdate"]))
    if fields.get("status"):
        columns["status"] = next(
            row.description
            for row in office.pms.details
            if (row.writeback_type, row.category, row.item) == ("update_patient", "Status", fields["status"])
        )
    details = {**dict(patient.details), **dict(_further(fields, _DETAILS))}
    office.records.patients[patient.patient_id] = replace(patient, **columns, details=tuple(details.items()))
    return Done("Patient updated successfully", "", patient.patient_id)
