"""The world: offices, Sikka's cloud around them, and time, which passes when somebody looks."""

import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from sandbox.auth import KeyRing
from sandbox.config import EVERY_PMS, THREE_OFFICES, OfficeSpec, SandboxConfig
from sandbox.desk import Desk
from sandbox.execution import RefusedByPmsError, carry_out
from sandbox.faults import Fault, Faults
from sandbox.limits import RateLimits
from sandbox.office import Office
from sandbox.writebacks import Effect, Queue, Writeback

__all__ = ["EVERY_PMS", "THREE_OFFICES", "Fault", "OfficeSpec", "RequestSeen", "SandboxConfig", "World"]


@dataclass(frozen=True, slots=True)
class RequestSeen:
    """One request to the API: `status` 0 means that no answer left the house."""

    time: float
    method: str
    path: str
    query: str
    status: int
    office_id: str = ""


@dataclass(slots=True)
class _Agenda:
    """Events to come, in order of time and then of entry."""

    heap: list[tuple[float, int, Callable[[float], None]]] = field(
        default_factory=list[tuple[float, int, Callable[[float], None]]]
    )
    count: "itertools.count[int]" = field(default_factory=itertools.count)

    def put(self, at: float, event: Callable[[float], None]) -> None:
        heapq.heappush(self.heap, (at, next(self.count), event))

    def take(self, until: float) -> tuple[float, Callable[[float], None]] | None:
        if not self.heap or self.heap[0][0] > until:
            return None
        at, _, event = heapq.heappop(self.heap)
        return at, event


class World:
    """Everything behind the API. Deterministic for a seed, a clock and a sequence of requests.

    `clock` returns UTC epoch seconds. Nothing runs by itself: `advance` carries out, in order of time,
    all that has become due, and every request begins with it.
    """

    def __init__(self, config: SandboxConfig | None = None, clock: Callable[[], float] = time.time) -> None:
        self.config = config or SandboxConfig()
        self.switches = self.config.switches
        self._clock = clock
        self._event_time: float | None = None
        self.denied: set[str] = set(self.config.denied)
        seed = self.config.seed
        self.offices: dict[str, Office] = {
            spec.office_id: Office(spec, seed, self.config.today, self.now, self.switches)
            for spec in self.config.offices
        }
        self.desks = {
            office_id: Desk(office, Random(f"{seed}:desk:{office_id}"))
            for office_id, office in self.offices.items()
        }
        self.keys = KeyRing(self.config, self.offices, self.now, Random(f"{seed}:keys"))
        self.limits = RateLimits(self.config.rate_limit, self.config.rate_window)
        self.faults = Faults(Random(f"{seed}:faults"))
        self.queue = Queue()
        self.requests: list[RequestSeen] = []
        self.effects: list[Effect] = []
        self.writeback_seconds = self.config.writeback_seconds
        self._delays = Random(f"{seed}:delays")
        self._last_due: dict[str, float] = {}
        self._agenda = _Agenda()
        for office in self.offices.values():
            office.load_seconds = self.config.load_seconds
            if self.config.refresh_seconds > 0:
                self._agenda.put(self.now() + self.config.refresh_seconds, self._refresher(office))
            if self.config.desk:
                desk = self.desks[office.office_id]
                self._agenda.put(self._next_desk(desk, self.now()), self._desk_worker(desk))

    def now(self) -> float:
        """UTC epoch seconds; inside an event, the time at which the event was due."""
        return self._clock() if self._event_time is None else self._event_time

    def advance(self) -> None:
        """Carry out everything that has become due by now."""
        until = self._clock()
        while (due := self._agenda.take(until)) is not None:
            self._event_time = due[0]
            try:
                due[1](due[0])
            finally:
                self._event_time = None

    def expire_keys(self, office_id: str) -> int:
        """End every request key of an office now; how many there were."""
        return self.keys.expire_all(office_id)

    def set_online(self, office_id: str, online: bool) -> None:
        """Turn the office PC on or off; what waited is carried out after it comes back."""
        # what was due until now happened with the PC as it was
        self.advance()
        office = self.offices[office_id]
        back = online and not office.spu_online
        office.spu_online = online
        if back:
            self._last_due.pop(office_id, None)
            for write in self.queue.pending_of(office_id):
                self._plan(write)

    def accept(self, write: Writeback) -> None:
        """Queue a write and plan when the office's software will be given it."""
        self.queue.rows[write.id] = write
        if self.offices[write.office_id].spu_online:
            self._plan(write)

    def _plan(self, write: Writeback) -> None:
        low, high = self.writeback_seconds
        # most writes are quick and a few are slow; the public samples (20 s, 162 s) look like that
        due = self.now() + low + (high - low) * self._delays.betavariate(1.6, 4.0)
        if not self.switches.writes_overtake:
            due = max(due, self._last_due.get(write.office_id, due))
        self._last_due[write.office_id] = due
        write.due_at = due
        self._agenda.put(due, lambda at: self._execute(write, at))

    def _execute(self, write: Writeback, at: float) -> None:
        office = self.offices[write.office_id]
        if not write.pending or write.due_at != at:
            return
        if not office.spu_online:
            write.due_at = None
            return
        try:
            done = carry_out(office, write)
        except RefusedByPmsError as refused:
            write.ok, write.text = False, str(refused)
        else:
            write.ok, write.text = True, done.text
            write.created_id, write.appointment_sr_no = done.created_id, done.appointment_sr_no
            write.patient_id = done.patient_id
        write.completed_at = at
        self.effects.append(
            Effect(
                at,
                office.office_id,
                write.operation,
                write.id,
                write.ok,
                write.text,
                write.appointment_sr_no,
                write.patient_id,
                write.created_id,
            )
        )

    def _refresher(self, office: Office) -> Callable[[float], None]:
        def refresh(at: float) -> None:
            office.refresh()
            self._agenda.put(at + self.config.refresh_seconds, refresh)

        return refresh

    def _next_desk(self, desk: Desk, at: float) -> float:
        return at + desk.rng.expovariate(1 / self.config.desk_seconds)

    def _desk_worker(self, desk: Desk) -> Callable[[float], None]:
        def work(at: float) -> None:
            if desk.open_now():
                desk.act()
            self._agenda.put(self._next_desk(desk, at), work)

        return work
