"""Turns records into rows of the API: every scalar a string, dates with midnight, links as identifiers."""

import hashlib
from datetime import date, datetime, time
from decimal import Decimal

from sandbox.office import Office
from sandbox.records import Appointment, Operatory, Patient, Practice, Provider, WeekSchedule
from sandbox.replies import Row

_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_WORDS = {
    "capital": {"practice": "Practice", "operatory": "Operatory", "provider": "Provider"},
    "lower": {"practice": "practice", "operatory": "operatory", "provider": "provider"},
    "plural": {"practice": "practices", "operatory": "operatories", "provider": "providers"},
}


def day_text(day: date | None) -> str:
    """A date-only value as the API writes it, with midnight; "" for none."""
    return f"{day.isoformat()}T00:00:00" if day else ""


def clock_text(at: time, form: str) -> str:
    """A time of day as HH:MM, or as hh:MM AM/PM where the switch says "ampm"."""
    return at.strftime("%H:%M") if form == "24h" else at.strftime("%I:%M %p")


def _flag(value: object) -> str:
    return "True" if value else "False"


def rowhash(row: object) -> str:
    """A row's fingerprint, which moves with any of its values."""
    return hashlib.md5(repr(row).encode(), usedforsecurity=False).hexdigest()


class RowWriter:
    """Writes one office's rows with links under `base`, the API's own address."""

    def __init__(self, office: Office, base: str) -> None:
        self.office = office
        self.records = office.copy.records
        self.base = base

    def at(self, practice_id: str, rest: str = "") -> str:
        """The identifying link of something in a location."""
        return f"{self.base}/practices/{practice_id}{rest}"

    def cust_id(self, practice_id: str) -> str:
        """The cust_id of a location; "" when the copy has no such location."""
        practice = self.records.practices.get(practice_id)
        return practice.cust_id if practice else ""

    def appointment(self, row: Appointment) -> Row:
        """A row of /appointments with all fields."""
        at = row.practice_id
        patient = self.records.patients.get(row.patient_id)
        guarantor_id = patient.guarantor_id if patient else ""
        guarantor = self.records.patients.get(guarantor_id)
        shows_cancelled = self.office.pms.marks_cancelled and row.cancelled
        written: Row = {
            "href": self.at(at, f"/appointments/{row.sr_no}"),
            "patient_href": self.at(at, f"/patients/{row.patient_id}"),
            "patient_id": row.patient_id,
            "guarantor_id": guarantor_id,
            "provider_id": row.provider_id,
            "provider_href": self.at(at, f"/providers/{row.provider_id}"),
            "practice_id": at,
            "practice_href": self.at(at),
            "guarantor_href": self.at(at, f"/guarantors/{guarantor_id}") if guarantor_id else "",
            "amount": row.amount,
            "status": row.status,
            "note": row.note,
            "appointment_sr_no": row.sr_no,
            "date": day_text(row.start.date()),
            "time": clock_text(row.start.time(), self.office.switches.appointment_time),
            "length": str(row.length),
            "description": row.description,
            "appointment_made_date": day_text(row.made),
            "type": row.type,
            "patient_name": f"{patient.lastname}, {patient.firstname}" if patient else "",
            "guarantor_name": f"{guarantor.lastname}, {guarantor.firstname}" if guarantor else "",
            "hygienist": row.hygienist,
            "operatory": row.operatory,
            "last_changed_date": row.changed.isoformat(timespec="seconds") if row.changed else "",
            "confirmed_on_date": day_text(row.confirmed_on),
            "cancelled": _flag(shows_cancelled),
            "cancelled_date": day_text(row.cancelled_on) if shows_cancelled else "",
            "procedure_codes": "|".join(row.codes),
            "cust_id": self.cust_id(at),
            "is_confirmed": _flag(row.confirmed_on),
            "is_companion": "False",
            "sooner_if_possible": "False",
            "rowhash": rowhash(row),
        }
        for place in range(7):
            code = row.codes[place] if place < len(row.codes) else ""
            written[f"procedure_code{place + 1}"] = code
            written[f"procedure_code{place + 1}_amount"] = "0"
            written[f"procedure_code{place + 1}_time"] = "0"
        return written

    def patient(self, row: Patient) -> Row:
        """A row of /patients with all fields."""
        at = row.practice_id
        guarantor = self.records.patients.get(row.guarantor_id)
        first, second = (*self.records.subscriptions.get(row.patient_id, ()), None, None)[:2]
        return {
            "href": self.at(at, f"/patients/{row.patient_id}"),
            "patient_id": row.patient_id,
            "guarantor_id": row.guarantor_id,
            "firstname": row.firstname,
            "middlename": row.middlename,
            "lastname": row.lastname,
            "preferred_name": row.preferred_name,
            "birthdate": day_text(row.birthdate),
            "status": row.status,
            "address_line1": row.address,
            "city": row.city,
            "state": row.state,
            "zipcode": row.zipcode,
            "cell": row.cell,
            "homephone": row.homephone,
            "workphone": row.workphone,
            "other_phone": dict(row.details).get("other_phone", ""),
            "email": row.email,
            "gender": row.gender,
            "salutation": row.salutation,
            "first_visit": day_text(row.first_visit),
            "last_visit": day_text(row.last_visit),
            "provider_id": row.provider_id,
            "provider_href": self.at(at, f"/providers/{row.provider_id}"),
            "practice_id": at,
            "practice_href": self.at(at),
            "appointment_href": self.at(at, f"/appointments?patient_id={row.patient_id}"),
            "guarantor_href": self.at(at, f"/guarantors/{row.guarantor_id}"),
            "primary_insurance_company_id": first.insurer_id if first else "",
            "primary_insurance_company_href": self.at(
                at, f"/insurance_companies/{first.insurer_id if first else ''}"
            ),
            "primary_relationship": first.relation if first else "",
            "subscriber_id": first.subscriber_id if first else "",
            "secondary_insurance_company_id": second.insurer_id if second else "",
            "secondary_relationship": second.relation if second else "",
            "secondary_subscriber_id": second.subscriber_id if second else "",
            "fee_no": "0",
            "guarantor_first_name": guarantor.firstname if guarantor else "",
            "guarantor_last_name": guarantor.lastname if guarantor else "",
            "created_date": day_text(row.created),
            "ui_patient_id": row.patient_id,
            "chart_number": row.patient_id,
            "guarantor_patient_id": row.guarantor_id,
            "cust_id": self.cust_id(at),
            "rowhash": rowhash(row),
        }

    def practice(self, row: Practice) -> Row:
        """A row of /practices with all fields."""
        at = row.practice_id
        return {
            "href": self.at(at),
            "patient_href": self.at(at, "/patients"),
            "provider_href": self.at(at, "/providers"),
            "appointment_href": self.at(at, "/appointments"),
            "guarantor_href": self.at(at, "/guarantors"),
            "transaction_href": self.at(at, "/transactions"),
            "address_line1": row.address,
            "city": row.city,
            "state": row.state,
            "zipcode": row.zipcode,
            "practice_id": at,
            "name": row.name,
            "cust_id": row.cust_id,
            "phone": row.phone,
            "country": "US",
            "national_provider_identifier": row.npi,
            "website": row.website,
            "is_main_office": _flag(row.main),
        }

    def provider(self, row: Provider) -> Row:
        """A row of /providers with all fields."""
        at = row.practice_id
        return {
            "href": self.at(at, f"/providers/{row.provider_id}"),
            "provider_id": row.provider_id,
            "firstname": row.firstname,
            "lastname": row.lastname,
            "provider_type": row.kind,
            "specialty": row.specialty,
            "practice_id": at,
            "practice_href": self.at(at),
            "patient_href": self.at(at, f"/patients?provider_id={row.provider_id}"),
            "appointment_href": self.at(at, f"/appointments?provider_id={row.provider_id}"),
            "status": "Active" if row.active else "Inactive",
            "initials": row.firstname[0] + row.lastname[0],
            "is_hidden": "False",
            "cust_id": self.cust_id(at),
            "is_user": _flag(row.user),
            "is_organization": "False",
        }

    def operatory(self, row: Operatory) -> Row:
        """A row of /operatories; provider_id only where the software shows it."""
        return {
            "provider_id": "|".join(row.provider_ids) if self.office.pms.chairs_show_providers else "",
            "practice_id": row.practice_id,
            "operatory": row.name,
            "cust_id": self.cust_id(row.practice_id),
            "is_hidden": "T" if row.hidden else "F",
            "abbreviation": row.abbreviation,
        }

    def week(self, row: WeekSchedule) -> Row:
        """A row of /practice_schedule; a holiday keeps its hours and says so in the holiday field."""
        switches, resource_id = self.office.switches, row.resource_id
        if row.kind == "operatory" and switches.schedule_operatory == "abbreviation":
            resource_id = self.records.operatories[resource_id].abbreviation
        written: Row = {
            "href": self.at(row.practice_id, f"/practice_schedule/{resource_id}"),
            "practice_id": row.practice_id,
            "practice_href": self.at(row.practice_id),
            "date": day_text(row.sunday),
            "cust_id": self.cust_id(row.practice_id),
            "resource_type": _WORDS[switches.schedule_words][row.kind],
            "resource_id": resource_id,
        }
        for name, intervals, holiday in zip(_DAYS, row.days, row.holidays, strict=True):
            written[f"{name}_holiday"] = _flag(holiday)
            for place, (start, end) in enumerate(intervals, start=1):
                written[f"{name}_start_{place}"] = clock_text(
                    time.fromisoformat(start), switches.schedule_time
                )
                written[f"{name}_end_{place}"] = clock_text(time.fromisoformat(end), switches.schedule_time)
        return written

    def word(self, practice_id: str, kind: str, **values: str) -> Row:
        """A row of one of the word lists (statuses, note types, variables)."""
        return {
            "practice_id": practice_id,
            "practice_href": self.at(practice_id),
            "cust_id": self.cust_id(practice_id),
            "href": self.at(practice_id, f"/{kind}"),
            **values,
        }


def money_text(amount: Decimal) -> str:
    """An amount as the API writes it, with four decimals."""
    return f"{amount:.4f}"


def stamp(at: datetime) -> str:
    """A moment as YYYY-MM-DDTHH:MM:SS without a zone."""
    return at.isoformat(timespec="seconds")
