import dataclasses
import sqlite3
from types import MappingProxyType

import pytest
from stored import count_by_state, open_rows

from store.ledger import Ledger
from store.ledger_rows import Created
from store.ledger_states import ALLOWED, BORN, OPEN, RESULT_OF, SETTLED, IllegalArrow, State
from store.sealing import Index

MINUTE = 60_000


def test_every_state_is_open_or_settled_and_has_its_result_and_its_ways_on():
    assert set(State) == OPEN | SETTLED
    assert not OPEN & SETTLED
    assert set(RESULT_OF) == set(ALLOWED) == set(State)
    assert {RESULT_OF[state] for state in OPEN} == {"pending"}
    assert RESULT_OF[State.CONFIRMED] == "completed"
    assert {RESULT_OF[state] for state in SETTLED - {State.CONFIRMED}} == {"failed"}
    assert all(ALLOWED[state] for state in OPEN)
    assert not any(ALLOWED[state] for state in SETTLED)


def test_only_what_is_being_sent_or_was_lost_becomes_submitted():
    assert {state for state in State if State.SUBMITTED in ALLOWED[state]} == {State.SENDING, State.UNCERTAIN}
    assert {state for state in State if State.SENDING in ALLOWED[state]} == {State.INTENT}


async def test_a_write_put_down_is_there_as_given(ledger, office, a_write, t0):
    new = a_write(
        office,
        "natural",
        patient_key="p",
        appointment_key="a",
        scope_key="s",
        waits_for="w",
        due_at=t0 + 5,
        body=MappingProxyType({"a": "1"}),
    )
    row, made = await ledger.append(new, t0)
    assert made
    assert await ledger.get(office, row.id) == row
    assert (row.operation, row.method, row.endpoint) == ("book", "POST", "appointment")
    assert (row.body, row.facts) == ({"a": "1"}, {"start": "2026-12-01T14:00", "length_minutes": 60})
    assert (row.natural_key, row.patient_key, row.appointment_key, row.scope_key) == (
        "natural",
        "p",
        "a",
        "s",
    )
    assert (row.state, row.result, row.reason, row.created) == (State.INTENT, "pending", "", Created())
    assert (row.created_at, row.changed_at, row.due_at, row.send_before) == (t0, t0, t0 + 5, t0 + 600_000)
    assert (row.said_state, row.waits_for, row.check_count, row.fence) == (State.INTENT, "w", 0, ("", 0))


async def test_without_a_time_a_write_is_due_at_once(put, t0):
    assert (await put()).due_at == t0


@pytest.mark.parametrize("state", sorted(set(State) - BORN))
async def test_no_write_begins_after_its_sending(put, ledger, state):
    with pytest.raises(ValueError, match=state):
        await put(state=state)
    assert await count_by_state(ledger) == {}


async def test_a_write_for_an_unknown_office_is_refused(ledger, a_write, t0):
    with pytest.raises(sqlite3.IntegrityError):
        await ledger.append(a_write("none"), t0)


async def test_ids_are_sorted_by_time(put, t0):
    ids = [(await put(now=t0 + ms)).id for ms in range(5)]
    assert ids == sorted(ids)


async def test_the_same_request_is_the_same_row(ledger, office, put, a_write, t0):
    first = await put(natural_key="k")
    again, made = await ledger.append(a_write(office, "k", body={"other": "x"}), t0 + 1)
    assert not made
    assert again == first
    assert len(await ledger.events(office, first.id)) == 1


async def test_writes_without_a_natural_key_are_never_the_same(put):
    assert (await put()).id != (await put()).id


async def test_the_same_key_in_another_office_is_another_request(store, ledger, put, a_write, add_office, t0):
    await put(natural_key="k")
    other = await add_office(store, "D200")
    assert (await ledger.append(a_write(other.id, "k"), t0))[1]


