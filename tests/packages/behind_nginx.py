"""deploy/nginx as a real nginx runs it, with TLS on loopback: `make deploy-check` runs this.

Not collected with the other tests: it needs nginx.
"""

import json
import os
import shutil
import ssl
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import anyio
import httpx2
import pytest
import pytest_asyncio
from callers import Caller
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from processes import OFFICE, free_port, http_server, open_practice

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOT = Path(__file__).parents[2]
HOST = "voice.example.org"
LIMIT = 30.0
PAUSE = 0.05
BEHIND = {"CHAIRTIME_ALLOWED_HOSTS": HOST}


def certificate(folder):
    """A key and a certificate for the name, signed by itself."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST},DNS:localhost"),
            *("-keyout", folder / "tls.pem.key", "-out", folder / "tls.pem"),
        ],
        check=True,
        capture_output=True,
    )


class Proxy:
    """A running nginx with our configuration; only places, ports and addresses differ."""

    def __init__(self, folder, first, second):
        self.folder = folder
        self.port = free_port()
        self.upstream = folder / "upstream.conf"
        own = (ROOT / "deploy/nginx/upstream.conf").read_text(encoding="utf-8")
        self.upstream.write_text(own.replace(":8000", f":{first}"), encoding="utf-8")
        text = (ROOT / "deploy/nginx/chairtime.conf").read_text(encoding="utf-8")
        for there, here in {
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "/etc/nginx/chairtime-upstream.conf": str(self.upstream),
            f"/etc/nginx/tls/{HOST}.pem": str(folder / "tls.pem"),
            f"/etc/nginx/tls/{HOST}.key": str(folder / "tls.pem.key"),
            "/var/log/nginx/chairtime.log": str(folder / "access.log"),
            "127.0.0.1:8000 ": f"127.0.0.1:{first} ",
            "127.0.0.1:8001 ": f"127.0.0.1:{second} ",
        }.items():
            assert there in text, there
            text = text.replace(there, here)
        (folder / "chairtime.conf").write_text(text, encoding="utf-8")
        temporary = "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"{'user root;' if os.geteuid() == 0 else ''}\nworker_processes 2;\ndaemon off;\n"
            f"pid {folder}/pid;\nerror_log {folder}/error.log info;\nevents {{}}\n"
            f"http {{\n{temporary}include {folder}/chairtime.conf;\n}}\n",
            encoding="utf-8",
        )
        self.command = [shutil.which("nginx") or "nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]
        self.trusted = ssl.create_default_context(cafile=str(folder / "tls.pem"))

    @property
    def root(self):
        return f"https://localhost:{self.port}"

    def http(self, **options):
        """A client that trusts the proxy's certificate, and calls it by its name."""
        headers = {"Host": HOST} | options.pop("headers", {})
        return httpx2.AsyncClient(
            verify=self.trusted, trust_env=False, headers=headers, timeout=30, **options
        )

    @asynccontextmanager
    async def running(self):
        process = await anyio.open_process(self.command, stdout=None, stderr=None)
        try:
            await self._ready(process)
            yield self
        finally:
            process.terminate()
            await process.wait()

    async def _ready(self, process):
        async with self.http() as http:
            with anyio.fail_after(LIMIT):
                while process.returncode is None:
                    try:
                        if (await http.get(f"{self.root}/healthz")).status_code == 200:
                            return
                    except httpx2.TransportError:
                        await anyio.sleep(0.02)
        raise AssertionError("nginx did not come up")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory):
    """A practice, a server behind the proxy, a token, and where a second server will be."""
    folder = tmp_path_factory.mktemp("behind")
    certificate(folder)
    async with open_practice(folder) as practice:
        create = ("tokens", "create", "--name", "agent", "--scope", "admin", "--office", OFFICE, "--json")
        made = await anyio.run_process(
            [sys.executable, "-m", "server", *create], env=practice.environment(), cwd=ROOT
        )
        token = json.loads(made.stdout)["token"]
        async with http_server(practice, CHAIRTIME_CHECK_WAIT_SECONDS="2", **BEHIND) as server:
            second = free_port()
            async with Proxy(folder, server.port, second).running() as proxy:
                yield SimpleNamespace(
                    practice=practice, server=server, proxy=proxy, token=token, second=second
                )


