"""Forgets a patient: removes what is kept of them, and sees that nothing of them is kept again."""
# ruff: noqa: S608  # only numbers of placeholders are put into the SQL text

from collections.abc import AsyncGenerator, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from store.audit import Act, Step
from store.database import Database, Row, placeholders, portions
from store.ledger_rows import LedgerSeals, Writeback
from store.ledger_states import OPEN, State
from store.mirror import Mirror
from store.mirror_rows import Whose
from store.retention import Retention
from store.sealing import Index, Sealer

AT_ONCE: Final = 200
_NAMED: Final = ("patient_id", "adds_for")  # in the load of a handle, or in what a task says


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a patient is not finished: writes that are open, and ids of tasks that are not done.

    A write the copy does not show yet is not finished either: without it the chair would seem free.
    """

    rows: tuple[Writeback, ...]
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many things were removed: writes blanked, tasks and handles deleted, records of the copy."""

    writes: int
    tasks: int
    handles: int
    records: int

    def __bool__(self) -> bool:
        """Whether anything was."""
        return any((self.writes, self.tasks, self.handles, self.records))


class Forgetting:
    """Finds whatever is about one patient. An office is a pms_integrations id."""

    def __init__(
        self, database: Database, sealer: Sealer, index: Index, retention: Retention, mirror: Mirror
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._seals = LedgerSeals(sealer)
        self._index = index
        self._retention = retention
        self._mirror = mirror

    async def standing(self, office: str, patient_id: str) -> Standing:
        """What of a patient has to be finished before they can be forgotten.

        Raises:
            ValueError: the id is empty.
        """
        _refuse_nobody(patient_id)
        rows = await self._writes(office, patient_id)
        tasks = await self._tasks(office, patient_id, rows)
        return Standing(
            tuple(row for row in rows if row.state in OPEN or _lies_over(row)),
            tuple(str(task["id"]) for task in tasks if task["state"] != "done"),
        )

    async def forget(
        self, office: str, patient_id: str, *, whose: Mapping[str, Whose], act: Act, now: int
    ) -> Forgotten:
        """Forget a patient of whom nothing is open. Broken off, it can be done again.

        Args:
            office: a pms_integrations id.
            patient_id: as the practice's system has it.
            whose: for each kind of record in the copy, where in it the patient stands.
            act: by whom, for the audit.
            now: UTC ms.

        Raises:
            ValueError: the id is empty.
        """
        _refuse_nobody(patient_id)
        patient = self._index.patient(office, patient_id)
        async with self._database.transaction() as statements:
            await statements.execute(
                "INSERT INTO forgotten (office, patient_key, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                office,
                patient,
                now,
            )
            entry = act.entry(Step.DONE, now, "forgotten", patient_key=patient)
            await act.audit.append(statements, entry)
        rows = await self._writes(office, patient_id)
        tasks = await self._tasks(office, patient_id, rows)
        handles = await self._handles(office, patient_id, {row.id for row in rows})
        settled = [row for row in rows if row.state not in OPEN and not _lies_over(row)]
        await self._delete("tasks", [str(task["id"]) for task in tasks])
        for some in portions([{"id": row.id, "pms_integration_id": office} for row in settled], AT_ONCE):
            async with self._database.transaction() as statements:
                await self._retention.blank(statements, some, now)
        await self._delete("handles", handles)
        return Forgotten(
            writes=len(settled),
            tasks=len(tasks),
            handles=len(handles),
            records=await self._mirror.forget_patient(office, patient_id, whose),
        )

    async def _writes(self, office: str, patient_id: str) -> list[Writeback]:
        """By the key, and by what they say: a registration has no key of the patient it made."""
        patient = self._index.patient(office, patient_id)
        found: list[Writeback] = []
        wanted = "pms_integration_id = $1 AND blanked_at IS NULL"
        async for row in self._each("pms_writebacks", wanted, office):
            write = self._seals.writeback(row)
            named = (write.patient_key == patient, write.created.patient_id == patient_id)
            if any(named) or str(write.facts.get("patient_id", "")) == patient_id:
                found.append(write)
        return found

    async def _tasks(self, office: str, patient_id: str, rows: Iterable[Writeback]) -> list[Row]:
        patient = self._index.patient(office, patient_id)
        ids = {row.id for row in rows}
        return [
            row
            async for row in self._each("tasks", "office = $1", office)
            if row["patient_key"] == patient
            or row["writeback_id"] in ids
            or _names(self._load(row, "tasks", "body"), patient_id, ids)
        ]

    async def _handles(self, office: str, patient_id: str, ids: Collection[str]) -> list[str]:
        return [
            str(row["id"])
            async for row in self._each("handles", "office = $1", office)
            if _names(self._load(row, "handles", "payload"), patient_id, ids)
        ]

    async def _each(self, table: str, wanted: str, office: str) -> AsyncGenerator[Row]:
        after = ""
        while True:
            rows = await self._database.fetch(
                f"SELECT * FROM {table} WHERE {wanted} AND id > $2 ORDER BY id LIMIT {AT_ONCE}", office, after
            )
            if not rows:
                return
            for row in rows:
                yield row
            after = str(rows[-1]["id"])

    async def _delete(self, table: str, ids: list[str]) -> None:
        for some in portions(ids, AT_ONCE):
            async with self._database.transaction() as statements:
                await statements.execute(
                    f"DELETE FROM {table} WHERE id IN ({placeholders(1, len(some))})", *some
                )

    def _load(self, row: Row, table: str, column: str) -> Mapping[str, Any]:
        return self._sealer.open_json(
            row[column], table=table, column=column, office=row["office"], row=row["id"]
        )


def _refuse_nobody(patient_id: str) -> None:
    """What is about no patient has no id of one either, and would be taken for theirs."""
    if not patient_id.strip():
        raise ValueError("nobody can be forgotten by an empty id")


def _lies_over(row: Writeback) -> bool:
    return row.state is State.CONFIRMED and row.shown_at is None


def _names(load: Mapping[str, Any], patient_id: str, ids: Collection[str]) -> bool:
    """Whether a load names the patient, or one of the writes that are about them."""
    return any(load.get(name) == patient_id for name in _NAMED) or any(
        isinstance(value, str) and value in ids for value in load.values()
    )
