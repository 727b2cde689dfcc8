"""The client against a served sandbox, with one clock in the test's hand for both."""

import datetime as dt
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import anyio
import pytest
import stamina

from sandbox.serving import serve_sandbox
from sandbox.world import SandboxConfig, World
from server.sikka import bodies
from server.sikka.client import Sikka
from server.sikka.transport import Timeouts, open_transport

# a Monday, 10:00 in the default office's zone
START_MS = int(dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC).timestamp() * 1000)
OFFICE = "D10001"


class ManualClock:
    """A clock that moves when told to, and wakes those who wait for the time it reaches."""

    def __init__(self):
        self.ms = START_MS
        self.waiting = []
        self._somebody_waits = anyio.Event()

    def now(self):
        return self.ms

    def monotonic(self):
        return (self.ms - START_MS) / 1000

    async def sleep(self, seconds):
        woken = anyio.Event()
        entry = (self.ms + seconds * 1000, woken)
        self.waiting.append(entry)
        self._somebody_waits.set()
        try:
            await woken.wait()
        finally:
            self.waiting.remove(entry)

    def forward(self, seconds):
        self.ms += int(seconds * 1000)
        for due, woken in self.waiting:
            if due <= self.ms:
                woken.set()

    async def until_somebody_sleeps(self):
        while not self.waiting:
            self._somebody_waits = anyio.Event()
            await self._somebody_waits.wait()


class MemoryKeys:
    """A key store that remembers the order of what was asked of it; may be shared by several processes."""

    def __init__(self):
        self.kept = {}
        self.log = []
        self.locks = defaultdict(anyio.Lock)
        self.before_save: Any = None

    async def load(self, office_id):
        await anyio.lowlevel.checkpoint()
        return self.kept.get(office_id)

    async def save(self, office_id, key):
        if self.before_save is not None:
            await self.before_save()
        self.kept[office_id] = key
        self.log.append(f"saved {key.request_key}")

    @asynccontextmanager
    async def renewing(self, office_id):
        async with self.locks[office_id]:
            yield


class Stage:
    """A served world, and a client of it."""

    def __init__(self, world, running, clock, keys, tasks, transport):
        self.world = world
        self.running = running
        self.clock = clock
        self.keys = keys
        self.tasks = tasks
        self.transport = transport
        self.sikka = self.another_process()

    def another_process(self, keys=None, transport=None, **credentials):
        config = self.world.config
        return Sikka(
            transport or self.transport,
            keys or self.keys,
            self.tasks,
            **{"app_id": config.app_id, "app_key": config.app_key, **credentials},
            clock=self.clock,
        )

    @property
    def office(self):
        return self.sikka.office(OFFICE, live=True)

    @property
    def background(self):
        return self.sikka.office(OFFICE, live=False)

    @property
    def application(self):
        return self.sikka.application(live=True)

    @property
    def practice(self):
        return self.world.offices[OFFICE]

    @property
    def records(self):
        return self.practice.records

    def patient(self, first, last):
        people = self.records.patients.values()
        return next(p.patient_id for p in people if (p.firstname, p.lastname) == (first, last))

    @property
    def anna(self):
        return self.patient("Anna", "Lindqvist")

    def answer_with(self, answer):
        """From now on every request is given this answer, and none leaves."""

        async def ask(*_, **__):
            return answer

        self.transport.ask = ask

    def requests(self, method, path):
        return [r for r in self.world.requests if r.method == method and r.path.startswith(path)]

    async def seen(self, method, path):
        """The requests to a path, of which there is one at least: who hangs is noted when the client left."""
        while not self.requests(method, path):
            await anyio.lowlevel.checkpoint()
        return self.requests(method, path)

    def grants(self):
        return len(self.requests("POST", "/request_key"))

    def booking(self, **changes):
        facts = {
            "practice_id": "1",
            "patient_id": self.anna,
            "provider_id": next(iter(self.records.providers)),
            "operatory": "Doctor 1",
            "start": dt.datetime(2026, 12, 5, 9, 0),  # noqa: DTZ001 - the office's wall clock is naive
            "length_minutes": 30,
            "description": "Booked by phone",
            **changes,
        }
        return bodies.new_appointment(**facts)

    async def send(self, write, calls=None):
        return await (calls or self.office).write(write.method, write.endpoint, write.body)

    def done(self):
        """What the practice's software was given so far, everything that waits included."""
        self.clock.forward(121)
        self.world.advance()
        return self.world.effects

    async def settled(self, writeback_id):
        self.clock.forward(121)
        return await self.office.writeback_status(writeback_id)


@pytest.fixture(autouse=True)
def no_waiting_between_attempts():
    """Attempts are counted as ever; the pauses between them are left out."""
    stamina.set_testing(True, attempts=10, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture
def staged():
    """Opens a stage for a configuration; copy refreshes and the desk are off unless asked for."""

    @asynccontextmanager
    async def open_stage(*, timeouts=None, **settings):
        config = replace(SandboxConfig(refresh_seconds=0, desk=False), **settings)
        clock = ManualClock()
        world = World(config, lambda: clock.now() / 1000)
        async with (
            serve_sandbox(world) as running,
            open_transport(running.base_url, timeouts or Timeouts()) as transport,
            anyio.create_task_group() as tasks,
        ):
            with anyio.fail_after(30):
                yield Stage(world, running, clock, MemoryKeys(), tasks, transport)
            tasks.cancel_scope.cancel()

    return open_stage


@pytest.fixture
def clock():
    """A clock without a world."""
    return ManualClock()
