"""The mirror's rows: one sealed blob a record, changed only where its content did, read by version."""
# ruff: noqa: S608  # only numbers, placeholders and conditions written here are put into the SQL text

import json
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from store.database import Database, Row, Statements, placeholders, portions
from store.errors import LeaseLost
from store.sealing import Index, Sealer

_TABLE: Final = "mirror_rows"
_COLUMN: Final = "sealed"
_COLUMNS: Final = 7  # of an inserted row
AT_ONCE: Final = 300  # rows to a transaction: nobody who writes must wait long
READ_AT_ONCE: Final = 400  # rows opened without letting anybody else run
MOST_CHANGED: Final = 4_000  # beyond this many changes, to read everything is no slower
_PRINT_DIGITS: Final = 32
FORGOTTEN: Final = "forgotten"  # in the place of a patient's id; no handle and no search leads to it


@dataclass(frozen=True, slots=True)
class Record:
    """One record to keep: its id in the practice's system, and what is kept of it (anything JSON)."""

    id: str = field(repr=False)
    values: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """One record as it was kept. ``gone``: the practice has it no more, and these were its last values."""

    kind: str
    values: Any = field(repr=False)
    gone: bool


@dataclass(frozen=True, slots=True)
class Lease:
    """What a change of an office's rows needs: who holds the office, and until when (UTC ms) they now do."""

    owner: str
    until: int


@dataclass(frozen=True, slots=True)
class Whose:
    """Where in the values of a kind's records their patient stands, for one who is to be forgotten.

    ``emptied`` are the places that then tell of nobody any more; without any, the record is not kept at all.
    """

    patient_at: int
    emptied: tuple[int, ...] = ()

    def without(self, values: Sequence[str]) -> list[str] | None:
        """The values as they are kept of somebody forgotten; None where nothing is."""
        if not self.emptied:
            return None
        kept = ["" if place in self.emptied else value for place, value in enumerate(values)]
        kept[self.patient_at] = FORGOTTEN
        return kept


@dataclass(frozen=True, slots=True)
class _Written:
    """What a record holds, as it is to be sealed, and what tells whether it has changed."""

    plain: bytes = field(repr=False)
    print: str


