"""Pipecat: a pipeline of a scripted LLM service and its aggregators, the server as its `MCPClient`."""

import asyncio
import json
import uuid
from typing import Any

from mcp import StdioServerParameters
from mcp.client.session_group import SseServerParameters, StreamableHttpParameters
from pipecat.frames.frames import (
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.services.llm_service import FunctionCallFromLLM, LLMService
from pipecat.services.mcp_service import MCPClient
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies
from pipecat.workers.runner import WorkerRunner
from wire import Said, Target, main

UNANSWERED = "IN_PROGRESS"  # what the aggregator puts in the place of an answer that is to come


class Script(LLMService):
    """A model that asks for the calls it is given, and then keeps what it reads of them."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.awaited: list[str] = []
        self.asked = asyncio.Event()
        self.read = asyncio.Event()
        self.seen: dict[str, str] = {}

    async def process_frame(self, frame, direction) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        await self.push_frame(LLMFullResponseStartFrame())
        self.look(frame.context)
        calls, self.calls = self.calls, []
        if calls:
            await self.run_function_calls(
                [
                    FunctionCallFromLLM(
                        function_name=call["tool"],
                        tool_call_id=one,
                        arguments=call["arguments"],
                        context=frame.context,
                    )
                    for one, call in calls
                ]
            )
            self.asked.set()
        else:
            await self.push_frame(LLMTextFrame("One moment."))
            # An answer that was on its way when the turn before was talked over has a frame of its own, late.
            if all(self.seen.get(one, UNANSWERED) != UNANSWERED for one in self.awaited):
                self.read.set()
        await self.push_frame(LLMFullResponseEndFrame())

    def look(self, context: LLMContext) -> None:
        """Take in what the context holds of the calls."""
        for message in context.get_messages():
            if message.get("role") == "tool":
                self.seen[message["tool_call_id"]] = message["content"]


class PipecatLine:
    """One call: a pipeline and its connection to the server."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.script = Script()

    async def open(self) -> None:
        client = MCPClient(self._parameters(), tools_arguments=await self._hidden())
        self.schemas = await client.tools()
        self.context = LLMContext(tools=self.schemas)
        # Who speaks when is told by frames of ours; by default a model that listens to audio would.
        turns = LLMUserAggregatorParams(user_turn_strategies=ExternalUserTurnStrategies())
        pair = LLMContextAggregatorPair(self.context, user_params=turns)
        self.worker = PipelineWorker(
            Pipeline([pair.user(), self.script, pair.assistant()]),
            cancel_on_idle_timeout=False,
            enable_rtvi=False,
        )
        started = asyncio.Event()
        self.worker.add_event_handler("on_pipeline_started", lambda *_: started.set())
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self.worker)
        self.running = asyncio.create_task(runner.run())
        await started.wait()

    def _parameters(self):
        target = self.target
        if target.transport == "stdio":
            return StdioServerParameters(command=target.command, args=target.args, env=target.env)
        kind = StreamableHttpParameters if target.transport == "http" else SseServerParameters
        return kind(url=target.url, headers=target.headers)

    async def _hidden(self) -> dict[str, dict[str, str]] | None:
        """Fixed arguments are named tool by tool, so the tools are looked up first."""
        if not self.target.hidden:
            return None
        async with MCPClient(self._parameters()) as client:
            names = [tool.name for tool in (await client.tools()).standard_tools]
        return {name: dict(self.target.hidden) for name in names}

    async def tools(self) -> list[dict[str, Any]]:
        given = self.script.get_llm_adapter().to_provider_tools_format(self.schemas)
        return [
            {
                "name": tool["function"]["name"],
                "description": tool["function"]["description"],
                "parameters": tool["function"]["parameters"],
            }
            for tool in given
        ]

    async def turn(self, calls: list[dict[str, Any]], stop: dict[str, Any] | None) -> list[Said]:
        script = self.script
        script.calls = [(uuid.uuid4().hex, call) for call in calls]
        script.awaited = ids = [one for one, _ in script.calls]
        script.asked.clear()
        script.read.clear()
        await self.worker.queue_frame(LLMContextFrame(self.context))
        if stop is None:
            await script.read.wait()
        else:
            await script.asked.wait()
            await asyncio.sleep(stop["after"])
            await self.worker.queue_frame(InterruptionFrame())
            await self._let_go()
        script.look(self.context)
        return [Said(read=_plain(script.seen.get(one, ""))) for one in ids]

    async def _let_go(self) -> None:
        """Until the frame has ended the calls."""
        while self.script._function_call_tasks:  # noqa: ASYNC110 - it rings no bell
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        await self.worker.cancel()
        await self.running


def _plain(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content)


async def open_line(target: Target) -> PipecatLine:
    line = PipecatLine(target)
    await line.open()
    return line


if __name__ == "__main__":
    main(open_line)
