"""The demo, with the stand-in and the servers as processes of their own."""

import io
import itertools
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import anyio
import httpx2
import pytest
from mcp_types import CallToolResult
from rich.console import Console

from server import cli
from server.demo import children, connections, play
from server.demo.children import child
from server.demo.connections import on_http, on_stdio
from server.demo.records import Compared, Records
from server.demo.script import BOOKING, CALLER, CANCELLING, Turn
from server.demo.stage import Stage
from server.demo.story import Pace, Story
from server.failures import Failure

OFFICE = "D10001"
# The story at a pace for tests: what takes seconds on the phone takes tenths here.
QUICK = Pace(
    writes=(0.6, 0.6),
    thinks=0.1,
    settings={
        "CHAIRTIME_CONSENT_SECONDS": "0.05",
        "CHAIRTIME_POLL_SECONDS": "0.05",
        "CHAIRTIME_WRITE_WAIT_SECONDS": "0.1",
        "CHAIRTIME_CHECK_WAIT_SECONDS": "0.3",
    },
)


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    """Where the demo's temporary files go."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield tmp_path
    assert list(tmp_path.iterdir()) == []  # whatever happened, nothing was left behind


@pytest.fixture
def stage():
    return Stage(Console(file=io.StringIO(), width=160, highlight=False))


def shown(stage):
    return stage._console.file.getvalue()


def processes():
    """(pid, parent, command) of everything that runs on this machine."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = (line.split(None, 2) for line in listed.stdout.splitlines())
    return [(int(pid), int(parent), rest[0] if rest else "") for pid, parent, *rest in rows]


def children_of(parent):
    return {pid: command for pid, its_parent, command in processes() if its_parent == parent}


def ours_running():
    return [command for command in children_of(os.getpid()).values() if "-m server" in command]


async def test_records_that_differ_from_what_was_told_make_it_fail(stage):
    told_otherwise = [
        replace(turn, keeps={"start": ("say",)}) if turn.proof == "booked" else turn for turn in BOOKING
    ]
    with anyio.fail_after(40):
        assert await play.perform(QUICK, stage, told_otherwise, CANCELLING[:1]) == 1
    text = shown(stage)
    assert "DIFFER" in text
    assert "The list is not what was confirmed before." in text
    assert "The practice's own records do NOT say what the caller was told." in text


async def fails(doing):
    """The Failure that ends something, out of whatever groups it comes in."""
    with pytest.raises(Exception) as caught, anyio.fail_after(40):  # noqa: PT011 - a group or not, looked at below
        await doing
    (failure,) = cli.leaves(caught.value)
    assert isinstance(failure, Failure)
    return str(failure)


async def test_an_answer_that_ends_the_story_is_told(stage):
    turns = [replace(BOOKING[0], expects=frozenset({"verified"}))]
    words = await fails(play.perform(QUICK, stage, turns))
    assert "find_patient answered need_more" in words
    assert "goes on with verified only" in words
    assert ours_running() == []


class Agent:
    """A client whose server always gives the same answer."""

    def __init__(self, answer):
        self.answer = answer

    async def call_tool(self, *_, **__):
        if isinstance(self.answer, Exception):
            raise self.answer
        return CallToolResult(content=[], structured_content={"say": "Well.", **self.answer})


async def ended_story(stage, answer, turn, now=time.monotonic):
    async with httpx2.AsyncClient(trust_env=False) as http:
        story = Story(stage, QUICK, Records(http, ""), {"patient": "p"}, now)
        return await fails(story.call(cast("Any", Agent(answer)), "call", [turn]))


async def test_an_answer_without_what_the_story_needs_is_told(stage):
    words = await ended_story(stage, {"outcome": "ok", "slots": []}, BOOKING[2])
    assert "the answer of find_slots holds no slots/0/slot" in words


async def test_a_practice_that_never_answers_ends_the_callers_patience(stage):
    seconds = itertools.count(0, QUICK.patience / 10)
    words = await ended_story(stage, {"outcome": "pending"}, BOOKING[5], lambda: next(seconds))
    assert "check_writeback answered pending" in words
    assert shown(stage).count("check_writeback") > 1
    assert shown(stage).count("Well.") == 1  # the same words are not said again and again


async def test_a_server_that_goes_away_in_a_call_is_told(stage):
    words = await ended_story(stage, ConnectionError("Anna Lindqvist"), BOOKING[0])
    assert "The server did not answer find_patient (ConnectionError)" in words
    assert "Lindqvist" not in words


