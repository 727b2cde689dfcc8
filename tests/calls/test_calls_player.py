"""The player of whole calls: what does not go as its file says fails, and every file says it well."""

import dataclasses
import datetime as dt
import re

import pytest
from callers import Caller, Told
from mcp_types import CallToolResult, TextContent

from calls import __main__ as table
from calls.happenings import TABLE
from calls.player import FailedError, Played, Player, hold_to, play
from calls.rules import broken
from calls.script import FOLDER, MalformedError, Script, Turn, read
from calls.stage import set_up
from sandbox.records import Patient, Records
from server.desk.answers import Outcome
from server.tools.toolsets import TOOLSETS, shown

FILES = sorted(FOLDER.glob("*.toml"))
GOOD = (FOLDER / "nickname.toml").read_text(encoding="utf-8")
PATIENCE = 1.0
# Only a defect gives this one, and none is known.
NEVER_SEEN = {Outcome.INTERNAL}


def script(tmp_path, *changes, of=GOOD) -> Script:
    """A file, of which some pieces are changed."""
    for before, after in changes:
        assert before in of, before
        of = of.replace(before, after)
    path = tmp_path / "call.toml"
    path.write_text(of, encoding="utf-8")
    return read(path)


async def test_a_call_that_goes_as_its_file_says_is_ok_and_is_counted(tmp_path):
    good, played = script(tmp_path), Played("A call")
    async with set_up(good.situation, tmp_path) as stage:
        player = Player(good, stage, played, PATIENCE)
        await player.play()
        assert played.ok
        assert played.tool_calls == 4
        assert 0 < played.slowest <= played.seconds
        assert table.line("nickname", played).startswith("ok     nickname")
        assert "1 of 1 calls" in table.summary({"nickname": played}, 3.0)
        # At the same end, whatever else a file would have expected of it fails.
        for change, complaint in ENDS:
            player.script = script(tmp_path, change)
            with pytest.raises(FailedError, match=complaint):
                await player.end()


ENDS = (
    (("at_most = 4", "at_most = 3"), "It took 4 tool calls, and 3 are the most."),
    (("booked: William Thompson", "booked: Anna Lindqvist"), "In the practice at the end, expected:"),
    (('"booked: William Thompson, {start}"', ""), "In the practice at the end, expected:\n    nothing"),
    (("book: confirmed", "book: pending"), "In the ledger at the end, expected:"),
    (("inbox = []", 'inbox = ["message"]'), "In the inbox at the end, expected:"),
    (("inbox = []", 'inbox = []\ninbox_holds = ["a call"]'), "Expected 'a call' in a task of the inbox"),
)


async def test_an_answer_that_the_file_does_not_expect_fails_and_is_told_with_the_dialogue(tmp_path):
    otherwise = ('answer = "verified"', 'answer = "not_verified"')
    played = await play(script(tmp_path, otherwise), tmp_path, PATIENCE)
    assert not played.ok
    assert table.line("nickname", played).startswith("FAILED")
    told = table.told(played)
    assert "    Expected the answer not_verified, and found verified." in told
    assert "    | Caller: Hi, this is Bill Thompson" in told
    assert "    |     find_patient(name='Bill Thompson'" in told


@pytest.mark.parametrize(
    ("expected", "complaint"),
    [
        ({"says": ["Thursday"]}, "Expected to hear 'Thursday', and heard: It is Monday."),
        ({"never": ["monday"]}, "'monday' must never be said, and was: It is Monday."),
        ({"keep": {"slot": "slots.7.slot"}}, "The answer shows no slots.7.slot"),
        ({"shows": {"new": True}}, "Expected new to be True, and found False."),
        ({"answer": ["pending", "queued"]}, "Expected the answer pending or queued, and found ok."),
    ],
)
def test_what_an_answer_lacks_and_must_not_hold_fails(expected, complaint):
    turn = Turn.model_validate({"caller": "Hello?", "tool": "office_info", "answer": "ok", **expected})
    with pytest.raises(FailedError, match=re.escape(complaint)):
        hold_to(turn, answer("It is Monday.", new=False, slots=[]), {}, [])


