"""Carries out an accepted write in the practice's software, with the software's own refusals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time

from sandbox.choices import objection
from sandbox.entries import add_note, record_payment
from sandbox.office import Office
from sandbox.outcome import Done, RefusedByPmsError
from sandbox.records import Appointment
from sandbox.registration import add_patient, known_patient, known_provider, register, update
from sandbox.rulebook import in_use, rules_for
from sandbox.writebacks import Writeback

__all__ = ["Done", "RefusedByPmsError", "carry_out", "with_status"]

_FURTHER = ("staff", "user", "production_type", "cancellation_code_id", "cancellation_note", "schedule")


def carry_out(office: Office, write: Writeback) -> Done:
    """Do the write in `office.records`; raises RefusedByPmsError when the software refuses it."""
    if not office.pms.takes(write.operation):
        raise RefusedByPmsError(f"This writeback is not supported for {office.pms.name}.")
    rules = rules_for(write.operation, office.pms.rule_sets)
    fields = in_use(write.operation, office.pms.rule_sets, write.fields)
    for name, value in fields.items():
        refusal = objection(office, rules[name], value)
        if refusal:
            raise RefusedByPmsError(refusal)
    return _OPERATIONS[write.operation](office, write, fields)


def _further(row: Appointment, fields: dict[str, str]) -> tuple[tuple[str, str], ...]:
    given = {name: fields[name] for name in (*_FURTHER, "status_changed_by") if fields.get(name)}
    return tuple({**dict(row.details), **given}.items())


def _known_chair(office: Office, name: str) -> None:
    chair = office.records.operatories.get(name)
    if chair is None or chair.hidden:
        raise RefusedByPmsError("Operatory does not exist in practice management system.")


def _free_chair(office: Office, row: Appointment) -> None:
    policy = office.switches.overlap
    refuses = office.pms.refuses_overlap if policy == "by_pms" else policy == "refused"
    taken = office.records.in_the_way(row.practice_id, row.operatory, row.start, row.length, but=row.sr_no)
    if refuses and taken is not None:
        raise RefusedByPmsError(office.pms.overlap_text)


def _book(office: Office, write: Writeback, fields: dict[str, str]) -> Done:
    new = fields.get("is_new_patient", "").casefold() == "true"
    if not new:
        known_patient(office, fields["patient_id"])
    known_provider(office, fields["provider_id"])
    _known_chair(office, fields["operatory"])
    now = office.now()
    row = Appointment(
        sr_no="",
        practice_id=write.practice_id,
        patient_id=fields.get("patient_id", ""),
        provider_id=fields["provider_id"],
        operatory=fields["operatory"],
        start=datetime.combine(date.fromisoformat(fields["date"]), time.fromisoformat(fields["time"])),
        length=int(fields["length"]),
        description=fields.get("description", ""),
        status=office.pms.new_status,
        type=_type_name(office, fields),
        note=fields.get("note", ""),
        codes=tuple(code for code in fields.get("procedure_codes", "").split("|") if code),
        made=now.date(),
        changed=now,
    )
    row = replace(row, details=_further(row, fields))
    if fields.get("status"):
        row = with_status(office, row, fields["status"])
    _free_chair(office, row)
    if new:
        person = {**fields, "cell": fields.get("phone", "")}
        row = replace(row, patient_id=add_patient(office, write.practice_id, person).patient_id)
    sr_no = office.records.new_sr_no()
    office.records.appointments[sr_no] = replace(row, sr_no=sr_no)
    return Done("New Appointment inserted successfully", sr_no, row.patient_id, sr_no)


def _type_name(office: Office, fields: dict[str, str]) -> str:
    if "type" not in fields or not (fields["type"] or "OrthoTrac" in office.pms.rule_sets):
        return ""
    # official: an empty type is taken from the available ones on OrthoTrac
    return dict(office.pms.types)[fields["type"] or office.pms.types[0][0]]


def _appointment(office: Office, write: Writeback) -> Appointment:
    row = office.records.appointments.get(write.target)
    if row is None:
        raise RefusedByPmsError("Appointment does not exist in practice management system.")
    return row


def with_status(office: Office, row: Appointment, word: str) -> Appointment:
    """The appointment with a status word of its software, and all that the word implies.

    Raises RefusedByPmsError for a word outside the vocabulary.
    """
    now, effect = office.now(), office.pms.statuses.get(word)
    confirmation = office.pms.confirmation_words.get(word)
    if confirmation is not None:
        return replace(row, changed=now, confirmed_on=now.date() if confirmation else None)
    if effect is None:
        raise RefusedByPmsError("Invalid appointment status.")
    gone = effect in {"cancelled", "missed"}
    return replace(
        row,
        status=word,
        changed=now,
        cancelled=gone,
        cancelled_on=now.date() if gone else None,
        confirmed_on=now.date() if effect == "confirmed" else row.confirmed_on,
    )


def _set_status(office: Office, write: Writeback, fields: dict[str, str]) -> Done:
    row = with_status(office, _appointment(office, write), fields["value"])
    if not row.cancelled and office.records.appointments[row.sr_no].cancelled:
        _free_chair(office, row)
    office.records.appointments[row.sr_no] = replace(row, details=_further(row, fields))
    return Done("Appointment status updated successfully", row.sr_no, row.patient_id)


def _change(office: Office, write: Writeback, fields: dict[str, str]) -> Done:
    row = _appointment(office, write)
    known_provider(office, fields["provider_id"])
    operatory = fields.get("operatory") or row.operatory
    _known_chair(office, operatory)
    row = _mended(office, row, fields)
    day = date.fromisoformat(fields["date"]) if fields.get("date") else row.start.date()
    at = time.fromisoformat(fields["time"]) if fields.get("time") else row.start.time()
    moved = replace(
        row,
        start=datetime.combine(day, at),
        length=int(fields.get("length") or row.length),
        operatory=operatory,
        provider_id=fields["provider_id"],
        description=fields.get("description") or row.description,
        type=_type_name(office, fields) or row.type,
        changed=office.now(),
        details=_further(row, fields),
    )
    if fields.get("status"):
        moved = with_status(office, moved, fields["status"])
    if not moved.cancelled:
        _free_chair(office, moved)
    office.records.appointments[row.sr_no] = moved
    return Done("Appointment updated successfully", row.sr_no, row.patient_id)


def _mended(office: Office, row: Appointment, fields: dict[str, str]) -> Appointment:
    """A broken appointment as Dentrix G6 reschedules it: only with date, time and operatory, open again."""
    if "Dentrix G6" not in office.pms.rule_sets or row.status != "Broken":
        return row
    if not all(fields.get(name) for name in ("date", "time", "operatory")):
        raise RefusedByPmsError("date, time and operatory are required for a broken appointment.")
    return replace(row, status=office.pms.new_status, cancelled=False, cancelled_on=None)


_OPERATIONS: dict[str, Callable[[Office, Writeback, dict[str, str]], Done]] = {
    "POST appointment": _book,
    "PATCH appointments": _set_status,
    "PUT appointments": _change,
    "POST patient": register,
    "PATCH patient": update,
    "POST medical_notes": add_note,
    "POST transaction": record_payment,
}
