"""A booking that the caller no longer wants: withdrawn before it is done, or cancelled right after."""

from dataclasses import replace

import anyio
import pytest
from harness import LIMIT_SECONDS, OFFICE_ID, SLOW, ManualClock, office_on, open_office, served

from sandbox.faults import Fault
from server.desk.copies.overlay import Standing, visit_of
from store.inbox import TaskKind
from store.ledger_states import State

HOUR = 3600.0


def manual(tmp_path, **settings):
    return open_office(tmp_path, ManualClock(), **settings)


async def submitted(office):
    row = await office.settled(await office.book(), State.SUBMITTED)
    await office.idle()
    return await office.row(row)


async def unwanted(office, row):
    """The caller cancels the booking of this row."""
    cancelled = await office.cancel(visit_of(row, Standing.PENDING))
    assert cancelled.of_booking
    return cancelled.row


async def cancel_rows(office):
    patient = office.desk.booking.patient_key(office.profile, office.patient().patient_id)
    rows = await office.ledger.by_patient(office.id, patient, 100)
    return [row for row in rows if row.operation == "cancel"]


async def carried_out_unseen(office):
    """The practice does what is due, and nobody here has looked yet."""
    office.manual.advance(30)
    office.world.advance()


async def test_an_unsent_booking_is_withdrawn_at_once_and_never_sent(tmp_path):
    async with manual(tmp_path) as office:
        opening = (await office.free())[0]
        await office.line.down()
        row = await office.book(opening)
        await office.idle()
        row = await unwanted(office, row)
        assert (row.state, row.reason) == (State.WITHDRAWN, "withdrawn_unsent")
        await office.line.up()
        await office.forward(60, HOUR)
        assert office.posts == 0


