"""Every refusal of the server that asks who is connecting, over real HTTP, with real JWTs."""

import json
import re
import time

import anyio
import httpx2
import pytest
from callers import OVER_HTTP, on_the_phone
from issuing import PUBLIC_URL
from processes import LIMIT_SECONDS, free_port, http_server

pytestmark = pytest.mark.asyncio(loop_scope="package")

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
JSON = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
PATHS = [
    "/mcp",
    "/sse",
    "/messages/",
    "/o/D10001/mcp",
    "/o/D10001/sse",
    "/",
    "/docs",
    "/healthz/",
    "/o/D10001/healthz",
]
DOORS = [("POST", "/mcp"), ("GET", "/sse"), ("POST", "/messages/")]
METADATA = "/.well-known/oauth-protected-resource"
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def bearer(token):
    return {**JSON, "Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT", "OPTIONS"])
async def test_without_a_token_nothing_but_health_and_metadata_is_answered(http, path, method):
    answer = await http.request(method, path, json=LIST, headers=JSON)
    assert answer.status_code == 401
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith('Bearer realm="chairtime"')
    assert f'resource_metadata="{PUBLIC_URL}{METADATA}"' in challenge
    assert "error=" not in challenge
    assert answer.json()["error_description"]


async def test_health_and_metadata_are_anybodys(http, house):
    assert (await http.get("/healthz")).json() == {"healthy": True}
    shown = (await http.get(METADATA)).json()
    assert shown["resource"] == PUBLIC_URL
    assert shown["authorization_servers"] == [house.issuer.url]
    assert "schedule:write" in shown["scopes_supported"]


@pytest.mark.parametrize("authorization", ["Basic YTpi", "Bearer", "bearertoken", "Token x"])
async def test_what_is_no_bearer_token_is_none(http, authorization):
    answer = await http.post("/mcp", json=LIST, headers={**JSON, "Authorization": authorization})
    assert answer.status_code == 401
    assert "error=" not in answer.headers["www-authenticate"]


