"""Finds the one test patient, by name and birth date to the letter, and refuses any other."""

from dataclasses import dataclass, field
from typing import Final

from server.desk.copies.overlay import does_not_take_place, in_own_words
from server.failures import Failure
from server.shakedown.facts import Facts
from server.shakedown.probe import Probe
from server.sikka import formats, models
from server.sikka.client import Sikka
from store.offices import Office

NAMES: Final = ("phone_filter", "search_phones", "find")
NATIONAL_DIGITS: Final = 10
PHONES: Final = ("cell", "homephone", "workphone")


@dataclass(frozen=True)
class Sought:
    """Who the operator says the test patient is, as the practice's system spells them."""

    first: str = field(repr=False)
    last: str = field(repr=False)
    born: str = field(repr=False)


async def find(sikka: Sikka, office: Office, sought: Sought, cancelled_word: str) -> models.Patient:
    """The test patient, whose cancelled appointments may bear the office's own word ("" for none).

    Raises:
        Failure: it is not exactly one, or they have an appointment that is not cancelled.
        SikkaError: Sikka cannot be asked.
    """
    calls = sikka.office(office.office_id, live=True)
    rows = await calls.patients(lastname=sought.last)
    found = [
        row
        for row in rows
        if (row.firstname.strip(), row.lastname.strip()) == (sought.first, sought.last)
        and row.born == formats.day(sought.born)
        and row.practice_id in {"", office.practice_id}
    ]
    if len(found) != 1:
        count = "no patient" if not found else f"{len(found)} patients"
        raise Failure(
            f"Sikka shows {count} of this name to the letter, and this birth date. "
            "Nothing was written. "
            "Have the office enter one test patient, and wait until Sikka's copy shows it."
        )
    taken = [
        row
        for row in in_own_words(await calls.appointments(patient_id=found[0].patient_id), cancelled_word)
        if row.patient_id == found[0].patient_id and not does_not_take_place(row)
    ]
    if taken:
        raise Failure(
            f"This patient has {len(taken)} appointments that are not cancelled, and may be a real person. "
            "Nothing was written. Name a test patient without any."
        )
    return found[0]


async def ask(probe: Probe, patient: models.Patient, facts: Facts) -> None:
    """The questions that reading the test patient answers. Raises NotSent, NoAnswer."""
    await _find(probe, patient, facts)
    fields = [name for name in PHONES if len(_digits(getattr(patient, name))) >= NATIONAL_DIGITS]
    if not fields:
        facts.unknown(NAMES, "the test patient has no telephone number on file")
        return
    name = fields[0]
    stored = str(getattr(patient, name))
    digits = _digits(stored)[-NATIONAL_DIGITS:]
    other = digits if digits != stored else f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"

    async def hit(parameter: str, spelling: str) -> bool:
        seen = await probe.read("/patients", {parameter: spelling, "limit": "50"})
        return any(row.get("patient_id") == patient.patient_id for row in seen.rows)

    for question, parameter in (("phone_filter", name), ("search_phones", "search")):
        by_other, by_stored = await hit(parameter, other), await hit(parameter, stored)
        answer = "digits" if by_other else "verbatim" if by_stored else "never"
        how = f"GET /patients?{parameter}= with the test patient's number, as stored and in another spelling"
        facts.learn(question, answer, how, found_by_other_spelling=by_other, found_as_stored=by_stored)


async def _find(probe: Probe, patient: models.Patient, facts: Facts) -> None:
    born = patient.born
    assert born is not None  # noqa: S101 - the patient was found by it
    seen = await probe.read(
        "/patients",
        {"find": f"birthdate=eq_{formats.wire_day(born)}", "fields": "birthdate", "limit": "50"},
    )
    how = "GET /patients?find=birthdate=eq_ with the test patient's birth date"
    dates = {formats.day(row.get("birthdate", "")) for row in seen.rows}
    if not seen.ok:
        facts.learn("find", "refused", how, sikka_said=seen.answer)
    elif dates == {born}:
        facts.learn("find", "supported", how, rows=len(seen.rows))
    elif dates:
        facts.learn("find", "ignored", how, rows=len(seen.rows))
    else:
        facts.unknown("find", f"{how}: not even the test patient came", sikka_said=seen.answer)


def _digits(text: str) -> str:
    return "".join(mark for mark in text if mark.isdecimal())
