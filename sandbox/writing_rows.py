"""Rows of the lists around writes: notes, money, users and open slots."""

from datetime import timedelta
from decimal import Decimal

from sandbox.choices import signs_in
from sandbox.ledger import Balance, balances
from sandbox.records import Transaction
from sandbox.replies import Row
from sandbox.rows import RowWriter, clock_text, day_text, money_text, rowhash, stamp
from sandbox.slots import SLOT_MINUTES, Slot, open_slots

# the parameters of payment_types, each true for the types of one kind
PAYMENT_FILTERS: dict[str, str] = {
    "is_adjustment_type": "credit_adjustment",
    "is_debit_adjustment_type": "debit_adjustment",
    "is_insurance_type": "insurance",
    "are_credit_card_details_required": "card",
}
_AGES = ("less_than_30", "between_30_60", "between_60_90", "greater_than_90")
_TEN_MINUTES = 10


def note_rows(writer: RowWriter) -> list[Row]:
    """The rows of /medical_notes with all fields."""
    return [
        {
            "href": writer.at(note.practice_id, "/medical_notes"),
            "patient_href": writer.at(note.practice_id, f"/patients/{note.patient_id}"),
            "patient_id": note.patient_id,
            "provider_id": note.provider_id,
            "provider_href": writer.at(note.practice_id, f"/providers/{note.provider_id}"),
            "practice_id": note.practice_id,
            "practice_href": writer.at(note.practice_id),
            "transaction_sr_no": "|".join(note.transaction_sr_nos) or "0",
            "transaction_href": writer.at(
                note.practice_id, f"/transactions/{'|'.join(note.transaction_sr_nos) or '0'}"
            ),
            "clinical_condition_id": "0",
            "date": day_text(note.day),
            "description": note.description,
            "type": note.type,
            "note_type": note.type,
            "procedure_date": day_text(note.day),
            "text": note.text,
            "procedure_code_id": "0",
            "procedure_code_href": writer.at(note.practice_id, "/procedure_codes/0"),
            "time_stamp": stamp(note.made),
            "cust_id": writer.cust_id(note.practice_id),
            "note_id": note.note_id,
        }
        for note in writer.records.notes.values()
    ]


def _transaction(writer: RowWriter, row: Transaction) -> Row:
    at = row.practice_id
    return {
        "href": writer.at(at, f"/transactions/{row.sr_no}"),
        "patient_href": writer.at(at, f"/patients/{row.patient_id}"),
        "patient_id": row.patient_id,
        "guarantor_id": row.guarantor_id,
        "provider_id": row.provider_id,
        "provider_href": writer.at(at, f"/providers/{row.provider_id}"),
        "practice_id": at,
        "practice_href": writer.at(at),
        "guarantor_href": writer.at(at, f"/guarantors/{row.guarantor_id}"),
        "transaction_sr_no": row.sr_no,
        "transaction_type": row.kind,
        "transaction_date": day_text(row.day),
        "procedure_code": row.code,
        "procedure_description": row.description,
        "amount": money_text(row.amount),
        "transaction_entry_date": day_text(row.entered),
        "estimated_insurance_payment": "0",
        "payment_type": "" if row.kind == "Procedure" else row.description,
        "note": row.note,
        "created_by": row.created_by,
        "primary_insurance_estimate": "0.0000",
        "cheque_no": row.cheque_no,
        "cust_id": writer.cust_id(at),
        "rowhash": rowhash(row),
        "transaction_code": row.code,
        "transaction_description": row.description,
        "payment_procedure_link_id": row.linked_to,
        "transaction_time": "",
    }


def transaction_rows(writer: RowWriter) -> list[Row]:
    """The rows of /transactions with all fields."""
    return [_transaction(writer, row) for row in writer.records.transactions.values()]


