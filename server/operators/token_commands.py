"""The command `tokens`, as the command line takes it; exit codes: 0 ok, 1 failed, 2 configuration."""

from typing import Annotated

import typer

from server.door import read_settings
from server.operators.commands import By, Id, Json, conclude

tokens_app = typer.Typer(help="Who may connect over HTTP, where no issuer says so.", no_args_is_help=True)


@tokens_app.command("create")
def create_token(
    name: Annotated[str, typer.Option(help="Whose it is, for your own list.")],
    office: Annotated[
        list[str], typer.Option(help="D10001, or D10001/1, as often as wanted; '*' is every one served.")
    ],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="As often as wanted; else schedule:* and patients:*, each read and write."),
    ] = None,
    days: Annotated[int, typer.Option(help="It ends after so many, 3650 at most; 0 is never.", min=0)] = 365,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Make a token. It is shown this once."""
    from server.operators import tokens as commands  # noqa: PLC0415 - --help needs none of the parts
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.create(settings, page, name, office, scope or (), days, by))


@tokens_app.command("list")
def list_tokens(as_json: Json = False) -> None:
    """List tokens; what they read is kept nowhere."""
    from server.operators import tokens as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.list_tokens(settings, page))


@tokens_app.command("revoke")
def revoke_token(token: Id, by: By = "", as_json: Json = False) -> None:
    """End a token at once, in every server on this database."""
    from server.operators import tokens as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.revoke(settings, page, token, by))
