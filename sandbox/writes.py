"""Takes writes in: checks what Sikka checks at once, queues the rest, answers with a writeback id."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sandbox.auth import RequestKey
from sandbox.filters import day_of
from sandbox.office import Office
from sandbox.replies import ApiError, Reply, result
from sandbox.world import World
from sandbox.writebacks import Writeback

Check = Callable[[Office, dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of write: the fields it must have, further checks, and the code of its acknowledgement.

    `available` names the flag of the PMS profile that says whether the software takes it.
    """

    required: tuple[str, ...]
    code: str
    available: str
    checks: tuple[Check, ...] = ()


def _is_day(name: str) -> Check:
    def check(_: Office, fields: dict[str, str]) -> None:
        if fields.get(name):
            day_of(fields[name], name)

    return check


def _is_time(_: Office, fields: dict[str, str]) -> None:
    at = fields.get("time", "")
    if at and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", at):
        raise ApiError("API1026", "time is invalid", "Format should be HH:mm")


def _is_length(_: Office, fields: dict[str, str]) -> None:
    length = fields.get("length", "")
    if length and not (length.isdecimal() and int(length) > 0):
        raise ApiError("API1026", "length is invalid", "Length must be integer")


def _is_practice(office: Office, fields: dict[str, str]) -> None:
    if fields["practice_id"] not in office.records.practices:
        raise ApiError("API1026", "practice_id is invalid")


def _is_plain(office: Office, fields: dict[str, str]) -> None:
    text = fields.get("description", "")
    if office.switches.plain_description_only and not re.fullmatch(r"[A-Za-z0-9 .-]*", text):
        raise ApiError("API1026", "description is invalid", "Special characters are not allowed")


def _is_replacement(_: Office, fields: dict[str, str]) -> None:
    if fields["op"] != "replace":
        raise ApiError("API1026", "op is invalid")
    # the official writebacks sample shows this path; /status was tried live and did not do
    if fields["path"] != "/appointment_status":
        raise ApiError("API1026", "path is invalid")


def _is_writable_status(office: Office, fields: dict[str, str]) -> None:
    for word in (fields.get("value", ""), fields.get("status", "")):
        if word in office.pms.refused_statuses:
            raise ApiError("API0008", f"{word} status writeback is not supported for {office.pms.name}.")


def _changes_something(_: Office, fields: dict[str, str]) -> None:
    if not any(fields.get(name) for name in ("date", "time", "length", "operatory", "status")):
        raise ApiError("API1020", "At least one of date/time/length/operatory/status is required")


def _was_born(office: Office, fields: dict[str, str]) -> None:
    born = fields.get("birthdate", "")
    if born and date.fromisoformat(born) > office.now().date():
        raise ApiError("API1026", "birthdate is invalid", "Date should be less than or equal to today")


_SLOT: tuple[Check, ...] = (_is_day("date"), _is_time, _is_length, _is_practice)
OPERATIONS: dict[str, Operation] = {
    "POST appointment": Operation(
        (
            "patient_id",
            "date",
            "time",
            "length",
            "provider_id",
            "operatory",
            "description",
            "practice_id",
        ),
        "API2016",
        "new_appointment",
        (*_SLOT, _is_plain),
    ),
    "PATCH appointments": Operation(
        ("op", "path", "value", "practice_id"),
        "API0007",
        "appointment_status",
        (_is_practice, _is_replacement, _is_writable_status),
    ),
    "PUT appointments": Operation(
        ("practice_id", "provider_id"),
        "API0007",
        "appointment_status",
        (*_SLOT, _changes_something, _is_writable_status),
    ),
    "POST patient": Operation(
        ("firstname", "lastname", "provider_id", "practice_id"),
        "API2016",
        "new_patient",
        (_is_practice, _is_day("birthdate"), _was_born),
    ),
}


def accept(
    world: World, key: RequestKey, operation: str, target: str, fields: dict[str, str], base: str
) -> Reply:
    """Acknowledge a write and queue it; raises ApiError for what Sikka refuses at once.

    The id in the reply is the writeback's; the record's own id comes with writeback_status, later.
    """
    office, rules = world.offices[key.office_id], OPERATIONS[operation]
    if not getattr(office.pms, rules.available):
        raise ApiError("API2004", "You are not authorized to use this API.")
    for name in rules.required:
        if not fields.get(name):
            raise ApiError("API1020", f"{name} is missing")
    for check in rules.checks:
        check(office, fields)
    if fields.get("check_spu", "").casefold() == "true" and not office.spu_online:
        raise ApiError("API2017", "Sikka platform utility is offline")
    write = Writeback(
        id=world.queue.new_id(),
        office_id=office.office_id,
        operation=operation,
        target=target,
        fields=fields,
        masked_key=key.masked,
        received_at=world.now(),
        appointment_sr_no=target,
    )
    world.accept(write)
    if world.switches.write_reply == "plain":
        return Reply(201 if rules.code == "API2016" else 200, {"id": write.id, "result": "pending"})
    return result(rules.code, f"Id:{write.id}", f"{base}/writeback_status?id={write.id}")
