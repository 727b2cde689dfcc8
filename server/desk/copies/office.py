"""One office in memory, as its kept copy shows it: patients, calendar, reminders and lists."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.desk.copies.calendar import CopiedCalendar
from server.desk.copies.patients import CopiedPatients
from server.sikka import formats
from server.sikka.copied import APPOINTMENTS, LISTS, PATIENTS, REMINDERS
from store.mirror_rows import Kept


@dataclass(frozen=True, slots=True)
class Reminder:
    """A recall as the practice's system keeps it.

    Attributes:
        due: the day it is due; None where unreadable.
        last: the day of the last such visit; None where there was none, or it is unreadable.
        care: what for, such as "Prophy", in the practice's own words.
        interval: such as ("Months", "6"); ("", "") where there is none.
        status: the practice's own word.
    """

    patient_id: str = field(repr=False)
    due: dt.date | None
    last: dt.date | None
    care: str
    interval: tuple[str, str]
    status: str
    appointment_sr_no: str


class Copy:
    """An office, as of one load of Sikka's.

    Attributes:
        version: of the rows taken in; see `store.mirror`.
        as_of: Sikka's `data_insert_date` of that load.
        read_from: when the reading of it began, UTC ms: whatever was seen in Sikka's copy before is here too.
        lists_version: rises whenever one of the lists is taken in anew.
    """

    def __init__(self) -> None:
        self.version = -1
        self.as_of = ""
        self.read_from = 0
        self.lists_version = 0
        self.patients = CopiedPatients()
        self.calendar = CopiedCalendar()
        self._reminders: dict[str, dict[str, Reminder]] = {}
        self._lists: dict[str, list[Any]] = {}
        self._take: Mapping[str, Callable[[Any, bool], None]] = {
            PATIENTS.kind: self._take_patient,
            APPOINTMENTS.kind: self._take_appointment,
            REMINDERS.kind: self._take_reminder,
            LISTS: self._take_list,
        }

    def take(self, kept: Iterable[Kept]) -> None:
        """Take rows in, or out where they are gone. The same row twice does no harm."""
        for row in kept:
            self._take[row.kind](row.values, row.gone)

    def rows_of(self, name: str) -> list[Any]:
        """A short list by its name (`server.sikka.copied`); empty where Sikka gives none."""
        return self._lists.get(name, [])

    def reminders_of(self, patient_id: str) -> list[Reminder]:
        """A patient's recalls, the soonest due first; those without a day last."""
        found = self._reminders.get(patient_id, {}).values()
        return sorted(found, key=lambda row: row.due or dt.date.max)

    def _take_patient(self, values: Sequence[str], gone: bool) -> None:
        if gone:
            self.patients.remove(values[0])
        else:
            self.patients.put(values)

    def _take_appointment(self, values: Sequence[str], gone: bool) -> None:
        if gone:
            self.calendar.remove(values[0])
        else:
            self.calendar.put(values)

    def _take_reminder(self, values: Sequence[str], gone: bool) -> None:
        row = dict(zip(REMINDERS.fields, values, strict=True))
        of_patient = self._reminders.setdefault(row["patient_id"], {})
        if gone:
            of_patient.pop(row["id"], None)
            return
        of_patient[row["id"]] = Reminder(
            patient_id=row["patient_id"],
            due=formats.day(row["due_date"]),
            last=formats.day(row["prior_date"]),
            care=row["care_name"] or row["description"],
            interval=(row["interval_type"], row["interval_length"]),
            status=row["status"],
            appointment_sr_no=row["appointment_sr_no"],
        )

    def _take_list(self, values: Sequence[Any], gone: bool) -> None:
        name, *rows = values
        self._lists[name] = [] if gone else rows
        self.lists_version += 1
