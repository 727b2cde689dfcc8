"""Who asks too much, too often, in too many places at once, or never listens: over real HTTP and SSE."""

import socket
from contextlib import AsyncExitStack, asynccontextmanager

import anyio
import httpx2
import pytest
from callers import OVER_HTTP, on_the_phone
from processes import LIMIT_SECONDS

pytestmark = pytest.mark.asyncio(loop_scope="package")

LIST = b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}'
HELLO = (
    b'{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18",'
    b'"capabilities":{},"clientInfo":{"name":"deaf","version":"1"}}}'
)
READY = b'{"jsonrpc":"2.0","method":"notifications/initialized"}'
AT_ONCE = 8  # as the server is set


def bearer(token):
    return {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "Authorization": f"Bearer {token}",
    }


async def test_more_event_streams_than_a_token_may_have_are_refused_until_one_ends(http, house):
    mine = bearer(house.issuer.token(sub="many streams"))
    async with AsyncExitStack() as streams:
        for _ in range(AT_ONCE):
            stream = await streams.enter_async_context(http.stream("GET", "/sse", headers=mine))
            assert stream.status_code == 200
        answer = await http.get("/sse", headers=mine)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert (await http.post("/mcp", content=LIST, headers=mine)).status_code == 200
    with anyio.fail_after(LIMIT_SECONDS):
        while True:
            async with http.stream("GET", "/sse", headers=mine) as stream:
                if stream.status_code == 200:
                    break


@pytest.mark.parametrize("path", ["/mcp", "/messages/"])
async def test_more_requests_at_once_than_a_token_may_have_are_refused(http, house, path):
    mine = bearer(house.issuer.token(sub=f"at once {path}"))
    head = "".join(f"{name}: {value}\r\n" for name, value in mine.items())
    unfinished = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:1\r\n{head}Content-Length: 9\r\n\r\n[".encode()
    async with AsyncExitStack() as open_ones:
        for _ in range(AT_ONCE):
            stream = await open_ones.enter_async_context(
                await anyio.connect_tcp("127.0.0.1", house.server.port)
            )
            await stream.send(unfinished)
        with anyio.fail_after(LIMIT_SECONDS):
            while (answer := await http.post(path, content=LIST, headers=mine)).status_code != 429:
                pass
    assert answer.json()["error"] == "too_many_requests"


@pytest.mark.parametrize(("path", "address"), [("/mcp", "127.0.0.2"), ("/sse", "127.0.0.3")])
async def test_an_address_with_too_many_wrong_tokens_waits_and_a_right_one_is_served(house, path, address):
    line = httpx2.AsyncHTTPTransport(local_address=address)
    async with httpx2.AsyncClient(base_url=house.server.root, transport=line, timeout=10) as there:
        method = "GET" if path == "/sse" else "POST"
        answers = [
            await there.request(method, path, content=LIST, headers=bearer("ctk_wrong")) for _ in range(62)
        ]
        assert [answer.status_code for answer in answers[:60]] == [401] * 60
        assert answers[-1].status_code == 429
        assert answers[-1].json()["error_description"] == "Too many wrong tokens from this address."
        right = bearer(house.issuer.token(sub="from the same address"))
        assert (await there.post("/mcp", content=LIST, headers=right)).status_code == 200


@asynccontextmanager
async def deaf_client(house):
    """A connection whose window takes next to nothing, and that reads nothing."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    door.setblocking(False)
    with door:
        await anyio.to_thread.run_sync(door.connect_ex, ("127.0.0.1", house.server.port))
        await anyio.wait_writable(door)
        yield door


async def is_cut_off(door):
    """Wait until the server has given the connection up, which only writing to it tells."""
    with anyio.fail_after(LIMIT_SECONDS):
        while True:
            try:
                door.send(b"\r\n")
            except BlockingIOError:
                pass
            except OSError:
                return
            await anyio.sleep(0.05)


def asks(path, token, bodies):
    head = "".join(f"{name}: {value}\r\n" for name, value in bearer(token).items())
    return b"".join(
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode()
        + body
        for body in bodies
    )


async def test_a_client_that_does_not_read_its_answers_is_cut_off(house):
    data = asks("/mcp", house.issuer.token(sub="deaf"), [LIST] * 300)
    async with deaf_client(house) as door:
        while data:
            try:
                data = data[door.send(data) :]
            except BlockingIOError:
                break  # the server takes no more requests until answers are read
        await is_cut_off(door)


async def test_a_client_that_does_not_read_its_event_stream_is_cut_off(http, house):
    token = house.issuer.token(sub="deaf stream")
    async with deaf_client(house) as door:
        door.send(f"GET /sse HTTP/1.1\r\nHost: 127.0.0.1:1\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        told = b""
        with anyio.fail_after(LIMIT_SECONDS):
            while b"data: " not in told or not told.endswith(b"\r\n\r\n"):
                await anyio.wait_readable(door)
                told += door.recv(1000)
        path = told.partition(b"data: ")[2].split(b"\r\n")[0].decode()
        status = 202
        for body in (HELLO, READY, *[LIST] * 300):
            if status == 202:
                status = (await http.post(path, content=body, headers=bearer(token))).status_code
        await is_cut_off(door)


@pytest.mark.parametrize("transport", OVER_HTTP)
async def test_nothing_of_a_token_reaches_sikka(house, transport):
    token = house.issuer.token(sub=f"kept from sikka {transport}")
    before = len(house.sikka_heard)
    async with on_the_phone(house.server, transport, token=token, at="/o/D10001", call_id="mine") as caller:
        patient = await caller.identify(house.practice.somebody())
        slot = (await caller.offers(patient=patient))[0]["slot"]
        assert (await caller.book(patient, slot)).outcome == "pending"
        with anyio.fail_after(LIMIT_SECONDS):
            while not any("POST /appointment" in each for each in house.sikka_heard[before:]):
                await caller.ask("check_writeback")
    heard = "\n".join(house.sikka_heard[before:])
    assert "'request-key'" in heard, "headers are among what was heard"
    assert not [part for part in (*token.split("."), "Bearer", "kept from sikka") if part in heard]
