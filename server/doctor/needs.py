"""What the tools need of an application's plan and of a practice's software, and what is lost without it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from server.sikka.models import SupportedPms
from server.sikka.pms_fields import Operation
from server.sikka.pms_rules import keys_of
from server.sikka.pms_support import LISTED_SLOTS, NOTES, Reason, supports


@dataclass(frozen=True)
class Permission:
    """An entry of a plan.

    Attributes:
        name: as the portal has it, and the official sample of request_key_info.
        lost: what does not work without it.
        toolset: whose tools need it.
        systems: the practice software that needs it, by its keys; empty is any.
    """

    name: str
    lost: str
    toolset: str = "scheduling"
    systems: frozenset[str] = frozenset()


_PATIENTS_CHANGED: Final = frozenset(
    note.pms for note in NOTES if note.operation is Operation.UPDATE_PATIENT and note.ok
)
PERMISSIONS: Final = (
    Permission("patients", "nobody can be found"),
    Permission("appointments", "free times cannot be seen"),
    Permission("practices", "the chairs cannot be read"),
    Permission("operatories", "the chairs cannot be read"),
    Permission("providers", "nobody who works there is known"),
    Permission("practice_schedule", "the opening hours are not known"),
    Permission("practice_variables", "the word for cancelled may not be known"),
    Permission("appointment_statuses", "the word for cancelled may not be known"),
    Permission("reminders", "nobody is told what is due, or not due yet"),
    Permission("appointments_available_slots", "free times cannot be seen", systems=LISTED_SLOTS),
    Permission("POST appointment", "nothing can be booked"),
    Permission("PUT appointments", "nothing can be moved"),
    Permission("PATCH appointments", "nothing can be cancelled"),
    Permission("POST patient", "nobody can be registered"),
    Permission("writeback_details", "the software's own words for a visit may not be known"),
    Permission(
        "pms_users", "what has to name a user is refused", systems=frozenset({"cleardent", "dolphin"})
    ),
    Permission("writeback_status", "bookings are confirmed late, when Sikka's copy shows them"),
    Permission("PATCH patient", "no record can be changed", "frontoffice", _PATIENTS_CHANGED),
    Permission("POST medical_notes", "no note can be added", "frontoffice"),
    Permission("note_types", "a note's type may not be known", "frontoffice"),
    Permission("patient_balance", "no balance can be told", "billing"),
    Permission("subscribers", "no insurance can be told", "billing"),
    Permission("insurance_companies", "insurers may not be named", "billing"),
    Permission("insurance_company_details", "insurers may not be named", "billing"),
    Permission("POST transaction", "no payment can be recorded", "billing"),
    Permission("payment_types", "a payment's type may not be known", "billing"),
)

# What cannot be done where the practice's software does not take a write, and whose tools do it.
WRITES: Final[dict[Operation, tuple[str, str]]] = {
    Operation.BOOK: ("nothing can be booked", "scheduling"),
    Operation.MOVE: ("nothing can be moved", "scheduling"),
    Operation.CANCEL: ("nothing can be cancelled", "scheduling"),
    Operation.REGISTER: ("nobody can be registered", "scheduling"),
    Operation.CONFIRM: ("nothing can be confirmed", "frontoffice"),
    Operation.UPDATE_PATIENT: ("no record can be changed", "frontoffice"),
    Operation.ADD_NOTE: ("no note can be added", "frontoffice"),
    Operation.RECORD_PAYMENT: ("no payment can be recorded", "billing"),
}


def lacking(scope: str, pms: str, toolsets: Collection[str]) -> list[Permission]:
    """What the tools of some toolsets need at a practice's software, and a key's scope does not name.

    Args:
        scope: Sikka's comma list.
        pms: the software's name, best with the version.
        toolsets: by their names in CHAIRTIME_TOOLSETS.
    """
    held, keys = set(map(_words, scope.split(","))), set(keys_of(pms))
    return [
        each
        for each in PERMISSIONS
        if each.toolset in toolsets and (not each.systems or each.systems & keys)
        if _words(each.name) not in held
    ]


def unwritten(pms: str, row: SupportedPms | None, toolsets: Collection[str]) -> dict[Reason, list[str]]:
    """What the tools of some toolsets cannot write into a practice's software, by why not.

    Args:
        pms: the software's name, best with the version.
        row: of GET /supported_pmses for it; None rules nothing out.
        toolsets: as in `lacking`.
    """
    found: dict[Reason, list[str]] = {}
    for operation, (lost, toolset) in WRITES.items():
        if toolset in toolsets and not (support := supports(pms, operation, row, "")).ok:
            found.setdefault(Reason(support.reason), []).append(lost)
    return found


def _words(name: str) -> frozenset[str]:
    """What an entry names, however it is spelled: singular or plural, in any order and case."""
    return frozenset(word.removesuffix("s") for word in re.split(r"[^a-z]+", name.casefold()) if word)
