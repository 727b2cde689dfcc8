"""The bodies of writes, with Sikka's field names; every value is a string."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from server.sikka import formats
from server.sikka.rules import STATUS_PATH, plain_text

# OrthoTrac takes 150 characters, the shortest limit that any page states for a new appointment.
DESCRIPTION_CHARACTERS: Final = 150


@dataclass(frozen=True)
class Write:
    """A request that changes something in the practice: method, path below the root, JSON body."""

    method: str
    endpoint: str
    body: dict[str, str] = field(repr=False)


def new_appointment(
    *,
    practice_id: str,
    patient_id: str,
    provider_id: str,
    operatory: str,
    start: dt.datetime,
    length_minutes: int,
    description: str,
) -> Write:
    """POST /appointment.

    Args:
        practice_id: from the office.
        patient_id: a record's id in the PMS.
        provider_id: the slot's.
        operatory: the chair's name; its abbreviation is not accepted (seen live).
        start: the office's wall clock, naive.
        length_minutes: whole minutes.
        description: mandatory on most systems, plain text on all.
    """
    body = {
        "practice_id": practice_id,
        "patient_id": patient_id,
        "provider_id": provider_id,
        "operatory": operatory,
        "date": formats.wire_day(start.date()),
        "time": formats.wire_time(start.time()),
        "length": str(length_minutes),
        "description": plain_text(description, DESCRIPTION_CHARACTERS),
        "check_spu": "true",
    }
    return Write("POST", "/appointment", body)


def appointment_status(*, practice_id: str, appointment_sr_no: str, value: str) -> Write:
    """PATCH /appointments/{appointment_sr_no}: the status, in the office's own word."""
    body = {
        "op": "replace",
        "path": STATUS_PATH,
        "value": value,
        "practice_id": practice_id,
        "appointment_sr_no": appointment_sr_no,
        "check_spu": "true",
    }
    return Write("PATCH", f"/appointments/{quote(appointment_sr_no, safe='')}", body)
