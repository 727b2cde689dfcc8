"""Whom a caller asks for: by the name told aloud or the one on file, and where several bear the name."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from harness import FAST, OFFICE_ID, office_on, served
from visiting import Agent

from server.desk.people.matching import load_names

SPOKEN = '[[providers]]\nid = "1"\nspoken = "Dr. Ellie"\n[[providers]]\nid = "2"\n'
load_names()


@asynccontextmanager
async def asking(folder, document="", **team):
    """An agent of an office with a document applied, where some of the team have other names."""
    async with served(FAST) as line:
        practice = line.world.offices[OFFICE_ID]
        for number, name in team.items():
            first, _, last = name.partition(" ")
            known = practice.records.providers[number.lstrip("_")]
            practice.records.providers[known.provider_id] = replace(known, firstname=first, lastname=last)
        practice.refresh()
        async with office_on(line, folder) as office:
            await office.store.profiles.apply(
                office.id, document, over=0, by="a test", now=office.clock.now()
            )
            agent = Agent(office)

            async def ask(provider, **more):
                told = await agent.ask("find_slots", reason="exam", provider=provider, **more)
                return told, {slot["provider"] for slot in told.facts.get("slots", [])}

            yield ask


@pytest.mark.parametrize("heard", ["Dr. Ellie", "Ellie", "doctora Ellie", "Ellen Marsh", "Marsh", "Marsch"])
async def test_a_provider_is_known_by_the_name_told_aloud_and_by_that_of_the_practices_system(
    tmp_path, heard
):
    async with asking(tmp_path, SPOKEN) as ask:
        told, seen = await ask(heard)
        assert told.outcome == "ok", told.say
        assert seen == {"Dr. Ellie"}


async def test_a_name_that_nobody_there_has_is_asked_about(tmp_path):
    async with asking(tmp_path, SPOKEN) as ask:
        told, _ = await ask("Martin")
        assert told.outcome == "invalid_input"
        assert told.say == "Which dentist or hygienist would you like to see?"


async def test_of_two_who_bear_the_name_nobody_is_picked_and_the_answer_decides(tmp_path):
    async with asking(tmp_path, _2="Anil Marsh") as ask:
        for heard in ("Marsh", "Dr. Marsh"):
            told, _ = await ask(heard)
            assert told.outcome == "invalid_input"
            assert told.say == "Would you like to see Ellen Marsh or Anil Marsh?"
        firsts, seconds = [(await ask(heard))[0].facts["slots"] for heard in ("Ellen Marsh", "Anil")]
        assert firsts != seconds


async def test_who_answers_with_a_name_told_aloud_is_not_asked_again(tmp_path):
    async with asking(tmp_path, SPOKEN, _2="Anil Ellis", _3="Ellis Kowalczyk") as ask:
        told, _ = await ask("Ellis")
        assert told.outcome == "ok", told.say  # the hygienist, who is told so
        for heard in ("Dr. Ellis", "dr ellis"):
            assert (await ask(heard))[1] == {"Dr. Ellis"}


async def test_the_question_names_people_as_they_are_told_aloud(tmp_path):
    spoken = SPOKEN + 'spoken = "Dr. Anil"\n'
    async with asking(tmp_path, spoken, _2="Anil Marsh") as ask:
        told, _ = await ask("Marsh")
        assert told.say == "Would you like to see Dr. Ellie or Dr. Anil?"
        assert (await ask("Dr. Anil"))[1] == {"Dr. Anil"}


async def test_one_person_whom_the_practice_holds_twice_is_not_asked_about(tmp_path):
    async with asking(tmp_path, _2="Ellen Marsh") as ask:
        told, seen = await ask("Marsh")
        assert (told.outcome, seen) == ("ok", {"Dr. Marsh"})
