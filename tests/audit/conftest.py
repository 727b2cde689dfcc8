"""A store with an office, opened as often as a test likes."""

import pytest

from store.audit import Act
from store.ledger_rows import NewWriteback
from store.opening import open_store

T0 = 1_800_000_000_000


@pytest.fixture
def t0():
    return T0


@pytest.fixture
def database_file(tmp_path):
    return tmp_path / "chairtime.sqlite3"


@pytest.fixture
def reopen(database_file):
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
async def office(store):
    made = await store.offices.upsert(
        "D100",
        "1",
        practice_name="Maple Dental",
        pms="Open Dental",
        pms_version="23.1",
        zone_name="Eastern Standard Time",
        secret_key="secret-1",
        as_of="2026-11-20T10:00:00",
        now=T0,
    )
    return made.id


@pytest.fixture
def act(store, office):
    return Act(audit=store.audit, office=office, caller="stdio", tool="book_appointment", spoke_as="self")


@pytest.fixture
def a_write():
    def write(office, natural_key=None, **over):
        facts = {
            "operation": "book",
            "method": "POST",
            "endpoint": "appointment",
            "body": {"patient_id": "77"},
            "facts": {"start": "2026-12-01T14:00", "length_minutes": 60, "patient_id": "77"},
            "send_before": T0 + 600_000,
        }
        return NewWriteback(office=office, natural_key=natural_key, **(facts | over))

    return write
