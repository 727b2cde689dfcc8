"""The states of a write and the legal ways from one to another, as tables."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a write stands."""

    WAITING = "waiting"  # for another row, such as a registration
    QUEUED = "queued"  # the office's PC is off; nothing was sent
    INTENT = "intent"  # to be sent
    SENDING = "sending"  # the first byte may have gone out
    SUBMITTED = "submitted"  # accepted by Sikka, carried out later
    UNCERTAIN = "uncertain"  # sent, and the answer was lost
    OVERDUE = "overdue"  # submitted long ago, still watched
    CONFIRMED = "confirmed"  # done in the practice's own system
    FAILED = "failed"  # the practice's system refused
    REJECTED = "rejected"  # refused at once or never sent: nothing happened
    WITHDRAWN = "withdrawn"  # taken back before it was done


SETTLED: frozenset[State] = frozenset({State.CONFIRMED, State.FAILED, State.REJECTED, State.WITHDRAWN})
OPEN: frozenset[State] = frozenset(State) - SETTLED

# Sikka has accepted these and owes us their outcome: it is asked, and it may still delete them.
ACCEPTED: frozenset[State] = frozenset({State.SUBMITTED, State.OVERDUE})

# Sent, and the outcome is not known: it is looked for, and a person who has seen it may settle it.
AWAITED: frozenset[State] = ACCEPTED | {State.UNCERTAIN}

# A row is put down before anything is sent.
BORN: frozenset[State] = frozenset({State.WAITING, State.QUEUED, State.INTENT})

# What these rows asked for was not done, so the same request may be made anew at once.
UNDONE: frozenset[State] = SETTLED - {State.CONFIRMED}

RESULT_OF: Mapping[State, str] = MappingProxyType(
    dict.fromkeys(OPEN, "pending") | dict.fromkeys(UNDONE, "failed") | {State.CONFIRMED: "completed"}
)

_NOTHING: frozenset[State] = frozenset()

ALLOWED: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.WAITING: frozenset({State.INTENT, State.REJECTED, State.WITHDRAWN}),
        State.QUEUED: frozenset({State.INTENT, State.REJECTED, State.WITHDRAWN}),
        State.INTENT: frozenset({State.SENDING, State.WITHDRAWN, State.REJECTED}),
        State.SENDING: frozenset(
            {
                State.SUBMITTED,
                State.UNCERTAIN,
                State.INTENT,  # nothing was sent, or 429
                State.REJECTED,
                State.QUEUED,
                State.CONFIRMED,
                State.FAILED,
            }
        ),
        State.SUBMITTED: frozenset(
            {
                State.CONFIRMED,
                State.FAILED,
                State.OVERDUE,
                State.WITHDRAWN,
                State.UNCERTAIN,  # no longer pending, and Sikka may not tell us how it ended
            }
        ),
        State.OVERDUE: frozenset({State.CONFIRMED, State.FAILED, State.WITHDRAWN, State.UNCERTAIN}),
        State.UNCERTAIN: frozenset(
            {
                State.SUBMITTED,  # found
                State.CONFIRMED,
                State.FAILED,
                State.REJECTED,
                State.WITHDRAWN,
                State.INTENT,  # proven absent
                State.QUEUED,  # the answer comes after all: the office's PC is off
                State.OVERDUE,
            }
        ),
        State.CONFIRMED: _NOTHING,
        State.FAILED: _NOTHING,
        State.REJECTED: _NOTHING,
        State.WITHDRAWN: _NOTHING,
    }
)

# A change into one of these is worth telling a caller unasked; the others all mean "not done yet" to them.
WORTH_TELLING: frozenset[State] = SETTLED | {State.QUEUED, State.UNCERTAIN, State.OVERDUE}


class IllegalArrow(ValueError):
    """A row was to go from a state to one that does not follow it; nothing was changed."""

    def __init__(self, before: State, after: State) -> None:
        super().__init__(f"a write does not go from {before} to {after}")
        self.before = before
        self.after = after
