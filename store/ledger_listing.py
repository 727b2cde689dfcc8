"""Questions about many writes at once: listings, counts, usual times, and ids to ask Sikka about."""
# ruff: noqa: S608  # only names of columns and numbers of placeholders are put into the SQL text

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from store.database import placeholders
from store.ledger_endings import SETTLED_BY_PERSON
from store.ledger_reading import NEWEST_FIRST, OLDEST_FIRST, LedgerReading, of_office, texts
from store.ledger_rows import Writeback
from store.ledger_states import ACCEPTED, OPEN, SETTLED, State

LATEST: Final = 50  # of an operation tell how long it usually takes

# Rows that Sikka settled by itself, with the milliseconds from accepted to known; a person takes days.
_TIMED = (
    "SELECT w.pms_integration_id AS office, w.operation, w.completed_at, "
    "w.completed_at - w.submitted_at AS ms "
    "FROM pms_writebacks w WHERE w.state IN ('confirmed', 'failed') AND w.submitted_at IS NOT NULL "
    "AND NOT EXISTS (SELECT 1 FROM pms_writeback_events e WHERE e.writeback_id = w.id "
    f"AND (e.reason = '{SETTLED_BY_PERSON}' "
    f"OR e.from_state IN ({', '.join(repr(state.value) for state in sorted(SETTLED))})))"
)


@dataclass(frozen=True, slots=True)
class OperationStats:
    """How the writes of one operation fared in one office.

    ``timed`` of them were settled by Sikka itself, in half of the cases within ``p50_seconds``, in 19 of 20
    within ``p95_seconds`` (from accepted by Sikka to known to us; None where none was timed).
    """

    office: str
    operation: str
    counts: Mapping[State, int]
    timed: int
    p50_seconds: float | None
    p95_seconds: float | None


@dataclass(frozen=True, slots=True)
class PendingId:
    """A write that Sikka has accepted and not told the outcome of. ``age_ms`` is since it was accepted.

    ``wished``: it is to be taken back. ``leased``: some process is just asking about it.
    """

    row_id: str
    office: str
    sikka_id: str
    operation: str
    state: State
    age_ms: int
    check_count: int
    due_at: int
    wished: bool = False
    leased: bool = False


