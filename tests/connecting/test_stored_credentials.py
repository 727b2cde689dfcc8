"""Which pair is used, where it goes, and when it is gone."""

import pytest
from pydantic import SecretStr

from sandbox.world import THREE_OFFICES
from server.connecting.stored import filled_in
from server.settings import SIKKA_BASE_URL, Settings
from store.credentials import Given
from store.opening import open_store

GIVEN = Given("id", "key", "http://127.0.0.1:1/v4", "D10001/1")


def pair(settings):
    return settings.sikka_app_id.get_secret_value(), settings.sikka_app_key.get_secret_value()


@pytest.fixture(autouse=True)
def newcomer(monkeypatch):
    for name in ("SIKKA_APP_ID", "SIKKA_APP_KEY", "SIKKA_BASE_URL", "CHAIRTIME_OFFICE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def store(tmp_path):
    path = tmp_path / "one.db"
    async with await open_store(
        f"sqlite:///{path}", key_file=None, key_text=None, default_path=path
    ) as opened:
        yield opened


def test_what_the_environment_leaves_out_is_filled_in():
    filled = filled_in(Settings(), GIVEN)
    assert pair(filled) == ("id", "key")
    assert (filled.sikka_base_url, filled.office) == (GIVEN.base_url, "D10001/1")


def test_what_the_environment_says_wins():
    filled = filled_in(Settings(sikka_app_id=SecretStr("id"), sikka_app_key=SecretStr("newer")), GIVEN)
    assert (pair(filled), filled.office) == (("id", "newer"), "D10001/1")
    assert filled_in(Settings(office="D20002"), GIVEN).office == "D20002"
    other = Settings(sikka_app_id=SecretStr("other"), sikka_app_key=SecretStr("k"))
    assert filled_in(other, GIVEN) == other


def test_a_pair_is_never_half_of_one_and_half_of_another():
    for half in (Settings(sikka_app_id=SecretStr("id")), Settings(sikka_app_key=SecretStr("key"))):
        assert not filled_in(half, GIVEN).has_credentials


def test_a_stored_pair_goes_to_no_other_root_than_its_own():
    elsewhere = Settings(sikka_base_url="http://127.0.0.1:2/v4")
    assert filled_in(elsewhere, GIVEN) == elsewhere
    assert filled_in(Settings(sikka_base_url=SIKKA_BASE_URL), GIVEN).sikka_base_url == SIKKA_BASE_URL
    assert not filled_in(Settings(sikka_base_url=SIKKA_BASE_URL), GIVEN).has_credentials


async def test_it_is_kept_until_it_is_forgotten(store):
    assert await store.credentials.get() is None
    assert await store.credentials.put(GIVEN, 1)
    assert not await store.credentials.put(GIVEN, 2)
    assert await store.credentials.get() == GIVEN
    assert await store.credentials.forget()
    assert not await store.credentials.forget()
    assert await store.credentials.get() is None


def test_neither_half_shows_in_its_text():
    assert "key" not in repr(Given("an id", "a key", "", "")).replace("Given", "")


async def test_a_new_sealing_key_opens_it_too(desk):
    async with desk() as at:
        await at.connected()
        for command in ("rotate", "drop"):
            ended = await at.run("key", command)
            assert ended.code == 0, ended.said
        assert (await at.run("doctor")).code == 0


async def test_disconnecting_removes_it(desk):
    async with desk() as at:
        await at.connected()
        ended = await at.run("disconnect", "--by", "Ann")
        assert ended.code == 0, ended.said
        assert "The App-Id and the App-Key that were stored are removed." in ended.out
        for command in ("doctor", "serve", "disconnect"):
            ended = await at.run(command)
            assert ended.code == 2
            assert "Chairtime has no Sikka credentials" in ended.err
        assert '"outcome": "credentials_forgotten"' in (await at.run("audit", "export")).out


async def test_it_goes_with_the_last_office_that_it_was_stored_for(desk):
    async with desk(offices=THREE_OFFICES) as at:
        await at.connected("--office", "D10001,D20002", "--draft", "office.toml")
        ended = await at.run("disconnect", "--office", "D10001")
        assert "removed" not in ended.out
        doctor = await at.run("doctor")
        assert "Office D20002" in doctor.out
        assert "Office D10001" not in doctor.out
        assert "removed" in (await at.run("disconnect", "--office", "D20002/1")).out
        assert (await at.run("doctor")).code == 2


async def test_it_stays_while_the_keys_cannot_be_ended_unless_that_is_said_not_to_matter(desk):
    async with desk() as at:
        await at.connected()
    ended = await at.run("disconnect")
    assert ended.code == 1
    assert "--forget" in ended.err
    ended = await at.run("disconnect", "--forget")
    assert ended.code == 0, ended.said
    assert "Sikka was not told" in ended.out
    assert (await at.run("doctor")).code == 2


async def test_a_store_that_its_key_does_not_open_is_said_so(desk):
    async with desk() as at:
        await at.connected()
        ended = await at.run("doctor", CHAIRTIME_KEY="c" * 43 + "=")
    assert ended.code == 2
    assert "sealing key" in ended.err
