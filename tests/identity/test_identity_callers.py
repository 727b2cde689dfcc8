"""Who is recognised, by what, and what each act asks for."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import pytest_asyncio
from callers import Caller
from harness import FAST, Office, RunningClock, open_office
from mcp import Client

from sandbox.world import OfficeSpec
from store.audit import Step

pytestmark = pytest.mark.asyncio(loop_scope="module")
ANNA = {"name": "Anna Lindqvist", "date_of_birth": "1986-04-12"}
AVA = {"name": "Ava Whitaker", "date_of_birth": "2014-05-09"}
MIA = {"name": "Mia Whitaker", "date_of_birth": "2014-05-09"}
ANNAS_PHONE = "+1 (860) 555-0142"
WHITAKERS_PHONE = "+18605550133"
READS = ("list_appointments", "get_balance", "get_insurance")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory):
    """In a task of its own, since a fixture is set up in one task and taken down in another."""
    opened: asyncio.Future[Office] = asyncio.get_running_loop().create_future()
    over = asyncio.Event()

    async def serve():
        folder = tmp_path_factory.mktemp("identity")
        async with open_office(folder, RunningClock(), attempts="3, 100, 100, 100") as office:
            opened.set_result(office)
            await over.wait()

    serving = asyncio.create_task(serve())
    serving.add_done_callback(lambda _: opened.cancel())  # of no effect once it is open
    yield await opened
    over.set()
    await serving


@asynccontextmanager
async def ringing(office, call_id="", number=""):
    """A call, with what the platform says of it."""
    meta = {name: value for name, value in (("call_id", call_id), ("caller_number", number)) if value}
    async with Client(office.app.surface) as client:
        yield Caller(client, meta=meta)


async def found(caller, **said):
    return await caller.ask("find_patient", **said)


async def test_a_name_and_the_number_of_the_call_are_enough_to_book_and_for_nothing_else(office):
    async with ringing(office, "by-number", ANNAS_PHONE) as caller:
        told = await found(caller, name="Anna Lindqvist")
        assert told.outcome == "verified"
        assert set(told.facts) == {"outcome", "say", "next", "retry", "patient"}
        patient = told.facts["patient"]
        for tool in READS:
            refused = await caller.ask(tool, patient=patient)
            assert (refused.outcome, "date of birth" in refused.say) == ("need_more", True)
        slot = (await caller.offers(patient=patient))[0]["slot"]
        booked = await caller.yes("book_appointment", patient=patient, slot=slot)
        assert booked.outcome in {"pending", "confirmed"}
        appointment = booked.facts["appointment"]
        for tool in ("cancel_appointment", "confirm_appointment"):
            assert (await caller.ask(tool, appointment=appointment)).outcome == "need_more"
        moved = await caller.ask("reschedule_appointment", appointment=appointment, slot=slot)
        assert moved.outcome == "need_more"
        assert (
            await caller.ask("check_writeback", writeback=booked.facts["writeback"])
        ).outcome != "need_more"
        told = await found(caller, **ANNA)
        [visit] = told.facts["appointments"]
        assert visit["appointment"] != appointment
        assert (await caller.ask("cancel_appointment", appointment=visit["appointment"])).outcome == (
            "needs_confirmation"
        )
        assert (await caller.ask("list_appointments", patient=patient)).outcome == "need_more"


async def test_without_a_call_id_nobody_gains_by_what_another_has_shown(office):
    async with ringing(office, number=ANNAS_PHONE) as one, ringing(office) as other:
        less = (await found(one, name="Anna Lindqvist")).facts["patient"]
        more = (await found(other, **ANNA)).facts["patient"]
        assert less != more
        assert (await one.ask("list_appointments", patient=less)).outcome == "need_more"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Anna Lindqvist", "+1 860 555 0133"),  # somebody else's number
        ("Olivia Lindqvist", ANNAS_PHONE),
        ("Eva Whitaker", WHITAKERS_PHONE),  # of a household the first name has to be exact
        ("Whitaker", WHITAKERS_PHONE),
        ("Robert Hayes", "+1 860 555 0156"),  # father and son
    ],
)
async def test_a_number_proves_nobody_who_is_not_the_only_one_it_can_be(office, name, number):
    async with ringing(office, f"not-{name}-{number}", number) as caller:
        assert (await found(caller, name=name)).outcome == "need_more"


async def test_one_of_a_household_is_known_by_the_exact_first_name(office):
    async with ringing(office, "household", WHITAKERS_PHONE) as caller:
        assert (await found(caller, name="Olivia Whitaker")).outcome == "verified"


async def test_a_number_said_or_given_as_an_argument_is_no_evidence(office):
    async with ringing(office, "said") as caller:
        told = await found(caller, name="Anna Lindqvist", phone="860 555 0142", caller_number="8605550142")
        assert told.outcome == "need_more"


async def test_who_would_rather_not_tell_a_birth_date_is_locked_out_of_nothing(office):
    async with ringing(office, "shy", ANNAS_PHONE) as caller:
        for _ in range(8):
            told = await found(caller, name="Olivia Lindqvist")
            assert told.outcome == "need_more"
            assert "message" in told.facts["next"]
        assert (await found(caller, name="Anna Lindqvist")).outcome == "need_more"  # guessed too often
        assert (await found(caller, **ANNA)).outcome == "verified"


async def test_twins_are_known_by_the_exact_first_name_whatever_the_phone(office):
    records = office.world.offices[office.profile.office.office_id].records.patients
    mia = next(row for row in records.values() if row.firstname == "Mia" and row.lastname == "Whitaker")
    records[mia.patient_id] = replace(mia, cell="860-555-0134")
    office.world.offices[office.profile.office.office_id].refresh()
    for name, number, outcome in (
        ("Ava Whitaker", "", "verified"),
        ("Eva Whitaker", WHITAKERS_PHONE, "not_verified"),
        ("Maya Whitaker", "860 555 0134", "not_verified"),
        ("Mia Whitaker", WHITAKERS_PHONE, "verified"),
    ):
        async with ringing(office, f"twin {name}", number) as caller:
            told = await found(caller, name=name, date_of_birth="2014-05-09", phone=number)
            assert told.outcome == outcome, name


@pytest.mark.parametrize("caller_is", ["spouse", "other", "parent", "guardian"])
async def test_the_record_of_an_adult_is_opened_to_nobody_else(office, caller_is):
    async with ringing(office, f"for-{caller_is}", ANNAS_PHONE) as caller:
        told = await found(caller, **ANNA, caller_is=caller_is)
        assert told.outcome == "needs_human"
        assert "request" in told.say
        unknown = await found(caller, name="Otto Nobody", date_of_birth="1986-04-12", caller_is=caller_is)
        assert unknown.result == told.result
        assert set(told.facts) == {"outcome", "say", "next", "retry"}


async def test_a_parent_may_schedule_for_a_minor_and_no_more(office):
    async with ringing(office, "parent", WHITAKERS_PHONE) as caller:
        assert (await found(caller, name="Ava Whitaker", caller_is="parent")).outcome == "need_more"
        patient = (await found(caller, **AVA, caller_is="parent")).facts["patient"]
        assert (await caller.ask("list_appointments", patient=patient)).outcome == "ok"
        slot = (await caller.offers(patient=patient))[0]["slot"]
        booked = await caller.yes("book_appointment", patient=patient, slot=slot)
        row = (await office.ledger.search(office.id, operation="book"))[0]
        assert row.facts["caller_is"] == "parent"
        for tool in READS[1:]:
            assert (await caller.ask(tool, patient=patient)).outcome == "needs_human"
        told = await caller.ask("cancel_appointment", appointment=booked.facts["appointment"])
        assert told.outcome == "needs_confirmation"
        own = (await found(caller, **AVA)).facts["patient"]
        assert own != patient
        assert (await found(caller, **AVA, caller_is="guardian")).outcome == "verified"


async def test_whatever_is_done_in_a_call_bears_who_called_for_whom(office):
    async with ringing(office, "stepfather") as caller:
        patient = (await found(caller, **MIA, caller_is="guardian")).facts["patient"]
        slot = (await caller.offers(patient=patient))[0]["slot"]
        again = await caller.ask(
            "register_patient",
            first_name="Mia",
            last_name="Whitaker",
            date_of_birth="2014-05-09",
            phone="8605550133",
        )
        assert again.facts["patient"] == patient  # found, and to a guardian still
        booked = await caller.yes("book_appointment", patient=patient, slot=slot)
        await caller.yes("cancel_appointment", appointment=booked.facts["appointment"])
        await caller.ask("message_office", kind="request", message="Please call me.", callback="8605550142")
    entries = [entry async for portion in office.store.audit.entries(office.id) for entry in portion]
    of_call = [entry for entry in entries if entry.call_key == entries[-1].call_key]
    assert {"book_appointment", "cancel_appointment", "message_office"} <= {
        entry.tool for entry in of_call if entry.step is Step.DONE and entry.spoke_as == "guardian"
    }
    assert {entry.spoke_as for entry in of_call if entry.tool != "find_slots"} == {"guardian"}
    records = [entry.record for entry in of_call if entry.record]
    rows = await office.ledger.many(office.id, records)
    tasks = [task for record in records if (task := await office.store.inbox.get(record)) is not None]
    assert rows
    assert tasks
    assert {row.facts["caller_is"] for row in rows} | {task.body["caller_is"] for task in tasks} == {
        "guardian"
    }


async def test_what_was_refused_to_another_is_not_given_in_that_call_by_saying_otherwise(office):
    olivia = {"name": "Olivia Whitaker", "date_of_birth": "1983-02-14"}
    there = {"first_name": "Anna", "last_name": "Lindqvist", "date_of_birth": "1986-04-12"}
    async with ringing(office, "husband", ANNAS_PHONE) as caller:
        refused = await found(caller, **ANNA, caller_is="spouse")
        assert refused.outcome == "needs_human"
        for said in (ANNA, {**ANNA, "name": "Ana Lindquist"}, {"name": "Anna Lindqvist"}):
            assert (await found(caller, **said)).result == refused.result
        registering = await caller.ask("register_patient", **there, phone="8605550142")
        assert registering.say == refused.say
        told = await caller.ask("message_office", kind="request", message="My wife needs a cleaning.")
        assert told.outcome == "ok"
        task = (await office.store.inbox.list(office.id))[-1]
        assert task.body["caller_is"] == "spouse"
        assert (await found(caller, **olivia)).outcome == "verified"
    async with ringing(office, "herself") as caller:
        assert (await found(caller, **ANNA)).outcome == "verified"


async def test_another_than_a_parent_schedules_nothing_for_a_minor(office):
    async with ringing(office, "neighbour") as caller:
        assert (await found(caller, **AVA, caller_is="other")).outcome == "needs_human"


async def test_an_office_may_ask_for_name_and_birth_date_always(tmp_path):
    async with (
        open_office(tmp_path, config=replace(FAST, offices=(OfficeSpec(patients=12),))) as strict,
        ringing(strict, "strict", ANNAS_PHONE) as caller,
    ):
        patient = (await found(caller, name="Anna Lindqvist")).facts["patient"]
        slot = (await caller.offers())[0]["slot"]
        document = '[policy]\nidentity = "strict"\n'
        await strict.store.profiles.apply(strict.id, document, over=0, by="a test", now=strict.clock.now())
        assert (await found(caller, name="Anna Lindqvist")).outcome == "need_more"
        told = await caller.ask("book_appointment", patient=patient, slot=slot)
        assert told.outcome == "need_more"
        assert (await found(caller, **ANNA)).outcome == "verified"
