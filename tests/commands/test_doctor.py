"""The doctor, against a sandbox: what it finds, what it says to do, and what it leaves alone."""

import re
import time
from pathlib import Path

import pytest

from sandbox.switches import Switches
from sandbox.world import THREE_OFFICES, Fault, OfficeSpec
from server.app import connected
from server.doctor import steps as doctor_steps
from server.doctor.examination import examine
from server.doctor.findings import ADVICE, Mark, finding_of
from server.doctor.needs import PERMISSIONS, lacking
from server.doctor.steps import KEY_STEPS, PRACTICE_STEPS
from server.sikka import errors
from server.sikka.application import Application
from server.sikka.models import RequestKeyAnswer, SupportedPms
from server.sikka.office_calls import OfficeCalls

HOUR, DAY = 3600, 86_400
EVERY_TOOLSET = "scheduling,frontoffice,billing"
WRITTEN = ("new_appointment_writeback", "appointment_status_writeback")
CONNECTING = (Path(__file__).parents[2] / "docs" / "connecting.md").read_text(encoding="utf-8")


class Clock:
    """The machine's time and a few seconds more or less."""

    def __init__(self, ahead):
        self.ahead = ahead

    def __call__(self):
        return time.time() + self.ahead


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture
def visit(settings_for, capsys):
    """A visit: its exit code, and title -> "mark says" of every line, with what to do after it."""

    async def examined(sandbox, **changes):
        code = await examine(settings_for(sandbox, **changes))
        printed = capsys.readouterr().out
        lines, title = {}, ""
        for line in printed.splitlines():
            if line.strip().startswith("To do: "):
                lines[title] += f" {line.strip()}"
            elif line.partition(" ")[0] in list(Mark):
                title = line[6:28].strip()
                lines[title] = f"{line[:6].strip()} {line[28:].strip()}"
        return code, lines, printed

    return examined


async def test_where_all_is_in_order_every_step_says_so(practice, visit):
    async with practice() as sandbox:
        code, lines, printed = await visit(sandbox)
    assert code == 0
    titles = ["Authorised practices", *(step.title for step in (*KEY_STEPS, *PRACTICE_STEPS))]
    assert list(lines) == titles
    assert {line.partition(" ")[0] for line in lines.values()} == {"ok"}
    assert "D10001/1" in lines["Authorised practices"]
    assert '"broken"' in lines["Word for cancelled"]
    assert "America/New_York" in lines["Time zone"]
    assert printed.rstrip().endswith("All is in order.")


async def test_no_secret_no_key_and_no_patient_is_printed(practice, visit):
    async with practice() as sandbox:
        _, _, printed = await visit(sandbox)
        world = sandbox.world
    office = world.offices["D10001"]
    keys = [*world.keys._keys] + [key.refresh_key for key in world.keys._keys.values()]
    assert len(keys) == 4
    patients = {row.lastname for row in office.records.patients.values()}
    for hidden in [*keys, office.secret_key, world.config.app_id, world.config.app_key, *patients]:
        assert hidden not in printed


async def test_a_second_visit_uses_the_key_that_the_first_has_saved(practice, visit):
    async with practice(switches=Switches(refresh_ends_old_request_key=True)) as sandbox:
        await visit(sandbox)
        granted = len(sandbox.world.keys._keys)
        code, lines, _ = await visit(sandbox)
        assert code == 0
        assert lines["Request key"] == "ok the saved one is used"
        assert len(sandbox.world.keys._keys) == granted + 1  # the refresh alone


async def test_a_saved_key_that_has_run_out_is_renewed(practice, visit):
    async with practice(key_seconds=0.0) as sandbox:
        await visit(sandbox)
        _, lines, _ = await visit(sandbox)
    assert lines["Request key"] == "ok the saved one had run out; a new one is saved"