async def test_two_tokens_are_none_and_a_query_is_no_place_for_one(http, house):
    token = house.issuer.token()
    twice = [*JSON.items(), ("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    assert (await http.post("/mcp", json=LIST, headers=twice)).status_code == 401
    assert (await http.post(f"/mcp?access_token={token}", json=LIST, headers=JSON)).status_code == 401


@pytest.mark.parametrize("path", ["/mcp", "/sse", "/messages/"])
async def test_a_wrong_token_is_refused_without_a_word_of_it(http, house, path):
    for token in (house.issuer.token(exp=int(time.time()) - 60), "ctk_" + "x" * 43, "a.b.c", "ctk_\u00e9"):
        method = "GET" if path == "/sse" else "POST"
        shown = {**JSON, "Authorization": f"Bearer {token}".encode()}
        answer = await http.request(method, path, json=LIST, headers=shown)
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
        assert token not in answer.text + str(answer.headers)


async def test_a_token_without_a_scope_of_ours_is_told_what_it_lacks(http, house):
    for method, path in DOORS:
        headers = bearer(house.issuer.token(scope="openid"))
        answer = await http.request(method, path, json=LIST, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
        assert 'scope="schedule:read' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("office", ["D10001", "D30003", "D99999", "D20002/7"])
@pytest.mark.parametrize("transport", ["/mcp", "/sse", "/messages/?session_id=" + "0" * 32])
async def test_an_office_that_is_not_the_tokens_is_refused_like_one_that_does_not_exist(
    http, house, office, transport
):
    headers = bearer(house.issuer.token(chairtime_offices=["D20002/1"], sub="of one office"))
    method = "GET" if transport == "/sse" else "POST"
    by_path = await http.request(method, f"/o/{office}{transport}", json=LIST, headers=headers)
    by_header = await http.request(
        method, transport, json=LIST, headers={**headers, "X-Chairtime-Office": office}
    )
    for answer in (by_path, by_header):
        assert answer.status_code == 403
        assert answer.json()["error_description"] == "The token is not for this office."


async def test_path_and_header_may_not_name_two_offices(http, house):
    headers = {**bearer(house.issuer.token()), "X-Chairtime-Office": "D20002"}
    for method, path in DOORS:
        assert (await http.request(method, f"/o/D10001{path}", json=LIST, headers=headers)).status_code == 400
    assert (await http.post("/o/D20002/mcp", json=LIST, headers=headers)).status_code == 200
    twice = [
        *bearer(house.issuer.token()).items(),
        ("X-Chairtime-Office", "D10001"),
        ("X-Chairtime-Office", "D20002"),
    ]
    assert (await http.post("/mcp", json=LIST, headers=twice)).status_code == 400
    odd = {**bearer(house.issuer.token()), "X-Chairtime-Office": "D10001 or 1=1"}
    assert (await http.post("/mcp", json=LIST, headers=odd)).status_code == 400


@pytest.mark.parametrize("transport", OVER_HTTP)
async def test_a_tool_beyond_the_scopes_is_neither_shown_nor_run(house, transport):
    token = house.issuer.token(scope="billing:read schedule:read", sub=f"scopes {transport}")
    async with on_the_phone(house.server, transport, token=token, at="/o/D10001") as caller:
        shown = {tool.name for tool in (await caller.client.list_tools()).tools}
        reads = {"find_slots", "check_writeback", "office_info", "list_appointments"}
        assert shown == reads | {"get_balance", "get_insurance"}
        hidden = await caller.ask("find_patient", name="Anna Lindqvist", date_of_birth="1986-04-12")
        unknown = await caller.ask("no_such_tool")
        assert hidden.facts == unknown.facts
        assert (await caller.ask("office_info", topic="hours")).outcome != unknown.outcome


async def test_an_admin_has_every_scope(house):
    token = house.issuer.token(scope="admin", sub="the admin")
    async with on_the_phone(house.server, token=token, at="/o/D10001") as caller:
        assert len((await caller.client.list_tools()).tools) == 16


async def test_a_static_token_is_taken_until_it_is_revoked_or_expired(http, house):
    now = int(time.time() * 1000)
    kept, text = await house.tokens.create(
        "desk", scopes=["schedule:read"], offices=["D10001"], now=now, expires_at=None
    )
    _, expired = await house.tokens.create(
        "old", scopes=["schedule:read"], offices=["D10001"], now=now - 2, expires_at=now - 1
    )
    assert (await http.post("/o/D10001/mcp", json=LIST, headers=bearer(text))).status_code == 200
    assert (await http.post("/o/D20002/mcp", json=LIST, headers=bearer(text))).status_code == 403
    assert (await http.post("/o/D10001/mcp", json=LIST, headers=bearer(expired))).status_code == 401
    await house.tokens.revoke(kept.id, now)
    assert (await http.post("/o/D10001/mcp", json=LIST, headers=bearer(text))).status_code == 401


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"Host": "voice.example.org"}, 200),
        ({"Host": "voice.example.org:8000"}, 200),
        ({"Host": "tls.example.org:8443"}, 200),
        ({"Host": "tls.example.org"}, 421),
        ({"Host": "evil.example.org"}, 421),
        ({"Origin": "https://console.example.org"}, 200),
        ({"Origin": "https://evil.example.org"}, 403),
    ],
)
async def test_hosts_and_origins_are_those_that_are_named(http, house, given, status):
    headers = {**bearer(house.issuer.token()), **given}
    for method, path in DOORS if status != 200 else DOORS[:1]:
        assert (await http.request(method, path, json=LIST, headers=headers)).status_code == status


async def test_a_body_that_is_too_long_is_refused_declared_or_not(http, house):
    async def endless():
        for _ in range(100):
            yield b" " * 4096

    headers = bearer(house.issuer.token())
    for path in ("/mcp", "/messages/"):
        assert (await http.post(path, content=b" " * 65_537, headers=headers)).status_code == 413
        assert (await http.post(path, content=endless(), headers=headers)).status_code == 413
    padded = json.dumps(LIST).encode().ljust(65_536)
    assert (await http.post("/mcp", content=padded, headers=headers)).status_code == 200


