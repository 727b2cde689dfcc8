"""A write as the program sees it, and the way it lies in its row: some columns plain, some sealed."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from store.database import Row
from store.ledger_states import State
from store.sealing import Sealer

TABLE = "pms_writebacks"
EVENTS = "pms_writeback_events"


def new_id(now: int) -> str:
    """An id of our own: random, and sorted by the millisecond it was made in."""
    return f"{now:012x}{secrets.token_hex(10)}"


@dataclass(frozen=True, slots=True)
class Created:
    """What a finished write made in the practice's system, "" where nothing; never a writeback's own id."""

    created_id: str = ""
    appointment_sr_no: str = ""
    patient_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWriteback:
    """A write to be put down. ``office`` is a pms_integrations id; keys are keyed hashes; times are UTC ms.

    ``due_at`` None means at once. ``retry_of`` is the row whose request a person had made anew.
    """

    office: str
    operation: str
    method: str
    endpoint: str = field(repr=False)
    body: Mapping[str, str] = field(repr=False)
    facts: Mapping[str, Any] = field(repr=False)
    natural_key: str | None
    patient_key: str | None = None
    appointment_key: str | None = None
    scope_key: str | None = None
    send_before: int
    state: State = State.INTENT
    waits_for: str | None = None
    due_at: int | None = None
    retry_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Writeback:
    """One row of the ledger, opened. Times are UTC ms; what the row is about is not in its repr.

    ``natural_key_given`` is the key it was put down with, ``sent_count`` how often it was handed to Sikka,
    ``looks`` how often it was looked for and not found since it became uncertain, ``adopted_at`` when its
    ``sikka_id`` was found by searching (None: Sikka answered it), ``blanked_at`` when what it says was taken
    out of it.
    """

    id: str
    office: str
    operation: str
    method: str
    endpoint: str = field(repr=False)
    body: Mapping[str, str] = field(repr=False)
    facts: Mapping[str, Any] = field(repr=False)
    result: str
    state: State
    reason: str
    error_message: str | None = field(repr=False)
    sikka_id: str | None
    natural_key: str | None
    natural_key_until: int | None
    patient_key: str | None
    appointment_key: str | None
    scope_key: str | None
    waits_for: str | None
    wish: str | None
    follow_up: str | None
    send_before: int
    created: Created = field(repr=False)
    submitted_at: int | None
    completed_at: int | None
    last_checked_at: int | None
    check_count: int
    created_at: int
    changed_at: int
    due_at: int
    shown_at: int | None
    said_state: State | None
    told_state: State | None
    told_at: int | None
    lease_owner: str | None
    lease_until: int | None
    lease_attempt: int
    natural_key_given: str | None = None
    retry_of: str | None = None
    flagged_at: int | None = None
    sent_count: int = 0
    first_look_at: int | None = None
    looks: int = 0
    adopted_at: int | None = None
    blanked_at: int | None = None

    @property
    def fence(self) -> tuple[str, int]:
        """What `Ledger.change` demands of who claimed this row; the owner is "" if nobody holds it."""
        return (self.lease_owner or "", self.lease_attempt)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a write; ``from_state`` is None for the first, ``to_state`` for a wish."""

    id: str
    writeback_id: str
    seq: int
    at: int
    from_state: State | None
    to_state: State
    reason: str
    detail: str | None = field(repr=False)


_PLAIN = (
    "id",
    "operation",
    "method",
    "result",
    "sikka_id",
    "natural_key",
    "natural_key_until",
    "patient_key",
    "appointment_key",
    "scope_key",
    "waits_for",
    "wish",
    "follow_up",
    "send_before",
    "submitted_at",
    "completed_at",
    "last_checked_at",
    "check_count",
    "created_at",
    "changed_at",
    "due_at",
    "shown_at",
    "told_at",
    "lease_owner",
    "lease_until",
    "lease_attempt",
    "natural_key_given",
    "retry_of",
    "flagged_at",
    "sent_count",
    "first_look_at",
    "looks",
    "adopted_at",
    "blanked_at",
)


class LedgerSeals:
    """Seals and opens the columns of the ledger's tables."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal(self, value: Any, column: str, *, office: str, row: str, table: str = TABLE) -> bytes | None:
        """A JSON value sealed for its place; None stays None."""
        if value is None:
            return None
        return self._sealer.seal_json(value, table=table, column=column, office=office, row=row)

    def seal_created(self, created: Created | None, *, office: str, row: str) -> bytes | None:
        """What a write created, sealed; None stays None."""
        if created is None:
            return None
        value = {
            "created_id": created.created_id,
            "appointment_sr_no": created.appointment_sr_no,
            "patient_id": created.patient_id,
        }
        return self.seal(value, "created_id", office=office, row=row)

    def writeback(self, row: Row) -> Writeback:
        """A row of pms_writebacks, opened. Raises SealBroken."""
        office: str = row["pms_integration_id"]

        def opened(column: str) -> Any:
            return self._opened(row[column], column, office=office, row=row["id"])

        return Writeback(
            office=office,
            endpoint=opened("endpoint"),
            body=opened("request_body"),
            facts=opened("facts"),
            state=State(row["state"]),
            reason=row["reason"] or "",
            error_message=opened("error_message"),
            created=_created(opened("created_id")),
            said_state=_state(row["said_state"]),
            told_state=_state(row["told_state"]),
            **{column: row[column] for column in _PLAIN},
        )

    def event(self, row: Row, office: str) -> Event:
        """A row of pms_writeback_events, opened. Raises SealBroken."""
        return Event(
            id=row["id"],
            writeback_id=row["writeback_id"],
            seq=row["seq"],
            at=row["at"],
            from_state=_state(row["from_state"]),
            to_state=State(row["to_state"]),
            reason=row["reason"] or "",
            detail=self._opened(row["detail"], "detail", office=office, row=row["id"], table=EVENTS),
        )

    def _opened(self, blob: bytes | None, column: str, *, office: str, row: str, table: str = TABLE) -> Any:
        if blob is None:
            return None
        return self._sealer.open_json(blob, table=table, column=column, office=office, row=row)


def _state(text: str | None) -> State | None:
    return None if text is None else State(text)


def _created(value: Mapping[str, str] | None) -> Created:
    return Created() if value is None else Created(**value)
