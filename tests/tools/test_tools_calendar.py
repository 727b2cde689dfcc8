"""What is offered, what is listed, and how a booking of a moment ago changes both."""

import datetime as dt

import pytest
import pytest_asyncio
from callers import on_the_phone
from processes import OFFICE, http_server, open_practice

from sandbox.switches import Switches
from server.tools.speech import spoken_date
from server.tools.voices import VOICES

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def practice(tmp_path_factory):
    async with open_practice(tmp_path_factory.mktemp("calendar")) as practice:
        yield practice


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(practice):
    async with http_server(practice) as server:
        yield server


def today(practice) -> dt.date:
    return practice.world.offices[OFFICE].now().date()


def next_day(practice, weekday: int) -> dt.date:
    """The second such weekday from today on."""
    day = today(practice) + dt.timedelta(days=7)
    while day.weekday() != weekday:
        day += dt.timedelta(days=1)
    return day


async def test_a_pending_booking_is_listed_and_its_time_is_neither_offered_nor_booked_again(practice, server):
    # A call without an id is kept no time, so that both are offered the same one.
    async with on_the_phone(server, call_id="pending-one") as one, on_the_phone(server) as two:
        somebody, another = practice.somebody(), practice.somebody()
        patient, other = await one.identify(somebody), await two.identify(another)
        theirs = (await two.offers())[0]
        offer = (await one.offers())[0]
        assert (theirs["start"], theirs["provider"]) == (offer["start"], offer["provider"])
        assert theirs["slot"] != offer["slot"]

        assert (await one.book(patient, offer["slot"])).outcome == "pending"
        [listed] = (await one.ask("list_appointments", patient=patient)).facts["appointments"]
        assert (listed["start"], listed["status"]) == (offer["start"], "pending")
        offered = {(each["start"], each["provider"]) for each in await two.offers()}
        assert (offer["start"], offer["provider"]) not in offered
        taken = await two.book(other, theirs["slot"])
        assert taken.outcome == "slot_taken"
        assert "nothing was booked" in taken.say
        assert taken.facts["retry"] == "after_change"
        assert 1 <= len(taken.facts["slots"]) <= 3
        for slot in taken.facts["slots"]:
            assert slot["spoken"] in taken.say
            assert (slot["start"], slot["provider"]) != (offer["start"], offer["provider"])

        read_back = await one.ask("cancel_appointment", appointment=listed["appointment"])
        assert read_back.outcome == "needs_confirmation"
        told = await one.yes("cancel_appointment", appointment=listed["appointment"])
        assert told.outcome in {"pending", "withdrawn"}
        withdrawn = await one.settled("withdrawn")
        assert "othing was booked" in withdrawn.say
        assert (await one.ask("list_appointments", patient=patient)).facts["appointments"] == []
        practice.clock.ahead += 120
        assert practice.appointments(somebody) == []
        assert not practice.world.effects
        assert (await one.ask("find_slots", reason="cleaning")).outcome == "ok"  # lets go of what it held
        again = (await two.offers())[0]
        assert (again["start"], again["provider"]) == (offer["start"], offer["provider"])
        assert (await two.book(other, again["slot"])).outcome == "pending"


async def test_a_confirmed_booking_is_listed_and_its_time_is_taken_though_the_copy_is_old(practice, server):
    async with on_the_phone(server, call_id="old-copy") as caller:
        somebody = practice.somebody()
        patient = await caller.identify(somebody)
        offer = (await caller.offers(reason="cleaning"))[0]
        await caller.booked(practice, somebody, patient, offer["slot"])
        [listed] = (await caller.find(somebody)).facts["appointments"]
        assert (listed["start"], listed["status"]) == (offer["start"], "booked")
        offered = {(each["start"], each["provider"]) for each in await caller.offers(reason="cleaning")}
        assert (offer["start"], offer["provider"]) not in offered
        practice.refreshes()
        [listed] = (await caller.find(somebody)).facts["appointments"]
        assert (listed["start"], listed["status"]) == (offer["start"], "booked")


async def test_what_is_offered_is_free_in_the_practice_and_spoken_with_its_weekday(practice, server):
    async with on_the_phone(server, call_id="offers") as caller:
        told = await caller.ask("find_slots", reason="cleaning")
        assert told.facts["today"] == today(practice).isoformat()
        slots = told.facts["slots"]
        assert 1 <= len(slots) <= 3
        assert len({each["start"] for each in slots}) == len(slots)
        for slot in slots:
            start = dt.datetime.fromisoformat(slot["start"])
            assert start.tzinfo is None
            assert slot["spoken"].startswith(start.strftime("%A"))
            assert slot["spoken"] in told.say
            assert slot["length_minutes"] == 60


