"""A sandbox served over real HTTP, with a clock in the test's hand."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property

import httpx2
import pytest

from sandbox.serving import serve_sandbox
from sandbox.slots import open_slots
from sandbox.world import SandboxConfig, World

# a Monday, 10:00 in the default office's zone
START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC).timestamp()
OFFICE = "D10001"
# what each software wants besides the fields that all of them want
EXTRA = {
    ("POST appointment", "OrthoTrac"): {"staff": "FD1", "type": "ADJ"},
    ("POST appointment", "Dolphin"): {"user": "5", "type": "1", "status": ""},
    ("POST appointment", "ClearDent"): {"user": "5", "type": "1", "status": "Unconfirmed"},
    ("POST appointment", "PlanetDDS"): {
        "production_type": "1",
        "is_new_patient": "false",
        "has_insurance": "false",
    },
    ("PATCH appointments", "OrthoTrac"): {"staff": "FD1"},
    ("PATCH appointments", "PlanetDDS"): {"cancellation_code_id": "11"},
    ("POST patient", "OrthoTrac"): {
        "gender": "female",
        "staff": "FD1",
        "status": "1",
        "type": "1",
        "primary_relationship": "1",
    },
    ("POST patient", "Dolphin"): {"user": "5"},
    ("PATCH patient", "OrthoTrac"): {"staff": "FD1"},
    ("POST medical_notes", "Dolphin"): {"user": "5"},
    ("POST transaction", "PlanetDDS"): {"procedure_code": "CASH", "procedure_description": "Cash"},
}


class Clock:
    """UTC epoch seconds that move when told to."""

    def __init__(self):
        self.time = START

    def __call__(self):
        return self.time

    def forward(self, seconds):
        self.time += seconds


class Stage:
    """A served world, its clock, and a caller with the app's credentials and an office's key."""

    def __init__(self, world, clock, running, http):
        self.world = world
        self.clock = clock
        self.running = running
        self.http = http
        self.app_headers = {"App-Id": world.config.app_id, "App-Key": world.config.app_key}
        self.keys = {}

    @property
    def office(self):
        return self.world.offices[OFFICE]

    @property
    def records(self):
        return self.office.records

    def patient(self, first, last):
        return next(
            p for p in self.records.patients.values() if (p.firstname, p.lastname) == (first, last)
        ).patient_id

    @cached_property
    def anna(self):
        return self.patient("Anna", "Lindqvist")

    async def grant(self, **body):
        app = {"app_id": self.world.config.app_id, "app_key": self.world.config.app_key}
        return await self.http.post("request_key", json={**app, **body})

    async def first_grant(self, office_id=OFFICE):
        secret = self.world.offices[office_id].secret_key
        answer = await self.grant(grant_type="request_key", office_id=office_id, secret_key=secret)
        assert answer.status_code == 200
        return answer.json()

    async def key(self, office_id=OFFICE):
        if office_id not in self.keys:
            self.keys[office_id] = (await self.first_grant(office_id))["request_key"]
        return {"Request-Key": self.keys[office_id]}

    async def get(self, path, **params):
        return await self.http.get(path, params=params, headers=await self.key())

    async def items(self, path, **params):
        answer = await self.get(path, **params)
        assert answer.status_code in {200, 204}, answer.text
        return answer.json()["items"] if answer.content else []

    async def app_get(self, path, **params):
        return await self.http.get(path, params=params, headers=self.app_headers)

    async def send(self, method, path, body):
        return await self.http.request(method, path, json=body, headers=await self.key())

    def booking(self, **changes):
        return {
            "patient_id": self.anna,
            "date": "2026-12-05",
            "time": "09:00",
            "length": "30",
            "provider_id": next(iter(self.records.providers)),
            "operatory": "Doctor 1",
            "description": "Booked by phone",
            "practice_id": "1",
            **changes,
        }

    async def book(self, **changes):
        answer = await self.send("POST", "appointment", self.booking(**changes))
        assert answer.status_code == 201, answer.text
        return answer.json()["long_message"].removeprefix("Id:")

    def note(self, **changes):
        return {
            "date": "2026-11-23",
            "patient_id": self.anna,
            "type": "Patient Note",
            "text": "Prefers mornings.",
            "provider_id": next(iter(self.records.providers)),
            "practice_id": "1",
            **changes,
        }

    def payment(self, **changes):
        return {
            "patient_id": self.anna,
            "guarantor_id": self.anna,
            "procedure_code": "1",
            "procedure_description": "Cash Payment",
            "provider_id": next(iter(self.records.providers)),
            "amount": "45.50",
            "practice_id": "1",
            "transaction_date": "2026-11-23",
            **changes,
        }

    def newcomer(self, **changes):
        return {
            "firstname": "Zofia",
            "lastname": "Nowak",
            "birthdate": "1990-01-31",
            "provider_id": next(iter(self.records.providers)),
            "practice_id": "1",
            **changes,
        }

    def write(self, operation, **changes):
        """Method, path and body of a write that this office's software takes."""
        method, name = operation.split()
        row = self.coming()
        bodies = {
            "POST appointment": self.booking,
            "POST patient": self.newcomer,
            "POST medical_notes": self.note,
            "POST transaction": self.payment,
        }
        if operation in bodies:
            body, path = bodies[operation](), name
        elif operation == "PATCH patient":
            body, path = {"practice_id": "1", "firstname": "Ann"}, f"patient/{self.anna}"
        elif operation == "PUT appointments":
            body = {"practice_id": "1", "provider_id": row.provider_id, "date": "2026-12-06"}
            path = f"appointments/{row.sr_no}"
        else:
            word = self.office.pms.word_for("cancelled")
            body = {"op": "replace", "path": "/appointment_status", "value": word, "practice_id": "1"}
            path = f"appointments/{row.sr_no}"
        if operation == "POST appointment" and self.office.pms.slots == "checked":
            body |= self.slot()
        return method, path, {**body, **EXTRA.get((operation, self.office.spec.pms), {}), **changes}

    def slot(self, place=0):
        """The fields of a booking that an open slot gives."""
        slot = open_slots(self.office)[place]
        return {
            "practice_id": slot.practice_id,
            "provider_id": slot.provider_id,
            "operatory": slot.operatory,
            "date": f"{slot.start:%Y-%m-%d}",
            "time": f"{slot.start:%H:%M}",
        }

    async def accepted(self, method, path, body):
        """The id of a write that has to be taken in."""
        answer = await self.send(method, path, body)
        assert answer.status_code in {200, 201}, answer.text
        assert answer.json()["error_code"] in {"API2016", "API0007", "API0011"}, answer.text
        return answer.json()["long_message"].removeprefix("Id:")

    async def done(self, method, path, body):
        """The writeback_status row of a write that has to succeed."""
        row = await self.settled(await self.accepted(method, path, body))
        assert (row["status"], row["has_error"]) == ("Success", "False"), row
        return row

    async def refused_later(self, method, path, body):
        """The result text of a write that is taken in and then refused by the software."""
        row = await self.settled(await self.accepted(method, path, body))
        assert (row["is_completed"], row["has_error"], row["status"]) == ("True", "True", "Failed"), row
        assert row["created_id"] == ""
        return row["result"]

    async def refused(self, method, path, body):
        """Status, error_code and long_message of a write that is refused at once, leaving nothing."""
        before = len(self.world.queue.rows)
        answer = await self.send(method, path, body)
        assert len(self.world.queue.rows) == before, answer.text
        return answer.status_code, answer.json()["error_code"], answer.json()["long_message"]

    async def cancel(self, sr_no, word, **changes):
        body = {
            "op": "replace",
            "path": "/appointment_status",
            "value": word,
            "practice_id": "1",
            "appointment_sr_no": sr_no,
            **changes,
        }
        return await self.send("PATCH", f"appointments/{sr_no}", body)

    async def status(self, write_id):
        (row,) = await self.items("writeback_status", id=write_id)
        return row

    async def settled(self, write_id):
        self.clock.forward(121)
        return await self.status(write_id)

    def coming(self, **wanted):
        """A coming appointment of the practice that is not cancelled."""
        return next(
            row
            for row in self.records.appointments.values()
            if not row.cancelled
            and row.start > self.office.now()
            and all(getattr(row, name) == value for name, value in wanted.items())
        )


@pytest.fixture
def staged():
    """Opens a stage for a configuration; copy refreshes and the desk are off unless asked for."""

    @asynccontextmanager
    async def open_stage(**settings):
        config = replace(SandboxConfig(refresh_seconds=0, desk=False), **settings)
        clock = Clock()
        world = World(config, clock)
        async with (
            serve_sandbox(world) as running,
            # plain HTTP: loading the certificate authorities would take most of a test's time
            httpx2.AsyncClient(base_url=f"{running.base_url}/", trust_env=False, verify=False) as http,
        ):
            yield Stage(world, clock, running, http)

    return open_stage


@pytest.fixture
async def stage(staged):
    """One default practice."""
    async with staged() as opened:
        yield opened


@pytest.fixture
def clock():
    """A clock without a world."""
    return Clock()
