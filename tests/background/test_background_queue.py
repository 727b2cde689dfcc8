"""The office's PC is off: the write is kept, and sent when the PC is back and the time still free."""

import datetime as dt
from dataclasses import replace

import pytest
from harness import MONDAY, OFFICE_ID, SLOW, ManualClock, office_on, open_office, served

from server.background.limits import kept_until
from server.desk.copies.overlay import Standing, visit_of
from server.desk.proofs import SlotOffer
from server.desk.times.openings import Opening
from server.desk.times.reasons import EXAM
from server.desk.zones import moment_of
from store.inbox import TaskKind
from store.ledger_states import State

HOUR = 3600.0
DAY = 24 * HOUR
WEEKS = dt.timedelta(days=70)
NIGHT = dt.timedelta(hours=12).total_seconds()


def manual(tmp_path, **settings):
    return open_office(tmp_path, ManualClock(), config=SLOW, **settings)


async def queued(office, opening=None, name="Anna Lindqvist"):
    """A booking that was asked for while the PC is off."""
    opening = opening or (await office.free(20))[-1]
    office.world.set_online(OFFICE_ID, online=False)
    row = await office.settled(await office.book(opening, name=name), State.QUEUED)
    await office.idle()
    return await office.row(row)


async def back(office, *, after=0.0):
    """The PC is on again and has loaded the copy, and we have seen that it moved."""
    office.world.set_online(OFFICE_ID, online=True)
    await office.forward(after or 60.0)
    office.world.offices[OFFICE_ID].refresh()
    await office.app.freshness.look()
    await office.forward(16)


async def tasks_of(office, row):
    return [task.kind for task in await office.store.inbox.of_writeback(row.id)]


async def test_a_booking_is_kept_over_the_night_and_sent_once_when_the_pc_is_back(tmp_path):
    async with manual(tmp_path) as office:
        row = await queued(office)
        assert (row.reason, row.result) == ("spu_offline", "pending")
        start = dt.datetime.fromisoformat(row.facts["start"])
        assert row.send_before == moment_of(start, office.zone) - 3_600_000
        await office.forward(HOUR, 11 * HOUR)
        assert ((await office.row(row)).state, office.posts) == (State.QUEUED, 1)
        await back(office)
        row = await office.row(row)
        assert row.state is State.SUBMITTED
        assert "intent office_back" in await office.history(row)
        await office.forward(30)
        assert (await office.row(row)).state is State.CONFIRMED
        assert (office.posts, len(office.truth())) == (2, 1)
        assert await tasks_of(office, row) == []


async def test_a_pc_that_is_back_is_not_enough_before_its_copy_is_fresh(tmp_path):
    async with manual(tmp_path) as office:
        row = await queued(office)
        office.world.set_online(OFFICE_ID, online=True)
        await office.forward(NIGHT, HOUR)
        assert ((await office.row(row)).state, office.posts) == (State.QUEUED, 1)


async def test_a_time_that_the_desk_gave_away_meanwhile_is_not_asked_for_and_somebody_calls(tmp_path):
    async with manual(tmp_path) as office:
        row = await queued(office)
        desk = office.world.desks[OFFICE_ID]
        someone = next(n for n in desk.office.records.patients if n != office.patient().patient_id)
        start = dt.datetime.fromisoformat(row.facts["start"])
        desk.book(someone, start, 30, row.facts["operatory"], row.facts["provider_id"])
        await back(office, after=NIGHT)
        row = await office.row(row)
        assert (row.state, row.reason) == (State.REJECTED, "slot_taken")
        await office.forward(121, 11, DAY)
        assert office.posts == 1
        assert office.truth() == []
        assert await tasks_of(office, row) == [TaskKind.CALL_NOW]


async def test_a_pc_that_goes_off_again_queues_the_write_again_until_it_is_back_for_good(tmp_path):
    async with manual(tmp_path) as office:
        row = await queued(office)
        await office.forward(60)
        office.world.set_online(OFFICE_ID, online=True)
        office.world.offices[OFFICE_ID].refresh()
        office.world.set_online(OFFICE_ID, online=False)
        await office.app.freshness.look()
        await office.forward(16)
        row = await office.row(row)
        assert (row.state, office.posts) == (State.QUEUED, 2)
        await office.forward(HOUR)
        assert office.posts == 2
        await back(office)
        await office.forward(30)
        assert (await office.row(row)).state is State.CONFIRMED
        assert (office.posts, len(office.truth())) == (3, 1)


