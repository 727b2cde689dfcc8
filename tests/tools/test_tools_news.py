"""What became of an earlier call's request is told first when the same patient calls again."""

from dataclasses import replace

from callers import Told
from harness import LIMIT_SECONDS, OFFICE_ID, Office, open_office
from visiting import Agent

from server.tools import reads
from server.tools.results import SPOKEN_CHARACTERS
from store.ledger_states import State

FIRST = "Before anything else: "


async def refused_later(office: Office) -> None:
    """A booking of an earlier call that the practice refuses after the caller has hung up."""
    records = office.world.offices[OFFICE_ID].records
    scope = office.store.index.keyed_hash("scope", office.id, "", "yesterday")
    row = await office.book((await office.free())[-1], scope=scope)
    provider = row.facts["provider_id"]
    records.providers[provider] = replace(records.providers[provider], active=False)
    await office.settled(row, State.FAILED, State.REJECTED)
    records.providers[provider] = replace(records.providers[provider], active=True)


async def test_a_booking_that_failed_after_its_call_is_told_first_once_the_patient_is_verified(tmp_path):
    async with open_office(tmp_path) as office:
        await refused_later(office)
        agent = Agent(office, "today")
        unknown = await agent.ask("find_patient", name="Anna Lindqvist", date_of_birth="1901-01-01")
        assert FIRST not in unknown.say
        told = await agent.find()
        assert told.outcome == "verified"
        assert told.say.startswith(FIRST)
        assert told.say.endswith("Thank you, I've found the record. I see no appointment coming up.")
        again = await agent.find()
        assert FIRST not in again.say


async def test_a_long_list_of_appointments_gives_way_to_what_failed(tmp_path, monkeypatch):
    async with open_office(tmp_path) as office:
        for opening in (await office.free())[:1]:
            await office.settled(await office.book(opening), State.CONFIRMED)
        await refused_later(office)
        monkeypatch.setattr(reads, "_spoken_visits", lambda *_: "x" * (SPOKEN_CHARACTERS - 100))
        told = await Agent(office, "today").find()
        assert told.say.startswith(FIRST)
        assert told.say.endswith("Thank you, I've found the record.")
        assert len(told.facts["appointments"]) == 1


async def booked_at_once(office: Office, call_id: str = "call") -> tuple[Agent, Told]:
    """A booking that the practice confirms while its tool still waits."""
    agent = Agent(office, call_id)
    patient = await agent.patient()
    slot = (await agent.slots())[0]["slot"]
    told = await agent.ask("book_appointment", patient=patient, slot=slot, caller_confirmed=True)
    assert told.outcome == "confirmed", told.say
    return agent, told


async def test_an_outcome_that_only_its_own_answer_told_is_told_once_more(tmp_path):
    async with open_office(tmp_path, write_wait_seconds=LIMIT_SECONDS, call_deadline_seconds=60) as office:
        agent, _ = await booked_at_once(office)
        told = await agent.ask("find_slots", reason="exam")
        [piece] = told.news
        assert piece.endswith("is now confirmed.")
        assert (await agent.ask("find_slots", reason="exam")).news == []


async def test_once_check_writeback_has_told_it_an_outcome_is_no_news_any_more(tmp_path):
    async with open_office(tmp_path, write_wait_seconds=LIMIT_SECONDS, call_deadline_seconds=60) as office:
        agent, booked = await booked_at_once(office)
        told = await agent.ask("check_writeback", writeback=booked.facts["writeback"])
        assert (told.outcome, told.news) == ("confirmed", [])
        assert (await agent.ask("find_slots", reason="exam")).news == []


async def test_the_same_booking_asked_for_again_tells_it_for_good(tmp_path):
    async with open_office(tmp_path, write_wait_seconds=LIMIT_SECONDS, call_deadline_seconds=60) as office:
        agent = Agent(office)
        patient, slot = await agent.patient(), (await agent.slots())[0]["slot"]
        wish = {"patient": patient, "slot": slot, "caller_confirmed": True}
        assert (await agent.ask("book_appointment", **wish)).facts["new"] is True
        again = await agent.ask("book_appointment", **wish)
        assert (again.outcome, again.facts["new"], again.news) == ("confirmed", False, [])
        assert (await agent.ask("find_slots", reason="exam")).news == []


async def test_a_patient_who_calls_without_a_call_id_hears_it_once_more_with_their_handle(tmp_path):
    async with open_office(tmp_path, write_wait_seconds=LIMIT_SECONDS, call_deadline_seconds=60) as office:
        agent, _ = await booked_at_once(office, call_id="")
        assert (await agent.ask("find_slots", reason="exam")).news == []
        patient = (await agent.find()).facts["patient"]
        assert (await agent.ask("find_slots", reason="exam", patient=patient)).news == []
