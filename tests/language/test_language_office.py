"""What an office has written in several languages is told in that of the call."""

from contextlib import asynccontextmanager

import pytest
from contract import assert_contract
from harness import ManualClock, open_office
from mcp import Client

from server.desk.charter.plain import differences
from server.desk.charter.reading import CharterRefused, read_charter
from server.desk.charter.terms import EMPTY, words_in
from server.desk.charter.writing import written

DOCUMENT = """\
greeting = { en = "Newbrook Dental, how can I help?", es = "Dental Newbrook, ¿en qué le ayudo?" }
languages = ["English", "Spanish"]

[policy]
cancellation_notice_hours = 336
cancellation_sentence = { en = "We ask for two weeks.", es = "Pedimos dos semanas." }
emergency_text = { en = "Go to Hartford Hospital.", es = "Vaya al Hospital de Hartford." }
"""


@asynccontextmanager
async def at(folder, document=DOCUMENT, **changes):
    """An office with a document applied, and a way to ask it in a language."""
    async with open_office(folder, ManualClock(), **changes) as office, Client(office.app.surface) as client:
        await office.store.profiles.apply(office.id, document, over=0, by="a test", now=office.clock.now())

        async def ask(language, tool, **arguments):
            result = await client.call_tool(tool, arguments, meta={"call_id": "call", "language": language})
            assert_contract(result)
            return result.structured_content

        yield office, ask


async def test_a_call_is_told_the_offices_words_in_its_language(tmp_path):
    async with at(tmp_path) as (office, ask):
        assert (await ask("en", "office_info", topic="today"))["greeting"].startswith("Newbrook Dental")
        assert (await ask("es", "office_info", topic="today"))["greeting"].startswith("Dental Newbrook")
        assert (await ask("", "office_info", topic="today"))["greeting"].startswith("Newbrook Dental")
        assert (await ask("es", "office_info", topic="emergency"))["say"] == "Vaya al Hospital de Hartford."
        assert (await ask("en", "office_info", topic="emergency"))["say"] == "Go to Hartford Hospital."
        await office.book((await office.free())[0])
        who = {"name": "Anna Lindqvist", "date_of_birth": "1986-04-12"}
        [visit] = (await ask("es", "find_patient", **who))["appointments"]
        told = {
            language: (await ask(language, "cancel_appointment", appointment=visit["appointment"]))["say"]
            for language in ("en", "es")
        }
        assert told["es"].startswith("Pedimos dos semanas. ¿Pido aun así que cancelen la del ")
        assert told["en"].startswith("We ask for two weeks. Shall I still ask them to cancel ")


async def test_words_written_once_are_told_as_they_stand_in_every_language(tmp_path):
    document = "greeting = 'Newbrook Dental'\n[policy]\nemergency_text = 'Go to Hartford Hospital.'\n"
    async with at(tmp_path, document) as (_, ask):
        for language in ("en", "es"):
            assert (await ask(language, "office_info", topic="today"))["greeting"] == "Newbrook Dental"
            told = await ask(language, "office_info", topic="emergency")
            assert told["say"] == "Go to Hartford Hospital."


async def test_an_office_without_words_for_an_emergency_has_ours_in_each_language(tmp_path):
    async with at(tmp_path, "") as (_, ask):
        assert "llame ya al 911" in (await ask("es", "office_info", topic="emergency"))["say"]
        assert "call 911" in (await ask("en", "office_info", topic="emergency"))["say"]


async def test_words_that_the_operator_has_set_are_told_as_they_stand(tmp_path):
    async with at(tmp_path, "", emergency_text="Go to Hartford Hospital.") as (_, ask):
        assert (await ask("es", "office_info", topic="emergency"))["say"] == "Go to Hartford Hospital."


def test_a_language_that_the_office_has_no_words_in_hears_the_first():
    said = {"en": "Good morning", "es": "Buenos días"}
    assert [words_in(code, said) for code in ("en", "es", "fr")] == [
        "Good morning",
        "Buenos días",
        "Good morning",
    ]
    assert words_in("es", "Good morning") == "Good morning"


def test_words_in_several_languages_are_written_as_they_are_read_and_told_apart():
    charter = read_charter(DOCUMENT)
    again = written(charter)
    assert read_charter(again) == charter
    assert 'es = "Pedimos dos semanas."' in again
    paths = [difference.path for difference in differences(EMPTY, charter)]
    assert paths[:2] == ["greeting.en", "greeting.es"]
    assert "policy.emergency_text.es" in paths


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        ("greeting = { spanish = 'Hola' }", "greeting.spanish", "no code of a language; write en, es"),
        ("greeting = {}", "greeting", "write a text, or"),
        ("greeting = { es = 5 }", "greeting.es", "write a text in quotes"),
        (f"[policy]\nemergency_text = {{ es = '{'x' * 141}' }}", "policy.emergency_text.es", "at most 140"),
        ("greeting = 5", "greeting", "write a text in quotes"),
    ],
)
def test_a_mistake_in_one_language_is_named_with_it(document, path, words):
    with pytest.raises(CharterRefused) as refused:
        read_charter(document)
    [problem] = refused.value.problems
    assert problem.path == path
    assert problem.line
    assert words in problem.words
