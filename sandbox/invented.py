"""The words and forms that no public page shows, so that the sandbox had to choose them.

A client must not lean on any of these. The table is for readers, and a test holds it to what the API
really says; where more than one answer is likely there is a switch as well.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invented:
    """One choice: where it shows (endpoint and field), for which write, the word, and what it leans on."""

    where: str
    operation: str
    word: str
    leans_on: str


_API = "official sample: POST /patient is 'patients'"
_NAME = "official sample: PATCH /appointments/{id} is 'appointment'"
_ECHO = "official sample: apiname=PATCH appointments; the switch api_name has the plural"
_TEXT = "official sample: 'New Patient inserted successfully'"

INVENTED: tuple[Invented, ...] = (
    Invented("writeback_status api", "POST appointment", "appointments", _API),
    Invented("writeback_status api", "PATCH appointments", "appointments", _API),
    Invented("writeback_status api", "PUT appointments", "appointments", _API),
    Invented("writeback_status api", "PATCH patient", "patients", _API),
    Invented("writeback_status api", "POST medical_notes", "medical_notes", _API),
    Invented("writeback_status api", "POST transaction", "transactions", _API),
    Invented("writebacks api_name", "POST appointment", "appointment", _NAME),
    Invented("writebacks api_name", "PUT appointments", "appointment", _NAME),
    Invented("writebacks api_name", "POST patient", "patient", _NAME),
    Invented("writebacks api_name", "PATCH patient", "patient", _NAME),
    Invented("writebacks api_name", "POST medical_notes", "medical_note", _NAME),
    Invented("writebacks api_name", "POST transaction", "transaction", _NAME),
    Invented("writebacks apiname", "POST appointment", "POST appointment", _ECHO),
    Invented("writebacks apiname", "PUT appointments", "PUT appointments", _ECHO),
    Invented("writebacks apiname", "POST patient", "POST patient", _ECHO),
    Invented("writebacks apiname", "PATCH patient", "PATCH patient", _ECHO),
    Invented("writebacks apiname", "POST medical_notes", "POST medical_notes", _ECHO),
    Invented("writebacks apiname", "POST transaction", "POST transaction", _ECHO),
    Invented("writeback_status result", "POST appointment", "New Appointment inserted successfully", _TEXT),
    Invented(
        "writeback_status result", "PATCH appointments", "Appointment status updated successfully", _TEXT
    ),
    Invented("writeback_status result", "PUT appointments", "Appointment updated successfully", _TEXT),
    Invented("writeback_status result", "PATCH patient", "Patient updated successfully", _TEXT),
    Invented("writeback_status result", "POST medical_notes", "Medical note inserted successfully", _TEXT),
    Invented("writeback_status result", "POST transaction", "Transaction inserted successfully", _TEXT),
    Invented(
        "writeback_status created_id",
        "POST medical_notes",
        "note_id",
        "official: created_id is the new record's id; medical_notes shows note_id",
    ),
    Invented(
        "writeback_status created_id",
        "POST transaction",
        "transaction_sr_no",
        "official: created_id is the new record's id",
    ),
    Invented(
        "transactions amount",
        "POST transaction",
        "-",
        "a payment is below zero, since the official sample's charge is above it",
    ),
    Invented(
        "transactions transaction_type",
        "POST transaction",
        "Payment",
        "official page of the write uses the word in an example",
    ),
)
