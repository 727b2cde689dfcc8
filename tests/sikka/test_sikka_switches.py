"""Every call of the client under every value of every unknown of the API."""

import datetime as dt

import pytest
from variants import variants

from sandbox.config import OfficeSpec
from sandbox.switches import Switches
from server.sikka import bodies, formats
from server.sikka.errors import Refused
from server.sikka.rules import frees_the_chair, word_for_cancelled

EVERY = [("defaults", Switches()), *variants()]
MONDAY = dt.date(2026, 11, 23)


@pytest.fixture(params=[switches for _, switches in EVERY], ids=[name for name, _ in EVERY])
def opened(request, staged):
    return staged(switches=request.param, offices=(OfficeSpec(patients=30),))


async def test_every_list_is_read_whole_and_as_the_practice_knows_it(opened):
    async with opened as stage:
        records, office = stage.records, stage.office

        (authorized,) = await stage.application.authorized_practices("D10001")
        assert authorized.secret_key == stage.practice.secret_key
        assert await stage.application.authorized_practices("D99999") == []
        (sync,) = await stage.application.sync_status()
        assert formats.moment(sync.data_insert_date) is not None
        assert sync.practice_management_system_refresh_date_time_zone == "Eastern Standard Time"
        supported = await stage.application.supported_pmses("OpenDental")
        ours = [row for row in supported if row.practice_management_system_version.startswith("V22.3")]
        assert {row.new_appointment_writeback for row in ours} == {"available"}

        (practice,) = await office.practices()
        assert (practice.practice_id, practice.country) == ("1", "US")
        providers = await office.providers()
        assert {row.provider_id for row in providers} == set(records.providers)
        assert {row.provider_id for row in providers if row.sees_patients} == {
            row.provider_id for row in records.providers.values() if row.active and row.kind == "Provider"
        }
        chairs = await office.operatories(practice.cust_id)
        assert {row.operatory for row in chairs} == {
            row.name for row in records.operatories.values() if not row.hidden
        }

        shown = {row.appointment_sr_no: row for row in await office.appointments()}
        assert shown.keys() == records.appointments.keys()
        for number, row in records.appointments.items():
            seen = shown[number]
            assert (seen.start, seen.length_minutes) == (row.start, row.length)
            assert (seen.operatory, seen.patient_id) == (row.operatory, row.patient_id)
            assert frees_the_chair(seen.status) == row.cancelled
        in_a_week = await office.appointments(first=MONDAY, last=MONDAY + dt.timedelta(days=6))
        assert {row.appointment_sr_no for row in in_a_week} == {
            number
            for number, row in records.appointments.items()
            if 0 <= (row.start.date() - MONDAY).days <= 6
        }

        assert {row.status for row in await office.appointment_statuses()} == set(stage.practice.pms.statuses)
        variables = await office.status_variables()
        words = [row.value for row in variables if "confirm" not in row.service_item]
        assert word_for_cancelled(authorized.practice_management_system, words) == "broken"

        key = await office.key_info()
        assert key.seconds_left == 86_400
        assert "writeback_status" in key.scope


async def test_working_hours_are_those_of_the_practice(opened):
    async with opened as stage:
        covers = stage.world.switches.schedule_covers
        weeks = [row for row in stage.records.schedules if covers in {"all", row.kind}]
        rows = await stage.office.schedules()
        assert len(rows) == len(weeks)
        read = {(row.week_start, hours(row.intervals), holidays(row.holiday)) for row in rows}
        assert read == {(week.sunday, written_hours(week), written_holidays(week)) for week in weeks}


def hours(intervals):
    return tuple(tuple((f"{a:%H:%M}", f"{b:%H:%M}") for a, b in intervals(day)) for day in range(7))


def holidays(holiday):
    return tuple(holiday(day) for day in range(7))


def written_hours(week):
    """The practice keeps its weeks from Sunday; the client counts days from Monday."""
    return tuple(tuple(tuple(pair) for pair in day) for day in (*week.days[1:], week.days[0]))


