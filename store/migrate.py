"""Brings a store's tables up to what this program knows, by numbered SQL files.

``0001_first.sql`` is run on every engine, ``0001_first.sqlite.sql`` after it on SQLite only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from store.database import Statements
from store.errors import StoreTooNew

_FILE = re.compile(r"(\d{4})_\w+?(?:\.(\w+))?\.sql")
_BETWEEN_STATEMENTS = re.compile(r";[ \t]*\n\s*\n")


@dataclass(frozen=True)
class Migration:
    """One numbered step: its statements, in order."""

    version: int
    statements: tuple[str, ...]


def known_migrations(dialect: str) -> list[Migration]:
    """The migrations packaged with the program, oldest first."""
    texts: dict[int, list[str]] = {}
    for file in sorted(resources.files("store").joinpath("migrations").iterdir(), key=lambda file: file.name):
        match = _FILE.fullmatch(file.name)
        if match and match[2] in {None, dialect}:
            texts.setdefault(int(match[1]), []).extend(split_statements(file.read_text(encoding="utf-8")))
    return [Migration(version, tuple(statements)) for version, statements in sorted(texts.items())]


def split_statements(text: str) -> list[str]:
    """The statements of a migration file: each ends with a semicolon before a blank line or the end."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    parts = (part.strip().removesuffix(";") for part in _BETWEEN_STATEMENTS.split(lines))
    return [part for part in parts if part]


async def migrate(statements: Statements, known: Sequence[Migration]) -> int:
    """Run what is missing inside the given transaction and return the store's version.

    Raises StoreTooNew if the store has a migration this program does not know.
    """
    await statements.execute("CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY)")
    rows = await statements.fetch("SELECT version FROM schema_migrations")
    applied = {int(row["version"]) for row in rows}
    refuse_newer(max(applied, default=0), known)
    for migration in known:
        if migration.version in applied:
            continue
        for statement in migration.statements:
            await statements.execute(statement)
        await statements.execute("INSERT INTO schema_migrations (version) VALUES ($1)", migration.version)
    return known[-1].version


def refuse_newer(version: int, known: Sequence[Migration]) -> None:
    """Raise StoreTooNew if a store of that version was written by a newer program."""
    newest = known[-1].version
    if version > newest:
        raise StoreTooNew(
            f"The store is of version {version}; this program knows up to {newest}. Nothing was changed. "
            "Run the newer program, or restore the backup that was made before it ran."
        )
