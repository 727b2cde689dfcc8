"""A realtime agent of openai-agents with Chairtime's tools. Run as it is, it shows them and asks one."""

import asyncio
import os

from agents import RunContextWrapper
from agents.mcp import MCPServerStreamableHttp
from agents.realtime import RealtimeAgent

URL = os.environ.get("CHAIRTIME_URL", "http://127.0.0.1:8000/mcp")
TOKEN = os.environ.get("CHAIRTIME_TOKEN", "")


def chairtime(call_id: str, caller_number: str = "") -> MCPServerStreamableHttp:
    """The server for one call: another one for each call, since the headers name it."""
    headers = {"X-Call-Id": call_id}
    if TOKEN:  # on this machine none is needed until there is one
        headers["Authorization"] = f"Bearer {TOKEN}"
    if caller_number:
        headers["X-Caller-Number"] = caller_number
    return MCPServerStreamableHttp(
        params={"url": URL, "headers": headers, "timeout": 5},
        client_session_timeout_seconds=5,
        cache_tools_list=True,
        max_retry_attempts=0,
    )


async def show() -> None:
    """The agent as a session would have it, without a connection to a model."""
    async with chairtime("call-4711") as server:
        agent = RealtimeAgent(
            name="receptionist",
            instructions="You answer the phone of a dental office.",
            mcp_servers=[server],
        )
        print([tool.name for tool in await agent.get_all_tools(RunContextWrapper(None))])
        answer = await server.call_tool("office_info", {"topic": "phones"})
        print(answer.content[0].text)


if __name__ == "__main__":
    asyncio.run(show())
