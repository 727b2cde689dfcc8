"""Whole calls in Spanish over HTTP: by the header, by `_meta`, and by the office's own default."""

import itertools
import re
import sys
from contextlib import asynccontextmanager

import anyio
import pytest
import pytest_asyncio
from callers import OVER_HTTP, Caller, Told, on_the_phone
from mcp_types import TextContent
from processes import LIMIT_SECONDS, http_server, open_practice
from wordings import RULES

pytestmark = pytest.mark.asyncio(loop_scope="module")

ENGLISH = RULES["en"].function_words
NUMBERS = itertools.count(1)
NAMED = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")  # tools and arguments, which have one name in every language


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def practice(tmp_path_factory):
    async with open_practice(tmp_path_factory.mktemp("language")) as practice:
        yield practice


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(practice):
    async with http_server(practice) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def spanish_practice(tmp_path_factory):
    async with open_practice(tmp_path_factory.mktemp("spanish")) as practice:
        yield practice


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def spanish_office(spanish_practice):
    """A server whose office has put Spanish first."""
    async with http_server(spanish_practice) as server:
        document = spanish_practice.folder / "office.toml"
        document.write_text('languages = ["Español", "English"]\n', encoding="utf-8")
        command = [sys.executable, "-m", "server", "office", "apply", str(document), "--yes", "--by", "Dana"]
        await anyio.run_process(command, env=spanish_practice.environment())
        yield server


@pytest.fixture(params=["header", "header_legacy", "header_sse", "meta", "office"])
def line(request, practice, server, spanish_practice, spanish_office):
    """A practice, and what opens a call to it that is to be in Spanish."""
    how = request.param
    call_id = f"es-{how}-{next(NUMBERS)}"  # news of one call's writes is told in none of the others
    if how == "office":
        return spanish_practice, lambda: on_the_phone(spanish_office, call_id=call_id)
    if how == "meta":
        return practice, lambda: on_the_phone(server, meta={"call_id": call_id, "language": "es-MX"})
    transport = OVER_HTTP[("header", "header_legacy", "header_sse").index(how)]
    return practice, lambda: on_the_phone(server, transport, call_id=call_id, language="es")


def in_spanish(told: Told, *names: str) -> Told:
    """What was told, seen to hold no word of English but the names of tools, people and places."""
    [block] = told.result.content
    assert isinstance(block, TextContent)
    for part in (told.facts["say"], told.facts["next"], block.text, *told.news, *_spoken(told.facts)):
        plain = NAMED.sub(" ", part)
        for name in names:
            plain = plain.replace(name, " ")
        assert not ENGLISH.search(plain), part
    return told


