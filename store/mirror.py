"""The mirror's tables: a sealed copy of each office, who is loading it, and how far they have come."""
# ruff: noqa: S608  # only names of tables are put into the SQL text

from collections.abc import Mapping
from dataclasses import dataclass, fields

from store.database import Row, Statements
from store.mirror_rows import Lease, MirrorRows

_HEAD = (
    "SELECT m.*, o.as_of AS newest_as_of, o.as_of_seen_at AS newest_seen_at "
    "FROM mirror_offices AS m JOIN pms_integrations AS o ON o.id = m.office"
)
_TABLES = ("mirror_rows", "mirror_passes", "mirror_offices")


@dataclass(frozen=True, slots=True)
class Pass:
    """How far the reading of one list has come.

    ``phase`` is "loading", "ready", or "refused" where Sikka gives it not to us. ``page`` is the next one to
    ask for, ``seen`` how many rows there were up to it, ``as_of`` Sikka's load that was current when the
    reading began (``started_at``, UTC ms).
    """

    kind: str
    phase: str
    generation: int
    page: int
    seen: int
    as_of: str
    started_at: int


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What is known of an office's copy. Times are UTC ms, None where it never happened.

    ``layout`` names the shape of its rows, ``version`` rises with every change of them; a reader who has seen
    less than ``forgotten`` must read everything anew. ``ready`` tells whether it holds the office whole.
    ``as_of`` is Sikka's load that it shows, ``read_from`` when the reading of that began; ``newest_as_of`` is
    the newest load that we know Sikka has, and ``newest_seen_at`` when we came to know it. ``wished_at`` is
    when somebody asked for a full reading that has not been made, ``failure`` why the last one ended early.
    """

    office: str
    layout: str
    version: int
    forgotten: int
    ready: bool
    as_of: str
    read_from: int | None
    reconciled_at: int | None
    wished_at: int | None
    failure: str | None
    failed_at: int | None
    lease_owner: str | None
    lease_until: int | None
    newest_as_of: str
    newest_seen_at: int | None


class Mirror(MirrorRows):
    """The tables mirror_offices and mirror_passes, and through `MirrorRows` mirror_rows.

    Only who holds the office's lease changes anything; every change renews it.
    """

    async def head(self, office: str) -> Mirrored | None:
        """The state of an office's copy; None before its first loading began."""
        row = await self._database.fetch_one(f"{_HEAD} WHERE m.office = $1", office)
        return None if row is None else _mirrored(row)

    async def heads(self) -> Mapping[str, Mirrored]:
        """The states of all copies, by office."""
        return {str(row["office"]): _mirrored(row) for row in await self._database.fetch(_HEAD)}

    async def passes(self, office: str) -> Mapping[str, Pass]:
        """How far each list was read, by kind."""
        rows = await self._database.fetch("SELECT * FROM mirror_passes WHERE office = $1", office)
        return {str(row["kind"]): _pass(row) for row in rows}

    async def claim(self, office: str, *, layout: str, owner: str, now: int, lease_ms: int) -> bool:
        """Lease the loading of an office; False while another owner holds it.

        A copy whose rows are of another layout is thrown away, to be read anew.
        """
        async with self._database.transaction() as statements:
            await statements.execute(
                "INSERT INTO mirror_offices (office, layout) VALUES ($1, $2) ON CONFLICT (office) DO NOTHING",
                office,
                layout,
            )
            rows = await statements.fetch(
                "UPDATE mirror_offices SET lease_owner = $2, lease_until = $3 WHERE office = $1 "
                "AND (lease_owner IS NULL OR lease_owner = $2 OR lease_until <= $4) RETURNING layout",
                office,
                owner,
                now + lease_ms,
                now,
            )
            if rows and rows[0]["layout"] != layout:
                await self._clear(statements, office, layout)
        return bool(rows)

    async def release(self, office: str, owner: str) -> None:
        """End the lease, if ``owner`` still has it."""
        async with self._database.transaction() as statements:
            await statements.execute(
                "UPDATE mirror_offices SET lease_owner = NULL, lease_until = NULL "
                "WHERE office = $1 AND lease_owner = $2",
                office,
                owner,
            )

    async def begin(self, office: str, kind: str, *, as_of: str, lease: Lease, now: int) -> Pass:
        """Begin to read a list from its first page. Raises LeaseLost."""
        async with self._database.transaction() as statements:
            await self._hold(statements, office, lease)
            rows = await statements.fetch(
                "INSERT INTO mirror_passes "
                "(office, kind, phase, generation, page, seen, as_of, started_at, finished_at) "
                "VALUES ($1, $2, 'loading', 1, 0, 0, $3, $4, NULL) "
                "ON CONFLICT (office, kind) DO UPDATE SET phase = 'loading', "
                "generation = mirror_passes.generation + 1, page = 0, seen = 0, as_of = excluded.as_of, "
                "started_at = excluded.started_at, finished_at = NULL RETURNING *",
                office,
                kind,
                as_of,
                now,
            )
        return _pass(rows[0])

    async def turn(self, office: str, reading: Pass, *, rows: int, lease: Lease) -> Pass:
        """A page of so many rows is read: the next start goes on behind it. Raises LeaseLost."""
        async with self._database.transaction() as statements:
            await self._hold(statements, office, lease)
            found = await statements.fetch(
                "UPDATE mirror_passes SET page = $4, seen = seen + $5 "
                "WHERE office = $1 AND kind = $2 AND generation = $3 RETURNING *",
                office,
                reading.kind,
                reading.generation,
                reading.page + 1,
                rows,
            )
        return _pass(found[0])

    async def finish(self, office: str, reading: Pass, *, lease: Lease, now: int) -> int:
        """A list was read to its end: what was not seen on the way is removed. Returns how many that were.

        Raises:
            LeaseLost: another process loads this office now.
        """
        async with self._database.transaction() as statements:
            await self._hold(statements, office, lease)
            gone = await self._remove_unseen(statements, office, reading.kind, reading.generation)
            await self._end(statements, office, reading, "ready", now)
        return gone

    async def refused(self, office: str, reading: Pass, *, lease: Lease, now: int) -> None:
        """Sikka gives this list not to us: there are no rows of it. Raises LeaseLost."""
        async with self._database.transaction() as statements:
            await self._hold(statements, office, lease)
            await self._remove_unseen(statements, office, reading.kind, reading.generation + 1)
            await self._end(statements, office, reading, "refused", now)

    async def loaded(
        self, office: str, *, as_of: str, read_from: int, lease: Lease, now: int, whole: bool
    ) -> None:
        """The copy now shows Sikka's load ``as_of``, read from ``read_from`` on. Raises LeaseLost.

        ``whole`` tells that every list was read to its end, so that a wish made before is fulfilled.
        """
        async with self._database.transaction() as statements:
            await self._hold(statements, office, lease)
            await statements.execute(
                "UPDATE mirror_offices SET as_of = $2, read_from = $3, failure = NULL, failed_at = NULL, "
                "ready = CASE WHEN $5 = 1 THEN 1 ELSE ready END, "
                "reconciled_at = CASE WHEN $5 = 1 THEN $4 ELSE reconciled_at END, "
                "wished_at = CASE WHEN $5 = 1 AND wished_at <= $3 THEN NULL ELSE wished_at END "
                "WHERE office = $1",
                office,
                as_of,
                read_from,
                now,
                int(whole),
            )

    async def failed(self, office: str, failure: str, now: int) -> None:
        """Put down why a loading ended early; ``failure`` is a short word of ours."""
        async with self._database.transaction() as statements:
            await statements.execute(
                "UPDATE mirror_offices SET failure = $2, failed_at = $3 WHERE office = $1",
                office,
                failure,
                now,
            )

    async def wish(self, office: str, *, layout: str, now: int) -> None:
        """Ask whoever loads this office to read it whole, as soon as may be."""
        async with self._database.transaction() as statements:
            await statements.execute(
                "INSERT INTO mirror_offices (office, layout, wished_at) VALUES ($1, $2, $3) "
                "ON CONFLICT (office) DO UPDATE SET wished_at = excluded.wished_at, "
                "failure = NULL, failed_at = NULL",
                office,
                layout,
                now,
            )

    async def forget(self, office: str) -> None:
        """Throw an office's copy away, whoever is loading it."""
        async with self._database.transaction() as statements:
            for table in _TABLES:
                await statements.execute(f"DELETE FROM {table} WHERE office = $1", office)

    async def _clear(self, statements: Statements, office: str, layout: str) -> None:
        await statements.execute("DELETE FROM mirror_rows WHERE office = $1", office)
        await statements.execute("DELETE FROM mirror_passes WHERE office = $1", office)
        await statements.execute(
            "UPDATE mirror_offices SET layout = $2, ready = 0, as_of = '', read_from = NULL, "
            "reconciled_at = NULL, version = version + 1, forgotten = version + 1 WHERE office = $1",
            office,
            layout,
        )

    async def _end(self, statements: Statements, office: str, reading: Pass, phase: str, now: int) -> None:
        await statements.execute(
            "UPDATE mirror_passes SET phase = $3, finished_at = $4 WHERE office = $1 AND kind = $2",
            office,
            reading.kind,
            phase,
            now,
        )


def _mirrored(row: Row) -> Mirrored:
    values = {column.name: row[column.name] for column in fields(Mirrored)}
    values["ready"] = bool(values["ready"])
    return Mirrored(**values)


def _pass(row: Row) -> Pass:
    return Pass(**{column.name: row[column.name] for column in fields(Pass)})
