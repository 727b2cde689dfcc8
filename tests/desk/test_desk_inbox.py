"""What is left to the office's people: every message and every flag a task, and none of them twice."""

from contextlib import asynccontextmanager

import anyio
import pytest
from harness import ManualClock, quiet_office, served

from server.desk.inbox import Message, sounds_like_an_emergency
from store.inbox import TaskKind, TaskState, Urgency

SAID = Message("clinical", "Anna Lindqvist", "860 555 0142", "My crown came off.")


@asynccontextmanager
async def quiet(folder):
    clock = ManualClock()
    async with served(clock=clock) as line, quiet_office(line, folder, clock) as office:
        yield office


async def test_a_message_is_a_task_with_every_word_of_it(tmp_path):
    async with quiet(tmp_path) as office:
        task, new = await office.desk.inbox.message(office.id, SAID, "call-1")
        assert new
        assert (task.kind, task.urgency, task.state) == (TaskKind.MESSAGE, Urgency.NORMAL, TaskState.OPEN)
        assert task.body == {
            "about": "clinical",
            "name": "Anna Lindqvist",
            "callback": "860 555 0142",
            "message": "My crown came off.",
        }
        assert await office.store.inbox.get(task.id) == task


@pytest.mark.parametrize(
    ("about", "kind"),
    [
        ("request", TaskKind.REQUEST),
        ("waitlist", TaskKind.REQUEST),
        ("clinical", TaskKind.MESSAGE),
        ("running_late", TaskKind.MESSAGE),
        ("billing", TaskKind.MESSAGE),
        ("other", TaskKind.MESSAGE),
    ],
)
async def test_what_asks_for_something_is_a_request_and_the_rest_a_message(tmp_path, about, kind):
    async with quiet(tmp_path) as office:
        task, _ = await office.desk.inbox.message(office.id, Message(about, "", "", "Hello."), None)
        assert task.kind is kind


async def test_the_same_message_twice_in_a_call_is_one_task_even_at_once(tmp_path):
    async with quiet(tmp_path) as office:
        tasks = []

        async def leave():
            tasks.append(await office.desk.inbox.message(office.id, SAID, "call-1"))

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(leave)
        office.manual.advance(60)
        await leave()
        assert len({task.id for task, _ in tasks}) == 1
        assert sum(new for _, new in tasks) == 1
        assert len(await office.store.inbox.list(office.id)) == 1


async def test_other_words_another_call_and_calls_without_an_id_are_other_messages(tmp_path):
    async with quiet(tmp_path) as office:
        urgent = Message(SAID.about, SAID.name, SAID.callback, SAID.text, urgent=True)
        other = Message(SAID.about, SAID.name, SAID.callback, "My filling came out.")
        for message, call in (
            (SAID, "1"),
            (SAID, "2"),
            (other, "1"),
            (urgent, "1"),
            (SAID, None),
            (SAID, None),
        ):
            _, new = await office.desk.inbox.message(office.id, message, call)
            assert new
        first, *rest = await office.store.inbox.list(office.id)
        assert first.urgency is Urgency.URGENT
        assert len(rest) == 5


async def test_a_flagged_write_is_one_task_for_each_kind_until_somebody_has_done_it(tmp_path):
    async with quiet(tmp_path) as office:
        row = await office.book()
        inbox = office.desk.inbox
        task, new = await inbox.flag(row, TaskKind.OVERDUE)
        assert new
        assert (task.writeback_id, task.patient_key, task.urgency) == (
            row.id,
            row.patient_key,
            Urgency.NORMAL,
        )
        assert task.body == {"operation": "book", "state": "intent", "words": ""}
        assert await inbox.flag(row, TaskKind.OVERDUE, Urgency.URGENT, "again") == (task, False)
        call_now, new = await inbox.flag(
            row, TaskKind.CALL_NOW, Urgency.URGENT, "The caller was told otherwise."
        )
        assert new
        assert call_now.body["words"] == "The caller was told otherwise."
        await office.store.inbox.done(task.id, "Ann", None, office.clock.now())
        _, new = await inbox.flag(row, TaskKind.OVERDUE)
        assert new


@pytest.mark.parametrize(
    "words",
    [
        "I can't breathe well",
        "I can\u2019t swallow",
        "he has trouble breathing and swallowing",
        "it is hard to swallow since this morning",
        "my breathing is getting harder",
        "shortness of breath",
        "she is choking",
        "the socket won't stop bleeding",
        "it's bleeding and it will not stop",
        "bleeding heavily after the extraction",
        "my face is swollen, the swelling goes up to my eye",
        "my throat is closing",
        "he passed out",
    ],
)
def test_words_of_danger_are_an_emergency_whatever_the_agent_calls_them(words):
    assert sounds_like_an_emergency(words)


@pytest.mark.parametrize(
    "words",
    [
        "My crown came off.",
        "I'd like an earlier time if one comes up",
        "a tooth was knocked out at football",
        "my gums bleed a little when I brush",
        "the cheek is a bit swollen",
        "please call me about the bill",
        "I'm running late, ten minutes",
        "",
    ],
)
def test_everyday_words_are_no_emergency(words):
    assert not sounds_like_an_emergency(words)
