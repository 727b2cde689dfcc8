"""What finding outcomes costs in calls to Sikka and how soon they are known, in the running program."""

from contextlib import asynccontextmanager
from dataclasses import replace

import stored
from harness import OFFICE_ID, SLOW, ManualClock, office_on, open_office, served

from sandbox.faults import Fault
from sandbox.switches import Switches
from store.ledger_rows import NewWriteback
from store.ledger_states import OPEN, State

HOUR = 3600.0
DAY_MS = 86_400_000
STRETCHED = replace(SLOW, writeback_seconds=(5.0, 160.0), switches=Switches(writes_overtake=True))
BRIEF = replace(STRETCHED, writeback_seconds=(5.0, 25.0))
ENDLESS = replace(SLOW, writeback_seconds=(1e7, 1e7))
MOST_STEPS = 600


@asynccontextmanager
async def pending(tmp_path, count, config=STRETCHED, **settings):
    """An office with so many writes that Sikka has accepted, all at once."""
    async with open_office(tmp_path, ManualClock(), config=config, **settings) as office:
        await accepted(office, count)
        office.world.requests.clear()
        yield office


async def accepted(office, count):
    """So many writes, handed to Sikka and put down as submitted, as the carrier does."""
    numbers = sorted(office.world.offices[OFFICE_ID].records.appointments)
    calls = office.sikka.office(OFFICE_ID, live=True)
    for place in range(count):
        number = numbers[place % len(numbers)]
        body = {"op": "replace", "path": "/appointment_status", "value": "broken", "practice_id": "1"}
        body |= {"appointment_sr_no": number}
        new = NewWriteback(
            office=office.id,
            operation="confirm",
            method="PATCH",
            endpoint=f"/appointments/{number}",
            body=body,
            facts={"start": "2026-12-01T09:00:00", "patient_id": "1", "appointment_sr_no": number},
            natural_key=None,
            send_before=office.clock.now() + DAY_MS,
            due_at=office.clock.now() + DAY_MS,  # not the carrier's
        )
        row, _ = await office.ledger.append(new, office.clock.now())
        sikka_id = await calls.write("PATCH", new.endpoint, body)
        for state, more in ((State.SENDING, {}), (State.SUBMITTED, {"sikka_id": sikka_id})):
            await office.ledger.change(row.id, state, office.clock.now(), expect=OPEN, **more)


async def open_rows(office):
    return await stored.open_rows(office.ledger, office.id)


async def until_settled(office, *others, seconds=HOUR):
    """Move on from one moment at which something is due to the next, until nothing is open."""
    began = office.clock.now()
    for _ in range(MOST_STEPS):
        states = {State.SUBMITTED, State.OVERDUE}
        due_at = await office.ledger.next_due(states)
        if due_at is None or office.clock.now() - began > seconds * 1000:
            return
        office.manual.advance(max(0.4, (due_at - office.clock.now()) / 1000))
        office.world.advance()
        for one in (office, *others):
            one.desk.doorbell.ring()
        for one in (office, *others):
            await one.idle()
    raise AssertionError(f"still open: {len(await open_rows(office))}")


def calls(office):
    """(questions by id, pages of the list) that Sikka was asked."""
    return office.asked("GET", "/writeback_status"), office.asked("GET", "/writebacks")


async def test_a_hundred_pending_writes_cost_less_than_two_calls_each(tmp_path):
    async with pending(tmp_path, 100) as office:
        await until_settled(office)
        assert (await stored.count_by_state(office.ledger))[State.CONFIRMED] == 100
        by_id, lists = calls(office)
        assert by_id < 120
        assert by_id + lists < 200


async def test_two_processes_on_one_file_do_not_cost_twice(tmp_path):
    clock = ManualClock()
    async with (
        served(STRETCHED, clock) as line,
        office_on(line, tmp_path, clock) as one,
        office_on(line, tmp_path, clock) as other,
    ):
        await accepted(one, 60)
        line.world.requests.clear()
        await until_settled(one, other)
        assert (await stored.count_by_state(one.ledger))[State.CONFIRMED] == 60
        assert sum(calls(one)) < 60 * 2.6


async def test_where_nothing_is_pending_nothing_is_asked(tmp_path):
    async with pending(tmp_path, 0) as office:
        await office.forward(60, HOUR)
        assert calls(office) == (0, 0)


async def test_where_the_list_is_refused_each_write_is_asked_about_by_its_id(tmp_path):
    async with pending(tmp_path, 12, BRIEF) as office:
        office.world.denied.add("writebacks")
        await until_settled(office)
        assert (await stored.count_by_state(office.ledger))[State.CONFIRMED] == 12
        assert calls(office)[1] <= 2  # tried again when five minutes have passed, at the most


async def test_where_the_status_is_refused_no_write_is_believed_done_for_having_left_the_list(tmp_path):
    async with pending(tmp_path, 15, BRIEF) as office:
        office.world.denied.add("writeback_status")
        await until_settled(office)
        rows = await open_rows(office)
        assert {(row.state, row.reason) for row in rows} == {(State.UNCERTAIN, "outcome_hidden")}
        assert len(rows) == 15


async def test_a_budget_nearly_spent_slows_the_questions_and_keeps_the_callers_share(tmp_path):
    async with pending(tmp_path, 8, replace(ENDLESS, rate_limit=40)) as office:
        office.world.denied.add("writebacks")
        for _ in range(60):
            await office.forward(1)
            left = office.sikka.budget(OFFICE_ID).remaining
            assert left is None or left >= 40 * 0.2
        assert 3 <= calls(office)[0] < 40  # some 200 are wanted in this minute


async def test_a_write_that_a_caller_waits_for_is_known_within_two_seconds_among_many(tmp_path):
    async with pending(tmp_path, 60, BRIEF) as office:
        row = (await open_rows(office))[30]
        assert row.sikka_id is not None
        done_at = None
        with office.desk.doorbell.watching([row.id]):
            for _ in range(1_000):
                await office.forward(0.2)
                if done_at is None and office.world.queue.rows[row.sikka_id].completed_at is not None:
                    done_at = office.clock.now()
                if (await office.row(row)).state is State.CONFIRMED:
                    break
        assert done_at is not None
        assert office.clock.now() - done_at <= 2_000


async def test_a_row_that_the_list_only_ever_calls_pending_is_overdue_in_time(tmp_path):
    async with pending(tmp_path, 30, ENDLESS) as office:
        await office.forward(*[5.0] * 62)
        assert {row.state for row in await open_rows(office)} == {State.OVERDUE}
        assert calls(office)[1] > 0


async def test_a_list_that_does_not_come_holds_nothing_up(tmp_path):
    async with pending(tmp_path, 12, BRIEF, read_timeout_seconds=0.2) as office:
        office.world.faults.add(Fault("hang", method="GET", path="/writebacks", times=None, seconds=5))
        await until_settled(office)
        assert (await stored.count_by_state(office.ledger))[State.CONFIRMED] == 12
