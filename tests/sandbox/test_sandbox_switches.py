"""Every unknown is a switch, in the table, with its default first, and each value does something."""

from dataclasses import fields

import pytest
from variants import variants

from sandbox.config import THREE_OFFICES, OfficeSpec
from sandbox.switches import UNKNOWNS, Switches

NAMES = {each.name for each in fields(Switches)}


def test_the_table_names_every_switch_with_its_default_first_and_its_evidence():
    assert {each.name for each in UNKNOWNS} == NAMES
    assert len(UNKNOWNS) == len(NAMES)
    for each in UNKNOWNS:
        assert each.values[0] == getattr(Switches(), each.name)
        assert len(each.values) >= 2
        assert each.evidence
        assert each.meaning


def test_variants_move_one_switch_at_a_time():
    seen = dict(variants())
    assert len(seen) == sum(len(each.values) - 1 for each in UNKNOWNS)
    for name, switches in seen.items():
        changed = [each for each in NAMES if getattr(switches, each) != getattr(Switches(), each)]
        assert changed == [name.partition("=")[0]]


@pytest.mark.parametrize("name", dict(variants()))
async def test_a_booking_works_out_under_every_value(staged, name):
    async with staged(switches=dict(variants())[name]) as stage:
        answer = await stage.send("POST", "appointment", stage.booking())
        body = answer.json()
        write_id = body.get("id") or body["long_message"].removeprefix("Id:")
        stage.clock.forward(121)
        shown = (await stage.get("writeback_status", id=write_id)).json()
        row = (shown[0] if isinstance(shown, list) else shown)["items"][0]
        assert (row["is_completed"], row["status"]) == ("True", "Success")
        assert [a for a in stage.records.appointments.values() if a.patient_id == stage.anna]


@pytest.fixture
def switched(staged):
    def opened(**values):
        return staged(switches=Switches(**values))

    return opened


async def test_expires_in_may_be_bare_digits(switched):
    async with switched(expires_in="digits") as stage:
        assert (await stage.first_grant())["expires_in"] == "86400"


async def test_phone_filters_may_compare_the_text_as_stored(switched):
    async with switched(phone_filter="verbatim") as stage:
        assert await stage.items("patients", cell="8605550142") == []
        assert len(await stage.items("patients", cell="860-555-0142")) == 1


async def test_search_may_know_phones_as_stored_or_not_at_all(switched):
    async with switched(search_phones="verbatim") as stage:
        assert await stage.items("patients", search="8605550142") == []
        assert len(await stage.items("patients", search="860-555-0142")) == 1
    async with switched(search_phones="never") as stage:
        assert await stage.items("patients", search="860-555-0142") == []


async def test_find_may_be_ignored(switched):
    async with switched(find="ignored") as stage:
        body = (await stage.get("patients", find="birthdate=eq_1986-04-12")).json()
        assert body["total_count"] == "120"


@pytest.mark.parametrize("spelling", ["sort_by", "sortby"])
async def test_the_sort_parameter_may_be_spelled_otherwise(switched, spelling):
    async with switched(sort_parameter=spelling) as stage:
        surnames = [row["lastname"] for row in await stage.items("patients", **{spelling: "lastname"})]
        assert surnames == sorted(surnames)
        unsorted = [row["lastname"] for row in await stage.items("patients", SortBy="lastname")]
        assert unsorted != sorted(unsorted)


@pytest.mark.parametrize(
    ("policy", "pms", "status"), [("allowed", "OpenDental", "Success"), ("refused", "Eaglesoft", "Failed")]
)
async def test_the_overlap_policy_may_be_set_for_all_software(staged, policy, pms, status):
    async with staged(switches=Switches(overlap=policy), offices=(OfficeSpec(pms=pms),)) as stage:
        await stage.book()
        assert (await stage.settled(await stage.book()))["status"] == status


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, ("Failed", "True")),
        ({"failure_word": "Error"}, ("Error", "True")),
        ({"failure_word": ""}, ("", "True")),
        ({"failure_flag": False}, ("Failed", "False")),
    ],
)
async def test_a_failure_is_told_in_the_words_the_switches_say(switched, values, told):
    async with switched(**values) as stage:
        row = await stage.settled(await stage.book(patient_id="1"))
        assert (row["status"], row["has_error"]) == told
        assert row["is_completed"] == "True"


@pytest.mark.parametrize(
    ("where", "filled"),
    [
        ("all", {"created_id", "appointment_sr_no", "patient_id"}),
        ("created_id", {"created_id"}),
        ("own_field", {"appointment_sr_no", "patient_id"}),
    ],
)
async def test_created_ids_come_in_the_fields_the_switch_says(switched, where, filled):
    async with switched(created_ids=where) as stage:
        row = await stage.settled(await stage.book())
        assert {n for n in ("created_id", "appointment_sr_no", "patient_id") if row[n]} == filled


