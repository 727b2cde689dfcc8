"""What every client's adapter shares: requests are lines of JSON on stdin, answers go out on stdout.

It runs in the client's own environment, with nothing of the project's. A request names a line (one
connection of the client, held for one phone call) and what to do with it: "open", "tools", "turn", "close".
"""

import asyncio
import contextlib
import json
import os
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

LONGEST_REQUEST = 2**22
STARTS_WITHIN = 20.0  # over stdio a client's time-out is for the start of the server's process too


@dataclass
class Target:
    """Where a line goes, and what its client is told of the call."""

    transport: str  # http, sse or stdio
    url: str = ""
    command: str = ""
    args: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)  # arguments that the model never sees
    options: dict[str, Any] = field(default_factory=dict)  # of this client only


@dataclass
class Said:
    """What became of one tool call: what the model reads next, and "" where it never reads of it.

    ``raw`` is the protocol's own result, where the client hands it to its application.
    """

    read: str = ""
    raw: dict[str, Any] | None = None


class Line(Protocol):
    """One connection of a client."""

    async def tools(self) -> list[dict[str, Any]]:
        """The tools as the client gives them to a model."""
        ...

    async def turn(self, calls: list[dict[str, Any]], stop: dict[str, Any] | None) -> list[Said]:
        """A model's turn that asks for these calls at once: {"tool": ..., "arguments": {...}}.

        With ``stop`` the runtime's own "cancel" or "interrupt" comes ``after`` so many seconds.
        """
        ...

    async def close(self) -> None:
        """End it."""
        ...


Open = Callable[[Target], Awaitable[Line]]


def main(open_line: Open) -> None:
    """Serve requests until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no answer
    asyncio.run(_serve(open_line, answers))


async def _serve(open_line: Open, answers: Any) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LONGEST_REQUEST)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    lines: dict[str, Line] = {}
    working: set[asyncio.Task[None]] = set()

    async def answer(request: dict[str, Any]) -> None:
        try:
            done = await _do(open_line, lines, request)
            reply = {"id": request["id"], "done": done}
        except Exception:  # noqa: BLE001 - the runner says what it was
            reply = {"id": request["id"], "error": traceback.format_exc()}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()

    while text := await reader.readline():
        task = asyncio.create_task(answer(json.loads(text)))
        working.add(task)
        task.add_done_callback(working.discard)
    for line in lines.values():
        with contextlib.suppress(Exception):
            await line.close()


async def _do(open_line: Open, lines: dict[str, Line], request: dict[str, Any]) -> Any:
    name = request["line"]
    match request["do"]:
        case "open":
            lines[name] = await open_line(Target(**request["target"]))
            return None
        case "tools":
            return await lines[name].tools()
        case "turn":
            said = await lines[name].turn(request["calls"], request.get("stop"))
            return [vars(one) for one in said]
        case "close":
            return await lines.pop(name).close()
        case other:
            raise ValueError(other)
