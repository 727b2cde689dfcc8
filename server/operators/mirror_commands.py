"""The command `mirror`, as the command line takes it; exit codes: 0 ok, 1 failed, 2 configuration."""

import typer

from server.door import account, read_settings
from server.operators.commands import Json, Office, conclude

mirror_app = typer.Typer(help="The copies of offices that are kept here.", no_args_is_help=True)


@mirror_app.command("status")
def show_status(office: Office = "", as_json: Json = False) -> None:
    """Show how the copy of each office stands; Sikka is not asked."""
    from server.operators import mirror as commands  # noqa: PLC0415 - --help needs none of the parts
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.status(settings, page, office))


@mirror_app.command("refresh")
def refresh(office: Office = "", as_json: Json = False) -> None:
    """Read offices whole, and find what was deleted there; a server that runs goes on meanwhile."""
    from server.operators import mirror as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = account(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.refresh(settings, page, office))
