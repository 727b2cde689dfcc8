"""What the desk answers: outcomes in the contract's words, with facts and no sentences."""

from enum import StrEnum
from typing import Final

from store.ledger_states import State


class Outcome(StrEnum):
    """The outcome codes of the tool contract."""

    OK = "ok"
    VERIFIED = "verified"
    NEED_MORE = "need_more"
    NOT_VERIFIED = "not_verified"
    LOCKED = "locked"
    NEEDS_CONFIRMATION = "needs_confirmation"
    PENDING = "pending"
    QUEUED = "queued"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    SLOT_TAKEN = "slot_taken"
    REQUESTED = "requested"
    INVALID_INPUT = "invalid_input"
    NOT_SUPPORTED = "not_supported"
    NEEDS_HUMAN = "needs_human"
    UNAVAILABLE = "unavailable"
    NOT_PERMITTED = "not_permitted"
    INTERNAL = "internal"


class Retry(StrEnum):
    """Whether the agent may make the same call again."""

    NEVER = "never"
    SAME = "same"
    AFTER_CHANGE = "after_change"


# What a tool calls each state of a ledger row.
OUTCOME_OF: Final[dict[State, Outcome]] = {
    State.WAITING: Outcome.PENDING,
    State.QUEUED: Outcome.QUEUED,
    State.INTENT: Outcome.PENDING,
    State.SENDING: Outcome.PENDING,
    State.SUBMITTED: Outcome.PENDING,
    State.UNCERTAIN: Outcome.UNKNOWN,
    State.OVERDUE: Outcome.OVERDUE,
    State.CONFIRMED: Outcome.CONFIRMED,
    State.FAILED: Outcome.FAILED,
    State.REJECTED: Outcome.FAILED,
    State.WITHDRAWN: Outcome.WITHDRAWN,
}


class Unanswerable(Exception):
    """The desk cannot answer truthfully now; the outcome says which way on there is.

    Attributes:
        outcome: `UNAVAILABLE`, `NEED_MORE`, `NEEDS_HUMAN`, `NOT_SUPPORTED` or `NOT_PERMITTED`.
        reason: a short code of ours that picks the sentence.
    """

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(f"{outcome}: {reason}")
        self.outcome = outcome
        self.reason = reason
