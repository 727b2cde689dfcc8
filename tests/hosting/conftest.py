"""One server with an issuer, for two of the sandbox's three offices."""

from types import SimpleNamespace

import httpx2
import pytest
import pytest_asyncio
from issuing import Issuer
from processes import http_server, open_practice

from sandbox.app import SikkaApp
from sandbox.world import OfficeSpec
from store.opening import open_store

OFFICES = ("D10001", "D20002", "D30003")
SERVED = "D10001,D20002"


@pytest.fixture(scope="package")
def issuer():
    issuer = Issuer()
    yield issuer
    issuer.close()


@pytest.fixture(scope="package")
def sikka_heard():
    """Every request that reached Sikka, with its headers and its body."""
    heard: list[str] = []
    log = SikkaApp.log

    def noted(app, call, status, query, office_id):
        heard.append(f"{call.method} {call.path} {query} {call.headers} {call.body}")
        log(app, call, status, query, office_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SikkaApp, "log", noted)
        yield heard


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def house(tmp_path_factory, issuer, sikka_heard):
    """The practice, its server, and how to make static tokens."""
    specs = tuple(OfficeSpec(office_id, patients=300) for office_id in OFFICES)
    folder = tmp_path_factory.mktemp("hosting")
    settings = {
        **issuer.environment,
        "CHAIRTIME_OFFICE": SERVED,
        "CHAIRTIME_REQUEST_SECONDS": "1",
        "CHAIRTIME_REQUESTS_PER_MINUTE": "400",
        "CHAIRTIME_CALLS_AT_ONCE": "8",
        "CHAIRTIME_MAX_BODY_BYTES": "65536",
        "CHAIRTIME_ALLOWED_HOSTS": "voice.example.org, tls.example.org:8443",
        "CHAIRTIME_ALLOWED_ORIGINS": "https://console.example.org",
    }
    async with open_practice(folder, offices=specs) as practice, http_server(practice, **settings) as server:
        url = f"sqlite:///{folder / 'chairtime.db'}"
        async with await open_store(url, key_file=None, key_text=None, default_path=folder) as store:
            yield SimpleNamespace(
                practice=practice,
                server=server,
                tokens=store.tokens,
                issuer=issuer,
                sikka_heard=sikka_heard,
                folder=folder,
            )


@pytest_asyncio.fixture(loop_scope="package")
async def http(house):
    async with httpx2.AsyncClient(base_url=house.server.root, trust_env=False, timeout=10) as http:
        yield http
