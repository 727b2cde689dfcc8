"""Recognises a write of ours in GET /writebacks by its distinguishing values only.

The echo of a request is not our JSON: it is a form under other names, with nothing escaped and the
key masked (official sample). So only the values that tell one write from another are looked for, in
the escaped form as well as in the plain one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus

from server.sikka.models import WritebackEntry
from store.ledger_rows import Writeback

RECORD: Final = ("id", "appointment_sr_no", "patient_id")


@dataclass(frozen=True)
class Trace:
    """How one operation is told in the list.

    Attributes:
        noun: stands in the echo's `apiname`, in singular or plural.
        values: names under which each of the request's own values may be echoed.
        record: whether the record's id, which we send in the path, must be there too.
    """

    noun: str
    values: Mapping[str, tuple[str, ...]]
    record: bool = False


def _same(*names: str) -> dict[str, tuple[str, ...]]:
    return {name: (name,) for name in names}


TRACES: Final[dict[str, Trace]] = {
    "book": Trace("appointment", _same("patient_id", "date", "time")),
    "move": Trace("appointment", _same("date", "time"), record=True),
    "confirm": Trace("appointment", _same("value"), record=True),
    "cancel": Trace("appointment", _same("value"), record=True),
    "register": Trace("patient", _same("firstname", "lastname", "birthdate")),
    "update_patient": Trace("patient", _same("path", "value"), record=True),
    "add_note": Trace("medical_note", _same("patient_id", "date", "text")),
    "record_payment": Trace("transaction", _same("patient_id", "amount", "transaction_date")),
}


def is_trace_of(row: Writeback, office_id: str, entry: WritebackEntry) -> bool:
    """Whether an entry of the list is what `row` asked for."""
    trace = TRACES[row.operation]
    echo = entry.api_request_body
    named = f"{entry.api_name} {value_of(echo, 'apiname')}".casefold()
    if entry.office_id != office_id or entry.method.upper() != row.method or trace.noun not in named:
        return False
    wanted = [(names, row.body.get(name, "")) for name, names in trace.values.items()]
    if trace.record:
        wanted.append((RECORD, row.endpoint.rpartition("/")[2]))
    practice = value_of(echo, "practice_id")
    if practice and practice != row.body.get("practice_id", practice):
        return False
    return all(any(echoes(echo, name, value) for name in names) for names, value in wanted if value)


def echoes(echo: str, name: str, value: str) -> bool:
    """Whether a form-encoded echo, escaped or not, gives `name` this value.

    A date may have gained a midnight and a time its seconds; case and outer blanks do not count.
    """
    field = re.compile(
        rf"(?:^|[&?]){re.escape(name)}={re.escape(value.strip())}(?:T00:00:00|:00)?\s*(?:&|$)", re.IGNORECASE
    )
    return bool(field.search(echo) or field.search(unquote_plus(echo)))


def value_of(echo: str, name: str) -> str:
    """The value of a short field of an echo; "" without it."""
    found = re.search(rf"(?:^|[&?]){re.escape(name)}=([^&]*)", echo)
    return found.group(1) if found else ""
