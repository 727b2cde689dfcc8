"""The guard around the loops, and what a stop leaves behind."""

import anyio
import pytest
from harness import LIMIT_SECONDS, SLOW, ManualClock, office_on, served, settings_for

from sandbox.faults import Fault
from server.app import running
from server.background.freshness import Freshness
from server.runtime import LoopLost, Runtime
from store.ledger_states import State

HOUR = 3600.0


async def until(holds):
    with anyio.fail_after(LIMIT_SECONDS):
        while not holds():
            await anyio.lowlevel.checkpoint()


class Flaky:
    """A loop that crashes so often and then runs."""

    def __init__(self, crashes):
        self.crashes = crashes
        self.starts = 0
        self.crash_now = anyio.Event()

    async def run(self):
        self.starts += 1
        if self.starts <= self.crashes:
            raise RuntimeError("a defect")
        await self.crash_now.wait()
        self.crash_now = anyio.Event()
        raise RuntimeError("another defect")


async def test_a_crashed_loop_is_restarted_with_longer_and_longer_pauses_and_counted():
    clock = ManualClock()
    async with anyio.create_task_group() as tasks:
        runtime = Runtime(tasks, clock)
        loop = Flaky(crashes=7)
        runtime.start("keys", loop.run)
        for count, pause in enumerate([0.5, 1, 2, 4, 8, 16, 30], start=1):
            await until(lambda: clock.asleep == 1)
            assert runtime.crashes == {"keys": count}
            assert runtime.healthy is (count < 3)
            clock.advance(pause - 0.01)
            await anyio.lowlevel.checkpoint()
            assert loop.starts == count
            clock.advance(0.01)
        await until(lambda: loop.starts == 8)
        tasks.cancel_scope.cancel()


async def test_a_loop_that_runs_steadily_again_is_healthy_again_and_its_crashes_in_a_row_are_forgotten():
    clock = ManualClock()
    async with anyio.create_task_group() as tasks:
        runtime = Runtime(tasks, clock)
        loop = Flaky(crashes=3)
        runtime.start("keys", loop.run)
        for count in (1, 2, 3):
            await until(lambda: clock.asleep == 1)
            clock.advance(30)
            await until(lambda count=count: loop.starts == count + 1)
        assert not runtime.healthy
        clock.advance(121)
        assert runtime.healthy
        loop.crash_now.set()
        await until(lambda: clock.asleep == 1)
        assert runtime.healthy
        assert runtime.crashes == {"keys": 4}
        tasks.cancel_scope.cancel()


async def test_a_loop_that_ends_by_itself_is_not_started_again():
    clock = ManualClock()
    starts = []

    async def once():
        starts.append(clock.now())

    async with anyio.create_task_group() as tasks:
        Runtime(tasks, clock).start("once", once)
    assert len(starts) == 1
    assert clock.asleep == 0


async def test_a_loop_that_cannot_be_kept_running_ends_the_whole_program(tmp_path, monkeypatch):
    async def broken(self):
        raise RuntimeError("a defect")

    monkeypatch.setattr(Freshness, "run", broken)
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        with pytest.RaisesGroup(pytest.RaisesExc(LoopLost, match="freshness"), flatten_subgroups=True):
            async with running(settings_for(line, tmp_path), clock) as app:
                with anyio.fail_after(LIMIT_SECONDS):
                    while True:
                        clock.advance(1)
                        assert app.runtime.crashes["freshness"] <= 8
                        await anyio.lowlevel.checkpoint()


async def test_a_stop_waits_for_a_send_in_flight(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        async with office_on(line, tmp_path, clock, shutdown_seconds=5.0) as office:
            opening = (await office.free())[0]
            line.world.faults.add(Fault("hang", method="POST", path="/appointment", seconds=0.3))
            row = await office.settled(await office.book(opening), State.SENDING)
        async with office_on(line, tmp_path, clock) as office:
            assert "submitted" in await office.history(row)
            await office.forward(30)
            assert (await office.row(row)).state is State.CONFIRMED
            assert office.posts == 1


async def test_a_send_that_outlasts_the_stop_is_uncertain_and_the_next_process_does_not_repeat_it(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        async with office_on(line, tmp_path, clock, shutdown_seconds=0.05) as office:
            opening = (await office.free())[0]
            line.world.faults.add(
                Fault("hang", method="POST", path="/appointment", seconds=60, after_work=True)
            )
            row = await office.settled(await office.book(opening), State.SENDING)
        async with office_on(line, tmp_path, clock) as office:
            assert "uncertain stopped" in await office.history(row)
            await office.forward(30)
            line.world.offices["D10001"].refresh()
            await office.forward(31, HOUR)
            assert (await office.row(row)).state is State.CONFIRMED
            assert office.posts == len(office.truth()) == 1


async def test_a_stop_leaves_an_unsent_row_free_for_the_next_process_at_once(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        async with office_on(line, tmp_path, clock, shutdown_seconds=0.05) as office:
            opening = (await office.free(14))[-1]
            await office.desk.profiles.rulebook(office.profile.office)  # read before the key expires
            line.world.faults.add(Fault("hang", path="/request_key", seconds=60))
            clock.seconds += 25 * HOUR
            row = await office.book(opening)
            await office.until(lambda: bool(office.sikka.keys._renewals))
        async with office_on(line, tmp_path, clock) as office:
            row = await office.settled(row, State.SUBMITTED)
            assert await office.history(row) == ["intent", "sending", "submitted"]
            assert office.posts == 1


async def test_a_stop_in_mid_look_leaves_the_row_free_for_the_next_process_at_once(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        async with office_on(line, tmp_path, clock) as office:
            row = await office.settled(await office.book(), State.SUBMITTED)
            await office.idle()
            line.world.faults.add(Fault("hang", path="/writeback_status", seconds=60))
            clock.advance(30)
            office.desk.doorbell.ring()
            await office.until(lambda: not line.world.faults.waiting)
            assert (await office.row(row)).lease_owner is not None
        async with office_on(line, tmp_path, clock) as office:
            row = await office.settled(row, State.CONFIRMED)
            assert office.posts == 1