async def test_a_process_that_does_not_come_up_says_its_last_words(stage, scratch):
    wrong = {"CHAIRTIME_POLL_SECONDS": "often"}

    async def over_stdio():
        async with on_stdio(stage, wrong, scratch):
            raise AssertionError("it cannot come up")

    async def over_http():
        async with on_http(stage, wrong, "call"):
            raise AssertionError("it cannot come up")

    for attempt in (over_stdio, over_http):
        words = await fails(attempt())
        assert words.startswith("The server did not come up")
        assert "CHAIRTIME_POLL_SECONDS" in words
    (scratch / "stdio.log").unlink()


async def test_a_process_that_is_silent_for_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(children, "COME_UP_SECONDS", 0.0)

    async def start():
        async with child("The thing", "sandbox", "--port", "0", changes={}, waits_for="NEVER_SAID"):
            raise AssertionError("it cannot come up")

    assert await fails(start()) == (
        "The thing did not come up, so the demo ended. Nothing is left running. It said last:\n  (nothing)"
    )
    assert ours_running() == []


async def test_a_process_that_will_not_end_is_killed(monkeypatch):
    monkeypatch.setattr(children, "STOP_SECONDS", 0.0)
    sandbox = child("It", "sandbox", "--port", "0", changes={}, waits_for="SANDBOX_CONTROL_URL")
    with anyio.fail_after(20):
        async with sandbox as said:
            assert said["SANDBOX_CONTROL_URL"].endswith("/_sandbox")
    assert ours_running() == []


def test_a_persons_own_settings_do_not_reach_the_demo(monkeypatch):
    monkeypatch.setenv("SIKKA_APP_KEY", "a real one")
    monkeypatch.setenv("CHAIRTIME_OFFICE", "D77777")
    monkeypatch.setenv("LANG", "C.UTF-8")
    environment = children.environment({"SIKKA_APP_ID": "the stand-in's"})
    assert environment["SIKKA_APP_ID"] == "the stand-in's"
    assert environment["LANG"] == "C.UTF-8"
    assert {"SIKKA_APP_KEY", "CHAIRTIME_OFFICE"}.isdisjoint(environment)


def test_the_practice_takes_as_long_as_promised():
    assert play.PACES[False].writes == (3.0, 6.0)
    assert play.PACES[True].writes == (20.0, 20.0)
    assert all(pace.settings == {} for pace in play.PACES.values())


class Desk:
    """A practice, and the records of it that the demo reads."""

    def __init__(self, sandbox, records):
        self.practice = sandbox.world.offices[OFFICE].records
        self.desk = sandbox.world.desks[OFFICE]
        self.records = records
        self.anna = next(p for p in self.practice.patients.values() if p.lastname == "Lindqvist").patient_id

    def book(self, weeks=6, provider="3"):
        day = datetime.now().date() + timedelta(weeks=weeks)  # noqa: DTZ005 - the practice's wall clock
        start = datetime.combine(day, datetime.min.time()) + timedelta(hours=20)
        self.desk.book(self.anna, start, 60, "Hygiene 1", provider)
        return f"{start:%Y-%m-%dT%H:%M}"

    @property
    def booked(self):
        return max(self.practice.appointments, key=int)


@pytest.fixture
async def desk(practice):
    async with practice() as sandbox, httpx2.AsyncClient(trust_env=False) as http:
        records = Records(http, sandbox.control_url)
        await records.open()
        yield Desk(sandbox, records)


async def differing(desk, start, status, provider="Dana"):
    lines = await desk.records.compare(start, f"that day with {provider}", provider, status)
    return [line.what for line in lines if not line.agrees]


async def test_a_booking_as_it_was_told_agrees_in_every_point(desk):
    lines = await desk.records.compare(desk.book(), "that day at 8 PM with Dana", "Dana", "booked")
    assert [line.what for line in lines] == ["patient", "start", "provider", "status"]
    assert all(line.agrees for line in lines)
    assert lines[0].found == CALLER
    assert lines[1].told == "that day at 8 PM"
    assert lines[2].found == "Dana Kowalczyk"


async def test_a_dentist_is_named_by_the_surname(desk):
    start = desk.book(provider="2")
    assert await differing(desk, start, "booked", "Dr. Rao") == []
    assert await differing(desk, start, "booked", "Dr. Marsh") == ["provider"]


