"""The command line as processes of its own, and a sandbox in the test's own loop."""

import os
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from sandbox.serving import serve_sandbox
from sandbox.world import SandboxConfig, World
from server.settings import Settings

LIMIT_SECONDS = 60.0  # never reached when all is well
OURS = ("SIKKA_", "CHAIRTIME_")


class WorldClock:
    """The machine's time, and what the test has added to it."""

    def __init__(self):
        self.ahead = 0.0

    def __call__(self):
        return time.time() + self.ahead


@dataclass
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


@dataclass
class Commands:
    """Runs commands in an environment of which only `changes` differ from a newcomer's."""

    folder: Path
    program: Path

    def environment(self, **changes):
        rest = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return {
            **rest,
            "COLUMNS": "200",
            "TMPDIR": str(self.scratch),
            "CHAIRTIME_DATABASE_URL": f"sqlite:///{self.folder / 'chairtime.db'}",
            **changes,
        }

    @property
    def scratch(self):
        """Where temporary files go; empty unless something was left behind."""
        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        return scratch

    async def run(self, *arguments, **changes):
        """A command with nothing on stdin, to its end."""
        with anyio.fail_after(LIMIT_SECONDS):
            done = await anyio.run_process(
                [str(self.program), *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                env=self.environment(**changes),
            )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    @asynccontextmanager
    async def start(self, *arguments, **changes):
        """A command that goes on; killed at the end if the test has not ended it."""
        process = await anyio.open_process(
            [sys.executable, "-m", "server", *arguments], env=self.environment(**changes)
        )
        program = Program(process)
        try:
            yield program
        finally:
            with anyio.CancelScope(shield=True):
                if process.returncode is None:
                    process.kill()
                await process.aclose()


class Program:
    """A running command."""

    def __init__(self, process):
        self.process = process
        self._read = {process.stdout: b"", process.stderr: b""}

    async def says(self, text, stream=None):
        """Wait until it has written a text; returns the line with it."""
        stream = stream or self.process.stderr
        with anyio.fail_after(LIMIT_SECONDS):
            while text.encode() not in self._read[stream].rpartition(b"\n")[0]:
                self._read[stream] += await stream.receive()
        return next(line for line in self._read[stream].decode().splitlines() if text in line)

    async def value(self, name):
        """Wait until it has said a `NAME=value` on stderr."""
        return (await self.says(f"{name}=")).strip().partition("=")[2]

    async def ask(self, line):
        """Send a line to its stdin and return the first line that comes back."""
        await self.process.stdin.send(line.encode() + b"\n")
        with anyio.fail_after(LIMIT_SECONDS):
            while b"\n" not in self._read[self.process.stdout]:
                self._read[self.process.stdout] += await self.process.stdout.receive()
        first, _, rest = self._read[self.process.stdout].partition(b"\n")
        self._read[self.process.stdout] = rest
        return first.decode()

    async def ends(self):
        """Wait for its end; returns how it ended, with all that was not read yet."""
        with anyio.fail_after(LIMIT_SECONDS):
            for stream in self._read:
                async for chunk in stream:
                    self._read[stream] += chunk
            code = await self.process.wait()
        return Ended(code, self._read[self.process.stdout].decode(), self._read[self.process.stderr].decode())

    async def ended_by(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return await self.ends()


@pytest.fixture
def commands(tmp_path, program):
    return Commands(tmp_path, program)


@pytest.fixture
def practice():
    """Opens a sandbox; `config` as for SandboxConfig."""

    @asynccontextmanager
    async def open_practice(clock=None, **config):
        calm = {"refresh_seconds": 0, "desk": False, **config}
        async with serve_sandbox(World(SandboxConfig(**calm), clock or WorldClock())) as sandbox:
            yield sandbox

    return open_practice


@pytest.fixture
def account():
    """The environment of somebody with an account at a sandbox."""
    return account_at


def account_at(sandbox, **changes):
    config = sandbox.world.config
    return {
        "SIKKA_BASE_URL": sandbox.base_url,
        "SIKKA_APP_ID": config.app_id,
        "SIKKA_APP_KEY": config.app_key,
        **changes,
    }


@pytest.fixture
def settings_for(tmp_path, monkeypatch):
    """Settings of somebody with an account at a sandbox."""
    for name in [name for name in os.environ if name.startswith(OURS)]:
        monkeypatch.delenv(name)

    def settings(sandbox, **changes):
        names = {
            "CHAIRTIME_DATABASE_URL": f"sqlite:///{tmp_path / 'chairtime.db'}",
            **account_at(sandbox, **changes),
        }
        for name, value in names.items():
            monkeypatch.setenv(name, value)
        return Settings()

    return settings
