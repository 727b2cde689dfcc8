"""The wire: nothing taken from the environment, no key sent on, no wait without an end."""

import gzip
import socket
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest

from server.sikka.errors import NoAnswer, NotSent, SikkaError, Unreadable
from server.sikka.transport import Timeouts, open_transport

OFFICE = "D10001"


@asynccontextmanager
async def answering(reply):
    """A port that gives every request the same bytes; yields its URL and what it was sent."""
    received = []

    async def serve(stream):
        async with stream:
            received.append(await stream.receive())
            await reply(stream)

    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as listener,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(listener.serve, serve)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        with anyio.fail_after(10):
            yield f"http://127.0.0.1:{port}/v4", received
        tasks.cancel_scope.cancel()


def http(status, body=b"", **headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def saying(data):
    async def reply(stream):
        await stream.send(data)

    return reply


async def quiet(stream):
    await anyio.sleep_forever()


async def trickling(stream):
    await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
    while True:
        await stream.send(b" ")
        await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"])
async def test_no_proxy_is_taken_from_the_environment(staged, monkeypatch, name):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # bound and not listening: whoever tries it is refused
        monkeypatch.setenv(name, f"http://127.0.0.1:{reserved.getsockname()[1]}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        async with staged() as stage:
            assert await stage.office.providers()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed_and_no_key_is_sent_on(staged, status):
    async with answering(saying(http("200 OK", b"{}"))) as (elsewhere, sent_on):
        moved = saying(http(f"{status} Moved", Location=f"{elsewhere}/providers"))
        async with (
            staged() as stage,
            answering(moved) as (url, received),
            open_transport(url, Timeouts()) as moving,
        ):
            await stage.office.providers()  # a key is in the store
            client = stage.another_process(transport=moving).office(OFFICE, live=True)
            with pytest.raises(Unreadable) as unreadable:
                await client.providers()
            assert unreadable.value.status == status
            with pytest.raises(Unreadable):
                await client.write("POST", "/appointment", {"a": "b"})
            assert any(stage.keys.kept[OFFICE].request_key.encode() in each for each in received)
        assert sent_on == []


async def test_answers_are_asked_for_and_read_compressed(staged):
    body = gzip.compress(b'{"items": [], "total_count": "0"}')
    async with answering(saying(http("200 OK", body, Content_Encoding="gzip"))) as (url, received):
        async with open_transport(url, Timeouts()) as transport:
            answer = await transport.ask(
                "GET", "/providers", params={"a": "b c"}, headers={"Request-Key": "k"}
            )
        assert answer.text == '{"items": [], "total_count": "0"}'
        (request,) = received
        head, _, _ = request.partition(b"\r\n\r\n")
        lines = head.decode().casefold().split("\r\n")
        assert (
            lines[0] == "get /v4/providers?a=b+c http/1.1" or lines[0] == "get /v4/providers?a=b%20c http/1.1"
        )
        assert "accept-encoding: gzip" in lines
        assert "request-key: k" in lines
    async with staged() as stage:
        assert len(await stage.office.appointments()) == len(stage.records.appointments)


async def test_a_body_is_sent_as_json():
    created = saying(http("201 Created", b"{}"))
    async with answering(created) as (url, received), open_transport(url, Timeouts()) as transport:
        await transport.ask("POST", "/appointment", body={"length": "30"})
    assert b"content-type: application/json" in received[0].lower()
    assert received[0].endswith(b'{"length":"30"}')


BROKEN = {
    "nothing at all": saying(b""),
    "no HTTP": saying(b"220 smtp ready\r\n"),
    "half a head": saying(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "half a body": saying(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"items"'),
    "no gzip": saying(http("200 OK", b"plain", Content_Encoding="gzip")),
    "silence": quiet,
    "a trickle": trickling,
}


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN)
async def test_whatever_breaks_after_the_first_byte_is_no_answer(reply):
    async with (
        answering(reply) as (url, received),
        open_transport(url, Timeouts(read=0.2, whole=0.4)) as transport,
    ):
        with pytest.raises(NoAnswer):
            await transport.ask("POST", "/appointment", body={})
        assert len(received) == 1


async def test_every_part_of_a_call_has_a_limit_of_its_own():
    async with open_transport("http://127.0.0.1:9/v4", Timeouts(1, 2, 3, 4)) as transport:
        assert transport._client.timeout == httpx2.Timeout(connect=1, read=2, write=3, pool=4)
    assert all(0 < seconds <= 120 for seconds in vars(Timeouts()).values())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/v4", "http://chairtime.invalid/v4", "gopher://127.0.0.1/v4"]
)
async def test_what_fails_before_the_first_byte_was_not_sent(url):
    async with open_transport(url, Timeouts(connect=2.0)) as transport:
        with pytest.raises(NotSent) as failed:
            await transport.ask("POST", "/appointment", body={"patient_id": "4711"})
    assert "4711" not in repr(failed.value)
    assert isinstance(failed.value, SikkaError)


async def test_an_address_that_is_none_was_not_sent():
    async with open_transport("http://127.0.0.1:1/v4", Timeouts()) as transport:
        with pytest.raises(NotSent):
            await transport.ask("GET", "/a\x00b")
