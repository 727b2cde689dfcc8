"""Request keys over a real server: one renewal serves everybody."""

import anyio
from callers import on_the_phone
from processes import OFFICE, http_server, open_practice


async def test_a_key_that_expires_under_fifty_concurrent_calls_is_renewed_once_and_no_call_fails(tmp_path):
    # Fifty at once may take their time on a small machine: here only the key is in question.
    async with (
        open_practice(tmp_path) as practice,
        http_server(practice, CHAIRTIME_CALL_DEADLINE_SECONDS="30") as server,
    ):
        people = [practice.somebody() for _ in range(25)]
        told = []
        async with on_the_phone(server, seconds=30) as caller:
            patient = await caller.identify(people[0])
            await caller.offers()
            grants = practice.asked("POST", "/request_key")
            assert practice.world.expire_keys(OFFICE) >= 1

            async def find(person):
                told.append(await caller.find(person))

            async def slots():
                told.append(await caller.ask("find_slots", reason="cleaning"))

            async def listed():
                told.append(await caller.ask("list_appointments", patient=patient))

            async with anyio.create_task_group() as calls:
                for person in people:
                    calls.start_soon(find, person)
                for _ in range(13):
                    calls.start_soon(slots)
                for _ in range(12):
                    calls.start_soon(listed)
        assert [answer.outcome for answer in told].count("verified") == 25
        assert [answer.outcome for answer in told].count("ok") == 25
        assert practice.asked("POST", "/request_key") == grants + 1


async def test_a_key_that_expires_just_before_a_booking_does_not_lose_or_double_it(tmp_path):
    async with open_practice(tmp_path) as practice, http_server(practice) as server:
        somebody = practice.somebody()
        async with on_the_phone(server, call_id="key") as caller:
            patient = await caller.identify(somebody)
            offer = (await caller.offers())[0]
            practice.fault("key_expired", method="POST", path="/appointment")
            await caller.booked(practice, somebody, patient, offer["slot"])
        [truth] = practice.appointments(somebody)
        assert truth.start.isoformat(timespec="minutes") == offer["start"]
        assert len(practice.world.effects) == 1
