"""Wrong, missing, hostile and foreign arguments: a question that can be spoken, and nothing is done."""

import itertools

import anyio
import pytest
import pytest_asyncio
from callers import VOICE_RUNTIME_SECONDS, on_the_phone
from processes import http_server, open_practice

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANARY = "zanzibar"
NESTED = {"a": {"b": [CANARY, {"c": None}]}}
# Of no use for any argument.
UNREADABLE = (
    NESTED,
    [CANARY],
    CANARY * 5_000,
    "%s%n https://evil.example/?q=" + CANARY,
    "'; DROP TABLE pms_writebacks; -- " + CANARY,
    "\x00\x01\x1b[31m" + CANARY,
    "\u202e\ud7ff\U0001f9b7" + CANARY,
)
# Not a handle either, though of the kind that agents really send.
NO_HANDLE = (
    *UNREADABLE,
    None,
    "",
    "null",
    "{{call.from_number}}",
    "${patient}",
    "new",
    "12345",
    12345,
    3.5,
    True,
    -1,
    "pzzzzzzzzzz",
    "p" + "0" * 10,
)
ANSWERS = {"invalid_input", "need_more", "needs_human", "not_verified", "needs_confirmation", "ok"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def practice(tmp_path_factory):
    async with open_practice(tmp_path_factory.mktemp("arguments")) as practice:
        yield practice


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(practice):
    async with http_server(practice) as server:
        yield server


@pytest.fixture(autouse=True)
def _nothing_is_written(practice):
    yield
    assert not practice.world.queue.rows
    assert not practice.world.effects
    assert practice.rows_in_ledger() == 0


async def put_to(caller, practice) -> dict[str, dict]:
    """Arguments with which every tool does its work."""
    somebody = practice.somebody()
    patient = await caller.identify(somebody)
    slot = (await caller.offers())[0]["slot"]
    booked = next(
        row
        for row in practice.records.patients.values()
        if [each.birthdate for each in practice.records.patients.values()].count(row.birthdate) == 1
        and practice.appointments(row)
    )
    appointment = (await caller.find(booked)).facts["appointments"][0]["appointment"]
    return {
        "find_patient": {
            "name": f"{somebody.firstname} {somebody.lastname}",
            "date_of_birth": str(somebody.birthdate),
            "phone": "",
            "caller_is": "self",
        },
        "find_slots": {
            "reason": "exam",
            "patient": patient,
            "date_from": "",
            "date_to": "",
            "time_of_day": "",
            "provider": "",
        },
        "book_appointment": {"patient": patient, "slot": slot, "note": ""},
        "cancel_appointment": {"appointment": appointment, "reason": ""},
        "check_writeback": {"writeback": "", "wait_seconds": 0},
        "list_appointments": {"patient": patient},
        "record_payment": {"patient": patient, "amount": "45.50", "method": "cash", "reference": ""},
        "message_office": {"kind": "other", "name": "", "callback": "", "message": "Hello", "urgency": ""},
        "office_info": {"topic": "today"},
    }


def assert_gives_nothing_back(told, value):
    text = told.result.content[0].text + repr(told.facts)
    assert CANARY not in text
    assert "call.from_number" not in text
    assert "evil" not in text
    assert told.outcome in ANSWERS, (told.outcome, value)


@pytest.mark.parametrize(
    "tool",
    [
        "find_patient",
        "find_slots",
        "book_appointment",
        "cancel_appointment",
        "check_writeback",
        "list_appointments",
        "record_payment",
        "message_office",
        "office_info",
    ],
)
async def test_an_argument_that_cannot_be_read_is_asked_about_and_never_repeated(practice, server, tool):
    async with on_the_phone(server, call_id=f"bad-{tool}") as caller:
        right = (await put_to(caller, practice))[tool]
        assert (await caller.ask(tool, **right)).outcome in {"verified", "ok", "needs_confirmation"}
        for name, value in itertools.product(right, UNREADABLE):
            told = await caller.ask(tool, **{**right, name: value})
            assert_gives_nothing_back(told, value)
        for name in right:
            told = await caller.ask(tool, **{each: value for each, value in right.items() if each != name})
            assert told.outcome in {*ANSWERS, "verified"}
        for nothing in ({}, {"call_from": CANARY, "__proto__": NESTED, "outcome": "confirmed"}):
            told = await caller.ask(tool, **nothing)
            assert_gives_nothing_back(told, nothing)
            assert told.outcome in {"invalid_input", "need_more", "ok"}
            told = await caller.ask(tool, **right, **nothing)
            assert told.outcome in {"verified", "ok", "needs_confirmation"}


@pytest.mark.parametrize(
    ("tool", "name"),
    [
        ("book_appointment", "patient"),
        ("book_appointment", "slot"),
        ("cancel_appointment", "appointment"),
        ("list_appointments", "patient"),
    ],
)
async def test_what_is_no_handle_opens_nothing_even_after_a_yes(practice, server, tool, name):
    async with on_the_phone(server, call_id=f"handle-{tool}-{name}") as caller:
        right = (await put_to(caller, practice))[tool]
        if tool != "list_appointments":
            right["caller_confirmed"] = True
        for value in NO_HANDLE:
            told = await caller.ask(tool, **{**right, name: value})
            assert told.outcome == "invalid_input", value
            assert_gives_nothing_back(told, value)


async def test_a_handle_of_another_kind_is_named_as_what_it_is(practice, server):
    async with on_the_phone(server, call_id="kinds") as caller:
        right = await put_to(caller, practice)
        kinds = {
            "a patient": right["book_appointment"]["patient"],
            "a slot": right["book_appointment"]["slot"],
            "an appointment": right["cancel_appointment"]["appointment"],
        }
        asked = {
            "a patient": ("list_appointments", "patient"),
            "a slot": ("book_appointment", "slot"),
            "an appointment": ("cancel_appointment", "appointment"),
        }
        for wanted, (tool, name) in asked.items():
            for given, handle in kinds.items():
                if given == wanted:
                    continue
                told = await caller.ask(tool, **{**right[tool], name: handle})
                assert told.outcome == "invalid_input"
                assert f"That is {given}, not {wanted}." in told.facts["next"]


async def test_a_handle_is_read_in_any_case_and_with_gaps(practice, server):
    async with on_the_phone(server, call_id="spelled") as caller:
        patient = await caller.identify(practice.somebody())
        for spelled in (patient.upper(), f" {patient[:4]}-{patient[4:8]} {patient[8:]}"):
            assert (await caller.ask("list_appointments", patient=spelled)).outcome == "ok"


@pytest.mark.parametrize("other", ["another-call", ""])
async def test_a_handle_of_one_call_is_unknown_in_any_other(practice, server, other):
    async with on_the_phone(server, call_id=f"mine-{other}") as mine:
        right = await put_to(mine, practice)
    async with on_the_phone(server, call_id=other) as theirs:
        for tool in ("book_appointment", "cancel_appointment", "list_appointments"):
            arguments = right[tool] | ({} if tool == "list_appointments" else {"caller_confirmed": True})
            told = await theirs.ask(tool, **arguments)
            assert told.outcome == "invalid_input"
            assert "unknown or has lapsed" in told.facts["next"]


async def test_a_handle_lapses(practice, tmp_path):
    database = f"sqlite:///{tmp_path / 'brief.db'}"
    brief = {"CHAIRTIME_HANDLE_MINUTES": "0.005", "CHAIRTIME_DATABASE_URL": database}
    async with http_server(practice, **brief) as server, on_the_phone(server, call_id="brief") as caller:
        patient = await caller.identify(practice.somebody())
        slot = (await caller.offers())[0]["slot"]
        with anyio.fail_after(VOICE_RUNTIME_SECONDS):
            while (told := await caller.ask("list_appointments", patient=patient)).outcome == "ok":
                pass
        assert told.outcome == "invalid_input"
        assert "unknown or has lapsed" in told.facts["next"]
        told = await caller.ask("book_appointment", patient=patient, slot=slot, caller_confirmed=True)
        assert told.outcome == "invalid_input"


async def test_numbers_and_words_come_in_the_forms_that_agents_use(practice, server):
    async with on_the_phone(server, call_id="forms") as caller:
        for wait in ("0", 0.4, "1e-3", -7, "0.0"):
            assert (await caller.ask("check_writeback", wait_seconds=wait)).outcome == "ok"
        for wait in ("nan", "inf", "-Infinity", "soon"):
            assert (await caller.ask("check_writeback", wait_seconds=wait)).outcome == "invalid_input"
        for born in ("1986-4-12", "1986-04-12T00:00:00"):
            told = await caller.ask("find_patient", name="Anna Lindqvist", date_of_birth=born)
            assert told.outcome == "verified"
        for born in ("12/04/1986", "April 12 1986", "1986", "1800-01-01", "2090-01-01", "1986-02-30"):
            told = await caller.ask("find_patient", name="Anna Lindqvist", date_of_birth=born)
            assert told.outcome == "invalid_input"
            assert "date of birth" in told.say
        for phone in ("(860) 555-0142", "+1 860 555 0142", 8605550142):
            told = await caller.ask(
                "find_patient", name="Lindqvist, Anna", date_of_birth="1986-04-12", phone=phone
            )
            assert told.outcome == "verified"
        told = await caller.ask("find_slots", reason="exam", time_of_day="MORNING ")
        assert told.outcome == "ok"


async def test_a_tool_that_is_not_offered_is_refused_by_name(server):
    async with on_the_phone(server) as caller:
        told = await caller.ask("drop_everything", name=CANARY)
        assert told.outcome == "not_permitted"
        assert CANARY not in repr(told.result)
        assert "drop" not in repr(told.result)
