"""Moving appointments, adding a second one, and putting down a patient's yes, as a voice agent does it."""

import datetime as dt
from dataclasses import replace

import anyio
import pytest
from harness import FAST, RunningClock, open_office
from visiting import Agent

from sandbox.config import EVERY_PMS
from sandbox.world import OfficeSpec
from server.desk.proofs import SlotOffer
from server.tools.wording import languages, phrase
from store.handles import Kind
from store.ledger_states import State

BY_PMS = {spec.pms: replace(FAST, offices=(replace(spec, patients=40),)) for spec in EVERY_PMS}
SLOW_WRITES = replace(FAST, writeback_seconds=(3600.0, 3600.0))
ANNA = "Anna Lindqvist"


async def spread(agent, patient):
    """Two slots on different days, on the half hour: some systems list no others."""
    found, day = [], office_day(agent)
    while len(found) < 2:
        day += dt.timedelta(days=1)
        told = await agent.ask(
            "find_slots", reason="exam", patient=patient, date_from=str(day), date_to=str(day)
        )
        # on a day without hours the nearest times are told, which are of another day
        that_day = [slot for slot in told.facts["slots"] if slot["start"].startswith(str(day))]
        halves = [slot for slot in that_day if slot["start"][-2:] in {"00", "30"}]
        found += halves[:1]
    return found


def when(slot):
    """A slot's start."""
    return dt.datetime.fromisoformat(slot["start"])


def office_day(agent):
    """The office's date."""
    return agent.office.profile.clock(agent.office.clock.now()).date()


async def with_booking(office, call_id="call"):
    """An agent, its patient's confirmed booking, and a free slot on another day."""
    agent = Agent(office, call_id)
    patient = await agent.patient()
    first, second = await spread(agent, patient)
    told = await agent.booked(patient, first["slot"])
    return agent, told, first, second


@pytest.mark.parametrize("pms", BY_PMS)
async def test_an_appointment_is_moved_on_every_system(tmp_path, pms):
    async with open_office(tmp_path, config=BY_PMS[pms]) as office:
        agent, booked, first, second = await with_booking(office)
        appointment = booked.facts["appointment"]
        read = await agent.ask("reschedule_appointment", appointment=appointment, slot=second["slot"])
        assert read.outcome == "needs_confirmation"
        assert first["spoken"] in read.say
        assert second["spoken"] in read.say
        told = await agent.ask(
            "reschedule_appointment", appointment=appointment, slot=second["slot"], caller_confirmed=True
        )
        told = await agent.settled(told)
        assert told.outcome == "confirmed", told.say
        assert f"moved to {second['spoken']}" in told.say
        (truth,) = office.truth()
        assert truth.start == when(second)
        listed = (await agent.ask("find_patient", name=ANNA, date_of_birth="1986-04-12")).facts
        assert [row["start"] for row in listed["appointments"]] == [second["start"]]


@pytest.mark.parametrize("pms", BY_PMS)
async def test_a_patients_yes_is_put_down_in_the_offices_own_word(tmp_path, pms):
    async with open_office(tmp_path, config=BY_PMS[pms]) as office:
        agent, booked, _, _ = await with_booking(office)
        rulebook = await office.desk.profiles.rulebook(office.profile.office)
        visit = (await office.visits())[0]
        put = await office.desk.moving.confirm(office.profile, visit, None)
        assert put.row.body["value"] == rulebook.confirmed_word
        await office.settled(put.row, State.CONFIRMED)
        assert office.truth()[0].confirmed_on is not None
        again = await office.desk.moving.confirm(office.profile, visit, None)
        assert (again.row.id, again.new) == (put.row.id, False)
        assert booked.facts["appointment"]
        assert agent.call_id


async def test_a_visit_that_nobody_has_said_yes_to_is_not_listed_as_confirmed(tmp_path):
    async with open_office(tmp_path) as office:
        _, _, first, _ = await with_booking(office)
        assert office.truth()[0].confirmed_on is None
        later = Agent(office, "a later call")
        found = await later.find()
        listed = await later.ask("list_appointments", patient=found.facts["patient"])
        for told in (found, listed):
            (visit,) = told.facts["appointments"]
            assert (visit["start"], visit["status"]) == (first["start"], "booked")
            assert visit["spoken"] in told.say
            assert "confirm" not in told.say.replace("is now confirmed", "")  # news of the booking itself
        for language in languages():
            assert phrase(language, ("appointment", "booked"), when=first["spoken"]) == first["spoken"]


