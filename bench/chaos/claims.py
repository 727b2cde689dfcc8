"""Reads off an answer what its caller now believes of which wish."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bench.chaos.facts import Claim, Told, Wish

_OPERATION_OF: Final = {
    "booked": "book",
    "cancelled": "cancel",
    "canceled": "cancel",
    "moved": "move",
    "registered": "register",
    "entered": "confirm",
    "changed": "confirm",
    "updated": "update_patient",
    "in the record": "add_note",
    "added": "add_note",
    "recorded": "record_payment",
}
_VERBS: Final = "|".join(_OPERATION_OF)
_NOTHING_WAS: Final = re.compile(rf"\bnothing (?:was|has been) ({_VERBS})\b", re.IGNORECASE)
# "Nothing further was …" is said where nothing is known of what was asked before: no claim about that. Nor is
# "the office has since changed that" one about a patient's yes.
_NO_CLAIM: Final = re.compile(
    rf"\b(?:nothing is|nothing further was|has since|isn't|is not|not) ({_VERBS})\b", re.IGNORECASE
)
_ACCOMPLISHED: Final = re.compile(rf"\b({_VERBS})\b", re.IGNORECASE)
_NOW_CONFIRMED: Final = re.compile(r"\bis now confirmed\b", re.IGNORECASE)
_YES_LOST: Final = re.compile(
    r"\byour yes to .* (?:was not accepted|did not go through|was taken back)\b", re.IGNORECASE
)
_NOT_CANCELLED: Final = re.compile(r"\bstill stands\b|\bcancelling .* did not go through\b", re.IGNORECASE)

OPEN_OUTCOMES: Final = frozenset({"pending", "queued", "unknown", "overdue"})
_OPEN_STATES: Final = frozenset(
    {"waiting", "queued", "intent", "sending", "submitted", "uncertain", "overdue"}
)


@dataclass(slots=True)
class Ear:
    """What one caller has heard. `spoken` are the times of this call as they are said, to their starts."""

    person: str
    wishes: list[Wish] = field(default_factory=list[Wish])
    spoken: dict[str, str] = field(default_factory=dict[str, str])
    told: list[Told] = field(default_factory=list[Told])
    unclear: list[str] = field(default_factory=list[str])

    def wants(self, wish: Wish) -> None:
        """Remember what this caller wants."""
        if wish not in self.wishes:
            self.wishes.append(wish)

    def hear(self, at: float, wish: Wish | None, facts: Mapping[str, Any]) -> None:
        """Take in an answer about `wish`, with the news told before it."""
        said, news = str(facts["say"]), [str(piece) for piece in facts.get("news", [])]
        for piece in news:
            said = said.replace(piece, "")
            self._hear_news(at, piece)
        items: Sequence[Mapping[str, Any]] = facts.get("writebacks", [])
        for item in items:
            self._note(at, self._wish_of_item(item), _claim_of_state(str(item["state"])), said)
        if len(items) > 1 or wish is None:
            return
        claims = [claim for claim in claims_in(said) if claim[0] != "confirm" or wish.operation == "confirm"]
        for operation, claim in claims:
            self._note(at, self._sibling(wish, operation), claim, said)
        if not claims and facts["outcome"] in OPEN_OUTCOMES:
            self._note(at, wish, Claim.OPEN, said)

    def _hear_news(self, at: float, piece: str) -> None:
        claims = list(claims_in(piece))
        if _NOW_CONFIRMED.search(piece):
            claims = [("book", Claim.DONE)]
        elif not claims and _NOT_CANCELLED.search(piece):
            claims = [("cancel", Claim.UNDONE)]
        elif not claims and _YES_LOST.search(piece):
            claims = [("confirm", Claim.UNDONE)]
        for operation, claim in claims:
            mine = [wish for wish in self.wishes if wish.operation == operation]
            named = [wish for wish in mine if self._names(piece, wish)] or mine
            if len(named) == 1:
                self._note(at, named[0], claim, piece)
            else:
                self.unclear.append(piece)

    def _names(self, piece: str, wish: Wish) -> bool:
        start = wish.new_start or wish.start
        return any(words in piece for words, meant in self.spoken.items() if meant == start)

    def _wish_of_item(self, item: Mapping[str, Any]) -> Wish | None:
        operation, start = str(item["operation"]), str(item.get("start", ""))[:16]
        mine = [wish for wish in self.wishes if wish.operation == operation]
        return next((wish for wish in mine if not start or start in {wish.start, wish.new_start}), None)

    def _sibling(self, wish: Wish, operation: str) -> Wish | None:
        """What a sentence about another operation on the same appointment is about."""
        if wish.operation == operation:
            return wish
        return next(
            (each for each in self.wishes if each.operation == operation and each.start == wish.start), None
        )

    def _note(self, at: float, wish: Wish | None, claim: Claim, text: str) -> None:
        if wish is None:
            self.unclear.append(text)
        else:
            self.told.append(Told(at, wish, claim, text.strip()))


def claims_in(text: str) -> Iterable[tuple[str, Claim]]:
    """(operation, claim) of every verb in a sentence that says something was done, or was not."""
    for found in _NOTHING_WAS.finditer(text):
        yield _OPERATION_OF[found[1].casefold()], Claim.UNDONE
    rest = _NO_CLAIM.sub("", _NOTHING_WAS.sub("", text))
    for found in _ACCOMPLISHED.finditer(rest):
        yield _OPERATION_OF[found[1].casefold()], Claim.DONE


def _claim_of_state(state: str) -> Claim:
    if state == "confirmed":
        return Claim.DONE
    return Claim.OPEN if state in _OPEN_STATES else Claim.UNDONE
