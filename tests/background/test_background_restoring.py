"""A backup that is restored holds writes as unsent which were sent since: none of them is done twice."""

import shutil
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from harness import OFFICE_ID, SLOW, ManualClock, office_on, quiet_office, served
from test_background_releases import appointments, book_for, patients, register

from server.desk.proofs import SlotOffer
from server.desk.times.reasons import EXAM
from server.desk.writes.records import Payment
from store.backup import copy_store
from store.inbox import TaskKind
from store.ledger_states import State

DAY = 86_400.0
OPERATIONS = ("add_note", "book", "cancel", "confirm", "move", "record_payment", "register")


class Practice:
    """A server on one database, and then on what a backup of it held."""

    def __init__(self, tmp_path, line, clock):
        self.line, self.clock = line, clock
        self._before, self._after, self._backup = tmp_path / "before", tmp_path / "after", tmp_path / "kept"
        self._before.mkdir()
        self._after.mkdir()

    def server(self):
        return office_on(self.line, self._before, self.clock)

    async def back_up(self):
        await copy_store(self._before / "chairtime.sqlite3", self._backup)

    @asynccontextmanager
    async def restored(self, count=1, *, taken_back=None):
        """The server that starts on the backup; `count` is how many of its writes are in doubt.

        `taken_back` is a row that an operator withdraws before it starts.
        """
        shutil.copy(self._backup, self._after / "chairtime.sqlite3")
        shutil.copy(self._before / "chairtime.sqlite3.key", self._after)
        async with quiet_office(self.line, self._after, self.clock) as office:
            assert await office.ledger.take_in(self.clock.now()) == count
            if taken_back is not None:
                wished = await office.ledger.wish_withdraw(office.id, taken_back.id, self.clock.now())
                assert wished is not None
                assert (wished.state, wished.wish) == (State.WAITING, "withdraw")
        async with office_on(self.line, self._after, self.clock) as office:
            yield office


