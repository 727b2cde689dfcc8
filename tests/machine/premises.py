"""A practice and two processes of the server on one file, in one virtual loop, each of which can crash."""

import asyncio
import base64
import contextlib
import datetime as dt
import secrets
import sys
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from unittest.mock import patch

import aiosqlite
import anyio.to_thread
import structlog
from one_thread import Connection
from pydantic import SecretStr
from virtual_time import EPOCH, LoopClock, VirtualLoop
from wire import Lines, Wire

import sandbox.world
import server.app
import store.sqlite
from sandbox.execution import carry_out
from sandbox.outcome import RefusedByPmsError
from sandbox.switches import Switches
from sandbox.world import OfficeSpec, SandboxConfig, World
from server.app import App, running
from server.settings import Settings
from store.offices import Office
from store.opening import Store, open_store

OFFICE = "D10001"
QUICK = (1.0, 12.0)  # seconds that a write takes in the practice
KEY = base64.b64encode(bytes(range(32))).decode()
LOADED = 60.0  # a process that does not know its office by then, with Sikka in trouble, begins all the same
# What the server logs where something happened that it did not foresee.
CRASHES = {
    "call_not_opened",
    "key_renewal_crashed",
    "look_not_put_down",
    "loop_crashed",
    "news_lost",
    "send_crashed",
    "tool_crashed",
}
Result = TypeVar("Result")
_mine: ContextVar["Process | None"] = ContextVar("_mine", default=None)


@dataclass
class Process:
    """One process of the server.

    Attributes:
        app: its parts, once it is up.
        calls: tool calls it is answering.
    """

    wire: Wire
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    app: App | None = None
    life: asyncio.Task[None] | None = None
    connections: list[Connection] = field(default_factory=list[Connection])
    calls: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])


