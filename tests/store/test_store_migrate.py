import pytest

from store.errors import StoreTooNew
from store.migrate import Migration, known_migrations, migrate, refuse_newer, split_statements


def test_migrations_are_numbered_without_gaps_and_the_engines_own_follow():
    known = known_migrations("sqlite")
    assert [migration.version for migration in known] == list(range(1, len(known) + 1))
    assert "TRIGGER" in known[0].statements[-1]
    assert not any("TRIGGER" in statement for statement in known_migrations("other")[0].statements)


@pytest.mark.parametrize(
    "word", ["AUTOINCREMENT", "ROWID", "INSERT OR", "JSON", "BLOB", "DATETIME", "PRAGMA"]
)
def test_the_shared_migrations_have_no_word_of_one_engine_only(word):
    for migration in known_migrations("other"):
        assert not any(word in statement.upper() for statement in migration.statements)


def test_statements_are_split_at_blank_lines_and_comments_left_out():
    text = "-- why;\n\nCREATE TABLE a (\n    -- c;\n    b TEXT\n);\n\n"
    text += "CREATE TRIGGER t\nBEGIN\n    SELECT 1;\nEND;\n"
    assert split_statements(text) == [
        "CREATE TABLE a (\n    b TEXT\n)",
        "CREATE TRIGGER t\nBEGIN\n    SELECT 1;\nEND",
    ]


def with_one_more(*statements):
    known = known_migrations("sqlite")
    return [*known, Migration(known[-1].version + 1, statements)]


async def versions(store):
    rows = await store.database.fetch("SELECT version FROM schema_migrations ORDER BY version")
    return [row["version"] for row in rows]


async def test_what_is_missing_is_run_once_in_order(store):
    known = with_one_more("CREATE TABLE later (a TEXT)")
    for _ in range(2):
        async with store.database.transaction() as statements:
            assert await migrate(statements, known) == known[-1].version
    assert await versions(store) == [migration.version for migration in known]


async def test_a_migration_that_fails_leaves_nothing_of_itself(store):
    known = with_one_more("CREATE TABLE later (a TEXT)", "CREATE NONSENSE")
    with pytest.raises(Exception, match="NONSENSE"):
        async with store.database.transaction() as statements:
            await migrate(statements, known)
    assert await versions(store) == [migration.version for migration in known[:-1]]
    assert await store.database.fetch("SELECT name FROM sqlite_master WHERE name = 'later'") == []


async def test_a_store_that_becomes_newer_after_it_was_looked_at_is_refused(store):
    async with store.database.transaction() as statements:
        await statements.execute("INSERT INTO schema_migrations (version) VALUES (70)")
        with pytest.raises(StoreTooNew):
            await migrate(statements, known_migrations("sqlite"))


def test_the_newest_known_version_is_not_too_new():
    refuse_newer(1, [Migration(1, ())])
    with pytest.raises(StoreTooNew, match="Nothing was changed"):
        refuse_newer(2, [Migration(1, ())])


async def test_a_store_of_the_first_version_is_brought_up_with_its_rows(reopen, add_office, monkeypatch):
    first_only = known_migrations("sqlite")[:1]
    monkeypatch.setattr("store.opening.known_migrations", lambda _: first_only)
    async with await reopen() as store:
        office = (await add_office(store)).id
        row_ids = [f"row{number}" for number in range(3)]
        async with store.database.transaction() as statements:
            for number, row_id in enumerate(row_ids):
                sealed = {
                    column: store.ledger._seals.seal({}, column, office=office, row=row_id)
                    for column in ("endpoint", "request_body", "facts")
                }
                await statements.execute(
                    "INSERT INTO pms_writebacks (id, pms_integration_id, operation, method, endpoint, "
                    "request_body, facts, result, state, sikka_id, natural_key, send_before, created_at, "
                    "changed_at, due_at) VALUES ($1, $2, 'book', 'POST', $3, $4, $5, 'pending', 'submitted', "
                    "$6, $1, 0, 0, 0, 0)",
                    row_id,
                    office,
                    *sealed.values(),
                    "twice" if number < 2 else "once",
                )
            for seq, (before, after) in enumerate(
                ((None, "intent"), ("intent", "sending"), ("sending", "sending"), ("sending", "submitted"))
            ):
                await statements.execute(
                    "INSERT INTO pms_writeback_events (id, writeback_id, seq, at, from_state, to_state) "
                    "VALUES ($1, 'row2', $2, 0, $3, $4)",
                    f"event{seq}",
                    seq,
                    before,
                    after,
                )
    monkeypatch.undo()
    async with await reopen() as store:
        rows = await store.ledger.many(office, row_ids)
        assert [row.sikka_id for row in rows] == [None, "twice", "once"]
        assert [row.sent_count for row in rows] == [0, 0, 1]
        assert [row.natural_key_given for row in rows] == row_ids
        assert [(row.looks, row.flagged_at, row.adopted_at, row.retry_of) for row in rows] == [
            (0, None, None, None)
        ] * 3
        assert await store.inbox.list() == []
