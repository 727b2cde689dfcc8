"""A Sikka that is slow, silent or talks nonsense: every tool answers in time and truthfully."""

import datetime as dt
from dataclasses import dataclass

import anyio
import httpx2
import pytest
import pytest_asyncio
from callers import Caller, on_the_phone
from processes import LIMIT_SECONDS, http_server, open_practice

from sandbox.records import Patient

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Without a kept copy: with one, reads do not notice (tests/mirror).
LESS_PATIENCE = {"CHAIRTIME_READ_TIMEOUT_SECONDS": "2", "CHAIRTIME_MIRROR": "off"}
NONSENSE = ("html", "half_body", "lost_before", "internal_error", "overloaded")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def practice(tmp_path_factory):
    async with open_practice(tmp_path_factory.mktemp("trouble")) as practice:
        yield practice


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(practice):
    # The deadline is the product's own; only a silent Sikka is given up sooner than in real life.
    async with http_server(practice, **LESS_PATIENCE) as server:
        yield server


@pytest.fixture(autouse=True)
def _calm_again(practice):
    yield
    practice.world.faults.clear()


@dataclass
class Situation:
    """A caller with one appointment and one more on offer."""

    caller: Caller
    who: Patient
    patient: str
    slot: str
    appointment: str
    writeback: str


async def settle_in(practice, caller) -> Situation:
    who = practice.somebody()
    patient = await caller.identify(who)
    first = (await caller.offers())[0]
    # on another day: a second visit on one day would be asked about
    after = dt.date.fromisoformat(first["start"][:10]) + dt.timedelta(days=1)
    second = (await caller.offers(date_from=str(after)))[0]
    confirmed = await caller.booked(practice, who, patient, first["slot"])
    appointment = confirmed.facts["appointment"]
    practice.refreshes()
    read_back = await caller.ask("cancel_appointment", appointment=appointment)
    assert read_back.outcome == "needs_confirmation"
    return Situation(caller, who, patient, second["slot"], appointment, confirmed.facts["writeback"])


async def ask_everything(at: Situation) -> dict:
    """Every tool at once, but cancelling; each in a voice runtime's time, by tool name."""
    told = {}

    async def ask(tool, **arguments):
        told[tool] = await at.caller.ask(tool, **arguments)

    async with anyio.create_task_group() as calls:
        name = f"{at.who.firstname} {at.who.lastname}"
        calls.start_soon(lambda: ask("find_patient", name=name, date_of_birth=str(at.who.birthdate)))
        calls.start_soon(lambda: ask("find_slots", reason="cleaning"))
        calls.start_soon(lambda: ask("list_appointments", patient=at.patient))
        calls.start_soon(
            lambda: ask("book_appointment", patient=at.patient, slot=at.slot, caller_confirmed=True)
        )
        calls.start_soon(lambda: ask("check_writeback", writeback=at.writeback))
    return told


async def assert_well(server, caller):
    async with httpx2.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{server.root}/healthz")).json()["healthy"] is True
    assert (await caller.ask("find_slots", reason="exam")).outcome == "ok"


@pytest.mark.parametrize("kind", ["hang", *NONSENSE])
async def test_when_sikka_answers_nothing_sensible_every_tool_says_so_and_nothing_is_written(
    practice, server, kind
):
    async with on_the_phone(server, call_id=f"everything-{kind}") as caller:
        at = await settle_in(practice, caller)
        rows, accepted = practice.rows_in_ledger(), len(practice.world.queue.rows)
        practice.fault(kind, times=None, seconds=60)
        told = await ask_everything(at)
        for tool in ("find_patient", "find_slots", "list_appointments", "book_appointment"):
            assert told[tool].outcome == "unavailable", tool
            assert told[tool].is_error
        assert "nothing further was booked" in told["book_appointment"].say
        assert told["book_appointment"].facts["retry"] == "never"
        assert told["check_writeback"].outcome == "confirmed"
        assert practice.rows_in_ledger() == rows
        assert len(practice.world.queue.rows) == accepted
        practice.world.faults.clear()
        await assert_well(server, caller)
        again = await caller.book(at.patient, at.slot)
        assert again.facts["new"] is True


@pytest.mark.parametrize("kind", ["hang", *NONSENSE])
async def test_a_write_whose_answer_is_no_answer_is_never_called_done_or_failed(practice, server, kind):
    async with on_the_phone(server, call_id=f"write-{kind}") as caller:
        at = await settle_in(practice, caller)
        sent = practice.asked("POST", "/appointment")
        practice.fault(kind, method="POST", path="/appointment", times=None, seconds=60)
        told = await caller.yes("book_appointment", patient=at.patient, slot=at.slot)
        assert told.outcome in {"pending", "unknown"}
        # The one that arrived, though its answer was cut, is found in the list of writes.
        arrived = kind == "half_body"
        if not arrived:
            unknown = await caller.settled("unknown", writeback=told.facts["writeback"])
            assert unknown.facts["retry"] == "never"
        practice.world.faults.clear()
        again = await caller.book(at.patient, at.slot)
        assert again.facts["new"] is False
        assert again.outcome in ({"pending", "unknown"} if arrived else {"unknown"})
        assert practice.asked("POST", "/appointment") == sent + 1

        practice.fault(kind, times=None, seconds=60)
        told = await caller.yes("cancel_appointment", appointment=at.appointment)
        assert told.outcome in {"pending", "unknown"}
        practice.world.faults.clear()
        assert len(practice.appointments(at.who)) == 1
        await assert_well(server, caller)


async def test_a_server_that_has_seen_nothing_of_the_office_yet_answers_in_time_though_sikka_hangs(
    practice, tmp_path
):
    database = f"sqlite:///{tmp_path / 'new.db'}"
    async with (
        http_server(practice, CHAIRTIME_DATABASE_URL=database, **LESS_PATIENCE) as server,
        on_the_phone(server, call_id="cold") as caller,
    ):
        practice.fault("hang", times=None, seconds=60)
        told = []

        async def ask(tool, **arguments):
            told.append(await caller.ask(tool, **arguments))

        async with anyio.create_task_group() as calls:
            calls.start_soon(lambda: ask("find_slots", reason="exam"))
            calls.start_soon(lambda: ask("find_patient", name="Anna Lindqvist", date_of_birth="1986-04-12"))
        assert [answer.outcome for answer in told] == ["unavailable", "unavailable"]
        practice.world.faults.clear()
        with anyio.fail_after(LIMIT_SECONDS):
            while (found := await caller.ask("find_slots", reason="exam")).outcome != "ok":
                assert found.outcome == "unavailable"


async def test_a_practice_that_takes_a_minute_is_pending_and_can_still_be_called_off(practice, server):
    practice.world.writeback_seconds = (60.0, 60.0)
    try:
        async with on_the_phone(server, call_id="minute") as caller:
            somebody = practice.somebody()
            patient = await caller.identify(somebody)
            slot = (await caller.offers())[0]["slot"]
            pending = await caller.book(patient, slot)
            assert pending.outcome == "pending"
            assert (await caller.ask("check_writeback", wait_seconds=3)).outcome == "pending"
            [listed] = (await caller.ask("list_appointments", patient=patient)).facts["appointments"]
            assert listed["status"] == "pending"
            told = await caller.yes("cancel_appointment", appointment=listed["appointment"])
            assert told.outcome in {"pending", "withdrawn"}
            await caller.settled("withdrawn", writeback=pending.facts["writeback"])
            practice.clock.ahead += 120
            assert practice.appointments(somebody) == []
    finally:
        practice.world.writeback_seconds = practice.world.config.writeback_seconds