async def test_a_pc_that_never_comes_back_ends_it_before_the_appointment_and_somebody_calls(tmp_path):
    async with manual(tmp_path) as office:
        row = await queued(office, (await office.free(3))[0])
        left = (row.send_before - office.clock.now()) / 1000
        await office.forward(left - 10)
        assert (await office.row(row)).state is State.QUEUED
        await office.forward(10, 15)
        row = await office.row(row)
        assert (row.state, row.reason) == (State.REJECTED, "never_sent")
        await back(office)
        await office.forward(121, 11)
        assert office.posts == 1
        assert await tasks_of(office, row) == [TaskKind.CALL_NOW]


async def test_what_is_withdrawn_while_queued_is_never_sent(tmp_path):
    async with manual(tmp_path) as office:
        row = await queued(office)
        await office.cancel(visit_of(row, Standing.PENDING))
        assert (await office.row(row)).state is State.WITHDRAWN
        await back(office, after=NIGHT)
        assert (office.posts, office.truth()) == (1, [])
        assert await tasks_of(office, row) == []


async def test_of_two_queued_for_one_time_the_first_is_sent_and_the_second_is_not(tmp_path):
    async with manual(tmp_path) as office:
        opening = (await office.free(20))[-1]
        first = await queued(office, opening)
        await office.forward(1)
        names = [
            f"{row.firstname} {row.lastname}"
            for row in office.world.offices[OFFICE_ID].records.patients.values()
        ]
        other = next(name for name in names if name != "Anna Lindqvist" and names.count(name) == 1)
        second = await queued(office, opening, name=other)
        await back(office)
        await office.forward(30)
        assert (await office.row(first)).state is State.CONFIRMED
        assert (await office.row(second)).reason == "slot_taken"


async def test_a_cancellation_waits_for_the_pc_too_and_needs_no_free_time(tmp_path):
    async with manual(tmp_path) as office:
        row = await office.settled(await office.book((await office.free(20))[-1]), State.SUBMITTED)
        await office.forward(30)
        (visit,) = await office.visits()
        office.world.set_online(OFFICE_ID, online=False)
        cancelled = (await office.cancel(visit)).row
        cancelled = await office.settled(cancelled, State.QUEUED)
        await office.forward(HOUR)
        await back(office)
        await office.forward(30)
        assert (await office.row(cancelled)).state is State.CONFIRMED
        assert office.truth() == []
        assert (await office.row(row)).state is State.CONFIRMED


async def queued_change(office, operation):
    """What was asked for of a confirmed visit while the PC was off; with the visit."""
    free = await office.free(20)
    await office.settled(await office.book(free[-1]), State.SUBMITTED)
    await office.forward(30)
    (visit,) = await office.visits()
    office.world.set_online(OFFICE_ID, online=False)
    if operation == "cancel":
        row = (await office.cancel(visit)).row
    elif operation == "move":
        offer = SlotOffer(free[0], EXAM.name, "Dr. Lee")
        row = (await office.desk.moving.move(office.profile, visit, offer, None)).row
    else:
        row = (await office.desk.moving.confirm(office.profile, visit, None)).row
    row = await office.settled(row, State.QUEUED)
    await office.idle()
    return row, visit


def minute(start):
    return start.strftime("%Y-%m-%d at %H:%M")


ASKED_FOR = {
    "cancel": "cancelling the appointment of {start}",
    "confirm": "the patient's yes to the appointment of {start}",
    "move": "moving the appointment of {start} to {new_start}",
}


@pytest.mark.parametrize("operation", sorted(ASKED_FOR))
async def test_a_change_of_a_visit_that_the_desk_has_moved_since_is_not_sent_and_somebody_calls(
    tmp_path, operation
):
    async with manual(tmp_path) as office:
        row, visit = await queued_change(office, operation)
        sent = len(office.world.effects)
        later = visit.start + WEEKS
        office.world.desks[OFFICE_ID].move(visit.appointment_sr_no, later)
        await back(office)
        row = await office.row(row)
        assert (row.state, row.reason, row.facts["stands"]) == (State.REJECTED, "changed", later.isoformat())
        await office.forward(121, 11, DAY)
        (truth,) = office.truth()
        assert (truth.start, truth.confirmed_on, len(office.world.effects)) == (later, None, sent)
        (task,) = await office.store.inbox.of_writeback(row.id)
        times = {
            name: minute(dt.datetime.fromisoformat(row.facts[name]))
            for name in ("start", "new_start")
            if name in row.facts
        }
        assert task.kind is TaskKind.CALL_NOW
        assert task.body["words"] == (
            f"Asked for: {ASKED_FOR[operation].format(**times)}. The calendar has it on {minute(later)} by "
            "now, so nothing was sent. This was not done, and the caller has not heard so. Please call."
        )


