"""Prints the demo so that a person enjoys reading it, with and without colours and a terminal."""

from contextlib import AbstractContextManager

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from server.demo.records import Compared

CALLER = "Caller"
AGENT = "Agent"
COLUMN = 9


class Stage:
    """Where the demo is shown."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def busy(self, what: str) -> AbstractContextManager[object]:
        """Something moves on a terminal while the person waits."""
        return self._console.status(escape(what), spinner="dots")

    def note(self, text: str) -> None:
        """A remark of the narrator."""
        self._console.print(Padding(Text(text, style="dim"), (0, 0, 0, 2)))

    def act(self, title: str) -> None:
        """A new call begins."""
        self._console.print()
        self._console.rule(f"[bold]{escape(title)}[/]", align="left")
        self._console.print()

    def caller(self, words: str) -> None:
        """What the caller says."""
        self._line(CALLER, words, "bold cyan")

    def agent(self, words: str) -> None:
        """What the agent says: a tool's own words."""
        self._line(AGENT, words, "bold green")
        self._console.print()

    def tool(self, name: str, seconds: float, outcome: str) -> None:
        """A tool was called."""
        line = Text(" " * COLUMN)
        line.append(f"{name:<20}", "magenta")
        line.append(f"{seconds:5.2f} s", "bold")
        line.append(f"   {outcome}", "dim")
        self._console.print(line)

    def comparison(self, title: str, lines: list[Compared]) -> None:
        """What the caller was told beside what the practice holds."""
        table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
        for heading in ("", "the caller was told", "the practice's own records", ""):
            table.add_column(heading)
        for line in lines:
            mark = "[green]agree[/]" if line.agrees else "[bold red]DIFFER[/]"
            table.add_row(line.what, escape(line.told), escape(line.found), mark)
        self._console.print(Padding(table, (0, 0, 0, 2)))

    def verdict(self, *, agrees: bool, seconds: float) -> None:
        """How it ended."""
        says = "say" if agrees else "do NOT say"
        text = f"The practice's own records {says} what the caller was told. ({seconds:.0f} seconds)"
        self._console.print()
        self._console.print(Text(text, style="bold green" if agrees else "bold red"))

    def _line(self, who: str, words: str, style: str) -> None:
        grid = Table.grid(padding=0)
        grid.add_column(width=COLUMN)
        grid.add_column()
        grid.add_row(Text(who, style=style), Text(words))
        self._console.print(grid)
