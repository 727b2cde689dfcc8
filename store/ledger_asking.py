"""Whose turn it is to be asked about at Sikka, shared fairly by every process on the store."""
# ruff: noqa: S608  # only names of columns and numbers of placeholders are put into the SQL text

from collections.abc import Collection, Sequence

from store.database import placeholders
from store.ledger_endings import SETTLED_BY_PERSON
from store.ledger_entries import NO_LEASE, LedgerEntries
from store.ledger_reading import OLDEST_FIRST, of_office, texts
from store.ledger_rows import Writeback
from store.ledger_states import ACCEPTED, SETTLED

_OWED = texts(ACCEPTED)
_FREE = "(lease_until IS NULL OR lease_until <= $1)"
_OWED_AND_FREE = f"state IN ($2, $3) AND {_FREE}"


class LedgerAsking(LedgerEntries):
    """The part of the ledger that says who asks Sikka about which writes."""

    async def claim_ids(
        self, row_ids: Sequence[str], *, owner: str, now: int, lease_ms: int, due_by: int | None = None
    ) -> list[Writeback]:
        """Lease those of these rows whose outcome Sikka owes us and that nobody has leased, in that order.

        ``due_by`` leaves out rows that are not due by then: another process has asked about them meanwhile.
        """
        if not row_ids:
            return []
        async with self._database.transaction() as statements:
            rows = await statements.fetch(
                "UPDATE pms_writebacks "
                "SET lease_owner = $4, lease_until = $5, lease_attempt = lease_attempt + 1 "
                f"WHERE {_OWED_AND_FREE} AND (CAST($6 AS BIGINT) IS NULL OR due_at <= $6) "
                f"AND id IN ({placeholders(7, len(row_ids))}) RETURNING *",
                now,
                *_OWED,
                owner,
                now + lease_ms,
                due_by,
                *row_ids,
            )
        place = {row_id: number for number, row_id in enumerate(row_ids)}
        return [self._seals.writeback(row) for row in sorted(rows, key=lambda row: place[row["id"]])]

    async def put_off(self, row_ids: Collection[str], *, due_at: int, now: int) -> None:
        """Rows that are due, and that a list will answer for, are looked at by themselves later.

        A row that is leased, or wished away, keeps its time.
        """
        if not row_ids:
            return
        async with self._database.transaction() as statements:
            await statements.execute(
                f"UPDATE pms_writebacks SET due_at = $4 WHERE {_OWED_AND_FREE} AND due_at <= $1 "
                f"AND wish IS NULL AND id IN ({placeholders(5, len(row_ids))})",
                now,
                *_OWED,
                due_at,
                *row_ids,
            )

    async def list_asked_at(self, name: str) -> int | None:
        """When any process last asked for the list of that name (UTC ms); None if none ever has."""
        row = await self._database.fetch_one("SELECT asked_at FROM listings WHERE name = $1", name)
        return None if row is None else int(row["asked_at"])

    async def claim_list(self, name: str, now: int, *, asked_at: int | None) -> bool:
        """Take it upon this process to ask for the list of that name now.

        False if another has asked since ``asked_at``, which is what `list_asked_at` said.
        """
        async with self._database.transaction() as statements:
            rows = await statements.fetch(
                "INSERT INTO listings (name, asked_at) VALUES ($1, $2) "
                "ON CONFLICT (name) DO UPDATE SET asked_at = excluded.asked_at "
                "WHERE listings.asked_at = CAST($3 AS BIGINT) RETURNING asked_at",
                name,
                now,
                asked_at,
            )
        return bool(rows)

    async def claim_settled_by_person(
        self, *, owner: str, now: int, lease_ms: int, since: int, limit: int, office: str | None = None
    ) -> list[Writeback]:
        """Lease rows that somebody settled from ``since`` on, are due, and may yet be answered by Sikka."""
        async with self._database.transaction() as statements:
            rows = await statements.fetch(
                "UPDATE pms_writebacks "
                "SET lease_owner = $3, lease_until = $4, lease_attempt = lease_attempt + 1 "
                "WHERE id IN (SELECT id FROM pms_writebacks "
                f"WHERE {of_office(2)} AND {_FREE} AND reason = '{SETTLED_BY_PERSON}' "
                "AND sikka_id IS NOT NULL AND due_at <= $1 AND completed_at >= $5 "
                f"ORDER BY due_at, id LIMIT $6 {self._database.skip_locked}) RETURNING *",
                now,
                office,
                owner,
                now + lease_ms,
                since,
                limit,
            )
        return [self._seals.writeback(row) for row in rows]

    async def watch_again(self, row_id: str, *, due_at: int, fence: tuple[str, int] | None) -> None:
        """A settled row that Sikka may yet answer is looked at again at ``due_at``; its lease ends."""
        async with self._database.transaction() as statements:
            row = await self._held(statements, row_id, SETTLED, fence)
            if row is not None:
                await self._set(statements, row, {"due_at": due_at, **NO_LEASE})

    async def not_followed(self, office: str | None, *, limit: int) -> list[Writeback]:
        """Bookings that got through although they were wished away, and that nothing follows; oldest first.

        One that a task tells of since it was confirmed is the office's people's.
        """
        return await self._rows(
            f"WHERE {of_office(1)} AND state = 'confirmed' AND wish IS NOT NULL AND follow_up IS NULL "
            "AND operation = 'book' AND NOT EXISTS (SELECT 1 FROM tasks t "
            "WHERE t.writeback_id = pms_writebacks.id AND t.kind = 'failed') "
            f"{OLDEST_FIRST} LIMIT $2",
            office,
            limit,
        )

    async def follows_by_itself(self, row_id: str) -> bool:
        """Whether the row was put down to follow another, with no caller asking for it."""
        row = await self._database.fetch_one("SELECT id FROM pms_writebacks WHERE follow_up = $1", row_id)
        return row is not None
