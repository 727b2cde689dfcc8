"""Backing a database up while a server writes, and putting it back: whole, with its key, or not at all."""

import json
import re
import shutil
import sqlite3
import stat
from contextlib import closing

import anyio
import pytest
from callers import on_the_phone
from harness import SLOW, ManualClock, office_on, quiet_office, served, settings_for
from processes import http_server, open_practice

from server.clock import SystemClock
from server.failures import Failure
from server.operators.backups import back_up, restore
from server.operators.tables import Page
from server.settings import Settings
from store.backup import BESIDE
from store.errors import NotAStore
from store.ledger_rows import NewWriteback
from store.ledger_states import State
from store.opening import open_store
from store.sealing import KeyRing

QUIET = Page(as_json=True, reveal=False)
PAGE = 4096
LATER = 30.0  # the machine's clock, by which commands go, is ahead of a clock that stands still


def a_note(office, number):
    return NewWriteback(
        office=office,
        operation="add_note",
        method="POST",
        endpoint="medical_notes",
        body={"patient_id": "77", "text": f"note {number}"},
        facts={"patient_id": "77", "text": f"note {number}", "type": ""},
        natural_key=None,
        send_before=SystemClock().now() + 600_000,
    )


async def opened(path):
    return await open_store(f"sqlite://{path}", key_file=None, key_text=None, default_path=path)


@pytest.fixture
async def database(commands):
    """A store with an office and some writes, and nobody who has it open."""
    path = commands.folder / "chairtime.db"
    async with await opened(path) as store:
        office = await store.offices.upsert(
            "D100",
            "1",
            now=0,
            practice_name="Maple Dental",
            pms="Open Dental",
            pms_version="23.1",
            zone_name="Eastern Standard Time",
            secret_key="secret-1",
            as_of="2026-11-20T10:00:00",
        )
        for number in range(20):
            await store.ledger.append(a_note(office.id, number), number)
    return path


@pytest.fixture
def here(database):
    """The settings of whoever runs a command on it."""
    return Settings(database_url=f"sqlite://{database}")


@pytest.fixture
def backup(commands, database, here):
    """Makes a backup, and takes the database away as a broken disk would."""

    async def made():
        target = commands.folder / "kept.sqlite3"
        assert await back_up(here, QUIET, target) == 0
        for suffix in BESIDE:
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        return target

    return made


def left(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != "scratch")


async def test_a_backup_is_of_one_commit_while_another_process_writes_and_nobody_waits(commands, database):
    kept = commands.folder / "kept.sqlite3"
    written, marks, enough, done = 0, [], anyio.Event(), anyio.Event()

    async def write(store, office):
        nonlocal written
        while not done.is_set():
            await store.ledger.append(a_note(office.id, written), 100 + written)
            written += 1
            if written == 50:
                enough.set()

    async with await opened(database) as store, anyio.create_task_group() as tasks:
        [office] = await store.offices.list()
        tasks.start_soon(write, store, office)
        await enough.wait()
        marks.append(written)
        ended = await commands.run("backup", str(kept), "--json")
        marks.append(written)
        assert ended.code == 0
        told = json.loads(ended.out)
        assert (told["file"], told["bytes"]) == (str(kept), kept.stat().st_size)
        done.set()
    before, after = marks
    assert after - before > 1, "the writer was held up"
    shutil.copy(f"{database}.key", f"{kept}.key")
    async with await opened(kept) as copy:
        rows = await copy.database.fetch("SELECT created_at FROM pms_writebacks WHERE created_at >= 100")
        moments = sorted(row["created_at"] for row in rows)
        assert moments == list(range(100, 100 + len(moments)))
        assert before <= len(moments) <= after + 1
        history = await copy.database.fetch("SELECT writeback_id FROM pms_writeback_events")
        assert len(history) == len(rows) + 20


async def test_a_backup_is_one_file_for_its_owner_only_and_holds_no_key(commands, backup, database):
    kept = await backup()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    key = (commands.folder / "chairtime.db.key").read_bytes().strip()
    assert key not in kept.read_bytes()
    assert left(commands.folder) == ["chairtime.db.key", "kept.sqlite3"]


