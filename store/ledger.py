"""The ledger: every write to a practice's system is first a row here, and the row is the truth about it."""
# ruff: noqa: S608  # only names of columns and numbers of placeholders are put into the SQL text

from collections.abc import Collection, Mapping
from typing import Any

from store.audit import note_done
from store.database import Statements, placeholders
from store.ledger_adoption import LedgerAdoption
from store.ledger_asking import LedgerAsking
from store.ledger_deleting import LedgerDeleting
from store.ledger_entries import CONFIRMED_KEY_HOLD_MS, NO_LEASE
from store.ledger_late import LedgerLate
from store.ledger_listing import LedgerListing
from store.ledger_news import LedgerNews
from store.ledger_reading import of_office, texts
from store.ledger_restoring import LedgerRestoring
from store.ledger_rows import Created, NewWriteback, Writeback, new_id
from store.ledger_states import ACCEPTED, AWAITED, BORN, OPEN, RESULT_OF, SETTLED, State
from store.ledger_waiting import LedgerWaiting

WITHDRAW = "withdraw"
_PLACING = "'book', 'move', 'cancel'"  # the operations that put a visit somewhere, or take it away
_AWAITED = placeholders(2, len(AWAITED))
_WITHDRAWN_AT_ONCE = frozenset({State.QUEUED, State.WAITING})


