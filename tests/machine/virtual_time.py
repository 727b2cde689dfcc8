"""An event loop in which nobody ever waits: when nothing is ready, its clock leaps to the next timer."""

import asyncio
import selectors

import anyio

EPOCH = 1_795_446_000.0  # Monday, November 23, 2026, 10:00 on the wall of the default office
STEP = 1e-6  # a leap goes this far past its timer, so that rounding never leaves it a hair in the future
MOST_ROUNDS = 500_000  # without a leap: something is spinning


class _Leaping(selectors.SelectSelector):
    """A selector that does not wait but moves the time on."""

    def __init__(self):
        super().__init__()
        self.seconds = 0.0
        self.rounds = 0

    def select(self, timeout=None):
        ready = super().select(0)
        self.rounds += 1
        if ready or timeout == 0:
            assert self.rounds < MOST_ROUNDS, "something spins, and no time passes"
            return ready
        assert timeout is not None, "everything waits, and nothing will ever happen"
        self.rounds = 0
        self.seconds += timeout + STEP
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop on virtual time; for everything that runs in it, waiting costs nothing."""

    def __init__(self):
        self.leaping = _Leaping()
        super().__init__(self.leaping)
        self._clock_resolution = STEP / 1000

    def time(self):
        return self.leaping.seconds

    def suspend(self, seconds):
        """The machine sleeps: time passes, and nothing runs. Afterwards all that is due runs at once."""
        self.leaping.seconds += seconds


class LoopClock:
    """`server.clock.Clock` over a virtual loop. Its wall clock can be set otherwise, as clocks are."""

    def __init__(self, loop: VirtualLoop):
        self._loop = loop
        self.set_by = 0.0

    def now(self) -> int:
        return round((EPOCH + self._loop.time() + self.set_by) * 1000)

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)
