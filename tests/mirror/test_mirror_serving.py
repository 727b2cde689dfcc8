"""What the desk reads: the kept copy while it may serve, with our rows over it; else what Sikka shows."""

import datetime as dt
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise

import anyio
import anyio.lowlevel
import pytest
from harness import LIMIT_SECONDS, SLOW, ManualClock, open_office, served
from mirroring import READS, mirrored_office
from visiting import Agent

from sandbox.faults import Fault
from server.desk.answers import Outcome
from server.desk.copies.copies import LEAST_VOUCHED_MS
from server.desk.copies.overlay import Standing
from server.desk.patients import Asked
from server.sikka.copied import INSERTING
from server.sikka.errors import SikkaError
from store.ledger_rows import Created
from store.ledger_states import State

BEHIND = 301.0


@asynccontextmanager
async def read_office(folder):
    """An office whose copy was read."""
    clock = ManualClock()
    async with served(SLOW, clock) as line, mirrored_office(line, folder, clock) as opened:
        await opened.tend()
        await opened.meet()
        yield opened


async def confirmed(office, opening=None):
    """A booking that the practice has done, and Sikka's copy does not show yet."""
    row = await office.book(opening or (await office.free())[0])
    start = dt.datetime.fromisoformat(row.facts["start"])
    record = next(iter(office.practice.records.appointments.values()))
    number = office.practice.records.new_sr_no()
    office.practice.records.appointments[number] = replace(
        record,
        sr_no=number,
        patient_id=row.facts["patient_id"],
        provider_id=row.facts["provider_id"],
        operatory=row.facts["operatory"],
        start=start,
        length=int(row.facts["length_minutes"]),
        status="Scheduled",
        cancelled=False,
    )
    now = office.clock.now()
    for before, after in pairwise((State.INTENT, State.SENDING, State.SUBMITTED)):
        await office.ledger.change(row.id, after, now, expect={before})
    created = Created(appointment_sr_no=number, patient_id=row.facts["patient_id"])
    await office.ledger.change(row.id, State.CONFIRMED, now, expect={State.SUBMITTED}, created=created)
    return await office.row(row)


async def find(office, name="Anna Lindqvist"):
    born = next(
        row.birthdate
        for row in office.practice.records.patients.values()
        if f"{row.firstname} {row.lastname}" == name
    )
    return await office.desk.patients.find(office.profile, Asked(name, born))


async def test_a_time_that_the_desk_has_just_taken_is_not_offered_again_in_its_place(tmp_path):
    async with open_office(tmp_path, mirror="on", unreviewed="book") as office:
        row = await office.store.offices.get(office.id)
        assert row is not None
        with anyio.fail_after(LIMIT_SECONDS):
            while await office.desk.copies.of(row) is None or office.app.mirror._busy:
                await anyio.lowlevel.checkpoint()
        agent = Agent(office)
        patient = await agent.patient()
        slot = (await agent.slots())[0]
        practice = office.world.offices[office.profile.office.office_id]
        records, start = practice.records, dt.datetime.fromisoformat(slot["start"])
        like = next(iter(records.appointments.values()))
        for chair in records.operatories.values():
            number = records.new_sr_no()
            records.appointments[number] = replace(
                like,
                sr_no=number,
                operatory=chair.name,
                start=start,
                length=30,
                status="Scheduled",
                cancelled=False,
            )
        practice.refresh()
        told = await agent.ask("book_appointment", patient=patient, slot=slot["slot"], caller_confirmed=True)
        assert told.outcome == "slot_taken"
        assert told.facts["slots"]
        assert slot["start"] not in {other["start"] for other in told.facts["slots"]}


