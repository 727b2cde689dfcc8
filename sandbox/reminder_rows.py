"""The rows of GET /reminders."""

from sandbox.records import Reminder
from sandbox.replies import Row
from sandbox.rows import RowWriter, day_text


def reminder_rows(writer: RowWriter) -> list[Row]:
    """The rows of /reminders; one without an appointment names number 0, as the official sample does."""
    return [_row(writer, each) for each in writer.records.reminders.values()]


def _row(writer: RowWriter, each: Reminder) -> Row:
    at = each.practice_id
    patient = writer.records.patients.get(each.patient_id)
    guarantor_id = patient.guarantor_id if patient else ""
    return {
        "href": writer.at(at, f"/reminders/{each.reminder_id}"),
        "patient_href": writer.at(at, f"/patients/{each.patient_id}"),
        "patient_id": each.patient_id,
        "guarantor_id": guarantor_id,
        "status": "None",
        "provider_id": each.provider_id,
        "provider_href": writer.at(at, f"/providers/{each.provider_id}"),
        "practice_id": at,
        "practice_href": writer.at(at),
        "appointment_href": writer.at(at, "/appointments/0"),
        "guarantor_href": writer.at(at, f"/guarantors/{guarantor_id}"),
        "appointment_sr_no": "0",
        "description": each.care,
        "provider_type": "1",
        "id": each.reminder_id,
        "setdate": day_text(each.prior),
        "due_date": day_text(each.due),
        "prior_date": day_text(each.prior),
        "care_name": each.care,
        "interval_type": "Months",
        "interval_length": str(each.months),
    }
