"""A handle outlives what it was given out for: the tools go by where the appointment stands now."""

import datetime as dt
from dataclasses import replace

import anyio
import pytest
from harness import LIMIT_SECONDS, open_office
from test_tools_visits import when, with_booking
from visiting import Agent

from store.ledger_states import State

WEEKS = dt.timedelta(days=70)  # beyond what was seeded


def practice(office):
    """The practice, and what Sikka shows of it."""
    return office.world.offices[office.profile.office.office_id]


def change(office, **changes):
    """Somebody at the desk changes the one appointment that we made, and Sikka's copy shows it."""
    (truth,) = office.truth()
    practice(office).records.appointments[truth.sr_no] = replace(truth, **changes)
    practice(office).refresh()


async def moved(agent, appointment, slot):
    """The answer to a yes to a move."""
    return await agent.yes("reschedule_appointment", appointment=appointment, slot=slot)


async def test_an_appointment_that_the_desk_has_cancelled_is_neither_confirmed_nor_moved_nor_cancelled(
    tmp_path,
):
    async with open_office(tmp_path) as office:
        agent, booked, _, second = await with_booking(office)
        appointment, posts = booked.facts["appointment"], office.posts
        change(office, status="Cancelled", cancelled=True)
        for tool, more in (
            ("confirm_appointment", {}),
            ("cancel_appointment", {}),
            ("cancel_appointment", {"caller_confirmed": True}),
            ("reschedule_appointment", {"slot": second["slot"]}),
            ("reschedule_appointment", {"slot": second["slot"], "caller_confirmed": True}),
        ):
            told = await agent.ask(tool, appointment=appointment, **more)
            assert told.outcome == "needs_human", tool
            assert "isn't in the calendar any more" in told.say
        assert office.posts == posts


