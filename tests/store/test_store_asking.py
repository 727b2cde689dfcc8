"""Whose turn it is to be asked about: leases by id, a list that one process reads, what a person settled."""

import pytest

from store.inbox import NewTask, TaskKind
from store.ledger_rows import Created
from store.ledger_states import State

DAY = 86_400_000


@pytest.fixture
def mine(t0):
    return {"owner": "me", "now": t0, "lease_ms": 1_000}


async def test_rows_are_leased_by_id_in_the_order_asked_for(put, ledger, mine):
    rows = [await put(to=State.SUBMITTED, natural_key=str(number)) for number in range(3)]
    wanted = [rows[2].id, rows[0].id, rows[1].id, "missing"]
    claimed = await ledger.claim_ids(wanted, **mine)
    assert [row.id for row in claimed] == wanted[:3]
    assert {row.fence for row in claimed} == {("me", 1)}
    assert await ledger.claim_ids(wanted, **mine) == []
    assert await ledger.claim_ids([], **mine) == []


async def test_only_rows_that_sikka_owes_an_outcome_of_are_leased_by_id(put, ledger, mine):
    for state in State:
        row = await put(to=state, natural_key=state.value)
        claimed = await ledger.claim_ids([row.id], **mine)
        assert bool(claimed) is (state in {State.SUBMITTED, State.OVERDUE})


async def test_a_row_that_another_process_has_just_asked_about_is_not_asked_about_again(
    put, ledger, mine, t0
):
    row = await put(to=State.SUBMITTED)
    await ledger.postpone(row.id, due_at=t0 + 1, now=t0)
    assert await ledger.claim_ids([row.id], **mine, due_by=t0) == []
    assert len(await ledger.claim_ids([row.id], **mine)) == 1


async def test_what_a_list_answers_for_is_put_off_unless_it_is_leased_wished_away_or_not_due(
    put, ledger, office, mine, t0
):
    due, leased, wished, later = [
        await put(to=State.SUBMITTED, natural_key=name) for name in ("due", "leased", "wished", "later")
    ]
    await ledger.claim_ids([leased.id], **mine)
    await ledger.wish_withdraw(office, wished.id, t0)
    await ledger.postpone(later.id, due_at=t0 + 5, now=t0)
    ids = [due.id, leased.id, wished.id, later.id]
    await ledger.put_off(ids, due_at=t0 + 900, now=t0)
    await ledger.put_off([], due_at=t0 + 900, now=t0)
    after = {row.id: row.due_at for row in await ledger.many(office, ids)}
    assert after == {due.id: t0 + 900, leased.id: leased.due_at, wished.id: t0, later.id: t0 + 5}


async def test_a_list_is_asked_for_by_one_process_at_a_time(ledger, t0):
    assert await ledger.list_asked_at("all") is None
    assert await ledger.claim_list("all", t0, asked_at=None)
    assert not await ledger.claim_list("all", t0 + 1, asked_at=None)
    assert await ledger.list_asked_at("all") == t0
    assert await ledger.claim_list("all", t0 + 2, asked_at=t0)
    assert not await ledger.claim_list("all", t0 + 3, asked_at=t0)
    assert await ledger.claim_list("D10001/1", t0 + 3, asked_at=None)  # another list


async def test_what_a_person_settled_is_looked_at_until_the_days_are_over(put, ledger, office, mine, t0):
    row = await put(to=State.SUBMITTED)
    await ledger.change(row.id, State.OVERDUE, t0, expect={State.SUBMITTED}, sikka_id="77")
    said = {"by": "Ann", "note": "", "now": t0}
    await ledger.settle_by_person(office, row.id, State.FAILED, **said)
    [claimed] = await ledger.claim_settled_by_person(**mine, since=t0 - DAY, limit=9)
    assert claimed.id == row.id
    assert await ledger.claim_settled_by_person(**mine, since=t0 - DAY, limit=9) == []
    await ledger.watch_again(row.id, due_at=t0 + 50, fence=("other", 1))
    await ledger.watch_again(row.id, due_at=t0 + 50, fence=claimed.fence)
    assert await ledger.claim_settled_by_person(**mine, since=t0 - DAY, limit=9) == []
    later = mine | {"now": t0 + 50}
    assert await ledger.claim_settled_by_person(**later, since=t0 + 1, limit=9) == []
    assert len(await ledger.claim_settled_by_person(**later, since=t0 - DAY, limit=9, office=office)) == 1


