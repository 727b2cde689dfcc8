"""A loop on a clock of its own, which leaps to the next moment whenever nothing is left to do in this one.

Hours pass in seconds, and every wait of the program under test is as long on that clock as it asked for.
Only the database works in threads; while one of its statements is under way the clock stands still.
"""

import asyncio
import selectors
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Final, TypeVar

import anyio

from store.database import Row, Statements
from store.sqlite import SqliteDatabase

BEGIN_SECONDS: Final = 1_795_000_000
REAL_SECONDS: Final = 5.0  # the longest that a thread is waited for before the loop looks again
Result = TypeVar("Result")


class _Selector(selectors.DefaultSelector):
    """Waits for threads in real time; for the clock it does not wait."""

    def __init__(self, leap: Callable[[float], None]) -> None:
        super().__init__()
        self._leap = leap
        self.standing = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As any selector's, but that the clock leaps where this would sleep."""
        if timeout is not None and timeout <= 0:
            return super().select(0)
        if self.standing or timeout is None:
            return super().select(REAL_SECONDS)
        self._leap(timeout)
        return super().select(0)


class LeapingLoop(asyncio.SelectorEventLoop):
    """The loop. Its clock begins at 0."""

    def __init__(self) -> None:
        self._moment = 0.0
        self._leaper = _Selector(self._leap)
        super().__init__(self._leaper)

    def time(self) -> float:
        """Seconds on its own clock."""
        return self._moment

    @contextmanager
    def standing(self) -> Generator[None]:
        """For so long, what is waited for is not the clock."""
        self._leaper.standing += 1
        try:
            yield
        finally:
            self._leaper.standing -= 1

    def _leap(self, seconds: float) -> None:
        self._moment += seconds


def here() -> LeapingLoop:
    """The loop that runs; it must be a leaping one."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, LeapingLoop):
        raise TypeError("this runs on a LeapingLoop")
    return loop


def run(main: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run to the end on a loop of its own."""
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        return runner.run(main())


class LeapingClock:
    """`server.clock.Clock` on the running loop."""

    def now(self) -> int:
        """UTC epoch in milliseconds."""
        return int(self.world() * 1000)

    def world(self) -> float:
        """UTC epoch in seconds, for the sandbox."""
        return BEGIN_SECONDS + here().time()

    def monotonic(self) -> float:
        """Seconds from an arbitrary start."""
        return here().time()

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""
        await anyio.sleep(seconds)


class StandingDatabase(SqliteDatabase):
    """The SQLite driver, with the clock standing still while it works; nothing of it outlives a run."""

    async def start(self) -> None:
        """As the driver's, but that no commit waits for the disk."""
        await super().start()
        await self._writer.execute_fetchall("PRAGMA synchronous = OFF")

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        """As the driver's."""
        with here().standing():
            return await super().fetch(sql, *args)

    async def fetch_one(self, sql: str, *args: Any) -> Row | None:
        """As the driver's."""
        with here().standing():
            return await super().fetch_one(sql, *args)

    def transaction(self) -> AbstractAsyncContextManager[Statements]:
        """As the driver's."""
        return self._standing_transaction()

    @asynccontextmanager
    async def _standing_transaction(self) -> AsyncGenerator[Statements]:
        with here().standing():
            async with super().transaction() as statements:
                yield statements
