"""The commands for what is kept (audit, key, backup, restore, forget), as the command line takes them."""

from pathlib import Path
from typing import Annotated

import typer

from server.door import read_settings, this_user
from server.operators.commands import By, Json, Office, conclude

audit_app = typer.Typer(help="Who had what done, and was told what.", no_args_is_help=True)
key_app = typer.Typer(help="The key that seals what is stored.", no_args_is_help=True)


@audit_app.command("verify")
def verify(
    office: Office = "",
    head: Annotated[
        Path | None, typer.Option(help="A file of export: the chain has to lead to the heads in it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Walk each office's chain and the installation's, and name the first entry that is not as written."""
    from server.operators import audit as commands  # noqa: PLC0415 - --help needs none of the parts
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.verify(settings, page, office, head))


@audit_app.command("export")
def export(office: Office = "") -> None:
    """Write the entries as JSON lines, and after each chain its head."""
    from server.operators import audit as commands  # noqa: PLC0415 - as above

    settings = read_settings()
    conclude(lambda: commands.export(settings, office))


@key_app.command("rotate")
def rotate(by: By = "", as_json: Json = False) -> None:
    """Seal everything with a new key, or go on where that was broken off; servers may run meanwhile."""
    from server.operators import keys as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.rotate(settings, page, by))


@key_app.command("drop")
def drop(by: By = "", as_json: Json = False) -> None:
    """Take older keys out of the key file, once nothing is sealed with them."""
    from server.operators import keys as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.drop(settings, page, by))


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; nothing may be there.")],
    as_json: Json = False,
) -> None:
    """Copy the database to a file while servers run; the sealing key is not in it."""
    from server.operators import backups as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.back_up(settings, page, file))


def restore(
    file: Annotated[Path, typer.Argument(help="What chairtime backup wrote.", exists=True, dir_okay=False)],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Put a backup in the place of a database that was moved away; stop the server first."""
    from server.operators import backups as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.restore(settings, page, file, by))


def forget(
    patient: Annotated[str, typer.Option(help="The patient's id in the practice's system.")],
    office: Office = "",
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take back what is open for them, and end their tasks.")
    ] = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Remove what is kept of a patient, and keep nothing of them again."""
    from server.operators import forgetting as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    who = by or this_user()
    conclude(lambda: commands.forget(settings, page, office, patient, withdraw=withdraw, by=who))
