"""What the API tells of writes: writeback_status, GET /writebacks with its echo, and DELETE."""

from datetime import datetime

from sandbox.fields import WRITEBACK_STATUS, WRITEBACKS
from sandbox.filters import day_of
from sandbox.office import Office
from sandbox.replies import ApiError, Found, Reply, Row, result
from sandbox.world import World
from sandbox.writebacks import Writeback

_LONGEST_SPAN = 7


def _shown(world: World, write: Writeback) -> bool:
    return not write.deleted or world.switches.deleted_writebacks == "shown"


def _clock(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="seconds")


def _created(world: World, write: Writeback) -> Row:
    """The id fields of a writeback under the switch that says which of them are filled."""
    how, new = world.switches.created_ids, write.operation.startswith("POST ")
    if write.completed_at is None or not write.ok:
        of_appointment = write.target if write.resource == "appointments" else ""
        of_patient = write.target if write.resource == "patient" else ""
        return {"appointment_sr_no": of_appointment, "patient_id": of_patient, "created_id": ""}
    own = {"appointment_sr_no": write.appointment_sr_no, "patient_id": write.patient_id}
    if how == "created_id" and new:
        return {"appointment_sr_no": "", "patient_id": "", "created_id": write.created_id}
    return {**own, "created_id": "" if how == "own_field" else write.created_id}


def _status_row(world: World, write: Writeback) -> Row:
    office, switches = world.offices[write.office_id], world.switches
    done = write.completed_at is not None
    failed = done and not write.ok
    word = "Deleted" if write.deleted else "Pending"
    if done:
        word = "Success" if write.ok else switches.failure_word
    noun = write.resource.removesuffix("s")
    return {
        "id": write.id,
        "office_id": write.office_id,
        "method": write.method,
        "api": f"{noun}s" if switches.api_word == "plural" else noun,
        "payload_body": _form(write.fields),
        "request_time": _clock(office.cloud_time(write.received_at)),
        "is_completed": "True" if done else "False",
        "has_error": "True" if failed and switches.failure_flag else "False",
        "completed_time": _clock(office.cloud_time(write.completed_at)) if write.completed_at else "",
        "result": write.text,
        "practice_id": write.practice_id,
        "status": word,
        **_created(world, write),
    }


def status_of(world: World, office: Office, query: dict[str, str]) -> Found:
    """The writeback with id= if it is this office's; nothing when it is not or was deleted."""
    if not query.get("id"):
        raise ApiError("API1020", "id is missing")
    write = world.queue.rows.get(query["id"])
    mine = write is not None and write.office_id == office.office_id and _shown(world, write)
    return Found([_status_row(world, write)] if write and mine else [], WRITEBACK_STATUS.asked(query))


def _form(fields: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in fields.items())


def echo(write: Writeback, api_name: str = "path") -> str:
    """The body as GET /writebacks shows it: a form without escapes, the key masked, the record's id last.

    `api_name` is the switch of that name: how the path's word is written after apiname=.
    """
    fields = dict(write.fields)
    if write.target:
        # the official sample has no appointment_sr_no besides the id of the path
        fields.pop("patient_id" if write.resource == "patient" else "appointment_sr_no", None)
    word = write.resource if api_name == "path" else f"{write.resource.removesuffix('s')}s"
    text = _form({"request_key": write.masked_key, **fields, "apiname": f"{write.method} {word}"})
    return f"{text}&id={write.target}" if write.target else text


def _result_word(world: World, write: Writeback) -> str:
    if write.deleted:
        return "deleted"
    if write.completed_at is None:
        return "pending"
    how = world.switches.list_result
    if how == "text":
        return write.text
    if how == "word":
        return "completed" if write.ok else "failed"
    return "success" if write.ok else "error"


def _list_row(world: World, write: Writeback, base: str) -> Row:
    office, done = world.offices[write.office_id], write.completed_at
    return {
        "href": f"{base}/writebacks/{write.id}",
        "description": "",
        "id": write.id,
        "result": _result_word(world, write),
        "office_id": write.office_id,
        "method": write.method,
        "completed_time": office.cloud_time(done).isoformat(timespec="seconds") if done else "",
        # the official sample calls a PATCH of appointments "appointment"
        "api_name": write.resource.removesuffix("s"),
        "api_request_body": echo(write, world.switches.api_name),
        "command_time": office.cloud_time(write.received_at).isoformat(timespec="seconds"),
        "duration_in_second": str(round(done - write.received_at)) if done else "",
    }


def list_of(world: World, query: dict[str, str], base: str) -> Found:
    """All offices' writebacks received from startdate to enddate, both required, at most seven days."""
    for name in ("startdate", "enddate"):
        if not query.get(name):
            raise ApiError("API1020", f"{name} is missing")
    first, last = day_of(query["startdate"], "startdate"), day_of(query["enddate"], "enddate")
    if not 0 <= (last - first).days <= _LONGEST_SPAN:
        raise ApiError("API1026", "Date range of startdate and enddate should not be greater than 7 days")
    rows = [
        _list_row(world, write, base)
        for write in world.queue.rows.values()
        if first <= world.offices[write.office_id].cloud_time(write.received_at).date() <= last
        and query.get("id") in {None, "", write.id}
        and _shown(world, write)
    ]
    return Found(rows, WRITEBACKS.asked(query))


def delete(world: World, query: dict[str, str]) -> Reply:
    """Take back a pending write, so that it is never carried out; anything else is refused."""
    if not query.get("id"):
        raise ApiError("API1020", "id is missing")
    write = world.queue.rows.get(query["id"])
    if write is None or write.deleted:
        raise ApiError("API2009", "Writeback request not found.")
    if not write.pending:
        raise ApiError("API1026", "Only pending writeback request can be deleted.")
    write.deleted = True
    return result("API4006", "Writeback request deleted successfully.")
