"""What is free and what is taken: the copy, with our own rows over it, by a running office."""

import datetime as dt
from dataclasses import replace

import pytest
from harness import FAST, OFFICE_ID, ManualClock, open_office

from sandbox.faults import Fault
from sandbox.switches import Switches
from server.desk.answers import Outcome, Unanswerable
from server.desk.copies.overlay import Standing, Visit, visit_of
from server.desk.times.calendar import Wanted
from server.desk.times.openings import Busy
from server.desk.times.reasons import CLEANING, EXAM, Reason
from server.desk.times.room import is_free
from server.sikka.errors import SikkaError
from store.ledger_states import State


def manual(tmp_path, **more):
    return open_office(tmp_path, ManualClock(), **more)


async def submitted(office):
    row = await office.settled(await office.book(), State.SUBMITTED)
    await office.idle()
    return row


def refresh(office):
    office.world.offices[OFFICE_ID].refresh()


async def test_the_time_of_a_booking_is_taken_from_the_moment_it_is_put_down_until_it_is_cancelled(tmp_path):
    async with manual(tmp_path) as office:
        opening = (await office.free())[0]
        assert await office.desk.calendar.is_free(office.profile, opening)

        async def taken():
            free = await office.desk.calendar.is_free(office.profile, opening)
            assert free is (opening in await office.free())
            return not free

        row = await office.book(opening)
        assert await taken()  # pending
        await office.settled(row, State.SUBMITTED)
        await office.forward(30)
        assert (await office.row(row)).state is State.CONFIRMED
        assert await taken()  # confirmed, and not in the copy yet
        refresh(office)
        assert await taken()  # by the copy
        assert (await office.row(row)).shown_at is not None
        (visit,) = await office.visits()
        cancelled = (await office.cancel(visit)).row
        assert await taken()  # until the practice has done it
        await office.settled(cancelled, State.SUBMITTED)
        await office.forward(30)
        assert not await taken()  # cancelled, though the copy shows it still
        refresh(office)
        assert not await taken()
        assert (await office.row(cancelled)).shown_at is not None


async def test_an_uncertain_booking_takes_its_time_and_a_withdrawn_one_gives_it_back(tmp_path):
    async with manual(tmp_path) as office:
        first = (await office.free())[0]
        office.world.faults.add(Fault("lost_before", method="POST", path="/appointment"))
        await office.settled(await office.book(first), State.UNCERTAIN)
        assert first not in await office.free()
        second = (await office.free())[0]
        row = await office.settled(await office.book(second), State.SUBMITTED)
        assert second not in await office.free()
        await office.cancel(visit_of(row, Standing.PENDING))
        await office.settled(row, State.WITHDRAWN)
        assert second in await office.free()


async def test_a_patients_visits_are_listed_as_they_stand(tmp_path):
    async with manual(tmp_path) as office:
        row = await submitted(office)

        async def standing():
            return [visit.standing for visit in await office.visits()]

        assert await standing() == [Standing.PENDING]
        await office.forward(30)
        assert await standing() == [Standing.BOOKED]
        refresh(office)
        (visit,) = await office.visits()
        assert (visit.standing, visit.row_id) == (Standing.BOOKED, "")
        assert visit.appointment_sr_no == (await office.row(row)).created.appointment_sr_no
        await office.settled((await office.cancel(visit)).row, State.SUBMITTED)
        assert await standing() == [Standing.CANCELLING]
        await office.forward(30)
        assert await standing() == []


async def test_a_visit_that_is_over_is_listed_no_more(tmp_path):
    async with manual(tmp_path) as office:
        await submitted(office)
        await office.forward(30)
        refresh(office)
        (visit,) = await office.visits()
        office.manual.seconds += (
            visit.start - office.profile.clock(office.clock.now()) + dt.timedelta(minutes=1)
        ).total_seconds()
        assert await office.visits() == []


