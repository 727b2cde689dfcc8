"""The audit: who had what done and was told what, one chain of keyed hashes to an office, never rewritten.

An entry's seal is the keyed hash over the entry and the seal before it, so that a changed, missing or
inserted entry breaks the chain at that place. A tail cut off breaks nothing: that is found by a head kept
elsewhere.
"""

from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Final, cast

import anyio

from store.database import Change, Database, Row, Statements
from store.sealing import Index

READ_AT_ONCE: Final = 500
WHOLE: Final = ""
"""Stands for the office in entries of what is of no office: tokens and sealing keys."""
_HEAD: Final = "SELECT seq, seal FROM audit WHERE office = $1 ORDER BY seq DESC LIMIT 1"


class Step(StrEnum):
    """What an entry is of."""

    DONE = "done"  # something was put down, in the same transaction as this
    TOLD = "told"  # an answer went out


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry. ``office`` is a pms_integrations id or `WHOLE`, ``at`` UTC ms, keys are keyed hashes.

    Attributes:
        caller: who was connected.
        call_key: of the call; None where the platform names none.
        spoke_as: what the caller said to be to the patient; "" where that was not asked.
        outcome: of the call, or the state of what was put down.
        record: id of the write, task or token, or version of the profile, that was put down or changed.
        fields: names of what was told, never values.
    """

    office: str
    seq: int = 0
    at: int
    step: Step
    caller: str
    call_key: str | None
    spoke_as: str
    tool: str
    patient_key: str | None
    outcome: str
    record: str | None = None
    fields: tuple[str, ...] = ()
    seal: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """How far an office's chain goes: its last entry. ``seq`` 0 with "" is a chain without any."""

    seq: int
    seal: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of walking a chain.

    Attributes:
        entries: how many hold, from the first on.
        head: of what holds.
        broken_at: number of the first entry that is not as it was written, or not there; None where all hold.
        why: "" or what is wrong there: "missing", "changed", "cut" or "other_head".
    """

    entries: int
    head: Head
    broken_at: int | None = None
    why: str = ""


@dataclass(slots=True)
class Act:
    """What is going on: whatever is put down while it does gets an entry of its own with it.

    Attributes:
        audit: to which the entries go.
        spoke_as: as of an entry; it may turn out only while the act goes on (`speak_as`).
        at: when it began, for what is put down without a moment of its own.
    """

    audit: "Audit" = field(repr=False)
    office: str
    caller: str
    tool: str
    call_key: str | None = None
    spoke_as: str = ""
    at: int = 0

    def entry(
        self,
        step: Step,
        now: int,
        outcome: str,
        *,
        patient_key: str | None = None,
        record: str | None = None,
        told: Sequence[str] = (),
    ) -> Entry:
        """An entry of this act."""
        return Entry(
            office=self.office,
            at=now,
            step=step,
            caller=self.caller,
            call_key=self.call_key,
            spoke_as=self.spoke_as,
            tool=self.tool,
            patient_key=patient_key,
            outcome=outcome,
            record=record,
            fields=tuple(told),
        )


# Acts are deep below the tools that begin them, and every one passes the ledger or the inbox: those ask here.
_CURRENT: ContextVar[Act | None] = ContextVar("act", default=None)


@contextmanager
def during(act: Act) -> Generator[None]:
    """While this lasts, what this task (or one it starts) puts down belongs to the act."""
    token = _CURRENT.set(act)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def speak_as(word: str) -> None:
    """The caller of the current act has said to be this to the patient."""
    act = _CURRENT.get()
    if act is not None:
        act.spoke_as = word


def spoken_as() -> str:
    """What the caller of the current act said to be to the patient; "" where that is not known."""
    act = _CURRENT.get()
    return "" if act is None else act.spoke_as


async def note_done(
    statements: Statements,
    now: int | None,
    outcome: str,
    *,
    patient_key: str | None = None,
    record: str | None = None,
    office: str | None = None,
) -> None:
    """Write into a transaction that something was put down by the current act; without one, nothing.

    ``now`` None is when the act began, ``office`` None that of the act.
    """
    act = _CURRENT.get()
    if act is not None:
        at = act.at if now is None else now
        entry = act.entry(Step.DONE, at, outcome, patient_key=patient_key, record=record)
        if office is not None:
            entry = replace(entry, office=office)
        await act.audit.append(statements, entry)


class Audit:
    """The table audit."""

    def __init__(self, database: Database, index: Index) -> None:
        self._database = database
        self._chain = Index(index.digest("audit chain"))
        self._adding = anyio.Lock()
        # Where each chain ended last; whoever is wrong about that inserts nothing.
        self._heads: dict[str, Head] = {}

    async def add(self, entry: Entry, along: Sequence[Change] = ()) -> None:
        """Write an entry and what else is to be kept with it; committed together when this returns."""
        async with self._adding:  # else entries of one process would only be in each other's way
            head = self._heads.get(entry.office, _NONE)
            values = self._sealed(entry, head)
            mine = Change(_INSERT_BEHIND, (*values, head.seal), touches=1)
            if await self._database.write_all([*along, mine]):
                self._heads[entry.office] = _end(values)
                return
            async with self._database.transaction() as statements:  # another process has written meanwhile
                for change in along:
                    await statements.execute(change.sql, *change.args)
                await self.append(statements, entry)

    async def append(self, statements: Statements, entry: Entry) -> None:
        """Write an entry in a transaction: it is there if and only if the rest of that is."""
        head = _head(await statements.fetch(_HEAD, entry.office))
        values = self._sealed(entry, head)
        await statements.execute(_INSERT, *values)
        self._heads[entry.office] = _end(values)

    async def head(self, office: str) -> Head:
        """The end of an office's chain."""
        return _head(await self._database.fetch(_HEAD, office))

    async def last_spoken_as(self, office: str, call_key: str) -> str:
        """What the caller of a call last said to be to a patient; "" where they said nothing of it."""
        row = await self._database.fetch_one(
            "SELECT spoke_as FROM audit WHERE office = $1 AND call_key = $2 AND spoke_as <> '' "
            "ORDER BY seq DESC LIMIT 1",
            office,
            call_key,
        )
        return "" if row is None else row["spoke_as"]

    async def entries(self, office: str) -> AsyncGenerator[list[Entry]]:
        """An office's entries, oldest first, portion by portion."""
        after = 0
        while True:
            rows = await self._database.fetch(
                "SELECT * FROM audit WHERE office = $1 AND seq > $2 ORDER BY seq LIMIT $3",
                office,
                after,
                READ_AT_ONCE,
            )
            if not rows:
                return
            yield [_entry(row) for row in rows]
            after = rows[-1]["seq"]

    async def verify(self, office: str, *, kept: Head | None = None) -> Verdict:
        """Walk an office's chain to the first break.

        Args:
            office: a pms_integrations id.
            kept: a head that was kept elsewhere: the chain has to lead to it and may go on behind it.
        """
        last, met = _NONE, kept is None or kept == _NONE
        async for portion in self.entries(office):
            for entry in portion:
                if entry.seq != last.seq + 1:
                    return Verdict(last.seq, last, last.seq + 1, "missing")
                if _end(self._sealed(entry, last)).seal != entry.seal:
                    return Verdict(last.seq, last, entry.seq, "changed")
                last = Head(entry.seq, entry.seal)
                if kept is not None and kept.seq == entry.seq:
                    met = kept.seal == entry.seal
                    if not met:
                        return Verdict(entry.seq - 1, last, entry.seq, "other_head")
        return Verdict(last.seq, last) if met else Verdict(last.seq, last, last.seq + 1, "cut")

    def _sealed(self, entry: Entry, head: Head) -> list[str | int | None]:
        """The values of an entry's row behind a head, its number and its seal among them."""
        values = _values(entry)
        values[_SEQ], values[_SEAL] = head.seq + 1, ""
        # None and "" must not be alike: each value is preceded by whether it is there.
        parts = [part for value in values for part in ("" if value is None else "+", str(value))]
        values[_SEAL] = self._chain.keyed_hash(head.seal, *parts)
        return values


