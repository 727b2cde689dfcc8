"""What operators change is in the audit: with the change itself, under their name, or not done at all."""

import json
from contextlib import asynccontextmanager

import pytest
from harness import FAST, ManualClock, quiet_office, served, settings_for

from server.clock import SystemClock
from server.operators import audit, inbox, keys, office, tokens, writebacks
from server.operators.disconnect import disconnect
from server.operators.tables import Page
from store.audit import WHOLE
from store.inbox import NewTask, TaskKind
from store.ledger_states import OPEN, State

QUIET = Page(as_json=True, reveal=False)
ANN = office.Wanted("", "Ann", lambda: True)


@asynccontextmanager
async def stage(folder):
    """An office without background work, and settings for the commands on its store."""
    clock = ManualClock(SystemClock().now() / 1000)
    async with served(FAST, clock) as line, quiet_office(line, folder, clock) as opened:
        yield opened, settings_for(line, folder)


async def acts(opened, chain):
    """(command, outcome) of every entry."""
    entries = [entry async for portion in opened.store.audit.entries(chain) for entry in portion]
    assert {entry.caller for entry in entries} <= {"operator Ann"}
    return [(entry.tool.removeprefix("chairtime "), entry.outcome) for entry in entries]


async def test_every_change_of_an_operator_has_its_entry(tmp_path, capsys):
    async with stage(tmp_path) as (opened, settings):
        free, now = await opened.free(), opened.clock.now()
        silent, unsent, refused = [await opened.book(free[place]) for place in (0, 3, 6)]
        for row, states in ((silent, (State.SENDING, State.SUBMITTED)), (refused, (State.REJECTED,))):
            for state in states:
                await opened.ledger.change(row.id, state, now, expect=OPEN)
        task, _ = await opened.store.inbox.open_task(
            NewTask(office=opened.id, kind=TaskKind.MESSAGE, body={}), now
        )
        await opened.desk.inbox.flag(silent, TaskKind.OVERDUE)
        document = tmp_path / "office.toml"
        document.write_text('zone = "UTC"\n', encoding="utf-8")

        await inbox.take_task(settings, QUIET, task.id, "Ann")
        await inbox.finish_task(settings, QUIET, task.id, "Ann", "called back")
        word = writebacks.Word(State.FAILED, "Ann", "not in the calendar")
        await writebacks.settle_row(settings, QUIET, silent.id, word)
        await writebacks.withdraw_row(settings, QUIET, unsent.id, "Ann")
        await writebacks.retry_row(settings, QUIET, refused.id, "Ann")
        await office.apply(settings, QUIET, str(document), ANN)
        await office.pause(settings, QUIET, ANN)
        await office.resume(settings, QUIET, ANN)
        await disconnect(settings, "", "Ann")
        assert await acts(opened, opened.id) == [
            ("inbox take", "task_taken"),
            ("inbox done", "task_done"),
            ("writebacks settle", "settled_failed"),
            ("writebacks settle", "task_done"),
            ("writebacks withdraw", "withdrawn"),
            ("writebacks retry", "intent"),
            ("office apply", "profile_applied"),
            ("office pause", "office_paused"),
            ("office resume", "office_resumed"),
            ("disconnect", "disconnected"),
        ]

        capsys.readouterr()
        await tokens.create(settings, QUIET, "platform", ["*"], (), 1, "Ann")
        made = json.loads(capsys.readouterr().out)["id"]
        await tokens.revoke(settings, QUIET, made, "Ann")
        await tokens.revoke(settings, QUIET, made, "Ann")  # nothing is left to revoke
        await keys.rotate(settings, QUIET, "Ann")
        await keys.drop(settings, QUIET, "Ann")
        assert await acts(opened, WHOLE) == [
            ("tokens create", "token_created"),
            ("tokens revoke", "token_revoked"),
            ("key rotate", "key_added"),
            ("key drop", "key_dropped"),
        ]
        capsys.readouterr()
        assert await audit.verify(settings, QUIET, "", None) == 0
        told = {record["office"]: record["entries"] for record in json.loads(capsys.readouterr().out)}
        assert told == {"D10001/1": 10, audit.INSTALLATION: 4}


async def test_what_an_operator_does_that_cannot_be_audited_is_not_done(tmp_path, monkeypatch):
    async with stage(tmp_path) as (opened, settings):
        row = await opened.book()
        await opened.store.profiles.pause(opened.id, by="Ann", now=1)

        async def broken(*_):
            raise OSError("disk full")

        monkeypatch.setattr(type(opened.store.audit), "append", broken)
        for command in (
            lambda: office.resume(settings, QUIET, ANN),
            lambda: writebacks.withdraw_row(settings, QUIET, row.id, "Ann"),
            lambda: tokens.create(settings, QUIET, "platform", ["*"], (), 1, "Ann"),
            lambda: keys.rotate(settings, QUIET, "Ann"),
        ):
            with pytest.raises(OSError, match="disk full"):
                await command()
        with pytest.raises(ExceptionGroup) as failed:
            await disconnect(settings, "", "Ann")
        assert failed.group_contains(OSError, match="disk full")
        assert (await opened.store.profiles.marks(opened.id)).paused_at is not None
        assert (await opened.row(row)).state is State.INTENT
        assert await opened.store.tokens.list() == []
        assert len((tmp_path / "chairtime.sqlite3.key").read_text().split()) == 1
        held = await opened.store.offices.keys("D10001")
        assert held is not None
        assert held.request_key
