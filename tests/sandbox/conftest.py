"""A sandbox served over real HTTP, with a clock in the test's hand."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest

from sandbox.serving import serve_sandbox
from sandbox.world import SandboxConfig, World

# a Monday, 10:00 in the default office's zone
START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC).timestamp()
OFFICE = "D10001"


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

    @property
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
            httpx2.AsyncClient(base_url=f"{running.base_url}/", trust_env=False) as http,
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
