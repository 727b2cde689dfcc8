"""One pooled HTTP connection to Sikka, and the line between "nothing was sent" and "nobody knows"."""

import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import anyio
import httpx2

from server.sikka.errors import NoAnswer, NotSent

SUCCESS: Final = range(200, 300)  # statuses

# Raised before the first byte of a request is written, so that asking again cannot do anything twice.
BEFORE_THE_FIRST_BYTE: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.InvalidURL,
)


@dataclass(frozen=True)
class Timeouts:
    """Seconds for each part of a call; `read` bounds the wait for the next bytes of an answer.

    `whole` bounds the call itself: an answer that trickles in must not hold up its caller for ever.
    """

    connect: float = 3.0
    read: float = 20.0
    write: float = 5.0
    pool: float = 5.0
    whole: float = 120.0


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers (lower-case names) and the text of the body."""

    status: int
    headers: Mapping[str, str]
    text: str = field(repr=False)


class Transport:
    """The process's one connection pool to Sikka."""

    def __init__(self, client: httpx2.AsyncClient, whole_seconds: float) -> None:
        self._client = client
        self._whole_seconds = whole_seconds

    async def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request and read the whole answer, whatever its status.

        Args:
            method: "GET", "POST", "PUT", "PATCH" or "DELETE".
            path: below the base URL, such as "/patients".
            params: query parameters.
            headers: further headers, such as Request-Key.
            body: sent as JSON; Sikka's documented bodies hold strings only.

        Raises:
            NotSent: nothing left this machine.
            NoAnswer: something may have arrived, and no whole answer came back.
        """
        try:
            with anyio.fail_after(self._whole_seconds):
                response = await self._client.request(
                    method, path.lstrip("/"), params=params, headers=headers, json=body
                )
        except BEFORE_THE_FIRST_BYTE as error:
            raise NotSent(type(error).__name__) from None
        except (httpx2.RequestError, TimeoutError) as error:
            raise NoAnswer(type(error).__name__) from None
        return Answer(response.status_code, dict(response.headers), response.text)


@cache
def _certificates() -> ssl.SSLContext:
    """The roots that Sikka's certificate is checked against, read once: that takes longer than a call."""
    return httpx2.create_ssl_context(trust_env=False)


@asynccontextmanager
async def open_transport(base_url: str, timeouts: Timeouts) -> AsyncGenerator[Transport]:
    """The pool, open for as long as the context lasts.

    No proxy or certificate setting is taken from the environment and no redirect is followed: a key
    must reach the host it was meant for, and no other. Idle connections are dropped early, because a
    write lost on a connection that Sikka has just closed would be uncertain for no reason.
    """
    async with httpx2.AsyncClient(
        base_url=base_url.rstrip("/") + "/",
        timeout=httpx2.Timeout(
            connect=timeouts.connect, read=timeouts.read, write=timeouts.write, pool=timeouts.pool
        ),
        limits=httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=4.0),
        headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "chairtime"},
        follow_redirects=False,
        trust_env=False,
        verify=_certificates(),
    ) as client:
        yield Transport(client, timeouts.whole)
