"""Guessing comes to an end: by call, by number, by patient and by office, in one process or in several."""

from contextvars import ContextVar

import anyio
import pytest
from callers import on_the_phone
from harness import open_office
from processes import http_server, open_practice
from test_identity_callers import ANNA, found, ringing

from server.desk.identity import HOUR_MS
from server.settings import Settings
from server.sikka.transport import Transport
from store.attempts import Counter

WRONG = {"name": "Anna Lindqvist", "date_of_birth": "1986-04-13"}
NEWCOMER = {"first_name": "Ada", "last_name": "Okafor", "date_of_birth": "1990-02-28", "phone": "8605550177"}
DAY_MS = 24 * HOUR_MS
READS_AND_WRITES = ("fetch", "fetch_one", "fetch_few", "write", "write_all", "transaction")
CALLING = ContextVar("calling", default=False)  # inherited by whatever works for the call


def stranger(number):
    """Somebody who is no patient, another each time."""
    return {
        "name": f"Gwendolyn {'abcdefghijklmnopqrstuvwxyz'[number] * 5}",
        "date_of_birth": f"19{50 + number}-01-01",
    }


async def test_after_too_many_tries_of_a_call_nobody_is_recognised_in_it(tmp_path):
    async with open_office(tmp_path, attempts="3, 50, 50, 50", transfer_number="860 555 0199") as office:
        async with ringing(office, "guessing") as caller:
            for number in range(3):
                assert (await found(caller, **stranger(number))).outcome == "not_verified"
            told = await found(caller, **ANNA)
            assert told.outcome == "locked"
            assert "8 6 0" in told.facts["next"]
            assert told.facts["transfer"] == "860 555 0199"
            assert told.facts["retry"] == "never"
            assert (await found(caller, **stranger(9))).result == told.result
            there = {"first_name": "Anna", "last_name": "Lindqvist", "date_of_birth": "1986-04-12"}
            for details in (there, NEWCOMER):
                again = await caller.ask("register_patient", **{**NEWCOMER, **details})
                assert (again.outcome, again.say) == ("locked", told.say)
            said = await caller.ask(
                "message_office", kind="request", message="Please call me.", callback="8605550142"
            )
            assert said.outcome == "ok"
        async with ringing(office, "another call") as caller:
            assert (await found(caller, **ANNA)).outcome == "verified"


async def test_a_number_a_patient_and_an_office_have_limits_of_their_own_with_no_call_id(tmp_path):
    async with open_office(tmp_path, attempts="1, 2, 3, 7") as office:
        async with ringing(office, number="+1 860 555 0190") as caller:
            for number in range(2):
                assert (await found(caller, **stranger(number))).outcome == "not_verified"
            assert (await found(caller, **ANNA)).outcome == "locked"
        async with ringing(office) as caller:
            for day in range(13, 16):
                wrong = {"name": "Anna Lindqvist", "date_of_birth": f"1986-04-{day}"}
                assert (await found(caller, **wrong)).outcome == "not_verified"
            locked = await found(caller, **ANNA)
            assert locked.outcome == "locked"
            assert "message" in locked.say
            olivia = {"name": "Olivia Whitaker", "date_of_birth": "1983-02-14"}
            assert (await found(caller, **olivia)).outcome == "verified"
            for number in (3, 4):
                assert (await found(caller, **stranger(number))).outcome == "not_verified"
            assert (await found(caller, **olivia)).outcome == "locked"


async def test_one_who_knows_the_birth_date_and_guesses_the_name_is_stopped_too(tmp_path):
    async with open_office(tmp_path, attempts="50, 50, 3, 50") as office, ringing(office) as caller:
        for number in range(3):
            wrong = {"name": stranger(number)["name"], "date_of_birth": ANNA["date_of_birth"]}
            assert (await found(caller, **wrong)).outcome == "not_verified"
        assert (await found(caller, **ANNA)).outcome == "locked"


