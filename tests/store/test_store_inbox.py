import sqlite3

import pytest

from store.inbox import Inbox, NewTask, TaskKind, TaskState, Urgency


@pytest.fixture
def inbox(store) -> Inbox:
    return store.inbox


@pytest.fixture
def opened(inbox, office, t0):
    """Open a task; say what is different about it."""

    async def task(now=t0, **over):
        facts = {"office": office, "kind": TaskKind.MESSAGE, "body": {"text": "please call"}}
        return await inbox.open_task(NewTask(**(facts | over)), now)

    return task


async def test_a_task_is_there_as_it_was_opened(inbox, opened, put, office, t0):
    row = await put()
    task, new = await opened(
        kind=TaskKind.CALL_NOW,
        urgency=Urgency.URGENT,
        writeback_id=row.id,
        patient_key="p",
        body={"a": ["b"]},
    )
    assert new
    assert await inbox.get(task.id) == task
    assert (task.office, task.kind, task.urgency, task.state) == (
        office,
        TaskKind.CALL_NOW,
        Urgency.URGENT,
        TaskState.OPEN,
    )
    assert (task.writeback_id, task.patient_key, task.body) == (row.id, "p", {"a": ["b"]})
    assert (task.owner, task.note, task.acknowledged_at, task.done_at) == (None, None, None, None)
    assert (task.created_at, task.changed_at) == (t0, t0)


async def test_what_a_task_says_does_not_show_in_a_repr(inbox, opened):
    task, _ = await opened(body={"text": "Zyxwvut"})
    done = await inbox.done(task.id, "Ann", "Zyxwvut", 1)
    assert done.note == "Zyxwvut"
    assert "Zyxwvut" not in repr(done)
    assert "Zyxwvut" not in repr(NewTask(office="o", kind=TaskKind.MESSAGE, body={"text": "Zyxwvut"}))


async def test_a_write_has_one_unfinished_task_of_a_kind(inbox, opened, put, t0):
    row = await put()
    first, _ = await opened(kind=TaskKind.FAILED, writeback_id=row.id)
    again, new = await opened(now=t0 + 1, kind=TaskKind.FAILED, writeback_id=row.id, body={"other": "x"})
    assert (again, new) == (first, False)
    await inbox.acknowledge(first.id, "Ann", t0)
    again, new = await opened(kind=TaskKind.FAILED, writeback_id=row.id)
    assert (again.id, again.state, new) == (first.id, TaskState.ACKNOWLEDGED, False)
    other, new = await opened(now=t0 + 2, kind=TaskKind.CALL_NOW, writeback_id=row.id)
    assert new
    assert await inbox.of_writeback(row.id) == [again, other]


async def test_a_finished_task_does_not_stand_in_the_way_of_another(inbox, opened, put, t0):
    row = await put()
    first, _ = await opened(kind=TaskKind.OVERDUE, writeback_id=row.id)
    await inbox.done(first.id, None, None, t0)
    second, new = await opened(now=t0 + 1, kind=TaskKind.OVERDUE, writeback_id=row.id)
    assert new
    assert [task.id for task in await inbox.of_writeback(row.id)] == [first.id, second.id]


async def test_tasks_of_no_write_and_of_other_writes_are_never_the_same(opened, put):
    one, two = await put(), await put()
    assert all([(await opened())[1], (await opened())[1]])
    assert (await opened(kind=TaskKind.FAILED, writeback_id=one.id))[1]
    assert (await opened(kind=TaskKind.FAILED, writeback_id=two.id))[1]


async def test_a_task_of_an_unknown_office_or_write_is_refused(inbox, opened):
    with pytest.raises(sqlite3.IntegrityError):
        await opened(office="none")
    with pytest.raises(sqlite3.IntegrityError):
        await opened(writeback_id="none")
    assert await inbox.list() == []


async def test_who_takes_a_task_first_has_it(inbox, opened, t0):
    task, _ = await opened()
    taken = await inbox.acknowledge(task.id, "Ann", t0 + 1)
    assert (taken.state, taken.owner, taken.acknowledged_at) == (TaskState.ACKNOWLEDGED, "Ann", t0 + 1)
    assert taken.changed_at == t0 + 1
    assert await inbox.acknowledge(task.id, "Bob", t0 + 2) == taken
    assert await inbox.get(task.id) == taken


@pytest.mark.parametrize(("by", "owner"), [(None, "Ann"), ("Bob", "Bob")])
async def test_a_task_is_finished_once_with_a_note(inbox, opened, t0, by, owner):
    task, _ = await opened()
    await inbox.acknowledge(task.id, "Ann", t0 + 1)
    done = await inbox.done(task.id, by, "called her", t0 + 2)
    assert (done.state, done.owner, done.note) == (TaskState.DONE, owner, "called her")
    assert (done.acknowledged_at, done.done_at, done.changed_at) == (t0 + 1, t0 + 2, t0 + 2)
    assert await inbox.done(task.id, "Carl", "again", t0 + 3) == done
    assert await inbox.acknowledge(task.id, "Carl", t0 + 3) == done


async def test_a_task_nobody_took_can_be_finished(inbox, opened, t0):
    task, _ = await opened()
    done = await inbox.done(task.id, "Ann", None, t0)
    assert (done.state, done.owner, done.note, done.acknowledged_at) == (TaskState.DONE, "Ann", None, None)


async def test_a_missing_task_is_none(inbox, t0):
    assert await inbox.get("none") is None
    assert await inbox.acknowledge("none", "Ann", t0) is None
    assert await inbox.done("none", "Ann", "", t0) is None


async def test_tasks_are_listed_the_urgent_first_then_the_oldest(store, inbox, opened, add_office, t0):
    other = await add_office(store, "D200")
    late, _ = await opened(now=t0 + 9)
    early, _ = await opened(now=t0 + 1)
    urgent, _ = await opened(now=t0 + 10, urgency=Urgency.URGENT, kind=TaskKind.CONFLICT)
    theirs, _ = await opened(now=t0 + 5, office=other.id)
    done, _ = await opened(now=t0)
    await inbox.done(done.id, "Ann", "", t0 + 20)
    await inbox.acknowledge(late.id, "Ann", t0 + 20)

    async def ids(*args, **kwargs):
        return [task.id for task in await inbox.list(*args, **kwargs)]

    assert await ids() == [urgent.id, early.id, theirs.id, late.id]
    assert await ids(late.office) == [urgent.id, early.id, late.id]
    assert await ids(state=TaskState.OPEN) == [urgent.id, early.id, theirs.id]
    assert await ids(state=TaskState.ACKNOWLEDGED) == [late.id]
    assert await ids(state=TaskState.DONE) == [done.id]
    assert await ids(kind=TaskKind.CONFLICT) == [urgent.id]
    assert await ids(other.id) == [theirs.id]
    assert await ids(other.id, kind=TaskKind.CONFLICT) == []
    assert await ids(limit=2) == [urgent.id, early.id]


async def test_tasks_are_found_by_how_their_ids_begin_two_at_most(inbox, opened, t0):
    first, second, other = [(await opened(now=t0 + n))[0] for n in range(3)]
    assert await inbox.starting(first.id[:6]) == [first, second]
    assert await inbox.starting(other.id) == [other]
    assert await inbox.starting("%") == []
