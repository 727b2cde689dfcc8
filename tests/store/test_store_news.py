import pytest
from stored import tell

from store.ledger_news import KEPT_MS
from store.ledger_states import OPEN, WORTH_TELLING, State

GAP = 2_000


@pytest.fixture
def put(store, office, a_write, t0):
    async def row(at=0, **keys):
        row, _ = await store.ledger.append(
            a_write(office, **({"scope_key": "s", "patient_key": "p"} | keys)), t0 + at
        )
        return row

    return row


@pytest.fixture
def goes(store, t0):
    """Take a row through states, half a second apart; the last change is at the given time."""

    async def through(row, *states, at=0):
        for state in states:
            assert await store.ledger.change(row.id, state, t0 + at, expect=OPEN)

    return through


@pytest.fixture
def news(store, office, t0):
    async def heard(at, scope_key="s", patient_key=None):
        rows = await store.ledger.news(
            office, scope_key=scope_key, patient_key=patient_key, now=t0 + at, gap_ms=GAP
        )
        for row in rows:
            await tell(store, row.id, row.state, t0 + at)
        return [(row.id, row.state) for row in rows]

    return heard


SENT = (State.SENDING, State.SUBMITTED)


async def test_nothing_new_is_no_news(put, news):
    await put()
    assert await news(1_000) == []


async def test_getting_nearer_to_done_is_no_news(put, goes, news):
    await goes(await put(), *SENT)
    assert await news(1_000) == []


@pytest.mark.parametrize("state", [State.CONFIRMED, State.FAILED, State.OVERDUE])
async def test_an_outcome_is_news_until_a_call_well_after_it_was_told(put, goes, news, state):
    row = await put()
    await goes(row, *SENT, state)
    assert await news(1_000) == [(row.id, state)]
    assert await news(2_999) == [(row.id, state)]
    assert await news(3_000) == []
    assert await news(9_000) == []


async def test_a_later_state_is_news_again(put, goes, news):
    row = await put()
    await goes(row, *SENT, State.OVERDUE)
    assert await news(0) == [(row.id, State.OVERDUE)]
    await goes(row, State.CONFIRMED, at=100)
    assert await news(1_000) == [(row.id, State.CONFIRMED)]
    assert await news(2_500) == [(row.id, State.CONFIRMED)]
    assert await news(3_000) == []


async def test_what_the_tool_itself_just_said_is_repeated_until_a_later_call(store, put, goes, news, t0):
    row = await put()
    await goes(row, *SENT, State.CONFIRMED)
    await tell(store, row.id, State.CONFIRMED, t0 + 500)
    await tell(store, row.id, State.CONFIRMED, t0 + 2_400)
    assert await news(2_499) == [(row.id, State.CONFIRMED)]
    assert await news(2_500) == []


async def told_in_its_own_answer(store, row, state):
    telling = store.ledger.telling_once(row.id, state)
    await store.database.write(telling.sql, *telling.args)


@pytest.mark.parametrize("after", [1, GAP + 1, 3_600_000])
async def test_what_only_the_writing_calls_own_answer_told_is_told_once_more_whenever_a_call_comes(
    store, put, goes, news, after
):
    row = await put()
    await goes(row, *SENT, State.CONFIRMED)
    await told_in_its_own_answer(store, row, State.CONFIRMED)
    assert await news(after) == [(row.id, State.CONFIRMED)]
    assert await news(after + GAP) == []


async def test_an_own_answer_that_comes_late_takes_nothing_back_of_what_was_told_since(
    store, put, goes, news, office
):
    row = await put()
    await goes(row, *SENT, State.CONFIRMED)
    assert await news(1) == [(row.id, State.CONFIRMED)]
    await told_in_its_own_answer(store, row, State.CONFIRMED)
    assert await news(1 + GAP) == []


async def test_what_its_own_answer_told_counts_as_told_for_the_offices_tasks(store, put, goes, office):
    row = await put()
    await goes(row, *SENT, State.FAILED)
    await told_in_its_own_answer(store, row, State.FAILED)
    assert (await store.ledger.get(office, row.id)).told_state is State.FAILED


