"""The lists of one office: which rows, which filters, which fields, in which order."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox import fields
from sandbox.fields import FieldSet
from sandbox.filters import by_dates, by_find, by_loaded, by_phone, by_search, by_value
from sandbox.insurance_rows import company_detail_rows, company_rows, subscriber_rows
from sandbox.office import Office, Table
from sandbox.reminder_rows import reminder_rows
from sandbox.replies import ApiError, Found, Row
from sandbox.rows import RowWriter
from sandbox.word_rows import detail_rows, note_type_rows, patient_status_rows, status_rows, variable_rows
from sandbox.writing_rows import (
    PAYMENT_FILTERS,
    balance_rows,
    note_rows,
    payment_type_rows,
    slot_rows,
    transaction_rows,
    user_rows,
)

Rows = Callable[[RowWriter], list[Row]]


@dataclass(frozen=True, slots=True)
class Listing:
    """One list endpoint.

    `equal` are parameters compared with the field of the same name; `sort` maps the documented sort
    names to fields, the first being the default. `dates` maps the words of date_filter_on to
    fields, the default under "": such lists know startdate and enddate; `weekly` ones know the date their
    week begins on. `coded` lists are filtered by one of several procedure codes, `kinds` by the flags of
    payment types. `feed` names the table whose loads the list follows.
    """

    fields: FieldSet
    rows: Rows
    equal: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    sort: tuple[tuple[str, str], ...] = ()
    dates: tuple[tuple[str, str], ...] = ()
    coded: bool = False
    searched: bool = False
    required: tuple[str, ...] = ()
    weekly: bool = False
    kinds: bool = False
    feed: Table | None = None


def _appointments(writer: RowWriter) -> list[Row]:
    return [writer.appointment(row) for row in writer.records.appointments.values()]


def _patients(writer: RowWriter) -> list[Row]:
    return [writer.patient(row) for row in writer.records.patients.values()]


def _practices(writer: RowWriter) -> list[Row]:
    return [writer.practice(row) for row in writer.records.practices.values()]


def _providers(writer: RowWriter) -> list[Row]:
    return [writer.provider(row) for row in writer.records.providers.values()]


def _operatories(writer: RowWriter) -> list[Row]:
    return [writer.operatory(row) for row in writer.records.operatories.values()]


def _weeks(writer: RowWriter) -> list[Row]:
    covers = writer.office.switches.schedule_covers
    return [writer.week(row) for row in writer.records.schedules if covers in {"all", row.kind}]


_COMPANIES_SORTED = tuple(
    (name, name) for name in ("insurance_company_id", "insurance_company_name", "practice_id")
)
LISTINGS: dict[str, Listing] = {
    "appointments": Listing(
        fields.APPOINTMENTS,
        _appointments,
        equal=(
            "appointment_sr_no",
            "practice_id",
            "patient_id",
            "guarantor_id",
            "provider_id",
            "status",
            "operatory",
            "type",
            "arrival_status",
        ),
        sort=(
            ("appointment_sr_no", "appointment_sr_no"),
            ("appointment_date", "date"),
            ("appointment_time", "time"),
            ("patient_id", "patient_id"),
            ("rowhash", "rowhash"),
        ),
        dates=(
            ("", "date"),
            *((name, name) for name in ("date", "last_changed_date", "appointment_made_date")),
            *((name, name) for name in ("confirmed_on_date", "cancelled_date")),
        ),
        coded=True,
        feed="appointments",
    ),
    "patients": Listing(
        fields.PATIENTS,
        _patients,
        equal=(
            "email",
            "practice_id",
            "patient_id",
            "provider_id",
            "guarantor_id",
            "firstname",
            "lastname",
            "status",
        ),
        phones=("cell", "phone", "homephone", "workphone"),
        sort=(
            ("patient_id", "patient_id"),
            ("firstname", "firstname"),
            ("first_name", "firstname"),
            ("lastname", "lastname"),
            ("last_name", "lastname"),
            ("zipcode", "zipcode"),
            ("rowhash", "rowhash"),
        ),
        searched=True,
        feed="patients",
    ),
    "reminders": Listing(
        fields.REMINDERS,
        reminder_rows,
        equal=(
            "id",
            "appointment_sr_no",
            "practice_id",
            "patient_id",
            "guarantor_id",
            "provider_id",
            "procedure_code",
        ),
        sort=(("id", "id"), ("patient_id", "patient_id")),
        feed="reminders",
    ),
    "practices": Listing(
        fields.PRACTICES,
        _practices,
        equal=("practice_id", "national_provider_identifier"),
        sort=(("practice_id", "practice_id"), ("practice_name", "name")),
    ),
    "providers": Listing(
        fields.PROVIDERS,
        _providers,
        equal=("practice_id", "provider_id", "provider_type", "firstname", "lastname", "status", "is_user"),
        sort=(("provider_id", "provider_id"),),
    ),
    "operatories": Listing(
        fields.OPERATORIES,
        _operatories,
        equal=("cust_id", "is_hidden"),
        sort=(("operatory", "operatory"),),
        required=("cust_id",),
    ),
    "practice_schedule": Listing(
        fields.PRACTICE_SCHEDULE,
        _weeks,
        equal=("resource_id", "resource_type"),
        sort=(
            ("resource_id", "resource_id"),
            ("practice_id", "practice_id"),
            ("date", "date"),
            ("resource_type", "resource_type"),
        ),
        weekly=True,
    ),
    "practice_variables": Listing(
        fields.PRACTICE_VARIABLES, variable_rows, equal=("practice_id", "service_name", "service_item")
    ),
    "appointment_statuses": Listing(fields.STATUSES, status_rows, equal=("practice_id", "status")),
    "patient_statuses": Listing(fields.STATUSES, patient_status_rows, equal=("practice_id", "status")),
    "note_types": Listing(fields.NOTE_TYPES, note_type_rows, equal=("practice_id", "type")),
    "writeback_details": Listing(
        fields.WRITEBACK_DETAILS,
        detail_rows,
        equal=("writeback_type", "category", "item"),
        required=("writeback_type",),
    ),
    # official: only Orthotrac and Dolphin fill this; seen empty on Open Dental
    "appointments_available_slots": Listing(
        fields.AVAILABLE_SLOTS,
        slot_rows,
        equal=("provider_id", "practice_id", "operatory"),
        sort=(("practice_id", "practice_id"), ("date", "date"), ("time", "time"), ("rowhash", "rowhash")),
        dates=(("", "date"),),
    ),
    "medical_notes": Listing(
        fields.MEDICAL_NOTES,
        note_rows,
        equal=("patient_id", "practice_id", "note_type"),
        sort=(("patient_id", "patient_id"),),
        dates=(("", "date"), ("date", "date"), ("procedure_date", "procedure_date")),
    ),
    "transactions": Listing(
        fields.TRANSACTIONS,
        transaction_rows,
        equal=(
            "transaction_sr_no",
            "practice_id",
            "patient_id",
            "guarantor_id",
            "provider_id",
            "claim_sr_no",
            "procedure_code",
            "transaction_type",
            "payment_type",
            "payment_procedure_link_id",
        ),
        sort=(
            ("transaction_sr_no", "transaction_sr_no"),
            ("transaction_date", "transaction_date"),
            ("transaction_time", "transaction_time"),
            ("rowhash", "rowhash"),
        ),
        dates=(
            ("", "transaction_date"),
            ("transaction_date", "transaction_date"),
            ("transaction_entry_date", "transaction_entry_date"),
        ),
        feed="transactions",
    ),
    "patient_balance": Listing(
        fields.PATIENT_BALANCE,
        balance_rows,
        equal=("practice_id", "patient_id", "customer_id"),
        sort=(("patient_id", "patient_id"), ("customer_id", "customer_id"), ("practice_id", "practice_id")),
    ),
    "subscribers": Listing(
        fields.SUBSCRIBERS,
        subscriber_rows,
        equal=("patient_id", "practice_id", "subscriber_id"),
        sort=(("patient_id", "patient_id"), ("practice_id", "practice_id")),
    ),
    "insurance_companies": Listing(
        fields.INSURANCE_COMPANIES,
        company_rows,
        equal=("insurance_company_id", "practice_id", "carrier_id"),
        sort=_COMPANIES_SORTED,
    ),
    "insurance_company_details": Listing(
        fields.INSURANCE_COMPANY_DETAILS,
        company_detail_rows,
        equal=("practice_id", "insurance_company_id"),
        sort=_COMPANIES_SORTED,
    ),
    "payment_types": Listing(
        fields.PAYMENT_TYPES,
        payment_type_rows,
        equal=("practice_id", "code", "customer_id"),
        sort=(("code", "code"),),
        kinds=True,
    ),
    "pms_users": Listing(
        fields.PMS_USERS,
        user_rows,
        equal=("practice_id", "user_id", "firstname", "lastname", "status"),
        sort=(("user_id", "user_id"),),
    ),
}


def _number_or_text(value: str) -> tuple[int, int, str]:
    return (0, int(value), "") if value.isdecimal() else (1, 0, value)


def _written(office: Office, name: str, listing: Listing, base: str) -> list[Row]:
    """The list's rows in its default order, written once per copy."""
    kept = office.copy.written.get((name, base))
    if kept is None:
        kept = listing.rows(RowWriter(office, base))
        if listing.sort:
            key = listing.sort[0][1]
            kept.sort(key=lambda row: _number_or_text(row[key]))
        office.copy.written[name, base] = kept
    return kept