async def test_where_nobody_was_named_no_provider_is_compared(desk):
    lines = await desk.records.compare(desk.book(), "that day", "", "booked")
    assert [line.what for line in lines] == ["patient", "start", "status"]


async def test_each_difference_is_found(desk):
    start = desk.book()
    assert await differing(desk, start, "cancelled") == ["status"]
    assert await differing(desk, "2026-01-01T09:00", "booked") == ["start"]
    assert await differing(desk, start, "booked", "Joy") == ["provider"]
    desk.desk.cancel(desk.booked)
    assert await differing(desk, start, "booked") == ["status"]
    assert await differing(desk, start, "cancelled") == []


async def test_no_appointment_or_a_second_one_differs_from_one(desk):
    assert await desk.records.compare("", "", "", "booked") == [
        Compared("appointments", "1", "0", agrees=False)
    ]
    desk.book()
    desk.book(weeks=7)
    assert await desk.records.compare("", "", "", "booked") == [
        Compared("appointments", "1", "2", agrees=False)
    ]


async def test_another_appointment_than_the_one_booked_does_not_stand_in_for_it(desk):
    start = desk.book()
    assert await differing(desk, start, "booked") == []
    del desk.practice.appointments[desk.booked]
    desk.practice.last_sr_no += 1
    desk.book()
    assert await differing(desk, start, "booked") == ["appointments"]


def test_on_a_terminal_there_is_colour_and_something_moves():
    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=100)
    stage = Stage(console)
    with stage.busy("Working ..."):
        stage.caller("Hello [there]")
        stage.agent("Good [bold]day[/bold]")
        stage.verdict(agrees=False, seconds=3)
    text = shown(stage)
    assert "\x1b[" in text
    assert "Hello [there]" in text
    assert "[bold]day[/bold]" in text
    assert "Working ..." in text


def test_every_turn_fills_in_only_what_was_kept_before():
    known = {}
    for turn in (*BOOKING, *CANCELLING):
        assert isinstance(turn, Turn)
        turn.caller.format(**known)
        for value in turn.arguments.values():
            assert not isinstance(value, str) or "{" not in value.format(**known)
        known |= dict.fromkeys(turn.keeps, "something")


async def test_the_command_books_over_stdio_and_cancels_over_http_at_the_promised_pace(commands):
    with anyio.fail_after(180):
        done = await anyio.run_process(
            [sys.executable, "-m", "server", "demo"],
            check=False,
            stdin=subprocess.DEVNULL,
            env=commands.environment(SIKKA_APP_ID="mine", CHAIRTIME_OFFICE="D77777"),
        )
    text = done.stdout.decode()
    assert done.returncode == 0, text + done.stderr.decode()
    assert done.stderr == b""
    in_order = (
        "First call, over stdio",
        "And the date of birth",
        "verified",
        "Let me read that back",
        "book_appointment",
        "pending",
        "You're booked for",
        "scheduled (in ",
        "confirmed.",
        "Second call, over HTTP",
        "shall I ask the office to cancel",
        "cancel_appointment",
        "pending",
        "is cancelled. The office system has confirmed it.",
        "broken (chair is free)",
        "I see no appointment coming up.",
        "The practice's own records say what the caller was told.",
    )
    place = 0
    for words in in_order:
        place = text.index(words, place) + 1
    assert text.count("agree") == 8
    assert "DIFFER" not in text
    assert "\x1b" not in text
    assert list(commands.scratch.iterdir()) == []
    commands.scratch.rmdir()


@pytest.mark.no_cover  # traced, it takes twice as long, and runs nothing that the story above does not
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_demo_and_everything_it_has_started(commands, number):
    async with commands.start("demo", PYTHONUNBUFFERED="1") as program:
        await program.says("And the date of birth", program.process.stdout)
        started = children_of(program.process.pid)
        assert len(started) == 2  # the stand-in, and the server on stdio
        ended = await program.ended_by(number)
    assert ended.code == 1
    assert "Traceback" not in ended.err
    left = {pid: command for pid, _, command in processes() if pid in started and "-m server" in command}
    assert left == {}
    assert list(commands.scratch.iterdir()) == []
    commands.scratch.rmdir()


def test_an_answer_is_waited_for_longer_than_any_tool_takes():
    assert connections.ANSWER_SECONDS > 5