async def test_nobody_is_told_to_retry_what_was_changed_first(tmp_path):
    async with manual(tmp_path) as office:
        row, visit = await queued_change(office, "cancel")
        async with office.store.database.transaction() as statements:
            await statements.execute("UPDATE pms_writebacks SET retry_of = 'another' WHERE id = $1", row.id)
        office.world.desks[OFFICE_ID].move(visit.appointment_sr_no, visit.start + WEEKS)
        await back(office)
        await office.forward(121, 11, DAY)
        (task,) = await office.store.inbox.of_writeback(row.id)
        assert task.kind is TaskKind.FAILED
        assert task.body["words"].endswith(
            "so nothing was sent. This was not done, and no caller asked for it. Look what is still wanted."
        )


@pytest.mark.parametrize("operation", ["confirm", "move"])
async def test_a_change_of_a_visit_that_the_desk_has_cancelled_since_is_not_sent(tmp_path, operation):
    async with manual(tmp_path) as office:
        row, visit = await queued_change(office, operation)
        office.world.desks[OFFICE_ID].cancel(visit.appointment_sr_no)
        await back(office)
        row = await office.row(row)
        assert (row.state, row.reason, row.facts["stands"]) == (State.REJECTED, "changed", "")
        await office.forward(121, 11)
        assert office.truth() == []
        (task,) = await office.store.inbox.of_writeback(row.id)
        assert "It is in the calendar no more, so nothing was sent." in task.body["words"]


async def test_a_cancellation_of_a_visit_that_the_desk_has_cancelled_too_is_done(tmp_path):
    async with manual(tmp_path) as office:
        row, visit = await queued_change(office, "cancel")
        office.world.desks[OFFICE_ID].cancel(visit.appointment_sr_no)
        await back(office)
        await office.forward(30)
        assert ((await office.row(row)).state, office.truth()) == (State.CONFIRMED, [])


@pytest.mark.parametrize("operation", sorted(ASKED_FOR))
async def test_a_change_of_a_visit_that_stands_as_it_was_is_sent_when_the_pc_is_back(tmp_path, operation):
    async with manual(tmp_path) as office:
        row, _ = await queued_change(office, operation)
        await back(office)
        await office.forward(30)
        assert (await office.row(row)).state is State.CONFIRMED
        assert await tasks_of(office, row) == []


async def test_a_yes_is_sent_where_a_move_of_the_same_visit_that_came_after_it_is_under_way(tmp_path):
    async with manual(tmp_path) as office:
        row, visit = await queued_change(office, "confirm")
        offer = SlotOffer((await office.free(20))[0], EXAM.name, "Dr. Lee")
        move = (await office.desk.moving.move(office.profile, visit, offer, None)).row
        await office.settled(move, State.QUEUED)
        await back(office)
        await office.forward(30)
        assert ((await office.row(row)).state, (await office.row(move)).state) == (
            State.CONFIRMED,
            State.CONFIRMED,
        )


async def test_an_appointment_too_close_to_wait_for_is_refused_at_once(tmp_path):
    async with manual(tmp_path) as office:
        usual = (await office.free())[0]
        start = office.profile.clock(office.clock.now()) + dt.timedelta(minutes=45)
        office.world.set_online(OFFICE_ID, online=False)
        row = await office.book(Opening(start, usual.operatory, usual.provider_id, usual.length_minutes))
        row = await office.settled(row, State.REJECTED)
        assert row.reason == "spu_offline"


async def test_a_process_that_starts_while_rows_are_queued_goes_on_with_them(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        async with office_on(line, tmp_path, clock) as dying:
            row = await queued(dying)
        clock.advance(NIGHT)
        async with office_on(line, tmp_path, clock) as office:
            await back(office)
            await office.forward(30)
            assert (await office.row(row)).state is State.CONFIRMED
            assert office.posts == len(office.truth()) + 1 == 2


async def test_a_slot_that_cannot_be_checked_is_not_sent_for(tmp_path):
    async with manual(tmp_path) as office:
        row = await queued(office)
        office.world.denied.add("appointments")
        await back(office)
        await office.forward(60)
        assert ((await office.row(row)).state, office.posts) == (State.QUEUED, 1)
        office.world.denied.clear()
        await office.forward(16, 30)
        assert (await office.row(row)).state is State.CONFIRMED


async def test_a_write_without_an_appointment_is_kept_for_seven_days(tmp_path):
    async with manual(tmp_path) as office:
        row = await office.book()
        bare = replace(row, facts={"patient_id": "1"})
        until = kept_until(bare, office.profile.office, office.desk.settings)
        assert until == round(MONDAY.timestamp() * 1000) + 7 * 24 * 3_600_000
