"""The gate by itself: what gets in, what does not, and what of a request goes further."""

from typing import Any

import httpx2
import pytest
from harness import ManualClock
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import JSONResponse

from server.access import EVERYTHING, NOBODY, Access, current
from server.hosting.credentials import Credentials
from server.hosting.gate import Gate, Limits
from server.hosting.issuer import IssuerUnreachable
from server.hosting.traffic import Failures, Meter
from store.tokens import Token

SECRET = "ctk_of-a-platform"
TOKEN = Token("id", "a platform", ("schedule:read", "theirs"), ("D10001",), 0, None, None)


class Kept:
    """Static tokens, as a store keeps them."""

    def __init__(self, *, made=True):
        self.made = made

    async def any_made(self):
        return self.made

    async def find(self, text, now):
        return TOKEN if text == SECRET else None


class Down:
    async def access(self, text):
        raise IssuerUnreachable


class Inside:
    """What the protocol's app would be asked."""

    def __init__(self):
        self.scope: dict[str, Any] = {}
        self.access = NOBODY
        self.body = b""

    async def __call__(self, scope, receive, send):
        self.scope, self.access = scope, current() or NOBODY
        self.body = (await receive()).get("body", b"") if scope["method"] == "POST" else b""
        await JSONResponse({})(scope, receive, send)


def a_gate(tokens, issuer=None, calls_at_once=5):
    clock, inside = ManualClock(), Inside()
    meter = Meter(100, calls_at_once, clock)
    security = TransportSecuritySettings(allowed_hosts=["test"])
    gate = Gate(
        inside,
        Credentials(issuer, tokens, clock),
        security,
        meter,
        Failures(2, clock),
        Limits(1000, 5),
        metadata_url="",
        open_paths=["/healthz"],
    )
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(gate), base_url="http://test")
    return http, inside, meter


PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'
JSON = {"Content-Type": "application/json"}
SHOWN = {**JSON, "Authorization": f"Bearer {SECRET}"}


async def test_of_a_token_nothing_goes_further_than_the_gate():
    http, inside, meter = a_gate(Kept())
    async with http:
        answer = await http.post("/o/D10001/mcp", content=PING, headers={**SHOWN, "X-Call-Id": "a call"})
    assert answer.status_code == 200
    assert SECRET not in str(inside.scope)
    assert SECRET not in str(vars(inside.scope["user"].access_token))
    headers = dict(inside.scope["headers"])
    assert (headers[b"x-chairtime-office"], headers[b"x-call-id"]) == (b"D10001", b"a call")
    assert inside.scope["root_path"] == "/o/D10001"
    assert inside.access == Access(frozenset({"schedule:read"}), ("D10001",), "static:id")
    assert inside.access.lane is meter.of("static:id").lane
    assert inside.body == PING
    assert meter.of("static:id").resting


async def test_on_loopback_without_any_token_everything_is_allowed_but_not_through_a_proxy():
    http, inside, _ = a_gate(Kept(made=False))
    async with http:
        assert (await http.post("/mcp", content=PING, headers=JSON)).status_code == 200
        assert inside.access is EVERYTHING
        assert "user" not in inside.scope
        for name in ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"):
            answer = await http.post("/mcp", content=PING, headers={**JSON, name: "203.0.113.7"})
            assert answer.status_code == 401


async def test_the_first_token_closes_the_door_to_those_without_one_for_good():
    kept = Kept(made=False)
    http, _, _ = a_gate(kept)
    async with http:
        assert (await http.get("/mcp")).status_code == 200
        kept.made = True
        assert (await http.get("/mcp")).status_code == 401
        kept.made = False
        assert (await http.get("/mcp")).status_code == 401
        assert (await http.get("/healthz")).status_code == 200


async def test_while_an_issuer_cannot_be_asked_its_tokens_wait_and_static_ones_work():
    http, _, _ = a_gate(Kept(made=False), Down())
    async with http:
        answer = await http.get("/mcp", headers={"Authorization": "Bearer a.b.c"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert (await http.get("/mcp", headers=SHOWN)).status_code == 200


async def test_calls_and_streams_beyond_the_tokens_are_told_to_wait():
    http, _, meter = a_gate(Kept(), calls_at_once=1)
    async with http:
        with meter.of("static:id").lane.taken():
            answer = await http.post("/mcp", content=PING, headers=SHOWN)
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        meter.of("static:id").streams = 1
        assert (await http.get("/sse", headers=SHOWN)).status_code == 429
        assert (await http.post("/mcp", content=PING, headers=SHOWN)).status_code == 200


async def test_too_many_wrong_tokens_from_an_address_wait_and_right_ones_are_served():
    http, _, _ = a_gate(Kept())
    async with http:
        wrong = {**JSON, "Authorization": "Bearer ctk_wrong"}
        answers = [await http.post("/mcp", content=PING, headers=wrong) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [401, 401, 429]
        assert answers[-1].headers["retry-after"] == "30"
        assert (await http.post("/mcp", content=PING, headers=SHOWN)).status_code == 200
        assert (await http.post("/mcp", content=PING)).status_code == 401


async def test_streams_are_counted_where_no_token_is_asked_for_too():
    http, _, meter = a_gate(Kept(made=False), calls_at_once=1)
    async with http:
        assert (await http.get("/sse")).status_code == 200
        meter.of("").streams = 1
        assert (await http.get("/sse")).status_code == 429
        assert (await http.post("/mcp", content=PING, headers=JSON)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{}",
        b"null",
        b"[" * 500,
        b"[" + PING + b"]",
        PING.replace(b"2.0", b"1.0"),
        PING.replace(b"ping", b"\\ud800"),
        PING.replace(b'"ping"', b"7"),
        PING.replace(b":1,", b":%d," % 10**30),
        PING.replace(b":1,", b":[1],"),
        PING.replace(b":1,", b":null,"),
        PING.replace(b":1,", b':"%b",' % (b"x" * 257)),
    ],
)
async def test_what_is_no_message_is_refused_without_repeating_it(body):
    http, inside, _ = a_gate(Kept())
    async with http:
        answer = await http.post("/mcp", content=body, headers=SHOWN)
    assert answer.status_code == 400
    assert answer.json()["error_description"] == "The body is not one JSON-RPC message."
    assert inside.scope == {}


async def test_a_long_body_that_waits_for_a_go_ahead_is_refused_before_it_is_sent():
    http, inside, _ = a_gate(Kept())
    async with http:
        headers = {**SHOWN, "Expect": "100-continue"}
        answer = await http.post("/mcp", content=b" " * 1001, headers=headers)
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert inside.scope == {}


@pytest.mark.parametrize(
    ("offices", "reached", "meant"),
    [
        (("*",), True, True),
        (("D10001",), True, True),
        (("D10001/1",), True, True),
        (("D10001/2",), False, True),
        (("D1000", "D10002"), False, False),
        ((), False, False),
    ],
)
def test_an_office_is_reached_by_its_whole_name_only(offices, reached, meant):
    access = Access(offices=offices)
    assert access.reaches("D10001", "1") is reached
    assert access.may_mean("D10001/1") is reached
    assert access.may_mean("D10001") is meant
