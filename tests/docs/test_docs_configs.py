"""Every block of configuration is used: what it launches is started, and what it connects to answers."""

import os
import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import doc_configs
import httpx2
import pytest
import pytest_asyncio
from doc_configs import CALL_ID, CALLER_NUMBER, PROGRAM, TOKEN_WORD, Connection, Launch
from doc_pages import blocks
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from processes import LEFT_OUT, http_server, open_practice

from server.clock import SystemClock
from server.settings import Settings, environment_names
from store.opening import open_store

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPARE_SECONDS = 1.0  # between our deadline and a platform's, for the way there and back
OTHER_CALL = "another-call"
CONFIGURED = [block for block in blocks("json") if block.rule in doc_configs.SHAPES]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def practice(tmp_path_factory):
    async with open_practice(tmp_path_factory.mktemp("configurations")) as practice:
        yield practice


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def callers(practice):
    """Patients who have the number on file that every platform here asserts."""
    patients = [replace(practice.somebody(), cell=CALLER_NUMBER) for _ in range(2 * len(CONFIGURED))]
    practice.records.patients.update({patient.patient_id: patient for patient in patients})
    practice.refreshes()
    return iter(patients)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def token(practice):
    """What the pages call YOUR_TOKEN."""
    path = practice.folder / "chairtime.db"
    async with await open_store(
        f"sqlite:///{path}", key_file=None, key_text=None, default_path=path
    ) as store:
        now = SystemClock().now()
        scopes = ("schedule:read", "schedule:write", "patients:read", "patients:write")
        _, text = await store.tokens.create(
            "platform", scopes=scopes, offices=("D10001",), now=now, expires_at=None
        )
    return text


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(practice, token, callers):
    async with http_server(practice, CHAIRTIME_TOOLSETS="scheduling") as server:
        yield server


@asynccontextmanager
async def connected(url, headers):
    """A client as any platform's, over the transport that the URL is for."""
    if url.endswith("/sse"):
        async with Client(sse_client(url, headers=headers)) as client:
            yield client
        return
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30, trust_env=False) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        yield client


async def found(client, meta, name, birth_date=""):
    result = await client.call_tool("find_patient", {"name": name, "date_of_birth": birth_date}, meta=meta)
    return result.structured_content


@pytest.mark.parametrize("block", CONFIGURED, ids=lambda block: block.place)
async def test_a_configuration_leads_to_the_tools(block, practice, server, token, callers, tmp_path):
    for way in doc_configs.read(block):
        if isinstance(way, Launch):
            await launched(way, practice, tmp_path)
        else:
            await reached(way, next(callers), server, token)


@pytest.mark.parametrize("block", [b for b in CONFIGURED if "{{" in b.text], ids=lambda block: block.place)
async def test_what_a_platform_does_not_fill_in_counts_as_not_sent(
    block, server, token, callers, monkeypatch
):
    monkeypatch.setattr(doc_configs, "TEMPLATES", {word: word for word in doc_configs.TEMPLATES})
    for way in doc_configs.read(block):
        assert isinstance(way, Connection)
        assert any("{{" in value for value in way.headers.values())
        await reached(way, next(callers), server, token)


async def launched(way: Launch, practice, folder: Path) -> None:
    """The client starts it as written, in an environment that is nobody's."""
    assert way.command == PROGRAM
    assert set(way.env) <= set(environment_names())
    own = {"SIKKA_APP_ID": practice.world.config.app_id, "SIKKA_APP_KEY": practice.world.config.app_key}
    env = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
    env |= {name: own.get(name, value) for name, value in way.env.items()}
    env |= {"CHAIRTIME_DATABASE_URL": f"sqlite:///{folder / 'chairtime.db'}", "HOME": str(folder)}
    if "--sandbox" not in way.args:
        env["SIKKA_BASE_URL"] = practice.sandbox.base_url
    program = str(Path(sys.executable).parent / "chairtime")
    async with Client(StdioServerParameters(command=program, args=way.args, env=env)) as client:
        assert "find_slots" in {tool.name for tool in (await client.list_tools()).tools}
        told = await client.call_tool("find_slots", {"reason": "exam"})
        assert told.structured_content["outcome"] in {"ok", "needs_human"}


async def reached(way: Connection, patient, server, token) -> None:
    """The platform connects to it with exactly what is written, for two calls."""
    assert {name.casefold() for name in way.headers} <= doc_configs.READ
    assert set(way.meta) <= doc_configs.META
    deadline = Settings.model_fields["call_deadline_seconds"].default
    assert way.seconds is None or way.seconds >= deadline + SPARE_SECONDS
    url = f"{server.root}{way.path}"
    headers = {name: value.replace(TOKEN_WORD, token) for name, value in way.headers.items()}

    stranger = {name: value for name, value in headers.items() if name.casefold() != "authorization"}
    async with httpx2.AsyncClient(trust_env=False) as http:
        assert (await http.post(url, json={}, headers=stranger)).status_code == 401

    told = {*headers.values(), *way.meta.values()}
    names_a_call, gives_number = CALL_ID in told, CALLER_NUMBER in told
    name = f"{patient.firstname} {patient.lastname}"
    async with connected(url, headers) as client:
        listed = {tool.name for tool in (await client.list_tools()).tools}
        assert listed >= set(way.tools)
        assert "find_slots" in listed
        verified = await found(client, way.meta, name, str(patient.birthdate))
        assert verified["outcome"] == "verified"
        by_number = (await found(client, way.meta, name))["outcome"]
        assert (by_number == "verified") is gives_number, by_number

    def other(value):
        return OTHER_CALL if value == CALL_ID else value

    async with connected(url, {name: other(value) for name, value in headers.items()}) as client:
        result = await client.call_tool(
            "find_slots",
            {"reason": "exam", "patient": verified["patient"]},
            meta={name: other(value) for name, value in way.meta.items()},  # pyright: ignore[reportArgumentType] - any mapping does
        )
        # a handle works in its own call only, where the platform tells calls apart
        assert ("slots" not in result.structured_content) is names_a_call
