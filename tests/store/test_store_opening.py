import base64
import sqlite3
import stat
from pathlib import Path

import pytest

from store.database import parse_url
from store.errors import (
    BadDatabaseUrl,
    NotAStore,
    SealingKeyMissing,
    SealingKeyWrong,
    StoreError,
    StoreTooNew,
)
from store.opening import open_store
from store.sealing import KeyRing


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///tmp/x.db", "/tmp/x.db"),
        ("sqlite:////tmp/x.db", "/tmp/x.db"),
        ("sqlite:x.db", "x.db"),
        ("sqlite:data/x.db", "data/x.db"),
        (" SQLite:///tmp/x.db ", "/tmp/x.db"),
        ("", "/var/default.db"),
    ],
)
def test_a_url_names_a_file(url, path):
    assert parse_url(url, Path("/var/default.db")) == Path(path)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://user:hunter2@host/db",
        "/tmp/x.db",
        "sqlite",
        "sqlite:",
        "sqlite:///",
        "sqlite://host/x.db",
        "sqlite:/tmp/x.db",
        "sqlite::memory:",
        "sqlite:///tmp/x.db?mode=hunter2",
    ],
)
def test_any_other_url_is_refused_without_being_repeated(url):
    with pytest.raises(BadDatabaseUrl) as refused:
        parse_url(url, Path("/var/default.db"))
    assert "hunter2" not in str(refused.value)
    assert "Nothing was opened" in str(refused.value)


async def test_a_new_store_makes_its_key_beside_itself_for_its_owner_only(reopen, database_file):
    key = database_file.with_name("chairtime.sqlite3.key")
    async with await reopen() as store:
        assert store.made_key == key
        assert mode(key) == 0o600
        assert mode(database_file) == 0o600
        assert mode(database_file.with_name("chairtime.sqlite3-wal")) == 0o600
    assert len(base64.b64decode(key.read_text().strip())) == 32
    assert sorted(path.name for path in database_file.parent.iterdir()) == [database_file.name, key.name]


async def test_the_key_beside_the_store_is_found_again_and_not_made_anew(reopen, database_file):
    async with await reopen() as store:
        hashed = store.index.keyed_hash("a")
    async with await reopen() as store:
        assert store.made_key is None
        assert store.index.keyed_hash("a") == hashed


async def test_directories_on_the_way_to_a_new_store_are_made(tmp_path):
    default = tmp_path / "a" / "b" / "chairtime.sqlite3"
    async with await open_store("", key_file=None, key_text=None, default_path=default):
        assert default.exists()
    assert mode(default.parent) == 0o700


async def test_a_key_given_as_text_beats_a_key_file_and_neither_makes_one(reopen, tmp_path, database_file):
    async with await reopen(key_text=KeyRing.generate().dump(), key_file=tmp_path / "absent") as store:
        assert store.made_key is None
    assert not database_file.with_name("chairtime.sqlite3.key").exists()


async def test_a_key_file_opens_what_its_key_made_as_text(reopen, tmp_path):
    ring = KeyRing.generate()
    async with await reopen(key_text=ring.dump()) as store:
        hashed = store.index.keyed_hash("a")
    key_file = tmp_path / "key"
    key_file.write_text(ring.dump())
    async with await reopen(key_file=key_file) as store:
        assert store.index.keyed_hash("a") == hashed


async def test_a_newer_key_before_the_old_one_opens_the_store_and_the_index_stays(reopen, add_office):
    old = KeyRing.generate().dump()
    async with await reopen(key_text=old) as store:
        await add_office(store)
        hashed = store.index.keyed_hash("a")
    async with await reopen(key_text=KeyRing.generate().dump() + old) as store:
        assert store.index.keyed_hash("a") == hashed
        assert (await store.offices.keys("D100")).secret_key == "secret-1"


async def test_a_named_key_file_that_is_not_there_is_never_made(reopen, tmp_path, database_file):
    with pytest.raises(SealingKeyMissing, match="CHAIRTIME_KEY_FILE"):
        await reopen(key_file=tmp_path / "absent")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    ["not base64!", "c2hvcnQ=", "é", KeyRing.generate().dump() + "c2hvcnQ="],
    ids=["not base64", "too short", "not ascii", "a good one and a short one"],
)
async def test_a_malformed_key_is_refused_without_being_repeated(reopen, database_file, wrong):
    with pytest.raises(SealingKeyWrong) as refused:
        await reopen(key_text=wrong)
    assert wrong.strip() not in str(refused.value)
    assert not database_file.exists()


def everything_in(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir() if not path.name.endswith("-shm")}


