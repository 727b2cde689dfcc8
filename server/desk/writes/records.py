"""What is written into a patient's record: a detail, a note, a payment. Each becomes a row of the ledger."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from server.desk.answers import Outcome, Unanswerable
from server.desk.copies.copies import Copies
from server.desk.office import Profile
from server.desk.proofs import PatientProof
from server.desk.writes.requests import Ground, Put, Requests
from server.desk.writes.rulebook import system_of
from server.sikka import bodies, formats
from server.sikka.bodies import Write
from server.sikka.client import Sikka
from server.sikka.pms_fields import PAYMENT_TYPES, Need, Operation
from server.sikka.pms_rules import rule_of, rules_for
from server.sikka.pms_support import supports
from server.sikka.vocabularies import Choice, Vocabulary
from store.ledger_rows import NewWriteback

# What a caller may want changed -> Sikka's fields for it (official page of PATCH /patient).
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "phone": ("cell",),
    "email": ("email",),
    "address": ("address_line1",),
    "name": ("firstname", "lastname"),
    "birth_date": ("birthdate",),
}

# How a payment was made -> what an office's payment types call it, by parts of their names, best first.
PAYMENT_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "cash": ("cash",),
    "check": ("check", "cheque"),
    "card": ("credit card", "card", "visa", "master", "debit", "terminal"),
    "other": ("other", "misc"),
}
# Types that take money off or back, or that are not the patient's, whatever else they are called.
NOT_A_PAYMENT: Final = (
    "refund",
    "adjust",
    "discount",
    "insurance",
    "write",
    "return",
    "bounce",
    "nsf",
    "gift",
)


@dataclass(frozen=True)
class Payment:
    """A payment that was made.

    Attributes:
        amount: above zero, two decimals at most.
        method: cash, check, card or other.
        reference: a check's or receipt's number; "" without one. Never a card's.
    """

    amount: Decimal
    method: str
    reference: str = field(default="", repr=False)


class Records(Requests):
    """Puts changes of a record down, for a patient who is in the practice's system already."""

    def __init__(self, ground: Ground, sikka: Sikka, copies: Copies) -> None:
        super().__init__(ground)
        self._sikka = sikka
        self._copies = copies

    async def demand(self, profile: Profile, operation: Operation, detail: str = "") -> None:
        """See that the office's software takes an operation, and the change of a detail (of `FIELDS`).

        What its vendor rules out is known without asking anybody.

        Raises:
            Unanswerable: it does not (`NOT_SUPPORTED`).
            SikkaError: what it takes has never been read, and cannot be now.
        """
        pms = system_of(profile.office)
        rows = rules_for(operation, pms)
        rules = [rule_of(rows, name, {}) for name in FIELDS.get(detail, ())]
        takes = all(rule is not None and rule.need in {Need.REQUIRED, Need.OPTIONAL} for rule in rules)
        if not takes or not supports(pms, operation, None, "").ok:
            raise Unanswerable(Outcome.NOT_SUPPORTED, "not_supported")
        (await self._profiles.rulebook(profile.office)).demand(operation)

    async def put(self, profile: Profile, new: NewWriteback) -> Put:
        """Put a prepared change down. The same request is the same row.

        Raises:
            Diverted: it is not to be acted on.
        """
        return await self._put(profile, new)

    async def change(
        self, profile: Profile, patient: PatientProof, detail: str, value: str, scope_key: str | None
    ) -> NewWriteback:
        """A new value for a detail (of `FIELDS`), ready to be put down.

        Args:
            profile: of the office.
            patient: whose record it is.
            detail: of `FIELDS`.
            value: as `changes_of` reads it.
            scope_key: of the call.

        Raises:
            Unanswerable: the office's software would not take it (`Unfit` names the field).
            SikkaError: what it takes cannot be read now.
        """
        write = bodies.changed_patient(
            practice_id=profile.office.practice_id,
            patient_id=_id_of(patient),
            changes=changes_of(detail, value) or {},
        )
        write = await self.fit(profile, Operation.UPDATE_PATIENT, write)
        return self._of_record(
            profile,
            Operation.UPDATE_PATIENT,
            write,
            facts={"patient_id": patient.patient_id, "field": detail, "value": value},
            key=(detail, value.casefold()),
            scope_key=scope_key,
        )

    async def note(
        self, profile: Profile, patient: PatientProof, text: str, scope_key: str | None
    ) -> NewWriteback:
        """A note of today among the office's general ones, ready to be put down. Raises as `change`."""
        today = self._today(profile)
        write = bodies.medical_note(
            practice_id=profile.office.practice_id,
            patient_id=_id_of(patient),
            provider_id=self._provider(profile, patient),
            day=today,
            text=text,
        )
        write = await self.fit(profile, Operation.ADD_NOTE, write)
        return self._of_record(
            profile,
            Operation.ADD_NOTE,
            write,
            facts={"patient_id": patient.patient_id, "text": text, "type": write.body.get("type", "")},
            key=(" ".join(text.casefold().split()), today.isoformat()),
            scope_key=scope_key,
        )

    async def payment(
        self, profile: Profile, patient: PatientProof, paid: Payment, scope_key: str | None
    ) -> NewWriteback:
        """The entry of a payment, ready to be put down. It charges nothing.

        Raises:
            Unanswerable: as `change`; or the office has no payment type for the method (`NEEDS_HUMAN`).
            SikkaError: what the office's software takes, or who answers for the account, cannot be read now.
        """
        rulebook = await self._profiles.rulebook(profile.office)
        kind = payment_type(paid.method, rulebook.vocabulary)
        if kind is None:
            raise Unanswerable(Outcome.NEEDS_HUMAN, "no_payment_type")
        if paid.method == "check":
            further = {"cheque_no": paid.reference}
        else:
            further = {"note": f"Reference {paid.reference}" if paid.reference else ""}
        write = bodies.payment(
            practice_id=profile.office.practice_id,
            patient_id=_id_of(patient),
            guarantor_id=await self._guarantor(profile, patient),
            provider_id=self._provider(profile, patient),
            procedure_code=kind.value,
            procedure_description=kind.label,
            amount=paid.amount,
            day=self._today(profile),
            further=further,
        )
        write = await self.fit(profile, Operation.RECORD_PAYMENT, write)
        return self._of_record(
            profile,
            Operation.RECORD_PAYMENT,
            write,
            facts={
                "patient_id": patient.patient_id,
                "amount": f"{paid.amount:.2f}",
                "method": paid.method,
                "reference": paid.reference,
            },
            key=(f"{paid.amount:.2f}", paid.reference.casefold()),
            scope_key=scope_key,
        )

    def _of_record(
        self,
        profile: Profile,
        operation: Operation,
        write: Write,
        *,
        facts: Mapping[str, str],
        key: tuple[str, ...],
        scope_key: str | None,
    ) -> NewWriteback:
        office, patient_id = profile.office.id, facts["patient_id"]
        return self._new(
            profile,
            operation,
            write,
            facts=facts,
            natural_key=self._index.keyed_hash(operation.value, office, patient_id, *key),
            patient_key=self.patient_key(profile, patient_id),
            scope_key=scope_key,
        )

    def _today(self, profile: Profile) -> dt.date:
        return profile.clock(self._clock.now()).date()

    def _provider(self, profile: Profile, patient: PatientProof) -> str:
        """Whose entry it is: the patient's own provider, else the one for new patients, else the only one."""
        working = profile.providers
        takes_new = next((one.id for one in profile.charter.providers if one.takes_new_patients), "")
        for number in (patient.provider_id, takes_new, self._settings.new_patient_provider):
            if number in working:
                return number
        return next(iter(working)) if len(working) == 1 else ""

    async def _guarantor(self, profile: Profile, patient: PatientProof) -> str:
        """Who answers for the patient's account: the patient, where the record names nobody."""
        copy = await self._copies.of(profile.office)
        kept = copy.patients.get(patient.patient_id) if copy is not None else None
        if kept is not None:
            return kept.guarantor_id or patient.patient_id
        calls = self._sikka.office(profile.office.office_id, live=True)
        rows = await calls.patients(patient_id=patient.patient_id)
        named = next((row.guarantor_id for row in rows if row.patient_id == patient.patient_id), "")
        return named or patient.patient_id


