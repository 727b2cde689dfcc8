"""What has become true: in the practice's own software, in the ledger and in the inbox, each as lines."""

from sandbox.office import Office
from sandbox.records import Appointment, Patient, Records

SHOWN = ("firstname", "lastname", "cell", "homephone", "workphone", "email", "address", "city", "birthdate")


def done_in(office: Office, before: Records) -> list[str]:
    """Everything in which an office's records differ from what they were, sorted."""
    now = office.records
    lines: list[str] = []
    for number, row in now.patients.items():
        old = before.patients.get(number)
        if old is None:
            lines.append(f"registered: {_name(row)}, {row.birthdate}")
        elif old != row:
            lines += [f"changed: {_name(old)}, {what}" for what in _changes(old, row)]
    for number, row in now.appointments.items():
        lines += _visit(office, before.appointments.get(number), row)
    lines += [
        f"noted: {_who(now, row.patient_id)}, {row.text}"
        for number, row in now.notes.items()
        if number not in before.notes
    ]
    lines += [
        f"paid: {_who(now, row.patient_id)}, {-row.amount:.2f}"
        for number, row in now.transactions.items()
        if number not in before.transactions
    ]
    return sorted(lines)


def _visit(office: Office, old: Appointment | None, row: Appointment) -> list[str]:
    who, start = _who(office.records, row.patient_id), row.start.isoformat(timespec="minutes")
    if old is None:
        return [f"{'booked, then cancelled' if row.cancelled else 'booked'}: {who}, {start}"]
    lines: list[str] = []
    if old.start != row.start:
        lines.append(f"moved: {who}, {old.start.isoformat(timespec='minutes')} to {start}")
    if row.cancelled and not old.cancelled:
        lines.append(f"cancelled: {who}, {start}")
    elif (row.confirmed_on, row.status) != (old.confirmed_on, old.status):
        lines.append(f"{'confirmed' if row.confirmed_on else row.status}: {who}, {start}")
    return lines


def _changes(old: Patient, new: Patient) -> list[str]:
    return [f"{name} = {getattr(new, name)}" for name in SHOWN if getattr(old, name) != getattr(new, name)]


def _name(row: Patient) -> str:
    return f"{row.firstname} {row.lastname}"


def _who(records: Records, patient_id: str) -> str:
    row = records.patients.get(patient_id)
    return _name(row) if row else "nobody"
