"""The same request made again, at once, or after it was given up half-way: one row, one appointment."""

import anyio
import pytest
import pytest_asyncio
from callers import OVER_HTTP, VOICE_RUNTIME_SECONDS, on_the_phone, over_stdio
from mcp import MCPError
from processes import http_server, open_practice

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def practice(tmp_path_factory):
    async with open_practice(tmp_path_factory.mktemp("repeats")) as practice:
        yield practice


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(practice):
    async with http_server(practice) as server:
        yield server


@pytest.fixture(params=[*OVER_HTTP, "stdio"])
def connect(request, practice, server):
    if request.param == "stdio":
        # beside the other server, on the same database: what one puts down the other knows
        return lambda name: over_stdio(practice, meta={"call_id": name})
    return lambda name: on_the_phone(server, request.param, call_id=f"{name}-{request.param}")


async def test_the_same_booking_asked_three_times_at_once_and_again_is_one_row_and_one_appointment(
    practice, connect
):
    somebody = practice.somebody()
    rows, sent = practice.rows_in_ledger(), practice.asked("POST", "/appointment")
    async with connect("thrice") as caller:
        patient = await caller.identify(somebody)
        slot = (await caller.offers())[0]["slot"]
        told = []

        async def book():
            told.append(await caller.book(patient, slot))

        async with anyio.create_task_group() as calls:
            for _ in range(3):
                calls.start_soon(book)
        for _ in range(3):
            await book()
        assert {answer.outcome for answer in told} == {"pending"}
        assert len({answer.facts["writeback"] for answer in told}) == 1
        assert sorted(answer.facts["new"] for answer in told) == [False] * 5 + [True]
        await practice.carries_out(somebody)
        await caller.settled("confirmed")
        again = await caller.book(patient, slot)
        assert (again.outcome, again.facts["new"]) == ("confirmed", False)
    assert len(practice.appointments(somebody)) == 1
    assert practice.rows_in_ledger() == rows + 1
    assert practice.asked("POST", "/appointment") == sent + 1


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/appointments"), ("POST", "/appointment")], ids=["checking", "sending"]
)
async def test_a_booking_that_the_caller_cuts_off_and_asks_for_again_is_one_row_and_one_appointment(
    practice, connect, method, path
):
    somebody = practice.somebody()
    rows, sent = practice.rows_in_ledger(), practice.asked("POST", "/appointment")
    async with connect(f"cut-{method}") as caller:
        patient = await caller.identify(somebody)
        slot = (await caller.offers())[0]["slot"]
        practice.fault("hang", method=method, path=path, seconds=0.4)
        async with anyio.create_task_group() as calls:
            calls.start_soon(caller.book, patient, slot)
            await practice.struck()
            calls.cancel_scope.cancel()
        told = await caller.book(patient, slot)
        assert told.outcome == "pending"
        await practice.carries_out(somebody)
        await caller.settled("confirmed")
    assert len(practice.appointments(somebody)) == 1
    assert practice.rows_in_ledger() == rows + 1
    assert practice.asked("POST", "/appointment") == sent + 1


async def book_impatiently(caller, patient, slot):
    """As a runtime does that gives up after a moment. A yes that comes too soon is answered sooner."""
    arguments = {"patient": patient, "slot": slot, "caller_confirmed": True}
    with anyio.fail_after(VOICE_RUNTIME_SECONDS):
        while True:
            await caller.client.call_tool("book_appointment", arguments, read_timeout_seconds=0.15)


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_booking_the_runtime_lost_patience_with_is_still_made_once(practice, server, transport):
    somebody = practice.somebody()
    sent = practice.asked("POST", "/appointment")
    async with on_the_phone(server, transport, call_id=f"impatient-{transport}") as caller:
        patient = await caller.identify(somebody)
        slot = (await caller.offers())[0]["slot"]
        practice.fault("hang", method="POST", path="/appointment", seconds=0.4)
        with pytest.raises(MCPError):
            await book_impatiently(caller, patient, slot)
        told = await caller.book(patient, slot)
        assert told.outcome == "pending"
        await practice.carries_out(somebody)
        await caller.settled("confirmed")
    assert len(practice.appointments(somebody)) == 1
    assert practice.asked("POST", "/appointment") == sent + 1


async def test_a_slot_booked_cancelled_and_booked_again_is_two_true_bookings(practice, server):
    somebody = practice.somebody()
    async with on_the_phone(server, call_id="again") as caller:
        patient = await caller.identify(somebody)
        slot = (await caller.offers())[0]["slot"]
        first = await caller.booked(practice, somebody, patient, slot)
        [booked] = practice.appointments(somebody)
        cancelling = await caller.yes("cancel_appointment", appointment=first.facts["appointment"])
        await practice.carries_out(somebody)
        await caller.settled("confirmed", writeback=cancelling.facts["writeback"])
        assert practice.appointments(somebody) == []
        for handle in (first.facts["writeback"], first.facts["appointment"]):
            told = await caller.ask("check_writeback", writeback=handle)
            assert "booked" not in told.say
            assert "cancelled" in told.say

        second = await caller.booked(practice, somebody, patient, slot)
        assert second.facts["writeback"] != first.facts["writeback"]
        [again] = practice.appointments(somebody)
        assert again.start == booked.start
        assert again.sr_no != booked.sr_no
        assert practice.records.appointments[booked.sr_no].status == "broken"
        told = await caller.ask("check_writeback", writeback=first.facts["writeback"])
        assert "booked" not in told.say
        told = await caller.ask("check_writeback", writeback=second.facts["writeback"])
        assert "booked" in told.say
        [listed] = (await caller.ask("list_appointments", patient=patient)).facts["appointments"]
        assert listed["status"] == "booked"
