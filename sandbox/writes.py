"""Takes writes in: checks what Sikka checks at once, queues the rest, answers with a writeback id."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.auth import RequestKey
from sandbox.choices import objection
from sandbox.conditions import wanted_now
from sandbox.forms import check_form
from sandbox.office import Office
from sandbox.replies import ApiError, Reply, result
from sandbox.rulebook import in_use, rules_for
from sandbox.slots import is_open
from sandbox.world import World
from sandbox.writebacks import Writeback

Check = Callable[[Office, dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of write: the code of its acknowledgement, whether its path names a record, further checks."""

    code: str
    on_record: bool = False
    checks: tuple[Check, ...] = ()


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


def _updates_something(office: Office, fields: dict[str, str]) -> None:
    rules = rules_for("PATCH patient", office.pms.rule_sets)
    if not any(
        value and rules[name].need == "optional" and name != "check_spu" for name, value in fields.items()
    ):
        raise ApiError("API1020", "At least one optional parameter must be provided")


def _is_offered(office: Office, fields: dict[str, str]) -> None:
    # official: OrthoTrac and Planet DDS bookings are validated against the available slots
    if office.pms.slots == "checked" and not is_open(office, fields):
        raise ApiError(
            "API1026",
            "practice_id/provider_id/date/time/operatory is invalid",
            "Please get values from appointments_available_slots API",
        )


def _pays_each_procedure(_: Office, fields: dict[str, str]) -> None:
    by_procedure = fields.get("is_payment_by_procedure_code", "").casefold() == "true"
    if by_procedure and fields.get("is_payment_refund", "").casefold() == "true":
        raise ApiError("API1026", "is_payment_refund is invalid", "Not compatible with payment by procedure")
    amounts = fields["amount"].split("|")
    if len(amounts) != (len(fields.get("transaction_sr_no", "").split("|")) if by_procedure else 1):
        raise ApiError("API1026", "amount is invalid", "One amount for each transaction_sr_no")


OPERATIONS: dict[str, Operation] = {
    "POST appointment": Operation("API2016", checks=(_is_offered,)),
    "PATCH appointments": Operation("API0007", True, (_is_replacement, _is_writable_status)),
    "PUT appointments": Operation("API0007", True, (_changes_something, _is_writable_status)),
    "POST patient": Operation("API2016"),
    "PATCH patient": Operation("API0011", True, (_updates_something,)),
    "POST medical_notes": Operation("API2016"),
    "POST transaction": Operation("API2016", checks=(_pays_each_procedure,)),
}


def _check(office: Office, operation: str, target: str, fields: dict[str, str]) -> None:
    """Refuse what the official pages say that Sikka itself checks."""
    rules = rules_for(operation, office.pms.rule_sets)
    for rule in rules.values():
        given = fields.get(rule.field)
        if (rule.need == "required" and not given) or (rule.need == "present" and given is None):
            raise ApiError("API1020", f"{rule.field} is missing")
    for name in wanted_now(office, operation, fields, target):
        if not fields.get(name):
            raise ApiError("API1020", f"{name} is missing")
    used = in_use(operation, office.pms.rule_sets, fields)
    for name, value in used.items():
        check_form(office, rules[name], value)
        if office.switches.pms_limits == "now" and objection(office, rules[name], value):
            raise ApiError("API1026", f"{name} is invalid")
    for check in OPERATIONS[operation].checks:
        check(office, used)


def accept(
    world: World, key: RequestKey, operation: str, target: str, fields: dict[str, str], base: str
) -> Reply:
    """Acknowledge a write and queue it; raises ApiError for what Sikka refuses at once.

    The id in the reply is the writeback's; the record's own id comes with writeback_status, later.
    """
    office, code = world.offices[key.office_id], OPERATIONS[operation].code
    how = world.switches.unsupported_write
    if office.pms.takes(operation):
        _check(office, operation, target, fields)
    elif how == "unauthorized":
        raise ApiError("API2004", "You are not authorized to use this API.")
    elif how == "invalid":
        raise ApiError("API1026", f"{operation} is not available for {office.pms.name}")
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
        appointment_sr_no=target if operation.endswith(" appointments") else "",
        patient_id=target if operation == "PATCH patient" else "",
    )
    world.accept(write)
    if world.switches.write_reply == "plain":
        return Reply(201 if code == "API2016" else 200, {"id": write.id, "result": "pending"})
    return result(code, f"Id:{write.id}", f"{base}/writeback_status?id={write.id}")