class Ledger(
    LedgerNews,
    LedgerListing,
    LedgerWaiting,
    LedgerAsking,
    LedgerDeleting,
    LedgerAdoption,
    LedgerLate,
    LedgerRestoring,
):
    """The writing half of the ledger. Times are UTC epoch milliseconds and come from the caller."""

    async def append(self, new: NewWriteback, now: int) -> tuple[Writeback, bool]:
        """Put a write down: the new row and True, or the row that already holds its natural key and False.

        A natural key whose time is up (`natural_key_until`) is released first. Raises ValueError for a state
        that no row begins in.
        """
        async with self._database.transaction() as statements:
            return await self._append(statements, new, now)

    async def follow(self, row_id: str, new: NewWriteback, now: int) -> Writeback | None:
        """Put down the write that follows a wished-away row by itself, and name it there: both or neither.

        A row that holds its natural key already is the one that follows. None, and nothing is put down, if
        the row is missing, wanted (again), or followed by one. Raises as `append`.
        """
        async with self._database.transaction() as statements:
            row = await statements.fetch_one("SELECT * FROM pms_writebacks WHERE id = $1", row_id)
            if row is None or row["wish"] is None or row["follow_up"] is not None:
                return None
            follower, _ = await self._append(statements, new, now)
            await self._set(statements, row, {"follow_up": follower.id})
        return follower

    async def _append(self, statements: Statements, new: NewWriteback, now: int) -> tuple[Writeback, bool]:
        if new.state not in BORN:
            raise ValueError(f"no write begins as {new.state}")
        row_id = new_id(now)
        columns: dict[str, Any] = {
            "id": row_id,
            "pms_integration_id": new.office,
            "operation": new.operation,
            "method": new.method,
            **self._sealed(new.office, row_id, endpoint=new.endpoint, request_body=new.body, facts=new.facts),
            "result": RESULT_OF[new.state],
            "state": new.state.value,
            "natural_key": new.natural_key,
            "natural_key_given": new.natural_key,
            "patient_key": new.patient_key,
            "appointment_key": new.appointment_key,
            "scope_key": new.scope_key,
            "waits_for": new.waits_for,
            "retry_of": new.retry_of,
            "send_before": new.send_before,
            "created_at": now,
            "changed_at": now,
            "due_at": now if new.due_at is None else new.due_at,
            "said_state": new.state.value,
        }
        await self._release_lapsed(statements, new.office, new.natural_key, now)
        row = await statements.fetch_one(
            f"INSERT INTO pms_writebacks ({', '.join(columns)}) VALUES ({placeholders(1, len(columns))}) "
            "ON CONFLICT (pms_integration_id, natural_key) DO NOTHING RETURNING *",
            *columns.values(),
        )
        if row is not None:
            await self._note(statements, row, None, now)
            await note_done(statements, now, new.state.value, patient_key=new.patient_key, record=row_id)
            return self._seals.writeback(row), True
        holder = await statements.fetch(
            "SELECT * FROM pms_writebacks WHERE pms_integration_id = $1 AND natural_key = $2",
            new.office,
            new.natural_key,
        )
        return self._seals.writeback(holder[0]), False

    async def claim_due(
        self,
        states: Collection[State],
        *,
        owner: str,
        now: int,
        lease_ms: int,
        limit: int,
        office: str | None = None,
    ) -> list[Writeback]:
        """Lease up to ``limit`` rows in ``states`` that are due and leased by nobody, the longest due first.

        Two claims never get the same row. The rows' `fence` proves the lease to `change` and `postpone`.
        """
        if not states:
            return []
        async with self._database.transaction() as statements:
            rows = await statements.fetch(
                "UPDATE pms_writebacks "
                "SET lease_owner = $2, lease_until = $3, lease_attempt = lease_attempt + 1 "
                "WHERE id IN (SELECT id FROM pms_writebacks "
                f"WHERE {of_office(1)} AND state IN ({placeholders(6, len(states))}) "
                "AND due_at <= $4 AND (lease_until IS NULL OR lease_until <= $4) "
                f"ORDER BY due_at, id LIMIT $5 {self._database.skip_locked}) RETURNING *",
                office,
                owner,
                now + lease_ms,
                now,
                limit,
                *texts(states),
            )
        return [
            self._seals.writeback(row) for row in sorted(rows, key=lambda row: (row["due_at"], row["id"]))
        ]

    async def change(
        self,
        row_id: str,
        to: State,
        now: int,
        *,
        expect: Collection[State],
        fence: tuple[str, int] | None = None,
        sent_count: int | None = None,
        reason: str = "",
        error_message: str | None = None,
        sikka_id: str | None = None,
        created: Created | None = None,
        appointment_key: str | None = None,
        due_at: int | None = None,
        checked: bool = False,
        facts: Mapping[str, Any] | None = None,
        send_before: int | None = None,
        lease_until: int | None = None,
    ) -> Writeback | None:
        """Take a row to another state, with its event, and return it as it is then.

        None, and nothing is changed, if the row is not in one of ``expect``, ``fence`` (owner, attempt) no
        longer holds it, or it was sent other than ``sent_count`` times. Raises IllegalArrow if the state it
        is in does not lead to ``to``. What is given as None stays as it was, except ``due_at`` (at once) and
        ``reason`` (it belongs to the new state alone). The lease ends, but for `sending`, which keeps it (to
        ``lease_until`` if given): a send in flight is its owner's until the lease lapses. ``sikka_id`` is
        what Sikka answered to this very row: another that held it loses it (`LedgerAdoption`); one found by
        searching is for `adopt`.
        """
        async with self._database.transaction() as statements:
            row = await self._held(statements, row_id, expect, fence)
            if row is None or sent_count not in {None, row["sent_count"]}:
                return None
            office: str = row["pms_integration_id"]
            if sikka_id is not None and sikka_id != row["sikka_id"]:
                await self._take_id(statements, row_id, sikka_id, now)
            given = {
                **self._sealed(office, row_id, facts=facts, error_message=error_message),
                "created_id": self._seals.seal_created(created, office=office, row=row_id),
                "sikka_id": sikka_id,
                "appointment_key": appointment_key,
                "send_before": send_before,
                "lease_until": lease_until if to is State.SENDING else None,
                "last_checked_at": now if checked else None,
                "check_count": row["check_count"] + 1 if checked else None,
                "natural_key_until": now + CONFIRMED_KEY_HOLD_MS if to is State.CONFIRMED else None,
            }
            columns = {column: value for column, value in given.items() if value is not None}
            columns["due_at"] = now if due_at is None else due_at
            if "sikka_id" in columns and sikka_id != row["sikka_id"]:
                columns["adopted_at"] = None
            return await self._enter(statements, row, to, now, columns, reason=reason)

    async def postpone(
        self,
        row_id: str,
        *,
        due_at: int,
        now: int,
        fence: tuple[str, int] | None = None,
        checked: bool = False,
        send_before: int | None = None,
    ) -> Writeback | None:
        """Look at an open row again at ``due_at``; its lease ends. ``checked`` counts a question to Sikka.

        ``send_before`` moves that limit too, as for a row that waits on a queued one. None, and nothing is
        changed, if it is settled or the fence is lost.
        """
        async with self._database.transaction() as statements:
            row = await self._held(statements, row_id, OPEN, fence)
            if row is None:
                return None
            columns: dict[str, Any] = {"due_at": due_at, **NO_LEASE}
            if send_before is not None:
                columns["send_before"] = send_before
            if checked:
                columns |= {"last_checked_at": now, "check_count": row["check_count"] + 1}
            return self._seals.writeback(await self._set(statements, row, columns))

    async def hasten(self, row_ids: Collection[str], now: int) -> None:
        """Rows whose outcome is looked for are due at once, if nobody has leased them: a caller waits.

        An unsent row keeps its time: it may be waiting for a rate limit.
        """
        if not row_ids:
            return
        async with self._database.transaction() as statements:
            await statements.execute(
                f"UPDATE pms_writebacks SET due_at = $1 WHERE due_at > $1 AND state IN ({_AWAITED}) "
                "AND (lease_until IS NULL OR lease_until <= $1) "
                f"AND id IN ({placeholders(2 + len(AWAITED), len(row_ids))})",
                now,
                *texts(AWAITED),
                *row_ids,
            )

    async def wish_withdraw(self, office: str, row_id: str, now: int) -> Writeback | None:
        """Take a write back: at once where nothing can have been sent, else as a wish on it, due at once.

        A settled row, and one wished already, is returned as it is. None if that office has no such row.
        """
        async with self._database.transaction() as statements:
            row = await self._of(statements, office, row_id)
            if row is None:
                return None
            state = State(row["state"])
            leased = row["lease_until"] is not None and row["lease_until"] > now
            about = {"patient_key": row["patient_key"], "record": row_id}
            unsent = state in _WITHDRAWN_AT_ONCE or (state is State.INTENT and not leased)
            if unsent and not (state is State.WAITING and await self._restored(statements, row_id)):
                await note_done(statements, now, State.WITHDRAWN.value, **about)
                return await self._enter(
                    statements,
                    row,
                    State.WITHDRAWN,
                    now,
                    {"wish": WITHDRAW, "due_at": now},
                    reason="withdrawn_unsent",
                )
            if state in SETTLED or row["wish"] == WITHDRAW:
                return self._seals.writeback(row)
            changed = await self._set(statements, row, {"wish": WITHDRAW, "due_at": now})
            await self._note(statements, changed, state, now, reason="wish_withdraw")
            await note_done(statements, now, "wish_withdraw", **about)
            return self._seals.writeback(changed)

    async def clear_wish(self, office: str, row_id: str, now: int) -> Writeback | None:
        """Take the wish to withdraw back from an open row; another is returned as it is, None if missing.

        It stands on a row that Sikka may have deleted already, and on one whose cancellation is put down.
        """
        async with self._database.transaction() as statements:
            row = await self._of(statements, office, row_id)
            if row is None:
                return None
            state = State(row["state"])
            kept = state in SETTLED or row["wish"] is None or row["follow_up"] is not None
            if kept or (state in ACCEPTED and await self._may_be_deleted(statements, row)):
                return self._seals.writeback(row)
            changed = await self._set(statements, row, {"wish": None})
            await self._note(statements, changed, state, now, reason="wish_cleared")
            await note_done(statements, now, "wish_cleared", patient_key=row["patient_key"], record=row_id)
            return self._seals.writeback(changed)

    async def set_follow_up(self, row_id: str, follow_up_id: str) -> bool:
        """Name the write that follows a wished-away row by itself.

        False if the row is missing, wanted (again), or already has one.
        """
        async with self._database.transaction() as statements:
            touched = await statements.execute(
                "UPDATE pms_writebacks SET follow_up = $2 WHERE id = $1 AND follow_up IS NULL "
                "AND wish IS NOT NULL",
                row_id,
                follow_up_id,
            )
        return touched > 0

    async def flag(self, row_id: str, now: int) -> bool:
        """Note that people were told of an open row; False if it is settled or was flagged before.

        To be called after the task is opened: a crash in between opens the same task again.
        """
        async with self._database.transaction() as statements:
            row = await self._held(statements, row_id, OPEN, None)
            if row is None or row["flagged_at"] is not None:
                return False
            changed = await self._set(statements, row, {"flagged_at": now})
            await self._note(statements, changed, State(row["state"]), now, reason="flagged")
        return True

    async def forget_lapsed_leases(self, lapsed_by: int) -> None:
        """End leases that lapsed by then; `sending` is left to `recover`."""
        async with self._database.transaction() as statements:
            await statements.execute(
                "UPDATE pms_writebacks SET lease_owner = NULL, lease_until = NULL "
                "WHERE lease_until <= $1 AND state <> $2",
                lapsed_by,
                State.SENDING.value,
            )

    async def mark_shown(self, row_ids: Collection[str], now: int) -> None:
        """Sikka's copy shows what these rows did; they no longer lie over it.

        Nor does what was done earlier with a visit that is shown: alone it would lie over what came of it. (A
        patient's yes shows nothing of where the visit stands.)
        """
        if not row_ids:
            return
        these = placeholders(3, len(row_ids))
        async with self._database.transaction() as statements:
            await statements.execute(
                f"UPDATE pms_writebacks SET shown_at = $1 WHERE shown_at IS NULL AND (id IN ({these}) "
                "OR id IN (SELECT earlier.id FROM pms_writebacks AS later JOIN pms_writebacks AS earlier "
                "ON earlier.pms_integration_id = later.pms_integration_id "
                "AND earlier.appointment_key = later.appointment_key "
                "AND (earlier.created_at, earlier.id) < (later.created_at, later.id) "
                f"WHERE later.id IN ({these}) AND later.operation IN ({_PLACING}) AND earlier.state = $2))",
                now,
                State.CONFIRMED.value,
                *row_ids,
            )

    async def release_confirmed(self, row_id: str) -> None:
        """What was confirmed stands no longer: the same may be asked for again at once."""
        async with self._database.transaction() as statements:
            await statements.execute(
                "UPDATE pms_writebacks SET natural_key = NULL, natural_key_until = NULL "
                "WHERE id = $1 AND state = $2",
                row_id,
                State.CONFIRMED.value,
            )

    async def recover(self, now: int) -> list[Writeback]:
        """Rows left in `sending` whose lease has lapsed become `uncertain`, due at once, and are returned.

        To be called again and again: whoever was sending them has ended, or waits no longer.
        """
        async with self._database.transaction() as statements:
            rows = await statements.fetch(
                "SELECT * FROM pms_writebacks WHERE state = $1 "
                "AND (lease_until IS NULL OR lease_until <= $2) "
                f"ORDER BY created_at, id {self._database.skip_locked}",
                State.SENDING.value,
                now,
            )
            due: dict[str, Any] = {"due_at": now}
            return [
                await self._enter(statements, row, State.UNCERTAIN, now, due, reason="found_sending")
                for row in rows
            ]
