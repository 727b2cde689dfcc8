"""Telling a verified patient what the record says of their balance and insurance."""

import re
from decimal import Decimal
from typing import Any, Final

from server.desk.accounts import Balance, Insurance, Place
from server.desk.answers import Outcome
from server.desk.naming import name_in
from server.tools.call import Call
from server.tools.results import Answer
from server.tools.speech import spoken_list
from server.tools.spoken_facts import spoken_amount
from server.tools.wording import FACT_LIMITS, phrase, sentence

COMPANY_WORDS: Final = 10
# What a company's name is made of. The PMS's text is cut down to it, since it will be spoken.
_NO_NAME: Final = re.compile(r"[^\w &'-]|_|\d{4,}")
# Names that hold this word would say of an insurance what this program never says.
_NEVER_SAID: Final = re.compile("cover", re.IGNORECASE)


async def get_balance(call: Call, values: dict[str, Any]) -> Answer:
    """What the record shows as due from a verified patient."""
    patient = await call.patient(values["patient"])
    found = await call.desk.accounts.balance(call.office, patient.patient_id)
    if found is None:
        return Answer(Outcome.NEEDS_HUMAN, sentence(call.language, ("get_balance", "not_known")))
    words = sentence(
        call.language,
        ("get_balance", "ok"),
        amounts=spoken_list(_spoken_balance(call, found), "and", call.voice),
    )
    facts = {
        "patient_due": _plain(found.due),
        "insurance_due": _plain(found.with_insurance),
        "patient_balance": _plain(found.total),
        "unapplied": _plain(found.unapplied),
    }
    return Answer(Outcome.OK, words, facts=facts, as_of=call.office.as_of)


async def get_insurance(call: Call, values: dict[str, Any]) -> Answer:
    """Which insurances the record of a verified patient lists; not what they pay."""
    patient = await call.patient(values["patient"])
    found = await call.desk.accounts.insurances(call.office, patient.patient_id)
    facts = {
        "insurance": [
            {
                "company": spoken_company(row.company),
                "kind": row.place.value,
                "deductible_remaining": _plain(row.deductible_left),
            }
            for row in found
        ]
    }
    if not found:
        words = sentence(call.language, ("get_insurance", "none"))
        return Answer(Outcome.OK, words, facts=facts, as_of=call.office.as_of)
    key, left = _deductible(call, found[0])
    listed = spoken_list([_spoken_insurance(call, row) for row in found], "and", call.voice)
    words = sentence(call.language, ("get_insurance", key), insurances=listed, amount=left)
    return Answer(Outcome.OK, words, facts=facts, as_of=call.office.as_of)


def _spoken_balance(call: Call, found: Balance) -> list[str]:
    """The parts of a balance that are worth a word; what the patient owes goes first."""
    insured, unapplied = found.with_insurance or Decimal(0), abs(found.unapplied or Decimal(0))
    # A system that only fills the total must not be heard to say that nothing is due.
    explained = {Decimal(0), insured, -unapplied, insured - unapplied}
    only_total = not found.due and found.total is not None and found.total not in explained
    parts = [
        (_total_key(found.total), found.total)
        if found.due is None or only_total
        else ("due" if found.due > 0 else "credit" if found.due < 0 else "nothing_due", found.due)
    ]
    parts += [("with_insurance", insured)] if insured > 0 else []
    parts += [("unapplied", unapplied)] if unapplied else []
    return [
        phrase(call.language, ("balance", key), amount=spoken_amount(abs(amount or Decimal(0)), call.voice))
        for key, amount in parts
    ]


def _total_key(total: Decimal | None) -> str:
    return "zero" if not total else "total" if total > 0 else "credit"


def _deductible(call: Call, first: Insurance) -> tuple[str, str]:
    """Which sentence, and the spoken amount that it names."""
    if first.place is not Place.PRIMARY:
        return "ok", ""
    if first.deductible_left is None or first.deductible_left < 0:
        return "ok.unknown", ""
    if not first.deductible_left:
        return "ok.met", ""
    return "ok.deductible", spoken_amount(first.deductible_left, call.voice)


def _spoken_insurance(call: Call, row: Insurance) -> str:
    company = spoken_company(row.company)
    key = row.place.value if company else f"{row.place.value}.unnamed"
    return phrase(call.language, ("insurance", key), company=company)


def spoken_company(name: str) -> str:
    """A company's name as it can be said aloud; "" where nothing of it can, or it is no name."""
    plain = " ".join(_NO_NAME.sub(" ", name_in(name, COMPANY_WORDS)).split())
    words = plain[: FACT_LIMITS["company"] + 1]
    if len(plain) > FACT_LIMITS["company"]:  # cut where a word ends
        words = words.rpartition(" ")[0] or words[:-1]
    return "" if _NEVER_SAID.search(plain) else words.strip(" &'-")


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"
