"""The shakedown touches one test patient, asks before it writes, and cleans up whatever happens."""

import datetime as dt
import signal
import sys
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import pytest

from sandbox.config import OfficeSpec
from sandbox.faults import Fault
from sandbox.pms import PROFILES
from server.failures import ConfigurationError, Failure
from server.shakedown.patient import Sought
from server.shakedown.shakedown import Request, shakedown

OTHER_PMS = [name for name in PROFILES if name != "OpenDental"]


def told(error):
    """The text of a failure, in whatever group it comes."""
    return str(error.value)


def others(practice):
    """All of the practice's records that are not the test patient's."""
    records = practice.records
    return (
        {number: row for number, row in records.patients.items() if number != "990001"},
        {number: row for number, row in records.appointments.items() if row.patient_id != "990001"},
        dict(records.notes),
        dict(records.transactions),
    )


async def test_nobody_elses_record_is_touched_and_the_test_patients_own_stays(stage):
    async with stage() as practice:
        before, own = others(practice), practice.records.patients["990001"]
        assert await practice.run() == 0
        assert others(practice) == before
        assert practice.records.patients["990001"] == own
        assert [effect.patient_id for effect in practice.world.effects if effect.ok] == ["990001"] * 2
        assert practice.left == []


@pytest.mark.parametrize(
    "sought",
    [
        Sought("Testa", "Chairtime", "1990-01-02"),
        Sought("TESTA", "Chairtime", "1990-01-01"),
        Sought("Test", "Chairtime", "1990-01-01"),
    ],
)
async def test_whoever_is_not_named_to_the_letter_is_not_the_test_patient(stage, sought):
    async with stage() as practice:
        with pytest.raises(Failure, match="no patient of this name") as refused:
            await practice.run(sought)
        assert "Chairtime" not in told(refused)
        assert practice.asked("POST", "/appointment") == 0


async def test_of_two_that_are_named_so_neither_is_taken(stage):
    async with stage() as practice:
        practice.add("990002")
        with pytest.raises(Failure, match="2 patients of this name"):
            await practice.run()
        assert practice.asked("POST", "/appointment") == 0


async def test_a_patient_with_an_appointment_is_taken_for_a_real_one(stage):
    async with stage() as practice:
        visit = next(row for row in practice.records.appointments.values() if not row.cancelled)
        own = replace(visit, sr_no="880001", patient_id="990001", start=dt.datetime(2020, 1, 6, 9, 0))  # noqa: DTZ001 - naive
        practice.records.appointments[own.sr_no] = own
        practice.office.refresh()
        with pytest.raises(Failure, match="1 appointments that are not cancelled"):
            await practice.run()
        assert practice.asked("POST", "/appointment") == 0
        practice.records.appointments[own.sr_no] = replace(own, cancelled=True, status="broken")
        practice.office.refresh()
        assert await practice.run() == 0


async def test_a_second_run_takes_the_same_patient_again(stage):
    async with stage() as practice:
        assert await practice.run() == 0
        practice.office.refresh()
        assert await practice.run() == 0
        assert practice.left == []


async def test_whoever_does_not_agree_has_nothing_written(stage):
    asked = []
    async with stage() as practice:
        with pytest.raises(ConfigurationError, match="Nothing was written"):
            await practice.run(agree=asked.append)
        assert practice.asked("POST", "/appointment") == 0
    assert len(asked) == 1
    assert "cancel it all again?" in asked[0]


async def test_without_a_test_patient_nothing_is_written_and_the_reads_are_answered(stage):
    async with stage() as practice:
        assert await practice.run(sought=None) == 0
        written = {(seen.method, seen.path) for seen in practice.world.requests if seen.method != "GET"}
        assert written == {("POST", "/request_key")}
    assert practice.answers["sort_parameter"] == "SortBy"
    assert practice.answers["overlap"] is None
    assert practice.document["test_bookings"] == "none were made"


@pytest.mark.parametrize("kind", ["lost_after", "html"])
@pytest.mark.parametrize("which", [0, 1])
async def test_a_booking_whose_answer_was_lost_is_found_and_taken_back(stage, kind, which):
    async with stage() as practice:
        lost = Fault(kind, method="POST", path="/appointment", times=1, after_work=True)
        if not which:
            practice.world.faults.add(lost)
        else:  # the booking over another, when the first two are through
            seen = practice.world.requests

            class Late(list):
                def append(self, row):
                    super().append(row)
                    if sum(each.path == "/appointment" for each in self) == 2:
                        practice.world.faults.add(lost)

            practice.world.requests = Late(seen)
        # an unreadable answer to the second is one outcome less; everything else ends the run
        goes_on = kind == "html" and which == 1
        assert await practice.run() == (0 if goes_on else 1)
        assert practice.left == []
        assert practice.world.queue.rows
        assert not practice.world.queue.pending_of(practice.office_id)
    assert bool(practice.document["stopped"]) is not goes_on
    assert practice.document["test_bookings"] == "cancelled"


async def test_a_booking_that_could_not_be_cancelled_is_named_for_a_person(stage, capsys):
    async with stage() as practice:
        practice.world.faults.add(Fault("internal_error", method="PATCH", path="/appointments", times=None))
        assert await practice.run() == 1
        assert len(practice.left) == 1
        start = practice.left[0].start
    assert practice.document["test_bookings"] == "left behind"
    printed = capsys.readouterr().out
    assert f"{start:%Y-%m-%d %H:%M}" in printed
    assert "NOT cleaned up" in printed


