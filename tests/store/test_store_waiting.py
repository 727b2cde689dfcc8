"""Rows that wait for another or for the office's PC, that were made anew by a person, or were flagged."""

import pytest

from store.ledger_states import OPEN, State


async def test_rows_wait_on_another_until_they_are_let_go(put, ledger, t0):
    register = await put(operation="register")
    second = await put(state=State.WAITING, waits_for=register.id, now=t0 + 2)
    first = await put(state=State.WAITING, waits_for=register.id, now=t0 + 1)
    await put(state=State.WAITING, waits_for=second.id)
    await put(waits_for=register.id)
    assert await waiting_on(ledger, register) == [first.id, second.id]
    await ledger.release(first.id, t0, body={}, facts={}, patient_key=None, send_before=t0)
    await ledger.change(second.id, State.REJECTED, t0, expect=OPEN, reason="registration_failed")
    assert await waiting_on(ledger, register) == []


async def waiting_on(ledger, row):
    """Ids of the rows that still wait for this one, oldest first."""
    waiting = await ledger.search(states={State.WAITING})
    return [one.id for one in reversed(waiting) if one.waits_for == row.id]


async def test_a_row_let_go_has_what_it_waited_for_and_its_key(put, ledger, t0):
    row = await put(state=State.WAITING, waits_for="w", natural_key="k", send_before=t0, due_at=t0 + 99)
    ready = await ledger.release(
        row.id,
        t0 + 5,
        body={"patient_id": "88"},
        facts={"patient_id": "88"},
        patient_key="p",
        send_before=t0 + 600_000,
    )
    assert (ready.state, ready.body, ready.facts) == (
        State.INTENT,
        {"patient_id": "88"},
        {"patient_id": "88"},
    )
    assert (ready.patient_key, ready.natural_key, ready.endpoint) == ("p", "k", row.endpoint)
    assert (ready.send_before, ready.due_at, ready.waits_for) == (t0 + 600_000, t0 + 5, "w")
    assert await ledger.get(row.office, row.id) == ready
    last = (await ledger.events(row.office, row.id))[-1]
    assert (last.from_state, last.to_state, last.reason) == (State.WAITING, State.INTENT, "released")
    again = await ledger.release(row.id, t0 + 6, body={}, facts={}, patient_key=None, send_before=t0)
    assert again is None
    assert await ledger.get(row.office, row.id) == ready


async def test_a_row_let_go_for_nobody_new_keeps_its_patient(put, ledger, t0):
    row = await put(state=State.WAITING, patient_key="p")
    ready = await ledger.release(row.id, t0, body={}, facts={}, patient_key=None, send_before=t0)
    assert ready.patient_key == "p"


@pytest.mark.parametrize("state", sorted(set(State) - {State.WAITING}))
async def test_only_a_waiting_row_is_let_go(put, ledger, state, t0):
    row = await put(to=state)
    assert await ledger.release(row.id, t0, body={}, facts={}, patient_key="p", send_before=t0) is None
    assert await ledger.get(row.office, row.id) == row


async def test_a_queued_row_lasts_longer_and_is_sent_when_the_pc_is_back(put, ledger, t0):
    row = await put(to=State.SENDING, natural_key="k", send_before=t0 + 10)
    queued = await ledger.change(
        row.id, State.QUEUED, t0, expect={State.SENDING}, send_before=t0 + 9_000, due_at=t0 + 500
    )
    assert (queued.send_before, queued.natural_key, queued.sent_count) == (t0 + 9_000, "k", 1)
    claim = {"owner": "me", "lease_ms": 1_000, "limit": 9}
    assert await ledger.claim_due({State.QUEUED}, now=t0 + 499, **claim) == []
    [claimed] = await ledger.claim_due({State.QUEUED}, now=t0 + 500, **claim)
    still = await ledger.postpone(row.id, due_at=t0 + 800, now=t0 + 500, fence=claimed.fence)
    assert (still.state, still.send_before) == (State.QUEUED, t0 + 9_000)
    [claimed] = await ledger.claim_due({State.QUEUED}, now=t0 + 800, **claim)
    back = await ledger.change(
        row.id, State.INTENT, t0 + 800, expect={State.QUEUED}, fence=claimed.fence, send_before=t0 + 1_400
    )
    assert (back.send_before, back.due_at, back.lease_owner) == (t0 + 1_400, t0 + 800, None)
    sent = await ledger.change(row.id, State.SENDING, t0 + 801, expect={State.INTENT})
    assert sent.sent_count == 2


async def test_the_limit_of_a_row_that_waits_on_a_queued_one_can_be_moved(put, ledger, t0):
    row = await put(state=State.WAITING, send_before=t0 + 10)
    moved = await ledger.postpone(row.id, due_at=t0 + 5, now=t0, send_before=t0 + 9_000)
    assert (moved.state, moved.send_before, moved.due_at) == (State.WAITING, t0 + 9_000, t0 + 5)


async def test_a_request_made_anew_names_the_row_it_came_from(put, ledger, t0):
    failed = await put(to=State.FAILED, natural_key="k")
    retry = await put(natural_key="k", retry_of=failed.id)
    assert (retry.retry_of, failed.retry_of) == (failed.id, None)
    assert retry.id != failed.id
    assert (await ledger.get(retry.office, retry.id)).retry_of == failed.id


async def test_an_open_row_is_flagged_once(put, ledger, t0):
    row = await put(to=State.OVERDUE)
    [claimed] = await ledger.claim_due({State.OVERDUE}, owner="me", now=t0, lease_ms=1_000, limit=1)
    assert await ledger.flag(row.id, t0 + 1)
    assert not await ledger.flag(row.id, t0 + 2)
    flagged = await ledger.get(row.office, row.id)
    assert (flagged.flagged_at, flagged.state, flagged.fence) == (t0 + 1, State.OVERDUE, claimed.fence)
    last = (await ledger.events(row.office, row.id))[-1]
    assert (last.from_state, last.to_state, last.reason) == (State.OVERDUE, State.OVERDUE, "flagged")


async def test_a_settled_or_missing_row_is_not_flagged(put, ledger, t0):
    assert not await ledger.flag((await put(to=State.CONFIRMED)).id, t0)
    assert not await ledger.flag("none", t0)
