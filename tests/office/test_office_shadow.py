"""An office that nobody has reviewed, or that is paused: times are offered, and wishes become requests."""

import datetime as dt
import os
import re
import subprocess
import sys
from contextlib import asynccontextmanager

import anyio
from contract import assert_contract
from harness import open_office
from mcp import Client

from store.inbox import TaskKind

DONE = re.compile(
    r"\b(?:is|are|have been|was) (?:now )?(?:booked|cancelled|moved|registered|changed|added)\b"
)


@asynccontextmanager
async def calling(folder):
    """An office in shadow mode, and a way to ask it over an MCP client."""
    async with (
        open_office(folder, unreviewed="request") as office,
        Client(office.app.surface) as client,
    ):

        async def ask(tool, /, call_id="call 1", **arguments):
            result = await client.call_tool(tool, arguments, meta={"call_id": call_id})
            assert_contract(result)
            return result.structured_content

        async def yes(tool, /, **arguments):
            told = await ask(tool, **arguments)
            assert told["outcome"] == "needs_confirmation", told["say"]
            return await ask(tool, **arguments, caller_confirmed=True)

        yield office, ask, yes


async def anna(ask, **more):
    found = await ask("find_patient", name="Anna Lindqvist", date_of_birth="1986-04-12", **more)
    assert found["outcome"] == "verified", found["say"]
    return found


async def requests_of(office):
    return [task for task in await office.store.inbox.list(office.id) if task.kind is TaskKind.REQUEST]


def with_a_visit(office):
    """An appointment of Anna's that the desk has made and the copy shows."""
    practice = office.world.offices[office.profile.office.office_id]
    morning = practice.now().replace(hour=9, minute=0, second=0, microsecond=0)
    coming = (morning + dt.timedelta(days=ahead) for ahead in range(70, 80))  # beyond what was seeded
    start = next(day for day in coming if day.weekday() == 0)
    patient = office.patient().patient_id
    office.world.desks[practice.office_id].book(patient, start, 30, "Doctor 1", "1")
    practice.refresh()


async def test_in_shadow_mode_a_booking_becomes_one_request_and_nothing_is_written(tmp_path):
    async with calling(tmp_path) as (office, ask, yes):
        patient = (await anna(ask))["patient"]
        slots = (await ask("find_slots", reason="exam"))["slots"]
        assert len(slots) == 3
        wanted = {"patient": patient, "slot": slots[1]["slot"]}
        told = await yes("book_appointment", **wanted)
        assert (told["outcome"], told["new"], told["retry"], told["why"]) == (
            "requested",
            True,
            "never",
            "unreviewed",
        )
        assert "request" in told["say"]
        assert "nothing is booked" in told["say"]
        assert told["start"] == slots[1]["start"]
        again = await ask("book_appointment", **wanted, caller_confirmed=True)
        assert (again["outcome"], again["new"]) == ("requested", False)
        checked = await ask("check_writeback")
        assert checked["outcome"] == "requested"
        assert (await ask("check_writeback", call_id="another"))["outcome"] == "ok"
        [task] = await requests_of(office)
        assert task.body["about"] == "book"
        assert task.body["start"].startswith(slots[1]["start"])
        assert task.body["patient_id"] == office.patient().patient_id
        assert await office.ledger.search(office.id) == []
        assert office.posts == 0


async def test_the_same_wish_is_the_same_request_until_it_is_done(tmp_path):
    async with calling(tmp_path) as (office, ask, _):
        patient = (await anna(ask))["patient"]
        slot = (await ask("find_slots", reason="exam"))["slots"][0]["slot"]
        await ask("book_appointment", patient=patient, slot=slot)

        async def booked():
            return await ask("book_appointment", patient=patient, slot=slot, caller_confirmed=True)

        assert [(await booked())["new"] for _ in range(2)] == [True, False]
        [task] = await requests_of(office)
        await office.store.inbox.done(task.id, "Dana", None, office.clock.now())
        assert not (await booked())["new"]  # done a moment ago: the call may not have heard
        async with office.store.database.transaction() as statements:
            await statements.execute("UPDATE tasks SET done_at = 0")
        assert (await booked())["new"]
        assert len(await requests_of(office)) == 1