def written_holidays(week):
    return (*week.holidays[1:], week.holidays[0])


async def test_patients_are_found_by_each_field_and_by_phone(opened):
    async with opened as stage:
        anna = stage.anna
        by_name = await stage.office.patients(lastname="Lindqvist")
        assert [(row.patient_id, row.born) for row in by_name] == [(anna, dt.date(1986, 4, 12))]
        assert [row.patient_id for row in await stage.office.patients(patient_id=anna)] == [anna]
        assert [row.patient_id for row in await stage.office.patients_by_phone("8605550142")] == [anna]
        by_birth_date = await stage.office.patients(find="birthdate=eq_1986-04-12")
        assert anna in {row.patient_id for row in by_birth_date}  # everybody, where `find` is ignored


async def test_a_booking_is_pending_then_done_then_cancelled(opened):
    async with opened as stage:
        write = stage.booking()
        number = await stage.send(write)
        pending = await stage.office.writeback_status(number)
        assert not pending.completed
        assert not pending.succeeded
        (entry,) = await stage.application.writebacks(MONDAY, MONDAY, number)
        assert entry.pending
        assert entry.office_id == "D10001"

        done = await stage.settled(number)
        assert done.completed
        assert done.succeeded
        (entry,) = await stage.application.writebacks(MONDAY, MONDAY)
        assert not entry.pending
        created = done.appointment_sr_no or done.created_id
        assert created != number
        row = stage.records.appointments[created]
        assert (row.start, row.length, row.operatory) == (dt.datetime(2026, 12, 5, 9, 0), 30, "Doctor 1")  # noqa: DTZ001 - wall clock

        cancel = bodies.appointment_status(practice_id="1", appointment_sr_no=created, value="broken")
        cancelled = await stage.settled(await stage.send(cancel))
        assert cancelled.succeeded
        assert stage.records.appointments[created].cancelled


async def test_a_write_the_software_refuses_is_never_taken_for_done(opened):
    async with opened as stage:
        refused = await stage.settled(await stage.send(stage.booking(operatory="Nowhere")))
        assert refused.completed
        assert not refused.succeeded
        assert refused.result == "Operatory does not exist in practice management system."


async def test_two_bookings_of_one_chair_end_as_the_practice_says(opened):
    async with opened as stage:
        first = await stage.send(stage.booking())
        second = await stage.send(stage.booking())
        told = {number: (await stage.settled(number)).succeeded for number in (first, second)}
        assert told == {effect.writeback_id: effect.ok for effect in stage.world.effects}
        assert any(told.values())


async def test_a_deleted_write_is_never_carried_out_and_a_finished_one_cannot_be_deleted(opened):
    async with opened as stage:
        withdrawn = await stage.send(stage.booking())
        await stage.application.delete_writeback(withdrawn)
        assert stage.done() == []
        listed = await stage.application.writebacks(MONDAY, MONDAY, withdrawn)
        assert not any(row.pending for row in listed)

        kept = await stage.send(stage.booking())
        assert (await stage.settled(kept)).succeeded
        with pytest.raises(Refused):
            await stage.application.delete_writeback(kept)


async def test_keys_are_granted_then_refreshed_then_refreshed_again(opened):
    async with opened as stage:
        await stage.office.providers()
        for _ in range(2):
            held = stage.keys.kept["D10001"]
            fresh = await stage.sikka.keys.renew("D10001", stale=held.request_key)
            assert fresh.request_key != held.request_key
            assert fresh.expires_at - fresh.issued_at == 86_400_000
            assert await stage.office.providers()
        assert len(stage.keys.log) == 3


async def test_a_key_that_ends_in_use_is_replaced_and_the_call_succeeds(opened):
    async with opened as stage:
        await stage.office.providers()
        stage.world.expire_keys("D10001")
        assert await stage.office.providers()
        stage.world.expire_keys("D10001")
        assert await stage.office.providers()
        assert stage.grants() == 3
