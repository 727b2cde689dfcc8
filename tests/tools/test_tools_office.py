"""Messages for the office's people, and what the office says of itself."""

import datetime as dt
import re
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from contract import assert_contract
from harness import FAST, SLOW, ManualClock, office_on, open_office, served
from mcp import Client

from sandbox.switches import Switches
from server.settings import EMERGENCY_TEXT
from store.inbox import TaskKind, Urgency
from store.ledger_states import State

CARD = "4111 1111 1111 1111"
OFFERS_TIMES = re.compile(r"find_slots|opening|next available|appointment", re.IGNORECASE)


@asynccontextmanager
async def at(folder, clock=None, **changes):
    """An office on a Monday morning before Thanksgiving, and a way to ask it in one call."""
    async with (
        open_office(folder, clock or ManualClock(), **changes) as office,
        Client(office.app.surface) as client,
    ):
        yield office, asking(client)


def asking(client):
    async def ask(tool, /, call_id="office", **arguments):
        result = await client.call_tool(tool, arguments, meta={"call_id": call_id} if call_id else None)
        assert_contract(result)
        return result.structured_content

    return ask


async def tasks_of(office):
    return await office.store.inbox.list(office.id)


@pytest.mark.parametrize("kind", ["request", "clinical", "running_late", "waitlist", "billing", "other"])
async def test_a_message_of_any_kind_is_left_without_an_identity(tmp_path, kind):
    async with at(tmp_path) as (office, ask):
        told = await ask(
            "message_office",
            kind=kind,
            name="Tom Ray",
            callback="860 555 0199",
            message="Please look into it.",
        )
        assert (told["outcome"], told["new"], told["urgent"]) == ("ok", True, False)
        [task] = await tasks_of(office)
        assert task.body == {
            "about": kind,
            "name": "Tom Ray",
            "callback": "860 555 0199",
            "message": "Please look into it.",
        }
        assert office.world.effects == []


@pytest.mark.parametrize(
    "said",
    [
        {"message": "Hello"},
        {"message": "Hello", "kind": "complaint", "urgency": "asap"},
        {"message": "Hello", "kind": "{{kind}}", "urgency": None},
        {"callback": "same number as always"},
        {"message": "word " * 5000, "name": "N" * 900, "callback": "8" * 900},
        {"message": "Hello", "callback": 8605550199, "name": 7},
    ],
)
async def test_a_message_is_never_refused_whatever_cannot_be_placed(tmp_path, said):
    async with at(tmp_path) as (office, ask):
        assert (await ask("message_office", **said))["outcome"] == "ok"
        [task] = await tasks_of(office)
        assert task.kind is TaskKind.MESSAGE
        assert task.body["about"] == "other"
        assert len(task.body["message"]) <= 1500


async def test_only_a_message_with_nothing_in_it_is_asked_about(tmp_path):
    async with at(tmp_path) as (office, ask):
        told = await ask("message_office", kind="other", name="Tom")
        assert told["outcome"] == "invalid_input"
        assert told["say"].endswith("?")
        assert await tasks_of(office) == []


async def test_the_same_message_twice_in_a_call_is_one_task_and_in_another_call_another(tmp_path):
    async with at(tmp_path) as (office, ask):
        said = {"kind": "request", "name": "Tom", "message": "A copy of my X-rays, please."}
        assert [(await ask("message_office", **said))["new"] for _ in range(3)] == [True, False, False]
        assert (await ask("message_office", call_id="later", **said))["new"]
        assert (await ask("message_office", call_id="", **said))["new"]
        assert {task.kind for task in await tasks_of(office)} == {TaskKind.REQUEST}
        assert len(await tasks_of(office)) == 3


async def test_a_card_number_in_a_message_is_left_out_and_the_rest_is_kept(tmp_path):
    async with at(tmp_path) as (office, ask):
        told = await ask(
            "message_office",
            kind="billing",
            name=f"Tom {CARD}",
            callback=CARD,
            message=f"Use {CARD}, CVV 123, thanks.",
        )
        assert told["outcome"] == "ok"
        [task] = await tasks_of(office)
        kept = "".join(task.body.values())
        assert not re.search(r"\d{3}", kept)
        assert "thanks" in task.body["message"]
        assert task.body["name"].startswith("Tom ")


async def test_a_long_number_from_abroad_is_a_callback_and_no_card(tmp_path):
    async with at(tmp_path) as (office, ask):
        await ask("message_office", message="Please call.", callback="+49 1512 3456 789")
        await ask("message_office", message="Please call.", callback="+49 15123456787")
        assert {task.body["callback"] for task in await tasks_of(office)} == {
            "+49 1512 3456 789",
            "+49 15123456787",
        }


@pytest.mark.parametrize(
    "said",
    [
        {"urgency": "emergency", "message": "It hurts a lot."},
        {"kind": "clinical", "message": "My throat is swollen and I can't swallow."},
        {"kind": "request", "message": "Next opening please, I have trouble breathing.", "urgency": "normal"},
    ],
)
async def test_an_emergency_gets_the_offices_own_words_an_urgent_task_and_never_a_time(tmp_path, said):
    async with at(tmp_path) as (office, ask):
        told = await ask("message_office", **said)
        assert told["outcome"] == "ok"
        assert told["say"].startswith(EMERGENCY_TEXT)
        assert "911" in told["say"]
        assert not OFFERS_TIMES.search(told["say"] + told["next"])
        [task] = await tasks_of(office)
        assert task.urgency is Urgency.URGENT


