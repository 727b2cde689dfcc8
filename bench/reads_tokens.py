"""What callers of `bench.reads` show where tokens are asked for: a static token, or a JWT of an issuer."""

import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from server.access import EVERY_OFFICE, SCOPES
from server.clock import SystemClock
from store.opening import open_store

PUBLIC_URL: Final = "http://127.0.0.1:8999"
KEY_ID: Final = "bench"
SECONDS: Final = 3600
OFFICES_CLAIM: Final = "chairtime_offices"


@dataclass(frozen=True)
class Issuer:
    """An issuer whose one key is published at `url`, and a token of it for everything."""

    url: str
    token: str

    @property
    def environment(self) -> dict[str, str]:
        """With which a server believes it."""
        return {
            "CHAIRTIME_ISSUER": self.url,
            "CHAIRTIME_JWKS_URL": f"{self.url}/keys",
            "CHAIRTIME_PUBLIC_URL": PUBLIC_URL,
            "CHAIRTIME_OFFICE_CLAIM": OFFICES_CLAIM,
        }


@contextmanager
def issuing() -> Generator[Issuer]:
    """An issuer on loopback, for as long as the context lasts."""
    key = rsa.generate_private_key(65537, 2048)
    public = {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": KEY_ID, "use": "sig"}
    document = json.dumps({"keys": [public]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    url, now = f"http://127.0.0.1:{server.server_address[1]}", int(time.time())
    claims = {
        "iss": url,
        "aud": PUBLIC_URL,
        "sub": "a voice platform",
        "iat": now,
        "exp": now + SECONDS,
        "scope": " ".join(SCOPES),
        OFFICES_CLAIM: [EVERY_OFFICE],
    }
    try:
        yield Issuer(url, jwt.encode(claims, key, algorithm="RS256", headers={"kid": KEY_ID}))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def static_token(database: Path) -> str:
    """A token for everything, put down in a server's database."""
    url = f"sqlite:///{database}"
    async with await open_store(url, key_file=None, key_text=None, default_path=database) as store:
        _, text = await store.tokens.create(
            "bench", scopes=SCOPES, offices=(EVERY_OFFICE,), now=SystemClock().now(), expires_at=None
        )
    return text
