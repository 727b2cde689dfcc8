"""Staying inside Sikka's rate limit: live calls first, background work from what they leave.

The limit is known only from the X-Rate-Limit headers of answers (20 to 250 calls a minute were
captured over the years, by plan), so nothing is assumed before the first answer.
"""

import math
from collections.abc import Mapping
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Final

import anyio

from server.sikka.errors import RateLimited

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from server.clock import Clock

WINDOW_SECONDS: Final = 60.0  # official
LONGEST_SECONDS: Final = 3600.0  # a reset beyond this is no number of seconds, and nobody waits for it
SAME_WINDOW_SECONDS: Final = 2.0
TOO_MANY_REQUESTS: Final = 429


def _number(headers: Mapping[str, str], name: str) -> float | None:
    """The header's figure; None where it is missing or none that a call could wait for."""
    try:
        number = float(headers.get(name, ""))
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None


class RateBudget:
    """What one office (or the application itself) may still ask in the present window.

    Args:
        clock: for the window's end.
        reserve_share: the share of the limit that background calls leave to live ones.
        yield_seconds: how long a background call stands back for live calls in flight, at most.
    """

    def __init__(self, clock: "Clock", *, reserve_share: float = 0.2, yield_seconds: float = 2.0) -> None:
        self._clock = clock
        self._reserve_share = reserve_share
        self._yield_seconds = yield_seconds
        self._limit: float | None = None
        self._remaining = 0.0
        self._resets_at = 0.0
        self._live = 0
        self._no_live = anyio.Event()
        self._no_live.set()

    @property
    def remaining(self) -> float | None:
        """Calls left in the window; None before the first answer and after the window's end."""
        if self._limit is None or self._clock.monotonic() >= self._resets_at:
            return None
        return self._remaining

    @property
    def spare(self) -> float | None:
        """Calls left in the window less the reserve for live ones; None where `remaining` is not known."""
        left = self.remaining
        return None if left is None else max(0.0, left - (self._limit or 0.0) * self._reserve_share)

    @property
    def resets_in(self) -> float:
        """Seconds until the window ends, at least 0."""
        return max(0.0, self._resets_at - self._clock.monotonic())

    def learn(self, status: int, headers: Mapping[str, str]) -> float:
        """Take in an answer's headers. Returns the seconds until the window ends (60 if not told)."""
        limit, remaining, reset = (
            _number(headers, f"x-rate-limit-{word}") for word in ("limit", "remaining", "reset")
        )
        seconds = min(reset, LONGEST_SECONDS) if reset is not None else WINDOW_SECONDS
        if status == TOO_MANY_REQUESTS:
            remaining = 0.0
            limit = limit if limit is not None else self._limit or 1.0
        if limit is None or remaining is None:
            return seconds
        ends_at = self._clock.monotonic() + seconds
        # Answers overtake each other: within one window the smaller figure is the newer one.
        same_window = self.remaining is not None and abs(ends_at - self._resets_at) <= SAME_WINDOW_SECONDS
        self._remaining = min(self._remaining, remaining) if same_window else remaining
        self._limit, self._resets_at = limit, ends_at
        return seconds

    @asynccontextmanager
    async def spend(self, *, live: bool) -> "AsyncGenerator[None]":
        """Spend one call.

        A live call with nothing left is refused at once, because its caller has seconds; a background
        call stands back for live ones and waits for the next window rather than touch the reserve.

        Raises:
            RateLimited: a live call, and the window is used up.
        """
        with ExitStack() as stack:
            if live:
                if self.remaining is not None and self._remaining < 1:
                    raise RateLimited(TOO_MANY_REQUESTS, reset_seconds=self.resets_in)
                self._enter_live()
                stack.callback(self._leave_live)
            else:
                await self._stand_back()
            if self.remaining is not None:
                self._remaining -= 1
            yield

    async def _stand_back(self) -> None:
        with anyio.move_on_after(self._yield_seconds):
            await self._no_live.wait()
        while (left := self.remaining) is not None and left <= (self._limit or 0.0) * self._reserve_share:
            await self._clock.sleep(self.resets_in + 0.01)

    def _enter_live(self) -> None:
        if self._live == 0:
            self._no_live = anyio.Event()
        self._live += 1

    def _leave_live(self) -> None:
        self._live -= 1
        if self._live == 0:
            self._no_live.set()
