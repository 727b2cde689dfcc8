"""From one release to the next and back: a start brings the tables up, and only a backup leads back."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from store.migrate import known_migrations
from store.opening import open_store

ROOT = Path(__file__).parents[2]
NEWEST = known_migrations("sqlite")[-1].version
LIMIT_SECONDS = 60.0


@pytest.fixture
def newer(commands, tmp_path):
    """Runs a command of the release to come: this program with one more migration."""
    place = tmp_path / "newer"
    for package in ("server", "store", "sandbox"):
        shutil.copytree(ROOT / package, place / package, ignore=shutil.ignore_patterns("__pycache__"))
    later = place / "store" / "migrations" / f"{NEWEST + 1:04d}_later.sql"
    later.write_text("CREATE TABLE later (a TEXT);\n", encoding="utf-8")

    async def run(*arguments):
        with anyio.fail_after(LIMIT_SECONDS):
            done = await anyio.run_process(
                [sys.executable, "-m", "server", *arguments],
                cwd=place,
                check=False,
                stdin=subprocess.DEVNULL,
                env=commands.environment(),
            )
        return done.returncode

    return run


def version_of(database):
    with closing(sqlite3.connect(database)) as file:
        return file.execute("SELECT MAX(version) FROM schema_migrations").fetchone()[0]


async def test_a_start_upgrades_and_only_the_backup_made_before_it_leads_back(commands, newer, tmp_path):
    database, kept = commands.folder / "chairtime.db", tmp_path / "kept.sqlite3"
    start = ("serve", "--sandbox")  # ends by itself: nobody is at its stdin
    async with await open_store(f"sqlite://{database}", key_file=None, key_text=None, default_path=database):
        pass
    before = database.read_bytes()
    assert await newer("backup", str(kept)) == 0  # whichever release makes it, it is of the one that ran
    assert (version_of(kept), database.read_bytes()) == (NEWEST, before)

    assert await newer(*start) == 0
    assert version_of(database) == NEWEST + 1

    refused = await commands.run(*start)
    assert (refused.code, refused.out) == (2, "")
    assert "Run the newer program, or restore the backup" in refused.err
    assert "Traceback" not in refused.err
    assert version_of(database) == NEWEST + 1

    for path in commands.folder.glob("chairtime.db*"):
        if not path.name.endswith(".key"):
            path.rename(tmp_path / f"aside-{path.name}")
    assert (await commands.run("restore", str(kept))).code == 0
    assert version_of(database) == NEWEST
    assert (await commands.run("audit", "verify")).code == 0
