"""The table that a run ends with, and what was wrong."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from bench.chaos.plan import Script
from bench.chaos.run import Outcome
from bench.chaos.trace import trace

MOST_SHOWN = 8


def show(outcome: Outcome, console: Console) -> None:
    """Print a run."""
    verdict, plan = outcome.verdict, outcome.plan
    table = Table(title=f"seed {plan.seed}: {plan.count} operations, {outcome.kills} kills")
    columns = {
        "asked": verdict.asked,
        "effects": verdict.effects,
        "duplicates": len(verdict.duplicates),
        "lost": len(verdict.lost),
        "untrue": len(verdict.untrue),
        "dead ends": len(verdict.dead_ends),
        "found": verdict.found,
        "sent again": verdict.sent_again,
    }
    for name in columns:
        table.add_column(name, justify="right")
    table.add_row(*(str(number) for number in columns.values()))
    console.print(table)
    console.print(
        f"{outcome.seconds:.0f} s, of which {outcome.call_seconds:.0f} s of calls; "
        f"exercised: {_counts(outcome.plan.exercised)}"
    )
    console.print(f"calls: {_counts(outcome.calls)}; sentences heard: {len(outcome.facts.told)}")
    if outcome.open_at_end:
        console.print(f"still open at the end, and watched or with a person: {_counts(outcome.open_at_end)}")
    if outcome.unclear:
        console.print(f"not understood by the judge: {len(outcome.unclear)}, such as {outcome.unclear[0]}")
    for name, found in (
        ("duplicate", verdict.duplicates),
        ("lost", verdict.lost),
        ("untrue", verdict.untrue),
        ("dead end", verdict.dead_ends),
    ):
        for text in found[:MOST_SHOWN]:
            console.print(f"{name}: {text}", markup=False, soft_wrap=True)
        # What happened to the first is enough to begin with.
        for text in found[:1]:
            for line in trace(outcome.facts, text):
                console.print(f"  {line}", markup=False, soft_wrap=True)


def _counts(numbers: Mapping[Script, int] | Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in numbers.items())
