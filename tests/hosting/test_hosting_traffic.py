"""How much a token may ask, by the clock."""

from harness import ManualClock

from server.hosting import traffic
from server.hosting.traffic import Failures, Meter


def test_a_tokens_minute_is_spent_and_earned_back():
    clock = ManualClock()
    meter = Meter(60, 5, clock)
    mine = meter.of("mine")
    assert [meter.seconds_to_wait(mine, stream=False) for _ in range(61)] == [0] * 60 + [1]
    assert meter.seconds_to_wait(meter.of("another's"), stream=False) == 0
    clock.advance(1)
    assert [meter.seconds_to_wait(mine, stream=False) for _ in range(2)] == [0, 1]
    clock.advance(3600)
    assert [meter.seconds_to_wait(mine, stream=True) for _ in range(61)] == [0] * 60 + [1]


def test_a_slow_pace_tells_how_long_to_wait():
    meter = Meter(2, 5, ManualClock())
    mine = meter.of("mine")
    assert [meter.seconds_to_wait(mine, stream=False) for _ in range(3)] == [0, 0, 30]


def test_calls_requests_and_streams_at_once_are_bounded_each():
    meter = Meter(1000, 2, ManualClock())
    mine = meter.of("mine")
    mine.streams = 2
    assert meter.seconds_to_wait(mine, stream=True) == 1
    assert meter.seconds_to_wait(mine, stream=False) == 0
    mine.requests = 2
    assert meter.seconds_to_wait(mine, stream=False) == 1
    mine.requests = 0
    with mine.lane.taken(), mine.lane.taken():
        assert meter.seconds_to_wait(mine, stream=False) == 1
    assert meter.seconds_to_wait(mine, stream=False) == 0


def test_only_tokens_at_rest_are_forgotten(monkeypatch):
    monkeypatch.setattr(traffic, "MOST_REMEMBERED", 3)
    clock = ManualClock()
    meter = Meter(60, 5, clock)
    busy, spent, idle = meter.of("busy"), meter.of("spent"), meter.of("idle")
    busy.streams = 1
    assert meter.seconds_to_wait(spent, stream=False) == 0
    meter.of("new")
    assert (meter.of("busy"), meter.of("spent")) == (busy, spent)
    assert meter.of("idle") is not idle


def test_wrong_tokens_are_counted_by_address_and_by_household():
    clock = ManualClock()
    failures = Failures(2, clock)
    assert [failures.seconds_to_wait("192.0.2.1") for _ in range(3)] == [0, 0, 30]
    assert failures.seconds_to_wait("192.0.2.2") == 0
    neighbours = ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:9::1%eth0", "2001:db8:0:1::1"]
    assert [failures.seconds_to_wait(each) for each in neighbours] == [0, 0, 30, 0]
    clock.advance(30)
    assert [failures.seconds_to_wait("192.0.2.1") for _ in range(2)] == [0, 30]


def test_however_many_addresses_fail_only_the_latest_are_remembered(monkeypatch):
    monkeypatch.setattr(traffic, "MOST_ADDRESSES", 2)
    failures = Failures(1, ManualClock())
    assert [failures.seconds_to_wait(each) for each in ("a", "b", "a", "c", "a", "b")] == [0, 0, 60, 0, 60, 0]
