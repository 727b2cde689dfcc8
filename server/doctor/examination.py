"""The doctor: looks at the connection to Sikka step by step, and says what to do about what is wrong."""

from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from server.app import Connection, connected
from server.desk.charter.standing import Charters
from server.desk.choice import chosen_offices
from server.doctor.findings import Finding, Mark, fail, finding_of, ok, warn
from server.doctor.steps import GOOD_ENOUGH, KEY_STEPS, PRACTICE_STEPS, Step, Visit
from server.settings import Settings
from server.sikka.errors import SikkaError
from server.sikka.models import AuthorizedPractice
from store.offices import Office

FAILED: Final = 1
PRACTICES: Final = "Authorised practices"
STYLES: Final = {Mark.OK: "green", Mark.WARN: "yellow", Mark.FAIL: "bold red", Mark.SKIP: "dim"}
MARK_WIDTH, TITLE_WIDTH = 6, 22


async def examine(settings: Settings) -> int:
    """Look at every chosen office and print what was found. Returns 0 if nothing failed, else 1.

    Keys are kept in the configured store, as the server keeps them: a check-up burns none.

    Args:
        settings: with credentials.

    Raises:
        StoreError: the database cannot be opened.
    """
    chart = Chart(Console(highlight=False))
    async with connected(settings) as connection:
        with chart.busy(PRACTICES):
            try:
                shown = await connection.load_offices()
                offices = await _chosen(connection, shown)
                found = _practices(settings, shown, offices)
            except SikkaError as error:
                offices, found = [], finding_of(error)
        chart.line(PRACTICES, found)
        for office_id in dict.fromkeys(office.office_id for office in offices):
            await _look_at(connection, chart, [each for each in offices if each.office_id == office_id])
        if not offices:
            for step in (*KEY_STEPS, *PRACTICE_STEPS):
                chart.line(step.title, _skipped(PRACTICES))
    return chart.close()


class Chart:
    """Prints findings as they come, and counts them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._counts = dict.fromkeys(Mark, 0)

    def busy(self, title: str):  # noqa: ANN201 - rich's own type, which nobody names
        """Something moves on a terminal while the person waits."""
        return self._console.status(f"{title} ...")

    def heading(self, text: str) -> None:
        """An office or a practice begins."""
        self._console.print()
        self._console.print(Text(text, style="bold"))

    def line(self, title: str, finding: Finding) -> None:
        """One result, with what to do below it."""
        self._counts[finding.mark] += 1
        grid = Table.grid(padding=0)
        grid.add_column(width=MARK_WIDTH)
        grid.add_column(width=TITLE_WIDTH)
        grid.add_column()
        grid.add_row(Text(finding.mark.value, style=STYLES[finding.mark]), title, Text(finding.says))
        if finding.advice:
            grid.add_row("", "", Text(f"To do: {finding.advice}", style="italic"))
        self._console.print(grid)

    def close(self) -> int:
        """The sum of it all, and the exit code."""
        self._console.print()
        failed, warned = self._counts[Mark.FAIL], self._counts[Mark.WARN]
        if not failed and not warned:
            self._console.print(Text("All is in order.", style="bold green"))
        else:
            style = "bold red" if failed else "bold yellow"
            self._console.print(Text(f"{failed} failed, {warned} to be looked at.", style=style))
        return FAILED if failed else 0


async def _chosen(connection: Connection, shown: Iterable[AuthorizedPractice]) -> list[Office]:
    """The chosen offices that Sikka shows today; the store may remember others."""
    today = {(row.office_id, row.practice_id) for row in shown}
    known = await chosen_offices(connection.store.offices, connection.settings)
    return [office for office in known if (office.office_id, office.practice_id) in today]


def _practices(settings: Settings, shown: list[AuthorizedPractice], offices: list[Office]) -> Finding:
    listed = ", ".join(f"{row.office_id}/{row.practice_id} {row.practice_name}" for row in shown)
    if not shown:
        return fail(
            "Sikka shows this application no practice.",
            "In Sikka's API portal, link a practice to your application.",
        )
    if not offices:
        return fail(
            f"None of the practices that Sikka shows is named by CHAIRTIME_OFFICE: {listed}.",
            "Set CHAIRTIME_OFFICE to one of them, or leave it out.",
        )
    if len(offices) > 1 and not settings.chosen_offices:
        return warn(
            f"Several practices could be meant: {listed}.",
            "Set CHAIRTIME_OFFICE to those that Chairtime should serve; it does not start without.",
        )
    return ok(", ".join(f"{each.office_id}/{each.practice_id} {each.practice_name}" for each in offices))


async def _look_at(connection: Connection, chart: Chart, practices: list[Office]) -> None:
    """One office: its key once, then each of its practices."""
    first = practices[0]
    chart.heading(f"Office {first.office_id}")
    charters = Charters(connection.store.profiles, connection.settings)

    async def visit(practice: Office) -> Visit:
        return Visit(connection, practice, (await charters.of(practice.id)).settings)

    not_good = await _run(KEY_STEPS, await visit(first), chart, frozenset())
    for practice in practices:
        chart.heading(f"Practice {practice.practice_id}, {practice.practice_name}")
        await _run(PRACTICE_STEPS, await visit(practice), chart, not_good)


async def _run(steps: Iterable[Step], visit: Visit, chart: Chart, not_good: frozenset[str]) -> frozenset[str]:
    """Take steps in order; the titles of those that did not go well, and of those in `not_good`."""
    for step in steps:
        missing = next((title for title in step.needs if title in not_good), "")
        finding = _skipped(missing) if missing else await _taken(step, visit, chart)
        chart.line(step.title, finding)
        if finding.mark not in GOOD_ENOUGH:
            not_good |= {step.title}
    return not_good


async def _taken(step: Step, visit: Visit, chart: Chart) -> Finding:
    with chart.busy(step.title):
        try:
            return await step.run(visit)
        except SikkaError as error:
            return finding_of(error)


def _skipped(needed: str) -> Finding:
    return Finding(Mark.SKIP, f"skipped, because it needs: {needed}")
