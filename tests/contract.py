"""What every tool and every answer has to keep to, whichever transport it came over."""

import re

from mcp_types import CallToolResult, TextContent, Tool
from wordings import RULES

from server.desk.answers import Outcome, Retry

SPOKEN_CHARACTERS = 400
NOT_SPOKEN = re.compile(r" \[(?:not for speaking|no se dice): ")
ISO_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{2,4}")
LINK = re.compile(r"https?:|www\.|\.(com|dev|org|example)\b", re.IGNORECASE)
# Years of visits are the only long numbers that are ever spoken; record numbers and birth years are not.
LONG_NUMBER = re.compile(r"\d{4,}")
YEAR_OF_A_VISIT = re.compile(r"(?:,| de) 20[2-4]\d\b")
# In a read-back the caller hears again what the caller has just said: a birth date, with its year.
SAID_YEAR = re.compile(r"(?:,| de) (19|20)\d\d\b")
HANDLE = re.compile(r"\b[psaw][0-9a-hjkmnp-tv-z]{10}\b")
ACCOMPLISHED = re.compile(r"\b(booked|cancelled|canceled|moved|done)\b", re.IGNORECASE)
NOTHING_WAS = re.compile(
    r"\bnothing (?:further )?(?:was|is|has been) (?:booked|cancelled|moved)\b", re.IGNORECASE
)
MACHINE = re.compile(r"[{}<>`*_]|Traceback|Error|Exception|pydantic|sqlite|httpx|API\d{4}")
ERRORS = {Outcome.UNAVAILABLE, Outcome.NOT_PERMITTED, Outcome.INTERNAL}


def spoken_part(result: CallToolResult) -> str:
    """What an agent may say of a result."""
    [block] = result.content
    assert isinstance(block, TextContent)
    return NOT_SPOKEN.split(block.text)[0]


def assert_contract(result: CallToolResult) -> None:
    """One answer, against the whole tool contract."""
    [block] = result.content
    assert isinstance(block, TextContent)
    assert block.text.strip()
    facts = result.structured_content
    assert facts is not None
    assert {"outcome", "say", "next", "retry"} <= facts.keys()
    outcome, _ = Outcome(facts["outcome"]), Retry(facts["retry"])
    assert result.is_error is (outcome in ERRORS)
    spoken = spoken_part(result)
    assert facts["say"].strip()
    assert spoken == f"{facts['say']} {facts['next']}".strip()
    assert_speakable(SAID_YEAR.sub("", spoken) if outcome is Outcome.NEEDS_CONFIRMATION else spoken)
    assert_truthful(facts)
    for handle in handles_in(facts):
        assert handle in block.text, "the text carries the whole answer, handles included"
    assert None not in _leaves(facts)


def assert_speakable(spoken: str) -> None:
    """Nothing in it that nobody would say, or that nobody may hear."""
    assert len(spoken) <= SPOKEN_CHARACTERS, spoken
    assert not ISO_DATE.search(spoken), spoken
    assert not LINK.search(spoken), spoken
    assert not LONG_NUMBER.search(YEAR_OF_A_VISIT.sub("", spoken)), spoken
    assert not HANDLE.search(spoken), spoken
    assert not MACHINE.search(re.sub(r"\b[a-z]+(_[a-z]+)+\b", "", spoken)), spoken


def assert_truthful(facts: dict) -> None:
    """Only what the practice has confirmed is said to be booked or cancelled."""
    said = facts["say"]
    for piece in facts.get("news", []):
        assert piece in said
        assert re.search(r"\b(?:now|ya)\b", piece) or not _accomplished(piece), piece
        said = said.replace(piece, "")
    confirmed = facts["outcome"] == "confirmed" or any(
        row["state"] == "confirmed" for row in facts.get("writebacks", [])
    )
    for text in (said, facts["next"]):
        assert confirmed or not _accomplished(text), text
    if facts["outcome"] == "unknown":
        assert not re.search(r"fail|not accept|refuse|nothing was", said, re.IGNORECASE), said
        assert not RULES["es"].like_failure.search(said), said


def _accomplished(text: str) -> bool:
    """Whether a text, of whatever language, says that something was done."""
    spanish = RULES["es"]
    in_spanish = spanish.done.search(spanish.nothing.sub("", text))
    return bool(ACCOMPLISHED.search(NOTHING_WAS.sub("", text)) or in_spanish)


def handles_in(facts: dict) -> set[str]:
    """Every handle that a structured answer carries."""
    return {leaf for leaf in _leaves(facts) if isinstance(leaf, str) and HANDLE.fullmatch(leaf)}


def assert_tool_contract(tool: Tool) -> None:
    """One tool as it is listed."""
    assert tool.output_schema is None
    sentence = (tool.description or "").partition(".")[0]
    assert sentence.startswith("Call this"), sentence
    schema = tool.input_schema
    assert schema["type"] == "object"
    assert len(schema["properties"]) <= 6
    assert not {"$ref", "$defs", "anyOf", "oneOf", "allOf"} & set(_keys(schema))
    assert None not in _leaves(schema)
    assert "null" not in _leaves(schema)
    for name, argument in schema["properties"].items():
        assert argument["type"] in {"string", "boolean", "integer"}, name
        assert argument["description"], name
        assert name in schema.get("required", []) or "default" in argument, name


def _leaves(value) -> list:
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in _leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in _leaves(inner)]
    return [value]


def _keys(value) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for inner in value.values() for key in _keys(inner))]
    if isinstance(value, list):
        return [key for inner in value for key in _keys(inner)]
    return []
