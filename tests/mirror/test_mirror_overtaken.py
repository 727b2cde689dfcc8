"""What the desk has changed since it was confirmed to a caller is told so, and may be asked for again."""

import datetime as dt
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import pytest
from harness import LIMIT_SECONDS, OFFICE_ID, open_office
from visiting import Agent, applied

from server.desk.copies.overlay import sr_no_of
from server.desk.copies.overtaken import is_overtaken

LATER = dt.timedelta(days=70)  # beyond what was seeded


@asynccontextmanager
async def booked(folder):
    """An office whose copy shows a visit that an agent has booked; with the agent, the slot and the row."""
    fast = {"mirror": "on", "mirror_look_seconds": 0.02, "freshness_seconds": 0.05, "unreviewed": "book"}
    async with open_office(folder, **fast) as office:
        agent = Agent(office)
        patient = await agent.patient()
        slot = (await agent.slots())[0]
        told = await agent.booked(patient, slot["slot"])
        row = (await office.ledger.search(office.id, operation="book"))[0]
        await shown(office, row, lambda visit: visit is not None)
        wish = {"patient": patient, "slot": slot["slot"], "caller_confirmed": True}
        yield office, agent, wish, told, row


async def shown(office, row, holds):
    """Once the kept copy shows the visit of a row as it should."""
    number = sr_no_of(await office.row(row))
    with anyio.fail_after(LIMIT_SECONDS):
        while True:
            office.world.offices[OFFICE_ID].refresh()
            copy = await office.desk.copies.behind(office.profile.office)
            found = copy.calendar.get(number) if copy is not None else None
            if found is not None and holds(found.shown.visit):
                return
            await office.desk.doorbell.wait_for_change(row.id, 0.1)


async def changed_by_the_desk(office, row, how):
    """Until the copy shows what the desk has made of a visit: cancelled, or moved to another week."""
    number, desk = sr_no_of(await office.row(row)), office.world.desks[OFFICE_ID]
    start = dt.datetime.fromisoformat(row.facts["start"])
    if how == "cancelled":
        desk.cancel(number)
        await shown(office, row, lambda visit: visit is None)
    else:
        desk.move(number, start + LATER)
        await shown(office, row, lambda visit: visit is not None and visit.start == start + LATER)


async def seen_a_minute_ago(office, agent):
    """The move is marked as shown; clocks may be some seconds apart, so only what was seen before counts."""
    await agent.ask("list_appointments", patient=await agent.patient())
    async with office.store.database.transaction() as statements:
        seen = await statements.execute(
            "UPDATE pms_writebacks SET shown_at = shown_at - 60000 WHERE operation = 'move' AND shown_at > 0"
        )
    assert seen == 1


async def test_a_confirmed_visit_that_stands_is_told_as_booked(tmp_path):
    async with booked(tmp_path) as (_, agent, wish, told, _):
        checked = await agent.ask("check_writeback")
        assert (checked.outcome, checked.facts["state"]) == ("confirmed", "confirmed")
        again = await agent.ask("book_appointment", **wish)
        assert (again.facts["new"], again.facts["writeback"]) == (False, told.facts["writeback"])


@pytest.mark.parametrize("how", ["cancelled", "moved"])
async def test_a_visit_that_the_desk_has_changed_since_is_not_told_as_booked(tmp_path, how):
    async with booked(tmp_path) as (office, agent, _, told, row):
        await changed_by_the_desk(office, row, how)
        for handle in ("", told.facts["writeback"], told.facts["appointment"]):
            checked = await agent.ask("check_writeback", writeback=handle)
            assert checked.outcome == "ok"
            assert checked.say.endswith(", but the office has since changed that.")
            assert "list_appointments" in checked.facts["next"]
            assert "appointment" not in checked.facts
            [item] = checked.facts["writebacks"]
            assert (item["outcome"], item["reason"]) == ("ok", "changed")
        assert (await agent.ask("check_writeback")).news == []


async def test_a_visit_cancelled_in_the_offices_own_word_is_not_told_as_booked(tmp_path):
    async with booked(tmp_path) as (office, agent, wish, _, row):
        await applied(office, "[policy]\ncancelled_word = 'CXL'\n")
        records, number = office.world.offices[OFFICE_ID].records, sr_no_of(await office.row(row))
        records.appointments[number] = replace(records.appointments[number], status="cxl")
        with anyio.fail_after(LIMIT_SECONDS):
            status = ""
            while status != "cxl":
                office.world.offices[OFFICE_ID].refresh()
                await office.desk.doorbell.wait_for_change(row.id, 0.1)
                copy = await office.desk.copies.behind(office.profile.office)
                found = copy.calendar.get(number) if copy is not None else None
                status = found.status if found is not None else ""
        checked = await agent.ask("check_writeback")
        assert (checked.outcome, "the office has since changed that" in checked.say) == ("ok", True)
        assert (await agent.ask("book_appointment", **wish)).facts["new"] is True


