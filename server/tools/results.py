"""The envelope of every answer: one text block and structured content, each with the whole truth."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from mcp_types import CallToolResult, TextContent

from server.desk.answers import OUTCOME_OF, Outcome, Retry
from server.tools.wording import Sentence, phrase
from store.ledger_rows import Writeback

SPOKEN_CHARACTERS: Final = 400
"""What `say` and `next` may have together, news included: the voice contract's limit."""

# Errors of the protocol, used only where nothing was changed.
ERRORS: Final = frozenset({Outcome.UNAVAILABLE, Outcome.NOT_PERMITTED, Outcome.INTERNAL})

# Whether the agent may make the same call again. A write is never repeated; a failed one may be made
# with another slot.
RETRY_OF: Final[dict[Outcome, Retry]] = {
    Outcome.OK: Retry.SAME,
    Outcome.VERIFIED: Retry.SAME,
    Outcome.NEED_MORE: Retry.AFTER_CHANGE,
    Outcome.NOT_VERIFIED: Retry.AFTER_CHANGE,
    Outcome.NEEDS_CONFIRMATION: Retry.AFTER_CHANGE,
    Outcome.SLOT_TAKEN: Retry.AFTER_CHANGE,
    Outcome.INVALID_INPUT: Retry.AFTER_CHANGE,
    Outcome.UNAVAILABLE: Retry.SAME,
}


@dataclass
class Answer:
    """What a tool answers, before it is put into the protocol's form.

    Attributes:
        facts: by the names that the tool contract lists.
        handles: (what it is, handle) for the part that is not spoken.
        row: the write it is about, if any.
        new: False where the same request was there already.
        as_of: when Sikka's copy was loaded, where data was read.
        alone: whether it is too urgent for news to go before it.
        shorter: what is said instead where the news would not fit before the sentence.
    """

    outcome: Outcome
    sentence: Sentence
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    handles: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    row: Writeback | None = None
    new: bool | None = None
    as_of: str | None = None
    stale: bool = False
    told: list[Writeback] = field(default_factory=list[Writeback])
    alone: bool = False
    shorter: Sentence | None = None


def outcome_of(row: Writeback) -> Outcome:
    """What a tool calls the state a row is in."""
    return OUTCOME_OF[row.state]


def local(start: dt.datetime) -> str:
    """A start as structured content has it: ISO, the office's clock, no zone."""
    return start.isoformat(timespec="minutes")


def room_for_news(answer: Answer, news: list[Sentence]) -> int:
    """How many of the news fit before the answer, in order; the rest waits for an answer with more room.

    The answer gives way to them where it knows a shorter way to say the same.
    """
    fitting = _fitting(answer, news)
    if fitting < len(news) and answer.shorter is not None:
        answer.sentence, answer.shorter = answer.shorter, None
        fitting = _fitting(answer, news)
    return fitting


def _fitting(answer: Answer, news: list[Sentence]) -> int:
    room = SPOKEN_CHARACTERS - len(answer.sentence.say)
    for place, told in enumerate(news):
        room -= len(told.say) + 1
        if room < 0:
            return place
    return len(news)


def as_result(answer: Answer, news: list[Sentence], language: str, *, writes: bool = False) -> CallToolResult:
    """The answer in the protocol's form. News goes first: the caller has waited for it.

    `writes` is whether a tool that writes was run for it: then it is not to be called again unchanged.
    """
    say, following, _ = answer.sentence
    told = [sentence.say for sentence in news]
    spoken = " ".join([*told, say])
    if told and len(f"{spoken} {following}") > SPOKEN_CHARACTERS:
        following = ""  # the caller's news comes before advice to the agent
    structured: dict[str, Any] = {
        "outcome": answer.outcome.value,
        "say": spoken,
        "next": following,
        "retry": _retry(answer, writes=writes).value,
        **answer.facts,
    }
    if told:
        structured["news"] = told
    if answer.row is not None:
        structured["state"] = answer.row.state.value
    if answer.new is not None:
        structured["new"] = answer.new
    if answer.as_of is not None:
        structured["as_of"] = answer.as_of
        structured["stale"] = answer.stale
    text = f"{spoken} {following}".strip()
    if answer.handles:
        listed = "; ".join(f"{what} = {handle}" for what, handle in answer.handles)
        text = f"{text} [{phrase(language, ('aside', 'not_spoken'))}: {listed}]"
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=structured,
        is_error=answer.outcome in ERRORS,
    )


def _retry(answer: Answer, *, writes: bool) -> Retry:
    if writes and answer.outcome is Outcome.UNAVAILABLE:
        return Retry.NEVER
    return RETRY_OF.get(answer.outcome, Retry.NEVER)
