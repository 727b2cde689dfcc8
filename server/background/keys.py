"""Keeps every office's request key alive, for ever, without waiting for a caller to find it expired."""

from typing import Final

import structlog

from server.background.parts import Parts
from server.desk.choice import chosen_offices
from server.sikka.errors import SikkaError
from server.sikka.keys import KeyStore, RequestKey

FIRST_LOOK_SECONDS: Final = 5.0
log = structlog.get_logger(__name__)


def renewal_time(key: RequestKey, margin_seconds: float) -> int:
    """When to renew a key (UTC ms): the margin, or half its life if that is shorter, before it expires."""
    half = (key.expires_at - key.issued_at) / 2
    return int(key.expires_at - min(margin_seconds * 1000, half))


class KeyKeeper:
    """The loop that renews keys in good time."""

    def __init__(self, parts: Parts, keys: KeyStore) -> None:
        self._offices = parts.store.offices
        self._keys = keys
        self._sikka = parts.sikka
        self._clock = parts.clock
        self._settings = parts.settings
        self._tried: dict[str, int] = {}

    async def run(self) -> None:
        """Forever: renew what is due, sleep until the next is."""
        while True:
            offices = await chosen_offices(self._offices, self._settings)
            pauses = [await self._keep(number) for number in sorted({office.office_id for office in offices})]
            await self._clock.sleep(min(pauses, default=FIRST_LOOK_SECONDS))

    async def _keep(self, office_id: str) -> float:
        """Renew one office's key if it is due. Returns the seconds until it should be looked at again."""
        key = await self._keys.load(office_id)
        now = self._clock.now()
        due_at = renewal_time(key, self._settings.key_margin_seconds) if key is not None else now
        pause_ms = int(self._settings.key_pause_seconds * 1000)
        due_at = max(due_at, self._tried.get(office_id, now - pause_ms) + pause_ms)
        if due_at > now:
            # Looked at again in between: another process or a caller may have renewed it meanwhile.
            return min((due_at - now) / 1000, self._settings.key_pause_seconds)
        self._tried[office_id] = now
        try:
            await self._sikka.keys.renew(office_id, stale=key.request_key if key is not None else "")
        except SikkaError as error:
            log.warning("key_not_renewed", office=office_id, error=type(error).__name__)
        return self._settings.key_pause_seconds
