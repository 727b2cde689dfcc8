"""Ending an office's keys: at Sikka first, then here; what could not be ended is kept."""

from dataclasses import replace

import pytest
from harness import FAST, ManualClock, quiet_office, served, settings_for

from sandbox.world import THREE_OFFICES, Fault
from server.clock import SystemClock
from server.failures import Failure
from server.operators.disconnect import disconnect
from store.opening import open_store


class Stage:
    """A store with keys of some offices of a sandbox, and the command on it."""

    def __init__(self, line, folder):
        self.line = line
        self.world = line.world
        self.settings = settings_for(line, folder)
        self.file = folder / "chairtime.sqlite3"

    async def keys(self, office_id):
        async with await open_store(
            f"sqlite:///{self.file}", key_file=None, key_text=None, default_path=self.file
        ) as store:
            found = await store.offices.keys(office_id)
        assert found is not None
        return found

    async def end(self, office=""):
        return await disconnect(self.settings, office)

    def asked(self, method, path):
        return sum(seen.method == method and seen.path == path for seen in self.world.requests)

    def knows(self, keys):
        return self.world.keys.find(keys.request_key) is not None


@pytest.fixture
async def line():
    config = replace(FAST, offices=THREE_OFFICES)
    async with served(config) as line:
        yield line


async def with_keys(line, folder, *office_ids):
    clock = ManualClock(SystemClock().now() / 1000)
    async with quiet_office(line, folder, clock) as office:
        for office_id in office_ids:
            await office.sikka.keys.current(office_id)
    return Stage(line, folder)


async def test_both_keys_end_at_sikka_and_are_forgotten_here(line, tmp_path, capsys):
    stage = await with_keys(line, tmp_path, "D10001", "D20002")
    before = await stage.keys("D10001")
    assert await stage.end("D10001") == 0
    assert not stage.knows(before)
    assert (stage.asked("DELETE", "/request_key"), stage.asked("DELETE", "/refresh_key")) == (1, 1)
    after = await stage.keys("D10001")
    assert (after.secret_key, after.request_key, after.refresh_key, after.token_expiry, after.scope) == (
        None,
    ) * 5
    assert stage.knows(await stage.keys("D20002"))
    out = capsys.readouterr().out
    assert "D10001: its keys are ended" in out
    assert before.request_key not in out


async def test_without_an_office_the_keys_of_all_end(line, tmp_path, capsys):
    stage = await with_keys(line, tmp_path, "D10001", "D20002")
    assert await stage.end() == 0
    for spec in THREE_OFFICES:
        assert (await stage.keys(spec.office_id)).request_key is None
    assert "D30003: there was no key to end" in capsys.readouterr().out


async def test_keys_that_are_dead_already_are_forgotten_all_the_same(line, tmp_path):
    stage = await with_keys(line, tmp_path, "D10001")
    before = await stage.keys("D10001")
    stage.world.expire_keys("D10001")
    stage.world.keys.revoke_refresh_key(before.refresh_key)
    assert await stage.end("D10001") == 0
    assert (await stage.keys("D10001")).request_key is None


async def test_keys_that_could_not_be_ended_are_kept_and_ended_the_next_time(line, tmp_path):
    stage = await with_keys(line, tmp_path, "D10001", "D20002")
    before = await stage.keys("D10001")
    stage.world.faults.add(Fault("overloaded", method="DELETE", path="/refresh_key", times=1))
    with pytest.raises(Failure, match="D10001"):
        await stage.end()
    assert await stage.keys("D10001") == before
    assert (await stage.keys("D20002")).request_key is None
    assert await stage.end("D10001") == 0
    assert not stage.knows(before)


async def test_an_office_that_is_not_known_is_said_not_to_be(line, tmp_path):
    stage = await with_keys(line, tmp_path)
    with pytest.raises(Failure, match="no office D9"):
        await stage.end("D9")