@pytest.mark.parametrize("before", list(State))
@pytest.mark.parametrize("after", list(State))
async def test_every_arrow_is_taken_or_refused_by_the_table(put, ledger, office, before, after, t0):
    row = await put(to=before, natural_key="k")
    history = await ledger.events(office, row.id)
    if after in ALLOWED[before]:
        changed = await ledger.change(row.id, after, t0 + 9, expect={before}, reason="why")
        assert (changed.state, changed.result, changed.reason) == (after, RESULT_OF[after], "why")
        assert changed.changed_at == t0 + 9
        last = (await ledger.events(office, row.id))[-1]
        assert (last.from_state, last.to_state, last.at, last.reason) == (before, after, t0 + 9, "why")
        assert last.seq == len(history) + 1
    else:
        with pytest.raises(IllegalArrow) as refused:
            await ledger.change(row.id, after, t0 + 9, expect={before})
        assert (refused.value.before, refused.value.after) == (before, after)
        assert await ledger.get(office, row.id) == row
        assert await ledger.events(office, row.id) == history


async def test_a_row_in_another_state_than_expected_stays_as_it_is(put, ledger, office, t0):
    row = await put(to=State.SUBMITTED)
    assert await ledger.change(row.id, State.SENDING, t0, expect={State.INTENT}) is None
    assert await ledger.change("none", State.SENDING, t0, expect={State.INTENT}) is None
    assert await ledger.get(office, row.id) == row


async def test_times_of_sending_and_settling_are_kept(put, ledger, t0):
    row = await put(to=State.SENDING)
    assert (row.submitted_at, row.completed_at) == (None, None)
    row = await ledger.change(
        row.id, State.SUBMITTED, t0 + 1, expect=OPEN, sikka_id="275495", due_at=t0 + 3_000
    )
    assert (row.submitted_at, row.sikka_id, row.due_at) == (t0 + 1, "275495", t0 + 3_000)
    row = await ledger.change(row.id, State.CONFIRMED, t0 + 2, expect=OPEN, checked=True)
    assert (row.submitted_at, row.completed_at, row.sikka_id) == (t0 + 1, t0 + 2, "275495")
    assert (row.last_checked_at, row.check_count, row.due_at) == (t0 + 2, 1, t0 + 2)


async def test_what_a_change_brings_is_kept_until_another_brings_something_else(put, ledger, t0):
    row = await put(to=State.SENDING)
    row = await ledger.change(
        row.id,
        State.UNCERTAIN,
        t0,
        expect=OPEN,
        reason="lost_answer",
        error_message="HTTP 502",
        facts={"f": 3},
        send_before=t0 + 7,
    )
    row = await ledger.change(
        row.id, State.CONFIRMED, t0, expect=OPEN, created=Created("11", "22", "33"), appointment_key="a"
    )
    assert (row.reason, row.error_message, row.created) == ("", "HTTP 502", Created("11", "22", "33"))
    assert (row.facts, row.send_before) == ({"f": 3}, t0 + 7)
    events = await ledger.events(row.office, row.id)
    assert {event.detail for event in events} == {None}
    assert [event.to_state for event in events] == [
        State.INTENT,
        State.SENDING,
        State.UNCERTAIN,
        State.CONFIRMED,
    ]


async def test_what_a_row_is_about_does_not_show_in_a_repr(put, ledger, a_write, office, t0):
    about = {"endpoint": "Lindqvist", "body": {"n": "Lindqvist"}, "facts": {"n": "Lindqvist"}}
    row = await put(to=State.SENDING, **about)
    await ledger.change(
        row.id,
        State.UNCERTAIN,
        t0,
        expect=OPEN,
        error_message="Lindqvist",
        created=Created("Lindqvist"),
    )
    row = await ledger.settle_by_person(office, row.id, State.FAILED, by="Ann", note="Lindqvist", now=t0)
    events = await ledger.events(office, row.id)
    assert (row.error_message, row.created, events[-1].detail) == (
        "Lindqvist",
        Created("Lindqvist"),
        "Ann: Lindqvist",
    )
    for shown in (row, a_write(office, **about), *events):
        assert "Lindqvist" not in repr(shown)


async def claim(
    ledger, t0, *, at=0, owner="me", states=(State.INTENT,), lease_ms=1_000, limit=10, office=None
):
    return await ledger.claim_due(
        states, owner=owner, now=t0 + at, lease_ms=lease_ms, limit=limit, office=office
    )


