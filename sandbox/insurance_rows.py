"""Rows of the lists about insurances: who is insured, and with which company."""

from sandbox.records import Insurer, Patient, Subscription
from sandbox.replies import Row
from sandbox.rows import RowWriter, day_text, money_text


def subscriber_rows(writer: RowWriter) -> list[Row]:
    """The rows of /subscribers: one for each insurance a patient has."""
    return [
        _subscriber(writer, writer.records.patients[row.patient_id], row)
        for rows in writer.records.subscriptions.values()
        for row in rows
    ]


def _subscriber(writer: RowWriter, patient: Patient, row: Subscription) -> Row:
    at = patient.practice_id
    return {
        "href": writer.at(at, f"/subscribers/{patient.patient_id}"),
        "patient_href": writer.at(at, f"/patients/{patient.patient_id}"),
        "patient_id": patient.patient_id,
        "firstname": patient.firstname,
        "middlename": patient.middlename,
        "lastname": patient.lastname,
        "salutation": patient.salutation,
        "birthdate": day_text(patient.birthdate),
        "gender": patient.gender[:1].upper(),
        "address_line1": patient.address,
        "city": patient.city,
        "state": patient.state,
        "zipcode": patient.zipcode,
        "practice_id": at,
        "practice_href": writer.at(at),
        "subscriber_id": row.subscriber_id,
        "type": row.kind,
        "insurance_company_id": row.insurer_id,
        "insurance_company_href": writer.at(at, f"/insurance_companies/{row.insurer_id}"),
        "patient_relation": row.relation,
        "identification_type": "Pat_Insd",
        "individual_used": money_text(row.used),
        "individual_deductible_remaining": money_text(row.deductible_left),
    }


def company_rows(writer: RowWriter) -> list[Row]:
    """The rows of /insurance_companies with all fields; the name is among those that fields= adds."""
    return [
        {
            **_company(writer, row, "insurance_companies"),
            "phone": row.phone,
            "maximum_yearly_benefit": "1000.0000",
            "employer_id": "0",
            "employer_href": writer.at(row.practice_id, "/employers/0"),
            "cust_id": writer.cust_id(row.practice_id),
        }
        for row in writer.records.insurers.values()
    ]


def company_detail_rows(writer: RowWriter) -> list[Row]:
    """The rows of /insurance_company_details, which name the company without being asked to."""
    return [
        {
            **_company(writer, row, "insurance_company_details"),
            "payer_type": "Commercial" if row.payer_id else "None",
            "era_capable": "No",
            "provider_practice_id": "0",
            "web_link": "0",
            "default_plan": "0",
            "phone1": row.phone,
        }
        for row in writer.records.insurers.values()
    ]


def _company(writer: RowWriter, row: Insurer, kind: str) -> Row:
    return {
        "href": writer.at(row.practice_id, f"/{kind}/{row.insurer_id}"),
        "practice_id": row.practice_id,
        "practice_href": writer.at(row.practice_id),
        "insurance_company_id": row.insurer_id,
        "insurance_company_name": row.name,
        "payer_id": row.payer_id,
    }