async def test_wrong_credentials_are_named_and_the_rest_is_skipped(practice, visit):
    async with practice() as sandbox:
        code, lines, printed = await visit(sandbox, SIKKA_APP_KEY="not-the-key")
    assert code == 1
    assert lines.pop("Authorised practices").startswith(
        "fail Sikka does not accept the App-Id or the App-Key."
    )
    assert len(lines) == len(KEY_STEPS) + len(PRACTICE_STEPS)
    assert set(lines.values()) == {"skip skipped, because it needs: Authorised practices"}
    assert "To do: Copy SIKKA_APP_ID and SIKKA_APP_KEY" in printed
    assert "1 failed" in printed


async def test_a_sikka_that_is_down_is_said_to_be(practice, visit):
    async with practice() as sandbox:
        pass
    code, lines, _ = await visit(sandbox)
    assert code == 1
    assert lines["Authorised practices"].startswith("fail Sikka could not be reached.")


async def test_an_office_that_sikka_does_not_show_fails_with_those_it_shows(practice, visit):
    async with practice() as sandbox:
        code, lines, _ = await visit(sandbox, CHAIRTIME_OFFICE="D99999")
    assert code == 1
    assert "CHAIRTIME_OFFICE: D10001/1" in lines["Authorised practices"]


async def test_an_office_that_only_the_store_remembers_is_not_looked_at(practice, visit, settings_for):
    async with practice(offices=THREE_OFFICES) as sandbox:
        await visit(sandbox)
    async with practice() as sandbox:
        code, _, printed = await visit(sandbox)
    assert code == 0
    assert "D20002" not in printed


async def test_an_application_without_practices_is_told_to_link_one(practice, visit):
    async with practice(offices=()) as sandbox:
        code, lines, _ = await visit(sandbox)
    assert code == 1
    assert "link a practice" in lines["Authorised practices"]


async def test_without_a_choice_all_offices_are_looked_at_and_a_choice_is_asked_for(practice, visit):
    async with practice(offices=THREE_OFFICES) as sandbox:
        code, lines, printed = await visit(sandbox)
    assert code == 0
    assert lines["Authorised practices"].startswith("warn Several practices could be meant")
    assert "To do: Set CHAIRTIME_OFFICE" in lines["Authorised practices"]
    assert all(f"Office {spec.office_id}" in printed for spec in THREE_OFFICES)
    assert "0 failed, 1 to be looked at." in printed


async def test_only_chosen_offices_are_looked_at(practice, visit):
    async with practice(offices=THREE_OFFICES) as sandbox:
        code, _, printed = await visit(sandbox, CHAIRTIME_OFFICE="D20002,D30003")
        seen = {row.office_id for row in sandbox.world.requests}
    assert code == 0
    assert "D10001" not in printed
    assert "D10001" not in seen


async def test_practices_of_one_office_share_its_key_and_are_looked_at_one_by_one(practice, visit):
    spec = OfficeSpec(practice_id="1-1", more_practice_ids=("1-2",), patients=30)
    async with practice(offices=(spec,)) as sandbox:
        _, _, printed = await visit(sandbox)
    assert printed.count("Request key  ") == 1
    assert [printed.count(f"Practice {number}, ") for number in ("1-1", "1-2")] == [1, 1]
    assert printed.count("Data access  ") == 2


async def test_a_refresh_key_that_is_not_taken_is_said_though_a_new_key_came(practice, visit):
    async with practice() as sandbox:
        await visit(sandbox)
        sandbox.world.keys._refresh_keys.clear()
        code, lines, _ = await visit(sandbox)
    assert code == 0
    assert lines["Refresh"].startswith("warn Sikka did not take the refresh key")


async def test_an_office_without_a_key_fails_and_what_needs_the_key_is_skipped(practice, visit):
    async with practice() as sandbox:
        sandbox.world.faults.add(Fault("internal_error", path="/request_key", times=None))
        code, lines, _ = await visit(sandbox)
    assert code == 1
    assert lines["Request key"].startswith("fail Something is wrong on Sikka's side. (HTTP 500")
    skipped = [
        title for title, line in lines.items() if line == "skip skipped, because it needs: Request key"
    ]
    assert skipped == ["Refresh", "Key info", "Data access"]
    assert lines["Permissions"] == "skip skipped, because it needs: Key info"
    assert lines["Schedules"] == "skip skipped, because it needs: Data access"
    assert lines["Upload"].startswith("ok")
    assert lines["Time zone"].startswith("ok")


