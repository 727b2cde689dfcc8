"""LiveKit Agents: an `AgentSession` without a room, its model a script, the server as its `MCPToolset`."""

import asyncio
import json
import uuid
from typing import Any

from livekit.agents import Agent, AgentSession, llm
from livekit.agents.llm.mcp import MCPServerHTTP, MCPServerStdio, MCPToolset
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from wire import STARTS_WITHIN, Said, Target, main


class Script(llm.LLM):
    """A model that asks for the calls it is given, and then keeps what it reads of them."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[llm.FunctionToolCall] = []
        self.read: dict[str, str] = {}
        self.asked = asyncio.Event()

    def chat(self, *, chat_ctx, tools=None, conn_options=DEFAULT_API_CONNECT_OPTIONS, **_: Any):
        return ScriptStream(self, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options)


class ScriptStream(llm.LLMStream):
    async def _run(self) -> None:
        script = self._llm
        for item in self._chat_ctx.items:
            if item.type == "function_call_output":
                script.read[item.call_id] = item.output
        calls, script.calls = script.calls, []
        delta = (
            llm.ChoiceDelta(role="assistant", tool_calls=calls)
            if calls
            else llm.ChoiceDelta(role="assistant", content="One moment.")
        )
        self._event_ch.send_nowait(llm.ChatChunk(id=uuid.uuid4().hex, delta=delta))
        if calls:
            script.asked.set()


class LiveKitLine:
    """One call: a session, its agent and its connection to the server."""

    def __init__(self, target: Target) -> None:
        if target.transport == "stdio":
            self.server = MCPServerStdio(
                command=target.command,
                args=target.args,
                env=target.env,
                client_session_timeout_seconds=STARTS_WITHIN,
            )
        else:
            # By the path alone it takes /mcp for Streamable HTTP, and anything else for SSE.
            self.server = MCPServerHTTP(target.url, headers=target.headers)
        self.toolset = MCPToolset(id="chairtime", mcp_server=self.server)
        self.script = Script()
        self.session = AgentSession(llm=self.script)

    async def open(self) -> None:
        agent = Agent(instructions="You answer a dental office's phone.", tools=[self.toolset])
        await self.session.start(agent)
        if not self.toolset.tools:  # LiveKit itself only logs that it could not connect
            await self.session.aclose()
            raise ConnectionError("the agent has no tools")

    async def tools(self) -> list[dict[str, Any]]:
        listed = llm.ToolContext(self.toolset.tools)
        found = {}
        for form in ("openai", "openai.responses", "anthropic", "aws", "google"):
            try:
                found[form] = listed.parse_function_tools(form)
            except (ImportError, ValueError):
                continue  # a form that this release does not know, or that wants its vendor's package
        return [
            {
                "name": tool["function"]["name"],
                "description": tool["function"]["description"],
                "parameters": tool["function"]["parameters"],
                "strict": tool["function"].get("strict"),
                "forms": sorted(found),
                "other_forms": [
                    json.loads(json.dumps(other[place], default=str)) for other in found.values()
                ],
            }
            for place, tool in enumerate(found["openai"])
        ]

    async def turn(self, calls: list[dict[str, Any]], stop: dict[str, Any] | None) -> list[Said]:
        if stop is not None and stop["how"] == "cancel":
            return await self._cancelled(calls, stop["after"])
        script = self.script
        script.calls = [
            llm.FunctionToolCall(
                name=call["tool"], arguments=json.dumps(call["arguments"]), call_id=uuid.uuid4().hex
            )
            for call in calls
        ]
        ids = [call.call_id for call in script.calls]
        script.asked.clear()
        speech = self.session.generate_reply(user_input="...")
        if stop is not None:
            await script.asked.wait()
            await asyncio.sleep(stop["after"])
            self.session.interrupt()
        await speech
        return [Said(read=script.read.get(one, "")) for one in ids]

    async def _cancelled(self, calls: list[dict[str, Any]], after: float) -> list[Said]:
        """As the session cancels a tool that may be: the task that runs it."""
        by_name = {tool.info.name: tool for tool in self.toolset.tools}
        asked = [
            asyncio.ensure_future(by_name[call["tool"]](raw_arguments=call["arguments"])) for call in calls
        ]
        await asyncio.sleep(after)
        for task in asked:
            task.cancel()
        await asyncio.wait(asked)
        return [Said() for _ in calls]

    async def close(self) -> None:
        await self.session.aclose()


async def open_line(target: Target) -> LiveKitLine:
    line = LiveKitLine(target)
    await line.open()
    return line


if __name__ == "__main__":
    main(open_line)
