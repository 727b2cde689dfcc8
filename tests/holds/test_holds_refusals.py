"""What becomes of a time that was secured for something that is not put down after all."""

import datetime as dt

import anyio
import pytest
from harness import open_office
from visiting import Agent, applied

from server.sikka.errors import NotSent


async def _booking(agent, day):
    """A booking that only wants a yes, and its time."""
    slot = (await agent.slots(**day))[0]
    return "book_appointment", {"patient": await agent.patient(), "slot": slot["slot"]}, slot


async def _move(agent, day):
    """A move that was read back, and its new time."""
    booked = await agent.booked(await agent.patient(), (await agent.slots())[0]["slot"])
    slot = (await agent.slots(**day))[0]
    wanted = {"appointment": booked.facts["appointment"], "slot": slot["slot"]}
    assert (await agent.ask("reschedule_appointment", **wanted)).outcome == "needs_confirmation"
    return "reschedule_appointment", wanted, slot


def _a_day(office):
    """A working day of next week, of which the whole can be offered."""
    today = office.profile.clock(office.clock.now()).date()
    day = str(today + dt.timedelta(days=8 - today.weekday()))
    return {"date_from": day, "date_to": day}


async def _left_to_people(office, operation, monkeypatch):
    await applied(office, f"[policy]\nonly_requested=['{operation}']")


async def _unreadable(office, operation, monkeypatch):
    async def fit(*_):
        raise NotSent("what the software takes cannot be read")

    monkeypatch.setattr(office.desk.booking if operation == "book" else office.desk.moving, "fit", fit)


async def _crashing(office, operation, monkeypatch):
    async def gate(*_):
        raise RuntimeError("nobody has thought of this")

    monkeypatch.setattr(office.desk.gate, "decide", gate)


def _offered(slot, slots):
    return (slot["start"], slot["provider"]) in {(one["start"], one["provider"]) for one in slots}


WISHES = {"book": _booking, "move": _move}
REFUSALS = {"requested": _left_to_people, "unavailable": _unreadable, "internal": _crashing}


@pytest.mark.parametrize("call_id", ["call", ""])
@pytest.mark.parametrize("outcome", REFUSALS)
@pytest.mark.parametrize("operation", WISHES)
async def test_a_time_that_nothing_was_put_down_for_is_on_offer_again_as_before(
    tmp_path, monkeypatch, operation, outcome, call_id
):
    async with open_office(tmp_path) as office:
        agent = Agent(office, call_id)
        day = _a_day(office)
        tool, wanted, slot = await WISHES[operation](agent, day)
        await REFUSALS[outcome](office, operation, monkeypatch)
        told = await agent.ask(tool, **wanted, caller_confirmed=True)
        assert told.outcome == outcome, told.say
        assert _offered(slot, await agent.slots(**day))
        elsewhere = await Agent(office, "another").slots(**day)
        assert _offered(slot, elsewhere) is (call_id == "")  # a call's own offers are held for it


@pytest.mark.parametrize("operation", WISHES)
async def test_a_call_that_is_cut_off_before_anything_is_put_down_leaves_its_time_as_it_was(
    tmp_path, monkeypatch, operation
):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        day = _a_day(office)
        tool, wanted, slot = await WISHES[operation](agent, day)
        with monkeypatch.context() as patch, anyio.CancelScope() as caller:

            async def hung_up(*_):
                caller.cancel()
                await anyio.sleep_forever()

            patch.setattr(office.desk.gate, "decide", hung_up)
            await agent.ask(tool, **wanted, caller_confirmed=True)
        assert caller.cancelled_caught
        assert _offered(slot, await agent.slots(**day))
