"""The commands on tokens, as a person types them; and a server that does not start without one."""

import json

import pytest

from server.failures import Failure
from server.hosting.http import reachable
from server.operators import tokens
from server.operators.records import opened
from server.operators.tables import Page
from server.settings import Settings

BEYOND = ("serve", "--transport", "http", "--host", "0.0.0.0", "--port", "0")


@pytest.fixture
def settings(tmp_path):
    return Settings(database_url=f"sqlite:///{tmp_path / 'chairtime.db'}")


@pytest.fixture
def page():
    return Page(as_json=True, reveal=False)


async def test_a_token_is_shown_once_and_listed_and_revoked(settings, page, capsys):
    assert await tokens.create(settings, page, "platform", ["D10001"], (), 30) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["scopes"] == "schedule:read schedule:write patients:read patients:write"
    assert made["token"].startswith("ctk_")
    assert made["expires_at"] > made["created_at"]
    assert await tokens.create(settings, Page(as_json=False, reveal=False), "other", ["*"], ["admin"], 0) == 0
    out, err = capsys.readouterr()
    assert out.startswith("ctk_")
    assert "shown once" in err
    assert await tokens.list_tokens(settings, page) == 0
    listed = capsys.readouterr().out
    assert made["token"] not in listed
    assert [row["state"] for row in json.loads(listed)] == ["valid", "valid"]
    assert json.loads(listed)[1]["expires_at"] is None
    assert await tokens.revoke(settings, page, made["id"][:6]) == 0
    assert json.loads(capsys.readouterr().out)[0]["state"] == "revoked"
    for beginning in ("", "nobody's"):
        with pytest.raises(Failure, match="Nothing was revoked"):
            await tokens.revoke(settings, page, beginning)


@pytest.mark.parametrize(
    ("offices", "scopes"), [(["D10001"], ["everything"]), (["D1 or D2"], []), (["a/b/c"], [])]
)
async def test_what_is_no_scope_or_office_makes_no_token(settings, page, tmp_path, offices, scopes):
    with pytest.raises(Failure, match="No token was made"):
        await tokens.create(settings, page, "platform", offices, scopes, 30)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "days", "told"),
    [("platform", 3_651, "--days from 1 to 3650"), ("platform", -1, "--days from 1 to"), (" ", 30, "--name")],
)
async def test_a_token_without_a_name_or_of_a_lifetime_that_is_none_is_not_made(
    settings, page, tmp_path, name, days, told
):
    with pytest.raises(Failure, match=rf"No token was made\..*{told}"):
        await tokens.create(settings, page, name, ["D10001"], (), days)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("moment", "day"), [(10**18, "9999-12-30"), (-(10**18), "0001-01-02")])
async def test_a_token_whose_end_no_date_can_hold_is_listed_and_revoked(settings, capsys, moment, day):
    await tokens.create(settings, Page(as_json=True, reveal=False), "platform", ["*"], (), 3_650)
    made = json.loads(capsys.readouterr().out)["id"]
    async with opened(settings) as records:
        statement = "UPDATE access_tokens SET expires_at = $1"
        async with records.store.database.transaction() as statements:
            await statements.execute(statement, moment)
    for as_json in (True, False):
        assert await tokens.list_tokens(settings, Page(as_json=as_json, reveal=False)) == 0
        assert made in capsys.readouterr().out
    assert await tokens.revoke(settings, Page(as_json=True, reveal=False), made) == 0
    [row] = json.loads(capsys.readouterr().out)
    assert (row["state"], row["expires_at"][:10]) == ("revoked", day)


async def test_tokens_are_made_and_listed_from_the_command_line(commands):
    made = await commands.run("tokens", "create", "--name", "platform", "--office", "D10001", "--json")
    assert made.code == 0, made.err
    listed = await commands.run("tokens", "list", COLUMNS="80")
    assert (listed.code, "platform" in listed.out) == (0, True)
    assert "schedule:write" in listed.out  # whole words, on a terminal as narrow as they come
    revoked = await commands.run("tokens", "revoke", json.loads(made.out)["id"])
    assert (revoked.code, "revoked" in revoked.out) == (0, True)


async def test_an_address_that_others_reach_needs_a_token(commands):
    ended = await commands.run(*BEYOND, "--sandbox", CHAIRTIME_ALLOWED_HOSTS="voice.example.org")
    assert (ended.code, ended.out) == (2, "")
    assert "chairtime tokens create" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("host", "given", "reachable_from_elsewhere"),
    [
        ("127.0.0.1", {}, False),
        ("::1", {}, False),
        ("0.0.0.0", {}, True),
        ("127.0.0.1", {"allowed_hosts": "voice.example.org"}, True),
        ("localhost", {"public_url": "https://voice.example.org"}, True),
    ],
)
def test_loopback_behind_a_proxy_counts_as_reachable(host, given, reachable_from_elsewhere):
    assert reachable(Settings(**given), host) is reachable_from_elsewhere


async def test_with_names_and_a_token_it_starts_beyond_loopback(commands):
    await commands.run("tokens", "create", "--name", "platform", "--office", "*")
    async with commands.start(*BEYOND, "--sandbox", CHAIRTIME_ALLOWED_HOSTS="voice.example.org") as program:
        assert (await program.value("CHAIRTIME_ADDRESS")).startswith("http://0.0.0.0:")
        await program.ended_by()
