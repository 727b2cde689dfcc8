"""What a run will do, drawn from its seed: the same seed makes the same calls, faults, kills and desk."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from sandbox.faults import Fault, FaultKind

DAYS_AHEAD: Final = 45
LOST_SHARE: Final = 0.1  # of all writes; half before the work, half after it
DESK_SHARE: Final = 0.5
HANG_SECONDS: Final = 3.0  # longer than the server waits for an answer
WRITES: Final = (
    ("POST", "/appointment"),
    ("POST", "/appointment"),
    ("PATCH", "/appointments"),
    ("PUT", "/appointments"),
    ("POST", "/patient"),
    ("PATCH", "/patient"),
    ("POST", "/medical_notes"),
    ("POST", "/transaction"),
)
_FIRST_NAMES: Final = ("Alva", "Bruno", "Cleo", "Dario", "Edda", "Falk", "Greta", "Hugo", "Ines", "Jonas")
_LAST_NAMES: Final = ("Abendroth", "Brandvold", "Castellan", "Drummond", "Ekelund", "Fairweather", "Grimaldi")


class Script(StrEnum):
    """How a call goes."""

    BOOK = "book"
    HANG_UP = "book, hang up at once"
    TAKE_BACK = "book, take back at once"
    WAVER = "book, take back at once, want it again"
    BOOK_CANCEL = "book, cancel when booked"
    CANCEL = "cancel"
    MOVE = "book, move when booked"
    REGISTER = "register, book at once"
    CONFIRM = "confirm"
    UPDATE = "update"
    NOTE = "note"
    PAYMENT = "payment"


# script -> (its weight, how many operations it asks for, the tool it cannot do without)
_SCRIPTS: Final[dict[Script, tuple[int, int, str]]] = {
    Script.BOOK: (26, 1, "book_appointment"),
    Script.HANG_UP: (12, 1, "book_appointment"),
    Script.TAKE_BACK: (10, 2, "cancel_appointment"),
    Script.WAVER: (6, 3, "cancel_appointment"),
    Script.BOOK_CANCEL: (12, 2, "cancel_appointment"),
    Script.CANCEL: (16, 1, "list_appointments"),
    Script.MOVE: (14, 2, "reschedule_appointment"),
    Script.REGISTER: (10, 2, "register_patient"),
    Script.CONFIRM: (6, 1, "confirm_appointment"),
    Script.UPDATE: (5, 1, "update_patient"),
    Script.NOTE: (5, 1, "add_note"),
    Script.PAYMENT: (5, 1, "record_payment"),
}

# kind, on writes, after the work where the kind knows it, weight
_STORM: Final[tuple[tuple[FaultKind, bool, bool, int], ...]] = (
    ("lost_before", False, False, 4),
    ("lost_after", False, False, 2),
    ("half_body", True, False, 3),
    ("half_body", False, False, 2),
    ("html", True, False, 2),
    ("html", True, True, 3),
    ("html", False, False, 2),
    ("internal_error", True, False, 2),
    ("internal_error", True, True, 3),
    ("internal_error", False, False, 3),
    ("overloaded", True, False, 2),
    ("overloaded", True, True, 3),
    ("overloaded", False, False, 3),
    ("hang", True, False, 2),
    ("hang", True, True, 3),
    ("hang", False, False, 2),
    ("key_expired", False, False, 3),
    ("rate_limited", False, False, 1),
)


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who is to be registered."""

    first: str
    last: str
    born: dt.date
    phone: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One call. `day` is how many days ahead a time is wanted, `pick` which of those offered."""

    number: int
    script: Script
    day: int
    pick: int
    stranger: Stranger

    @property
    def operations(self) -> int:
        """How many writes it asks for."""
        return _SCRIPTS[self.script][1]


@dataclass(frozen=True, slots=True)
class Pulse:
    """What happens at one beat of the storm. `desk_takes`: the very time that a caller has asked for."""

    fault: Fault
    desk_works: bool
    desk_takes: bool


@dataclass(frozen=True)
class Plan:
    """Everything that chance decides in a run.

    Attributes:
        tools: what the server shows; scripts that need others are left out.
        pc_off_at: the office's PC goes off when so many calls have ended, for `pc_off_seconds`.
    """

    seed: int
    count: int
    tools: frozenset[str]
    calls: tuple[PlannedCall, ...]
    pc_off_at: int
    pc_off_seconds: float

    @property
    def exercised(self) -> dict[Script, int]:
        """How many calls of each script there are."""
        return {
            script: sum(call.script is script for call in self.calls)
            for script in Script
            if _SCRIPTS[script][2] in self.tools
        }

    def pulses(self) -> Iterator[Pulse]:
        """The storm, beat by beat, for as long as anybody asks."""
        rng = _chance(self.seed, "storm")
        weights = [weight for *_, weight in _STORM]
        while True:
            [(kind, on_writes, after, _)] = rng.choices(_STORM, weights=weights)
            method, path = rng.choice(WRITES) if on_writes else (None, None)
            yield Pulse(
                Fault(kind, method=method, path=path, seconds=HANG_SECONDS, after_work=after),
                desk_works=rng.random() < DESK_SHARE,
                desk_takes=rng.random() < DESK_SHARE,
            )

    def kills(self) -> Iterator[float]:
        """Seconds from one start of the server to its next SIGKILL."""
        rng = _chance(self.seed, "kills")
        while True:
            yield rng.uniform(5.0, 10.0)


def lasting_faults(lost: float = LOST_SHARE) -> list[Fault]:
    """Answers that are lost at that share of the writes, for the whole run."""
    return [
        Fault(kind, method=method, path=path, times=None, probability=lost / 2)
        for method, path in dict.fromkeys(WRITES)
        for kind in ("lost_before", "lost_after")
    ]


def chairs_refuse(seed: int) -> bool:
    """Whether the practice's software refuses a booking over another, or lets both stand."""
    return _chance(seed, "chairs").random() < 0.5  # noqa: PLR2004 - a coin


def plan_run(seed: int, count: int, tools: frozenset[str]) -> Plan:
    """The plan of a run of `count` operations."""
    rng = _chance(seed, "calls")
    scripts = [script for script, (_, _, tool) in _SCRIPTS.items() if tool in tools]
    calls: list[PlannedCall] = []
    left = count
    while left > 0:
        fitting = [script for script in scripts if _SCRIPTS[script][1] <= left]
        [script] = rng.choices(fitting, weights=[_SCRIPTS[each][0] for each in fitting])
        number = len(calls)
        day, pick = rng.randint(1, DAYS_AHEAD), rng.randrange(3)
        calls.append(PlannedCall(number, script, day, pick, _stranger(number, rng)))
        left -= calls[-1].operations
    off_at, off_seconds = (
        rng.randint(len(calls) // 4, len(calls) // 2),
        min(rng.uniform(4.0, 6.0), count * 0.03),
    )
    return Plan(seed, count, tools, tuple(calls), off_at, off_seconds)


def _stranger(number: int, rng: Random) -> Stranger:
    born = dt.date(1931, 1, 1) + dt.timedelta(days=29 * number + rng.randrange(29))
    area = rng.choice((203, 475, 860))
    return Stranger(
        rng.choice(_FIRST_NAMES), rng.choice(_LAST_NAMES), born, f"{area}-555-{100 + number % 100:04d}"
    )


def _chance(seed: int, what: str) -> Random:
    return Random(f"{seed}:chaos:{what}")  # noqa: S311 - seeded, so that a run can be repeated
