"""The command line as the tests of the other commands start it, and terminals to type at."""

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from sandbox.serving import RunningSandbox, serve_sandbox
from sandbox.world import OfficeSpec, SandboxConfig, World

LIMIT_SECONDS = 30.0
HIDDEN = ("App-Id", "App-Key")
OURS = ("SIKKA_", "CHAIRTIME_")


@dataclass
class Ended:
    code: int
    out: str
    err: str

    @property
    def said(self):
        return self.out + self.err


@dataclass
class Desk:
    """A folder in which an operator works, and the account they have."""

    folder: Path
    sandbox: RunningSandbox
    program: Path  # chairtime, but for the time it takes to start

    @property
    def config(self):
        return self.sandbox.world.config

    @property
    def database(self):
        return self.folder / "chairtime.db"

    @property
    def draft(self):
        return self.folder / "office-D10001-1.toml"

    @property
    def pair(self):
        return {"SIKKA_APP_ID": self.config.app_id, "SIKKA_APP_KEY": self.config.app_key}

    def environment(self, **changes):
        rest = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return {
            **rest,
            "COLUMNS": "200",
            "PYTHONPATH": str(Path.cwd()),
            "CHAIRTIME_DATABASE_URL": f"sqlite:///{self.database}",
            "SIKKA_BASE_URL": self.sandbox.base_url,
            **changes,
        }

    async def run(self, *arguments, **changes):
        """A command without a terminal."""
        with anyio.fail_after(LIMIT_SECONDS):
            done = await anyio.run_process(
                [str(self.program), *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                env={name: value for name, value in self.environment(**changes).items() if value is not None},
            )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    async def connected(self, *arguments, **changes):
        """As somebody who has the pair in the environment this once."""
        return await self.run("connect", *arguments, **self.pair, **changes)

    async def at_a_terminal(self, *arguments, answers, **changes):
        """A command at a terminal of its own: each answer is typed once its question stands there."""
        return await anyio.to_thread.run_sync(self._at_a_terminal, arguments, answers, changes)

    def _at_a_terminal(self, arguments, answers, changes):
        ours, theirs = pty.openpty()

        def sits_at_it():
            os.setsid()
            fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

        process = subprocess.Popen(
            [sys.executable, "-m", "server", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=self.folder,
            env=self.environment(**changes),
            preexec_fn=sits_at_it,  # noqa: PLW1509 - two system calls; a terminal of its own takes no less
        )
        os.close(theirs)
        shown, left = "", list(answers)
        try:
            while True:
                told, _, _ = select.select([ours], [], [], LIMIT_SECONDS)
                assert told, f"it says nothing more after:\n{shown}"
                try:
                    chunk = os.read(ours, 65536)
                except OSError:  # the other end is closed
                    break
                if not chunk:
                    break
                shown += chunk.decode(errors="replace")
                if left and left[0][0] in shown.rpartition("\n")[2]:
                    # what is typed before the terminal hides it is thrown away with what was typed too soon
                    while left[0][0] in HIDDEN and termios.tcgetattr(ours)[3] & termios.ECHO:
                        select.select([], [], [], 0.01)
                    os.write(ours, f"{left.pop(0)[1]}\n".encode())
            code = process.wait(LIMIT_SECONDS)
        finally:
            process.kill()
            os.close(ours)
        assert left == [], shown
        return Ended(code, shown, "")


@pytest.fixture
def desk(tmp_path, program):
    """Opens an operator's folder beside a sandbox; `config` as for SandboxConfig."""

    @asynccontextmanager
    async def opened(**config):
        calm = {"refresh_seconds": 0, "desk": False, "offices": (OfficeSpec(patients=20),), **config}
        async with serve_sandbox(World(SandboxConfig(**calm))) as sandbox:
            yield Desk(tmp_path, sandbox, program)

    return opened
