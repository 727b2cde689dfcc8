"""Registering somebody new, and booking for them before that is done."""

from dataclasses import replace

import anyio
import pytest
from harness import FAST, LIMIT_SECONDS, open_office
from stored import issue
from visiting import Agent, applied

from sandbox.config import EVERY_PMS
from server.desk.proofs import PatientProof
from store.handles import Kind
from store.inbox import TaskKind
from store.ledger_rows import Created
from store.ledger_states import OPEN, State

ADA = {
    "first_name": "Ada",
    "last_name": "Okafor",
    "date_of_birth": "1990-02-28",
    "phone": "(860) 555-0177",
    "email": "ada@practice.org",
}
BY_PMS = {spec.pms: replace(FAST, offices=(replace(spec, patients=40),)) for spec in EVERY_PMS}
TAKES_PATIENTS = [pms for pms in BY_PMS if pms not in {"PlanetDDS", "OrthoTrac"}]
SLOW = replace(FAST, writeback_seconds=(0.9, 0.9))


def people(office, first="Ada", last="Okafor"):
    """Who bears that name in the practice's own records."""
    records = office.world.offices[office.profile.office.office_id].records
    return [row for row in records.patients.values() if (row.firstname, row.lastname) == (first, last)]


async def registered(agent, **changes):
    """The answer to a yes, once this call was offered a time."""
    await agent.slots()
    return await agent.yes("register_patient", **{**ADA, **changes})


@pytest.mark.parametrize("pms", TAKES_PATIENTS)
async def test_somebody_new_is_registered_and_booked_on_every_system_that_takes_patients(tmp_path, pms):
    async with open_office(tmp_path, config=BY_PMS[pms]) as office:
        agent = Agent(office)
        slot = (await agent.slots())[0]
        read = await agent.ask("register_patient", **ADA)
        assert read.outcome == "needs_confirmation"
        assert "Ada Okafor, born on Wednesday, February 28, 1990" in read.say
        told = await agent.ask("register_patient", **ADA, caller_confirmed=True)
        patient = told.facts["patient"]
        assert (await agent.settled(told)).outcome == "confirmed"
        (ada,) = people(office)
        assert ada.birthdate is not None
        assert str(ada.birthdate) == ADA["date_of_birth"]
        booked = await agent.booked(patient, slot["slot"])
        assert booked.outcome == "confirmed"
        records = office.world.offices[office.profile.office.office_id].records.appointments.values()
        assert len([row for row in records if row.patient_id == ada.patient_id]) == 1


async def test_a_booking_for_somebody_being_registered_waits_for_it_and_is_then_carried_out(tmp_path):
    async with open_office(tmp_path, config=SLOW) as office:
        agent = Agent(office)
        slot = (await agent.slots())[0]
        told = await agent.yes("register_patient", **ADA)
        assert told.outcome == "pending"
        patient = told.facts["patient"]
        waiting = await agent.ask(
            "book_appointment", patient=patient, slot=slot["slot"], caller_confirmed=True
        )
        assert waiting.outcome == "pending"
        assert waiting.facts["state"] in {"waiting", "intent", "sending", "submitted"}
        row = (await office.ledger.search(office.id, operation="book"))[0]
        assert row.waits_for
        listed = await agent.ask("list_appointments", patient=patient)
        assert [found["start"] for found in listed.facts["appointments"]] == [slot["start"]]
        again = await agent.ask("book_appointment", patient=patient, slot=slot["slot"], caller_confirmed=True)
        assert (again.facts["new"], again.facts["writeback"]) == (False, waiting.facts["writeback"])
        done = await agent.settled(waiting)
        assert done.outcome == "confirmed"
        (ada,) = people(office)
        row = (await office.ledger.search(office.id, operation="book"))[0]
        assert row.facts["patient_id"] == ada.patient_id
        assert office.posts == 1


async def test_a_booking_not_released_yet_is_known_by_who_has_just_got_an_id(tmp_path):
    not_done_yet = replace(FAST, writeback_seconds=(60.0, 60.0))
    async with open_office(tmp_path, config=not_done_yet, write_wait_seconds=0.1) as office:
        agent = Agent(office)
        slots = await agent.slots()
        told = await agent.yes("register_patient", **ADA)
        wish = {"patient": told.facts["patient"], "caller_confirmed": True}
        waiting = await agent.ask("book_appointment", slot=slots[0]["slot"], **wish)
        assert waiting.facts["state"] == "waiting"
        await _registered_before_the_release(office)
        listed = await agent.ask("list_appointments", patient=told.facts["patient"])
        assert [found["start"] for found in listed.facts["appointments"]] == [slots[0]["start"]]
        another = await agent.ask("book_appointment", slot=slots[1]["slot"], **wish)
        assert another.outcome == "needs_confirmation"
        assert another.facts["appointment"] == listed.facts["appointments"][0]["appointment"]
        again = await agent.ask("book_appointment", slot=slots[0]["slot"], **wish)
        assert (again.facts["new"], again.facts["writeback"]) == (False, waiting.facts["writeback"])


