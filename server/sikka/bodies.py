"""The bodies of writes, with Sikka's field names; every value is a string."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final
from urllib.parse import quote

from server.sikka import formats
from server.sikka.rules import STATUS_PATH, plain_text

# OrthoTrac takes 150 characters, the shortest limit that any page states for a new appointment.
DESCRIPTION_CHARACTERS: Final = 150
TYPE_FIELDS: Final = ("type", "production_type")  # what kind of visit it is, by the system


@dataclass(frozen=True)
class Write:
    """A request that changes something in the practice: method, path below the root, JSON body."""

    method: str
    endpoint: str
    body: dict[str, str] = field(repr=False)


def new_appointment(
    *,
    practice_id: str,
    patient_id: str,
    provider_id: str,
    operatory: str,
    start: dt.datetime,
    length_minutes: int,
    description: str,
    type_name: str = "",
) -> Write:
    """POST /appointment.

    Args:
        practice_id: from the office.
        patient_id: a record's id in the PMS.
        provider_id: the slot's.
        operatory: the chair's name; its abbreviation is not accepted (seen live).
        start: the office's wall clock, naive.
        length_minutes: whole minutes.
        description: mandatory on most systems, plain text on all.
        type_name: the system's word for such a visit; "" where nobody has said one. Planet DDS calls the
            same thing production_type (official page); what a system does not take is left out in fitting.
    """
    body = {
        "practice_id": practice_id,
        "patient_id": patient_id,
        "provider_id": provider_id,
        "operatory": operatory,
        "date": formats.wire_day(start.date()),
        "time": formats.wire_time(start.time()),
        "length": str(length_minutes),
        "description": plain_text(description, DESCRIPTION_CHARACTERS),
        "check_spu": "true",
        **(dict.fromkeys(TYPE_FIELDS, type_name) if type_name else {}),
    }
    return Write("POST", "/appointment", body)


def appointment_status(*, practice_id: str, appointment_sr_no: str, value: str) -> Write:
    """PATCH /appointments/{appointment_sr_no}: the status, in the office's own word."""
    body = {
        "op": "replace",
        "path": STATUS_PATH,
        "value": value,
        "practice_id": practice_id,
        "appointment_sr_no": appointment_sr_no,
        "check_spu": "true",
    }
    return Write("PATCH", f"/appointments/{quote(appointment_sr_no, safe='')}", body)


def new_patient(
    *,
    practice_id: str,
    provider_id: str,
    first: str,
    last: str,
    birth_date: dt.date | None = None,
    further: Mapping[str, str] | None = None,
) -> Write:
    """POST /patient.

    Args:
        practice_id: from the office.
        provider_id: whom the patient will see; "" only where the system does without (ClearDent).
        first: as said.
        last: as said.
        birth_date: None where it is not known.
        further: by Sikka's names (cell, homephone, email, gender, guarantor_id, zipcode …).
    """
    body = {
        "practice_id": practice_id,
        "firstname": first,
        "lastname": last,
        "birthdate": formats.wire_day(birth_date) if birth_date else "",
        "provider_id": provider_id,
        **(further or {}),
        "check_spu": "true",
    }
    return Write("POST", "/patient", _given(body))


def moved_appointment(
    *,
    practice_id: str,
    appointment_sr_no: str,
    start: dt.datetime,
    length_minutes: int,
    operatory: str,
    provider_id: str,
) -> Write:
    """PUT /appointments/{appointment_sr_no}: another time, in the new slot's chair, with its provider.

    Args:
        practice_id: from the office.
        appointment_sr_no: which one; it stands in the path alone.
        start: the office's wall clock, naive.
        length_minutes: whole minutes.
        operatory: the chair's name.
        provider_id: mandatory; without it another could be put in.
    """
    body = {
        "practice_id": practice_id,
        "date": formats.wire_day(start.date()),
        "time": formats.wire_time(start.time()),
        "length": str(length_minutes),
        "operatory": operatory,
        "provider_id": provider_id,
        "check_spu": "true",
    }
    return Write("PUT", f"/appointments/{quote(appointment_sr_no, safe='')}", body)


def cancellation(*, practice_id: str, appointment_sr_no: str, value: str, note: str = "") -> Write:
    """PATCH /appointments/{appointment_sr_no}, with the office's own word for cancelled.

    The note is for Planet DDS WebV3.0 alone; `pms_fitting.fitted` takes it out elsewhere.
    """
    write = appointment_status(practice_id=practice_id, appointment_sr_no=appointment_sr_no, value=value)
    return replace(write, body=_given({**write.body, "cancellation_note": note}))


def changed_patient(*, practice_id: str, patient_id: str, changes: Mapping[str, str]) -> Write:
    """PATCH /patient/{patient_id}: the changed fields by Sikka's names, beside the practice."""
    body = {"practice_id": practice_id, **changes, "check_spu": "true"}
    return Write("PATCH", f"/patient/{quote(patient_id, safe='')}", _given(body))


def medical_note(*, practice_id: str, patient_id: str, provider_id: str, day: dt.date, text: str) -> Write:
    """POST /medical_notes; `pms_fitting.fitted` chooses its type.

    Args:
        practice_id: from the office.
        patient_id: a record's id in the PMS.
        provider_id: with whom the note goes.
        day: of the note, in the office.
        text: plain on all systems.
    """
    body = {
        "practice_id": practice_id,
        "patient_id": patient_id,
        "provider_id": provider_id,
        "date": formats.wire_day(day),
        "text": text,
        "check_spu": "true",
    }
    return Write("POST", "/medical_notes", _given(body))


def payment(
    *,
    practice_id: str,
    patient_id: str,
    guarantor_id: str,
    provider_id: str,
    procedure_code: str,
    procedure_description: str,
    amount: Decimal,
    day: dt.date,
    further: Mapping[str, str] | None = None,
) -> Write:
    """POST /transaction: a payment's entry in the ledger. It charges nothing.

    Args:
        practice_id: from the office.
        patient_id: a record's id in the PMS.
        guarantor_id: who answers for the patient's account.
        provider_id: whom the money is for.
        procedure_code: of a payment type, from GET /payment_types.
        procedure_description: the same payment type's description.
        amount: not zero, in the office's currency, written with two decimals.
        day: of the payment, in the office.
        further: by Sikka's names (note, cheque_no …).
    """
    body = {
        "practice_id": practice_id,
        "patient_id": patient_id,
        "guarantor_id": guarantor_id,
        "provider_id": provider_id,
        "procedure_code": procedure_code,
        "procedure_description": procedure_description,
        "amount": f"{amount:.2f}",
        "transaction_date": formats.wire_day(day),
        **(further or {}),
        "check_spu": "true",
    }
    return Write("POST", "/transaction", _given(body))


def _given(body: Mapping[str, str]) -> dict[str, str]:
    """Without empty values: what was not said is not written over what is there."""
    return {name: value for name, value in body.items() if value}