async def answered(house, *parts, pause=0.0):
    """What comes back for bytes that are sent one after the other, until the server hangs up."""
    stream = await anyio.connect_tcp("127.0.0.1", house.server.port)
    heard = b""
    async with stream:
        with anyio.fail_after(10):
            try:
                for part in parts:
                    await stream.send(part)
                    await anyio.sleep(pause)
                while True:
                    heard += await stream.receive()
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                return heard.decode()


async def test_headers_that_are_too_long_are_refused_whole_or_never_ending(house):
    head = b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    whole = await answered(house, head + b"X-Long: " + b"x" * 17_000 + b"\r\n\r\n")
    assert whole.startswith("HTTP/1.1 431 ")
    many = await answered(house, head + b"X: y\r\n" * 4_000 + b"\r\n")
    assert many.startswith("HTTP/1.1 431 ")
    endless = await answered(house, head + b"X-Long: ", *[b"x" * 9_000] * 2)
    assert endless.startswith("HTTP/1.1 431 ")
    stream = await answered(
        house, b"GET /sse HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"x" * 17_000 + b"\r\n\r\n"
    )
    assert stream.startswith("HTTP/1.1 431 ")
    long_path = await answered(house, b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert long_path.startswith("HTTP/1.1 431 ")


async def test_slow_clients_are_hung_up_on_and_told_so(house):
    token = house.issuer.token()
    head = f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:1\r\nAuthorization: Bearer {token}\r\n".encode()
    sent = {
        "nothing": [],
        "half a head": [head[:20], head[20:40]],
        "half a message": [head.replace(b"/mcp", b"/messages/") + b"Content-Length: 100\r\n\r\n{"],
        "half a body": [head + b"Content-Length: 100\r\n\r\n{"],
        "half of the second head": [HEALTH, head[:20]],
    }
    heard = {}

    async def ask(what):
        heard[what] = await answered(house, *sent[what], pause=0.1)

    async with anyio.create_task_group() as tasks:
        for what in sent:
            tasks.start_soon(ask, what)
    last = {what: text[text.rindex("HTTP/1.1 ") :] for what, text in heard.items()}
    assert {what: text[:13] for what, text in last.items()} == dict.fromkeys(sent, "HTTP/1.1 408 ")
    assert all("connection: close" in text.casefold() for text in last.values())


async def test_a_connection_is_kept_for_the_next_request_and_judged_anew(house):
    heard = await answered(
        house, HEALTH, HEALTH, HEALTH[:-2] + b"X-Long: " + b"x" * 17_000 + b"\r\n\r\n", pause=0.1
    )
    assert re.findall(r"HTTP/1\.1 (\d+)", heard) == ["200", "200", "431"]


async def test_blanks_around_a_headers_value_are_no_part_of_it(house):
    envelope = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "blanks", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": envelope}}
    body = json.dumps(request).encode()
    head = (
        f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:1\r\nAuthorization: Bearer {house.issuer.token()}\r\n"
        "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
        "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: \t tools/list \t \r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    heard = await answered(house, head.encode() + body)
    assert heard.startswith("HTTP/1.1 200 ")
    assert '"find_slots"' in heard


async def test_too_many_requests_of_one_token_wait_and_others_do_not(http, house):
    greedy = bearer(house.issuer.token(sub="greedy"))
    answer = await http.post("/mcp", content=b"{}", headers=greedy)
    for _ in range(600):
        if answer.status_code == 429:
            break
        answer = await http.post("/mcp", content=b"{}", headers=greedy)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    streams = []
    while 429 not in streams:  # the allowance comes back with time, so one in between may be let in
        async with http.stream("GET", "/sse", headers=greedy) as opened:
            streams.append(opened.status_code)
        await http.post("/mcp", content=b"{}", headers=greedy)
        assert len(streams) < 50
    assert (
        await http.post("/mcp", json=LIST, headers=bearer(house.issuer.token(sub="other")))
    ).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[" * 500,
        b'{"zqx',
        b'{"zqx":1}',
        b'["zqx"]',
        b'[{"jsonrpc":"2.0","id":"zqx","method":"ping"}]',
        b'{"jsonrpc":"1.0","id":"zqx","method":"ping"}',
        b'{"jsonrpc":"2.0","id":"zqx","method":"\\ud800"}',
        b'{"jsonrpc":"2.0","id":"zqx","method":7}',
    ],
)
async def test_what_is_no_message_is_refused_without_a_word_of_it(http, house, body):
    for path in ("/mcp", "/messages/?session_id=" + "0" * 32):
        answer = await http.post(path, content=body, headers=bearer(house.issuer.token(sub="no message")))
        assert answer.status_code == 400
        assert answer.json()["error_description"] == "The body is not one JSON-RPC message."
        assert not [word for word in ("zqx", "pydantic", "validation") if word in answer.text]


@pytest.mark.parametrize(("method", "params"), [("prompts/get", "name"), ("resources/read", "uri")])
async def test_what_there_is_not_is_refused_without_repeating_what_was_asked_for(http, house, method, params):
    asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {params: "file:///zqx-asked-for"}}
    answer = await http.post("/mcp", json=asked, headers=bearer(house.issuer.token(sub="no prompts")))
    assert answer.json()["error"]["code"] < 0
    assert "zqx" not in answer.text


