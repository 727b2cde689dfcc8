"""Lists: paging by page number, empty answers, filters, search, RQL, order, and the lagging copy."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sandbox.config import THREE_OFFICES, OfficeSpec
from sandbox.filters import digits


async def ids(stage, name, key, **params):
    return [row[key] for row in await stage.items(name, limit="5000", **params)]


async def test_offset_is_a_page_number_and_pages_neither_overlap_nor_leave_gaps(stage):
    pages = [await stage.items("patients", offset=str(n), limit="50") for n in range(4)]
    assert [len(page) for page in pages] == [50, 50, 20, 0]
    seen = [row["patient_id"] for page in pages for row in page]
    assert seen == await ids(stage, "patients", "patient_id")
    assert len(set(seen)) == 120


async def test_without_a_limit_fifty_rows_come(stage):
    assert len(await stage.items("patients")) == 50


@pytest.mark.parametrize("page", [{"limit": "5001"}, {"limit": "0"}, {"limit": "x"}, {"offset": "-1"}])
async def test_a_page_that_is_none_is_refused(stage, page):
    answer = await stage.get("patients", **page)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "API1026")


async def test_nothing_found_is_204_without_a_body(stage):
    for name, params in (
        ("patients", {"lastname": "Nobody"}),
        ("appointments_available_slots", {}),
        ("medical_notes", {}),
        ("claims", {}),
        ("writeback_status", {"id": "1"}),
    ):
        answer = await stage.get(name, **params)
        assert (answer.status_code, answer.content) == (204, b"")


async def test_an_empty_parameter_filters_nothing_and_an_unknown_one_neither(stage):
    assert len(await ids(stage, "patients", "patient_id", lastname="", birthdate="1986-04-12")) == 120


async def test_the_mandatory_parameter_of_operatories_is_mandatory(stage):
    answer = await stage.get("operatories")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "API1020")
    assert await ids(stage, "operatories", "is_hidden", cust_id="1", is_hidden="F") == ["F"] * 4


async def test_people_are_filtered_by_name_without_letter_case(stage):
    assert await ids(stage, "patients", "patient_id", firstname="anna", lastname="LINDQVIST") == [stage.anna]


async def test_the_cell_filter_looks_at_cells_only_and_phone_at_all_three(stage):
    bill = stage.patient("William", "Thompson")  # reachable at home only
    assert await ids(stage, "patients", "patient_id", cell="8605550121") == []
    assert await ids(stage, "patients", "patient_id", homephone="860-555-0121") == [bill]
    assert await ids(stage, "patients", "patient_id", phone="8605550121") == [bill]
    work = stage.patient("Hương", "Nguyễn")
    assert await ids(stage, "patients", "patient_id", workphone="8605550164") == [work]


async def test_a_family_shares_a_phone(stage):
    found = await stage.items("patients", cell="8605550133")
    assert {row["lastname"] for row in found} == {"Whitaker"}
    born = [row["birthdate"] for row in found]
    assert len(found) == 4
    assert len(set(born)) == 3
    assert len({row["guarantor_id"] for row in found}) == 1


async def test_search_looks_at_names_places_and_phones(stage):
    assert await ids(stage, "patients", "patient_id", search="lindq") == [stage.anna]
    assert await ids(stage, "patients", "patient_id", search="8605550142") == [stage.anna]
    town = await stage.items("patients", search="Weston Mills", limit="500")
    assert town
    assert {row["city"] for row in town} == {"Weston Mills"}


@pytest.mark.parametrize(
    ("find", "who"),
    [
        ("birthdate=eq_1986-04-12", {"Anna"}),
        ("birthdate=eq_2014-05-09", {"Ava", "Mia"}),
        ("birthdate=eq_2014-05-09::AND::firstname=neq_Mia", {"Ava"}),
        ("birthdate=eq_1986-04-12::OR::firstname=eq_mia::AND::lastname=like_Whit", {"Anna", "Mia"}),
        ("lastname=like_Lindq::AND::birthdate=gt_1986-04-11::AND::birthdate=lt_1986-04-13", {"Anna"}),
        ("lastname=like_Lindq::AND::birthdate=gte_1986-04-12::AND::birthdate=lte_1986-04-12", {"Anna"}),
        ("lastname=eq_Lindqvist::AND::birthdate=gt_1986-04-12", set()),
        ("lastname=eq_Lindqvist::AND::middlename=lt_z", set()),
    ],
)
async def test_find_reads_rql(stage, find, who):
    assert {row["firstname"] for row in await stage.items("patients", find=find)} == who


async def test_find_compares_numbers_as_numbers(stage):
    answer = await stage.items("appointments", find="length=gt_90", limit="5000")
    assert {row["length"] for row in answer} == {"120"}


@pytest.mark.parametrize("find", ["birthdate", "birthdate=1986-04-12", "=eq_x"])
async def test_find_that_cannot_be_read_is_refused(stage, find):
    answer = await stage.get("patients", find=find)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "API1026")


async def test_appointments_are_filtered_by_day_both_ends_included(stage):
    rows = await stage.items("appointments", startdate="2026-12-01", enddate="2026-12-02", limit="5000")
    assert {row["date"][:10] for row in rows} == {"2026-12-01", "2026-12-02"}
    later = await stage.items("appointments", startdate="2026-12-02", limit="5000")
    assert min(row["date"] for row in later) == "2026-12-02T00:00:00"
    earlier = await stage.items("appointments", enddate="2026-11-20", limit="5000")
    assert max(row["date"] for row in earlier) == "2026-11-20T00:00:00"


async def test_the_date_filter_can_look_at_another_date(stage):
    params = {"startdate": "2026-11-01", "enddate": "2026-11-22", "date_filter_on": "appointment_made_date"}
    rows = await stage.items("appointments", limit="5000", **params)
    assert rows
    assert all("2026-11-01" <= row["appointment_made_date"][:10] <= "2026-11-22" for row in rows)
    wrong = await stage.get("appointments", startdate="2026-11-01", date_filter_on="moon")
    assert wrong.json()["error_code"] == "API1026"
    for bad in ("tomorrow", "20261201", "2026-13-01"):
        wrong = await stage.get("appointments", startdate=bad)
        assert wrong.json()["error_code"] == "API1026"


async def test_appointments_are_filtered_by_patient_chair_and_procedure(stage):
    row = stage.coming(operatory="Hygiene 1")
    found = await ids(
        stage,
        "appointments",
        "appointment_sr_no",
        patient_id=row.patient_id,
        operatory="hygiene 1",
        procedure_code=row.codes[0],
    )
    assert row.sr_no in found
    assert await ids(stage, "appointments", "appointment_sr_no", procedure_code="D9999") == []


async def test_schedules_are_filtered_by_week_and_resource(stage):
    rows = await stage.items("practice_schedule", date="2026-11-29", fields="get_all", limit="500")
    assert {row["date"] for row in rows} == {"2026-11-29T00:00:00"}
    assert {row["resource_type"] for row in rows} == {"Practice", "Operatory", "Provider"}
    (practice,) = [row for row in rows if row["resource_type"] == "Practice"]
    assert (practice["monday_start_1"], practice["monday_end_1"]) == ("08:00", "12:00")
    assert (practice["monday_start_2"], practice["sunday_start_1"]) == ("13:00", "")
    one = await stage.items("practice_schedule", date="2026-11-29", resource_id="Doctor 1")
    assert len(one) == 1


async def test_a_holiday_keeps_its_hours_and_says_so_in_its_own_field(stage):
    (row,) = await stage.items(
        "practice_schedule", date="2026-11-22", resource_type="practice", fields="get_all"
    )
    assert (row["thursday_holiday"], row["friday_holiday"]) == ("True", "False")
    assert row["thursday_start_1"] == "08:00"


async def test_rows_come_in_the_order_of_their_numbers_or_as_asked(stage):
    numbers = [int(each) for each in await ids(stage, "patients", "patient_id")]
    assert numbers == sorted(numbers)
    surnames = await ids(stage, "patients", "lastname", SortBy="lastname")
    assert surnames == sorted(surnames)
    assert await ids(stage, "patients", "lastname", SortBy="shoe_size") == await ids(
        stage, "patients", "lastname"
    )


async def test_practice_variables_mix_their_items_under_one_service_name(stage):
    rows = await stage.items(
        "practice_variables", service_name="Appointment Status", fields="service_item", limit="500"
    )
    by_item = {}
    for row in rows:
        by_item.setdefault(row["service_item"], []).append(row["value"])
    assert by_item["appointment status"] == ["scheduled", "complete", "broken"]
    assert "Confirmed" in by_item["appointment confirmed status"]


async def test_each_software_has_its_own_words_ids_and_chairs(staged):
    async with staged(offices=THREE_OFFICES) as stage:
        words, people = {}, {}
        for office_id in stage.world.offices:
            key = await stage.key(office_id)
            listed = (await stage.http.get("appointment_statuses", headers=key)).json()["items"]
            words[office_id] = {row["status"] for row in listed}
            chairs = await stage.http.get("operatories", params={"cust_id": "1"}, headers=key)
            people[office_id] = {row["provider_id"] for row in chairs.json()["items"]}
    assert words["D10001"] == {"scheduled", "complete", "broken"}
    assert {"Cancelled", "Broken"} <= words["D20002"]
    assert {"Cancelled", "No Show"} <= words["D30003"]
    assert people["D10001"] == people["D20002"] == {""}
    assert "HYG1|DMD1" in people["D30003"]


async def test_the_capability_list_tells_which_writes_a_software_takes(stage):
    rows = (await stage.app_get("supported_pmses", new_appointment_writeback="available")).json()["items"]
    assert {row["practice_management_system"] for row in rows} == {
        "OpenDental",
        "Dentrix",
        "Eaglesoft",
        "OrthoTrac",
        "Dolphin Management",
        "ClearDent",
        "Planet DDS",
    }
    every = (await stage.app_get("supported_pmses")).json()["items"]
    assert "" in {row["new_appointment_writeback"] for row in every}


async def test_the_copy_shows_a_change_only_after_a_refresh_which_moves_its_date(stage):
    async def sync():
        (row,) = (await stage.app_get("data_sync_status", office_id="D10001")).json()["items"]
        return row["status"], row["data_insert_date"]

    before = await sync()
    assert before == ("refresh", "2026-11-23T10:00:00")
    write_id = await stage.book()
    sr_no = (await stage.settled(write_id))["appointment_sr_no"]
    assert sr_no in stage.records.appointments
    assert await stage.items("appointments", appointment_sr_no=sr_no) == []
    assert await sync() == before
    assert stage.office.refresh()
    (row,) = await stage.items("appointments", appointment_sr_no=sr_no)
    assert (row["date"], row["time"], row["patient_id"]) == ("2026-12-05T00:00:00", "09:00", stage.anna)
    assert await sync() == ("refresh", "2026-11-23T10:02:01")


async def test_the_copy_refreshes_by_itself_at_its_interval(staged):
    async with staged(refresh_seconds=900) as stage:
        stage.clock.forward(2000)
        (row,) = (await stage.app_get("authorized_practices")).json()["items"]
        assert row["data_insert_date"] == "2026-11-23T10:30:00"
        assert row["difference_in_minutes"] == "3"


async def test_a_day_without_a_load_is_told_and_interval_finds_the_fresh_ones(staged):
    async with staged(offices=(OfficeSpec(patients=20), OfficeSpec("D20002", patients=20))) as stage:
        stage.clock.forward(86400)
        stage.office.refresh()
        rows = (await stage.app_get("data_sync_status")).json()["items"]
        assert {row["office_id"]: row["status"] for row in rows} == {
            "D10001": "refresh",
            "D20002": "not_refresh",
        }
        fresh = (await stage.app_get("data_sync_status", interval="5")).json()["items"]
        assert [row["office_id"] for row in fresh] == ["D10001"]


async def test_the_change_feed_gives_only_rows_loaded_in_the_range(stage):
    row = stage.coming()
    stage.records.appointments[row.sr_no] = replace(row, start=row.start + timedelta(days=70))
    stage.clock.forward(3600)
    stage.office.refresh()
    changed = await ids(stage, "appointments", "appointment_sr_no", loaded_startdate="2026-11-23T10:30:00")
    assert changed == [row.sr_no]
    every = await ids(stage, "appointments", "appointment_sr_no", loaded_enddate="2026-11-23")
    assert len(every) == len(stage.records.appointments)
    early = await ids(stage, "appointments", "appointment_sr_no", loaded_enddate="2026-11-23T10:30:00")
    assert len(early) == len(every) - 1
    wrong = await stage.get("appointments", loaded_startdate="lately")
    assert wrong.json()["error_code"] == "API1026"


async def test_a_load_in_progress_is_told_in_a_header(staged):
    async with staged(load_seconds=30) as stage:
        assert (await stage.get("patients")).headers["Data-Insert"] == "in progress"
        stage.clock.forward(31)
        assert (await stage.get("appointments")).headers["Data-Insert"] == "completed"


def test_digits_leave_the_country_code_out():
    assert digits("+1 (860) 555-0142") == digits("860.555.0142") == "8605550142"
    assert digits("none") == ""