_NONE: Final = Head(0, "")
_COLUMNS: Final = tuple(column.name for column in fields(Entry))
_SEQ: Final = _COLUMNS.index("seq")
_SEAL: Final = _COLUMNS.index("seal")
_PLACES: Final = ", ".join(f"${number}" for number in range(1, len(_COLUMNS) + 1))
_INTO: Final = f"INSERT INTO audit ({', '.join(_COLUMNS)})"
_INSERT: Final = f"{_INTO} VALUES ({_PLACES})"
# Nothing where the place is taken, or the entry before is not the one that this is sealed behind.
_INSERT_BEHIND: Final = (
    f"{_INTO} SELECT {_PLACES} WHERE CAST($2 AS BIGINT) = 1 OR EXISTS (SELECT 1 FROM audit "  # noqa: S608 - names of our own columns
    f"WHERE office = $1 AND seq = CAST($2 AS BIGINT) - 1 AND seal = ${len(_COLUMNS) + 1}) "
    "ON CONFLICT (office, seq) DO NOTHING"
)


def _values(entry: Entry) -> list[str | int | None]:
    return [_plain(getattr(entry, name)) for name in _COLUMNS]


def _plain(value: object) -> str | int | None:
    if isinstance(value, tuple):
        return " ".join(map(str, cast("tuple[str, ...]", value)))
    if isinstance(value, StrEnum):
        return value.value
    return value if isinstance(value, int) or value is None else str(value)


def _end(values: Sequence[str | int | None]) -> Head:
    return Head(int(values[_SEQ] or 0), str(values[_SEAL]))


def _entry(row: Row) -> Entry:
    values: dict[str, Any] = {name: row[name] for name in _COLUMNS}
    values |= {"step": Step(row["step"]), "fields": tuple(row["fields"].split())}
    return Entry(**values)


def _head(rows: Sequence[Row]) -> Head:
    return Head(int(rows[0]["seq"]), rows[0]["seal"]) if rows else _NONE
