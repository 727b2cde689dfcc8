"""A write on its way to Sikka: put down first, sent once, and what each kind of answer makes of it."""

import datetime as dt

import anyio
import pytest
from harness import FAST, GONE, OFFICE_ID, SLOW, ManualClock, office_on, open_office, quiet_office, served

from sandbox.faults import Fault
from server.desk.times.openings import Opening
from server.desk.zones import moment_of
from store.ledger_rows import NewWriteback
from store.ledger_states import State

HOUR = 3600.0
LEASE = 46.0  # a little longer than a lease lasts


def struck(kind, **more):
    return Fault(kind, method="POST", path="/appointment", **more)


def apart(openings, count):
    """Openings that do not overlap, whatever the chair."""
    chosen = []
    for opening in openings:
        if not chosen or opening.start >= chosen[-1].start + dt.timedelta(minutes=opening.length_minutes):
            chosen.append(opening)
    return chosen[:count]


async def test_a_booking_is_put_down_sent_and_confirmed_with_the_appointments_own_number(tmp_path):
    async with open_office(tmp_path) as office:
        row = await office.book()
        assert row.state is State.INTENT
        row = await office.settled(row, State.CONFIRMED)
        (made,) = office.truth()
        assert row.created.appointment_sr_no == made.sr_no != row.sikka_id
        assert office.posts == 1
        assert await office.history(row) == ["intent", "sending", "submitted", "confirmed status"]


async def test_while_sikka_is_down_the_row_waits_and_it_is_sent_once_when_sikka_is_back(tmp_path):
    async with open_office(tmp_path, ManualClock()) as office:
        opening = (await office.free())[0]
        await office.line.down()
        row = await office.book(opening)
        await office.idle()
        assert (await office.row(row)).state is State.INTENT
        assert office.posts == 0
        await office.forward(20, 20)
        await office.line.up()
        await office.forward(20, 20, 20)
        assert (await office.row(row)).state is State.CONFIRMED
        assert office.posts == 1
        assert len(office.truth()) == 1


async def test_what_could_not_be_sent_in_time_is_rejected_and_never_sent(tmp_path):
    async with open_office(tmp_path, ManualClock()) as office:
        opening = (await office.free())[0]
        await office.line.down()
        row = await office.book(opening)
        await office.idle()
        await office.forward(300, 301)
        row = await office.row(row)
        assert (row.state, row.reason, row.result) == (State.REJECTED, "never_sent", "failed")
        await office.line.up()
        await office.forward(60, HOUR)
        assert office.posts == 0
        assert office.truth() == []


async def test_nothing_is_sent_after_the_appointments_own_start(tmp_path):
    async with open_office(tmp_path, ManualClock()) as office:
        usual = (await office.free())[0]
        start = office.profile.clock(office.clock.now()) + dt.timedelta(minutes=5)
        await office.line.down()
        row = await office.book(Opening(start, usual.operatory, usual.provider_id, usual.length_minutes))
        assert row.send_before == moment_of(start, office.zone)
        await office.idle()
        await office.forward(299)
        assert (await office.row(row)).state is State.INTENT
        await office.line.up()
        await office.forward(1)
        row = await office.row(row)
        assert (row.state, row.reason) == (State.REJECTED, "never_sent")
        assert office.posts == 0


async def test_a_key_that_comes_too_late_does_not_make_a_write_late(tmp_path):
    clock = ManualClock()
    async with open_office(tmp_path, clock) as office:
        opening = (await office.free(14))[-1]
        await office.desk.profiles.rulebook(office.profile.office)  # read before the key expires
        office.world.faults.add(Fault("hang", path="/request_key", seconds=0.5))
        clock.seconds += 25 * HOUR  # the key has expired, and nobody was woken to renew it
        row = await office.book(opening)
        await office.until(lambda: bool(office.sikka.keys._renewals))
        clock.seconds += 601
        row = await office.settled(row, State.REJECTED)
        assert row.reason == "never_sent"
        assert office.posts == 0


@pytest.mark.parametrize(
    ("fault", "done"),
    [
        (struck("lost_before"), False),
        (struck("lost_after"), True),
        (struck("internal_error"), False),
        (struck("internal_error", after_work=True), True),
        (struck("overloaded"), False),
        (struck("overloaded", after_work=True), True),
        (struck("html"), False),
        (struck("html", after_work=True), True),
        (struck("half_body"), True),
        (struck("hang", seconds=60), False),
        (struck("hang", seconds=60, after_work=True), True),
    ],
    ids=lambda value: f"{value.kind}{'_after_work' * value.after_work}" if isinstance(value, Fault) else "",
)
async def test_a_lost_answer_is_looked_for_and_sent_again_only_if_nothing_was_done(tmp_path, fault, done):
    async with open_office(tmp_path, ManualClock(), read_timeout_seconds=0.5) as office:
        opening = (await office.free())[0]
        office.world.faults.add(fault)
        row = await office.settled(await office.book(opening), State.UNCERTAIN, State.SUBMITTED)
        assert "uncertain answer_lost" in await office.history(row)
        await office.forward(30, 60)
        assert office.posts == 1
        assert len(office.truth()) == len(office.world.effects) == done
        await office.forward(30, 30)
        row = await office.row(row)
        assert row.state is State.CONFIRMED
        assert row.created.appointment_sr_no == office.truth()[0].sr_no
        assert len(office.truth()) == len(office.world.effects) == 1
        assert office.posts == (1 if done else 2)