async def test_registering_is_counted_until_it_is_asked_for(tmp_path):
    async with open_office(tmp_path, attempts="2, 50, 50, 50") as office:
        async with ringing(office, "family") as caller:
            await caller.offers()
            for first in ("Ada", "Obi", "Ify", "Uche"):
                details = {**NEWCOMER, "first_name": first}
                assert (await caller.ask("register_patient", **details)).outcome == "needs_confirmation"
                told = await caller.ask("register_patient", **details, caller_confirmed=True)
                assert told.outcome in {"pending", "confirmed"}
        async with ringing(office, "fishing") as caller:
            await caller.offers()
            outcomes = [
                (await caller.ask("register_patient", **{**NEWCOMER, "first_name": first})).outcome
                for first in ("Ben", "Ben", "Dan", "Tom")
            ]
            assert outcomes == [*["needs_confirmation"] * 3, "locked"]
            assert (await found(caller, **ANNA)).outcome == "locked"  # the counters are the same


async def test_unknown_wrong_and_ambiguous_are_the_same_work(tmp_path, monkeypatch):
    async with open_office(tmp_path, attempts="50, 50, 50, 50") as office:
        done: list[str] = []
        database = office.store.database
        for owner, name in (*((database, name) for name in READS_AND_WRITES), (Transport, "ask")):
            real = getattr(owner, name)

            def counted(*args, real=real, name=name, **named):
                if CALLING.get():  # not what the background does meanwhile
                    done.append(name)
                return real(*args, **named)

            monkeypatch.setattr(owner, name, counted)
        asked = {
            "unknown": stranger(1),
            "wrong birth date": WRONG,
            "wrong name": {**ANNA, "name": "Gertrude Lindqvist"},
            "twin": {"name": "Eva Whitaker", "date_of_birth": "2014-05-09"},
        }
        works, answers = {}, []
        CALLING.set(True)
        async with ringing(office, "work") as caller:
            for why, said in asked.items():
                done.clear()
                answers.append((await found(caller, **said)).result)
                works[why] = sorted(done)
        assert works["unknown"] != []
        assert len({repr(work) for work in works.values()}) == 1, works
        assert answers == [answers[0]] * len(asked)
        assert (answers[0].structured_content or {})["outcome"] == "not_verified"


async def test_guesses_side_by_side_in_two_processes_are_told_no_more_than_one_after_the_other(tmp_path):
    limit = {"CHAIRTIME_ATTEMPTS": "50, 50, 4, 50"}
    async with (
        open_practice(tmp_path) as practice,
        http_server(practice, **limit) as one,
        http_server(practice, **limit) as two,
        on_the_phone(one) as first,
        on_the_phone(two) as second,
    ):
        outcomes: list[str] = []

        async def guess(caller):
            outcomes.append((await found(caller, **WRONG)).outcome)

        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(guess, first)
                tasks.start_soon(guess, second)
        assert sorted(outcomes) == [*["locked"] * 6, *["not_verified"] * 4]
        for caller in (first, second):
            assert (await found(caller, **ANNA)).outcome == "locked"


async def test_a_try_stops_counting_when_its_time_is_over(tmp_path):
    async with open_office(tmp_path) as office:
        attempts, now = office.store.attempts, office.clock.now()
        counters = [Counter("a", 1, HOUR_MS), Counter("b", 9, DAY_MS)]
        assert await attempts.failed(office.id, counters, "1", now)
        assert not await attempts.failed(office.id, counters, "2", now)
        assert await attempts.is_full(office.id, counters, now)
        assert not await attempts.is_full(office.id, counters, now, "1")
        assert not await attempts.is_full(office.id, counters, now + HOUR_MS)
        assert await kept(office) == {"a", "b"}
        await office.store.purge(now + HOUR_MS)
        assert await kept(office) == {"b"}
        await attempts.forget(office.id, "1")
        assert await kept(office) == set()


async def kept(office):
    """The counters that a try is kept for."""
    return {row["counter"] for row in await office.store.database.fetch("SELECT counter FROM attempts")}


@pytest.mark.parametrize("wrong", ["", "5", "5, 10, 10", "0, 1, 1, 1", "a, b, c, d", "1, 2, 3, 4, 5"])
def test_limits_that_are_no_limits_are_refused(wrong):
    with pytest.raises(ValueError, match="CHAIRTIME_ATTEMPTS"):
        Settings.model_validate({"CHAIRTIME_ATTEMPTS": wrong})
    assert Settings().most_attempts == (5, 10, 10, 60)
