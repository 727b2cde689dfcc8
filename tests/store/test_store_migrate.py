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


async def test_what_is_missing_is_run_once_in_order(store):
    known = [*known_migrations("sqlite"), Migration(2, ("CREATE TABLE later (a TEXT)",))]
    for _ in range(2):
        async with store.database.transaction() as statements:
            assert await migrate(statements, known) == 2
    assert await store.database.fetch("SELECT version FROM schema_migrations ORDER BY version") == [
        {"version": 1},
        {"version": 2},
    ]


async def test_a_migration_that_fails_leaves_nothing_of_itself(store):
    known = [*known_migrations("sqlite"), Migration(2, ("CREATE TABLE later (a TEXT)", "CREATE NONSENSE"))]
    with pytest.raises(Exception, match="NONSENSE"):
        async with store.database.transaction() as statements:
            await migrate(statements, known)
    assert await store.database.fetch("SELECT version FROM schema_migrations") == [{"version": 1}]
    assert await store.database.fetch("SELECT name FROM sqlite_master WHERE name = 'later'") == []


async def test_a_store_that_becomes_newer_after_it_was_looked_at_is_refused(store):
    async with store.database.transaction() as statements:
        await statements.execute("INSERT INTO schema_migrations (version) VALUES (7)")
        with pytest.raises(StoreTooNew):
            await migrate(statements, known_migrations("sqlite"))


def test_the_newest_known_version_is_not_too_new():
    refuse_newer(1, [Migration(1, ())])
    with pytest.raises(StoreTooNew, match="Nothing was changed"):
        refuse_newer(2, [Migration(1, ())])
