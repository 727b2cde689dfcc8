"""Authorisation: app headers, both grants, lives of keys, permissions, limits."""

import pytest

from sandbox.config import THREE_OFFICES, OfficeSpec
from sandbox.switches import Switches

OFFICE = "D10001"


async def code(answer):
    return answer.status_code, answer.json()["error_code"]


async def test_the_app_s_headers_open_the_list_of_practices_and_a_request_key_does_not(stage):
    rows = (await stage.app_get("authorized_practices")).json()["items"]
    assert [row["office_id"] for row in rows] == [OFFICE]
    assert rows[0]["secret_key"] == stage.office.secret_key
    assert rows[0]["practice_management_system"] == "Opendental"
    only_key = await stage.http.get("authorized_practices", headers=await stage.key())
    assert await code(only_key) == (400, "API1001")
    half = {"App-Id": stage.app_headers["App-Id"]}
    assert await code(await stage.http.get("authorized_practices", headers=half)) == (400, "API1002")
    wrong = {**stage.app_headers, "App-Key": "0" * 32}
    assert await code(await stage.http.get("authorized_practices", headers=wrong)) == (401, "API2003")


async def test_a_first_grant_answers_in_the_official_fields(stage):
    granted = await stage.first_grant()
    assert set(granted) == {
        "href",
        "request_key",
        "refresh_key",
        "start_time",
        "end_time",
        "expires_in",
        "issued_to",
        "status",
        "request_count",
        "scope",
        "domain",
    }
    assert (granted["start_time"], granted["end_time"]) == ("2026-11-23T15:00:00", "2026-11-24T15:00:00")
    assert granted["expires_in"] == "86400 second(s)"
    assert len(granted["request_key"]) == 32
    assert granted["request_key"].isalnum()
    assert (granted["issued_to"], granted["status"], granted["domain"]) == (OFFICE, "active", "Dental")
    assert {"patients", "POST appointment"} <= set(granted["scope"].split(","))


async def test_a_refresh_in_two_steps_hands_out_new_keys_and_leaves_the_old_one_alive(stage):
    first = await stage.first_grant()
    second = (await stage.grant(grant_type="refresh_key", refresh_key=first["refresh_key"])).json()
    third = (await stage.grant(grant_type="refresh_key", refresh_key=second["refresh_key"])).json()
    keys = [each["request_key"] for each in (first, second, third)]
    assert len({*keys, *(each["refresh_key"] for each in (first, second, third))}) == 6
    for key in keys:
        assert (await stage.http.get("practices", headers={"request-key": key})).status_code == 200


async def test_key_info_tells_what_remains_and_how_often_it_was_used(stage):
    key = await stage.key()
    stage.clock.forward(1000)
    await stage.get("practices")
    info = (await stage.get("request_key_info")).json()
    assert info["expires_in"] == "85400 second(s)"
    assert info["request_count"] == "3"
    assert info["request_key"] == key["Request-Key"]
    assert "refresh_key" not in info


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, "API1020")),
        ({"grant_type": "authorization_code"}, (400, "API1026")),
        ({"grant_type": "request_key"}, (400, "API1003")),
        ({"grant_type": "request_key", "office_id": OFFICE}, (400, "API1005")),
        ({"grant_type": "request_key", "office_id": OFFICE, "secret_key": "wrong"}, (400, "API1005")),
        ({"grant_type": "request_key", "office_id": "D9", "secret_key": "x"}, (401, "API2007")),
        ({"grant_type": "refresh_key"}, (400, "API1020")),
        ({"grant_type": "refresh_key", "refresh_key": "unknown"}, (400, "API1026")),
        ({"grant_type": "request_key", "app_key": "wrong"}, (401, "API2003")),
    ],
)
async def test_a_grant_that_makes_no_sense_is_refused_with_its_code(stage, body, expected):
    assert await code(await stage.grant(**body)) == expected


async def test_an_expired_key_is_400_and_not_401(stage):
    await stage.key()
    stage.clock.forward(86400)
    assert await code(await stage.get("patients")) == (400, "API1025")


async def test_keys_can_be_ended_by_the_world(stage):
    await stage.key()
    assert stage.world.expire_keys(OFFICE) == 1
    assert await code(await stage.get("patients")) == (400, "API1025")
    assert stage.world.expire_keys(OFFICE) == 0


async def test_the_key_is_taken_from_the_query_too_and_header_names_have_no_case(stage):
    key = (await stage.key())["Request-Key"]
    assert (await stage.http.get("practices", params={"request_key": key})).status_code == 200
    assert (await stage.http.get("practices", headers={"REQUEST-KEY": key})).status_code == 200
    assert await code(await stage.http.get("practices", headers={"Request-Key": "x" * 32})) == (
        400,
        "API1004",
    )


