"""What every HTTP request passes on its way to the protocol: address, token, office, amount, size, pace."""

import re
from collections.abc import Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import anyio
import structlog
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.access import EVERYTHING, SCOPES, Access, entered
from server.hosting import refusals
from server.hosting.credentials import Credentials
from server.hosting.issuer import IssuerUnreachable
from server.hosting.messages import is_message
from server.hosting.refusals import Refusal, Refused
from server.hosting.traffic import Failures, Meter, Traffic

if TYPE_CHECKING:
    from collections.abc import Generator

log = structlog.get_logger(__name__)
FORBIDDEN: Final = 403  # what the protocol library says to an Origin; of a Host it says 421
OFFICE_HEADER: Final = "x-chairtime-office"
# Of a body that is too long, so many bytes are still read: who is cut off while sending sees no answer.
MOST_DISCARDED: Final = 4_194_304
# Put there by proxies: whoever asks is not on this machine.
FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_OFFICE: Final = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)?")
_OFFICE_PATH: Final = re.compile(rf"/o/(?P<office>{_OFFICE.pattern})(?=/(?:mcp|sse|messages)(?:/|\Z))")


@dataclass(frozen=True)
class Limits:
    """What one request may be: its body's bytes, and the seconds within which they arrive."""

    body_bytes: int
    body_seconds: float


