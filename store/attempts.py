"""Counts tries at being recognised that did not come off, so that nobody can go on guessing.

What may be told is settled in one write transaction, so two processes together tell no more than one would.
"""
# ruff: noqa: S608  # only numbers of placeholders are put into the SQL text

from collections.abc import Sequence
from dataclasses import dataclass, field

from store.database import Database, Row, placeholders


@dataclass(frozen=True, slots=True)
class Counter:
    """What tries are counted against.

    Attributes:
        key: a keyed hash.
        most: how many there may be before nothing more is told.
        ttl_ms: how long each counts.
    """

    key: str = field(repr=False)
    most: int
    ttl_ms: int


class Attempts:
    """The table attempts. ``office`` is a pms_integrations id; times are UTC ms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_full(self, office: str, counters: Sequence[Counter], now: int, attempt: str = "") -> bool:
        """Whether any counter has reached its most, as of the last commit; ``attempt`` itself not counted."""
        rows = await self._database.fetch_few(_counting(counters), *_args(office, counters, now, attempt))
        return _reached(rows, counters)

    async def failed(self, office: str, counters: Sequence[Counter], attempt: str, now: int) -> bool:
        """Count a try against all counters; False, and nothing counted, where one has reached its most.

        The same ``attempt`` counts once.
        """
        async with self._database.transaction() as statements:
            rows = await statements.fetch(_counting(counters), *_args(office, counters, now, attempt))
            if _reached(rows, counters):
                return False
            for counter in counters:
                await statements.execute(
                    "INSERT INTO attempts (office, counter, attempt, expires_at) VALUES ($1, $2, $3, $4) "
                    "ON CONFLICT (office, counter, attempt) DO UPDATE SET expires_at = excluded.expires_at",
                    office,
                    counter.key,
                    attempt,
                    now + counter.ttl_ms,
                )
        return True

    async def forget(self, office: str, attempt: str) -> None:
        """A try that turned out to be none no longer counts."""
        await self._database.write("DELETE FROM attempts WHERE office = $1 AND attempt = $2", office, attempt)

    async def purge(self, now: int) -> None:
        """Forget what no longer counts."""
        async with self._database.transaction() as statements:
            await statements.execute("DELETE FROM attempts WHERE expires_at <= $1", now)


def _counting(counters: Sequence[Counter]) -> str:
    return (
        "SELECT counter, COUNT(*) AS tries FROM attempts "
        "WHERE office = $1 AND expires_at > $2 AND attempt <> $3 "
        f"AND counter IN ({placeholders(4, len(counters))}) GROUP BY counter"
    )


def _args(office: str, counters: Sequence[Counter], now: int, attempt: str) -> tuple[object, ...]:
    return (office, now, attempt, *(counter.key for counter in counters))


def _reached(rows: Sequence[Row], counters: Sequence[Counter]) -> bool:
    tries = {row["counter"]: int(row["tries"]) for row in rows}
    return any(tries.get(counter.key, 0) >= counter.most for counter in counters)
