"""Who may knock over HTTP: only what names this machine, and comes from it."""

import json

import httpx2
import pytest
import pytest_asyncio
from processes import http_server, open_practice

from server.tools.toolsets import ALL

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
OTHER_HOST = "This server is not called by that name."
OTHER_ORIGIN = "Pages from elsewhere may not call this server."
JSON = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory):
    async with (
        open_practice(tmp_path_factory.mktemp("doors")) as practice,
        http_server(practice) as server,
    ):
        yield server


@pytest_asyncio.fixture(loop_scope="module")
async def http(server):
    async with httpx2.AsyncClient(base_url=server.root, trust_env=False, timeout=5) as http:
        yield http


@pytest.mark.parametrize("path", ["/mcp", "/sse", "/messages/"])
@pytest.mark.parametrize(
    ("headers", "status", "says"),
    [
        ({"Host": "evil.example"}, 421, OTHER_HOST),
        ({"Host": "127.0.0.1.evil.example:8000"}, 421, OTHER_HOST),
        ({"Origin": "https://evil.example"}, 403, OTHER_ORIGIN),
        ({"Origin": "http://127.0.0.1.evil.example"}, 403, OTHER_ORIGIN),
        ({"Origin": "null"}, 403, OTHER_ORIGIN),
    ],
)
async def test_a_wrong_host_or_origin_is_refused_in_a_sentence_as_json(http, path, headers, status, says):
    if path == "/sse":
        answer = await http.get(path, headers=headers)
    else:
        answer = await http.post(path, json=LIST, headers={**JSON, **headers})
    assert answer.status_code == status
    assert answer.json()["error_description"] == says
    assert "find_patient" not in answer.text


async def test_the_machines_own_origin_is_let_in(http, server):
    origin = {"Origin": f"http://127.0.0.1:{server.port}"}
    answer = await http.post("/mcp", json=LIST, headers={**JSON, **origin})
    assert answer.status_code == 200
    assert len(json.loads(answer.text)["result"]["tools"]) == len(ALL)
    async with http.stream("GET", "/sse", headers=origin) as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")


async def test_health_is_answered_without_a_word_of_anything_else(http):
    answer = await http.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"healthy": True})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\x00\xff", b'{"jsonrpc": "2.0"}', b"null"])
async def test_a_body_that_is_no_request_is_refused_and_the_server_goes_on(http, body):
    answer = await http.post("/mcp", content=body, headers=JSON)
    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text
    assert (await http.get("/healthz")).status_code == 200
