"""What no machine can settle becomes a task for the office's people, once."""

from dataclasses import replace

import pytest
from harness import OFFICE_ID, SLOW, ManualClock, open_office
from stored import tell

from server.background.conflicts import Conflict
from server.background.outcomes import Outcomes
from server.background.parts import Parts
from server.background.withdrawals import Withdrawals
from server.desk.copies.overlay import sr_no_of
from server.desk.proofs import SlotOffer
from server.desk.times.openings import Opening
from server.desk.times.reasons import EXAM
from store.inbox import TaskKind, Urgency
from store.ledger_states import State

HOUR = 3600.0
DAY = 24 * HOUR


def manual(tmp_path, config=SLOW, **settings):
    return open_office(tmp_path, ManualClock(), config=config, **settings)


def taking(seconds):
    return replace(SLOW, writeback_seconds=(seconds, seconds))


async def submitted(office, opening=None):
    row = await office.settled(await office.book(opening or (await office.free(20))[-1]), State.SUBMITTED)
    await office.idle()
    return await office.row(row)


async def confirmed(office, opening=None):
    row = await submitted(office, opening)
    await office.forward(30)
    return await office.row(row)


async def tasks(office, row):
    return await office.store.inbox.of_writeback(row.id)


async def kinds(office, row):
    return [task.kind for task in await tasks(office, row)]


async def refreshed(office, *, after=HOUR):
    """The copy is loaded anew, we see that it moved, and it is compared."""
    await office.forward(after)
    office.world.offices[OFFICE_ID].refresh()
    await office.app.freshness.look()
    await office.forward(31)


async def refused(office):
    row = await submitted(office)
    records = office.world.offices[OFFICE_ID].records
    provider = row.facts["provider_id"]
    records.providers[provider] = replace(records.providers[provider], active=False)
    await office.forward(30)
    row = await office.row(row)
    assert row.state is State.FAILED
    return row


async def test_an_overdue_write_is_flagged_once_however_long_it_stays_so(tmp_path):
    async with manual(tmp_path, taking(1e7)) as office:
        row = await submitted(office)
        await office.forward(310, 11, HOUR, DAY)
        assert await kinds(office, row) == [TaskKind.OVERDUE]
        (task,) = await tasks(office, row)
        await office.store.inbox.done(task.id, "Dana", None, office.clock.now())
        await office.forward(HOUR, DAY)
        assert await kinds(office, row) == [TaskKind.OVERDUE]
        assert (await office.row(row)).flagged_at is not None


async def test_a_failure_of_which_nobody_was_told_within_two_minutes_wants_a_call_now(tmp_path):
    async with manual(tmp_path) as office:
        row = await refused(office)
        await office.forward(110)
        assert await kinds(office, row) == []
        await office.forward(21)
        (task,) = await tasks(office, row)
        assert (task.kind, task.urgency) == (TaskKind.CALL_NOW, Urgency.URGENT)
        await office.store.inbox.done(task.id, "Dana", None, office.clock.now())
        await office.forward(HOUR, DAY)
        assert len(await tasks(office, row)) == 1


async def test_a_failure_that_the_caller_was_told_is_no_task(tmp_path):
    async with manual(tmp_path) as office:
        row = await refused(office)
        await tell(office.store, row.id, State.FAILED, office.clock.now())
        await office.forward(131, HOUR)
        assert await kinds(office, row) == []


async def test_what_was_never_sent_is_a_task_even_where_the_caller_was_told(tmp_path):
    async with manual(tmp_path) as office:
        opening = (await office.free(20))[-1]
        await office.desk.profiles.rulebook(office.profile.office)
        await office.line.down()
        row = await office.book(opening)
        await office.idle()
        await office.forward(300, 301)
        await tell(office.store, row.id, State.REJECTED, office.clock.now())
        await office.forward(121, 11)
        assert await kinds(office, row) == [TaskKind.NEVER_SENT]


async def test_an_outcome_that_only_the_copy_can_tell_is_flagged_if_it_has_not_told_within_a_day(tmp_path):
    async with manual(tmp_path) as office:
        office.world.denied.add("writeback_status")
        row = await confirmed(office)
        assert row.state is State.UNCERTAIN
        await office.forward(HOUR, 6 * HOUR)
        assert await kinds(office, row) == []
        await office.forward(DAY)
        assert await kinds(office, row) == [TaskKind.UNCERTAIN]


