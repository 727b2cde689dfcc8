"""Our own writes laid over what Sikka's copy shows, which learns of them only at its next refresh."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from server.sikka import formats, models
from server.sikka.pms_fields import Operation
from server.sikka.rules import frees_the_chair, is_own_word
from store.ledger_rows import Writeback
from store.ledger_states import OPEN, State

DEFAULT_MINUTES = 30  # a visit whose length the PMS does not tell
# Operation -> the fact that holds the start it asks for; what is not here asks for no time.
ASKS_FOR: Final[Mapping[str, str]] = {Operation.BOOK: "start", Operation.MOVE: "new_start"}


class Standing(StrEnum):
    """How a visit stands in the practice's system.

    Whether the patient has said that they will come, which offices call confirmed, is another matter.
    """

    BOOKED = "booked"
    PENDING = "pending"
    CANCELLING = "cancelling"


@dataclass(frozen=True)
class Visit:
    """An appointment as the desk sees it: the copy's, or our own.

    Attributes:
        start: the office's wall clock, naive.
        provider: spoken name, where our own row knows it.
        appointment_sr_no: "" while our booking is not done.
        row_id: the ledger row that made it; "" for the copy's.
    """

    start: dt.datetime
    length_minutes: int
    operatory: str
    provider_id: str
    patient_id: str = field(repr=False)
    standing: Standing
    appointment_sr_no: str = ""
    provider: str = ""
    row_id: str = ""


@dataclass(frozen=True)
class Overlay:
    """The visits that take place as far as anybody knows, and the rows the copy has caught up with."""

    visits: list[Visit]
    caught_up: list[str]


@dataclass(frozen=True)
class DayOverlay:
    """The same by day; of a day on which nothing has changed it is the same tuple as before."""

    days: Mapping[dt.date, tuple[Visit, ...]]
    caught_up: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """An appointment as the copy shows it.

    Attributes:
        number: its appointment_sr_no.
        visit: None where it does not take place, or has no readable start.
        gone: whether it is shown as cancelled, broken or missed.
    """

    number: str
    visit: Visit | None
    gone: bool


def lay_over(appointments: Iterable[models.Appointment], rows: Iterable[Writeback]) -> Overlay:
    """As `lay_over_shown`, over rows of GET /appointments."""
    shown = [Shown(row.appointment_sr_no, _of_copy(row), does_not_take_place(row)) for row in appointments]
    return lay_over_shown(shown, rows)


def lay_over_shown(copy: Collection[Shown], rows: Iterable[Writeback]) -> Overlay:
    """Visits by start, with our open and confirmed rows laid over the copy's.

    A confirmed row gives way as soon as the copy shows its appointment, in whatever state: from then on
    the copy is the newer witness. An open row never hides a visit: it has done nothing yet.
    """
    visits = [row.visit for row in copy if row.visit is not None]
    shown = {row.number for row in copy}
    gone = {row.number for row in copy if row.gone}
    caught_up: list[str] = []
    ordered = sorted(rows, key=lambda row: (row.created_at, row.id))
    cancels = [row for row in ordered if row.operation == Operation.CANCEL]
    # First what the copy shows and we have cancelled: booked anew, the same time is another visit.
    for row in cancels:
        if row.state is State.CONFIRMED:
            visits = [visit for visit in visits if visit.appointment_sr_no != number_of(row)]
    moves = [row for row in ordered if row.operation == Operation.MOVE]
    for row in ordered:
        if row.operation == Operation.BOOK:
            _lay_booking(row, visits, shown, caught_up, no_witness=_moved_before(row, moves))
    ours = {visit.appointment_sr_no for visit in visits if visit.row_id}
    for row in moves:
        _lay_move(row, visits, gone, ours, caught_up)
    for row in cancels:
        visits = _lay_cancel(row, visits, gone, caught_up)
    return Overlay(sorted(visits, key=by_start), caught_up)


def by_start(visit: Visit) -> tuple[dt.datetime, str, str, str]:
    """The order of visits: by start and chair; of several in one chair at once, always the same."""
    return visit.start, visit.operatory, visit.appointment_sr_no, visit.row_id


def does_not_take_place(row: models.Appointment) -> bool:
    """Whether the copy shows an appointment as cancelled, broken or missed."""
    return frees_the_chair(row.status) or formats.truth(row.cancelled)


def in_own_words(appointments: Iterable[models.Appointment], cancelled_word: str) -> list[models.Appointment]:
    """Rows of GET /appointments, those of the office's own word for cancelled ("" for none) as cancelled."""
    return [
        row.model_copy(update={"cancelled": "True"}) if is_own_word(row.status, cancelled_word) else row
        for row in appointments
    ]


def sr_no_of(row: Writeback) -> str:
    """The appointment a confirmed booking created; "" if the PMS did not tell. Never the writeback's id."""
    return row.created.appointment_sr_no or row.created.created_id


