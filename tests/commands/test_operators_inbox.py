"""The commands of operators on the inbox, and all of them as a person types them."""

import asyncio
import getpass
import json
from pathlib import Path

import pytest

import server
from server.door import this_user
from server.failures import Failure
from server.operators import inbox
from server.operators.tables import HIDDEN, Page
from server.settings import Settings
from store.inbox import NewTask, TaskKind, TaskState, Urgency
from store.ledger_rows import NewWriteback
from store.ledger_states import State
from store.opening import open_store

SERVER = Path(server.__file__).parent
T0 = 1_800_000_000_000
WORDS = {"name": "Wilhelmina Quist", "message": "please call about the crown"}


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'chairtime.db'}"


@pytest.fixture
async def store(url, tmp_path):
    async with await open_store(
        url, key_file=None, key_text=None, default_path=tmp_path / "chairtime.db"
    ) as opened:
        yield opened


@pytest.fixture
async def office(store):
    return await an_office(store, "D10001")


@pytest.fixture
def settings(url):
    return Settings(database_url=url)


@pytest.fixture
def page():
    return Page(as_json=True, reveal=False)


@pytest.fixture
def shown(capsys, settings):
    """Runs a command with --json and returns what it says."""

    async def run(command, *args, reveal=False):
        assert await command(settings, Page(as_json=True, reveal=reveal), *args) == 0
        return json.loads(capsys.readouterr().out)

    return run


async def an_office(store, office_id):
    return await store.offices.upsert(
        office_id,
        "1",
        practice_name="Maple Dental",
        pms="Open Dental",
        pms_version="23.1",
        zone_name="Eastern Standard Time",
        secret_key="secret",
        as_of="",
        now=T0,
    )


async def a_task(store, office, now=T0, **over):
    new = NewTask(office=office.id, **({"kind": TaskKind.MESSAGE, "body": WORDS} | over))
    return (await store.inbox.open_task(new, now))[0]


async def test_tasks_are_listed_urgent_first_over_all_offices_without_their_words(store, office, shown):
    other = await an_office(store, "D20002")
    late = await a_task(store, office, T0 + 2)
    early = await a_task(store, other, T0 + 1)
    urgent = await a_task(store, office, T0 + 3, urgency=Urgency.URGENT, kind=TaskKind.CALL_NOW)
    listed = await shown(inbox.list_tasks, inbox.TaskFilter())
    assert [task["id"] for task in listed] == [urgent.id, early.id, late.id]
    assert [task["office"] for task in listed] == ["D10001/1", "D20002/1", "D10001/1"]
    assert not any(word in json.dumps(listed) for word in WORDS.values())


async def test_the_list_is_filtered(store, office, shown):
    other = await an_office(store, "D20002")
    message = await a_task(store, office)
    await a_task(store, other, T0 + 1)
    failed = await a_task(store, office, T0 + 2, kind=TaskKind.FAILED)
    await store.inbox.done(failed.id, "kim", None, T0 + 3)

    async def ids(**wanted):
        return [task["id"] for task in await shown(inbox.list_tasks, inbox.TaskFilter(**wanted))]

    assert await ids(office="D10001") == [message.id]
    assert await ids(office="D10001", state=TaskState.DONE) == [failed.id]
    assert await ids(kind=TaskKind.FAILED) == []
    assert await ids(limit=1) == [message.id]


async def test_a_task_is_shown_by_the_beginning_of_its_id_and_its_words_on_demand(store, office, shown):
    task = await a_task(store, office)
    told = await shown(inbox.show_task, task.id[:16])
    assert (told["id"], told["contents"]) == (task.id, HIDDEN)
    assert (await shown(inbox.show_task, task.id, reveal=True))["body"] == WORDS


async def test_a_task_is_taken_by_one_and_done_with_a_sealed_note(store, office, shown, settings, page):
    task = await a_task(store, office)
    taken = await shown(inbox.take_task, task.id, "kim")
    assert (taken["state"], taken["owner"]) == ("acknowledged", "kim")
    assert (await shown(inbox.take_task, task.id, "kim"))["owner"] == "kim"
    with pytest.raises(Failure, match="kim has taken"):
        await inbox.take_task(settings, page, task.id, "lee")
    done = await shown(inbox.finish_task, task.id, "lee", "called back")
    assert (done["state"], done["owner"]) == ("done", "lee")
    assert "called back" not in json.dumps(done)
    assert (await store.inbox.get(task.id)).note == "called back"
    for again in (
        inbox.take_task(settings, page, task.id, "kim"),
        inbox.finish_task(settings, page, task.id, "kim", ""),
    ):
        with pytest.raises(Failure, match="Nothing was changed"):
            await again


