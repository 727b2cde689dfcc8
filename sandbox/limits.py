"""The rate limit: so many requests in a window, per office, and the headers that tell of it."""

import math
from dataclasses import dataclass


@dataclass(slots=True)
class _Window:
    ends_at: float
    used: int = 0


class RateLimits:
    """Fixed windows per office (or per app, for requests without an office)."""

    def __init__(self, limit: int, window: float) -> None:
        self.limit = limit
        self.window = window
        self._windows: dict[str, _Window] = {}

    def _current(self, who: str, now: float) -> _Window:
        window = self._windows.get(who)
        if window is None or window.ends_at <= now:
            window = self._windows[who] = _Window(now + self.window)
        return window

    def take(self, who: str, now: float) -> bool:
        """Count one request; False when the window is used up."""
        window = self._current(who, now)
        if window.used >= self.limit:
            return False
        window.used += 1
        return True

    def exhaust(self, who: str, now: float) -> None:
        """Use up what is left of the window (what a 429 on demand does)."""
        self._current(who, now).used = self.limit

    def headers(self, who: str, now: float) -> dict[str, str]:
        """The three X-Rate-Limit headers; Reset is whole seconds to the window's end."""
        window = self._current(who, now)
        return {
            "X-Rate-Limit-Limit": str(self.limit),
            "X-Rate-Limit-Remaining": str(max(0, self.limit - window.used)),
            "X-Rate-Limit-Reset": str(math.ceil(window.ends_at - now)),
        }