async def test_a_visit_that_the_desk_has_changed_is_told_before_what_is_done(tmp_path):
    async with booked(tmp_path) as (office, agent, wish, _, row):
        noted = await agent.ask("add_note", patient=wish["patient"], note="Prefers mornings.")
        await agent.settled(noted)
        await changed_by_the_desk(office, row, "cancelled")
        checked = await agent.ask("check_writeback")
        assert checked.outcome == "ok"
        assert checked.say.endswith(" no longer stands and the note is in the record.")


async def test_a_visit_that_the_desk_has_cancelled_is_booked_anew_when_asked_for_again(tmp_path):
    async with booked(tmp_path) as (office, agent, wish, told, row):
        await changed_by_the_desk(office, row, "cancelled")
        again = await agent.ask("book_appointment", **wish)
        assert again.facts["new"] is True
        assert again.facts["writeback"] != told.facts["writeback"]
        assert (await agent.settled(again)).outcome == "confirmed"
        [visit] = office.truth()
        assert visit.start.isoformat() == row.facts["start"]
        assert office.posts == 2


async def test_a_moved_visit_shown_at_its_old_time_by_a_copy_that_lags_stands(tmp_path):
    async with booked(tmp_path) as (office, agent, _, told, _):
        slot = (await agent.slots())[1]["slot"]
        moved = await agent.yes("reschedule_appointment", appointment=told.facts["appointment"], slot=slot)
        assert (await agent.settled(moved)).outcome == "confirmed"
        [move] = await office.ledger.search(office.id, operation="move")
        copy = await office.desk.copies.behind(office.profile.office)
        assert copy is not None
        found = copy.calendar.get(move.facts["appointment_sr_no"])
        assert found is not None
        assert found.shown.visit is not None
        assert found.shown.visit.start.isoformat() == move.facts["start"]
        assert not is_overtaken(move, copy)
        assert is_overtaken(replace(move, shown_at=copy.read_from - 1), copy)
        checked = await agent.ask("check_writeback", writeback=moved.facts["writeback"])
        assert checked.outcome == "confirmed"


async def test_a_visit_moved_twice_since_the_copy_was_read_stands_where_the_second_move_has_put_it(tmp_path):
    async with booked(tmp_path) as (office, agent, _, told, _):
        first, second = (await agent.slots())[1:3]
        given = {"appointment": told.facts["appointment"]}
        moved = await agent.yes("reschedule_appointment", **given, slot=first["slot"])
        assert (await agent.settled(moved)).outcome == "confirmed"
        moved = await agent.yes("reschedule_appointment", **given, slot=second["slot"])
        assert (await agent.settled(moved)).outcome == "confirmed"
        checked = await agent.ask("check_writeback")
        assert (checked.outcome, checked.facts["state"]) == ("confirmed", "confirmed")
        last, _ = await office.ledger.search(office.id, operation="move")
        assert last.natural_key is not None
        copy = await office.desk.copies.behind(office.profile.office)
        assert copy is not None
        about = await office.ledger.by_appointment(office.id, last.appointment_key or "")
        assert is_overtaken(replace(last, shown_at=copy.read_from - 1), copy, about)


async def test_a_visit_that_we_are_cancelling_ourselves_is_told_as_that(tmp_path):
    async with booked(tmp_path) as (office, agent, _, told, row):
        cancelled = await agent.yes("cancel_appointment", appointment=told.facts["appointment"])
        assert (await agent.settled(cancelled)).outcome == "confirmed"
        await shown(office, row, lambda visit: visit is None)
        checked = await agent.ask("check_writeback")
        assert checked.outcome == "confirmed"
        assert "cancelled" in checked.say


@pytest.mark.parametrize("where", ["elsewhere", "back"])
async def test_a_move_that_the_desk_has_undone_is_asked_for_anew_by_the_old_handle(tmp_path, where):
    async with booked(tmp_path) as (office, agent, _, told, row):
        slot = (await agent.slots())[1]
        wish = {"appointment": told.facts["appointment"], "slot": slot["slot"]}
        moved = await agent.settled(await agent.yes("reschedule_appointment", **wish))
        assert moved.outcome == "confirmed"
        before, after = dt.datetime.fromisoformat(row.facts["start"]), office.truth()[0].start
        await shown(office, row, lambda visit: visit is not None and visit.start == after)
        await seen_a_minute_ago(office, agent)
        by_the_desk = before if where == "back" else after + LATER
        office.world.desks[OFFICE_ID].move(sr_no_of(await office.row(row)), by_the_desk)
        await shown(office, row, lambda visit: visit is not None and visit.start == by_the_desk)
        if where == "elsewhere":  # what was read back names another time
            again = await agent.ask("reschedule_appointment", **wish, caller_confirmed=True)
            assert (again.outcome, "confirmed" in again.say) == ("needs_confirmation", False)
            assert office.truth()[0].start == by_the_desk
        again = await agent.ask("reschedule_appointment", **wish, caller_confirmed=True)
        assert again.facts["new"] is True
        assert (await agent.settled(again)).outcome == "confirmed"
        assert office.truth()[0].start == after
