"""Questions about writes that change nothing."""
# ruff: noqa: S608  # only names of columns and numbers of placeholders are put into the SQL text

from collections.abc import Collection

from store.database import Database, placeholders
from store.ledger_rows import Event, LedgerSeals, Writeback
from store.ledger_states import OPEN, State
from store.sealing import Sealer

NEWEST_FIRST = "ORDER BY created_at DESC, id DESC"
OLDEST_FIRST = "ORDER BY created_at, id"


class LedgerReading:
    """The reading half of the ledger. An office is a pms_integrations id, not Sikka's office_id."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._seals = LedgerSeals(sealer)

    async def get(self, office: str, row_id: str) -> Writeback | None:
        """The row, or None if that office has none of that id."""
        rows = await self.many(office, [row_id])
        return rows[0] if rows else None

    async def many(self, office: str, row_ids: Collection[str]) -> list[Writeback]:
        """Those of the rows that the office has, oldest first."""
        if not row_ids:
            return []
        wanted = placeholders(2, len(row_ids))
        return await self._rows(
            f"WHERE pms_integration_id = $1 AND id IN ({wanted}) {OLDEST_FIRST}", office, *row_ids
        )

    async def holder(self, office: str, natural_key: str, now: int) -> Writeback | None:
        """The row that holds a natural key, so that `append` would return it; None if the key is free."""
        rows = await self._rows(
            "WHERE pms_integration_id = $1 AND natural_key = $2 "
            "AND (natural_key_until IS NULL OR natural_key_until > $3)",
            office,
            natural_key,
            now,
        )
        return rows[0] if rows else None

    async def by_scope(self, office: str, scope_key: str, limit: int) -> list[Writeback]:
        """The newest rows of one call, newest first."""
        where = "WHERE pms_integration_id = $1 AND scope_key = $2"
        return await self._rows(f"{where} {NEWEST_FIRST} LIMIT $3", office, scope_key, limit)

    async def by_patient(self, office: str, patient_key: str, limit: int) -> list[Writeback]:
        """The newest rows of one patient, newest first."""
        where = "WHERE pms_integration_id = $1 AND patient_key = $2"
        return await self._rows(f"{where} {NEWEST_FIRST} LIMIT $3", office, patient_key, limit)

    async def by_appointment(self, office: str, appointment_key: str) -> list[Writeback]:
        """Every row about one appointment, newest first."""
        where = "WHERE pms_integration_id = $1 AND appointment_key = $2"
        return await self._rows(f"{where} {NEWEST_FIRST}", office, appointment_key)

    async def newest_about(self, office: str, appointment_key: str) -> str | None:
        """The id of the newest row about one appointment; None without any."""
        row = await self._database.fetch_one(
            "SELECT id FROM pms_writebacks WHERE pms_integration_id = $1 AND appointment_key = $2 "
            f"{NEWEST_FIRST} LIMIT 1",
            office,
            appointment_key,
        )
        return None if row is None else row["id"]

    async def overlay(self, office: str, *, read_from: int | None = None) -> list[Writeback]:
        """What lies over Sikka's copy: open rows, and confirmed ones it does not show yet; oldest first.

        ``read_from`` (UTC ms) is when the reading of a copy that is kept began, None for one read just now.
        What somebody saw shown after that may be missing from it, and lies over it still.
        """
        # One list of states, and no alternative of two: that SQLite would plan anew at every call.
        late = "" if read_from is None else "OR shown_at >= $3"
        args = () if read_from is None else (read_from,)
        states = placeholders(3 + len(args), len(OPEN))
        where = (
            f"WHERE pms_integration_id = $1 AND state IN ($2, {states}) "
            f"AND (shown_at IS NULL OR state <> $2 {late})"
        )
        return await self._rows(f"{where} {OLDEST_FIRST}", office, State.CONFIRMED.value, *args, *texts(OPEN))

    async def events(self, office: str, row_id: str) -> list[Event]:
        """The history of one row, in order; empty if that office has none of that id."""
        rows = await self._database.fetch(
            "SELECT e.* FROM pms_writeback_events e JOIN pms_writebacks w ON w.id = e.writeback_id "
            "WHERE w.pms_integration_id = $1 AND w.id = $2 ORDER BY e.seq",
            office,
            row_id,
        )
        return [self._seals.event(row, office) for row in rows]

    async def next_due(self, states: Collection[State], office: str | None = None) -> int | None:
        """When the first row of these states is due and free of leases (UTC ms); None if there is none."""
        if not states:
            return None
        row = await self._database.fetch_one(
            "SELECT MIN(CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END) AS due "
            f"FROM pms_writebacks WHERE state IN ({placeholders(2, len(states))}) AND {of_office(1)}",
            office,
            *texts(states),
        )
        return None if row is None else row["due"]

    async def _rows(self, where: str, *args: object) -> list[Writeback]:
        rows = await self._database.fetch_few(f"SELECT * FROM pms_writebacks {where}", *args)
        return [self._seals.writeback(row) for row in rows]


def of_office(number: int) -> str:
    """A condition that holds for rows of the office ``$number``, or for all where that is null."""
    return f"(CAST(${number} AS TEXT) IS NULL OR pms_integration_id = ${number})"


def texts(states: Collection[State]) -> list[str]:
    """States as they stand in their column."""
    return [state.value for state in states]
