"""The queue of writes: what Sikka accepted, and how each was carried out."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Writeback:
    """One accepted write; `operation` is such as "POST appointment", `target` the record id of its path.

    `fields` is the body as sent. `completed_at` is None while pending. `created_id` is a new record's id.
    """

    id: str
    office_id: str
    operation: str
    target: str
    fields: dict[str, str]
    masked_key: str
    received_at: float
    due_at: float | None = None
    completed_at: float | None = None
    ok: bool = False
    text: str = ""
    created_id: str = ""
    appointment_sr_no: str = ""
    patient_id: str = ""
    deleted: bool = False

    @property
    def method(self) -> str:
        """The HTTP method of the write."""
        return self.operation.split(" ", maxsplit=1)[0]

    @property
    def resource(self) -> str:
        """The API name of the write, such as appointment or appointments."""
        return self.operation.split(" ", maxsplit=1)[1]

    @property
    def pending(self) -> bool:
        """Whether it still waits to be carried out."""
        return self.completed_at is None and not self.deleted

    @property
    def practice_id(self) -> str:
        """The practice the write names."""
        return self.fields.get("practice_id", "")


@dataclass(frozen=True, slots=True)
class Effect:
    """One write that the office's software was given: when, what came of it, and which record it touched."""

    time: float
    office_id: str
    operation: str
    writeback_id: str
    ok: bool
    text: str
    appointment_sr_no: str = ""
    patient_id: str = ""
    created_id: str = ""


@dataclass(slots=True)
class Queue:
    """All writebacks of the app, by id, oldest first."""

    rows: dict[str, Writeback] = field(default_factory=dict[str, Writeback])
    last_id: int = 275_000

    def new_id(self) -> str:
        """The next writeback id."""
        self.last_id += 1
        return str(self.last_id)

    def pending_of(self, office_id: str) -> list[Writeback]:
        """The office's writes that wait, oldest first."""
        return [row for row in self.rows.values() if row.office_id == office_id and row.pending]
