"""A practice with one test patient, whose writes are carried out when somebody looks what became of them."""

import datetime as dt
import json
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from sandbox.config import OfficeSpec, SandboxConfig
from sandbox.records import Patient
from sandbox.serving import RunningSandbox, serve_sandbox
from sandbox.world import World
from server.settings import Settings
from server.shakedown.patient import Sought
from server.shakedown.shakedown import Request, shakedown

OFFICE = "D10001"
TESTA = Sought("Testa", "Chairtime", "1990-01-01")
PHONE = "(555) 010-1234"
SECONDS = 1.0  # that a write takes
A_LOOK = 2.0  # by so much the practice's clock moves on at each look at a write


class LookedAt:
    """A clock that goes with the machine's, and leaps at each look at a write."""

    def __init__(self, leap):
        self.leap = leap
        self.worlds: list[World] = []

    def __call__(self):
        looks = sum(seen.path == "/writeback_status" for world in self.worlds for seen in world.requests)
        return time.time() + looks * self.leap


@dataclass
class Stage:
    """A sandbox, and the command on it."""

    sandbox: RunningSandbox
    folder: Path
    office_id: str = OFFICE

    @property
    def world(self):
        return self.sandbox.world

    @property
    def office(self):
        return self.world.offices[self.office_id]

    @property
    def records(self):
        return self.office.records

    @property
    def file(self):
        return self.folder / "shakedown.json"

    def add(self, number="990001", first="Testa", last="Chairtime", born=dt.date(1990, 1, 1), **further):
        """Enter a patient, and have Sikka's copy show them."""
        given = {
            "practice_id": self.office.spec.practice_id,
            "provider_id": next(iter(self.records.providers)),
            "guarantor_id": number,
            "cell": PHONE,
            **further,
        }
        self.records.patients[number] = Patient(
            patient_id=number, firstname=first, lastname=last, birthdate=born, **given
        )
        self.office.refresh()

    def settings(self, **changes):
        config = self.world.config
        given = {
            "sikka_base_url": self.sandbox.base_url,
            "sikka_app_id": SecretStr(config.app_id),
            "sikka_app_key": SecretStr(config.app_key),
            "database_url": f"sqlite:///{self.folder / 'chairtime.db'}",
            "poll_seconds": 0.01,
        }
        return Settings(**(given | changes))

    async def run(self, sought=TESTA, agree=lambda _: True, patience=5.0):
        """The exit code."""
        request = Request("", str(self.file), patience, sought, agree)
        return await shakedown(self.settings(), request)

    @property
    def document(self):
        return json.loads(self.file.read_text())

    @property
    def answers(self):
        return {row["name"]: row["answer"] for row in self.document["answers"]}

    def asked(self, method, path):
        return sum(seen.method == method and seen.path.startswith(path) for seen in self.world.requests)

    @property
    def left(self):
        """Appointments of the test patient in the practice's own records that are not cancelled."""
        self.world.advance()
        rows = self.records.appointments.values()
        return [row for row in rows if row.patient_id == "990001" and not row.cancelled]


@pytest.fixture
def stage(tmp_path):
    """Opens a stage; `config` as for SandboxConfig."""

    @asynccontextmanager
    async def opened(*, patient=True, leap=A_LOOK, pms="OpenDental", **config):
        given = {
            "offices": (OfficeSpec(OFFICE, pms=pms, patients=40),),
            "writeback_seconds": (SECONDS, SECONDS),
            "refresh_seconds": 0,
            "rate_limit": 100_000,
            "desk": False,
            **config,
        }
        clock = LookedAt(leap)
        world = World(SandboxConfig(**given), clock)
        clock.worlds.append(world)
        async with serve_sandbox(world) as sandbox:
            staged = Stage(sandbox, tmp_path)
            if patient:
                staged.add()
            yield staged

    return opened