async def test_who_has_a_chart_and_was_never_seen_is_booked_as_a_new_patient(tmp_path):
    async with read_office(tmp_path) as office:
        records = office.practice.records.patients
        number = next(one for one, row in records.items() if row.firstname == "Anna")
        opening = (await office.free())[0]
        assert not await office.desk.copies.unseen(await office.office(), number)
        records[number] = replace(records[number], first_visit=None, last_visit=None)
        office.refresh()
        await office.catch_up()
        assert (await office.copy()).patients.unseen(number)
        row = await office.book(opening)
        assert (row.facts["patient_id"], row.facts["new_patient"]) == (number, True)


async def stale(office):
    return (await office.desk.copies.mark(await office.office())).stale


async def test_once_the_copy_is_kept_no_read_of_a_call_asks_sikka(tmp_path):
    async with open_office(tmp_path, mirror="on", mirror_look_seconds=0.02, unreviewed="book") as office:
        row = await office.store.offices.get(office.id)
        assert row is not None
        with anyio.fail_after(LIMIT_SECONDS):
            while await office.desk.copies.of(row) is None or office.app.mirror._busy:
                await anyio.lowlevel.checkpoint()
        asked = [seen.path for seen in office.world.requests]
        agent = Agent(office)
        found = await agent.find()
        patient = found.facts["patient"]
        slots = await agent.ask("find_slots", reason="exam", patient=patient)
        listed = await agent.ask("list_appointments", patient=patient)
        hours = await agent.ask("office_info", topic="hours")
        nobody = await agent.ask("find_patient", name="Nora Nobody", date_of_birth="1980-02-03")
        since = [seen.path for seen in office.world.requests][len(asked) :]
        assert [path for path in since if path.startswith(READS)] == []
        assert (found.outcome, slots.outcome, listed.outcome, hours.outcome, nobody.outcome) == (
            "verified",
            "ok",
            "ok",
            "ok",
            "not_verified",
        )
        for told in (found, slots, listed):
            assert (told.facts["as_of"], told.facts["stale"]) == (row.as_of, False)
        await office.line.down()
        assert (await agent.find()).outcome == "verified"
        slot = (await agent.slots(reason="exam"))[0]["slot"]
        told = await agent.ask("book_appointment", patient=patient, slot=slot, caller_confirmed=True)
        assert told.outcome == "pending"
        await office.line.up()
        assert (await agent.settled(told)).outcome == "confirmed"
        assert (await agent.ask("list_appointments", patient=patient)).facts["appointments"]