async def test_due_rows_are_claimed_the_longest_due_first_and_once(put, ledger, t0):
    late, early, middle = [await put(due_at=t0 + ms) for ms in (30, 10, 20)]
    await put(due_at=t0 + 31)
    assert [row.id for row in await claim(ledger, t0, at=30, limit=2)] == [early.id, middle.id]
    [claimed] = await claim(ledger, t0, at=30, owner="other")
    assert (claimed.id, claimed.lease_owner, claimed.lease_until) == (late.id, "other", t0 + 1_030)
    assert claimed.fence == ("other", 1)
    assert await claim(ledger, t0, at=30) == []


async def test_only_rows_of_the_asked_states_and_office_are_claimed(
    store, put, ledger, a_write, add_office, office, t0
):
    await put(to=State.SUBMITTED)
    other = await add_office(store, "D200")
    theirs, _ = await ledger.append(a_write(other.id), t0)
    assert await claim(ledger, t0, states=()) == []
    assert await claim(ledger, t0, office=office) == []
    assert [row.id for row in await claim(ledger, t0, office=other.id)] == [theirs.id]
    assert len(await claim(ledger, t0, states=(State.SUBMITTED, State.OVERDUE))) == 1


async def test_a_lease_that_has_lapsed_is_claimed_by_another_and_the_first_has_lost_it(
    put, ledger, office, t0
):
    row = await put()
    [first] = await claim(ledger, t0, owner="a")
    assert await claim(ledger, t0, at=999, owner="b") == []
    [second] = await claim(ledger, t0, at=1_000, owner="b")
    assert second.fence == ("b", 2)
    for fence in (first.fence, ("b", 1), ("a", 2), ("", 2)):
        assert await ledger.change(row.id, State.SENDING, t0, expect=OPEN, fence=fence) is None
        assert await ledger.postpone(row.id, due_at=t0, now=t0, fence=fence) is None
    assert await ledger.get(office, row.id) == second
    assert (
        await ledger.change(row.id, State.SENDING, t0, expect=OPEN, fence=second.fence)
    ).state is State.SENDING


async def test_a_lapsed_lease_that_nobody_took_still_holds(put, ledger, t0):
    row = await put()
    [claimed] = await claim(ledger, t0)
    assert await ledger.change(row.id, State.REJECTED, t0 + 9_999, expect=OPEN, fence=claimed.fence)


async def test_a_lease_lasts_through_sending_and_ends_with_any_other_change(put, ledger, t0):
    row = await put()
    [claimed] = await claim(ledger, t0)
    sending = await ledger.change(
        row.id, State.SENDING, t0, expect=OPEN, fence=claimed.fence, lease_until=t0 + 60_000
    )
    assert (sending.fence, sending.lease_until) == (claimed.fence, t0 + 60_000)
    done = await ledger.change(
        row.id, State.SUBMITTED, t0, expect=OPEN, fence=sending.fence, lease_until=t0 + 99
    )
    assert (done.lease_owner, done.lease_until, done.lease_attempt) == (None, None, 1)


async def test_a_postponed_row_is_free_again_and_its_questions_are_counted(put, ledger, t0):
    row = await put(to=State.SUBMITTED)
    [claimed] = await claim(ledger, t0, states=(State.SUBMITTED,))
    later = await ledger.postpone(row.id, due_at=t0 + 3_000, now=t0 + 5, fence=claimed.fence, checked=True)
    assert (later.due_at, later.last_checked_at, later.check_count) == (t0 + 3_000, t0 + 5, 1)
    assert (later.lease_owner, later.state, later.changed_at) == (None, State.SUBMITTED, t0)
    again = await ledger.postpone(row.id, due_at=t0 + 4_000, now=t0 + 6)
    assert (again.last_checked_at, again.check_count) == (t0 + 5, 1)


async def test_a_settled_or_missing_row_cannot_be_postponed(put, ledger, t0):
    row = await put(to=State.CONFIRMED)
    assert await ledger.postpone(row.id, due_at=t0, now=t0) is None
    assert await ledger.postpone("none", due_at=t0, now=t0) is None


