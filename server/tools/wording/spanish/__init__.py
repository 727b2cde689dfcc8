"""The Spanish sentences and phrases, gathered from one table for each kind of answer.

They speak to the caller as usted, as the desk of an office in the United States would, and leave open
whether the caller is a man or a woman.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.spanish import (
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

FACT_LIMITS: Final[Mapping[str, int]] = {
    "when": 83,
    "old_when": 83,
    "new_when": 83,
    "options": 254,
    "rows": 353,
    "appointments": 300,
    "date_from": 34,
    "date_to": 34,
    "due": 34,
    "born": 34,
    "today": 34,
    "days": 190,
    "period": 84,
    "field": 20,
    "hours": 215,
}
"""The facts that take more room in Spanish, each with the most characters it may take."""
