"""Which lists make up the copy of an office that we keep, and which of their fields."""

import hashlib
from dataclasses import dataclass
from typing import Final

# Source of the names: official field tables of the endpoints.


@dataclass(frozen=True)
class CopiedList:
    """A list that is kept row by row and follows Sikka's change feed.

    Attributes:
        kind: under which its rows are kept.
        path: of the endpoint.
        fields: kept of each row, in this order; the first is its id.
        id_fields: how many of the first fields tell a row from every other.
        demanded: whether an office's copy is of no use without it.
        emptied: fields that are kept empty, beside the patient's id, where the patient is forgotten: a chair
            that is taken stays taken. Without any, such a row is not kept.
    """

    kind: str
    path: str
    fields: tuple[str, ...]
    id_fields: int = 1
    demanded: bool = True
    emptied: tuple[str, ...] = ()

    def id_of(self, row: tuple[str, ...]) -> str:
        """What tells a row from every other."""
        return "|".join(row[: self.id_fields])

    @property
    def patient_at(self) -> int:
        """Where in a row its patient's id stands."""
        return self.fields.index("patient_id")

    @property
    def emptied_at(self) -> tuple[int, ...]:
        """Where in a row the fields of `emptied` stand."""
        return tuple(self.fields.index(name) for name in self.emptied)

    @property
    def practice_at(self) -> int:
        """Where in a row its practice stands."""
        return self.fields.index("practice_id")


PATIENTS: Final = CopiedList(
    "patients",
    "/patients",
    (
        "patient_id",
        "firstname",
        "middlename",
        "lastname",
        "preferred_name",
        "birthdate",
        "status",
        "cell",
        "homephone",
        "workphone",
        "other_phone",
        "provider_id",
        "guarantor_id",
        "practice_id",
        "first_visit",
        "last_visit",
    ),
)
APPOINTMENTS: Final = CopiedList(
    "appointments",
    "/appointments",
    (
        "appointment_sr_no",
        "patient_id",
        "provider_id",
        "practice_id",
        "operatory",
        "date",
        "time",
        "length",
        "status",
        "cancelled",
        "hygienist",
        "description",
        "type",
    ),
    emptied=("description",),
)
# One reminder's id stands for several patients (official sample: id 12 of patients 9659 and 9680).
REMINDERS: Final = CopiedList(
    "reminders",
    "/reminders",
    (
        "id",
        "patient_id",
        "practice_id",
        "provider_id",
        "procedure_code",
        "appointment_sr_no",
        "description",
        "care_name",
        "status",
        "due_date",
        "prior_date",
        "interval_type",
        "interval_length",
    ),
    id_fields=2,
    demanded=False,
)
# Patients first: nobody can be found without them, and their visits come after.
COPIED: Final = (PATIENTS, APPOINTMENTS, REMINDERS)

# Short lists are kept whole, one row each, under this kind.
LISTS: Final = "lists"
PRACTICES: Final = "practices"
PROVIDERS: Final = "providers"
CHAIRS: Final = "operatories"
SCHEDULES: Final = "practice_schedule"
STATUS_WORDS: Final = "status_words"
APPOINTMENT_TYPES: Final = "appointment_types"

INSERTING: Final = "in progress"
"""What the Data-Insert header says while Sikka loads an office; lists are not to be read then (official)."""


def _layout() -> str:
    shape = repr([(each.kind, each.fields, each.id_fields) for each in COPIED])
    return hashlib.sha256(shape.encode()).hexdigest()[:16]


LAYOUT: Final = _layout()
"""Names the shape of what is kept: a copy of another one is read anew."""
