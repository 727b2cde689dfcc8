"""What follows an outcome: a word that Sikka contradicts, a wish that a crash left alone, a late refusal."""

import datetime as dt
from dataclasses import replace

import pytest
from harness import GONE, OFFICE_ID, SLOW, ManualClock, office_on, open_office, quiet_office, served
from pydantic import SecretStr

from sandbox.faults import Fault
from server.background.leases import StoredKeys
from server.background.parts import LEASE_SHARE, Parts, renewal_seconds, request_seconds
from server.desk.copies.overlay import Standing, sr_no_of, visit_of
from server.desk.writes.registering import Newcomer
from server.settings import Settings
from store.inbox import TaskKind
from store.ledger_states import State

HOUR = 3600.0
DAY = 24 * HOUR


def manual(tmp_path, config=SLOW, **settings):
    return open_office(tmp_path, ManualClock(), config=config, **settings)


async def submitted(office):
    row = await office.settled(await office.book(), State.SUBMITTED)
    await office.idle()
    return await office.row(row)


async def kinds(office, row):
    return [task.kind for task in await office.store.inbox.of_writeback(row.id)]


async def cancels(office):
    return [row for row in await office.ledger.search(office.id) if row.operation == "cancel"]


async def said(office, row, state):
    now = office.clock.now()
    return await office.ledger.settle_by_person(office.id, row.id, state, by="Dana", note="", now=now)


