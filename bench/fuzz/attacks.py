"""Requests that no honest client would send, and what each may be answered with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from bench.fuzz.tokens import Issuer
from bench.fuzz.values import TEXTS, raw, value, written

HUNG_UP: Final = 0
HOST: Final = "127.0.0.1:1"
JSON: Final = ("Content-Type: application/json", "Accept: application/json, text/event-stream")
METHODS: Final = (
    "GET",
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "PROPFIND",
    "SUBSCRIBE",
)
NO_METHODS: Final = ("BREW", "get", "G\x00T", "", "POST POST", "\u00c9T", "X" * 500)
DOORS: Final = (
    "/mcp",
    "/sse",
    "/messages/",
    "/o/D10001/mcp",
    "/o/D20002/1/sse",
    "/",
    "/docs",
    "/openapi.json",
)
PATHS: Final = (
    "/o/D99999/mcp",
    "/o/../mcp",
    "/o/%2e%2e/mcp",
    "/o/D10001%2F1/mcp",
    "/o/D10001/1/2/mcp",
    "/o//mcp",
    "/o/D10001//mcp",
    "/o/D10001/mcp/../../D20002/mcp",
    "/o/D10001;x=1/mcp",
    "/o/D10001%00/mcp",
    "/o/%F0%9F%A6%B7/mcp",
    "/o/%ff%fe/mcp",
    "/o/" + "D" * 5_000 + "/mcp",
    "/o/D10001/o/D20002/mcp",
    "/O/D10001/mcp",
    "/o/d10001/mcp",
    "//mcp",
    "/mcp/",
    "/mcp//",
    "/mcp%00",
    "/%6dcp",
    "/mcp?" + "a=b&" * 2_000,
    "/mcp?%ff=%00",
    "/mcp#x",
    "/messages",
    "/messages/../../etc/passwd",
    "/messages/?session_id=",
    "/messages/?session_id=%00",
    "/messages/?session_id=" + "0" * 32,
    "/messages/?session_id=" + "f" * 5_000,
    "/messages/?session_id=0&session_id=1",
    "/healthz/../mcp",
    "/healthz%2f..",
    "/.well-known/oauth-protected-resource/mcp",
    "/.env",
    "/\u00fc",
    "http://evil.example.org/mcp",
    "https://127.0.0.1/mcp",
    "*",
    "mcp",
    "/%",
    "/%zz",
)
HEADER_LINES: Final = (
    ("Content-Length: 5", "Content-Length: 7"),
    ("Content-Length: -1",),
    ("Content-Length: 9" + "9" * 30,),
    ("Content-Length: 0x10",),
    ("Content-Length: \u00b2",),
    ("Transfer-Encoding: chunked", "Content-Length: 4"),
    ("Transfer-Encoding: gzip, chunked",),
    ("Transfer-Encoding: xchunked",),
    ("Host: 127.0.0.1", "Host: evil.example.org"),
    ("Host:",),
    ("Authorization: Bearer x", "Authorization: Bearer y"),
    ("Content-Type: text/plain", "Content-Type: application/json"),
    ("MCP-Protocol-Version: 1999-01-01",),
    ("MCP-Protocol-Version: 2026-07-28", "MCP-Protocol-Version: 2025-06-18"),
    ("MCP-Protocol-Version: \u00ff",),
    ("Mcp-Method: tools/call", "MCP-Protocol-Version: 2026-07-28"),
    ("Mcp-Session-Id: " + "f" * 32,),
    ("Mcp-Session-Id: \u00ff\u00fe",),
    ("Last-Event-ID: 1",),
    ("X-Call-Id: " + "c" * 4_000,),
    ("X-Call-Id: {{call.id}}", "X-Caller-Number: {{number}}"),
    ("X-Call-Id: \u00e9\u00ff", "X-Caller-Number: +" + "9" * 200),
    ("X-Chairtime-Office: D10001", "X-Chairtime-Office: D20002"),
    ("X-Chairtime-Office: ../D20002",),
    ("X-Chairtime-Office: \u00e9",),
    ("X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1"),
    ("Expect: 100-continue",),
    ("Expect: 200-maybe",),
    ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: x"),
    ("Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABk"),
    ("Connection: close, keep-alive",),
    ("Accept: text/html",),
    ("Accept: */*;q=0",),
    ("Accept: " + "application/json," * 900,),
    ("Accept-Encoding: gzip;q=nan",),
    ("Content-Encoding: gzip",),
    ("Range: bytes=0-1",),
    ("Cookie: " + "a=b; " * 1_000,),
    ("bad header",),
    (": empty",),
    ("Na me: x",),
    ("X\x00: y",),
    ("X: a\x00b",),
    ("X: a\r\n folded",),
    ("X: a\nY: b",),
    ("X: \x7f\x1b[2J",),
    ("Mcp-Param-Reason: =?base64?!!?=",),
)
CONTENT_TYPES: Final = (
    "",
    "text/plain",
    "application/jsonx",
    "application/json; charset=utf-16",
    "application/json; charset=\u00ff",
    "application/json, text/html",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "APPLICATION/JSON",
    "application/" + "j" * 3_000,
)
CHUNKS: Final = (
    b"zz\r\n{}\r\n0\r\n\r\n",
    b"-1\r\n{}\r\n0\r\n\r\n",
    b"ffffffffffffffffff\r\n{}",
    b"2\r\n{}xx\r\n0\r\n\r\n",
    b"2;ext=" + b"x" * 3_000 + b"\r\n{}\r\n0\r\n\r\n",
    b"0\r\nTrailer: x\r\nHost: evil\r\n\r\n",
    b"0\r\n" + b"T: x\r\n" * 300 + b"\r\n",
    b"2\n{}\n0\n\n",
    b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
    b"0\r\n\r\n",
)
NO_JSON: Final = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"7",
    b"{}{}",
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf{}",
    b"\x1f\x8b\x08\x00" + b"\x00" * 60,
    b"[" * 40_000,
    b'{"a":' * 20_000,
    b"<?xml version='1.0'?>",
    b"a=1&b=2",
    b"\x00" * 500,
    b" " * 60_000 + b"{}",
)
RPC_METHODS: Final = (
    "initialize",
    "ping",
    "server/discover",
    "tools/list",
    "tools/call",
    "resources/list",
    "resources/read",
    "resources/templates/list",
    "prompts/list",
    "prompts/get",
    "completion/complete",
    "logging/setLevel",
    "tasks/list",
    "sampling/createMessage",
    "elicitation/create",
    "roots/list",
    "notifications/initialized",
    "notifications/cancelled",
    "notifications/progress",
    "notifications/roots/list_changed",
    "rpc.discover",
    "__init__",
    "",
    "tools/call\x00",
    "\u202etools/list",
    "t" * 5_000,
)
NO_HTTP: Final = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(200)),
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
    b"GET /mcp\r\n\r\n",
    b"GET /mcp HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
    b"POST /mcp HTTP/1.1\nHost: 127.0.0.1\n\n",
    b"\r\n\r\n\r\n\r\nxyz\r\n\r\n",
    b"\x00" * 300 + b"\r\n\r\n",
    b"GET  /mcp  HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET\t/mcp\tHTTP/1.1\r\n\r\n",
    b"GET /mcp HTTP/1.1\r\n\r\n",
)
LIST: Final = b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}'


@dataclass(frozen=True)
class Shot:
    """One request. `allowed` are the answers' statuses, `HUNG_UP` among them where none is owed.

    Attributes:
        head: whether the answer has no body, as to HEAD.
    """

    kind: str
    data: bytes
    allowed: frozenset[int]
    head: bool = False


@dataclass(frozen=True)
class Armoury:
    """What attacks are made with. `greedy` is a token whose minute is used up on purpose."""

    issuer: Issuer
    token: str
    greedy: str


Made = tuple[bytes, bool]


def request(
    method: str, path: str, *lines: str, body: bytes | None = b"", token: str = "", host: str = HOST
) -> bytes:
    """The bytes of a request; without a body its length is not told."""
    head = [f"{method} {path} HTTP/1.1", f"Host: {host}", *lines]
    if token:
        head.append(f"Authorization: Bearer {token}")
    if body is not None:
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode("utf-8", "surrogatepass") + (body or b"")


def _stranger(chance: Random, _: Armoury) -> Made:
    method = chance.choice(METHODS)
    return request(method, chance.choice(DOORS), *JSON, body=LIST), method == "HEAD"


def _bad_token(chance: Random, arms: Armoury) -> Made:
    return request("POST", chance.choice(DOORS[:5]), *JSON, body=LIST, token=arms.issuer.wrong(chance)), False


def _odd_authorization(chance: Random, arms: Armoury) -> Made:
    shown = chance.choice(
        (
            f"bearer\t{arms.token}",
            f"Basic {arms.token}",
            f"Bearer {arms.token}\x00",
            "Bearer",
            f"Bearer\u00a0{arms.token}",
        )
    )
    return request("POST", "/mcp", *JSON, f"Authorization: {shown}", body=LIST), False


def _host(chance: Random, arms: Armoury) -> Made:
    host = chance.choice(
        ("evil.example.org", "", "127.0.0.1.evil.example.org", "127.0.0.1@evil", "[::1", "x" * 3_000)
    )
    return request("POST", "/mcp", *JSON, body=LIST, token=arms.token, host=host), False


def _origin(chance: Random, arms: Armoury) -> Made:
    origin = chance.choice(
        (
            "https://evil.example.org",
            "null",
            "http://127.0.0.1.evil.example.org",
            "file://",
            "\u00ff",
            "http://localhostx",
        )
    )
    return request("POST", "/mcp", *JSON, f"Origin: {origin}", body=LIST, token=arms.token), False


def _path(chance: Random, arms: Armoury) -> Made:
    method = chance.choice(("POST", "POST", "DELETE", "PUT", "OPTIONS"))
    return request(method, chance.choice(PATHS), *JSON, body=LIST, token=arms.token), False


def _no_method(chance: Random, arms: Armoury) -> Made:
    return request(chance.choice(NO_METHODS), "/mcp", *JSON, body=LIST, token=arms.token), False


def _headers(chance: Random, arms: Armoury) -> Made:
    lines = chance.choice(HEADER_LINES)
    body = None if lines[0].startswith(("Content-Length", "Transfer-Encoding")) else LIST
    data = request("POST", "/mcp", *JSON, *lines, body=body, token=arms.token)
    return data if body else data + LIST + b"\r\n\r\n0\r\n\r\n", False


def _long_head(chance: Random, arms: Armoury) -> Made:
    lines = chance.choice((("X-Long: " + "x" * 17_000,), ("X: y",) * 4_000, ("X" * 17_000 + ": y",)))
    return request("POST", "/mcp", *JSON, *lines, body=LIST, token=arms.token), False


def _content_type(chance: Random, arms: Armoury) -> Made:
    lines = (f"Content-Type: {chance.choice(CONTENT_TYPES)}", JSON[1])
    return request("POST", chance.choice(("/mcp", "/messages/")), *lines, body=LIST, token=arms.token), False


def _chunks(chance: Random, arms: Armoury) -> Made:
    head = request("POST", "/mcp", *JSON, "Transfer-Encoding: chunked", body=None, token=arms.token)
    return head + chance.choice(CHUNKS), False


def _long_body(chance: Random, arms: Armoury) -> Made:
    body = chance.choice((b" ", b"[", b"\x00")) * (300_000 + chance.randrange(10_000))
    return request("POST", "/mcp", *JSON, body=body, token=arms.token), False


def _no_json(chance: Random, arms: Armoury) -> Made:
    lines = chance.choice(((), ("MCP-Protocol-Version: 2026-07-28",), ("MCP-Protocol-Version: 2025-06-18",)))
    return request("POST", "/mcp", *JSON, *lines, body=chance.choice(NO_JSON), token=arms.token), False


def _no_rpc(chance: Random, arms: Armoury) -> Made:
    """A message that is not JSON-RPC, or of a method that is not there, or with parameters of another."""
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": chance.choice(RPC_METHODS), "params": {}}
    for _ in range(chance.choice((0, 1, 1, 2))):
        part = chance.choice(("jsonrpc", "id", "method", "params", "extra"))
        message[part] = chance.choice((value(chance, {}), raw(chance), chance.choice(TEXTS)))
    if chance.random() < 0.3:  # noqa: PLR2004 - now and then
        message.pop(chance.choice(list(message)))
    if isinstance(message.get("params"), dict) and chance.random() < 0.5:  # noqa: PLR2004 - as above
        names = (
            "name",
            "arguments",
            "_meta",
            "cursor",
            "protocolVersion",
            "uri",
            "level",
            "requestId",
            "ref",
        )
        message["params"] = {name: value(chance, {}) for name in chance.sample(names, 3)}
    lines: tuple[str, ...] = ()
    if chance.random() < 0.5:  # noqa: PLR2004 - half of them
        lines = ("MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call", "Mcp-Name: find_patient")
    body = written([message, message] if chance.random() < 0.1 else message)  # noqa: PLR2004 - a batch, now and then
    return request("POST", "/mcp", *JSON, *lines, body=body, token=arms.token), False


def _no_http(chance: Random, _: Armoury) -> Made:
    noise = bytes(chance.randrange(256) for _ in range(64)) + b"\r\n\r\n"
    return chance.choice((*NO_HTTP, noise)), False


def _other_office(chance: Random, arms: Armoury) -> Made:
    office = chance.choice(("D99999", "D20002", "D20002/9", "D1000", "d10001"))
    return request("POST", f"/o/{office}/mcp", *JSON, body=LIST, token=arms.token), False


def _greedy(_: Random, arms: Armoury) -> Made:
    return request("POST", "/mcp", *JSON, body=b"{}", token=arms.greedy), False


def _health(chance: Random, _: Armoury) -> Made:
    return request(chance.choice(("GET", "HEAD", "POST", "PUT")), "/healthz", body=b"x"), True


@dataclass(frozen=True)
class Attack:
    """A kind of request: how many of a hundred, and the statuses it may be answered with."""

    share: int
    allowed: frozenset[int]
    make: Callable[[Random, Armoury], Made]


def _attack(share: int, make: Callable[[Random, Armoury], Made], *allowed: int) -> Attack:
    return Attack(share, frozenset(allowed), make)


ATTACKS: Final[Mapping[str, Attack]] = {
    "no token": _attack(8, _stranger, 401),
    "wrong token": _attack(14, _bad_token, 200, 202, 400, 401, 403, 404, 405, 429, 431),
    "odd authorization": _attack(2, _odd_authorization, 200, 400, 401, 429),
    "host": _attack(3, _host, 400, 421),
    "origin": _attack(3, _origin, 400, 403),
    "path": _attack(9, _path, 200, 202, 307, 400, 401, 403, 404, 405),
    "method": _attack(2, _no_method, HUNG_UP, 400),
    "headers": _attack(11, _headers, HUNG_UP, 200, 202, 400, 401, 403, 404, 406, 413, 421, 431),
    "long head": _attack(2, _long_head, HUNG_UP, 400, 431),
    "content type": _attack(3, _content_type, 200, 400, 415),
    "chunks": _attack(3, _chunks, HUNG_UP, 200, 202, 400, 408),
    "long body": _attack(1, _long_body, 413),
    "no JSON": _attack(8, _no_json, 400),
    "no JSON-RPC": _attack(14, _no_rpc, 200, 202, 400, 413, 404),
    "no HTTP": _attack(3, _no_http, HUNG_UP, 400, 401, 421),
    "other office": _attack(2, _other_office, 403),
    "greedy": _attack(10, _greedy, 400, 429),
    "health": _attack(2, _health, 200, 405),
}


def shot(chance: Random, arms: Armoury) -> Shot:
    """Another attack."""
    names = list(ATTACKS)
    kind = chance.choices(names, [ATTACKS[name].share for name in names])[0]
    data, head = ATTACKS[kind].make(chance, arms)
    return Shot(kind, data, ATTACKS[kind].allowed, head)
