"""Every write alike: in the plan, struck by faults, echoed, taken back, queued while the PC is off."""

import httpx2
import pytest

from sandbox.config import OfficeSpec
from sandbox.invented import INVENTED
from sandbox.pms import PROFILES
from sandbox.switches import Switches
from sandbox.world import Fault
from sandbox.writes import OPERATIONS

DAYS = {"startdate": "2026-11-23", "enddate": "2026-11-23"}
WRITES = list(OPERATIONS)


def taker(operation):
    """A software that takes the write."""
    pms = "OrthoTrac" if operation == "PATCH patient" else "OpenDental"
    assert PROFILES[pms].takes(operation)
    return (OfficeSpec(pms=pms),)


async def listed(stage, write_id):
    (row,) = (await stage.app_get("writebacks", id=write_id, **DAYS)).json()["items"]
    return row


@pytest.mark.parametrize("operation", WRITES)
async def test_every_write_is_in_the_plan_and_can_be_denied(staged, operation):
    async with staged(offices=taker(operation)) as stage:
        assert operation in (await stage.first_grant())["scope"].split(",")
        stage.world.denied.add(operation)
        assert operation not in (await stage.first_grant())["scope"].split(",")
        assert (await stage.refused(*stage.write(operation)))[:2] == (401, "API2004")


@pytest.mark.parametrize("operation", WRITES)
async def test_every_write_is_told_pending_then_done_with_its_code_and_its_own_record(staged, operation):
    async with staged(offices=taker(operation)) as stage:
        method, path, body = stage.write(operation)
        answer = await stage.send(method, path, body)
        codes = {"POST": (201, "API2016"), "PUT": (200, "API0007"), "PATCH": (200, "API0007")}
        expected = (200, "API0011") if operation == "PATCH patient" else codes[method]
        assert (answer.status_code, answer.json()["error_code"]) == expected
        write_id = answer.json()["long_message"].removeprefix("Id:")
        target = path.partition("/")[2]
        pending = await stage.status(write_id)
        assert (pending["is_completed"], pending["status"], pending["method"]) == ("False", "Pending", method)
        shown = pending["patient_id"] if operation == "PATCH patient" else pending["appointment_sr_no"]
        assert (shown, pending["created_id"]) == (target, "")
        done = await stage.settled(write_id)
        assert done["status"] == "Success"
        assert bool(done["created_id"]) is (method == "POST")
        (effect,) = stage.world.effects
        assert (effect.writeback_id, effect.operation, effect.ok) == (write_id, operation, True)
        assert effect.created_id == done["created_id"]
        assert effect.patient_id == done["patient_id"] != ""


@pytest.mark.parametrize("operation", WRITES)
async def test_every_write_can_be_lost_before_and_after_its_work(staged, operation):
    async with staged(offices=taker(operation)) as stage:
        method, path, body = stage.write(operation)
        await stage.key()
        lost = (Fault("lost_before", method), 0), (Fault("lost_after", method), 1), (Fault("lost_before"), 1)
        for fault, queued in lost:
            stage.world.faults.add(fault)
            with pytest.raises(httpx2.TransportError):
                await stage.send(method, path, body)
            assert len(stage.world.queue.rows) == queued
        refusals = (
            (Fault("overloaded", path=f"/{path}"), 503),
            (Fault("internal_error", path=f"/{path}"), 500),
            (Fault("rate_limited", path=f"/{path}"), 429),
        )
        for fault, status in refusals:
            stage.world.faults.add(fault)
            assert (await stage.send(method, path, body)).status_code == status
        stage.clock.forward(121)
        await stage.app_get("writebacks", **DAYS)
        assert [effect.operation for effect in stage.world.effects] == [operation]


@pytest.mark.parametrize("operation", WRITES)
async def test_every_write_is_echoed_in_the_official_form(staged, operation):
    async with staged(offices=taker(operation)) as stage:
        method, path, body = stage.write(operation)
        write_id = await stage.accepted(method, path, body)
        row = await listed(stage, write_id)
        key = (await stage.key())["Request-Key"]
        name, _, target = path.partition("/")
        fields = "".join(f"&{each}={value}" for each, value in body.items())
        end = f"&id={target}" if target else ""
        assert row["api_request_body"] == (
            f"request_key={key[:10]}***********{key[-6:]}{fields}&apiname={method} {name}{end}"
        )
        assert (row["method"], row["api_name"], row["result"]) == (method, name.removesuffix("s"), "pending")


async def test_the_echo_names_the_record_of_its_path_once(staged):
    async with staged(offices=taker("PATCH patient")) as stage:
        method, path, body = stage.write("PATCH patient", patient_id=stage.anna)
        echoed = (await listed(stage, await stage.accepted(method, path, body)))["api_request_body"]
        assert "patient_id=" not in echoed
        assert echoed.endswith(f"&id={stage.anna}")
        note = await listed(stage, await stage.accepted(*stage.write("POST medical_notes")))
        assert f"&patient_id={stage.anna}&" in note["api_request_body"]


