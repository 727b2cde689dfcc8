"""A caller who changes their mind more than once, while nothing of it is done yet."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from harness import FAST, open_office
from stored import open_rows
from visiting import Agent

from sandbox.faults import Fault
from store.ledger_states import State

SLOW_WRITES = replace(FAST, writeback_seconds=(3600.0, 3600.0))
LOST = Fault("lost_before", method="POST", path="/appointment")
LOST_MOVE = Fault("lost_before", method="PUT", path="/appointments")
NOT_DELETED = Fault("overloaded", method="DELETE", path="/writebacks", times=None)


@asynccontextmanager
async def booking(tmp_path, *faults):
    """An agent, a booking that is not done yet, and three times; the booking is of the first of them."""
    async with open_office(tmp_path, config=SLOW_WRITES) as office:
        agent = Agent(office)
        patient = await agent.patient()
        times = await agent.slots()
        for fault in faults:
            office.world.faults.add(fault)
        told = await agent.ask(
            "book_appointment", patient=patient, slot=times[0]["slot"], caller_confirmed=True
        )
        assert told.outcome in {"pending", "unknown"}
        yield agent, told.facts["appointment"], times


async def wanted(office):
    """The starts of the bookings that are to be made, as the ledger has them."""
    rows = await open_rows(office.ledger, office.id)
    return sorted(row.facts["start"][:16] for row in rows if row.operation == "book" and not row.wish)


@asynccontextmanager
async def moving(tmp_path, *faults):
    """An agent, its patient's visit, and two times; a move to the first of them is not done yet."""
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        patient = await agent.patient()
        booked = await agent.booked(patient, (await agent.slots())[0]["slot"])
        first, second, *_ = await agent.slots(patient=patient)
        for fault in faults:
            office.world.faults.add(fault)
        office.world.writeback_seconds = (3600.0, 3600.0)
        move = {"appointment": booked.facts["appointment"]}
        told = await agent.yes("reschedule_appointment", **move, slot=first["slot"])
        assert told.outcome in {"pending", "unknown"}
        yield agent, move, first, second


async def moves(office):
    """The moves that are not settled: their new starts, and whether they are wished away."""
    rows = await open_rows(office.ledger, office.id)
    return [(row.facts["new_start"][:16], bool(row.wish)) for row in rows if row.operation == "move"]


def carry_out(office):
    """Let the practice do what it was sent, and whatever it is sent from now on."""
    office.world.writeback_seconds = (0.0, 0.0)
    for online in (False, True):  # what waits is carried out when the PC is back
        office.world.set_online("D10001", online=online)


troubled = pytest.mark.parametrize("fault", [LOST, NOT_DELETED])


@troubled
async def test_the_handle_of_a_booking_that_made_way_means_what_it_made_way_for(tmp_path, fault):
    async with booking(tmp_path, fault) as (agent, appointment, (_, second, third)):
        await agent.yes("reschedule_appointment", appointment=appointment, slot=second["slot"])
        read = await agent.ask("reschedule_appointment", appointment=appointment, slot=third["slot"])
        assert read.outcome == "needs_confirmation"
        assert f"from {second['spoken']} to {third['spoken']}" in read.say
        told = await agent.ask(
            "reschedule_appointment", appointment=appointment, slot=third["slot"], caller_confirmed=True
        )
        assert third["spoken"] in told.say
        assert await wanted(agent.office) == [third["start"][:16]]


async def test_the_same_replacement_asked_for_twice_is_one_booking(tmp_path):
    async with booking(tmp_path, LOST) as (agent, appointment, (_, second, _)):
        move = {"appointment": appointment, "slot": second["slot"]}
        told = await agent.yes("reschedule_appointment", **move)
        again = await agent.ask("reschedule_appointment", **move, caller_confirmed=True)
        assert (again.facts["new"], again.facts["writeback"]) == (False, told.facts["writeback"])
        assert await wanted(agent.office) == [second["start"][:16]]


async def test_a_time_that_made_way_is_wanted_again_when_the_caller_comes_back_to_it(tmp_path):
    async with booking(tmp_path, LOST) as (agent, appointment, (first, second, third)):
        told = await agent.yes("reschedule_appointment", appointment=appointment, slot=second["slot"])
        back = await agent.yes(
            "reschedule_appointment", appointment=told.facts["appointment"], slot=first["slot"]
        )
        assert first["spoken"] in back.say
        assert back.facts["new"] is False
        assert await wanted(agent.office) == [first["start"][:16]]
        read = await agent.ask(
            "reschedule_appointment", appointment=told.facts["appointment"], slot=third["slot"]
        )
        assert f"from {first['spoken']} to {third['spoken']}" in read.say


async def test_a_time_that_may_be_deleted_by_now_is_not_said_to_be_asked_for(tmp_path):
    async with booking(tmp_path, NOT_DELETED) as (agent, appointment, (first, second, _)):
        told = await agent.yes("reschedule_appointment", appointment=appointment, slot=second["slot"])
        back = await agent.yes(
            "reschedule_appointment", appointment=told.facts["appointment"], slot=first["slot"]
        )
        assert f"{first['spoken']} is still being called off" in back.say
        assert await wanted(agent.office) == [second["start"][:16]]


async def test_a_time_that_made_way_and_is_booked_again_may_replace_the_other_or_be_one_more(tmp_path):
    async with booking(tmp_path, LOST) as (agent, appointment, (first, second, _)):
        await agent.yes("reschedule_appointment", appointment=appointment, slot=second["slot"])
        patient = await agent.patient()
        book = {"patient": patient, "caller_confirmed": True}
        told = await agent.ask("book_appointment", **book, slot=first["slot"])
        assert told.outcome == "needs_confirmation"
        assert f"There is already {second['spoken']}" in told.say
        assert await wanted(agent.office) == [second["start"][:16]]
        more = await agent.ask("book_appointment", **book, slot=told.facts["slot"])
        assert first["spoken"] in more.say
        assert await wanted(agent.office) == sorted([first["start"][:16], second["start"][:16]])


