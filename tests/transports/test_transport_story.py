"""A caller is found, booked, confirmed, listed and cancelled, the same over every transport."""

from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from callers import OVER_HTTP, on_the_phone, over_stdio
from contract import assert_tool_contract
from processes import http_server, open_practice

from server.tools.toolsets import ALL

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def practice(tmp_path_factory):
    async with open_practice(tmp_path_factory.mktemp("story")) as practice:
        yield practice


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(practice):
    async with http_server(practice) as server:
        yield server


@pytest.fixture(params=[*OVER_HTTP, "stdio", "stdio_legacy"])
def connect(request, practice, server):
    """Opens a call over the transport in turn."""
    if request.param in OVER_HTTP:
        return lambda: on_the_phone(server, request.param, call_id=f"story-{request.param}")
    mode = "legacy" if request.param == "stdio_legacy" else "auto"
    database = f"sqlite:///{practice.folder / request.param}.db"
    return lambda: over_stdio(practice, meta={"call_id": "story"}, mode=mode, CHAIRTIME_DATABASE_URL=database)


async def test_a_caller_is_found_booked_confirmed_listed_and_cancelled(practice, connect):
    somebody = practice.somebody()
    async with AsyncExitStack() as stack:
        caller = await stack.enter_async_context(connect())
        tools = (await caller.client.list_tools()).tools
        assert [tool.name for tool in tools] == [spec.name for spec in ALL]
        for tool in tools:
            assert_tool_contract(tool)

        patient = await caller.identify(somebody)
        offer = (await caller.offers(patient=patient))[0]
        read_back = await caller.ask("book_appointment", patient=patient, slot=offer["slot"])
        assert read_back.outcome == "needs_confirmation"
        assert offer["spoken"] in read_back.say
        assert practice.appointments(somebody) == []

        pending = await caller.book(patient, offer["slot"])
        assert pending.outcome == "pending"
        assert pending.facts["new"] is True
        assert practice.appointments(somebody) == []

        await practice.carries_out(somebody)
        confirmed = await caller.settled("confirmed")
        assert offer["spoken"] in confirmed.say
        [truth] = practice.appointments(somebody)
        assert truth.start.isoformat(timespec="minutes") == offer["start"]
        assert truth.length == offer["length_minutes"]
        assert truth.status == "scheduled"
        assert practice.records.providers[truth.provider_id].lastname in offer["provider"]
        assert "Booked by the phone agent" in truth.description

        [listed] = (await caller.ask("list_appointments", patient=patient)).facts["appointments"]
        assert (listed["start"], listed["status"]) == (offer["start"], "booked")

        asked = await caller.ask("cancel_appointment", appointment=listed["appointment"])
        assert asked.outcome == "needs_confirmation"
        cancelling = await caller.yes("cancel_appointment", appointment=listed["appointment"])
        assert cancelling.outcome == "pending"
        [truth] = practice.appointments(somebody)
        assert truth.status == "scheduled"
        await practice.carries_out(somebody)
        gone = await caller.settled("confirmed", writeback=cancelling.facts["writeback"])
        assert "cancelled" in gone.say
        assert practice.appointments(somebody) == []
        assert practice.records.appointments[truth.sr_no].status == "broken"
        assert (await caller.ask("list_appointments", patient=patient)).facts["appointments"] == []
    assert sum(effect.patient_id == somebody.patient_id for effect in practice.world.effects) == 2
