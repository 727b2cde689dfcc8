"""What a test puts into a store or reads in it, made of what the program itself calls."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from store.handles import Kind, NewHandle
from store.ledger import Ledger
from store.ledger_rows import Writeback
from store.ledger_states import OPEN, State
from store.opening import Store

EVERY = 10_000


async def open_rows(ledger: Ledger, office: str | None = None) -> list[Writeback]:
    """Rows that are not settled, oldest first; office None means any."""
    return (await ledger.search(office, states=OPEN, limit=EVERY))[::-1]


async def count_by_state(ledger: Ledger) -> Mapping[State, int]:
    """How many rows there are in each state that any is in."""
    counts: Counter[State] = Counter()
    for operation in await ledger.stats():
        counts.update(operation.counts)
    return counts


async def issue(
    store: Store,
    kind: Kind,
    *,
    office: str,
    scope_key: str | None,
    subject: str,
    payload: Mapping[str, Any],
    now: int,
    ttl_ms: int,
) -> str:
    """A handle as a call gives it out: good at once, for so long."""
    new = [NewHandle(kind, subject, payload, ttl_ms)]
    (handle,), changes = await store.handles.prepare(new, office=office, scope_key=scope_key, now=now)
    for change in changes:
        await store.database.write(change.sql, *change.args)
    return handle


async def tell(store: Store, row_id: str, state: State, now: int) -> None:
    """A caller is told that a write is in that state."""
    telling = store.ledger.telling(row_id, state, now)
    await store.database.write(telling.sql, *telling.args)
