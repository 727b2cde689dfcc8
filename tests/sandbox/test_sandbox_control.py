"""The control API and serving: a newcomer's way in, and the same world from another process."""

import os
import signal
import socket
import threading

import httpx2
import pytest

from sandbox.serving import run_blocking, serve_sandbox
from sandbox.world import SandboxConfig, World


@pytest.fixture
def control(stage):
    async def call(method, path, body=None):
        url = f"{stage.running.control_url}{path}"
        return await stage.http.request(method, url, json=body)

    return call


async def test_a_newcomer_finds_the_offices_and_the_credentials(stage, control):
    assert (await control("GET", "/health")).json() == {"ok": True, "offices": ["D10001"]}
    given = (await control("GET", "/credentials")).json()
    assert given == {"app_id": stage.world.config.app_id, "app_key": stage.world.config.app_key}
    assert [len(value) for value in given.values()] == [32, 32]


async def test_the_truth_the_requests_the_queue_and_the_effects_can_be_read(stage, control):
    write_id = await stage.book()
    assert [row["id"] for row in (await control("GET", "/writebacks")).json()] == [write_id]
    done = await stage.settled(write_id)
    rows = (await control("GET", "/offices/D10001/appointments")).json()
    (row,) = [row for row in rows if row["sr_no"] == done["created_id"]]
    assert (row["start"], row["patient_id"], row["cancelled"]) == (
        "2026-12-05T09:00:00",
        stage.anna,
        False,
    )
    patients = (await control("GET", "/offices/D10001/patients")).json()
    assert [p["birthdate"] for p in patients if p["patient_id"] == stage.anna] == ["1986-04-12"]
    (effect,) = (await control("GET", "/effects")).json()
    assert (effect["operation"], effect["ok"], effect["appointment_sr_no"]) == (
        "POST appointment",
        True,
        done["created_id"],
    )
    seen = (await control("GET", "/requests")).json()
    assert [(each["method"], each["path"], each["status"]) for each in seen] == [
        ("POST", "/request_key", 200),
        ("POST", "/appointment", 201),
        ("GET", "/writeback_status", 200),
    ]
    assert seen[-1]["query"] == f"id={write_id}"
    assert seen[-1]["office_id"] == "D10001"


async def test_faults_are_put_in_force_and_taken_out(stage, control):
    fault = {"kind": "internal_error", "path": "/practices", "times": None}
    assert (await control("POST", "/faults", fault)).json() == {"faults": 1}
    assert (await stage.get("practices")).status_code == 500
    assert (await control("DELETE", "/faults")).json() == {"faults": 0}
    assert (await stage.get("practices")).status_code == 200


async def test_the_pc_the_keys_the_copy_and_the_delays_are_in_its_hand(stage, control):
    await stage.key()
    assert (await control("POST", "/offices/D10001/expire-keys")).json() == {"expired": 1}
    assert (await control("POST", "/offices/D10001/spu", {"online": False})).json() == {"online": False}
    assert (await control("POST", "/offices/D10001/refresh")).json() == {"refreshed": False}
    await control("POST", "/offices/D10001/spu", {"online": True})
    assert (await control("POST", "/offices/D10001/refresh")).json() == {"refreshed": True}
    answer = await control("POST", "/settings", {"writeback_seconds": [1, 2]})
    assert answer.json() == {"writeback_seconds": [1, 2]}
    stage.keys.clear()
    write_id = await stage.book()
    stage.clock.forward(2)
    assert (await stage.status(write_id))["status"] == "Success"


async def test_the_desk_can_be_told_or_left_to_choose(stage, control):
    booked = await control(
        "POST",
        "/offices/D10001/desk",
        {
            "action": "book",
            "patient_id": stage.anna,
            "start": "2026-12-05T09:00",
            "length": 60,
            "operatory": "Doctor 1",
            "provider_id": "1",
        },
    )
    sr_no = booked.json()["appointment_sr_no"]
    move = {"action": "move", "appointment_sr_no": sr_no, "start": "2026-12-05T11:00"}
    assert (await control("POST", "/offices/D10001/desk", move)).json()["action"] == "move"
    assert stage.records.appointments[sr_no].start.hour == 11
    cancel = {"action": "cancel", "appointment_sr_no": sr_no}
    await control("POST", "/offices/D10001/desk", cancel)
    assert stage.records.appointments[sr_no].cancelled
    free = [(await control("POST", "/offices/D10001/desk", {})).json()["action"] for _ in range(5)]
    assert set(free) <= {"book", "move", "cancel"}
    stage.records.operatories.clear()
    stage.records.appointments.clear()
    idle = await control("POST", "/offices/D10001/desk", {})
    assert idle.json() == {"action": "none", "appointment_sr_no": ""}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/offices/D9/patients", None),
        ("POST", "/offices/D10001/spu", {"online": "yes"}),
        ("POST", "/offices/D10001/spu", None),
        ("POST", "/faults", {"kind": "earthquake"}),
        ("POST", "/faults", {"kind": "hang", "colour": "red"}),
        ("POST", "/faults", ["hang"]),
        ("POST", "/settings", {"writeback_seconds": "fast"}),
        ("POST", "/settings", {}),
        ("POST", "/offices/D10001/desk", {"action": "dance"}),
        ("POST", "/offices/D10001/desk", {"action": "book"}),
        ("POST", "/offices/D10001/desk", {"action": "cancel", "appointment_sr_no": "1"}),
    ],
)
async def test_a_control_request_that_makes_no_sense_is_refused_in_our_words(control, method, path, body):
    answer = await control(method, path, body)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_outside_both_roots_there_is_nothing(stage):
    root = stage.running.base_url.removesuffix("/v4")
    assert (await stage.http.get(f"{root}/token")).status_code == 404


async def test_the_port_is_given_back_and_a_taken_one_is_refused(clock):
    world = World(SandboxConfig(), clock)
    async with serve_sandbox(world) as running:
        port = int(running.base_url.split(":")[2].split("/")[0])
        with pytest.raises(OSError, match="in use"):
            async with serve_sandbox(world, port=port):
                pass
    async with serve_sandbox(world, port=port) as again:
        assert again.base_url == running.base_url
        assert again.world is world


def test_on_its_own_it_serves_until_it_is_told_to_end(clock):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    seen = []

    def visit(running):
        def call():
            seen.append(httpx2.get(f"{running.control_url}/health", trust_env=False).json())
            os.kill(os.getpid(), signal.SIGTERM)

        visitor = threading.Thread(target=call)
        visitor.start()
        seen.append(visitor)

    run_blocking(World(SandboxConfig(), clock), port, visit)
    seen[0].join(5)
    assert seen[1]["ok"]
