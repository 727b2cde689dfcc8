"""What a run has seen, as plain facts for the judge: what was asked, told, put down, and done."""

from dataclasses import dataclass
from enum import StrEnum


class Claim(StrEnum):
    """What an answer makes a caller believe of a wish."""

    DONE = "done"  # "You're booked for ..."
    UNDONE = "undone"  # "... so nothing was booked."
    OPEN = "open"  # pending, queued, unknown, overdue


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing wanted once: the natural key, in words.

    `person` is name and birth date; starts are ISO minutes on the office's clock, "" where there is none;
    `what` is what is to stand in the record: the new detail, the note, the payment.
    """

    operation: str
    person: str
    start: str = ""
    new_start: str = ""
    what: str = ""

    def __str__(self) -> str:
        times = " -> ".join(part for part in (self.start, self.new_start) if part)
        return " ".join(part for part in (self.operation, self.person, times, self.what) if part)


@dataclass(frozen=True, slots=True)
class Ask:
    """A caller said yes, and the tool was called, answered or not. `at` is UTC epoch seconds."""

    at: float
    wish: Wish


@dataclass(frozen=True, slots=True)
class Told:
    """What a caller heard of a wish, and when."""

    at: float
    wish: Wish
    claim: Claim
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the ledger at the end.

    `watched`: something will look at it again by itself; `tasked`: it is or was in the inbox; `told`: the
    ledger knows that its last state was said to a caller; `wished`: it was to be taken back; `found`: its
    outcome was searched for and found; `sent`: how often it was handed to Sikka. What is not settled at the
    end has had all the time that it may take.
    """

    id: str
    wish: Wish
    state: str
    watched: bool = False
    tasked: bool = False
    told: bool = False
    wished: bool = False
    found: bool = False
    sent: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done in the practice's own software.

    `accepted_at` is when Sikka took the write. `stayed` is False for a booking that our own cancellation
    took away later. `by_desk`: the office's people did it, on their own account.
    """

    at: float
    wish: Wish
    accepted_at: float = 0.0
    stayed: bool = True
    by_desk: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the judge looks at. `unfinished` names calls that had not ended when their time was up."""

    asks: tuple[Ask, ...] = ()
    told: tuple[Told, ...] = ()
    rows: tuple[Row, ...] = ()
    done: tuple[Done, ...] = ()
    unfinished: tuple[str, ...] = ()