async def test_what_sikka_settled_or_has_no_id_is_not_asked_about_again(put, ledger, office, mine, t0):
    await put(to=State.CONFIRMED, natural_key="a")
    lost = await put(to=State.UNCERTAIN, natural_key="b")
    await ledger.settle_by_person(office, lost.id, State.FAILED, by="Ann", note="", now=t0)
    assert await ledger.claim_settled_by_person(**mine, since=0, limit=9) == []


async def test_a_booking_done_although_wished_away_is_found_until_something_follows_or_a_task_tells(
    put, store, ledger, office, t0
):
    ids = []
    for number in range(3):
        row = await put(to=State.SUBMITTED, natural_key=str(number))
        if number:
            await ledger.wish_withdraw(office, row.id, t0)
        await ledger.change(row.id, State.CONFIRMED, t0, expect={State.SUBMITTED})
        ids.append(row.id)
    assert {row.id for row in await ledger.not_followed(office, limit=9)} == set(ids[1:])
    follower = await put(natural_key="follower")
    assert not await ledger.follows_by_itself(follower.id)
    await ledger.set_follow_up(ids[1], follower.id)
    assert await ledger.follows_by_itself(follower.id)
    assert [row.id for row in await ledger.not_followed(None, limit=9)] == ids[2:]
    task = NewTask(office=office, kind=TaskKind.FAILED, body={}, writeback_id=ids[2])
    await store.inbox.open_task(task, t0)
    assert await ledger.not_followed(office, limit=9) == []


async def test_a_change_meant_for_one_sending_is_not_made_after_another(put, ledger, t0):
    row = await put(to=State.SENDING)
    uncertain = await ledger.change(row.id, State.UNCERTAIN, t0, expect={State.SENDING}, sent_count=1)
    assert uncertain.sent_count == 1
    late = {"expect": {State.UNCERTAIN}}
    assert await ledger.change(row.id, State.QUEUED, t0, **late, sent_count=2) is None
    assert (await ledger.change(row.id, State.QUEUED, t0, **late, sent_count=1)).state is State.QUEUED


async def test_what_is_usual_in_all_offices_is_known_where_one_has_done_none_yet(
    put, store, ledger, add_office, office, t0
):
    other = await add_office(store, "D200")
    row = await put(to=State.SUBMITTED)
    await ledger.change(row.id, State.CONFIRMED, t0 + 9_000, expect={State.SUBMITTED})
    assert await ledger.usual_seconds(office, row.operation) == 9.0
    assert await ledger.usual_seconds(other.id, row.operation) is None
    assert await ledger.usual_seconds(None, row.operation) == 9.0


async def test_confirmed_rows_are_listed_until_the_copy_has_shown_them_for_long(put, ledger, office, t0):
    rows = [await put(to=State.CONFIRMED, natural_key=str(number)) for number in range(3)]
    await ledger.mark_shown([rows[0].id], t0 + 5)
    await ledger.mark_shown([rows[1].id], t0 + 50)
    unseen = await ledger.confirmed_unseen(office, shown_from=t0 + 10, limit=9)
    assert {row.id for row in unseen} == {rows[1].id, rows[2].id}


async def test_what_a_person_saw_made_is_kept_with_their_word(put, ledger, office, t0):
    row = await put(to=State.OVERDUE)
    made = Created(appointment_sr_no="8", patient_id="9")
    settled = await ledger.settle_by_person(
        office,
        row.id,
        State.CONFIRMED,
        by="Ann",
        note="",
        now=t0,
        created=made,
        appointment_key="hash",
        facts={"patient_id": "9"},
    )
    assert (settled.created, settled.appointment_key, settled.facts) == (made, "hash", {"patient_id": "9"})
