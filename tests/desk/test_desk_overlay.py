"""Our own writes over Sikka's copy: a table of who says what, and what the desk then sees."""

import datetime as dt
from dataclasses import fields

import pytest

from server.desk.copies.overlay import (
    DEFAULT_MINUTES,
    Standing,
    does_not_take_place,
    lay_over,
    sr_no_of,
    visit_of,
)
from server.sikka.models import Appointment
from store.ledger_rows import Created, Writeback
from store.ledger_states import OPEN, State

START = dt.datetime.fromisoformat("2026-12-01T14:00")
LATER = dt.datetime.fromisoformat("2026-12-02T09:00")
EMPTY = {column.name: None for column in fields(Writeback)}


def copy(number="900", start=START, patient="p1", chair="Doctor 1", status="scheduled", **more):
    return Appointment(
        appointment_sr_no=number,
        patient_id=patient,
        provider_id="1",
        operatory=chair,
        date=start.strftime("%Y-%m-%dT00:00:00"),
        time=start.strftime("%H:%M"),
        length="30",
        status=status,
        **more,
    )


def ours(operation, state, *, row_id, number="", made="", start=START, patient="p1", wish=None, created_at=1):
    facts = {
        "start": start.isoformat(),
        "length_minutes": 60,
        "operatory": "Doctor 2",
        "provider_id": "2",
        "provider": "Dr. Lee",
        "patient_id": patient,
    }
    if operation == "cancel":
        facts["appointment_sr_no"] = number
    changes = {
        "id": row_id,
        "operation": operation,
        "state": state,
        "facts": facts,
        "wish": wish,
        "created": Created(appointment_sr_no=made),
        "created_at": created_at,
    }
    return Writeback(**{**EMPTY, **changes})


def booking(state, row_id="b1", **more):
    return ours("book", state, row_id=row_id, **more)


def cancelling(state, number, row_id="c1", **more):
    return ours("cancel", state, row_id=row_id, number=number, **more)


def seen(overlay):
    return [(visit.start, visit.standing.value, visit.appointment_sr_no, visit.row_id) for visit in overlay]


