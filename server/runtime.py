"""The one task group that owns all background work, and the guard around each of its loops."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog
from anyio.abc import TaskGroup

from server.clock import Clock

FIRST_PAUSE_SECONDS: Final = 0.5
MOST_PAUSE_SECONDS: Final = 30.0
MOST_CRASHES: Final = 8  # in a row: about a minute of trying
STEADY_SECONDS: Final = 120.0
UNHEALTHY_CRASHES: Final = 3
log = structlog.get_logger(__name__)


class LoopLost(Exception):
    """A background loop crashed again and again; the process cannot do its work and must end."""


@dataclass
class Loop:
    """One guarded loop.

    Attributes:
        crashes: in all.
        crashes_in_a_row: since it last ran steadily.
        started: when it was last started; the clock's monotonic seconds.
    """

    name: str
    run: Callable[[], Awaitable[None]]
    crashes: int = 0
    crashes_in_a_row: int = 0
    started: float = 0.0


class Runtime:
    """Starts loops in a task group, restarts them when they crash, and gives up when that is no use.

    A loop left unguarded would take the task group with it and leave a process that answers and does
    nothing.
    """

    def __init__(self, tasks: TaskGroup, clock: Clock) -> None:
        self.tasks = tasks
        self._clock = clock
        self._loops: list[Loop] = []

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run a loop for ever."""
        loop = Loop(name, run)
        self._loops.append(loop)
        self.tasks.start_soon(self._guard, loop, name=name)

    @property
    def healthy(self) -> bool:
        """Whether every loop runs steadily, or has crashed only now and then."""
        return all(loop.crashes_in_a_row < UNHEALTHY_CRASHES or self._steady(loop) for loop in self._loops)

    @property
    def crashes(self) -> dict[str, int]:
        """Crashes of each loop since the start."""
        return {loop.name: loop.crashes for loop in self._loops}

    async def _guard(self, loop: Loop) -> None:
        while True:
            loop.started = self._clock.monotonic()
            try:
                await loop.run()
            except Exception as error:  # noqa: BLE001 - whatever ended the loop, it has to run again
                if self._steady(loop):
                    loop.crashes_in_a_row = 0
                loop.crashes += 1
                loop.crashes_in_a_row += 1
                log.error("loop_crashed", loop=loop.name, error=type(error).__name__, crashes=loop.crashes)
                if loop.crashes_in_a_row >= MOST_CRASHES:
                    raise LoopLost(loop.name) from None
                await self._clock.sleep(
                    min(MOST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (loop.crashes_in_a_row - 1))
                )
            else:
                return

    def _steady(self, loop: Loop) -> bool:
        return self._clock.monotonic() - loop.started > STEADY_SECONDS
