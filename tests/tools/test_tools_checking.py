"""What `check_writeback` says of everything that one call has asked for."""

from dataclasses import replace

from harness import OFFICE_ID, Office, open_office
from visiting import Agent

from sandbox.faults import Fault
from store.ledger_states import State


async def noted(agent: Agent, patient: str, count: int) -> None:
    """So many notes that the practice has put into the record."""
    for number in range(count):
        told = await agent.ask("add_note", patient=patient, note=f"Remark number {number + 1}")
        assert (await agent.settled(told)).outcome == "confirmed"


async def lost_booking(office: Office, agent: Agent, patient: str) -> str:
    """The start of a booking whose request never arrived, which nobody knows yet."""
    office.world.faults.add(Fault("lost_before", method="POST", path="/appointment"))
    slot = (await agent.slots())[0]
    told = await agent.ask("book_appointment", patient=patient, slot=slot["slot"], caller_confirmed=True)
    assert told.outcome == "unknown", told.say
    return slot["start"]


async def test_a_booking_in_doubt_is_told_before_three_later_writes_that_are_done(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        patient = await agent.patient()
        start = await lost_booking(office, agent, patient)
        await noted(agent, patient, 3)
        told = await agent.ask("check_writeback")
        assert told.outcome == "unknown"
        items = told.facts["writebacks"]
        assert [item["outcome"] for item in items] == ["unknown", *["confirmed"] * 3]
        assert items[0]["start"] == start
        assert f"So far: {items[0]['spoken']} is still being looked into, " in told.say
        assert told.say.endswith("; and 1 more.")
        assert told.facts["next"] == "Tell the caller. Send none of it again."


async def test_a_write_that_was_refused_is_told_before_three_later_ones_that_are_done(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        patient = await agent.patient()
        slot = (await agent.slots())[0]["slot"]
        records = office.world.offices[OFFICE_ID].records
        providers = dict(records.providers)
        records.providers |= {number: replace(one, active=False) for number, one in providers.items()}
        told = await agent.ask("book_appointment", patient=patient, slot=slot, caller_confirmed=True)
        assert (await agent.settled(told)).outcome == "failed"
        records.providers |= providers
        await noted(agent, patient, 3)
        told = await agent.ask("check_writeback")
        assert told.outcome == "failed"
        assert [item["outcome"] for item in told.facts["writebacks"]] == ["failed", *["confirmed"] * 3]
        assert f"So far: {told.facts['writebacks'][0]['spoken']} was not accepted, " in told.say


async def test_a_cancellation_whose_appointment_was_changed_first_is_not_said_to_leave_it_standing(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        patient = await agent.patient()
        booked = await agent.booked(patient, (await agent.slots())[0]["slot"])
        office.world.set_online(OFFICE_ID, online=False)
        told = await agent.yes("cancel_appointment", appointment=booked.facts["appointment"])
        assert told.outcome == "queued"
        (row,) = await office.ledger.search(office.id, operation="cancel")
        await office.ledger.change(
            row.id, State.REJECTED, office.clock.now(), expect={State.QUEUED}, reason="changed"
        )
        told = await agent.ask("check_writeback", writeback=told.facts["writeback"])
        assert (told.outcome, told.facts["writebacks"][0]["reason"]) == ("failed", "changed")
        assert told.say.endswith(" no longer stands, so nothing was cancelled.")
        assert told.facts["next"] == "Look at list_appointments, and tell the caller what stands now."
        listed = await agent.ask("check_writeback")
        assert "still stands" not in listed.say


async def test_three_writes_are_all_said_and_none_is_counted(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        await noted(agent, await agent.patient(), 3)
        told = await agent.ask("check_writeback")
        assert told.outcome == "confirmed"
        assert told.say.endswith("the note is in the record, and the note is in the record.")


async def test_what_was_left_to_people_is_told_beside_what_was_sent(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        patient = await agent.patient()
        slots = await agent.slots()
        booked = await agent.booked(patient, slots[0]["slot"])
        await office.store.profiles.pause(office.id, by="a test", now=office.clock.now())
        left = await agent.yes("cancel_appointment", appointment=booked.facts["appointment"])
        assert left.outcome == "requested"
        told = await agent.ask("check_writeback")
        when = told.facts["writebacks"][0]["spoken"]
        assert told.outcome == "requested"
        assert f"calling off {when} is left to the office and {when} is booked." in told.say
        one = await agent.ask("check_writeback", writeback=booked.facts["writeback"])
        assert one.outcome == "confirmed"
        assert "left to" not in one.say


async def test_what_people_have_seen_to_is_not_told_as_left_to_them(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        patient = await agent.patient()
        await noted(agent, patient, 1)
        await office.store.profiles.pause(office.id, by="a test", now=office.clock.now())
        left = await agent.ask("add_note", patient=patient, note="Prefers mornings.")
        assert left.outcome == "requested"
        assert "the note is left to the office's people" in (await agent.ask("check_writeback")).say
        [task] = await office.store.inbox.list(office.id)
        await office.store.inbox.done(task.id, "Dana", None, office.clock.now())
        assert (await agent.ask("check_writeback")).outcome == "confirmed"
