"""Whether the appointment that an unsent change is about still stands where its caller had it."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Final

from server.desk.copies.overlay import in_own_words, lay_over, number_of
from server.sikka.client import Sikka
from server.sikka.pms_fields import Operation
from store.ledger import Ledger
from store.ledger_rows import Writeback
from store.offices import Office

CHANGED: Final = "changed"  # the reason of a row whose appointment does not
STANDS_AT: Final = "stands"  # the fact of such a row that says when the appointment is now; "" for no more


def changes_a_visit(row: Writeback) -> bool:
    """Whether a write is about an appointment that was there before it."""
    return "appointment_sr_no" in row.facts


async def starts_now(
    sikka: Sikka, ledger: Ledger, row: Writeback, office: Office, cancelled_word: str
) -> list[dt.datetime]:
    """When the appointment of a row takes place, by the copy and our other rows; empty where it does not.

    While a move of it is open it is listed at both of its times. Raises SikkaError.
    """
    number = number_of(row)
    calls = sikka.office(office.office_id, live=False)
    theirs = await calls.appointments(patient_id=str(row.facts["patient_id"]), practice_id=office.practice_id)
    shown = [one for one in theirs if one.appointment_sr_no == number]
    shown = in_own_words(shown, cancelled_word)
    others = [
        other
        for other in await ledger.overlay(office.id)
        if other.id != row.id and number_of(other) == number
    ]
    return [visit.start for visit in lay_over(shown, others).visits if visit.appointment_sr_no == number]


def is_meant(row: Writeback, starts: Collection[dt.datetime]) -> bool:
    """Whether an appointment that takes place then is what the caller spoke of.

    What takes place no more may be cancelled once more: nothing else can come of it.
    """
    asked_for = dt.datetime.fromisoformat(str(row.facts["start"]))
    return asked_for in starts or (not starts and row.operation == Operation.CANCEL)


def facts_of_change(row: Writeback, starts: Collection[dt.datetime]) -> Mapping[str, Any]:
    """The row's facts, and when its appointment is now, for who has to see to it."""
    return {**row.facts, STANDS_AT: min(starts).isoformat() if starts else ""}
