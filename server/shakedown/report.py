"""What was learned, on the terminal and in a file: no patient's data and no secret in either."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

import anyio
from rich.console import Console
from rich.table import Table
from rich.text import Text

from server import __version__
from server.failures import Failure
from server.shakedown.facts import Fact, Facts
from server.shakedown.questions import BY_NAME
from store.offices import Office

YES_NO: Final = {True: "yes", False: "no"}


async def refuse_unwritable(file: str) -> None:
    """Find out before anything is done whether the report can be written; what is there stays as it is.

    Raises:
        Failure: it cannot.
    """
    path = anyio.Path(file)
    there = await path.exists()
    try:
        async with await path.open("a", encoding="utf-8"):
            pass
        if not there:
            await path.unlink()
    except OSError as error:
        raise Failure(
            f"{file} cannot be written ({type(error).__name__}), so the report could not be kept. "
            "Nothing was asked of Sikka. Give another file with --out."
        ) from None


@dataclass
class Report:
    """Of one run.

    Attributes:
        left: what a person has to cancel by hand, one line each.
        stopped: why it ended early; "" where it did not.
    """

    office: Office
    facts: Facts
    made_at: str
    wrote: bool = False
    left: list[str] = field(default_factory=list[str])
    stopped: str = ""

    def document(self) -> dict[str, Any]:
        """For a file."""
        return {
            "made_at": self.made_at,
            "chairtime": __version__,
            "practice_management_system": self.office.pms,
            "version": self.office.pms_version,
            "stopped": self.stopped,
            "test_bookings": "none were made"
            if not self.wrote
            else "left behind"
            if self.left
            else "cancelled",
            "answers": [_plain(fact) for fact in self.facts.all()],
        }

    async def save(self, file: str) -> None:
        """Write the file. Raises Failure: it cannot be written."""
        text = json.dumps(self.document(), indent=2, ensure_ascii=False) + "\n"
        try:
            await anyio.Path(file).write_text(text, encoding="utf-8")
        except OSError as error:
            raise Failure(f"{file} cannot be written ({type(error).__name__}).") from None

    def show(self, console: Console) -> None:
        """For a person."""
        facts = self.facts.all()
        for title, known in (("What was learned", True), ("What was not, and why", False)):
            console.print()
            console.print(Text(title, style="bold"))
            for fact in [fact for fact in facts if (fact.answer is not None) is known]:
                _line(console, fact)
        console.print()
        if self.stopped:
            console.print(Text(f"It ended early: {self.stopped}.", style="bold yellow"))
        if self.left:
            console.print(Text("NOT cleaned up. In the practice's calendar:", style="bold red"))
            for line in self.left:
                console.print(f"  {line}", markup=False, soft_wrap=True)
        elif self.wrote:
            console.print(Text("Every test booking is cancelled again.", style="bold green"))


def said(answer: Any) -> str:
    """An answer in a word or two."""
    if isinstance(answer, bool):
        return YES_NO[answer]
    if isinstance(answer, dict):
        return ", ".join(f"{name} {value}" for name, value in answer.items())  # pyright: ignore[reportUnknownVariableType] - plain values
    if isinstance(answer, list):
        return "; ".join(map(str, answer))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - as above
    return '""' if answer == "" else str(answer)


def _line(console: Console, fact: Fact) -> None:
    question = BY_NAME[fact.name]
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=2)
    grid.add_column(overflow="fold")
    grid.add_row(
        "", Text(f"{question.asks}  ").append("" if fact.answer is None else said(fact.answer), "bold")
    )
    evidence = "; ".join(f"{name} {said(value)}" for name, value in fact.evidence.items() if value != "")
    grid.add_row("", Text(f"   {fact.how}{': ' if evidence else ''}{evidence}", style="dim"))
    if advice := question.advice(fact.answer):
        grid.add_row("", Text(f"   To do: {advice}", style="italic"))
    console.print(grid)


def _plain(fact: Fact) -> dict[str, Any]:
    question = BY_NAME[fact.name]
    known = fact.answer is not None
    return {
        "name": fact.name,
        "question": question.asks,
        "answer": fact.answer,
        **({"how": fact.how} if known else {"why_not": fact.how}),
        "evidence": fact.evidence,
        "to_do": question.advice(fact.answer),
    }
