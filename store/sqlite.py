"""The SQLite driver: one writer connection, one reader, one for what is read at once; write-ahead log."""

import sqlite3
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite
import anyio
import anyio.to_thread

from store.database import Change, Row, Statements
from store.errors import NotAStore

BUSY_SECONDS = 5.0
# Readers of a write-ahead log wait for nobody but in rare moments (a log being set up or folded away); then
# the reader with a thread of its own does it.
_AT_ONCE_BUSY_SECONDS = 0.0
_WAL_ATTEMPTS = 100
_WAL_PAUSE_SECONDS = 0.05
_SETTINGS = "PRAGMA foreign_keys = ON"
_WRITER_SETTINGS = (_SETTINGS, "PRAGMA synchronous = FULL")
_READER_SETTINGS = (_SETTINGS, "PRAGMA query_only = ON")


def _named(args: Sequence[Any]) -> Any:
    """Arguments by name, as SQLite takes ``$1`` for a parameter named "1"; aiosqlite types a list."""
    return {str(number): value for number, value in enumerate(args, start=1)}


class _Reading:
    """Statements that return rows, on one connection."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        """All rows of a statement, run and fetched in one step: a cancelled caller leaves no cursor."""
        rows: Iterable[sqlite3.Row] = await self._connection.execute_fetchall(sql, _named(args))
        return [dict(row) for row in rows]

    async def fetch_one(self, sql: str, *args: Any) -> Row | None:
        """The first row of a statement, or None."""
        rows = await self.fetch(sql, *args)
        return rows[0] if rows else None


class _Transaction(_Reading):
    """The statements of one write transaction."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        super().__init__(connection)
        self.over = False

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        """All rows of a statement."""
        self._still_open()
        return await super().fetch(sql, *args)

    async def execute(self, sql: str, *args: Any) -> int:
        """Run a statement and return how many rows it touched; 0 for one that touches no rows."""
        self._still_open()
        cursor = await self._connection.execute(sql, _named(args))
        touched = cursor.rowcount
        await cursor.close()
        return max(touched, 0)

    def _still_open(self) -> None:
        if self.over:
            raise RuntimeError("the transaction is over")


class SqliteDatabase:
    """An open SQLite file. Several processes may have the same one open; writers wait for each other."""

    dialect = "sqlite"
    skip_locked = ""

    def __init__(self, path: Path) -> None:
        self._writer = aiosqlite.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        self._reader = aiosqlite.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        self._reading = _Reading(self._reader)
        self._path = path
        self._at_once: sqlite3.Connection | None = None
        self._writing = anyio.Lock()

    async def start(self) -> None:
        """Open both connections, or neither. Raises sqlite3.Error."""
        try:
            await _start(self._writer, _WRITER_SETTINGS)
            await _start(self._reader, _READER_SETTINGS)
            self._at_once = _open_at_once(self._path)
        except BaseException:
            await self.aclose()
            raise

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        """All rows of a reading statement, as of the last commit."""
        return await self._reading.fetch(sql, *args)

    async def fetch_one(self, sql: str, *args: Any) -> Row | None:
        """The first row of a reading statement, as of the last commit, or None."""
        rows = await self.fetch_few(sql, *args)
        return rows[0] if rows else None

    async def fetch_few(self, sql: str, *args: Any) -> list[Row]:
        """All rows of a statement that has a few at most, read in the loop itself.

        That takes some 20 microseconds; to hand it to a thread and back takes six times as much of the CPU,
        and a tool call reads a dozen times.
        """
        if self._at_once is not None:
            try:
                return [dict(row) for row in self._at_once.execute(sql, _named(args)).fetchall()]
            except sqlite3.OperationalError:
                pass  # somebody is in the way: wait for them, but elsewhere
        return await self._reading.fetch(sql, *args)

    async def write(self, sql: str, *args: Any) -> None:
        """One writing statement, committed by itself: one trip to the writer's thread instead of four."""
        async with self._writing:
            await self._writer.execute_fetchall(sql, _named(args))

    async def write_all(self, changes: Sequence[Change]) -> bool:
        """Several writing statements, committed together, in one trip to the writer's thread."""
        async with self._writing:
            # aiosqlite has no word of its own for more than one statement at a time
            together = partial(_together, self._writer._conn, changes)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - as above
            return await self._writer._execute(together)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage, reportUnknownMemberType] - as above

    def transaction(self) -> AbstractAsyncContextManager[Statements]:
        """A write transaction; waits for other writers, in this process and up to five seconds for others."""
        return self._transaction()

    @asynccontextmanager
    async def _transaction(self) -> AsyncGenerator[Statements, None]:
        # A connection's statements are run one after the other by its own thread. Whatever moment a caller is
        # cancelled at, the rollback queues behind the statement in hand, and is nothing after a COMMIT.
        async with self._writing:
            statements = _Transaction(self._writer)
            try:
                await self._writer.execute_fetchall("BEGIN IMMEDIATE")
                yield statements
                statements.over = True
                with anyio.CancelScope(shield=True):
                    await self._writer.commit()
            except BaseException:
                statements.over = True
                with anyio.CancelScope(shield=True):
                    await self._writer.rollback()
                raise

    async def aclose(self) -> None:
        """Close both connections, the writer last so that it may fold the write-ahead log into the file."""
        if self._at_once is not None:
            self._at_once.close()
            self._at_once = None
        with anyio.CancelScope(shield=True):
            await self._reader.close()
            await self._writer.close()


