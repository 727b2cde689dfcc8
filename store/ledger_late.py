"""What settles a write otherwise than by a look at it: a person's word, and an answer that comes late."""

from collections.abc import Mapping
from typing import Any

from store.audit import note_done
from store.ledger_endings import ALLOWED_LATE, LATE_ANSWER, SETTLED_BY_PERSON
from store.ledger_entries import CONFIRMED_KEY_HOLD_MS
from store.ledger_rows import Created, Writeback
from store.ledger_states import AWAITED, SETTLED, State
from store.ledger_turns import LedgerTurns

_PERSONS_WORDS: frozenset[State] = frozenset({State.CONFIRMED, State.FAILED})


class LedgerLate(LedgerTurns):
    """The part of the ledger that a person and a late answer change."""

    async def settle_by_person(
        self,
        office: str,
        row_id: str,
        to: State,
        *,
        by: str,
        note: str,
        now: int,
        created: Created | None = None,
        appointment_key: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> Writeback | None:
        """Settle a row that silence left open, on somebody's word: confirmed or failed.

        ``created``, ``appointment_key`` and ``facts`` are what they saw that it made; None stays as it was.
        Who and why is sealed in the event. The row is due at once, for the question whether Sikka agrees
        (`claim_settled_by_person`). None, and nothing is changed, if that office has no such row or it is not
        submitted, overdue or uncertain. Raises ValueError for any other ``to``.
        """
        if to not in _PERSONS_WORDS:
            raise ValueError(f"a person settles a write as confirmed or failed, not as {to}")
        async with self._database.transaction() as statements:
            row = await self._of(statements, office, row_id)
            if row is None or State(row["state"]) not in AWAITED:
                return None
            columns: dict[str, Any] = {"due_at": now}
            if to is State.CONFIRMED:
                columns["natural_key_until"] = now + CONFIRMED_KEY_HOLD_MS
                if created is not None:
                    columns["created_id"] = self._seals.seal_created(created, office=office, row=row_id)
                if appointment_key is not None:
                    columns["appointment_key"] = appointment_key
                if facts is not None:
                    columns |= self._sealed(office, row_id, facts=facts)
            await note_done(
                statements, now, f"settled_{to}", patient_key=row["patient_key"], record=row_id, office=office
            )
            return await self._enter(
                statements, row, to, now, columns, reason=SETTLED_BY_PERSON, detail=f"{by}: {note}"
            )

    async def late(
        self,
        row_id: str,
        to: State,
        now: int,
        *,
        error_message: str | None = None,
        sikka_id: str | None = None,
        created: Created | None = None,
        appointment_key: str | None = None,
    ) -> Writeback | None:
        """Put down an answer that came after its row was settled, where ALLOWED_LATE lets it change anything.

        What is given as None stays as it was. A row that is done after all takes its natural key back, unless
        another holds it by now: then the same thing was asked for anew, `holder` of ``natural_key_given``
        tells by which row, and a person has to look. A row in the state ``to`` that nothing may be added to
        is returned as it is. None if the row is missing or not settled. Raises IllegalArrow.
        """
        async with self._database.transaction() as statements:
            row = await self._held(statements, row_id, SETTLED, None)
            if row is None:
                return None
            allowed = ALLOWED_LATE[State(row["state"]), await self._ending(statements, row)]
            if to is State(row["state"]) and to not in allowed:
                return self._seals.writeback(row)
            if sikka_id is not None and sikka_id != row["sikka_id"]:
                await self._take_id(statements, row_id, sikka_id, now)
            office: str = row["pms_integration_id"]
            given = {
                **self._sealed(office, row_id, error_message=error_message),
                "created_id": self._seals.seal_created(created, office=office, row=row_id),
                "sikka_id": sikka_id,
                "appointment_key": appointment_key,
            }
            columns = {column: value for column, value in given.items() if value is not None}
            if "sikka_id" in columns and sikka_id != row["sikka_id"]:
                columns["adopted_at"] = None
            return await self._turn(statements, row, to, now, columns, allowed=allowed, reason=LATE_ANSWER)
