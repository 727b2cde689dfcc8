"""The table that a run ends with, and what was wrong."""

from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.fuzz.run import Outcome

MOST_SHOWN: Final = 12
MEBIBYTE: Final = 1_048_576


def show(outcome: Outcome, console: Console) -> None:
    """Print a run."""
    total = sum(outcome.kinds.values())
    table = Table(
        title=f"{total} requests in {outcome.seconds:.0f} s, {total / outcome.seconds:.0f} a second"
    )
    for name in ("held", "before", "after"):
        table.add_column(name, justify="right")
    for name, before in outcome.before.items():
        unit = MEBIBYTE if name == "bytes" else 1
        after = outcome.after.get(name, 0)
        table.add_row("MiB" if unit > 1 else name, f"{before / unit:.0f}", f"{after / unit:.0f}")
    console.print(table)
    calls = {
        kind.removeprefix("tool "): number
        for kind, number in outcome.kinds.items()
        if kind.startswith("tool ")
    }
    console.print(f"tool calls: {sum(calls.values())}: {_counts(calls)}")
    console.print(
        f"others: {_counts({kind: n for kind, n in outcome.kinds.items() if not kind.startswith('tool ')})}"
    )
    console.print(f"statuses (0: hung up): {_counts(outcome.statuses)}")
    console.print(f"outcomes: {_counts(outcome.outcomes)}")
    console.print(
        f"writes in the practice: {outcome.writes}, each with its row; log: {outcome.log_bytes} bytes"
    )
    # What is wrong with the whole goes before what is wrong with one answer of many.
    for text in sorted(outcome.wrong, key=lambda text: ", request " in text)[:MOST_SHOWN]:
        console.print(f"wrong: {text}", markup=False, soft_wrap=True)
    console.print(f"{len(outcome.wrong)} wrong" if outcome.wrong else "nothing wrong")


def _counts(numbers: Mapping[Any, int]) -> str:
    return ", ".join(
        f"{name} {number}" for name, number in sorted(numbers.items(), key=lambda item: -item[1])
    )
