"""Which outcomes each tool can answer; one that is not here is answered all the same, and logged."""

from collections.abc import Mapping
from typing import Final

from server.desk.answers import OUTCOME_OF, Outcome

_ALWAYS: Final = (Outcome.INVALID_INPUT, Outcome.UNAVAILABLE, Outcome.NOT_PERMITTED, Outcome.INTERNAL)
# A handle may show less than a tool asks for, or be another person's.
_BY_HANDLE: Final = (Outcome.NEED_MORE, Outcome.NEEDS_HUMAN)
_OF_A_ROW: Final = tuple(dict.fromkeys(OUTCOME_OF.values()))
_WRITE: Final = (*_OF_A_ROW, Outcome.REQUESTED, *_BY_HANDLE, Outcome.NOT_SUPPORTED)
_AFTER_YES: Final = (Outcome.NEEDS_CONFIRMATION, *_WRITE)
_READ: Final = (Outcome.OK, *_BY_HANDLE)
_FOUND: Final = (Outcome.VERIFIED, Outcome.NEED_MORE, Outcome.NOT_VERIFIED, Outcome.LOCKED)

_OWN: Final[Mapping[str, tuple[Outcome, ...]]] = {
    "find_patient": (*_FOUND, Outcome.NEEDS_HUMAN),
    "register_patient": (*_AFTER_YES, Outcome.VERIFIED, Outcome.NOT_VERIFIED, Outcome.LOCKED),
    "find_slots": _READ,
    "book_appointment": (*_AFTER_YES, Outcome.SLOT_TAKEN),
    "reschedule_appointment": (*_AFTER_YES, Outcome.SLOT_TAKEN),
    "cancel_appointment": _AFTER_YES,
    "check_writeback": (Outcome.OK, *_OF_A_ROW, Outcome.REQUESTED, *_BY_HANDLE),
    "message_office": (Outcome.OK,),
    "office_info": (Outcome.OK, Outcome.NEEDS_HUMAN),
    "list_appointments": _READ,
    "confirm_appointment": _AFTER_YES,
    "update_patient": _AFTER_YES,
    "add_note": _WRITE,
    "get_balance": _READ,
    "get_insurance": _READ,
    "record_payment": _AFTER_YES,
}


def outcomes_of(tool: str) -> tuple[Outcome, ...]:
    """What a tool can answer, those first that are its own."""
    return tuple(dict.fromkeys((*_OWN.get(tool, ()), *_ALWAYS)))
