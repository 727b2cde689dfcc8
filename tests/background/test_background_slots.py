"""Whether the time of a write that was kept unsent is free: by its chair, and by whom it is with."""

import datetime as dt
from dataclasses import replace

import pytest
from harness import OFFICE_ID, SLOW, ManualClock, open_office, quiet_office, served

from sandbox.faults import Fault
from server.background.parts import Parts
from server.background.slots import Slots
from server.desk.doorbell import Doorbell
from server.desk.front_desk import open_desk
from server.desk.proofs import PatientProof, SlotOffer
from server.desk.times.openings import Opening
from server.desk.times.reasons import CLEANING
from server.desk.writes.registering import Newcomer
from store.ledger_states import State

HOUR = 3600.0
CHAIRS = ("Hygiene 1", "Hygiene 2")
MARTA = Newcomer("Marta", "Okonkwo", dt.date(1991, 2, 3), "+12125550177")


def cleaning(office):
    """A time that both hygiene chairs have free: in the first, with whoever has one visit at a time."""
    limits = office.desk.finding.columns(office.profile).limits
    hygienist = next(number for number, most in limits.items() if most == 1)
    day = office.profile.clock(office.clock.now()).date() + dt.timedelta(days=20)
    taken = [
        (row.start, row.start + dt.timedelta(minutes=row.length))
        for row in office.world.offices[OFFICE_ID].records.appointments.values()
        if row.start.date() == day
    ]
    starts = (dt.datetime.combine(day, dt.time(hour)) for hour in range(8, 17))
    hour = dt.timedelta(hours=1)
    start = next(at for at in starts if not any(a < at + hour and at < b for a, b in taken))
    return Opening(start, CHAIRS[0], hygienist, 60)


def put_down(office, opening, **seen):
    """The desk has somebody else down for a time."""
    records = office.world.offices[OFFICE_ID].records
    someone = next(number for number in records.patients if number != office.patient().patient_id)
    desk = office.world.desks[OFFICE_ID]
    number = desk.book(someone, opening.start, 60, opening.operatory, opening.provider_id).appointment_sr_no
    records.appointments[number] = replace(records.appointments[number], **seen)


async def back(office):
    """Hours later the PC is on again, has loaded the copy, and we have seen that it moved."""
    await office.forward(HOUR)
    office.world.set_online(OFFICE_ID, online=True)
    office.world.offices[OFFICE_ID].refresh()
    await office.app.freshness.look()
    await office.forward(16, 30)


async def queued(office, opening):
    """A booking that is kept until the PC is back."""
    office.world.set_online(OFFICE_ID, online=False)
    return await office.settled(await office.book(opening), State.QUEUED)


async def waiting(office, opening):
    """A booking that waits for a registration, which is kept until the PC is back."""
    office.world.set_online(OFFICE_ID, online=False)
    registering, profile = office.desk.registering, office.profile
    write = await registering.write(profile, MARTA, next(iter(profile.providers)))
    registration = (await registering.register(profile, MARTA, write, None)).row
    proof = PatientProof("", "Marta", proven=("name", "birth_date"), registration=registration.id)
    offer = SlotOffer(opening, CLEANING.name, "Dana")
    row = (await office.desk.booking.book(profile, proof, offer, "", None)).row
    await office.settled(registration, State.QUEUED)
    return row


@pytest.mark.parametrize("kept", [queued, waiting])
async def test_a_kept_booking_is_not_sent_once_its_provider_has_as_many_visits_as_they_may(tmp_path, kept):
    async with open_office(tmp_path, ManualClock()) as office:
        opening = cleaning(office)
        row = await kept(office, opening)
        put_down(office, replace(opening, operatory=CHAIRS[1]))
        await back(office)
        row = await office.row(row)
        assert (row.state, row.reason) == (State.REJECTED, "slot_taken")


@pytest.mark.parametrize("kept", [queued, waiting])
async def test_a_kept_booking_is_sent_though_somebody_elses_visit_has_no_chair(tmp_path, kept):
    async with open_office(tmp_path, ManualClock()) as office:
        opening = cleaning(office)
        row = await kept(office, opening)
        limits = office.desk.finding.columns(office.profile).limits
        other = next(number for number in office.profile.providers if number not in limits)
        put_down(office, replace(opening, provider_id=other), operatory="")
        await back(office)
        assert (await office.row(row)).state in {State.SUBMITTED, State.CONFIRMED}


@pytest.mark.parametrize("known", [True, False])
async def test_without_the_offices_lists_the_last_known_decide_and_before_any_the_chair_alone(
    tmp_path, known
):
    clock = ManualClock()
    async with served(SLOW, clock) as line, quiet_office(line, tmp_path, clock) as office:
        opening, settings = cleaning(office), office.desk.settings
        row, where = await office.book(opening), office.profile.office
        put_down(office, replace(opening, operatory=CHAIRS[1]))
        clock.advance(settings.profile_seconds + 1)
        office.world.offices[OFFICE_ID].refresh()
        office.world.faults.add(Fault("internal_error", path="/providers", times=None))
        parts = Parts(office.store, office.sikka, Doorbell(), clock, settings, "me")
        new = open_desk(office.store, office.sikka, Doorbell(), clock, settings)
        slots = Slots(parts, office.desk if known else new)
        assert await slots.is_free(row, where) is not known
        put_down(office, opening)
        clock.advance(1)
        office.world.offices[OFFICE_ID].refresh()
        assert not await slots.is_free(row, where)
