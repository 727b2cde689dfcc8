"""What each tool may answer beyond its sentence: the fields by name, and nothing else gets out.

It is what the voice platform's operator, and whoever stores transcripts there, comes to see.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

import structlog

log = structlog.get_logger(__name__)

_VISIT: Final = ("appointment", "start", "spoken", "provider", "status")
_SLOT: Final = ("slot", "start", "spoken", "provider", "length_minutes")
_ROW: Final = ("writeback", "operation", "state", "outcome", "start", "spoken", "reason")
_LEFT_TO_PEOPLE: Final = {"why": (), "start": (), "transfer": ()}
_WRITE: Final = {"writeback": (), **_LEFT_TO_PEOPLE}
_CALENDAR_WRITE: Final = {**_WRITE, "appointment": (), "slot": (), "slots": _SLOT}

DISCLOSED: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "find_patient": {"patient": (), "appointments": _VISIT, "transfer": ()},
    "register_patient": {**_WRITE, "patient": (), "appointments": _VISIT},
    "find_slots": {"today": (), "slots": _SLOT},
    "book_appointment": _CALENDAR_WRITE,
    "reschedule_appointment": _CALENDAR_WRITE,
    "cancel_appointment": {**_WRITE, "appointment": ()},
    "check_writeback": {"writeback": (), "appointment": (), "writebacks": _ROW},
    "message_office": {"urgent": (), "new": (), "transfer": ()},
    "office_info": {
        "today": (),
        "weekday": (),
        "days": ("date", "spoken"),
        "greeting": (),
        "languages": (),
        "phone": (),
        "providers": (),
        "insurance": (),
        "other_offices": ("name", "address", "phone"),
        "transfer": (),
    },
    "list_appointments": {"appointments": _VISIT},
    "confirm_appointment": {**_WRITE, "appointment": ()},
    "update_patient": _WRITE,
    "add_note": _WRITE,
    "get_balance": {"patient_due": (), "insurance_due": (), "patient_balance": (), "unapplied": ()},
    "get_insurance": {"insurance": ("company", "kind", "deductible_remaining")},
    "record_payment": _WRITE,
}
"""Tool to the facts it may answer, each with the fields of its rows; () where it holds no rows."""


def allowed(tool: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts without whatever is not in the tool's list; that it tried is logged, by name alone."""
    listed = DISCLOSED.get(tool, {})
    kept = {
        name: _of_rows(tool, name, value, listed[name]) for name, value in facts.items() if name in listed
    }
    for name in facts.keys() - listed.keys():
        log.error("field_withheld", tool=tool, kind=name)
    return kept


def _of_rows(tool: str, name: str, value: Any, fields: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        return [_of_rows(tool, name, item, fields) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    row = cast("dict[str, Any]", value)
    for field in row.keys() - set(fields):
        log.error("field_withheld", tool=tool, kind=f"{name}.{field}")
    return {field: item for field, item in row.items() if field in fields}
