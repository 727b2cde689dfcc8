"""Clients that keep the server waiting: slow, silent, deaf, half gone, or gone."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import Final

from bench.fuzz.attacks import JSON, LIST, Armoury, request
from bench.fuzz.wire import Heard, Line, line

TOO_SLOW: Final = 408
OK: Final = 200
ACCEPTED: Final = 202
DEAF_REQUESTS: Final = 400
STREAM_MESSAGES: Final = 3
DRIP_SECONDS: Final = 0.05

INITIALIZE: Final = (
    b'{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18",'
    b'"capabilities":{},"clientInfo":{"name":"fuzz","version":"1"}}}'
)
HELLO: Final = (
    INITIALIZE,
    b'{"jsonrpc":"2.0","method":"notifications/initialized"}',
)

Slow = Callable[[int, Random, Armoury], Awaitable["tuple[Heard, str]"]]


def _whole(arms: Armoury) -> bytes:
    return request("POST", "/mcp", *JSON, body=LIST, token=arms.token)


async def _ended(one: Line, heard: Heard, *allowed: int) -> tuple[Heard, str]:
    """The answer, and whether the server let go of the connection."""
    if heard.status not in allowed:
        return heard, f"status {heard.status}"
    return heard, "" if await one.gone() else "the connection stays"


async def _half_head(port: int, chance: Random, arms: Armoury) -> tuple[Heard, str]:
    data = _whole(arms)
    async with line(port) as one:
        await one.say(data[: chance.randrange(0, data.index(b"\r\n\r\n"))])
        return await _ended(one, await one.hear(), TOO_SLOW)


async def _half_body(port: int, chance: Random, arms: Armoury) -> tuple[Heard, str]:
    data = _whole(arms)
    async with line(port) as one:
        await one.say(data[: -chance.randrange(1, len(LIST))])
        return await _ended(one, await one.hear(), TOO_SLOW)


async def _drip(port: int, chance: Random, arms: Armoury) -> tuple[Heard, str]:
    data = _whole(arms)
    start = chance.choice((0, data.index(b"\r\n\r\n") + 4))
    async with line(port) as one:

        async def drip() -> None:
            await one.say(data[:start])
            for byte in data[start:-1]:
                await one.say(bytes([byte]))
                await asyncio.sleep(DRIP_SECONDS)

        async with asyncio.TaskGroup() as tasks:
            dripping = tasks.create_task(drip())
            heard = await one.hear()
            dripping.cancel()
        return await _ended(one, heard, TOO_SLOW)


async def _half_closed(port: int, chance: Random, arms: Armoury) -> tuple[Heard, str]:
    data = _whole(arms)
    async with line(port) as one:
        await one.say(data[: chance.choice((len(data), chance.randrange(len(data))))])
        one.half_close()
        return await _ended(one, await one.hear(), 0, OK)


async def _gone(port: int, chance: Random, arms: Armoury) -> tuple[Heard, str]:
    data = _whole(arms) * chance.choice((1, 20))
    async with line(port) as one:
        await one.say(data[: chance.choice((len(data), chance.randrange(len(data))))])
    return Heard(), ""


async def _deaf(port: int, _: Random, arms: Armoury) -> tuple[Heard, str]:
    """Asks and asks, and reads nothing: the server has to stop writing, and to hang up."""
    async with line(port, small=True) as one:
        one.writer.write(_whole(arms) * DEAF_REQUESTS)
        await asyncio.sleep(4)
        return Heard(), "" if await one.reset() else "the connection stays, and nobody reads"


async def _stream(port: int, chance: Random, arms: Armoury) -> tuple[Heard, str]:
    """An event stream: its messages are answered on it, and then it is left in one way or another."""
    at = chance.choice(("", "/o/D10001", "/o/D10001/1"))
    async with line(port) as one:
        await one.say(request("GET", f"{at}/sse", "Accept: text/event-stream", body=None, token=arms.token))
        heard, path = await one.endpoint()
        if heard.status != OK or not path:
            return heard, f"no stream: {heard.status}"
        bodies = chance.choices(
            (*HELLO, LIST, b"{", b"[]", LIST + b" " * 9_000), k=chance.randrange(STREAM_MESSAGES)
        )
        heard = await _posted(port, path, arms, [*HELLO, *bodies][chance.randrange(3) :])
        if heard.status not in {0, ACCEPTED, 400}:
            return heard, f"a message on the stream: {heard.status}"
        if chance.random() < 0.5:  # noqa: PLR2004 - half of them
            one.half_close()
            return heard, "" if await one.gone() else "the stream stays"
    return heard, ""


async def _deaf_stream(port: int, _: Random, arms: Armoury) -> tuple[Heard, str]:
    """An event stream that nobody reads, with messages that are answered on it all the same."""
    async with line(port, small=True) as one:
        await one.say(request("GET", "/sse", "Accept: text/event-stream", body=None, token=arms.token))
        heard, path = await one.endpoint()
        if not path:
            return heard, "no stream"
        await _posted(port, path, arms, [*HELLO, *[LIST] * DEAF_REQUESTS])
        await asyncio.sleep(4)
        return Heard(), "" if await one.reset() else "the stream stays, and nobody reads"


async def _posted(port: int, path: str, arms: Armoury, bodies: list[bytes]) -> Heard:
    """What the last message for a stream was answered with; the rest is kept back once one is refused."""
    heard = Heard()
    async with line(port) as other:
        for body in bodies:
            await other.say(request("POST", path, *JSON, body=body, token=arms.token))
            heard = await other.hear()
            if heard.status != ACCEPTED:
                break
    return heard


# Kind -> how many of a hundred slow clients are such, and what they do.
KINDS: Final[Mapping[str, tuple[int, Slow]]] = {
    "half a head": (20, _half_head),
    "half a body": (15, _half_body),
    "drip": (10, _drip),
    "half closed": (15, _half_closed),
    "gone": (20, _gone),
    "deaf": (2, _deaf),
    "stream": (16, _stream),
    "deaf stream": (2, _deaf_stream),
}
