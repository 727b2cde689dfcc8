"""`chairtime mirror`: how copies stand, and reading them whole, beside a server or without one."""

import json
from dataclasses import replace

import anyio
import anyio.lowlevel
import pytest
from harness import LIMIT_SECONDS, SLOW, ManualClock, served, settings_for
from mirroring import mirrored_office
from typer.testing import CliRunner

from sandbox.world import OfficeSpec
from server.cli import app
from server.door import leaves
from server.failures import Failure
from server.operators.mirror import refresh, status
from server.operators.tables import Page
from server.sikka.copied import INSERTING

TWO = replace(SLOW, offices=(OfficeSpec(patients=30), OfficeSpec("D20002", patients=20)))
PAGE = Page(as_json=True, reveal=False)


def told(capsys):
    out = capsys.readouterr()
    document = out.out[out.out.index("[\n  {") :]  # after what the log says, which a command keeps quiet
    return {row["office"]: row for row in json.loads(document)}, out.err


async def failure_of(command):
    """What a command says when it has failed."""
    try:
        await command
    except (Failure, ExceptionGroup) as problem:
        (failure,) = leaves(problem)
        assert isinstance(failure, Failure)
        return str(failure)
    raise AssertionError("it did not fail")


async def test_refresh_reads_every_office_whole_and_tells_how_far_it_is(tmp_path, capsys):
    async with served(TWO) as line:
        settings = settings_for(line, tmp_path, mirror="on", mirror_page_rows=20)
        assert await refresh(settings, PAGE, "") == 0
        offices, progress = told(capsys)
        assert {name: (row["state"], row["patients"]) for name, row in offices.items()} == {
            "D10001/1": ("current", 30),
            "D20002/1": ("current", 20),
        }
        assert "D10001/1: 20 patients …\nD10001/1: 30 patients\n" in progress
        assert await status(settings, PAGE, "D20002") == 0
        offices, _ = told(capsys)
        assert (list(offices), offices["D20002/1"]["failure"]) == (["D20002/1"], None)
        for command in (refresh, status):
            assert "no office D99" in await failure_of(command(settings, PAGE, "D99"))


async def test_refresh_says_what_kept_it_from_the_end(tmp_path, capsys):
    async with served(replace(TWO, load_seconds=600.0)) as line:
        settings = settings_for(line, tmp_path)
        assert "Sikka is loading this office" in await failure_of(refresh(settings, PAGE, "D10001"))
        await status(settings, PAGE, "")
        offices, _ = told(capsys)
        assert [(row["state"], row["failure"]) for row in offices.values()] == [
            ("cold", INSERTING),
            ("cold", None),
        ]
        await line.down()
        assert "Nothing was read" in await failure_of(refresh(settings, PAGE, ""))


async def test_refresh_waits_for_the_server_that_is_at_it(tmp_path, capsys):
    clock = ManualClock()
    async with served(SLOW, clock) as line, mirrored_office(line, tmp_path, clock) as office:
        await office.tend()
        settings = settings_for(line, tmp_path)
        async with office.store.database.transaction() as statements:
            far = "UPDATE mirror_offices SET lease_owner = 'the server', lease_until = 99999999999999"
            await statements.execute(far)
            await statements.execute("UPDATE mirror_passes SET phase = 'loading' WHERE kind = 'patients'")
        await status(settings, PAGE, "")
        offices, _ = told(capsys)
        assert offices["D10001/1"]["now"] == "reading patients, 40 so far"
        await status(settings, Page(as_json=False, reveal=False), "")
        assert "D10001/1 now: reading patients, 40 so far\n" in capsys.readouterr().out
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(refresh, settings, PAGE, "")
            with anyio.fail_after(LIMIT_SECONDS):
                while (await office.head()).wished_at is None:
                    await anyio.lowlevel.checkpoint()
            async with office.store.database.transaction() as statements:
                await statements.execute("UPDATE mirror_offices SET wished_at = NULL")
        offices, _ = told(capsys)
        assert offices["D10001/1"]["patients"] == 40


async def test_a_person_reads_how_copies_stand_on_a_terminal_of_80_characters(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    page = Page(as_json=False, reveal=False)
    async with served(TWO) as line:
        settings = settings_for(line, tmp_path, mirror="on")
        assert await refresh(settings, page, "D10001") == 0
        capsys.readouterr()
        assert await status(settings, page, "") == 0
        head, one, two, clocks = capsys.readouterr().out.splitlines()
    assert head.split() == ["Office", "Copy", "As", "of", "Patients", "Visits", "Read", "whole"]
    assert one.split()[:2] == ["D10001/1", "current"]
    assert two.split()[:2] == ["D20002/1", "cold"]
    assert all(len(line) <= 80 for line in (head, one, two, clocks))
    assert "As of: the office's clock" in clocks
    assert "Read whole: this machine's" in clocks


@pytest.mark.parametrize(
    ("word", "says"), [("status", "There is no database"), ("refresh", "SIKKA_APP_ID"), ("--help", "refresh")]
)
def test_the_command_line_knows_both_words(tmp_path, monkeypatch, capsys, word, says):
    for name in ("SIKKA_APP_ID", "SIKKA_APP_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHAIRTIME_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    monkeypatch.setattr("server.logs.configure_logs", lambda _: None)  # this process's hooks are pytest's
    ended = CliRunner().invoke(app, ["mirror", word])
    assert ended.exit_code == (0 if word == "--help" else 2)
    assert says in ended.output + capsys.readouterr().err
