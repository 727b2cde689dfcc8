"""The search for writes whose answer was lost: looks that found nothing, and ids found and adopted.

An id of Sikka's belongs to one row. One that is found by searching is adopted only if no row has it; one that
Sikka's own answer brings belongs to the row it was given to, and whoever had adopted it knows nothing again.
"""

from store.database import Row, Statements
from store.ledger_endings import ALLOWED_LATE, LATE_ID, Ending
from store.ledger_entries import NO_LEASE
from store.ledger_rows import Writeback
from store.ledger_states import SETTLED, State
from store.ledger_turns import LedgerTurns

ADOPTED = "adopted"
_IN_DOUBT = frozenset({State.SENDING, State.UNCERTAIN})
_TO_BE_SENT_AGAIN = frozenset({State.INTENT, State.QUEUED})
_ENDED_WITHOUT_AN_ID = frozenset({Ending.ANSWERED, Ending.PERSON})


class LedgerAdoption(LedgerTurns):
    """The part of the ledger that matches rows with Sikka's ids."""

    async def looked(
        self, row_id: str, *, due_at: int, now: int, fence: tuple[str, int] | None = None
    ) -> Writeback | None:
        """An uncertain row was looked for in the whole list and not found; look again at ``due_at``.

        ``looks`` and ``first_look_at`` begin anew each time a row becomes uncertain. None, and nothing is
        changed, if it is not uncertain (any more) or the fence is lost.
        """
        async with self._database.transaction() as statements:
            row = await self._held(statements, row_id, {State.UNCERTAIN}, fence)
            if row is None:
                return None
            first = now if row["first_look_at"] is None else row["first_look_at"]
            columns = {
                "first_look_at": first,
                "looks": row["looks"] + 1,
                "last_checked_at": now,
                "check_count": row["check_count"] + 1,
                "due_at": due_at,
                **NO_LEASE,
            }
            return self._seals.writeback(await self._set(statements, row, columns))

    async def adopt(
        self, row_id: str, sikka_id: str, now: int, *, fence: tuple[str, int] | None = None
    ) -> Writeback | None:
        """An uncertain row is the write of this id, found by searching: it is submitted, and watched.

        None, and nothing is changed, if another row owns the id, the row has an id already, is not uncertain
        (any more) or the fence is lost.
        """
        async with self._database.transaction() as statements:
            row = await self._held(statements, row_id, {State.UNCERTAIN}, fence)
            if row is None or row["sikka_id"] is not None:
                return None
            if await self._owner(statements, sikka_id) is not None:
                return None
            columns = {"sikka_id": sikka_id, "adopted_at": now, "due_at": now}
            return await self._enter(statements, row, State.SUBMITTED, now, columns, reason=ADOPTED)

    async def accepted(self, row_id: str, sikka_id: str, now: int) -> Writeback | None:
        """Sikka's answer to this very row has come, however late: the row has this id, and is watched.

        An id it had adopted instead is free again. A row that is settled on something better keeps its state
        and only notes the id. None, and nothing is changed, if the row is missing, has another id of its own
        (it was sent twice), was never sent, or was refused at once or deleted: a person has to look.
        """
        async with self._database.transaction() as statements:
            row = await statements.fetch_one("SELECT * FROM pms_writebacks WHERE id = $1", row_id)
            if row is None or not row["sent_count"]:
                return None
            if row["sikka_id"] not in {None, sikka_id} and row["adopted_at"] is None:
                return None
            if row["sikka_id"] == sikka_id:
                return self._seals.writeback(await self._set(statements, row, {"adopted_at": None}))
            return await self._accept(statements, row, sikka_id, now)

    async def _accept(self, statements: Statements, row: Row, sikka_id: str, now: int) -> Writeback | None:
        state = State(row["state"])
        columns = {"sikka_id": sikka_id, "adopted_at": None}
        if state in SETTLED:
            ending = await self._ending(statements, row)
            allowed = ALLOWED_LATE[state, ending]
            if State.SUBMITTED in allowed:
                await self._take_id(statements, row["id"], sikka_id, now)
                return await self._turn(
                    statements, row, State.SUBMITTED, now, columns, allowed=allowed, reason=LATE_ID
                )
            if ending not in _ENDED_WITHOUT_AN_ID:
                return None
        await self._take_id(statements, row["id"], sikka_id, now)
        if state in _IN_DOUBT or state in _TO_BE_SENT_AGAIN:
            return await self._enter(
                statements,
                row,
                State.SUBMITTED,
                now,
                {**columns, "due_at": now},
                reason=LATE_ID,
                allowed=frozenset({State.SUBMITTED}),  # from `intent` too: it must not be sent again
            )
        changed = await self._set(
            statements, row, columns if state in SETTLED else {**columns, "due_at": now}
        )
        await self._note(statements, changed, state, now, reason=LATE_ID)
        return self._seals.writeback(changed)