async def test_an_effect_that_is_missing_in_the_practice_fails(tmp_path):
    not_done = ('happens = "the practice does what it was sent"', 'happens = "1 second passes"')
    of_it = ('answer = "confirmed"\nsays = ["booked"]', 'answer = "pending"')
    told = table.told(await play(script(tmp_path, not_done, of_it), tmp_path, PATIENCE))
    assert "In the practice at the end, expected:\n        booked: William Thompson" in told
    assert "and found:\n        nothing" in told


async def test_a_sentence_that_the_practice_does_not_bear_out_fails(tmp_path, monkeypatch):
    asked = Caller.ask

    async def untrue(self, tool, /, **arguments):
        told = await asked(self, tool, **arguments)
        return tampered(told, "You're booked for Wednesday.") if tool == "book_appointment" else told

    monkeypatch.setattr(Caller, "ask", untrue)
    told = table.told(await play(script(tmp_path), tmp_path, PATIENCE))
    assert "it says 'booked', and the practice knows nothing of it" in told


def tampered(told: Told, say: str, **facts) -> Told:
    facts = {**told.facts, "say": say, **facts}
    return Told(CallToolResult(content=[TextContent(type="text", text=say)], structured_content=facts))


def answer(say="Thank you.", outcome="ok", **facts) -> Told:
    facts = {"outcome": outcome, "say": say, "next": "", **facts}
    return Told(CallToolResult(content=[TextContent(type="text", text=say)], structured_content=facts))


ANNA = Patient("4711", "1", "Anna", "Lindqvist", dt.date(1986, 4, 12))
RECORDS = Records(patients={"4711": ANNA})
FIRST_VISIT = "booked: Anna Lindqvist, 2026-11-30T09:00"


@pytest.mark.parametrize(
    ("told", "done", "complaint"),
    [
        (answer("Your appointment was cancelled."), [], "it says 'cancelled'"),
        (answer("La cita quedó cancelada."), [], "it says 'cancelled'"),
        (answer("You're now booked for Monday."), ["cancelled: Anna Lindqvist, x"], "it says 'booked'"),
        (answer("El consultorio ya lo confirmó."), [], "it says 'confirmed'"),
        (answer("You're booked for Tuesday, December 1 at 9 AM."), [FIRST_VISIT], "it says 'booked'"),
        (
            answer("Update: Tuesday, December 1 at 9 AM is now confirmed."),
            [FIRST_VISIT],
            "it says 'confirmed'",
        ),
        (
            answer("La cita del martes 1 de diciembre a las 9 de la mañana está reservada."),
            [FIRST_VISIT],
            "it says",
        ),
        (answer("Monday, November 30 at 9 AM is now booked."), [f"not{FIRST_VISIT[6:]}"], "it says 'booked'"),
        (answer("Tuesday, December 1 at 9 AM.", "confirmed"), [FIRST_VISIT], "its outcome is confirmed"),
        (answer("Ada Okafor is registered."), ["booked: Ada Okafor, x"], "it says 'registered'"),
        (
            answer("So far: Monday, November 30 at 9 AM is booked and Leo Brandt is registered."),
            [FIRST_VISIT, "registered: Ada Okafor, 1990-02-28"],
            "it says 'registered'",
        ),
        (answer("All right.", "confirmed"), [], "its outcome is confirmed"),
        (answer("Born on April 12, 1986."), [], "it tells a birth date"),
        (answer("Nació el 12 de abril de 1986."), [], "it tells a birth date"),
        (answer(record={"born": "1986-04-12"}), [], "it tells a birth date"),
        (answer(patient="4711"), [], "it tells an id of the practice's system: 4711"),
    ],
)
def test_an_answer_that_no_call_may_give_is_found(told, done, complaint):
    assert any(complaint in fault for fault in broken(told, 0.1, RECORDS, done))