async def test_in_an_emergency_the_number_to_transfer_to_is_given(tmp_path):
    own = {"emergency_text": "Please go to Hartford Hospital now.", "transfer_number": "+1 860-555-0199"}
    async with at(tmp_path, **own) as (_, ask):
        for told in (
            await ask("message_office", urgency="emergency", message="Help"),
            await ask("office_info", topic="emergency"),
        ):
            assert told["say"].startswith("Please go to Hartford Hospital now.")
            assert "8 6 0, 5 5 5, 0 1 9 9" in told["next"]
            assert told["transfer"] == "+1 860-555-0199"


async def test_urgent_is_urgent_to_the_office_and_no_emergency_to_the_caller(tmp_path):
    async with at(tmp_path) as (office, ask):
        told = await ask("message_office", kind="clinical", urgency="urgent", message="My tooth hurts.")
        assert "911" not in told["say"]
        [task] = await tasks_of(office)
        assert task.urgency is Urgency.URGENT


async def test_no_news_goes_before_the_words_for_an_emergency(tmp_path):
    async with at(tmp_path) as (office, ask):
        scope = office.store.index.keyed_hash("scope", office.id, "", "office")
        row = await office.book(scope=scope)
        await office.forward(1, 30)
        await office.settled(row, State.CONFIRMED)
        told = await ask("office_info", topic="emergency")
        assert told["say"] == EMERGENCY_TEXT
        assert (await ask("office_info", topic="today"))["news"]


async def test_what_to_do_in_an_emergency_is_known_while_sikka_is_down(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line, office_on(line, tmp_path, clock) as office:
        await line.down()
        async with Client(office.app.surface) as client:
            ask = asking(client)
            assert (await ask("office_info", topic="emergency"))["say"] == EMERGENCY_TEXT
            assert (await ask("message_office", message="Please call me."))["outcome"] == "ok"
        assert len(await tasks_of(office)) == 1
        await line.up()


async def test_today_is_the_offices_day_with_the_fortnight_after_it(tmp_path):
    async with at(tmp_path) as (_, ask):
        told = await ask("office_info", topic="today")
        assert told["say"] == "Today is Monday, November 23."
        assert told["today"] == "2026-11-23"
        assert told["weekday"] == "Monday"
        after = [f"2026-11-{day}" for day in range(24, 31)] + [f"2026-12-0{day}" for day in range(1, 8)]
        assert [day["date"] for day in told["days"]] == after
        assert told["days"][0]["spoken"] == "Tuesday, November 24"
        assert "Tue Nov 24, Wed 25, Thu 26" in told["next"]
        assert "Tue Dec 1, Wed 2" in told["next"]


async def test_the_days_after_are_told_across_the_year(tmp_path):
    clock = ManualClock(dt.datetime(2026, 12, 31, 4, 30, tzinfo=dt.UTC).timestamp())
    async with at(tmp_path, clock) as (_, ask):
        told = await ask("office_info", topic="today")
        assert told["say"] == "Today is Wednesday, December 30."
        assert told["days"][1]["spoken"] == "Friday, January 1, 2027"
        assert "Thu Dec 31, Fri Jan 1, Sat 2" in told["next"]


async def test_the_hours_are_those_of_the_schedules(tmp_path):
    async with at(tmp_path) as (_, ask):
        told = await ask("office_info", topic="hours")
        assert told["outcome"] == "ok"
        assert "8 AM" in told["say"]
        assert "Sunday" in told["say"]
        assert "closed" in told["say"]


async def test_hours_that_no_schedule_tells_are_said_to_be_unknown(tmp_path):
    config = replace(SLOW, switches=Switches(schedule_covers="none"))
    async with at(tmp_path, config=config) as (_, ask):
        told = await ask("office_info", topic="hours")
        assert told["outcome"] == "needs_human"
        assert "can't see" in told["say"]
        assert not re.search(r"\d", told["say"])


async def test_address_and_phone_are_told_as_they_are_read_out(tmp_path):
    async with at(tmp_path) as (office, ask):
        practice = next(iter(office.world.offices["D10001"].records.practices.values()))
        told = await ask("office_info", topic="address")
        assert practice.city in told["say"]
        assert " ".join(practice.zipcode) in told["say"]
        told = await ask("office_info", topic="phones")
        assert told["phone"] == practice.phone
        assert "8 6 0, 5 5 5, 0 1 0 0" in told["say"]


async def test_an_address_or_phone_that_the_office_has_not_given_is_not_guessed(tmp_path):
    async with at(tmp_path) as (office, ask):
        key = office.profile.office.id
        at_time, known = office.desk.profiles._known[key]
        assert known.practice is not None
        bare = known.practice.model_copy(update={"address_line1": "", "phone": ""})
        for practice in (bare, None):
            office.desk.profiles._known[key] = (at_time, replace(known, practice=practice))
            for topic in ("address", "phones"):
                assert (await ask("office_info", topic=topic))["outcome"] == "needs_human"


@pytest.mark.parametrize("topic", ["insurance", "parking", "other_offices"])
async def test_what_is_not_known_is_said_and_a_message_offered(tmp_path, topic):
    async with at(tmp_path) as (_, ask):
        told = await ask("office_info", topic=topic)
        assert told["outcome"] == "needs_human"
        assert "message" in told["next"]


async def test_without_a_topic_the_caller_is_asked(tmp_path):
    async with open_office(tmp_path, config=FAST) as office, Client(office.app.surface) as client:
        told = await asking(client)("office_info")
        assert told["outcome"] == "invalid_input"
        assert told["say"].endswith("?")
