"""What is forgotten in time, and what never is."""

import pytest
from stored import issue

from store.handles import Kind, UnknownHandle
from store.inbox import NewTask, TaskKind
from store.ledger_states import State
from store.opening import LAPSED_LEASE_KEPT_MS, Purged

CLAIM = {"owner": "me", "lease_ms": 1_000, "limit": 9}


async def test_what_has_expired_is_forgotten_and_nothing_else(store, office, t0):
    handles = [
        await issue(
            store, Kind.SLOT, office=office, scope_key=None, subject=str(ttl), payload={}, now=t0, ttl_ms=ttl
        )
        for ttl in (500, 501)
    ]
    for ttl in (500, 501):
        await store.readbacks.read(office, str(ttl), t0, ttl)
    assert await store.purge(t0 + 499) == Purged(handles=0, readbacks=0, holds=0)
    assert await store.purge(t0 + 500) == Purged(handles=1, readbacks=1, holds=0)
    with pytest.raises(UnknownHandle):
        await store.handles.resolve(handles[0], Kind.SLOT, office=office, scope_key=None, now=t0)
    assert await store.handles.resolve(handles[1], Kind.SLOT, office=office, scope_key=None, now=t0)
    assert await store.readbacks.read_at(office, "501", t0 + 500) == t0


async def test_leases_that_lapsed_long_ago_are_ended(store, put, office, t0):
    row = await put()
    await store.ledger.claim_due({State.INTENT}, now=t0, **CLAIM)
    await store.offices.claim_key_refresh("D100", owner="me", now=t0, lease_ms=1_000)
    lapsed = t0 + 1_000
    await store.purge(lapsed + LAPSED_LEASE_KEPT_MS - 1)
    [found] = await store.ledger.search()
    assert (found.lease_owner, found.lease_until) == ("me", lapsed)
    assert await on_keys(store) == ("me", lapsed)
    await store.purge(lapsed + LAPSED_LEASE_KEPT_MS)
    [found] = await store.ledger.search()
    assert (found.id, found.lease_owner, found.lease_until, found.lease_attempt) == (row.id, None, None, 1)
    assert await on_keys(store) == (None, None)


async def on_keys(store):
    """Who holds the lease on the refresh of the keys, and until when."""
    row = await store.database.fetch_one("SELECT lease_owner, lease_until FROM pms_integrations")
    return row["lease_owner"], row["lease_until"]


async def test_a_lost_sending_is_left_for_recovery_to_find(store, put, t0):
    row = await put()
    await store.ledger.claim_due({State.INTENT}, now=t0, **CLAIM)
    await store.ledger.change(row.id, State.SENDING, t0, expect={State.INTENT})
    later = t0 + 2 * LAPSED_LEASE_KEPT_MS
    await store.purge(later)
    [lost] = await store.ledger.search()
    assert (lost.state, lost.lease_owner) == (State.SENDING, "me")
    [found] = await store.ledger.recover(later)
    assert (found.id, found.reason) == (row.id, "found_sending")


async def test_no_write_and_no_task_is_ever_forgotten(store, put, office, t0):
    row = await put(to=State.CONFIRMED)
    task, _ = await store.inbox.open_task(
        NewTask(office=office, kind=TaskKind.FAILED, body={}, writeback_id=row.id), t0
    )
    done = await store.inbox.done(task.id, "Ann", "", t0)
    await store.purge(t0 + 10**12)
    assert await store.ledger.get(office, row.id) == row
    assert await store.inbox.get(task.id) == done
