"""openai-agents: a `Runner` whose model is a script, and the server as its MCP server."""

import asyncio
import json
import uuid
from typing import Any

from agents import Agent, ModelResponse, RunConfig, Runner, Usage
from agents.mcp import MCPServerSse, MCPServerStdio, MCPServerStreamableHttp, MCPUtil
from agents.models.interface import Model
from agents.run_context import RunContextWrapper
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText
from wire import STARTS_WITHIN, Said, Target, main


class Script(Model):
    """A model that asks for the calls it is given, and then keeps what it reads of them."""

    def __init__(self, calls: list[ResponseFunctionToolCall]) -> None:
        self.calls = calls
        self.read: dict[str, str] = {}

    async def get_response(self, system_instructions, input, *_: Any, **__: Any) -> ModelResponse:  # noqa: A002
        for item in input if isinstance(input, list) else []:
            if item.get("type") == "function_call_output":
                self.read[item["call_id"]] = _text(item["output"])
        output: list[Any] = list(self.calls)
        self.calls = []
        if not output:
            words = ResponseOutputText(text="One moment.", type="output_text", annotations=[])
            output = [
                ResponseOutputMessage(
                    id=uuid.uuid4().hex, content=[words], role="assistant", status="completed", type="message"
                )
            ]
        return ModelResponse(output=output, usage=Usage(), response_id=None)

    def stream_response(self, *_: Any, **__: Any):
        raise NotImplementedError


class OpenAiLine:
    """One call: a connection, and an agent run for each turn."""

    def __init__(self, target: Target) -> None:
        more: dict[str, Any] = {
            "use_structured_content": target.options.get("structured", False),
            "cache_tools_list": True,
        }
        if target.meta:
            more["tool_meta_resolver"] = lambda _: dict(target.meta)
        if target.transport == "stdio":
            params: Any = {"command": target.command, "args": target.args, "env": target.env}
            self.server: Any = MCPServerStdio(
                params=params, client_session_timeout_seconds=STARTS_WITHIN, **more
            )
        else:
            kind = MCPServerStreamableHttp if target.transport == "http" else MCPServerSse
            self.server = kind(params={"url": target.url, "headers": target.headers}, **more)

    async def tools(self) -> list[dict[str, Any]]:
        context = RunContextWrapper(context=None)
        given = await MCPUtil.get_function_tools(self.server, True, context, Agent(name="phone"))
        return [
            {
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.params_json_schema,
                "strict": tool.strict_json_schema,
            }
            for tool in given
        ]

    async def turn(self, calls: list[dict[str, Any]], stop: dict[str, Any] | None) -> list[Said]:
        asked = [
            ResponseFunctionToolCall(
                type="function_call",
                name=call["tool"],
                call_id=uuid.uuid4().hex,
                arguments=json.dumps(call["arguments"]),
            )
            for call in calls
        ]
        script = Script(list(asked))
        agent = Agent(name="phone", model=script, mcp_servers=[self.server])
        quiet = RunConfig(tracing_disabled=True)
        run = asyncio.create_task(Runner.run(agent, "...", run_config=quiet))
        if stop is None:
            await run
        else:
            while script.calls and not run.done():  # noqa: ASYNC110 - it rings no bell
                await asyncio.sleep(0)
            await asyncio.sleep(stop["after"])
            run.cancel()
            await asyncio.wait([run])
        return [Said(read=script.read.get(one.call_id, "")) for one in asked]

    async def close(self) -> None:
        self._over.set()
        await self._task

    async def open(self) -> None:
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()

        async def hold() -> None:
            try:
                async with self.server:
                    ready.set_result(None)
                    await self._over.wait()
            except BaseException as error:
                if ready.done():
                    raise
                ready.set_exception(error)

        self._task = asyncio.create_task(hold())  # streams are closed by the task that opened them
        await ready


def _text(output: Any) -> str:
    if isinstance(output, str):
        return output
    return "".join(part.get("text", "") for part in output)


async def open_line(target: Target) -> OpenAiLine:
    line = OpenAiLine(target)
    await line.open()
    return line


if __name__ == "__main__":
    main(open_line)
