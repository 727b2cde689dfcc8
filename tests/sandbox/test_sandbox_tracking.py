"""GET and DELETE /writebacks: the echo in the official form, the window of days, taking back."""

import pytest

from sandbox.auth import RequestKey
from sandbox.config import THREE_OFFICES
from sandbox.tracking import echo
from sandbox.writebacks import Writeback

DAYS = {"startdate": "2026-11-23", "enddate": "2026-11-23"}


async def code(answer):
    return answer.status_code, answer.json()["error_code"]


async def listed(stage, **params):
    answer = await stage.app_get("writebacks", **{**DAYS, **params})
    return answer.json()["items"] if answer.content else []


def test_the_echo_has_the_form_of_the_official_sample():
    key = RequestKey("6ae9dabf68" + "x" * 16 + "0dbcf2", "", "D1111", 0, 0)
    write = Writeback(
        id="12223567",
        office_id="D1111",
        operation="PATCH appointments",
        target="374",
        fields={
            "op": "replace",
            "path": "/appointment_status",
            "value": "Ready to go back",
            "practice_id": "1-1",
            "appointment_sr_no": "374",
        },
        masked_key=key.masked,
        received_at=0,
    )
    assert echo(write) == (
        "request_key=6ae9dabf68***********0dbcf2&op=replace&path=/appointment_status&value=Ready to go back"
        "&practice_id=1-1&apiname=PATCH appointments&id=374"
    )


async def test_a_booking_is_echoed_unescaped_with_its_key_masked(stage):
    await stage.book(description="Filling & exam = 30 min")
    (row,) = await listed(stage)
    key = (await stage.key())["Request-Key"]
    assert key not in row["api_request_body"]
    assert row["api_request_body"].startswith(f"request_key={key[:10]}***********{key[-6:]}&patient_id=")
    assert "&description=Filling & exam = 30 min&" in row["api_request_body"]
    assert row["api_request_body"].endswith("&apiname=POST appointment")
    assert (row["method"], row["api_name"], row["result"]) == ("POST", "appointment", "pending")
    assert (row["command_time"], row["completed_time"]) == ("2026-11-23T15:00:00", "")
    assert row["duration_in_second"] == ""


async def test_the_list_tells_what_is_no_longer_pending(stage):
    good, bad = await stage.book(), await stage.book(patient_id="1")
    await stage.settled(bad)
    rows = {row["id"]: row for row in await listed(stage)}
    assert [rows[good]["result"], rows[bad]["result"]] == ["success", "error"]
    assert rows[good]["completed_time"] > rows[good]["command_time"]
    assert 15 <= int(rows[good]["duration_in_second"]) <= 120
    assert [row["id"] for row in await listed(stage, id=bad)] == [bad]


async def test_the_list_covers_all_offices_of_the_app_and_is_paged(staged):
    async with staged(offices=THREE_OFFICES) as stage:
        for office_id in stage.world.offices:
            headers = await stage.key(office_id)
            for _ in range(2):
                answer = await stage.http.post("appointment", json=stage.booking(), headers=headers)
                assert answer.status_code == 201
        rows = await listed(stage, limit="4") + await listed(stage, limit="4", offset="1")
        assert len({row["id"] for row in rows}) == 6
        assert {row["office_id"] for row in rows} == set(stage.world.offices)


async def test_both_dates_are_required_and_lie_within_a_week(stage):
    await stage.book()
    for params, expected in (
        ({"startdate": "2026-11-23"}, "API1020"),
        ({"enddate": "2026-11-23"}, "API1020"),
        ({"startdate": "2026-11-16", "enddate": "2026-11-24"}, "API1026"),
        ({"startdate": "2026-11-24", "enddate": "2026-11-23"}, "API1026"),
        ({"startdate": "x", "enddate": "2026-11-23"}, "API1026"),
    ):
        assert await code(await stage.app_get("writebacks", **params)) == (400, expected)
    week = await stage.app_get("writebacks", startdate="2026-11-16", enddate="2026-11-23")
    assert len(week.json()["items"]) == 1
    other = await stage.app_get("writebacks", startdate="2026-11-20", enddate="2026-11-22")
    assert other.status_code == 204


async def test_a_pending_write_that_is_deleted_is_never_done(stage):
    write_id = await stage.book()
    answer = await stage.http.delete("writebacks", params={"id": write_id}, headers=stage.app_headers)
    assert answer.json() == {
        "http_code": "200",
        "http_code_desc": "OK",
        "error_code": "API4006",
        "short_message": "",
        "long_message": "Writeback request deleted successfully.",
        "more_information": "",
    }
    stage.clock.forward(3600)
    assert await stage.items("writeback_status", id=write_id) == []
    assert await listed(stage) == []
    assert stage.world.effects == []
    assert not [row for row in stage.records.appointments.values() if row.patient_id == stage.anna]


async def test_what_is_done_or_unknown_cannot_be_deleted(stage):
    write_id = await stage.book()
    await stage.settled(write_id)

    async def delete(**params):
        return await code(await stage.http.delete("writebacks", params=params, headers=stage.app_headers))

    assert await delete(id=write_id) == (400, "API1026")
    assert await delete(id="1") == (404, "API2009")
    assert await delete() == (400, "API1020")
    pending = await stage.book(time="11:00")
    assert await delete(id=pending) == (200, "API4006")
    assert await delete(id=pending) == (404, "API2009")


async def test_the_status_of_another_office_s_write_is_not_told(staged):
    async with staged(offices=THREE_OFFICES) as stage:
        write_id = await stage.book()
        other = await stage.http.get(
            "writeback_status", params={"id": write_id}, headers=await stage.key("D20002")
        )
        assert other.status_code == 204


@pytest.mark.parametrize("params", [{}, {"id": ""}])
async def test_the_status_wants_an_id(stage, params):
    assert await code(await stage.get("writeback_status", **params)) == (400, "API1020")
