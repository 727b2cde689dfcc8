"""uvicorn's HTTP connections, with an end to heads too long or too slow, and to answers that nobody reads."""

import asyncio
from typing import Any, ClassVar, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

LINGER_SECONDS: Final = 0.5
TOO_SLOW: Final = (408, "Request Timeout", "The request did not arrive in time.")
TOO_LONG: Final = (431, "Request Header Fields Too Large", "The request's headers are too long.")


class _Line:
    """A transport to which an answer can be given when the client has gone: it goes nowhere.

    uvloop raises for a moment, until the protocol is told, and libraries take that for a crash.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send it, if there is anybody."""
        if not self._transport.is_closing():
            self._transport.write(data)


class Connection(HttpToolsProtocol):
    """A connection that is closed with a clear answer when a request's head is too long or too slow.

    uvicorn's own timer runs between requests only, and its httptools parser reads headers without end.
    A client that does not read holds memory, also after `close`, which waits for it: it is cut off.
    """

    most_header_bytes: ClassVar[int] = 16_384
    seconds: ClassVar[float] = 5.0  # for a head, and for what waits to be read

    _head_bytes = 0
    _in_head = True
    _refused = False
    _timer: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None
    _unread = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has connected, and owes a request."""
        super().connection_made(cast("asyncio.Transport", _Line(transport)))
        self._await_head()
        self._reading = self.loop.call_later(self.seconds, self._look_whether_it_reads)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._head_is_here()
        if self._reading is not None:
            self._reading.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a head, a body, or both."""
        if self._refused:
            return
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > self.most_header_bytes:
            self._refuse(*TOO_LONG)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        if not self._in_head:
            self._head_bytes = 0
            self._await_head()

    def on_headers_complete(self) -> None:
        """The head is whole: the request is answered, or refused for its length."""
        self._head_is_here()
        length = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if length > self.most_header_bytes:
            self._refuse(*TOO_LONG)
            return
        super().on_headers_complete()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A line of the head; those after a body mean nothing here and are not kept."""
        if self._in_head:
            super().on_header(name, value.strip(b" \t"))  # RFC 9110, 5.5; httptools leaves what is behind

    def on_body(self, body: bytes) -> None:
        """A part of a body that somebody waits for."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is whole."""
        if not self._refused:
            super().on_message_complete()

    def _await_head(self) -> None:
        self._in_head = True
        self._timer = self.loop.call_later(self.seconds, self._refuse, *TOO_SLOW)

    def _look_whether_it_reads(self) -> None:
        """Cut it off if bytes wait for it now, and did so at the last look; the kernel takes what is read."""
        waiting = self.transport.get_write_buffer_size() > 0
        if waiting and self._unread:
            self.transport.abort()
            return
        self._unread = waiting
        self._reading = self.loop.call_later(self.seconds, self._look_whether_it_reads)

    def _head_is_here(self) -> None:
        self._in_head = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: int, reason: str, text: str) -> None:
        self._head_is_here()
        self._refused = True
        transport = cast("asyncio.Transport | None", self.transport)
        if transport is None or transport.is_closing():
            return
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is not None and not cycle.response_complete:
            transport.close()  # an answer to the request before is under way: nothing may be put into it
            return
        body = text.encode("ascii")
        head = (
            f"HTTP/1.1 {status} {reason}\r\ncontent-type: text/plain; charset=utf-8\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        transport.write(head.encode("ascii") + body)
        # closed at once, with bytes unread, the connection is reset, and the client never sees the answer
        transport.write_eof()
        self._timer = self.loop.call_later(LINGER_SECONDS, transport.close)


def connection_class(most_header_bytes: int, seconds: float) -> type[Connection]:
    """Connections with these limits, in bytes and seconds; uvicorn makes them itself, and takes a class."""
    limits = {"most_header_bytes": most_header_bytes, "seconds": seconds}
    return cast("type[Connection]", type("LimitedConnection", (Connection,), limits))
