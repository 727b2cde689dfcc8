"""The offices this program works for, and their keys to Sikka.

An office is one (office_id, practice_id) pair, since a practice_id alone repeats across offices. The keys
belong to the office_id: all its practices hold the same values.
"""

import secrets
from dataclasses import dataclass, field, fields
from typing import Final

from store.audit import note_done
from store.database import Database, Row, Statements
from store.errors import UnknownOffice
from store.sealing import Sealer

_TABLE = "pms_integrations"


@dataclass(frozen=True, slots=True)
class Office:
    """One practice of one office. ``id`` is ours; texts are "" where unknown.

    ``zone_name`` is the zone as Sikka names it (a Windows name), ``as_of`` its data_insert_date as given, and
    ``as_of_seen_at`` when we first saw that value (UTC ms), None if there was none yet.
    """

    id: str
    office_id: str
    practice_id: str
    practice_name: str
    pms: str
    pms_version: str
    zone_name: str
    as_of: str
    as_of_seen_at: int | None


@dataclass(frozen=True, slots=True)
class OfficeKeys:
    """An office_id's keys to Sikka, None where there is none yet; not in the repr. Times are UTC ms."""

    secret_key: str | None = field(repr=False)
    request_key: str | None = field(repr=False)
    refresh_key: str | None = field(repr=False)
    token_expiry: int | None
    token_issued_at: int | None
    scope: str | None


_COLUMNS: Final = tuple(column.name for column in fields(Office))
_OFFICES: Final = f"SELECT {', '.join(_COLUMNS)} FROM {_TABLE}"  # noqa: S608 - names of our own columns


