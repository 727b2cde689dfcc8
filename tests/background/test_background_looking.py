"""Looking for a write whose answer was lost: copy, list, absence proven twice, and only then once more."""

import datetime as dt

import anyio
import pytest
from harness import OFFICE_ID, SLOW, ManualClock, office_on, open_office, served

from sandbox.faults import Fault
from sandbox.world import SandboxConfig
from server.background.evidence import Evidence
from server.background.outcomes import Outcomes
from server.background.parts import Parts
from server.background.search import Search
from server.background.slots import Slots
from server.background.withdrawals import Withdrawals
from server.sikka import bodies
from store.inbox import TaskKind
from store.ledger_rows import NewWriteback
from store.ledger_states import State

HOUR = 3600.0
LOST = Fault("lost_after", method="POST", path="/appointment")
NEVER_ARRIVED = Fault("lost_before", method="POST", path="/appointment")


def manual(tmp_path, config: SandboxConfig = SLOW, **settings):
    return open_office(tmp_path, ManualClock(), config=config, **settings)


async def lost(office, fault=LOST, opening=None):
    """A booking whose answer was lost, after the first look for it."""
    opening = opening or (await office.free())[0]
    office.world.faults.add(fault)
    row = await office.book(opening)
    await office.until(lambda: office.posts > 0)
    await office.idle()
    return await office.row(row)


async def tasks_of(office, row):
    return [task.kind for task in await office.store.inbox.of_writeback(row.id)]


def a_note(office, text="Prefers mornings."):
    write = bodies.medical_note(
        practice_id="1",
        patient_id=office.patient().patient_id,
        provider_id=next(iter(office.profile.providers)),
        day=office.profile.clock(office.clock.now()).date(),
        text=text,
    )
    return NewWriteback(
        office=office.id,
        operation="add_note",
        method=write.method,
        endpoint=write.endpoint,
        body={**write.body, "type": "Patient Note"},
        facts={"patient_id": office.patient().patient_id, "text": text, "type": ""},
        natural_key=None,
        send_before=office.clock.now() + 600_000,
    )


async def test_a_write_that_arrived_is_found_in_the_list_adopted_and_confirmed_by_its_status(tmp_path):
    async with manual(tmp_path) as office:
        row = await lost(office)
        assert (row.state, row.reason) == (State.SUBMITTED, "adopted")
        await office.forward(30)
        row = await office.row(row)
        assert row.state is State.CONFIRMED
        assert row.created.appointment_sr_no == office.truth()[0].sr_no
        assert office.posts == 1


async def test_a_write_that_never_arrived_is_sent_once_more_after_two_looks_and_not_before(tmp_path):
    async with manual(tmp_path) as office:
        row = await lost(office, NEVER_ARRIVED)
        assert (row.state, row.looks) == (State.UNCERTAIN, 0)
        await office.forward(29.5)
        assert (await office.row(row)).looks == 0
        await office.forward(1)
        row = await office.row(row)
        assert (row.state, row.looks, office.posts) == (State.UNCERTAIN, 1, 1)
        await office.forward(60)
        assert (await office.row(row)).state is State.UNCERTAIN
        await office.forward(30)
        row = await office.row(row)
        assert (row.state, office.posts) == (State.SUBMITTED, 2)
        assert "intent proven_absent" in await office.history(row)
        await office.forward(30)
        assert (await office.row(row)).state is State.CONFIRMED
        assert len(office.truth()) == len(office.world.effects) == 1


async def test_looks_made_late_are_as_far_apart_as_looks_made_in_time(tmp_path):
    async with manual(tmp_path) as office:
        row = await lost(office, NEVER_ARRIVED)
        await office.forward(200)
        assert (await office.row(row)).looks == 1
        await office.forward(60)
        assert (office.posts, (await office.row(row)).state) == (1, State.UNCERTAIN)
        await office.forward(30)
        assert office.posts == 2


async def test_a_write_lost_twice_is_looked_for_twice_and_never_sent_a_third_time(tmp_path):
    async with manual(tmp_path) as office:
        office.world.faults.add(NEVER_ARRIVED)
        row = await lost(office, NEVER_ARRIVED)
        await office.forward(30, 90)
        assert office.posts == 2
        await office.forward(30, 90)
        row = await office.row(row)
        assert (row.state, row.reason) == (State.REJECTED, "never_sent")
        await office.forward(120, HOUR)
        assert office.posts == 2
        assert len(office.world.effects) == 0
        assert await tasks_of(office, row) == [TaskKind.CALL_NOW]


async def test_a_rate_limit_before_it_does_not_use_up_the_second_send(tmp_path):
    async with manual(tmp_path) as office:
        office.world.faults.add(Fault("rate_limited", method="POST", path="/appointment"))
        row = await lost(office, NEVER_ARRIVED)
        await office.forward(61)
        assert (await office.row(row)).state is State.UNCERTAIN
        await office.forward(30, 90, 30)
        assert (await office.row(row)).state is State.CONFIRMED
        assert (office.posts, len(office.world.effects)) == (3, 1)