async def test_an_appointment_that_the_desk_has_moved_is_meant_where_it_stands_now(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, first, second = await with_booking(office)
        appointment = booked.facts["appointment"]
        change(office, start=when(second))
        told = await agent.ask("confirm_appointment", appointment=appointment)
        assert told.outcome == "needs_confirmation"
        assert second["spoken"].partition(" with")[0] in told.say
        assert office.truth()[0].confirmed_on is None
        told = await agent.ask("confirm_appointment", appointment=told.facts["appointment"])
        assert (await agent.settled(told)).outcome == "confirmed"
        assert office.truth()[0].confirmed_on is not None
        told = await agent.ask("cancel_appointment", appointment=appointment)
        assert told.outcome == "needs_confirmation"
        assert second["spoken"].partition(" with")[0] in told.say
        assert first["spoken"].partition(" with")[0] not in told.say
        told = await agent.ask("cancel_appointment", appointment=appointment, caller_confirmed=True)
        told = await agent.settled(told)
        assert (told.outcome, office.truth()) == ("confirmed", [])
        assert second["spoken"].partition(" with")[0] in told.say


async def test_a_handle_of_a_move_that_was_refused_means_the_time_that_still_stands(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, first, second = await with_booking(office)
        office.world.writeback_seconds = (3600.0, 3600.0)
        told = await moved(agent, booked.facts["appointment"], second["slot"])
        of_the_move = told.facts["appointment"]
        told = await agent.ask("confirm_appointment", appointment=of_the_move)
        assert "isn't through yet" in told.say
        told = await agent.ask("cancel_appointment", appointment=of_the_move)
        assert first["spoken"] in told.say
        assert second["spoken"] in told.say
        (row,) = await office.ledger.search(office.id, operation="move")
        with anyio.fail_after(LIMIT_SECONDS):
            while row.state is not State.SUBMITTED:
                row = await office.row(row)
        await office.ledger.change(row.id, State.FAILED, office.clock.now(), expect={State.SUBMITTED})
        told = await agent.ask("confirm_appointment", appointment=of_the_move)
        assert told.outcome == "needs_confirmation"
        assert first["spoken"] in told.say
        told = await agent.ask("cancel_appointment", appointment=of_the_move)
        assert first["spoken"] in told.say
        assert second["spoken"] not in told.say


async def test_who_would_rather_keep_the_time_has_the_change_under_way_called_off(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, first, second = await with_booking(office)
        office.world.writeback_seconds = (3600.0, 3600.0)
        appointment = booked.facts["appointment"]
        await moved(agent, appointment, second["slot"])
        told = await agent.ask("reschedule_appointment", appointment=appointment, slot=first["slot"])
        assert told.outcome == "needs_confirmation"
        assert f"leave it at {first['spoken']}" in told.say
        assert second["spoken"] in told.say
        told = await moved(agent, appointment, first["slot"])
        (row,) = await office.ledger.search(office.id, operation="move")
        with anyio.fail_after(LIMIT_SECONDS):
            while row.state is not State.WITHDRAWN:
                row = await office.row(row)
        assert office.truth()[0].start == when(first)
        told = await agent.ask("reschedule_appointment", appointment=appointment, slot=first["slot"])
        assert (told.outcome, "already" in told.say) == ("slot_taken", True)


async def test_there_and_back_and_there_again_is_three_moves_whichever_handle_is_used(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, first, second = await with_booking(office)
        there = await agent.settled(await moved(agent, booked.facts["appointment"], second["slot"]))
        handle = there.facts["appointment"]
        assert (await agent.settled(await moved(agent, handle, first["slot"]))).outcome == "confirmed"
        assert office.truth()[0].start == when(first)
        told = await agent.settled(await moved(agent, handle, second["slot"]))
        assert f"moved to {second['spoken']}" in told.say
        assert office.truth()[0].start == when(second)


async def test_a_move_that_the_desk_has_undone_is_no_answer_to_who_asks_for_it_again(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, _, second = await with_booking(office)
        wish = {"appointment": booked.facts["appointment"], "slot": second["slot"]}
        assert (await agent.settled(await moved(agent, **wish))).outcome == "confirmed"
        change(office, start=when(second) + WEEKS)
        told = await agent.ask("reschedule_appointment", **wish, caller_confirmed=True)
        assert (told.outcome, "confirmed" in told.say) == ("needs_confirmation", False)
        told = await agent.ask("reschedule_appointment", **wish, caller_confirmed=True)
        assert (await agent.settled(told)).outcome == "confirmed"
        assert office.truth()[0].start == when(second)


async def test_a_yes_to_cancelling_one_time_is_none_to_another_that_the_desk_has_set_since(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, first, second = await with_booking(office)
        appointment = booked.facts["appointment"]
        told = await agent.ask("cancel_appointment", appointment=appointment)
        assert first["spoken"] in told.say
        change(office, start=when(second))
        told = await agent.ask("cancel_appointment", appointment=appointment, caller_confirmed=True)
        assert (told.outcome, first["spoken"] in told.say) == ("needs_confirmation", False)
        assert second["spoken"].partition(" with")[0] in told.say
        told = await agent.ask("cancel_appointment", appointment=appointment, caller_confirmed=True)
        assert (await agent.settled(told)).outcome == "confirmed"


@pytest.mark.parametrize("old", [True, False])
async def test_a_cancellation_after_a_move_names_the_time_that_is_cancelled(tmp_path, old):
    async with open_office(tmp_path) as office:
        agent, booked, first, second = await with_booking(office)
        told = await agent.settled(await moved(agent, booked.facts["appointment"], second["slot"]))
        handle = booked.facts["appointment"] if old else told.facts["appointment"]
        told = await agent.settled(await agent.yes("cancel_appointment", appointment=handle))
        assert second["spoken"] in told.say
        assert first["spoken"] not in told.say
        assert office.truth() == []


async def test_no_yes_is_entered_to_what_is_being_cancelled_or_was(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, first, _ = await with_booking(office)
        appointment = booked.facts["appointment"]
        office.world.writeback_seconds = (3600.0, 3600.0)
        told = await agent.yes("cancel_appointment", appointment=appointment)
        assert told.outcome == "pending"
        told = await agent.ask("confirm_appointment", appointment=appointment)
        assert "isn't through yet" in told.say
        assert await office.ledger.search(office.id, operation="confirm") == []
        assert first["spoken"] in told.say


async def test_a_yes_after_a_confirmed_cancellation_changes_nothing(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, _, _ = await with_booking(office)
        appointment = booked.facts["appointment"]
        assert (
            await agent.settled(await agent.yes("cancel_appointment", appointment=appointment))
        ).outcome == "confirmed"
        told = await Agent(office).ask("confirm_appointment", appointment=appointment)
        assert "isn't in the calendar any more" in told.say
        again = await agent.ask("cancel_appointment", appointment=appointment, caller_confirmed=True)
        assert again.outcome == "confirmed"  # the same request, told once more
        assert await office.ledger.search(office.id, operation="confirm") == []
