"""The protocol SDK's own client, as an application without a runtime uses it; the era comes as an option."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from wire import STARTS_WITHIN, Said, Target, main

PATIENCE = 5.0  # the SDK has no time-out of its own; this is what the runtimes on it set


class SdkLine:
    """One `Client`."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        self._task = asyncio.create_task(self._hold())  # streams are closed by the task that opened them

    async def ready(self) -> None:
        await asyncio.shield(self._ready)

    async def _hold(self) -> None:
        try:
            async with AsyncExitStack() as stack:
                connection = await self._connection(stack)
                client = Client(
                    connection,
                    mode=self._target.options["mode"],
                    read_timeout_seconds=STARTS_WITHIN if self._target.transport == "stdio" else PATIENCE,
                )
                self._ready.set_result(await stack.enter_async_context(client))
                await self._over.wait()
        except BaseException as error:  # noqa: BLE001 - whoever opens the line is told
            if not self._ready.done():
                self._ready.set_exception(error)

    async def _connection(self, stack: AsyncExitStack) -> Any:
        target = self._target
        if target.transport == "stdio":
            return stdio_client(
                StdioServerParameters(command=target.command, args=target.args, env=target.env)
            )
        if target.transport == "sse":
            return sse_client(target.url, headers=target.headers)
        http = httpx2.AsyncClient(headers=target.headers, timeout=httpx2.Timeout(30, read=300))
        return streamable_http_client(target.url, http_client=await stack.enter_async_context(http))

    async def tools(self) -> list[dict[str, Any]]:
        client = await self._ready
        return [
            {"name": tool.name, "description": tool.description, "parameters": tool.input_schema}
            for tool in (await client.list_tools()).tools
        ]

    async def turn(self, calls: list[dict[str, Any]], stop: dict[str, Any] | None) -> list[Said]:
        asked = [asyncio.create_task(self._call(**call)) for call in calls]
        if stop is None:
            return await asyncio.gather(*asked)
        await asyncio.sleep(stop["after"])
        for task in asked:
            task.cancel()
        await asyncio.wait(asked)
        return [Said() for _ in calls]

    async def _call(self, tool: str, arguments: dict[str, Any]) -> Said:
        client = await self._ready
        arguments = {**arguments, **self._target.hidden}
        try:
            result = await client.call_tool(tool, arguments, meta=self._target.meta or None)
        except Exception as error:  # noqa: BLE001 - as an application shows a model what went wrong
            return Said(read=f"{type(error).__name__}: {error}")
        text = "".join(block.text for block in result.content if block.type == "text")
        return Said(read=text, raw=result.model_dump(mode="json", by_alias=True))

    async def close(self) -> None:
        self._over.set()
        await self._task


async def open_line(target: Target) -> SdkLine:
    line = SdkLine(target)
    await line.ready()
    return line


if __name__ == "__main__":
    main(open_line)
