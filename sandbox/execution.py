"""Carries out an accepted write in the practice's software, with the software's own refusals."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sandbox.office import Office
from sandbox.records import Appointment, Patient
from sandbox.writebacks import Writeback


class RefusedByPmsError(Exception):
    """The practice's software will not do it; the text is what the writeback's result says."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a carried-out write made or touched, and the result text."""

    text: str
    appointment_sr_no: str = ""
    patient_id: str = ""
    created_id: str = ""


def carry_out(office: Office, write: Writeback) -> Done:
    """Do the write in `office.records`; raises RefusedByPmsError when the software refuses it."""
    return _OPERATIONS[write.operation](office, write)


def _known_people(office: Office, fields: dict[str, str], *, patient: bool) -> None:
    records = office.records
    if patient and fields.get("patient_id", "") not in records.patients:
        raise RefusedByPmsError("Patient does not exist in practice management system.")
    provider = records.providers.get(fields.get("provider_id", ""))
    if provider is None or not provider.active:
        raise RefusedByPmsError("Provider does not exist in practice management system.")


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


def _book(office: Office, write: Writeback) -> Done:
    fields = write.fields
    _known_people(office, fields, patient=True)
    _known_chair(office, fields["operatory"])
    now = office.now()
    row = Appointment(
        sr_no="",
        practice_id=write.practice_id,
        patient_id=fields["patient_id"],
        provider_id=fields["provider_id"],
        operatory=fields["operatory"],
        start=datetime.combine(date.fromisoformat(fields["date"]), time.fromisoformat(fields["time"])),
        length=int(fields["length"]),
        description=fields.get("description", ""),
        status=office.pms.new_status,
        type=_type_name(office, fields.get("type", "")),
        codes=tuple(code for code in fields.get("procedure_codes", "").split("|") if code),
        made=now.date(),
        changed=now,
    )
    _free_chair(office, row)
    sr_no = office.records.new_sr_no()
    office.records.appointments[sr_no] = replace(row, sr_no=sr_no)
    return Done("New Appointment inserted successfully", sr_no, row.patient_id, sr_no)


def _type_name(office: Office, item: str) -> str:
    if not item:
        return ""
    for known, name in office.pms.types:
        if known == item:
            return name
    raise RefusedByPmsError("Appointment type does not exist in practice management system.")


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


def _set_status(office: Office, write: Writeback) -> Done:
    row = with_status(office, _appointment(office, write), write.fields["value"])
    if not row.cancelled and office.records.appointments[row.sr_no].cancelled:
        _free_chair(office, row)
    office.records.appointments[row.sr_no] = row
    return Done("Appointment status updated successfully", row.sr_no, row.patient_id)


def _change(office: Office, write: Writeback) -> Done:
    fields, row = write.fields, _appointment(office, write)
    _known_people(office, fields, patient=False)
    operatory = fields.get("operatory") or row.operatory
    _known_chair(office, operatory)
    day = date.fromisoformat(fields["date"]) if fields.get("date") else row.start.date()
    at = time.fromisoformat(fields["time"]) if fields.get("time") else row.start.time()
    moved = replace(
        row,
        start=datetime.combine(day, at),
        length=int(fields.get("length") or row.length),
        operatory=operatory,
        provider_id=fields["provider_id"],
        description=fields.get("description") or row.description,
        changed=office.now(),
    )
    if fields.get("status"):
        moved = with_status(office, moved, fields["status"])
    if not moved.cancelled:
        _free_chair(office, moved)
    office.records.appointments[row.sr_no] = moved
    return Done("Appointment updated successfully", row.sr_no, row.patient_id)


def _register(office: Office, write: Writeback) -> Done:
    fields = write.fields
    _known_people(office, fields, patient=False)
    guarantor = fields.get("guarantor_id", "")
    if guarantor and guarantor not in office.records.patients:
        raise RefusedByPmsError("Guarantor does not exist in practice management system.")
    patient_id = office.records.new_patient_id()
    born = fields.get("birthdate", "")
    office.records.patients[patient_id] = Patient(
        patient_id=patient_id,
        practice_id=write.practice_id,
        firstname=fields["firstname"],
        lastname=fields["lastname"],
        birthdate=date.fromisoformat(born) if born else None,
        gender=fields.get("gender", ""),
        guarantor_id=guarantor or patient_id,
        provider_id=fields["provider_id"],
        cell=fields.get("cell", ""),
        homephone=fields.get("homephone", ""),
        workphone=fields.get("workphone", ""),
        email=fields.get("email", ""),
        address=fields.get("address_line1", ""),
        city=fields.get("city", ""),
        state=fields.get("state", ""),
        zipcode=fields.get("zipcode", ""),
        created=office.now().date(),
    )
    return Done("New Patient inserted successfully", "", patient_id, patient_id)


_OPERATIONS: dict[str, Callable[[Office, Writeback], Done]] = {
    "POST appointment": _book,
    "PATCH appointments": _set_status,
    "PUT appointments": _change,
    "POST patient": _register,
}
