"""The English sentences and phrases, gathered from one table for each kind of answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.english import (
    accounts,
    news,
    office,
    problems,
    reads,
    records,
    registering,
    requests,
    rows,
    visits,
    writes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    **writes.SENTENCES,
    **visits.SENTENCES,
    **registering.SENTENCES,
    **records.SENTENCES,
    **accounts.SENTENCES,
    **requests.SENTENCES,
    **reads.SENTENCES,
    **office.SENTENCES,
    **news.SENTENCES,
    **problems.SENTENCES,
}
"""(operation, outcome) to (what can be spoken, what the agent does next)."""

PHRASES: Final[Mapping[tuple[str, str], str]] = {
    **reads.PHRASES,
    **rows.PHRASES,
    **records.PHRASES,
    **accounts.PHRASES,
    **office.PHRASES,
    **problems.PHRASES,
}
"""(thing, state) to a part of a sentence."""
