"""Writes: what is refused at once, what the practice's software does later, how both are told."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from sandbox.config import OfficeSpec

DENTRIX = OfficeSpec(pms="Dentrix")
EAGLESOFT = OfficeSpec(pms="Eaglesoft")


async def code(answer):
    return answer.status_code, answer.json()["error_code"]


async def test_a_booking_is_pending_first_and_then_an_appointment_in_the_practice(stage):
    write_id = await stage.book()
    pending = await stage.status(write_id)
    assert (pending["is_completed"], pending["status"], pending["result"]) == ("False", "Pending", "")
    assert (pending["appointment_sr_no"], pending["created_id"], pending["completed_time"]) == ("", "", "")
    assert pending["request_time"] == "2026-11-23 15:00:00"
    done = await stage.settled(write_id)
    assert (done["is_completed"], done["has_error"], done["status"]) == ("True", "False", "Success")
    assert done["completed_time"] > done["request_time"]
    row = stage.records.appointments[done["appointment_sr_no"]]
    assert done["created_id"] == row.sr_no != write_id
    assert done["patient_id"] == row.patient_id == stage.anna
    assert row.start == datetime.fromisoformat("2026-12-05T09:00")
    assert (row.length, row.operatory) == (30, "Doctor 1")
    assert (row.status, row.cancelled, row.made) == ("scheduled", False, date(2026, 11, 23))


async def test_delays_lie_between_the_bounds_and_differ(stage):
    for minute in range(12):
        await stage.book(time=f"{8 + minute}:00".rjust(5, "0"))
    stage.clock.forward(121)
    await stage.get("practices")
    delays = [effect.time - stage.clock.time + 121 for effect in stage.world.effects]
    assert len(delays) == 12
    assert all(15 <= delay <= 120 for delay in delays)
    assert len(set(delays)) > 1


@pytest.mark.parametrize(
    "field",
    ["patient_id", "date", "time", "length", "provider_id", "operatory", "description", "practice_id"],
)
async def test_a_booking_without_a_required_field_is_refused_at_once(stage, field):
    answer = await stage.send("POST", "appointment", stage.booking(**{field: ""}))
    assert await code(answer) == (400, "API1020")
    assert answer.json()["long_message"] == f"{field} is missing"
    assert not stage.world.queue.rows


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": "12/01/2026"},
        {"date": "2026-02-30"},
        {"date": "20261201"},
        {"time": "9:00"},
        {"time": "25:00"},
        {"time": "09:00 AM"},
        {"length": "half an hour"},
        {"length": "0"},
        {"practice_id": "9"},
    ],
)
async def test_a_booking_with_an_unreadable_field_is_refused_at_once(stage, wrong):
    assert await code(await stage.send("POST", "appointment", stage.booking(**wrong))) == (400, "API1026")


async def test_a_body_that_is_no_object_of_strings_is_refused(stage):
    key = await stage.key()
    form = await stage.http.post("appointment", data={"a": "b"}, headers=key)
    assert await code(form) == (415, "API1006")
    half = await stage.http.post(
        "appointment", content=b'{"a":', headers={**key, "Content-Type": "application/json"}
    )
    assert await code(half) == (422, "API2019")
    assert await code(await stage.send("POST", "appointment", ["a"])) == (422, "API2019")
    assert await code(await stage.send("POST", "appointment", stage.booking(length=30))) == (422, "API2019")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"patient_id": "999999"}, "Patient does not exist"),
        ({"provider_id": "99"}, "Provider does not exist"),
        ({"provider_id": "6"}, "Provider does not exist"),  # inactive
        ({"operatory": "OP-1"}, "Operatory does not exist"),  # the abbreviation is no name
        ({"operatory": "Overflow"}, "Operatory does not exist"),  # hidden
        ({"type": "77"}, "Appointment type does not exist"),
    ],
)
async def test_what_the_software_does_not_know_fails_later_and_changes_nothing(stage, wrong, says):
    before = dict(stage.records.appointments)
    row = await stage.settled(await stage.book(**wrong))
    assert (row["is_completed"], row["has_error"], row["status"]) == ("True", "True", "Failed")
    assert says in row["result"]
    assert row["created_id"] == row["appointment_sr_no"] == ""
    assert stage.records.appointments == before


async def test_a_type_and_codes_are_kept_under_the_software_s_own_names(stage):
    done = await stage.settled(await stage.book(type="3", procedure_codes="D0150|D0210"))
    row = stage.records.appointments[done["created_id"]]
    assert (row.type, row.codes) == ("New Patient", ("D0150", "D0210"))


async def test_two_bookings_of_one_time_in_one_chair_the_second_is_refused_where_the_software_does(stage):
    first, second = await stage.book(), await stage.book(time="09:15")
    assert (await stage.settled(first))["status"] == "Success"
    refused = await stage.status(second)
    assert refused["status"] == "Failed"
    assert "appointment already scheduled" in refused["result"]
    neighbour = await stage.settled(await stage.book(time="09:30"))
    assert neighbour["status"] == "Success"


async def test_two_bookings_of_one_time_both_succeed_where_the_software_allows_it(staged):
    async with staged(offices=(EAGLESOFT,)) as stage:
        ids = [await stage.book(), await stage.book()]
        assert [(await stage.settled(each))["status"] for each in ids] == ["Success", "Success"]


async def test_a_cancelled_time_can_be_booked_again(stage):
    row = stage.coming()
    cancelled = await stage.cancel(row.sr_no, "broken")
    await stage.settled(cancelled.json()["long_message"].removeprefix("Id:"))
    again = await stage.book(
        date=f"{row.start:%Y-%m-%d}", time=f"{row.start:%H:%M}", length="20", operatory=row.operatory
    )
    assert (await stage.settled(again))["status"] == "Success"
    # and the cancelled one cannot come back over it
    back = await stage.cancel(row.sr_no, "scheduled")
    refused = await stage.settled(back.json()["long_message"].removeprefix("Id:"))
    assert "appointment already scheduled" in refused["result"]
    assert stage.records.appointments[row.sr_no].cancelled


@pytest.mark.parametrize(
    ("spec", "word", "flag"), [(OfficeSpec(), "broken", "False"), (DENTRIX, "Cancelled", "True")]
)
async def test_cancelling_takes_the_software_s_own_word_and_not_all_set_the_flag(staged, spec, word, flag):
    async with staged(offices=(spec,)) as stage:
        row = stage.coming()
        answer = await stage.cancel(row.sr_no, word)
        assert await code(answer) == (200, "API0007")
        done = await stage.settled(answer.json()["long_message"].removeprefix("Id:"))
        assert (done["status"], done["appointment_sr_no"]) == ("Success", row.sr_no)
        assert stage.records.appointments[row.sr_no].cancelled
        stage.office.refresh()
        (shown,) = await stage.items("appointments", appointment_sr_no=row.sr_no, fields="get_all")
        assert (shown["status"], shown["cancelled"]) == (word, flag)
        assert bool(shown["cancelled_date"]) is (flag == "True")


async def test_a_status_outside_the_vocabulary_and_an_unknown_appointment_fail_later(stage):
    row = stage.coming()
    strange = await stage.cancel(row.sr_no, "cancelled")
    failed = await stage.settled(strange.json()["long_message"].removeprefix("Id:"))
    assert (failed["status"], failed["result"]) == ("Failed", "Invalid appointment status.")
    nobody = await stage.cancel("1", "broken")
    failed = await stage.settled(nobody.json()["long_message"].removeprefix("Id:"))
    assert failed["result"].startswith("Appointment does not exist")


async def test_a_status_the_software_cannot_be_given_is_a_200_that_says_no(staged):
    async with staged(offices=(DENTRIX,)) as stage:
        answer = await stage.cancel(stage.coming().sr_no, "Broken")
        assert await code(answer) == (200, "API0008")
        assert not stage.world.queue.rows


async def test_confirming_on_open_dental_leaves_the_status_and_sets_the_confirmation(stage):
    row = stage.coming(confirmed_on=None)
    answer = await stage.cancel(row.sr_no, "Confirmed")
    await stage.settled(answer.json()["long_message"].removeprefix("Id:"))
    now = stage.records.appointments[row.sr_no]
    assert (now.status, now.confirmed_on) == ("scheduled", date(2026, 11, 23))
    answer = await stage.cancel(row.sr_no, "Left message")
    await stage.settled(answer.json()["long_message"].removeprefix("Id:"))
    assert stage.records.appointments[row.sr_no].confirmed_on is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"path": "/status"}, (400, "API1026")),
        ({"op": "add"}, (400, "API1026")),
        ({"value": ""}, (400, "API1020")),
        ({"practice_id": "7"}, (400, "API1026")),
    ],
)
async def test_a_status_change_that_is_no_replacement_is_refused_at_once(stage, change, expected):
    assert await code(await stage.cancel(stage.coming().sr_no, "broken", **change)) == expected


async def test_moving_changes_what_was_named_and_keeps_the_rest(staged):
    async with staged(offices=(DENTRIX,)) as stage:
        row = stage.coming(operatory="Doctor 1")
        body = {
            "practice_id": "1",
            "provider_id": row.provider_id,
            "date": "2026-12-06",
            "time": "10:00",
            "status": "Fixed",
        }
        answer = await stage.send("PUT", f"appointments/{row.sr_no}", body)
        assert await code(answer) == (200, "API0007")
        done = await stage.settled(answer.json()["long_message"].removeprefix("Id:"))
        assert done["status"] == "Success"
        moved = stage.records.appointments[row.sr_no]
        assert (moved.start, moved.status) == (datetime.fromisoformat("2026-12-06T10:00"), "Fixed")
        assert (moved.length, moved.operatory, moved.description) == (
            row.length,
            row.operatory,
            row.description,
        )


async def test_moving_asks_for_a_provider_and_for_something_to_change(stage):
    row = stage.coming()
    path, same = f"appointments/{row.sr_no}", {"practice_id": "1", "provider_id": row.provider_id}
    assert await code(await stage.send("PUT", path, same)) == (400, "API1020")
    assert await code(await stage.send("PUT", path, {"practice_id": "1", "date": "2026-12-06"})) == (
        400,
        "API1020",
    )


async def test_moving_onto_a_taken_time_is_refused_unless_it_is_cancelled_at_once(stage):
    write_id = await stage.book()
    taken = stage.records.appointments[(await stage.settled(write_id))["created_id"]]
    row = stage.coming(operatory="Doctor 2")
    body = {
        "practice_id": "1",
        "provider_id": row.provider_id,
        "date": f"{taken.start:%Y-%m-%d}",
        "time": f"{taken.start:%H:%M}",
        "operatory": taken.operatory,
    }
    answer = await stage.send("PUT", f"appointments/{row.sr_no}", body)
    refused = await stage.settled(answer.json()["long_message"].removeprefix("Id:"))
    assert "appointment already scheduled" in refused["result"]
    answer = await stage.send(
        "PUT", f"appointments/{row.sr_no}", {**body, "status": "broken", "length": "20"}
    )
    done = await stage.settled(answer.json()["long_message"].removeprefix("Id:"))
    assert done["status"] == "Success"


async def test_registering_makes_a_patient_whose_id_is_not_the_writeback_s(stage):
    body = {
        "firstname": "Zoë",
        "lastname": "Ng-Ortiz",
        "birthdate": "1990-01-31",
        "provider_id": "1",
        "practice_id": "1",
        "cell": "8605550199",
    }
    answer = await stage.send("POST", "patient", body)
    assert await code(answer) == (201, "API2016")
    write_id = answer.json()["long_message"].removeprefix("Id:")
    done = await stage.settled(write_id)
    assert done["result"] == "New Patient inserted successfully"
    assert (done["api"], done["appointment_sr_no"]) == ("patients", "")
    patient = stage.records.patients[done["created_id"]]
    assert done["patient_id"] == patient.patient_id != write_id
    assert (patient.firstname, patient.birthdate, patient.guarantor_id) == (
        "Zoë",
        date(1990, 1, 31),
        patient.patient_id,
    )
    assert await stage.items("patients", patient_id=patient.patient_id) == []
    booked = await stage.settled(await stage.book(patient_id=patient.patient_id))
    assert booked["status"] == "Success"


async def test_registering_is_refused_for_an_impossible_birth_date_and_an_unknown_guarantor(stage):
    body = {"firstname": "A", "lastname": "B", "provider_id": "1", "practice_id": "1"}
    assert await code(await stage.send("POST", "patient", {**body, "birthdate": "2026-11-24"})) == (
        400,
        "API1026",
    )
    assert await code(await stage.send("POST", "patient", {**body, "birthdate": "soon"})) == (400, "API1026")
    assert await code(await stage.send("POST", "patient", {"firstname": "A"})) == (400, "API1020")
    answer = await stage.send("POST", "patient", {**body, "guarantor_id": "1"})
    failed = await stage.settled(answer.json()["long_message"].removeprefix("Id:"))
    assert failed["result"].startswith("Guarantor does not exist")
    answer = await stage.send("POST", "patient", body)
    done = await stage.settled(answer.json()["long_message"].removeprefix("Id:"))
    assert stage.records.patients[done["created_id"]].birthdate is None


async def test_with_the_office_pc_off_a_checked_write_is_refused_and_an_unchecked_one_waits(stage):
    stage.world.set_online("D10001", False)
    refused = await stage.send("POST", "appointment", stage.booking(check_spu="true"))
    assert await code(refused) == (412, "API2017")
    assert refused.json()["long_message"] == "Sikka platform utility is offline"
    write_id = await stage.book(check_spu="false")
    stage.clock.forward(86000)
    assert (await stage.status(write_id))["status"] == "Pending"
    assert not stage.office.refresh()
    stage.world.set_online("D10001", True)
    assert (await stage.status(write_id))["status"] == "Pending"
    assert (await stage.settled(write_id))["status"] == "Success"


async def test_a_write_under_way_when_the_pc_goes_off_is_done_after_it_comes_back(stage):
    write_id = await stage.book()
    stage.world.set_online("D10001", False)
    assert (await stage.settled(write_id))["status"] == "Pending"
    stage.world.set_online("D10001", True)
    assert (await stage.settled(write_id))["status"] == "Success"
    assert len(stage.world.effects) == 1


async def test_a_pc_that_blinks_does_not_do_a_write_twice(stage):
    write_id = await stage.book()
    stage.world.set_online("D10001", False)
    stage.world.set_online("D10001", True)
    stage.world.set_online("D10001", True)
    assert (await stage.settled(write_id))["status"] == "Success"
    assert len(stage.world.effects) == 1


async def test_a_repeated_post_books_twice(staged):
    async with staged(offices=(EAGLESOFT,)) as stage:
        first, second = await stage.book(), await stage.book()
        ids = {(await stage.settled(each))["created_id"] for each in (first, second)}
        assert len(ids) == 2


async def test_writes_to_one_office_are_done_in_their_order(stage):
    booked = [await stage.book(time=f"{hour:02d}:00") for hour in range(8, 16)]
    stage.clock.forward(121)
    await stage.get("practices")
    assert [effect.writeback_id for effect in stage.world.effects] == booked


async def test_a_write_the_software_does_not_take_is_outside_the_plan(stage):
    stage.office.pms = replace(stage.office.pms, new_patient=False)
    assert await code(await stage.send("POST", "patient", {})) == (401, "API2004")
    assert await code(await stage.send("POST", "remote_command", {})) == (401, "API2004")


async def test_a_record_s_path_is_singular_to_create_and_plural_to_change(stage):
    for method, path in (
        ("POST", "appointments"),
        ("POST", "patients"),
        ("PATCH", "appointment/1"),
        ("PUT", "appointments"),
        ("DELETE", "appointments/1"),
        ("POST", "appointment/1"),
    ):
        answer = await stage.send(method, path, stage.booking())
        assert await code(answer) == (405, "API2014"), (method, path)
