"""Writes whose answer was lost, and the ids of Sikka's that may be theirs."""

import sqlite3

import anyio
import pytest

from store.ledger_endings import ID_LOST, LATE_ID
from store.ledger_rows import Created
from store.ledger_states import OPEN, State


@pytest.fixture
def lost(put, ledger, t0):
    """A row whose answer was lost."""

    async def row(**over):
        return await put(to=State.UNCERTAIN, **over)

    return row


async def test_looks_that_found_nothing_are_counted_from_the_loss_on(lost, ledger, t0):
    row = await lost()
    assert (row.looks, row.first_look_at, row.sent_count) == (0, None, 1)
    first = await ledger.looked(row.id, due_at=t0 + 120, now=t0 + 30)
    assert (first.looks, first.first_look_at, first.due_at) == (1, t0 + 30, t0 + 120)
    assert (first.check_count, first.last_checked_at, first.state) == (1, t0 + 30, State.UNCERTAIN)
    second = await ledger.looked(row.id, due_at=t0 + 999, now=t0 + 120)
    assert (second.looks, second.first_look_at) == (2, t0 + 30)
    for step in (State.INTENT, State.SENDING, State.UNCERTAIN):
        row = await ledger.change(row.id, step, t0 + 130, expect=OPEN)
    assert (row.looks, row.first_look_at, row.sent_count) == (0, None, 2)


async def test_a_look_minds_the_lease_and_the_state(lost, put, ledger, t0):
    row = await lost()
    [claimed] = await ledger.claim_due({State.UNCERTAIN}, owner="me", now=t0, lease_ms=1_000, limit=1)
    assert await ledger.looked(row.id, due_at=t0, now=t0, fence=("other", 1)) is None
    looked = await ledger.looked(row.id, due_at=t0 + 1, now=t0, fence=claimed.fence)
    assert (looked.lease_owner, looked.lease_until, looked.looks) == (None, None, 1)
    assert await ledger.looked((await put(to=State.SUBMITTED)).id, due_at=t0, now=t0) is None
    assert await ledger.looked("none", due_at=t0, now=t0) is None


async def test_what_was_found_is_adopted_and_watched(lost, ledger, t0):
    row = await lost()
    [claimed] = await ledger.claim_due({State.UNCERTAIN}, owner="me", now=t0, lease_ms=1_000, limit=1)
    assert await ledger.adopt(row.id, "9", t0, fence=("other", 1)) is None
    adopted = await ledger.adopt(row.id, "9", t0 + 5, fence=claimed.fence)
    assert (adopted.state, adopted.sikka_id, adopted.adopted_at) == (State.SUBMITTED, "9", t0 + 5)
    assert (adopted.submitted_at, adopted.due_at, adopted.lease_owner) == (t0 + 5, t0 + 5, None)
    assert (await ledger.events(row.office, row.id))[-1].reason == "adopted"


async def test_only_an_uncertain_row_without_an_id_adopts(put, ledger, t0):
    for state in sorted(set(State) - {State.UNCERTAIN}):
        assert await ledger.adopt((await put(to=state)).id, "9", t0) is None
    assert await ledger.adopt("none", "9", t0) is None
    hidden = await put(to=State.SENDING)
    for step in (State.SUBMITTED, State.UNCERTAIN):
        await ledger.change(hidden.id, step, t0, expect=OPEN, sikka_id="8")
    assert await ledger.adopt(hidden.id, "9", t0) is None
    assert (await ledger.get(hidden.office, hidden.id)).sikka_id == "8"


async def test_an_id_that_a_row_owns_is_adopted_by_no_other(lost, put, ledger, t0):
    owner = await put(to=State.SENDING)
    await ledger.change(owner.id, State.SUBMITTED, t0, expect=OPEN, sikka_id="9")
    row = await lost()
    assert await ledger.adopt(row.id, "9", t0) is None
    assert await ledger.get(row.office, row.id) == row