async def test_a_person_who_said_failed_is_contradicted_by_a_late_success(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        await said(office, row, State.FAILED)
        await office.forward(3)
        assert (await office.row(row)).state is State.FAILED
        await office.forward(30)
        row = await office.row(row)
        assert (row.state, row.reason) == (State.CONFIRMED, "late_answer")
        assert sr_no_of(row) == office.truth()[0].sr_no
        assert await kinds(office, row) == [TaskKind.CONFLICT]


async def test_a_person_who_said_done_is_contradicted_by_a_late_refusal(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        await said(office, row, State.CONFIRMED)
        records = office.world.offices[OFFICE_ID].records
        provider = row.facts["provider_id"]
        records.providers[provider] = replace(records.providers[provider], active=False)
        await office.forward(30)
        row = await office.row(row)
        assert (row.state, row.reason) == (State.FAILED, "late_answer")
        assert await kinds(office, row) == [TaskKind.CONFLICT]


async def test_a_late_answer_that_agrees_brings_what_was_created_and_no_task(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        await said(office, row, State.CONFIRMED)
        await office.forward(30, HOUR)
        row = await office.row(row)
        assert (row.state, sr_no_of(row)) == (State.CONFIRMED, office.truth()[0].sr_no)
        assert await kinds(office, row) == []
        asked = office.asked("GET", "/writeback_status")
        await office.forward(HOUR, DAY)
        assert office.asked("GET", "/writeback_status") == asked


async def test_what_a_person_settled_is_asked_about_for_seven_days_and_no_longer(tmp_path):
    async with manual(tmp_path, replace(SLOW, writeback_seconds=(1e7, 1e7))) as office:
        row = await submitted(office)
        await said(office, row, State.FAILED)
        await office.forward(HOUR, *[DAY] * 6)
        asked = office.asked("GET", "/writeback_status")
        assert asked >= 7
        await office.forward(*[DAY] * 3)
        assert office.asked("GET", "/writeback_status") <= asked + 1
        assert (await office.row(row)).state is State.FAILED


async def test_a_wish_of_the_last_moment_is_followed_up_by_the_next_process(tmp_path, monkeypatch):
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        async with office_on(line, tmp_path, clock) as dying:
            row = await submitted(dying)
            change = dying.ledger.change

            async def wished_away_and_gone(row_id, to, *args, **kwargs):
                if to is not State.CONFIRMED:
                    return await change(row_id, to, *args, **kwargs)
                # The caller's wish comes in between the look at it and this, the power goes right after it.
                await dying.ledger.wish_withdraw(dying.id, row.id, clock.now())
                await change(row_id, to, *args, **kwargs)
                raise RuntimeError("the process is gone")

            with monkeypatch.context() as patch:
                patch.setattr(dying.ledger, "change", wished_away_and_gone)
                clock.advance(30)
                line.world.advance()
                dying.desk.doorbell.ring()
                await dying.settled(row, State.CONFIRMED)
                patch.setattr(dying.ledger, "not_followed", nothing)
                await dying.idle()
            row = await dying.row(row)
            assert (row.wish, row.follow_up, await cancels(dying)) == ("withdraw", None, [])
        async with office_on(line, tmp_path, clock) as office:
            await office.forward(0, 30)
            (cancel,) = await cancels(office)
            assert (await office.row(row)).follow_up == cancel.id
            assert cancel.state is State.CONFIRMED
            assert office.truth() == []


async def nothing(*_args, **_kwargs):
    return []


async def wished_and_confirmed(office):
    """A booking that was wished away in its very last moment."""
    row = await submitted(office)
    office.manual.advance(30)
    office.world.advance()
    await office.cancel(visit_of(row, Standing.PENDING))
    return await office.settled(row, State.CONFIRMED)


async def test_a_wish_that_no_cancellation_can_follow_is_a_task_once(tmp_path):
    async with manual(tmp_path) as office:
        wordless = replace(office.profile, cancelled_word="")
        office.desk.profiles._known[office.id] = (office.clock.monotonic() + DAY, wordless)
        row = await wished_and_confirmed(office)
        await office.forward(11, 11)
        assert await kinds(office, row) == [TaskKind.FAILED]
        assert await cancels(office) == []


async def test_a_cancellation_that_followed_by_itself_and_failed_is_the_offices_and_no_call(tmp_path):
    async with manual(tmp_path) as office:
        row = await wished_and_confirmed(office)
        await office.idle()
        (cancel,) = await cancels(office)
        del office.world.offices[OFFICE_ID].records.appointments[sr_no_of(row)]
        await office.forward(30, 125, 11)
        assert (await office.row(cancel)).state is State.FAILED
        assert await kinds(office, cancel) == [TaskKind.FAILED]


async def refreshed(office):
    await office.forward(HOUR)
    office.world.offices[OFFICE_ID].refresh()
    await office.app.freshness.look()
    await office.forward(31)


async def test_a_registration_lies_over_no_read_once_the_copy_has_moved(tmp_path):
    async with manual(tmp_path) as office:
        newcomer = Newcomer("Marta", "Okonkwo", dt.date(1991, 2, 3), "+12125550177")
        write = await office.desk.registering.write(
            office.profile, newcomer, next(iter(office.profile.providers))
        )
        row = (await office.desk.registering.register(office.profile, newcomer, write, None)).row
        await office.settled(row, State.SUBMITTED)
        await office.forward(30)
        assert [laid.id for laid in await office.ledger.overlay(office.id)] == [row.id]
        await refreshed(office)
        assert await office.ledger.overlay(office.id) == []


async def test_a_visit_that_is_over_lies_over_no_read(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)
        await office.forward(30)
        del office.world.offices[OFFICE_ID].records.appointments[sr_no_of(await office.row(row))]
        await refreshed(office)
        assert [laid.id for laid in await office.ledger.overlay(office.id)] == [row.id]
        await office.forward(60 * DAY)
        await refreshed(office)
        assert await office.ledger.overlay(office.id) == []


@pytest.mark.parametrize("offline", ["queue", "refuse"])
async def test_what_was_proven_absent_and_meets_a_pc_that_is_off_is_kept_or_refused(tmp_path, offline):
    async with manual(tmp_path, offline=offline) as office:
        office.world.faults.add(Fault("lost_before", method="POST", path="/appointment"))
        row = await office.settled(await office.book((await office.free(20))[-1]), State.UNCERTAIN)
        office.world.set_online(OFFICE_ID, online=False)
        await office.forward(31, 95)
        row = await office.row(row)
        assert row.state is (State.QUEUED if offline == "queue" else State.REJECTED)
        assert (await office.history(row))[-3].startswith("intent proven_absent")
        office.world.set_online(OFFICE_ID, online=True)
        await refreshed(office)
        await office.forward(30)
        assert len(office.truth()) == (1 if offline == "queue" else 0)


async def test_a_late_word_that_the_pc_is_off_queues_the_row_it_was_about(tmp_path):
    async with manual(tmp_path) as office:
        opening = (await office.free(20))[-1]
        office.world.set_online(OFFICE_ID, online=False)
        office.world.faults.add(Fault("hang", method="POST", path="/appointment", seconds=0.5))
        row = await office.settled(await office.book(opening), State.SENDING)
        office.manual.advance(46)
        office.desk.doorbell.ring()
        await office.settled(row, State.UNCERTAIN)
        row = await office.settled(row, State.QUEUED)
        assert row.reason == "spu_offline"
        assert row.send_before > office.clock.now() + 10 * DAY * 1000
        await office.idle()


async def test_a_sending_that_trickles_ends_before_its_lease_and_counts_as_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(Parts, "send_seconds", 0.2)
    async with manual(tmp_path) as office:
        office.world.faults.add(Fault("hang", method="POST", path="/appointment", seconds=2))
        row = await office.settled(await office.book(), State.UNCERTAIN)
        assert row.reason == "answer_lost"


@pytest.mark.parametrize(("read", "lease", "held"), [(20, 45, 45), (60, 45, 77.5), (1.5, 4, 4.375)])
def test_a_lease_outlasts_the_longest_request_with_a_margin(read, lease, held):
    settings = Settings(read_timeout_seconds=read, lease_seconds=lease, sikka_app_key=SecretStr("x"))
    parts = Parts(*[None] * 4, settings, "me")  # type: ignore[arg-type]
    assert parts.lease_seconds == held
    assert request_seconds(settings) <= parts.send_seconds < parts.lease_seconds
    assert renewal_seconds(settings) * LEASE_SHARE >= 3 * request_seconds(settings)


async def test_a_renewal_of_a_key_is_given_up_before_its_lease_lapses(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line, quiet_office(line, tmp_path, clock) as office:
        keys = StoredKeys(office.store, clock, owner=GONE, lease_seconds=0.1)
        with pytest.raises(TimeoutError):
            async with keys.renewing(OFFICE_ID):
                await clock.sleep(1)
        async with keys.renewing(OFFICE_ID):
            pass  # and it is free again