class Premises:
    """Everything there is.

    Attributes:
        truth: the world behind Sikka's API.
        refuses: how many of the writes to come the practice's software refuses.
    """

    def __init__(self, seed: int):
        self.chance = Random(seed)
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "chairtime.sqlite3"
        self.refuses = 0
        self.processes: list[Process | None] = [None, None]
        self.trouble: list[BaseException] = []
        self._stack = ExitStack()
        self._replace_what_leaves_the_loop()
        self.runner = self._stack.enter_context(asyncio.Runner(loop_factory=VirtualLoop))
        self.loop = self._loop()
        self.clock = LoopClock(self.loop)
        self.truth = World(self._config(), lambda: EPOCH + self.loop.time())
        self.office = self.truth.offices[OFFICE]
        self.lines = Lines(self.truth, self.chance)
        self.settings = self._settings()
        self.store: Store = self.do(self._opened())

    def _loop(self) -> VirtualLoop:
        loop = self.runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        return loop

    def _config(self) -> SandboxConfig:
        return SandboxConfig(
            offices=(OfficeSpec(OFFICE, patients=12),),
            writeback_seconds=QUICK,
            refresh_seconds=90.0,
            rate_limit=100_000,
            desk=False,
            # Where the chairs refuse nothing, a write that is sent twice really makes two appointments.
            switches=Switches(overlap="allowed"),
        )

    def _settings(self) -> Settings:
        config = self.truth.config
        given = {
            "sikka_base_url": "http://127.0.0.1:9/v4",
            "sikka_app_id": SecretStr(config.app_id),
            "sikka_app_key": SecretStr(config.app_key),
            "database_url": f"sqlite:///{self.file}",
            "key": SecretStr(KEY),
            "consent_seconds": 0.0,
            "toolsets": "scheduling,frontoffice",
            # Every wish is acted on, and read from Sikka: what the office leaves to people is no write.
            "unreviewed": "book",
            "max_copy_age_minutes": 525_600,
            "mirror": "off",
        }
        return Settings(**given)

    def _replace_what_leaves_the_loop(self):
        """Threads, sockets, the disk's patience and chance: none of them is what is proven here."""
        enter = self._stack.enter_context
        enter(patch.object(aiosqlite, "connect", self._connect))
        enter(patch.object(anyio.to_thread, "run_sync", _here))
        enter(patch.object(server.app, "open_transport", self._transport))
        enter(patch.object(secrets, "token_hex", lambda size: self.chance.randbytes(size).hex()))
        enter(patch.object(secrets, "token_bytes", self.chance.randbytes))
        enter(patch.object(store.sqlite, "_WRITER_SETTINGS", ("PRAGMA synchronous = OFF",)))
        enter(patch.object(sandbox.world, "carry_out", self._carry_out))
        structlog.configure(processors=[self._hear])
        self._stack.callback(structlog.reset_defaults)

    def _hear(self, _logger, _method, event):
        """No log is written. What no process may ever say, unless it is being thrown away, is trouble."""
        process = _mine.get()
        if event["event"] in CRASHES and not (process and process.wire.cut):
            unforeseen = AssertionError(f"{event}")
            unforeseen.__cause__ = sys.exc_info()[1]
            self.trouble.append(unforeseen)
        raise structlog.DropEvent

    def _connect(self, path, timeout, isolation_level):
        assert isolation_level is None
        connection = Connection(path, timeout, self.chance)
        process = _mine.get()
        if process is not None:
            process.connections.append(connection)
        return connection

    def _transport(self, base_url, timeouts):
        process = _mine.get()
        assert process is not None
        return self.lines.open_transport(process.wire, base_url, timeouts)

    def _carry_out(self, office, write):
        if self.refuses:
            self.refuses -= 1
            raise RefusedByPmsError("The practice's software does not want to.")
        return carry_out(office, write)

    async def _opened(self) -> Store:
        return await open_store(
            self.settings.database_url, key_file=None, key_text=KEY, default_path=self.file
        )

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of a coroutine; everything else goes on meanwhile."""
        return self.runner.run(work)

    def let_pass(self, seconds: float):
        """Let that much time pass, and raise what went wrong in it."""
        self.do(asyncio.sleep(seconds))
        self.truth.advance()
        if self.trouble:
            raise self.trouble[0]

    def up(self, number: int) -> Process:
        """That process, started if need be."""
        process = self.processes[number]
        if process is None:
            process = self.processes[number] = Process(Wire(self.lines))
            self.do(self._start(process))
        return process

    async def _start(self, process: Process):
        _mine.set(process)
        process.life = asyncio.create_task(self._live(process))
        _mine.set(None)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOADED):
                while process.app is None or not await self.store.offices.list():
                    if process.life.done():
                        process.life.result()
                    await asyncio.sleep(0.05)

    async def _live(self, process: Process):
        async with running(self.settings, self.clock) as app:
            process.app = app
            await process.stop.wait()

    def crash(self, number: int):
        """Throw a process away: from this moment on it writes and sends nothing more."""
        process, self.processes[number] = self.processes[number], None
        if process is None or process.life is None:
            return
        process.wire.cut = True
        for connection in process.connections:
            connection.cut()
        self.do(_thrown_away(process))

    def end(self, number: int):
        """Stop a process in good order; calls in progress get no answer."""
        process, self.processes[number] = self.processes[number], None
        if process is not None and process.life is not None:
            self.do(_ended(*process.calls))
            process.stop.set()
            self.do(_over(process.life))

    def ask(self, process: Process, work: Callable[[], "asyncio.Future[None]"]):
        """Run a caller's script; it ends when the process does."""
        task = self.loop.create_task(self._guarded(process, work))
        process.calls.add(task)
        task.add_done_callback(process.calls.discard)
        return task

    async def _guarded(self, process, work):
        _mine.set(process)
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - raised again in the machine's next step
            self.trouble.append(error)

    def day_ahead(self, days: int) -> dt.date:
        """A day of the office's calendar."""
        return self.office.now().date() + dt.timedelta(days=days)

    async def home(self) -> Office:
        """The office, as the store has it."""
        return (await self.store.offices.list())[0]

    def close(self):
        """End everything."""
        for number in range(len(self.processes)):
            self.crash(number)
        self.do(self.store.aclose())
        self.do(_ended(*(task for task in asyncio.all_tasks(self.loop))))
        self._stack.close()
        self.folder.cleanup()


async def _here(function, *args, **_):
    return function(*args)


async def _ended(*tasks):
    """Cancel tasks and wait for their end, whatever it is."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _thrown_away(process: Process):
    assert process.life is not None
    if process.app is not None:
        process.app.runtime.tasks.cancel_scope.cancel()  # else it would wait for what it is sending
    await _ended(process.life, *process.calls)


async def _over(life):
    await life
