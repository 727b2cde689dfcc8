"""What every background loop is given."""

from dataclasses import dataclass

from server.clock import Clock
from server.desk.doorbell import Doorbell
from server.settings import Settings
from server.sikka.client import Sikka
from store.opening import Store


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

    @property
    def lease_ms(self) -> int:
        """How long a claimed row is this process's."""
        return self.ms(self.settings.lease_seconds)

    def ms(self, seconds: float) -> int:
        """Seconds of a setting in the milliseconds of a row."""
        return int(seconds * 1000)
