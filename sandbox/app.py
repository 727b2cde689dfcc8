"""The ASGI app: the API under /v4 with its faults, the sandbox's own controls under /_sandbox."""

import asyncio
import gzip
import json
from typing import Protocol, cast
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from sandbox.api import APP, Api, Call
from sandbox.control import control_routes
from sandbox.faults import Fault
from sandbox.replies import Reply, result
from sandbox.world import RequestSeen, World

TRANSPORT = "sandbox_transport"
_PAGE = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body>Back soon.</body></html>"
_FAULT_CODES = {"rate_limited": "API2012", "internal_error": "API2001", "overloaded": "API2002"}


class Transport(Protocol):
    """What a fault needs of a connection."""

    def abort(self) -> None:
        """Drop the connection and what is still to be sent."""
        ...

    def close(self) -> None:
        """Close the connection once what was written is sent."""
        ...


class SikkaApp:
    """The API as an ASGI app: reads the request, lets faults strike, sends the reply."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.api = Api(world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or do to it what the fault in force says."""
        call = await _call_of(scope, receive)
        self.world.advance()
        office_id = self.api.office_of(call)
        fault = self.world.faults.strike(call.method, call.path, office_id)
        answer = _Answer(self, call, scope, receive, send, office_id)
        await answer.normally() if fault is None else await answer.with_fault(fault)

    def log(self, call: Call, status: int, query: str, office_id: str) -> None:
        """Note a request in the world's list."""
        self.world.requests.append(
            RequestSeen(self.world.now(), call.method, call.path, query, status, office_id)
        )


class _Answer:
    """One request on its way back."""

    def __init__(
        self, app: SikkaApp, call: Call, scope: Scope, receive: Receive, send: Send, office_id: str
    ) -> None:
        self.app = app
        self.call = call
        self.scope = scope
        self.receive = receive
        self.send = send
        self.office_id = office_id

    async def normally(self) -> None:
        await self._reply(self.app.api.answer(self.call))

    async def with_fault(self, fault: Fault) -> None:
        """Do to the request what the fault says."""
        match fault.kind:
            case "lost_before":
                await self._lose()
            case "lost_after":
                self.app.api.answer(self.call)
                await self._lose()
            case "half_body":
                await self._reply(self.app.api.answer(self.call), cut=True)
            case "key_expired":
                if self.office_id:
                    self.app.world.expire_keys(self.office_id)
                await self.normally()
            case "hang":
                await self._hang(fault)
            case "html":
                if fault.after_work:
                    self.app.api.answer(self.call)
                await self._page()
            case _:
                await self._refuse(fault)

    async def _refuse(self, fault: Fault) -> None:
        world = self.app.world
        if fault.after_work and fault.kind != "rate_limited":
            self.app.api.answer(self.call)
        who = self.office_id if self.call.path != "/request_key" else ""
        if fault.kind == "rate_limited":
            world.limits.exhaust(who or APP, world.now())
        reply = result(_FAULT_CODES[fault.kind], "")
        self.app.api.add_headers(self.call, reply, who)
        await self._reply(reply)

    async def _hang(self, fault: Fault) -> None:
        early = self.app.api.answer(self.call) if fault.after_work else None
        if await _client_left(self.receive, fault.seconds):
            self._log(0)
            return
        self.app.world.advance()
        await self._reply(early or self.app.api.answer(self.call))

    async def _page(self) -> None:
        self._log(200)
        headers = [(b"content-type", b"text/html"), (b"content-length", str(len(_PAGE)).encode())]
        await self.send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.send({"type": "http.response.body", "body": _PAGE})

    def _log(self, status: int) -> None:
        query = cast("bytes", self.scope.get("query_string", b"")).decode("latin-1")
        self.app.log(self.call, status, query, self.office_id)

    def _transport(self) -> Transport:
        transport = cast("Transport | None", self.scope.get("state", {}).get(TRANSPORT))
        if transport is None:
            # in memory there is no connection to drop, so the failure is raised where one would show
            raise ConnectionResetError("the sandbox lost the answer")
        return transport

    async def _lose(self) -> None:
        self._log(0)
        self._transport().abort()
        await _client_left(self.receive, None)

    async def _reply(self, reply: Reply, *, cut: bool = False) -> None:
        headers = {name.lower(): value for name, value in reply.headers.items()}
        body = b"" if reply.body is None else json.dumps(reply.body, ensure_ascii=False).encode()
        if body:
            headers["content-type"] = "application/json; charset=utf-8"
        if body and "gzip" in self.call.headers.get("accept-encoding", ""):
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers["content-encoding"] = "gzip"
        if reply.status != 204:  # noqa: PLR2004 - no content has no length either
            headers["content-length"] = str(len(body))
        self._log(reply.status)
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        if cut:
            transport = self._transport()
            await self.send({"type": "http.response.start", "status": reply.status, "headers": raw})
            half = body[: len(body) // 2]
            await self.send({"type": "http.response.body", "body": half, "more_body": True})
            transport.close()
            await _client_left(self.receive, None)
            return
        await self.send({"type": "http.response.start", "status": reply.status, "headers": raw})
        await self.send({"type": "http.response.body", "body": body})


async def _call_of(scope: Scope, receive: Receive) -> Call:
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in cast("list[tuple[bytes, bytes]]", scope["headers"])
    }
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    query = cast("bytes", scope.get("query_string", b"")).decode("latin-1")
    host = headers.get("host", "sandbox")
    root = str(scope.get("root_path", ""))
    return Call(
        method=str(scope["method"]),
        path=str(scope["path"]).removeprefix(root) or "/",
        base=f"{scope['scheme']}://{host}{root}",
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=headers,
        body=bytes(body),
    )


async def _client_left(receive: Receive, seconds: float | None) -> bool:
    """Whether the client went away within `seconds` (None: wait until it does)."""

    async def leave() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    leaving = asyncio.ensure_future(leave())
    try:
        gone, _ = await asyncio.wait({leaving}, timeout=seconds)
    finally:
        leaving.cancel()
    return bool(gone)


def create_app(world: World) -> Starlette:
    """The ASGI app over a world: /v4 is Sikka's API, /_sandbox is ours."""
    return Starlette(
        routes=[Mount("/_sandbox", routes=control_routes(world)), Mount("/v4", app=SikkaApp(world))]
    )