@pytest.fixture(params=["closed cleanly", "left with its log"])
async def full_store(request, reopen, add_office, database_file, tmp_path):
    """A store in a directory of its own, with its key; the log may hold the latest rows."""
    home = tmp_path / "home"
    home.mkdir()
    store = await reopen()
    await add_office(store)
    if request.param == "closed cleanly":
        await store.aclose()
    for path in list(tmp_path.iterdir()):
        if path.is_file() and not path.name.endswith("-shm"):
            (home / path.name).write_bytes(path.read_bytes())
    await store.aclose()
    return home / database_file.name


async def opened_at(path, **key):
    return await open_store(
        f"sqlite://{path}", default_path=path, **({"key_file": None, "key_text": None} | key)
    )


async def test_a_store_without_its_key_is_refused_and_left_as_it_is(full_store):
    full_store.with_name(full_store.name + ".key").unlink()
    before = everything_in(full_store.parent)
    with pytest.raises(SealingKeyMissing):
        await opened_at(full_store)
    assert everything_in(full_store.parent) == before


async def test_a_store_with_a_wrong_key_is_refused_and_left_as_it_is(full_store):
    before = everything_in(full_store.parent)
    with pytest.raises(SealingKeyWrong, match="does not open this store"):
        await opened_at(full_store, key_text=KeyRing.generate().dump())
    assert everything_in(full_store.parent) == before
    async with await opened_at(full_store) as store:
        assert [office.office_id for office in await store.offices.list()] == ["D100"]


async def test_a_store_of_a_newer_program_is_refused_and_left_as_it_is(full_store):
    async with await opened_at(full_store) as store, store.database.transaction() as statements:
        await statements.execute("INSERT INTO schema_migrations (version) VALUES (9999)")
    before = everything_in(full_store.parent)
    with pytest.raises(StoreTooNew, match="9999"):
        await opened_at(full_store)
    assert everything_in(full_store.parent) == before


async def test_another_programs_database_is_refused_and_left_as_it_is(database_file, reopen):
    other = sqlite3.connect(database_file)
    other.execute("CREATE TABLE theirs (a)")
    other.close()
    before = everything_in(database_file.parent)
    with pytest.raises(NotAStore, match="something else"):
        await reopen()
    assert everything_in(database_file.parent) == before


async def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(database_file, reopen):
    database_file.write_text("minutes of the meeting\n" * 100)
    before = everything_in(database_file.parent)
    with pytest.raises(NotAStore):
        await reopen()
    assert everything_in(database_file.parent) == before


async def test_a_store_that_lost_its_index_key_is_refused(reopen):
    async with await reopen() as store, store.database.transaction() as statements:
        await statements.execute("DELETE FROM store_meta")
    with pytest.raises(NotAStore, match="backup"):
        await reopen()


async def test_an_empty_file_becomes_a_store(reopen, database_file):
    database_file.touch()
    async with await reopen() as store:
        assert store.made_key is not None
        assert await store.offices.list() == []


async def test_a_database_without_tables_becomes_a_store(reopen, database_file):
    emptied = sqlite3.connect(database_file)
    emptied.execute("PRAGMA journal_mode = WAL").fetchall()
    emptied.close()
    async with await reopen() as store:
        assert await store.offices.list() == []


async def test_a_store_where_none_can_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").touch()
    below = tmp_path / "file" / "x.db"
    with pytest.raises(SealingKeyMissing, match="could not be made"):
        await opened_at(below)
    with pytest.raises(NotAStore, match="cannot be made"):
        await opened_at(below, key_text=KeyRing.generate().dump())
    with pytest.raises(NotAStore, match="cannot be"):
        await opened_at(tmp_path, key_text=KeyRing.generate().dump())


async def test_a_key_that_another_process_makes_at_the_same_moment_is_used(
    reopen, database_file, monkeypatch
):
    theirs = KeyRing.generate().dump()
    key = database_file.with_name(database_file.name + ".key")
    link = Path.hardlink_to

    def too_late(self, target):
        key.write_text(theirs)
        link(self, target)

    monkeypatch.setattr(Path, "hardlink_to", too_late)
    async with await reopen() as store:
        assert store.made_key is None
        hashed = store.index.keyed_hash("a")
    async with await reopen(key_text=theirs) as store:
        assert store.index.keyed_hash("a") == hashed
    assert sorted(path.name for path in database_file.parent.iterdir()) == [database_file.name, key.name]


async def test_a_failed_start_closes_what_it_opened(reopen, monkeypatch):
    async def broken(*_):
        raise StoreError("broken")

    monkeypatch.setattr("store.opening.migrate", broken)
    with pytest.raises(StoreError, match="broken"):
        await reopen()
    monkeypatch.undo()
    async with await reopen() as store:
        assert await store.offices.list() == []


async def test_a_store_can_be_closed_twice(reopen):
    store = await reopen()
    await store.aclose()
    await store.aclose()