async def test_what_is_proven_absent_too_late_to_be_sent_is_rejected(tmp_path):
    async with manual(tmp_path) as office:
        row = await lost(office, NEVER_ARRIVED)
        await office.forward(30, 600)
        row = await office.row(row)
        assert (row.state, row.reason) == (State.REJECTED, "never_sent")
        assert office.posts == 1


async def test_what_is_proven_absent_and_not_wanted_any_more_is_withdrawn(tmp_path):
    async with manual(tmp_path) as office:
        row = await lost(office, NEVER_ARRIVED)
        await office.ledger.wish_withdraw(office.id, row.id, office.clock.now())
        await office.forward(30, 90)
        assert (await office.row(row)).state is State.WITHDRAWN
        assert office.posts == 1


async def test_where_the_list_is_not_permitted_nothing_is_sent_again_and_one_task_says_so(tmp_path):
    async with manual(tmp_path) as office:
        office.world.denied.add("writebacks")
        row = await lost(office, NEVER_ARRIVED)
        await office.forward(30, 90, 300, HOUR)
        row = await office.row(row)
        assert row.state is State.UNCERTAIN
        assert office.posts == 1
        assert row.flagged_at is not None
        assert await tasks_of(office, row) == [TaskKind.UNCERTAIN]


async def test_where_the_list_is_not_permitted_the_copy_still_confirms(tmp_path):
    async with manual(tmp_path) as office:
        office.world.denied.add("writebacks")
        row = await lost(office)
        await office.forward(60)
        assert (await office.row(row)).state is State.UNCERTAIN
        office.world.offices[OFFICE_ID].refresh()
        await office.forward(31)
        row = await office.row(row)
        assert (row.state, row.reason, office.posts) == (State.CONFIRMED, "copy", 1)


async def lost_and_shown(office):
    """A write whose answer was lost, in copy and list by now, and not looked for yet."""
    office.world.denied.add("writebacks")
    row = await lost(office)
    office.manual.advance(31)
    office.world.advance()
    office.world.offices[OFFICE_ID].refresh()
    office.world.denied.clear()
    return row


async def test_what_the_copy_shows_is_confirmed_with_the_id_that_the_list_knows(tmp_path):
    async with manual(tmp_path) as office:
        row = await lost_and_shown(office)
        await office.forward(0)
        row = await office.row(row)
        assert (row.state, row.reason) == (State.CONFIRMED, "copy")
        assert row.sikka_id == next(iter(office.world.queue.rows))


async def test_what_was_given_up_while_it_was_looked_for_is_done_with_the_id_that_the_list_knows(tmp_path):
    async with manual(tmp_path) as office:
        row = await lost_and_shown(office)
        await office.ledger.settle_by_person(
            office.id, row.id, State.FAILED, by="Dana", note="", now=office.clock.now()
        )
        desk = office.desk
        parts = Parts(office.store, office.sikka, desk.doorbell, office.clock, desk.settings, "me")
        outcomes = Outcomes(parts, desk, Withdrawals(parts, desk))
        search = Search(parts, Evidence(parts, desk), outcomes, Slots(parts, desk))
        await search.look(row, office.profile.office)
        row = await office.row(row)
        assert (row.state, row.reason) == (State.CONFIRMED, "late_answer")
        assert row.sikka_id == next(iter(office.world.queue.rows))


async def test_while_the_list_cannot_be_read_nothing_is_proven(tmp_path):
    async with manual(tmp_path) as office:
        office.world.faults.add(Fault("internal_error", method="GET", path="/writebacks", times=None))
        row = await lost(office, NEVER_ARRIVED)
        await office.forward(31, 31, 31, 31, 31)
        row = await office.row(row)
        assert (row.state, row.looks, office.posts) == (State.UNCERTAIN, 0, 1)
        office.world.faults.clear()
        await office.forward(31, 91)
        assert office.posts == 2


async def test_two_identical_writes_both_lost_find_one_each(tmp_path):
    async with manual(tmp_path) as office:
        for _ in range(2):
            office.world.faults.add(Fault("lost_after", method="POST", path="/medical_notes"))
        rows = [(await office.ledger.append(a_note(office), office.clock.now()))[0] for _ in range(2)]
        office.desk.doorbell.ring()
        await office.until(lambda: office.asked("POST", "/medical_notes") == 2)
        await office.idle()
        await office.forward(5, 30)
        rows = [await office.row(row) for row in rows]
        assert [row.state for row in rows] == [State.CONFIRMED] * 2
        assert {row.sikka_id for row in rows} == set(office.world.queue.rows)
        assert office.asked("POST", "/medical_notes") == 2


async def test_of_two_identical_writes_of_which_one_arrived_the_other_alone_is_sent_again(tmp_path):
    async with manual(tmp_path) as office:
        for kind in ("lost_after", "lost_before"):
            office.world.faults.add(Fault(kind, method="POST", path="/medical_notes"))
        rows = [(await office.ledger.append(a_note(office), office.clock.now()))[0] for _ in range(2)]
        office.desk.doorbell.ring()
        await office.until(lambda: office.asked("POST", "/medical_notes") == 2)
        await office.idle()
        await office.forward(30, 91, 30)
        rows = [await office.row(row) for row in rows]
        assert [row.state for row in rows] == [State.CONFIRMED] * 2
        assert {row.sikka_id for row in rows} == set(office.world.queue.rows)
        assert (office.asked("POST", "/medical_notes"), len(office.world.effects)) == (3, 2)


