"""Keys renewed in good time for ever, offices loaded, and the age of their copies known."""

from dataclasses import replace

import anyio
import pytest
from harness import (
    FAST,
    OFFICE_ID,
    SLOW,
    ManualClock,
    office_on,
    open_office,
    quiet_office,
    served,
    settings_for,
)

from sandbox.config import THREE_OFFICES
from sandbox.faults import Fault
from server.app import running
from server.background.keys import renewal_time
from server.background.leases import StoredKeys
from server.sikka.keys import RequestKey
from store.ledger_states import State

MINUTE = 60.0
HOUR = 3600.0


def grants(office):
    return office.asked("POST", "/request_key")


async def saved(office):
    keys = await office.store.offices.keys(OFFICE_ID)
    assert keys is not None
    return keys


@pytest.mark.parametrize(
    ("life", "margin", "renewed_after"),
    [(86_400, 3_600, 82_800), (86_400, 86_400, 43_200), (1_800, 3_600, 900), (100, 20, 80)],
)
def test_a_key_is_renewed_by_the_margin_or_half_its_life_before_its_end(life, margin, renewed_after):
    key = RequestKey("k", "r", issued_at=5_000, expires_at=5_000 + life * 1000)
    assert renewal_time(key, margin) == 5_000 + renewed_after * 1000


async def test_a_key_is_renewed_an_hour_before_it_ends_and_not_before(tmp_path):
    async with open_office(tmp_path, ManualClock()) as office:
        await office.forward(22.9 * HOUR)
        assert grants(office) == 1
        await office.forward(0.2 * HOUR)
        assert grants(office) == 2
        assert (await saved(office)).token_issued_at == office.clock.now()


async def test_for_days_no_call_ever_meets_an_expired_key(tmp_path):
    async with open_office(tmp_path, ManualClock()) as office:
        for _ in range(90):
            await office.forward(50 * MINUTE)
            assert ((await saved(office)).token_expiry or 0) > office.clock.now()
        assert grants(office) == 4  # the first, and one for each day
        assert all(seen.status < 400 for seen in office.world.requests)


async def test_keys_that_hardly_live_are_renewed_once_a_minute_at_most(tmp_path):
    config = replace(SLOW, key_seconds=100.0)
    async with open_office(tmp_path, ManualClock(), config=config) as office:
        await office.forward(*[10.0] * 60)
        assert 9 <= grants(office) <= 11


async def test_a_renewal_that_fails_is_tried_every_minute_until_it_succeeds(tmp_path):
    async with open_office(tmp_path, ManualClock()) as office:
        office.world.faults.add(Fault("html", path="/request_key", times=None))
        await office.forward(23 * HOUR)
        tries = grants(office) - 1
        assert tries >= 1
        await office.forward(30)
        assert grants(office) == 1 + tries
        await office.forward(30)
        assert grants(office) == 1 + 2 * tries
        office.world.faults.clear()
        await office.forward(MINUTE)
        assert (await saved(office)).token_issued_at == office.clock.now()
        await office.settled(await office.book(), State.SUBMITTED)


async def test_a_key_that_a_caller_renewed_meanwhile_is_left_alone(tmp_path):
    async with open_office(tmp_path, ManualClock()) as office:
        await office.forward(22 * HOUR)
        office.world.expire_keys(OFFICE_ID)
        await office.free()
        assert grants(office) == 2
        await office.forward(*[MINUTE] * 3, 2 * HOUR)
        assert grants(office) == 2


async def test_while_another_process_renews_a_key_this_one_waits_for_the_lease(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line, quiet_office(line, tmp_path, clock) as office:
        offices = office.store.offices
        assert await offices.claim_key_refresh(OFFICE_ID, owner="other", now=clock.now(), lease_ms=60_000)
        keys = StoredKeys(office.store, clock, owner="me", lease_seconds=60.0)
        entered = []

        async def renew():
            async with keys.renewing(OFFICE_ID):
                entered.append(clock.now())

        async def pass_a_minute():
            for _ in range(5):
                await office.until(lambda: clock.asleep == 1)
                assert entered == []
                clock.advance(12)

        began = clock.now()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(renew)
            tasks.start_soon(pass_a_minute)
        assert entered == [began + 60_000]


async def test_the_age_of_the_copy_moves_when_sikka_loads_it_anew(tmp_path):
    config = replace(SLOW, refresh_seconds=900.0)
    clock = ManualClock()
    async with open_office(tmp_path, clock, config=config, freshness_seconds=60.0) as office:

        async def copy():
            found = await office.store.offices.get(office.id)
            assert found is not None
            return found.as_of, found.as_of_seen_at or 0

        first = await copy()
        await office.forward(*[MINUTE] * 14)
        assert await copy() == first
        await office.forward(MINUTE, MINUTE)
        as_of, seen_at = await copy()
        assert as_of > first[0]
        assert seen_at > first[1]


async def test_a_sikka_that_does_not_answer_leaves_the_age_as_it_was_known(tmp_path):
    async with open_office(tmp_path, ManualClock(), freshness_seconds=60.0) as office:
        before = await office.store.offices.get(office.id)
        office.world.faults.add(Fault("html", path="/data_sync_status", times=4))
        await office.forward(MINUTE)
        assert await office.store.offices.get(office.id) == before


async def test_offices_are_loaded_when_sikka_comes_up_after_the_server(tmp_path):
    async with served() as line:
        await line.down()
        async with running(settings_for(line, tmp_path, freshness_seconds=0.05)) as app:
            assert await app.store.offices.list() == []
            await line.up()
            while not await app.store.offices.list():
                await app.desk.doorbell.wait_for_change("", 0.02)


async def test_offices_that_were_not_chosen_are_neither_loaded_nor_asked_for_keys(tmp_path):
    config = replace(SLOW, offices=THREE_OFFICES)
    async with open_office(
        tmp_path, ManualClock(), config=config, office="D20002", freshness_seconds=60.0
    ) as office:
        await office.forward(MINUTE, HOUR, 23 * HOUR)
        assert [found.office_id for found in await office.store.offices.list()] == ["D20002"]
        assert {seen.office_id for seen in office.world.requests} == {"", "D20002"}


async def test_rows_of_an_office_that_was_not_chosen_are_left_to_the_process_that_serves_it(tmp_path):
    clock = ManualClock()
    async with served(replace(SLOW, offices=THREE_OFFICES), clock) as line:
        async with quiet_office(line, tmp_path, clock, office="D20002") as other:
            row = await other.book()
        async with office_on(line, tmp_path, clock, office="D10001") as office:
            mine = await office.settled(await office.book(), State.SUBMITTED)
            await office.forward(30)
            assert (await office.row(mine)).state is State.CONFIRMED
            assert (await office.row(row)).state is State.INTENT
        async with office_on(line, tmp_path, clock, office="D20002") as other:
            await other.settled(row, State.SUBMITTED)
            await other.forward(30)
            assert (await other.row(row)).state is State.CONFIRMED
            assert len(other.truth()) == 1


async def test_with_no_choice_every_office_is_loaded_and_its_keys_are_kept(tmp_path):
    config = replace(FAST, offices=THREE_OFFICES)
    clock = ManualClock()
    async with served(config, clock) as line, running(settings_for(line, tmp_path), clock) as app:
        await app.freshness.load_offices(live=True)
        for spec in THREE_OFFICES:
            while (keys := await app.store.offices.keys(spec.office_id)) is None or not keys.request_key:
                clock.advance(1)
                await app.desk.doorbell.wait_for_change("", 0.02)
