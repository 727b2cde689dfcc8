"""Seals everything with the newest key, a few rows at a time, while others go on reading and writing."""
# ruff: noqa: S608  # only names of tables and columns from the table below are put into the SQL text

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from store.audit import WHOLE, note_done
from store.database import Database, Row, Statements, placeholders
from store.errors import OlderKeyInUse, SealingKeyMissing
from store.key_file import KeyFile
from store.sealing import Sealer

_INDEX_KEY: Final = "SELECT value FROM store_meta WHERE name = 'index_key'"
AT_ONCE: Final = 200  # rows to a transaction: nobody who writes must wait long


@dataclass(frozen=True, slots=True)
class SealedTable:
    """Where sealed values lie, and what each is bound to beside its table and column.

    Attributes:
        key: the columns of the primary key.
        office: what its values are bound to as their office, in SQL.
        row: what they are bound to as their row, in SQL.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    office: str
    row: str


SEALED: Final = (
    SealedTable(
        "pms_integrations",
        ("secret_key", "request_key", "refresh_key"),
        ("id",),
        office="office_id",
        row="office_id",
    ),
    SealedTable(
        "pms_writebacks",
        ("endpoint", "request_body", "facts", "error_message", "created_id"),
        ("id",),
        office="pms_integration_id",
        row="id",
    ),
    SealedTable(
        "pms_writeback_events",
        ("detail",),
        ("id",),
        office="(SELECT w.pms_integration_id FROM pms_writebacks AS w "
        "WHERE w.id = pms_writeback_events.writeback_id)",
        row="id",
    ),
    SealedTable("handles", ("payload",), ("id",), office="office", row="id"),
    SealedTable("tasks", ("body", "note"), ("id",), office="office", row="id"),
    SealedTable("office_profiles", ("document",), ("office",), office="office", row="office"),
    SealedTable(
        "mirror_rows", ("sealed",), ("office", "kind", "id_key"), office="office", row="kind || '|' || id_key"
    ),
    SealedTable("credentials", ("sealed",), ("id",), office="''", row="id"),
    # The index key comes last: that it is sealed with the newest key tells that a rotation came to its end.
    SealedTable("store_meta", ("value",), ("name",), office="''", row="name"),
)
"""Every sealed column of the store."""


class Rotation:
    """Puts the newest key of the ring in the place of older ones.

    Broken off anywhere, it can be begun anew: what is sealed with the newest key is passed over.
    """

    def __init__(self, database: Database, sealer: Sealer, key_file: KeyFile | None) -> None:
        self._database = database
        self._sealer = sealer
        self.key_file = key_file

    async def begin(self) -> bool:
        """Put a new key before the others in the key file; False where a rotation to its newest is not done.

        Others who have the store open seal with it from then on. In a transaction, since two new keys put
        into the same place at once would be one.

        Raises:
            SealingKeyMissing: the keys lie in no file, or it cannot be replaced. Nothing was changed.
        """
        async with self._database.transaction() as statements:
            row = await statements.fetch_one(_INDEX_KEY)
            if row is None or not self._sealer.is_newest(row["value"]):
                return False
            file = self._file()
            await note_done(statements, None, "key_added", office=WHOLE)
            file.replace(file.read().with_new())
        return True

    async def drop_older(self) -> int:
        """Take the keys out of the file with which nothing is sealed any more; how many those were.

        Raises:
            OlderKeyInUse: something still is. Nothing was changed.
            SealingKeyMissing: as `begin`.
        """
        async with self._database.transaction() as statements:
            left = await self._left(statements)
            if left:
                raise OlderKeyInUse(left)
            file = self._file()
            ring = file.read()
            if len(ring) > 1:
                await note_done(statements, None, "key_dropped", office=WHOLE)
                file.replace(ring.newest_only())
        return len(ring) - 1

    async def run(self) -> AsyncGenerator[tuple[str, int]]:
        """Seal all anew; after each table its name, and how many rows of it were sealed anew.

        Raises:
            SealBroken: a value is damaged, or its key is not in the ring. What was done stays done.
        """
        for table in SEALED:
            yield table.name, await self._table(table)

    async def left(self) -> int:
        """How many rows hold a value that is not sealed with the newest key."""
        return await self._left(self._database)

    async def unopenable(self) -> int:
        """How many rows hold a value that is sealed with a key which the ring does not have."""
        marks = self._sealer.marks
        known = placeholders(1, len(marks))
        size = Sealer.MARK_BYTES
        counts = [
            await self._database.fetch(
                f"SELECT COUNT(*) AS there FROM {table.name} WHERE "
                + " OR ".join(f"substr({name}, 1, {size}) NOT IN ({known})" for name in table.columns),
                *marks,
            )
            for table in SEALED
        ]
        return sum(int(row["there"]) for [row] in counts)

    async def _left(self, statements: Statements | Database) -> int:
        counts = [
            await statements.fetch(
                f"SELECT COUNT(*) AS there FROM {table.name} WHERE {_older(table, 1)}", self._sealer.mark
            )
            for table in SEALED
        ]
        return sum(int(row["there"]) for [row] in counts)

    def _file(self) -> KeyFile:
        if self.key_file is None:
            raise SealingKeyMissing(
                "The sealing keys are given in CHAIRTIME_KEY, which no program can change. Nothing was "
                "changed. Put a new key (32 random bytes in base64) on a line before the old one, restart "
                "the server, and run this again; take the old one out when nothing needs it."
            )
        return self.key_file

    async def _table(self, table: SealedTable) -> int:
        changed, after = 0, list[str]()
        key = ", ".join(table.key)
        behind = f"AND ({key}) > ({placeholders(3, len(table.key))})"
        while True:
            rows = await self._database.fetch(
                f"SELECT {key}, {', '.join(table.columns)}, {table.office} AS bound_office, "
                f"{table.row} AS bound_row FROM {table.name} WHERE {_older(table, 1)} "
                f"{behind if after else ''} ORDER BY {key} LIMIT $2",
                self._sealer.mark,
                AT_ONCE,
                *after,
            )
            if not rows:
                return changed
            changed += await self._portion(table, rows)
            after = [str(rows[-1][column]) for column in table.key]

    async def _portion(self, table: SealedTable, rows: Sequence[Row]) -> int:
        changed = 0
        async with self._database.transaction() as statements:
            for row in rows:
                touched = [
                    await statements.execute(
                        f"UPDATE {table.name} SET {column} = $1 WHERE {column} = $2 "
                        f"AND ({', '.join(table.key)}) = ({placeholders(3, len(table.key))})",
                        self._anew(table, column, row),
                        row[column],  # as it was read: what was written since is newer in every way
                        *(row[part] for part in table.key),
                    )
                    for column in table.columns
                    if row[column] is not None and not self._sealer.is_newest(row[column])
                ]
                changed += any(touched)
        return changed

    def _anew(self, table: SealedTable, column: str, row: Row) -> bytes:
        place: dict[str, Any] = {
            "table": table.name,
            "column": column,
            "office": row["bound_office"],
            "row": row["bound_row"],
        }
        return self._sealer.seal(self._sealer.open(row[column], **place), **place)


def _older(table: SealedTable, parameter: int) -> str:
    """A condition: some value of a row begins with the mark of another key."""
    size = Sealer.MARK_BYTES
    return f"({' OR '.join(f'substr({name}, 1, {size}) <> ${parameter}' for name in table.columns)})"