class Gate:
    """Lets requests in to the protocol's app.

    Args:
        app: what is protected.
        security: the Host and Origin headers that are taken.
        meter: of every token's traffic.
        failures: wrong tokens by address.
        metadata_url: where a client learns who issues tokens; "" where there is no issuer.
        open_paths: answered to anybody.
    """

    def __init__(
        self,
        app: ASGIApp,
        credentials: Credentials,
        security: TransportSecuritySettings,
        meter: Meter,
        failures: Failures,
        limits: Limits,
        *,
        metadata_url: str,
        open_paths: Sequence[str],
    ) -> None:
        self._app = app
        self._credentials = credentials
        self._security = TransportSecurityMiddleware(security)
        self._meter = meter
        self._failures = failures
        self._limits = limits
        self._metadata_url = metadata_url
        self._open_paths = frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say why not."""
        if scope["type"] == "lifespan" or (scope["type"] == "http" and scope["path"] in self._open_paths):
            await self._app(scope, receive, send)
            return
        if (wrong := await self._security.validate_request(Request(scope))) is not None:
            refusal = refusals.OTHER_ORIGIN if wrong.status_code == FORBIDDEN else refusals.OTHER_HOST
            await refusal.answer()(scope, receive, send)
            return
        try:
            await self._let_in(scope, receive, send)
        except Refused as refused:
            await refused.refusal.answer(self._challenge(refused.refusal))(scope, receive, send)
        except (anyio.ClosedResourceError, anyio.BrokenResourceError):
            # An event stream ended while a message for it, answered 202 already, was handed over.
            log.info("event_stream_gone")

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        access = await self._access(scope, headers)
        prefix, office = _named_office(scope["path"], headers)
        if office and not access.may_mean(office):
            raise Refused(refusals.OTHER_OFFICE)
        stream = scope["method"] == "GET"
        with ExitStack() as stack:
            if access.token or stream:
                traffic = self._meter.of(access.token)
                if wait := self._meter.seconds_to_wait(traffic, stream=stream):
                    raise Refused(refusals.too_many(wait))
                stack.enter_context(_counted(traffic, stream=stream))
                if access.token:
                    access = replace(access, lane=traffic.lane)
            if not stream:
                body, receive = await self._whole_body(headers, receive)
                if scope["method"] == "POST" and not is_message(body):
                    raise Refused(refusals.NO_MESSAGE)
            stack.enter_context(entered(access))
            await self._app(_inside(scope, access, prefix, office), receive, send)

    async def _access(self, scope: Scope, headers: Headers) -> Access:
        if not await self._credentials.asked_for():
            if any(name in headers for name in FORWARDED):
                raise Refused(refusals.THROUGH_A_PROXY)
            return EVERYTHING
        shown = headers.getlist("authorization")
        kind, _, text = shown[0].partition(" ") if len(shown) == 1 else ("", "", "")
        if kind.casefold() != "bearer" or not text.strip():
            raise Refused(refusals.NO_TOKEN)
        try:
            access = await self._credentials.access(text.strip())
        except IssuerUnreachable:
            raise Refused(refusals.NO_KEYS) from None
        if access is None:
            # A right token is served from any address: behind a proxy, everybody has the same one.
            address, _ = scope.get("client") or ("", 0)
            wait = self._failures.seconds_to_wait(address)
            raise Refused(refusals.too_many_wrong(wait) if wait else refusals.BAD_TOKEN)
        if not access.scopes:
            raise Refused(refusals.NO_SCOPE)
        return access

    async def _whole_body(self, headers: Headers, receive: Receive) -> tuple[bytes, Receive]:
        """The body, and how to receive it again: read here, so that nobody inside waits for one in vain."""
        limit = self._limits.body_bytes
        declared = headers.get("content-length", "")
        too_long = declared.isdecimal() and int(declared) > limit
        if too_long and "expect" in headers:
            raise Refused(refusals.TOO_LONG)
        body, size, more = bytearray(), 0, True
        with anyio.move_on_after(self._limits.body_seconds) as time:
            while more and size <= limit + MOST_DISCARDED:
                message = await receive()
                if message["type"] != "http.request":
                    return b"", _again(message, receive)
                part = message.get("body", b"")
                size += len(part)
                too_long = too_long or size > limit
                if not too_long:
                    body += part
                more = message.get("more_body", False)
        if too_long:
            raise Refused(refusals.TOO_LONG)
        if time.cancelled_caught:
            raise Refused(refusals.TOO_SLOW)
        whole = bytes(body)
        return whole, _again({"type": "http.request", "body": whole, "more_body": False}, receive)

    def _challenge(self, refusal: Refusal) -> str:
        """RFC 6750 and RFC 9728: what was wrong with a token, and where others are to be had."""
        parts = ['realm="chairtime"']
        if refusal.error:
            parts += [f'error="{refusal.error}"', f'error_description="{refusal.text}"']
        if refusal.error == refusals.NO_SCOPE.error:
            parts.append(f'scope="{" ".join(SCOPES)}"')
        if self._metadata_url:
            parts.append(f'resource_metadata="{self._metadata_url}"')
        return "Bearer " + ", ".join(parts)


def _named_office(path: str, headers: Headers) -> tuple[str, str]:
    """What of the path names an office, and the office that path or header name; "" where nothing does.

    Raises Refused.
    """
    found = _OFFICE_PATH.match(path)
    names = {name.strip() for name in headers.getlist(OFFICE_HEADER) if name.strip()}
    if found is not None:
        names.add(found["office"])
    if len(names) > 1:
        raise Refused(refusals.TWO_OFFICES)
    office = next(iter(names), "")
    if office and _OFFICE.fullmatch(office) is None:
        raise Refused(refusals.NO_OFFICE)
    return (found[0] if found is not None else ""), office


def _inside(scope: Scope, access: Access, prefix: str, office: str) -> Scope:
    """The request as the protocol's app sees it: one office at most, and no token at all.

    An event stream belongs to its token and office: the protocol library compares what stands under `user`.
    """
    inner = dict(scope, headers=list(scope["headers"]))
    headers = MutableHeaders(scope=inner)
    del headers["authorization"]
    del headers[OFFICE_HEADER]
    if office:
        headers[OFFICE_HEADER] = office
    inner["root_path"] = scope.get("root_path", "") + prefix
    if access.token:
        held = AccessToken(token="", client_id=access.token, scopes=[], subject=office)
        inner["user"] = AuthenticatedUser(held)
    return inner


@contextmanager
def _counted(traffic: Traffic, *, stream: bool) -> "Generator[None]":
    kind = "streams" if stream else "requests"
    setattr(traffic, kind, getattr(traffic, kind) + 1)
    try:
        yield
    finally:
        setattr(traffic, kind, getattr(traffic, kind) - 1)


def _again(first: Message, receive: Receive) -> Receive:
    """A message that was taken already, and then what follows."""
    waiting = [first]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received
