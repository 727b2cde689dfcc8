"""The commands of the server's host; exit codes: 0 ok, 1 failed, 2 configuration."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from server import __version__
from server.connecting.command import connect
from server.door import CONFIGURATION, FAILED, account, errors, leaves, read_settings, run, say
from server.failures import Failure
from server.operators.commands import disconnect, inbox_app, writebacks_app
from server.operators.custody_commands import audit_app, backup, forget, key_app, restore
from server.operators.mirror_commands import mirror_app
from server.operators.office_commands import office_app
from server.operators.token_commands import tokens_app
from server.shakedown.command import shakedown

__all__ = ["CONFIGURATION", "FAILED", "app", "errors", "leaves", "read_settings", "run", "say"]

app = typer.Typer(
    name="chairtime",
    help="A dental receptionist's tools for voice agents, on the Sikka ONE API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(inbox_app, name="inbox")
app.add_typer(writebacks_app, name="writebacks")
app.add_typer(office_app, name="office")
app.add_typer(mirror_app, name="mirror")
app.add_typer(tokens_app, name="tokens")
app.add_typer(audit_app, name="audit")
app.add_typer(key_app, name="key")


@app.callback(invoke_without_command=True)
def chairtime(
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """A dental receptionist's tools for voice agents, on the Sikka ONE API."""
    if version:
        typer.echo(f"chairtime {__version__}")
        raise typer.Exit


@app.command()
def serve(
    transport: Annotated[
        Literal["stdio", "http"], typer.Option(help="http serves Streamable HTTP at /mcp and SSE at /sse.")
    ] = "stdio",
    host: Annotated[str, typer.Option(help="For http; beyond loopback only with tokens.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="For http; 0 is any free one, said on stderr.", min=0, max=65535)
    ] = 8000,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Run on the embedded stand-in for Sikka; no account needed.")
    ] = False,
    toolsets: Annotated[
        str, typer.Option(help="Comma list of scheduling, frontoffice, billing; beats CHAIRTIME_TOOLSETS.")
    ] = "",
) -> None:
    """Serve the tools to agents."""
    options = {"CHAIRTIME_TOOLSETS": toolsets} if toolsets else {}
    settings = read_settings(**options) if sandbox else account(**options)
    from server import commands  # noqa: PLC0415 - a quick answer to a mistake needs none of the parts
    from server.logs import configure_logs  # noqa: PLC0415 - as above

    configure_logs(settings.log_level)
    raise typer.Exit(
        run(lambda: commands.serve(settings, transport=transport, host=host, port=port, sandbox=sandbox))
    )


@app.command("sandbox")
def sandbox_command(
    port: Annotated[
        int, typer.Option(help="Port on loopback; 0 is any free one, said on stderr.", min=0, max=65535)
    ] = 8901,
    writes_take: Annotated[
        tuple[float, float],
        typer.Option(help="Least and most seconds until the practice carries out a write.", min=0),
    ] = (15.0, 120.0),
    refresh: Annotated[
        float, typer.Option(help="Seconds between two loads of Sikka's copy; 0 is never.", min=0)
    ] = 900.0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same practice.")] = 7,
    desk: Annotated[
        bool, typer.Option(help="Whether people at the desk book and move appointments too.")
    ] = True,
) -> None:
    """Run the stand-in for Sikka on its own."""
    from sandbox.world import SandboxConfig  # noqa: PLC0415 - as above
    from server.stand_in import run_stand_in  # noqa: PLC0415 - as above

    if writes_take[0] > writes_take[1]:
        raise typer.BadParameter("the least comes first", param_hint="--writes-take")
    config = SandboxConfig(seed=seed, writeback_seconds=writes_take, refresh_seconds=refresh, desk=desk)
    try:
        raise typer.Exit(run_stand_in(config, port))
    except Failure as failure:
        raise typer.Exit(say(failure)) from None


@app.command()
def demo(
    slow: Annotated[bool, typer.Option("--slow", help="A practice system that takes 20 seconds.")] = False,
) -> None:
    """Watch a caller being found, booked, confirmed and cancelled."""
    from server.demo.play import play  # noqa: PLC0415 - as above

    raise typer.Exit(run(lambda: play(slow=slow)))


@app.command()
def doctor() -> None:
    """Check the connection to Sikka, step by step."""
    settings = account()
    from server.doctor.examination import examine  # noqa: PLC0415 - as above
    from server.logs import configure_logs  # noqa: PLC0415 - as above

    configure_logs("ERROR")
    raise typer.Exit(run(lambda: examine(settings)))


app.command()(connect)
app.command()(shakedown)
app.command()(backup)
app.command()(restore)
app.command()(disconnect)
app.command()(forget)
