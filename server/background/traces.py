"""Recognises a write of ours in GET /writebacks by its distinguishing values only.

The echo of a request is not our JSON: it is a form under other names, with nothing escaped and the
key masked (official sample). So only the values that tell one write from another are looked for, in
the escaped form as well as in the plain one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, unquote_plus

from server.sikka.models import WritebackEntry
from server.sikka.pms_fields import Operation
from store.ledger_rows import Writeback

TEXT: Final = "text"
TOLD_BY: Final = 40  # characters of a free text that tell it from another; an echo may cut or clean it


@dataclass(frozen=True)
class Trace:
    """How one operation is told in the list.

    Attributes:
        noun: stands in the echo's `apiname` or the row's `api_name`, in singular or plural.
        values: fields of the request whose values the echo must repeat.
        record: names under which the record's id, which we send in the path, may be echoed.
    """

    noun: str
    values: tuple[str, ...]
    record: tuple[str, ...] = ()


_VISIT: Final = ("id", "appointment_sr_no")
TRACES: Final[Mapping[str, Trace]] = {
    Operation.BOOK: Trace("appointment", ("patient_id", "date", "time")),
    Operation.MOVE: Trace("appointment", ("date", "time"), _VISIT),
    Operation.CONFIRM: Trace("appointment", ("value",), _VISIT),
    Operation.CANCEL: Trace("appointment", ("value",), _VISIT),
    Operation.REGISTER: Trace("patient", ("firstname", "lastname", "birthdate")),
    Operation.UPDATE_PATIENT: Trace("patient", (), ("id", "patient_id")),
    Operation.ADD_NOTE: Trace("medical_note", ("patient_id", "date", "type", TEXT)),
    Operation.RECORD_PAYMENT: Trace("transaction", ("patient_id", "amount", "transaction_date")),
}
# What every body carries; the rest of a patient's changes are what was asked for.
_EVERYWHERE: Final = frozenset({"practice_id", "check_spu"})


def is_trace_of(row: Writeback, office_id: str, entry: WritebackEntry) -> bool:
    """Whether an entry of the list is what `row` asked for."""
    trace = TRACES[row.operation]
    echo = entry.api_request_body
    named = f"{entry.api_name} {_short_value(echo, 'apiname')}".casefold()
    if entry.office_id != office_id or entry.method.upper() != row.method or trace.noun not in named:
        return False
    practice = _short_value(echo, "practice_id")
    if practice and practice != row.body.get("practice_id", practice):
        return False
    number = unquote(row.endpoint.rpartition("/")[2])
    if trace.record and not any(echoes(echo, name, number) for name in trace.record):
        return False
    names = trace.values or tuple(sorted(row.body.keys() - _EVERYWHERE))
    return all(_repeats(echo, name, row.body[name]) for name in names if row.body.get(name))


def echoes(echo: str, name: str, value: str) -> bool:
    """Whether a form-encoded echo, escaped or not, gives `name` this value.

    A date may have gained a midnight and a time its seconds; case and outer blanks do not count.
    """
    field = re.compile(
        rf"(?:^|[&?]){re.escape(name)}=\s*{re.escape(value.strip())}(?:T00:00:00|:00)?\s*(?:&|$)",
        re.IGNORECASE,
    )
    return any(field.search(form) for form in _forms(echo))


def _repeats(echo: str, name: str, value: str) -> bool:
    return _begins_alike(echo, value) if name == TEXT else echoes(echo, name, value)


def _begins_alike(echo: str, text: str) -> bool:
    """Whether the echo's text begins as ours does, by letters and digits alone."""
    wanted = _letters(text)[:TOLD_BY]
    return any(
        _letters(form[found.end() :]).startswith(wanted)
        for form in _forms(echo)
        for found in re.finditer(rf"(?:^|[&?]){TEXT}=", form)
    )


def _forms(echo: str) -> tuple[str, str, str]:
    # Unescaped, a "+" is a plus sign and not a blank; nobody says which of the two it is.
    return echo, unquote(echo), unquote_plus(echo)


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _short_value(echo: str, name: str) -> str:
    found = re.search(rf"(?:^|[&?]){re.escape(name)}=([^&]*)", echo)
    return found.group(1).strip() if found else ""
