"""How much one token may ask, and how often one address may show a wrong one."""

import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from server.access import Lane
from server.clock import Clock

MOST_REMEMBERED: Final = 1000  # tokens; beyond that, those at rest are forgotten
MOST_ADDRESSES: Final = 1000  # beyond that, those that have been quiet for longest are forgotten
ONE_HOUSEHOLD: Final = 64  # bits of an IPv6 address that its owner cannot choose


@dataclass
class Pace:
    """So many at once as a minute has, and then as fast as they are earned back.

    Attributes:
        left: of the minute, at the monotonic second `at`.
    """

    per_minute: int
    left: float
    at: float

    def take(self, now: float) -> int:
        """Take one; 0 if it may pass, else the whole seconds until one may."""
        self.earn(now)
        if self.left < 1:
            return max(1, math.ceil((1 - self.left) * 60 / self.per_minute))
        self.left -= 1
        return 0

    def earn(self, now: float) -> None:
        """What came back since the last time."""
        self.left = min(float(self.per_minute), self.left + (now - self.at) * self.per_minute / 60)
        self.at = now


@dataclass
class Traffic:
    """One token's requests: those that are being answered, and what is left of its minute."""

    lane: Lane
    pace: Pace
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
            pace = Pace(self._per_minute, self._per_minute, self._clock.monotonic())
            known = Traffic(Lane(self._at_once), pace)
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
        return traffic.pace.take(self._clock.monotonic())

    def _forget(self) -> None:
        for token, traffic in list(self._tokens.items()):
            traffic.pace.earn(self._clock.monotonic())
            if traffic.resting and traffic.pace.left >= self._per_minute:
                del self._tokens[token]


class Failures:
    """Wrong tokens, by the address that showed them.

    Args:
        per_minute: so many are said to be wrong; more are told to wait.
    """

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._addresses: OrderedDict[str, Pace] = OrderedDict()

    def seconds_to_wait(self, address: str) -> int:
        """Take another one into account; 0 if it is not too many, else the whole seconds to wait."""
        now = self._clock.monotonic()
        known = _household(address)
        pace = self._addresses.pop(known, None) or Pace(self._per_minute, self._per_minute, now)
        self._addresses[known] = pace
        if len(self._addresses) > MOST_ADDRESSES:
            self._addresses.popitem(last=False)
        return pace.take(now)


def _household(address: str) -> str:
    """Who has one IPv6 address has as many as they like of the same network."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network((address.partition("%")[0], ONE_HOUSEHOLD), strict=False))
    except ValueError:
        return address
