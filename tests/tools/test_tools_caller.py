"""Who is calling, what they agreed to, and what they are told of their own requests."""

from dataclasses import replace
from typing import Any

import anyio
import pytest
import pytest_asyncio
from callers import VOICE_RUNTIME_SECONDS, on_the_phone
from processes import http_server, open_practice

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def practice(tmp_path_factory):
    async with open_practice(tmp_path_factory.mktemp("caller")) as practice:
        yield practice


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(practice):
    async with http_server(practice, CHAIRTIME_MIRROR="off") as server:  # what a test enters is there at once
        yield server


async def booked(practice, caller):
    """A patient with a confirmed booking; returns the record, its handle and the appointment's."""
    somebody = practice.somebody()
    patient = await caller.identify(somebody)
    slot = (await caller.offers())[0]["slot"]
    told = await caller.booked(practice, somebody, patient, slot)
    return somebody, patient, told.facts["appointment"]


async def test_a_yes_that_comes_sooner_than_a_person_can_give_it_is_not_taken(practice, tmp_path):
    hasty = {
        "CHAIRTIME_CONSENT_SECONDS": "3600",
        "CHAIRTIME_DATABASE_URL": f"sqlite:///{tmp_path / 'hasty.db'}",
    }
    accepted = len(practice.world.queue.rows)
    booked_patient = practice.expected()
    async with http_server(practice, **hasty) as server, on_the_phone(server, call_id="hasty") as caller:
        patient = await caller.identify(practice.somebody())
        offer = (await caller.offers())[0]
        appointment = (await caller.find(booked_patient)).facts["appointments"][0]["appointment"]
        for _ in range(3):
            told = await caller.ask(
                "book_appointment", patient=patient, slot=offer["slot"], caller_confirmed=True
            )
            assert told.outcome == "needs_confirmation"
            assert offer["spoken"] in told.say
            told = await caller.ask("cancel_appointment", appointment=appointment, caller_confirmed=True)
            assert told.outcome == "needs_confirmation"
    assert len(practice.world.queue.rows) == accepted


async def test_a_cancelling_is_read_back_in_this_very_call_before_a_yes_counts(practice, server):
    async with on_the_phone(server, call_id="read-back") as caller:
        somebody, _, appointment = await booked(practice, caller)
        told = await caller.ask("cancel_appointment", appointment=appointment, caller_confirmed=True)
        assert told.outcome == "needs_confirmation"
    practice.refreshes()
    accepted = len(practice.world.queue.rows)
    async with on_the_phone(server, call_id="read-back-elsewhere") as other:
        appointment = (await other.find(somebody)).facts["appointments"][0]["appointment"]
        told = await other.ask("cancel_appointment", appointment=appointment, caller_confirmed=True)
        assert told.outcome == "needs_confirmation"
    assert len(practice.world.queue.rows) == accepted
    assert len(practice.appointments(somebody)) == 1


async def test_no_yes_means_that_nothing_is_written(practice, server):
    accepted = len(practice.world.queue.rows)
    async with on_the_phone(server, call_id="no-yes") as caller:
        patient = await caller.identify(practice.somebody())
        slot = (await caller.offers())[0]["slot"]
        for answer in (False, "", "no", 0, None, "false", "{{confirmed}}"):
            told = await caller.ask("book_appointment", patient=patient, slot=slot, caller_confirmed=answer)
            assert told.outcome == "needs_confirmation"
        for answer in ("maybe", 2, [], "of course not"):
            told = await caller.ask("book_appointment", patient=patient, slot=slot, caller_confirmed=answer)
            assert told.outcome == "invalid_input"
            assert told.say == "Shall I go ahead, yes or no?"
    assert len(practice.world.queue.rows) == accepted


async def test_unknown_wrong_and_ambiguous_are_told_in_the_very_same_answer(practice, server):
    anna = practice.known("Anna", "Lindqvist")
    twin = practice.somebody()
    records = practice.records.patients
    records["990001"] = replace(twin, patient_id="990001", guarantor_id=twin.patient_id)
    practice.refreshes()
    asked = {
        "unknown": ("Gwendolyn Featherstonehaugh", "1966-06-06"),
        "unknown with a known birth date": ("Gwendolyn Featherstonehaugh", str(anna.birthdate)),
        "wrong birth date": ("Anna Lindqvist", "1986-04-13"),
        "wrong last name": ("Anna Kowalczyk", str(anna.birthdate)),
        "wrong first name": ("Gertrude Lindqvist", str(anna.birthdate)),
        "two such records": (f"{twin.firstname} {twin.lastname}", str(twin.birthdate)),
    }
    answers: dict[str, str] = {}
    for why, (name, born) in asked.items():
        async with on_the_phone(server, call_id=f"stranger {why}") as caller:
            told = await caller.ask("find_patient", name=name, date_of_birth=born)
            answers[why] = told.result.model_dump_json()
    async with on_the_phone(server, call_id="strangers") as caller:
        assert len(set(answers.values())) == 1, answers
        told = await caller.ask("find_patient", name="Anna Lindqvist", date_of_birth="1986-04-13")
        assert told.outcome == "not_verified"
        assert all(way in told.say for way in ("spelling", "new", "message"))
        del records["990001"]
        practice.refreshes()


