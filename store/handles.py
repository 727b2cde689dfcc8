"""Handles: what an agent is given instead of a record's id, kept for a while and tied to a call.

A handle is derived from what it stands for, so the same thing has the same handle throughout a call. Only its
keyed hash is stored; what it stands for is sealed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from store.database import Change, Database, Row, placeholders
from store.sealing import Index, Sealer

_TABLE = "handles"
_LENGTH = 10
_BITS = 5  # a base32 digit
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_MISREAD = str.maketrans("ilo", "110")
_BETWEEN = re.compile(r"[\s-]+")
_SPARED = 10  # of its life, one part in so many may have passed before it is prolonged
_LONGEST = 64  # typed with a gap after every letter, and some


class Kind(StrEnum):
    """What a handle stands for; the value is its first letter."""

    PATIENT = "p"
    SLOT = "s"
    APPOINTMENT = "a"
    WRITEBACK = "w"


_FORM = re.compile(f"([{''.join(Kind)}])([{_CROCKFORD}ilo]{{{_LENGTH}}})")


class HandleError(Exception):
    """A handle that cannot be used. The handle is not part of the message."""


class NotAHandle(HandleError):
    """The text has not the form of a handle."""


class WrongKind(HandleError):
    """A handle of another kind than asked for, by its letter; it may never have been issued."""

    def __init__(self, expected: Kind, found: Kind) -> None:
        super().__init__(f"expected a handle of kind {expected.name}, found {found.name}")
        self.expected = expected
        self.found = found


class UnknownHandle(HandleError):
    """Never issued, expired, of another office or of another call: which of them is not told."""


@dataclass(frozen=True, slots=True)
class Handle:
    """What a handle stands for. ``issued_at`` (UTC ms) is when it was first given out."""

    kind: Kind
    payload: Mapping[str, Any] = field(repr=False)
    issued_at: int


def read_handle(text: str) -> tuple[Kind, str]:
    """The kind and the canonical form of a handle as written or heard; raises NotAHandle.

    Case, spaces and hyphens do not count; I and L are read as 1, O as 0.
    """
    match = (
        _FORM.fullmatch(_BETWEEN.sub("", text).lower()) if len(text) <= _LONGEST and text.isascii() else None
    )
    if match is None:
        raise NotAHandle("not the form of a handle")
    return Kind(match[1]), match[1] + match[2].translate(_MISREAD)


@dataclass(frozen=True, slots=True)
class NewHandle:
    """A handle to be given out. ``subject`` is what makes it this one and no other."""

    kind: Kind
    subject: str = field(repr=False)
    payload: Mapping[str, Any] = field(repr=False)
    ttl_ms: int


class Handles:
    """The table of handles. ``office`` is a pms_integrations id, ``scope_key`` a keyed hash of the call."""

    def __init__(self, database: Database, sealer: Sealer, index: Index) -> None:
        self._database = database
        self._sealer = sealer
        self._index = index

    async def prepare(
        self, new: Sequence[NewHandle], *, office: str, scope_key: str | None, now: int
    ) -> tuple[list[str], list[Change]]:
        """Handles, each of its subject in this call, in their order; and what makes them good once written.

        Without a call they are of the office. They are good for their ``ttl_ms`` from now on. Issued again a
        handle is the same, with the new payload and the first time of issue, unless it had expired. With the
        same payload, and while nearly all of its life is left, it is not even prolonged.
        """
        handles = [self._derive(one.kind, office, scope_key, one.subject) for one in new]
        wanted = dict(zip(map(self._row_id, handles), new, strict=True))
        for row_id in await self._good(wanted, office, now):
            del wanted[row_id]
        if not wanted:
            return handles, []
        rows: list[object] = []
        for row_id, one in wanted.items():
            rows += [row_id, one.kind.value, self._seal(office, row_id, one.payload), now + one.ttl_ms]
        values = ", ".join(
            f"(${at}, $1, ${at + 1}, $2, ${at + 2}, $3, ${at + 3})" for at in range(4, 4 + len(rows), 4)
        )
        upsert = (
            "INSERT INTO handles (id, office, kind, scope_key, payload, issued_at, expires_at) "  # noqa: S608 - numbers of placeholders
            f"VALUES {values} ON CONFLICT (id) DO UPDATE SET "
            "payload = excluded.payload, expires_at = excluded.expires_at, issued_at = "
            "CASE WHEN handles.expires_at <= excluded.issued_at "
            "THEN excluded.issued_at ELSE handles.issued_at END"
        )
        return handles, [Change(upsert, (office, scope_key, now, *rows))]

    async def resolve(self, text: str, kind: Kind, *, office: str, scope_key: str | None, now: int) -> Handle:
        """What a handle stands for. Raises NotAHandle, WrongKind or UnknownHandle.

        A handle issued for a call is known in that call only, one issued without in every call of its office.
        """
        found, handle = read_handle(text)
        if found is not kind:
            raise WrongKind(kind, found)
        row_id = self._row_id(handle)
        row = await self._database.fetch_one(
            "SELECT payload, issued_at FROM handles WHERE id = $1 AND office = $2 AND kind = $3 "
            "AND expires_at > $4 AND (scope_key IS NULL OR scope_key = CAST($5 AS TEXT))",
            row_id,
            office,
            kind.value,
            now,
            scope_key,
        )
        if row is None:
            raise UnknownHandle("no such handle here")
        payload = self._sealer.open_json(
            row["payload"], table=_TABLE, column="payload", office=office, row=row_id
        )
        return Handle(kind=kind, payload=payload, issued_at=row["issued_at"])

    async def latest(self, kind: Kind, *, office: str, scope_key: str, now: int) -> Handle | None:
        """What was given out last in a call, of one kind; None where nothing was or all has expired."""
        row = await self._database.fetch_one(
            "SELECT id, payload, issued_at FROM handles WHERE office = $1 AND kind = $2 AND scope_key = $3 "
            "AND expires_at > $4 ORDER BY expires_at DESC, id LIMIT 1",
            office,
            kind.value,
            scope_key,
            now,
        )
        if row is None:
            return None
        payload = self._sealer.open_json(
            row["payload"], table=_TABLE, column="payload", office=office, row=row["id"]
        )
        return Handle(kind=kind, payload=payload, issued_at=row["issued_at"])

    async def purge(self, now: int) -> int:
        """Forget expired handles and return how many."""
        async with self._database.transaction() as statements:
            return await statements.execute("DELETE FROM handles WHERE expires_at <= $1", now)

    async def _good(self, wanted: Mapping[str, NewHandle], office: str, now: int) -> list[str]:
        """Those that stand for the same already and have nearly all of their life left.

        To write them again adds nothing; but of slots, the time of issue tells which were offered last.
        """
        lasting = [row_id for row_id, one in wanted.items() if one.kind is not Kind.SLOT]
        if not lasting:
            return []
        rows = await self._database.fetch_few(
            "SELECT id, payload, expires_at FROM handles "  # noqa: S608 - numbers of placeholders
            f"WHERE office = $1 AND id IN ({placeholders(2, len(lasting))})",
            office,
            *lasting,
        )
        return [row["id"] for row in rows if self._is_good(office, row, wanted[row["id"]], now)]

    def _is_good(self, office: str, row: Row, one: NewHandle, now: int) -> bool:
        until = now + one.ttl_ms - one.ttl_ms // _SPARED
        return row["expires_at"] >= until and self._open(office, row) == one.payload

    def _open(self, office: str, row: Row) -> Any:
        return self._sealer.open_json(
            row["payload"], table=_TABLE, column="payload", office=office, row=row["id"]
        )

    def _seal(self, office: str, row_id: str, payload: Mapping[str, Any]) -> bytes:
        return self._sealer.seal_json(
            dict(payload), table=_TABLE, column="payload", office=office, row=row_id
        )

    def _derive(self, kind: Kind, office: str, scope_key: str | None, subject: str) -> str:
        digest = int.from_bytes(
            self._index.digest("handle", kind.value, office, scope_key or "", subject), "big"
        )
        digits = (_CROCKFORD[digest >> (_BITS * place) & (len(_CROCKFORD) - 1)] for place in range(_LENGTH))
        return kind.value + "".join(digits)

    def _row_id(self, handle: str) -> str:
        return self._index.keyed_hash("stored handle", handle)
