"""Runs this program's other commands as processes of their own, and ends every one of them."""

import os
import sys
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Final

import anyio
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream

from server.failures import Failure

# `python -m server` takes the package from here, and not from where the person happens to stand.
HOME: Final = Path(__file__).resolve().parent.parent
COME_UP_SECONDS: Final = 30.0
STOP_SECONDS: Final = 5.0
LAST_WORDS: Final = 12
OURS: Final = ("SIKKA_", "CHAIRTIME_")


def environment(changes: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with none of the person's own settings: a demo touches no real office."""
    rest = {name: value for name, value in os.environ.items() if not name.upper().startswith(OURS)}
    return {**rest, **changes}


@dataclass
class Said:
    """What a process has written so far: `NAME=value` lines by name, and its last lines."""

    values: dict[str, str] = field(default_factory=dict[str, str])
    last: deque[str] = field(default_factory=lambda: deque[str](maxlen=LAST_WORDS))
    news: anyio.Event = field(default_factory=anyio.Event)
    ended: bool = False

    async def hear(self, process: Process) -> None:
        """Read until the process closes its stderr."""
        assert process.stderr is not None  # noqa: S101 - opened with a pipe
        rest = ""
        async for chunk in TextReceiveStream(process.stderr, errors="replace"):
            *lines, rest = (rest + chunk).split("\n")
            for line in lines:
                self._take(line)
            self._tell()
        self._take(rest)
        self.ended = True
        self._tell()

    async def value(self, name: str) -> str | None:
        """What was written for a name; None if the process ended without a word of it."""
        while name not in self.values and not self.ended:
            await self.news.wait()
        return self.values.get(name)

    def _take(self, line: str) -> None:
        if line.strip():
            self.last.append(line.rstrip())
        name, equals, value = line.strip().partition("=")
        if equals and name.isidentifier():
            self.values[name] = value

    def _tell(self) -> None:
        self.news.set()
        self.news = anyio.Event()


@asynccontextmanager
async def child(
    what: str, *arguments: str, changes: Mapping[str, str], waits_for: str
) -> AsyncGenerator[dict[str, str]]:
    """`chairtime ARGUMENTS` for as long as the context lasts; what it has said of itself, by name.

    Args:
        what: how a person knows it, for messages.
        arguments: of the command line.
        changes: to the environment.
        waits_for: the name it writes to stderr once it answers.

    Raises:
        Failure: it does not come up; the text holds its last words.
    """
    process = await anyio.open_process(
        [sys.executable, "-m", "server", *arguments],
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
        env=environment(changes),
        cwd=HOME,
        start_new_session=True,  # Ctrl-C is for this process, which ends the others in order
    )
    said = Said()
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(said.hear, process)
            value = None
            with anyio.move_on_after(COME_UP_SECONDS):
                value = await said.value(waits_for)
            if value is None:
                raise Failure(did_not_come_up(what, said.last))
            yield said.values
            tasks.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True):
            await _end(process)


async def finished(what: str, *arguments: str, changes: Mapping[str, str]) -> None:
    """Run `chairtime ARGUMENTS` to its end.

    Args:
        what: how a person knows it, for messages.
        arguments: of the command line.
        changes: to the environment.

    Raises:
        Failure: it failed, or took too long; the text holds its last words.
    """
    with anyio.move_on_after(COME_UP_SECONDS):
        ended = await anyio.run_process(
            [sys.executable, "-m", "server", *arguments],
            stdin=DEVNULL,
            env=environment(changes),
            cwd=HOME,
            check=False,
        )
        if ended.returncode == 0:
            return
        words = ended.stderr.decode(errors="replace").splitlines()[-LAST_WORDS:]
        raise Failure(did_not_come_up(what, words))
    raise Failure(did_not_come_up(what, []))


def did_not_come_up(what: str, last: "deque[str] | list[str]") -> str:
    """What a person is told of a process that does not answer."""
    words = "\n".join(f"  {line}" for line in last) or "  (nothing)"
    return f"{what} did not come up, so the demo ended. Nothing is left running. It said last:\n{words}"


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
        with anyio.move_on_after(STOP_SECONDS):
            await process.wait()
    await process.aclose()  # kills what has not ended by now
