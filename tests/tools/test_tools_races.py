"""What a caller wants of a booking that is settled in the very moment of asking."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from harness import FAST, open_office
from visiting import Agent

from server.sikka.errors import NotSent
from store.ledger_states import State

SLOW_WRITES = replace(FAST, writeback_seconds=(3600.0, 3600.0))


@asynccontextmanager
async def booking(tmp_path, monkeypatch, settled):
    """An agent, the answer to its pending booking, and two times.

    The booking is carried out, and comes to be `settled`, just before anybody wishes it away.
    """
    async with open_office(tmp_path, config=SLOW_WRITES) as office:
        agent = Agent(office)
        patient = await agent.patient()
        first, second, *_ = await agent.slots()
        told = await agent.ask("book_appointment", patient=patient, slot=first["slot"], caller_confirmed=True)
        assert told.outcome == "pending"
        wish_withdraw = office.ledger.wish_withdraw

        async def too_late(office_id, row_id, now):
            office.world.writeback_seconds = (0.0, 0.0)
            for online in (False, True):  # what waits is carried out when the PC is back
                office.world.set_online("D10001", online=online)
            row = await office.ledger.get(office_id, row_id)
            assert row is not None
            await office.settled(row, settled)
            return await wish_withdraw(office_id, row_id, now)

        monkeypatch.setattr(office.ledger, "wish_withdraw", too_late)
        yield agent, told, first, second


async def test_a_booking_that_is_done_while_it_is_cancelled_is_cancelled_all_the_same(tmp_path, monkeypatch):
    async with booking(tmp_path, monkeypatch, State.CONFIRMED) as (agent, pending, first, _):
        told = await agent.yes("cancel_appointment", appointment=pending.facts["appointment"])
        told = await agent.settled(told)
        assert (told.outcome, agent.office.truth()) == ("confirmed", [])
        assert f"{first['spoken']} is cancelled" in told.say


async def test_a_booking_that_fails_while_it_is_cancelled_leaves_nothing_to_cancel(tmp_path, monkeypatch):
    async with booking(tmp_path, monkeypatch, State.FAILED) as (agent, pending, _, _):
        agent.office.world.offices["D10001"].records.operatories.clear()
        told = await agent.yes("cancel_appointment", appointment=pending.facts["appointment"])
        assert told.outcome == "withdrawn"
        assert "nothing was booked" in told.say


async def test_a_booking_that_is_done_while_another_time_is_asked_for_is_moved(tmp_path, monkeypatch):
    async with booking(tmp_path, monkeypatch, State.CONFIRMED) as (agent, pending, _, second):
        told = await agent.yes(
            "reschedule_appointment", appointment=pending.facts["appointment"], slot=second["slot"]
        )
        told = await agent.settled(told)
        assert told.outcome == "confirmed"
        (visit,) = agent.office.truth()
        assert visit.start.isoformat(timespec="minutes") == second["start"][:16]
        assert f"moved to {second['spoken']}" in told.say


@pytest.mark.parametrize(
    ("tool", "operation"), [("cancel_appointment", "cancel"), ("confirm_appointment", "confirm")]
)
async def test_what_is_in_the_ledger_is_not_denied_when_sikka_cannot_be_reached(
    tmp_path, monkeypatch, tool, operation
):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        patient = await agent.patient()
        booked = await agent.booked(patient, (await agent.slots())[0]["slot"])
        ask = {"appointment": booked.facts["appointment"]}
        ask |= {"caller_confirmed": True} if operation == "cancel" else {}
        told = await agent.ask(tool, **ask)
        told = await agent.ask(tool, **ask) if told.outcome == "needs_confirmation" else told
        assert (await agent.settled(told)).outcome == "confirmed"

        async def unreachable(_):
            raise NotSent

        monkeypatch.setattr(office.desk.profiles, "of", unreachable)
        told = await agent.ask(tool, **ask)
        assert (told.outcome, told.facts["new"]) == ("confirmed", False)
        assert "nothing was" not in told.say
