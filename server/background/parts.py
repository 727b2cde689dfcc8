"""What every background loop is given."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from server.clock import Clock
from server.desk.charter.standing import Charters, Standing
from server.desk.doorbell import Doorbell
from server.settings import Settings
from server.sikka.client import Sikka
from store.opening import Store

LEASE_SHARE: Final = 0.8  # of a lease may be used; the rest is for putting down what came of it
RENEWAL_REQUESTS: Final = 3  # the refresh key is refused, the secret key is read, a key is granted
AROUND_SECONDS: Final = 2.0  # of a request, beside waiting for its answer: a connection, the sending


@dataclass(frozen=True)
class Parts:
    """The parts that the composition root puts together, one set a process.

    Attributes:
        owner: this process's name, under which it holds leases.
    """

    store: Store
    sikka: Sikka
    doorbell: Doorbell
    clock: Clock
    settings: Settings
    owner: str

    async def settings_of(self, office: str) -> Settings:
        """The settings as they hold for an office (a pms_integrations id): its charter beats them."""
        return (await self._standing(office)).settings

    async def cancelled_word(self, office: str) -> str:
        """An office's own word for cancelled (by its pms_integrations id); "" where it has said none."""
        return (await self._standing(office)).policy.cancelled_word

    async def _standing(self, office: str) -> Standing:
        return await self._charters.of(office)

    @cached_property
    def _charters(self) -> Charters:
        """They keep what they have read of a document until it is another."""
        return Charters(self.store.profiles, self.settings)

    @property
    def lease_seconds(self) -> float:
        """How long a row that is sent is this process's: never shorter than Sikka may be silent."""
        return max(self.settings.lease_seconds, request_seconds(self.settings) / LEASE_SHARE)

    @property
    def send_seconds(self) -> float:
        """How long a sending may take before it counts as lost, so that it ends while its lease holds."""
        return self.lease_seconds * LEASE_SHARE

    def ms(self, seconds: float) -> int:
        """Seconds of a setting in the milliseconds of a row."""
        return int(seconds * 1000)


def request_seconds(settings: Settings) -> float:
    """How long one request to Sikka takes at the most that is still waited for."""
    return settings.read_timeout_seconds + AROUND_SECONDS


def renewal_seconds(settings: Settings) -> float:
    """How long one process may renew an office's request key before another tries."""
    return RENEWAL_REQUESTS * request_seconds(settings) / LEASE_SHARE
