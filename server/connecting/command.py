"""The command `chairtime connect`, as the command line takes it."""

from typing import Annotated

import typer

from server.door import read_settings
from server.operators.commands import By, conclude


def connect(
    office: Annotated[
        str,
        typer.Option(
            help="Comma list of those to serve: D10001, or D10001/1; else they are shown, and asked."
        ),
    ] = "",
    timezone: Annotated[
        str, typer.Option(help="The office's zone, such as America/New_York; asked where Sikka names none.")
    ] = "",
    draft: Annotated[
        str,
        typer.Option(metavar="FILE", help="Where the draft of the profile goes; else office-D10001-1.toml."),
    ] = "",
    redraft: Annotated[bool, typer.Option("--redraft", help="Write a draft that is there anew.")] = False,
    new_credentials: Annotated[
        bool, typer.Option("--new-credentials", help="Ask for another App-Id and App-Key than those stored.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; what is missing is said.")] = False,
    by: By = "",
) -> None:
    """Connect an account at Sikka: from App-Id and App-Key to a drafted and checked office.

    The two are asked for, unseen, or taken from SIKKA_APP_ID and SIKKA_APP_KEY; never from options. They are
    kept sealed in the database, so that the server needs them nowhere else. Run it again to go on.
    """
    settings = read_settings()
    from server.connecting.asking import Asker  # noqa: PLC0415 - --help needs none of the parts
    from server.connecting.connect import Wish  # noqa: PLC0415 - as above
    from server.connecting.connect import connect as begin  # noqa: PLC0415 - as above

    wish = Wish(office.strip(), timezone.strip(), draft, redraft, new_credentials, by)
    conclude(lambda: begin(settings, wish, Asker(silent=yes)))