@asynccontextmanager
async def practice(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        yield Practice(tmp_path, line, clock)


async def asked(office, operation):
    """A write of that operation, put down; changes are of a visit that is there."""
    if operation in {"add_note", "record_payment"}:
        return await entered(office, operation)
    if operation == "register":
        return await register(office)
    if operation == "book":
        return await office.book((await office.free(20))[-1])
    (visit,) = await office.visits()
    if operation == "move":
        offer = SlotOffer((await office.free(20))[-3], EXAM.name, "Dr. Lee")
        return (await office.desk.moving.move(office.profile, visit, offer, None)).row
    if operation == "confirm":
        return (await office.desk.moving.confirm(office.profile, visit, None)).row
    return (await office.cancel(visit)).row


async def entered(office, operation):
    """What is in no calendar."""
    records, profile = office.desk.records, office.profile
    patient = replace(office.patient(), provider_id=next(iter(profile.providers)))
    if operation == "add_note":
        new = await records.note(profile, patient, "Prefers mornings.", None)
    else:
        new = await records.payment(profile, patient, Payment(Decimal("25.00"), "cash", "117"), None)
    return (await records.put(profile, new)).row


async def queued(office, operation):
    """A write that was asked for while the PC is off."""
    if operation in {"cancel", "confirm", "move"}:
        await office.settled(await office.book((await office.free(20))[-1]), State.SUBMITTED)
        await office.forward(30)
    office.world.set_online(OFFICE_ID, online=False)
    row = await asked(office, operation)
    office.desk.doorbell.ring()
    row = await office.settled(row, State.QUEUED)
    await office.idle()
    return row


async def back(office):
    """The PC is on again, and its copy is loaded and seen."""
    office.world.set_online(OFFICE_ID, online=True)
    await office.forward(60)
    office.world.offices[OFFICE_ID].refresh()
    await office.app.freshness.look()
    await office.forward(16, 30, 30)


async def searched(office):
    """Long enough for the list to be read twice."""
    await office.forward(30, 90, 30, 30)


def done(office):
    return [(effect.operation, effect.ok) for effect in office.world.effects]


async def tasks_of(office, row):
    return [task.kind for task in await office.store.inbox.of_writeback(row.id)]


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_what_was_queued_and_is_done_since_the_backup_is_found_and_not_done_twice(tmp_path, operation):
    async with practice(tmp_path) as stage:
        async with stage.server() as office:
            row = await queued(office, operation)
            await stage.back_up()
            await office.forward(2 * DAY)
            await back(office)
            assert (await office.row(row)).state is State.CONFIRMED
            before = done(office)
        async with stage.restored() as office:
            await searched(office)
            await back(office)
            found = await office.row(row)
            assert (found.state, done(office)) == (State.CONFIRMED, before)
            assert "uncertain restored" in await office.history(row)
            assert await tasks_of(office, row) == []


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_what_was_queued_and_never_sent_is_queued_again_and_done_once(tmp_path, operation):
    async with practice(tmp_path) as stage:
        async with stage.server() as office:
            row = await queued(office, operation)
            await stage.back_up()
            before = done(office)
        async with stage.restored() as office:
            await searched(office)
            history = await office.history(row)
            assert history[-2:] == ["uncertain restored", "queued proven_absent"]
            assert done(office) == before
            await back(office)
            assert (await office.row(row)).state is State.CONFIRMED
            assert len(done(office)) == len(before) + 1
            assert await tasks_of(office, row) == []


async def test_what_was_queued_and_whose_time_is_over_is_rejected_once_it_is_known_not_to_be_done(tmp_path):
    async with practice(tmp_path) as stage:
        async with stage.server() as office:
            row = await queued(office, "add_note")
            await stage.back_up()
        stage.clock.advance(8 * DAY)
        stage.line.world.set_online(OFFICE_ID, online=True)
        async with stage.restored() as office:
            await searched(office)
            row = await office.row(row)
            assert (row.state, row.reason, done(office)) == (State.REJECTED, "never_sent", [])
            await office.forward(121, 11)
            assert await tasks_of(office, row) == [TaskKind.CALL_NOW]


async def test_where_the_list_is_not_permitted_what_was_queued_is_left_to_people(tmp_path):
    async with practice(tmp_path) as stage:
        async with stage.server() as office:
            row = await queued(office, "add_note")
            await stage.back_up()
            await back(office)
            before = done(office)
        stage.line.world.denied.add("writebacks")
        async with stage.restored() as office:
            await searched(office)
            await back(office)
            assert ((await office.row(row)).state, done(office)) == (State.UNCERTAIN, before)
            assert await tasks_of(office, row) == [TaskKind.UNCERTAIN]


async def test_what_was_being_sent_and_was_queued_and_sent_days_later_is_found(tmp_path):
    async with practice(tmp_path) as stage:
        stage.line.world.set_online(OFFICE_ID, online=False)
        async with quiet_office(stage.line, stage._before, stage.clock) as office:
            row = await asked(office, "add_note")
            await office.ledger.change(row.id, State.SENDING, stage.clock.now(), expect={State.INTENT})
            await stage.back_up()
            await office.ledger.change(row.id, State.INTENT, stage.clock.now(), expect={State.SENDING})
        async with stage.server() as office:
            await office.settled(row, State.QUEUED)
            await office.forward(2 * DAY)
            await back(office)
            assert (await office.row(row)).state is State.CONFIRMED
            before = done(office)
        async with stage.restored() as office:
            await searched(office)
            assert ((await office.row(row)).state, done(office)) == (State.CONFIRMED, before)


async def waiting(stage, office):
    """A registration and a booking that waits for it, in a backup, and done since."""
    opening = (await office.free(20))[-1]
    office.world.set_online(OFFICE_ID, online=False)
    registration = await register(office)
    booking = await book_for(office, registration, opening)
    await office.settled(registration, State.QUEUED)
    await office.idle()
    await stage.back_up()
    await office.forward(2 * DAY)
    await back(office)
    assert (await office.row(booking)).state is State.CONFIRMED
    return registration, booking


@pytest.mark.parametrize("later", [0.0, 40 * DAY], ids=["before its start", "after its start"])
async def test_a_booking_that_waited_for_a_registration_is_found_with_it_and_not_told_as_taken(
    tmp_path, later
):
    async with practice(tmp_path) as stage:
        async with stage.server() as office:
            registration, booking = await waiting(stage, office)
        stage.clock.advance(later)
        async with stage.restored(2) as office:
            await searched(office)
            await searched(office)
            assert (await office.row(registration)).state is State.CONFIRMED
            assert (await office.row(booking)).state is State.CONFIRMED
            assert len(appointments(office)) == len(patients(office)) == 1
            assert await tasks_of(office, booking) == []


async def test_a_booking_that_waited_for_a_registration_and_is_taken_back_is_cancelled_if_it_was_made(
    tmp_path,
):
    async with practice(tmp_path) as stage:
        async with stage.server() as office:
            _, booking = await waiting(stage, office)
        async with stage.restored(2, taken_back=booking) as office:
            await searched(office)
            await searched(office)
            (made,) = appointments(office)
            assert made.cancelled


@pytest.mark.parametrize("given_away", [False, True])
async def test_a_booking_that_still_waits_for_a_registration_is_made_once_if_its_time_is_free(
    tmp_path, given_away
):
    async with practice(tmp_path) as stage:
        async with stage.server() as office:
            opening = (await office.free(20))[-1]
            office.world.writeback_seconds = (3600.0, 3600.0)
            registration = await register(office)
            booking = await book_for(office, registration, opening)
            await office.settled(registration, State.SUBMITTED)
            await office.idle()
            await stage.back_up()
        async with stage.restored() as office:
            office.world.writeback_seconds = (20.0, 20.0)
            if given_away:
                someone = office.patient().patient_id
                office.world.desks[OFFICE_ID].book(
                    someone, opening.start, 30, opening.operatory, opening.provider_id
                )
                office.world.offices[OFFICE_ID].refresh()
            await office.forward(3600)
            await searched(office)
            booking = await office.row(booking)
            assert "uncertain restored" in await office.history(booking)
            if given_away:
                assert (booking.state, booking.reason) == (State.REJECTED, "slot_taken")
            else:
                assert booking.state is State.CONFIRMED
            assert len(appointments(office)) == (not given_away)
