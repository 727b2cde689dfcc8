"""What we did beside what the desk did: once it is loaded, told is what the practice has."""

import datetime as dt
from dataclasses import replace

import pytest
from harness import OFFICE_ID, ManualClock, open_office, served
from mirroring import mirrored_office

from sandbox.faults import Fault
from server.background.conflicts import Conflict, Conflicts
from server.background.parts import Parts
from server.desk.proofs import SlotOffer
from server.desk.times.reasons import EXAM
from store.ledger_states import OPEN, State

HOUR = 3600.0
SOON = 300.0  # less than a load may take


def manual(tmp_path):
    return open_office(tmp_path, ManualClock())


async def done(office, row):
    await office.settled(row, State.SUBMITTED)
    await office.forward(1, 30)
    row = await office.row(row)
    assert row.state is State.CONFIRMED
    return row


async def loaded(office, *, after=HOUR):
    """The copy is loaded anew, we see that it moved, and it is compared."""
    await office.forward(after)
    office.world.offices[OFFICE_ID].refresh()
    await office.app.freshness.look()
    await office.forward(31)


async def booked(office):
    """A visit of ours that the copy has shown, and the free times around it."""
    openings = await office.free(20)
    await done(office, await office.book(openings[0]))
    await loaded(office)
    return openings


async def moved(office, opening):
    (visit,) = await office.visits()
    offer = SlotOffer(opening, EXAM.name, "Dr. Lee")
    return await done(office, (await office.desk.moving.move(office.profile, visit, offer, None)).row)


async def cancelled(office):
    (visit,) = await office.visits()
    return await done(office, (await office.cancel(visit)).row)


async def words(office, row):
    return [task.body["words"] for task in await office.store.inbox.of_writeback(row.id)]


async def told(office):
    return [(visit.appointment_sr_no, visit.start) for visit in await office.visits()]


def stands(office):
    return [(visit.sr_no, visit.start) for visit in office.truth()]


def reinstated(office, number):
    records = office.world.offices[OFFICE_ID].records
    records.appointments[number] = replace(records.appointments[number], status="scheduled", cancelled=False)


async def test_a_visit_moved_there_and_back_within_one_load_is_told_where_it_stands(tmp_path):
    async with manual(tmp_path) as office:
        first, *_, last = await booked(office)
        rows = [await moved(office, last), await moved(office, first)]
        await loaded(office)
        assert await told(office) == stands(office) == [(office.truth()[0].sr_no, first.start)]
        assert first not in await office.free(20)
        assert {(await office.row(row)).shown_at is not None for row in rows} == {True}
        assert [await words(office, row) for row in rows] == [[], []]


async def test_a_copy_that_may_be_from_before_both_moves_proves_neither(tmp_path):
    async with manual(tmp_path) as office:
        first, *_, last = await booked(office)
        there = await moved(office, last)
        practice = office.world.offices[OFFICE_ID]
        between = dict(practice.records.appointments)
        back = await moved(office, first)
        await office.app.freshness.look()
        await loaded(office, after=SOON)
        assert {(await office.row(row)).shown_at for row in (there, back)} == {None}
        now, practice.records.appointments = practice.records.appointments, between
        await loaded(office, after=SOON)
        practice.records.appointments = now
        assert await told(office) == stands(office)


@pytest.mark.parametrize("confirmed", [False, True])
async def test_a_booking_that_no_load_shows_is_told_as_before_and_a_patients_yes_to_it_changes_nothing(
    tmp_path, confirmed
):
    async with manual(tmp_path) as office:
        opening = (await office.free(20))[0]
        row = await done(office, await office.book(opening))
        (visit,) = await office.visits()
        if confirmed:
            await done(office, (await office.desk.moving.confirm(office.profile, visit, None)).row)
        records = office.world.offices[OFFICE_ID].records
        number = visit.appointment_sr_no
        records.appointments = {key: each for key, each in records.appointments.items() if key != number}
        await loaded(office)
        assert await words(office, row) == [Conflict.MISSING.value]
        assert (await office.row(row)).shown_at is None
        assert await told(office) == [(number, opening.start)]
        assert opening not in await office.free(20)


