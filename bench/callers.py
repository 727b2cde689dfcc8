"""Whether the time that `find_patient` takes tells a caller apart who is on file from one who is not.

    python -m bench.callers [--patients 30000] [--rounds 150] [--dry]

Callers of every kind ask in turn, in an order that is drawn anew for each round, each in a call of their own,
over Streamable HTTP. The results go into docs/security.md, between its marks.
"""

import argparse
import datetime as dt
import platform
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import anyio
from rich.console import Console

from bench.reads_report import with_block
from bench.reads_stage import Line, Size, on_stage, open_house
from sandbox.records import Patient

ROUNDS: Final = 150
WARMING_UP: Final = 10
PAGE: Final = Path(__file__).parent.parent / "docs" / "security.md"
BEGIN: Final = "<!-- callers: begin -->"
END: Final = "<!-- callers: end -->"
# Most who ask are turned away here, and none of them is to be locked out.
UNLOCKED: Final = {"CHAIRTIME_ATTEMPTS": "100000, 100000, 100000, 100000"}
LETTERS: Final = "bdfgklmnprstv", "aeiou"


@dataclass
class Draw:
    """Draws callers of every kind from an office's patients."""

    people: Sequence[Patient]
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - runs repeat

    def known(self) -> tuple[str, dt.date]:
        """A patient, every letter of whose name is right."""
        who = self.chance.choice(self.people)
        return f"{who.firstname} {who.lastname}", _born(who)

    def misheard(self) -> tuple[str, dt.date]:
        """A patient whose last name was heard with a letter doubled."""
        who = self.chance.choice(self.people)
        return f"{who.firstname} {who.lastname}{who.lastname[-1]}", _born(who)

    def wrong_date(self) -> tuple[str, dt.date]:
        """A patient with the birth date of another."""
        name, born = self.known()
        other = next(day for _, day in iter(self.known, None) if day != born)
        return name, other

    def unknown(self) -> tuple[str, dt.date]:
        """Nobody on file, with a birth date that a patient has."""
        return f"{self._word()} {self._word()}", self.known()[1]

    def unknown_day(self) -> tuple[str, dt.date]:
        """Nobody on file, with a birth date that nobody has."""
        taken = {who.birthdate for who in self.people}
        days = (dt.date(1925, 1, 1) + dt.timedelta(days=number) for number in iter(self._number, None))
        return f"{self._word()} {self._word()}", next(day for day in days if day not in taken)

    def ambiguous(self) -> tuple[str, dt.date]:
        """One of the twins that every practice of the sandbox has, with neither's name to the letter."""
        return "Eva Whitaker", dt.date(2014, 5, 9)

    def _word(self) -> str:
        return "".join(self.chance.choice(LETTERS[place % 2]) for place in range(7)).title()

    def _number(self) -> int:
        return self.chance.randrange(36_000)


def kinds(draw: Draw) -> Mapping[str, tuple[str, Callable[[], tuple[str, dt.date]]]]:
    """Every kind of caller by what is told of it, with the outcome it must have."""
    return {
        "on file, and verified": ("verified", draw.known),
        "on file, the name misheard, and verified": ("verified", draw.misheard),
        "on file, with another's birth date": ("not_verified", draw.wrong_date),
        "not on file, with a patient's birth date": ("not_verified", draw.unknown),
        "not on file, with nobody's birth date": ("not_verified", draw.unknown_day),
        "one of twins, and it is not told which": ("not_verified", draw.ambiguous),
    }


async def measure(line: Line, rounds: int) -> dict[str, list[float]]:
    """Milliseconds that the caller waits, by kind; the few whose outcome was another are left out."""
    people = list({who.patient_id: who for who, _ in zip(line.people, range(20_000), strict=False)}.values())
    draw = Draw(people)
    walls: defaultdict[str, list[float]] = defaultdict(list)
    for number in range(-WARMING_UP, rounds):
        turn = list(kinds(draw).items())
        draw.chance.shuffle(turn)
        for kind, (outcome, who) in turn:
            name, born = who()
            began = time.perf_counter()
            told = await line.ask(
                "find_patient", f"{kind} {number}", name=name, date_of_birth=born.isoformat()
            )
            wall = (time.perf_counter() - began) * 1000
            if number >= 0 and told["outcome"] == outcome:
                walls[kind].append(wall)
    return dict(walls)


def table(patients: int, walls: Mapping[str, Sequence[float]]) -> str:
    """The part of the page that is written anew, without its marks."""
    machine = f"Python {platform.python_version()}, {platform.system()}"
    calls = min(map(len, walls.values()))
    lines = [
        f"Milliseconds; {patients:,} patients, {calls} calls or more of each kind; {machine}.",
        "",
        "| Caller | a quarter wait less than | median | a quarter wait more than |",
        "|---|---:|---:|---:|",
    ]
    for kind, times in walls.items():
        low, middle, high = statistics.quantiles(times, n=4)
        lines.append(f"| {kind} | {low:.1f} | {middle:.1f} | {high:.1f} |")
    return "\n".join(lines)


async def run(patients: int, rounds: int) -> str:
    """Measure, and say it as a table."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            open_house(Size(patients, 1), Path(folder), 7, UNLOCKED) as house,
            on_stage(house) as stage,
        ):
            walls = await measure(stage.lines[0], rounds)
    draw = Draw(())
    return table(patients, {kind: walls[kind] for kind in kinds(draw)})


def main() -> None:
    """Measure, print it, and write it into the page."""
    parser = argparse.ArgumentParser(description="Whether the time find_patient takes tells who is on file.")
    parser.add_argument("--patients", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--dry", action="store_true", help="leave the page as it is")
    given = parser.parse_args()
    text = anyio.run(run, given.patients, given.rounds)
    Console().print(text, markup=False, soft_wrap=True)
    if not given.dry:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(with_block(page, text, BEGIN, END), encoding="utf-8")


def _born(who: Patient) -> dt.date:
    if who.birthdate is None:
        raise ValueError("a caller without a birth date")
    return who.birthdate


if __name__ == "__main__":
    main()