class Offices:
    """The table pms_integrations."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def upsert(
        self,
        office_id: str,
        practice_id: str,
        *,
        practice_name: str,
        pms: str,
        pms_version: str,
        zone_name: str,
        secret_key: str | None,
        as_of: str,
        now: int,
    ) -> Office:
        """Put an office down, or bring it up to date.

        ``secret_key`` None and ``as_of`` "" leave what is known. A new practice of a known office_id shares
        its keys and the lease on their refresh.
        """
        new_id = secrets.token_hex(16)
        async with self._database.transaction() as statements:
            await statements.execute(
                "INSERT INTO pms_integrations (id, office_id, practice_id, practice_name, pms, pms_version, "
                "zone_name, as_of, as_of_seen_at, created_at) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, '', NULL, $8) "
                "ON CONFLICT (office_id, practice_id) DO UPDATE SET practice_name = excluded.practice_name, "
                "pms = excluded.pms, pms_version = excluded.pms_version, zone_name = excluded.zone_name",
                new_id,
                office_id,
                practice_id,
                practice_name,
                pms,
                pms_version,
                zone_name,
                now,
            )
            row = await self._row(statements, office_id, practice_id)
            if row["id"] == new_id:
                await self._share_keys(statements, office_id, new_id)
            await self._move_as_of(statements, row["id"], as_of, now)
            if secret_key is not None:
                await statements.execute(
                    "UPDATE pms_integrations SET secret_key = $2 WHERE office_id = $1",
                    office_id,
                    self._seal(secret_key, "secret_key", office_id),
                )
            return _office(await self._row(statements, office_id, practice_id))

    async def list(self, office_id: str | None = None) -> list[Office]:
        """Every office, or those of one office_id of Sikka's, by office_id and practice_id."""
        # Two statements, and not one with an alternative: that reads every office at every call.
        if office_id is None:
            rows = await self._database.fetch_few(f"{_OFFICES} ORDER BY office_id, practice_id")
        else:
            of_one = f"{_OFFICES} WHERE office_id = $1 ORDER BY practice_id"
            rows = await self._database.fetch_few(of_one, office_id)
        return [_office(row) for row in rows]

    async def get(self, row_id: str) -> Office | None:
        """The office of that id of ours, or None."""
        row = await self._database.fetch_one("SELECT * FROM pms_integrations WHERE id = $1", row_id)
        return None if row is None else _office(row)

    async def keys(self, office_id: str) -> OfficeKeys | None:
        """The keys of an office_id, or None if it is unknown. Raises SealBroken."""
        row = await self._database.fetch_one(
            "SELECT * FROM pms_integrations WHERE office_id = $1 ORDER BY created_at, id LIMIT 1",
            office_id,
        )
        if row is None:
            return None
        return OfficeKeys(
            secret_key=self._opened(row, "secret_key"),
            request_key=self._opened(row, "request_key"),
            refresh_key=self._opened(row, "refresh_key"),
            token_expiry=row["token_expiry"],
            token_issued_at=row["token_issued_at"],
            scope=row["scope"],
        )

    async def save_keys(
        self,
        office_id: str,
        *,
        request_key: str | None,
        refresh_key: str | None,
        token_expiry: int | None,
        token_issued_at: int | None,
        scope: str | None,
        now: int,
    ) -> None:
        """Save what a grant gave, for every practice of the office_id; it lies on disk when this returns.

        ``now`` stands for ``token_issued_at`` where that is None and there is a key. Raises UnknownOffice.
        """
        if token_issued_at is None and request_key is not None:
            token_issued_at = now
        async with self._database.transaction() as statements:
            touched = await statements.execute(
                "UPDATE pms_integrations SET request_key = $2, refresh_key = $3, token_expiry = $4, "
                "token_issued_at = $5, scope = $6 WHERE office_id = $1",
                office_id,
                self._seal(request_key, "request_key", office_id),
                self._seal(refresh_key, "refresh_key", office_id),
                token_expiry,
                token_issued_at,
                scope,
            )
            if not touched:
                raise UnknownOffice(
                    "Keys were to be saved for an office_id the store does not know; none were."
                )

    async def forget_keys(self, office_id: str) -> None:
        """Forget every key of an office_id, the secret key too; all else that is known of it stays."""
        async with self._database.transaction() as statements:
            practices = await statements.fetch(
                "UPDATE pms_integrations SET secret_key = NULL, request_key = NULL, refresh_key = NULL, "
                "token_expiry = NULL, token_issued_at = NULL, scope = NULL WHERE office_id = $1 RETURNING id",
                office_id,
            )
            for practice in practices:
                await note_done(statements, None, "disconnected", office=practice["id"])

    async def claim_key_refresh(self, office_id: str, *, owner: str, now: int, lease_ms: int) -> bool:
        """Lease the refresh of an office_id's keys; False while anybody (this owner too) holds it."""
        async with self._database.transaction() as statements:
            touched = await statements.execute(
                "UPDATE pms_integrations "
                "SET lease_owner = $2, lease_until = $3, lease_attempt = lease_attempt + 1 "
                "WHERE office_id = $1 AND (lease_until IS NULL OR lease_until <= $4)",
                office_id,
                owner,
                now + lease_ms,
                now,
            )
        return touched > 0

    async def release_key_refresh(self, office_id: str, owner: str) -> None:
        """End the lease, if ``owner`` still has it."""
        async with self._database.transaction() as statements:
            await statements.execute(
                "UPDATE pms_integrations SET lease_owner = NULL, lease_until = NULL "
                "WHERE office_id = $1 AND lease_owner = $2",
                office_id,
                owner,
            )

    async def forget_lapsed_leases(self, lapsed_by: int) -> None:
        """End leases on the refresh of keys that lapsed by then."""
        async with self._database.transaction() as statements:
            await statements.execute(
                "UPDATE pms_integrations SET lease_owner = NULL, lease_until = NULL WHERE lease_until <= $1",
                lapsed_by,
            )

    async def saw_as_of(self, row_id: str, as_of: str, now: int) -> bool:
        """Note the copy's age; True if it has moved (``as_of_seen_at`` moves only then). "" says nothing."""
        async with self._database.transaction() as statements:
            return await self._move_as_of(statements, row_id, as_of, now)

    async def _move_as_of(self, statements: Statements, row_id: str, as_of: str, now: int) -> bool:
        if not as_of:
            return False
        touched = await statements.execute(
            "UPDATE pms_integrations SET as_of = $2, as_of_seen_at = $3 WHERE id = $1 AND as_of <> $2",
            row_id,
            as_of,
            now,
        )
        return touched > 0

    async def _share_keys(self, statements: Statements, office_id: str, row_id: str) -> None:
        """Give a new practice the keys and the lease of the others of its office_id."""
        await statements.execute(
            "UPDATE pms_integrations SET (secret_key, request_key, refresh_key, token_expiry, "
            "token_issued_at, scope, lease_owner, lease_until, lease_attempt) = ("
            "SELECT secret_key, request_key, refresh_key, token_expiry, "
            "token_issued_at, scope, lease_owner, lease_until, lease_attempt "
            "FROM pms_integrations WHERE office_id = $1 AND id <> $2 LIMIT 1) "
            "WHERE id = $2 AND EXISTS (SELECT 1 FROM pms_integrations WHERE office_id = $1 AND id <> $2)",
            office_id,
            row_id,
        )

    async def _row(self, statements: Statements, office_id: str, practice_id: str) -> Row:
        rows = await statements.fetch(
            "SELECT * FROM pms_integrations WHERE office_id = $1 AND practice_id = $2",
            office_id,
            practice_id,
        )
        return rows[0]

    def _seal(self, value: str | None, column: str, office_id: str) -> bytes | None:
        if value is None:
            return None
        return self._sealer.seal(value.encode(), table=_TABLE, column=column, office=office_id, row=office_id)

    def _opened(self, row: Row, column: str) -> str | None:
        if row[column] is None:
            return None
        office_id: str = row["office_id"]
        plain = self._sealer.open(row[column], table=_TABLE, column=column, office=office_id, row=office_id)
        return plain.decode()


def _office(row: Row) -> Office:
    return Office(**{name: row[name] for name in _COLUMNS})