@asynccontextmanager
async def on_the_phone(house, transport, call_id):
    """A call through the proxy."""
    headers = {"Authorization": f"Bearer {house.token}", "X-Call-Id": call_id}
    if transport == "sse":

        def factory(headers=None, timeout=None, auth=None):
            return house.proxy.http(headers=headers or {})

        connection = sse_client(f"{house.proxy.root}/sse", headers=headers, httpx_client_factory=factory)
        async with Client(connection, mode="legacy") as client:
            yield Caller(client)
        return
    async with house.proxy.http(headers=headers) as http:
        connection = streamable_http_client(f"{house.proxy.root}/mcp", http_client=http)
        async with Client(connection) as client:
            yield Caller(client)


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_whole_call_goes_through_tls(house, transport):
    somebody = house.practice.somebody()
    async with on_the_phone(house, transport, f"whole-{transport}") as caller:
        patient = await caller.identify(somebody)
        offer = (await caller.offers(patient=patient))[0]
        told = await caller.booked(house.practice, somebody, patient, offer["slot"])
        assert offer["spoken"] in told.say
    assert len(house.practice.appointments(somebody)) == 1


async def test_an_event_arrives_at_once_while_its_stream_stays_open(house):
    headers = {"Authorization": f"Bearer {house.token}"}
    async with (
        house.proxy.http(headers=headers) as http,
        http.stream("GET", f"{house.proxy.root}/sse") as stream,
    ):
        assert stream.status_code == 200
        with anyio.fail_after(2):
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    assert "/messages/?session_id=" in line
                    return
    pytest.fail("no event came")


async def test_nobody_gets_in_without_a_token_and_nowhere_but_to_the_server(house):
    async with house.proxy.http() as http:
        assert (await http.post(f"{house.proxy.root}/mcp", json={})).status_code == 401
        assert (await http.get(f"{house.proxy.root}/sse")).status_code == 401
        assert (await http.get(f"{house.proxy.root}/metrics")).status_code == 404
        answer = await http.get(f"{house.proxy.root}/healthz")
    assert answer.json() == {"healthy": True}
    assert answer.headers["strict-transport-security"]
    log = (house.proxy.folder / "access.log").read_text(encoding="utf-8")
    assert "POST /messages/" in log
    assert "session_id" not in log


async def switch(house, port):
    return await anyio.run_process(
        [ROOT / "deploy/switch", str(port)],
        env=os.environ
        | {"CHAIRTIME_UPSTREAM": str(house.proxy.upstream), "NGINX": " ".join(house.proxy.command)},
        check=False,
    )


@dataclass
class Talk:
    """Calls that go on until they are told to end; one that is lost raises."""

    house: SimpleNamespace
    over: anyio.Event = field(default_factory=anyio.Event)
    answered: anyio.Event = field(default_factory=anyio.Event)

    def has_answered(self):
        self.answered.set()
        self.answered = anyio.Event()

    async def short(self, transport):
        async with on_the_phone(self.house, transport, f"short-{transport}") as caller:
            while not self.over.is_set():
                await caller.ask("office_info", about="hours")
                self.has_answered()
                await anyio.sleep(PAUSE)  # nginx takes no more than fifty calls a second from one address

    async def long(self):
        somebody = self.house.practice.somebody()
        async with on_the_phone(self.house, "http", "long") as caller:
            patient = await caller.identify(somebody)
            offer = (await caller.offers(patient=patient))[0]
            pending = await caller.book(patient, offer["slot"])
            while not self.over.is_set():
                told = await caller.ask(
                    "check_writeback", writeback=pending.facts["writeback"], wait_seconds=3
                )
                assert told.outcome == "pending"
                self.has_answered()
            await self.house.practice.carries_out(somebody)
            await caller.settled("confirmed", writeback=pending.facts["writeback"])

    async def goes_on(self, calls=1):
        """Wait for so many more answers."""
        with anyio.fail_after(LIMIT):
            for _ in range(calls):
                await self.answered.wait()


async def test_a_server_takes_over_from_another_and_no_call_is_lost(house, monkeypatch):
    monkeypatch.setattr("processes.free_port", lambda: house.second)
    short, stream, long = (Talk(house) for _ in range(3))
    async with http_server(house.practice, CHAIRTIME_CHECK_WAIT_SECONDS="2", **BEHIND) as newer:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(short.short, "http")
            tasks.start_soon(stream.short, "sse")
            tasks.start_soon(long.long)
            for talk in (short, stream, long):
                await talk.goes_on()
            done = await switch(house, newer.port)
            assert done.returncode == 0, done.stderr
            assert f":{newer.port};" in house.proxy.upstream.read_text(encoding="utf-8")
            await stream.goes_on(20)  # the stream is still the older server's
            await long.goes_on()
            stream.over.set()
            assert await house.server.end() == 0
            await short.goes_on(20)
            await long.goes_on()
            short.over.set()
            long.over.set()
        async with on_the_phone(house, "sse", "after") as caller:
            assert (await caller.ask("office_info", about="hours")).spoken


async def test_what_is_no_port_is_not_switched_to(house):
    before = house.proxy.upstream.read_text(encoding="utf-8")
    done = await switch(house, "no-port")
    assert (done.returncode, house.proxy.upstream.read_text(encoding="utf-8")) == (2, before)
