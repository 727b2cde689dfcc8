"""The server as a process of its own, which is killed and started again on the same port and database."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread
import httpx2

from bench.ports import free_port
from sandbox.serving import RunningSandbox

OK: Final = 200
READY_SECONDS: Final = 30.0
# Everything that takes long is scaled down, so that a run has time for many restarts.
SCALED: Final = {
    "CHAIRTIME_TOOLSETS": "scheduling,frontoffice,billing",
    "CHAIRTIME_POLL_SECONDS": "0.1",
    "CHAIRTIME_CONSENT_SECONDS": "0.05",
    "CHAIRTIME_NEWS_GAP_SECONDS": "0.05",
    "CHAIRTIME_WRITE_WAIT_SECONDS": "0.3",
    "CHAIRTIME_CHECK_WAIT_SECONDS": "1",
    "CHAIRTIME_READ_TIMEOUT_SECONDS": "1.5",
    "CHAIRTIME_LEASE_SECONDS": "4",
    "CHAIRTIME_LOOK_SECONDS": "3",
    "CHAIRTIME_LOOK_FIRST_SECONDS": "1",
    "CHAIRTIME_LOOK_SECOND_SECONDS": "3",
    "CHAIRTIME_OVERDUE_SECONDS": "6",
    "CHAIRTIME_FRESHNESS_SECONDS": "1",
    "CHAIRTIME_KEY_PAUSE_SECONDS": "0.5",
    "CHAIRTIME_UNREVIEWED": "book",
    "CHAIRTIME_ATTEMPTS": "99999, 99999, 99999, 99999",  # one office has a year of calls in minutes
    "CHAIRTIME_UNTOLD_SECONDS": "3",
    "CHAIRTIME_FLAG_SECONDS": "1",
    "CHAIRTIME_LOG_LEVEL": "INFO",
}


@dataclass
class Server:
    """`module` is what Python runs: the server, or a mutant of it; `changes` go over its environment."""

    sandbox: RunningSandbox
    folder: Path
    module: str
    port: int = 0
    kills: int = 0
    changes: Mapping[str, str] = field(default_factory=dict[str, str])
    _process: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.port = self.port or free_port()

    @property
    def root(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> str:
        """The URL of its database."""
        return f"sqlite:///{self.folder / 'chairtime.sqlite3'}"

    @property
    def log(self) -> Path:
        """What all its lives wrote."""
        return self.folder / "server.log"

    def start(self) -> None:
        """Begin a life."""
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 - this Python and modules of this project
                [sys.executable, "-m", self.module, "serve", "--transport", "http", "--port", str(self.port)],
                env=dict(self._environment()),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    async def ready(self) -> None:
        """Wait until it answers.

        Raises:
            RuntimeError: it does not come up.
        """
        async with httpx2.AsyncClient(trust_env=False) as http:
            with anyio.move_on_after(READY_SECONDS):
                while self._process is not None and self._process.poll() is None:
                    try:
                        if (await http.get(f"{self.root}/healthz")).status_code == OK:
                            return
                    except httpx2.TransportError:
                        pass
                    await anyio.sleep(0.05)
        raise RuntimeError(f"the server did not come up:\n{self.log.read_text()[-2000:]}")

    @property
    def running(self) -> bool:
        """Whether it lives."""
        return self._process is not None and self._process.poll() is None

    def tell(self, number: signal.Signals) -> None:
        """Tell it something."""
        if self._process is not None:
            self._process.send_signal(number)

    async def kill(self) -> None:
        """End it as a power cut would."""
        self.kills += 1
        await self.end(signal.SIGKILL)

    async def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send it a signal and wait for its end; with none running, nothing happens."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            try:
                await anyio.to_thread.run_sync(self._process.wait, 10.0)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _environment(self) -> Iterator[tuple[str, str]]:
        for name, value in os.environ.items():
            if not name.startswith(("CHAIRTIME_", "SIKKA_", "COVERAGE_")):
                yield name, value
        yield from SCALED.items()
        yield "SIKKA_BASE_URL", self.sandbox.base_url
        yield "SIKKA_APP_ID", self.sandbox.world.config.app_id
        yield "SIKKA_APP_KEY", self.sandbox.world.config.app_key
        yield "CHAIRTIME_DATABASE_URL", self.database
        yield from self.changes.items()
