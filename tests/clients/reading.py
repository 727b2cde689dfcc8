"""What a model makes of an answer: the words it may say, and the handles it is to pass on."""

import json
import re
from dataclasses import dataclass, field

from contract import ACCOMPLISHED, HANDLE, NOTHING_WAS, assert_speakable

BRACKET = re.compile(r" \[not for speaking: (?P<listed>[^\]]*)\]$")
PENDING = re.compile(r"isn't confirmed yet|hasn't taken it yet|still finding out whether")
CONFIRMED = re.compile(r"You're booked for ")
READ_BACK = re.compile(r"^(Update: .*?\. )*Let me read that back")
TOO_LATE = re.compile(r"is no longer free|has just been taken")


@dataclass(frozen=True)
class Heard:
    """One answer as a model reads it."""

    words: str
    handles: dict[str, str] = field(default_factory=dict)

    @property
    def news(self) -> bool:
        """Whether it tells unasked what became of an earlier wish."""
        return self.words.startswith("Update: ")

    def says(self, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.search(self.words))

    def check(self) -> None:
        """Nothing in the words that cannot be spoken, no claim of what is not confirmed."""
        assert self.words.strip(), "nothing to say"
        assert_speakable(self.words)
        if not self.says(CONFIRMED) and not self.news and not self.words.startswith("So far: "):
            assert not ACCOMPLISHED.search(NOTHING_WAS.sub("", self.words)), self.words


def of_text(read: str) -> Heard:
    """The one text block as it stands."""
    found = BRACKET.search(read)
    if found is None:
        return Heard(read)
    pairs = (one.partition(" = ") for one in found["listed"].split("; "))
    return Heard(read[: found.start()], {name: handle for name, _, handle in pairs})


def of_json_block(read: str) -> Heard:
    """The block as JSON (LiveKit); an error's text comes without."""
    if not read.startswith("{"):
        return of_text(read)
    block = json.loads(read)
    assert block["type"] == "text", block
    return of_text(block["text"])


def of_json_string(read: str) -> Heard:
    """The text as a JSON string (Pipecat)."""
    text = json.loads(read)
    assert isinstance(text, str), text
    return of_text(text)


def of_structure(read: str) -> Heard:
    """Nothing but the structured content (openai-agents, where told so); an error comes as text."""
    if not read.startswith("{"):
        return of_text(read)
    facts = json.loads(read)
    handles = {name: leaf for name, leaf in facts.items() if isinstance(leaf, str) and HANDLE.fullmatch(leaf)}
    handles |= {f"slot {place}": slot["slot"] for place, slot in enumerate(facts.get("slots", []), 1)}
    return Heard(f"{facts['say']} {facts['next']}".strip(), handles)
