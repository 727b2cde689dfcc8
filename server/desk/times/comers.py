"""Who comes, and from when on a visit is due for them, as far as the office's copy tells."""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from server.desk.charter.terms import Charter
from server.desk.copies.office import Copy, Reminder
from server.desk.proofs import PatientProof
from server.desk.times.reasons import CHILD_UNTIL, Comer, Reason, reason_of
from server.sikka import formats

NEW: Final = Comer(new=True)
NEW_CHILD: Final = Comer(new=True, child=True)
_MONTHS: Final = 12


def comer_of(proof: PatientProof, copy: Copy | None, today: dt.date) -> Comer:
    """What kind of patient somebody verified is; one who is being registered or was never seen is new."""
    unseen = copy is not None and copy.patients.unseen(proof.patient_id)
    comer = Comer(new=bool(proof.registration or proof.requested) or unseen)
    record = copy.patients.get(proof.patient_id) if copy is not None else None
    given = dt.date.fromisoformat(proof.born) if proof.born else None
    born = record.born if record is not None and record.born is not None else given
    if born is None:
        return comer
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return replace(comer, age=age, child=age < CHILD_UNTIL)


def due_of(reminders: Iterable[Reminder], reason: Reason, charter: Charter) -> dt.date | None:
    """The first day on which a visit is due; None where the patient's recalls do not tell.

    Nothing else does: the copy's appointments go four weeks back, and a patient's last visit is of any kind.
    Of several recalls of one care the latest counts, since the earlier ones are done; of several cares that
    mean the same reason (a cleaning, a periodontal one) the one that is due first.
    """
    by_care: dict[str, dt.date] = {}
    for reminder in reminders:
        due = _due(reminder, reason)
        if due is not None and reason_of(reminder.care, charter).name == reason.name:
            care = reminder.care.strip().casefold()
            by_care[care] = max(due, by_care.get(care, due))
    return min(by_care.values(), default=None)


def cleaning_is_due(reminders: Iterable[Reminder], charter: Charter, today: dt.date) -> bool:
    """Whether a recall for a cleaning, of whatever sort, has come due, as far as the recalls tell."""
    known = list(reminders)
    reasons = {reason_of(reminder.care, charter) for reminder in known}
    due = (due_of(known, reason, charter) for reason in reasons if reason.hygiene)
    return any(day is not None and day <= today for day in due)


def _due(reminder: Reminder, reason: Reason) -> dt.date | None:
    if reminder.due is not None or reminder.last is None:
        return reminder.due
    unit, length = reminder.interval
    said = formats.leading_integer(length) if unit.casefold().startswith("month") else None
    months = reason.months or said
    return None if not months else months_after(reminder.last, months)


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last one of a month that is shorter."""
    years, month = divmod(day.month - 1 + months, _MONTHS)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
