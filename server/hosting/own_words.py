"""Puts answers of the protocol library that refuse a whole HTTP request into our words."""

import json
from collections.abc import Mapping
from typing import Any, Final, cast

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.protocol_words import error_of

REFUSED: Final = 400  # and above
JSON: Final = "application/json"
PLAIN: Final = ("text/plain", "")
NO_REQUEST: Final = -32600  # the protocol's code for whatever else is wrong with a request
WORDS: Final[Mapping[int, str]] = {
    400: "This request cannot be read.",
    404: "There is nothing here.",
    405: "This method is not taken here.",
    406: "The Accept header has to take JSON, and for a stream text/event-stream.",
    413: "The request's body is too long.",
    415: "The request's body has to be JSON.",
}
"""By status."""
OTHERWISE: Final = "The request is refused."


class OwnWords:
    """An ASGI app whose refusals are told in our words; answers and event streams pass as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held: list[Message] = []
        body = bytearray()

        async def told(message: Message) -> None:
            if not held:
                if message["type"] == "http.response.start" and message["status"] >= REFUSED:
                    held.append(message)
                else:
                    await send(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body", False):
                return
            start = held[0]
            said = _reworded(start["status"], Headers(raw=start["headers"]), bytes(body))
            MutableHeaders(raw=start["headers"])["content-length"] = str(len(said))
            await send(start)
            await send({"type": "http.response.body", "body": said})

        await self._app(scope, receive, told)


def _reworded(status: int, headers: Headers, body: bytes) -> bytes:
    kind = headers.get("content-type", "").partition(";")[0]
    if kind in PLAIN:
        return WORDS.get(status, OTHERWISE).encode()
    if kind != JSON:
        return body
    try:
        told: Any = json.loads(body)
    except ValueError:
        return body
    if not isinstance(told, dict) or "jsonrpc" not in told:
        return body
    answer = cast("dict[str, Any]", told)
    error = cast("dict[str, Any]", answer.get("error") or {})
    said = error_of(error.get("code", 0), error.get("data"))
    if said["code"] == NO_REQUEST:
        said["message"] = WORDS.get(status, said["message"])
    return json.dumps({**answer, "error": said}).encode()
