"""Requests that no honest client would send, and what each may be answered with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from bench.fuzz.tokens import Issuer
from bench.fuzz.values import TEXTS, raw, value, written
from bench.fuzz.wrong_things import (
    CHUNKS,
    CONTENT_TYPES,
    DOORS,
    HEADER_LINES,
    METHODS,
    NO_HTTP,
    NO_JSON,
    NO_METHODS,
    PATHS,
    RPC_METHODS,
)

HUNG_UP: Final = 0
HOST: Final = "127.0.0.1:1"
JSON: Final = ("Content-Type: application/json", "Accept: application/json, text/event-stream")
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
