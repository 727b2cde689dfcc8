"""A server under measurement, in a process of its own: started, timed, weighed and ended."""

import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread
import httpx2

READY_SECONDS: Final = 60.0
END_SECONDS: Final = 20.0
LOOK_SECONDS: Final = 0.01  # what a start-up time may be wrong by


@dataclass(frozen=True)
class Process:
    """A server that answers.

    Attributes:
        start_seconds: from the start of the process to its first answer over HTTP.
    """

    pid: int
    port: int
    start_seconds: float

    @property
    def url(self) -> str:
        """Where it takes calls."""
        return f"http://127.0.0.1:{self.port}/mcp"

    def cpu_seconds(self) -> float:
        """What it has used so far, in user and system mode, all threads together."""
        # the number of its clock, as clock_getcpuclockid(3) makes it on Linux
        return time.clock_gettime((~self.pid << 3) | 2)

    def resident_mb(self) -> float:
        """Memory that it holds now, in megabytes."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


@asynccontextmanager
async def running(
    arguments: Sequence[str], port: int, environment: Mapping[str, str], log: Path
) -> AsyncGenerator[Process]:
    """Python with these arguments, from its first answer at `port` until the block is left.

    Raises:
        RuntimeError: it does not come up; with the end of what it wrote.
    """
    began = time.perf_counter()
    process = _start(arguments, environment, log)
    try:
        await _answers(process, port, log)
        yield Process(process.pid, port, time.perf_counter() - began)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            await anyio.to_thread.run_sync(process.wait, END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _start(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 - this Python and modules of this project
            [sys.executable, *arguments],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )


async def _answers(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    async with httpx2.AsyncClient(trust_env=False) as http:
        with anyio.move_on_after(READY_SECONDS):
            while process.poll() is None:
                try:
                    await http.get(f"http://127.0.0.1:{port}/")  # nothing is there, and that is an answer
                except httpx2.TransportError:
                    await anyio.sleep(LOOK_SECONDS)
                else:
                    return
    raise RuntimeError(f"the server did not come up:\n{_end_of(log)}")


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]
