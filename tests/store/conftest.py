"""An open store on a fresh file, an office in it, and writes to put down."""

from pathlib import Path

import pytest

from store.ledger_rows import NewWriteback
from store.opening import open_store

T0 = 1_800_000_000_000


@pytest.fixture
def t0():
    """The moment the tests begin, UTC ms."""
    return T0


@pytest.fixture
def database_file(tmp_path) -> Path:
    return tmp_path / "chairtime.sqlite3"


@pytest.fixture
def reopen(database_file):
    """Open the store of this test, as often as one likes."""

    async def opened(*, key_file=None, key_text=None):
        return await open_store(
            f"sqlite://{database_file}", key_file=key_file, key_text=key_text, default_path=database_file
        )

    return opened


@pytest.fixture
async def store(reopen):
    async with await reopen() as opened:
        yield opened


@pytest.fixture
def add_office():
    async def add(store, office_id="D100", practice_id="1", now=T0, **over):
        facts = {
            "practice_name": "Maple Dental",
            "pms": "Open Dental",
            "pms_version": "23.1",
            "zone_name": "Eastern Standard Time",
            "secret_key": "secret-1",
            "as_of": "2026-11-20T10:00:00",
        }
        return await store.offices.upsert(office_id, practice_id, now=now, **(facts | over))

    return add


@pytest.fixture
async def office(store, add_office):
    """The id of an office of the store."""
    return (await add_office(store)).id


@pytest.fixture
def a_write():
    """A booking to be put down; say what is different about it."""

    def write(office, natural_key=None, **over):
        facts = {
            "operation": "book",
            "method": "POST",
            "endpoint": "appointment",
            "body": {"patient_id": "77"},
            "facts": {"start": "2026-12-01T14:00", "length_minutes": 60},
            "send_before": T0 + 600_000,
        }
        return NewWriteback(office=office, natural_key=natural_key, **(facts | over))

    return write
