"""A voice agent within the process of an office under test; every answer is held to the contract.

async with open_office(tmp_path) as office:
    agent = Agent(office, "call 1")
    told = await agent.ask("find_slots", reason="exam")
"""

from dataclasses import dataclass
from typing import Any

import anyio
from callers import Told
from contract import assert_contract
from harness import LIMIT_SECONDS, Office
from mcp_types import CallToolResult

from server.tools.outcomes import outcomes_of

OPEN_OUTCOMES = {"pending", "unknown", "overdue", "queued"}


@dataclass
class Agent:
    """One call of a caller; without a call id nothing binds its answers together."""

    office: Office
    call_id: str = "call"

    async def ask(self, tool: str, /, **arguments: Any) -> Told:
        """One answer."""
        if self.call_id:
            arguments["call_id"] = self.call_id
        result = await self.office.app.surface.call_tool(tool, arguments)
        assert isinstance(result, CallToolResult)
        assert_contract(result)
        told = Told(result)
        assert told.outcome in outcomes_of(tool), "outcomes_of does not name it"
        return told

    async def yes(self, tool: str, /, **arguments: Any) -> Told:
        """The read-back, and then the answer to a yes."""
        first = await self.ask(tool, **arguments)
        assert first.outcome == "needs_confirmation", first.say
        return await self.ask(tool, **arguments, caller_confirmed=True)

    async def patient(self, name: str = "Anna Lindqvist") -> str:
        """A verified patient's handle."""
        told = await self.find(name)
        assert told.outcome == "verified", told.say
        return told.facts["patient"]

    async def find(self, name: str = "Anna Lindqvist") -> Told:
        """What `find_patient` answers to a patient of the practice."""
        born = self.record(name).birthdate
        return await self.ask("find_patient", name=name, date_of_birth=str(born))

    def record(self, name: str) -> Any:
        """The practice's own record of somebody."""
        records = self.office.world.offices[self.office.profile.office.office_id].records
        return next(row for row in records.patients.values() if f"{row.firstname} {row.lastname}" == name)

    async def slots(self, **wanted: Any) -> list[dict[str, Any]]:
        """Times that are free."""
        told = await self.ask("find_slots", **{"reason": "exam", **wanted})
        assert told.outcome == "ok", told.say
        return told.facts["slots"]

    async def settled(self, told: Told) -> Told:
        """What `check_writeback` says of a write in the end."""
        with anyio.fail_after(LIMIT_SECONDS):
            while told.outcome in OPEN_OUTCOMES:
                told = await self.ask("check_writeback", writeback=_handle_of(told))
        return told

    async def booked(self, patient: str, slot: str, **more: Any) -> Told:
        """A booking that the practice has confirmed."""
        told = await self.ask("book_appointment", patient=patient, slot=slot, caller_confirmed=True, **more)
        told = await self.settled(told)
        assert told.outcome == "confirmed", told.say
        return told


async def applied(office: Office, document: str) -> None:
    """Apply a document as `chairtime office apply` does."""
    profiles = office.store.profiles
    over = (await profiles.marks(office.id)).version
    await profiles.apply(office.id, document, over=over, by="a test", now=office.clock.now())


def _handle_of(told: Told) -> str:
    return told.facts["writeback"]