async def test_a_revoked_key_and_a_revoked_refresh_key_are_gone(stage):
    granted = await stage.first_grant()
    ended = await stage.http.delete("request_key", headers={"Request-Key": granted["request_key"]})
    assert ended.json()["error_code"] == "API0002"
    assert ended.json()["short_message"] == "Request Session terminated successfully."
    gone = await stage.http.get("practices", headers={"Request-Key": granted["request_key"]})
    assert await code(gone) == (400, "API1004")
    headers = {**stage.app_headers, "Refresh-Key": granted["refresh_key"]}
    assert await code(await stage.http.delete("refresh_key", headers=headers)) == (200, "API0003")
    assert await code(await stage.http.delete("refresh_key", headers=headers)) == (400, "API1026")


DENIED = frozenset({"writebacks", "POST patient", "POST medical_notes"})


async def test_what_is_outside_the_plan_is_401_and_missing_from_the_scope(staged):
    spec = OfficeSpec(denied=frozenset({"writeback_status"}))
    async with staged(offices=(spec,), denied=DENIED) as stage:
        granted = await stage.first_grant()
        scope = granted["scope"].split(",")
        assert not {"writeback_status", "POST patient", "POST medical_notes"} & set(scope)
        assert {"PATCH patient", "POST transaction", "PUT appointments"} <= set(scope)
        write_id = await stage.book()
        assert await code(await stage.get("writeback_status", id=write_id)) == (401, "API2004")
        assert await code(await stage.send("POST", "patient", {})) == (401, "API2004")
        days = {"startdate": "2026-11-23", "enddate": "2026-11-23"}
        assert await code(await stage.app_get("writebacks", **days)) == (401, "API2004")
        assert await code(await stage.send("POST", "medical_notes", {})) == (401, "API2004")


async def test_the_key_opens_its_own_office_only(staged):
    async with staged(offices=THREE_OFFICES) as stage:
        names = {}
        for office_id in stage.world.offices:
            rows = await stage.http.get("providers", headers=await stage.key(office_id))
            names[office_id] = {row["provider_id"] for row in rows.json()["items"]}
        assert "DMD1" in names["D20002"]
        assert "1" in names["D10001"]


async def test_one_practice_an_office_is_listed_unless_all_are_asked_for(staged):
    spec = OfficeSpec(practice_id="1-1", more_practice_ids=("1-2",), patients=30)
    async with staged(offices=(spec, OfficeSpec("D20002", patients=30))) as stage:
        few = (await stage.app_get("authorized_practices")).json()["items"]
        assert [(row["office_id"], row["practice_id"]) for row in few] == [
            ("D10001", "1-1"),
            ("D20002", "1"),
        ]
        every = (await stage.app_get("authorized_practices", show="all")).json()["items"]
        assert [row["practice_id"] for row in every] == ["1-1", "1-2", "1"]
        one = (await stage.app_get("authorized_practices", show="all", practice_id="1-2")).json()["items"]
        assert len(one) == 1
        located = await stage.items("patients", practice_id="1-2", limit="500")
        assert len(located) == 30
        chairs = await stage.items("operatories", cust_id="1", limit="500")
        assert len(chairs) == 10


async def test_every_answer_tells_the_limits_and_the_key_s_end(stage):
    answer = await stage.get("practices")
    assert answer.headers["X-Rate-Limit-Limit"] == "250"
    assert answer.headers["X-Rate-Limit-Remaining"] == "249"
    assert answer.headers["X-Rate-Limit-Reset"] == "60"
    assert answer.headers["Request-Key-Expires"] == "Tue, 24 Nov 2026 15:00:00 GMT"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Data-Insert" not in answer.headers
    plain = await stage.http.get("practices", headers={**await stage.key(), "Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers


async def test_more_than_the_window_allows_is_429_until_it_resets(staged):
    async with staged(rate_limit=3) as stage:
        await stage.key()
        answers = [await stage.get("practices") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[3].headers["X-Rate-Limit-Remaining"] == "0"
        assert answers[3].json()["error_code"] == "API2012"
        assert (await stage.app_get("authorized_practices")).status_code == 200
        stage.clock.forward(60)
        assert (await stage.get("practices")).status_code == 200


async def test_old_keys_end_with_a_refresh_where_the_switches_say_so(staged):
    strict = Switches(refresh_ends_old_request_key=True, old_refresh_key_reusable=False)
    async with staged(switches=strict) as stage:
        first = await stage.first_grant()
        refresh = {"grant_type": "refresh_key", "refresh_key": first["refresh_key"]}
        assert (await stage.grant(**refresh)).status_code == 200
        old = await stage.http.get("practices", headers={"Request-Key": first["request_key"]})
        assert await code(old) == (400, "API1025")
        assert await code(await stage.grant(**refresh)) == (400, "API1026")


async def test_a_refresh_key_stays_the_same_where_the_switch_says_so(staged):
    async with staged(switches=Switches(refresh_key_rotates=False)) as stage:
        first = await stage.first_grant()
        for _ in range(2):
            again = await stage.grant(grant_type="refresh_key", refresh_key=first["refresh_key"])
            assert again.json()["refresh_key"] == first["refresh_key"]
