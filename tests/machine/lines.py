"""Callers of the machine: each says a script to one process, and remembers what it was told."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from contract import assert_contract
from premises import Premises, Process

PAUSES = (0.0, 0.7, 2.5, 6.0)
DONE_BY = 15.0  # in a practice that is quick


@dataclass(frozen=True)
class Told:
    """One answer: `effects` is how many writes the practice had carried out by then."""

    at: float
    effects: int
    call_id: str
    patient_id: str
    tool: str
    facts: dict[str, Any]


@dataclass
class Line:
    """One person on the phone.

    Attributes:
        patient_id: "" while they are a stranger to the practice.
        patient: their handle in this call.
        visits: handles of appointments they know of.
        last: what was asked last, to be asked again.
    """

    first: str
    last_name: str
    born: str
    patient_id: str
    call_id: str
    patient: str = ""
    visits: list[str] = field(default_factory=list[str])
    last: tuple[str, dict[str, Any]] | None = None

    @property
    def name(self) -> str:
        return f"{self.first} {self.last_name}"

    def calls_anew(self, call_id: str) -> "Line":
        """The same person ringing another time: no handle of the old call is of use."""
        return Line(self.first, self.last_name, self.born, self.patient_id, call_id)


@dataclass
class Caller:
    """A line connected to a process."""

    premises: Premises
    process: Process
    line: Line
    told: list[Told]
    spoken: dict[str, str]

    async def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """One answer, held to the contract."""
        assert self.process.app is not None
        given = {**arguments, "call_id": self.line.call_id}
        result: Any = await self.process.app.surface.call_tool(tool, given)
        assert_contract(result)
        facts: dict[str, Any] = result.structured_content
        truth = self.premises.truth
        truth.advance()
        self.told.append(
            Told(truth.now(), len(truth.effects), self.line.call_id, self.line.patient_id, tool, facts)
        )
        for item in (*facts.get("slots", []), *facts.get("appointments", [])):
            self.spoken[item["spoken"]] = item["start"]
        for handle in [facts.get("appointment"), *(v["appointment"] for v in facts.get("appointments", []))]:
            if handle and handle not in self.line.visits:
                self.line.visits.append(handle)
        self.line.patient = facts.get("patient") or self.line.patient
        return facts

    async def yes(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What is asked once it was read back."""
        self.line.last = (tool, {**arguments, "caller_confirmed": True})
        facts = await self.ask(tool, **arguments)
        if facts["outcome"] != "needs_confirmation":
            return facts
        return await self.ask(tool, **arguments, caller_confirmed=True)

    async def known(self) -> str:
        """The patient's handle, asked for if need be; "" if it cannot be had."""
        if not self.line.patient:
            await self.ask("find_patient", name=self.line.name, date_of_birth=self.line.born)
        return self.line.patient

    async def slots(self, ahead: int) -> list[dict[str, Any]]:
        """Times that are free."""
        day = self.premises.day_ahead(ahead).isoformat()
        return (await self.ask("find_slots", reason="exam", date_from=day)).get("slots", [])

    async def book(self, pick: int):
        """Book a time."""
        patient = await self.known()
        slots = await self.slots(1 + pick % 3) if patient else []
        if slots:
            await self.yes("book_appointment", patient=patient, slot=slots[pick % len(slots)]["slot"])

    async def book_and_take_back(self, pick: int):
        """Book, and change one's mind: at once, or when the practice may just be at it."""
        await self.book(pick)
        await asyncio.sleep(PAUSES[pick % len(PAUSES)])
        await self.cancel(0)

    async def cancel(self, pick: int):
        """Cancel an appointment, whatever has become of it."""
        if await self._visit(pick):
            await self.yes("cancel_appointment", appointment=await self._visit(pick))

    async def move(self, pick: int):
        """Move an appointment, whatever has become of it."""
        visit, slots = await self._visit(pick), await self.slots(2 + pick % 3)
        if visit and slots:
            slot = slots[pick % len(slots)]["slot"]
            await self.yes("reschedule_appointment", appointment=visit, slot=slot)

    async def there_and_back(self, pick: int):
        """Move an appointment, and soon back to the time that it had."""
        patient = await self.known()
        listed = await self.ask("list_appointments", patient=patient) if patient else {}
        visits, slots = listed.get("appointments", []), await self.slots(2 + pick % 3)
        if not visits or not slots:
            return
        visit = visits[pick % len(visits)]
        there = slots[pick % len(slots)]["slot"]
        await self.yes("reschedule_appointment", appointment=visit["appointment"], slot=there)
        await asyncio.sleep(DONE_BY)
        day = visit["start"][:10]
        for slot in (await self.ask("find_slots", reason="exam", date_from=day, date_to=day)).get(
            "slots", []
        ):
            if slot["start"] == visit["start"]:
                await self.yes("reschedule_appointment", appointment=visit["appointment"], slot=slot["slot"])

    async def confirm(self, pick: int):
        """Say yes to an appointment."""
        if await self._visit(pick):
            await self.ask("confirm_appointment", appointment=await self._visit(pick))

    async def register(self, pick: int):
        """Become a patient, and book at once."""
        line = self.line
        slots = await self.slots(1 + pick % 3)
        person = {"first_name": line.first, "last_name": line.last_name, "date_of_birth": line.born}
        facts = await self.yes("register_patient", **person, phone="860-555-0142")
        if slots and facts.get("patient"):
            slot = slots[pick % len(slots)]["slot"]
            await self.yes("book_appointment", patient=facts["patient"], slot=slot)

    async def again(self, pick: int):
        """Ask the very same once more, as agents do that have got no answer."""
        if self.line.last is not None:
            tool, arguments = self.line.last
            await self.ask(tool, **arguments)

    async def check(self, pick: int):
        """Ask what has become of everything in this call."""
        await self.ask("check_writeback", wait_seconds=pick % 4)

    async def look(self, pick: int):
        """Have the coming appointments listed."""
        patient = await self.known()
        if patient:
            await self.ask("list_appointments", patient=patient)

    async def _visit(self, pick: int) -> str:
        if not self.line.visits:
            await self.look(pick)
        newest_first = self.line.visits[::-1]
        return newest_first[pick % len(newest_first)] if newest_first else ""