async def test_two_identical_lost_writes_looked_for_at_once_adopt_different_ids(lost, reopen, store, t0):
    one, other = await lost(), await lost()
    adopted = {}
    async with await reopen() as second:

        async def look(ledger, row):
            for sikka_id in ("8", "9"):
                if found := await ledger.adopt(row.id, sikka_id, t0):
                    adopted[row.id] = found.sikka_id
                    return

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(look, store.ledger, one)
            tasks.start_soon(look, second.ledger, other)
    assert sorted(adopted.values()) == ["8", "9"]
    assert set(adopted) == {one.id, other.id}


async def test_the_database_itself_lets_no_two_rows_have_one_id(store, put):
    await put()
    await put()
    with pytest.raises(sqlite3.IntegrityError, match="sikka_id"):
        async with store.database.transaction() as statements:
            await statements.execute("UPDATE pms_writebacks SET sikka_id = '9'")


@pytest.mark.parametrize("by", ["change", "accepted"])
async def test_an_id_answered_to_one_row_is_taken_from_the_row_that_adopted_it(lost, put, ledger, by, t0):
    adopter = await lost(natural_key="k")
    await ledger.looked(adopter.id, due_at=t0, now=t0)
    await ledger.adopt(adopter.id, "9", t0)
    row = await put(to=State.SENDING)
    if by == "change":
        mine = await ledger.change(row.id, State.SUBMITTED, t0 + 1, expect={State.SENDING}, sikka_id="9")
    else:
        mine = await ledger.accepted(row.id, "9", t0 + 1)
    assert (mine.state, mine.sikka_id, mine.adopted_at) == (State.SUBMITTED, "9", None)
    bereft = await ledger.get(adopter.office, adopter.id)
    assert (bereft.state, bereft.sikka_id, bereft.adopted_at) == (State.UNCERTAIN, None, None)
    assert (bereft.reason, bereft.due_at, bereft.looks, bereft.natural_key) == (ID_LOST, t0 + 1, 0, "k")
    assert await ledger.adopt(adopter.id, "10", t0 + 2)


@pytest.mark.parametrize("outcome", [State.CONFIRMED, State.FAILED])
async def test_a_row_settled_on_an_id_that_was_anothers_is_uncertain_again(lost, put, ledger, outcome, t0):
    adopter = await lost(natural_key="k", scope_key="s")
    await ledger.adopt(adopter.id, "9", t0)
    await ledger.change(
        adopter.id, outcome, t0, expect=OPEN, created=Created("1", "2", "3"), error_message="why"
    )
    await ledger.mark_shown([adopter.id], t0)
    row = await put(to=State.SENDING)
    await ledger.change(row.id, State.SUBMITTED, t0 + 1, expect=OPEN, sikka_id="9")
    bereft = await ledger.get(adopter.office, adopter.id)
    assert (bereft.state, bereft.result, bereft.completed_at) == (State.UNCERTAIN, "pending", None)
    assert (bereft.created, bereft.error_message, bereft.shown_at) == (Created(), None, None)
    assert (bereft.natural_key, bereft.natural_key_until) == ("k", None)
    told = await ledger.news(row.office, scope_key="s", patient_key=None, now=t0 + 2, gap_ms=2_000)
    assert [(news.id, news.state) for news in told] == [(adopter.id, State.UNCERTAIN)]


async def test_a_person_who_settled_a_row_is_believed_even_if_its_id_was_anothers(lost, put, ledger, t0):
    adopter = await lost()
    await ledger.adopt(adopter.id, "9", t0)
    settled = await ledger.settle_by_person(
        adopter.office, adopter.id, State.CONFIRMED, by="Ann", note="", now=t0
    )
    row = await put(to=State.SENDING)
    await ledger.change(row.id, State.SUBMITTED, t0 + 1, expect=OPEN, sikka_id="9")
    now = await ledger.get(adopter.office, adopter.id)
    assert (now.state, now.sikka_id, now.completed_at) == (State.CONFIRMED, None, settled.completed_at)
    assert (await ledger.events(now.office, now.id))[-1].reason == ID_LOST
    # What it rests on is still a person's word.
    assert (await ledger.late(now.id, State.FAILED, t0 + 2)).state is State.FAILED


