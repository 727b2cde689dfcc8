"""Two calls that want the same time, in one server or two, and a desk that is quicker than either."""

import datetime as dt
import itertools
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import pytest
from harness import FAST, SLOW, ManualClock, RunningClock, office_on, open_office, served
from visiting import Agent

from sandbox.config import EVERY_PMS
from sandbox.slots import open_slots
from sandbox.switches import Switches
from sandbox.world import OfficeSpec
from server.desk.charter.terms import Charter, ProviderRule
from server.desk.copies.overlay import Standing, Visit
from server.desk.proofs import SlotOffer
from server.desk.times.openings import Opening
from server.desk.times.reasons import EXAM
from server.desk.times.searching import Ask
from store.handles import Kind
from store.holds import HeldElsewhere

LISTING = [spec for spec in EVERY_PMS if spec.pms in {"OrthoTrac", "Dolphin", "PlanetDDS"}]
HELD_SECONDS = 301.0
MANY = replace(FAST, offices=(OfficeSpec(patients=300),))  # more than have something coming up


@asynccontextmanager
async def two_servers(tmp_path, clock=None, config=None):
    """Two servers on one database, in front of one practice."""
    async with (
        served(config or (SLOW if isinstance(clock, ManualClock) else FAST), clock) as line,
        office_on(line, tmp_path, clock) as one,
        office_on(line, tmp_path, clock) as two,
    ):
        yield one, two


def names(office):
    """Two patients with nothing coming up."""
    world = office.world.offices["D10001"]
    rows = world.records.appointments.values()
    busy = {row.patient_id for row in rows if row.start >= world.now()}
    free = [
        f"{row.firstname} {row.lastname}"
        for row in world.records.patients.values()
        if row.patient_id not in busy and row.status == "Active"
    ]
    assert len(free) >= 2
    return free[:2]


def times(slots):
    """What tells the times of an answer apart."""
    return {(slot["start"], slot["provider"]) for slot in slots}


async def opening_of(office, agent, slot):
    """The opening that a handle of a call stands for."""
    scope_key = (
        office.store.index.keyed_hash("scope", office.id, "", agent.call_id) if agent.call_id else None
    )
    handle = await office.store.handles.resolve(
        slot["slot"], Kind.SLOT, office=office.id, scope_key=scope_key, now=office.clock.now()
    )
    return SlotOffer.read(handle.payload).opening


def soon(office):
    """A working day of next week, of which the whole can be offered."""
    today = office.profile.clock(office.clock.now()).date()
    day = today + dt.timedelta(days=7 - today.weekday())
    return day + dt.timedelta(days=1)


def taken_by_the_desk(office, opening):
    """The people at the front desk put somebody else into a time, in their own software."""
    records = office.world.offices["D10001"].records
    other = next(row for row in records.patients.values() if row.firstname != "Anna")
    office.world.desks["D10001"].book(
        other.patient_id, opening.start, 30, opening.operatory, opening.provider_id
    )


async def test_calls_at_the_same_moment_on_two_servers_are_never_offered_the_same_time(tmp_path):
    async with two_servers(tmp_path) as servers:
        offered: list[set] = []

        async def one_call(number: int) -> None:
            agent = Agent(servers[number % 2], f"call {number}")
            offered.append(times(await agent.slots(reason="exam")))

        async with anyio.create_task_group() as calls:
            for number in range(8):
                calls.start_soon(one_call, number)
        everything = [time for slots in offered for time in slots]
        assert len(everything) == len(set(everything))
        assert all(offered)


async def test_a_time_is_offered_elsewhere_after_five_minutes_and_the_old_handle_is_looked_at_again(tmp_path):
    clock = ManualClock()
    async with two_servers(tmp_path, clock) as (one, two):
        first, second = Agent(one, "first"), Agent(two, "second")
        soon = {"date_from": str(one.profile.clock(clock.now()).date() + dt.timedelta(days=1))}
        offer = (await first.slots(**soon))[0]
        assert not times([offer]) & times(await second.slots(**soon))
        clock.seconds += HELD_SECONDS
        assert times([offer]) <= times(await second.slots(**soon))
        # It is on offer elsewhere now: the first call is told so in words that are true of it.
        patient = await first.patient()
        booking = {"patient": patient, "slot": offer["slot"], "caller_confirmed": True}
        told = await first.ask("book_appointment", **booking)
        assert told.outcome == "slot_taken"
        assert "no longer free" in told.say
        assert told.facts["slots"]
        assert not times([offer]) & times(told.facts["slots"])
        clock.seconds += HELD_SECONDS
        assert (await first.ask("book_appointment", **booking)).outcome == "pending"
        assert not times([offer]) & times(await second.slots(**soon))


