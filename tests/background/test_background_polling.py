"""Whom to ask about open writes, and when: by id or by the list, cheaply, fairly, inside the budget."""

import datetime as dt
import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.background.cadence import pause_seconds
from server.background.polling import (
    EARLY,
    JITTER,
    LIST_AVOIDED_MS,
    LIST_LOOSENS,
    LIST_REMEMBERED_MS,
    LISTED_DAYS,
    LISTS_PER_OUTCOME,
    OURS,
    Left,
    Polling,
    Window,
    wanted_seconds,
)
from store.ledger_listing import PendingId
from store.ledger_states import State

NOON = int(dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC).timestamp() * 1000)
POLL = 0.8
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def pending(count=1, *, office="a", age_ms=20_000, due_at=NOON, first=0, operation="book"):
    return [
        PendingId(
            row_id=f"row-{office}-{number}",
            office=office,
            sikka_id=f"{office}{number}",
            operation=operation,
            state=State.SUBMITTED,
            age_ms=age_ms,
            check_count=0,
            due_at=due_at,
        )
        for number in range(first, first + count)
    ]


def ids(rows):
    return [row.row_id for row in rows]


def read(polling, now, rows, entries, *, seconds=0.2, requests=1):
    polling.list_asked(now)
    return polling.list_read(now, rows, entries, seconds=seconds, requests=requests)


def still_pending(rows):
    return {row.sikka_id: True for row in rows}


def test_nothing_pending_costs_nothing():
    plan = Polling(POLL).plan(NOON, [])
    assert (plan.ask, plan.window, plan.pauses) == ((), None, {})


def test_one_write_is_asked_about_by_its_id():
    rows = pending(1)
    plan = Polling(POLL).plan(NOON, rows)
    assert (ids(plan.ask), plan.window) == (ids(rows), None)


def test_a_write_that_is_not_due_is_not_asked_about():
    plan = Polling(POLL).plan(NOON, pending(1, due_at=NOON + 1))
    assert (plan.ask, plan.window) == ((), None)


def test_many_writes_are_asked_about_by_one_list_whatever_their_offices():
    rows = [row for office in "abcde" for row in pending(20, office=office)]
    plan = Polling(POLL).plan(NOON, rows)
    assert plan.ask == ()
    assert plan.listed == set(ids(rows))
    assert plan.window == Window(dt.date(2026, 11, 22), dt.date(2026, 11, 24))


@given(
    count=st.integers(1, 150),
    usual=st.one_of(st.none(), st.floats(5, 160)),
    watched=st.booleans(),
    latency=st.floats(0, 20),
    pages=st.integers(1, 5),
    age_ms=st.integers(0, 4 * DAY),
)
def test_the_choice_never_costs_more_than_asking_each(count, usual, watched, latency, pages, age_ms):
    rows, polling = pending(count, age_ms=age_ms), Polling(POLL)
    read(polling, NOON - 1000, rows, still_pending(rows), seconds=latency, requests=pages)
    plan = polling.plan(NOON, rows, watched=set(ids(rows)) if watched else (), usual={("a", "book"): usual})
    assert set(plan.pauses) == set(ids(rows))
    assert plan.listed.isdisjoint(ids(plan.ask))
    apart = wanted_seconds(age_ms / 1000, POLL, usual=usual, watched=watched)
    if plan.listed:
        assert latency <= LIST_LOOSENS * apart / 2
        every = max(plan.pauses[row_id] for row_id in plan.listed) + 1  # read a second ago
        assert pages / every <= count / (LIST_LOOSENS * apart) + 1e-9
    for row in rows:
        if row.row_id not in plan.listed:
            assert plan.pauses[row.row_id] == pytest.approx(apart, rel=JITTER + 1e-9)


