"""The measurement of polling itself: it repeats, and what it is there to show holds."""

import sys
from functools import partial

import pytest

from bench import polling

pytestmark = pytest.mark.no_cover  # other tests cover what it runs; traced, it would take twice as long

SEED = 11


def test_a_hundred_pending_cost_two_calls_an_outcome_and_an_eighth_of_the_loop():
    loop, unwatched, watched = polling.measure(100, 1, SEED, 240)
    for ours in (unwatched, watched):
        assert ours.calls_each <= 2.0
        assert ours.calls_each <= loop.calls_each / 8
    assert watched.within(50) <= 1.0


@pytest.mark.parametrize(("pending", "outcomes"), [(1, 3), (20, 40)])
def test_a_caller_who_waits_knows_within_a_second(pending, outcomes):
    _, unwatched, watched = polling.measure(pending, 1, SEED, outcomes)
    assert watched.within(50) <= 1.0
    assert unwatched.calls_each < watched.calls_each


def test_the_plain_loop_asks_every_five_seconds():
    loop = polling.run(partial(polling.played, 1, 1, SEED, 40, polling.by_the_loop))
    assert 14 <= loop.calls_each <= 19
    assert all(0 <= delay <= 5.2 for delay in loop.delays)


def test_the_writes_of_a_run_repeat_to_the_last_figure():
    way = partial(polling.played, 1, 5, SEED, 20, polling.by_the_loop)
    assert polling.run(way) == polling.run(way)


def test_the_table_has_a_line_for_each_mix(capsys, monkeypatch):
    monkeypatch.setattr(polling, "PENDING", (1, 2))
    monkeypatch.setattr(polling, "OFFICES", (1, 2))
    monkeypatch.setattr(polling, "LEAST_WRITES", 2)
    monkeypatch.setattr(polling, "ROUNDS", 1)
    monkeypatch.setattr(sys, "argv", ["polling", "--seed", "3"])
    polling.main()
    out = capsys.readouterr().out
    assert "seed 3" in out
    assert sum(line.startswith("│") for line in out.splitlines()) == 4
