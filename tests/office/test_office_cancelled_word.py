"""The office's own word for cancelled frees the chair, in the kept copy and live, from the next call on."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from harness import OFFICE_ID, SLOW, ManualClock, open_office, quiet_office, served
from mirroring import mirrored_office
from visiting import applied

from server.background.conflicts import Conflict
from server.background.evidence import Evidence
from server.background.parts import Parts
from server.background.slots import Slots
from server.desk.copies.overlay import sr_no_of
from server.sikka.rules import is_own_word
from store.ledger_states import State

SAID = '[policy]\ncancelled_word = "CXL"\n'
HOUR = 3600.0


async def apply(office, document):
    """Apply a document, and read the profile as the next call does."""
    await applied(office, document)
    office.profile = await office.desk.profiles.of(await office.store.offices.get(office.id))


def put_down(office, opening, status, patient_id=""):
    """The desk has Anna, or somebody else, down for a time, in its own word."""
    practice = office.world.offices[OFFICE_ID]
    records = practice.records
    number = records.new_sr_no()
    records.appointments[number] = replace(
        next(iter(records.appointments.values())),
        sr_no=number,
        patient_id=patient_id or office.patient().patient_id,
        provider_id=opening.provider_id,
        operatory=opening.operatory,
        start=opening.start,
        length=opening.length_minutes,
        status=status,
        cancelled=False,
    )
    office.manual.advance(1)
    practice.refresh()
    return number


@asynccontextmanager
async def of_copy(folder):
    """An office that is read from its kept copy."""
    clock = ManualClock()
    async with served(SLOW, clock) as line, mirrored_office(line, folder, clock) as office:
        await office.tend()
        await office.meet()
        yield office


@asynccontextmanager
async def live(folder):
    """An office that is asked of Sikka."""
    clock = ManualClock()
    async with served(SLOW, clock) as line, quiet_office(line, folder, clock, mirror="off") as office:
        yield office


@pytest.mark.parametrize("opened", [of_copy, live])
async def test_a_visit_in_the_offices_own_word_for_cancelled_frees_its_chair_from_the_next_call_on(
    tmp_path, opened
):
    async with opened(tmp_path) as office:
        opening = (await office.free())[0]
        put_down(office, opening, "cxl")
        if opened is of_copy:
            await office.catch_up()

        async def stands():
            last = await office.desk.calendar.last_look(office.profile, opening.start.date(), 5)
            there = [visit for visit in last or [] if (visit.start, visit.operatory) == at]
            listed, free = await office.visits(), opening in await office.free()
            assert bool(listed) is bool(there) is not free
            return not free

        at = opening.start, opening.operatory
        assert await stands()
        await apply(office, SAID)
        assert not await stands()
        await apply(office, SAID.replace("CXL", "CX"))
        assert await stands()
        await apply(office, SAID)
        assert not await stands()


@pytest.mark.parametrize(
    ("status", "word", "same"),
    [
        ("CXL", "CXL", True),
        (" cxl ", "CXL", True),
        ("CXL by patient", "CXL", False),
        ("", "", False),
        ("", " ", False),
    ],
)
def test_an_own_word_is_taken_to_the_letter_but_for_case(status, word, same):
    assert is_own_word(status, word) is same


async def compared(office):
    """The copy is loaded anew, we see that it moved, and our rows are compared with it."""
    await office.forward(HOUR)
    office.world.offices[OFFICE_ID].refresh()
    await office.app.freshness.look()
    await office.forward(31)


async def test_what_is_cancelled_in_the_offices_own_word_is_so_to_the_comparison_with_the_copy(tmp_path):
    async with open_office(tmp_path, ManualClock()) as office:
        await apply(office, SAID)
        one, other = (await office.free(20))[0], (await office.free(20))[-1]
        rows = [await office.settled(await office.book(at), State.SUBMITTED) for at in (one, other)]
        await office.forward(30)
        stays, lost = [await office.row(row) for row in rows]
        records = office.world.offices[OFFICE_ID].records
        someone = next(number for number in records.patients if number != office.patient().patient_id)
        put_down(office, one, "CXL", someone)
        ours = records.appointments[sr_no_of(lost)]
        records.appointments[ours.sr_no] = replace(ours, status="CXL")
        await compared(office)
        assert await office.store.inbox.of_writeback(stays.id) == []
        told = [task.body["words"] for task in await office.store.inbox.of_writeback(lost.id)]
        assert told == [Conflict.CHANGED]


async def test_a_cancellation_in_the_offices_own_word_is_seen_in_the_copy_and_its_time_is_free(tmp_path):
    async with live(tmp_path) as office:
        opening = (await office.free())[0]
        parts = Parts(
            office.store, office.sikka, office.desk.doorbell, office.clock, office.desk.settings, "me"
        )
        number = put_down(office, opening, "Scheduled")
        (visit,) = await office.visits()
        row = (await office.cancel(visit)).row
        await apply(office, SAID)
        evidence, where = Evidence(parts, office.desk), office.profile.office
        assert await evidence.in_copy(row, where) is None
        records = office.world.offices[OFFICE_ID].records
        records.appointments[number] = replace(records.appointments[number], status="CXL")
        office.manual.advance(1)
        office.world.offices[OFFICE_ID].refresh()
        created = await evidence.in_copy(row, where)
        assert created is not None
        assert created.appointment_sr_no == number
        booking = await office.book(opening)
        assert await Slots(parts, office.desk).is_free(booking, where)
