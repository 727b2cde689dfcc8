"""A voice agent's line to the server: asks until it is answered, through restarts, and writes all down."""

import ssl
import time
from dataclasses import dataclass, field
from typing import Any, Final

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from bench.chaos.claims import Ear
from bench.chaos.facts import Ask, Wish

RUNTIME_SECONDS: Final = 5.0  # what voice runtimes give a tool
PATIENCE_SECONDS: Final = 25.0  # a caller whose agent gets no answer at all for so long hangs up
MOST_YESES: Final = 20
YES_SECONDS: Final = 0.06  # a yes counts only a moment after the read-back
MODERN: Final = "2026-07-28"
AGAIN: Final = frozenset({"unavailable", "internal"})
# Every client makes one, and to read the certificates for it takes 40 ms; nothing here is encrypted.
_NO_CERTIFICATES: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class HungUpError(Exception):
    """The caller waited for an answer in vain."""


@dataclass
class Phone:
    """One call. Every answer is heard by `ear`, every yes is noted in `asks`."""

    root: str
    call_id: str
    ear: Ear
    asks: list[Ask] = field(default_factory=list[Ask])

    async def ask(self, tool: str, wish: Wish | None = None, /, **arguments: Any) -> dict[str, Any]:
        """Call a tool, again when no answer comes; `wish` is what the answer is about.

        Raises:
            HungUpError: there was no answer for `PATIENCE_SECONDS`.
        """
        return await self._ask(tool, wish, arguments, wanted=False)

    async def want(self, tool: str, wish: Wish, /, **arguments: Any) -> dict[str, Any]:
        """Call a tool that does what is wished at once. Raises HungUpError as `ask`."""
        return await self._ask(tool, wish, arguments, wanted=True)

    async def _ask(
        self, tool: str, wish: Wish | None, arguments: dict[str, Any], *, wanted: bool
    ) -> dict[str, Any]:
        with anyio.move_on_after(PATIENCE_SECONDS):
            while True:
                if wish is not None and wanted:
                    self.ear.wants(wish)
                    self.asks.append(Ask(time.time(), wish))
                facts = await self._once(tool, arguments)
                if facts is not None:
                    self.ear.hear(time.time(), wish, facts)
                    if facts["outcome"] not in AGAIN:
                        return facts
                await anyio.sleep(0.2)
        raise HungUpError

    async def yes(self, tool: str, wish: Wish, /, **arguments: Any) -> dict[str, Any]:
        """Say yes as often as the read-back comes; a handle that comes with it is used from then on.

        Raises:
            HungUpError: as `ask`; or it is read back again and again.
        """
        for _ in range(MOST_YESES):
            facts = await self.want(tool, wish, **arguments, caller_confirmed=True)
            if facts["outcome"] != "needs_confirmation":
                return facts
            arguments |= {"slot": facts["slot"]} if "slot" in facts and "slot" in arguments else {}
            await anyio.sleep(YES_SECONDS)
        raise HungUpError

    async def tools(self) -> frozenset[str]:
        """The names of the tools that the server shows."""
        async with self._client() as http, _connected(self.root, http) as client:
            return frozenset(tool.name for tool in (await client.list_tools()).tools)

    async def _once(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
        try:
            with anyio.fail_after(RUNTIME_SECONDS):
                async with self._client() as http, _connected(self.root, http) as client:
                    return (await client.call_tool(tool, arguments)).structured_content
        except Exception:  # noqa: BLE001 - however the answer was lost, the agent only knows that it was
            return None

    def _client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            headers={"X-Call-Id": self.call_id},
            timeout=RUNTIME_SECONDS,
            trust_env=False,
            verify=_NO_CERTIFICATES,
        )


def _connected(root: str, http: httpx2.AsyncClient) -> Client:
    return Client(streamable_http_client(f"{root}/mcp", http_client=http), mode=MODERN)
