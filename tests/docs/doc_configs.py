"""What a block of configuration says of the connection, whichever platform's words it says it in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from doc_pages import Block

# Headers that the server reads; a page may set no other.
READ = {"authorization", "x-call-id", "x-caller-number", "x-chairtime-office", "x-chairtime-language"}
META = {"call_id", "caller_number", "language"}

# Where the pages' own server is, and the token it asks for there.
HOST = "voice.example.com"
TOKEN_WORD = "YOUR_TOKEN"
PROGRAM = "/path/to/.venv/bin/chairtime"
CALLER_NUMBER = "+1 860 555 0147"
CALL_ID = "call-4711"

# Words that a platform fills in for each call -> what it fills in; the test declares every one that is used.
TEMPLATES = {
    "{{customer.number}}": CALLER_NUMBER,
    "{{call_id}}": CALL_ID,
    "{{user_number}}": CALLER_NUMBER,
    "${input:chairtime-token}": TOKEN_WORD,
}
VARIABLES = {
    "system__caller_id": CALLER_NUMBER,
    "system__conversation_id": CALL_ID,
}
SECRETS = {"SECRET_ID_OF_THE_TOKEN": f"Bearer {TOKEN_WORD}"}


@dataclass(frozen=True)
class Shape:
    """Where a platform's configuration keeps what we look at; each as a path into the JSON, "" for nowhere.

    Attributes:
        timeout: of one tool call, if it can be set.
        unit: how many of the time-out's units are a second.
        token: where a bearer token stands by itself.
        meta: what goes as `_meta` with each call.
        sent: headers that the platform sends by itself.
    """

    url: str
    headers: str = ""
    timeout: str = ""
    unit: float = 1.0
    token: str = ""
    meta: str = ""
    tools: str = ""
    sent: Mapping[str, str] = field(default_factory=dict[str, str])


SHAPES: dict[str, Shape | None] = {
    "mcpServers": None,  # a list of servers by name; each has a command or a URL
    "servers": None,
    "vapi": Shape("server.url", "server.headers", "server.timeoutSeconds", sent={"X-Call-Id": CALL_ID}),
    "retell": Shape("mcps.0.url", "mcps.0.headers", "mcps.0.timeout_ms", unit=1000),
    "elevenlabs": Shape(
        "config.url",
        "config.request_headers",
        "config.response_timeout_secs",
        token="config.secret_token",
        meta="config.request_meta",
    ),
    "telnyx": Shape("url", token="api_key_ref", tools="allowed_tools"),
    "openai": Shape(
        "session.tools.0.server_url",
        "session.tools.0.headers",
        token="session.tools.0.authorization",
        tools="session.tools.0.allowed_tools",
    ),
}


@dataclass(frozen=True)
class Launch:
    """A server that the client starts itself."""

    command: str
    args: list[str]
    env: dict[str, str]


@dataclass(frozen=True)
class Connection:
    """A server that the client connects to, as its platform would.

    Attributes:
        seconds: what it gives one tool call; None where that cannot be set.
    """

    path: str
    headers: dict[str, str]
    meta: dict[str, Any]
    tools: list[str]
    seconds: float | None = None


def read(block: Block) -> Iterator[Launch | Connection]:
    """What the servers of a block are reached by."""
    told, word = json.loads(block.text), block.rule
    shape = SHAPES[word]
    if shape is not None:
        yield _connection(told, shape)
        return
    assert list(told[word]), block.place
    for server in told[word].values():
        if "command" in server:
            assert set(server) <= {"type", "command", "args", "env"}
            yield Launch(server["command"], server.get("args", []), server.get("env", {}))
        else:
            assert set(server) <= {"type", "url", "headers"}
            yield _connection(server, Shape("url", "headers"))


def _connection(told: Any, shape: Shape) -> Connection:
    url = urlsplit(_at(told, shape.url))
    assert (url.scheme, url.netloc) == ("https", HOST)
    headers = {name: _filled(value) for name, value in (_at(told, shape.headers) or {}).items()}
    token = _at(told, shape.token)
    if token is not None:
        headers["Authorization"] = _bearer(token)
    timeout = _at(told, shape.timeout)
    return Connection(
        path=url.path,
        headers={**headers, **shape.sent},
        meta={name: _filled(value) for name, value in (_at(told, shape.meta) or {}).items()},
        tools=_at(told, shape.tools) or [],
        seconds=None if timeout is None else timeout / shape.unit,
    )


def _at(told: Any, path: str) -> Any:
    """What stands at a path such as `mcps.0.url`; None where nothing does."""
    if not path:
        return None
    for step in path.split("."):
        told = told[int(step)] if step.isdecimal() else told.get(step)
        if told is None:
            return None
    return told


def _bearer(value: Any) -> str:
    text = _filled(value)
    return text if text.startswith("Bearer ") else f"Bearer {text}"


def _filled(value: Any) -> str:
    """A value as it leaves the platform."""
    if isinstance(value, dict):
        if "variable_name" in value:
            return VARIABLES[value["variable_name"]]
        return SECRETS[value["secret_id"]]
    for template, filled in TEMPLATES.items():
        value = value.replace(template, filled)
    assert "{" not in value or value in TEMPLATES.values(), f"nobody declares what fills {value}"
    return value