@pytest.mark.parametrize("to", [State.FAILED, State.REJECTED, State.WITHDRAWN])
async def test_what_was_not_done_may_be_asked_for_again_at_once(put, ledger, a_write, office, t0, to):
    row = await put(to=to, natural_key="k")
    assert row.natural_key is None
    assert (await ledger.append(a_write(office, "k"), t0))[1]


async def test_what_was_done_is_the_same_request_for_fifteen_minutes(put, ledger, a_write, office, t0):
    row = await put(to=State.CONFIRMED, natural_key="k")
    assert row.natural_key_until == t0 + 15 * MINUTE
    assert await ledger.append(a_write(office, "k"), t0 + 15 * MINUTE - 1) == (row, False)
    new, made = await ledger.append(a_write(office, "k"), t0 + 15 * MINUTE)
    assert made
    assert new.id != row.id
    old = await ledger.get(office, row.id)
    assert (old.natural_key, old.natural_key_until) == (None, None)


async def test_an_open_row_holds_its_key_however_long_it_takes(put, ledger, a_write, office, t0):
    row = await put(to=State.OVERDUE, natural_key="k")
    assert (await ledger.append(a_write(office, "k"), t0 + 10**10)) == (row, False)


async def test_a_later_write_on_an_appointment_releases_what_was_confirmed_before(put, ledger, office, t0):
    booked = await put(to=State.SUBMITTED, natural_key="book")
    elsewhere = await put(to=State.CONFIRMED, natural_key="elsewhere", appointment_key="other")
    await ledger.change(booked.id, State.CONFIRMED, t0 + 1, expect=OPEN, appointment_key="appt")
    pending = await put(to=State.SUBMITTED, natural_key="move", appointment_key="appt", now=t0 + 2)
    cancelled = await put(to=State.CONFIRMED, natural_key="cancel", appointment_key="appt", now=t0 + 3)
    keys = {
        row.id: row.natural_key for row in await ledger.many(office, [booked.id, elsewhere.id, pending.id])
    }
    assert keys == {booked.id: None, elsewhere.id: "elsewhere", pending.id: "move"}
    assert cancelled.natural_key == "cancel"


async def test_an_earlier_write_confirmed_late_releases_nothing_that_came_after(put, ledger, office, t0):
    early = await put(to=State.SUBMITTED, natural_key="early", appointment_key="appt")
    later = await put(to=State.CONFIRMED, natural_key="later", appointment_key="appt", now=t0 + 1)
    await ledger.change(early.id, State.CONFIRMED, t0 + 2, expect=OPEN)
    assert (await ledger.get(office, later.id)).natural_key == "later"


async def test_rows_of_another_office_keep_their_keys(store, put, ledger, a_write, add_office, t0):
    other = await add_office(store, "D200")
    theirs, _ = await ledger.append(a_write(other.id, "k", appointment_key="appt"), t0)
    for state in (State.SENDING, State.CONFIRMED):
        await ledger.change(theirs.id, state, t0, expect=OPEN)
    await put(to=State.CONFIRMED, appointment_key="appt", now=t0 + 1)
    assert (await ledger.get(other.id, theirs.id)).natural_key == "k"


@pytest.mark.parametrize("state", [State.INTENT, State.QUEUED, State.WAITING])
async def test_what_was_not_sent_is_withdrawn_at_once(put, ledger, office, state, t0):
    row = await put(state=state, natural_key="k")
    gone = await ledger.wish_withdraw(office, row.id, t0 + 1)
    assert (gone.state, gone.result, gone.natural_key) == (State.WITHDRAWN, "failed", None)
    assert gone.completed_at == t0 + 1
    assert [event.to_state for event in await ledger.events(office, row.id)] == [state, State.WITHDRAWN]


async def test_an_intent_somebody_is_about_to_send_gets_a_wish(put, ledger, office, t0):
    row = await put()
    [claimed] = await claim(ledger, t0)
    wished = await ledger.wish_withdraw(office, row.id, t0 + 5)
    assert (wished.state, wished.wish, wished.fence) == (State.INTENT, "withdraw", claimed.fence)
    other = await put()
    await claim(ledger, t0)
    assert (await ledger.wish_withdraw(office, other.id, t0 + 1_000)).state is State.WITHDRAWN


