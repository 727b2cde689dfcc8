"""The commands: serve, demo, doctor, sandbox. Exit codes: 0 ok, 1 failed, 2 configuration."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, cast

import anyio
import typer
from rich.console import Console

from server import __version__
from server.failures import ConfigurationError, Failure
from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from server.settings import Settings

FAILED: Final = 1
CONFIGURATION: Final = 2
NO_CREDENTIALS: Final = """\
Chairtime has no Sikka credentials, so it did not start.

  Set SIKKA_APP_ID and SIKKA_APP_KEY. Both are shown in Sikka's API portal
  (sign in, "My Apps", your application), 32 characters each.

  To try it without an account:  chairtime serve --sandbox"""

app = typer.Typer(
    name="chairtime",
    help="A dental receptionist's tools for voice agents, on the Sikka ONE API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
errors = Console(stderr=True, highlight=False)


def run(main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a command's coroutine; what goes wrong is said plainly, and becomes the exit code."""
    try:
        return anyio.run(main, backend_options={"use_uvloop": sys.platform != "win32"})
    except KeyboardInterrupt:
        return 0
    except Exception as problem:  # noqa: BLE001 - the door is where every error ends
        return max(say(error) for error in leaves(problem))


def say(error: BaseException) -> int:
    """Say what went wrong, without a word of anybody's data; the exit code it makes."""
    if isinstance(error, ConfigurationError | StoreError):
        errors.print(str(error), markup=False, soft_wrap=True)
        return CONFIGURATION
    if isinstance(error, Failure):
        errors.print(str(error), markup=False, soft_wrap=True)
        return FAILED
    errors.print(f"Chairtime stopped: {type(error).__name__}", markup=False)
    return FAILED


def leaves(error: BaseException) -> list[BaseException]:
    """The errors inside a group, however deep; an error by itself is its own."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    group = cast("BaseExceptionGroup[BaseException]", error)
    return [leaf for inner in group.exceptions for leaf in leaves(inner)]


def read_settings() -> Settings:
    """The settings of the environment; exits with 2 and the names of those that are wrong."""
    from pydantic import ValidationError  # noqa: PLC0415 - a quick answer to --help needs none of the parts

    from server.settings import Settings  # noqa: PLC0415 - as above

    try:
        return Settings()
    except ValidationError as problem:
        for error in problem.errors(include_input=False, include_url=False):
            name = ".".join(str(part) for part in error["loc"]) or "SIKKA_BASE_URL"
            errors.print(f"{name}: {error['msg']}", markup=False, soft_wrap=True)
        raise typer.Exit(CONFIGURATION) from None


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
    host: Annotated[str, typer.Option(help="For http; loopback only.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="For http; 0 is any free one, said on stderr.", min=0, max=65535)
    ] = 8000,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Run on the embedded stand-in for Sikka; no account needed.")
    ] = False,
) -> None:
    """Serve the tools to agents."""
    settings = read_settings()
    if not sandbox and not settings.has_credentials:
        errors.print(NO_CREDENTIALS, markup=False)
        raise typer.Exit(CONFIGURATION)
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
    settings = read_settings()
    if not settings.has_credentials:
        errors.print(NO_CREDENTIALS, markup=False)
        raise typer.Exit(CONFIGURATION)
    from server.doctor.examination import examine  # noqa: PLC0415 - as above
    from server.logs import configure_logs  # noqa: PLC0415 - as above

    configure_logs("ERROR")
    raise typer.Exit(run(lambda: examine(settings)))