@pytest.mark.parametrize("pms", BY_PMS)
async def test_an_appointment_is_cancelled_on_every_system(tmp_path, pms):
    async with open_office(tmp_path, config=BY_PMS[pms]) as office:
        agent, booked, _, _ = await with_booking(office)
        told = await agent.yes("cancel_appointment", appointment=booked.facts["appointment"])
        assert (await agent.settled(told)).outcome == "confirmed"
        assert office.truth() == []


async def test_a_yes_to_a_move_counts_only_after_its_own_read_back(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, first, second = await with_booking(office)
        told = await agent.ask(
            "reschedule_appointment",
            appointment=booked.facts["appointment"],
            slot=second["slot"],
            caller_confirmed=True,
        )
        assert told.outcome == "needs_confirmation"
        assert office.asked("PUT", "/appointments") == 0
        assert office.truth()[0].start == when(first)


async def test_a_change_of_provider_is_said_in_the_read_back(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, first, _ = await with_booking(office)
        others = [
            slot
            for name in office.profile.spoken_providers.values()
            if name != first["provider"]
            for slot in (await agent.ask("find_slots", reason="other", provider=name)).facts.get("slots", [])
        ]
        other = next(slot for slot in others if slot["start"] != first["start"])
        told = await agent.ask(
            "reschedule_appointment", appointment=booked.facts["appointment"], slot=other["slot"]
        )
        assert told.outcome == "needs_confirmation"
        assert "see someone else" in told.say
        assert first["provider"] in told.say
        assert other["provider"] in told.say


async def test_times_offered_to_a_patient_are_first_of_all_with_whom_they_see_next(tmp_path):
    async with open_office(tmp_path) as office:
        agent, _, first, _ = await with_booking(office)
        patient = await agent.patient()
        office.world.offices["D10001"].refresh()
        assert {slot["provider"] for slot in await agent.slots(patient=patient)} == {first["provider"]}


async def test_the_same_move_asked_twice_is_one_move(tmp_path):
    async with open_office(tmp_path, config=FAST) as office:
        agent, booked, _, second = await with_booking(office)
        move = {"appointment": booked.facts["appointment"], "slot": second["slot"]}
        first = await agent.yes("reschedule_appointment", **move)
        again = await agent.ask("reschedule_appointment", **move, caller_confirmed=True)
        assert again.facts["new"] is False
        assert again.facts["writeback"] == first.facts["writeback"]
        assert (await agent.settled(first)).outcome == "confirmed"
        assert office.asked("PUT", "/appointments") == 1


async def test_while_a_move_is_open_both_times_are_taken(tmp_path):
    config = replace(FAST, writeback_seconds=(1.0, 1.0))
    async with open_office(tmp_path, config=config) as office:
        agent, booked, first, second = await with_booking(office)
        told = await agent.yes(
            "reschedule_appointment", appointment=booked.facts["appointment"], slot=second["slot"]
        )
        assert told.outcome == "pending"
        starts = {visit.start.isoformat(timespec="minutes") for visit in await office.visits()}
        assert starts == {first["start"], second["start"]}


async def test_a_booking_that_is_not_done_is_replaced_and_not_moved(tmp_path):
    config = replace(FAST, writeback_seconds=(0.8, 0.8))
    async with open_office(tmp_path, config=config) as office:
        agent = Agent(office)
        patient = await agent.patient()
        first, second = await spread(agent, patient)
        pending = await agent.ask(
            "book_appointment", patient=patient, slot=first["slot"], caller_confirmed=True
        )
        assert pending.outcome == "pending"
        told = await agent.yes(
            "reschedule_appointment", appointment=pending.facts["appointment"], slot=second["slot"]
        )
        told = await agent.settled(told)
        assert told.outcome == "confirmed"
        assert f"{second['spoken']}" in told.say
        assert office.asked("PUT", "/appointments") == 0
        await office.until(lambda: [row.start for row in office.truth()] == [when(second)])
        again = await agent.ask(
            "reschedule_appointment",
            appointment=pending.facts["appointment"],
            slot=second["slot"],
            caller_confirmed=True,
        )
        assert again.outcome in {"confirmed", "invalid_input"}
        assert office.posts == 2


async def test_an_appointment_is_not_moved_to_its_own_time_nor_to_one_that_is_taken(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, first, second = await with_booking(office, "")
        appointment = booked.facts["appointment"]
        told = await agent.ask("reschedule_appointment", appointment=appointment, slot=first["slot"])
        assert told.outcome == "slot_taken"
        assert "already" in told.say
        stranger = next(
            row
            for row in office.world.offices["D10001"].records.patients.values()
            if row.firstname != "Anna" and row.status == "Active"
        )
        slot = await office.store.handles.resolve(
            second["slot"], Kind.SLOT, office=office.id, scope_key=None, now=office.clock.now()
        )
        opening = SlotOffer.read(slot.payload).opening
        name = f"{stranger.firstname} {stranger.lastname}"
        await office.settled(await office.book(opening, name=name), State.CONFIRMED)
        told = await agent.yes("reschedule_appointment", appointment=appointment, slot=second["slot"])
        assert told.outcome == "slot_taken"
        assert office.truth()[0].start == when(first)


async def test_a_time_too_short_for_the_appointment_is_said_before_a_yes_is_asked_for(tmp_path):
    async with open_office(tmp_path, RunningClock()) as office:
        agent = Agent(office, "")
        patient = await agent.patient()
        long = (await agent.slots(reason="cleaning", patient=patient))[0]
        booked = await agent.booked(patient, long["slot"])
        day = str(when(long).date() + dt.timedelta(days=1))
        short = (await agent.slots(reason="exam", date_from=day))[0]
        assert short["start"][:10] != long["start"][:10]
        assert short["length_minutes"] < long["length_minutes"]
        handle = await office.store.handles.resolve(
            short["slot"], Kind.SLOT, office=office.id, scope_key=None, now=office.clock.now()
        )
        opening = SlotOffer.read(handle.payload).opening
        after = replace(opening, start=opening.start + dt.timedelta(minutes=opening.length_minutes))
        others = office.world.offices["D10001"].records.patients.values()
        other = next(row for row in others if row.firstname != "Anna" and row.status == "Active")
        row = await office.book(after, name=f"{other.firstname} {other.lastname}")
        await office.settled(row, State.CONFIRMED)
        told = await agent.ask(
            "reschedule_appointment", appointment=booked.facts["appointment"], slot=short["slot"]
        )
        assert told.outcome == "slot_taken"
        assert "nothing was moved" in told.say
        assert [row.start for row in office.truth()] == [when(long)]


@pytest.mark.parametrize("call_id", ["call", ""])
async def test_a_longer_visit_read_back_keeps_its_time_from_nobody_who_might_have_had_it(tmp_path, call_id):
    async with open_office(tmp_path, RunningClock()) as office:
        agent = Agent(office, call_id)
        patient = await agent.patient()
        long = (await agent.slots(reason="cleaning", patient=patient))[0]
        booked = await agent.booked(patient, long["slot"])
        day = str(when(long).date() + dt.timedelta(days=1))
        wanted = {"reason": "exam", "date_from": day, "date_to": day}
        before = await agent.slots(**wanted)
        told = await agent.ask(
            "reschedule_appointment", appointment=booked.facts["appointment"], slot=before[0]["slot"]
        )
        assert told.outcome == "needs_confirmation"
        starts = [slot["start"] for slot in before]
        assert [slot["start"] for slot in await agent.slots(**wanted)] == starts
        elsewhere = [slot["start"] for slot in await Agent(office, "another").slots(**wanted)]
        assert (before[0]["start"] in elsewhere) is (call_id == "")  # a call's own offers are held for it


async def test_a_move_whose_day_cannot_be_seen_keeps_its_new_time_from_nobody(tmp_path, monkeypatch):
    async with open_office(tmp_path) as office:
        agent, booked, _, second = await with_booking(office)
        day = second["start"][:10]
        wanted = {"appointment": booked.facts["appointment"], "slot": second["slot"]}
        assert (await agent.ask("reschedule_appointment", **wanted)).outcome == "needs_confirmation"
        with monkeypatch.context() as patch:
            patch.setattr(office.desk.calendar, "_live_days", lambda *_: anyio.sleep_forever())
            told = await agent.ask("reschedule_appointment", **wanted, caller_confirmed=True)
        assert told.outcome == "unavailable"
        held = await office.store.holds.others(office.id, day, day, own=("",), now=office.clock.now())
        assert when(second).hour * 60 + when(second).minute not in {one.start_minute for one in held}


async def test_a_second_booking_is_asked_about_first(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, first, _ = await with_booking(office)
        patient = await agent.patient()
        day = first["start"][:10]
        same_day = next(
            slot
            for slot in await agent.slots(patient=patient, date_from=day, date_to=day)
            if slot["start"] != first["start"]
        )
        book = {"patient": patient, "slot": same_day["slot"], "caller_confirmed": True}
        told = await agent.ask("book_appointment", **book)
        assert told.outcome == "needs_confirmation"
        assert first["spoken"] in told.say
        assert same_day["spoken"] in told.say
        assert told.facts["slot"] != same_day["slot"]
        assert (await agent.ask("book_appointment", **book)).outcome == "needs_confirmation"
        assert office.posts == 1
        added = await agent.booked(patient, told.facts["slot"])
        assert added.facts["appointment"] != booked.facts["appointment"]
        assert len(office.truth()) == 2
        same = await agent.ask("book_appointment", **book)
        assert same.facts["new"] is False


async def at_one_time(agent, patient):
    """Two slots at one start, with two dentists."""
    providers = agent.office.profile.providers.values()
    names = [one.lastname for one in providers if "hygien" not in one.specialty.casefold()]
    day = office_day(agent)
    while True:
        day += dt.timedelta(days=1)
        asked = {"patient": patient, "date_from": str(day), "date_to": str(day)}
        both = [
            {slot["start"]: slot for slot in await agent.slots(provider=name, **asked)} for name in names[:2]
        ]
        common = [start for start in both[0].keys() & both[1].keys() if start.startswith(str(day))]
        pairs = [(both[0][start], both[1][start]) for start in common]
        if pairs and pairs[0][0]["provider"] != pairs[0][1]["provider"]:
            return pairs[0]


async def test_a_second_visit_at_the_very_time_of_the_first_is_asked_about_too(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        patient = await agent.patient()
        first, other = await at_one_time(agent, patient)
        practice = office.world.offices[office.profile.office.office_id]
        providers = office.profile.providers
        who = next(one for one in providers if providers[one].lastname in first["provider"])
        number = practice.records.new_sr_no()
        practice.records.appointments[number] = replace(
            next(iter(practice.records.appointments.values())),
            sr_no=number,
            patient_id=agent.record(ANNA).patient_id,
            provider_id=who,
            operatory=next(chair for chair, one in office.profile.usual_provider.items() if one == who),
            start=when(first),
            length=30,
            status="Scheduled",
            cancelled=False,
        )
        practice.refresh()
        told = await agent.ask("book_appointment", patient=patient, slot=other["slot"], caller_confirmed=True)
        assert told.outcome == "needs_confirmation", told.say
        assert first["spoken"] in told.say
        moved = await agent.ask(
            "reschedule_appointment", appointment=told.facts["appointment"], slot=other["slot"]
        )
        assert (moved.outcome, first["spoken"] in moved.say) == ("needs_human", True)
        assert office.posts == 0


async def test_what_may_be_added_for_one_patient_is_not_for_another(tmp_path):
    async with open_office(tmp_path, config=SLOW_WRITES) as office:
        agent = Agent(office)
        patient = await agent.patient()
        first, second = await spread(agent, patient)
        await agent.ask("book_appointment", patient=patient, slot=first["slot"], caller_confirmed=True)
        told = await agent.ask(
            "book_appointment", patient=patient, slot=second["slot"], caller_confirmed=True
        )
        assert told.outcome == "needs_confirmation"  # the first is not done yet, on whatever day
        assert told.facts["appointment"]
        assert office.posts == 1


@pytest.mark.parametrize(
    ("tool", "method"),
    [
        ("book_appointment", "POST"),
        ("reschedule_appointment", "PUT"),
        ("cancel_appointment", "PATCH"),
        ("confirm_appointment", "PATCH"),
    ],
)
async def test_what_the_system_does_not_take_is_not_supported_and_nothing_is_sent(
    tmp_path, monkeypatch, tool, method
):
    async with open_office(tmp_path) as office:
        agent, booked, _, second = await with_booking(office)
        patient, appointment = await agent.patient(), booked.facts["appointment"]
        rulebook = await office.desk.profiles.rulebook(office.profile.office)
        assert rulebook.row is not None
        columns = {f"{name}_writeback": "" for name in ("new_appointment", "appointment_status")}
        bare = replace(rulebook, row=rulebook.row.model_copy(update=columns))
        monkeypatch.setitem(office.desk.profiles._rulebooks, office.id, bare)
        sent = office.asked(method, "/appointment")
        arguments = {
            "book_appointment": {"patient": patient, "slot": second["slot"]},
            "reschedule_appointment": {"appointment": appointment, "slot": second["slot"]},
            "cancel_appointment": {"appointment": appointment},
            "confirm_appointment": {"appointment": appointment},
        }[tool]
        told = await agent.ask(tool, **arguments)  # before any yes is asked for
        assert told.outcome == "not_supported"
        assert "message" in told.facts["next"]
        assert office.asked(method, "/appointment") == sent


async def test_a_patients_yes_needs_no_read_back(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, first, _ = await with_booking(office)
        told = await agent.ask("confirm_appointment", appointment=booked.facts["appointment"])
        told = await agent.settled(told)
        assert told.outcome == "confirmed"
        assert first["spoken"] in told.say
        assert (await office.ledger.search(office.id, operation="confirm"))[0].state is State.CONFIRMED


async def test_a_booking_that_is_not_done_cannot_be_confirmed_yet(tmp_path):
    async with open_office(tmp_path, config=SLOW_WRITES) as office:
        agent = Agent(office)
        patient = await agent.patient()
        slot, _ = await spread(agent, patient)
        pending = await agent.ask(
            "book_appointment", patient=patient, slot=slot["slot"], caller_confirmed=True
        )
        told = await agent.ask("confirm_appointment", appointment=pending.facts["appointment"])
        assert told.outcome == "needs_human"
        assert office.asked("PATCH", "/appointments") == 0


async def test_a_move_that_is_no_longer_wanted_is_taken_back_before_another_is_asked_for(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, first, second = await with_booking(office)
        appointment = booked.facts["appointment"]
        third = next(
            slot
            for slot in await agent.slots(date_from=second["start"][:10], date_to=second["start"][:10])
            if slot["start"] not in {first["start"], second["start"]}
        )
        office.world.writeback_seconds = (3600.0, 3600.0)
        moved = await agent.yes("reschedule_appointment", appointment=appointment, slot=second["slot"])
        assert moved.outcome == "pending"
        told = await agent.yes("reschedule_appointment", appointment=appointment, slot=third["slot"])
        assert third["spoken"] in told.say or second["spoken"] in told.say
        rows = await office.ledger.search(office.id, operation="move")
        earlier = next(row for row in rows if row.facts["new_start"][:16] == second["start"])
        earlier = await office.settled(earlier, State.WITHDRAWN)
        later = [row for row in rows if row.id != earlier.id]
        assert all(row.created_at >= (earlier.completed_at or 0) for row in later)


async def test_cancelling_takes_an_open_move_back_as_well(tmp_path):
    async with open_office(tmp_path) as office:
        agent, booked, _, second = await with_booking(office)
        appointment = booked.facts["appointment"]
        office.world.writeback_seconds = (3600.0, 3600.0)
        await agent.yes("reschedule_appointment", appointment=appointment, slot=second["slot"])
        told = await agent.yes("cancel_appointment", appointment=appointment)
        assert told.outcome == "pending"
        (row,) = await office.ledger.search(office.id, operation="move")
        await office.settled(row, State.WITHDRAWN)


async def test_a_system_without_writes_of_appointments_says_so(tmp_path):
    config = replace(FAST, offices=(OfficeSpec(patients=40, pms="PlanetDDS"),))
    async with open_office(tmp_path, config=config) as office:
        agent = Agent(office)
        await agent.slots()
        told = await agent.ask(
            "register_patient",
            first_name="Ada",
            last_name="Okafor",
            date_of_birth="1990-02-28",
            phone="860 555 0177",
        )
        assert told.outcome == "not_supported"
        assert office.asked("POST", "/patient") == 0