@pytest.mark.parametrize("state", [State.SENDING, State.SUBMITTED, State.UNCERTAIN, State.OVERDUE])
async def test_what_may_have_been_sent_gets_a_wish_that_is_looked_at_at_once(put, ledger, office, state, t0):
    row = await put(to=state, natural_key="k")
    await ledger.postpone(row.id, due_at=t0 + 50_000, now=t0)
    wished = await ledger.wish_withdraw(office, row.id, t0 + 1)
    assert (wished.state, wished.wish, wished.due_at, wished.natural_key) == (state, "withdraw", t0 + 1, "k")
    last = (await ledger.events(office, row.id))[-1]
    assert (last.from_state, last.to_state, last.reason) == (state, state, "wish_withdraw")
    assert await ledger.wish_withdraw(office, row.id, t0 + 2) == wished
    unwished = await ledger.clear_wish(office, row.id, t0 + 3)
    assert (unwished.state, unwished.wish) == (state, None)
    assert await ledger.clear_wish(office, row.id, t0 + 4) == unwished
    assert [event.reason for event in await ledger.events(office, row.id)][-2:] == [
        "wish_withdraw",
        "wish_cleared",
    ]


@pytest.mark.parametrize("state", sorted(SETTLED))
async def test_a_settled_row_takes_no_wish(put, ledger, office, state, t0):
    row = await put(to=state)
    assert await ledger.wish_withdraw(office, row.id, t0 + 1) == row
    assert await ledger.clear_wish(office, row.id, t0 + 1) == row


async def test_a_wish_stays_with_a_row_that_got_through(put, ledger, office, t0):
    row = await put(to=State.SUBMITTED)
    await ledger.wish_withdraw(office, row.id, t0)
    through = await ledger.change(row.id, State.CONFIRMED, t0, expect=OPEN)
    assert through.wish == "withdraw"
    assert await ledger.clear_wish(office, row.id, t0) == through


async def test_a_write_follows_one_that_is_wished_away_and_from_then_on_the_wish_stands(
    put, ledger, office, a_write, t0
):
    row, new = await put(to=State.SUBMITTED), a_write(office, natural_key="cancel")
    assert await ledger.follow(row.id, new, t0) is None
    assert await ledger.follow("none", new, t0) is None
    await ledger.wish_withdraw(office, row.id, t0)
    follower = await ledger.follow(row.id, new, t0)
    assert (follower.state, follower.natural_key) == (State.INTENT, "cancel")
    kept = await ledger.clear_wish(office, row.id, t0 + 1)
    assert (kept.wish, kept.follow_up) == ("withdraw", follower.id)
    assert await ledger.follow(row.id, dataclasses.replace(new, natural_key="another"), t0) is None
    assert {found.id for found in await ledger.search(office)} == {row.id, follower.id}


async def test_a_write_that_is_asked_for_already_is_the_one_that_follows(put, ledger, office, a_write, t0):
    row, asked = await put(to=State.SUBMITTED), await put(natural_key="cancel")
    await ledger.wish_withdraw(office, row.id, t0)
    follower = await ledger.follow(row.id, a_write(office, natural_key="cancel"), t0)
    assert (follower.id, (await ledger.get(office, row.id)).follow_up) == (asked.id, asked.id)


async def test_another_office_has_no_such_row(store, put, ledger, add_office, t0):
    row = await put()
    other = (await add_office(store, "D200")).id
    assert await ledger.get(other, row.id) is None
    assert await ledger.many(other, [row.id]) == []
    assert await ledger.events(other, row.id) == []
    assert await ledger.wish_withdraw(other, row.id, t0) is None
    assert await ledger.clear_wish(other, row.id, t0) is None


