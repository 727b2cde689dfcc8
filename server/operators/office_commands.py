"""The commands `chairtime office`, as the command line takes them; they end with 0, 1 (failed), 2 (wrong)."""

from typing import Annotated

import typer

from server.door import account, read_settings, this_user
from server.operators.commands import conclude

office_app = typer.Typer(help="What an office's people have said may be offered.", no_args_is_help=True)

Office = Annotated[str, typer.Option(help="D10001, or D10001/1; may be left out where there is only one.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document, for a program.")]
By = Annotated[str, typer.Option(help="Who does this; else the name of this machine's user.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="A TOML document; - is stdin.")]


@office_app.command("show")
def show(office: Office = "", as_json: Json = False) -> None:
    """Show how an office stands: who applied what, whether it is paused, and what holds."""
    from server.operators import office as commands  # noqa: PLC0415 - --help needs none of the parts
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.show(settings, page, commands.Wanted(office)))


@office_app.command("export")
def export(office: Office = "", as_json: Json = False) -> None:
    """Print the document as it was applied; it applies again unchanged."""
    from server.operators import office as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.export(settings, page, commands.Wanted(office)))


@office_app.command("check")
def check(file: File, office: Office = "", as_json: Json = False) -> None:
    """See whether a document could be applied; nothing is changed."""
    from server.operators import office as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.check(settings, page, file, commands.Wanted(office)))


@office_app.command("apply")
def apply(
    file: File,
    office: Office = "",
    yes: Annotated[bool, typer.Option("--yes", help="Apply it without asking.")] = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Apply a document: show what it changes, ask, and let it hold from the next call on."""
    from server.operators import office as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)

    def agree() -> bool:
        try:
            return yes or typer.confirm("Apply it?", err=True)
        except typer.Abort:  # nobody there to answer
            return False

    wanted = commands.Wanted(office, by or this_user(), agree)
    conclude(lambda: commands.apply(settings, page, file, wanted))


@office_app.command("propose")
def propose(
    office: Office = "",
    out: Annotated[str, typer.Option(help="Write the draft to this file; else to stdout.")] = "",
    redraft: Annotated[bool, typer.Option("--redraft", help="Write a draft that is there anew.")] = False,
) -> None:
    """Draft a document from what Sikka shows, and show the week that it would offer."""
    from server.operators import proposing  # noqa: PLC0415 - as above

    settings = account()
    conclude(lambda: proposing.propose(settings, office, out, redraft=redraft))


@office_app.command("pause")
def pause(office: Office = "", by: By = "", as_json: Json = False) -> None:
    """From the next call on, leave every wish to the office's people."""
    from server.operators import office as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.pause(settings, page, commands.Wanted(office, by or this_user())))


@office_app.command("resume")
def resume(office: Office = "", by: By = "", as_json: Json = False) -> None:
    """End a pause."""
    from server.operators import office as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.resume(settings, page, commands.Wanted(office, by)))
