"""Which of the practices that Sikka shows are to be served: as named, as chosen before, or as asked."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from server.connecting.asking import Asker
from server.failures import ConfigurationError, Failure
from server.sikka.models import AuthorizedPractice

NOBODY: Final = (
    "Sikka takes the App-Id and App-Key, and shows this application no practice. Nothing was stored. "
    "Have the practice link itself to your application in Sikka's marketplace; after that it can take hours "
    "until Sikka shows it. Then run chairtime connect again."
)


def label(row: AuthorizedPractice) -> str:
    """What a practice is called on the command line."""
    return f"{row.office_id}/{row.practice_id}"


def show(console: Console, shown: Sequence[AuthorizedPractice]) -> None:
    """The authorised practices, numbered."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", "Office", "Name", "Software", "Zone by Sikka"):
        table.add_column(name)
    for number, row in enumerate(shown, 1):
        pms = f"{row.practice_management_system} {row.practice_management_system_version}".strip()
        zone = row.practice_management_system_refresh_date_time_zone
        table.add_row(str(number), label(row), row.practice_name, pms or "not said", zone or "not said")
    console.print(table)


def chosen(
    shown: Sequence[AuthorizedPractice], named: str, before: str, asker: Asker
) -> list[AuthorizedPractice]:
    """The practices meant.

    Args:
        shown: by Sikka.
        named: comma list of the person's, "" for none; D10001 is all of that office's practices.
        before: the same, as it was chosen at an earlier time; what Sikka shows no more is passed over.
        asker: asked where neither decides between several.

    Raises:
        Failure: Sikka shows none.
        ConfigurationError: one that was named is not among them, or there are several and nobody to ask.
    """
    if not shown:
        raise Failure(NOBODY)
    if named:
        return _named(shown, named)
    kept = [row for row in shown if {label(row), row.office_id} & set(_names(before))]
    if kept or len(shown) == 1:
        return kept or list(shown)
    listed = ", ".join(map(label, shown))
    answer = asker.text(
        "Which of them? Numbers or names, with commas between",
        missing=f"Sikka shows several practices. Name those to serve with --office: {listed}.",
    )
    by_number = {str(number): label(row) for number, row in enumerate(shown, 1)}
    return _named(shown, ",".join(by_number.get(name, name) for name in _names(answer)))


def _names(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.strip())]


def _named(shown: Sequence[AuthorizedPractice], text: str) -> list[AuthorizedPractice]:
    names = _names(text)
    unknown = [name for name in names if not any(name in {row.office_id, label(row)} for row in shown)]
    if unknown or not names:
        listed = ", ".join(map(label, shown))
        raise ConfigurationError(
            f"Sikka shows this application no practice {', '.join(unknown) or text}. Nothing was stored. "
            f"It shows: {listed}."
        )
    return [row for row in shown if {row.office_id, label(row)} & set(names)]