async def test_tasks_and_offices_that_are_not_there_are_said_not_to_be(store, office, settings, page):
    with pytest.raises(Failure, match="There is no task"):
        await inbox.show_task(settings, page, "ffffffff")
    with pytest.raises(Failure, match="no office D9"):
        await inbox.list_tasks(settings, page, inbox.TaskFilter(office="D9"))


async def put(store, office, to=State.INTENT):
    row, _ = await store.ledger.append(
        NewWriteback(
            office=office.id,
            operation="add_note",
            method="POST",
            endpoint="/medical_notes",
            body={"text": "x"},
            facts={"text": "x"},
            natural_key="k",
            send_before=T0,
        ),
        T0,
    )
    path = {
        State.INTENT: (),
        State.REJECTED: (State.REJECTED,),
        State.SUBMITTED: (State.SENDING, State.SUBMITTED),
    }
    for state in path[to]:
        row = await store.ledger.change(row.id, state, T0, expect=set(State))
    return row


def test_who_has_no_name_on_this_machine_is_unnamed(monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert this_user() == "unnamed"
    asking = {path.name for path in SERVER.rglob("*.py") if "getpass.getuser" in path.read_text()}
    assert asking == {"door.py"}


async def test_a_person_types_the_inbox(store, office, commands):
    task = await a_task(store, office)
    bare, table, document = await asyncio.gather(
        commands.run("inbox"), commands.run("inbox", "list"), commands.run("inbox", "list", "--json")
    )
    assert (bare.code, bare.err) == (0, "")
    assert bare.out == table.out
    assert task.id[:16] in table.out
    assert [each["id"] for each in json.loads(document.out)] == [task.id]
    shown = await commands.run("inbox", "show", task.id[:16], "--reveal")
    assert WORDS["message"] in shown.out
    taken = await commands.run("inbox", "take", task.id[:16])
    assert taken.out.startswith(f"{getpass.getuser()} has the task")
    done = await commands.run("inbox", "done", task.id[:16], "--note", "called", "--by", "kim")
    assert (done.code, done.out) == (0, f"The task {task.id[:16]} is done.\n")
    again = await commands.run("inbox", "done", task.id[:16])
    assert (again.code, again.out) == (1, "")
    assert "Nothing was changed" in again.err
    assert (await commands.run("inbox")).out == "The inbox is empty.\n"


async def test_a_person_types_the_ledger(store, office, commands):
    row = await put(store, office, State.SUBMITTED)
    listed = await commands.run("writebacks", "list", "--state", "open", "--state", "failed", "--json")
    assert [each["id"] for each in json.loads(listed.out)] == [row.id]
    wished = await commands.run("writebacks", "withdraw", row.id[:16])
    assert "is noted" in wished.out
    settled = await commands.run(
        "writebacks", "settle", row.id[:16], "--as", "failed", "--note", "never arrived", "--by", "kim"
    )
    assert (settled.code, settled.out) == (0, f"The write {row.id[:16]} is failed now.\n")
    shown = await commands.run("writebacks", "show", row.id[:16], "--reveal")
    assert "kim: never arrived" in shown.out
    stats = await commands.run("writebacks", "stats", "--office", "D10001", "--json")
    assert json.loads(stats.out)[0]["counts"] == {"failed": 1}
    credentials = {"SIKKA_APP_ID": "an-id", "SIKKA_APP_KEY": "a-key"}
    refused = await commands.run("writebacks", "retry", row.id[:16], **credentials)
    assert (refused.code, refused.out) == (1, "")
    assert "somebody's word" in refused.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("writebacks", "settle", "01a2", "--as", "confirmed"),  # a word needs its reason
        ("writebacks", "settle", "01a2", "--as", "withdrawn", "--note", "x"),
        ("writebacks", "list", "--state", "lost"),
        ("writebacks", "retry", "01a2"),  # a time would be looked at, which needs an account
        ("inbox", "list", "--kind", "gossip"),
        ("inbox", "list"),  # no database
        ("disconnect",),
    ],
)
async def test_what_cannot_be_meant_ends_with_two_and_makes_nothing(commands, arguments):
    ended = await commands.run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "Traceback" not in ended.err
    assert not (commands.folder / "chairtime.db").exists()
