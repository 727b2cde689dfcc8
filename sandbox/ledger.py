"""A practice's money: what past visits cost and what was paid, and what each patient owes of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sandbox.pms import PmsProfile
from sandbox.records import Records, Transaction

_PROCEDURES: dict[str, str] = {
    "D0120": "Periodic Oral Evaluation",
    "D0140": "Limited Oral Evaluation",
    "D0150": "Comprehensive Oral Evaluation",
    "D0210": "Intraoral Complete Series",
    "D0220": "Intraoral Periapical First Image",
    "D1110": "Prophylaxis Adult",
    "D1120": "Prophylaxis Child",
    "D1206": "Topical Fluoride Varnish",
    "D2392": "Resin Two Surfaces Posterior",
    "D2740": "Crown Porcelain Ceramic",
    "D3330": "Endodontic Therapy Molar",
    "D4341": "Scaling and Root Planing",
    "D4910": "Periodontal Maintenance",
    "D7140": "Extraction Erupted Tooth",
}
_OLD_BALANCES = (45, 75, 120)
_EDGES = (30, 60, 90)


def add_ledger(records: Records, rng: Random, practice_id: str, pms: PmsProfile, today: date) -> None:
    """Charge the visits that took place, most of them paid at once, and leave a few old balances."""
    records.last_transaction_sr_no = records.last_transaction_sr_no or rng.randint(30_000, 90_000)
    ways = [row for row in pms.payment_types if row.kind == "payment"]
    for row in list(records.appointments.values()):
        day = row.start.date()
        if row.practice_id != practice_id or day >= today or row.cancelled or not row.codes:
            continue
        who, cost = (row.patient_id, row.provider_id), Decimal(row.amount)
        for place, code in enumerate(row.codes):
            name = _PROCEDURES.get(code, code)
            _enter(records, who, "Procedure", (code, name), Decimal(0) if place else cost, day)
        if cost and rng.random() < 0.7:  # noqa: PLR2004 - most people pay before they leave
            way = rng.choice(ways)
            _enter(records, who, "Payment", (way.code, way.description), -cost, day)
    for patient in list(records.patients.values()):
        if patient.practice_id == practice_id and rng.random() < 0.08:  # noqa: PLR2004 - a few still owe
            day, cost = today - timedelta(days=rng.choice(_OLD_BALANCES)), Decimal(rng.randint(4, 24) * 10)
            who = (patient.patient_id, patient.provider_id)
            _enter(records, who, "Procedure", ("D2392", _PROCEDURES["D2392"]), cost, day)


def _enter(
    records: Records, who: tuple[str, str], kind: str, what: tuple[str, str], amount: Decimal, day: date
) -> None:
    patient = records.patients[who[0]]
    sr_no = records.new_transaction_sr_no()
    records.transactions[sr_no] = Transaction(
        sr_no=sr_no,
        practice_id=patient.practice_id,
        patient_id=who[0],
        guarantor_id=patient.guarantor_id,
        provider_id=who[1],
        kind=kind,
        code=what[0],
        description=what[1],
        amount=amount,
        day=day,
        entered=day,
    )


@dataclass(slots=True)
class Balance:
    """What one patient owes: by the age of what is unpaid (under 30, to 60, to 90 days, older), and in all.

    `unapplied` is what was paid over and above.
    """

    ages: list[Decimal] = field(default_factory=lambda: [Decimal(0)] * 4)
    unapplied: Decimal = Decimal(0)

    @property
    def owed(self) -> Decimal:
        """The sum, negative when more was paid than charged."""
        return sum(self.ages, Decimal(0)) - self.unapplied


def balances(rows: Iterable[Transaction], today: date) -> dict[str, Balance]:
    """Each patient's balance; payments count against the oldest charges first."""
    found: dict[str, Balance] = {}
    for row in rows:
        balance = found.setdefault(row.patient_id, Balance())
        if row.amount > 0:
            age = sum((today - row.day).days >= edge for edge in _EDGES)
            balance.ages[age] += row.amount
        else:
            balance.unapplied -= row.amount
    for balance in found.values():
        for place in (3, 2, 1, 0):
            paid = min(balance.ages[place], balance.unapplied)
            balance.ages[place] -= paid
            balance.unapplied -= paid
    return found