async def test_an_uncertain_row_whose_outcome_was_hidden_loses_an_id_that_was_anothers(put, lost, ledger, t0):
    hidden = await lost()
    await ledger.adopt(hidden.id, "9", t0)
    await ledger.change(hidden.id, State.UNCERTAIN, t0, expect=OPEN)
    row = await put(to=State.SENDING)
    await ledger.change(row.id, State.SUBMITTED, t0 + 1, expect=OPEN, sikka_id="9")
    bereft = await ledger.get(hidden.office, hidden.id)
    assert (bereft.state, bereft.sikka_id) == (State.UNCERTAIN, None)
    assert await ledger.adopt(hidden.id, "10", t0 + 2)


async def test_an_answer_after_adoption_makes_the_adopted_id_ones_own(lost, put, ledger, t0):
    row = await lost()
    await ledger.adopt(row.id, "9", t0)
    mine = await ledger.accepted(row.id, "9", t0 + 1)
    assert (mine.state, mine.sikka_id, mine.adopted_at) == (State.SUBMITTED, "9", None)
    assert await ledger.accepted(row.id, "10", t0 + 2) is None  # it was sent twice
    assert (await ledger.get(row.office, row.id)).sikka_id == "9"


@pytest.mark.parametrize("overdue", [False, True])
async def test_an_answer_after_a_wrong_adoption_gives_the_adopted_id_back(lost, ledger, overdue, t0):
    row, other = await lost(), await lost()
    await ledger.adopt(row.id, "9", t0)
    if overdue:
        await ledger.change(row.id, State.OVERDUE, t0, expect=OPEN, due_at=t0 + 500)
    mine = await ledger.accepted(row.id, "8", t0 + 1)
    assert (mine.sikka_id, mine.adopted_at, mine.due_at) == ("8", None, t0 + 1)
    assert mine.state is (State.OVERDUE if overdue else State.SUBMITTED)
    assert (await ledger.events(row.office, row.id))[-1].reason == LATE_ID
    assert await ledger.adopt(other.id, "9", t0 + 2)


@pytest.mark.parametrize("waiting", [State.INTENT, State.QUEUED])
async def test_a_row_to_be_sent_again_is_not_if_the_first_answer_comes(put, lost, ledger, waiting, t0):
    row = await lost()
    row = await ledger.change(row.id, State.INTENT, t0, expect=OPEN)
    [claimed] = await ledger.claim_due({State.INTENT}, owner="me", now=t0, lease_ms=1_000, limit=1)
    if waiting is State.QUEUED:
        for step in (State.SENDING, State.QUEUED):
            await ledger.change(row.id, step, t0, expect=OPEN)
    mine = await ledger.accepted(row.id, "9", t0 + 1)
    assert (mine.state, mine.sikka_id) == (State.SUBMITTED, "9")
    assert (
        await ledger.change(row.id, State.SENDING, t0 + 1, expect={State.INTENT}, fence=claimed.fence) is None
    )


async def test_a_row_given_up_as_absent_is_watched_again_when_its_answer_comes(lost, ledger, t0):
    row = await lost(natural_key="k")
    await ledger.change(row.id, State.REJECTED, t0, expect=OPEN, reason="never_sent", error_message="x")
    mine = await ledger.accepted(row.id, "9", t0 + 1)
    assert (mine.state, mine.sikka_id, mine.natural_key) == (State.SUBMITTED, "9", "k")
    assert (mine.completed_at, mine.error_message, mine.reason) == (None, None, LATE_ID)


async def test_a_row_settled_by_adoption_is_watched_again_by_its_own_id(lost, ledger, t0):
    row = await lost()
    await ledger.adopt(row.id, "9", t0)
    await ledger.change(row.id, State.CONFIRMED, t0, expect=OPEN, created=Created("1", "2", "3"))
    mine = await ledger.accepted(row.id, "8", t0 + 1)
    assert (mine.state, mine.sikka_id, mine.created) == (State.SUBMITTED, "8", Created())


