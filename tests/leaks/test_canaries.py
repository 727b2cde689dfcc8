"""A practice full of marks, every tool, fault and crash; then everything that was written is searched."""

import json
import sqlite3
from contextlib import closing

import pytest
import pytest_asyncio
from issuing import Issuer
from marks import found
from story import asks_what_is_no_request, begun, calling, everything_goes_wrong, verified

from server.hosting import refusals
from server.hosting.own_words import WORDS as BY_STATUS
from server.logs import KEYS, LIBRARY
from server.protocol_words import WORDS as BY_CODE

pytestmark = pytest.mark.asyncio(loop_scope="module")

OURS = {
    *BY_CODE.values(),
    *BY_STATUS.values(),
    *(each.text for each in vars(refusals).values() if isinstance(each, refusals.Refusal)),
}
NEVER_ANSWERED = ("accented word", "birth date", "record's number", "secret", "telephone")
# What says that the troubles have really happened.
HAPPENED = {
    "error_not_raised",
    "line_lost",
    "loop_crashed",
    "sent",
    "sikka_unavailable",
    "thread_crashed",
    "tool_crashed",
}
TALKED = {"anybody", "asyncio", "httpx2", "mcp.server", "py.warnings", "uvicorn.error"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def story(tmp_path_factory):
    issuer = Issuer()
    try:
        async with begun(tmp_path_factory.mktemp("canaries"), "crashes", **issuer.environment) as story:
            with pytest.MonkeyPatch.context() as patch:
                await everything_goes_wrong(story, issuer, patch)
            await asks_what_is_no_request(story)
            story.back_up()
            story.look("while it runs")
            await story.server.kill()
            story.look("after the kill")
            yield story
    finally:
        issuer.close()


async def test_nothing_that_was_written_holds_a_mark(story):
    names = {name.partition(" ")[0] for name in story.written}
    assert {"chairtime.db", "chairtime.db-wal", "chairtime.db-shm", "backup.db", "vacuumed.db"} <= names
    assert len(story.handles) > 10
    assert found(story.marks(), story.written) == []


async def test_the_log_is_nothing_but_lines_of_known_keys(story):
    lines = [json.loads(line) for line in story.log.splitlines() if line.startswith("{")]
    rest = [line for line in story.log.splitlines() if not line.startswith("{")]
    assert [line.split()[0] for line in rest] == ["Chairtime", f"CHAIRTIME_ADDRESS={story.server.root}"]
    assert {key for line in lines for key in line} <= KEYS
    assert {line["event"] for line in lines} >= HAPPENED
    assert {line["logger"] for line in lines if line["event"] == LIBRARY} >= TALKED


async def test_a_calls_lines_bear_its_number_and_lead_to_its_write(story):
    lines = [json.loads(line) for line in story.log.splitlines() if line.startswith("{")]
    [crash] = [line for line in lines if line["event"] == "tool_crashed"]
    answered = [line for line in lines if line["event"] == "answered"]
    assert len(crash["call"]) == 12
    numbers = {line["call"] for line in (crash, *answered)}
    assert len(numbers) == 1 + len(answered), "every call has a number of its own"
    rows = {line["row"] for line in answered}
    later = [line for line in lines if line.get("row") in rows and line["event"] != "answered"]
    assert {line["logger"].split(".")[1] for line in later} == {"background"}


async def test_the_marks_were_really_sent_through_it(story):
    with closing(sqlite3.connect(story.database)) as database:
        states = {state for (state,) in database.execute("SELECT state FROM pms_writebacks")}
        copied = database.execute("SELECT count(*) FROM mirror_rows").fetchone()[0]
    assert states >= {"failed", "rejected", "queued"}
    assert copied > 100
    outcomes = {told.outcome for told in story.told}
    assert outcomes >= {"verified", "internal", "unavailable", "not_permitted", "invalid_input", "confirmed"}


async def test_an_answer_that_is_an_error_holds_no_mark_and_no_other_a_secret_or_a_record(story):
    marks = story.marks()
    errors = {
        f"{told.outcome} {place}": str(told.result).encode()
        for place, told in enumerate(story.told)
        if told.is_error
    }
    assert len(errors) > 3
    assert found(marks, errors) == []
    never = {what: marks[what] for what in NEVER_ANSWERED}
    # a read-back says what the caller has just said
    others = {
        f"{told.outcome} {place}": str(told.result).encode()
        for place, told in enumerate(story.told)
        if told.outcome != "needs_confirmation"
    }
    assert found(never, others) == []


async def test_what_the_protocol_refuses_is_answered_in_our_words(story):
    marks = story.marks()
    healthy = story.refused.pop("healthz")
    assert healthy.json() == {"healthy": True}
    assert found(marks, {what: answer.content for what, answer in story.refused.items()}) == []
    for what, answer in story.refused.items():
        told = answer.text
        if told.startswith("{"):
            body = answer.json()
            told = body["error"]["message"] if "jsonrpc" in body else body["error_description"]
        assert told in OURS, f"{what}: {answer.status_code} {answer.text}"


async def test_a_server_that_logs_what_it_sends_is_caught(tmp_path):
    async with begun(tmp_path, "logs_bodies") as story:
        async with calling(story) as caller:
            patient = await verified(caller)
            await caller.yes("add_note", patient=patient, note="A note with Quorxel in it")
            await story.server.end()
        story.look("in the end")
    places = {each.partition(" in ")[2] for each in found(story.marks(), story.written)}
    assert places == {f"{story.server.log.name} in the end"}