async def test_a_submitted_booking_is_deleted_at_sikka_and_never_reaches_the_practice(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        assert (await unwanted(office, row)).state is State.SUBMITTED
        row = await office.settled(row, State.WITHDRAWN)
        assert row.reason == "deleted"
        await office.forward(60, HOUR)
        assert office.world.effects == []
        assert office.truth() == []
        assert office.asked("DELETE", "/writebacks") == 1


async def test_a_wish_that_comes_too_late_is_followed_by_one_cancellation_by_itself(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        await carried_out_unseen(office)
        await unwanted(office, row)
        row = await office.settled(row, State.CONFIRMED)
        await office.forward(0, 30)
        (cancel,) = await cancel_rows(office)
        assert row.follow_up == cancel.id
        assert (await office.row(cancel)).state is State.CONFIRMED
        assert office.truth() == []
        assert office.asked("PATCH", "/appointments") == 1
        assert [effect.operation for effect in office.world.effects] == [
            "POST appointment",
            "PATCH appointments",
        ]
        assert (await office.desk.booking.latest(row)).id == cancel.id


@pytest.mark.parametrize("broken", ["change", "follow"])
async def test_a_crash_between_confirming_and_following_up_loses_nothing(tmp_path, monkeypatch, broken):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        await carried_out_unseen(office)
        real, crashed = getattr(office.ledger, broken), []

        async def crash(row_id, to, *args, **kwargs):
            if not crashed and to not in (State.SENDING, State.SUBMITTED):
                crashed.append(to)
                raise RuntimeError("the process is gone")
            return await real(row_id, to, *args, **kwargs)

        monkeypatch.setattr(office.ledger, broken, crash)
        await unwanted(office, row)
        await office.idle()
        assert crashed
        assert (await office.row(row)).state is not State.CONFIRMED
        await office.forward(30, 30, 30)
        row = await office.row(row)
        (cancel,) = await cancel_rows(office)
        assert (row.state, row.follow_up) == (State.CONFIRMED, cancel.id)
        assert (await office.row(cancel)).state is State.CONFIRMED
        assert office.asked("PATCH", "/appointments") == 1
        assert office.truth() == []


@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
async def test_a_deletion_whose_answer_is_lost_is_withdrawn_once_sikka_says_so(tmp_path, kind):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        office.world.faults.add(Fault(kind, method="DELETE", path="/writebacks"))
        await unwanted(office, row)
        await office.idle()
        assert (await office.row(row)).state is State.SUBMITTED
        await office.forward(3)
        assert (await office.row(row)).state is State.WITHDRAWN
        await office.forward(60)
        assert office.world.effects == []


async def test_a_deletion_that_a_dead_process_asked_for_is_seen_by_the_next(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        async with office_on(line, tmp_path, clock) as dying:
            row = await submitted(dying)
            line.world.faults.add(Fault("lost_after", method="DELETE", path="/writebacks"))
            await unwanted(dying, row)
            await dying.idle()
        async with office_on(line, tmp_path, clock) as office:
            await office.forward(10)
            assert (await office.row(row)).state is State.WITHDRAWN
            assert line.world.effects == []


async def test_a_write_that_sikka_does_not_know_yet_is_not_taken_for_deleted(tmp_path):
    async with open_office(
        tmp_path, ManualClock(), config=replace(SLOW, writeback_seconds=(900.0, 900.0))
    ) as office:
        row = await submitted(office)
        unknown = office.world.queue.rows.pop(row.sikka_id)
        await unwanted(office, row)
        await office.idle()
        await office.forward(5, 5)
        assert (await office.row(row)).state is State.SUBMITTED
        office.world.queue.rows[row.sikka_id] = unknown
        await office.forward(15)
        assert (await office.row(row)).state is State.WITHDRAWN
        assert unknown.deleted


async def test_a_write_nobody_asked_to_delete_is_taken_for_gone_when_it_is_long_unknown(tmp_path):
    async with open_office(
        tmp_path, ManualClock(), config=replace(SLOW, writeback_seconds=(900.0, 900.0))
    ) as office:
        row = await submitted(office)
        del office.world.queue.rows[row.sikka_id]
        await unwanted(office, row)
        await office.forward(5, 150)
        assert (await office.row(row)).state is State.WITHDRAWN


async def test_a_lost_deletion_is_seen_in_the_list_where_the_status_is_not_permitted(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        office.world.denied.add("writeback_status")
        office.world.faults.add(Fault("lost_after", method="DELETE", path="/writebacks"))
        await unwanted(office, row)
        await office.idle()
        await office.forward(3)
        assert (await office.row(row)).state is State.WITHDRAWN


async def test_a_booking_whose_cancellation_is_put_down_is_not_wanted_again(tmp_path, monkeypatch):
    async with manual(tmp_path) as office:
        opening = (await office.free())[0]
        row = await office.settled(await office.book(opening), State.SUBMITTED)
        await office.idle()
        await carried_out_unseen(office)
        real, crashed = office.ledger.change, []

        async def crash(row_id, to, *args, **kwargs):
            if to is State.CONFIRMED and not crashed:
                crashed.append(to)
                raise RuntimeError("the process is gone")
            return await real(row_id, to, *args, **kwargs)

        monkeypatch.setattr(office.ledger, "change", crash)
        await unwanted(office, row)
        await office.idle()
        (cancel,) = await cancel_rows(office)
        row = await office.row(row)
        assert (row.state, row.wish, row.follow_up) == (State.SUBMITTED, "withdraw", cancel.id)
        assert await office.desk.booking.may_be_gone(row)
        again = await office.book(opening)
        assert (again.id, again.wish) == (row.id, "withdraw")
        await office.forward(3, 30)
        row = await office.row(row)
        assert (row.state, (await office.row(cancel)).state) == (State.CONFIRMED, State.CONFIRMED)
        assert office.truth() == []


async def test_a_booking_wanted_again_before_its_cancellation_is_put_down_is_not_cancelled(
    tmp_path, monkeypatch
):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        await carried_out_unseen(office)
        real = office.desk.cancelling.cancellation

        async def wanted_meanwhile(*args):
            await office.ledger.clear_wish(office.id, row.id, office.clock.now())
            return await real(*args)

        monkeypatch.setattr(office.desk.cancelling, "cancellation", wanted_meanwhile)
        await unwanted(office, row)
        await office.settled(row, State.CONFIRMED)
        await office.forward(0, 30)
        row = await office.row(row)
        assert (row.wish, row.follow_up, await cancel_rows(office)) == (None, None, [])
        assert len(office.truth()) == 1


async def test_where_deleting_is_not_permitted_it_is_asked_once_and_the_cancellation_follows(tmp_path):
    async with manual(tmp_path) as office:
        office.world.denied.add("DELETE writebacks")
        row = await submitted(office)
        await unwanted(office, row)
        await office.idle()
        await office.forward(3, 3, 3)
        assert (await office.row(row)).state is State.SUBMITTED
        assert office.asked("DELETE", "/writebacks") == 1
        await office.forward(30, 30)
        assert (await office.row(row)).state is State.CONFIRMED
        (cancel,) = await cancel_rows(office)
        assert cancel.state is State.CONFIRMED
        assert office.truth() == []


async def test_a_deletion_held_up_by_the_rate_limit_is_made_after_the_reset(tmp_path):
    config = replace(SLOW, writeback_seconds=(900.0, 900.0))
    async with open_office(tmp_path, ManualClock(), config=config) as office:
        row = await submitted(office)
        office.world.faults.add(Fault("rate_limited", method="DELETE", path="/writebacks"))
        await unwanted(office, row)
        await office.idle()
        assert (await office.row(row)).state is State.SUBMITTED
        await office.forward(61)
        assert (await office.row(row)).state is State.WITHDRAWN


async def test_a_booking_that_cannot_be_deleted_is_cancelled_once_it_is_done(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        office.world.faults.add(Fault("overloaded", method="DELETE", path="/writebacks", times=None))
        await unwanted(office, row)
        await office.idle()
        await office.forward(3, 30, 30, 30)
        row = await office.row(row)
        assert row.state is State.CONFIRMED
        (cancel,) = await cancel_rows(office)
        assert (row.follow_up, cancel.state) == (cancel.id, State.CONFIRMED)
        assert office.truth() == []


@pytest.mark.parametrize("kind", ["overloaded", "lost_before", "rate_limited", "hang"])
async def test_a_booking_that_cannot_be_deleted_and_is_not_done_is_overdue_and_a_task(tmp_path, kind):
    config = replace(SLOW, writeback_seconds=(HOUR, HOUR))
    async with open_office(tmp_path, ManualClock(), config=config, look_seconds=1.0) as office:
        row = await submitted(office)
        office.world.faults.add(Fault(kind, "DELETE", "/writebacks", times=None, seconds=0.9))
        await unwanted(office, row)
        await office.idle()
        await office.forward(*[62] * 6)
        assert (await office.row(row)).state is State.OVERDUE
        tasks = await office.store.inbox.of_writeback(row.id)
        assert [task.kind for task in tasks] == [TaskKind.OVERDUE]


async def test_an_uncertain_booking_that_was_wished_away_is_cancelled_when_it_turns_up(tmp_path):
    async with manual(tmp_path) as office:
        opening = (await office.free())[0]
        office.world.faults.add(Fault("lost_after", method="POST", path="/appointment"))
        row = await office.settled(await office.book(opening), State.UNCERTAIN)
        await unwanted(office, row)
        await office.forward(31)
        office.world.offices[OFFICE_ID].refresh()
        await office.forward(31, 30)
        assert (await office.row(row)).state is State.CONFIRMED
        assert len(await cancel_rows(office)) == 1
        assert office.truth() == []


async def test_a_booking_wanted_again_before_anything_was_deleted_stays(tmp_path):
    async with manual(tmp_path) as office:
        opening = (await office.free())[0]
        office.world.faults.add(Fault("lost_after", method="POST", path="/appointment"))
        row = await office.settled(await office.book(opening), State.UNCERTAIN)
        await unwanted(office, row)
        again = await office.book(opening)
        assert (again.id, again.wish) == (row.id, None)
        await office.forward(31)
        office.world.offices[OFFICE_ID].refresh()
        await office.forward(31, 30)
        assert (await office.row(row)).state is State.CONFIRMED
        assert await cancel_rows(office) == []
        assert len(office.truth()) == 1


async def test_a_wish_that_comes_while_the_outcome_is_being_read_is_not_lost(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        office.world.faults.add(Fault("hang", path="/writeback_status", seconds=0.4))
        office.manual.advance(30)
        office.desk.doorbell.ring()
        with anyio.fail_after(LIMIT_SECONDS):
            while (await office.row(row)).lease_owner is None:
                await anyio.lowlevel.checkpoint()
        await unwanted(office, row)
        await office.idle()
        await office.forward(30)
        assert (await office.row(row)).state is State.CONFIRMED
        assert len(await cancel_rows(office)) == 1
        assert office.truth() == []


async def test_a_look_that_ends_leaves_its_lease_to_the_look_that_has_begun(tmp_path, monkeypatch):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        postpone, hasten = office.ledger.postpone, office.ledger.hasten
        done = []

        async def and_claimed_by_another(row_id, **named):
            later = await postpone(row_id, **named)
            assert later is not None
            if not done:
                await office.ledger.claim_due(
                    {State.SUBMITTED}, owner="another", now=later.due_at, lease_ms=60_000, limit=1
                )
            done.append("postponed")
            return later

        async def noted(row_ids, now):
            await hasten(row_ids, now)
            done.append("hastened")

        office.world.faults.add(Fault("hang", path="/writeback_status", seconds=0.4))
        office.manual.advance(3)
        office.desk.doorbell.ring()
        with anyio.fail_after(LIMIT_SECONDS):
            while (await office.row(row)).lease_owner is None:
                await anyio.lowlevel.checkpoint()
        monkeypatch.setattr(office.ledger, "postpone", and_claimed_by_another)
        monkeypatch.setattr(office.ledger, "hasten", noted)
        await unwanted(office, row)
        await office.until(lambda: len(done) > 1)
        assert (await office.row(row)).lease_owner == "another"


async def test_a_booking_is_wanted_again_only_while_it_cannot_be_deleted(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        office.world.faults.add(Fault("lost_after", method="DELETE", path="/writebacks"))
        await unwanted(office, row)
        await office.idle()
        kept = await office.ledger.clear_wish(office.id, row.id, office.clock.now())
        assert kept is not None
        assert kept.wish
        await office.forward(3)
        assert (await office.row(row)).state is State.WITHDRAWN


@pytest.mark.parametrize("fault", [{"kind": "hang", "seconds": 0.5}, {"kind": "html", "times": 3}])
async def test_a_booking_wished_away_while_its_key_is_awaited_is_not_sent(tmp_path, fault):
    clock = ManualClock()
    async with open_office(tmp_path, clock) as office:
        opening = (await office.free(14))[-1]
        await office.desk.profiles.rulebook(office.profile.office)  # read before the key expires
        office.world.faults.add(Fault(path="/request_key", **fault))
        clock.seconds += 25 * HOUR  # the key has expired, and nobody was woken to renew it
        row = await office.book(opening)
        await office.until(lambda: bool(office.sikka.keys._renewals))
        await unwanted(office, row)
        row = await office.settled(row, State.WITHDRAWN)
        assert row.reason == "withdrawn_unsent"
        assert office.posts == 0


async def test_where_the_office_has_no_word_for_cancelled_the_booking_simply_stands(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        wordless = replace(office.profile, cancelled_word="")
        office.desk.profiles._known[office.id] = (office.clock.monotonic(), wordless)
        await carried_out_unseen(office)
        await unwanted(office, row)
        row = await office.settled(row, State.CONFIRMED)
        assert row.follow_up is None
        assert await cancel_rows(office) == []
        assert len(office.truth()) == 1
