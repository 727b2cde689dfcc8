"""Every fault, over real connections: what the caller sees, and whether the work was done."""

import asyncio
from random import Random

import httpx2
import pytest

from sandbox.app import create_app
from sandbox.faults import Fault, Faults
from sandbox.world import SandboxConfig, World

OFFICE = "D10001"


def posts(stage):
    return len(stage.world.queue.rows)


async def post(stage):
    return await stage.send("POST", "appointment", stage.booking())


@pytest.mark.parametrize(("kind", "done"), [("lost_before", 0), ("lost_after", 1)])
async def test_a_lost_answer_ends_the_connection_without_a_byte(stage, kind, done):
    await stage.key()
    stage.world.faults.add(Fault(kind, method="POST", path="/appointment"))
    with pytest.raises(httpx2.RemoteProtocolError, match="without sending a response"):
        await post(stage)
    assert posts(stage) == done
    assert stage.world.requests[-1].status == 0
    assert (await post(stage)).status_code == 201


async def test_half_a_body_declares_more_than_it_sends(stage):
    await stage.key()
    stage.world.faults.add(Fault("half_body"))
    with pytest.raises(httpx2.RemoteProtocolError, match="without sending complete"):
        await post(stage)
    assert posts(stage) == 1


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("rate_limited", 429, "API2012"),
        ("internal_error", 500, "API2001"),
        ("overloaded", 503, "API2002"),
    ],
)
async def test_a_refusal_on_demand_has_its_status_code_and_headers(stage, kind, status, code):
    await stage.key()
    stage.world.faults.add(Fault(kind, method="POST"))
    answer = await post(stage)
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)
    assert "X-Rate-Limit-Reset" in answer.headers
    assert posts(stage) == 0


async def test_a_429_uses_the_window_up_until_it_resets(stage):
    await stage.key()
    stage.world.faults.add(Fault("rate_limited"))
    answer = await stage.get("practices")
    assert answer.headers["X-Rate-Limit-Remaining"] == "0"
    assert (await stage.get("practices")).status_code == 429
    stage.clock.forward(int(answer.headers["X-Rate-Limit-Reset"]))
    assert (await stage.get("practices")).status_code == 200


@pytest.mark.parametrize("kind", ["internal_error", "overloaded", "html"])
@pytest.mark.parametrize("after_work", [False, True])
async def test_a_bad_answer_may_come_before_or_after_the_work(stage, kind, after_work):
    await stage.key()
    stage.world.faults.add(Fault(kind, method="POST", after_work=after_work))
    await post(stage)
    assert posts(stage) == int(after_work)


async def test_html_comes_as_a_200_page(stage):
    stage.world.faults.add(Fault("html"))
    answer = await stage.app_get("authorized_practices")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("after_work", [False, True])
async def test_a_hang_answers_in_the_end(stage, after_work):
    await stage.key()
    stage.world.faults.add(Fault("hang", method="POST", seconds=0.02, after_work=after_work))
    assert (await post(stage)).status_code == 201
    assert posts(stage) == 1


@pytest.mark.parametrize("after_work", [False, True])
async def test_a_hang_ends_when_the_client_goes_away(staged, after_work):
    async with staged() as stage:
        await stage.key()
        stage.world.faults.add(Fault("hang", method="POST", seconds=3600, after_work=after_work))
        with pytest.raises(httpx2.ReadTimeout):
            await stage.http.post(
                "appointment", json=stage.booking(), headers=await stage.key(), timeout=0.05
            )
        async with asyncio.timeout(30):
            while not any(seen.path == "/appointment" for seen in stage.world.requests):
                await stage.http.get(f"{stage.running.control_url}/health")
        assert stage.world.requests[-1].status == 0
        assert posts(stage) == int(after_work)


async def test_a_hang_does_not_keep_the_sandbox_from_stopping(staged):
    async with asyncio.timeout(30), staged() as stage:
        stage.world.faults.add(Fault("hang", seconds=3600))
        with pytest.raises(httpx2.ReadTimeout):
            await stage.http.get("practices", timeout=0.05)


async def test_a_key_can_expire_in_mid_call(stage):
    await stage.key()
    stage.world.faults.add(Fault("key_expired", path="/patients"))
    answer = await stage.get("patients")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "API1025")
    stage.world.faults.add(Fault("key_expired"))
    assert (await stage.app_get("authorized_practices")).status_code == 200


async def test_a_fault_strikes_only_what_it_names_and_as_often_as_it_says(stage):
    await stage.key()
    stage.world.faults.add(Fault("internal_error", method="GET", path="/patients", times=2, office_id=OFFICE))
    stage.world.faults.add(Fault("overloaded", office_id="D99999"))
    statuses = [
        (await stage.get(path)).status_code
        for path in ("practices", "patients", "providers", "patients", "patients")
    ]
    assert statuses == [200, 500, 200, 500, 200]
    stage.world.faults.clear()
    assert not stage.world.faults.waiting


async def test_a_fault_finds_the_office_of_a_grant(stage):
    granted = await stage.first_grant()
    stage.world.faults.add(Fault("internal_error", path="/request_key", office_id=OFFICE, times=None))
    refresh = await stage.grant(grant_type="refresh_key", refresh_key=granted["refresh_key"])
    assert refresh.status_code == 500
    assert (await stage.http.post("request_key", content=b"?")).status_code == 415


def test_a_probability_is_met_about_as_often_and_the_same_each_time():
    def struck(seed):
        faults = Faults(Random(seed))
        faults.add(Fault("hang", probability=0.3, times=None))
        return [faults.strike("GET", "/patients", "") is not None for _ in range(400)]

    assert 80 < sum(struck(1)) < 160
    assert struck(1) == struck(1) != struck(2)


async def test_in_memory_a_lost_answer_is_raised(clock):
    world = World(SandboxConfig(), clock)
    world.faults.add(Fault("lost_before"))
    world.faults.add(Fault("half_body"))
    transport = httpx2.ASGITransport(app=create_app(world))
    async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox/v4/") as http:
        for _ in range(2):
            with pytest.raises(ConnectionResetError):
                await http.get("practices")


async def test_a_body_may_come_in_pieces(stage):
    async def pieces():
        yield b'{"grant_type": '
        yield b'"nonsense"}'

    headers = {"Content-Type": "application/json"}
    answer = await stage.http.post("request_key", content=pieces(), headers=headers)
    assert answer.json()["error_code"] == "API1001"