async def test_a_row_settled_by_the_copy_or_a_person_only_notes_its_id(lost, ledger, t0):
    by_copy, by_person = await lost(), await lost()
    await ledger.change(by_copy.id, State.CONFIRMED, t0, expect=OPEN, reason="copy")
    await ledger.settle_by_person(by_person.office, by_person.id, State.FAILED, by="Ann", note="", now=t0)
    for row, sikka_id in ((by_copy, "8"), (by_person, "9")):
        before = await ledger.get(row.office, row.id)
        noted = await ledger.accepted(row.id, sikka_id, t0 + 1)
        assert (noted.state, noted.sikka_id, noted.completed_at) == (
            before.state,
            sikka_id,
            before.completed_at,
        )
    assert (await ledger.late(by_person.id, State.CONFIRMED, t0 + 2)).state is State.CONFIRMED


async def test_what_was_never_sent_or_refused_at_once_has_no_answer_to_come(put, ledger, t0):
    never = await put(to=State.REJECTED)
    refused = await put(to=State.SENDING)
    await ledger.change(refused.id, State.REJECTED, t0, expect=OPEN)
    for row_id in (never.id, refused.id, "none"):
        assert await ledger.accepted(row_id, "9", t0) is None
    assert await ledger.sikka_ids([never.office]) == frozenset()


async def test_a_row_of_sikkas_own_word_keeps_it_if_its_id_is_given_anew(put, ledger, t0):
    first, second, third = [await put(to=State.SENDING) for _ in range(3)]
    await ledger.change(first.id, State.CONFIRMED, t0, expect=OPEN, sikka_id="9")
    await ledger.change(second.id, State.SUBMITTED, t0, expect=OPEN, sikka_id="9")
    first = await ledger.get(first.office, first.id)
    assert (first.state, first.sikka_id) == (State.CONFIRMED, None)
    await ledger.change(third.id, State.SUBMITTED, t0, expect=OPEN, sikka_id="9")
    second = await ledger.get(first.office, second.id)
    assert (second.state, second.sikka_id) == (State.UNCERTAIN, None)


async def test_a_late_outcome_of_an_id_another_row_adopted_takes_the_id_along(put, lost, ledger, t0):
    adopter = await lost()
    await ledger.adopt(adopter.id, "9", t0)
    row = await put(to=State.OVERDUE)
    await ledger.settle_by_person(row.office, row.id, State.FAILED, by="Ann", note="", now=t0)
    late = await ledger.late(row.id, State.CONFIRMED, t0 + 1, sikka_id="9")
    assert (late.sikka_id, late.adopted_at) == ("9", None)
    assert (await ledger.get(row.office, adopter.id)).state is State.UNCERTAIN


async def test_ids_of_the_asked_offices_are_left_out_of_a_search(
    store, put, ledger, a_write, add_office, office, t0
):
    for number in range(3):
        row = await put(to=State.SENDING, now=t0 + number)
        await ledger.change(row.id, State.SUBMITTED, t0 + number, expect=OPEN, sikka_id=str(number))
    other = await add_office(store, "D200")
    theirs, _ = await ledger.append(a_write(other.id), t0)
    await ledger.change(theirs.id, State.SENDING, t0, expect=OPEN)
    await ledger.change(theirs.id, State.SUBMITTED, t0, expect=OPEN, sikka_id="7")
    assert await ledger.sikka_ids([office]) == {"0", "1", "2"}
    assert await ledger.sikka_ids([office, other.id]) == {"0", "1", "2", "7"}
    assert await ledger.sikka_ids([office], since=t0 + 1) == {"1", "2"}
    assert await ledger.sikka_ids([]) == frozenset()


async def test_ones_own_id_in_place_of_an_adopted_one_is_not_adopted(lost, ledger, t0):
    hidden, settled = await lost(), await lost()
    for row, sikka_id in ((hidden, "8"), (settled, "9")):
        await ledger.adopt(row.id, sikka_id, t0)
    await ledger.change(hidden.id, State.UNCERTAIN, t0, expect=OPEN)
    own = await ledger.change(hidden.id, State.SUBMITTED, t0, expect=OPEN, sikka_id="18")
    assert (own.sikka_id, own.adopted_at) == ("18", None)
    await ledger.settle_by_person(settled.office, settled.id, State.FAILED, by="Ann", note="", now=t0)
    own = await ledger.late(settled.id, State.CONFIRMED, t0, sikka_id="19")
    assert (own.sikka_id, own.adopted_at) == ("19", None)