CASES = {
    "nothing at all": ([], [], [], []),
    "the copy alone": ([copy()], [], [(START, "booked", "900", "")], []),
    "the copy shows it as broken": ([copy(status="broken")], [], [], []),
    "the copy shows it as cancelled by flag": ([copy(cancelled="True")], [], [], []),
    "a row of the copy without a readable time": ([Appointment(appointment_sr_no="900")], [], [], []),
    "a pending booking": ([], [booking(State.SUBMITTED)], [(START, "pending", "", "b1")], []),
    "an uncertain booking": ([], [booking(State.UNCERTAIN)], [(START, "pending", "", "b1")], []),
    "a pending booking that is wished away": (
        [],
        [booking(State.SUBMITTED, wish="withdraw")],
        [(START, "cancelling", "", "b1")],
        [],
    ),
    "a confirmed booking that the copy does not show yet": (
        [],
        [booking(State.CONFIRMED, made="900")],
        [(START, "booked", "900", "b1")],
        [],
    ),
    "a confirmed booking that the copy shows": (
        [copy()],
        [booking(State.CONFIRMED, made="900")],
        [(START, "booked", "900", "")],
        ["b1"],
    ),
    "a confirmed booking that the copy shows moved by the desk": (
        [copy(start=LATER)],
        [booking(State.CONFIRMED, made="900")],
        [(LATER, "booked", "900", "")],
        ["b1"],
    ),
    "a confirmed booking that the copy shows cancelled by the desk": (
        [copy(status="broken")],
        [booking(State.CONFIRMED, made="900")],
        [],
        ["b1"],
    ),
    "a confirmed booking without a number, shown by patient and time": (
        [copy()],
        [booking(State.CONFIRMED)],
        [(START, "booked", "900", "")],
        ["b1"],
    ),
    "a confirmed booking without a number, not shown": (
        [],
        [booking(State.CONFIRMED)],
        [(START, "booked", "", "b1")],
        [],
    ),
    "a pending booking whose doing the copy shows first": (
        [copy()],
        [booking(State.SUBMITTED)],
        [(START, "booked", "900", "")],
        [],
    ),
    "somebody else at the same time": (
        [copy(patient="p2")],
        [booking(State.SUBMITTED)],
        [(START, "booked", "900", ""), (START, "pending", "", "b1")],
        [],
    ),
    "a cancellation on its way": (
        [copy(), copy("901", LATER)],
        [cancelling(State.SUBMITTED, "900")],
        [(START, "cancelling", "900", ""), (LATER, "booked", "901", "")],
        [],
    ),
    "a confirmed cancellation that the copy does not show yet": (
        [copy()],
        [cancelling(State.CONFIRMED, "900")],
        [],
        [],
    ),
    "a confirmed cancellation that the copy shows": (
        [copy(status="broken")],
        [cancelling(State.CONFIRMED, "900")],
        [],
        ["c1"],
    ),
    "booked and cancelled, and the copy knows of neither": (
        [],
        [booking(State.CONFIRMED, made="900"), cancelling(State.CONFIRMED, "900", created_at=2)],
        [],
        [],
    ),
    "booked, and being cancelled, and the copy knows of neither": (
        [],
        [booking(State.CONFIRMED, made="900"), cancelling(State.SUBMITTED, "900", created_at=2)],
        [(START, "cancelling", "900", "b1")],
        [],
    ),
    "booked, cancelled and booked again, and the copy still shows the first": (
        [copy()],
        [
            booking(State.CONFIRMED, made="900"),
            cancelling(State.CONFIRMED, "900", created_at=2),
            booking(State.SUBMITTED, row_id="b2", created_at=3),
        ],
        [(START, "pending", "", "b2")],
        ["b1"],
    ),
    "booked, cancelled and confirmed again, and the copy still shows the first": (
        [copy()],
        [
            cancelling(State.CONFIRMED, "900", created_at=2),
            booking(State.CONFIRMED, row_id="b2", made="901", created_at=3),
        ],
        [(START, "booked", "901", "b2")],
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_desk_sees(case):
    appointments, rows, visits, caught_up = CASES[case]
    for given in (rows, rows[::-1]):
        overlay = lay_over(appointments, given)
        assert seen(overlay.visits) == visits
        assert sorted(overlay.caught_up) == caught_up


@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_open_booking_takes_its_time_in_every_open_state(state):
    (visit,) = lay_over([], [booking(state)]).visits
    assert (visit.standing, visit.operatory, visit.length_minutes) == (Standing.PENDING, "Doctor 2", 60)


def test_a_visit_of_ours_knows_the_providers_spoken_name_and_its_row():
    visit = visit_of(booking(State.CONFIRMED, made="900"), Standing.BOOKED)
    assert (visit.provider, visit.row_id, visit.appointment_sr_no) == ("Dr. Lee", "b1", "900")
    visit = visit_of(cancelling(State.SUBMITTED, "900"), Standing.CANCELLING)
    assert (visit.row_id, visit.appointment_sr_no) == ("", "900")


def test_a_visit_without_a_length_is_taken_for_half_an_hour():
    shown = copy().model_copy(update={"length": ""})
    (visit,) = lay_over([shown], []).visits
    assert visit.length_minutes == DEFAULT_MINUTES


def test_a_booking_made_where_only_a_created_id_is_told_has_that_number():
    row = booking(State.CONFIRMED)
    assert sr_no_of(row) == ""
    told = Writeback(**{**EMPTY, "created": Created(created_id="77")})
    assert sr_no_of(told) == "77"


@pytest.mark.parametrize(
    ("status", "gone"),
    [("broken", True), ("Cancelled", True), ("No Show", True), ("scheduled", False), ("Unconfirmed", False)],
)
def test_which_words_free_the_chair(status, gone):
    assert does_not_take_place(copy(status=status)) is gone
