"""Which operations a practice management system takes at all, before anything is sent."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.sikka.models import SupportedPms
from server.sikka.pms_fields import ANY_PMS, Operation
from server.sikka.pms_rules import keys_of
from server.sikka.rules import pms_key


class Reason(StrEnum):
    """Why an operation is not supported; `NONE` where it is."""

    NONE = ""
    PMS = "pms"  # the official pages say that the system has no such write
    CAPABILITY = "capability"  # GET /supported_pmses does not list it for the system
    SCOPE = "scope"  # the key's scope names other writes


@dataclass(frozen=True, slots=True)
class Support:
    """Whether an operation can be asked for, and if not, why not (a word of `Reason`)."""

    ok: bool
    reason: str = Reason.NONE


@dataclass(frozen=True, slots=True)
class Note:
    """What a page says about an operation on a system; "*" for those without a note of their own."""

    operation: Operation
    pms: str
    ok: bool
    source: str


NOTES: Final = (
    Note(
        Operation.UPDATE_PATIENT,
        ANY_PMS,
        False,
        "official page of PATCH /patient: available for OrthoTrac and Dolphin only",
    ),
    Note(Operation.UPDATE_PATIENT, "orthotrac", True, "official page of PATCH /patient"),
    Note(Operation.UPDATE_PATIENT, "dolphin", True, "official page of PATCH /patient"),
)

# The columns of GET /supported_pmses that speak of an operation; one "available" among them is enough.
# No column speaks of PUT /appointments: it is answered as a status write and makes what a new
# appointment would, so it is ruled out only where both are. None speaks of PATCH /patient.
COLUMNS: Final[Mapping[Operation, tuple[str, ...]]] = {
    Operation.BOOK: ("new_appointment_writeback",),
    Operation.REGISTER: ("new_patient_writeback",),
    Operation.MOVE: ("appointment_status_writeback", "new_appointment_writeback"),
    Operation.CONFIRM: ("appointment_status_writeback",),
    Operation.CANCEL: ("appointment_status_writeback",),
    Operation.ADD_NOTE: ("note_writeback",),
    Operation.RECORD_PAYMENT: ("payment_writeback",),
    Operation.UPDATE_PATIENT: (),
}
AVAILABLE: Final = "available"

# Method and record of each operation, as a scope may name it: the official sample writes a method
# before a name ("POST practice_query"); singular or plural, order and separators are left open.
WRITES: Final[Mapping[Operation, tuple[str, str]]] = {
    Operation.BOOK: ("post", "appointment"),
    Operation.REGISTER: ("post", "patient"),
    Operation.MOVE: ("put", "appointment"),
    Operation.CONFIRM: ("patch", "appointment"),
    Operation.CANCEL: ("patch", "appointment"),
    Operation.UPDATE_PATIENT: ("patch", "patient"),
    Operation.ADD_NOTE: ("post", "medicalnote"),
    Operation.RECORD_PAYMENT: ("post", "transaction"),
}
# Further records that an entry has to be about to count as a write to a practice's software;
# "POST practice_query" or "POST patient_eligibility" say nothing about those.
_OTHER_RECORDS: Final = ("document", "claim", "claimpayment", "labresult", "periochart", "veterinarypatient")
_METHODS: Final = ("post", "put", "patch")


def _singular(name: str) -> str:
    return name.removesuffix("s")


def _entry(text: str) -> tuple[str, str] | None:
    """(method, record) of a scope's entry; None for anything but a write to the practice's software."""
    words = [word for word in re.split(r"[^a-z]+", text.casefold()) if word]
    methods = [word for word in words if word in _METHODS]
    record = _singular("".join(word for word in words if word not in _METHODS))
    known = {*(record for _, record in WRITES.values()), *_OTHER_RECORDS}
    return (methods[0], record) if len(methods) == 1 and record in known else None


def in_scope(operation: Operation, scope: str) -> bool:
    """Whether a key's scope leaves an operation standing.

    It takes one away only where it names other writes and not this: how it spells writes is not known,
    and a list of reads alone says nothing about them.

    Args:
        operation: what is to be done.
        scope: Sikka's comma list; "" if never told.
    """
    named = {entry for entry in map(_entry, scope.split(",")) if entry is not None}
    return not named or WRITES[operation] in named


def row_for(rows: Iterable[SupportedPms], version: str) -> SupportedPms | None:
    """The row of the office's version; the only one there is; else None, which rules nothing out."""
    every = list(rows)
    wanted = pms_key(version)
    same = [row for row in every if wanted and pms_key(row.practice_management_system_version) == wanted]
    if same:
        return same[0]
    return every[0] if len(every) == 1 else None


def supports(pms: str, operation: Operation, row: SupportedPms | None, scope: str) -> Support:
    """Whether a system takes an operation at all.

    Args:
        pms: the system's name, best with the version.
        operation: what is to be done.
        row: of GET /supported_pmses for system and version; None, where none is known, rules nothing out.
        scope: of the request key.
    """
    notes = {note.pms: note.ok for note in NOTES if note.operation is operation}
    if not next((notes[key] for key in keys_of(pms) if key in notes), True):
        return Support(ok=False, reason=Reason.PMS)
    columns = COLUMNS[operation]
    if row is not None and columns:
        marks = [str(getattr(row, column)).strip().casefold() for column in columns]
        if AVAILABLE not in marks:
            return Support(ok=False, reason=Reason.CAPABILITY)
    if not in_scope(operation, scope):
        return Support(ok=False, reason=Reason.SCOPE)
    return Support(ok=True)


# Systems whose open times Sikka lists itself. Source: official page of GET /appointments_available_slots.
LISTED_SLOTS: Final = frozenset({"orthotrac", "dolphin", "planetddswebv3"})


def lists_slots(pms: str) -> bool:
    """Whether GET /appointments_available_slots holds the system's open times."""
    return not LISTED_SLOTS.isdisjoint(keys_of(pms))
