"""Sikka's keys kept in the store: the adapter between the client, which knows no database, and the tables."""

import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import anyio

from server.background.parts import LEASE_SHARE
from server.clock import Clock
from server.sikka.keys import RequestKey
from store.opening import Store

LOOK_AGAIN_SECONDS: Final = 0.25


def new_owner() -> str:
    """A name for this process, to hold leases under; never used twice."""
    return secrets.token_hex(12)


class StoredKeys:
    """Request keys in pms_integrations, renewed by one process at a time.

    Args:
        store: open.
        clock: for leases.
        owner: of this process.
        lease_seconds: how long a renewal is one process's; longer than one takes. A slower one is given up
            before the lease lapses, so that no two are made at once.
    """

    def __init__(self, store: Store, clock: Clock, *, owner: str, lease_seconds: float) -> None:
        self._offices = store.offices
        self._clock = clock
        self._owner = owner
        self._lease_seconds = lease_seconds

    async def load(self, office_id: str) -> RequestKey | None:
        """The newest key of whichever process; None before the first grant."""
        saved = await self._offices.keys(office_id)
        if saved is None or not saved.request_key:
            return None
        return RequestKey(
            request_key=saved.request_key,
            refresh_key=saved.refresh_key or "",
            issued_at=saved.token_issued_at or 0,
            expires_at=saved.token_expiry or 0,
            scope=saved.scope or "",
        )

    async def save(self, office_id: str, key: RequestKey) -> None:
        """Keep a key, sealed."""
        await self._offices.save_keys(
            office_id,
            request_key=key.request_key,
            refresh_key=key.refresh_key,
            token_expiry=key.expires_at,
            token_issued_at=key.issued_at,
            scope=key.scope,
            now=self._clock.now(),
        )

    @asynccontextmanager
    async def renewing(self, office_id: str) -> AsyncGenerator[None]:
        """The lease on an office's renewal; waits while another process has it.

        Raises:
            TimeoutError: what was done under it took too long.
        """
        lease_ms = int(self._lease_seconds * 1000)
        while not await self._offices.claim_key_refresh(
            office_id, owner=self._owner, now=self._clock.now(), lease_ms=lease_ms
        ):
            await self._clock.sleep(LOOK_AGAIN_SECONDS)
        try:
            with anyio.fail_after(self._lease_seconds * LEASE_SHARE):
                yield
        finally:
            with anyio.CancelScope(shield=True):
                await self._offices.release_key_refresh(office_id, self._owner)