def test_the_list_is_read_again_only_after_its_time():
    rows, polling = pending(100), Polling(POLL)
    first = polling.plan(NOON, rows)
    every = first.pauses[rows[0].row_id]
    read(polling, NOON, rows, still_pending(rows), seconds=0.0)
    early = polling.plan(NOON + 500, rows)
    assert (early.ask, early.window) == ((), None)
    assert early.pauses[rows[0].row_id] == pytest.approx(every - 0.5, abs=0.02)
    assert polling.plan(NOON + int(every * 1000) + 10, rows).window is not None


def test_the_list_is_not_read_while_none_of_its_rows_is_due():
    rows = pending(100, due_at=NOON + 1)
    assert Polling(POLL).plan(NOON, rows).window is None


def test_two_lists_are_never_read_at_once_however_slow_the_first():
    rows, polling = pending(100), Polling(POLL)
    assert polling.plan(NOON, rows).window is not None
    polling.list_asked(NOON)
    meanwhile = polling.plan(NOON + MINUTE, rows)
    assert (meanwhile.window, meanwhile.pauses[rows[0].row_id]) == (None, POLL)
    polling.list_read(NOON + MINUTE, rows, still_pending(rows), seconds=0.1, requests=1)
    assert polling.plan(NOON + 2 * MINUTE, rows).window is not None


def test_outcomes_are_asked_for_once_the_list_says_that_they_are_there():
    rows, polling = pending(100), Polling(POLL)
    done = read(polling, NOON, rows, still_pending(rows) | {"a3": False, "a7": False, "zz": False})
    assert done == {"row-a-3", "row-a-7"}
    assert ids(polling.plan(NOON, rows).ask) == ["row-a-3", "row-a-7"]


def test_offices_that_are_not_ours_are_passed_over():
    rows, polling = pending(2), Polling(POLL)
    assert read(polling, NOON, rows, {"b1": False, "b2": True}) == frozenset()


def test_an_id_that_the_list_never_shows_is_asked_about_by_itself_until_it_does():
    rows, polling = pending(100), Polling(POLL)
    without = still_pending(rows[1:])
    read(polling, NOON, rows, without)
    later = NOON + MINUTE
    assert ids(polling.plan(later, rows).ask) == [rows[0].row_id]
    read(polling, later, rows, without)
    assert ids(polling.plan(later + MINUTE, rows).ask) == [rows[0].row_id]
    read(polling, later + MINUTE, rows, still_pending(rows))
    assert polling.plan(later + 2 * MINUTE, rows).ask == ()


def test_a_list_that_runs_ahead_of_the_status_is_not_believed_again():
    """It says done, and the status says not yet: the row keeps its own time."""
    rows, polling = pending(100), Polling(POLL)
    ahead = still_pending(rows) | {"a0": False}
    read(polling, NOON, rows, ahead)
    read(polling, NOON + MINUTE, rows, ahead)
    rest = [row for row in rows if row.row_id != "row-a-0"]
    waiting = pending(1, due_at=NOON + 2 * MINUTE)
    assert polling.plan(NOON + MINUTE, [*waiting, *rest]).ask == ()


def test_what_is_settled_is_forgotten():
    rows, polling = pending(100), Polling(POLL)
    read(polling, NOON, rows, {})
    polling.plan(NOON, [])
    assert polling.plan(NOON + MINUTE, rows).listed == set(ids(rows))


@pytest.mark.parametrize(
    ("hour", "minute", "age_ms", "first", "last"),
    [
        (0, 0, 1000, 21, 24),  # accepted yesterday, a second before midnight
        (0, 5, 1000, 22, 24),
        (23, 59, 1000, 22, 24),  # it may be tomorrow in Sikka's zone
        (12, 0, 2 * DAY, 20, 24),
        (0, 0, LISTED_DAYS * DAY - 1, 19, 24),
    ],
)
def test_the_list_reaches_from_the_day_before_the_oldest_to_tomorrow(hour, minute, age_ms, first, last):
    now = int(dt.datetime(2026, 11, 23, hour, minute, tzinfo=dt.UTC).timestamp() * 1000)
    rows = pending(50, age_ms=age_ms, due_at=now)
    plan = Polling(POLL).plan(now, rows, watched=set(ids(rows)))
    assert plan.window == Window(dt.date(2026, 11, first), dt.date(2026, 11, last))
    assert last - first < 7  # the most that Sikka takes


