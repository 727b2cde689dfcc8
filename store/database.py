"""The seam between the store's SQL and the engine that runs it.

One SQL text serves every engine: TEXT, BIGINT and BYTEA, placeholders ``$1..$n``, nullable parameters cast.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from store.errors import BadDatabaseUrl

Row = Mapping[str, Any]
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Change:
    """A writing statement that is yet to be run; ``touches`` is how many rows it must touch, None for any."""

    sql: str
    args: Sequence[Any] = field(repr=False)
    touches: int | None = None


class Statements(Protocol):
    """Something that runs single SQL statements."""

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        """All rows of a statement, in its order; empty if there are none."""
        ...

    async def fetch_one(self, sql: str, *args: Any) -> Row | None:
        """The first row of a statement, or None."""
        ...

    async def execute(self, sql: str, *args: Any) -> int:
        """Run a statement and return how many rows it touched."""
        ...


class Database(Protocol):
    """An open database: reads beside the writer, and one write transaction at a time."""

    @property
    def dialect(self) -> str:
        """The engine's name, as it stands in the names of its own migration files."""
        ...

    @property
    def skip_locked(self) -> str:
        """The engine's clause for a claiming SELECT to pass over rows others hold; may be empty."""
        ...

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        """All rows of a reading statement, as of the last commit."""
        ...

    async def fetch_one(self, sql: str, *args: Any) -> Row | None:
        """The first row of a reading statement, as of the last commit, or None."""
        ...

    async def fetch_few(self, sql: str, *args: Any) -> list[Row]:
        """As `fetch`, for a statement that an index answers at once with a handful of rows."""
        ...

    async def write(self, sql: str, *args: Any) -> None:
        """One writing statement, committed by itself; a caller cancelled meanwhile does not undo it."""
        ...

    async def write_all(self, changes: Sequence[Change]) -> bool:
        """Several writing statements, committed together; a caller cancelled meanwhile does not undo them.

        False where one of them touched another number of rows than it must; then nothing was changed.
        """
        ...

    def transaction(self) -> AbstractAsyncContextManager[Statements]:
        """A write transaction: committed at the block's end, rolled back on an exception or cancellation."""
        ...

    async def aclose(self) -> None:
        """Close the database. A closed one can be closed again."""
        ...


def placeholders(first: int, count: int) -> str:
    """``count`` placeholders from ``$first`` on, for an ``IN`` list: ``placeholders(3, 2)`` is ``$3, $4``."""
    return ", ".join(f"${number}" for number in range(first, first + count))


def portions(of: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    """The same in order, ``size`` to a portion and the rest in the last; none of nothing."""
    return (of[first : first + size] for first in range(0, len(of), size))


def parse_url(url: str, default_path: Path) -> Path:
    """The SQLite file a database URL names; an empty URL names ``default_path``.

    ``sqlite:///tmp/x.db`` and ``sqlite:////tmp/x.db`` both mean ``/tmp/x.db``; ``sqlite:x.db`` is relative to
    the working directory. Raises BadDatabaseUrl for anything else.
    """
    url = url.strip()
    if not url:
        return default_path
    scheme, colon, rest = url.partition(":")
    if not colon or scheme.lower() != "sqlite":
        raise BadDatabaseUrl(
            "The database URL is not one for SQLite. Nothing was opened. Use sqlite:///path/to/file."
        )
    absolute = rest.startswith("///")
    name = rest.lstrip("/") if absolute else rest
    if (
        not name
        or (rest.startswith("/") and not absolute)
        or ":memory:" in name
        or "?" in name
        or "\0" in name
    ):
        raise BadDatabaseUrl(
            "The database URL names no file. Nothing was opened. "
            "Use sqlite:///path/to/file for an absolute path or sqlite:file for a relative one."
        )
    return Path("/" + name) if absolute else Path(name)