async def open_sqlite(path: Path) -> SqliteDatabase:
    """Open a SQLite file for reading and writing, making it (mode 0600) if it is not there.

    Raises NotAStore if it cannot be opened.
    """
    try:
        await anyio.to_thread.run_sync(_make_file, path)
        database = SqliteDatabase(path)
        with anyio.CancelScope(shield=True):  # each connection has a thread, which somebody has to end
            await database.start()
    except OSError as error:
        raise NotAStore(f"The database file cannot be made: {error.strerror}. Check its path.") from error
    except sqlite3.Error as error:
        raise NotAStore(f"The database file cannot be opened: {error}. Nothing was changed.") from error
    return database


def _make_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)  # the log and its index take their mode from the file


def _together(connection: sqlite3.Connection, changes: Sequence[Change]) -> bool:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for change in changes:
            touched = connection.execute(change.sql, _named(change.args)).rowcount
            if change.touches not in {None, touched}:
                connection.execute("ROLLBACK")
                return False
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return True


async def _start(connection: aiosqlite.Connection, settings: Iterable[str]) -> None:
    await connection
    connection.row_factory = sqlite3.Row
    await _write_ahead(connection)
    for setting in settings:
        await connection.execute_fetchall(setting)


def _open_at_once(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_AT_ONCE_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    for setting in _READER_SETTINGS:
        connection.execute(setting)
    return connection


async def _write_ahead(connection: aiosqlite.Connection) -> None:
    """Switch the file to write-ahead logging. SQLite does not wait if another process is just doing so."""
    for attempt in range(1, _WAL_ATTEMPTS + 1):
        try:
            await connection.execute_fetchall("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if attempt == _WAL_ATTEMPTS:
                raise
            await anyio.sleep(_WAL_PAUSE_SECONDS)
        else:
            return


@dataclass(frozen=True)
class Found:
    """What a file held before it was opened for writing."""

    version: int
    sealed_index_key: bytes


async def look(path: Path) -> Found | None:
    """Read a store's version and sealed index key without changing a byte; None if there is no store yet.

    Raises NotAStore if the file is something else.
    """
    return await anyio.to_thread.run_sync(_look, path)


def _look(path: Path) -> Found | None:
    try:
        if not path.exists() or path.stat().st_size == 0:
            return None
        # Without a log nobody has the file open, and none need be made to read it.
        logged = path.with_name(f"{path.name}-wal").exists()
        uri = f"{path.absolute().as_uri()}?mode=ro{'' if logged else '&immutable=1'}"
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as file:
            tables = {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables:
                return None
            if not {"schema_migrations", "store_meta"} <= tables:
                raise NotAStore(
                    "The database holds something else than a Chairtime store. Nothing was changed."
                )
            version = file.execute("SELECT COALESCE(MAX(version), 0) FROM schema_migrations").fetchone()[0]
            key = file.execute("SELECT value FROM store_meta WHERE name = 'index_key'").fetchone()
    except (sqlite3.Error, OSError) as error:
        raise NotAStore(f"The database file cannot be read: {error}. Nothing was changed.") from error
    if key is None:
        raise NotAStore("The database has lost its index key. Nothing was changed. Restore it from a backup.")
    return Found(version=int(version), sealed_index_key=bytes(key[0]))
