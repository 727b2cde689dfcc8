import asyncio
import sqlite3

import anyio
import pytest

from store.database import placeholders

PUT = "INSERT INTO store_meta (name, value) VALUES ($1, $2)"


async def names(store):
    rows = await store.database.fetch("SELECT name FROM store_meta WHERE name <> 'index_key' ORDER BY name")
    return [row["name"] for row in rows]


def test_placeholders_count_from_the_first():
    assert placeholders(3, 2) == "$3, $4"


async def test_a_transaction_is_seen_by_readers_only_when_it_is_over(store):
    async with store.database.transaction() as statements:
        await statements.execute(PUT, "a", b"1")
        assert await names(store) == []
        assert await statements.fetch_one("SELECT value FROM store_meta WHERE name = $1", "a") == {
            "value": b"1"
        }
    assert await names(store) == ["a"]


async def test_an_exception_takes_everything_back(store):
    async def write():
        async with store.database.transaction() as statements:
            await statements.execute(PUT, "a", b"1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write()
    assert await names(store) == []


async def test_a_refused_statement_takes_everything_back(store):
    async def write():
        async with store.database.transaction() as statements:
            await statements.execute(PUT, "a", b"1")
            await statements.execute(PUT, "a", b"2")

    with pytest.raises(sqlite3.IntegrityError):
        await write()
    assert await names(store) == []
    async with store.database.transaction() as statements:
        await statements.execute(PUT, "b", b"1")
    assert await names(store) == ["b"]


async def test_a_commit_that_fails_takes_everything_back(store, a_write):
    async def write():
        async with store.database.transaction() as statements:
            await statements.execute("PRAGMA defer_foreign_keys = ON")
            await statements.execute(PUT, "a", b"1")
            await statements.execute(
                "INSERT INTO readbacks (office, key, read_at, expires_at) VALUES ('none', 'k', 1, 2)"
            )

    with pytest.raises(sqlite3.IntegrityError):
        await write()
    assert await names(store) == []
    async with store.database.transaction() as statements:
        await statements.execute(PUT, "b", b"1")
    assert await names(store) == ["b"]


async def test_a_cancelled_transaction_leaves_nothing_behind(store):
    inside = anyio.Event()

    async def write():
        async with store.database.transaction() as statements:
            await statements.execute(PUT, "a", b"1")
            inside.set()
            await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(write)
        await inside.wait()
        tasks.cancel_scope.cancel()
    async with store.database.transaction() as statements:
        await statements.execute(PUT, "b", b"1")
    assert await names(store) == ["b"]


@pytest.mark.parametrize("step", range(12))
@pytest.mark.parametrize("how", ["scope", "task"])
async def test_a_writer_cancelled_at_any_step_leaves_all_or_nothing(store, step, how):
    async def write():
        async with store.database.transaction() as statements:
            await statements.execute(PUT, "a", b"1")
            await statements.fetch("SELECT * FROM store_meta")
            await statements.execute(PUT, "b", b"1")

    if how == "scope":
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(write)
            for _ in range(step):
                await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
    else:
        task = asyncio.create_task(write())
        for _ in range(step):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    async with store.database.transaction() as statements:
        await statements.execute(PUT, "c", b"1")
    assert await names(store) in (["c"], ["a", "b", "c"])


async def test_a_commit_under_way_is_finished_although_the_caller_is_cancelled(store):
    known_to_the_caller = False
    with anyio.CancelScope() as scope:
        async with store.database.transaction() as statements:
            await statements.execute(PUT, "a", b"1")
            scope.cancel()
        known_to_the_caller = True
    assert known_to_the_caller
    assert await names(store) == ["a"]


async def test_writers_of_one_process_wait_for_each_other(store):
    seen = []

    async def write(name):
        async with store.database.transaction() as statements:
            seen.append(f"{name} in")
            await statements.execute(PUT, name, b"1")
            await anyio.lowlevel.checkpoint()
            seen.append(f"{name} out")

    async with anyio.create_task_group() as tasks:
        for name in "abc":
            tasks.start_soon(write, name)
    assert seen == [f"{name} {way}" for name in "abc" for way in ("in", "out")]


async def test_a_transaction_keeps_other_processes_out_from_its_beginning(store, reopen):
    other = await reopen()
    inside = anyio.Event()

    async def write():
        async with other.database.transaction():
            inside.set()

    async with other, anyio.create_task_group() as tasks:
        async with store.database.transaction():
            tasks.start_soon(write)
            for _ in range(50):
                await names(other)
            assert not inside.is_set()
        with anyio.fail_after(60):
            await inside.wait()


async def test_a_transaction_within_a_transaction_is_an_error_and_no_deadlock(store):
    with pytest.raises(RuntimeError):
        async with store.database.transaction(), store.database.transaction():
            pass
    assert await names(store) == []


async def test_a_transaction_that_is_over_runs_nothing_more(store):
    async with store.database.transaction() as statements:
        pass
    with pytest.raises(RuntimeError, match="over"):
        await statements.execute(PUT, "a", b"1")
    with pytest.raises(RuntimeError, match="over"):
        await statements.fetch("SELECT 1")


async def test_the_reader_writes_nothing(store):
    with pytest.raises(sqlite3.OperationalError):
        await store.database.fetch("DELETE FROM store_meta")


async def test_a_cancelled_read_leaves_the_reader_usable(store):
    with anyio.CancelScope() as scope:
        scope.cancel()
        await store.database.fetch("SELECT * FROM store_meta")
    assert await store.database.fetch_one("SELECT COUNT(*) AS n FROM store_meta") == {"n": 1}
    assert await store.database.fetch_one("SELECT name FROM store_meta WHERE name = 'none'") is None


async def test_the_engine_is_set_up_for_durable_shared_use(store):
    async with store.database.transaction() as statements:
        pragmas = [
            next(iter((await statements.fetch_one(f"PRAGMA {name}")).values()))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert pragmas == ["wal", 2, 1, 5000]


async def test_the_file_is_switched_to_its_log_as_soon_as_others_let_go(monkeypatch, reopen):
    tries = []
    run = sqlite3.Connection.execute

    class Busy(sqlite3.Connection):
        def execute(self, sql, *args):
            if "journal_mode" in sql:
                tries.append(sql)
                if len(tries) < 3:
                    raise sqlite3.OperationalError("database is locked")
            return run(self, sql, *args)

    connect = sqlite3.connect
    monkeypatch.setattr("store.sqlite._WAL_PAUSE_SECONDS", 0)
    monkeypatch.setattr(
        "aiosqlite.core.sqlite3.connect", lambda *a, **k: connect(*a, **({"factory": Busy} | k))
    )
    async with await reopen() as store:
        assert await names(store) == []
    assert len(tries) == 4


async def test_a_file_that_is_never_let_go_is_given_up_with_a_clear_error(monkeypatch, reopen, database_file):
    class Busy(sqlite3.Connection):
        def execute(self, sql, *args):
            raise sqlite3.OperationalError("database is locked")

    connect = sqlite3.connect
    monkeypatch.setattr("store.sqlite._WAL_PAUSE_SECONDS", 0)
    monkeypatch.setattr(
        "aiosqlite.core.sqlite3.connect", lambda *a, **k: connect(*a, **({"factory": Busy} | k))
    )
    with pytest.raises(Exception, match="database is locked"):
        await reopen()


async def test_a_single_statement_is_committed_by_itself_or_not_at_all(store):
    await store.database.write(PUT, "a", b"1")
    assert await names(store) == ["a"]
    with pytest.raises(sqlite3.IntegrityError):
        await store.database.write(PUT, "a", b"2")
    assert await store.database.fetch_few("SELECT value FROM store_meta WHERE name = $1", "a") == [
        {"value": b"1"}
    ]


async def test_what_is_read_at_once_changes_nothing_and_sees_what_is_committed_only(store):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await store.database.fetch_few("DELETE FROM store_meta")
    async with store.database.transaction() as statements:
        await statements.execute(PUT, "a", b"1")
        assert await store.database.fetch_one("SELECT 1 FROM store_meta WHERE name = $1", "a") is None
    assert await store.database.fetch_one("SELECT 1 FROM store_meta WHERE name = $1", "a") is not None
