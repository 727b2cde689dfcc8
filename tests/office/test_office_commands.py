"""`chairtime office`: a document is drafted, checked, compared, applied, shown and printed again."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from harness import FAST, OFFICE_ID, ManualClock, office_on, quiet_office, served, settings_for

from sandbox.review import reviewed
from sandbox.world import THREE_OFFICES, OfficeSpec
from server.desk.charter.reading import read_charter
from server.desk.charter.terms import EMPTY, ColumnKind
from server.desk.charter.writing import written
from server.desk.office import Profile
from server.desk.proposing import offered_week, proposed
from server.desk.times.opening_windows import Chair
from server.failures import Failure
from server.operators import office as commands
from server.operators import proposing
from server.operators.office import Wanted
from server.operators.tables import Page
from server.sikka.models import Provider
from store.offices import Office

MONDAY = dt.date(2026, 11, 30)  # a week without a holiday
TODAY = dt.date(2026, 11, 23)
# What the sandbox's chairs and those who work in them have in common (`sandbox.seed`).
LONG, SHORT = ((480, 720), (780, 1020)), ((480, 780),)
FIRST, SECOND = {0: LONG, 1: LONG, 2: LONG, 3: LONG}, {1: LONG, 2: LONG, 3: LONG, 4: SHORT}
WEEK = {"Doctor 1": FIRST, "Doctor 2": SECOND, "Hygiene 1": FIRST, "Hygiene 2": SECOND}
YES = Wanted("", "Dana", lambda: True)


@pytest.fixture
async def known(tmp_path):
    """Settings for a database that knows one office, and a file to write documents to."""
    clock = ManualClock()
    async with served(FAST, clock) as line:
        async with quiet_office(line, tmp_path, clock):
            pass
        yield settings_for(line, tmp_path), tmp_path / "office.toml"


def page(*, as_json=False):
    return Page(as_json=as_json, reveal=False)


async def test_a_document_is_applied_after_a_look_at_what_it_changes(known, capsys):
    settings, file = known
    file.write_text("# Ours.\n[policy]\nlead_minutes = 5\n")
    assert await commands.apply(settings, page(), str(file), YES) == 0
    said = capsys.readouterr().out
    assert "Nobody has applied a profile for D10001/1 yet" in said
    assert "+ policy.lead_minutes: 5" in said
    file.write_text("[policy]\nlead_minutes = 6\n")
    with pytest.raises(Failure, match=r"Nothing was applied\."):
        await commands.apply(settings, page(), str(file), replace(YES, agree=lambda: False))
    said = capsys.readouterr().out
    assert "In the place of version 1, applied by Dana" in said
    assert "~ policy.lead_minutes: 5 -> 6" in said
    assert await commands.apply(settings, page(as_json=True), str(file), YES) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["version"], told["applied_by"], told["office"]) == (2, "Dana", "D10001/1")
    assert told["changes"] == [{"path": "policy.lead_minutes", "before": "5", "after": "6"}]


async def test_what_is_exported_applies_again_unchanged(known, capsys):
    settings, file = known
    with pytest.raises(Failure, match="nothing to export"):
        await commands.export(settings, page(), Wanted(""))
    text = '# Words of ours stay.\nzone   = "UTC" # and here\n'
    file.write_text(text)
    await commands.apply(settings, page(), str(file), YES)
    capsys.readouterr()
    await commands.export(settings, page(), Wanted(""))
    assert capsys.readouterr().out == text
    await commands.apply(settings, page(), str(file), replace(YES, agree=lambda: False))
    assert "Nothing was changed" in capsys.readouterr().out
    await commands.export(settings, page(as_json=True), Wanted(""))
    assert json.loads(capsys.readouterr().out)["document"] == text
    file.write_text('zone = "UTC"\n')
    await commands.apply(settings, page(), str(file), YES)
    assert "says the same as version 1" in capsys.readouterr().out


async def test_a_document_with_mistakes_is_neither_applied_nor_fine(known, capsys):
    settings, file = known
    file.write_text("[policy]\nlead = 5\nsame_day = 'no'\n")
    for attempt in (lambda: commands.apply(settings, page(), str(file), YES), None):
        with pytest.raises(Failure) as failed:
            _ = await attempt() if attempt else commands.check(page(), str(file))
        assert str(failed.value).startswith("2 mistakes. Nothing was changed.\nline 2, policy.lead: ")
    await commands.show(settings, page(as_json=True), Wanted(""))
    assert json.loads(capsys.readouterr().out)["version"] == 0
    with pytest.raises(Failure, match="cannot be read"):
        commands.check(page(), str(file / "nowhere"))
    file.write_text("insurance = ['A', 'B']")
    assert commands.check(page(), str(file)) == 0
    assert "can be applied. It gives 1 value." in capsys.readouterr().out


@pytest.mark.parametrize("document", ["", "# Nothing yet.\n"])
async def test_a_document_that_says_nothing_does_not_pass_for_a_review(known, document):
    settings, file = known
    file.write_text(document)
    with pytest.raises(Failure, match="says nothing"):
        commands.check(page(), str(file))
    with pytest.raises(Failure, match="says nothing"):
        await commands.apply(settings, page(), str(file), YES)
    with pytest.raises(Failure, match="nothing to export"):
        await commands.export(settings, page(), Wanted(""))


async def test_two_people_who_apply_at_once_do_not_overwrite_each_other(known):
    settings, file = known
    file.write_text("zone = 'UTC'")

    def somebody_is_quicker():
        import sqlite3  # noqa: PLC0415 - what another process does to the same file

        with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as other:
            other.execute("INSERT INTO office_profiles (office, version) SELECT id, 1 FROM pms_integrations")
        other.close()
        return True

    with pytest.raises(Failure, match="Somebody else applied another profile"):
        await commands.apply(settings, page(), str(file), replace(YES, agree=somebody_is_quicker))


async def test_everything_that_holds_is_shown_with_where_it_comes_from(known, capsys):
    settings, file = known
    document = (
        "insurance = ['Delta']\n[hours]\nmonday = ['08:00-12:00']\n[[closures]]\nfirst = 2026-12-24\n"
        "[policy]\nlead_minutes = 5\n"
    )
    file.write_text(document)
    await commands.apply(settings, page(), str(file), YES)
    capsys.readouterr()
    await commands.show(settings, page(), Wanted("D10001"))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["policy.lead_minutes", "5", "profile"] in lines
    assert ["policy.horizon_days", "90", "setting"] in lines
    assert ["policy.same_day", "book", "default"] in lines
    await commands.show(settings, page(as_json=True), Wanted(""))
    told = json.loads(capsys.readouterr().out)
    assert told["profile"]["closures"] == [{"first": "2026-12-24", "last": "2026-12-24"}]
    assert told["reviewed"] is True


async def test_a_pause_is_put_down_once_with_who_wanted_it(known, capsys):
    settings, _ = known
    with pytest.raises(Failure, match="is not paused"):
        await commands.resume(settings, page(), YES)
    assert await commands.pause(settings, page(as_json=True), YES) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["paused_by"], told["reviewed"]) == ("Dana", False)
    with pytest.raises(Failure, match="was paused by Dana before"):
        await commands.pause(settings, page(), replace(YES, by="Joy"))
    assert await commands.resume(settings, page(as_json=True), YES) == 0
    assert json.loads(capsys.readouterr().out)["paused_at"] is None


async def test_an_office_is_to_be_named_where_there_are_several(tmp_path):
    clock = ManualClock()
    config = replace(FAST, offices=THREE_OFFICES)
    async with served(config, clock) as line:
        async with quiet_office(line, tmp_path, clock):
            pass
        settings = settings_for(line, tmp_path)
        with pytest.raises(Failure, match="Several offices could be meant"):
            await commands.show(settings, page(), Wanted(""))
        with pytest.raises(Failure, match="knows no office D9"):
            await commands.pause(settings, page(), Wanted("D9"))


async def test_applying_asks_sikka_for_the_offices_if_the_store_knows_none(tmp_path, capsys):
    async with served(FAST) as line:
        settings, file = settings_for(line, tmp_path), tmp_path / "office.toml"
        file.write_text(reviewed(line.world.offices[OFFICE_ID], "1"))
        assert await commands.apply(settings, page(), str(file), YES) == 0
        assert "D10001/1 holds version 1" in capsys.readouterr().out
        async with office_on(line, tmp_path, unreviewed="request") as office:
            standing = await office.desk.charters.of(office.id)
            assert standing.reviewed
            overflow = standing.charter.column("Overflow")
            assert overflow is not None
            assert overflow.kind is ColumnKind.OFF
            free = {opening.operatory for opening in await office.free()}
            assert free <= {"Doctor 1", "Doctor 2"}


@pytest.mark.parametrize("pms", ["OpenDental", "OrthoTrac"])
async def test_a_draft_can_be_applied_and_offers_the_week_of_the_schedules(tmp_path, capsys, pms):
    config = replace(FAST, offices=(OfficeSpec(OFFICE_ID, patients=40, pms=pms),))
    clock = ManualClock()
    async with served(config, clock) as line, quiet_office(line, tmp_path, clock) as office:
        profile = office.profile
        past = await office.sikka.office(OFFICE_ID, live=True).appointments(
            first=TODAY - dt.timedelta(days=60), last=TODAY
        )
        draft = proposed(profile, past, TODAY)
        assert read_charter(written(draft.charter, draft.remarks)) == draft.charter
        assert offered_week(profile, draft.charter, MONDAY) == WEEK
        shown = offered_week(profile, EMPTY, MONDAY)
        assert all(shown[chair][day] == hours for chair, days in WEEK.items() for day, hours in days.items())
        assert draft.charter.closed_on(dt.date(2026, 12, 24))
        assert [one.column for one in draft.charter.reasons if one.name == "cleaning"] == ["hygiene"]
    file = tmp_path / "draft.toml"
    async with served(config) as line:
        settings = settings_for(line, tmp_path)
        assert await proposing.propose(settings, "", str(file)) == 0
        assert "would be offered so" in capsys.readouterr().err
        assert commands.check(page(), str(file)) == 0
        assert await proposing.propose(settings, "D10001/1", "") == 0
        assert "[[columns]]" in capsys.readouterr().out
        with pytest.raises(Failure, match="One office is to be named"):
            await proposing.propose(settings, "D9", "")
        with pytest.raises(Failure, match="cannot be written"):
            await proposing.propose(settings, "", str(tmp_path / "no" / "draft.toml"))
    with pytest.raises(Failure, match="Sikka could not be asked"):
        await proposing.propose(settings, "", "")


def test_a_draft_of_an_office_that_shows_nothing_says_what_is_missing():
    office = Office("o", "D1", "1", "", "", "", "", "", None)
    provider = Provider(provider_id="1", firstname="Ellen", lastname="Marsh")
    profile = Profile(
        office, None, "US", {"1": provider}, {"1": "Dr. Marsh"}, (Chair("Doctor 1"),), (), {}, ""
    )
    draft = proposed(profile, [], TODAY)
    assert draft.remarks["zone",].startswith("Sikka names no zone")
    assert draft.remarks["hours",].startswith("Sikka shows no schedules")
    assert [one.kind for one in draft.charter.columns] == [ColumnKind.OFF]
    assert read_charter(written(draft.charter, draft.remarks)) == draft.charter
