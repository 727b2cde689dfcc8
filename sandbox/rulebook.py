"""What each write may and must hold, per practice software, from the tables of rules.

"*" is every software; a set that names one overrides it field by field. A field that no set names is
not in use: it may be sent, and nothing is done with it.
"""

from collections.abc import Mapping
from functools import cache

from sandbox.field_rules import FieldRule, RuleSet
from sandbox.rules_appointments import APPOINTMENT_RULES
from sandbox.rules_ledger import LEDGER_RULES
from sandbox.rules_patients import PATIENT_RULES

RULE_SETS: tuple[RuleSet, ...] = (*APPOINTMENT_RULES, *PATIENT_RULES, *LEDGER_RULES)


@cache
def rules_for(operation: str, software: tuple[str, ...]) -> Mapping[str, FieldRule]:
    """The rules of a write by field, those of `software` (names of sets, the last wins) over "*"."""
    merged: dict[str, FieldRule] = {}
    for wanted in ("*", *software):
        for each in RULE_SETS:
            if (each.operation, each.software) == (operation, wanted):
                merged.update({rule.field: rule for rule in each.rules})
    return merged


def in_use(operation: str, software: tuple[str, ...], fields: Mapping[str, str]) -> dict[str, str]:
    """The fields of a body that the software does something with."""
    rules = rules_for(operation, software)
    return {name: value for name, value in fields.items() if name in rules and rules[name].need != "unused"}
