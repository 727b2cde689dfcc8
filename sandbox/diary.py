"""Fills a practice's weeks with appointments, thinner the further ahead, some of them cancelled."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from sandbox.names import KNOWN
from sandbox.pms import PmsProfile, StatusEffect
from sandbox.records import Appointment, Operatory, Records
from sandbox.seed import is_holiday, sunday_of

DAYS_BACK, DAYS_AHEAD = 7, 56


@dataclass(frozen=True, slots=True)
class _Visit:
    description: str
    minutes: int
    weight: int
    codes: tuple[str, ...]
    amount: str


_HYGIENE: tuple[_Visit, ...] = (
    _Visit("Prophy, Periodic Exam", 60, 50, ("D1110", "D0120"), "175.0000"),
    _Visit("Child Prophy, Fluoride", 40, 20, ("D1120", "D1206"), "130.0000"),
    _Visit("Perio Maintenance", 60, 15, ("D4910",), "160.0000"),
    _Visit("SRP UR LR", 90, 10, ("D4341",), "420.0000"),
    _Visit("New Patient Exam FMX Prophy", 90, 5, ("D0150", "D0210", "D1110"), "310.0000"),
)
_DOCTOR: tuple[_Visit, ...] = (
    _Visit("Comp 2 surf", 60, 30, ("D2392",), "240.0000"),
    _Visit("Crown Prep", 90, 18, ("D2740",), "1250.0000"),
    _Visit("Seat Crown", 40, 14, ("D2740",), "0.0000"),
    _Visit("Limited Exam, PA", 30, 16, ("D0140", "D0220"), "110.0000"),
    _Visit("Root Canal Molar", 120, 8, ("D3330",), "1100.0000"),
    _Visit("Extraction", 50, 8, ("D7140",), "210.0000"),
    _Visit("Post op check", 20, 6, (), "0.0000"),
)


class _Filler:
    """Lays visits into one location's chairs."""

    def __init__(self, records: Records, rng: Random, practice_id: str, pms: PmsProfile, today: date) -> None:
        self.records = records
        self.rng = rng
        self.practice_id = practice_id
        self.pms = pms
        self.today = today
        free = {(known.first, known.last) for known in KNOWN if not known.booked}
        self.patients = [
            p.patient_id
            for p in records.patients.values()
            if p.practice_id == practice_id and p.status == "Active" and (p.firstname, p.lastname) not in free
        ]
        self.days_taken: set[tuple[str, date]] = set()

    def fill(self) -> None:
        """Fill every open day of the calendar."""
        hours = {
            (row.resource_id, row.sunday): row
            for row in self.records.schedules
            if row.practice_id == self.practice_id
        }
        for offset in range(-DAYS_BACK, DAYS_AHEAD + 1):
            day = self.today + timedelta(days=offset)
            if is_holiday(day, self.today):
                continue
            column = (day.weekday() + 1) % 7
            for chair in self.records.operatories.values():
                row = hours.get((chair.name, sunday_of(day)))
                lead = hours.get((chair.provider_ids[0], sunday_of(day)))
                if chair.practice_id == self.practice_id and row and lead and lead.days[column]:
                    for start, end in row.days[column]:
                        self._fill_interval(chair, day, start, end)

    def _fill_interval(self, chair: Operatory, day: date, start: str, end: str) -> None:
        cursor = datetime.combine(day, time.fromisoformat(start))
        stop = datetime.combine(day, time.fromisoformat(end))
        fullness = 0.88 if day <= self.today else max(0.3, 0.85 - 0.01 * (day - self.today).days)
        while True:
            if self.rng.random() > fullness:
                cursor += timedelta(minutes=self.rng.choice((20, 30, 40, 60)))
                continue_at = cursor
            else:
                visits = _HYGIENE if chair.hygiene else _DOCTOR
                visit = self.rng.choices(visits, weights=[v.weight for v in visits])[0]
                continue_at = cursor + timedelta(minutes=visit.minutes)
                if continue_at > stop:
                    return
                self._add(chair, cursor, visit)
            if continue_at >= stop:
                return
            cursor = continue_at

    def _patient(self, day: date) -> str:
        for _ in range(8 if self.patients else 0):
            patient_id = self.rng.choice(self.patients)
            if (patient_id, day) not in self.days_taken:
                self.days_taken.add((patient_id, day))
                return patient_id
        return ""

    def _add(self, chair: Operatory, start: datetime, visit: _Visit) -> None:
        patient_id = self._patient(start.date())
        if not patient_id:
            return
        lead = chair.provider_ids[0]
        # a hygienist's visit often runs under the supervising dentist's id
        on_dentist = chair.hygiene and self.rng.random() < self.pms.hygiene_on_dentist
        sr_no = self.records.new_sr_no()
        made = min(start.date(), self.today) - timedelta(days=self.rng.randint(1, 120))
        fate = self._fate(start.date())
        confirmed = fate == "confirmed"
        gone = fate in {"cancelled", "missed"}
        self.records.appointments[sr_no] = Appointment(
            sr_no=sr_no,
            practice_id=self.practice_id,
            patient_id=patient_id,
            provider_id=chair.provider_ids[-1] if on_dentist else lead,
            hygienist=lead if chair.hygiene else "",
            operatory=chair.name,
            start=start,
            length=visit.minutes,
            description=visit.description,
            status=self.pms.word_for(fate),
            type=self.pms.types[0 if chair.hygiene else 1][1],
            amount=visit.amount,
            codes=visit.codes,
            made=made,
            changed=datetime.combine(made, time(10, 15)),
            confirmed_on=made + timedelta(days=1) if confirmed else None,
            cancelled=gone,
            cancelled_on=min(start.date(), self.today) - timedelta(days=1) if gone else None,
        )
        if gone and self.rng.random() < 0.5:  # noqa: PLR2004 - half of the freed times were filled again
            self._add(chair, start, visit)

    def _fate(self, day: date) -> StatusEffect:
        chance = self.rng.random()
        if chance < 0.06:  # noqa: PLR2004 - about one visit in sixteen is cancelled
            return "cancelled"
        if day < self.today:
            return "missed" if chance > 0.97 else "done"  # noqa: PLR2004 - and three in a hundred are missed
        near = (day - self.today).days < 7  # noqa: PLR2004 - a week
        return "confirmed" if near and chance < 0.6 else "open"  # noqa: PLR2004 - most of the coming week


def fill_calendar(records: Records, rng: Random, practice_id: str, pms: PmsProfile, today: date) -> None:
    """Add appointments from a week before `today` to eight weeks after it to one location's chairs."""
    _Filler(records, rng, practice_id, pms, today).fill()
