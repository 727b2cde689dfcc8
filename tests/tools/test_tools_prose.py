"""What the list says of each tool is true: its examples can be called, and its annotations hold."""

import re
from contextlib import asynccontextmanager
from dataclasses import fields, replace

import pytest
from harness import FAST, OFFICE_ID, open_office, served, settings_for
from mcp_types import CallToolResult
from visiting import Agent

from sandbox.world import OfficeSpec
from server.app import running
from server.desk.answers import Outcome
from server.sikka.phones import normal_phone
from server.tools import outcomes
from server.tools.arguments import iso_date
from server.tools.toolsets import ALL, TOOLSETS

EXAMPLE = "Example: "
GIVEN = re.compile(r"\b(\w+) '([^']*)'")
SENT = {"POST", "PUT", "PATCH", "DELETE"}
CARD = {"amount": "45.50", "method": "check", "reference": "1047"}
NEW_NAME = {"field": "name", "value": "Lind, Anna"}
ADA = {"first_name": "Ada", "last_name": "Okafor", "date_of_birth": "1990-02-28", "phone": "415 555 0134"}


def hints(name):
    found = next(spec for spec in ALL if spec.name == name).as_tool().annotations
    assert found is not None
    return found


def example_of(spec):
    head, _, example = spec.description.partition(EXAMPLE)
    assert head.endswith(". ")
    assert example.endswith((".", ".'"))
    assert EXAMPLE not in example
    return example


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: spec.name)
def test_every_description_ends_with_one_example_that_the_tool_would_take(spec):
    arguments = {argument.name: argument for argument in spec.arguments}
    for name, text in GIVEN.findall(example_of(spec)):
        assert arguments[name].read(text) == text
        if "date" in name:
            assert iso_date(text, name)
        if text[:1].isdigit() and name in {"phone", "value"}:
            assert normal_phone(text)


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: spec.name)
def test_a_tool_that_reads_back_says_so_and_that_a_yes_comes_first(spec):
    takes_a_yes = any(argument.name == "caller_confirmed" for argument in spec.arguments)
    assert takes_a_yes == bool(re.search(r"caller_confirmed true after a yes|a yes before", spec.description))
    assert takes_a_yes == ("sentence to read back" in spec.description)


@pytest.mark.parametrize("toolset", TOOLSETS)
def test_a_toolset_has_no_title_twice_and_each_is_short(toolset):
    titles = [spec.title for spec in TOOLSETS[toolset]]
    assert len(set(titles)) == len(titles)
    assert all(len(title) <= 40 for title in titles)


@asynccontextmanager
async def on_call(folder, pms="OpenDental"):
    config = replace(FAST, offices=(OfficeSpec(OFFICE_ID, patients=40, pms=pms),))
    async with open_office(folder, config=config) as office:
        yield Agent(office, "prose")


async def test_a_tool_that_is_called_read_only_writes_nothing_to_the_practice(tmp_path):
    async with on_call(tmp_path) as agent:
        patient = await agent.patient()
        given = {
            "find_patient": {"name": "Anna Lindqvist", "date_of_birth": "1986-04-12"},
            "find_slots": {"reason": "exam", "patient": patient},
            "check_writeback": {"wait_seconds": 0},
            "office_info": {"topic": "today"},
            "list_appointments": {"patient": patient},
            "get_balance": {"patient": patient},
            "get_insurance": {"patient": patient},
        }
        assert set(given) == {spec.name for spec in ALL if hints(spec.name).read_only_hint}
        for tool, arguments in given.items():
            told = await agent.ask(tool, **arguments)
            assert told.outcome in {"ok", "verified"}, (tool, told.say)
        office = agent.office
        sent = [seen.path for seen in office.world.requests if seen.method in SENT]
        assert {path.rpartition("/")[2] for path in sent} <= {"request_key"}
        assert office.world.effects == []
        count = await office.store.database.fetch_one("SELECT COUNT(*) AS n FROM pms_writebacks")
        assert count == {"n": 0}


async def test_a_tool_that_does_not_reach_out_answers_without_the_practices_system(tmp_path):
    async with served() as line:
        async with running(settings_for(line, tmp_path)) as app:
            await app.freshness.load_offices(live=True)
        await line.down()
        async with running(settings_for(line, tmp_path)) as app:
            inside = [spec.name for spec in ALL if not hints(spec.name).open_world_hint]
            assert inside == ["message_office"]
            given = {"kind": "running_late", "message": "Stuck in traffic.", "call_id": "prose"}
            told = await app.surface.call_tool("message_office", given)
            assert isinstance(told, CallToolResult)
            assert (told.structured_content or {})["outcome"] == "ok"