async def test_every_time_offered_is_one_the_practice_accepts(tmp_path):
    async with open_office(tmp_path, config=replace(FAST, switches=Switches(overlap="refused"))) as office:
        openings = await office.free(3)
        for opening in (openings[0], openings[len(openings) // 2], openings[-1]):
            await office.settled(await office.book(opening), State.CONFIRMED)


async def test_only_the_provider_asked_for_and_only_who_does_that_kind_of_visit(tmp_path):
    async with manual(tmp_path) as office:
        day = office.profile.clock(office.clock.now()).date() + dt.timedelta(days=1)
        week = day + dt.timedelta(days=7)
        hygienists = {
            number for number, row in office.profile.providers.items() if "hygien" in row.specialty.casefold()
        }
        assert hygienists

        async def who(reason, provider_id=""):
            wanted = Wanted(reason, day, week, provider_id)
            return {
                opening.provider_id for opening in await office.desk.calendar.free(office.profile, wanted)
            }

        assert await who(CLEANING) <= hygienists
        assert await who(CLEANING)
        doctors = await who(EXAM)
        assert doctors
        assert doctors.isdisjoint(hygienists)
        one = min(doctors)
        assert await who(EXAM, one) == {one}
        assert await who(Reason("anything", 30, hygiene=None)) == doctors | await who(CLEANING)
        alone = {number: row for number, row in office.profile.providers.items() if number not in hygienists}
        profile = replace(office.profile, providers=alone)
        found = await office.desk.calendar.free(profile, Wanted(CLEANING, day, week))
        assert {opening.provider_id for opening in found} <= set(alone)
        assert found


async def test_an_office_without_schedules_has_no_guessed_hours(tmp_path):
    config = replace(FAST, switches=Switches(schedule_covers="none"))
    async with open_office(tmp_path, config=config) as office:
        with pytest.raises(Unanswerable) as refused:
            await office.free()
        assert (refused.value.outcome, refused.value.reason) == (Outcome.NEEDS_HUMAN, "no_hours")


async def test_an_office_without_a_zone_has_no_now(tmp_path):
    async with open_office(tmp_path) as office:
        profile = replace(office.profile, zone=None)
        with pytest.raises(Unanswerable) as refused:
            await office.desk.calendar.of_patient(profile, office.patient().patient_id)
        assert refused.value.reason == "no_zone"


async def test_a_copy_that_cannot_be_read_is_an_error_and_not_an_empty_calendar(tmp_path):
    async with open_office(tmp_path) as office:
        office.world.faults.add(Fault("rate_limited", path="/appointments", times=2))
        with pytest.raises(SikkaError):
            await office.free()


@pytest.mark.parametrize(("start", "minutes", "ends"), [("14:00", 45, 885), ("23:30", 90, 1440)])
def test_a_visit_takes_its_chair_until_it_ends_or_the_day_does(start, minutes, ends):
    at = dt.datetime.fromisoformat(f"2026-12-01T{start}")
    busy = Busy.by(Visit(at, minutes, "Doctor 1", "1", "p1", Standing.BOOKED))
    assert (busy.operatory, busy.date, busy.end_minute) == ("Doctor 1", at.date(), ends)


@pytest.mark.parametrize("columns_are_known", [True, False])
async def test_a_time_is_not_free_where_a_visit_of_unknown_chair_lies_over_it(tmp_path, columns_are_known):
    async with manual(tmp_path) as office:
        columns = office.desk.finding.columns(office.profile) if columns_are_known else None
        first = (await office.free())[0]
        row = await office.book(first)
        chairless = replace(visit_of(row, Standing.PENDING), operatory="")
        other = replace(first, operatory="Doctor 9")
        assert not is_free(other, [chairless], columns)
        assert is_free(replace(other, provider_id="somebody else"), [chairless], columns)
        assert not is_free(other, [replace(chairless, provider_id="")], columns)
        assert is_free(other, [visit_of(row, Standing.PENDING)], columns)
        tomorrow = replace(chairless, start=chairless.start + dt.timedelta(days=1))
        assert is_free(other, [tomorrow], columns)