@pytest.mark.parametrize(
    ("first", "last", "question"),
    [(-1, None, "has passed"), (-9, -2, "has passed"), (None, -1, "has passed"), (9, 7, "Between"),
     (400, None, "further ahead")],
)  # fmt: skip
async def test_days_that_cannot_be_looked_at_are_asked_about(practice, server, first, last, question):
    def day(ahead):
        return "" if ahead is None else str(today(practice) + dt.timedelta(days=ahead))

    async with on_the_phone(server, call_id="days") as caller:
        told = await caller.ask("find_slots", reason="exam", date_from=day(first), date_to=day(last))
        assert told.outcome == "invalid_input"
        assert question in told.say


@pytest.mark.parametrize("language", ["en", "es"])
async def test_an_agent_that_takes_today_for_a_later_day_is_told_which_day_it_is(practice, server, language):
    here = today(practice)
    async with on_the_phone(server, call_id=f"today-{language}", language=language) as caller:
        told = await caller.ask("find_slots", reason="exam", date_from=str(here - dt.timedelta(days=6)))
        known = await caller.ask("office_info", topic="today")
    assert told.outcome == "invalid_input"
    assert spoken_date(here, here, VOICES[language]) in told.facts["next"]
    assert spoken_date(here, here, VOICES[language]) in known.say


@pytest.mark.parametrize("words", ["tomorrow", "12/01/2026", "2026-13-01", "December 1st", "2026"])
async def test_a_day_in_words_is_asked_for_again(server, words):
    async with on_the_phone(server, call_id="words") as caller:
        for name in ("date_from", "date_to"):
            told = await caller.ask("find_slots", **{"reason": "exam", name: words})
            assert told.outcome == "invalid_input"
            assert words not in told.spoken


async def test_for_a_day_on_which_the_practice_is_closed_the_nearest_times_are_offered(practice, server):
    sunday = next_day(practice, 6)
    async with on_the_phone(server, call_id="sunday") as caller:
        told = await caller.ask("find_slots", reason="exam", date_from=str(sunday), date_to=str(sunday))
        assert told.outcome == "ok"
        assert "nothing like that on Sunday" in told.say
        assert "message" in told.facts["next"]
        starts = [dt.datetime.fromisoformat(slot["start"]).date() for slot in told.facts["slots"]]
        assert starts[0] < sunday < starts[1] <= sunday + dt.timedelta(days=3)


@pytest.mark.parametrize(("part", "hours"), [("morning", range(12)), ("afternoon", range(12, 17))])
async def test_a_part_of_the_day_is_kept_to(server, part, hours):
    async with on_the_phone(server, call_id="parts") as caller:
        for offer in await caller.offers(time_of_day=part):
            assert dt.datetime.fromisoformat(offer["start"]).hour in hours


async def test_where_nobody_works_in_the_evening_that_is_said_and_other_times_of_day_are_offered(server):
    async with on_the_phone(server, call_id="evening") as caller:
        told = await caller.ask("find_slots", reason="exam", time_of_day="evening")
        assert told.outcome == "ok"
        assert "nothing like that" in told.say
        assert len(told.facts["slots"]) == 3
        assert all(dt.datetime.fromisoformat(slot["start"]).hour < 17 for slot in told.facts["slots"])


@pytest.mark.parametrize(
    "words", ["Dr. Marsh", "doctor marsh", "Ellen Marsh", "marsh", "Dr Marsh", "Dr. Marsch"]
)
async def test_a_dentist_asked_for_by_name_is_the_only_one_offered(server, words):
    async with on_the_phone(server, call_id="provider") as caller:
        for offer in await caller.offers(provider=words):
            assert offer["provider"] == "Dr. Marsh"


@pytest.mark.parametrize("words", ["Dr. Nobody", "Harold Finch", "Pat Doyle", "xyzzy", "Dr. Martin"])
async def test_a_name_that_sees_no_patients_is_asked_about(server, words):
    async with on_the_phone(server, call_id="provider") as caller:
        told = await caller.ask("find_slots", reason="exam", provider=words)
        assert told.outcome == "invalid_input"
        assert words not in told.spoken


@pytest.mark.parametrize("patient", ["new", "new_child", "NEW", ""])
async def test_times_are_offered_to_people_nobody_knows(server, patient):
    async with on_the_phone(server, call_id="new") as caller:
        assert await caller.offers(patient=patient)


async def test_an_office_that_shows_no_hours_is_never_guessed_at(tmp_path):
    async with (
        open_practice(tmp_path, switches=Switches(schedule_covers="none")) as practice,
        http_server(practice) as server,
        on_the_phone(server, call_id="no-hours") as caller,
    ):
        told = await caller.ask("find_slots", reason="exam")
        assert told.outcome == "needs_human"
        assert "slots" not in told.facts
        assert "hours" in told.say
