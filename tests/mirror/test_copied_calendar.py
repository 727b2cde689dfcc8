"""Calendar and patients in memory: as laying our rows over every appointment would have it."""

import datetime as dt
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.desk.copies.calendar import CopiedCalendar
from server.desk.copies.overlay import Standing, lay_over
from server.desk.copies.patients import CopiedPatient, CopiedPatients
from server.desk.people.roster import Heard
from server.sikka.copied import APPOINTMENTS, PATIENTS
from server.sikka.models import Appointment
from store.ledger_rows import Created, Writeback
from store.ledger_states import State

FIRST = dt.date(2026, 12, 1)
DAYS, NUMBERS, PEOPLE = range(5), ["1", "2", "3", "4", "5", "6"], ["p1", "p2", "p3"]
EMPTY = {column.name: None for column in fields(Writeback)}
STARTS = st.builds(
    lambda day, hour: dt.datetime.combine(FIRST + dt.timedelta(days=day), dt.time(hour)),
    st.sampled_from(DAYS),
    st.integers(8, 11),
)
STATES = st.sampled_from([State.INTENT, State.SUBMITTED, State.UNCERTAIN, State.OVERDUE, State.CONFIRMED])


def appointment(number, start, patient, status):
    return Appointment(
        appointment_sr_no=number,
        patient_id=patient,
        provider_id="1",
        operatory=f"Doctor {int(number) % 2}",
        date=start.strftime("%Y-%m-%dT00:00:00"),
        time="" if status == "unreadable" else start.strftime("%H:%M"),
        length="40",
        status=status,
    )


def row_of(place, operation, state, number, made, start, new_start, patient, wish):
    facts = {"start": start.isoformat(), "length_minutes": 40, "operatory": "Doctor 1", "patient_id": patient}
    if operation != "book":
        facts["appointment_sr_no"] = number
    if operation == "move":
        facts["new_start"] = new_start.isoformat()
    made = made if operation == "book" and state is State.CONFIRMED else ""
    wish = wish if operation != "cancel" and state is not State.CONFIRMED else None
    changes = {
        "id": f"r{place}",
        "operation": operation,
        "state": state,
        "facts": facts,
        "wish": wish,
        "created": Created(appointment_sr_no=made),
        "created_at": place,
    }
    return Writeback(**{**EMPTY, **changes})


APPOINTMENT_LISTS = st.lists(
    st.builds(
        appointment,
        st.sampled_from(NUMBERS),
        STARTS,
        st.sampled_from(PEOPLE),
        st.sampled_from(["scheduled", "scheduled", "broken", "unreadable"]),
    ),
    unique_by=lambda row: row.appointment_sr_no,
    max_size=6,
)
ROW_LISTS = st.lists(
    st.tuples(
        st.sampled_from(["book", "move", "cancel", "confirm"]),
        STATES,
        st.sampled_from(NUMBERS),
        st.sampled_from(["", *NUMBERS]),
        STARTS,
        STARTS,
        st.sampled_from(PEOPLE),
        st.sampled_from([None, "withdraw"]),
    ),
    max_size=4,
).map(lambda given: [row_of(place, *each) for place, each in enumerate(given)])


def kept(appointments):
    calendar = CopiedCalendar()
    for row in appointments:
        calendar.put([getattr(row, name, "") for name in APPOINTMENTS.fields])
    return calendar


@settings(deadline=None, max_examples=150)
@given(APPOINTMENT_LISTS, ROW_LISTS, st.sampled_from(DAYS), st.sampled_from(DAYS))
def test_our_rows_lie_over_the_kept_calendar_as_over_the_whole_of_it(appointments, rows, one, other):
    first, last = (FIRST + dt.timedelta(days=day) for day in sorted((one, other)))
    whole, calendar = lay_over(appointments, rows), kept(appointments)
    laid = calendar.days(rows, first, last)
    visits = [visit for day in laid.days.values() for visit in day]
    assert visits == [visit for visit in whole.visits if first <= visit.start.date() <= last]
    assert set(laid.caught_up) == set(whole.caught_up)
    for patient in PEOPLE:
        theirs = [row for row in rows if row.facts["patient_id"] == patient]
        numbers = {row.facts.get("appointment_sr_no") for row in theirs}
        numbers |= {row.created.appointment_sr_no for row in theirs}
        near = [row for row in appointments if row.patient_id == patient or row.appointment_sr_no in numbers]
        assert calendar.of_patient(theirs, patient).visits == lay_over(near, theirs).visits


def test_a_day_is_kept_in_order_until_something_of_it_changes():
    start = dt.datetime.combine(FIRST, dt.time(9))
    calendar = kept([appointment("2", start, "p1", "scheduled"), appointment("1", start, "p2", "scheduled")])
    before = calendar.visits_on(FIRST)
    assert [visit.operatory for visit in before] == ["Doctor 0", "Doctor 1"]
    assert calendar.visits_on(FIRST) is before
    calendar.remove("1")
    assert [visit.standing for visit in calendar.visits_on(FIRST)] == [Standing.BOOKED]
    calendar.remove("1")
    assert (len(calendar), calendar.get("1"), calendar.of_patient([], "p2").visits) == (1, None, [])


def patient(number, **known):
    return [{"patient_id": number, **known}.get(name, "") for name in PATIENTS.fields]


def test_a_patients_record_has_the_fields_that_are_read():
    assert tuple(column.name for column in fields(CopiedPatient)) == PATIENTS.fields
    row = CopiedPatient(*patient("7", cell="1", other_phone="2", birthdate="1986-04-12T00:00:00"))
    assert (row.phones, row.born) == (("1", "2"), dt.date(1986, 4, 12))


@pytest.mark.parametrize(
    ("text", "born"), [("", None), ("1986-13-40", None), ("1986-04-12", dt.date(1986, 4, 12)), ("12", None)]
)
def test_a_birth_date_is_read_as_everywhere(text, born):
    assert CopiedPatient(*patient("7", birthdate=text)).born == born


def test_a_patient_taken_in_anew_is_found_by_what_holds_now():
    patients, born = CopiedPatients(), dt.date(1986, 4, 12)
    patients.put(patient("7", firstname="Anna", lastname="Lindqvist", birthdate="1986-04-12T00:00:00"))
    patients.put(patient("7", firstname="Anna", lastname="Berg", birthdate="1986-04-12T00:00:00"))
    (found,) = patients.candidates(Heard("Anna Berg", born))
    assert (found.lastname, len(patients), [row.patient_id for row in patients]) == ("Berg", 1, ["7"])
    patients.remove("7")
    patients.remove("7")
    assert (patients.candidates(Heard("Anna Berg", born)), patients.get("7"), len(patients)) == ([], None, 0)