async def test_while_the_issuer_cannot_be_asked_tokens_wait_and_so_does_who_is_one_too_many(house):
    settings = {
        **house.issuer.environment,
        "CHAIRTIME_JWKS_URL": f"http://127.0.0.1:{free_port()}/keys",
        "CHAIRTIME_OFFICE": "D10001",
        "CHAIRTIME_MAX_CONNECTIONS": "3",
    }
    async with (
        http_server(house.practice, **settings) as server,
        httpx2.AsyncClient(base_url=server.root, trust_env=False, timeout=10) as http,
    ):
        for method, path in DOORS:
            answer = await http.request(method, path, json=LIST, headers=bearer(house.issuer.token()))
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert answer.json()["error"] == "temporarily_unavailable"
        async with await anyio.connect_tcp("127.0.0.1", server.port):
            assert (await http.get("/healthz")).status_code == 200
            async with await anyio.connect_tcp("127.0.0.1", server.port):
                await full(http)


async def full(http):
    """Wait until the server has seen all who are connected."""
    with anyio.fail_after(LIMIT_SECONDS):
        while (answer := await http.get("/healthz")).status_code != 503:
            pass
    assert answer.text == "Service Unavailable"


async def test_an_event_stream_belongs_to_its_token_and_office(http, house):
    mine = {"Authorization": f"Bearer {house.issuer.token(sub='the owner')}"}
    async with http.stream("GET", "/o/D10001/sse", headers=mine) as stream:
        lines = stream.aiter_lines()
        endpoint = ""
        while not endpoint.startswith("data:"):
            endpoint = await anext(lines)
        path = endpoint.removeprefix("data:").strip()
        assert path.startswith("/o/D10001/messages/?session_id=")
        other = bearer(house.issuer.token(sub="somebody else"))
        assert (await http.post(path, json=LIST, headers=other)).status_code == 404
        elsewhere = path.replace("D10001", "D20002")
        assert (await http.post(elsewhere, json=LIST, headers={**JSON, **mine})).status_code == 404
        assert (await http.post(path, json=LIST, headers=JSON)).status_code == 401
        assert (await http.post(path, json=LIST, headers={**JSON, **mine})).status_code == 202


async def test_of_several_offices_none_is_guessed(house):
    async with on_the_phone(house.server, token=house.issuer.token(sub="no office")) as caller:
        assert (await caller.ask("office_info", topic="hours")).outcome == "not_permitted"
    only = house.issuer.token(sub="one office", chairtime_offices=["D20002"])
    async with on_the_phone(house.server, token=only) as caller:
        assert (await caller.ask("find_slots", reason="exam")).outcome == "ok"


async def test_an_office_that_is_the_tokens_but_not_served_is_not_served(house):
    token = house.issuer.token(sub="every office", chairtime_offices="*")
    async with on_the_phone(house.server, token=token, at="/o/D30003") as caller:
        assert (await caller.ask("find_slots", reason="exam")).outcome == "unavailable"
