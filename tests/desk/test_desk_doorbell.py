"""Waking each other, and waiting for rows without owning them."""

import anyio
from harness import LIMIT_SECONDS, ManualClock, open_office

from server.desk.doorbell import Doorbell
from store.ledger_states import State


async def test_a_ring_wakes_everybody_who_waits():
    bell = Doorbell()
    woken = []

    async def wait(name):
        await bell.wait_for_work(bell.listen(), LIMIT_SECONDS)
        woken.append(name)

    with anyio.fail_after(LIMIT_SECONDS / 2):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait, "carrier")
            tasks.start_soon(wait, "sweeper")
            while bell.listen().statistics().tasks_waiting < 2:
                await anyio.lowlevel.checkpoint()
            bell.ring()
    assert sorted(woken) == ["carrier", "sweeper"]


async def test_a_ring_while_one_was_still_looking_is_not_missed():
    bell = Doorbell()
    ring = bell.listen()
    bell.ring()
    with anyio.fail_after(LIMIT_SECONDS / 2):
        await bell.wait_for_work(ring, LIMIT_SECONDS)


async def test_nobody_waits_longer_than_asked():
    bell = Doorbell()
    await bell.wait_for_work(bell.listen(), 0)
    await bell.wait_for_work(bell.listen(), -1)
    await bell.wait_for_change("row", 0.01)


async def test_a_change_wakes_those_who_wait_for_that_row_only():
    bell = Doorbell()
    woken = []

    async def wait(row_id, seconds):
        with anyio.move_on_after(seconds):
            await bell.wait_for_change(row_id, LIMIT_SECONDS)
            woken.append(row_id)

    async with anyio.create_task_group() as tasks:
        for row_id, seconds in (("one", LIMIT_SECONDS), ("one", LIMIT_SECONDS), ("other", 0.05)):
            tasks.start_soon(wait, row_id, seconds)
        while len(bell._changes) < 2:
            await anyio.lowlevel.checkpoint()
        bell.changed("one")
    assert woken == ["one", "one"]


async def test_a_row_is_watched_until_the_last_watcher_has_gone_and_leaves_nothing_behind():
    bell = Doorbell()
    with bell.watching(["one", "two"]):
        with bell.watching(["one"]):
            assert bell.watched == {"one", "two"}
            await bell.wait_for_change("one", 0)
        assert bell.watched == {"one", "two"}
        assert "one" in bell._changes
    assert bell.watched == frozenset()
    assert bell._changes == {}


async def test_waiting_ends_when_all_rows_are_settled_and_keeps_their_order(tmp_path):
    async with open_office(tmp_path) as office:
        times = await office.free()
        rows = [await office.book(times[0]), await office.book(times[-1])]
        with anyio.fail_after(LIMIT_SECONDS):
            seen = await office.desk.waiting.settled(office.id, rows[::-1], 60)
        assert [row.id for row in seen] == [row.id for row in rows[::-1]]
        assert {row.state for row in seen} == {State.CONFIRMED}


async def test_waiting_ends_when_the_time_is_up_and_the_row_goes_its_way(tmp_path):
    clock = ManualClock()
    async with open_office(tmp_path, clock) as office:
        row = await office.book()
        seen = []
        async with anyio.create_task_group() as tasks:

            async def wait():
                seen.extend(await office.desk.waiting.settled(office.id, [row], 2))

            tasks.start_soon(wait)
            await office.until(lambda: row.id in office.desk.doorbell.watched)
            await office.forward(1)
            assert seen == []
            await office.forward(1)
        assert [found.state for found in seen] == [State.SUBMITTED]
        await office.forward(30)
        assert (await office.row(row)).state is State.CONFIRMED


async def test_a_waiter_who_is_cancelled_takes_nothing_with_him(tmp_path):
    async with open_office(tmp_path) as office:
        row = await office.book()
        with anyio.move_on_after(0.01):
            await office.desk.waiting.settled(office.id, [row], 60)
        assert office.desk.doorbell.watched == frozenset()
        await office.settled(row, State.CONFIRMED)


async def test_rows_of_another_office_are_not_shown(tmp_path):
    async with open_office(tmp_path) as office:
        row = await office.book()
        assert await office.desk.waiting.settled("another", [row], 60) == []
