"""What Sikka sends, as typed rows that accept the API as documented and as seen.

Every scalar arrives as a string; a missing or null one reads as "". Unknown fields are ignored,
because Sikka adds them without notice.
"""

import datetime as dt
from typing import Any, Final, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

from server.sikka import formats

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INTERVALS_A_DAY: Final = (1, 2, 3)


def _text(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    return value


class Wire(BaseModel):
    """A row of Sikka's: strings only, lenient to numbers, booleans and nulls."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _only_strings(cls, row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        return {str(name): _text(value) for name, value in cast("dict[object, Any]", row).items()}


class AuthorizedPractice(Wire):
    """A row of GET /authorized_practices: a practice this application may ask about."""

    office_id: str
    practice_id: str = "1"
    practice_name: str = ""
    secret_key: str = Field(default="", repr=False)
    practice_management_system: str = ""
    practice_management_system_version: str = ""
    practice_management_system_refresh_date_time_zone: str = ""
    data_insert_date: str = ""


class RequestKeyAnswer(Wire):
    """The answer of POST /request_key and of GET /request_key_info."""

    request_key: str = Field(default="", repr=False)
    refresh_key: str = Field(default="", repr=False)
    status: str = ""
    expires_in: str = ""
    issued_to: str = ""
    request_count: str = ""
    scope: str = ""

    @property
    def seconds_left(self) -> int | None:
        """Remaining life in seconds ("85603 second(s)" or digits); None where unreadable."""
        return formats.leading_integer(self.expires_in)


class Patient(Wire):
    """A row of GET /patients; but for the cell phone, numbers only arrive when asked for by `fields`."""

    patient_id: str
    firstname: str = ""
    middlename: str = ""
    lastname: str = ""
    preferred_name: str = ""
    birthdate: str = ""
    status: str = ""
    cell: str = ""
    homephone: str = ""
    workphone: str = ""
    other_phone: str = ""
    provider_id: str = ""
    guarantor_id: str = ""
    practice_id: str = ""

    @property
    def born(self) -> dt.date | None:
        """Birth date; None where the PMS has none."""
        return formats.day(self.birthdate)

    @property
    def phones(self) -> tuple[str, ...]:
        """Every phone on file, as spelled there."""
        phones = (self.cell, self.homephone, self.workphone, self.other_phone)
        return tuple(phone for phone in phones if phone)


class Appointment(Wire):
    """A row of GET /appointments; operatory and cancelled only arrive when asked for by `fields`."""

    appointment_sr_no: str
    patient_id: str = ""
    provider_id: str = ""
    practice_id: str = ""
    operatory: str = ""
    date: str = ""
    time: str = ""
    length: str = ""
    status: str = ""
    cancelled: str = ""
    hygienist: str = ""
    description: str = ""

    @property
    def start(self) -> dt.datetime | None:
        """Start on the office's wall clock, naive; None if date or time is unreadable."""
        return formats.day_and_time(self.date, self.time)

    @property
    def length_minutes(self) -> int | None:
        """Length in minutes; None where the PMS gives none."""
        return formats.leading_integer(self.length)


class Practice(Wire):
    """A row of GET /practices; `cust_id` is what GET /operatories demands."""

    practice_id: str = ""
    cust_id: str = ""
    name: str = ""
    phone: str = ""
    address_line1: str = ""
    address_line2: str = ""
    city: str = ""
    state: str = ""
    zipcode: str = ""
    country: str = ""


class Provider(Wire):
    """A row of GET /providers."""

    provider_id: str
    firstname: str = ""
    lastname: str = ""
    provider_type: str = ""
    specialty: str = ""
    status: str = ""
    is_hidden: str = ""

    @property
    def sees_patients(self) -> bool:
        """Active, not hidden and not staff: writes accept no other (official page of POST appointment)."""
        return (
            self.status.casefold() in {"active", ""}
            and self.provider_type.casefold() in {"provider", ""}
            and not formats.truth(self.is_hidden)
        )


class Operatory(Wire):
    """A chair. Its `operatory` is the name that writes want; `provider_id` is Eaglesoft's, by pipes."""

    operatory: str
    abbreviation: str = ""
    practice_id: str = ""
    cust_id: str = ""
    is_hidden: str = ""
    provider_id: str = ""

    @property
    def provider_ids(self) -> tuple[str, ...]:
        """Providers assigned to the chair; empty on every system but Eaglesoft."""
        return tuple(part.strip() for part in self.provider_id.split("|") if part.strip())


class Schedule(Wire):
    """A week of one resource (practice, operatory or provider); `date` is the week's first day."""

    model_config = ConfigDict(extra="allow")

    practice_id: str = ""
    resource_type: str = ""
    resource_id: str = ""
    date: str = ""

    @property
    def week_start(self) -> dt.date | None:
        """First day of the week the row is for; None for a row that names no week."""
        return formats.day(self.date)

    def intervals(self, weekday: int) -> tuple[tuple[dt.time, dt.time], ...]:
        """Open intervals of a weekday (0 is Monday), in the office's wall clock; empty when closed."""
        extra: dict[str, Any] = self.model_extra or {}
        found: list[tuple[dt.time, dt.time]] = []
        for number in INTERVALS_A_DAY:
            begin = formats.clock_time(str(extra.get(f"{DAYS[weekday]}_start_{number}", "")))
            end = formats.clock_time(str(extra.get(f"{DAYS[weekday]}_end_{number}", "")))
            if begin is not None and end is not None and begin < end:
                found.append((begin, end))
        return tuple(found)

    def holiday(self, weekday: int) -> bool:
        """Whether the weekday is marked as a holiday."""
        return formats.truth(str((self.model_extra or {}).get(f"{DAYS[weekday]}_holiday", "")))


class AvailableSlot(Wire):
    """A row of GET /appointments_available_slots: a stretch the PMS itself offers.

    Its end and chair only arrive when asked for by `fields`.
    """

    practice_id: str = ""
    provider_id: str = ""
    operatory: str = ""
    date: str = ""
    time: str = ""
    end_time: str = ""

    @property
    def start(self) -> dt.datetime | None:
        """Naive, in the office's wall clock; None if date or time is unreadable."""
        return formats.day_and_time(self.date, self.time)

    @property
    def ends(self) -> dt.time | None:
        """When it ends, the same day; None where that is not told."""
        return formats.clock_time(self.end_time)


class AppointmentStatus(Wire):
    """A row of GET /appointment_statuses."""

    status: str = ""


class PracticeVariable(Wire):
    """A row of GET /practice_variables; `service_item` tells several vocabularies apart."""

    service_name: str = ""
    service_item: str = ""
    value: str = ""
    description: str = ""


class SupportedPms(Wire):
    """A row of GET /supported_pmses: what may be written to a system; "available" or ""."""

    practice_management_system: str = ""
    practice_management_system_version: str = ""
    appointment_status_writeback: str = ""
    new_appointment_writeback: str = ""
    new_patient_writeback: str = ""
    note_writeback: str = ""
    payment_writeback: str = ""


class PatientBalance(Wire):
    """A row of GET /patient_balance. What is not given is not zero."""

    patient_id: str = ""
    practice_id: str = ""
    patient_balance: str = ""
    patient_due: str = ""
    insurance_due: str = ""
    unapplied: str = ""


class Subscriber(Wire):
    """A row of GET /subscribers: one insurance of one patient, `type` such as "Dental Primary"."""

    patient_id: str = ""
    practice_id: str = ""
    type: str = ""
    insurance_company_id: str = ""
    individual_deductible_remaining: str = ""


class Insured(Wire):
    """A row of GET /patients, for the insurances that it names; the second one arrives by `fields` only."""

    patient_id: str
    practice_id: str = ""
    primary_insurance_company_id: str = ""
    secondary_insurance_company_id: str = ""


class InsuranceCompany(Wire):
    """A row of GET /insurance_company_details, or of /insurance_companies asked for the name."""

    insurance_company_id: str
    insurance_company_name: str = ""


class SyncStatus(Wire):
    """A row of GET /data_sync_status: how fresh the copy of a practice is."""

    office_id: str = ""
    practice_id: str = ""
    status: str = ""
    data_insert_date: str = ""
    practice_management_system: str = ""
    practice_management_system_version: str = ""
    practice_management_system_refresh_date_time_zone: str = ""


class WritebackStatus(Wire):
    """The item of GET /writeback_status: the truth about one write."""

    id: str = ""
    is_completed: str = ""
    has_error: str = ""
    status: str = ""
    result: str = ""
    created_id: str = ""
    appointment_sr_no: str = ""
    patient_id: str = ""

    @property
    def completed(self) -> bool:
        """Whether the practice utility has finished with it, one way or the other."""
        return formats.truth(self.is_completed)

    @property
    def succeeded(self) -> bool:
        """Whether it was done in the PMS: completed, status "Success", no error."""
        return self.completed and self.status.casefold() == "success" and not formats.truth(self.has_error)


class WritebackEntry(Wire):
    """A row of GET /writebacks; only `result` = "pending" is documented."""

    id: str = ""
    office_id: str = ""
    method: str = ""
    api_name: str = ""
    api_request_body: str = Field(default="", repr=False)
    result: str = ""
    command_time: str = ""

    @property
    def pending(self) -> bool:
        """Whether the practice utility has not finished with it yet."""
        return self.result.strip().casefold() == "pending"


class WriteReply(Wire):
    """The immediate answer to a write: accepted or not, never done.

    The id stands inside `long_message` ("Id:275495"); some integrations report a plain `{id, result}`.
    """

    id: str = ""
    result: str = ""
    error_code: str = ""
    long_message: str = ""

    @property
    def writeback_id(self) -> str:
        """The writeback's id; "" where the answer has none."""
        return formats.write_id(self.long_message) or self.id.strip()