async def test_a_row_is_followed_by_one_other_only(put, ledger, office, t0):
    row = await put(to=State.SUBMITTED)
    assert not await ledger.set_follow_up(row.id, "one that nobody wished for")
    await ledger.wish_withdraw(office, row.id, t0)
    assert await ledger.set_follow_up(row.id, "next")
    assert not await ledger.set_follow_up(row.id, "another")
    assert not await ledger.set_follow_up("none", "next")
    assert (await ledger.get(office, row.id)).follow_up == "next"


async def test_open_rows_and_confirmed_ones_the_copy_does_not_show_lie_over_it(put, ledger, office, t0):
    rows = {state: await put(to=state) for state in State}
    laid_over = {row.id for row in await ledger.overlay(office)}
    assert laid_over == {rows[state].id for state in OPEN | {State.CONFIRMED}}
    shown = rows[State.CONFIRMED].id
    await ledger.mark_shown([], t0)
    await ledger.mark_shown([shown, rows[State.INTENT].id], t0 + 1)
    await ledger.mark_shown([shown], t0 + 2)
    assert (await ledger.get(office, shown)).shown_at == t0 + 1
    assert {row.id for row in await ledger.overlay(office)} == laid_over - {shown}


async def test_what_is_shown_takes_along_what_was_done_before_with_the_same_appointment(
    store, put, ledger, a_write, add_office, office, t0
):
    about = {"appointment_key": "a", "operation": "move"}
    first, failed = await put(to=State.CONFIRMED, **about), await put(to=State.FAILED, **about)
    opened = await put(to=State.UNCERTAIN, **about)
    seen = await put(to=State.CONFIRMED, now=t0 + 1, **about)
    later = await put(to=State.CONFIRMED, now=t0 + 2, **about)
    elsewhere = await put(to=State.CONFIRMED, appointment_key="b")
    other = await add_office(store, "D200")
    theirs, _ = await ledger.append(a_write(other.id, **about), t0)
    for state in (State.SENDING, State.SUBMITTED, State.CONFIRMED):
        await ledger.change(theirs.id, state, t0, expect=OPEN)
    await ledger.mark_shown([seen.id], t0 + 3)
    shown = {row.id for row in await ledger.by_appointment(office, "a") if row.shown_at == t0 + 3}
    assert shown == {first.id, seen.id}
    for row in (failed, opened, later, elsewhere):
        assert (await ledger.get(office, row.id)).shown_at is None
    assert (await ledger.get(other.id, theirs.id)).shown_at is None


async def test_rows_are_found_by_call_patient_and_appointment_newest_first(put, ledger, office, t0):
    keys = {"scope_key": "s", "patient_key": "p", "appointment_key": "a"}
    first, second, third = [(await put(now=t0 + ms, **keys)).id for ms in range(3)]
    await put()
    assert [row.id for row in await ledger.by_scope(office, "s", 2)] == [third, second]
    assert [row.id for row in await ledger.by_patient(office, "p", 9)] == [third, second, first]
    assert [row.id for row in await ledger.by_appointment(office, "a")] == [third, second, first]
    assert [row.id for row in await ledger.many(office, [third, first])] == [first, third]
    assert await ledger.many(office, []) == []


async def test_the_next_due_time_minds_states_offices_and_leases(put, ledger, office, t0):
    assert await ledger.next_due([State.INTENT]) is None
    assert await ledger.next_due([]) is None
    await put(due_at=t0 + 10)
    await put(due_at=t0 + 5_000)
    await put(to=State.SUBMITTED)
    assert await ledger.next_due([State.INTENT]) == t0 + 10
    assert await ledger.next_due([State.INTENT, State.SUBMITTED], office) == t0
    assert await ledger.next_due([State.INTENT], "none") is None
    await claim(ledger, t0, at=10)
    assert await ledger.next_due([State.INTENT]) == t0 + 1_010


