"""The command `chairtime shakedown`, as the command line takes it."""

from typing import Annotated

import typer

from server.door import account
from server.operators.commands import conclude
from server.operators.office_commands import Office


def shakedown(
    office: Office = "",
    first_name: Annotated[
        str, typer.Option(help="The test patient's, as the practice's system spells it.")
    ] = "",
    last_name: Annotated[str, typer.Option(help="Likewise.")] = "",
    birth_date: Annotated[str, typer.Option(help="Likewise, YYYY-MM-DD.")] = "",
    out: Annotated[
        str, typer.Option(metavar="FILE", help="Where the report goes, as JSON.")
    ] = "shakedown.json",
    wait: Annotated[
        float, typer.Option(help="Minutes for which the outcome of a write is waited for.", min=0.01)
    ] = 15.0,
    reads_only: Annotated[bool, typer.Option("--reads-only", help="Write nothing; name no patient.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write for the test patient without asking.")] = False,
) -> None:
    """Find out on a real account what nobody has written down about Sikka, with one test patient.

    A few visits are booked for that patient some weeks ahead, and cancelled again. Nobody else is touched:
    without exactly one patient of this name and birth date, and without appointments, nothing is written.
    """
    settings = account()
    from server.connecting.asking import Asker  # noqa: PLC0415 - --help needs none of the parts
    from server.shakedown.shakedown import Request, sought  # noqa: PLC0415 - as above
    from server.shakedown.shakedown import shakedown as begin  # noqa: PLC0415 - as above

    asker = Asker(silent=yes)

    async def all_of_it() -> int:
        who = None if reads_only else sought(asker, first_name.strip(), last_name.strip(), birth_date.strip())
        return await begin(settings, Request(office, out, wait * 60, who, asker.agrees))

    conclude(all_of_it)
