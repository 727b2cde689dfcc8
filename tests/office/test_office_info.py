"""What the office tells of itself, by its people's word where they have said anything."""

from contextlib import asynccontextmanager

import pytest
from contract import assert_contract
from harness import ManualClock, open_office
from mcp import Client

DOCUMENT = """\
greeting = "Newbrook Family Dental, how can I help?"
languages = ["English", "Spanish"]
insurance = ["Delta Dental PPO", "MetLife"]
[phones]
transfer = "860 555 0199"
on_call = "860 555 0198"
[hours]
monday = ["08:00-12:00", "13:00-17:00"]
tuesday = ["08:00-12:00"]
[[closures]]
first = 2026-11-24
[[columns]]
operatory = "Doctor 1"
kind = "doctor"
providers = ["1"]
[[columns]]
operatory = "Hygiene 1"
kind = "hygiene"
providers = ["3"]
[[providers]]
id = "1"
spoken = "Dr. Ellen"
[[providers]]
id = "2"
[[providers]]
id = "3"
[policy]
emergency_text = "Please go to Hartford Hospital now."
[[other_offices]]
name = "Elmfield Dental"
address = "12 Mill Road, Elmfield"
phone = "860 555 0101"
"""


@asynccontextmanager
async def at(folder, document=DOCUMENT, **changes):
    """An office on a Monday morning, with a document applied, and a way to ask it about itself."""
    async with (
        open_office(folder, ManualClock(), **changes) as office,
        Client(office.app.surface) as client,
    ):

        async def info(topic):
            result = await client.call_tool("office_info", {"topic": topic}, meta={"call_id": "call"})
            assert_contract(result)
            return result.structured_content

        await office.store.profiles.apply(office.id, document, over=0, by="a test", now=office.clock.now())
        yield office, info


async def test_an_office_tells_what_its_people_have_said(tmp_path):
    async with at(tmp_path) as (office, info):
        today = await info("today")
        assert (today["today"], today["weekday"], len(today["days"])) == ("2026-11-23", "Monday", 14)
        assert today["days"][-1] == {"date": "2026-12-07", "spoken": "Monday, December 7"}
        assert "Tue Nov 24, Wed 25" in today["next"]
        assert "Tue Dec 1" in today["next"]
        assert (today["greeting"], today["languages"][1]) == (
            "Newbrook Family Dental, how can I help?",
            "Spanish",
        )
        hours = (await info("hours"))["say"]
        assert "Monday 8 AM to noon and 1 PM to 5 PM" in hours
        assert "Wednesday to Sunday closed" in hours
        assert "closed on Tuesday, November 24" in hours
        people = await info("providers")
        assert people["providers"] == ["Dr. Ellen", "Dana"]
        assert "Dr. Ellen and Dana" in people["say"]
        insurance = await info("insurance")
        assert insurance["insurance"] == ["Delta Dental PPO", "MetLife"]
        assert insurance["say"] == "The office's list names Delta Dental PPO and MetLife."
        assert "cover" not in f"{insurance['say']} {insurance['next']}".casefold()
        others = await info("other_offices")
        assert "Elmfield Dental, 12 Mill Road, Elmfield, 8 6 0, 5 5 5, 0 1 0 1" in others["say"]
        assert others["other_offices"][0]["phone"] == "860 555 0101"
        emergency = await info("emergency")
        assert emergency["say"] == "Please go to Hartford Hospital now."
        assert emergency["transfer"] == "860 555 0199"
        office.manual.advance(2.5 * 3600)  # noon has passed: they are at lunch
        assert (await info("emergency"))["transfer"] == "860 555 0198"


async def test_a_holiday_of_the_schedules_is_told_and_closes_the_office_whatever_hours_its_people_gave(
    tmp_path,
):
    document = DOCUMENT.replace("[[closures]]", 'thursday = ["08:00-17:00"]\n[[closures]]', 1)
    async with at(tmp_path, document) as (office, info):
        assert (await info("emergency"))["transfer"] == "860 555 0199"
        assert "closed on Tuesday, November 24 and Thursday, November 26" in (await info("hours"))["say"]
        office.manual.advance(3 * 86_400)  # Thanksgiving, in the hours of a Thursday
        assert "closed on Thursday, November 26" in (await info("hours"))["say"]
        assert (await info("emergency"))["transfer"] == "860 555 0198"
        office.manual.advance(7 * 86_400)
        assert "closed on" not in (await info("hours"))["say"]
        assert (await info("emergency"))["transfer"] == "860 555 0199"


@pytest.mark.parametrize("topic", ["insurance", "other_offices"])
async def test_what_nobody_has_said_is_not_known(tmp_path, topic):
    async with at(tmp_path, "") as (_, info):
        told = await info(topic)
        assert told["outcome"] == "needs_human"
        assert "message" in told["next"]


async def test_a_long_list_is_told_in_part_and_said_to_be_longer(tmp_path):
    plans = [f"Plan number {n} of the Connecticut Carpenters" for n in range(9)]
    document = f"insurance = {plans}\n" + "".join(
        f"[[other_offices]]\nname = 'Office {n}'\naddress = '{'1 Mill Road, ' * 6}'\n" for n in range(3)
    )
    async with at(tmp_path, document) as (_, info):
        told = await info("insurance")
        assert told["insurance"] == plans
        assert told["say"].endswith(", and more.")
        assert plans[2] in told["say"]
        assert "…" not in told["say"]
        assert (await info("other_offices"))["say"] == "There is also Office 0, Office 1, and Office 2."


async def test_who_cancels_late_is_told_the_offices_sentence_before_the_yes(tmp_path):
    document = "[policy]\ncancellation_notice_hours = 48\ncancellation_sentence = 'We ask for two days.'"
    async with at(tmp_path, document) as (office, _):
        free = await office.free()
        near = next(one for one in free if one.start.day == 24)
        far = next(one for one in free if one.start.month == 12)
        async with Client(office.app.surface) as client:
            found = None
            for opening in (near, far):
                await office.book(opening)
            found = await client.call_tool(
                "find_patient", {"name": "Anna Lindqvist", "date_of_birth": "1986-04-12"}
            )
            said = [
                (
                    await client.call_tool("cancel_appointment", {"appointment": visit["appointment"]})
                ).structured_content["say"]
                for visit in found.structured_content["appointments"]
            ]
        assert said[0].startswith("We ask for two days. Shall I still ask them to cancel")
        assert said[1].startswith("Just to be sure")
