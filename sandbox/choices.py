"""Which values the practice's software knows for a field of a write, and what it says of others."""

from collections.abc import Callable

from sandbox.field_rules import FieldRule
from sandbox.office import Office
from sandbox.records import Provider

_UNKNOWN = "does not exist in practice management system."
# no text but the booking conflict's is public: these follow its manner
_TEXTS: dict[str, str] = {
    "types": f"Appointment type {_UNKNOWN}",
    "statuses": "Invalid appointment status.",
    "staff": f"Staff {_UNKNOWN}",
    "users": f"User {_UNKNOWN}",
    "user_providers": f"User {_UNKNOWN}",
    "treating": f"Provider {_UNKNOWN}",
    "no_user_providers": f"Provider {_UNKNOWN}",
    "note_types": f"Note type {_UNKNOWN}",
    "payment_types": f"Payment type {_UNKNOWN}",
}


def _providers(wanted: Callable[[Provider], bool]) -> Callable[[Office], set[str]]:
    def known(office: Office) -> set[str]:
        rows = office.records.providers.values()
        return {row.provider_id for row in rows if row.active and wanted(row)}

    return known


def signs_in(row: Provider) -> bool:
    """Whether somebody has an account in the software: those at the desk and the dentists."""
    return row.user or row.specialty == "General Dentist"


_LISTS: dict[str, Callable[[Office], set[str]]] = {
    "types": lambda office: {item for item, _ in office.pms.types},
    "statuses": lambda office: set(office.pms.statuses),
    # official: providers with status=active and provider_type=Staff or Provider, and with is_user
    "staff": _providers(lambda row: row.kind == "Staff"),
    "treating": _providers(lambda row: row.kind == "Provider"),
    "user_providers": _providers(lambda row: row.user),
    "no_user_providers": _providers(lambda row: not row.user),
    "users": _providers(signs_in),
    "note_types": lambda office: {word.casefold() for word in office.pms.note_types},
    # official: the code must be of a payment type that is not insurance; adjustments have one too
    "payment_types": lambda office: {row.code for row in office.pms.payment_types if row.kind != "insurance"},
}


def known_values(office: Office, values: str) -> set[str]:
    """The values of a list by its name, or of a category of writeback_details as "type/category"."""
    if values in _LISTS:
        return _LISTS[values](office)
    return {row.item for row in office.pms.details if f"{row.writeback_type}/{row.category}" == values}


def objection(office: Office, rule: FieldRule, value: str) -> str:
    """What the software says against a value: too long, or not one it knows; "" when nothing."""
    if rule.longest and len(value) > rule.longest:
        return f"{rule.field} exceeds maximum length of {rule.longest} characters."
    if not (rule.values and value):
        return ""
    spelled = value.casefold() if rule.values == "note_types" else value
    if spelled in known_values(office, rule.values):
        return ""
    return _TEXTS.get(rule.values, f"{rule.field} {_UNKNOWN}")
