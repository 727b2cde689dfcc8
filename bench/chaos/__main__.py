"""`python -m bench.chaos`: run the storm, print the table; exit 1 when anything was wrong."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import anyio
import typer
from rich.console import Console

from bench.chaos.mutants import MUTANTS
from bench.chaos.plan import LOST_SHARE
from bench.chaos.report import show
from bench.chaos.run import SERVER, Options, run

# Several times what the calls take on two idle processors: who needs more is stuck.
LEAST_SECONDS: Final = 120.0
SECONDS_EACH: Final = 2.0


def chaos(
    count: Annotated[int, typer.Option(help="How many operations are asked for.", min=1)] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same plan.")] = 7,
    mutant: Annotated[str, typer.Option(help=f"A broken ledger: {', '.join(MUTANTS)}.")] = "",
    limit: Annotated[float, typer.Option(help="Most seconds for all calls; 0: as the count asks.")] = 0.0,
    settle: Annotated[float, typer.Option(help="Most seconds to wait for the ledger at the end.")] = 60.0,
    lost: Annotated[float, typer.Option(help="Share of writes whose answer is lost.", max=1)] = LOST_SHARE,
    keep: Annotated[Path | None, typer.Option(help="Where database and log are kept.")] = None,
) -> None:
    """Compare what callers were told with what was done, after a storm."""
    if mutant and mutant not in MUTANTS:
        raise typer.BadParameter(f"known: {', '.join(MUTANTS)}", param_hint="--mutant")
    console = Console(highlight=False)
    console.print(f"seed {seed}, {count} operations{f', mutant {mutant}' if mutant else ''}")
    with TemporaryDirectory(prefix="chaos-") as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        options = Options(
            seed,
            count,
            folder,
            call_seconds=limit or LEAST_SECONDS + count * SECONDS_EACH,
            settle_seconds=settle,
            module=MUTANTS.get(mutant, SERVER),
            lost=lost,
        )
        outcome = anyio.run(run, options)
    show(outcome, console)
    sys.exit(0 if outcome.verdict.holds else 1)


if __name__ == "__main__":
    typer.run(chaos)
