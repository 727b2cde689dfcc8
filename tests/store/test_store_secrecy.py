"""Nothing that was sealed or hashed can be read from the files, the log included."""

import pytest
from stored import issue

from store.credentials import Given
from store.handles import Kind
from store.inbox import NewTask, TaskKind
from store.ledger_rows import Created
from store.ledger_states import OPEN, State

MARK = "Zyxwvut"


@pytest.fixture
async def marked(store, a_write, add_office, t0):
    """A store with a marked value in every column that is sealed, and the handle that was given out."""
    office = (await add_office(store, secret_key=f"{MARK}-secret")).id
    await store.offices.save_keys(
        "D100",
        request_key=f"{MARK}-request",
        refresh_key=f"{MARK}-refresh",
        token_expiry=1,
        token_issued_at=1,
        scope="",
        now=1,
    )
    hashed = store.index.keyed_hash
    await store.credentials.put(Given(f"{MARK}-id", f"{MARK}-key", "https://example.org/v4", "D100/1"), t0)
    row, _ = await store.ledger.append(
        a_write(
            office,
            hashed(MARK, "natural"),
            endpoint=f"patients/{MARK}",
            body={MARK: MARK},
            facts={"a": {"b": [MARK]}},
            patient_key=hashed(MARK),
            appointment_key=hashed(MARK, "a"),
            scope_key=hashed(MARK, "s"),
        ),
        t0,
    )
    await store.ledger.change(row.id, State.SENDING, t0, expect=OPEN)
    await store.ledger.change(
        row.id,
        State.UNCERTAIN,
        t0,
        expect=OPEN,
        error_message=MARK,
        created=Created(MARK, MARK, MARK),
    )
    row = await store.ledger.settle_by_person(office, row.id, State.FAILED, by=MARK, note=MARK, now=t0)
    task, _ = await store.inbox.open_task(
        NewTask(
            office=office,
            kind=TaskKind.FAILED,
            writeback_id=row.id,
            patient_key=hashed(MARK),
            body={MARK: [MARK]},
        ),
        t0,
    )
    await store.inbox.done(task.id, "Ann", MARK, t0)
    handle = await issue(
        store,
        Kind.PATIENT,
        office=office,
        scope_key=hashed(MARK),
        subject=MARK,
        payload={MARK: MARK},
        now=t0,
        ttl_ms=10_000,
    )
    await store.readbacks.read(office, hashed(MARK, "readback"), t0, 10_000)
    await store.profiles.apply(office, MARK, over=0, by="Ann", now=t0)
    return store, row, handle


def files(database_file):
    return {path.name: path.read_bytes() for path in database_file.parent.iterdir() if path.is_file()}


async def test_no_sealed_value_and_no_handle_is_in_the_files(marked, database_file):
    store, row, handle = marked
    in_use = files(database_file)
    assert f"{database_file.name}-wal" in in_use
    await store.aclose()
    for name, content in (*in_use.items(), *files(database_file).items()):
        for secret in (MARK, MARK.lower(), MARK.encode("utf-16-le"), handle, handle[1:], handle[1:].upper()):
            needle = secret if isinstance(secret, bytes) else secret.encode()
            assert needle not in content, name
    assert row.id.encode() in files(database_file)[database_file.name]


async def test_every_sealed_column_was_really_filled(marked):
    store, row, _ = marked
    for table, columns in {
        "pms_integrations": ("secret_key", "request_key", "refresh_key"),
        "pms_writebacks": ("endpoint", "request_body", "facts", "error_message", "created_id"),
        "pms_writeback_events": ("detail",),
        "handles": ("payload",),
        "tasks": ("body", "note"),
        "office_profiles": ("document",),
        "store_meta": ("value",),
        "credentials": ("sealed",),
    }.items():
        for column in columns:
            rows = await store.database.fetch(f"SELECT {column} AS v FROM {table} WHERE {column} IS NOT NULL")
            assert rows, (table, column)
            assert all(isinstance(found["v"], bytes) for found in rows)
    [task] = await store.inbox.of_writeback(row.id)
    assert (task.body, task.note) == ({MARK: [MARK]}, MARK)
    [detail] = [event.detail for event in await store.ledger.events(row.office, row.id) if event.detail]
    assert row.error_message == row.created.patient_id == MARK
    assert detail == f"{MARK}: {MARK}"


async def test_no_column_of_bytes_is_left_out_of_the_test_above(store):
    rows = await store.database.fetch("SELECT sql FROM sqlite_master WHERE type = 'table'")
    of_the_mirror = 1  # tests/mirror looks for the names of its patients in the files
    assert sum(row["sql"].count("BYTEA") for row in rows) == 15 + of_the_mirror