async def _registered_before_the_release(office):
    """The practice has taken the patient; the release of the booking that waits for it is yet to come."""
    (booking,) = await office.ledger.search(office.id, operation="book")
    (registration,) = await office.ledger.search(office.id, operation="register")
    now = office.clock.now()
    await office.ledger.postpone(booking.id, due_at=now + 3_600_000, now=now)
    done = Created(patient_id="4711")
    await office.ledger.change(registration.id, State.CONFIRMED, now, expect=OPEN, created=done)


async def test_registering_once_more_while_a_booking_waits_is_still_the_same_registration(tmp_path):
    not_done_yet = replace(FAST, writeback_seconds=(60.0, 60.0))
    async with open_office(tmp_path, config=not_done_yet, write_wait_seconds=0.1) as office:
        agent = Agent(office)
        slot = (await agent.slots())[0]
        told = await agent.yes("register_patient", **ADA)
        booking = await agent.ask(
            "book_appointment", patient=told.facts["patient"], slot=slot["slot"], caller_confirmed=True
        )
        assert booking.facts["state"] == "waiting"
        again = await agent.ask("register_patient", **ADA, caller_confirmed=True)
        assert (again.facts["new"], again.facts["writeback"]) == (False, told.facts["writeback"])


async def test_a_booking_on_a_registration_that_failed_says_so(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        slot = (await agent.slots())[0]
        told = await agent.yes("register_patient", **ADA)
        told = await agent.settled(told)
        row = (await office.ledger.search(office.id, operation="register"))[0]
        async with office.store.database.transaction() as statements:
            await statements.execute("UPDATE pms_writebacks SET state = 'failed' WHERE id = $1", row.id)
        handle = await _handle_of(office, agent, row)
        told = await agent.ask("book_appointment", patient=handle, slot=slot["slot"], caller_confirmed=True)
        assert told.outcome == "failed"
        assert "registration" in told.say
        assert "nothing was booked" in told.say
        assert office.posts == 0


async def _handle_of(office, agent, row):
    """A handle as it was given out while the registration was under way."""
    proof = PatientProof("", "Ada", proven=("name", "birth_date"), registration=row.id)
    return await issue(
        office.store,
        Kind.PATIENT,
        office=office.id,
        scope_key=row.scope_key,
        subject=proof.subject,
        payload=proof.payload(),
        now=office.clock.now(),
        ttl_ms=60_000,
    )


async def test_somebody_who_is_there_is_answered_in_the_very_words_of_finding(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        await agent.slots()
        found = await agent.find()
        told = await agent.ask(
            "register_patient",
            first_name="Anna",
            last_name="Lindqvist",
            date_of_birth="1986-04-12",
            phone="860 555 0123",
        )
        assert told.result.model_dump_json() == found.result.model_dump_json()
        assert office.asked("POST", "/patient") == 0


async def test_two_records_of_that_name_and_birth_date_are_as_unclear_as_when_looked_up(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        await agent.slots()
        practice = office.world.offices["D10001"]
        anna = agent.record("Anna Lindqvist")
        practice.records.patients["990001"] = replace(anna, patient_id="990001")
        practice.refresh()
        found = await agent.find()
        assert found.outcome == "not_verified"
        told = await agent.ask(
            "register_patient",
            first_name="Anna",
            last_name="Lindqvist",
            date_of_birth="1986-04-12",
            phone="860 555 0123",
        )
        assert told.result.model_dump_json() == found.result.model_dump_json()


@pytest.mark.parametrize(
    ("changes", "task"),
    [
        ({"first_name": "Anna", "last_name": "Lindqvist", "date_of_birth": "1986-12-04"}, True),
        ({"first_name": "Anna", "last_name": "Lindqvist", "date_of_birth": "1986-04-13"}, True),
        ({"first_name": "Johanna", "last_name": "Lindqvist", "date_of_birth": "1986-04-12"}, True),
        ({}, False),
    ],
)
async def test_a_near_match_is_registered_and_is_for_the_offices_eyes_alone(tmp_path, changes, task):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        told = await agent.settled(await registered(agent, **changes))
        assert told.outcome == "confirmed"
        tasks = await office.store.inbox.list(office.id, kind=TaskKind.POSSIBLE_DOUBLE)
        assert bool(tasks) is task
        assert "double" not in told.result.model_dump_json()


async def test_the_same_registration_is_the_same_request_whatever_the_phone(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        first = await registered(agent)
        again = await agent.ask("register_patient", **ADA, caller_confirmed=True)
        other = await agent.ask("register_patient", **{**ADA, "phone": "860 555 0188", "first_name": "ADA"})
        for told in (again, other):
            assert (told.facts["new"], told.facts["patient"]) == (False, first.facts["patient"])
        await agent.settled(first)
        assert office.asked("POST", "/patient") == 1
        assert len(people(office)) == 1


async def test_a_corrected_birth_date_is_read_back_as_a_second_registration_and_is_for_people(tmp_path):
    async with open_office(tmp_path, config=SLOW) as office:
        agent = Agent(office)
        slot = (await agent.slots())[0]["slot"]
        first = await agent.yes("register_patient", **ADA)
        booking = await agent.ask(
            "book_appointment", patient=first.facts["patient"], slot=slot, caller_confirmed=True
        )
        corrected = {**ADA, "date_of_birth": "1990-02-27"}
        read = await agent.ask("register_patient", **corrected, caller_confirmed=True)
        assert read.outcome == "needs_confirmation"
        assert "Ada Okafor was sent with another birth date." in read.say
        assert "Tuesday, February 27, 1990" in read.say
        assert await office.store.inbox.list(office.id, kind=TaskKind.POSSIBLE_DOUBLE) == []
        second = await agent.ask("register_patient", **corrected, caller_confirmed=True)
        assert second.facts["new"] is True
        [task] = await office.store.inbox.list(office.id, kind=TaskKind.POSSIBLE_DOUBLE)
        assert task.writeback_id != (await office.ledger.search(office.id, operation="book"))[0].waits_for
        assert "another birth date" in task.body["words"]
        assert "double" not in second.result.model_dump_json()
        for told in (first, booking, second):
            assert (await agent.settled(told)).outcome == "confirmed"


async def test_a_yes_to_a_plain_read_back_is_none_to_a_second_registration(tmp_path):
    async with open_office(tmp_path, config=SLOW) as office:
        agent = Agent(office)
        await agent.slots()
        corrected = {**ADA, "date_of_birth": "1990-02-27"}
        assert (await agent.ask("register_patient", **corrected)).outcome == "needs_confirmation"
        await agent.yes("register_patient", **ADA)
        read = await agent.ask("register_patient", **corrected, caller_confirmed=True)
        assert read.outcome == "needs_confirmation"
        assert "another birth date" in read.say


@pytest.mark.parametrize("changes", [{"first_name": "Ben"}, {"phone": "860 555 0188"}])
async def test_others_with_another_birth_date_are_no_second_registration(tmp_path, changes):
    async with open_office(tmp_path, config=SLOW) as office:
        agent = Agent(office)
        await registered(agent)
        read = await agent.ask("register_patient", **{**ADA, "date_of_birth": "1990-02-27", **changes})
        assert read.say.startswith("Let me read that back: ")


async def test_another_calls_registration_is_not_told_to_a_caller(tmp_path):
    async with open_office(tmp_path, config=SLOW) as office:
        await registered(Agent(office, "one call"))
        other = Agent(office, "another call")
        await other.slots()
        read = await other.ask("register_patient", **{**ADA, "date_of_birth": "1990-02-27"})
        assert read.say.startswith("Let me read that back: ")


async def test_without_a_provider_to_name_registering_is_for_the_offices_people(tmp_path):
    async with open_office(tmp_path) as office:
        told = await Agent(office).ask("register_patient", **ADA)
        assert told.outcome == "needs_human"
        assert "find_slots" in told.facts["next"]
        assert office.asked("POST", "/patient") == 0


async def test_the_office_may_name_the_provider_of_new_patients(tmp_path):
    async with open_office(tmp_path) as office:
        provider = next(iter(office.profile.providers))
    folder = tmp_path / "named"
    folder.mkdir()
    async with open_office(folder, new_patient_provider=provider) as office:
        told = await Agent(office).yes("register_patient", **ADA)
        assert told.outcome in {"pending", "confirmed"}
        row = (await office.ledger.search(office.id, operation="register"))[0]
        assert row.facts["provider_id"] == row.body["provider_id"] == provider


def lengths(office):
    """Minutes of the visits that Ada has in the practice, with whom."""
    (ada,) = people(office)
    records = office.world.offices[office.profile.office.office_id].records.appointments.values()
    return [(row.length, row.provider_id) for row in records if row.patient_id == ada.patient_id]


async def test_a_time_offered_before_it_was_known_for_whom_is_booked_for_as_long_as_they_need(tmp_path):
    async with open_office(tmp_path) as office:
        await applied(office, "[[reasons]]\nname='exam'\n[reasons.minutes]\nreturning=30\nnew=60\n")
        agent = Agent(office)
        slot = (await agent.slots())[0]
        assert slot["length_minutes"] == 30
        told = await agent.yes("register_patient", **ADA)
        patient = told.facts["patient"]
        assert (await agent.settled(told)).outcome == "confirmed"
        told = await agent.ask("book_appointment", patient=patient, slot=slot["slot"], caller_confirmed=True)
        if told.outcome == "slot_taken":  # so long it is not free, and others that are were offered
            told = await agent.booked(patient, told.facts["slots"][0]["slot"])
        assert (await agent.settled(told)).outcome == "confirmed"
        assert [minutes for minutes, _ in lengths(office)] == [60]


@pytest.mark.parametrize("rule", ["oldest=17", "takes_new_patients=false"])
async def test_a_time_with_somebody_who_does_not_see_the_patient_is_not_booked(tmp_path, rule):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        slot = (await agent.slots())[0]
        told = await agent.yes("register_patient", **ADA)
        patient = told.facts["patient"]
        assert (await agent.settled(told)).outcome == "confirmed"
        named = office.profile.spoken_providers
        their = next(number for number, name in named.items() if name == slot["provider"])
        document = "".join(
            f"[[providers]]\nid='{number}'\n{rule if number == their else ''}\n" for number in named
        )
        await applied(office, document)
        told = await agent.ask("book_appointment", patient=patient, slot=slot["slot"], caller_confirmed=True)
        assert told.outcome == "slot_taken"
        assert "doesn't suit this patient's visit" in told.say
        assert lengths(office) == []
        assert slot["provider"] not in {other["provider"] for other in told.facts["slots"]}
        await agent.booked(patient, told.facts["slots"][0]["slot"])
        assert their not in {provider for _, provider in lengths(office)}


@pytest.mark.parametrize(
    ("changes", "question"),
    [
        ({"first_name": ""}, "first name"),
        ({"last_name": "1234"}, "last name"),
        ({"date_of_birth": ""}, "date of birth"),
        ({"date_of_birth": "2090-01-01"}, "date of birth"),
        ({"phone": "12"}, "phone number"),
        ({"phone": ""}, "phone number"),
        ({"email": "ada at practice"}, "email"),
    ],
)
async def test_what_is_missing_is_asked_for(tmp_path, changes, question):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        await agent.slots()
        told = await agent.ask("register_patient", **{**ADA, **changes})
        assert told.outcome == "invalid_input"
        assert question in told.say


async def test_a_name_too_long_for_the_system_is_asked_for_again(tmp_path):
    async with open_office(tmp_path, config=BY_PMS["ClearDent"]) as office:
        agent = Agent(office)
        await agent.slots()
        told = await agent.ask("register_patient", **{**ADA, "first_name": "Maximiliana-Theodora"})
        assert told.outcome == "invalid_input"
        assert "first name" in told.say


async def test_what_a_system_wants_and_nobody_asked_for_is_left_to_people(tmp_path):
    async with open_office(tmp_path, config=BY_PMS["OrthoTrac"]) as office:
        agent = Agent(office)
        await agent.slots()
        told = await agent.ask("register_patient", **ADA)
        assert told.outcome == "needs_human"
        assert office.asked("POST", "/patient") == 0


async def test_while_the_records_cannot_be_searched_nobody_is_registered(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        await agent.slots()
        await office.line.down()
        with anyio.fail_after(LIMIT_SECONDS):
            told = await agent.ask("register_patient", **ADA)
        assert told.outcome == "unavailable"
        assert await office.ledger.search(office.id, operation="register") == []


async def test_a_patient_being_registered_has_no_record_that_others_could_be_taken_for(tmp_path):
    async with open_office(tmp_path, config=SLOW) as office:
        agent = Agent(office)
        told = await registered(agent)
        listed = await agent.ask("list_appointments", patient=told.facts["patient"])
        assert listed.facts["appointments"] == []
        noted = await agent.ask("add_note", patient=told.facts["patient"], note="Prefers mornings.")
        assert noted.outcome == "needs_human"
        row = (await office.ledger.search(office.id, operation="register"))[0]
        await office.settled(row, State.CONFIRMED)
