"""Chairtime's tools in a Pipecat pipeline. Run as it is, it shows the tools and asks one of them."""

import asyncio
import os

from mcp.client.session_group import StreamableHttpParameters
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.mcp_service import MCPClient

URL = os.environ.get("CHAIRTIME_URL", "http://127.0.0.1:8000/mcp")
TOKEN = os.environ.get("CHAIRTIME_TOKEN", "")


def chairtime(call_id: str, caller_number: str = "") -> MCPClient:
    """The client for one call: another one for each call, since the headers name it."""
    headers = {"X-Call-Id": call_id}
    if TOKEN:  # on this machine none is needed until there is one
        headers["Authorization"] = f"Bearer {TOKEN}"
    if caller_number:
        headers["X-Caller-Number"] = caller_number
    return MCPClient(StreamableHttpParameters(url=URL, headers=headers, timeout=5, sse_read_timeout=5))


async def context_for(client: MCPClient, prompt: str) -> LLMContext:
    """What your pipeline's aggregators are made with; the tools' handlers go with it."""
    return LLMContext([{"role": "system", "content": prompt}], tools=await client.tools())


async def show() -> None:
    """The same context without a pipeline and without a model."""
    async with chairtime("call-4711") as client:
        context = await context_for(client, "You answer the phone of a dental office.")
        tools = {tool.name: tool for tool in context.tools.standard_tools}
        print(list(tools))

        async def answered(text: str) -> None:
            print(text)

        arguments = {"topic": "phones"}
        call = FunctionCallParams("office_info", "1", arguments, None, None, context, answered)
        await tools["office_info"].handler(call)


if __name__ == "__main__":
    asyncio.run(show())
