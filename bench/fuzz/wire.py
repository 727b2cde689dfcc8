"""Bytes to the server and back, over sockets that may be treated badly."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Final

HOST: Final = "127.0.0.1"
ANSWER_SECONDS: Final = 15.0  # a server that says nothing for so long, and does not hang up, is stuck
OK: Final = 200
LOOK_SECONDS: Final = 0.2
MOST_BYTES: Final = 4_194_304
NO_LENGTH: Final = frozenset({204, 304})


@dataclass
class Heard:
    """What came back. `status` is 0 where the server hung up without an answer.

    Attributes:
        stuck: nothing came, and the connection stayed.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    stuck: bool = False


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def say(self, data: bytes) -> None:
        """Send; nobody may be there any more."""
        with contextlib.suppress(OSError):
            self.writer.write(data)
            await self.writer.drain()

    async def hear(self, *, head: bool = False) -> Heard:
        """The next answer; `head` where the request was one that has no body in its answer."""
        heard = Heard()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._hear(heard, head=head)
        except TimeoutError:
            heard.stuck = True
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError):
            pass  # it hung up
        return heard

    async def _hear(self, heard: Heard, *, head: bool) -> None:
        status, lines = 100, [""]
        while status < 200:  # noqa: PLR2004 - a go-ahead is followed by the answer
            lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            status = int(lines[0].split(" ", 2)[1])
        pairs = (line.partition(":") for line in lines[1:] if line)
        heard.headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        heard.status = status
        if head or status in NO_LENGTH:
            return
        if "content-length" in heard.headers:
            heard.body = await self.reader.readexactly(int(heard.headers["content-length"]))
        elif heard.headers.get("transfer-encoding") == "chunked":
            await self._chunks(heard)

    async def _chunks(self, heard: Heard) -> None:
        while (size := int(await self.reader.readuntil(b"\r\n"), 16)) and len(heard.body) < MOST_BYTES:
            heard.body += await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        if not size:
            await self.reader.readuntil(b"\r\n")

    async def gone(self, seconds: float = ANSWER_SECONDS) -> bool:
        """Whether the server hangs up within that time; what it still says is thrown away."""
        with contextlib.suppress(OSError):
            try:
                async with asyncio.timeout(seconds):
                    while await self.reader.read(65_536):
                        pass
            except TimeoutError:
                return False
        return True

    async def reset(self) -> bool:
        """Whether the server has given the connection up, without reading what it said: a write tells."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                while not self.writer.is_closing():
                    with contextlib.suppress(OSError):
                        self.writer.write(b"\r\n")
                    await asyncio.sleep(LOOK_SECONDS)
        return self.writer.is_closing()

    async def endpoint(self) -> tuple[Heard, str]:
        """The head of an event stream's answer, and the path that its first event names; "" without one."""
        heard = Heard()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._hear(heard, head=True)
                while heard.status == OK:
                    text = await self.reader.readuntil(b"\r\n")
                    if text.startswith(b"data: "):
                        return heard, text[6:].decode("ascii").strip()
        except TimeoutError:
            heard.stuck = True
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError):
            pass  # it hung up
        return heard, ""

    def half_close(self) -> None:
        """Say that nothing more comes."""
        with contextlib.suppress(OSError, RuntimeError):
            self.writer.write_eof()

    def drop(self) -> None:
        """Go away without a word."""
        self.writer.transport.abort()


async def connect(port: int, *, small: bool = False) -> Line:
    """A connection, whose window takes next to nothing where it is `small`."""
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setblocking(False)
    try:
        if small:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        await asyncio.get_running_loop().sock_connect(door, (HOST, port))
        limit = 1_024 if small else 262_144
        reader, writer = await asyncio.open_connection(sock=door, limit=limit)
    except BaseException:
        door.close()
        raise
    return Line(reader, writer)


@contextlib.asynccontextmanager
async def line(port: int, *, small: bool = False) -> AsyncGenerator[Line]:
    """A connection for as long as the context lasts."""
    one = await connect(port, small=small)
    try:
        yield one
    finally:
        one.drop()
