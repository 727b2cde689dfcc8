"""A cleaning that is due is mentioned where the office wants it, to whom has nothing coming up."""

import datetime as dt
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import anyio.lowlevel
import pytest
from harness import LIMIT_SECONDS, OFFICE_ID, office_on, served
from visiting import Agent

from server.tools.speech import spoken_date

DUE = "and a cleaning is due"
WANTED = "[policy]\nmention_recall = true\n"


@asynccontextmanager
async def recalled(folder, care, days, document):
    """An office that has recalled Anna so many days from today on, under a profile."""
    async with served() as line:
        practice = line.world.offices[OFFICE_ID]
        records = practice.records
        anna = next(number for number, row in records.patients.items() if row.lastname == "Lindqvist")
        number, some = next(iter(records.reminders.items()))
        due = practice.now().date() + dt.timedelta(days=days)
        records.reminders[number] = replace(some, patient_id=anna, care=care, due=due)
        practice.refresh()
        async with office_on(
            line, folder, mirror="on", mirror_look_seconds=0.02, unreviewed="book"
        ) as office:
            await office.store.profiles.apply(office.id, document, over=0, by="a test", now=1)
            row = await office.store.offices.get(office.id)
            with anyio.fail_after(LIMIT_SECONDS):
                while row is None or await office.desk.copies.of(row) is None:
                    await anyio.lowlevel.checkpoint()
            yield office


@pytest.mark.parametrize(
    ("care", "days", "document", "mentioned"),
    [
        ("Prophy", -1, WANTED, True),
        ("Prophy", 0, WANTED, True),
        ("Prophy", 1, WANTED, False),
        ("Bitewing x-rays", -1, WANTED, False),
        ("Prophy", -1, "", False),
    ],
)
async def test_a_cleaning_that_is_due_is_mentioned_where_the_office_wants_it(
    tmp_path, care, days, document, mentioned
):
    async with recalled(tmp_path, care, days, document) as office:
        told = await Agent(office).find()
        assert told.outcome == "verified"
        assert (DUE in told.say) == mentioned


async def test_who_has_something_coming_up_is_not_told_of_a_cleaning(tmp_path):
    async with recalled(tmp_path, "Prophy", -1, WANTED) as office:
        await office.book((await office.free())[0])
        told = await Agent(office).find()
        assert told.facts["appointments"]
        assert DUE not in told.say


@pytest.mark.parametrize(("days", "date_to"), [(300, 0), (300, 80), (40, 20)])
async def test_a_cleaning_that_is_not_due_on_any_day_asked_for_is_told_so(tmp_path, days, date_to):
    async with recalled(tmp_path, "Prophy", days, "") as office:
        agent = Agent(office)
        today = office.profile.clock(office.clock.now()).date()
        due = today + dt.timedelta(days=days)
        wanted = {"date_to": str(today + dt.timedelta(days=date_to))} if date_to else {}
        told = await agent.ask("find_slots", reason="cleaning", patient=await agent.patient(), **wanted)
        assert told.say.startswith(f"A cleaning isn't due before {spoken_date(due, today)}. ")
        starts = [dt.datetime.fromisoformat(slot["start"]).date() for slot in told.facts["slots"]]
        assert bool(starts) is (days == 40)
        assert all(start >= due for start in starts)
        assert ("leave the office a message" in told.say) is (not starts)