def test_writes_of_last_week_do_not_widen_the_list():
    old, new = pending(3, age_ms=6 * DAY), pending(100, first=10)
    plan = Polling(POLL).plan(NOON, [*old, *new])
    assert plan.window == Window(dt.date(2026, 11, 22), dt.date(2026, 11, 24))
    assert ids(plan.ask) == ids(old)


def test_a_slow_list_serves_nobody_who_waits():
    rows, polling = pending(100), Polling(POLL)
    read(polling, NOON - 1000, rows, still_pending(rows), seconds=5.0)
    hurried = polling.plan(NOON, rows, watched=set(ids(rows)))
    assert (hurried.listed, len(hurried.ask)) == (frozenset(), 100)
    unhurried = [*rows, *pending(100, first=200, age_ms=10 * MINUTE)]
    plan = polling.plan(NOON + MINUTE, unhurried, watched=set(ids(rows)))
    assert plan.listed == set(ids(unhurried[100:]))


def test_how_slow_the_list_was_is_forgotten_in_time():
    rows, polling = pending(100), Polling(POLL)
    read(polling, NOON, rows, still_pending(rows), seconds=60.0)
    assert polling.plan(NOON + MINUTE, rows).listed == frozenset()
    assert polling.plan(NOON + LIST_REMEMBERED_MS, rows).listed == set(ids(rows))


def test_one_slow_list_among_quick_ones_is_half_believed():
    rows, polling = pending(100), Polling(POLL)
    read(polling, NOON - 2000, rows, still_pending(rows), seconds=0.0)
    read(polling, NOON - 1000, rows, still_pending(rows), seconds=2.0)
    assert polling.plan(NOON, rows).listed == set(ids(rows))
    read(polling, NOON, rows, still_pending(rows), seconds=5.0)
    assert polling.plan(NOON, rows).listed == frozenset()


def test_a_list_that_fails_is_avoided_for_a_while():
    rows, polling = pending(100), Polling(POLL)
    polling.list_asked(NOON)
    polling.list_failed(NOON)
    assert len(polling.plan(NOON + 1, rows).ask) == 100
    assert polling.plan(NOON + LIST_AVOIDED_MS, rows).window is not None


def test_a_list_of_many_pages_has_to_be_worth_them():
    rows, polling = pending(12), Polling(POLL)
    read(polling, NOON - MINUTE, rows, still_pending(rows), seconds=0.1, requests=1)
    assert polling.plan(NOON, rows).listed
    read(polling, NOON - MINUTE, rows, still_pending(rows), seconds=0.1, requests=40)
    assert not polling.plan(NOON, rows).listed


def test_no_more_lists_are_read_than_outcomes_may_be_expected():
    for count in (20, 50, 100, 400):
        rows = pending(count)
        plan = Polling(POLL).plan(NOON, rows, watched=set(ids(rows)), usual={("a", "book"): 80.0})
        every = plan.pauses[rows[0].row_id]
        assert every <= LIST_LOOSENS * POLL
        if every < LIST_LOOSENS * POLL:
            assert 1 / every <= LISTS_PER_OUTCOME * count / 80 + 1e-9


def test_an_offices_budget_is_spread_over_its_window():
    rows = pending(10, age_ms=6 * DAY)
    rows = [*rows, *pending(10, office="b", age_ms=6 * DAY)]
    hurried = set(ids(rows))
    free = Polling(POLL).plan(NOON, rows, watched=hurried)
    short = Polling(POLL).plan(NOON, rows, watched=hurried, left={"a": Left(calls=30, resets_in=60)})
    rate = sum(1 / short.pauses[row.row_id] for row in rows if row.office == "a")
    assert rate == pytest.approx(0.5, rel=2 * JITTER)
    for row in rows[10:]:
        assert short.pauses[row.row_id] == free.pauses[row.row_id]


