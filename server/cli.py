"""The commands: serve, demo, doctor, sandbox. Exit codes: 0 ok, 1 failed, 2 configuration."""

import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final, Literal, cast

import anyio
import typer
from pydantic import ValidationError
from rich.console import Console

from server import __version__
from server.app import ConfigurationError
from server.logs import configure_logs
from server.settings import Settings
from store.errors import StoreError

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
        return max(_said(error) for error in leaves(problem))


def _said(error: BaseException) -> int:
    """Say what went wrong, without a word of anybody's data; the exit code it makes."""
    if isinstance(error, ConfigurationError | StoreError):
        errors.print(str(error), markup=False)
        return CONFIGURATION
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
    try:
        return Settings()
    except ValidationError as problem:
        for error in problem.errors(include_input=False, include_url=False):
            name = ".".join(str(part) for part in error["loc"]) or "SIKKA_BASE_URL"
            errors.print(f"{name}: {error['msg']}", markup=False)
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
    port: Annotated[int, typer.Option(help="For http.", min=1, max=65535)] = 8000,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Run on the embedded stand-in for Sikka; no account needed.")
    ] = False,
) -> None:
    """Serve the tools to agents."""
    from server import commands  # noqa: PLC0415 - a quick answer to --help needs none of the parts

    settings = read_settings()
    configure_logs(settings.log_level)
    if not sandbox and not settings.has_credentials:
        errors.print(NO_CREDENTIALS, markup=False)
        raise typer.Exit(CONFIGURATION)
    raise typer.Exit(
        run(lambda: commands.serve(settings, transport=transport, host=host, port=port, sandbox=sandbox))
    )


@app.command("sandbox")
def sandbox_command(
    port: Annotated[int, typer.Option(help="Port on loopback.", min=1, max=65535)] = 8901,
) -> None:
    """Run the stand-in for Sikka on its own."""
    from server import commands  # noqa: PLC0415 - as above

    raise typer.Exit(commands.sandbox(port))


@app.command()
def demo(
    slow: Annotated[bool, typer.Option("--slow", help="A practice system that takes 20 seconds.")] = False,
) -> None:
    """Watch a caller being found, booked, confirmed and cancelled."""
    from server import demo as play  # noqa: PLC0415 - as above

    raise typer.Exit(run(lambda: play.play(slow=slow)))


@app.command()
def doctor() -> None:
    """Check the connection to Sikka, step by step."""
    from server import doctor as visit  # noqa: PLC0415 - as above

    settings = read_settings()
    configure_logs("ERROR")
    if not settings.has_credentials:
        errors.print(NO_CREDENTIALS, markup=False)
        raise typer.Exit(CONFIGURATION)
    raise typer.Exit(run(lambda: visit.examine(settings)))