async def test_a_time_that_was_called_off_and_not_replaced_is_booked_again_without_a_question(tmp_path):
    async with booking(tmp_path, LOST) as (agent, appointment, (first, _, _)):
        await agent.yes("cancel_appointment", appointment=appointment)
        assert await wanted(agent.office) == []
        patient = await agent.patient()
        told = await agent.ask("book_appointment", patient=patient, slot=first["slot"], caller_confirmed=True)
        assert told.outcome == "unknown"
        assert await wanted(agent.office) == [first["start"][:16]]


async def test_a_time_called_off_that_may_be_deleted_by_now_is_not_booked_again_yet(tmp_path):
    async with booking(tmp_path, NOT_DELETED) as (agent, appointment, (first, _, _)):
        await agent.yes("cancel_appointment", appointment=appointment)
        patient = await agent.patient()
        told = await agent.ask("book_appointment", patient=patient, slot=first["slot"], caller_confirmed=True)
        assert f"{first['spoken']} is still being called off" in told.say
        assert "no longer wanted" not in told.say
        assert await wanted(agent.office) == []


@troubled
async def test_a_booking_that_is_being_called_off_is_not_told_as_one_that_is_wanted(tmp_path, fault):
    async with booking(tmp_path, fault) as (agent, appointment, (first, _, _)):
        await agent.yes("cancel_appointment", appointment=appointment)
        told = await agent.ask("check_writeback")
        assert f"{first['spoken']} is no longer wanted" in told.say
        assert (await agent.ask("check_writeback", writeback=appointment)).say == told.say


async def test_a_move_that_is_being_called_off_is_not_told_as_one_that_is_wanted(tmp_path):
    async with moving(tmp_path, NOT_DELETED) as (agent, move, first, second):
        await agent.yes("reschedule_appointment", **move, slot=second["slot"])
        told = await agent.ask("check_writeback")
        assert f"{first['spoken']} is no longer wanted" in told.say


async def test_a_move_that_has_to_wait_for_an_earlier_one_is_said_not_to_be_asked_for(tmp_path):
    async with moving(tmp_path, LOST_MOVE) as (agent, move, first, second):
        told = await agent.yes("reschedule_appointment", **move, slot=second["slot"])
        assert f"{first['spoken']} is no longer wanted" in told.say
        assert "call reschedule_appointment for the new time" in told.facts["next"]
        assert await moves(agent.office) == [(first["start"][:16], True)]


async def test_a_move_wished_away_and_asked_for_again_is_wanted_again(tmp_path):
    async with moving(tmp_path, LOST_MOVE) as (agent, move, first, second):
        await agent.yes("reschedule_appointment", **move, slot=second["slot"])
        told = await agent.ask("reschedule_appointment", **move, slot=first["slot"], caller_confirmed=True)
        assert (told.outcome, told.facts["new"]) == ("unknown", False)
        assert first["spoken"] in told.say
        assert await moves(agent.office) == [(first["start"][:16], False)]


async def test_a_move_that_may_be_deleted_by_now_is_not_said_to_be_asked_for(tmp_path):
    async with moving(tmp_path, NOT_DELETED) as (agent, move, first, second):
        await agent.yes("reschedule_appointment", **move, slot=second["slot"])
        told = await agent.ask("reschedule_appointment", **move, slot=first["slot"], caller_confirmed=True)
        assert f"{first['spoken']} is still being called off" in told.say
        assert await moves(agent.office) == [(first["start"][:16], True)]


async def test_news_of_what_was_called_off_in_vain_does_not_sound_like_what_is_wanted(tmp_path):
    async with booking(tmp_path, NOT_DELETED) as (agent, appointment, (first, *_)):
        await agent.yes("cancel_appointment", appointment=appointment)
        (row,) = await agent.office.ledger.search(agent.office.id, operation="book")
        carry_out(agent.office)
        await agent.office.settled(row, State.CONFIRMED)
        told = await agent.ask("check_writeback")
        assert f"Update: {first['spoken']} got through before it could be called off." in told.say
        assert "is now confirmed" not in told.say


async def test_news_of_a_move_called_off_in_vain_does_not_sound_like_what_is_wanted(tmp_path):
    async with moving(tmp_path, NOT_DELETED) as (agent, move, first, _):
        await agent.yes("cancel_appointment", **move)
        (row,) = await agent.office.ledger.search(agent.office.id, operation="move")
        carry_out(agent.office)
        await agent.office.settled(row, State.CONFIRMED)
        told = await agent.ask("check_writeback")
        assert f"the change to {first['spoken']} got through before it could be called off" in told.say
        assert "is now moved" not in told.say


async def test_a_booking_called_off_that_gets_through_during_the_check_is_not_told_as_booked(
    tmp_path, monkeypatch
):
    async with booking(tmp_path, NOT_DELETED) as (agent, appointment, (first, *_)):
        office = agent.office
        await agent.yes("cancel_appointment", appointment=appointment)
        (row,) = await office.ledger.search(office.id, operation="book")
        settled = office.desk.waiting.settled

        async def done_meanwhile(*args):
            carry_out(office)
            await office.settled(row, State.CONFIRMED)
            return await settled(*args)

        monkeypatch.setattr(office.desk.waiting, "settled", done_meanwhile)
        told = await agent.ask("check_writeback")
        (item,) = told.facts["writebacks"]
        assert item["operation"] == "cancel"
        assert "You're booked" not in told.say
        assert first["spoken"] in told.say
