"""The server is killed in the middle of a booking, and another goes on with the same database."""

import pytest
from callers import on_the_phone
from processes import http_server, open_practice

CALL = "cut-off"
# A lease outlives its process: a write found in the middle of being sent is looked at once it has lapsed.
# It is never shorter than Sikka may be silent.
SHORT_LEASE = {
    "CHAIRTIME_LEASE_SECONDS": "0.6",
    "CHAIRTIME_READ_TIMEOUT_SECONDS": "1.5",
    "CHAIRTIME_LOOK_SECONDS": "0.6",
    "CHAIRTIME_POLL_SECONDS": "0.02",
}


async def test_a_booking_that_was_pending_when_the_server_was_killed_is_confirmed_and_was_sent_once(tmp_path):
    async with open_practice(tmp_path) as practice:
        somebody = practice.somebody()
        async with http_server(practice, CHAIRTIME_LOOK_SECONDS="2") as server:
            async with on_the_phone(server, call_id=CALL) as caller:
                patient = await caller.identify(somebody)
                offer = (await caller.offers())[0]
                pending = await caller.book(patient, offer["slot"])
                assert pending.outcome == "pending"
                await practice.accepts(somebody)
            await server.kill()
        async with http_server(practice) as server, on_the_phone(server, call_id=CALL) as caller:
            still = await caller.ask("check_writeback")
            assert still.outcome == "pending"
            again = await caller.book(patient, offer["slot"])
            assert again.outcome == "pending"
            assert again.facts["new"] is False
            await practice.carries_out(somebody)
            confirmed = await caller.settled("confirmed", writeback=pending.facts["writeback"])
            assert offer["spoken"] in confirmed.say
        [truth] = practice.appointments(somebody)
        assert truth.start.isoformat(timespec="minutes") == offer["start"]
        assert practice.asked("POST", "/appointment") == 1
        assert practice.rows_in_ledger() == 1


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_booking_being_sent_when_the_server_was_killed_is_looked_for_and_not_sent_again_unseen(
    tmp_path, arrived
):
    async with open_practice(tmp_path) as practice:
        somebody = practice.somebody()
        async with http_server(practice, **SHORT_LEASE) as server:
            async with on_the_phone(server, call_id=CALL) as caller:
                patient = await caller.identify(somebody)
                offer = (await caller.offers())[0]
                practice.fault("hang", method="POST", path="/appointment", seconds=60, after_work=arrived)
                sending = await caller.book(patient, offer["slot"])
                assert (sending.outcome, sending.facts["state"]) == ("pending", "sending")
                await practice.struck()
            await server.kill()
        async with (
            http_server(practice, **SHORT_LEASE) as server,
            on_the_phone(server, call_id=CALL) as caller,
        ):
            if arrived:
                await practice.carries_out(somebody)
                await caller.settled("confirmed")  # the list of writes has it
            else:
                unknown = await caller.settled("unknown")
                assert offer["spoken"] in unknown.say
            again = await caller.book(patient, offer["slot"])
            assert again.outcome == ("confirmed" if arrived else "unknown")
            assert again.facts["new"] is False
        assert practice.asked("POST", "/appointment") == 1
        assert len(practice.appointments(somebody)) == len(practice.world.effects) == int(arrived)
        assert practice.asked("POST", "/appointment") == 1
        assert practice.rows_in_ledger() == 1