async def test_what_changes_after_the_tool_said_it_is_pending_is_news(store, put, goes, news, t0):
    row = await put()
    await goes(row, *SENT)
    await tell(store, row.id, State.SUBMITTED, t0)
    await goes(row, State.CONFIRMED, at=5_000)
    assert await news(9_000) == [(row.id, State.CONFIRMED)]


async def test_news_is_of_one_call_or_without_one_of_one_patient(
    store, put, goes, news, add_office, office, t0
):
    mine = await put(scope_key="s", patient_key="p")
    other = await put(scope_key="t", patient_key="p")
    for row in (mine, other):
        await goes(row, State.REJECTED)
    assert await news(0, scope_key="t", patient_key="nobody") == [(other.id, State.REJECTED)]
    assert await news(9_000, scope_key=None, patient_key="p") == [(mine.id, State.REJECTED)]
    assert await news(9_000, scope_key=None, patient_key=None) == []
    elsewhere = await add_office(store, "D200")
    assert await store.ledger.news(elsewhere.id, scope_key="s", patient_key=None, now=t0, gap_ms=GAP) == []


async def test_what_an_earlier_call_asked_for_and_was_not_done_is_told_first(put, goes, news):
    mine, failed, done = await put(), await put(scope_key="earlier"), await put(scope_key="earlier")
    await goes(mine, *SENT, State.CONFIRMED)
    await goes(failed, *SENT, State.FAILED, at=500)
    await goes(done, *SENT, State.CONFIRMED, at=600)
    assert await news(1_000) == [(mine.id, State.CONFIRMED)]  # nobody knows yet who is calling
    both = [(failed.id, State.FAILED), (mine.id, State.CONFIRMED)]
    assert await news(1_001, patient_key="p") == both
    assert await news(9_000, patient_key="p") == []


async def test_what_was_not_done_is_no_news_once_the_same_was_asked_for_anew(put, goes, news):
    first = await put(natural_key="the same")
    await goes(first, State.REJECTED)
    assert await news(0) == [(first.id, State.REJECTED)]
    anew = await put(at=1, natural_key="the same")
    assert await news(1) == []
    await goes(anew, *SENT, State.CONFIRMED, at=5)
    assert await news(10) == [(anew.id, State.CONFIRMED)]
    other = await put(natural_key="another thing")
    await goes(other, State.REJECTED, at=20)
    assert (other.id, State.REJECTED) in await news(30)


async def test_what_failed_longer_than_a_month_ago_is_the_offices_task_and_no_news(put, goes, news):
    await goes(await put(scope_key="earlier"), State.REJECTED)
    assert await news(KEPT_MS + 1, patient_key="p") == []
    assert len(await news(KEPT_MS, patient_key="p")) == 1


async def test_what_nobody_found_room_to_tell_stays_news(store, put, goes, office, t0):
    row = await put()
    await goes(row, State.REJECTED)
    for at in (0, 3_000, 9_000):
        rows = await store.ledger.news(office, scope_key="s", patient_key=None, now=t0 + at, gap_ms=GAP)
        assert [other.id for other in rows] == [row.id]


async def test_news_comes_in_the_order_it_happened(put, goes, news):
    first, second = await put(), await put()
    await goes(second, State.REJECTED, at=1)
    await goes(first, State.REJECTED, at=2)
    assert [row_id for row_id, _ in await news(3)] == [second.id, first.id]


async def test_saying_something_of_a_missing_row_does_no_harm(store, t0):
    await tell(store, "none", State.CONFIRMED, t0)


async def test_a_row_told_remembers_when_and_what(store, put, goes, news, office, t0):
    row = await put()
    await goes(row, State.REJECTED)
    await news(7)
    row = await store.ledger.get(office, row.id)
    assert (row.said_state, row.told_state, row.told_at) == (State.INTENT, State.REJECTED, t0 + 7)
    await news(9_000)
    assert (await store.ledger.get(office, row.id)).said_state is State.REJECTED


def test_states_that_only_mean_not_yet_are_never_told():
    assert set(State) - WORTH_TELLING == {State.WAITING, State.INTENT, State.SENDING, State.SUBMITTED}
