"""Connects the demo to servers of their own processes: over stdio, and over Streamable HTTP."""

import sys
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import httpx2
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from server.commands import ADDRESS_NAME
from server.demo.children import HOME, LAST_WORDS, child, did_not_come_up, environment
from server.demo.stage import Stage
from server.failures import Failure

ANSWER_SECONDS: Final = 30.0
THE_SERVER: Final = "The server"


@asynccontextmanager
async def on_stdio(stage: Stage, changes: Mapping[str, str], folder: Path) -> AsyncGenerator[Client]:
    """A client of `chairtime serve`, which the protocol library starts and ends.

    Raises:
        Failure: the server does not come up.
    """
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "server", "serve"], env=environment(changes), cwd=HOME
    )
    log = folder / "stdio.log"
    async with AsyncExitStack() as stack:
        with stage.busy("Starting the server and connecting over stdio ..."):
            errors = stack.enter_context(log.open("w", encoding="utf-8"))
            transport = stdio_client(parameters, errlog=errors)
            try:
                client = await stack.enter_async_context(
                    Client(transport, read_timeout_seconds=ANSWER_SECONDS)
                )
            except Exception as error:
                last = deque(log.read_text(encoding="utf-8", errors="replace").splitlines(), LAST_WORDS)
                raise Failure(did_not_come_up(THE_SERVER, last)) from error
        yield client


@asynccontextmanager
async def on_http(stage: Stage, changes: Mapping[str, str], call_id: str) -> AsyncGenerator[Client]:
    """A client of `chairtime serve --transport http`, on a free port.

    Raises:
        Failure: the server does not come up.
    """
    async with AsyncExitStack() as stack:
        with stage.busy("Starting the server and connecting over HTTP ..."):
            server = child(
                THE_SERVER,
                *("serve", "--transport", "http", "--port", "0"),
                changes=changes,
                waits_for=ADDRESS_NAME,
            )
            address = (await stack.enter_async_context(server))[ADDRESS_NAME]
            http = await stack.enter_async_context(
                httpx2.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS, headers={"X-Call-Id": call_id})
            )
            transport = streamable_http_client(f"{address}/mcp", http_client=http)
            client = await stack.enter_async_context(Client(transport, read_timeout_seconds=ANSWER_SECONDS))
        yield client
