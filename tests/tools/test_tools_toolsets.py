"""Which tools an agent sees, and that a tool it does not see cannot be called either."""

import itertools

import pytest
from contract import assert_contract, assert_tool_contract
from harness import open_office
from mcp import Client
from pydantic import ValidationError
from tool_list import MOST_TOKENS, SNAPSHOT, as_functions, at_most, listed

from server.settings import TOOLSET_NAMES, Settings
from server.tools.toolsets import ALL, TOOLSETS, shown

MOST_CHARACTERS = 420  # of a description: about a hundred tokens in every turn of a call

NINE = {
    "find_patient",
    "register_patient",
    "find_slots",
    "book_appointment",
    "reschedule_appointment",
    "cancel_appointment",
    "check_writeback",
    "message_office",
    "office_info",
}
OPT_IN = {
    "frontoffice": {"list_appointments", "confirm_appointment", "update_patient", "add_note"},
    "billing": {"get_balance", "get_insurance", "record_payment"},
}


def names(specs):
    return {spec.name for spec in specs}


def test_the_tools_are_listed_word_for_word_as_in_the_snapshot():
    assert listed() == SNAPSHOT.read_text(encoding="utf-8"), "if that is meant: make tool-list"


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: spec.name)
def test_every_tool_keeps_to_the_contract_and_is_short(spec):
    assert_tool_contract(spec.as_tool())
    assert len(spec.description) <= MOST_CHARACTERS
    assert all(len(argument.description) <= 110 for argument in spec.arguments)


def test_the_default_set_costs_an_agent_few_tokens():
    assert at_most(as_functions(TOOLSETS["scheduling"])) <= MOST_TOKENS


def test_every_name_that_the_setting_takes_has_tools_and_no_tool_is_in_two():
    assert tuple(TOOLSETS) == TOOLSET_NAMES
    assert len(names(ALL)) == len(ALL)


def test_nine_tools_are_shown_unless_more_are_asked_for():
    assert names(shown(Settings(toolsets="scheduling").shown_toolsets, read_only=False)) == NINE
    for toolset, tools in OPT_IN.items():
        assert names(shown({toolset}, read_only=False)) == tools


@pytest.mark.parametrize(
    "chosen", [some for count in (1, 2, 3) for some in itertools.combinations(TOOLSETS, count)]
)
def test_read_only_beats_every_choice_of_toolsets(chosen):
    tools = shown(chosen, read_only=True)
    assert tools == tuple(spec for name in chosen for spec in TOOLSETS[name] if not spec.writes)
    hints = [spec.as_tool().annotations for spec in tools]
    assert all(hint is not None and hint.read_only_hint for hint in hints)
    assert names(tools) <= {
        "find_patient",
        "find_slots",
        "check_writeback",
        "office_info",
        "list_appointments",
        "get_balance",
        "get_insurance",
    }


@pytest.mark.parametrize("wrong", ["", " , ", "scheduling,typo", "all"])
def test_a_toolset_that_does_not_exist_stops_the_start(wrong):
    with pytest.raises(ValidationError, match="comma list of scheduling, frontoffice, billing"):
        Settings(toolsets=wrong)


def test_toolsets_are_read_loosely():
    assert Settings(toolsets=" Scheduling, BILLING ,").shown_toolsets == {"scheduling", "billing"}


@pytest.mark.parametrize(
    "settings",
    [{"toolsets": "scheduling"}, {"toolsets": "scheduling,frontoffice,billing", "read_only": True}],
)
async def test_a_tool_that_is_hidden_is_refused_by_name_as_one_that_never_was(tmp_path, settings):
    async with open_office(tmp_path, **settings) as office, Client(office.app.surface) as client:
        listed_now = {tool.name for tool in (await client.list_tools()).tools}
        hidden = names(ALL) - listed_now
        assert hidden
        never = (await client.call_tool("no_such_tool", {})).model_dump()
        for name in hidden:
            result = await client.call_tool(name, {})
            assert_contract(result)
            assert result.model_dump() == never
        assert office.world.effects == []