class MirrorRows:
    """The table mirror_rows."""

    def __init__(self, database: Database, sealer: Sealer, index: Index) -> None:
        self._database = database
        self._sealer = sealer
        self._index = index

    async def keep(
        self,
        office: str,
        kind: str,
        records: Sequence[Record],
        *,
        generation: int,
        lease: Lease,
        whose: Whose | None = None,
    ) -> int:
        """Keep records, some hundreds to a transaction. Returns how many are new or have changed.

        Kept again unchanged, a record only gets the ``generation`` of the reading that saw it. With
        ``whose``, nothing is kept of patients that were forgotten.

        Raises:
            LeaseLost: another process loads this office now; what was kept before stays.
        """
        changed = 0
        for some in portions(records, AT_ONCE):
            prints = {self._key(office, kind, record.id): self._written(record) for record in some}
            async with self._database.transaction() as statements:
                await self._hold(statements, office, lease)
                forgotten = (
                    await self._forgotten(statements, office) if whose is not None else frozenset[str]()
                )
                if forgotten and whose is not None:
                    kept = self._remembered(office, some, whose, forgotten)
                    prints = {self._key(office, kind, record.id): self._written(record) for record in kept}
                    if not prints:
                        continue
                known = await self._known(statements, office, kind, prints)
                new = {key: each for key, each in prints.items() if known.get(key) != each.print}
                if new:
                    version = await self._next_version(statements, office)
                    await self._put(statements, office, kind, new, generation=generation, version=version)
                await self._see(statements, office, kind, prints.keys() - new.keys(), generation)
            changed += len(new)
        return changed

    async def drop(self, office: str, kind: str, ids: Sequence[str], *, lease: Lease) -> int:
        """Remove records. Returns how many were there. Raises LeaseLost."""
        dropped = 0
        for some in portions(ids, AT_ONCE):
            keys = [self._key(office, kind, number) for number in some]
            async with self._database.transaction() as statements:
                await self._hold(statements, office, lease)
                dropped += await self._remove(
                    statements, office, kind, f"id_key IN ({placeholders(4, len(keys))})", *keys
                )
        return dropped

    async def forget_removed(self, office: str, *, lease: Lease) -> None:
        """Take what was removed before out of the table; a reader who has not heard of it reads everything.

        Raises:
            LeaseLost: another process loads this office now.
        """
        async with self._database.transaction() as statements:
            await self._hold(statements, office, lease)
            await statements.execute(
                "UPDATE mirror_offices SET forgotten = COALESCE((SELECT MAX(version) FROM mirror_rows "
                "WHERE office = $1 AND gone = 1), forgotten) WHERE office = $1",
                office,
            )
            await statements.execute("DELETE FROM mirror_rows WHERE office = $1 AND gone = 1", office)

    async def whole(self, office: str) -> AsyncGenerator[list[Kept]]:
        """Every record that is there, portion by portion, a kind after the other. Raises SealBroken."""
        kind = key = ""
        while True:
            rows = await self._database.fetch(
                "SELECT kind, id_key, sealed, gone FROM mirror_rows WHERE office = $1 AND gone = 0 "
                "AND (kind > $2 OR (kind = $2 AND id_key > $3)) "
                f"ORDER BY kind, id_key LIMIT {READ_AT_ONCE}",
                office,
                kind,
                key,
            )
            if not rows:
                return
            yield [self._kept(office, row) for row in rows]
            kind, key = rows[-1]["kind"], rows[-1]["id_key"]

    async def changed(self, office: str, version: int) -> list[Kept] | None:
        """What has changed since a version, in order; None if that is too much to be worth it.

        Raises:
            SealBroken: a row is damaged.
        """
        rows = await self._database.fetch(
            "SELECT kind, id_key, sealed, gone FROM mirror_rows WHERE office = $1 AND version > $2 "
            f"ORDER BY version LIMIT {MOST_CHANGED + 1}",
            office,
            version,
        )
        return None if len(rows) > MOST_CHANGED else [self._kept(office, row) for row in rows]

    async def forget_patient(self, office: str, patient_id: str, whose: Mapping[str, Whose]) -> int:
        """Remove what is kept of a patient, whoever is loading. Returns how many records that were.

        To be called once the patient is among the forgotten: then no reading brings anything back. A copy in
        some process's memory is read anew, since what is removed here leaves no trace to tell it by.
        """
        found: dict[tuple[str, str], list[str] | None] = {}
        for kind, place in whose.items():
            async for key, values in self._of_kind(office, kind):
                if values[place.patient_at] == patient_id:
                    found[kind, key] = place.without(values)
        if not found:
            return 0
        async with self._database.transaction() as statements:
            version = await self._next_version(statements, office)
            await statements.execute(
                "UPDATE mirror_offices SET forgotten = version WHERE office = $1", office
            )
            for (kind, key), values in found.items():
                if values is None:
                    await statements.execute(
                        "DELETE FROM mirror_rows WHERE office = $1 AND kind = $2 AND id_key = $3",
                        office,
                        kind,
                        key,
                    )
                else:
                    written = self._written(Record("", values))
                    await statements.execute(
                        "UPDATE mirror_rows SET sealed = $4, print = $5, version = $6 "
                        "WHERE office = $1 AND kind = $2 AND id_key = $3",
                        office,
                        kind,
                        key,
                        self._sealer.seal(
                            written.plain, table=_TABLE, column=_COLUMN, office=office, row=f"{kind}|{key}"
                        ),
                        written.print,
                        version,
                    )
        return len(found)

    async def _of_kind(self, office: str, kind: str) -> AsyncGenerator[tuple[str, list[str]]]:
        """Keys and values of a kind's records, those marked as gone too."""
        key = ""
        while True:
            rows = await self._database.fetch(
                "SELECT kind, id_key, sealed, gone FROM mirror_rows WHERE office = $1 AND kind = $2 "
                f"AND id_key > $3 ORDER BY id_key LIMIT {READ_AT_ONCE}",
                office,
                kind,
                key,
            )
            if not rows:
                return
            for row in rows:
                yield row["id_key"], list(self._kept(office, row).values)
            key = rows[-1]["id_key"]

    async def _forgotten(self, statements: Statements, office: str) -> frozenset[str]:
        rows = await statements.fetch("SELECT patient_key FROM forgotten WHERE office = $1", office)
        return frozenset(str(row["patient_key"]) for row in rows)

    def _remembered(
        self, office: str, records: Sequence[Record], whose: Whose, forgotten: frozenset[str]
    ) -> list[Record]:
        """The records as they may be kept."""
        kept: list[Record] = []
        for record in records:
            patient = self._index.patient(office, record.values[whose.patient_at])
            if patient not in forgotten:
                kept.append(record)
            elif (values := whose.without(record.values)) is not None:
                kept.append(Record(record.id, values))
        return kept

    async def counts(self, office: str) -> Mapping[str, int]:
        """How many records there are of each kind; kinds without any are left out."""
        rows = await self._database.fetch(
            "SELECT kind, COUNT(*) AS there FROM mirror_rows WHERE office = $1 AND gone = 0 GROUP BY kind",
            office,
        )
        return {str(row["kind"]): int(row["there"]) for row in rows}

    async def _remove_unseen(self, statements: Statements, office: str, kind: str, generation: int) -> int:
        return await self._remove(statements, office, kind, "generation < $4", generation)

    async def _remove(self, statements: Statements, office: str, kind: str, which: str, *args: Any) -> int:
        """Mark rows as gone: who holds a copy in memory has to learn of it."""
        version = await self._next_version(statements, office)
        return await statements.execute(
            "UPDATE mirror_rows SET gone = 1, version = $3 "
            f"WHERE office = $1 AND kind = $2 AND gone = 0 AND {which}",
            office,
            kind,
            version,
            *args,
        )

    async def _hold(self, statements: Statements, office: str, lease: Lease) -> None:
        """Renew the lease. Raises LeaseLost."""
        held = await statements.execute(
            "UPDATE mirror_offices SET lease_until = $3 WHERE office = $1 AND lease_owner = $2",
            office,
            lease.owner,
            lease.until,
        )
        if not held:
            raise LeaseLost("Another process loads this office's copy now. Nothing more was put down.")

    async def _next_version(self, statements: Statements, office: str) -> int:
        rows = await statements.fetch(
            "UPDATE mirror_offices SET version = version + 1 WHERE office = $1 RETURNING version", office
        )
        return int(rows[0]["version"])

    async def _known(
        self, statements: Statements, office: str, kind: str, keys: Iterable[str]
    ) -> Mapping[str, str]:
        """The prints of those rows that are there."""
        wanted = list(keys)
        rows = await statements.fetch(
            "SELECT id_key, print FROM mirror_rows WHERE office = $1 AND kind = $2 AND gone = 0 "
            f"AND id_key IN ({placeholders(3, len(wanted))})",
            office,
            kind,
            *wanted,
        )
        return {row["id_key"]: row["print"] for row in rows}

    async def _put(
        self,
        statements: Statements,
        office: str,
        kind: str,
        new: Mapping[str, _Written],
        *,
        generation: int,
        version: int,
    ) -> None:
        args: list[Any] = []
        for key, each in new.items():
            place = f"{kind}|{key}"
            sealed = self._sealer.seal(each.plain, table=_TABLE, column=_COLUMN, office=office, row=place)
            args += [office, kind, key, sealed, each.print, generation, version]
        rows = ", ".join(
            f"({placeholders(first, _COLUMNS)}, 0)" for first in range(1, len(args) + 1, _COLUMNS)
        )
        await statements.execute(
            "INSERT INTO mirror_rows (office, kind, id_key, sealed, print, generation, version, gone) "
            f"VALUES {rows} ON CONFLICT (office, kind, id_key) DO UPDATE SET sealed = excluded.sealed, "
            "print = excluded.print, generation = excluded.generation, version = excluded.version, gone = 0",
            *args,
        )

    async def _see(
        self, statements: Statements, office: str, kind: str, keys: Iterable[str], generation: int
    ) -> None:
        wanted = list(keys)
        if wanted:
            await statements.execute(
                "UPDATE mirror_rows SET generation = $3 WHERE office = $1 AND kind = $2 "
                f"AND id_key IN ({placeholders(4, len(wanted))})",
                office,
                kind,
                generation,
                *wanted,
            )

    def _key(self, office: str, kind: str, number: str) -> str:
        return self._index.keyed_hash(_TABLE, office, kind, number)

    def _written(self, record: Record) -> _Written:
        text = json.dumps(record.values, ensure_ascii=False, separators=(",", ":"))
        print_ = self._index.keyed_hash("print", text)[:_PRINT_DIGITS]
        return _Written(text.encode("utf-8", "surrogatepass"), print_)

    def _kept(self, office: str, row: Row) -> Kept:
        place = f"{row['kind']}|{row['id_key']}"
        values = self._sealer.open_json(row["sealed"], table=_TABLE, column=_COLUMN, office=office, row=place)
        return Kept(row["kind"], values, gone=bool(row["gone"]))