def number_of(row: Writeback) -> str:
    """The number (appointment_sr_no) of the appointment that a row is about; "" while there is none."""
    return sr_no_of(row) if row.operation == Operation.BOOK else str(row.facts.get("appointment_sr_no", ""))


def start_of(row: Writeback) -> dt.datetime | None:
    """The start (naive, office-local) of the visit that a row is about: where it asks for it to be.

    None for a row about no visit.
    """
    start = row.facts.get(ASKS_FOR.get(row.operation, "start"))
    return dt.datetime.fromisoformat(str(start)) if start else None


def facts_of(visit: Visit) -> dict[str, Any]:
    """A visit as the facts of a row have it; the number of its appointment is not among them."""
    return {
        "start": visit.start.isoformat(),
        "length_minutes": visit.length_minutes,
        "operatory": visit.operatory,
        "provider_id": visit.provider_id,
        "provider": visit.provider,
        "patient_id": visit.patient_id,
    }


def visit_of(row: Writeback, standing: Standing) -> Visit:
    """The visit that a row of ours is about: where it asks for it to be.

    Raises ValueError for a row about no visit.
    """
    facts: dict[str, Any] = dict(row.facts)
    start = start_of(row)
    if start is None:
        raise ValueError(f"{row.operation} is about no visit")
    return Visit(
        start=start,
        length_minutes=int(facts.get("length_minutes") or DEFAULT_MINUTES),
        operatory=str(facts.get("operatory", "")),
        provider_id=str(facts.get("provider_id", "")),
        patient_id=str(facts.get("patient_id", "")),
        standing=standing,
        appointment_sr_no=number_of(row),
        provider=str(facts.get("provider", "")),
        row_id=row.id if row.operation == Operation.BOOK else "",
    )


def _of_copy(row: models.Appointment) -> Visit | None:
    if row.start is None or does_not_take_place(row):
        return None
    return Visit(
        start=row.start,
        length_minutes=row.length_minutes or DEFAULT_MINUTES,
        operatory=row.operatory,
        provider_id=row.provider_id,
        patient_id=row.patient_id,
        standing=Standing.BOOKED,
        appointment_sr_no=row.appointment_sr_no,
    )


def _moved_before(booking: Writeback, moves: Iterable[Writeback]) -> set[str]:
    """The appointments that we had moved by the time a booking was put down: it made none of them."""
    return {
        number_of(row)
        for row in moves
        if row.state is State.CONFIRMED and (row.created_at, row.id) < (booking.created_at, booking.id)
    }


def _lay_booking(
    row: Writeback,
    visits: list[Visit],
    shown: set[str],
    caught_up: list[str],
    *,
    no_witness: Collection[str],
) -> None:
    number = sr_no_of(row) if row.state is State.CONFIRMED else ""
    if number and number in shown:
        caught_up.append(row.id)
        return
    ours = visit_of(row, Standing.BOOKED if row.state is State.CONFIRMED else Standing.PENDING)
    same = next(
        (
            visit
            for visit in visits
            if not number
            and visit.patient_id == ours.patient_id
            and visit.start == ours.start
            and visit.appointment_sr_no not in no_witness
        ),
        None,
    )
    if same is not None:
        # Done, though we have not heard it; or done without a number: the copy is the witness.
        if row.state is State.CONFIRMED:
            caught_up.append(row.id)
        return
    if row.state in OPEN and row.wish:
        ours = replace(ours, standing=Standing.CANCELLING)
    visits.append(ours)


def _lay_move(
    row: Writeback, visits: list[Visit], gone: set[str], ours: set[str], caught_up: list[str]
) -> None:
    """A move that is open takes both times, since either may be the one; one that is done the new alone.

    `ours` are the numbers of visits that stand where our rows have put them, and not where the copy has them.
    """
    number = number_of(row)
    target = visit_of(row, Standing.CANCELLING if row.wish else Standing.PENDING)
    if row.state is not State.CONFIRMED:
        if not any(visit.appointment_sr_no == number and visit.start == target.start for visit in visits):
            visits.append(target)
        return
    if number in gone:
        caught_up.append(row.id)
        return
    before = dt.datetime.fromisoformat(row.facts["start"])
    place = next((n for n, visit in enumerate(visits) if visit.appointment_sr_no == number), None)
    if place is None:
        visits.append(replace(target, standing=Standing.BOOKED))
        ours.add(number)
        return
    now = visits[place]
    if now.start == before or number in ours:
        visits[place] = replace(target, standing=now.standing, row_id=now.row_id)
        ours.add(number)
    else:
        # The copy shows the new time, or one that the desk has given it since: it is the newer witness.
        caught_up.append(row.id)


def _lay_cancel(row: Writeback, visits: list[Visit], gone: set[str], caught_up: list[str]) -> list[Visit]:
    number = number_of(row)
    if row.state is not State.CONFIRMED:
        return [
            replace(visit, standing=Standing.CANCELLING) if visit.appointment_sr_no == number else visit
            for visit in visits
        ]
    if number in gone:
        caught_up.append(row.id)
    return [visit for visit in visits if visit.appointment_sr_no != number]
