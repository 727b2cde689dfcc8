"""Finding out what became of a write: by its status, by the list, by the copy; never by silence."""

from dataclasses import replace
from itertools import pairwise

import anyio
import pytest
from harness import MONDAY, OFFICE_ID, SLOW, ManualClock, open_office, quiet_office, served

from sandbox.faults import Fault
from sandbox.switches import Switches
from sandbox.world import SandboxConfig
from server.background.cadence import pause_seconds
from server.background.parts import Parts
from server.background.polling import JITTER
from server.background.sweeper import Sweeper
from server.desk.copies.overlay import sr_no_of
from store.ledger_states import State

HOUR = 3600.0
DAY = 24 * HOUR
LEASE = 46.0


def manual(tmp_path, config: SandboxConfig = SLOW, **settings):
    return open_office(tmp_path, ManualClock(), config=config, **settings)


def taking(seconds):
    return replace(SLOW, writeback_seconds=(seconds, seconds))


def jittered(wanted):
    return pytest.approx(wanted, rel=JITTER + 1e-3)


async def submitted(office):
    """A booking that Sikka has accepted and the practice has not done."""
    row = await office.settled(await office.book(), State.SUBMITTED)
    await office.idle()
    return await office.row(row)


@pytest.mark.parametrize(
    ("age", "seconds"),
    [(0, 2), (29, 2), (30, 4), (119, 4), (120, 9.6), (300, 60), (1_800, 300), (21_600, 1_800), (1e7, 1_800)],
)
def test_a_write_is_asked_for_more_slowly_with_its_age(age, seconds):
    assert pause_seconds(age, 0.8, watched=False) == pytest.approx(seconds)
    assert pause_seconds(age, 0.8, watched=True) == 0.8


async def test_an_unwatched_row_is_asked_for_by_the_table_and_a_watched_one_every_poll(tmp_path):
    async with manual(tmp_path, taking(900)) as office:
        row = await submitted(office)
        assert row.due_at - office.clock.now() == jittered(2_000)
        with office.desk.doorbell.watching([row.id]):
            await office.forward(3)
            assert (await office.row(row)).due_at - office.clock.now() == jittered(800)
        await office.forward(30)
        assert (await office.row(row)).due_at - office.clock.now() == jittered(4_000)


async def test_a_caller_who_begins_to_wait_has_the_outcome_looked_for_at_once(tmp_path):
    async with manual(tmp_path, taking(900)) as office:
        row = await submitted(office)
        asked = office.asked("GET", "/writeback_status")
        (seen,) = await office.desk.waiting.settled(office.id, [row], 0.0)
        await office.idle()
        assert seen.state is State.SUBMITTED
        assert office.asked("GET", "/writeback_status") == asked + 1


@pytest.mark.parametrize("filled", ["all", "created_id", "own_field"])
async def test_a_confirmed_booking_knows_its_appointment_however_sikka_tells_it(tmp_path, filled):
    config = replace(SLOW, switches=Switches(created_ids=filled))
    async with manual(tmp_path, config) as office:
        row = await submitted(office)
        await office.forward(30)
        row = await office.row(row)
        (made,) = office.truth()
        assert row.state is State.CONFIRMED
        assert sr_no_of(row) == made.sr_no
        assert row.appointment_key == office.desk.booking.appointment_key(office.id, made.sr_no)
        assert row.sikka_id not in {row.created.appointment_sr_no, row.created.created_id}