async def test_a_backup_says_where_the_key_lies_and_never_overwrites(commands, database):
    target = commands.folder / "kept.sqlite3"
    done = await commands.run("backup", str(target))
    assert f"{database}.key" in done.out.replace("\n", "")
    first = target.read_bytes()
    again = await commands.run("backup", str(target))
    assert again.code == 1
    assert "already" in again.err
    assert target.read_bytes() == first
    nowhere = await commands.run("backup", str(commands.folder / "none" / "kept"))
    assert nowhere.code == 1
    assert left(commands.folder) == ["chairtime.db", "chairtime.db.key", "kept.sqlite3"]


async def test_there_is_no_backup_of_nothing_and_none_that_cannot_be_opened(commands, database):
    target = commands.folder / "kept"
    key = commands.folder / "chairtime.db.key"
    wrong = await commands.run("backup", str(target), CHAIRTIME_KEY=KeyRing.generate().dump())
    key.unlink()
    missing = await commands.run("backup", str(target))
    database.unlink()
    nothing = await commands.run("backup", str(target))
    assert (wrong.code, missing.code, nothing.code) == (2, 2, 2)
    assert "no database" in nothing.err
    assert not target.exists()
    assert not key.exists()


async def test_a_restored_database_has_what_was_backed_up_and_an_entry_of_who_did_it(
    commands, backup, database
):
    kept = await backup()
    done = await commands.run("restore", str(kept), "--by", "Ann")
    assert done.code == 0, done.err
    assert "20" in done.out
    assert left(commands.folder) == ["chairtime.db", "chairtime.db.key", "kept.sqlite3"]
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert (await commands.run("audit", "verify")).code == 0
    async with await opened(database) as store:
        entries = [entry async for portion in store.audit.entries("") for entry in portion]
        assert [(entry.caller, entry.tool, entry.outcome) for entry in entries] == [
            ("operator Ann", "chairtime restore", "restored")
        ]
        [office] = await store.offices.list()
        rows = await store.database.fetch("SELECT id FROM pms_writebacks ORDER BY created_at")
        for number, row in enumerate(rows):
            found = await store.ledger.get(office.id, row["id"])
            assert found is not None
            assert found.facts["text"] == f"note {number}"


@pytest.mark.parametrize("suffix", BESIDE)
async def test_a_restore_overwrites_nothing_not_even_a_log_that_was_left(
    commands, backup, database, here, suffix
):
    kept = await backup()
    there = database.with_name(database.name + suffix)
    there.write_bytes(b"something")
    with pytest.raises(Failure, match=re.escape(str(there))):
        await restore(here, QUIET, kept, "Ann")
    assert there.read_bytes() == b"something"
    assert left(commands.folder) == sorted({there.name, "chairtime.db.key", "kept.sqlite3"})


async def test_a_restore_under_a_wrong_key_or_without_one_changes_nothing(commands, backup):
    kept = await backup()
    wrong = await commands.run("restore", str(kept), CHAIRTIME_KEY=KeyRing.generate().dump())
    key = commands.folder / "chairtime.db.key"
    moved = key.rename(commands.folder / "elsewhere")
    missing = await commands.run("restore", str(kept))
    assert (wrong.code, missing.code) == (2, 2)
    assert "does not open" in wrong.err
    assert str(key) in missing.err.replace("\n", "")
    assert left(commands.folder) == ["elsewhere", "kept.sqlite3"]
    assert (await commands.run("restore", str(kept), CHAIRTIME_KEY_FILE=str(moved))).code == 0


async def test_a_backup_from_the_middle_of_a_change_of_keys_wants_every_key(commands, database):
    key = commands.folder / "chairtime.db.key"
    old = key.read_text()
    kept = commands.folder / "kept.sqlite3"
    async with await opened(database) as store:
        assert await store.rotation.begin()
        [office] = await store.offices.list()
        await store.ledger.append(a_note(office.id, 99), 99)
    assert (await commands.run("backup", str(kept))).code == 0
    database.rename(commands.folder / "broken")
    refused = await commands.run("restore", str(kept), CHAIRTIME_KEY=old)
    assert refused.code == 2
    assert "every key" in refused.err
    assert not database.exists()
    assert (await commands.run("restore", str(kept))).code == 0


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.99])
async def test_a_torn_backup_is_refused(commands, backup, here, share):
    kept = await backup()
    whole = kept.read_bytes()
    kept.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(NotAStore, match="Nothing was changed"):
        await restore(here, QUIET, kept, "Ann")
    assert left(commands.folder) == ["chairtime.db.key", "kept.sqlite3"]