@pytest.mark.parametrize("operation", WRITES)
async def test_every_write_can_be_taken_back_and_is_refused_at_once_with_the_pc_off(staged, operation):
    async with staged(offices=taker(operation)) as stage:
        method, path, body = stage.write(operation)
        write_id = await stage.accepted(method, path, body)
        answer = await stage.http.delete("writebacks", params={"id": write_id}, headers=stage.app_headers)
        assert answer.json()["error_code"] == "API4006"
        stage.world.set_online("D10001", False)
        refusal = await stage.refused(method, path, {**body, "check_spu": "true"})
        assert refusal == (412, "API2017", "Sikka platform utility is offline")
        stage.world.set_online("D10001", True)
        stage.clock.forward(3600)
        await stage.get("practices")
        assert stage.world.effects == []


async def test_the_invented_words_are_those_the_api_says(staged):
    said = {}
    for operation in WRITES:
        async with staged(offices=taker(operation)) as stage:
            write_id = await stage.accepted(*stage.write(operation))
            status, row = await stage.settled(write_id), await listed(stage, write_id)
            said["writeback_status api", operation] = status["api"]
            said["writeback_status result", operation] = status["result"]
            said["writebacks api_name", operation] = row["api_name"]
            said["writebacks apiname", operation] = dict(
                part.split("=", 1) for part in row["api_request_body"].split("&")
            )["apiname"]
            stage.office.refresh()
            if operation == "POST medical_notes":
                (note,) = await stage.items("medical_notes", fields="note_id")
                assert note["note_id"] == status["created_id"]
                said["writeback_status created_id", operation] = "note_id"
            if operation == "POST transaction":
                number = status["created_id"]
                (entry,) = await stage.items("transactions", transaction_sr_no=number)
                said["writeback_status created_id", operation] = "transaction_sr_no"
                said["transactions transaction_type", operation] = entry["transaction_type"]
                said["transactions amount", operation] = entry["amount"][0]
    for each in INVENTED:
        assert each.leans_on
        assert said[each.where, each.operation] == each.word
    official = {
        ("writeback_status api", "POST patient"): "patients",
        ("writeback_status result", "POST patient"): "New Patient inserted successfully",
        ("writebacks api_name", "PATCH appointments"): "appointment",
        ("writebacks apiname", "PATCH appointments"): "PATCH appointments",
    }
    assert said == official | {(each.where, each.operation): each.word for each in INVENTED}


@pytest.mark.parametrize("operation", WRITES)
async def test_the_switches_of_a_write_hold_for_every_write(staged, operation):
    method = operation.split()[0]
    switches = Switches(write_reply="plain", created_ids="created_id", api_name="plural", list_result="word")
    async with staged(offices=taker(operation), switches=switches) as stage:
        _, path, body = stage.write(operation)
        answer = await stage.send(method, path, body)
        assert answer.status_code == (201 if method == "POST" else 200)
        write_id = answer.json()["id"]
        assert answer.json() == {"id": write_id, "result": "pending"}
        done = await stage.settled(write_id)
        if method == "POST":
            assert done["created_id"]
            assert done["appointment_sr_no"] == done["patient_id"] == ""
        row = await listed(stage, write_id)
        assert row["result"] == "completed"
        assert f"&apiname={method} {path.partition('/')[0].removesuffix('s')}s" in row["api_request_body"]


async def test_hours_with_the_pc_off_queue_every_write_and_its_return_does_them_in_order(staged):
    async with staged(offices=taker("POST patient"), refresh_seconds=900) as stage:
        await stage.key()
        stage.world.set_online("D10001", False)
        ids = []
        for hour in range(8, 18):
            ids.append(await stage.book(time=f"{hour:02d}:00"))
            ids.append(await stage.accepted(*stage.write("POST patient", firstname=f"New{hour}")))
            ids.append(await stage.accepted(*stage.write("POST medical_notes", text=f"Note {hour}")))
            ids.append(await stage.accepted(*stage.write("POST transaction", amount=str(hour))))
            stage.clock.forward(600)
        move = stage.write("PUT appointments")
        moved = stage.records.appointments[move[1].partition("/")[2]]
        ids.append(await stage.accepted(*move))
        inserted = stage.office.copy.inserted_at
        stage.clock.forward(6 * 3600)
        # nobody called meanwhile: what was due in these hours was due with the PC off
        stage.world.set_online("D10001", True)
        back = stage.clock.time
        assert stage.office.copy.inserted_at == inserted
        assert stage.world.effects == []
        assert (await stage.status(ids[0]))["status"] == "Pending"
        assert stage.office.copy.inserted_at == inserted
        stage.clock.forward(1200)
        await stage.get("practices")
        assert [effect.writeback_id for effect in stage.world.effects] == ids
        assert all(effect.ok and effect.time > back for effect in stage.world.effects)
        assert [note.text for note in stage.records.notes.values()] == [f"Note {h}" for h in range(8, 18)]
        assert stage.records.appointments[moved.sr_no].start != moved.start
        assert stage.office.copy.inserted_at > back
        assert len(await stage.items("medical_notes", patient_id=stage.anna)) == 10


async def test_a_write_of_another_office_s_key_does_not_wait_for_this_pc(staged):
    async with staged(offices=(OfficeSpec(), OfficeSpec("D20002"))) as stage:
        stage.world.set_online("D10001", False)
        await stage.book()
        headers = await stage.key("D20002")
        answer = await stage.http.post("medical_notes", json=stage.note(patient_id="0"), headers=headers)
        assert answer.status_code == 201
        stage.clock.forward(121)
        await stage.app_get("writebacks", **DAYS)
        assert [effect.office_id for effect in stage.world.effects] == ["D20002"]
