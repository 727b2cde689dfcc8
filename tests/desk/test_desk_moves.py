"""Moves laid over Sikka's copy: which time a visit is seen at, and when the copy has caught up."""

import datetime as dt
from dataclasses import fields

import pytest

from server.desk.copies.overlay import lay_over
from server.sikka.models import Appointment
from store.ledger_rows import Created, Writeback
from store.ledger_states import OPEN, State

A = dt.datetime.fromisoformat("2026-12-01T14:00")
B = dt.datetime.fromisoformat("2026-12-02T09:00")
C = dt.datetime.fromisoformat("2026-12-03T11:00")
D = dt.datetime.fromisoformat("2026-12-04T15:00")
EMPTY = {column.name: None for column in fields(Writeback)}


def copy(start, status="scheduled"):
    return Appointment(
        appointment_sr_no="900",
        patient_id="p1",
        provider_id="1",
        operatory="Doctor 1",
        date=start.strftime("%Y-%m-%dT00:00:00"),
        time=start.strftime("%H:%M"),
        length="30",
        status=status,
    )


def row(operation, state, row_id, created_at=1, *, start=A, new=None, wish=None, made=""):
    facts = {
        "start": start.isoformat(),
        "length_minutes": 60,
        "operatory": "Doctor 2",
        "provider_id": "2",
        "provider": "Dr. Lee",
        "patient_id": "p1",
    }
    if operation != "book":
        facts["appointment_sr_no"] = "900"
    if new is not None:
        facts["new_start"] = new.isoformat()
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


def move(state, start, new, row_id="m1", created_at=2, wish=None):
    return row("move", state, row_id, created_at, start=start, new=new, wish=wish)


def seen(overlay):
    return [(visit.start, visit.standing.value) for visit in overlay.visits]


DONE = State.CONFIRMED
CHAIN = [move(DONE, A, B), move(DONE, B, C, "m2", 3)]
CASES = {
    "done, and the copy shows the old time": ([copy(A)], [move(DONE, A, B)], [(B, "booked")], []),
    "done, and the copy shows the new time": ([copy(B)], [move(DONE, A, B)], [(B, "booked")], ["m1"]),
    "done, and the desk has moved it since": ([copy(C)], [move(DONE, A, B)], [(C, "booked")], ["m1"]),
    "done, and the desk has cancelled it": ([copy(A, "broken")], [move(DONE, A, B)], [], ["m1"]),
    "done, and the old day was not read": ([], [move(DONE, A, B)], [(B, "booked")], []),
    "two in a row, and the copy shows none": ([copy(A)], CHAIN, [(C, "booked")], []),
    "two in a row, and the copy shows one": ([copy(B)], CHAIN, [(C, "booked")], ["m1"]),
    "two in a row, and the copy shows both": ([copy(C)], CHAIN, [(C, "booked")], ["m1", "m2"]),
    "two in a row, and the old days were not read": ([], CHAIN, [(C, "booked")], []),
    "there and back": (
        [copy(A)],
        [move(DONE, A, B), move(DONE, B, A, "m2", 3)],
        [(A, "booked")],
        [],
    ),
    "by us, by the desk and by us again, and the copy is older than all": (
        [copy(A)],
        [move(DONE, A, B), move(DONE, C, D, "m2", 3)],
        [(D, "booked")],
        [],
    ),
    "booked again at the time it was moved from": (
        [copy(A)],
        [move(DONE, A, B), row("book", State.SUBMITTED, "b1", 3)],
        [(A, "pending"), (B, "booked")],
        [],
    ),
    "booked and moved before we have heard that the booking is done": (
        [copy(A)],
        [row("book", State.UNCERTAIN, "b1"), move(DONE, A, B)],
        [(B, "booked")],
        [],
    ),
    "of a booking of ours that the copy does not show": (
        [],
        [row("book", DONE, "b1", made="900"), move(DONE, A, B)],
        [(B, "booked")],
        [],
    ),
    "open, of a booking of ours": (
        [],
        [row("book", DONE, "b1", made="900"), move(State.SUBMITTED, A, B)],
        [(A, "booked"), (B, "pending")],
        [],
    ),
    "open and not wanted any more": (
        [copy(A)],
        [move(State.SUBMITTED, A, B, wish="withdraw")],
        [(A, "booked"), (B, "cancelling")],
        [],
    ),
    "open, and the copy shows it done": ([copy(B)], [move(State.UNCERTAIN, A, B)], [(B, "booked")], []),
    "moved, and cancelled since": ([copy(A)], [move(DONE, A, B), row("cancel", DONE, "c1", 3)], [], []),
    "open, and being cancelled": (
        [copy(A)],
        [move(State.SUBMITTED, A, B), row("cancel", State.SUBMITTED, "c1", 3)],
        [(A, "cancelling"), (B, "cancelling")],
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_move_lies_over_the_copy(case):
    appointments, rows, expected, caught_up = CASES[case]
    overlay = lay_over(appointments, rows)
    assert seen(overlay) == expected
    assert sorted(overlay.caught_up) == caught_up


@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_open_move_takes_both_times(state):
    overlay = lay_over([copy(A)], [move(state, A, B)])
    assert seen(overlay) == [(A, "booked"), (B, "pending")]


def test_what_is_no_visit_lies_over_nothing():
    register = Writeback(**{**EMPTY, "id": "r1", "operation": "register", "state": DONE, "created_at": 1})
    assert lay_over([copy(A)], [register]).visits == lay_over([copy(A)], []).visits