async def once_and_again(agent, tool, **arguments):
    """What a call did when it was made once, and when it was made once more."""
    await agent.ask(tool, **arguments)  # the read-back, where there is one
    told = await agent.settled(await agent.ask(tool, **arguments))
    assert told.outcome == "confirmed", told.say
    effects = len(agent.office.world.effects)
    await agent.settled(await agent.ask(tool, **arguments))
    assert len(agent.office.world.effects) == effects
    return told


async def once_and_ever(agent, tool, **arguments):
    """As `once_and_again`; and nothing in the practice is another when it comes again much later."""
    told = await once_and_again(agent, tool, **arguments)
    await later(agent)
    before = practice(agent)
    await agent.settled(await agent.ask(tool, **arguments))
    assert practice(agent) == before
    return told


def practice(agent):
    """What the practice has of visits and people, but for when a row was last touched."""
    records = agent.office.world.offices[OFFICE_ID].records
    return [
        {field.name: getattr(row, field.name) for field in fields(row) if field.name != "changed"}
        for row in (*records.appointments.values(), *records.patients.values())
    ]


async def later(agent):
    """A quarter of an hour after everything was confirmed."""
    await agent.office.store.database.write("UPDATE pms_writebacks SET natural_key_until = 1")


async def test_what_is_called_idempotent_has_one_effect_however_often_it_is_called(tmp_path):
    tried = set()
    async with on_call(tmp_path) as agent:
        yes = {"caller_confirmed": True}
        patient = await agent.patient()
        first, second, *_ = await agent.slots(patient=patient)
        told = await once_and_ever(agent, "book_appointment", patient=patient, slot=first["slot"], **yes)
        visit = told.facts["appointment"]
        await once_and_ever(agent, "confirm_appointment", appointment=visit)
        await once_and_ever(agent, "reschedule_appointment", appointment=visit, slot=second["slot"], **yes)
        await once_and_ever(agent, "cancel_appointment", appointment=visit, **yes)
        await once_and_ever(agent, "register_patient", **ADA, **yes)
        tried |= {"book_appointment", "confirm_appointment", "reschedule_appointment"}
        tried |= {"cancel_appointment", "register_patient"}
    (tmp_path / "other").mkdir()
    async with on_call(tmp_path / "other", "OrthoTrac") as agent:
        patient = await agent.patient()
        await once_and_ever(agent, "update_patient", patient=patient, **NEW_NAME, caller_confirmed=True)
        tried.add("update_patient")
    writing = {spec.name for spec in ALL if not hints(spec.name).read_only_hint}
    assert tried == {name for name in writing if hints(name).idempotent_hint}


async def test_a_message_without_a_call_id_is_a_further_one_each_time(tmp_path):
    assert not hints("message_office").idempotent_hint
    async with on_call(tmp_path) as agent:
        agent.call_id = ""
        told = [await agent.ask("message_office", message="Please call about my crown.") for _ in range(2)]
        assert [one.facts["new"] for one in told] == [True, True]


async def test_a_try_that_fails_is_counted_each_time(tmp_path):
    assert not hints("find_patient").idempotent_hint
    async with on_call(tmp_path) as agent:
        wrong = {"name": "Anna Lindqvist", "date_of_birth": "1985-04-12"}
        heard = {(await agent.ask("find_patient", **wrong)).outcome for _ in range(6)}
        assert heard == {"not_verified", "locked"}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("add_note", {"note": "Cannot lie flat for long."}),
        ("record_payment", {**CARD, "caller_confirmed": True}),
    ],
)
async def test_a_note_or_a_payment_is_a_further_one_when_it_comes_again_much_later(tmp_path, tool, arguments):
    assert not hints(tool).idempotent_hint
    async with on_call(tmp_path) as agent:
        patient = await agent.patient()
        await once_and_again(agent, tool, patient=patient, **arguments)
        await later(agent)
        told = await agent.settled(await agent.ask(tool, patient=patient, **arguments))
        assert (told.outcome, len(agent.office.world.effects)) == ("confirmed", 2)


def test_what_may_take_something_away_is_called_destructive():
    changes = {"reschedule_appointment", "cancel_appointment", "update_patient"}
    assert {spec.name for spec in ALL if hints(spec.name).destructive_hint} == changes


def test_every_tool_has_its_outcomes_and_every_outcome_is_some_tools():
    assert {spec.name for spec in ALL} == set(outcomes._OWN)
    assert {outcome for spec in ALL for outcome in outcomes.outcomes_of(spec.name)} == set(Outcome)


async def test_an_outcome_that_a_tool_does_not_name_is_logged_and_no_agent_of_a_test_takes_it(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(outcomes, "_OWN", {})
    async with on_call(tmp_path) as agent:
        with pytest.raises(AssertionError, match="outcomes_of"):
            await agent.ask("office_info", topic="phones")
    assert "outcome_unlisted" in capsys.readouterr().out
