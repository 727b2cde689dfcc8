"""The pages about the tools say what the code does: the reference, and the receptionist's prompt."""

import re
from pathlib import Path

import pytest
from tool_list import CHARACTERS_A_TOKEN, MOST_TOKENS
from tool_reference import MEANING, PAGE, reference, shown

from server.desk.answers import OUTCOME_OF, Outcome, Retry
from server.tools.arguments import iso_date
from server.tools.outcomes import outcomes_of
from server.tools.results import RETRY_OF
from server.tools.toolsets import TOOLSETS

PROMPTS = (Path(__file__).parents[2] / "docs" / "receptionist-prompt.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^## (\w+)\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT: dict[str, str] = dict(BLOCK.findall(PROMPTS))
LANGUAGES = sorted(PROMPT)
DEFAULT = TOOLSETS["scheduling"]
ARGUMENTS = {argument.name: argument for spec in DEFAULT for argument in spec.arguments}
CHOSEN = re.compile(r"\b(topic|urgency|kind|caller_is) ([a-z_]+)\b")
DONE = re.compile(r"\b(booked|moved|cancelled|reservada|cambiada|cancelada)\b")


def sections(language):
    """The rules of a prompt by the place of their heading, each on one line."""
    parts = re.split(r"\n\n", PROMPT[language].strip())
    return [
        [" ".join(rule.split()) for rule in re.split(r"^- ", part.partition("\n")[2], flags=re.MULTILINE)[1:]]
        for part in parts
    ]


def words_ruled(rules):
    """The words before the colons of some rules, such as outcomes, in order."""
    heads = [head for rule in rules for head in re.findall(r"(?:^|\. )((?:[a-z_]+, )*[a-z_]+):", rule)]
    return [word for head in heads for word in head.split(", ")]


def test_the_reference_is_as_the_code_has_it():
    assert shown().strip() == reference().strip(), "run: make tool-pages"


def test_the_page_says_how_tokens_are_bounded():
    page = PAGE.read_text(encoding="utf-8")
    assert f"at most {MOST_TOKENS:,} tokens" in page
    assert f"one token to {CHARACTERS_A_TOKEN} characters" in " ".join(page.split())


def test_the_reference_explains_every_outcome():
    assert set(MEANING) == set(Outcome)


def test_there_is_a_prompt_in_english_and_one_in_spanish():
    assert LANGUAGES == ["English", "Español"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tool_and_argument_that_a_prompt_names_is_there_and_every_tool_is_named(language):
    text = PROMPT[language]
    tools = {spec.name for spec in DEFAULT}
    outcomes = {outcome.value for outcome in Outcome}
    named = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", text))
    assert tools <= named
    assert named - tools - outcomes <= set(ARGUMENTS) | {Retry.AFTER_CHANGE.value}
    for argument, word in CHOSEN.findall(text):
        assert word in ARGUMENTS[argument].choices or argument == "caller_is", (argument, word)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_prompt_says_of_every_outcome_what_may_be_said_and_of_no_other(language):
    ruled = words_ruled(sections(language)[4])
    assert sorted(ruled) == sorted(outcome.value for outcome in Outcome)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_prompt_has_every_word_of_retry_and_of_no_other(language):
    assert sorted(words_ruled(sections(language)[5])) == sorted(retry.value for retry in Retry)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_prompt_forbids_to_ask_for_again_is_never_to_be_retried(language):
    open_ones = next(words_ruled([rule]) for rule in sections(language)[4] if rule.startswith("pending"))
    assert {Outcome(word) for word in open_ones} == {
        outcome
        for state, outcome in OUTCOME_OF.items()
        if outcome not in {Outcome.CONFIRMED, Outcome.FAILED, Outcome.WITHDRAWN}
    }
    assert all(Outcome(word) not in RETRY_OF for word in open_ones)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_prompt_lets_an_agent_say_booked_on_confirmed_alone(language):
    [rule] = [rule for part in sections(language) for rule in part if DONE.search(rule)]
    assert rule.startswith("confirmed: ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_prompt_asks_for_a_yes_before_every_tool_that_reads_back(language):
    [rule] = [rule for part in sections(language) for rule in part if "caller_confirmed true" in rule]
    reads_back = {spec.name for spec in DEFAULT if Outcome.NEEDS_CONFIRMATION in outcomes_of(spec.name)}
    assert set(re.findall(r"\b[a-z]+_(?:appointment|patient)\b", rule)) == reads_back
    assert {
        spec.name for spec in DEFAULT for one in spec.arguments if one.name == "caller_confirmed"
    } == reads_back


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_prompt_gives_dates_as_the_tools_take_them_and_nothing_of_a_machine(language):
    text = PROMPT[language]
    dates = re.findall(r"\b\d[\d/.-]{5,}\d\b", text)
    assert dates
    assert all(iso_date(date, "date_from") for date in dates)
    assert not re.search(r"https?:|[<>*`]|\bp[0-9a-z]{10}\b", text)
    assert re.findall(r"\{.*?\}", text) == ["{office}"]
    assert len(text.split()) <= 610


def test_both_prompts_have_the_same_rules_naming_the_same_things():
    def shape(language):
        return [
            [sorted(set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b|\d{4}-\d\d-\d\d", rule))) for rule in part]
            for part in sections(language)
        ]

    assert shape("English") == shape("Español")
