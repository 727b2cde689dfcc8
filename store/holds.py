"""Holds: a time that is being offered in one call is offered in no other, for a few minutes.

A held time is one row for each five minutes of each resource it needs. The primary key is what keeps two
calls apart, in one process or in several.
"""
# ruff: noqa: S608  # only placeholders and whole numbers of ours are put into the SQL text

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import anyio

from store.database import Change, Database, placeholders

CELL_MINUTES = 5
_CHAIR = "chair|"  # what a resource's name begins with: chairs and providers may be called alike
_PLACE = "place|"


@dataclass(frozen=True, slots=True)
class Claim:
    """A time that somebody wants to hold.

    Attributes:
        offer: tells it from the holder's other times.
        date: ISO, the office's calendar.
        start_minute: after midnight, by the office's clock; up to ``end_minute``.
        places: how many visits its provider can have at the time beside those in the calendar; None where
            nobody has set a bound.
    """

    offer: str
    operatory: str
    provider_id: str
    date: str
    start_minute: int
    end_minute: int
    places: int | None = None

    @property
    def cells(self) -> range:
        """The five-minute cells it lies over."""
        return range(self.start_minute // CELL_MINUTES, -(-self.end_minute // CELL_MINUTES))


@dataclass(frozen=True, slots=True)
class Held:
    """A stretch of a chair's day that is held, in minutes after midnight."""

    operatory: str
    provider_id: str
    date: str
    start_minute: int
    end_minute: int


# The cast keeps SQLite from planning anew at every call, as it does for a range up to a bare parameter.
_LAPSED = "SELECT 1 FROM holds WHERE expires_at <= CAST($1 AS BIGINT) LIMIT 1"
_Cell: TypeAlias = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Times to hold together; ``own`` is the holder first, and whose holds are in nobody's way."""

    office: str
    claims: Sequence[Claim]
    own: Sequence[str]
    now: int
    until: int
    most: int


class HeldElsewhere(Exception):
    """Somebody else took a cell between the look and the taking; only engines without one writer do that."""


class Holds:
    """The table holds. Times are UTC ms."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._taking = anyio.Lock()

    async def others(
        self, office: str, first: str, last: str, *, own: Collection[str], now: int
    ) -> list[Held]:
        """What is held in chairs from day to day, both included, by anybody but ``own``."""
        rows = await self._database.fetch_few(
            "SELECT resource, provider_id, date, MIN(cell) AS first_cell, MAX(cell) AS last_cell FROM holds "
            "WHERE office = $1 AND date >= $2 AND date <= $3 "
            # the pattern is no parameter: SQLite would plan anew at every call
            f"AND resource LIKE '{_CHAIR}%' AND expires_at > $4 "
            f"AND holder NOT IN ({placeholders(5, len(own))}) "
            "GROUP BY resource, provider_id, date, holder, offer ORDER BY date, first_cell, resource",
            office,
            first,
            last,
            now,
            *own,
        )
        return [
            Held(
                row["resource"].removeprefix(_CHAIR),
                row["provider_id"],
                row["date"],
                row["first_cell"] * CELL_MINUTES,
                (row["last_cell"] + 1) * CELL_MINUTES,
            )
            for row in rows
        ]

    async def take(
        self,
        office: str,
        claims: Sequence[Claim],
        *,
        holder: str,
        own: Collection[str] = (),
        now: int,
        until: int,
        most: int,
    ) -> frozenset[str]:
        """Hold times until then, and return the offers that others hold already; the rest is held.

        What ``holder`` or ``own`` hold is in nobody's way and passes to ``holder``. Of all times of
        ``holder`` only the ``most`` newest stay held. Raises HeldElsewhere; then nothing was changed.
        """
        wanted = _Wanted(office, claims, (holder, *own), now, until, most)
        async with self._taking:  # what is read here, no other call of this process changes meanwhile
            got, changes = await self._planned(wanted)
            if changes and not await self._database.write_all(changes):
                got = await self._take_alone(wanted)
        return frozenset(claim.offer for claim in claims) - got

    async def _take_alone(self, wanted: _Wanted) -> frozenset[str]:
        """Where another process came in between: look and take while all others wait."""
        async with self._database.transaction() as statements:
            # Nothing was changed here before, so that what is read is the last commit.
            got, changes = await self._planned(wanted)
            for change in changes:
                touched = await statements.execute(change.sql, *change.args)
                if change.touches not in {None, touched}:
                    raise HeldElsewhere("a cell was taken meanwhile")
        return got

    async def _planned(self, wanted: _Wanted) -> tuple[frozenset[str], list[Change]]:
        """The offers that can be held by the last commit, and what is to be written for it."""
        office, own, now = wanted.office, wanted.own, wanted.now
        taken = await self._taken(office, wanted.claims, own, now)
        places = [(claim, _place(claim, taken)) for claim in wanted.claims]
        got = [(claim, place) for claim, place in places if place is not None]
        offers = frozenset(claim.offer for claim, _ in got)
        older = await self._too_many(office, own[0], offers, wanted.most, now)
        changes = await self._letting_go(office, own[0], older, now)
        if got:
            changes.append(_holding(office, got, own, now, wanted.until))
        return offers, changes

    async def take_place(
        self, office: str, date: str, places: Sequence[str], *, holder: str, now: int, until: int
    ) -> bool:
        """Hold one of some places of a day until then; False while others hold every one of them."""
        async with self._database.transaction() as statements:
            for place in places:
                if await statements.execute(
                    "INSERT INTO holds "
                    "(office, resource, date, cell, holder, offer, provider_id, held_at, expires_at) "
                    "VALUES ($1, $2, $3, 0, $4, $2, '', $5, $6) "
                    "ON CONFLICT (office, resource, date, cell) DO UPDATE SET holder = excluded.holder, "
                    "held_at = excluded.held_at, expires_at = excluded.expires_at "
                    "WHERE holds.holder = excluded.holder OR holds.expires_at <= excluded.held_at",
                    office,
                    place,
                    date,
                    holder,
                    now,
                    until,
                ):
                    return True
        return False

    async def release(self, office: str, holder: str, offer: str) -> None:
        """Let a time go, if the holder has it."""
        async with self._database.transaction() as statements:
            await statements.execute(
                "DELETE FROM holds WHERE office = $1 AND holder = $2 AND offer = $3", office, holder, offer
            )

    async def purge(self, now: int) -> int:
        """Forget holds that have expired and return how many cells they were."""
        async with self._database.transaction() as statements:
            return await statements.execute("DELETE FROM holds WHERE expires_at <= $1", now)

    async def _taken(
        self, office: str, claims: Sequence[Claim], own: Sequence[str], now: int
    ) -> frozenset[_Cell]:
        """The cells that others hold on the days of the claims."""
        dates = sorted({claim.date for claim in claims})
        if not dates:
            return frozenset()
        rows = await self._database.fetch_few(
            "SELECT resource, date, cell FROM holds WHERE office = $1 AND expires_at > $2 "
            f"AND date IN ({placeholders(3, len(dates))}) "
            f"AND holder NOT IN ({placeholders(3 + len(dates), len(own))})",
            office,
            now,
            *dates,
            *own,
        )
        return frozenset((row["resource"], row["date"], row["cell"]) for row in rows)

    async def _too_many(
        self, office: str, holder: str, fresh: Collection[str], most: int, now: int
    ) -> list[str]:
        """What a holder has to let go, the oldest, to have ``most`` with the fresh."""
        rows = await self._database.fetch_few(
            "SELECT offer, MAX(held_at) AS held_at FROM holds "
            "WHERE office = $1 AND holder = $2 AND expires_at > $3 GROUP BY offer ORDER BY 2 DESC, 1",
            office,
            holder,
            now,
        )
        older = [row["offer"] for row in rows if row["offer"] not in fresh]
        return older[max(0, most - len(fresh)) :]

    async def _letting_go(self, office: str, holder: str, offers: Sequence[str], now: int) -> list[Change]:
        """Forgets some offers of a holder, and whatever has lapsed; mostly there is nothing to forget."""
        lapsed = await self._database.fetch_few(_LAPSED, now)
        if not offers and not lapsed:
            return []
        forget = (
            "DELETE FROM holds WHERE expires_at <= $1 "
            f"OR (office = $2 AND holder = $3 AND offer IN ({placeholders(4, len(offers))}))"
        )
        return [Change(forget, (now, office, holder, *offers))]


def _holding(
    office: str, got: Sequence[tuple[Claim, str]], own: Sequence[str], now: int, until: int
) -> Change:
    """Writes the cells of all claims; of two that overlap in one chair, the later has them."""
    args: list[str | int] = [office, own[0], now, until, *own]
    rows: dict[_Cell, str] = {}
    for claim, place in got:
        for resource in filter(None, (_CHAIR + claim.operatory, place)):
            at = len(args) + 1
            what = f"${at + 2}, ${at + 3}"
            args += [resource, claim.date, claim.offer, claim.provider_id]
            rows |= {
                (resource, claim.date, cell): f"($1, ${at}, ${at + 1}, {cell}, $2, {what}, $3, $4)"
                for cell in claim.cells
            }
    take = (
        "INSERT INTO holds "
        "(office, resource, date, cell, holder, offer, provider_id, held_at, expires_at) "
        f"VALUES {', '.join(rows.values())} ON CONFLICT (office, resource, date, cell) DO UPDATE SET "
        "holder = excluded.holder, offer = excluded.offer, provider_id = excluded.provider_id, "
        "held_at = excluded.held_at, expires_at = excluded.expires_at "
        f"WHERE holds.holder IN ({placeholders(5, len(own))})"
    )
    return Change(take, args, touches=len(rows))


def _place(claim: Claim, taken: Collection[_Cell]) -> str | None:
    """The place of its provider that a claim can have, "" where it needs none; None if it cannot be held."""
    if not _is_free(_CHAIR + claim.operatory, claim, taken):
        return None
    if claim.places is None:
        return ""
    return next((name for name in _places(claim) if _is_free(name, claim, taken)), None)


def _places(claim: Claim) -> Iterator[str]:
    return (f"{_PLACE}{claim.provider_id}|{number}" for number in range(1, (claim.places or 0) + 1))


def _is_free(resource: str, claim: Claim, taken: Collection[_Cell]) -> bool:
    return not any((resource, claim.date, cell) in taken for cell in claim.cells)