async def test_a_write_made_before_and_owned_by_its_row_is_not_adopted_by_the_next_one_like_it(tmp_path):
    async with manual(tmp_path) as office:
        first, _ = await office.ledger.append(a_note(office), office.clock.now())
        office.desk.doorbell.ring()
        await office.settled(first, State.SUBMITTED)
        await office.forward(30)
        office.world.faults.add(Fault("lost_before", method="POST", path="/medical_notes"))
        second, _ = await office.ledger.append(a_note(office), office.clock.now())
        office.desk.doorbell.ring()
        await office.settled(second, State.UNCERTAIN)
        await office.forward(30, 91, 30)
        second = await office.row(second)
        assert second.state is State.CONFIRMED
        assert second.sikka_id != (await office.row(first)).sikka_id
        assert len(office.world.effects) == 2


@pytest.mark.parametrize("fault", [LOST, NEVER_ARRIVED], ids=["arrived", "never_arrived"])
async def test_two_processes_that_look_at_once_do_it_once(tmp_path, fault):
    clock = ManualClock()
    async with (
        served(SLOW, clock) as line,
        office_on(line, tmp_path, clock) as one,
        office_on(line, tmp_path, clock) as other,
    ):
        row = await lost(one, fault)
        for seconds in (30.0, 91.0, 30.0):
            other.desk.doorbell.ring()
            await one.forward(seconds)
            other.desk.doorbell.ring()
            await other.idle()
        row = await one.row(row)
        assert row.state is State.CONFIRMED
        assert len(one.truth()) == len(line.world.effects) == 1
        assert one.posts == (1 if fault is LOST else 2)


async def test_an_answer_that_arrives_after_adoption_takes_its_id_from_whoever_has_it(tmp_path):
    async with manual(tmp_path) as office:
        # The first one's answer takes its time; its lease lapses, and it is looked for meanwhile.
        office.world.faults.add(
            Fault("hang", method="POST", path="/medical_notes", seconds=3.0, after_work=True)
        )
        slow, _ = await office.ledger.append(a_note(office), office.clock.now())
        office.desk.doorbell.ring()
        await office.settled(slow, State.SENDING)
        await office.until(lambda: bool(office.world.queue.rows))
        # A second one like it was lost on the way, and finds the first one's entry.
        office.world.faults.add(Fault("lost_before", method="POST", path="/medical_notes"))
        other, _ = await office.ledger.append(a_note(office), office.clock.now())
        office.desk.doorbell.ring()
        other = await office.settled(other, State.SUBMITTED)
        assert other.adopted_at is not None
        slow = await office.settled(slow, State.SUBMITTED)
        assert slow.sikka_id == next(iter(office.world.queue.rows))
        with anyio.fail_after(5):
            while (await office.row(other)).sikka_id is not None:
                await anyio.lowlevel.checkpoint()
        await office.idle()
        await office.forward(30, 91, 30)
        assert [(await office.row(row)).state for row in (slow, other)] == [State.CONFIRMED] * 2
        assert len(office.world.effects) == 2


async def test_an_own_answer_after_adoption_changes_nothing_and_tells_the_id_is_its_own(tmp_path):
    async with manual(tmp_path) as office:
        opening = (await office.free())[0]
        office.world.faults.add(
            Fault("hang", method="POST", path="/appointment", seconds=3.0, after_work=True)
        )
        row = await office.settled(await office.book(opening), State.SENDING)
        await office.until(lambda: bool(office.world.queue.rows))
        office.manual.advance(46)
        office.desk.doorbell.ring()
        row = await office.settled(row, State.SUBMITTED)
        assert row.reason == "adopted"
        with anyio.fail_after(5):
            while (await office.row(row)).adopted_at is not None:
                await anyio.lowlevel.checkpoint()
        await office.forward(30)
        assert (await office.row(row)).state is State.CONFIRMED
        assert (office.posts, len(office.truth())) == (1, 1)


async def test_a_write_found_in_mid_send_days_later_is_searched_for_in_the_days_it_was_sent_in(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        async with office_on(line, tmp_path, clock) as dying:
            opening = (await dying.free(20))[-1]
            dying.world.faults.add(
                Fault("hang", method="POST", path="/appointment", seconds=60.0, after_work=True)
            )
            row = await dying.settled(await dying.book(opening), State.SENDING)
            await dying.until(lambda: bool(line.world.queue.rows))
        clock.advance(dt.timedelta(days=4).total_seconds())
        line.world.advance()
        async with office_on(line, tmp_path, clock) as office:
            await office.forward(1, 46, 30, 91)
            row = await office.row(row)
            assert row.state is State.CONFIRMED
            assert row.sikka_id == next(iter(line.world.queue.rows))
            assert office.posts == 1