async def test_what_the_plan_lacks_is_named_with_what_is_lost(practice, visit):
    async with practice(offices=(OfficeSpec(denied=frozenset({"writeback_status"})),)) as sandbox:
        code, lines, _ = await visit(sandbox)
    assert code == 0
    assert lines["Permissions"].startswith("warn Not in your application's plan: writeback_status (bookings")


@pytest.mark.parametrize(
    ("denied", "toolsets", "line"),
    [
        ("PUT appointments", "scheduling", "PUT appointments (nothing can be moved)"),
        ("POST patient", "scheduling", "POST patient (nobody can be registered)"),
        ("reminders", "scheduling", "reminders (nobody is told what is due, or not due yet)"),
        ("POST medical_notes", EVERY_TOOLSET, "POST medical_notes (no note can be added)"),
        ("POST transaction", EVERY_TOOLSET, "POST transaction (no payment can be recorded)"),
        ("patient_balance", "billing", "patient_balance (no balance can be told)"),
    ],
)
async def test_whatever_a_shown_tool_needs_is_missed_in_the_plan(practice, visit, denied, toolsets, line):
    async with practice(offices=(OfficeSpec(denied=frozenset({denied})),)) as sandbox:
        code, lines, _ = await visit(sandbox, CHAIRTIME_TOOLSETS=toolsets)
    assert code == 0
    assert lines["Permissions"].startswith(f"warn Not in your application's plan: {line}.")


async def test_what_only_hidden_tools_need_is_not_missed(practice, visit):
    spec = OfficeSpec(denied=frozenset({"POST transaction", "note_types", "PATCH patient"}))
    async with practice(offices=(spec,)) as sandbox:
        _, lines, _ = await visit(sandbox)
    assert lines["Permissions"] == "ok all that the tools shown need is in the plan"


@pytest.mark.parametrize(
    ("pms", "missed"),
    [
        ("Opendental V22.3", set()),
        ("OrthoTrac", {"PATCH patient", "appointments_available_slots"}),
        ("Dolphin", {"PATCH patient", "appointments_available_slots", "pms_users"}),
        ("ClearDent", {"pms_users"}),
    ],
)
def test_what_some_software_needs_is_missed_there_only(pms, missed):
    held = ",".join(each.name for each in PERMISSIONS if not each.systems)
    assert {each.name for each in lacking(held, pms, EVERY_TOOLSET.split(","))} == missed


def test_a_plan_may_spell_a_permission_its_own_way():
    spelled = ",".join(each.name for each in PERMISSIONS).replace("PATCH appointments", "appointment patch")
    assert lacking(spelled, "Opendental V22.3", EVERY_TOOLSET.split(",")) == []


def test_the_page_asks_for_what_the_doctor_looks_for():
    table = CONNECTING.partition("| For | Ask for |")[2].partition("\n\n")[0]
    asked = "\n".join(line.split("|")[2] for line in table.splitlines()[2:])
    named = re.findall(r"(?:(?:POST|PUT|PATCH) )?\b[a-z]+(?:_[a-z]+)*\b", asked)
    assert {each.name for each in PERMISSIONS} <= set(named)


async def test_a_write_that_the_software_never_takes_is_told_without_a_warning(practice, visit):
    async with practice() as sandbox:
        code, lines, _ = await visit(sandbox, CHAIRTIME_TOOLSETS=EVERY_TOOLSET)
    assert code == 0
    assert lines["Writing"] == (
        "ok Sikka writes to Opendental V22.3 what the tools shown need, but no record can be changed"
    )


async def test_data_outside_the_plan_fails(practice, visit):
    async with practice(offices=(OfficeSpec(denied=frozenset({"appointments"})),)) as sandbox:
        code, lines, _ = await visit(sandbox)
    assert code == 1
    assert lines["Data access"].startswith("fail This is outside your application's plan at Sikka. (HTTP 401")
    assert lines["Word for cancelled"] == "skip skipped, because it needs: Data access"


