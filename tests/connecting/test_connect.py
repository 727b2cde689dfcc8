"""From an App-Id and an App-Key to an office that can be served, with and without a terminal."""

import json
import tomllib
from dataclasses import replace

import pytest

from sandbox import cloud
from sandbox.faults import Fault
from sandbox.world import THREE_OFFICES

SEVERAL = {"offices": tuple(replace(spec, patients=20) for spec in THREE_OFFICES)}
TWO_OFFICES = SEVERAL["offices"][:2]
ZONE = "practice_management_system_refresh_date_time_zone"


@pytest.fixture
def nameless_zones(monkeypatch):
    """From its call on, Sikka names no zone."""
    shown = cloud.authorized_practices

    def without(*arguments):
        found = shown(*arguments)
        return replace(found, rows=[{**row, ZONE: ""} for row in found.rows])

    return lambda: monkeypatch.setattr(cloud, "authorized_practices", without)


async def test_one_command_leads_to_an_office_that_is_served_without_the_pair_in_the_environment(desk):
    async with desk() as at:
        ended = await at.connected()
        assert ended.code == 0, ended.said
        for step in ("D10001/1", "Books visits", "Word for cancelled", "A draft is in", "All is in order."):
            assert step in ended.out
        assert "The week from Monday" in ended.err
        assert tomllib.loads(at.draft.read_text())["zone"] == "America/New_York"
        applied = await at.run("office", "apply", at.draft.name, "--office", "D10001/1", "--yes")
        assert applied.code == 0, applied.said
        doctor = await at.run("doctor")
        assert doctor.code == 0
        assert "All is in order." in doctor.out
        served = await at.run("serve")  # its host is gone at once
        assert served.code == 0, served.said


async def test_at_a_terminal_the_pair_is_asked_for_and_never_shown(desk):
    async with desk() as at:
        wrong = [("App-Id", "not-mine"), ("App-Key", "not-the-key")]
        right = [("App-Id", at.config.app_id), ("App-Key", at.config.app_key)]
        ended = await at.at_a_terminal("connect", answers=[*wrong, *right])
        assert ended.code == 0, ended.out
        assert "Sikka does not take this App-Id and App-Key." in ended.out
        for _, typed in wrong + right:
            assert typed not in ended.out
        again = await at.at_a_terminal("connect", answers=[])
        assert again.code == 0
        assert "were stored before" in again.out


async def test_at_a_terminal_the_practice_and_the_zone_are_asked_for(desk, nameless_zones):
    nameless_zones()
    async with desk(offices=TWO_OFFICES) as at:
        answers = [
            ("Which of them", "2"),
            ("time zone of D20002/1", "Nowhere"),
            ("time zone", "America/Denver"),
        ]
        ended = await at.at_a_terminal("connect", answers=answers, **at.pair)
        assert ended.code == 0, ended.out
        draft = tomllib.loads((at.folder / "office-D20002-1.toml").read_text())
    assert draft["zone"] == "America/Denver"


async def test_without_a_pair_and_a_terminal_it_says_what_to_set(desk):
    async with desk() as at:
        ended = await at.run("connect")
        assert ended.code == 2
        assert "SIKKA_APP_ID" in ended.err
        assert not at.database.exists()


@pytest.mark.parametrize(("name", "value"), [("SIKKA_APP_ID", "not-mine"), ("SIKKA_APP_KEY", "not-the-key")])
async def test_a_wrong_pair_is_said_and_leaves_nothing_behind(desk, name, value):
    async with desk() as at:
        ended = await at.run("connect", **{**at.pair, name: value})
        assert ended.code == 1
        assert "does not accept the App-Id or the App-Key" in ended.err
        assert "Nothing was stored" in ended.err
        assert list(at.folder.iterdir()) == []


async def test_an_application_without_a_practice_is_told_so(desk):
    async with desk(offices=()) as at:
        ended = await at.connected()
        assert ended.code == 1
        assert "no practice" in ended.err
        assert not at.database.exists()


async def test_a_sikka_that_is_down_is_said_to_be(desk):
    async with desk() as at:
        pass
    ended = await at.connected()
    assert ended.code == 1
    assert "could not be reached" in ended.err


async def test_a_refused_key_is_said_and_the_next_run_goes_on(desk):
    async with desk() as at:
        at.sandbox.world.faults.add(Fault("internal_error", method="POST", path="/request_key", times=None))
        ended = await at.connected()
        assert ended.code == 1
        assert "run chairtime connect again to go on" in ended.err
        at.sandbox.world.faults.clear()
        ended = await at.run("connect")
        assert ended.code == 0, ended.said