@pytest.mark.parametrize("first", ["Ava", "Mia"])
async def test_twins_are_told_apart_by_their_first_names(practice, server, first):
    async with on_the_phone(server, call_id=f"twins-{first}") as caller:
        child = practice.known(first, "Whitaker")
        told = await caller.find(child)
        assert told.outcome == "verified"
        starts = {row.start.isoformat(timespec="minutes") for row in practice.appointments(child)}
        assert {row["start"] for row in told.facts["appointments"]} <= starts


async def test_a_birth_date_is_asked_for_and_never_given(practice, server):
    anna = practice.known("Anna", "Lindqvist")
    async with on_the_phone(server, call_id="birthday") as caller:
        told = await caller.ask("find_patient", name="Anna Lindqvist", phone="860 555 0142")
        assert told.outcome == "need_more"
        answers = [
            told,
            await caller.find(anna),
            await caller.ask("find_patient", name="Anna", date_of_birth="1986-04-12"),
            await caller.ask("find_patient", date_of_birth="1986-04-12"),
            await caller.ask("find_patient", name="Anna Lindqvist", date_of_birth="1986-04-13"),
        ]
        for answer in answers:
            text = repr(answer.result)
            assert not any(form in text for form in ("1986", "04-12", "April 12", "04-13", "April 13"))
            assert anna.patient_id not in text


@pytest.mark.parametrize("way", ["header", "meta", "hidden"])
@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_call_is_known_by_its_header_its_meta_or_a_hidden_argument(practice, server, way, transport):
    name = f"{way}-{transport}"
    ways: dict[str, Any] = {
        "header": {"call_id": name},
        "meta": {"meta": {"call_id": name}},
        "hidden": {"hidden": name},
    }
    async with on_the_phone(server, transport, **ways[way]) as caller:
        patient = await caller.identify(practice.somebody())
        assert (await caller.ask("check_writeback", wait_seconds=0)).outcome == "ok"
    for same in ways.values():
        async with on_the_phone(server, **same) as caller:
            assert (await caller.ask("list_appointments", patient=patient)).outcome == "ok"
    others: list[Any] = [{"call_id": "someone-else"}, {"meta": {"call_id": "someone-else"}}, {}]
    for other in others:
        async with on_the_phone(server, **other) as caller:
            assert (await caller.ask("list_appointments", patient=patient)).outcome == "invalid_input"


async def test_a_header_beats_what_the_model_says_of_the_call(practice, server):
    async with on_the_phone(server, call_id="true", meta={"call_id": "b"}, hidden="c") as caller:
        patient = await caller.identify(practice.somebody())
    async with on_the_phone(server, call_id="true") as caller:
        assert (await caller.ask("list_appointments", patient=patient)).outcome == "ok"


async def told_of(caller, tool, **arguments):
    """Ask until an answer brings news."""
    with anyio.fail_after(VOICE_RUNTIME_SECONDS):
        while not (told := await caller.ask(tool, **arguments)).news:
            pass
    return told


async def test_news_comes_with_a_later_answer_of_the_same_call_and_ends_once_heard(practice, server):
    async with (
        on_the_phone(server, call_id="news") as caller,
        on_the_phone(server, call_id="no-news") as other,
    ):
        somebody = practice.somebody()
        patient = await caller.identify(somebody)
        offer = (await caller.offers())[0]
        assert (await caller.book(patient, offer["slot"])).facts["state"] == "submitted"
        await practice.carries_out(somebody)
        told = await told_of(caller, "find_slots", reason="cleaning")
        assert told.say.startswith("Update: ")
        assert offer["spoken"] in told.news[0]
        assert "now confirmed" in told.news[0]
        with anyio.fail_after(VOICE_RUNTIME_SECONDS):
            while told.news:  # repeated for as long as the caller may not have heard it
                told = await caller.ask("find_slots", reason="cleaning")
        for _ in range(3):
            assert not (await caller.ask("find_slots", reason="cleaning")).news
        assert not (await other.ask("find_slots", reason="cleaning")).news


async def test_without_a_call_id_news_goes_only_with_that_patients_handle(practice, server):
    async with on_the_phone(server) as caller:
        somebody, stranger = practice.somebody(), practice.somebody()
        patient, other = await caller.identify(somebody), await caller.identify(stranger)
        offer = (await caller.offers())[0]
        pending = await caller.book(patient, offer["slot"])
        assert pending.facts["state"] == "submitted"
        await practice.carries_out(somebody)

        told = await caller.ask("check_writeback")
        assert told.outcome == "invalid_input"
        assert "Which request" in told.say
        told = await told_of(caller, "list_appointments", patient=patient)
        assert offer["spoken"] in told.news[0]
        assert not (await caller.ask("find_slots", reason="exam")).news
        assert not (await caller.ask("list_appointments", patient=other)).news
        await caller.settled("confirmed", writeback=pending.facts["writeback"])