async def test_in_shadow_mode_every_other_wish_is_a_request_too(tmp_path):
    async with calling(tmp_path) as (office, ask, yes):
        with_a_visit(office)
        found = await anna(ask)
        patient, visit = found["patient"], found["appointments"][0]["appointment"]
        slot = (await ask("find_slots", reason="exam", patient=patient))["slots"][0]["slot"]
        told = [
            await yes("cancel_appointment", appointment=visit),
            await yes("reschedule_appointment", appointment=visit, slot=slot),
            await ask("confirm_appointment", appointment=visit),
            await ask("add_note", patient=patient, note="Prefers mornings."),
            await yes("record_payment", patient=patient, amount="45", method="cash"),
        ]
        assert [answer["outcome"] for answer in told] == ["requested"] * 5
        assert not [answer["say"] for answer in told if DONE.search(answer["say"].replace("nothing is", ""))]
        about = [task.body["about"] for task in await requests_of(office)]
        assert about == ["cancel", "move", "confirm", "add_note", "record_payment"]
        assert await office.ledger.search(office.id) == []
        assert not [
            seen
            for seen in office.world.requests
            if seen.method in {"POST", "PUT", "PATCH"} and "key" not in seen.path
        ]


async def test_somebody_whose_registration_is_a_request_can_ask_for_a_time(tmp_path):
    async with calling(tmp_path) as (office, ask, yes):
        who = {
            "first_name": "Nora",
            "last_name": "Feldbaum",
            "date_of_birth": "1991-02-03",
            "phone": "860 555 0177",
        }
        slot = (await ask("find_slots", reason="exam", patient="new"))["slots"][0]["slot"]
        told = await yes("register_patient", **who)
        assert told["outcome"] == "requested"
        patient = told["patient"]
        await office.store.profiles.apply(office.id, "", over=0, by="a test", now=office.clock.now())
        told = await yes("book_appointment", patient=patient, slot=slot)
        assert (told["outcome"], told["why"]) == ("requested", "unregistered")
        registration, booking = await requests_of(office)
        assert registration.body["first_name"] == "Nora"
        assert booking.body["requested_patient"] == registration.id
        assert (await ask("list_appointments", patient=patient))["appointments"] == []
        assert await office.ledger.search(office.id) == []


async def test_what_the_office_says_of_its_calls_is_said_and_no_more(tmp_path):
    async with calling(tmp_path) as (office, ask, yes):
        document = "[policy]\nfollow_up='call'\nonly_requested=['book']"
        await office.store.profiles.apply(office.id, document, over=0, by="a test", now=office.clock.now())
        patient = (await anna(ask))["patient"]
        slot = (await ask("find_slots", reason="exam"))["slots"][0]["slot"]
        told = await yes("book_appointment", patient=patient, slot=slot)
        assert told["why"] == "not_allowed"
        assert told["say"].endswith("The office calls about requests like this.")


async def test_a_time_that_the_office_has_closed_meanwhile_is_not_asked_for(tmp_path):
    async with calling(tmp_path) as (office, ask, yes):
        document = "[[closures]]\nfirst=2000-01-01\nlast=2100-01-01"
        patient = (await anna(ask))["patient"]
        slot = (await ask("find_slots", reason="exam"))["slots"][0]["slot"]
        await office.store.profiles.apply(office.id, document, over=0, by="a test", now=office.clock.now())
        told = await yes("book_appointment", patient=patient, slot=slot)
        assert (told["outcome"], told["why"]) == ("slot_taken", "closed")
        assert await requests_of(office) == []


async def test_a_pause_by_another_process_holds_from_the_next_call_on(tmp_path):
    environment = {
        **{
            name: value for name, value in os.environ.items() if not name.startswith(("SIKKA_", "CHAIRTIME_"))
        },
        "CHAIRTIME_DATABASE_URL": f"sqlite:///{tmp_path / 'chairtime.sqlite3'}",
    }

    async def command(word):
        done = await anyio.run_process(
            [sys.executable, "-m", "server", "office", word], env=environment, stdin=subprocess.DEVNULL
        )
        return done.stdout.decode()

    async with calling(tmp_path) as (office, ask, yes):
        await office.store.profiles.apply(office.id, "", over=0, by="a test", now=office.clock.now())
        patient = (await anna(ask))["patient"]
        slots = [one["slot"] for one in (await ask("find_slots", reason="exam"))["slots"]]
        assert (await yes("book_appointment", patient=patient, slot=slots[0]))["outcome"] in {
            "pending",
            "confirmed",
        }
        assert "is paused" in await command("pause")
        told = await yes(
            "cancel_appointment", appointment=(await anna(ask))["appointments"][0]["appointment"]
        )
        assert (told["outcome"], told["why"]) == ("requested", "paused")
        assert "noted" in told["say"]
        assert "nothing is cancelled" in told["say"]
        # What is in the ledger already is told as it is, and asks nobody for anything.
        repeated = await ask("book_appointment", patient=patient, slot=slots[0], caller_confirmed=True)
        assert repeated["outcome"] in {"pending", "confirmed"}
        assert [task.body["about"] for task in await requests_of(office)] == ["cancel"]
        assert "goes on" in await command("resume")
        note = await ask("add_note", patient=patient, note="Prefers mornings.")
        assert note["outcome"] in {"pending", "confirmed"}
