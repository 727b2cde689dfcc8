"""Recognising a write of ours in the list, by what tells it from another and by nothing else."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from sandbox.tracking import echo
from sandbox.writebacks import Writeback as Queued
from server.background.traces import TRACES, is_trace_of
from server.sikka import bodies
from server.sikka.models import WritebackEntry
from store.ledger_rows import Created, Writeback
from store.ledger_states import State

OFFICE = "D10001"
DAY = dt.date(2026, 12, 1)
START = dt.datetime.combine(DAY, dt.time(14, 0))


def booking(**changes):
    given = {
        "practice_id": "1",
        "patient_id": "117",
        "provider_id": "DOC1",
        "operatory": "OP 1",
        "start": START,
        "length_minutes": 30,
        "description": "Booked by the phone agent. exam",
    }
    return bodies.new_appointment(**(given | changes))


def note(text):
    write = bodies.medical_note(practice_id="1", patient_id="117", provider_id="DOC1", day=DAY, text=text)
    return replace(write, body={**write.body, "type": "Chart"})


def registration(first="Zoë", last="O'Neil & Sons", further=None):
    return bodies.new_patient(
        practice_id="1",
        provider_id="DOC1",
        first=first,
        last=last,
        birth_date=dt.date(1990, 5, 4),
        further=further or {"cell": "+1 212 555 0100", "email": "z+o@example.com"},
    )


def moved(start=START, number="900"):
    return bodies.moved_appointment(
        practice_id="1",
        appointment_sr_no=number,
        start=start,
        length_minutes=30,
        operatory="OP 1",
        provider_id="DOC1",
    )


def status(value, number="900"):
    return bodies.appointment_status(practice_id="1", appointment_sr_no=number, value=value)


def changed(**changes):
    return bodies.changed_patient(practice_id="1", patient_id="117", changes=changes)


def paid(amount, patient="117"):
    return bodies.payment(
        practice_id="1",
        patient_id=patient,
        guarantor_id="117",
        provider_id="DOC1",
        procedure_code="Cash",
        procedure_description="Cash payment",
        amount=Decimal(amount),
        day=DAY,
    )


# Operation -> the write, and others like it that it must not be taken for.
WRITES = {
    "book": (
        booking(),
        [
            booking(patient_id="118"),
            booking(patient_id="1170"),
            booking(start=START + dt.timedelta(days=1)),
            booking(start=START + dt.timedelta(minutes=30)),
            booking(practice_id="2"),
        ],
    ),
    "move": (moved(), [moved(START + dt.timedelta(hours=1)), moved(number="90")]),
    "confirm": (status("Confirmed"), [status("broken"), status("Confirmed", "901")]),
    "cancel": (status("broken"), [status("Confirmed"), status("broken", "90")]),
    "register": (registration(), [registration(first="Zoe Ann"), registration(last="O'Neil")]),
    "update_patient": (
        changed(email="a+b@example.com"),
        [changed(email="a@example.com"), changed(cell="2125550100")],
    ),
    "add_note": (note("Prefers mornings & no latex."), [note("Prefers evenings & no latex.")]),
    "record_payment": (paid("25.00"), [paid("25.01"), paid("125.00"), paid("25.00", "118")]),
}


def row_of(operation, write):
    return Writeback(
        id="row",
        office="office",
        operation=operation,
        method=write.method,
        endpoint=write.endpoint,
        body=write.body,
        facts={},
        result="pending",
        state=State.UNCERTAIN,
        reason="answer_lost",
        error_message=None,
        sikka_id=None,
        natural_key=None,
        natural_key_until=None,
        patient_key=None,
        appointment_key=None,
        scope_key=None,
        waits_for=None,
        wish=None,
        follow_up=None,
        send_before=0,
        created=Created(),
        submitted_at=None,
        completed_at=None,
        last_checked_at=None,
        check_count=0,
        created_at=0,
        changed_at=0,
        due_at=0,
        shown_at=None,
        said_state=None,
        told_state=None,
        told_at=None,
        lease_owner=None,
        lease_until=None,
        lease_attempt=0,
    )


def entry_of(write, api_name="path"):
    """The list's entry of a write, as the sandbox shows it in the official form."""
    _, resource, *target = write.endpoint.split("/")
    queued = Queued(
        "275001",
        OFFICE,
        f"{write.method} {resource}",
        target[0] if target else "",
        write.body,
        "xxxx-1234",
        0.0,
    )
    return WritebackEntry(
        id="275001",
        office_id=OFFICE,
        method=write.method,
        api_name=resource.removesuffix("s"),
        api_request_body=echo(queued, api_name),
        result="pending",
        command_time="2026-12-01T10:00:00",
    )


def test_every_operation_has_its_trace():
    assert set(WRITES) == set(TRACES)


@pytest.mark.parametrize("api_name", ["path", "plural"])
@pytest.mark.parametrize("operation", WRITES)
def test_a_write_is_recognised_in_the_form_that_sikka_echoes(operation, api_name):
    write, _ = WRITES[operation]
    assert is_trace_of(row_of(operation, write), OFFICE, entry_of(write, api_name))


@pytest.mark.parametrize("operation", WRITES)
def test_a_write_is_not_taken_for_another_of_its_kind(operation):
    write, others = WRITES[operation]
    taken = [other.body for other in others if is_trace_of(row_of(operation, write), OFFICE, entry_of(other))]
    assert taken == []


@pytest.mark.parametrize("operation", WRITES)
def test_a_write_is_not_taken_for_one_of_another_kind(operation):
    row = row_of(operation, WRITES[operation][0])
    others = [entry_of(write) for other, (write, _) in WRITES.items() if other != operation]
    assert not any(is_trace_of(row, OFFICE, other) for other in others)


def test_another_offices_write_is_never_ours():
    write, _ = WRITES["book"]
    entry = entry_of(write).model_copy(update={"office_id": "D20002"})
    assert not is_trace_of(row_of("book", write), OFFICE, entry)


@pytest.mark.parametrize(
    "body",
    [
        "practice_id=1&patient_id=117&date=2026-12-01T00:00:00&time=14:00:00&apiname=POST appointment",
        "request_key=xxxx&patient_id=117&date=2026-12-01&time=14%3A00&apiname=POST+appointments",
        "apiname=POST appointment&time=14:00&date=2026-12-01&patient_id=117 ",
    ],
)
def test_other_spellings_of_the_same_booking_are_recognised(body):
    write, _ = WRITES["book"]
    entry = entry_of(write).model_copy(update={"api_request_body": body})
    assert is_trace_of(row_of("book", write), OFFICE, entry)


def test_names_are_compared_without_case():
    write, _ = WRITES["register"]
    entry = entry_of(registration(first="ZOË", last="O'NEIL & SONS"))
    assert is_trace_of(row_of("register", write), OFFICE, entry)


def test_a_note_that_the_echo_cuts_and_cleans_is_recognised_by_how_it_begins():
    text = "The patient's mother says: allergic to penicillin; asks for a call before the visit on Tuesday."
    write = note(text)
    cut = replace(write, body={**write.body, "text": "The patients mother says allergic to penicillin asks"})
    assert is_trace_of(row_of("add_note", write), OFFICE, entry_of(cut))