def _spoken(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in {"spoken", "weekday"}:
                yield inner
            else:
                yield from _spoken(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _spoken(inner)


@asynccontextmanager
async def speaking(call, somebody):
    """A call of which every answer is in Spanish."""
    async with call() as caller:
        yield caller
        for told in caller.heard:
            in_spanish(told, somebody.firstname, somebody.lastname)
        assert caller.heard


async def _news(caller: Caller, word: str) -> Told:
    """Talk on until the news arrives."""
    with anyio.fail_after(LIMIT_SECONDS):
        while True:
            told = await caller.ask("office_info", topic="today")
            if any(word in piece for piece in told.news):
                return told


async def test_a_caller_is_found_booked_told_and_cancelled_in_spanish(line):
    practice, call = line
    somebody = practice.somebody()
    async with speaking(call, somebody) as caller:
        found = await caller.find(somebody)
        assert found.say.startswith("Gracias, ya encontré el expediente.")
        patient = found.facts["patient"]
        free = await caller.ask("find_slots", reason="revisión", patient=patient)
        assert free.say.startswith("Tengo ")
        assert {slot["length_minutes"] for slot in free.facts["slots"]} == {30}
        offer = free.facts["slots"][0]
        assert re.search(r" de \w+ (a las? \d+(:\d\d)? de la |al mediodía)", offer["spoken"])

        read_back = await caller.ask("book_appointment", patient=patient, slot=offer["slot"])
        assert read_back.say == f"Le repito: {offer['spoken']}. ¿Pido esa cita al consultorio?"
        pending = await caller.book(patient, offer["slot"])
        assert pending.outcome == "pending"
        assert "reservad" not in pending.say
        checked = await caller.ask("check_writeback")
        assert "ún no está confirmada" in checked.say or "aún no la recibe" in checked.say

        await practice.carries_out(somebody)
        news = await _news(caller, "confirmada")
        assert news.news == [f"Le aviso: ya está confirmada la cita del {offer['spoken']}."]
        [truth] = practice.appointments(somebody)
        assert truth.start.isoformat(timespec="minutes") == offer["start"]
        settled = await caller.ask("check_writeback")
        assert settled.outcome == "confirmed"
        assert "está reservada" in settled.say

        [listed] = (await caller.ask("list_appointments", patient=patient)).facts["appointments"]
        asked = await caller.ask("cancel_appointment", appointment=listed["appointment"])
        assert asked.say.endswith(f"¿pido al consultorio que cancele la cita del {offer['spoken']}?")
        cancelling = await caller.yes("cancel_appointment", appointment=listed["appointment"])
        assert cancelling.outcome == "pending"
        await practice.carries_out(somebody)
        gone = await caller.settled("confirmed", writeback=cancelling.facts["writeback"])
        assert gone.say == f"La cita del {offer['spoken']} quedó cancelada. El consultorio ya lo confirmó."
        assert practice.appointments(somebody) == []


async def test_every_other_tool_answers_in_spanish_too(line):
    practice, call = line
    somebody = practice.somebody()
    async with speaking(call, somebody) as caller:
        patient = await caller.identify(somebody)
        for topic in ("today", "hours", "address", "phones", "providers", "insurance", "other_offices"):
            await caller.ask("office_info", topic=topic)
        emergency = await caller.ask("office_info", topic="emergency")
        assert emergency.say.startswith("Si tiene dificultad para respirar")
        urgent = await caller.ask("message_office", kind="clinical", message="No puedo respirar bien")
        assert urgent.facts["urgent"] is True
        for kind in ("request", "clinical", "running_late", "waitlist", "billing", "other"):
            await caller.ask("message_office", kind=kind, name="Ana", message=f"Un mensaje: {kind}")
        await caller.ask("get_balance", patient=patient)
        await caller.ask("get_insurance", patient=patient)
        await caller.ask("update_patient", patient=patient, field="email", value="ana@example.org")
        await caller.ask("update_patient", patient=patient, field="birth_date", value="1980-09-30")
        paid = await caller.ask("record_payment", patient=patient, amount="1,245.50", method="check")
        assert (
            paid.say
            == "Le repito: un pago de 1,245 dólares y 50 centavos, con cheque. ¿Lo envío al consultorio?"
        )
        await caller.ask("find_slots", reason="revisión", patient="nuevo")  # whom a new patient will see
        new = {"first_name": "Íñigo", "last_name": "Peñalver", "date_of_birth": "1991-03-07"}
        read_back = await caller.ask("register_patient", **new, phone="860 555 0166")
        assert read_back.say == (
            "Le repito: Íñigo Peñalver, fecha de nacimiento jueves 7 de marzo de 1991. "
            "¿Es correcto, y lo envío al consultorio?"
        )
        await caller.ask("add_note", patient=patient, note="Prefiere las mañanas.")
        await caller.ask("find_slots", reason="limpieza", date_from="2020-01-01")
        await caller.ask("find_slots", reason="limpieza", provider="Nadie Así")
        await caller.ask("find_patient", name="", date_of_birth="")
        await caller.ask("find_patient", name="Zoila Xanthopoulos", date_of_birth="1950-01-01")
        await caller.ask("book_appointment", patient=patient, slot=patient)
        await caller.ask("book_appointment", patient=patient, slot="s0000000000")
        await caller.ask("record_payment", patient=patient, amount="9", reference="4111 1111 1111 1111")


@pytest.mark.parametrize(
    ("header", "meta", "spanish"),
    [
        ("es", "en", True),
        ("English", "es", False),
        ("{{call.language}}", "es", True),
        ("?", "Spanish", True),
        ("", "spa", True),
        ("fr", "", False),
        ("fr-CA", "es", False),
        ("", "", False),
    ],
)
async def test_the_header_comes_first_then_meta_then_the_office(server, header, meta, spanish):
    async with on_the_phone(server, meta={"language": meta}, language=header) as call:
        told = await call.ask("office_info", topic="today")
    assert told.say.startswith("Hoy es " if spanish else "Today is ")


@pytest.mark.parametrize(("header", "start"), [("en-US", "Today is "), ("fr", "Hoy es "), ("", "Hoy es ")])
async def test_an_office_that_put_spanish_first_is_answered_otherwise_only_in_what_there_is(
    spanish_office, header, start
):
    async with on_the_phone(spanish_office, language=header) as call:
        told = await call.ask("office_info", topic="today")
    assert told.say.startswith(start)


async def test_before_the_office_is_known_the_header_decides(server):
    async with on_the_phone(server, at="", language="es", call_id="elsewhere") as call:
        told = await call.ask("no_such_tool")
    assert told.say == "Eso no lo puedo hacer, así que no se cambió nada."


LANGUAGE_FREE = ("outcome", "retry", "state", "new", "today", "start", "provider", "status", "length_minutes")


async def test_what_is_structured_is_the_same_in_both_languages(practice, server):
    somebody = practice.somebody()
    heard = []
    for language in ("en", "es"):
        async with on_the_phone(server, language=language) as call:  # without a call id nothing is held
            patient = await call.identify(somebody)
            await call.ask("find_slots", reason="cleaning", patient=patient)
            await call.ask("find_slots", reason="limpieza", date_from="2020-01-01")
            for topic in ("today", "hours", "phones", "providers", "emergency"):
                await call.ask("office_info", topic=topic)
            await call.ask("get_balance", patient=patient)
            await call.ask("get_insurance", patient=patient)
            heard.append([_structure(told.facts) for told in call.heard])
    assert heard[0] == heard[1]


def _structure(value, name=""):
    """Every field by its name; values only of those that no language has a part in."""
    if isinstance(value, dict):
        return {key: _structure(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_structure(inner, name) for inner in value]
    return value if name in LANGUAGE_FREE else type(value).__name__
