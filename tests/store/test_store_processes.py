"""Several processes, real ones, on one file."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from stored import count_by_state

from store.ledger_states import State

ROOT = Path(__file__).parents[2]
LIMIT = 60  # seconds; nothing here takes more than a few

PRELUDE = """
import json, sys
from pathlib import Path
import anyio
from store.ledger_rows import NewWriteback
from store.ledger_states import State
from store.opening import open_store

FILE, ARGS = Path(sys.argv[1]), sys.argv[2:]

def say(value):
    print(json.dumps(value), flush=True)

def opened():
    return open_store(f"sqlite://{FILE}", key_file=None, key_text=None, default_path=FILE)

def write(office, key=None):
    return NewWriteback(office=office, operation="book", method="POST", endpoint="e", body={}, facts={},
                        natural_key=key, send_before=0)
"""

CLAIMER = """
async def main():
    async with await opened() as store:
        say("ready")
        sys.stdin.readline()
        mine = []
        while rows := await store.ledger.claim_due(
            [State.INTENT], owner=ARGS[0], now=1, lease_ms=10_000, limit=3
        ):
            mine += [row.id for row in rows]
        say(mine)
anyio.run(main)
"""

OPENER = """
async def main():
    say("ready")
    sys.stdin.readline()
    async with await opened() as store:
        office = await store.offices.upsert("D1", "1", practice_name="", pms="", pms_version="", zone_name="",
                                            secret_key="s", as_of="", now=0)
        row, made = await store.ledger.append(write(office.id, store.index.keyed_hash("k")), 0)
        say([office.id, row.id, made, store.made_key is not None])
anyio.run(main)
"""

KILLED = """
async def main():
    async with await opened() as store:
        [office] = await store.offices.list()
        kept, _ = await store.ledger.append(write(office.id), 0)
        async with store.database.transaction() as statements:
            for number in range(500):
                await statements.execute(
                    "UPDATE pms_writebacks SET state = 'confirmed', scope_key = $1", str(number) * 2000
                )
            say(kept.id)
            await anyio.sleep_forever()
anyio.run(main)
"""

HOLDER = """
async def main():
    async with await opened() as store:
        async with store.database.transaction():
            say("held")
            await anyio.to_thread.run_sync(sys.stdin.readline)
anyio.run(main)
"""


@pytest.fixture
def start(database_file):
    """Start a process of ours on the database of this test."""
    started = []
    # A killed process would leave half a file of coverage data.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    environment["PYTHONPATH"] = str(ROOT)

    def run(script, *args):
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PRELUDE + script, str(database_file), *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=LIMIT)


async def hear(process):
    with anyio.fail_after(LIMIT):
        return json.loads(await anyio.to_thread.run_sync(process.stdout.readline))


def go(process):
    process.stdin.write("go\n")
    process.stdin.flush()


async def test_two_processes_claim_every_row_once(store, office, a_write, start, t0):
    rows = {(await store.ledger.append(a_write(office, due_at=0), t0))[0].id for _ in range(60)}
    claimers = [start(CLAIMER, owner) for owner in ("a", "b")]
    for process in claimers:
        assert await hear(process) == "ready"
    for process in claimers:
        go(process)
    one, other = [await hear(process) for process in claimers]
    assert not set(one) & set(other)
    assert len(one) + len(other) == len(rows)
    assert set(one) | set(other) == rows


async def test_processes_that_make_one_store_at_the_same_moment_agree(start):
    openers = [start(OPENER) for _ in range(3)]
    for process in openers:
        assert await hear(process) == "ready"
    for process in openers:
        go(process)
    said = [await hear(process) for process in openers]
    assert len({(office, row) for office, row, _, _ in said}) == 1
    assert sum(made for _, _, made, _ in said) == 1
    assert sum(made_key for _, _, _, made_key in said) == 1
    assert [process.wait(LIMIT) for process in openers] == [0, 0, 0]


async def test_a_process_killed_within_a_transaction_leaves_the_store_whole(
    store, office, a_write, start, t0
):
    before, _ = await store.ledger.append(a_write(office), t0)
    killed = start(KILLED)
    kept = await hear(killed)
    os.kill(killed.pid, signal.SIGKILL)
    assert killed.wait(LIMIT) == -signal.SIGKILL
    assert await store.ledger.get(office, before.id) == before
    assert await count_by_state(store.ledger) == {State.INTENT: 2}
    assert await store.database.fetch_one("PRAGMA integrity_check") == {"integrity_check": "ok"}
    assert await store.ledger.change(kept, State.SENDING, t0, expect={State.INTENT})


async def test_a_store_whose_only_process_was_killed_opens_again(reopen, add_office, start):
    async with await reopen() as store:
        office = (await add_office(store)).id
    killed = start(KILLED)
    kept = await hear(killed)
    os.kill(killed.pid, signal.SIGKILL)
    assert killed.wait(LIMIT) == -signal.SIGKILL
    async with await reopen() as store:
        assert (await store.ledger.get(office, kept)).state is State.INTENT
        assert await count_by_state(store.ledger) == {State.INTENT: 1}


async def test_a_writer_waits_for_another_process_and_readers_do_not(store, office, a_write, start, t0):
    holder = start(HOLDER)
    assert await hear(holder) == "held"
    written = anyio.Event()

    async def write():
        await store.ledger.append(a_write(office), t0)
        written.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(write)
        assert await count_by_state(store.ledger) == {}
        assert not written.is_set()
        go(holder)
        with anyio.fail_after(LIMIT):
            await written.wait()
    assert await count_by_state(store.ledger) == {State.INTENT: 1}


async def test_a_writer_cancelled_while_it_waits_for_another_process_writes_nothing(
    store, office, a_write, start, t0
):
    holder = start(HOLDER)
    assert await hear(holder) == "held"
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(store.ledger.append, a_write(office), t0)
        await count_by_state(store.ledger)  # the writer is at its BEGIN by now
        go(holder)
        tasks.cancel_scope.cancel()
    assert await count_by_state(store.ledger) == {}
    await store.ledger.append(a_write(office), t0)
    assert await count_by_state(store.ledger) == {State.INTENT: 1}