async def test_what_one_call_is_offered_again_is_the_same(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        assert await agent.slots() == await agent.slots()


@pytest.mark.parametrize("call_id", ["", "call"])
async def test_of_two_callers_who_book_one_time_at_once_one_is_booked_and_the_other_hears_of_others(
    tmp_path, call_id
):
    async with two_servers(tmp_path, config=MANY) as servers:
        anonymous = [Agent(server, "") for server in servers]
        patients = [
            await agent.patient(name) for agent, name in zip(anonymous, names(servers[0]), strict=True)
        ]
        slots = [(await agent.slots())[0] for agent in anonymous]
        assert times(slots[:1]) == times(slots[1:])
        agents = [Agent(server, call_id and f"{call_id} {place}") for place, server in enumerate(servers)]
        told = {}

        async def book(place: int) -> None:
            told[place] = await agents[place].ask(
                "book_appointment",
                patient=patients[place],
                slot=slots[place]["slot"],
                caller_confirmed=True,
            )

        async with anyio.create_task_group() as callers:
            for place in range(2):
                callers.start_soon(book, place)
        outcomes = sorted(one.outcome for one in told.values())
        assert outcomes[1] == "slot_taken"
        assert outcomes[0] in {"pending", "confirmed"}
        loser = next(place for place in told if told[place].outcome == "slot_taken")
        assert "nothing was booked" in told[loser].say
        assert told[loser].facts["slots"]
        winner = await agents[1 - loser].settled(told[1 - loser])
        assert winner.outcome == "confirmed"
        assert servers[0].posts == 1
        again = told[loser].facts["slots"][0]
        assert (await agents[loser].booked(patients[loser], again["slot"])).outcome == "confirmed"


async def test_the_same_booking_asked_for_twice_at_once_is_one_booking(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office, "")
        patient = await agent.patient()
        slot = (await agent.slots())[0]["slot"]
        told = []

        async def book() -> None:
            told.append(
                await agent.ask("book_appointment", patient=patient, slot=slot, caller_confirmed=True)
            )

        async with anyio.create_task_group() as calls:
            calls.start_soon(book)
            calls.start_soon(book)
        assert {one.outcome for one in told} <= {"pending", "confirmed"}
        assert len({one.facts["writeback"] for one in told}) == 1
        assert office.posts == 1


async def test_a_time_the_desk_has_taken_meanwhile_is_told_as_taken_with_others(tmp_path):
    async with open_office(tmp_path) as office:
        agent = Agent(office)
        patient, slot = await agent.patient(), (await agent.slots())[0]
        opening = await opening_of(office, agent, slot)
        taken_by_the_desk(office, opening)
        office.world.offices["D10001"].refresh()
        told = await agent.ask("book_appointment", patient=patient, slot=slot["slot"], caller_confirmed=True)
        assert told.outcome == "slot_taken"
        assert 1 <= len(told.facts["slots"]) <= 3
        assert slot["start"] not in {other["start"] for other in told.facts["slots"]}
        assert office.posts == 0
        assert (await agent.booked(patient, told.facts["slots"][0]["slot"])).outcome == "confirmed"


async def test_a_time_the_desk_took_unseen_by_the_copy_is_never_told_as_booked(tmp_path):
    config = replace(FAST, switches=Switches(overlap="refused"))
    async with open_office(tmp_path, config=config) as office:
        agent = Agent(office)
        patient, slot = await agent.patient(), (await agent.slots())[0]
        opening = await opening_of(office, agent, slot)
        taken_by_the_desk(office, opening)
        told = await agent.ask("book_appointment", patient=patient, slot=slot["slot"], caller_confirmed=True)
        told = await agent.settled(told)
        assert told.outcome == "failed"
        assert "was taken before" in told.say
        assert office.truth() == []


async def test_a_move_to_a_time_that_another_call_is_offered_hears_of_others(tmp_path):
    async with two_servers(tmp_path, RunningClock()) as (one, two):
        first, second = Agent(one, ""), Agent(two, "second")
        patient = await first.patient()
        old = (await first.slots(patient=patient))[0]
        booked = await first.booked(patient, old["slot"])
        wanted = next(slot for slot in await first.slots() if slot["start"] != old["start"])
        assert times([wanted]) <= times(await second.slots())
        move = {"appointment": booked.facts["appointment"], "slot": wanted["slot"]}
        told = await first.yes("reschedule_appointment", **move)
        assert told.outcome == "slot_taken"
        assert "nothing was moved" in told.say
        other = {**move, "slot": told.facts["slots"][0]["slot"]}
        assert (
            await first.settled(await first.yes("reschedule_appointment", **other))
        ).outcome == "confirmed"


async def test_a_time_stays_with_the_call_that_is_asked_whether_it_is_one_more(tmp_path):
    async with two_servers(tmp_path, RunningClock()) as (one, two):
        first, second = Agent(one, "first"), Agent(two, "second")
        patient = await first.patient()
        later = str(soon(one) + dt.timedelta(days=14))
        day = {"date_from": later, "date_to": later}
        slot, other, *_ = await first.slots(**day)
        await first.booked(patient, slot["slot"])
        question = await first.ask(
            "book_appointment", patient=patient, slot=other["slot"], caller_confirmed=True
        )
        assert question.outcome == "needs_confirmation"
        assert not times([other]) & times(await second.slots(**day))
        added = await first.booked(patient, question.facts["slot"])
        assert added.outcome == "confirmed"
        anonymous = Agent(one, "")
        third = (await anonymous.slots(**day))[0]
        question = await anonymous.ask(
            "book_appointment",
            patient=await anonymous.patient(),
            slot=third["slot"],
            caller_confirmed=True,
        )
        assert question.outcome == "needs_confirmation"
        assert times([third]) <= times(
            await Agent(two, "third").slots(**day)
        )  # nothing is kept without an id


async def test_a_hygienist_is_booked_by_one_of_two_calls_whatever_chair_each_was_offered(tmp_path):
    async with open_office(tmp_path) as office:
        finding, profile = office.desk.finding, office.profile
        hygienist = next(number for number, most in finding.columns(profile).limits.items() if most == 1)
        start = dt.datetime.combine(soon(office), dt.time(9))
        openings = [Opening(start, chair, hygienist, 60) for chair in ("Hygiene 1", "Hygiene 2")]
        assert await finding.secure(profile, openings[0], "one", "call one")
        assert await finding.is_free(profile, openings[0], [], "one", "call one")
        assert not await finding.secure(profile, openings[1], "two", "call two")
        await finding.release(profile, openings[0], "one")
        visit = Visit(start, 60, "Hygiene 1", hygienist, "p1", Standing.BOOKED, "77")
        assert await finding.secure(profile, openings[1], "two", "call two")
        assert not await finding.is_free(profile, openings[1], [visit], "two", "call two")
        assert await finding.is_free(profile, openings[1], [visit], "two", "call two", but="77")


async def test_where_another_process_takes_a_cell_first_the_call_chooses_anew(tmp_path, monkeypatch):
    async with open_office(tmp_path) as office:
        take, lost = office.store.holds.take, []

        async def beaten_once(*args, **wanted):
            if not lost:
                lost.append(wanted)
                raise HeldElsewhere("a cell was taken meanwhile")
            return await take(*args, **wanted)

        monkeypatch.setattr(office.store.holds, "take", beaten_once)
        assert await Agent(office).slots()
        assert lost


async def test_a_dentist_who_sees_one_patient_at_a_time_is_offered_so_to_calls_on_two_servers(tmp_path):
    async with two_servers(tmp_path) as servers:
        dentists = [
            number
            for number, row in servers[0].profile.providers.items()
            if "hygien" not in row.specialty.casefold()
        ]
        profile = replace(
            servers[0].profile,
            charter=Charter(providers=(ProviderRule(dentists[0], max_parallel=1),)),
            usual_provider={chair.operatory: dentists[0] for chair in servers[0].profile.chairs},
        )
        tomorrow = profile.clock(servers[0].clock.now()).date() + dt.timedelta(days=1)
        offered = []

        async def one_call(number: int) -> None:
            finding = servers[number % 2].desk.finding
            ask = Ask(EXAM, tomorrow, tomorrow + dt.timedelta(days=1), dentists[0])
            found = await finding.find(profile, ask, f"call {number}")
            offered.extend((option, number) for option in found.options)

        async with anyio.create_task_group() as calls:
            for number in range(6):
                calls.start_soon(one_call, number)
        assert len(offered) >= 6
        length = dt.timedelta(minutes=EXAM.minutes)
        for (one, call), (other, another) in itertools.combinations(sorted(offered), 2):
            assert call == another or one.start + length <= other.start


@pytest.mark.parametrize("spec", LISTING, ids=lambda spec: spec.pms)
async def test_where_the_system_lists_its_open_times_nothing_else_is_offered(tmp_path, spec):
    config = replace(FAST, offices=(replace(spec, patients=40),))
    async with open_office(tmp_path, config=config) as office:
        agent = Agent(office)
        world = office.world.offices[office.profile.office.office_id]
        listed = {
            (slot.start, slot.operatory, slot.provider_id): slot
            for slot in open_slots(world)
            if slot.practice_id == office.profile.office.practice_id
        }
        asked = office.asked("GET", "/appointments_available_slots")
        for reason in ("exam", "cleaning"):
            for slot in await agent.slots(reason=reason):
                opening = await opening_of(office, agent, slot)
                steps = range(0, opening.length_minutes, 30)
                for step in steps:  # a longer visit needs every half hour of it
                    start = opening.start + dt.timedelta(minutes=step)
                    assert (start, opening.operatory, opening.provider_id) in listed
        assert office.asked("GET", "/appointments_available_slots") > asked
        before = office.asked("GET", "/appointments_available_slots")
        await agent.slots(reason="exam")
        assert office.asked("GET", "/appointments_available_slots") == before
        patient = await agent.patient()
        told = await agent.booked(patient, (await agent.slots(reason="exam"))[0]["slot"])
        assert told.outcome == "confirmed"
