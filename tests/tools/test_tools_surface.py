"""How a call ends when something goes wrong on our side: in our own words, and with the truth."""

import anyio
import pytest
from contract import assert_contract, spoken_part
from harness import FAST, open_office
from mcp import Client
from stored import count_by_state

from sandbox.world import THREE_OFFICES
from server.desk.answers import Outcome, Unanswerable
from server.tools.call import Origin, origin_of

ANNA = {"name": "Anna Lindqvist", "date_of_birth": "1986-04-12"}
SECRET = "Lindqvist 1986-04-12 https://internal"


async def ask(office, tool, /, **arguments):
    async with Client(office.app.surface) as client:
        result = await client.call_tool(tool, arguments, meta={"call_id": "surface"})
    assert_contract(result)
    return result.structured_content, spoken_part(result)


async def chosen(office):
    """A patient handle and a slot handle of this call."""
    told, _ = await ask(office, "find_patient", **ANNA)
    slots, _ = await ask(office, "find_slots", reason="exam")
    return {"patient": told["patient"], "slot": slots["slots"][0]["slot"]}


async def broken(*_args, **_kwargs):
    raise RuntimeError(SECRET)


async def endless(*_args, **_kwargs):
    await anyio.sleep_forever()


async def test_a_tool_that_is_not_there_is_refused_in_our_own_words(tmp_path):
    async with open_office(tmp_path) as office:
        facts, spoken = await ask(office, "drop_all_tables", name="x")
        assert facts["outcome"] == "not_permitted"
        assert "drop_all_tables" not in spoken


async def test_a_crash_before_anything_was_done_says_so_and_nothing_else(tmp_path, monkeypatch):
    async with open_office(tmp_path) as office:
        monkeypatch.setattr(office.desk.patients, "find", broken)
        facts, spoken = await ask(office, "find_patient", **ANNA)
        assert facts["outcome"] == "internal"
        assert "nothing further was changed" in spoken
        assert "Lindqvist" not in spoken


async def test_a_crash_after_the_write_was_put_down_tells_the_write(tmp_path, monkeypatch):
    async with open_office(tmp_path) as office:
        wanted = await chosen(office)
        monkeypatch.setattr(office.desk.waiting, "settled", broken)
        facts, spoken = await ask(office, "book_appointment", **wanted, caller_confirmed=True)
        assert facts["outcome"] in {"pending", "confirmed"}
        assert "nothing was" not in spoken
        assert facts["writeback"]


async def test_a_store_that_fails_when_the_call_opens_is_our_trouble_and_changes_nothing(
    tmp_path, monkeypatch
):
    async with open_office(tmp_path) as office:
        monkeypatch.setattr(office.store.offices, "list", broken)
        facts, _ = await ask(office, "find_slots", reason="exam")
        assert facts["outcome"] == "internal"


async def test_an_answer_stands_when_the_news_cannot_be_had(tmp_path, monkeypatch):
    async with open_office(tmp_path) as office:
        monkeypatch.setattr(office.ledger, "news", broken)
        facts, _ = await ask(office, "find_patient", **ANNA)
        assert facts["outcome"] == "verified"


async def test_the_deadline_ends_a_call_before_anything_was_done(tmp_path, monkeypatch):
    async with open_office(tmp_path, call_deadline_seconds=0.2) as office:
        monkeypatch.setattr(office.desk.patients, "find", endless)
        facts, _ = await ask(office, "find_patient", **ANNA)
        assert facts["outcome"] == "unavailable"


async def test_the_deadline_after_the_write_was_put_down_tells_the_write(tmp_path, monkeypatch):
    async with open_office(tmp_path, call_deadline_seconds=1.5) as office:
        wanted = await chosen(office)
        monkeypatch.setattr(office.desk.waiting, "settled", endless)
        facts, _ = await ask(office, "book_appointment", **wanted, caller_confirmed=True)
        assert facts["outcome"] in {"pending", "confirmed"}
        assert facts["retry"] == "never"


async def test_a_look_at_the_slot_that_takes_too_long_sends_nothing_and_claims_nothing(tmp_path, monkeypatch):
    async with open_office(tmp_path) as office:
        wanted = await chosen(office)
        monkeypatch.setattr(office.desk.calendar, "_live_days", endless)
        facts, spoken = await ask(office, "book_appointment", **wanted, caller_confirmed=True)
        assert (facts["outcome"], facts["retry"]) == ("unavailable", "never")
        assert "nothing further was booked" in spoken
        assert await count_by_state(office.ledger) == {}
        assert office.posts == 0


async def test_cancelling_twice_what_was_taken_back_blames_nobody(tmp_path):
    async with open_office(tmp_path) as office:
        wanted = await chosen(office)
        office.world.writeback_seconds = (3600.0, 3600.0)
        booked, _ = await ask(office, "book_appointment", **wanted, caller_confirmed=True)
        unwanted = {"appointment": booked["appointment"], "caller_confirmed": True}
        await ask(office, "cancel_appointment", **unwanted)
        with anyio.fail_after(30):
            told, spoken = await ask(office, "cancel_appointment", **unwanted)
            while told["outcome"] != "withdrawn":
                told, spoken = await ask(office, "cancel_appointment", **unwanted)
        _, again = await ask(office, "cancel_appointment", **unwanted)
        assert "took the request" in spoken
        assert "took the request" in again
        assert "did not accept" not in again


async def test_of_several_offices_the_connection_names_one_and_never_the_model(tmp_path):
    async with open_office(tmp_path, config=FAST) as office:
        surface, store = office.app.surface, office.store
        for spec in THREE_OFFICES[1:]:
            await store.offices.upsert(
                spec.office_id,
                "1",
                practice_name="Another",
                pms=spec.pms,
                pms_version="",
                zone_name=spec.zone,
                secret_key=None,
                as_of="",
                now=office.clock.now(),
            )
        facts, _ = await ask(office, "find_slots", reason="exam", office="D20002")
        assert facts["outcome"] == "not_permitted"
        named = await surface._open_call(Origin(office="D20002/1"), 0.0)
        assert named.office.office_id == "D20002"
        with pytest.raises(Unanswerable) as refused:
            await surface._open_call(Origin(office="D99999"), 0.0)
        assert refused.value.outcome is Outcome.UNAVAILABLE


def test_caller_and_call_come_from_the_platform_and_the_number_never_from_an_argument():
    headers = {"x-call-id": "from-header", "x-caller-number": "+1 860 555 0142"}
    told = origin_of(headers, {"call_id": "from-meta"}, {"call_id": "from-argument"})
    assert (told.call_id, told.caller_number) == ("from-header", "8605550142")
    assert origin_of(None, {"call_id": "from-meta"}, {"call_id": "x"}).call_id == "from-meta"
    hidden = origin_of({}, {}, {"call_id": "a call", "caller_number": "+18605550142"})
    assert (hidden.call_id, hidden.caller_number) == ("a call", "")


@pytest.mark.parametrize("call_id", ["", "  ", "{{call.id}}", "x" * 201, 7, None])
def test_what_is_no_call_id_counts_as_none(call_id):
    assert origin_of({}, {"call_id": call_id}, {}).call_id == ""
