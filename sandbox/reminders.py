"""A practice's recalls: who is due for what."""

from datetime import date, timedelta
from random import Random

from sandbox.records import Records, Reminder

_RECALLED = 0.7  # of the active patients
_CARES = (("Prophy", 6), ("Prophy", 6), ("Prophy", 6), ("Perio Maintenance", 3), ("Pano", 60))
_MONTH_DAYS = 30


def add_reminders(records: Records, rng: Random, practice_id: str, today: date) -> None:
    """Set up recalls for most active patients of a location, some of them long due."""
    for row in records.patients.values():
        if row.practice_id != practice_id or row.status != "Active" or rng.random() >= _RECALLED:
            continue
        care, months = rng.choice(_CARES)
        prior = today - timedelta(days=rng.randint(10, (months + 4) * _MONTH_DAYS))
        number = str(len(records.reminders) + 1)
        records.reminders[number] = Reminder(
            number,
            practice_id,
            row.patient_id,
            row.provider_id,
            care,
            prior + timedelta(days=months * _MONTH_DAYS),
            prior,
            months,
        )
