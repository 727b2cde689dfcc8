"""Changing a patient's details, adding a note, and entering a payment."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any, Final

from server.desk.answers import Outcome
from server.desk.writes.records import FIELDS, Payment, changes_of
from server.desk.writes.rulebook import Unfit
from server.sikka.pms_fields import Operation
from server.tools.arguments import BadArgument, birth_date
from server.tools.call import Call
from server.tools.results import Answer
from server.tools.speech import spoken_date
from server.tools.spoken_facts import digits_apart, spoken_amount
from server.tools.telling import today_of
from server.tools.wording import Sentence, phrase, sentence
from server.tools.writes import read_back, row_answer, waited
from store.ledger_rows import NewWriteback

# Whole dollars or dollars and cents; a comma only where thousands have one, so that "45,50" is asked about.
_AMOUNT: Final = re.compile(
    r"\$?\s*(\d{1,6}|\d{1,3}(?:,\d{3})+)(\.\d{1,2})?\s*(?:usd|dollars?|d[oó]lar(?:es)?)?", re.IGNORECASE
)
_HIGHEST: Final = Decimal(999_999)


async def update_patient(call: Call, values: dict[str, Any]) -> Answer:
    """Change a detail of a verified patient's record, once the caller has said yes to the new value."""
    desk, detail = call.desk, values["field"]
    profile = await call.profile()
    await desk.records.demand(profile, Operation.UPDATE_PATIENT, detail)
    proof = await call.patient(values["patient"])
    value = _value(detail, values["value"], today_of(call))
    try:
        new = await desk.records.change(profile, proof, detail, value, call.scope_key)
    except Unfit as unfit:
        if unfit.field in FIELDS[detail]:
            raise BadArgument("value") from None
        raise
    words = sentence(
        call.language,
        ("update_patient", "needs_confirmation"),
        field=phrase(call.language, ("field", detail)),
        value=_spoken_value(call, detail, value),
    )
    subject = f"{proof.patient_id}|{detail}|{value}"
    return await _after_yes(call, new, words, subject, confirmed=values["caller_confirmed"])


async def add_note(call: Call, values: dict[str, Any]) -> Answer:
    """Add a note to a verified patient's record."""
    profile = await call.profile()
    await call.desk.records.demand(profile, Operation.ADD_NOTE)
    proof = await call.patient(values["patient"])
    if not values["note"]:
        raise BadArgument("note")
    try:
        new = await call.desk.records.note(profile, proof, values["note"], call.scope_key)
    except Unfit as unfit:
        if unfit.field == "text":
            raise BadArgument("note") from None
        raise
    return await _put(call, new)


async def record_payment(call: Call, values: dict[str, Any]) -> Answer:
    """Enter a payment that was made, once the caller has said yes to amount and method."""
    profile = await call.profile()
    await call.desk.records.demand(profile, Operation.RECORD_PAYMENT)
    proof = await call.patient(values["patient"])
    paid = Payment(_amount(values["amount"]), values["method"], values["reference"])
    new = await call.desk.records.payment(profile, proof, paid, call.scope_key)
    words = sentence(
        call.language,
        ("record_payment", "needs_confirmation"),
        amount=spoken_amount(paid.amount, call.voice),
        method=phrase(call.language, ("method", paid.method)),
    )
    subject = "|".join((proof.patient_id, f"{paid.amount:.2f}", paid.method, paid.reference))
    return await _after_yes(call, new, words, subject, confirmed=values["caller_confirmed"])


async def _after_yes(
    call: Call, new: NewWriteback, words: Sentence, subject: str, *, confirmed: bool
) -> Answer:
    if not await read_back(call, new.operation, subject, confirmed=confirmed):
        return Answer(Outcome.NEEDS_CONFIRMATION, words)
    return await _put(call, new)


async def _put(call: Call, new: NewWriteback) -> Answer:
    put = await call.desk.records.put(await call.profile(), new)
    call.row = put.row
    return await row_answer(call, await waited(call, put.row), new=put.new)


def _value(detail: str, text: str, today: dt.date) -> str:
    """A new value in one spelling, so that the same one is the same. Raises BadArgument."""
    if detail == "birth_date":
        born = birth_date(text, today)
        value = born.isoformat() if born else ""
    else:
        value = text
    if changes_of(detail, value) is None:
        raise BadArgument("value")
    return value


def _spoken_value(call: Call, detail: str, value: str) -> str:
    if detail == "birth_date":
        return spoken_date(dt.date.fromisoformat(value), today_of(call), call.voice)
    if detail == "name":
        last, _, first = value.partition(",")
        return f"{first} {last}".strip()
    return digits_apart(value)


def _amount(text: str) -> Decimal:
    """An amount above zero and below a million. Raises BadArgument."""
    found = _AMOUNT.fullmatch(text)
    amount = Decimal(f"{found[1].replace(',', '')}{found[2] or ''}") if found else Decimal(0)
    if not 0 < amount <= _HIGHEST:
        raise BadArgument("amount")
    return amount