def _by_kind(office: Office, rows: list[Row], query: dict[str, str]) -> list[Row]:
    for name, kind in PAYMENT_FILTERS.items():
        if query.get(name, "").casefold() == "true":
            return [row for row in rows if row["payment_kind"] == kind]
    everything = office.switches.payment_types_list == "all"
    return [row for row in rows if everything or row["payment_kind"] in {"payment", "card"}]


def _by_fields(office: Office, listing: Listing, rows: list[Row], query: dict[str, str]) -> list[Row]:
    for name in listing.equal:
        if query.get(name):
            rows = by_value(rows, name, query[name])
    for name in listing.phones:
        if query.get(name):
            rows = by_phone(rows, name, query[name], office.switches)
    if listing.kinds:
        rows = _by_kind(office, rows, query)
    if listing.coded and query.get("procedure_code"):
        rows = [row for row in rows if query["procedure_code"] in row["procedure_codes"].split("|")]
    if listing.searched and query.get("search"):
        rows = by_search(rows, query["search"], office.switches)
    if query.get("find"):
        rows = by_find(rows, query["find"], office.switches)
    return rows


def _by_times(office: Office, listing: Listing, rows: list[Row], query: dict[str, str]) -> list[Row]:
    if listing.dates and (query.get("startdate") or query.get("enddate")):
        rows = by_dates(rows, query, dict(listing.dates))
    if listing.weekly and query.get("date"):
        rows = [row for row in rows if row["date"][:10] == query["date"][:10]]
    if listing.feed and (query.get("loaded_startdate") or query.get("loaded_enddate")):
        times, key = office.copy.loaded[listing.feed], listing.sort[0][1]
        rows = by_loaded(rows, query, key, lambda record_id: office.copy_time(times[record_id]))
    return rows


def read(office: Office, name: str, query: dict[str, str], base: str) -> Found:
    """What list `name` holds for a query: the rows, the fields to show, in the order asked for.

    Raises ApiError for missing or unreadable parameters; unknown parameters are ignored.
    """
    listing = LISTINGS[name]
    for required in listing.required:
        if not query.get(required):
            raise ApiError("API1020", f"{required} is missing")
    rows = _by_fields(office, listing, _written(office, name, listing, base), query)
    rows = _by_times(office, listing, rows, query)
    wanted = dict(listing.sort).get(query.get(office.switches.sort_parameter, ""))
    if wanted:
        rows = sorted(rows, key=lambda row: _number_or_text(row[wanted]))
    names = listing.fields.asked(query)
    if name == "practice_variables" and office.switches.service_item_by_default:
        names = tuple(dict.fromkeys((*names, "service_item")))
    return Found(rows, names)
