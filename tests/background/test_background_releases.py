"""A booking for somebody who is being registered: it waits, and uses the id that the registration creates."""

import datetime as dt
from dataclasses import replace

import pytest
from harness import OFFICE_ID, SLOW, ManualClock, office_on, open_office, quiet_office, served

from sandbox.faults import Fault
from sandbox.switches import Switches
from server.desk.proofs import PatientProof, SlotOffer
from server.desk.times.reasons import EXAM
from server.desk.writes.registering import Newcomer
from server.desk.zones import moment_of
from store.inbox import TaskKind
from store.ledger_rows import Created
from store.ledger_states import State

HOUR = 3600.0
MARTA = Newcomer("Marta", "Okonkwo", dt.date(1991, 2, 3), "+12125550177")


def manual(tmp_path, config=SLOW, **settings):
    return open_office(tmp_path, ManualClock(), config=config, **settings)


async def register(office, newcomer=MARTA):
    registering = office.desk.registering
    provider = next(iter(office.profile.providers))
    write = await registering.write(office.profile, newcomer, provider)
    return (await registering.register(office.profile, newcomer, write, None)).row


async def book_for(office, registration, opening=None):
    """A booking on the handle of a patient who is still being registered."""
    opening = opening or (await office.free())[0]
    proof = PatientProof("", "Marta", proven=("name", "birth_date"), registration=registration.id)
    offer = SlotOffer(opening, EXAM.name, "Dr. Lee")
    return (await office.desk.booking.book(office.profile, proof, offer, "", None)).row


def patients(office):
    records = office.world.offices[OFFICE_ID].records
    return [row for row in records.patients.values() if row.lastname == MARTA.last]


def appointments(office):
    records = office.world.offices[OFFICE_ID].records
    ids = {row.patient_id for row in patients(office)}
    return [row for row in records.appointments.values() if row.patient_id in ids]


async def tasks_of(office, row):
    return [task.kind for task in await office.store.inbox.of_writeback(row.id)]


@pytest.mark.parametrize("filled", ["all", "created_id", "own_field"])
async def test_a_booking_waits_for_the_registration_and_is_made_for_the_patient_it_created(tmp_path, filled):
    async with manual(tmp_path, replace(SLOW, switches=Switches(created_ids=filled))) as office:
        opening = (await office.free())[0]
        registration = await register(office)
        booking = await book_for(office, registration, opening)
        assert booking.state is State.WAITING
        await office.settled(registration, State.SUBMITTED)
        await office.idle()
        assert ((await office.row(booking)).state, office.posts) == (State.WAITING, 0)
        await office.forward(25)
        registration, booking = await office.row(registration), await office.row(booking)
        (patient,) = patients(office)
        assert registration.state is State.CONFIRMED
        assert registration.created.patient_id == registration.facts["patient_id"] == patient.patient_id
        assert registration.created.patient_id != registration.sikka_id
        assert booking.state is State.SUBMITTED
        assert booking.body["patient_id"] == booking.facts["patient_id"] == patient.patient_id
        assert booking.patient_key == office.desk.booking.patient_key(office.profile, patient.patient_id)
        assert booking.send_before - booking.changed_at == 600_000
        await office.forward(30)
        assert (await office.row(booking)).state is State.CONFIRMED
        assert [row.patient_id for row in appointments(office)] == [patient.patient_id]


async def test_a_booking_whose_registration_is_refused_is_rejected_and_says_why(tmp_path):
    async with manual(tmp_path) as office:
        opening = (await office.free())[0]
        office.world.denied.add("POST patient")
        registration = await register(office)
        booking = await book_for(office, registration, opening)
        booking = await office.settled(booking, State.REJECTED)
        assert booking.reason == "registration_failed"
        assert (await office.row(registration)).state is State.REJECTED
        await office.forward(121, 11)
        assert office.posts == 0
        assert await tasks_of(office, booking) == [TaskKind.CALL_NOW]


async def test_a_booking_whose_registration_is_withdrawn_is_rejected(tmp_path):
    async with manual(tmp_path) as office:
        opening = (await office.free())[0]
        await office.line.down()
        registration = await register_offline(office)
        booking = await book_for(office, registration, opening)
        await office.idle()
        await office.ledger.wish_withdraw(office.id, registration.id, office.clock.now())
        office.desk.doorbell.ring()
        booking = await office.settled(booking, State.REJECTED)
        assert booking.reason == "registration_failed"


async def register_offline(office):
    await office.line.up()
    await office.desk.profiles.rulebook(office.profile.office)
    await office.line.down()
    return await register(office)


async def test_a_booking_waits_through_silence_and_is_given_up_only_at_its_own_start(tmp_path):
    config = replace(SLOW, writeback_seconds=(1e7, 1e7))
    async with manual(tmp_path, config) as office:
        opening = (await office.free())[0]
        registration = await register(office)
        booking = await book_for(office, registration, opening)
        await office.settled(registration, State.SUBMITTED)
        left = moment_of(opening.start, office.zone) / 1000 - office.clock.now() / 1000
        await office.forward(HOUR, left - HOUR - 10)
        assert (await office.row(booking)).state is State.WAITING
        await office.forward(11)
        booking = await office.row(booking)
        assert (booking.state, booking.reason) == (State.REJECTED, "never_sent")
        assert (await office.row(registration)).state is State.OVERDUE


