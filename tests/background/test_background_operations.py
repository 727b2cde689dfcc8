"""Every kind of write is followed to its end, with what it created, also when its answer was lost."""

import pytest
from harness import OFFICE_ID, SLOW, ManualClock, open_office

from sandbox.faults import Fault
from server.desk.copies.overlay import sr_no_of
from server.desk.proofs import SlotOffer
from server.desk.times.reasons import EXAM
from server.sikka import bodies
from store.ledger_rows import NewWriteback
from store.ledger_states import State

AFTER = {"book": "POST", "move": "PUT", "confirm": "PATCH", "cancel": "PATCH"}


def manual(tmp_path, **settings):
    return open_office(tmp_path, ManualClock(), config=SLOW, **settings)


async def booked(office):
    row = await office.settled(await office.book((await office.free(20))[-1]), State.SUBMITTED)
    await office.forward(30)
    return await office.row(row)


async def ask(office, operation):
    """One row of that operation, on an appointment that is there."""
    (visit,) = await office.visits()
    if operation == "move":
        offer = SlotOffer((await office.free(20))[0], EXAM.name, "Dr. Lee")
        return (await office.desk.moving.move(office.profile, visit, offer, None)).row
    if operation == "confirm":
        return (await office.desk.moving.confirm(office.profile, visit, None)).row
    return (await office.cancel(visit)).row


def holds(office, operation, row):
    """Whether the practice's own record is as the row asked for."""
    record = office.world.offices[OFFICE_ID].records.appointments[row.facts["appointment_sr_no"]]
    if operation == "move":
        return record.start.isoformat() == row.facts["new_start"]
    return record.cancelled if operation == "cancel" else record.confirmed_on is not None


@pytest.mark.parametrize("kind", ["", "lost_after", "lost_before"])
@pytest.mark.parametrize("operation", ["move", "confirm", "cancel"])
async def test_a_change_of_an_appointment_is_done_once_whatever_becomes_of_its_answer(
    tmp_path, operation, kind
):
    async with manual(tmp_path) as office:
        booking = await booked(office)
        if kind:
            office.world.faults.add(Fault(kind, method=AFTER[operation], path="/appointments"))
        row = await ask(office, operation)
        await office.settled(row, State.SUBMITTED, State.UNCERTAIN)
        await office.idle()
        await office.forward(30, 91, 30)
        row = await office.row(row)
        assert row.state is State.CONFIRMED
        assert row.created.appointment_sr_no == sr_no_of(booking)
        assert row.created.patient_id == office.patient().patient_id
        assert row.sikka_id not in {row.created.appointment_sr_no, row.created.created_id}
        assert holds(office, operation, row)
        assert len(office.world.effects) == 2


@pytest.mark.parametrize("operation", ["move", "cancel"])
async def test_a_lost_change_that_only_the_copy_can_tell_of_is_confirmed_by_it(tmp_path, operation):
    async with manual(tmp_path) as office:
        await booked(office)
        office.world.denied.add("writebacks")
        office.world.faults.add(Fault("lost_after", method=AFTER[operation], path="/appointments"))
        row = await ask(office, operation)
        await office.settled(row, State.UNCERTAIN)
        await office.forward(60)
        assert (await office.row(row)).state is State.UNCERTAIN
        office.world.offices[OFFICE_ID].refresh()
        await office.forward(31)
        row = await office.row(row)
        assert (row.state, row.reason) == (State.CONFIRMED, "copy")
        assert len(office.world.effects) == 2


async def test_a_note_is_confirmed_with_its_own_number_and_not_the_writebacks(tmp_path):
    async with manual(tmp_path) as office:
        patient_id = office.patient().patient_id
        write = bodies.medical_note(
            practice_id="1",
            patient_id=patient_id,
            provider_id=next(iter(office.profile.providers)),
            day=office.profile.clock(office.clock.now()).date(),
            text="Prefers mornings.",
        )
        row, _ = await office.ledger.append(
            NewWriteback(
                office=office.id,
                operation="add_note",
                method=write.method,
                endpoint=write.endpoint,
                body={**write.body, "type": "Patient Note"},
                facts={"patient_id": patient_id, "text": "Prefers mornings.", "type": "Patient Note"},
                natural_key=None,
                send_before=office.clock.now() + 600_000,
            ),
            office.clock.now(),
        )
        office.desk.doorbell.ring()
        await office.settled(row, State.SUBMITTED)
        await office.forward(30)
        row = await office.row(row)
        assert row.state is State.CONFIRMED
        assert row.created.created_id not in {"", row.sikka_id}
        assert row.created.patient_id == patient_id
        assert row.created.appointment_sr_no == ""