async def test_a_key_that_expires_in_mid_write_is_renewed_and_the_write_done_once(tmp_path):
    async with open_office(tmp_path) as office:
        office.world.faults.add(struck("key_expired"))
        await office.settled(await office.book(), State.CONFIRMED)
        assert office.posts == 2
        assert len(office.world.effects) == len(office.truth()) == 1


async def test_a_pc_that_is_off_rejects_and_nothing_is_booked_when_it_is_back(tmp_path):
    async with open_office(tmp_path, ManualClock(), offline="refuse") as office:
        office.world.set_online(OFFICE_ID, online=False)
        row = await office.settled(await office.book(), State.REJECTED)
        assert row.reason == "spu_offline"
        office.world.set_online(OFFICE_ID, online=True)
        await office.forward(60, HOUR)
        assert office.posts == 1
        assert office.truth() == []


async def test_a_write_outside_the_plan_is_rejected_as_not_permitted(tmp_path):
    async with open_office(tmp_path) as office:
        office.world.denied.add("POST appointment")
        row = await office.settled(await office.book(), State.REJECTED)
        assert row.reason == "not_permitted"
        assert office.posts == 1
        assert office.truth() == []


async def test_a_refused_write_keeps_sikkas_own_text(tmp_path):
    async with open_office(tmp_path) as office:
        new = NewWriteback(
            office=office.id,
            operation="book",
            method="POST",
            endpoint="/appointment",
            body={"practice_id": "1"},
            facts={},
            natural_key=None,
            send_before=office.clock.now() + 60_000,
        )
        row, _ = await office.ledger.append(new, office.clock.now())
        office.desk.doorbell.ring()
        row = await office.settled(row, State.REJECTED)
        assert row.reason == "refused"
        assert row.error_message


async def test_at_the_rate_limit_a_write_waits_for_the_reset_and_is_done_once(tmp_path):
    async with open_office(tmp_path, ManualClock()) as office:
        opening = (await office.free())[0]
        office.world.faults.add(struck("rate_limited"))
        row = await office.book(opening)
        await office.idle()
        row = await office.row(row)
        assert (row.state, row.reason) == (State.INTENT, "rate_limited")
        wait = (row.due_at - office.clock.now()) / 1000
        await office.forward(wait - 1)
        assert office.posts == 1
        await office.forward(1, 30)
        assert (await office.row(row)).state is State.CONFIRMED
        assert office.posts == 2
        assert len(office.world.effects) == 1


async def test_a_late_acceptance_settles_a_row_that_was_given_up_for_uncertain(tmp_path):
    async with open_office(tmp_path, ManualClock()) as office:
        opening = (await office.free())[0]
        office.world.faults.add(struck("hang", seconds=1.0))
        row = await office.settled(await office.book(opening), State.SENDING)
        office.manual.advance(LEASE)
        office.desk.doorbell.ring()
        row = await office.settled(row, State.UNCERTAIN)
        assert row.reason == "found_sending"
        row = await office.settled(row, State.SUBMITTED)
        await office.forward(30)
        assert (await office.row(row)).state is State.CONFIRMED
        assert office.posts == 1


async def test_a_late_refusal_settles_a_row_that_was_given_up_for_uncertain(tmp_path):
    async with open_office(tmp_path, ManualClock(), offline="refuse") as office:
        opening = (await office.free())[0]
        office.world.faults.add(struck("hang", seconds=1.0))
        office.world.set_online(OFFICE_ID, online=False)
        row = await office.settled(await office.book(opening), State.SENDING)
        office.manual.advance(LEASE)
        office.desk.doorbell.ring()
        row = await office.settled(row, State.UNCERTAIN)
        row = await office.settled(row, State.REJECTED)
        assert row.reason == "spu_offline"


async def test_what_is_on_its_way_is_not_taken_for_lost_by_the_sweeper_of_the_same_process(tmp_path):
    async with open_office(tmp_path) as office:
        opening = (await office.free())[0]
        office.world.faults.add(struck("hang", seconds=0.4))
        row = await office.settled(await office.book(opening), State.SENDING)
        for _ in range(5):
            office.desk.doorbell.ring()
            await anyio.lowlevel.checkpoint()
        row = await office.settled(row, State.CONFIRMED)
        assert await office.history(row) == ["intent", "sending", "submitted", "confirmed status"]