async def test_while_the_registration_is_queued_the_booking_is_kept_as_long_as_the_time_allows(tmp_path):
    async with manual(tmp_path) as office:
        opening = (await office.free(20))[-1]
        office.world.set_online(OFFICE_ID, online=False)
        registration = await register(office)
        booking = await book_for(office, registration, opening)
        registration = await office.settled(registration, State.QUEUED)
        await office.forward(12 * HOUR)
        assert (await office.row(booking)).send_before == (
            moment_of(opening.start, office.zone) - office.desk.settings.lead_minutes * 60_000
        )
        office.world.set_online(OFFICE_ID, online=True)
        office.world.offices[OFFICE_ID].refresh()
        await office.app.freshness.look()
        await office.forward(16, 30, 30)
        assert (await office.row(registration)).state is State.CONFIRMED
        assert (await office.row(booking)).state is State.CONFIRMED
        assert len(appointments(office)) == 1


async def test_a_time_given_away_over_the_night_is_not_asked_for_when_the_registration_is_done(tmp_path):
    async with manual(tmp_path) as office:
        opening = (await office.free(20))[-1]
        office.world.set_online(OFFICE_ID, online=False)
        registration = await register(office)
        booking = await book_for(office, registration, opening)
        await office.settled(registration, State.QUEUED)
        someone = office.patient().patient_id
        office.world.desks[OFFICE_ID].book(someone, opening.start, 30, opening.operatory, opening.provider_id)
        await office.forward(12 * HOUR)
        office.world.set_online(OFFICE_ID, online=True)
        office.world.offices[OFFICE_ID].refresh()
        await office.app.freshness.look()
        await office.forward(16, 30)
        booking = await office.row(booking)
        assert (booking.state, booking.reason) == (State.REJECTED, "slot_taken")
        assert (await office.row(registration)).state is State.CONFIRMED


async def test_a_crash_between_the_registration_and_the_booking_is_made_good_at_the_next_start(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        async with quiet_office(line, tmp_path, clock) as dying:
            opening = (await dying.free())[0]
            registration = await register(dying)
            booking = await book_for(dying, registration, opening)
        async with office_on(line, tmp_path, clock) as office:
            await office.forward(25, 30)
            assert (await office.row(booking)).state is State.CONFIRMED
            assert len(appointments(office)) == len(patients(office)) == 1


async def test_two_processes_release_a_booking_once(tmp_path):
    clock = ManualClock()
    async with (
        served(SLOW, clock) as line,
        office_on(line, tmp_path, clock) as one,
        office_on(line, tmp_path, clock) as other,
    ):
        registration = await register(one)
        booking = await book_for(one, registration)
        other.desk.doorbell.ring()
        for seconds in (25.0, 30.0, 30.0):
            await one.forward(seconds)
            other.desk.doorbell.ring()
            await other.idle()
        assert (await one.history(booking)).count("intent released") == 1
        assert (await one.row(booking)).state is State.CONFIRMED
        assert len(appointments(one)) == 1


@pytest.mark.parametrize("kind", ["lost_after", "lost_before"])
async def test_a_registration_whose_answer_was_lost_is_looked_for_and_done_once(tmp_path, kind):
    async with manual(tmp_path) as office:
        opening = (await office.free())[0]
        office.world.faults.add(Fault(kind, method="POST", path="/patient"))
        registration = await register(office)
        booking = await book_for(office, registration, opening)
        await office.settled(registration, State.UNCERTAIN, State.SUBMITTED)
        await office.idle()
        await office.forward(30, 91, 30, 30)
        assert (await office.row(registration)).state is State.CONFIRMED
        assert (await office.row(booking)).state is State.CONFIRMED
        assert len(patients(office)) == len(appointments(office)) == 1


async def test_a_registration_that_only_the_copy_can_tell_of_releases_its_booking_all_the_same(tmp_path):
    async with manual(tmp_path) as office:
        office.world.denied.add("writeback_status")
        opening = (await office.free())[0]
        registration = await register(office)
        booking = await book_for(office, registration, opening)
        await office.settled(registration, State.SUBMITTED)
        await office.forward(25)
        assert (await office.row(registration)).state is State.UNCERTAIN
        office.world.offices[OFFICE_ID].refresh()
        await office.forward(31)
        registration = await office.row(registration)
        (patient,) = patients(office)
        assert registration.state is State.CONFIRMED
        assert registration.created.patient_id == patient.patient_id
        assert (await office.row(booking)).body["patient_id"] == patient.patient_id


@pytest.mark.parametrize("seen", ["id", "copy", "nowhere"])
async def test_a_registration_that_a_person_settled_lets_its_booking_go_or_ends_it(tmp_path, seen):
    """By the id they give, else by the one patient that the copy shows, else not at all."""
    async with manual(tmp_path) as office:
        opening = (await office.free(20))[-1]
        office.world.faults.add(Fault("lost_after", method="POST", path="/patient"))
        office.world.denied.add("writebacks")
        registration = await office.settled(await register(office), State.UNCERTAIN)
        booking = await book_for(office, registration, opening)
        office.manual.advance(30)
        office.world.advance()
        (patient,) = patients(office)
        number = patient.patient_id
        given = {"created": Created(patient_id=number), "facts": {**registration.facts, "patient_id": number}}
        await office.ledger.settle_by_person(
            office.id,
            registration.id,
            State.CONFIRMED,
            by="Dana",
            note="seen",
            now=office.clock.now(),
            **(given if seen == "id" else {}),
        )
        if seen == "copy":
            office.world.offices[OFFICE_ID].refresh()
        await office.forward(31, 30)
        if seen == "nowhere":
            assert (await office.row(booking)).state is State.WAITING
            await office.forward(24 * HOUR, 31, 130, 11)
            booking = await office.row(booking)
            assert (booking.state, booking.reason) == (State.REJECTED, "never_sent")
            assert await tasks_of(office, booking) == [TaskKind.CALL_NOW]
            return
        assert (await office.row(booking)).state is State.CONFIRMED
        assert [made.patient_id for made in appointments(office)] == [number]
