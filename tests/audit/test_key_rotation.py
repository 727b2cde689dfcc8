"""A new sealing key: everything is sealed anew, online, and after a crash it goes on where it was."""

import pytest
from stored import issue

from store.credentials import Given
from store.errors import OlderKeyInUse, SealingKeyMissing, SealingKeyWrong
from store.handles import Kind
from store.inbox import NewTask, TaskKind
from store.ledger_rows import Created
from store.ledger_states import OPEN, State
from store.mirror_rows import Lease, Record
from store.rotation import SEALED
from store.sealing import KeyRing


async def rotated(store):
    return {name: rows async for name, rows in store.rotation.run()}


async def mirrored(store, office, names, t0):
    await store.mirror.claim(office, layout="one", owner="me", now=t0, lease_ms=10_000)
    lease = Lease("me", t0 + 10_000)
    await store.mirror.keep(office, "patients", [Record(n, [n]) for n in names], generation=1, lease=lease)


async def filled(store, office, a_write, t0):
    """A value in every sealed column but the mirror's. Returns the write."""
    await store.offices.save_keys(
        "D100", request_key="r", refresh_key="f", token_expiry=1, token_issued_at=1, scope="", now=1
    )
    await store.credentials.put(Given("id", "key", "https://example.org/v4", "D100/1"), t0)
    row, _ = await store.ledger.append(a_write(office), t0)
    await store.ledger.change(row.id, State.SENDING, t0, expect=OPEN)
    made = Created("1", "2", "3")
    await store.ledger.change(row.id, State.UNCERTAIN, t0, expect=OPEN, error_message="why", created=made)
    row = await store.ledger.settle_by_person(office, row.id, State.FAILED, by="Ann", note="why", now=t0)
    task, _ = await store.inbox.open_task(NewTask(office=office, kind=TaskKind.MESSAGE, body={"a": 1}), t0)
    await store.inbox.done(task.id, "Ann", "called", t0)
    await issue(
        store, Kind.PATIENT, office=office, scope_key=None, subject="s", payload={}, now=t0, ttl_ms=1_000
    )
    await store.profiles.apply(office, "document", over=0, by="Ann", now=t0)
    return row


async def kept(store, office):
    return sorted([row.values[0] async for portion in store.mirror.whole(office) for row in portion])


async def test_no_sealed_column_of_the_schema_is_forgotten(store):
    tables = await store.database.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")
    found = set()
    for table in tables:
        columns = await store.database.fetch(f"PRAGMA table_info({table['name']})")
        found |= {(table["name"], column["name"]) for column in columns if column["type"] == "BYTEA"}
    assert found == {(table.name, column) for table in SEALED for column in table.columns}


async def test_everything_is_sealed_with_the_new_key_and_the_old_one_can_go(
    store, office, a_write, t0, reopen
):
    row = await filled(store, office, a_write, t0)
    await mirrored(store, office, [str(number) for number in range(450)], t0)
    index = store.index.keyed_hash("x")
    assert await store.rotation.begin()
    with pytest.raises(OlderKeyInUse):
        await store.rotation.drop_older()
    done = await rotated(store)
    assert done["mirror_rows"] == 450
    assert all(done.values()), done
    assert await store.rotation.left() == 0
    assert await store.rotation.drop_older() == 1
    assert await store.rotation.drop_older() == 0
    async with await reopen() as again:
        assert again.index.keyed_hash("x") == index
        assert (await again.ledger.get(row.office, row.id)).facts == row.facts
        assert len(await again.ledger.events(row.office, row.id)) == 4
        assert len(await kept(again, office)) == 450
        assert (await again.offices.keys("D100")) is not None


async def test_who_has_the_store_open_reads_and_seals_on(store, reopen, office, t0):
    async with await reopen() as other:
        await mirrored(store, office, ["a", "b"], t0)
        assert await store.rotation.begin()
        await rotated(store)
        assert await kept(other, office) == ["a", "b"]
        await mirrored(other, office, ["c"], t0)
        await issue(
            other, Kind.PATIENT, office=office, scope_key=None, subject="s", payload={}, now=t0, ttl_ms=1_000
        )
        assert await store.rotation.left() == 0
        assert await kept(store, office) == ["a", "b", "c"]


async def test_one_broken_off_goes_on_with_the_same_new_key(store, reopen, office, t0, database_file):
    await mirrored(store, office, ["a", "b"], t0)
    assert await store.rotation.begin()
    async for name, _ in store.rotation.run():
        if name == "handles":
            break
    keys = KeyRing.parse(database_file.with_name(f"{database_file.name}.key").read_text())
    async with await reopen() as again:
        assert not await again.rotation.begin()
        assert (await rotated(again))["mirror_rows"] == 2
        assert await again.rotation.begin()  # that one is done: this is the next
        assert len(again.rotation.key_file.read()) == len(keys) + 1


async def test_a_value_written_meanwhile_is_not_overwritten(store, office, t0, monkeypatch):
    await mirrored(store, office, ["a"], t0)
    assert await store.rotation.begin()
    portion = store.rotation._portion

    async def slow(table, rows):
        if table.name == "mirror_rows":
            async with store.database.transaction() as statements:
                await statements.execute("UPDATE mirror_rows SET sealed = $1", b"\x01new")
        return await portion(table, rows)

    monkeypatch.setattr(store.rotation, "_portion", slow)
    assert (await rotated(store))["mirror_rows"] == 0
    row = await store.database.fetch_one("SELECT sealed FROM mirror_rows")
    assert row["sealed"] == b"\x01new"


async def test_keys_given_as_text_are_changed_by_their_owner(tmp_path, reopen, office, store, database_file):
    old = database_file.with_name(f"{database_file.name}.key").read_text()
    async with await reopen(key_text=old) as given:
        with pytest.raises(SealingKeyMissing, match="CHAIRTIME_KEY"):
            await given.rotation.begin()
    both = KeyRing.parse(old).with_new()
    async with await reopen(key_text=both.dump()) as given:
        assert not await given.rotation.begin()
        await rotated(given)
        assert await given.rotation.left() == 0
    async with await reopen(key_text=both.newest_only().dump()) as given:
        assert (await given.offices.list())[0].id == office
    with pytest.raises(SealingKeyWrong):
        await reopen(key_text=old)


async def test_a_key_file_that_cannot_be_replaced_is_a_refusal_that_changes_nothing(
    store, office, monkeypatch
):
    before = store.rotation.key_file.path.read_text()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("store.key_file.write_new", full)
    with pytest.raises(SealingKeyMissing, match="Nothing was changed"):
        await store.rotation.begin()
    assert store.rotation.key_file.path.read_text() == before
    assert await store.rotation.left() == 0


async def test_a_key_file_being_written_badly_is_looked_at_again(store, office):
    file = store.rotation.key_file
    good = file.read()
    file.path.write_text("half a ke")
    assert file.changed() is None
    file.replace(good)
    assert file.changed() is not None
    assert file.changed() is None
    file.path.unlink()
    assert file.changed() is None