async def test_a_time_that_the_desk_took_meanwhile_is_failed_as_taken_with_the_text_kept(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        desk = office.world.desks[OFFICE_ID]
        start = (await office.visits())[0].start
        someone = next(
            number for number in desk.office.records.patients if number != office.patient().patient_id
        )
        desk.book(someone, start, 30, row.facts["operatory"], row.facts["provider_id"])
        await office.forward(30)
        row = await office.row(row)
        assert (row.state, row.reason, row.result) == (State.FAILED, "slot_taken", "failed")
        assert "already scheduled" in (row.error_message or "")
        assert row.natural_key is None
        assert office.truth() == []


async def test_another_refusal_of_the_practices_software_is_failed_with_its_text_kept(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        records = office.world.offices[OFFICE_ID].records
        provider = row.facts["provider_id"]
        records.providers[provider] = replace(records.providers[provider], active=False)
        await office.forward(30)
        row = await office.row(row)
        assert (row.state, row.reason) == (State.FAILED, "refused")
        assert "Provider" in (row.error_message or "")


async def test_five_minutes_of_silence_are_overdue_and_a_late_answer_still_settles_it(tmp_path):
    async with manual(tmp_path, taking(1_000)) as office:
        row = await submitted(office)
        await office.forward(299)
        assert (await office.row(row)).state is State.SUBMITTED
        await office.forward(11)
        row = await office.row(row)
        assert (row.state, row.reason, row.result) == (State.OVERDUE, "silence", "pending")
        await office.forward(700)
        row = await office.row(row)
        assert row.state is State.CONFIRMED
        assert sr_no_of(row) == office.truth()[0].sr_no


async def test_silence_never_fails_a_row_which_is_asked_for_ever_more_slowly(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        office.world.set_online(OFFICE_ID, online=False)
        pauses = []
        while office.clock.now() / 1000 - MONDAY.timestamp() < 8 * DAY:
            looks = row.check_count
            await office.forward(6 * HOUR)
            row = await office.row(row)
            assert row.state is State.OVERDUE
            if row.check_count > looks:
                pauses.append((row.due_at - office.clock.now()) / 1000)
        for earlier, later in pairwise(pauses):
            assert later >= earlier * (1 - JITTER) / (1 + JITTER)
        assert pauses[0] == jittered(1_800)
        assert pauses[-1] == DAY
        office.world.set_online(OFFICE_ID, online=True)
        await office.forward(30, DAY)
        assert (await office.row(row)).state is State.CONFIRMED
        assert office.posts == 1


async def test_without_the_status_the_list_says_pending_and_then_only_the_copy_confirms(tmp_path):
    async with manual(tmp_path) as office:
        office.world.denied.add("writeback_status")
        row = await submitted(office)
        await office.forward(10)
        assert (await office.row(row)).state is State.SUBMITTED
        await office.forward(30)
        row = await office.row(row)
        assert (row.state, row.reason, row.result) == (State.UNCERTAIN, "outcome_hidden", "pending")
        await office.forward(HOUR)
        assert (await office.row(row)).state is State.UNCERTAIN
        office.world.offices[OFFICE_ID].refresh()
        await office.forward(31)
        row = await office.row(row)
        assert row.state is State.CONFIRMED
        assert sr_no_of(row) == office.truth()[0].sr_no
        assert office.posts == 1


async def test_a_hidden_outcome_is_told_by_the_status_once_it_may_be_asked_again(tmp_path):
    async with manual(tmp_path) as office:
        office.world.denied.add("writeback_status")
        row = await submitted(office)
        await office.forward(30)
        assert (await office.row(row)).reason == "outcome_hidden"
        office.world.denied.discard("writeback_status")  # the plan has been changed; the copy stays as it is
        await office.forward(31)
        row = await office.row(row)
        assert (await office.history(row))[-1] == "confirmed status"
        assert sr_no_of(row) == office.truth()[0].sr_no


async def test_without_the_status_a_write_the_copy_shows_already_is_confirmed_at_once(tmp_path):
    async with manual(tmp_path) as office:
        office.world.denied.add("writeback_status")
        row = await submitted(office)
        office.manual.advance(30)
        office.world.advance()
        office.world.offices[OFFICE_ID].refresh()
        await office.forward(0)
        row = await office.row(row)
        assert await office.history(row) == ["intent", "sending", "submitted", "confirmed copy"]


async def test_without_the_status_a_cancellation_is_confirmed_when_the_copy_shows_it(tmp_path):
    async with manual(tmp_path) as office:
        await submitted(office)
        await office.forward(30)
        office.world.offices[OFFICE_ID].refresh()
        (visit,) = await office.visits()
        office.world.denied.add("writeback_status")
        cancelled = (await office.cancel(visit)).row
        await office.settled(cancelled, State.SUBMITTED)
        await office.forward(30)
        assert (await office.row(cancelled)).state is State.UNCERTAIN
        office.world.offices[OFFICE_ID].refresh()
        await office.forward(31)
        assert (await office.row(cancelled)).state is State.CONFIRMED
        assert office.truth() == []


async def test_without_the_status_silence_is_overdue_too(tmp_path):
    async with manual(tmp_path, taking(1_000)) as office:
        office.world.denied.add("writeback_status")
        row = await submitted(office)
        await office.forward(310)
        assert (await office.row(row)).state is State.OVERDUE


async def test_with_neither_status_nor_list_a_row_stays_open_and_is_looked_at_again(tmp_path):
    async with manual(tmp_path) as office:
        office.world.denied.update({"writeback_status", "writebacks"})
        row = await submitted(office)
        await office.forward(30, HOUR)
        row = await office.row(row)
        assert row.state is State.SUBMITTED
        assert row.due_at > office.clock.now()
        office.world.denied.clear()
        await office.forward(HOUR)
        assert (await office.row(row)).state is State.CONFIRMED


async def test_an_older_booking_in_a_stale_copy_is_not_taken_for_the_same_time_booked_anew(tmp_path):
    async with manual(tmp_path) as office:
        opening = (await office.free())[0]
        first = await office.settled(await office.book(opening), State.SUBMITTED)
        await office.forward(30)
        office.world.offices[OFFICE_ID].refresh()  # the copy shows the first one, and then grows stale
        (visit,) = await office.visits()
        await office.cancel(visit)
        await office.forward(0, 30)
        office.world.denied.add("writeback_status")
        second = await office.settled(await office.book(opening), State.SUBMITTED)
        assert second.id != first.id
        await office.forward(30, HOUR)
        assert (await office.row(second)).state is State.UNCERTAIN
        office.world.offices[OFFICE_ID].refresh()
        await office.forward(31)
        second = await office.row(second)
        assert second.state is State.CONFIRMED
        assert sr_no_of(second) == office.truth()[0].sr_no != sr_no_of(await office.row(first))


async def test_a_look_that_crashes_is_put_off_and_made_again(tmp_path, monkeypatch):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        with monkeypatch.context() as patch:

            async def broken(number):
                raise RuntimeError("a defect")

            patch.setattr(office.store.offices, "get", broken)
            await office.forward(3)
        seen = await office.row(row)
        assert seen.state is State.SUBMITTED
        assert seen.check_count == row.check_count + 1
        await office.forward(30)
        assert (await office.row(row)).state is State.CONFIRMED


async def test_a_look_that_cannot_even_be_put_off_is_made_again_when_its_lease_lapses(tmp_path, monkeypatch):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        tried = anyio.Event()

        async def broken(*args, **kwargs):
            tried.set()
            raise RuntimeError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(office.ledger, "postpone", broken)
            office.manual.advance(3)
            office.desk.doorbell.ring()
            with anyio.fail_after(5):
                await tried.wait()
        await office.forward(LEASE, 30)
        assert (await office.row(row)).state is State.CONFIRMED


async def test_a_look_ends_before_its_lease_does_so_that_no_row_is_looked_at_twice_at_once(tmp_path):
    async with manual(tmp_path, look_seconds=0.5) as office:
        office.world.faults.add(Fault("hang", path="/writeback_status", seconds=60, times=1))
        row = await office.settled(await office.book(), State.SUBMITTED)
        await office.idle()
        row = await office.row(row)
        assert (row.state, row.check_count, row.lease_owner) == (State.SUBMITTED, 1, None)
        await office.forward(30)
        assert (await office.row(row)).state is State.CONFIRMED


async def test_a_row_whose_office_is_gone_is_put_off(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line, quiet_office(line, tmp_path, clock) as office:
        row = await office.book()
        async with anyio.create_task_group() as tasks:
            parts = Parts(office.store, office.sikka, office.desk.doorbell, clock, office.desk.settings, "me")
            (claimed,) = await office.ledger.claim_due(
                {State.INTENT}, owner="me", now=clock.now(), lease_ms=45_000, limit=1
            )
            await Sweeper(parts, office.desk, tasks).look(replace(claimed, office="gone"))
        row = await office.row(row)
        assert row.lease_owner is None
        assert row.due_at > clock.now()
