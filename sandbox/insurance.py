"""A practice's insurances: the companies it knows, and who is insured with which."""

from datetime import date
from decimal import Decimal
from random import Random

from sandbox.records import Insurer, Patient, Records, Subscription

PRIMARY, SECONDARY = "Dental Primary", "Dental Secondary"
_COMPANIES = (
    ("217", "Harborview Dental Plan", "52133"),
    ("305", "Granite State Dental", "70408"),
    ("412", "Tri-County Employers Trust", ""),
    ("518", "Lakeland Mutual", "61101"),
)
_INSURED = 0.62  # of the households
_TWICE = 0.06
_YEARLY_DEDUCTIBLE = Decimal(50)
_USED = (0, 0, 120, 310, 1450)


def add_insurances(records: Records, rng: Random, practice_id: str, today: date) -> None:
    """Insure most households of a location with one company each, a few of them with a second one."""
    for number, name, payer_id in _COMPANIES:
        records.insurers[number] = Insurer(number, practice_id, name, payer_id, f"800555{number:0>4}")
    households: dict[str, list[Patient]] = {}
    for row in records.patients.values():
        if row.practice_id == practice_id:
            households.setdefault(row.guarantor_id, []).append(row)
    for place, (guarantor_id, members) in enumerate(households.items()):
        first, second = rng.sample(_COMPANIES, k=2)
        # the first of the people whom every office knows is insured, so that a demonstration can show it
        if rng.random() >= _INSURED and place:
            continue
        kinds = [(PRIMARY, first[0])]
        if rng.random() < _TWICE:
            kinds.append((SECONDARY, second[0]))
        for row in members:
            records.subscriptions[row.patient_id] = tuple(
                _subscription(rng, row, guarantor_id, kind, number, today) for kind, number in kinds
            )


def _subscription(
    rng: Random, patient: Patient, head_id: str, kind: str, number: str, today: date
) -> Subscription:
    used = Decimal(rng.choice(_USED))
    grown = patient.birthdate is not None and (today - patient.birthdate).days > 18 * 365
    return Subscription(
        patient_id=patient.patient_id,
        insurer_id=number,
        subscriber_id=f"{number}_{head_id}",
        kind=kind,
        relation="Self" if patient.patient_id == head_id else "Spouse" if grown else "Child",
        used=used,
        deductible_left=Decimal(0) if used else _YEARLY_DEDUCTIBLE,
    )