class LedgerListing(LedgerReading):
    """The part of the ledger that looks at it from above."""

    async def open_by_patient(self, office: str, patient_key: str) -> list[Writeback]:
        """A patient's open rows, oldest first."""
        where = (
            f"WHERE pms_integration_id = $1 AND patient_key = $2 AND state IN ({placeholders(3, len(OPEN))})"
        )
        return await self._rows(f"{where} {OLDEST_FIRST}", office, patient_key, *texts(OPEN))

    async def search(
        self,
        office: str | None = None,
        *,
        states: Collection[State] | None = None,
        operation: str | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[Writeback]:
        """Rows, newest first; None means any. ``before`` is the id of the last row of the page before."""
        wanted = texts(list(State) if states is None else states)
        if not wanted:
            return []
        where = (
            f"WHERE {of_office(1)} AND (CAST($2 AS TEXT) IS NULL OR operation = $2) "
            f"AND (CAST($3 AS TEXT) IS NULL OR id < $3) AND state IN ({placeholders(5, len(wanted))})"
        )
        return await self._rows(f"{where} {NEWEST_FIRST} LIMIT $4", office, operation, before, limit, *wanted)

    async def starting(self, prefix: str) -> list[Writeback]:
        """The two oldest rows of any office whose id begins so; an id itself finds its row alone."""
        return await self._rows(f"WHERE substr(id, 1, $2) = $1 {OLDEST_FIRST} LIMIT 2", prefix, len(prefix))

    async def alike(self, office: str, natural_key_given: str) -> list[Writeback]:
        """Every row that was put down for the same request, oldest first, whatever became of it."""
        where = "WHERE pms_integration_id = $1 AND natural_key_given = $2"
        return await self._rows(f"{where} {OLDEST_FIRST}", office, natural_key_given)

    async def stats(self, office: str | None = None) -> list[OperationStats]:
        """Counts and completion times by office and operation, in that order."""
        counted = await self._database.fetch(
            "SELECT pms_integration_id AS office, operation, state, COUNT(*) AS rows_in FROM pms_writebacks "
            f"WHERE {of_office(1)} GROUP BY pms_integration_id, operation, state ORDER BY 1, 2, 3",
            office,
        )
        timed = await self._database.fetch(
            "SELECT office, operation, MAX(timed) AS timed, "
            "MIN(CASE WHEN place * 100 >= timed * 50 THEN ms END) AS p50, "
            "MIN(CASE WHEN place * 100 >= timed * 95 THEN ms END) AS p95 "
            "FROM (SELECT office, operation, ms, "
            "ROW_NUMBER() OVER (PARTITION BY office, operation ORDER BY ms) AS place, "
            f"COUNT(*) OVER (PARTITION BY office, operation) AS timed FROM ({_TIMED}) AS all_timed "
            "WHERE CAST($1 AS TEXT) IS NULL OR office = $1) AS placed GROUP BY office, operation",
            office,
        )
        times = {(row["office"], row["operation"]): row for row in timed}
        counts: dict[tuple[str, str], dict[State, int]] = {}
        for row in counted:
            by_state = counts.setdefault((row["office"], row["operation"]), {})
            by_state[State(row["state"])] = int(row["rows_in"])
        return [
            OperationStats(
                office=key[0],
                operation=key[1],
                counts=by_state,
                timed=int(times[key]["timed"]) if key in times else 0,
                p50_seconds=times[key]["p50"] / 1000 if key in times else None,
                p95_seconds=times[key]["p95"] / 1000 if key in times else None,
            )
            for key, by_state in counts.items()
        ]

    async def unflagged(self, office: str, *, limit: int) -> list[Writeback]:
        """Overdue and uncertain rows of which nobody was told, the longest so first."""
        return await self._rows(
            "WHERE pms_integration_id = $1 AND state IN ($2, $3) AND flagged_at IS NULL "
            "ORDER BY changed_at, id LIMIT $4",
            office,
            State.OVERDUE.value,
            State.UNCERTAIN.value,
            limit,
        )

    async def ended_unhappily(
        self, office: str, *, changed_from: int, changed_by: int, limit: int
    ) -> list[Writeback]:
        """Failed and rejected rows that somebody has to hear of, and no task tells of; the oldest first.

        Those are rows that were never sent in time, and those whose end no caller was told. A wish to
        withdraw is fulfilled by either. Times (UTC ms) are of the row's last change; a task from before it
        told of something else.
        """
        return await self._rows(
            "WHERE pms_integration_id = $1 AND state IN ($2, $3) AND wish IS NULL "
            "AND changed_at >= $4 AND changed_at <= $5 "
            "AND (reason = 'never_sent' "
            "OR (COALESCE(told_state, '') <> state AND COALESCE(said_state, '') <> state)) "
            "AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.writeback_id = pms_writebacks.id "
            "AND t.kind IN ('call_now', 'never_sent', 'failed') "
            "AND (t.created_at >= pms_writebacks.changed_at OR t.state <> 'done')) "
            "ORDER BY changed_at, id LIMIT $6",
            office,
            State.FAILED.value,
            State.REJECTED.value,
            changed_from,
            changed_by,
            limit,
        )

    async def confirmed_unseen(self, office: str, *, shown_from: int, limit: int) -> list[Writeback]:
        """Confirmed rows that the copy does not show, or shows only since then (UTC ms); oldest first."""
        return await self._rows(
            "WHERE pms_integration_id = $1 AND state = $2 AND (shown_at IS NULL OR shown_at > $3) "
            f"{OLDEST_FIRST} LIMIT $4",
            office,
            State.CONFIRMED.value,
            shown_from,
            limit,
        )

    async def settled_since(
        self, office: str, operation: str, *, completed_from: int, limit: int
    ) -> list[Writeback]:
        """Confirmed rows of one operation that ended from then on (UTC ms), the latest first."""
        return await self._rows(
            "WHERE pms_integration_id = $1 AND operation = $2 AND state = $3 AND completed_at >= $4 "
            "ORDER BY completed_at DESC, id DESC LIMIT $5",
            office,
            operation,
            State.CONFIRMED.value,
            completed_from,
            limit,
        )

    async def usual_seconds(self, office: str | None, operation: str) -> float | None:
        """The middle completion time of the latest fifty writes that Sikka settled itself; None without any.

        ``office`` None asks for all offices.
        """
        rows = await self._database.fetch(
            f"SELECT ms FROM ({_TIMED} AND (CAST($1 AS TEXT) IS NULL OR w.pms_integration_id = $1) "
            "AND w.operation = $2) AS all_timed "
            "ORDER BY completed_at DESC LIMIT $3",
            office,
            operation,
            LATEST,
        )
        times = sorted(int(row["ms"]) for row in rows)
        return times[(len(times) - 1) // 2] / 1000 if times else None

    async def pending_sikka_ids(self, now: int, office: str | None = None) -> list[PendingId]:
        """Every id whose outcome Sikka still owes us, the longest due first; nothing sealed is opened."""
        rows = await self._database.fetch(
            "SELECT id, pms_integration_id, sikka_id, operation, state, check_count, wish, lease_until, "
            "COALESCE(submitted_at, created_at) AS accepted_at, due_at FROM pms_writebacks "
            f"WHERE {of_office(1)} AND state IN ({placeholders(2, len(ACCEPTED))}) "
            "AND sikka_id IS NOT NULL ORDER BY due_at, id",
            office,
            *texts(ACCEPTED),
        )
        return [
            PendingId(
                row_id=row["id"],
                office=row["pms_integration_id"],
                sikka_id=row["sikka_id"],
                operation=row["operation"],
                state=State(row["state"]),
                age_ms=now - row["accepted_at"],
                check_count=row["check_count"],
                due_at=row["due_at"],
                wished=row["wish"] is not None,
                leased=row["lease_until"] is not None and row["lease_until"] > now,
            )
            for row in rows
        ]

    async def sikka_ids(self, offices: Collection[str], *, since: int | None = None) -> frozenset[str]:
        """The ids of Sikka's that rows of these offices own, to be left out of a search.

        ``since`` (UTC ms) leaves out rows that have not changed from then on: their writes are older.
        """
        if not offices:
            return frozenset()
        rows = await self._database.fetch(
            "SELECT sikka_id FROM pms_writebacks WHERE sikka_id IS NOT NULL "
            "AND (CAST($1 AS BIGINT) IS NULL OR changed_at >= $1) "
            f"AND pms_integration_id IN ({placeholders(2, len(offices))})",
            since,
            *offices,
        )
        return frozenset(row["sikka_id"] for row in rows)
