"""An open store on a fresh file, an office in it, and writes to put down."""

from collections import deque
from pathlib import Path

import pytest

from store.ledger import Ledger
from store.ledger_rows import NewWriteback
from store.ledger_states import ALLOWED, BORN, OPEN, State
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


@pytest.fixture
def ledger(store) -> Ledger:
    return store.ledger


@pytest.fixture
def put(ledger, office, a_write, t0):
    """Put a write down and take it to a state."""

    async def row(*, state=State.INTENT, to=None, now=t0, natural_key=None, **over):
        state = to if to in BORN else state
        row, _ = await ledger.append(a_write(office, natural_key, state=state, **over), now)
        for step in way_to(state, to or state):
            row = await ledger.change(row.id, step, now, expect=OPEN)
        return row

    return row


def way_to(start, goal):
    """The states between, goal included, by the shortest legal way."""
    ways = deque([[start]])
    while ways[0][-1] is not goal:
        way = ways.popleft()
        ways.extend([*way, after] for after in sorted(ALLOWED[way[-1]]) if after not in way)
    return ways[0][1:]
