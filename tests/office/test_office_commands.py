"""`chairtime office`: a document is drafted, checked, compared, applied, shown and printed again."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from harness import FAST, OFFICE_ID, ManualClock, office_on, quiet_office, served, settings_for
from pydantic import SecretStr

from sandbox.review import reviewed
from sandbox.world import THREE_OFFICES, OfficeSpec
from server.desk.charter.comparing import CHAIRS, strangers
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
    for command in (commands.apply, commands.check):
        with pytest.raises(Failure) as failed:
            await command(settings, page(), str(file), YES)
        assert str(failed.value).startswith("2 mistakes. Nothing was changed.\nline 2, policy.lead: ")
    await commands.show(settings, page(as_json=True), Wanted(""))
    assert json.loads(capsys.readouterr().out)["version"] == 0
    with pytest.raises(Failure, match="cannot be read"):
        await commands.check(settings, page(), str(file / "nowhere"), YES)
    file.write_text("insurance = ['A', 'B']")
    assert await commands.check(settings, page(), str(file), YES) == 0
    assert "can be applied. It gives 1 value." in capsys.readouterr().out


NAMES = """\
[[columns]]
operatory = "{chair}"
kind = "doctor"
providers = ["{provider}"]
[[columns]]
operatory = "Overflow"
kind = "off"
[[reasons]]
name = "cleaning"
minutes = 60
column = "doctor"
type = "{type}"
"""


def names(chair="Doctor 2", provider="2", type_="Hygiene Recall"):
    return NAMES.format(chair=chair, provider=provider, type=type_)


@pytest.mark.parametrize("command", [commands.check, commands.apply])
async def test_a_document_that_names_what_the_practice_does_not_list_is_refused(known, capsys, command):
    settings, file = known
    file.write_text(names("Doctor Two", "22", "Higiene Recall") + '[[providers]]\nid = "22"\n')
    with pytest.raises(Failure) as failed:
        await command(settings, page(), str(file), YES)
    first, *lines = str(failed.value).splitlines()
    assert first == "4 mistakes. Nothing was changed."
    assert lines[0] == (
        'line 2, columns[1].operatory: "Doctor Two" is none of the chairs that Sikka lists. '
        "The nearest are: Doctor 2, Doctor 1"
    )
    assert lines[1].startswith(
        'line 4, columns[1].providers: "22" is none of the providers that Sikka lists. '
    )
    assert lines[2].startswith('line 12, reasons[1].type: "Higiene Recall" is none of the appointment types ')
    assert "Hygiene Recall" in lines[2].partition("The nearest are: ")[2]
    assert lines[3].startswith("line 14, providers[1].id: ")
    await commands.show(settings, page(as_json=True), Wanted(""))
    assert json.loads(capsys.readouterr().out)["version"] == 0
    file.write_text(names("doctor 2"))  # case is as little a mistake here as where times are offered
    assert await command(settings, page(), str(file), YES) == 0
    assert capsys.readouterr().err == ""


async def test_names_that_cannot_be_compared_hold_a_document_up_no_longer_than_to_say_so(tmp_path, capsys):
    file, clock = tmp_path / "office.toml", ManualClock()
    file.write_text(names("Doctor Two"))
    async with served(FAST, clock) as line:
        async with quiet_office(line, tmp_path, clock):
            pass
        settings = settings_for(line, tmp_path)
        await line.down()
        assert await commands.check(settings, page(as_json=True), str(file), YES) == 0
        told = capsys.readouterr()
        _, _, answer = told.out.partition("\n{\n")  # a test has the lines of the log there too
        assert json.loads("{" + answer)["columns"][0]["operatory"] == "Doctor Two"
        lists = "chairs, providers, appointment types."
        assert (
            told.err == f"Not compared with the practice's system, since Sikka did not list them: {lists}\n"
        )
        without = settings_for(line, tmp_path, sikka_app_id=SecretStr(""), sikka_app_key=SecretStr(""))
        assert await commands.apply(without, page(), str(file), YES) == 0
        assert f"there are no credentials for Sikka: {lists}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "said"),
    [("Doc One", "The nearest are: Doc 1"), ("Room", "It lists: Doc 1, Hyg 1, Hyg 2, and more")],
)
def test_the_nearest_names_are_told_or_some_where_none_is_near(name, said):
    document = f'[[columns]]\noperatory = "{name}"\nkind = "doctor"\n'
    charter = read_charter(document)
    (problem,) = strangers(document, charter, {CHAIRS: ["Hyg 1", "Doc 1", "Hyg 2", "X"]})
    assert str(problem).endswith(said)
    assert strangers(document, charter, {CHAIRS: []}) == []


@pytest.mark.parametrize("document", ["", "# Nothing yet.\n"])
async def test_a_document_that_says_nothing_does_not_pass_for_a_review(known, document):
    settings, file = known
    file.write_text(document)
    with pytest.raises(Failure, match="says nothing"):
        await commands.check(settings, page(), str(file), YES)
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
        assert await commands.check(settings, page(), str(file), YES) == 0
        assert await proposing.propose(settings, "D10001/1", "") == 0
        assert "[[columns]]" in capsys.readouterr().out
        with pytest.raises(Failure, match="One office is to be named"):
            await proposing.propose(settings, "D9", "")
        with pytest.raises(Failure, match="cannot be written"):
            await proposing.propose(settings, "", str(tmp_path / "no" / "draft.toml"))
    with pytest.raises(Failure, match="Sikka could not be asked"):
        await proposing.propose(settings, "", "")


async def test_a_draft_is_not_written_over_a_file_that_somebody_may_have_changed(tmp_path):
    file = tmp_path / "office.toml"
    file.write_text("# Ours.\n", encoding="utf-8")
    async with served(FAST) as line:
        settings = settings_for(line, tmp_path)
        with pytest.raises(Failure, match=r"is there already, and was left as it is\. --redraft"):
            await proposing.propose(settings, "", str(file))
        assert file.read_text(encoding="utf-8") == "# Ours.\n"
        assert line.world.requests == []
        assert await proposing.propose(settings, "", str(file), redraft=True) == 0
        assert await commands.check(settings, page(), str(file), Wanted("")) == 0


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