async def test_what_a_person_called_failed_and_proves_done_is_a_conflict(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        sweeper_saw = await office.row(row)
        await office.ledger.settle_by_person(
            office.id, row.id, State.FAILED, by="Dana", note="not in the book", now=office.clock.now()
        )
        office.manual.advance(30)
        office.world.advance()
        status = await office.sikka.office(OFFICE_ID, live=True).writeback_status(row.sikka_id or "")
        assert status is not None
        await outcomes(office).settle(sweeper_saw, office.profile.office, status)
        row = await office.row(row)
        assert (row.state, row.reason) == (State.CONFIRMED, "late_answer")
        assert sr_no_of(row) == office.truth()[0].sr_no
        assert await kinds(office, row) == [TaskKind.CONFLICT]


async def test_a_late_answer_that_knows_no_more_changes_nothing(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        await office.forward(30)
        status = await office.sikka.office(OFFICE_ID, live=True).writeback_status(row.sikka_id or "")
        assert status is not None
        before = await office.history(row)
        await outcomes(office).settle(row, office.profile.office, status)
        failed = status.model_copy(update={"status": "Failed", "has_error": "True"})
        await outcomes(office).settle(row, office.profile.office, failed)
        assert await office.history(row) == before


def outcomes(office):
    """What the sweeper of this office settles rows with."""
    parts = Parts(office.store, office.sikka, office.desk.doorbell, office.clock, office.desk.settings, "me")
    return Outcomes(parts, office.desk, Withdrawals(parts, office.desk))


async def test_what_the_copy_shows_as_it_was_confirmed_is_no_task_and_lies_over_it_no_more(tmp_path):
    async with manual(tmp_path) as office:
        row = await confirmed(office)
        await refreshed(office)
        assert (await office.row(row)).shown_at is not None
        assert await kinds(office, row) == []


async def test_a_booking_over_which_the_desk_has_booked_is_a_clash_once(tmp_path):
    async with manual(tmp_path) as office:
        row = await confirmed(office)
        desk = office.world.desks[OFFICE_ID]
        someone = next(n for n in desk.office.records.patients if n != office.patient().patient_id)
        (visit,) = await office.visits()
        desk.book(someone, visit.start, 30, row.facts["operatory"], row.facts["provider_id"])
        await refreshed(office)
        (task,) = await tasks(office, row)
        assert (task.kind, task.body["words"]) == (TaskKind.CONFLICT, Conflict.CLASH)
        await office.store.inbox.done(task.id, "Dana", None, office.clock.now())
        await refreshed(office)
        assert len(await tasks(office, row)) == 1


@pytest.mark.parametrize(
    ("change", "conflict"),
    [("move", Conflict.CHANGED), ("cancel", Conflict.CHANGED), ("delete", Conflict.MISSING)],
)
async def test_a_booking_that_the_desk_changed_before_the_copy_showed_it_is_a_conflict(
    tmp_path, change, conflict
):
    async with manual(tmp_path) as office:
        row = await confirmed(office)
        desk = office.world.desks[OFFICE_ID]
        if change == "move":
            desk.move(sr_no_of(row), office.truth()[0].start.replace(hour=7))
        elif change == "cancel":
            desk.cancel(sr_no_of(row))
        else:
            del desk.office.records.appointments[sr_no_of(row)]
        await refreshed(office)
        assert [task.body["words"] for task in await tasks(office, row)] == [conflict]


async def test_a_copy_that_may_have_been_taken_before_the_write_is_no_conflict(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        office.world.offices[OFFICE_ID].refresh()
        await office.forward(30)
        await office.app.freshness.look()
        await office.forward(31)
        assert (await office.row(row)).state is State.CONFIRMED
        assert await kinds(office, row) == []


async def test_what_the_desk_changes_after_the_copy_has_shown_it_is_the_desks_to_know(tmp_path):
    async with manual(tmp_path) as office:
        row = await confirmed(office)
        await refreshed(office)
        await office.forward(2 * DAY)
        office.world.desks[OFFICE_ID].cancel(sr_no_of(row))
        await refreshed(office)
        assert await kinds(office, row) == []


async def test_a_move_is_confirmed_with_its_appointment_and_supersedes_the_booking(tmp_path):
    async with manual(tmp_path) as office:
        openings = await office.free(20)
        booking = await confirmed(office, openings[-1])
        (visit,) = await office.visits()
        offer = SlotOffer(openings[0], EXAM.name, "Dr. Lee")
        moved = (await office.desk.moving.move(office.profile, visit, offer, None)).row
        await office.settled(moved, State.SUBMITTED)
        await office.forward(30)
        moved = await office.row(moved)
        assert moved.state is State.CONFIRMED
        assert moved.created.appointment_sr_no == sr_no_of(booking)
        assert moved.appointment_key == booking.appointment_key
        assert office.truth()[0].start == openings[0].start
        await refreshed(office)
        assert await kinds(office, booking) == await kinds(office, moved) == []
        assert (await office.row(moved)).shown_at is not None


async def test_a_queued_move_may_overlap_the_time_it_leaves(tmp_path):
    async with manual(tmp_path) as office:
        booking = await confirmed(office)
        (visit,) = await office.visits()
        start = visit.start.replace(minute=(visit.start.minute + 15) % 60)
        opening = Opening(start, visit.operatory, visit.provider_id, 15)
        office.world.offices[OFFICE_ID].refresh()
        office.world.set_online(OFFICE_ID, online=False)
        offer = SlotOffer(opening, EXAM.name, "Dr. Lee")
        moved = (await office.desk.moving.move(office.profile, visit, offer, None)).row
        await office.settled(moved, State.QUEUED)
        await office.forward(60)
        office.world.set_online(OFFICE_ID, online=True)
        await refreshed(office)
        await office.forward(30)
        assert (await office.row(moved)).state is State.CONFIRMED
        assert sr_no_of(booking) == office.truth()[0].sr_no
