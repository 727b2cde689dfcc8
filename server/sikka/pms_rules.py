"""What each practice management system takes, field by field: the table, and the way to ask it."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from server.sikka.pms_appointment_rules import CHANGING_STATUS, MOVING
from server.sikka.pms_booking_rules import BOOKING
from server.sikka.pms_entry_rules import NOTES, PAYMENTS
from server.sikka.pms_fields import ANY_PMS, Need, Operation, Rule, When
from server.sikka.pms_patient_rules import REGISTERING, UPDATING
from server.sikka.rules import pms_key

RULES: Final[tuple[Rule, ...]] = (
    *BOOKING,
    *MOVING,
    *CHANGING_STATUS,
    *REGISTERING,
    *UPDATING,
    *NOTES,
    *PAYMENTS,
)

# How a system's name with its version begins, as `rules.pms_key` writes it -> the keys whose rows
# count for it, most particular first. The longest beginning decides, so that "Dentrix Enterprise" is
# not taken for Dentrix. Names: official pages; Denticon is the product of the company Planet DDS.
KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "opendental": ("opendental",),
    "dentrix": ("dentrix",),
    "dentrixg6": ("dentrixg6", "dentrix"),
    "dentrixenterprise": ("dentrixenterprise",),
    "dentrixascend": ("dentrixascend",),
    "eaglesoft": ("eaglesoft",),
    "pattersoneaglesoft": ("eaglesoft",),
    "cleardent": ("cleardent",),
    "orthotrac": ("orthotrac",),
    "dolphin": ("dolphin",),
    "planetdds": ("planetdds",),
    "planetddsweb": ("planetdds",),
    "planetddswebv2": ("planetddswebv2", "planetdds"),
    "planetddswebv3": ("planetddswebv3", "planetdds"),
    "planetddsdenticonwebv3": ("planetddswebv3", "planetdds"),
    "planetddsdenticon": ("planetdds",),
    "denticon": ("planetdds",),
    "denticonwebv2": ("planetddswebv2", "planetdds"),
    "denticonwebv3": ("planetddswebv3", "planetdds"),
    "cornerstone": ("cornerstone",),
    "intravet": ("intravet",),
    "suzydental": ("suzydental",),
    "tracker": ("tracker",),
}

# Fields of which a write needs at least one, besides those that it always has.
AT_LEAST_ONE: Final[Mapping[Operation, tuple[str, ...]]] = {
    # official page of PUT /appointments: one of these or the provider; a move is none without them
    Operation.MOVE: ("date", "time", "length", "operatory", "status"),
    # official page of PATCH /patient: at least one optional parameter
    Operation.UPDATE_PATIENT: tuple(
        dict.fromkeys(
            row.field
            for row in UPDATING
            if row.field not in {"check_spu", "practice_id", "staff"} and row.need is not Need.REFUSED
        )
    ),
}


def keys_of(pms: str) -> tuple[str, ...]:
    """The keys whose rows count for a system, most particular first; only "*" for an unknown one.

    Args:
        pms: its name, best with the version behind it ("Dentrix G6", "Planet DDS WebV3.0"), in any
            spelling. Without a version only the rows for all versions count.
    """
    key = pms_key(pms)
    found = max((name for name in KNOWN if key.startswith(name)), key=len, default="")
    return (*KNOWN.get(found, ()), ANY_PMS)


@cache
def fields_of(operation: Operation) -> tuple[str, ...]:
    """Every field that any row knows for an operation; those that others depend on come first."""
    return tuple(dict.fromkeys(row.field for row in RULES if row.operation is operation))


@cache
def rules_for(operation: Operation, pms: str) -> tuple[Rule, ...]:
    """The rows that can count for a system: for each field those of its most particular keys first."""
    keys = keys_of(pms)
    rows = [row for row in RULES if row.operation is operation and row.pms in keys]
    return tuple(sorted(rows, key=lambda row: (keys.index(row.pms), row.when is None)))


def rule_of(rows: tuple[Rule, ...], field: str, body: Mapping[str, str]) -> Rule | None:
    """The row that counts for a field of this body; None where the operation does not know the field.

    A system's own row goes before the common one, and one whose condition holds before one without.

    Args:
        rows: as `rules_for` gives them.
        field: Sikka's name.
        body: what is known of the write so far.
    """
    for row in rows:
        if row.field == field and _holds(row.when, body):
            return row
    return None


def _holds(when: When | None, body: Mapping[str, str]) -> bool:
    if when is None:
        return True
    value = body.get(when.field, "").strip()
    return bool(value) and (not when.words or pms_key(value) in {pms_key(word) for word in when.words})
