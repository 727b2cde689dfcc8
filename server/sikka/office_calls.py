"""Calls in an office's name (Request-Key): reading its copy, and handing over writes."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

import anyio

from server.sikka import formats, models
from server.sikka.budget import RateBudget
from server.sikka.calls import Calls
from server.sikka.envelope import read_object, read_row
from server.sikka.errors import KeyRefused, NoKey, SikkaError, Unreadable
from server.sikka.keys import Keys
from server.sikka.phones import search_spellings
from server.sikka.transport import Answer, Transport

# Not in a default answer of GET /patients or GET /appointments (official field tables).
PATIENT_EXTRAS: Final = "homephone,workphone,other_phone"
APPOINTMENT_EXTRAS: Final = "operatory,cancelled,hygienist"
SLOT_EXTRAS: Final = "end_time,operatory"  # nor these of GET /appointments_available_slots
PHONE_FILTERS: Final = ("cell", "homephone", "workphone", "search")


class OfficeCalls(Calls):
    """The practice-level endpoints of one office.

    Args:
        transport: to Sikka.
        budget: the office's.
        keys: of this process.
        office_id: such as "D10001".
        live: whether a caller waits.
    """

    def __init__(
        self, transport: Transport, budget: RateBudget, keys: Keys, office_id: str, *, live: bool
    ) -> None:
        super().__init__(transport, budget, live=live)
        self._keys = keys
        self._office_id = office_id

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        body: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; a refused key is renewed and the request repeated once.

        That is safe for a write too: the key is what was refused, before anything was done.
        """
        try:
            return await super()._ask(method, path, headers=headers, params=params, body=body)
        except KeyRefused:
            stale = headers["Request-Key"]
        try:
            fresh = await self._keys.renew(self._office_id, stale=stale)
        except SikkaError as error:
            raise error if method == "GET" else NoKey("no request key") from error
        return await super()._ask(
            method, path, headers={"Request-Key": fresh.request_key}, params=params, body=body
        )

    async def _headers(self) -> Mapping[str, str]:
        return {"Request-Key": (await self._keys.current(self._office_id)).request_key}

    async def key_info(self) -> models.RequestKeyAnswer:
        """What Sikka says of the key in use: status, remaining life, scope."""

        def read(answer: Answer) -> models.RequestKeyAnswer:
            return read_row(answer.status, read_object(answer.status, answer.text), models.RequestKeyAnswer)

        return await self._read("/request_key_info", {}, read)

    async def patients(self, **filters: str) -> list[models.Patient]:
        """Patients that match the documented filters (patient_id, lastname, cell, search …).

        Raises:
            ValueError: no filter; a search for nobody must not return everybody.
        """
        given = {name: value for name, value in filters.items() if value.strip()}
        if not given:
            raise ValueError("a search for patients needs a criterion")
        return await self.every("/patients", {**given, "fields": PATIENT_EXTRAS}, models.Patient)

    async def patients_by_phone(self, normal: str) -> list[models.Patient]:
        """Patients with this number in any phone field.

        Asks all fields in both spellings at once, because the filters match one column each and
        whether they ignore punctuation is not documented.

        Args:
            normal: as `phones.normal_phone` gives it.

        Raises:
            SikkaError: one of the searches failed.
            ValueError: no number.
        """
        if not normal:
            raise ValueError("a search by phone needs a number")
        found: dict[str, models.Patient] = {}
        failures: list[SikkaError] = []

        async def ask(name: str, spelling: str) -> None:
            try:
                for row in await self.patients(**{name: spelling}):
                    found[row.patient_id] = row
            except SikkaError as error:
                failures.append(error)

        async with anyio.create_task_group() as tasks:
            for name in PHONE_FILTERS:
                for spelling in search_spellings(normal):
                    tasks.start_soon(ask, name, spelling)
        if failures:  # a search with holes in it must not pass for "nobody has this number"
            raise failures[0]
        return list(found.values())

    async def appointments(
        self, *, first: dt.date | None = None, last: dt.date | None = None, **filters: str
    ) -> list[models.Appointment]:
        """Appointments by date (both days included) and the documented filters, cancelled ones too."""
        params = {**filters, "fields": APPOINTMENT_EXTRAS}
        if first is not None:
            params["startdate"] = formats.wire_day(first)
        if last is not None:
            params["enddate"] = formats.wire_day(last)
        return await self.every("/appointments", params, models.Appointment)

    async def practices(self) -> list[models.Practice]:
        """The practices under this key, with country."""
        return await self.every("/practices", {"fields": "get_all"}, models.Practice)

    async def providers(self) -> list[models.Provider]:
        """Everybody who works there, staff and inactive ones too."""
        return await self.every("/providers", {}, models.Provider)

    async def operatories(self, cust_id: str) -> list[models.Operatory]:
        """Chairs that are not hidden. `cust_id` is mandatory; it comes from GET /practices."""
        return await self.every("/operatories", {"cust_id": cust_id, "is_hidden": "F"}, models.Operatory)

    async def schedules(self) -> list[models.Schedule]:
        """Working hours by week and resource; empty where the PMS keeps none."""
        return await self.every("/practice_schedule", {"fields": "get_all"}, models.Schedule)

    async def available_slots(self, first: dt.date, last: dt.date) -> list[models.AvailableSlot]:
        """The open times that the PMS itself lists, both days included; empty on all but a few systems.

        Which those are: `pms_support.lists_slots`.
        """
        params = {
            "startdate": formats.wire_day(first),
            "enddate": formats.wire_day(last),
            "fields": SLOT_EXTRAS,
        }
        return await self.every("/appointments_available_slots", params, models.AvailableSlot)

    async def appointment_statuses(self) -> list[models.AppointmentStatus]:
        """The PMS's own words for an appointment's status."""
        return await self.every("/appointment_statuses", {}, models.AppointmentStatus)

    async def status_variables(self) -> list[models.PracticeVariable]:
        """The vocabulary that PATCH accepts, mixed with others that `service_item` tells apart."""
        params = {"service_name": "Appointment Status", "fields": "get_all"}
        return await self.every("/practice_variables", params, models.PracticeVariable)

    async def patient_balance(self, patient_id: str) -> list[models.PatientBalance]:
        """A patient's balance, in each practice that keeps one; empty where there is none."""
        rows = await self.every("/patient_balance", {"patient_id": patient_id}, models.PatientBalance)
        return [row for row in rows if row.patient_id == patient_id]

    async def subscribers(self, patient_id: str) -> list[models.Subscriber]:
        """A patient's insurances; empty where the PMS lists none."""
        rows = await self.every("/subscribers", {"patient_id": patient_id}, models.Subscriber)
        return [row for row in rows if row.patient_id == patient_id]

    async def insured(self, patient_id: str) -> list[models.Insured]:
        """The companies that the patient's own row names."""
        params = {"patient_id": patient_id, "fields": "secondary_insurance_company_id"}
        rows = await self.every("/patients", params, models.Insured)
        return [row for row in rows if row.patient_id == patient_id]

    async def insurance_company_details(self, company_id: str) -> list[models.InsuranceCompany]:
        """An insurance company with its name, which this list shows by default."""
        params = {"insurance_company_id": company_id}
        rows = await self.every("/insurance_company_details", params, models.InsuranceCompany)
        return [row for row in rows if row.insurance_company_id == company_id]

    async def insurance_companies(self, company_id: str) -> list[models.InsuranceCompany]:
        """The same from the older list, which has to be asked for the name."""
        params = {"insurance_company_id": company_id, "fields": "insurance_company_name"}
        rows = await self.every("/insurance_companies", params, models.InsuranceCompany)
        return [row for row in rows if row.insurance_company_id == company_id]

    async def write(self, method: str, endpoint: str, body: Mapping[str, str]) -> str:
        """Hand over a write, once. Returns the writeback's id: it is accepted, not done.

        Raises:
            SikkaError: `effects.effect_of` tells what that means for the write.
        """
        try:
            headers = await self._headers()
        except SikkaError as error:
            raise NoKey("no request key") from error
        answer = await self._ask(method, endpoint, headers=headers, body=body)
        reply = read_row(answer.status, read_object(answer.status, answer.text), models.WriteReply)
        if not reply.writeback_id:
            raise Unreadable(answer.status)
        return reply.writeback_id

    async def writeback_status(self, writeback_id: str) -> models.WritebackStatus | None:
        """The truth about one write; None if Sikka does not know the id (yet)."""
        rows = await self.every("/writeback_status", {"id": writeback_id}, models.WritebackStatus)
        return next((row for row in rows if row.id in {"", writeback_id}), None)
