"""A voice agent on the phone: the SDK's client over any transport, every answer held against the contract."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import httpx2
from contract import assert_contract, spoken_part
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult
from processes import LIMIT_SECONDS, Practice, ServerProcess

from sandbox.records import Patient
from server.tools.outcomes import outcomes_of

VOICE_RUNTIME_SECONDS = 5.0  # what LiveKit and openai-agents give a tool
MODERN = "2026-07-28"
OVER_HTTP = ("http", "http_legacy", "sse")


@dataclass(frozen=True)
class Told:
    """One answer."""

    result: CallToolResult

    @property
    def facts(self) -> dict[str, Any]:
        assert self.result.structured_content is not None
        return self.result.structured_content

    @property
    def outcome(self) -> str:
        return self.facts["outcome"]

    @property
    def say(self) -> str:
        return self.facts["say"]

    @property
    def news(self) -> list[str]:
        return self.facts.get("news", [])

    @property
    def spoken(self) -> str:
        return spoken_part(self.result)

    @property
    def is_error(self) -> bool:
        return bool(self.result.is_error)


class Caller:
    """The agent's side of a call. Every answer is held against the tool contract."""

    def __init__(
        self,
        client: Client,
        *,
        meta: dict[str, Any] | None = None,
        hidden: str = "",
        seconds: float = VOICE_RUNTIME_SECONDS,
    ):
        self.seconds = seconds
        self.client = client
        self.meta = meta
        self.hidden = hidden
        self.heard: list[Told] = []

    async def ask(self, tool: str, /, **arguments: Any) -> Told:
        """Call a tool as a voice runtime does, which does not wait for ever."""
        if self.hidden:
            arguments["call_id"] = self.hidden
        with anyio.fail_after(self.seconds):
            result = await self.client.call_tool(tool, arguments, meta=self.meta)  # pyright: ignore[reportArgumentType] - any mapping does
        assert_contract(result)
        told = Told(result)
        assert told.outcome in outcomes_of(tool), "outcomes_of does not name it"
        self.heard.append(told)
        return told

    async def identify(self, patient: Patient) -> str:
        """Verified as this patient; returns the handle."""
        told = await self.find(patient)
        assert told.outcome == "verified", told.say
        return told.facts["patient"]

    async def find(self, patient: Patient) -> Told:
        return await self.ask(
            "find_patient",
            name=f"{patient.firstname} {patient.lastname}",
            date_of_birth=str(patient.birthdate),
        )

    async def offers(self, **wanted: Any) -> list[dict[str, Any]]:
        told = await self.ask("find_slots", **{"reason": "exam", **wanted})
        assert told.outcome == "ok"
        return told.facts["slots"]

    async def yes(self, tool: str, /, **arguments: Any) -> Told:
        """The caller says yes, as often as the read-back comes: a yes may come too soon to count."""
        with anyio.fail_after(LIMIT_SECONDS):
            while True:
                told = await self.ask(tool, **arguments, caller_confirmed=True)
                if told.outcome != "needs_confirmation":
                    return told
                if "slot" in told.facts:  # asked whether it is one more visit: this slot's handle says so
                    arguments["slot"] = told.facts["slot"]

    async def book(self, patient: str, slot: str) -> Told:
        return await self.yes("book_appointment", patient=patient, slot=slot)

    async def booked(self, practice: Practice, who: Patient, patient: str, slot: str) -> Told:
        """A booking that the practice has confirmed."""
        pending = await self.book(patient, slot)
        assert pending.outcome == "pending"
        await practice.carries_out(who)
        return await self.settled("confirmed", writeback=pending.facts["writeback"])

    async def settled(self, outcome: str, **about: str) -> Told:
        """Ask until a write has come to its end."""
        with anyio.fail_after(LIMIT_SECONDS):
            while (told := await self.ask("check_writeback", wait_seconds=3, **about)).outcome != outcome:
                assert told.outcome in {"pending", "unknown", "overdue"}, told.say
        return told


@asynccontextmanager
async def on_the_phone(
    server: ServerProcess,
    transport: str = "http",
    *,
    call_id: str = "",
    meta: dict[str, Any] | None = None,
    hidden: str = "",
    seconds: float = VOICE_RUNTIME_SECONDS,
    token: str = "",
    at: str = "",
    language: str = "",
) -> AsyncGenerator[Caller]:
    """A call over one of `OVER_HTTP`; the call's id comes as a header, as `_meta`, hidden, or not at all.

    `seconds` is how long the runtime waits for one answer; `at` is what stands before `/mcp` and `/sse`;
    `language` goes into the header for it.
    """
    headers = {"X-Call-Id": call_id} if call_id else {}
    if language:
        headers["X-Chairtime-Language"] = language
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if transport == "sse":
        async with Client(sse_client(f"{server.root}{at}/sse", headers=headers)) as client:
            yield Caller(client, meta=meta, hidden=hidden, seconds=seconds)
        return
    mode = MODERN if transport == "http" else "legacy"
    async with httpx2.AsyncClient(headers=headers, timeout=30, trust_env=False) as http:
        connection = streamable_http_client(f"{server.root}{at}/mcp", http_client=http)
        over = False
        try:
            async with Client(connection, mode=mode) as client:
                yield Caller(client, meta=meta, hidden=hidden, seconds=seconds)
                over = True
        except* (anyio.BrokenResourceError, anyio.ClosedResourceError):
            # mcp 2.3: an answer to a call that was cut off may arrive while the client closes its streams.
            if not over:
                raise


@asynccontextmanager
async def over_stdio(
    practice: Practice, *, meta: dict[str, Any] | None = None, mode: str = "auto", **environment: str
) -> AsyncGenerator[Caller]:
    """A call to a server that the agent runtime itself has started."""
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "server", "serve"], env=practice.environment(**environment)
    )
    async with Client(command, mode=mode) as client:
        yield Caller(client, meta=meta)
