"""A LiveKit agent with Chairtime's tools. Run as it is, it shows the tools and asks one of them."""

import asyncio
import os
from pathlib import Path

from livekit.agents import Agent, AgentSession, JobContext
from livekit.agents.llm.mcp import MCPServerHTTP, MCPToolset

URL = os.environ.get("CHAIRTIME_URL", "http://127.0.0.1:8000/mcp")
TOKEN = os.environ.get("CHAIRTIME_TOKEN", "")
PROMPT = Path("receptionist-prompt.txt")  # one block of docs/receptionist-prompt.md, {office} filled in


def chairtime(call_id: str, caller_number: str = "") -> MCPToolset:
    """The tools for one call: another toolset for each call, since the headers name it."""
    headers = {"X-Call-Id": call_id}
    if TOKEN:  # on this machine none is needed until there is one
        headers["Authorization"] = f"Bearer {TOKEN}"
    if caller_number:
        headers["X-Caller-Number"] = caller_number
    server = MCPServerHTTP(url=URL, headers=headers, client_session_timeout_seconds=5)
    return MCPToolset(id="chairtime", mcp_server=server)


class Receptionist(Agent):
    def __init__(self, tools: MCPToolset) -> None:
        prompt = PROMPT.read_text() if PROMPT.exists() else "You answer the phone of a dental office."
        super().__init__(instructions=prompt, tools=[tools])


async def entrypoint(ctx: JobContext) -> None:
    """What your worker runs for each call; add your own models to the session."""
    caller = await ctx.wait_for_participant()
    number = caller.attributes.get("sip.phoneNumber", "")
    session = AgentSession()
    await session.start(agent=Receptionist(chairtime(ctx.room.name, number)), room=ctx.room)


async def show() -> None:
    """The same agent without a room and without a model."""
    tools = chairtime("call-4711")
    async with AgentSession() as session:
        await session.start(agent=Receptionist(tools))
        named = {tool.info.name: tool for tool in tools.tools}
        print(list(named))
        print(await named["office_info"]({"topic": "phones"}))


if __name__ == "__main__":
    asyncio.run(show())