def test_an_answer_that_comes_late_is_found_and_a_good_one_is_not():
    assert broken(answer(), 4.2, RECORDS, []) == ["it took 4.2 s, and 3.5 s is the most"]
    assert broken(answer("You're booked.", "confirmed"), 1.0, RECORDS, ["booked: Anna Lindqvist, x"]) == []
    assert broken(answer("It was taken, so nothing was booked."), 1.0, RECORDS, []) == []
    both = answer("So far: Monday, November 30 at 9 AM is booked and Ada Okafor is registered.", "confirmed")
    assert broken(both, 1.0, RECORDS, [FIRST_VISIT, "registered: Ada Okafor, 1990-02-28"]) == []
    for said in (
        "You're booked for Monday, November 30 at 9 AM with Dr. Rao. The office system has confirmed it.",
        "Listo, la cita del lunes 30 de noviembre a las 9 de la mañana está reservada.",
    ):
        assert broken(answer(said, "confirmed"), 1.0, RECORDS, [FIRST_VISIT]) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("title = ", "titel = "), "titel: Extra inputs are not permitted"),
        (('answer = "verified"', 'answer = "found"'), "no such answer: found"),
        (('answer = "verified"\n', ""), "a tool needs the answer"),
        (("has nothing coming up", "is in a bad mood"), "nobody knows how this happens"),
        (('keep = { patient = "patient" }', ""), "{patient} is used before an answer was kept"),
        (("{start}", "{beginning}"), "{beginning} is expected at the end, and was never kept"),
        (("[end]", "[the end]"), "call.toml is not TOML"),
        (('ledger = ["book: confirmed"]', ""), "end.ledger: Field required"),
    ],
)
def test_a_malformed_file_is_refused_with_the_place_of_the_mistake(tmp_path, change, complaint):
    with pytest.raises(MalformedError, match=re.escape(complaint)):
        script(tmp_path, change)


def test_at_least_thirty_calls_see_every_tool_every_outcome_and_every_transport():
    scripts = [read(path) for path in FILES]
    assert len(scripts) >= 30
    turns = [turn for script in scripts for call in script.call for turn in call.turn]
    everything = shown(TOOLSETS, read_only=False)
    assert {turn.tool for turn in turns} - {""} == {spec.name for spec in everything}
    certain = {turn.answers[0] for turn in turns if len(turn.answers) == 1}
    assert certain == set(Outcome) - NEVER_SEEN
    transports = {call.transport for script in scripts for call in script.call}
    assert transports == {"http", "http_legacy", "sse", "stdio"}


def test_a_returning_patient_is_booked_in_four_tool_calls():
    assert read(FOLDER / "nickname.toml").tool_calls_at_most == 4


def test_every_happening_is_used_by_a_call():
    told = {turn.happens for path in FILES for call in read(path).call for turn in call.turn}
    unused = [pattern for pattern, _ in TABLE if not any(re.fullmatch(pattern, each) for each in told)]
    assert unused == []


def test_a_run_that_fails_or_cannot_begin_says_so(tmp_path, capsys, monkeypatch):
    assert table.main(["no_such_call"]) == 2
    assert "nickname" in capsys.readouterr().out
    monkeypatch.setattr(table, "FOLDER", tmp_path)
    (tmp_path / "broken.toml").write_text("title = 'x'", encoding="utf-8")
    assert table.main([]) == 2
    assert "broken.toml" in capsys.readouterr().out
    bad = dataclasses.replace(Played("A call"), wrong=["no"])
    assert "None of 1 calls" in table.summary({"broken": bad}, 1.0)


def test_the_page_shows_a_call_that_can_be_read_and_lists_all_there_are(tmp_path):
    page = (FOLDER.parent.parent.parent / "docs" / "calls.md").read_text(encoding="utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    assert script(tmp_path, of=example).tool_calls_at_most == 4
    assert {path.stem for path in FILES} == set(re.findall(r"^ok +(\w+) +\d+ tool calls", page, re.MULTILINE))
