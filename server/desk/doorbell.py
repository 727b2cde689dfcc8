"""How the desk and the background wake each other: new work one way, changed rows the other."""

from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import contextmanager

import anyio


class Doorbell:
    """Wakes loops and waiters of this process. A ring missed costs time only: both sides look again."""

    def __init__(self) -> None:
        self._work = anyio.Event()
        self._changes: dict[str, anyio.Event] = {}
        self._watched: Counter[str] = Counter()

    def ring(self) -> None:
        """There is work: every loop that waits looks at once."""
        self._work.set()
        self._work = anyio.Event()

    def listen(self) -> anyio.Event:
        """The next ring. Taken before looking for work, so that a ring in mid-look is not missed."""
        return self._work

    async def wait_for_work(self, ring: anyio.Event, seconds: float) -> None:
        """Until that ring, or that many seconds."""
        with anyio.move_on_after(max(0.0, seconds)):
            await ring.wait()

    def changed(self, row_id: str) -> None:
        """A row has another state: whoever waits on it reads it again."""
        event = self._changes.pop(row_id, None)
        if event is not None:
            event.set()

    async def wait_for_change(self, row_id: str, seconds: float) -> None:
        """Until `changed` for that row, or that many seconds."""
        event = self._changes.setdefault(row_id, anyio.Event())
        with anyio.move_on_after(max(0.0, seconds)):
            await event.wait()

    @contextmanager
    def watching(self, row_ids: Iterable[str]) -> Generator[None]:
        """While a caller waits on these rows, their outcomes are looked for fastest."""
        ids = list(row_ids)
        self._watched.update(ids)
        try:
            yield
        finally:
            self._watched.subtract(ids)
            self._watched += Counter()
            for row_id in ids:
                if row_id not in self._watched:
                    self.changed(row_id)

    @property
    def watched(self) -> frozenset[str]:
        """Rows that somebody waits on right now."""
        return frozenset(self._watched)
