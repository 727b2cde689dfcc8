"""Remembers when something was read back to a caller, so that a consent can only follow it."""

from store.database import Database


class Readbacks:
    """The table readbacks. ``key`` is a keyed hash of call, tool and arguments; times are UTC ms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, office: str, key: str, now: int, ttl_ms: int) -> int:
        """It is being read back now; returns when it first was. Good for ``ttl_ms`` from now.

        Read back again, the first time is kept, unless that had expired.
        """
        async with self._database.transaction() as statements:
            rows = await statements.fetch(
                "INSERT INTO readbacks (office, key, read_at, expires_at) VALUES ($1, $2, $3, $4) "
                "ON CONFLICT (office, key) DO UPDATE SET expires_at = excluded.expires_at, read_at = "
                "CASE WHEN readbacks.expires_at <= excluded.read_at "
                "THEN excluded.read_at ELSE readbacks.read_at END "
                "RETURNING read_at",
                office,
                key,
                now,
                now + ttl_ms,
            )
        return int(rows[0]["read_at"])

    async def read_at(self, office: str, key: str, now: int) -> int | None:
        """When it was first read back; None if it never was or that has expired."""
        row = await self._database.fetch_one(
            "SELECT read_at FROM readbacks WHERE office = $1 AND key = $2 AND expires_at > $3",
            office,
            key,
            now,
        )
        return None if row is None else int(row["read_at"])

    async def purge(self, now: int) -> int:
        """Forget what has expired and return how much."""
        async with self._database.transaction() as statements:
            return await statements.execute("DELETE FROM readbacks WHERE expires_at <= $1", now)
