"""Faults on demand: what goes wrong, where, how often, and before or after the work."""

from dataclasses import dataclass, field
from random import Random
from typing import Literal, get_args

FaultKind = Literal[
    "lost_before",
    "lost_after",
    "rate_limited",
    "internal_error",
    "overloaded",
    "hang",
    "half_body",
    "html",
    "key_expired",
]
KINDS: tuple[str, ...] = get_args(FaultKind)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    `kind`: lost_before and lost_after end the connection without a byte of answer, before or after the
    work; rate_limited is 429, internal_error 500 API2001, overloaded 503 API2002; hang answers after
    `seconds`; half_body cuts the true answer; html is a 200 page; key_expired ends the office's keys first.
    `method` and `path` (a prefix of the path after /v4, such as "/appointment") limit it, None is any;
    `times` is how often it strikes, None is always; `after_work` has html, internal_error, overloaded and
    hang strike when the work is already done.
    """

    kind: FaultKind
    method: str | None = None
    path: str | None = None
    times: int | None = 1
    probability: float = 1.0
    seconds: float = 30.0
    office_id: str | None = None
    after_work: bool = False

    def fits(self, method: str, path: str, office_id: str) -> bool:
        """Whether a request is one it may strike; `path` is what follows /v4."""
        return (
            self.method in {None, method}
            and (self.path is None or path.startswith(self.path))
            and self.office_id in {None, office_id}
        )


@dataclass(slots=True)
class Faults:
    """The faults in force, in the order they were added."""

    rng: Random
    waiting: list[tuple[Fault, int | None]] = field(default_factory=list[tuple[Fault, int | None]])

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        self.waiting.append((fault, fault.times))

    def clear(self) -> None:
        """Take all faults out of force."""
        self.waiting.clear()

    def strike(self, method: str, path: str, office_id: str) -> Fault | None:
        """The fault that strikes this request, used up by one; None when none does."""
        for place, (fault, left) in enumerate(self.waiting):
            if fault.fits(method, path, office_id) and self.rng.random() < fault.probability:
                if left is not None and left <= 1:
                    del self.waiting[place]
                elif left is not None:
                    self.waiting[place] = (fault, left - 1)
                return fault
        return None