def balance_rows(writer: RowWriter) -> list[Row]:
    """The rows of /patient_balance: one a patient; of the insured, what is new stands with the insurance."""
    records = writer.records
    today = writer.office.local_time(writer.office.copy.inserted_at).date()
    owed = balances(records.transactions.values(), today)
    accounts: dict[str, Decimal] = {}
    for patient in records.patients.values():
        share = owed.get(patient.patient_id, Balance()).owed
        accounts[patient.guarantor_id] = accounts.get(patient.guarantor_id, Decimal(0)) + share
    rows: list[Row] = []
    for patient in records.patients.values():
        balance = owed.get(patient.patient_id, Balance())
        new = balance.ages[0] if patient.patient_id in records.subscriptions else Decimal(0)
        own = (balance.ages[0] - new, *balance.ages[1:])
        insured = (new, *(Decimal(0),) * 3)
        rows.append(
            {
                "patient_id": patient.patient_id,
                "firstname": patient.firstname,
                "lastname": patient.lastname,
                "practice_id": patient.practice_id,
                "current_date": day_text(today),
                "practice_name": records.practices[patient.practice_id].name,
                "customer_id": writer.cust_id(patient.practice_id),
                "chart_number": patient.patient_id,
                **{f"patient_amount_{age}": money_text(part) for age, part in zip(_AGES, own, strict=True)},
                **{
                    f"insurance_amount_{age}": money_text(part)
                    for age, part in zip(_AGES, insured, strict=True)
                },
                "patient_balance": money_text(balance.owed),
                "unapplied": money_text(balance.unapplied),
                "insurance_due": money_text(new),
                "patient_due": money_text(sum(own, Decimal(0))),
                "account_balance": money_text(accounts[patient.guarantor_id]),
                "write_off": "0.0000",
            }
        )
    return rows


def payment_type_rows(writer: RowWriter) -> list[Row]:
    """The rows of /payment_types with all fields; `payment_kind` is for the filters alone."""
    return [
        writer.word(
            practice_id,
            f"payment_types/{row.code}",
            description=row.description,
            code=row.code,
            customer_id=writer.cust_id(practice_id),
            payment_type_status="Active",
            payment_kind=row.kind,
        )
        for practice_id in writer.records.practices
        for row in writer.office.pms.payment_types
    ]


def user_rows(writer: RowWriter) -> list[Row]:
    """The rows of /pms_users: those who sign in to the software, under their provider's id."""
    return [
        writer.word(
            row.practice_id,
            f"pms_users/{row.provider_id}",
            user_id=row.provider_id,
            firstname=row.firstname,
            lastname=row.lastname,
            specialty=row.specialty,
            status="Active" if row.active else "Inactive",
            country="US",
        )
        for row in writer.records.providers.values()
        if signs_in(row)
    ]


def _slot(writer: RowWriter, slot: Slot, number: int) -> Row:
    at, form = slot.practice_id, writer.office.switches.appointment_time
    code, units = "HYG" if slot.hygiene else "OP", str(SLOT_MINUTES // _TEN_MINUTES)
    return {
        "href": writer.at(at, f"/appointments_available_slots/{at}"),
        "provider_id": slot.provider_id,
        "provider_href": writer.at(at, f"/providers/{slot.provider_id}"),
        "practice_id": at,
        "practice_href": writer.at(at),
        "date": day_text(slot.start.date()),
        "time": clock_text(slot.start.time(), form),
        "template_code": code,
        "template_unit": units,
        "template_color": "65280" if slot.hygiene else "16711680",
        "template_type": "1",
        "end_time": clock_text((slot.start + timedelta(minutes=SLOT_MINUTES)).time(), form),
        "time_units": units,
        "operatory": slot.operatory,
        "sr_no": str(number),
        "cust_id": writer.cust_id(at),
        "rowhash": rowhash(slot),
    }


def slot_rows(writer: RowWriter) -> list[Row]:
    """The rows of /appointments_available_slots with all fields."""
    return [_slot(writer, slot, place) for place, slot in enumerate(open_slots(writer.office), start=1)]
