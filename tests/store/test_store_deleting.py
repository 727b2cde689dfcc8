"""That a deletion was asked for outlives the process that asked, and is put down before the asking."""

import pytest

from store.ledger_states import ACCEPTED, OPEN, State

OTHERS = sorted(set(State) - ACCEPTED)


@pytest.fixture
async def wished(put, ledger, t0):
    """An accepted row that is wished away, claimed to be looked at."""
    row = await put(to=State.SUBMITTED)
    await ledger.wish_withdraw(row.office, row.id, t0)
    (row,) = await ledger.claim_due({State.SUBMITTED}, owner="o", now=t0 + 9, lease_ms=9_000, limit=1)
    return row


async def test_the_first_asking_is_put_down_and_the_next_knows_of_it(wished, ledger, t0):
    assert not await ledger.may_be_deleted(wished.id)
    assert await ledger.deletion_asked(wished.id, t0, fence=wished.fence) is False
    assert await ledger.may_be_deleted(wished.id)
    assert await ledger.deletion_asked(wished.id, t0, fence=wished.fence) is True
    reasons = [event.reason for event in await ledger.events(wished.office, wished.id)]
    assert reasons.count("deletion_asked") == 1


async def test_what_sikka_did_not_delete_may_be_asked_for_afresh(wished, ledger, t0):
    await ledger.deletion_asked(wished.id, t0, fence=wished.fence)
    await ledger.not_deleted(wished.id, t0)
    assert not await ledger.may_be_deleted(wished.id)
    assert await ledger.deletion_asked(wished.id, t0, fence=wished.fence) is False


async def test_a_wish_stands_while_the_write_may_be_deleted(wished, ledger, t0):
    await ledger.deletion_asked(wished.id, t0, fence=wished.fence)
    assert (await ledger.clear_wish(wished.office, wished.id, t0)).wish
    await ledger.not_deleted(wished.id, t0)
    assert (await ledger.clear_wish(wished.office, wished.id, t0)).wish is None
    assert await ledger.deletion_asked(wished.id, t0, fence=wished.fence) is None


async def test_only_who_holds_the_row_may_ask(wished, ledger, t0):
    assert await ledger.deletion_asked(wished.id, t0, fence=("another", wished.lease_attempt)) is None
    assert not await ledger.may_be_deleted(wished.id)


async def test_a_settled_row_is_in_no_doubt(wished, ledger, t0):
    await ledger.deletion_asked(wished.id, t0, fence=wished.fence)
    await ledger.change(wished.id, State.CONFIRMED, t0, expect=OPEN)
    before = await ledger.events(wished.office, wished.id)
    await ledger.not_deleted(wished.id, t0)
    assert not await ledger.may_be_deleted(wished.id)
    assert await ledger.events(wished.office, wished.id) == before


@pytest.mark.parametrize("state", OTHERS)
async def test_only_an_accepted_write_can_be_deleted(put, ledger, state, t0):
    row = await put(to=state)
    assert await ledger.deletion_asked(row.id, t0, fence=row.fence) is None
