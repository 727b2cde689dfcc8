"""What is let go when its time is up, and what has to stay."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from stored import issue

from server.background.retention import DAY_MS, Keeping
from server.settings import Settings
from store.handles import Kind
from store.inbox import NewTask, TaskKind
from store.ledger_rows import Created
from store.ledger_states import OPEN, State
from store.mirror_rows import Lease, Record

if TYPE_CHECKING:
    from server.background.parts import Parts

DAY = DAY_MS


async def put(store, office, a_write, t0, to=State.FAILED, **over):
    row, _ = await store.ledger.append(a_write(office, over.pop("key", None), **over), t0)
    if to is not State.INTENT:
        await store.ledger.change(row.id, State.SENDING, t0, expect=OPEN)
        await store.ledger.change(
            row.id, State.UNCERTAIN, t0, expect=OPEN, error_message="why", created=Created(patient_id="77")
        )
        row = await store.ledger.settle_by_person(office, row.id, to, by="Ann", note="said", now=t0)
    return row


async def test_a_settled_write_is_blanked_and_its_history_stays(store, office, a_write, t0):
    row = await put(store, office, a_write, t0, key="k", patient_key="p", scope_key="s", appointment_key="a")
    assert await store.retention.blank_writes(t0 - 1, t0 + DAY) == 0
    assert await store.retention.blank_writes(t0, t0 + DAY) == 1
    assert await store.retention.blank_writes(t0, t0 + DAY) == 0
    blank = await store.ledger.get(office, row.id)
    assert (blank.endpoint, blank.body, blank.facts, blank.error_message) == ("", {}, {}, None)
    assert (blank.created, blank.blanked_at) == (Created(), t0 + DAY)
    assert {blank.patient_key, blank.scope_key, blank.appointment_key, blank.natural_key_given} == {None}
    assert (blank.state, blank.operation) == (State.FAILED, "book")
    events = await store.ledger.events(office, row.id)
    assert [event.to_state for event in events] == [
        State.INTENT,
        State.SENDING,
        State.UNCERTAIN,
        State.FAILED,
    ]
    assert {event.detail for event in events} == {None}


async def test_a_write_that_something_depends_on_is_not_blanked(store, office, a_write, t0):
    await put(store, office, a_write, t0, to=State.INTENT)
    unshown = await put(store, office, a_write, t0, to=State.CONFIRMED)
    registered = await put(store, office, a_write, t0)
    await store.ledger.append(a_write(office, state=State.WAITING, waits_for=registered.id), t0)
    assert await store.retention.blank_writes(t0, t0) == 0
    await store.ledger.mark_shown([unshown.id], t0)
    assert await store.retention.blank_writes(t0, t0) == 1


async def test_done_tasks_are_deleted_and_those_of_an_open_write_stay(store, office, a_write, t0):
    row = await put(store, office, a_write, t0, to=State.INTENT)
    for writeback in (None, row.id):
        new = NewTask(office=office, kind=TaskKind.UNCERTAIN, writeback_id=writeback, body={})
        task, _ = await store.inbox.open_task(new, t0)
        await store.inbox.done(task.id, "Ann", None, t0)
    unfinished, _ = await store.inbox.open_task(NewTask(office=office, kind=TaskKind.MESSAGE, body={}), t0)
    assert await store.retention.delete_done_tasks(t0 - 1) == 0
    assert await store.retention.delete_done_tasks(t0) == 1
    assert len(await store.inbox.of_writeback(row.id)) == 1
    assert await store.inbox.get(unfinished.id) is not None


async def copied(store, office, t0):
    await store.mirror.claim(office, layout="one", owner="me", now=t0, lease_ms=1_000)
    lease = Lease("me", t0 + 1_000)
    await store.mirror.begin(office, "patients", as_of="", lease=lease, now=t0)
    await store.mirror.keep(office, "patients", [Record("1", ["1"])], generation=1, lease=lease)
    await store.mirror.release(office, "me")


@pytest.mark.parametrize(("mirror", "stays"), [("on", True), ("off", False)])
async def test_a_round_lets_go_of_what_is_due(store, office, a_write, t0, mirror, stays):
    await copied(store, office, t0)
    await put(store, office, a_write, t0)
    await issue(
        store, Kind.PATIENT, office=office, scope_key=None, subject="s", payload={}, now=t0, ttl_ms=1_000
    )
    clock = SimpleNamespace(now=lambda: t0 + 100 * DAY)
    parts = SimpleNamespace(store=store, clock=clock, settings=Settings(mirror=mirror))
    keeping = Keeping(cast("Parts", parts))
    gone = await keeping.round()
    assert {name: count for name, count in gone.items() if count} == {
        "handles": 1,
        "writes": 1,
        **({} if stays else {"copies": 1}),
    }
    assert bool(await store.mirror.counts(office)) is stays