async def test_a_key_that_opens_another_practice_only_fails(practice, visit, monkeypatch):
    async def practices(_):
        return []

    monkeypatch.setattr(OfficeCalls, "practices", practices)
    async with practice() as sandbox:
        code, lines, _ = await visit(sandbox)
    assert code == 1
    assert lines["Data access"].startswith("fail The key opens no data of practice 1.")


@pytest.mark.parametrize(
    ("ahead", "line"),
    [
        (0, "ok the office's PC uploads; Sikka's copy is less than a minute old"),
        (HOUR // 2, "ok the office's PC uploads; Sikka's copy is 30 minutes old"),
        (3 * HOUR, "warn The office's PC uploads, but Sikka's copy is 3 hours old."),
        (2 * DAY, "fail The office's PC has uploaded nothing to Sikka for a day."),
    ],
)
async def test_the_age_of_the_copy_is_told(practice, visit, ahead, line):
    clock = Clock(-ahead)
    async with practice(clock=clock) as sandbox:
        clock.ahead = 0
        code, lines, _ = await visit(sandbox)
    assert lines["Upload"].startswith(line)
    assert code == (1 if line.startswith("fail") else 0)


async def test_a_copy_nobody_dates_is_to_be_looked_at(practice, visit, monkeypatch):
    async def sync_status(_):
        return []

    monkeypatch.setattr(Application, "sync_status", sync_status)
    async with practice() as sandbox:
        code, lines, _ = await visit(sandbox)
    assert code == 0
    assert lines["Upload"].startswith("warn Sikka does not say how fresh")


async def test_without_a_zone_no_times_can_be_offered(practice, visit, monkeypatch):
    monkeypatch.setattr(doctor_steps, "zone_of", lambda *_: None)
    async with practice() as sandbox:
        code, lines, _ = await visit(sandbox)
    assert code == 1
    assert lines["Time zone"].startswith("fail Neither you nor Sikka")
    assert "Set CHAIRTIME_TIMEZONE" in lines["Time zone"]
    assert lines["Upload"].startswith("warn The office's PC uploads, but the age")


@pytest.mark.parametrize(
    ("configured", "line"),
    [
        ("America/Denver", "ok America/Denver, as you have set"),
        ("Mars/Olympus", "warn CHAIRTIME_TIMEZONE is not the name of a zone; America/New_York"),
    ],
)
async def test_a_configured_zone_is_checked(practice, visit, configured, line):
    async with practice() as sandbox:
        code, lines, _ = await visit(sandbox, CHAIRTIME_TIMEZONE=configured)
    assert code == 0
    assert lines["Time zone"].startswith(line)


async def test_the_zone_of_the_offices_profile_is_the_one_that_counts(practice, visit, settings_for):
    async with practice() as sandbox:
        await visit(sandbox)
        settings = settings_for(sandbox, CHAIRTIME_TIMEZONE="America/Denver")
        async with connected(settings) as given:
            [office] = await given.store.offices.list()
            document = 'zone = "America/Chicago"'
            await given.store.profiles.apply(office.id, document, over=0, by="a test", now=1)
        code, lines, _ = await visit(sandbox, CHAIRTIME_TIMEZONE="America/Denver")
    assert code == 0
    assert lines["Time zone"] == "ok America/Chicago, as the office's profile says"


async def test_without_working_hours_no_times_can_be_offered(practice, visit):
    async with practice(switches=Switches(schedule_covers="none")) as sandbox:
        code, lines, _ = await visit(sandbox)
    assert code == 1
    assert lines["Schedules"].startswith("fail Sikka has no working hours")


async def test_without_a_word_for_cancelled_none_is_cancelled(practice, visit, monkeypatch):
    async def words(_):
        return ["scheduled", "complete", "no show"]

    monkeypatch.setattr(doctor_steps, "status_words", words)
    async with practice() as sandbox:
        code, lines, _ = await visit(sandbox)
    assert code == 0
    assert lines["Word for cancelled"].startswith("warn The practice software's list has no word")


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([], "warn Sikka's list of practice software does not know Opendental."),
        (
            [SupportedPms(new_appointment_writeback="available", new_patient_writeback="available")],
            "warn Sikka does not write all that is needed to Opendental V22.3: nothing can be cancelled.",
        ),
        (
            [SupportedPms(**dict.fromkeys(WRITTEN, "available"), new_patient_writeback="unavailable")],
            "warn Sikka does not write all that is needed to Opendental V22.3: nobody can be registered.",
        ),
        (
            [
                SupportedPms(practice_management_system_version="V21.1"),
                SupportedPms(practice_management_system_version="V23.1"),
            ],
            "warn Sikka's list of practice software does not tell what can be written to Opendental V22.3.",
        ),
        (
            [
                SupportedPms(new_appointment_writeback="available", appointment_status_writeback="available"),
                SupportedPms(practice_management_system_version="V22.3"),
            ],
            "warn Sikka does not write all that is needed to Opendental V22.3: nothing can be booked",
        ),
    ],
)
async def test_what_cannot_be_written_is_told_by_version(practice, visit, monkeypatch, rows, line):
    async def supported(_, pms):
        return rows

    monkeypatch.setattr(Application, "supported_pmses", supported)
    async with practice() as sandbox:
        code, lines, _ = await visit(sandbox)
    assert code == 0
    assert lines["Writing"].startswith(line)


