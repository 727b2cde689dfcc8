"""Callers in a process of their own: reads its calls from stdin, writes a line for each that has ended."""

import datetime as dt
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import anyio
from pydantic import TypeAdapter

from bench.chaos.call import Caller, NoWayOnError
from bench.chaos.claims import Ear
from bench.chaos.facts import Ask, Told
from bench.chaos.phone import HungUpError, Phone
from bench.chaos.plan import PlannedCall

SAID_TO_THE_END: Final = "said to the end"
CUT_OFF: Final = "cut off"


@dataclass(frozen=True, slots=True)
class Errand:
    """A call to be made, and who makes it."""

    plan: PlannedCall
    name: str
    born: dt.date

    @property
    def person(self) -> str:
        """Name and birth date."""
        return f"{self.name} {self.born.isoformat()}"


@dataclass(frozen=True, slots=True)
class Shift:
    """The calls of one process, `lines` at a time, for `seconds` at most; `today` is the office's date."""

    root: str
    seed: int
    today: dt.date
    lines: int
    seconds: float
    errands: tuple[Errand, ...]


@dataclass(frozen=True, slots=True)
class CallEnded:
    """How a call ended, and all that was asked and heard in it."""

    number: int
    ended: str
    asks: tuple[Ask, ...]
    told: tuple[Told, ...]
    unclear: tuple[str, ...]


SHIFT: Final = TypeAdapter(Shift)
CALL_ENDED: Final = TypeAdapter(CallEnded)


async def work(shift: Shift) -> None:
    """Make all the calls."""
    errands = iter(shift.errands)
    async with anyio.create_task_group() as lines:
        for _ in range(shift.lines):
            lines.start_soon(_line, shift, errands, anyio.current_time() + shift.seconds)


async def _line(shift: Shift, errands: Iterator[Errand], until: float) -> None:
    """One line: call after call, until there are no more."""
    for errand in errands:
        phone = Phone(shift.root, f"call-{shift.seed}-{errand.plan.number}", Ear(errand.person))
        ended = CUT_OFF
        with anyio.CancelScope(deadline=until):
            try:
                await Caller(phone, errand.plan, errand.name, errand.born, shift.today).run()
            except (NoWayOnError, HungUpError) as end:
                ended = str(end) or "hung up"
            else:
                ended = SAID_TO_THE_END
        ear = phone.ear
        call = CallEnded(errand.plan.number, ended, tuple(phone.asks), tuple(ear.told), tuple(ear.unclear))
        sys.stdout.buffer.write(CALL_ENDED.dump_json(call) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    anyio.run(work, SHIFT.validate_json(sys.stdin.buffer.read()))
