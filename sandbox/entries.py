"""Enters notes and payments in the practice's software."""

from datetime import date
from decimal import Decimal

from sandbox.office import Office
from sandbox.outcome import Done, RefusedByPmsError
from sandbox.records import Note, Transaction
from sandbox.registration import known_patient, known_provider
from sandbox.vocabularies import PaymentType
from sandbox.writebacks import Writeback

_ALERTS = frozenset({"medical alert", "medical note"})
_ALERT_LENGTH = 60


def _known_transactions(office: Office, numbers: str) -> tuple[str, ...]:
    found = tuple(part for part in numbers.split("|") if part)
    if any(each not in office.records.transactions for each in found):
        raise RefusedByPmsError("Transaction does not exist in practice management system.")
    return found


def add_note(office: Office, write: Writeback, fields: dict[str, str]) -> Done:
    """Add a note to a patient's record."""
    patient = known_patient(office, fields["patient_id"])
    if fields.get("provider_id"):
        known_provider(office, fields["provider_id"])
    appointment = fields.get("appointment_sr_no", "")
    if appointment and appointment not in office.records.appointments:
        raise RefusedByPmsError("Appointment does not exist in practice management system.")
    transactions = _known_transactions(office, fields.get("transaction_sr_no", ""))
    kind, text = fields["type"].casefold(), fields["text"]
    if "OrthoTrac" in office.pms.rule_sets and kind in _ALERTS and len(text) > _ALERT_LENGTH:
        raise RefusedByPmsError(f"text exceeds maximum length of {_ALERT_LENGTH} characters.")
    now, day = office.now(), fields.get("date", "")
    note_id = office.records.new_note_id()
    office.records.notes[note_id] = Note(
        note_id=note_id,
        practice_id=write.practice_id,
        patient_id=patient.patient_id,
        provider_id=fields.get("provider_id", ""),
        type=next(word for word in office.pms.note_types if word.casefold() == kind),
        text=text,
        day=date.fromisoformat(day) if day else now.date(),
        made=now,
        description=fields.get("description", ""),
        appointment_sr_no=appointment,
        transaction_sr_nos=transactions,
    )
    return Done("Medical note inserted successfully", appointment, patient.patient_id, note_id)


def _payment_type(office: Office, fields: dict[str, str]) -> PaymentType:
    code, description = fields["procedure_code"], fields["procedure_description"]
    kind = next(row for row in office.pms.payment_types if row.code == code)
    if kind.description.casefold() != description.casefold():
        raise RefusedByPmsError("procedure_description does not match procedure_code.")
    return kind


def _is(fields: dict[str, str], name: str) -> bool:
    return fields.get(name, "").casefold() == "true"


def record_payment(office: Office, write: Writeback, fields: dict[str, str]) -> Done:
    """Enter a payment or an adjustment, one entry an amount; nothing is charged to a card."""
    patient = known_patient(office, fields["patient_id"])
    known_provider(office, fields["provider_id"])
    if all(row.guarantor_id != fields["guarantor_id"] for row in office.records.patients.values()):
        raise RefusedByPmsError("Guarantor does not exist in practice management system.")
    kind = _payment_type(office, fields)
    numbers = _known_transactions(office, fields.get("transaction_sr_no", ""))
    adds = kind.kind == "debit_adjustment" or _is(fields, "is_payment_refund")
    amounts = [Decimal(part) for part in fields["amount"].split("|")]
    links = numbers if _is(fields, "is_payment_by_procedure_code") else ("|".join(numbers),) * len(amounts)
    entered, first = fields.get("transaction_entry_date", ""), ""
    for amount, link in zip(amounts, links, strict=True):
        sr_no = office.records.new_transaction_sr_no()
        first = first or sr_no
        office.records.transactions[sr_no] = Transaction(
            sr_no=sr_no,
            practice_id=write.practice_id,
            patient_id=patient.patient_id,
            guarantor_id=fields["guarantor_id"],
            provider_id=fields["provider_id"],
            kind="Payment" if kind.kind in {"payment", "card"} else "Adjustment",
            code=kind.code,
            description=kind.description,
            amount=amount if adds else -amount,
            day=date.fromisoformat(fields["transaction_date"]),
            entered=date.fromisoformat(entered) if entered else office.now().date(),
            note=fields.get("note", ""),
            cheque_no=fields.get("cheque_no", ""),
            linked_to=link,
            created_by=fields.get("user", ""),
        )
    return Done("Transaction inserted successfully", "", patient.patient_id, first)
