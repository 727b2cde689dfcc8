"""Request keys: granted once, renewed in good time or when refused, saved before they are used.

Renewals run in the task group given at construction, not in the call that needed one: a caller who
hangs up must not lose a key that Sikka has already turned over.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Final, Protocol

import anyio
import structlog
from anyio.abc import TaskGroup

from server.clock import Clock
from server.sikka.envelope import error_texts, read_object, read_row
from server.sikka.errors import (
    Answered,
    BadCredentials,
    GrantRefused,
    KeyRefused,
    NotPermitted,
    Refused,
    SikkaError,
    Unreadable,
    error_for,
)
from server.sikka.models import RequestKeyAnswer
from server.sikka.retries import ask_again
from server.sikka.transport import SUCCESS, Transport

LIFETIME_SECONDS: Final = 86_400  # official: a request key lives 24 hours
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RequestKey:
    """A key in use.

    Attributes:
        request_key: goes into the Request-Key header.
        refresh_key: buys the next one.
        issued_at: UTC epoch milliseconds, our clock.
        expires_at: the same.
        scope: Sikka's comma list of what the key may call; "" if never told.
        refreshed: whether this process got it for a refresh key; not kept.
    """

    request_key: str = field(repr=False)
    refresh_key: str = field(repr=False)
    issued_at: int
    expires_at: int
    scope: str = ""
    refreshed: bool = False


class KeyStore(Protocol):
    """Where keys outlive the process. The client knows no database."""

    async def load(self, office_id: str) -> RequestKey | None:
        """The newest saved key, of whichever process; None before the first grant."""
        ...

    async def save(self, office_id: str, key: RequestKey) -> None:
        """Keep a key, sealed, before it is used."""
        ...

    def renewing(self, office_id: str) -> AbstractAsyncContextManager[None]:
        """Held by one process at a time while it renews an office's key; others wait here."""
        ...


@dataclass
class _Renewal:
    """A renewal under way, which every caller that needs it waits for."""

    done: anyio.Event = field(default_factory=anyio.Event)
    key: RequestKey | None = None
    error: SikkaError | None = None

    async def outcome(self) -> RequestKey:
        """The key it brought. Raises SikkaError if it brought none."""
        await self.done.wait()
        if self.key is None:
            raise self.error or SikkaError("the renewal was given up")
        return self.key


class SecretSource(Protocol):
    """Looks up an office's `secret_key` afresh, from GET /authorized_practices."""

    async def __call__(self, office_id: str) -> str:
        """The secret key."""
        ...


class Keys:
    """The request keys of all offices of this process.

    Args:
        transport: to Sikka.
        store: where keys are kept.
        secret_of: asks Sikka for an office's secret key.
        tasks: where renewals run.
        app_id: of the application; goes into the grant's body, not into headers.
        app_key: likewise.
        clock: for expiry.
    """

    def __init__(
        self,
        transport: Transport,
        store: KeyStore,
        secret_of: SecretSource,
        tasks: TaskGroup,
        *,
        app_id: str,
        app_key: str,
        clock: Clock,
    ) -> None:
        self._transport = transport
        self._store = store
        self._secret_of = secret_of
        self._tasks = tasks
        self._credentials = {"app_id": app_id, "app_key": app_key}
        self._clock = clock
        self._held: dict[str, RequestKey] = {}
        self._renewals: dict[str, _Renewal] = {}

    async def current(self, office_id: str) -> RequestKey:
        """A key that has not expired by our clock, granted or renewed if need be.

        Raises:
            SikkaError: no key can be had.
        """
        held = self._held.get(office_id)
        if held is None:
            saved = await self._store.load(office_id)
            held = self._held.get(office_id) or saved  # a renewal may have ended meanwhile
        if held is not None and held.expires_at > self._clock.now():
            self._held[office_id] = held
            return held
        return await self.renew(office_id, stale=held.request_key if held else "")

    async def renew(self, office_id: str, *, stale: str) -> RequestKey:
        """A key other than `stale`. However many ask at once, Sikka is asked once.

        Args:
            office_id: such as "D10001".
            stale: the key that was refused, is about to expire, or "" for none.

        Raises:
            SikkaError: no key can be had.
        """
        under_way = self._renewals.get(office_id)
        if under_way is not None:
            key = await under_way.outcome()
            if key.request_key != stale:
                return key  # else the very key that this renewal brought was refused since
        held = self._held.get(office_id)
        if held is not None and held.request_key != stale and held.expires_at > self._clock.now():
            return held
        renewal = self._renewals.get(office_id)
        if renewal is None:
            renewal = self._renewals[office_id] = _Renewal()
            self._tasks.start_soon(self._carry_out, office_id, stale, renewal, name=f"renew {office_id}")
        return await renewal.outcome()

    async def _carry_out(self, office_id: str, stale: str, renewal: _Renewal) -> None:
        try:
            async with self._store.renewing(office_id):
                renewal.key = self._held[office_id] = await self._renewed(office_id, stale)
        except SikkaError as error:
            renewal.error = error
            log.warning("key_renewal_failed", office=office_id, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - a store in trouble must not end the task group of everything
            log.error("key_renewal_crashed", office=office_id, error=type(error).__name__)
        finally:
            del self._renewals[office_id]
            renewal.done.set()

    async def _renewed(self, office_id: str, stale: str) -> RequestKey:
        saved = await self._store.load(office_id)
        if saved is not None and saved.request_key != stale and saved.expires_at > self._clock.now():
            return saved  # another process was quicker
        if saved is not None and saved.refresh_key:
            try:
                return await self._grant(
                    office_id, {"grant_type": "refresh_key", "refresh_key": saved.refresh_key}
                )
            except GrantRefused:
                log.warning("refresh_key_refused", office=office_id)
        try:
            secret = await self._secret_of(office_id)
        except (Refused, NotPermitted) as error:
            # Said of the list of practices; a caller would take it for an answer to its own question.
            raise GrantRefused(error.status, error.code, error.detail) from None
        return await self._grant(
            office_id, {"grant_type": "request_key", "office_id": office_id, "secret_key": secret}
        )

    async def _grant(self, office_id: str, body: dict[str, str]) -> RequestKey:
        granted = await ask_again(lambda: self._ask(body), attempts=3, live=False)
        now = self._clock.now()
        seconds = granted.seconds_left
        key = RequestKey(
            request_key=granted.request_key,
            refresh_key=granted.refresh_key or body.get("refresh_key", ""),
            issued_at=now,
            expires_at=now + (LIFETIME_SECONDS if seconds is None else seconds) * 1000,
            scope=granted.scope,
            refreshed="refresh_key" in body,
        )
        with anyio.CancelScope(shield=True):  # Sikka has turned the key over: losing it now loses both
            await self._store.save(office_id, key)
        return key

    async def _ask(self, body: dict[str, str]) -> RequestKeyAnswer:
        answer = await self._transport.ask("POST", "/request_key", body={**body, **self._credentials})
        if answer.status in SUCCESS:
            granted = read_row(answer.status, read_object(answer.status, answer.text), RequestKeyAnswer)
            if not granted.request_key:
                raise Unreadable(answer.status)
            return granted
        raise _refusal(answer.status, answer.text)


def _refusal(status: int, text: str) -> Answered:
    try:
        code, detail = error_texts(read_object(status, text))
    except Unreadable:
        code, detail = "", ""
    error = error_for(status, code, detail)
    if isinstance(error, BadCredentials):
        return error
    if isinstance(error, KeyRefused | Refused | NotPermitted):
        return GrantRefused(status, code, detail)
    return error