async def test_the_api_word_may_be_singular(switched):
    async with switched(api_word="singular") as stage:
        assert (await stage.status(await stage.book()))["api"] == "appointment"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("status", ["success", "error"]),
        ("word", ["completed", "failed"]),
        (
            "text",
            [
                "New Appointment inserted successfully",
                "Patient does not exist in practice management system.",
            ],
        ),
    ],
)
async def test_the_list_s_result_words_are_a_switch(switched, how, words):
    async with switched(list_result=how) as stage:
        await stage.book()
        await stage.settled(await stage.book(patient_id="1"))
        answer = await stage.app_get("writebacks", startdate="2026-11-23", enddate="2026-11-23")
        assert [row["result"] for row in answer.json()["items"]] == words


async def test_a_deleted_write_may_stay_in_the_lists(switched):
    async with switched(deleted_writebacks="shown") as stage:
        write_id = await stage.book()
        await stage.http.delete("writebacks", params={"id": write_id}, headers=stage.app_headers)
        answer = await stage.app_get("writebacks", startdate="2026-11-23", enddate="2026-11-23")
        assert [row["result"] for row in answer.json()["items"]] == ["deleted"]
        assert (await stage.settled(write_id))["status"] == "Deleted"
        assert stage.world.effects == []


async def test_writes_may_overtake_one_another(switched):
    async with switched(writes_overtake=True) as stage:
        booked = [await stage.book(time=f"{hour:02d}:00") for hour in range(8, 18)]
        stage.clock.forward(121)
        await stage.get("practices")
        done = [effect.writeback_id for effect in stage.world.effects]
        assert done != booked
        assert sorted(done) == sorted(booked)


async def test_the_envelope_may_come_in_an_array(switched):
    async with switched(envelope="array") as stage:
        (body,) = (await stage.get("patients")).json()
        assert len(body["items"]) == 50
    async with switched(envelope="status_array") as stage:
        assert isinstance((await stage.get("patients")).json(), dict)
        (body,) = (await stage.get("writeback_status", id=await stage.book())).json()
        assert body["items"][0]["status"] == "Pending"


async def test_the_reply_to_a_write_may_be_plain(switched):
    async with switched(write_reply="plain") as stage:
        answer = await stage.send("POST", "appointment", stage.booking())
        assert answer.status_code == 201
        assert answer.json() == {"id": next(iter(stage.world.queue.rows)), "result": "pending"}
        patched = await stage.cancel(stage.coming().sr_no, "broken")
        assert (patched.status_code, patched.json()["result"]) == (200, "pending")


async def test_times_may_be_am_and_pm(switched):
    async with switched(appointment_time="ampm", schedule_time="ampm") as stage:
        row = stage.coming()
        (shown,) = await stage.items("appointments", appointment_sr_no=row.sr_no)
        assert shown["time"] == f"{row.start:%I:%M %p}"
        (week, *_) = await stage.items("practice_schedule", resource_type="practice", fields="get_all")
        assert (week["monday_start_1"], week["monday_end_2"]) == ("08:00 AM", "05:00 PM")


@pytest.mark.parametrize(
    ("covers", "kinds"),
    [
        ("practice", {"Practice"}),
        ("operatory", {"Operatory"}),
        ("provider", {"Provider"}),
        ("none", set()),
    ],
)
async def test_schedules_may_cover_less(switched, covers, kinds):
    async with switched(schedule_covers=covers) as stage:
        rows = await stage.items("practice_schedule", limit="500")
        assert {row["resource_type"] for row in rows} == kinds


@pytest.mark.parametrize(("words", "kind"), [("lower", "operatory"), ("plural", "operatories")])
async def test_resource_types_may_have_other_words_and_chairs_other_ids(switched, words, kind):
    async with switched(schedule_words=words, schedule_operatory="abbreviation") as stage:
        rows = await stage.items("practice_schedule", limit="500")
        assert kind in {row["resource_type"] for row in rows}
        assert {row["resource_id"] for row in rows if row["resource_type"] == kind} == {
            "OP-1",
            "OP-2",
            "OP-3",
            "OP-4",
        }


async def test_the_cloud_may_write_the_office_s_time_and_the_copy_utc(staged):
    there = Switches(cloud_zone="office", copy_zone="utc")
    async with staged(switches=there, offices=THREE_OFFICES) as stage:
        row = await stage.status(await stage.book())
        assert row["request_time"] == "2026-11-23 10:00:00"
        rows = (await stage.app_get("data_sync_status")).json()["items"]
        assert {row["data_insert_date"] for row in rows} == {"2026-11-23T15:00:00"}


async def test_service_item_may_be_shown_by_default(switched):
    async with switched(service_item_by_default=True) as stage:
        rows = await stage.items("practice_variables")
        assert {row["service_item"] for row in rows} >= {"appointment status", "appointment type"}


async def test_a_description_may_have_to_be_plain(switched):
    async with switched(plain_description_only=True) as stage:
        answer = await stage.send("POST", "appointment", stage.booking(description="Crown & fill"))
        assert (answer.status_code, answer.json()["error_code"]) == (400, "API1026")
        assert (await stage.send("POST", "appointment", stage.booking())).status_code == 201
