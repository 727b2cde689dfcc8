"""aiosqlite without its thread: statements run in the loop, after a moment that chance decides.

Two connections then meet as those of two processes do, and the same chance makes the same meeting.
"""

import asyncio
import sqlite3
from functools import partial

import aiosqlite

MOMENTS = (0.0, 0.0, 0.0002, 0.002)
LOOK_AGAIN = 0.003
BUSY = ("database is locked", "database table is locked")


class Connection(aiosqlite.Connection):
    """A connection that can be cut off, as by the end of its process: nothing of it is written any more."""

    def __init__(self, path, timeout, chance):
        super().__init__(partial(sqlite3.connect, path, timeout=0, isolation_level=None), 64)
        self._patience = timeout
        self._chance = chance
        self._turn = asyncio.Lock()

    def __await__(self):
        return self._connect().__await__()

    async def _connect(self):
        self._connection = self._connector()
        return self

    async def _execute(self, fn, *args, **kwargs):
        # As in a thread, a statement once handed over is carried out, whatever becomes of who asked.
        work = asyncio.get_running_loop().create_task(self._in_turn(partial(fn, *args, **kwargs)))
        work.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(work)

    async def _in_turn(self, function):
        async with self._turn:
            await asyncio.sleep(self._chance.choice(MOMENTS))
            tries = int(self._patience / LOOK_AGAIN)  # SQLite counts its own naps, not those of the machine
            while True:
                if self._connection is None:
                    raise ValueError("the connection is closed")
                try:
                    return function()
                except sqlite3.OperationalError as error:
                    tries -= 1
                    if str(error) not in BUSY or tries < 0:
                        raise
                await asyncio.sleep(LOOK_AGAIN)

    async def close(self):
        if self._connection is not None:
            await self._execute(self.cut)

    def cut(self):
        """End it here and now; what is not committed never happened."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def stop(self):
        self.cut()
