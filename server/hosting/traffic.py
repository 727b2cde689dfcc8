"""How much one token may ask: requests a minute, and calls at a time."""

import math
from dataclasses import dataclass
from typing import Final

from server.access import Lane
from server.clock import Clock

MOST_REMEMBERED: Final = 1000  # tokens; beyond that, those at rest are forgotten


@dataclass
class Traffic:
    """One token's requests: those that are being answered, and what is left of its minute."""

    lane: Lane
    left: float
    at: float
    requests: int = 0
    streams: int = 0

    @property
    def resting(self) -> bool:
        """Whether nothing of it is open."""
        return not (self.lane.calls or self.requests or self.streams)


class Meter:
    """The traffic of every token.

    Args:
        per_minute: requests; as many may come at once, and then as fast as they are earned back.
        at_once: tool calls, and event streams.
    """

    def __init__(self, per_minute: int, at_once: int, clock: Clock) -> None:
        self._per_minute = per_minute
        self._at_once = at_once
        self._clock = clock
        self._tokens: dict[str, Traffic] = {}

    def of(self, token: str) -> Traffic:
        """The traffic of a token."""
        known = self._tokens.get(token)
        if known is None:
            if len(self._tokens) >= MOST_REMEMBERED:
                self._forget()
            known = Traffic(Lane(self._at_once), self._per_minute, self._clock.monotonic())
            self._tokens[token] = known
        return known

    def seconds_to_wait(self, traffic: Traffic, *, stream: bool) -> int:
        """Take a request into account; 0 if it may pass, else the whole seconds until it may."""
        busy = (
            traffic.streams >= self._at_once
            if stream
            else traffic.lane.full or traffic.requests >= self._at_once
        )
        if busy:
            return 1
        self._earn(traffic)
        if traffic.left < 1:
            return max(1, math.ceil((1 - traffic.left) * 60 / self._per_minute))
        traffic.left -= 1
        return 0

    def _earn(self, traffic: Traffic) -> None:
        now = self._clock.monotonic()
        traffic.left = min(float(self._per_minute), traffic.left + (now - traffic.at) * self._per_minute / 60)
        traffic.at = now

    def _forget(self) -> None:
        for token, traffic in list(self._tokens.items()):
            self._earn(traffic)
            if traffic.resting and traffic.left >= self._per_minute:
                del self._tokens[token]
