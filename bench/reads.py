"""What a read costs: every tool that reads against a bare echo tool of the SDK, same transport, same run.

    python -m bench.reads [--rounds 10] [--calls 20] [--sizes 1000x1,30000x50] [--dry]

Both servers run side by side, each in a process of its own, on a sandbox over loopback. In every round each
tool is called so many times in a row, and so is the echo, so that what else the machine does hits all alike.
With several offices all of it is measured once more with tokens asked for, static ones and an issuer's.
The results go into docs/performance.md, between its marks.
"""

import argparse
import itertools
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import anyio
from rich.console import Console

from bench.reads_process import Process
from bench.reads_report import Cost, Memory, Report, Start, block, with_block
from bench.reads_stage import House, Line, Size, Stage, on_guarded_stages, on_stage, open_house

ROUNDS: Final = 10
CALLS: Final = 20
STARTS: Final = 2
ECHOES: Final = ("echo", "noted_echo")  # tools of the bare server
SIZES: Final = "1000x1,30000x1,1000x50,30000x50"
PAGE: Final = Path(__file__).parent.parent / "docs" / "performance.md"
SAID: Final = (
    "The record shows nothing due from the patient, and this is about as long as an answer is, all in all."
)

Ask = Callable[[Line], Awaitable[Any]]
Measured = dict[str, Cost]  # by tool
_numbers: Final = itertools.count()


def _find(line: Line) -> Awaitable[Any]:
    return line.find(f"call {next(_numbers)}")  # every caller is found once


# The tools that read, by name.
READS: Final[Mapping[str, Ask]] = {
    "office_info": lambda line: line.ask("office_info", topic="hours"),
    "check_writeback": lambda line: line.ask("check_writeback", writeback=line.writeback, wait_seconds=0),
    "list_appointments": lambda line: line.ask("list_appointments", patient=line.patient),
    "find_patient": _find,
    "find_slots": lambda line: line.slots(),
    "get_balance": lambda line: line.ask("get_balance", patient=line.patient),
    "get_insurance": lambda line: line.ask("get_insurance", patient=line.patient),
}


@dataclass
class _Tally:
    cpu: float = 0.0
    walls: list[float] = field(default_factory=list[float])

    def cost(self) -> Cost:
        """Milliseconds a call."""
        calls = len(self.walls)
        cuts = statistics.quantiles(self.walls, n=100, method="inclusive") if calls > 1 else self.walls * 99
        return Cost(self.cpu / calls * 1000, cuts[49] * 1000, cuts[98] * 1000)


async def measure(stages: Sequence[Stage], rounds: int, calls: int) -> list[Measured]:
    """What the echoes and every read cost on each stage, all of them in the same rounds."""
    tallies = [defaultdict[str, _Tally](_Tally) for _ in stages]
    turns = [stage.turns for stage in stages]
    for number in range(rounds + 1):
        for stage, tally, lines in zip(stages, tallies, turns, strict=True):
            await _round(stage, tally, lines, calls)
            if number == 0:  # that only warmed up
                tally.clear()
    return [{name: found.cost() for name, found in tally.items()} for tally in tallies]


async def _round(stage: Stage, tally: dict[str, _Tally], lines: Iterator[Line], calls: int) -> None:
    for name in ECHOES:
        await _batch(stage.bare, tally[name], calls, lambda name=name: _echo(stage, name))
    for name, ask in READS.items():
        await _batch(stage.ours, tally[name], calls, lambda ask=ask: ask(next(lines)))


async def _echo(stage: Stage, name: str) -> None:
    await stage.echo.call_tool(name, {"text": SAID})


async def _batch(process: Process, tally: _Tally, calls: int, ask: Callable[[], Awaitable[Any]]) -> None:
    before = process.cpu_seconds()
    for _ in range(calls):
        began = time.perf_counter()
        await ask()
        tally.walls.append(time.perf_counter() - began)
    tally.cpu += process.cpu_seconds() - before


async def measure_start(house: House, starts: int) -> tuple[Start, Start]:
    """How long the bare server and ours take to their first answer, and what they hold then; medians."""
    bare: list[tuple[float, float]] = []
    ours: list[tuple[float, float]] = []
    for _ in range(starts):
        for found, server in ((bare, house.bare), (ours, house.ours)):
            async with server() as process:
                found.append((process.start_seconds, process.resident_mb()))
    return tuple(  # pyright: ignore[reportReturnType] - two in, two out
        Start(statistics.median(s for s, _ in found), statistics.median(m for _, m in found))
        for found in (bare, ours)
    )


async def run(size: Size, *, rounds: int, calls: int, starts: int, seed: int = 7) -> list[Report]:
    """All figures of one size: without tokens, and of several offices with each kind of them too."""
    guarded: list[Report] = []
    with tempfile.TemporaryDirectory() as folder:
        async with open_house(size, Path(folder), seed) as house:
            async with on_stage(house) as stage:
                (costs,) = await measure([stage], rounds, calls)
                used = (stage.bare.resident_mb(), stage.ours.resident_mb())
            bare, ours = await measure_start(house, starts)  # on a database that knows the offices by now
            if size.offices > 1:
                async with on_guarded_stages(house) as stages:
                    found = await measure(list(stages.values()), rounds, calls)
                guarded = [_report(size, costs, kind=kind) for kind, costs in zip(stages, found, strict=True)]
    return [_report(size, costs, Memory(bare, ours, *used)), *guarded]


def _report(size: Size, costs: Measured, memory: Memory | None = None, kind: str = "") -> Report:
    reads = {name: cost for name, cost in costs.items() if name not in ECHOES}
    echo, noted = (costs[name] for name in ECHOES)
    return Report(size.patients, size.offices, echo, noted, reads, memory, kind)


def sizes_of(text: str) -> list[Size]:
    """The sizes of "1000x1,30000x50": patients, then offices."""
    pairs = (part.partition("x") for part in text.split(","))
    return [Size(int(patients), int(offices)) for patients, _, offices in pairs]


def main() -> None:
    """Measure all, print it, and write it into the page."""
    parser = argparse.ArgumentParser(description="What the tools that read cost, against a bare echo tool.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--calls", type=int, default=CALLS, help="of each tool in a round")
    parser.add_argument("--starts", type=int, default=STARTS)
    parser.add_argument("--sizes", type=sizes_of, default=SIZES, help="patients x offices, by commas")
    parser.add_argument("--dry", action="store_true", help="leave the page as it is")
    given = parser.parse_args()
    console = Console()
    reports: list[Report] = []
    for size in given.sizes:
        console.print(f"{size.patients} patients, {size.offices} offices …")
        reports += anyio.run(
            lambda size=size: run(size, rounds=given.rounds, calls=given.calls, starts=given.starts)
        )
    text = block(reports, rounds=given.rounds, calls=given.calls)
    console.print(text, markup=False, soft_wrap=True)
    if not given.dry:
        PAGE.write_text(with_block(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
