"""Asking again: reads and key calls only, with exponential backoff and full jitter. Never a write."""

import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import stamina

from server.sikka.errors import NoAnswer, NotSent, RateLimited, Trouble, Unreadable

AGAIN: Final = (NotSent, NoAnswer, Trouble, Unreadable, RateLimited)
FIRST_SECONDS: Final = 0.25
MOST_SECONDS: Final = 5.0

Result = TypeVar("Result")


class Backoff:
    """How long to wait after each failure of one call: uniformly between 0 and a doubling ceiling.

    A rate limit is waited out instead, when that is allowed.
    """

    def __init__(self, *, wait_for_reset: bool) -> None:
        self._wait_for_reset = wait_for_reset
        self._failures = 0

    def __call__(self, error: Exception) -> bool | float:
        """Seconds to wait before asking again, or False to give up."""
        if not isinstance(error, AGAIN):
            return False
        if isinstance(error, RateLimited):
            return error.reset_seconds if self._wait_for_reset else False
        ceiling = min(MOST_SECONDS, FIRST_SECONDS * 2**self._failures)
        self._failures += 1
        return random.uniform(0.0, ceiling)  # noqa: S311 - spreads load, guards nothing


async def ask_again(call: Callable[[], Awaitable[Result]], *, attempts: int, live: bool) -> Result:
    """The result of `call`, asked up to `attempts` times.

    Args:
        call: a read or a key call; never a write.
        attempts: how often in all.
        live: a caller waits, so a rate limit is an answer and not something to sit out.

    Raises:
        SikkaError: the last failure.
    """
    asking = stamina.AsyncRetryingCaller(attempts=attempts, timeout=None)
    return await asking(Backoff(wait_for_reset=not live), call)
