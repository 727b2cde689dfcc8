"""One clock for a practice and its server: the machine's, and as far ahead of it as a call has got.

The server runs in a process of its own, so what is ahead lies in a file that both have in memory.
"""

import datetime as dt
import mmap
import os
import struct
import time
from pathlib import Path
from typing import Final

import anyio

FILE: Final = "CALLS_CLOCK"  # names the file, for the server's process
BEGINS: Final = dt.datetime(2026, 11, 30, 15, 0, tzinfo=dt.UTC)  # a Monday, 10:00 on the practice's wall
SLICE_SECONDS: Final = 0.05
_FORM: Final = "d"


class Ahead:
    """Seconds that a call's time is ahead of the machine's, in a file."""

    def __init__(self, path: Path) -> None:
        size = struct.calcsize(_FORM)
        if not path.exists():
            path.write_bytes(bytes(size))
        handle = os.open(path, os.O_RDWR)
        try:
            self._memory = mmap.mmap(handle, size)
        finally:
            os.close(handle)

    @property
    def seconds(self) -> float:
        return struct.unpack(_FORM, self._memory[:])[0]

    @seconds.setter
    def seconds(self, seconds: float) -> None:
        self._memory[:] = struct.pack(_FORM, seconds)


class Moments:
    """The clock of a practice; called, it tells UTC epoch seconds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ahead = Ahead(path)
        self._ahead.seconds = BEGINS.timestamp() - time.time()

    def __call__(self) -> float:
        return time.time() + self._ahead.seconds

    def passes(self, seconds: float) -> None:
        """So much time goes by at once."""
        self._ahead.seconds += seconds


class ServerClock:
    """`server.clock.Clock` on the same file; who sleeps wakes up when the call's time has come that far."""

    def __init__(self) -> None:
        self._ahead = Ahead(Path(os.environ[FILE]))

    def now(self) -> int:
        return round((time.time() + self._ahead.seconds) * 1000)

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead.seconds

    async def sleep(self, seconds: float) -> None:
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > 0:  # noqa: ASYNC110 - the file rings no bell
            await anyio.sleep(min(left, SLICE_SECONDS))