@pytest.mark.parametrize("posted", [False, True])
async def test_after_a_crash_in_mid_send_the_row_is_looked_for_before_it_is_sent_again(tmp_path, posted):
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        async with quiet_office(line, tmp_path, clock) as dying:
            row = await dying.book()
            (row,) = await dying.ledger.claim_due(
                {State.INTENT}, owner=GONE, now=clock.now(), lease_ms=45_000, limit=1
            )
            await dying.ledger.change(
                row.id,
                State.SENDING,
                clock.now(),
                expect={State.INTENT},
                fence=row.fence,
                lease_until=clock.now() + 45_000,
            )
            if posted:
                await dying.sikka.office(OFFICE_ID, live=True).write(row.method, row.endpoint, row.body)
        async with office_on(line, tmp_path, clock) as office:
            assert (await office.row(row)).state is State.SENDING
            await office.forward(LEASE)
            assert "uncertain found_sending" in await office.history(row)
            assert office.posts == posted
            await office.forward(30, 90, 30)
            assert (await office.row(row)).state is State.CONFIRMED
            assert office.posts == len(office.truth()) == 1


async def test_after_a_crash_before_sending_the_next_process_sends_it_once(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        async with quiet_office(line, tmp_path, clock) as dying:
            row = await dying.book()
            await dying.ledger.claim_due(
                {State.INTENT}, owner=GONE, now=clock.now(), lease_ms=45_000, limit=1
            )
        async with office_on(line, tmp_path, clock) as office:
            await office.forward(20)
            assert office.posts == 0
            await office.forward(LEASE, 30)
            assert (await office.row(row)).state is State.CONFIRMED
            assert office.posts == len(office.truth()) == 1


async def test_two_processes_on_one_file_send_every_row_once(tmp_path):
    async with served(FAST) as line, office_on(line, tmp_path) as one, office_on(line, tmp_path) as other:
        rows = [await one.book(opening) for opening in apart(await one.free(20), 20)]
        assert len(rows) == 20
        for row in rows:
            other.desk.doorbell.ring()
            await one.settled(row, State.CONFIRMED)
        assert one.posts == len(one.truth()) == 20


async def test_the_same_booking_asked_for_at_once_many_times_is_one_row_and_one_appointment(tmp_path):
    async with open_office(tmp_path) as office:
        opening = (await office.free())[0]
        ids = set()

        async def ask():
            ids.add((await office.book(opening)).id)

        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(ask)
        (row_id,) = ids
        (row,) = await office.ledger.many(office.id, [row_id])
        await office.settled(row, State.CONFIRMED)
        assert office.posts == len(office.truth()) == 1


async def test_a_send_that_crashes_holds_up_no_other_and_is_tried_again(tmp_path, monkeypatch):
    async with open_office(tmp_path, ManualClock()) as office:
        first, second = apart(await office.free(), 2)
        current = office.sikka.keys.current

        async def broken(office_id):
            monkeypatch.setattr(office.sikka.keys, "current", current)
            raise RuntimeError("a defect")

        monkeypatch.setattr(office.sikka.keys, "current", broken)
        row = await office.book(first)
        await office.until(lambda: office.sikka.keys.current != broken)
        await office.settled(await office.book(second), State.SUBMITTED)
        assert (await office.row(row)).state is State.INTENT
        await office.forward(LEASE, 30)
        assert (await office.row(row)).state is State.CONFIRMED
        assert office.posts == 2


async def test_a_send_that_lost_its_lease_while_the_key_was_awaited_sends_nothing(tmp_path):
    clock = ManualClock()
    async with open_office(tmp_path, clock) as office:
        opening = (await office.free(14))[-1]
        await office.desk.profiles.rulebook(office.profile.office)  # read before the key expires
        office.world.faults.add(Fault("hang", path="/request_key", seconds=0.5))
        clock.seconds += 25 * HOUR
        row = await office.book(opening)
        await office.until(lambda: bool(office.sikka.keys._renewals))
        later = clock.now() + 46_000
        (taken,) = await office.ledger.claim_due(
            {State.INTENT}, owner=GONE, now=later, lease_ms=45_000, limit=1
        )
        assert taken.id == row.id
        await office.until(lambda: not office.sikka.keys._renewals)
        await office.idle()
        assert await office.history(row) == ["intent"]
        assert office.posts == 0


async def test_no_loop_sleeps_past_what_becomes_due_while_it_sleeps(tmp_path, monkeypatch):
    monkeypatch.setattr("server.background.due.IDLE_SECONDS", 3600.0)
    monkeypatch.setattr("server.background.carrier.FIRST_WAIT_MS", 20)
    async with open_office(tmp_path) as office:
        opening = (await office.free())[0]
        await office.line.down()
        row = await office.book(opening)
        with anyio.fail_after(5):
            while "intent not_sent" not in await office.history(row):
                await anyio.lowlevel.checkpoint()
        # Still pending, and told so late that the sweeper is asleep by then.
        office.world.faults.add(Fault("hang", path="/writeback_status", seconds=0.5, after_work=True))
        await office.line.up()
        await office.settled(row, State.CONFIRMED)
