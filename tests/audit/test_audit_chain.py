"""The audit's chain: what is put down with an act, what breaks it, and that nothing rewrites it."""

import sqlite3
import sys

import anyio
import pytest

from store.audit import READ_AT_ONCE, WHOLE, Act, Head, Step, Verdict, during
from store.inbox import NewTask, TaskKind
from store.migrate import known_migrations

WRITER = """
import sys
from pathlib import Path
import anyio
from store.audit import Act, Step
from store.opening import open_store

FILE, OFFICE, NAME = Path(sys.argv[1]), sys.argv[2], sys.argv[3]

async def main():
    async with await open_store(f"sqlite://{FILE}", key_file=None, key_text=None, default_path=FILE) as store:
        act = Act(audit=store.audit, office=OFFICE, caller=NAME, tool="find_slots")
        sys.stdin.readline()
        for number in range(40):
            await store.audit.add(act.entry(Step.TOLD, number, "ok"))
anyio.run(main)
"""


async def told(store, act, count, **over):
    for number in range(count):
        await store.audit.add(act.entry(Step.TOLD, 1_000 + number, "ok", **over))


async def all_of(store, office):
    return [entry async for portion in store.audit.entries(office) for entry in portion]


async def tampered(store, sql, *args):
    """Run what the triggers refuse, as somebody with the file in hands would."""
    async with store.database.transaction() as statements:
        for name in ("audit_no_update", "audit_no_delete"):
            await statements.execute(f"DROP TRIGGER {name}")
        await statements.execute(sql, *args)


async def test_an_act_that_writes_is_audited_in_its_own_transaction(store, office, act, a_write, t0):
    with during(act):
        row, _ = await store.ledger.append(a_write(office, "key", patient_key="p"), t0)
        await store.ledger.append(a_write(office, "key", patient_key="p"), t0)  # the same: nothing was done
        task, _ = await store.inbox.open_task(NewTask(office=office, kind=TaskKind.MESSAGE, body={}), t0)
        await store.ledger.wish_withdraw(office, row.id, t0)
    await store.ledger.append(a_write(office), t0)  # of no call
    entries = await all_of(store, office)
    assert [(entry.outcome, entry.record, entry.patient_key) for entry in entries] == [
        ("intent", row.id, "p"),
        ("task_message", task.id, None),
        ("withdrawn", row.id, "p"),
    ]
    assert {(entry.step, entry.caller, entry.spoke_as, entry.tool) for entry in entries} == {
        (Step.DONE, "stdio", "self", "book_appointment")
    }


async def test_an_act_that_cannot_be_audited_is_not_done(store, office, act, a_write, t0, monkeypatch):
    async def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(type(store.audit), "append", broken)
    with during(act), pytest.raises(OSError, match="disk full"):
        await store.ledger.append(a_write(office, "key"), t0)
    assert await store.ledger.holder(office, "key", t0) is None


@pytest.mark.parametrize("sql", ["UPDATE audit SET outcome = 'x'", "DELETE FROM audit"])
async def test_the_audit_cannot_be_rewritten(store, office, act, sql):
    await told(store, act, 1)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        async with store.database.transaction() as statements:
            await statements.execute(sql)


async def test_a_chain_longer_than_one_portion_holds(store, office, act, t0):
    async with store.database.transaction() as statements:
        for number in range(READ_AT_ONCE + 1):
            await store.audit.append(statements, act.entry(Step.TOLD, t0 + number, "ok", told=("a", "b.c")))
    verdict = await store.audit.verify(office)
    assert verdict == Verdict(READ_AT_ONCE + 1, await store.audit.head(office))
    assert (await all_of(store, office))[-1].fields == ("a", "b.c")


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE audit SET outcome = 'not_verified' WHERE seq = 3", "changed"),
        ("UPDATE audit SET patient_key = '' WHERE seq = 3", "changed"),
        ("UPDATE audit SET fields = 'a b' WHERE seq = 3", "changed"),
        ("UPDATE audit SET seal = 'forged' WHERE seq = 3", "changed"),
        ("DELETE FROM audit WHERE seq = 3", "missing"),
    ],
)
async def test_the_first_break_is_named(store, office, act, sql, why):
    await told(store, act, 5)
    await tampered(store, sql)
    verdict = await store.audit.verify(office)
    assert (verdict.entries, verdict.broken_at, verdict.why) == (2, 3, why)


async def test_entries_moved_up_to_close_a_gap_are_found(store, office, act):
    await told(store, act, 4)
    await tampered(store, "DELETE FROM audit WHERE seq = 2")
    async with store.database.transaction() as statements:
        await statements.execute("UPDATE audit SET seq = seq - 1 WHERE seq > 2")
    assert (await store.audit.verify(office)).broken_at == 2


async def test_a_tail_cut_off_is_found_by_a_head_that_was_kept(store, office, act):
    await told(store, act, 3)
    kept = await store.audit.head(office)
    await told(store, act, 2)
    assert (await store.audit.verify(office, kept=kept)).broken_at is None
    await tampered(store, "DELETE FROM audit WHERE seq >= 3")
    assert (await store.audit.verify(office)).broken_at is None
    assert (await store.audit.verify(office, kept=kept)).why == "cut"
    await told(store, act, 2)  # grown again, it is another chain
    verdict = await store.audit.verify(office, kept=kept)
    assert (verdict.broken_at, verdict.why) == (3, "other_head")


async def test_an_empty_chain_holds_and_leads_to_its_own_head(store, office):
    assert await store.audit.verify(office, kept=Head(0, "")) == Verdict(0, Head(0, ""))


async def test_two_processes_on_one_file_write_one_chain(store, office, act, database_file):
    command = [sys.executable, "-c", WRITER, str(database_file), office]
    with anyio.fail_after(30):
        writers = [await anyio.open_process([*command, name]) for name in ("one", "two")]
        for writer in writers:
            assert writer.stdin is not None
            await writer.stdin.send(b"go\n")
        await told(store, act, 40)
        for writer in writers:
            assert await writer.wait() == 0
            await writer.aclose()
    assert (await store.audit.verify(office)).entries == 120
    callers = [entry.caller for entry in await all_of(store, office)]
    assert {name: callers.count(name) for name in set(callers)} == {"one": 40, "two": 40, "stdio": 40}


async def test_a_chain_from_before_operators_had_entries_holds_on(reopen, monkeypatch):
    before = [each for each in known_migrations("sqlite") if each.version < 11]
    monkeypatch.setattr("store.opening.known_migrations", lambda _: before)
    async with await reopen() as store:
        made = await store.offices.upsert(
            "D1",
            "1",
            practice_name="",
            pms="",
            pms_version="",
            zone_name="",
            secret_key=None,
            as_of="",
            now=1,
        )
        act = Act(audit=store.audit, office=made.id, caller="stdio", tool="find_slots")
        await told(store, act, 3)
        kept = await store.audit.head(made.id)
    monkeypatch.undo()
    async with await reopen() as store:
        assert await store.audit.verify(made.id, kept=kept) == Verdict(3, kept)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            async with store.database.transaction() as statements:
                await statements.execute("DELETE FROM audit")
        with during(Act(audit=store.audit, office=WHOLE, caller="operator Ann", tool="chairtime tokens")):
            await store.tokens.create("platform", scopes=[], offices=[], now=1, expires_at=None)
        assert (await store.audit.verify(WHOLE)).entries == 1
