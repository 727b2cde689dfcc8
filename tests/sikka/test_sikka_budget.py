"""The rate limit: known from answers, live calls first, background work from what they leave."""

import anyio
import pytest

from server.sikka.budget import RateBudget
from server.sikka.errors import RateLimited

OFFICE = "D10001"


def told(limit: object = 10, remaining: object = 10, reset: object = 30):
    return {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(remaining),
        "x-rate-limit-reset": str(reset),
    }


@pytest.fixture
def budget(clock):
    return RateBudget(clock)


async def spend(budget, *, live):
    with anyio.fail_after(5):
        async with budget.spend(live=live):
            pass


async def test_nothing_is_assumed_before_the_first_answer(budget):
    assert budget.remaining is None
    assert budget.resets_in == 0
    for _ in range(1000):
        await spend(budget, live=False)
    assert budget.remaining is None


async def test_answers_tell_what_is_left_and_calls_use_it_up(budget, clock):
    assert budget.learn(200, told(remaining=9, reset=30)) == 30
    assert (budget.remaining, budget.resets_in) == (9, 30)
    await spend(budget, live=True)
    assert budget.remaining == 8
    clock.forward(30)
    assert budget.remaining is None
    assert budget.resets_in == 0


async def test_an_answer_that_was_overtaken_gives_nothing_back(budget, clock):
    budget.learn(200, told(remaining=5, reset=30))
    budget.learn(200, told(remaining=7, reset=30))
    assert budget.remaining == 5
    clock.forward(1)
    budget.learn(200, told(remaining=4, reset=30))  # whole seconds: the same window
    assert budget.remaining == 4


async def test_a_new_window_is_full_again(budget, clock):
    budget.learn(200, told(remaining=1, reset=10))
    clock.forward(5)
    budget.learn(200, told(remaining=9, reset=60))
    assert (budget.remaining, budget.resets_in) == (9, 60)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-rate-limit-limit": "10"},
        {"x-rate-limit-remaining": "1", "x-rate-limit-reset": "2"},
        told(limit="many", remaining="few"),
        told(remaining="nan"),
        told(limit="-1"),
    ],
)
async def test_headers_that_tell_nothing_change_nothing(budget, headers):
    budget.learn(200, headers)
    assert budget.remaining is None


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ("12", 12),
        ("0.5", 0.5),
        ("", 60),
        ("soon", 60),
        ("nan", 60),
        ("inf", 60),
        ("-3", 60),
        ("1795446000", 3600),
    ],
)
async def test_a_reset_is_seconds_within_reason(budget, reset, seconds):
    assert budget.learn(429, {"x-rate-limit-reset": reset}) == seconds
    assert budget.resets_in == seconds


async def test_a_429_uses_up_the_window_whatever_its_headers_say(budget):
    budget.learn(200, told(remaining=9, reset=30))
    budget.learn(429, told(remaining=9, reset=30))
    assert budget.remaining == 0
    budget.learn(429, {"x-rate-limit-reset": "30"})
    assert budget.remaining == 0


async def test_a_live_call_with_nothing_left_is_refused_at_once(budget, clock):
    budget.learn(429, told(remaining=0, reset=30))
    clock.forward(10)
    with pytest.raises(RateLimited) as limited:
        await spend(budget, live=True)
    assert limited.value.reset_seconds == 20
    clock.forward(20)
    await spend(budget, live=True)


async def test_a_live_call_may_use_the_reserve_to_the_last(budget):
    budget.learn(200, told(limit=10, remaining=2))
    await spend(budget, live=True)
    await spend(budget, live=True)
    with pytest.raises(RateLimited):
        await spend(budget, live=True)


async def test_a_background_call_stops_at_the_reserve_and_goes_on_in_the_next_window(budget, clock):
    budget.learn(200, told(limit=10, remaining=3, reset=30))
    await spend(budget, live=False)
    went = anyio.Event()

    async def background():
        await spend(budget, live=False)
        went.set()

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(background)
            await clock.until_somebody_sleeps()
            clock.forward(29)
            await anyio.wait_all_tasks_blocked()
            assert not went.is_set()
            assert budget.remaining == 2  # the reserve is untouched
            clock.forward(2)
            await went.wait()


async def test_a_background_call_that_wakes_into_a_used_up_window_waits_on(budget, clock):
    budget.learn(200, told(limit=10, remaining=2, reset=30))
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: spend(budget, live=False))
            await clock.until_somebody_sleeps()
            ((first_due, _),) = clock.waiting
            clock.ms = int(first_due)
            budget.learn(200, told(limit=10, remaining=1, reset=60))
            clock.forward(0.1)
            while [due for due, _ in clock.waiting] in ([], [first_due]):
                await anyio.lowlevel.checkpoint()
            assert budget.remaining == 1
            clock.forward(61)


async def test_a_background_call_stands_back_while_live_calls_are_in_flight(clock):
    budget = RateBudget(clock, yield_seconds=60)
    order = []

    async def background():
        async with budget.spend(live=False):
            order.append("background")

    with anyio.fail_after(5):
        async with (
            anyio.create_task_group() as tasks,
            budget.spend(live=True),
            budget.spend(live=True),
        ):
            tasks.start_soon(background)
            await anyio.wait_all_tasks_blocked()
            order.append("live")
    assert order == ["live", "background"]


async def test_a_background_call_does_not_stand_back_for_ever(clock):
    budget = RateBudget(clock, yield_seconds=0.01)
    with anyio.fail_after(5):
        async with budget.spend(live=True):
            await spend(budget, live=False)


async def test_a_live_call_that_fails_holds_nobody_back(clock):
    budget = RateBudget(clock, yield_seconds=60)
    with pytest.raises(RuntimeError):
        async with budget.spend(live=True):
            raise RuntimeError
    await spend(budget, live=False)


async def test_each_office_has_a_budget_of_its_own(staged):
    async with staged() as stage:
        await stage.office.providers()
        assert stage.sikka.budget(OFFICE).remaining == 249
        assert stage.sikka.budget("D20002").remaining is None
        assert stage.sikka.budget("").remaining is not None
        assert stage.sikka.budget("") is not stage.sikka.budget(OFFICE)


async def test_over_the_wire_background_work_leaves_the_reserve_to_live_calls(staged):
    async with staged(rate_limit=10) as stage:
        done = []

        async def work():
            for _ in range(12):
                await stage.background.providers()
                done.append(stage.clock.monotonic())

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work)
            await stage.clock.until_somebody_sleeps()
            assert len(done) == 8
            await stage.office.providers()
            await stage.office.providers()
            with pytest.raises(RateLimited):
                await stage.office.providers()
            stage.clock.forward(61)
        assert len(done) == 12
        assert {r.status for r in stage.requests("GET", "/providers")} == {200}


async def test_over_the_wire_a_429_is_waited_out_by_background_work(staged):
    async with staged(rate_limit=3) as stage:
        await stage.sikka.keys.current(OFFICE)
        other = stage.another_process()  # uses up the limit, and this process knows nothing of it
        for _ in range(3):
            await other.office(OFFICE, live=True).providers()
        rows = []

        async def work():
            rows.extend(await stage.background.providers())

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work)
            await stage.clock.until_somebody_sleeps()
            assert rows == []
            stage.clock.forward(61)
        assert len(rows) == len(stage.records.providers)
        assert [r.status for r in stage.requests("GET", "/providers")] == [200, 200, 200, 429, 200]