def test_a_budget_that_is_spent_leaves_one_call_for_the_window_to_come():
    rows = pending(4, age_ms=6 * DAY)
    plan = Polling(POLL).plan(NOON, rows, left={"a": Left(calls=0, resets_in=60)})
    assert all(plan.pauses[row.row_id] >= 60 * 4 * (1 - JITTER) for row in rows)
    assert Left().per_second == math.inf


def test_an_office_without_budget_is_served_by_the_list_and_the_list_keeps_to_its_own():
    rows = pending(1)
    assert Polling(POLL).plan(NOON, rows).listed == frozenset()
    helped = Polling(POLL).plan(NOON, rows, left={"a": Left(calls=2, resets_in=60)})
    assert helped.listed == set(ids(rows))
    many = pending(100)
    slow = Polling(POLL).plan(NOON, many, left={OURS: Left(calls=3, resets_in=60)})
    assert all(slow.pauses[row_id] >= 20 for row_id in slow.listed)


def test_offices_are_asked_about_in_turn_the_longest_due_first():
    rows = [
        *pending(3, office="a", age_ms=6 * DAY, due_at=NOON - 30),
        *pending(1, office="b", age_ms=6 * DAY, due_at=NOON - 10),
        *pending(2, office="c", age_ms=6 * DAY, due_at=NOON - 20),
    ]
    plan = Polling(POLL).plan(NOON, rows)
    assert [row.office for row in plan.ask] == ["a", "c", "b", "a", "c", "a"]


def test_what_began_together_does_not_stay_together_and_stays_near_what_is_wanted():
    rows = pending(50, age_ms=6 * DAY)
    pauses = list(Polling(POLL).plan(NOON, rows).pauses.values())
    apart = pause_seconds(6 * 86_400, POLL, watched=False)
    assert len(set(pauses)) > 25
    assert all(abs(pause / apart - 1) <= JITTER + 1e-9 for pause in pauses)


def test_a_caller_who_waits_is_served_at_the_poll_setting_whatever_is_usual():
    assert wanted_seconds(5, POLL, usual=100.0, watched=True) == POLL
    assert wanted_seconds(5, POLL, usual=None, watched=True) == POLL


def test_without_a_caller_what_is_usual_sets_the_pace():
    def seconds(age, usual: float | None = 100.0):
        return wanted_seconds(age, POLL, usual=usual, watched=False)

    assert seconds(5) == pytest.approx(EARLY * 100 - 5)  # nothing is usual yet
    assert seconds(50) == pytest.approx(10)
    assert seconds(50, usual=4.0) == pause_seconds(50, POLL, watched=False)  # far past it
    assert seconds(3, usual=4.0) == pytest.approx(2.5 * POLL)
    assert seconds(50, usual=None) == pause_seconds(50, POLL, watched=False)


def test_what_a_window_has_no_calls_for_waits_for_the_next_unless_a_caller_waits():
    rows = pending(5, age_ms=6 * DAY)
    left = {"a": Left(calls=2, resets_in=30)}
    plan = Polling(POLL).plan(NOON, rows, left=left, watched={"row-a-4"})
    assert ids(plan.ask) == ["row-a-0", "row-a-1", "row-a-4"]
    assert all(plan.pauses[row.row_id] >= 30 for row in rows[2:4])


def test_a_list_that_another_process_asked_for_counts_as_asked():
    rows, polling = pending(100), Polling(POLL)
    polling.list_seen(NOON - 100)
    polling.list_seen(NOON - 900)
    assert polling.plan(NOON, rows).window is None
    assert polling.plan(NOON + MINUTE, rows).window is not None


def test_a_thousand_writes_of_every_age_are_planned_in_no_time():
    rows = [row for n in range(1_000) for row in pending(1, first=n, age_ms=1_000 + 37 * n)]
    began = time.perf_counter()
    Polling(POLL).plan(NOON, rows, usual={("a", "book"): 160.0})
    assert time.perf_counter() - began < 0.5  # a square of the rows would take seconds