@pytest.mark.parametrize("undone", ["a move", "a cancellation"])
async def test_what_the_desk_undoes_before_the_copy_shows_it_is_told_as_the_desk_has_it(tmp_path, undone):
    async with manual(tmp_path) as office:
        first, *_, last = await booked(office)
        (visit,) = await office.visits()
        if undone == "a move":
            row = await moved(office, last)
            office.world.desks[OFFICE_ID].move(visit.appointment_sr_no, first.start, first.operatory)
        else:
            row = await cancelled(office)
            reinstated(office, visit.appointment_sr_no)
        await loaded(office)
        assert await told(office) == stands(office) == [(visit.appointment_sr_no, first.start)]
        assert first not in await office.free(20)
        assert await words(office, row) == [Conflict.CHANGED]
        await loaded(office)
        assert await told(office) == stands(office)
        assert await words(office, row) == [Conflict.CHANGED]


async def test_what_the_desk_undoes_is_told_from_the_very_copy_that_shows_it(tmp_path):
    clock = ManualClock()
    async with served(clock=clock) as line, mirrored_office(line, tmp_path, clock) as office:
        await office.catch_up()
        await office.meet()
        patients = office.practice.records.patients.values()
        names = (f"{one.firstname} {one.lastname}" for one in patients)
        name = next(name for name in names if office.truth(name))
        visit, *others = await office.visits(name)
        offer = SlotOffer((await office.free(20))[-1], EXAM.name, "Dr. Lee")
        row = (await office.desk.moving.move(office.profile, visit, offer, None)).row
        for state in (State.SENDING, State.SUBMITTED, State.CONFIRMED):
            await office.ledger.change(row.id, state, clock.now(), expect=OPEN, reason="status")
        assert visit.start not in {one.start for one in await office.visits(name)}
        clock.advance(HOUR)
        office.refresh()
        await office.catch_up()
        await office.copy()
        await conflicts(office).compare(await office.office(), 0)
        assert await office.visits(name) == [visit, *others]


def conflicts(office):
    return Conflicts(
        Parts(office.store, office.sikka, office.desk.doorbell, office.clock, office.desk.settings, "me")
    )


async def test_a_move_heard_of_as_done_only_after_a_later_one_was_shown_lies_over_nothing(tmp_path):
    async with manual(tmp_path) as office:
        first, *_, between, last = await booked(office)
        (visit,) = await office.visits()
        office.world.faults.add(Fault("lost_before", method="PUT", path="/appointments"))
        offer = SlotOffer(between, EXAM.name, "Dr. Lee")
        given_up = (await office.desk.moving.move(office.profile, visit, offer, None)).row
        await office.settled(given_up, State.UNCERTAIN)
        await office.idle()
        person = {"by": "Dana", "note": "not in the book", "now": office.clock.now()}
        await office.ledger.settle_by_person(office.id, given_up.id, State.FAILED, **person)
        await moved(office, last)
        await loaded(office)
        office.world.desks[OFFICE_ID].move(visit.appointment_sr_no, first.start, first.operatory)
        await loaded(office)
        await office.ledger.late(given_up.id, State.CONFIRMED, office.clock.now())
        await loaded(office)
        assert await told(office) == stands(office) == [(visit.appointment_sr_no, first.start)]


async def test_a_visit_that_the_desk_moves_and_takes_back_after_our_cancellation_stands(tmp_path):
    async with manual(tmp_path) as office:
        first, *_ = await booked(office)
        (visit,) = await office.visits()
        later = first.start + dt.timedelta(days=70)
        office.world.desks[OFFICE_ID].move(visit.appointment_sr_no, later)
        row = await cancelled(office)
        reinstated(office, visit.appointment_sr_no)
        await loaded(office)
        assert await told(office) == stands(office) == [(visit.appointment_sr_no, later)]
        assert await words(office, row) == [Conflict.CHANGED]