async def test_a_booking_without_an_outcome_in_time_is_taken_back(stage):
    async with stage(leap=0.0) as practice:
        await practice.run(patience=0.1)
        assert not practice.world.queue.pending_of(practice.office_id)
        assert practice.left == []
    assert practice.answers["write_seconds"] is None


async def test_while_the_offices_pc_is_off_nothing_is_booked(stage):
    async with stage() as practice:
        practice.world.set_online(practice.office_id, False)
        assert await practice.run() == 1
        assert not practice.world.queue.rows
    assert "PC" in practice.document["stopped"]
    assert practice.document["test_bookings"] == "none were made"


@pytest.mark.parametrize("denied", ["writeback_status", "POST appointment"])
async def test_what_the_plan_lacks_is_said_and_nothing_is_booked(stage, denied):
    async with stage(offices=(OfficeSpec(patients=40, denied=frozenset({denied})),)) as practice:
        assert await practice.run() == 1
        assert not practice.world.queue.rows
    assert "401 API2004" in practice.document["stopped"]


async def test_no_secret_and_no_patient_is_in_what_it_says(stage, capsys):
    async with stage(offices=(OfficeSpec(patients=40),)) as practice:
        practice.add("990001", homephone="555 010 9876", email="testa@example.org", city="Norwich")
        assert await practice.run() == 0
        world, records = practice.world, practice.records
    said = practice.file.read_text() + capsys.readouterr().out
    patients = {row.lastname for row in records.patients.values()} - {"Chairtime"}
    keys = [*world.keys._keys, *(key.refresh_key for key in world.keys._keys.values())]
    own = ["Testa", "990001", "010-1234", "010 9876", "1990-01-01", "Norwich", "testa@example.org"]
    secrets = [world.config.app_id, world.config.app_key, practice.office.secret_key]
    for hidden in [*patients, *keys, *own, *secrets]:
        assert hidden not in said


@pytest.mark.parametrize("pms", OTHER_PMS)
async def test_on_every_software_it_ends_with_an_empty_calendar(stage, pms):
    async with stage(pms=pms) as practice:
        await practice.run()
        assert practice.left == []
        assert not practice.world.queue.pending_of(practice.office_id)
    if not practice.document["stopped"]:
        assert practice.answers["created_ids"] == "all"


@pytest.mark.parametrize("out", ["nowhere/report.json", "."])
async def test_a_report_that_could_not_be_kept_is_said_before_anything_is_asked(stage, tmp_path, out):
    async with stage() as practice:
        request = Request(
            "", str(tmp_path / out), 5.0, Sought("Testa", "Chairtime", "1990-01-01"), lambda _: True
        )
        with pytest.raises(Failure, match=r"cannot be written .*Nothing was asked of Sikka"):
            await shakedown(practice.settings(), request)
        assert practice.world.requests == []
        assert list(tmp_path.iterdir()) == []


async def test_a_report_of_before_stays_until_there_is_another(stage):
    async with stage() as practice:
        practice.file.write_text("before", encoding="utf-8")
        with pytest.raises(Failure, match="no patient of this name"):
            await practice.run(Sought("Testa", "Chairtime", "1990-01-02"))
        assert practice.file.read_text(encoding="utf-8") == "before"
        practice.file.unlink()
        with pytest.raises(Failure, match="no patient of this name"):
            await practice.run(Sought("Testa", "Chairtime", "1990-01-02"))
        assert not practice.file.exists()


@asynccontextmanager
async def started(practice, *arguments):
    """The command as a process of its own."""
    config = practice.world.config
    environment = {
        "SIKKA_BASE_URL": practice.sandbox.base_url,
        "SIKKA_APP_ID": config.app_id,
        "SIKKA_APP_KEY": config.app_key,
        "CHAIRTIME_DATABASE_URL": f"sqlite:///{practice.folder / 'other.db'}",
        "CHAIRTIME_POLL_SECONDS": "0.05",
        "COLUMNS": "200",
    }
    who = ("--first-name", "Testa", "--last-name", "Chairtime", "--birth-date", "1990-01-01")
    process = await anyio.open_process(
        [sys.executable, "-m", "server", "shakedown", *who, "--out", str(practice.file), *arguments],
        env=environment,
    )
    try:
        yield process
    finally:
        with anyio.CancelScope(shield=True):
            if process.returncode is None:
                process.kill()
            await process.aclose()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_run_that_is_broken_off_cleans_up_first(stage, number):
    async with (
        stage(leap=0.0, writeback_seconds=(3600.0, 3600.0)) as practice,
        started(practice, "--yes") as run,
    ):
        with anyio.fail_after(20):
            while len(practice.world.queue.pending_of(practice.office_id)) < 2:  # noqa: ASYNC110 - no bell
                await anyio.sleep(0.02)
        run.send_signal(number)
        with anyio.fail_after(20):
            assert await run.wait() != 0 or number is signal.SIGINT
        assert not practice.world.queue.pending_of(practice.office_id)
        assert practice.left == []


async def test_without_a_terminal_and_a_yes_it_says_what_to_give(stage):
    async with stage() as practice, started(practice) as run:
        with anyio.fail_after(20):
            assert run.stderr is not None
            said = b"".join([chunk async for chunk in run.stderr])
            assert await run.wait() == 2
        assert b"--yes" in said
        assert practice.asked("POST", "/appointment") == 0