async def test_rows_found_in_sending_are_uncertain_unless_a_lease_says_they_are_on_their_way(
    put, ledger, office, t0
):
    rows = {}
    for owner in ("sending", "gone"):
        rows[owner] = await put()
        [claimed] = await claim(ledger, t0, owner=owner, lease_ms=10 if owner == "gone" else 1_000)
        await ledger.change(claimed.id, State.SENDING, t0, expect=OPEN, fence=claimed.fence)
    rows["nobody"] = await put(to=State.SENDING)
    untouched = await put()
    found = await ledger.recover(t0 + 500)
    assert {row.id for row in found} == {rows[owner].id for owner in ("gone", "nobody")}
    for row in found:
        assert (row.state, row.reason, row.due_at) == (State.UNCERTAIN, "found_sending", t0 + 500)
        assert (await ledger.events(office, row.id))[-1].reason == "found_sending"
    assert (await ledger.get(office, rows["sending"].id)).state is State.SENDING
    assert (await ledger.get(office, untouched.id)).state is State.INTENT
    assert await ledger.recover(t0 + 500) == []
    assert await ledger.recover(t0 + 999) == []
    [last] = await ledger.recover(t0 + 1_000)
    assert last.id == rows["sending"].id


async def test_an_answer_that_comes_after_recovery_finds_the_fence_lost(put, ledger, t0):
    row = await put()
    [claimed] = await claim(ledger, t0)
    await ledger.change(row.id, State.SENDING, t0, expect=OPEN, fence=claimed.fence)
    await ledger.recover(t0 + 1_000)
    assert (
        await ledger.change(row.id, State.SUBMITTED, t0, expect={State.SENDING}, fence=claimed.fence) is None
    )
    assert await ledger.change(row.id, State.SUBMITTED, t0, expect={State.UNCERTAIN}, sikka_id="9")


@pytest.mark.parametrize(
    "sql", ["UPDATE pms_writeback_events SET reason = 'x'", "DELETE FROM pms_writeback_events"]
)
async def test_history_cannot_be_rewritten(store, put, sql):
    await put()
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        async with store.database.transaction() as statements:
            await statements.execute(sql)


async def test_a_change_that_fails_half_way_changes_nothing(store, put, ledger, office, t0, monkeypatch):
    row = await put()

    async def broken(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(Ledger, "_note", broken)
    with pytest.raises(OSError, match="disk full"):
        await ledger.change(row.id, State.SENDING, t0, expect=OPEN)
    monkeypatch.undo()
    assert await ledger.get(office, row.id) == row
    assert await ledger.change(row.id, State.SENDING, t0, expect=OPEN)


async def test_everything_is_as_it_was_after_a_restart(reopen, add_office, a_write, t0):
    async with await reopen() as store:
        office = (await add_office(store)).id
        row, _ = await store.ledger.append(a_write(office, store.index.keyed_hash("k")), t0)
        events = await store.ledger.events(office, row.id)
    async with await reopen() as store:
        assert await store.ledger.get(office, row.id) == row
        assert await store.ledger.events(office, row.id) == events
        assert (await store.ledger.append(a_write(office, store.index.keyed_hash("k")), t0))[1] is False


def test_a_row_cannot_be_changed_in_memory(a_write):
    with pytest.raises(dataclasses.FrozenInstanceError):
        a_write("o").office = "other"
    assert Index(b"k" * 32).keyed_hash("o") != "o"


async def test_rows_whose_outcome_is_awaited_are_due_at_once_and_unsent_or_leased_ones_are_not(
    put, ledger, office, t0
):
    awaited = [await put(to=state) for state in (State.SUBMITTED, State.OVERDUE, State.UNCERTAIN)]
    leased = await put(to=State.SUBMITTED)
    await ledger.postpone(leased.id, due_at=t0 - 1, now=t0)
    assert len(await claim(ledger, t0, at=-1, states=(State.SUBMITTED,))) == 1
    for row in awaited:
        await ledger.postpone(row.id, due_at=t0 + 900, now=t0)
    unsent = await put(due_at=t0 + 900)
    await ledger.hasten([], t0 + 5)
    await ledger.hasten([row.id for row in (*awaited, leased, unsent)], t0 + 5)
    due = {row.id: row.due_at for row in await open_rows(ledger, office)}
    assert [due[row.id] for row in awaited] == [t0 + 5] * 3
    assert (due[leased.id], due[unsent.id]) == (t0 - 1, t0 + 900)