async def test_a_backup_with_a_page_lost_in_its_middle_is_refused(commands, backup, here):
    kept = await backup()
    whole = kept.read_bytes()
    middle = len(whole) // PAGE // 2 * PAGE
    kept.write_bytes(whole[:middle] + bytes(PAGE) + whole[middle + PAGE :])
    with pytest.raises(NotAStore, match="damaged"):
        await restore(here, QUIET, kept, "Ann")
    assert left(commands.folder) == ["chairtime.db.key", "kept.sqlite3"]


async def test_what_is_no_backup_of_ours_or_of_a_newer_program_is_refused(commands, backup):
    kept = await backup()
    other = commands.folder / "other.sqlite3"
    with closing(sqlite3.connect(other)) as file:
        file.execute("CREATE TABLE a (b)")
        file.commit()
    strange = await commands.run("restore", str(other))
    with closing(sqlite3.connect(kept)) as file:
        file.execute("INSERT INTO schema_migrations (version) VALUES (7000)")
        file.commit()
    newer = await commands.run("restore", str(kept))
    absent = await commands.run("restore", str(commands.folder / "absent"))
    assert (strange.code, newer.code, absent.code) == (2, 2, 2)
    assert "newer program" in newer.err
    assert not (commands.folder / "chairtime.db").exists()


async def test_what_was_sent_since_the_backup_is_found_and_not_sent_again(tmp_path):
    clock = ManualClock(SystemClock().now() / 1000)
    database = tmp_path / "chairtime.sqlite3"
    async with served(SLOW, clock) as line:
        async with quiet_office(line, tmp_path, clock) as office:
            row = await office.book()
            settings = settings_for(line, tmp_path)
            await back_up(settings, QUIET, tmp_path / "kept")
        async with office_on(line, tmp_path, clock) as office:
            await office.until(lambda: office.posts == 1)
            await office.idle()
            assert (await office.row(row)).state is State.SUBMITTED
        database.unlink()
        await restore(settings, QUIET, tmp_path / "kept", "Ann")
        async with office_on(line, tmp_path, clock) as office:
            await office.forward(LATER)
            await office.forward(LATER)
            assert (await office.row(row)).state is State.CONFIRMED
            assert (await office.history(row))[1:3] == ["uncertain restored", "submitted adopted"]
            assert (office.posts, len(office.truth())) == (1, 1)


async def test_what_was_not_sent_since_the_backup_is_sent_once_that_is_certain(tmp_path):
    clock = ManualClock(SystemClock().now() / 1000)
    async with served(SLOW, clock) as line:
        async with quiet_office(line, tmp_path, clock) as office:
            row = await office.book()
            settings = settings_for(line, tmp_path)
            await back_up(settings, QUIET, tmp_path / "kept")
        (tmp_path / "chairtime.sqlite3").unlink()
        await restore(settings, QUIET, tmp_path / "kept", "Ann")
        async with office_on(line, tmp_path, clock) as office:
            await office.forward(LATER)
            assert (await office.row(row)).state is State.UNCERTAIN
            assert office.posts == 0
            await office.forward(30, 90)
            assert (office.posts, (await office.row(row)).state) == (1, State.SUBMITTED)


async def test_a_server_on_a_restored_database_goes_on_where_the_backup_was(tmp_path, commands):
    async with open_practice(tmp_path) as practice:
        somebody = practice.somebody()
        async with http_server(practice) as server, on_the_phone(server, "http", call_id="first") as caller:
            patient = await caller.identify(somebody)
            offer = (await caller.offers(patient=patient))[0]
            pending = await caller.book(patient, offer["slot"])
            assert pending.outcome == "pending"
            assert (await commands.run("backup", str(tmp_path / "kept"))).code == 0
        (tmp_path / "chairtime.db").unlink()
        assert (await commands.run("restore", str(tmp_path / "kept"))).code == 0
        async with http_server(practice) as server, on_the_phone(server, "http", call_id="first") as caller:
            await practice.carries_out(somebody)
            told = await caller.settled("confirmed", writeback=pending.facts["writeback"])
            assert offer["spoken"] in told.say
        assert len(practice.appointments(somebody)) == 1
