"""Any program with the MCP SDK: list the tools, and ask one of them, in the name of a call."""

import asyncio
import os

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

URL = os.environ.get("CHAIRTIME_URL", "http://127.0.0.1:8000/mcp")
TOKEN = os.environ.get("CHAIRTIME_TOKEN", "")
HEADERS = {
    "X-Call-Id": "call-4711",  # your own id of the call: another one for each call
    "X-Caller-Number": "+18605550147",  # only if the telephone network has told it to you
}
if TOKEN:  # on this machine none is needed until there is one
    HEADERS["Authorization"] = f"Bearer {TOKEN}"


async def main() -> None:
    async with (
        httpx2.AsyncClient(headers=HEADERS, timeout=10) as http,
        Client(streamable_http_client(URL, http_client=http)) as client,
    ):
        tools = (await client.list_tools()).tools
        print([tool.name for tool in tools])
        answer = await client.call_tool("office_info", {"topic": "phones"})
        print(answer.content[0].text)


asyncio.run(main())
