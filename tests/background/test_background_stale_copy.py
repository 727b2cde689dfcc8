"""A copy from before what we did ourselves is no proof of what we have asked for since."""

import datetime as dt

import pytest
from harness import OFFICE_ID, SLOW, ManualClock, open_office

from sandbox.faults import Fault
from sandbox.world import SandboxConfig
from server.desk.proofs import SlotOffer
from server.desk.times.reasons import EXAM
from store.ledger_states import State

HOUR = 3600.0


def manual(tmp_path, config: SandboxConfig = SLOW):
    return open_office(tmp_path, ManualClock(), config=config)


async def done(office, row):
    await office.settled(row, State.SUBMITTED)
    await office.forward(1, 30)
    row = await office.row(row)
    assert row.state is State.CONFIRMED
    return row


async def moving(office, opening):
    (visit,) = await office.visits()
    offer = SlotOffer(opening, EXAM.name, "Dr. Lee")
    return (await office.desk.moving.move(office.profile, visit, offer, None)).row


async def moved_and_lost_on_the_way_back(office):
    """A visit that we have moved, and the move back, lost before it arrived; the copy is from before both."""
    first, *_, last = await office.free()
    await done(office, await office.book(first))
    office.world.offices[OFFICE_ID].refresh()
    await done(office, await moving(office, last))
    office.world.faults.add(Fault("lost_before", method="PUT", path="/appointments"))
    back = await moving(office, first)
    await office.settled(back, State.UNCERTAIN)
    await office.forward(5)
    return await office.row(back)


async def test_a_copy_from_before_a_move_does_not_confirm_the_move_back(tmp_path):
    async with manual(tmp_path) as office:
        back = await moved_and_lost_on_the_way_back(office)
        assert back.state is State.UNCERTAIN
        await office.forward(30, 91, 30)
        assert await office.history(back) == [
            "intent",
            "sending",
            "uncertain answer_lost",
            "intent proven_absent",
            "sending",
            "submitted",
            "confirmed status",
        ]
        assert [visit.start.isoformat() for visit in office.truth()] == [back.facts["new_start"]]


async def test_a_copy_loaded_since_confirms_a_move_back_where_the_list_is_not_permitted(tmp_path):
    async with manual(tmp_path) as office:
        office.world.denied.add("writebacks")
        back = await moved_and_lost_on_the_way_back(office)
        (visit,) = office.truth()
        start = dt.datetime.fromisoformat(back.facts["new_start"])
        await office.forward(HOUR)
        assert (await office.row(back)).state is State.UNCERTAIN
        office.world.desks[OFFICE_ID].move(visit.sr_no, start, back.facts["operatory"])
        office.world.offices[OFFICE_ID].refresh()
        await office.app.freshness.look()
        await office.forward(31)
        row = await office.row(back)
        assert (row.state, row.reason) == (State.CONFIRMED, "copy")


@pytest.mark.parametrize("fault", ["lost_after", "lost_before"])
async def test_a_visit_that_we_have_cancelled_is_not_taken_for_the_next_one_at_its_time(tmp_path, fault):
    async with manual(tmp_path) as office:
        opening = (await office.free())[0]
        desk, patient = office.world.desks[OFFICE_ID], office.patient().patient_id
        desk.book(patient, opening.start, 30, opening.operatory, opening.provider_id)
        office.world.offices[OFFICE_ID].refresh()
        (visit,) = await office.visits()
        await done(office, (await office.cancel(visit)).row)
        office.world.faults.add(Fault(fault, method="POST", path="/appointment"))
        booking = await office.book(opening)
        await office.until(lambda: office.posts > 0)
        await office.idle()
        await office.forward(30, 91, 30)
        booking = await office.row(booking)
        assert (booking.state, booking.reason) == (State.CONFIRMED, "status")
        assert [visit.sr_no for visit in office.truth()] == [booking.created.appointment_sr_no]
