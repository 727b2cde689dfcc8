"""What a person and a late answer change in a settled write."""

import pytest

from store.ledger_endings import ALLOWED_LATE, SETTLED_BY_PERSON, Ending
from store.ledger_rows import Created
from store.ledger_states import OPEN, SETTLED, IllegalArrow, State

MINUTE = 60_000
DOUBTED_WAY = (State.SENDING, State.UNCERTAIN)


@pytest.fixture
def settled(put, ledger, t0):
    """A row settled on something: every pair of ALLOWED_LATE can be made."""

    async def row(state, ending, **over):
        row = await put(**({"natural_key": "k"} | over))
        for step in _ways(state, ending):
            row = await ledger.change(row.id, step, t0, expect=OPEN)
        if ending is Ending.ADOPTED:
            row = await ledger.adopt(row.id, f"found {row.id}", t0)
        if ending is Ending.PERSON:
            return await ledger.settle_by_person(
                row.office, row.id, state, by="Ann", note="asked them", now=t0
            )
        return await ledger.change(
            row.id, state, t0, expect=OPEN, error_message="why", created=Created("1", "2", "3")
        )

    return row


def _ways(state, ending):
    return {
        Ending.ANSWERED: (State.SENDING, State.SUBMITTED),
        Ending.ADOPTED: DOUBTED_WAY,
        Ending.PERSON: (State.SENDING, State.SUBMITTED, State.OVERDUE),
        Ending.REFUSED: (State.SENDING,),
        Ending.UNSENT: (),
        Ending.DOUBTED: DOUBTED_WAY,
        Ending.DELETED: (State.SENDING, State.SUBMITTED),
    }[ending]


ENDINGS = sorted(ALLOWED_LATE)


def test_the_table_knows_every_settled_state_and_leads_only_to_what_an_answer_can_tell():
    assert {state for state, _ in ALLOWED_LATE} == SETTLED
    assert {ending for _, ending in ALLOWED_LATE} == set(Ending)
    for (_, ending), to in ALLOWED_LATE.items():
        assert not to & {State.REJECTED, State.WITHDRAWN}
        if ending in {Ending.ANSWERED, Ending.REFUSED, Ending.UNSENT}:
            assert not to


@pytest.mark.parametrize(("state", "ending"), ENDINGS)
async def test_a_late_answer_changes_what_the_table_says_and_nothing_else(settled, ledger, state, ending, t0):
    for number, to in enumerate(sorted(State)):
        row = await settled(state, ending, natural_key=str(number))
        history = await ledger.events(row.office, row.id)
        if to in ALLOWED_LATE[state, ending]:
            late = await ledger.late(row.id, to, t0 + 9)
            assert (late.state, late.changed_at, late.due_at) == (to, t0 + 9, t0 + 9)
            assert (late.completed_at is not None) == (to in SETTLED)
            last = (await ledger.events(row.office, row.id))[len(history) :]
            assert [(e.from_state, e.to_state, e.reason) for e in last] == [(state, to, "late_answer")]
            continue
        if to is state:
            assert await ledger.late(row.id, to, t0 + 9) == row
        else:
            with pytest.raises(IllegalArrow):
                await ledger.late(row.id, to, t0 + 9)
        assert await ledger.get(row.office, row.id) == row
        assert await ledger.events(row.office, row.id) == history


async def test_an_answer_to_a_row_that_is_open_or_missing_is_not_late(put, ledger, t0):
    row = await put(to=State.OVERDUE)
    assert await ledger.late(row.id, State.CONFIRMED, t0) is None
    assert await ledger.late("none", State.CONFIRMED, t0) is None


@pytest.mark.parametrize("to", [State.CONFIRMED, State.FAILED])
async def test_a_person_settles_what_silence_left_open_and_nothing_else(put, ledger, to, t0):
    for before in State:
        row = await put(to=before, natural_key=before.value)
        settled = await ledger.settle_by_person(
            row.office, row.id, to, by="Ann", note="looked at the chart", now=t0 + 1
        )
        if before not in {State.SUBMITTED, State.OVERDUE, State.UNCERTAIN}:
            assert settled is None
            assert await ledger.get(row.office, row.id) == row
            continue
        assert (settled.state, settled.reason, settled.completed_at) == (to, SETTLED_BY_PERSON, t0 + 1)
        assert settled.natural_key == (before.value if to is State.CONFIRMED else None)
        assert settled.natural_key_until == (t0 + 1 + 15 * MINUTE if to is State.CONFIRMED else None)
        last = (await ledger.events(row.office, row.id))[-1]
        assert (last.reason, last.detail) == (SETTLED_BY_PERSON, "Ann: looked at the chart")


async def test_a_person_settles_rows_of_the_named_office_as_done_or_failed_only(
    store, put, ledger, add_office, t0
):
    row = await put(to=State.OVERDUE)
    other = await add_office(store, "D200")
    said = {"by": "Ann", "note": "", "now": t0}
    assert await ledger.settle_by_person(other.id, row.id, State.FAILED, **said) is None
    with pytest.raises(ValueError, match="withdrawn"):
        await ledger.settle_by_person(row.office, row.id, State.WITHDRAWN, **said)
    assert await ledger.get(row.office, row.id) == row