async def test_what_the_plan_lacks_is_said_beside_what_is_lost(desk):
    async with desk(denied=frozenset({"POST appointment"})) as at:
        ended = await at.connected()
        assert ended.code == 0, ended.said
        assert "not in your application's plan" in ended.out
        assert "nothing can be booked" in ended.out


async def test_of_several_practices_those_named_are_served_from_then_on(desk):
    async with desk(**SEVERAL) as at:
        ended = await at.connected()
        assert ended.code == 2
        assert "--office: D10001/1, D20002/1, D30003/1" in ended.err
        assert not at.database.exists()
        assert (await at.connected("--office", "D99999")).code == 2
        ended = await at.connected("--office", "D20002", "--draft", "mine.toml")
        assert ended.code == 0, ended.said
        assert (at.folder / "mine.toml").exists()
        served = await at.run("serve")
        assert served.code == 0, served.said
        doctor = await at.run("doctor")
        assert "Office D20002" in doctor.out
        assert "Office D10001" not in doctor.out
        other = await at.run("doctor", CHAIRTIME_OFFICE="D30003")
        assert "Office D30003" in other.out
        assert "Office D20002" not in other.out


async def test_several_offices_are_connected_at_once_and_each_has_its_draft(desk):
    async with desk(**SEVERAL) as at:
        ended = await at.connected("--office", "D10001,D30003/1", "--draft", "office.toml")
        assert ended.code == 0, ended.said
        assert {path.name for path in at.folder.glob("*.toml")} == {
            "office-D10001-1.toml",
            "office-D30003-1.toml",
        }


async def test_an_office_that_the_environment_names_otherwise_is_not_stored(desk):
    async with desk(**SEVERAL) as at:
        ended = await at.connected("--office", "D20002", CHAIRTIME_OFFICE="D10001")
        assert ended.code == 2
        assert "CHAIRTIME_OFFICE is set to D10001" in ended.err
        assert not at.database.exists()


async def test_a_zone_that_nobody_names_is_asked_for_by_its_option(desk, nameless_zones):
    nameless_zones()
    async with desk() as at:
        ended = await at.connected()
        assert ended.code == 2
        assert "--timezone" in ended.err
        assert (await at.run("connect", "--timezone", "Mars/Base")).code == 2
        ended = await at.run("connect", "--timezone", "America/Chicago")
        assert ended.code == 0, ended.said
        assert tomllib.loads(at.draft.read_text())["zone"] == "America/Chicago"


async def heads(at):
    """Office -> end of its chain."""
    lines = [json.loads(line) for line in (await at.run("audit", "export")).out.splitlines()]
    return {line["office"]: line["head"] for line in lines if "head" in line}


async def test_run_again_it_changes_nothing(desk):
    async with desk() as at:
        assert (await at.connected("--by", "Ann")).code == 0
        before = await heads(at)
        at.draft.write_text(at.draft.read_text() + "# read with the office\n")
        for given in ({}, at.pair):
            ended = await at.run("connect", **given)
            assert ended.code == 0
            assert "is there already, and was left as it is" in ended.out
        assert await heads(at) == before
        assert "# read with the office" in at.draft.read_text()
        assert (await at.run("connect", "--redraft")).code == 0
        assert "# read with the office" not in at.draft.read_text()
        await at.run("office", "apply", at.draft.name, "--yes")
        at.draft.unlink()
        ended = await at.run("connect")
        assert "Version 1 is applied, so nothing was drafted." in ended.out
        assert not at.draft.exists()


async def test_what_is_stored_has_its_entry_in_the_installations_chain(desk):
    async with desk() as at:
        await at.connected("--by", "Ann")
        lines = [json.loads(line) for line in (await at.run("audit", "export")).out.splitlines()]
        entries = [line for line in lines if line["office"] == "installation" and "head" not in line]
    assert [(one["caller"], one["tool"], one["outcome"]) for one in entries] == [
        ("operator Ann", "chairtime connect", "credentials_stored")
    ]


async def test_neither_half_of_the_pair_is_in_what_it_says_or_in_a_file(desk):
    async with desk() as at:
        said = [
            await at.connected(CHAIRTIME_LOG_LEVEL="DEBUG"),
            await at.run("connect"),
            await at.run("doctor"),
        ]
        hidden = [*at.pair.values(), at.sandbox.world.offices["D10001"].secret_key]
        for secret in hidden:
            assert not any(secret in ended.said for ended in said)
            for path in at.folder.iterdir():
                assert secret.encode() not in path.read_bytes()


async def test_no_option_takes_the_pair(desk):
    async with desk() as at:
        shown = await at.run("connect", "--help")
    assert "--app" not in shown.out.casefold()
