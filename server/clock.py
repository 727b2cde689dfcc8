"""The one source of time: everything that waits or dates a row takes a clock, so that tests own it."""

import time
from typing import Final, Protocol

import anyio

MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000


class Clock(Protocol):
    """Wall time for rows, monotonic time for durations, and waiting."""

    def now(self) -> int:
        """UTC epoch in milliseconds."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        """UTC epoch in milliseconds."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds from an arbitrary start."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""
        await anyio.sleep(seconds)