@pytest.mark.parametrize(
    ("info", "title", "line"),
    [
        ({"status": "revoked"}, "Key info", "fail Sikka says that the key is not active."),
        ({"status": "active"}, "Key info", "ok active"),
        ({"status": "active", "expires_in": "90 second(s)"}, "Key info", "ok active, for another 1 minute"),
    ],
)
async def test_what_sikka_says_of_the_key_is_told(practice, visit, monkeypatch, info, title, line):
    async def key_info(_):
        return RequestKeyAnswer(**info)

    monkeypatch.setattr(OfficeCalls, "key_info", key_info)
    async with practice() as sandbox:
        code, lines, _ = await visit(sandbox)
    assert lines[title].partition(" To do")[0] == line
    assert code == (1 if line.startswith("fail") else 0)


async def test_a_scope_that_sikka_keeps_to_itself_is_to_be_looked_at(practice, visit, monkeypatch):
    async def permissions_of(visited):
        visited.scope = " "
        return await doctor_steps.permissions(visited)

    steps = tuple(
        doctor_steps.Step(step.title, permissions_of, step.needs) if step.title == "Permissions" else step
        for step in KEY_STEPS
    )
    monkeypatch.setattr("server.doctor.examination.KEY_STEPS", steps)
    async with practice() as sandbox:
        code, lines, _ = await visit(sandbox)
    assert code == 0
    assert lines["Permissions"].startswith("warn Sikka does not say what the key may do.")


@pytest.mark.parametrize("kind", ADVICE)
def test_every_refusal_has_its_advice_and_repeats_nothing_of_sikkas(kind):
    answered = issubclass(kind, errors.Answered)
    error = kind(400, "API1234", "Anna Lindqvist") if answered else kind("Anna Lindqvist")
    finding = finding_of(error)
    assert finding.mark is Mark.FAIL
    assert finding.advice
    assert "Lindqvist" not in finding.says + finding.advice
    assert ("(HTTP 400 API1234)" in finding.says) is answered


def test_a_refusal_without_a_line_of_its_own_takes_its_parents():
    assert finding_of(errors.Trouble(503)).says == f"{ADVICE[errors.SikkaError][0]} (HTTP 503)"


async def test_the_command_prints_what_it_found_and_exits_with_it(commands, practice, account):
    async with practice() as sandbox:
        ended = await commands.run("doctor", **account(sandbox))
        assert (ended.code, ended.err) == (0, "")
        assert "All is in order." in ended.out
        ended = await commands.run("doctor", **account(sandbox, SIKKA_APP_ID="not-mine"))
    assert ended.code == 1
    assert "1 failed" in ended.out