async def test_a_cold_copy_is_no_reason_to_keep_a_caller_waiting(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line, mirrored_office(line, tmp_path, clock) as office:
        assert await office.desk.copies.of(await office.office()) is None
        before = office.reads()
        await office.meet()
        assert (await find(office)).outcome is Outcome.VERIFIED
        assert await office.free()
        assert office.reads() > before
        mark = await office.desk.copies.mark(await office.office())
        assert (mark.as_of, mark.stale) == ((await office.office()).as_of, True)


async def test_a_copy_nobody_vouches_for_is_read_only_where_sikka_does_not_answer(tmp_path):
    async with read_office(tmp_path) as office:
        office.manual.advance(LEAST_VOUCHED_MS / 1000 + 1)
        office.freshness._settings = office.desk.settings
        settings = office.desk.settings.model_copy(update={"freshness_seconds": 1.0})
        office.desk.copies._settings = settings
        assert await stale(office)
        before = office.reads()
        assert (await find(office)).outcome is Outcome.VERIFIED
        assert office.reads() > before
        await office.line.down()
        assert (await find(office)).outcome is Outcome.VERIFIED
        assert await office.free()
        assert await office.visits() == []
        await office.line.up()
        await office.freshness.look()
        assert not await stale(office)


async def test_a_copy_far_behind_sikkas_gives_way_to_it(tmp_path):
    async with read_office(tmp_path) as office:
        visit = next(
            row for row in office.practice.records.appointments.values() if row.start > office.practice.now()
        )
        day = visit.start.date()
        office.practice.records.appointments[visit.sr_no] = replace(visit, cancelled=True, status="Broken")

        async def shown():
            there = await office.desk.calendar.between(office.profile, day, day)
            return visit.sr_no in {each.appointment_sr_no for each in there}

        office.refresh()
        await office.freshness.look()
        assert (await shown(), await stale(office)) == (True, False)  # the keeper is about to read it
        office.world.denied.add("patients")
        await office.tend()
        office.manual.advance(BEHIND)
        assert (await shown(), await stale(office)) == (False, True)
        await office.line.down()
        assert await shown()
        await office.line.up()
        await office.store.mirror.failed(office.id, INSERTING, office.clock.now())
        office.manual.advance(2)
        assert (await shown(), await stale(office)) == (True, False)  # half a load is worse than the last one


async def test_a_silent_sikka_is_waited_for_once_and_then_let_alone_for_a_while(tmp_path):
    clock = ManualClock()
    async with (
        served(SLOW, clock) as line,
        mirrored_office(line, tmp_path, clock, slot_check_seconds=0.1) as office,
    ):
        await office.tend()
        await office.meet()
        office.desk.copies.vouched_at = lambda: None
        office.world.faults.add(Fault("hang", times=None, seconds=60))
        assert (await find(office)).outcome is Outcome.VERIFIED
        before = len(office.world.requests)
        assert await office.visits() == []
        assert await office.free()
        assert len(office.world.requests) == before


async def test_without_copy_and_sikka_there_is_no_answer(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line, mirrored_office(line, tmp_path, clock) as office:
        await office.meet()
        await line.down()
        with pytest.raises(SikkaError):
            await office.free()
        with pytest.raises(SikkaError):
            await find(office)
        assert await office.desk.calendar.last_look(office.profile, dt.date(2026, 12, 1), 0.3) is None


async def test_a_damaged_copy_is_thrown_away_and_sikka_is_asked(tmp_path):
    async with read_office(tmp_path) as office:
        async with office.store.database.transaction() as statements:
            await statements.execute(
                "UPDATE mirror_rows SET sealed = $1 WHERE kind = 'patients'", b"\x01damaged"
            )
        office.desk.copies._places.clear()
        assert await office.desk.copies.of(await office.office()) is None
        assert (await find(office)).outcome is Outcome.VERIFIED
        assert await office.store.mirror.head(office.id) is None
        await office.tend()
        assert len((await office.copy()).patients) == 40


async def test_a_copy_new_in_memory_is_rehearsed_once(tmp_path):
    async with read_office(tmp_path) as office:
        copies = office.desk.copies
        await office.copy()
        assert await copies.rehearse() == 1
        office.manual.advance(5)
        await office.copy()  # looked at again, and still the same
        assert await copies.rehearse() == 0
        copies._places.clear()
        await office.copy()
        assert await copies.rehearse() == 1


async def test_a_copy_that_nobody_uses_leaves_the_memory(tmp_path):
    async with read_office(tmp_path) as office:
        copies, copy = office.desk.copies, await office.copy()
        office.manual.advance(office.desk.settings.mirror_idle_minutes * 60 - 1)
        assert copies.forget_idle() == 0
        office.manual.advance(2)
        assert copies.forget_idle() == 1
        assert await office.copy() is not copy


async def test_switched_off_the_copy_is_not_looked_at(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line, mirrored_office(line, tmp_path, clock) as office:
        await office.tend()
        async with mirrored_office(line, tmp_path, clock, mirror="off") as other:
            assert await other.desk.copies.behind(await other.office()) is None
            assert not await stale(other)
            assert (await find(other)).outcome is Outcome.VERIFIED


async def test_our_own_booking_is_seen_over_the_copy_from_its_first_moment_to_its_last(tmp_path):
    async with read_office(tmp_path) as office:
        opening = (await office.free())[0]
        row = await confirmed(office, opening)
        assert opening not in await office.free()
        assert [(visit.standing, visit.row_id) for visit in await office.visits()] == [
            (Standing.BOOKED, row.id)
        ]
        office.refresh()
        await office.catch_up()
        assert opening not in await office.free()
        assert [(visit.standing, visit.row_id) for visit in await office.visits()] == [(Standing.BOOKED, "")]
        assert (await office.row(row)).shown_at is not None


async def test_a_booking_that_another_processs_copy_shows_stays_over_one_that_is_older(tmp_path):
    clock = ManualClock()
    async with (
        served(SLOW, clock) as line,
        mirrored_office(line, tmp_path, clock) as newer,
        mirrored_office(line, tmp_path, clock) as older,
    ):
        await newer.tend()
        await newer.meet()
        await older.meet()
        opening = (await older.free())[0]
        row = await confirmed(newer, opening)
        await older.visits()  # brings its copy in
        clock.advance(60)
        newer.refresh()
        await newer.catch_up()
        await newer.visits()
        assert (await newer.row(row)).shown_at is not None
        held = older.desk.copies._places[older.id].held
        assert held is not None
        held.looked = clock.monotonic()  # has not looked since
        assert (await older.copy_in_hand()).as_of < (await newer.copy()).as_of
        assert [visit.standing for visit in await older.visits()] == [Standing.BOOKED]
        assert opening not in await older.free()


async def test_the_last_look_before_a_booking_is_at_what_sikka_shows_this_moment(tmp_path):
    async with read_office(tmp_path) as office:
        opening = (await office.free())[0]
        day = opening.start.date()
        anybody = next(iter(office.practice.records.patients))
        office.world.desks[office.practice.office_id].book(
            anybody, opening.start, 30, opening.operatory, opening.provider_id
        )
        office.refresh()

        async def taken():
            visits = await office.desk.calendar.last_look(office.profile, day, 5.0) or []
            return opening.start in {visit.start for visit in visits if visit.operatory == opening.operatory}

        assert await taken()
        office.world.faults.add(Fault("internal_error", path="/appointments", times=2))
        assert not await taken()  # out of reach: the copy's word, which is a load behind
        assert opening in await office.free()


async def test_the_copy_lies_sealed_in_the_file(tmp_path):
    async with read_office(tmp_path) as office:
        everything = b"".join(path.read_bytes() for path in tmp_path.iterdir() if "sqlite3" in path.name)
        records = office.practice.records
        for row in records.patients.values():
            for text in (row.lastname, row.cell, f'"{row.patient_id}"', str(row.birthdate)):
                assert len(text) < 4 or text.encode() not in everything
        assert b"reconciled_at" in everything


async def test_a_registration_meets_the_people_of_the_copy(tmp_path):
    async with read_office(tmp_path) as office:
        anna = office.practice.records.patients[office.patient().patient_id]
        assert anna.birthdate is not None

        async def look(name, born, phone):
            looked = await office.desk.patients.look(office.profile, Asked(name, born, phone), born)
            return looked.found.outcome, looked.there, looked.alike

        misheard = anna.birthdate.replace(day=13)
        assert await look("Anna Lindqvist", misheard, anna.cell) == (Outcome.NOT_VERIFIED, False, True)
        born = dt.date(1931, 1, 2)
        assert await look("Quentin Zabriskie", born, "6035550000") == (Outcome.NOT_VERIFIED, False, False)


async def test_the_copy_knows_who_is_due_and_who_pays(tmp_path):
    async with read_office(tmp_path) as office:
        copy, records = await office.copy(), office.practice.records
        recall = next(iter(records.reminders.values()))
        (found,) = [each for each in copy.reminders_of(recall.patient_id) if each.due == recall.due]
        assert (found.care, found.interval) == (recall.care, ("Months", str(recall.months)))
        child = next(row for row in records.patients.values() if row.guarantor_id != row.patient_id)
        kept = copy.patients.get(child.patient_id)
        assert kept is not None
        assert kept.guarantor_id == child.guarantor_id