async def test_whoever_looks_while_a_person_settles_finds_the_row_settled(put, ledger, t0):
    row = await put(to=State.OVERDUE)
    [claimed] = await ledger.claim_due({State.OVERDUE}, owner="me", now=t0, lease_ms=1_000, limit=1)
    await ledger.settle_by_person(row.office, row.id, State.FAILED, by="Ann", note="", now=t0)
    assert (
        await ledger.change(
            row.id, State.CONFIRMED, t0, expect={State.OVERDUE, State.UNCERTAIN}, fence=claimed.fence
        )
        is None
    )


async def test_what_was_done_after_all_takes_its_key_back_and_lies_over_the_copy(settled, ledger, t0):
    row = await settled(State.FAILED, Ending.PERSON, scope_key="s")
    assert row.natural_key is None
    created = Created("7", "8", "9")
    late = await ledger.late(
        row.id,
        State.CONFIRMED,
        t0 + 1,
        created=created,
        appointment_key="appt",
        sikka_id="5",
    )
    assert (late.natural_key, late.natural_key_until) == ("k", t0 + 1 + 15 * MINUTE)
    assert (late.created, late.appointment_key, late.sikka_id) == (created, "appt", "5")
    assert (late.result, late.completed_at) == ("completed", t0 + 1)
    assert [shown.id for shown in await ledger.overlay(row.office)] == [row.id]
    told = await ledger.news(row.office, scope_key="s", patient_key=None, now=t0 + 2, gap_ms=2_000)
    assert [(news.id, news.state) for news in told] == [(row.id, State.CONFIRMED)]


async def test_a_key_that_another_row_holds_by_now_stays_there(settled, put, ledger, t0):
    row = await settled(State.WITHDRAWN, Ending.DELETED)
    again = await put(natural_key="k")
    late = await ledger.late(row.id, State.CONFIRMED, t0 + 1)
    assert (late.natural_key, late.natural_key_given) == (None, "k")
    assert (await ledger.holder(row.office, late.natural_key_given, t0 + 1)).id == again.id


async def test_a_key_whose_time_is_up_is_taken_back(settled, put, ledger, t0):
    row = await settled(State.WITHDRAWN, Ending.DELETED)
    again = await put(natural_key="k", to=State.CONFIRMED)
    late = await ledger.late(row.id, State.CONFIRMED, t0 + 15 * MINUTE)
    assert late.natural_key == "k"
    assert (await ledger.get(row.office, again.id)).natural_key is None


async def test_a_row_without_a_key_has_none_to_take_back(settled, ledger, t0):
    row = await settled(State.WITHDRAWN, Ending.DELETED, natural_key=None)
    assert (await ledger.late(row.id, State.CONFIRMED, t0)).natural_key is None


async def test_what_was_not_done_after_all_may_be_asked_for_again(settled, ledger, a_write, office, t0):
    row = await settled(State.CONFIRMED, Ending.PERSON)
    late = await ledger.late(row.id, State.FAILED, t0 + 1, error_message="chair taken")
    assert (late.natural_key, late.natural_key_until, late.error_message) == (None, None, "chair taken")
    assert (await ledger.append(a_write(office, "k"), t0 + 1))[1]


async def test_an_answer_that_agrees_with_a_person_adds_what_was_created_and_holds_no_key(
    settled, ledger, t0
):
    row = await settled(State.CONFIRMED, Ending.PERSON)
    await ledger.mark_shown([row.id], t0 + 1)
    agreed = await ledger.late(row.id, State.CONFIRMED, t0 + 30 * MINUTE, created=Created("7", "8", "9"))
    assert agreed.created == Created("7", "8", "9")
    assert (agreed.completed_at, agreed.shown_at) == (row.completed_at, t0 + 1)
    assert agreed.natural_key_until == row.natural_key_until
    # Now it rests on Sikka's word, and that is final.
    assert ALLOWED_LATE[State.CONFIRMED, Ending.ANSWERED] == frozenset()
    with pytest.raises(IllegalArrow):
        await ledger.late(row.id, State.FAILED, t0 + 31 * MINUTE)


async def test_what_turns_up_is_watched_again_and_the_wish_to_withdraw_it_stays(put, ledger, t0):
    row = await put(to=State.UNCERTAIN, natural_key="k")
    await ledger.wish_withdraw(row.office, row.id, t0)
    await ledger.change(row.id, State.WITHDRAWN, t0, expect=OPEN)
    late = await ledger.late(row.id, State.SUBMITTED, t0 + 5, sikka_id="9")
    assert (late.state, late.result, late.completed_at, late.submitted_at) == (
        State.SUBMITTED,
        "pending",
        None,
        t0 + 5,
    )
    assert (late.wish, late.natural_key, late.natural_key_until) == ("withdraw", "k", None)
    done = await ledger.change(row.id, State.WITHDRAWN, t0 + 6, expect={State.SUBMITTED}, reason="deleted")
    assert done.completed_at == t0 + 6


async def test_a_row_refused_on_its_second_sending_may_still_turn_up_from_the_first(put, ledger, t0):
    row = await put(to=State.UNCERTAIN)
    for step in (State.INTENT, State.SENDING, State.REJECTED):
        row = await ledger.change(row.id, step, t0, expect=OPEN)
    assert row.sent_count == 2
    assert (await ledger.late(row.id, State.CONFIRMED, t0)).state is State.CONFIRMED