def changes_of(detail: str, value: str) -> dict[str, str] | None:
    """A new value by Sikka's fields; None where it cannot be told apart into them.

    Args:
        detail: of `FIELDS`.
        value: a name as "Last, First" or as two words, a birth date in ISO, else as said.
    """
    if detail == "name":
        last, comma, first = (part.strip() for part in value.partition(","))
        if not comma:
            first, _, last = last.partition(" ")
        said = all(any(sign.isalpha() for sign in part) for part in (first, last))
        if not said or (not comma and " " in last):
            return None
        return {"firstname": first, "lastname": last}
    if detail == "birth_date":
        day = formats.day(value)
        return {"birthdate": formats.wire_day(day)} if day else None
    return {FIELDS[detail][0]: value} if value else None


def payment_type(method: str, vocabulary: Vocabulary) -> Choice | None:
    """The office's payment type for a way of paying; None where none of its names says so."""
    types = [
        (choice, name)
        for choice in vocabulary.of(*PAYMENT_TYPES)
        if not any(word in (name := f"{choice.label} {choice.value}".casefold()) for word in NOT_A_PAYMENT)
    ]
    words = PAYMENT_WORDS[method]
    return next((choice for word in words for choice, name in types if word in name), None)


def _id_of(patient: PatientProof) -> str:
    """The record's number. Raises Unanswerable (`NEEDS_HUMAN`) while there is no record yet."""
    if not patient.patient_id:
        raise Unanswerable(Outcome.NEEDS_HUMAN, "no_record_yet")
    return patient.patient_id
