"""What every command ends through: coroutines run, settings read, errors said, exit codes made."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING, Any, Final, cast

import anyio
import typer
from rich.console import Console

from server.failures import ConfigurationError, Failure
from server.misspelled import strangers
from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from server.settings import Settings

FAILED: Final = 1
CONFIGURATION: Final = 2
NO_CREDENTIALS: Final = """\
Chairtime has no Sikka credentials, so it did not start.

  Set SIKKA_APP_ID and SIKKA_APP_KEY, or have them asked for and kept sealed:
  chairtime connect. Both are shown in Sikka's API portal
  (sign in, "My Apps", your application), 32 characters each.

  To try it without an account:  chairtime serve --sandbox"""

PYDANTICS: Final = "Value error, "  # before what a validator of ours says
# Whether a setting was meant by a name that is none's -> what comes of it.
HELD: Final = {
    True: "Nothing was done. Correct the name, or unset it.",
    False: "It is passed over.",
}
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


def read_settings(**options: str) -> Settings:
    """The settings of the environment; exits with 2 and the names of those that are wrong or misspelled.

    `options` go by the environment's names, and beat it.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - a quick answer to --help needs none of the parts

    from server.settings import Settings, environment_names  # noqa: PLC0415 - as above

    unknown = strangers(os.environ, environment_names())
    for each in unknown:
        errors.print(f"{each} {HELD[each.meant]}", markup=False, soft_wrap=True)
    if any(each.meant for each in unknown):
        raise typer.Exit(CONFIGURATION)
    try:
        return Settings(**options)  # pyright: ignore[reportArgumentType] - pydantic reads every value from text
    except ValidationError as problem:
        for error in problem.errors(include_input=False, include_url=False):
            # "" of several together, which are in the text
            name = ".".join(str(part) for part in error["loc"])
            text = error["msg"].removeprefix(PYDANTICS)
            errors.print(f"{name}: {text}" if name else text, markup=False, soft_wrap=True)
        raise typer.Exit(CONFIGURATION) from None


def account(**options: str) -> Settings:
    """The settings, with credentials: of the environment, else those that `connect` has stored.

    Exits with 2 and what to do where there are neither.
    """
    settings = read_settings(**options)
    from server.connecting.stored import completed  # noqa: PLC0415 - as above

    found: list[Settings] = []

    async def look() -> int:
        found.append(await completed(settings))
        return 0

    code = run(look)
    if code or not found:
        raise typer.Exit(code)
    if not found[0].has_credentials:
        errors.print(NO_CREDENTIALS, markup=False)
        raise typer.Exit(CONFIGURATION)
    return found[0]


def this_user() -> str:
    """The name of this machine's user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return "unnamed"
