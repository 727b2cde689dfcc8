"""`python -m bench.fuzz`: attack, print the table; exit 1 when anything was wrong."""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from bench.fuzz.report import show
from bench.fuzz.run import CROWD, SETTLE_SECONDS, Options, run
from bench.fuzz.watched import MUTANTS


def fuzz(
    count: Annotated[int, typer.Option(help="How many requests.", min=1)] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same requests.")] = 7,
    mutant: Annotated[str, typer.Option(help=f"Broken servers, with commas: {', '.join(MUTANTS)}.")] = "",
    crowd: Annotated[int, typer.Option(help="How many come at once in the end.", min=0)] = CROWD,
    settle: Annotated[float, typer.Option(help="Seconds it has to let go.", min=0)] = SETTLE_SECONDS,
    keep: Annotated[Path | None, typer.Option(help="Where database and log are kept.")] = None,
) -> None:
    """Attack a server, and judge every answer and what is left in the end."""
    if not set(filter(None, mutant.split(","))) <= set(MUTANTS):
        raise typer.BadParameter(f"known: {', '.join(MUTANTS)}", param_hint="--mutant")
    console = Console(highlight=False)
    console.print(f"seed {seed}, {count} requests{f', mutant {mutant}' if mutant else ''}")
    with TemporaryDirectory(prefix="fuzz-") as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        outcome = asyncio.run(run(Options(seed, count, folder, mutant, crowd, settle)))
    show(outcome, console)
    sys.exit(1 if outcome.wrong else 0)


if __name__ == "__main__":
    typer.run(fuzz)
