"""An OAuth issuer on loopback: it signs JWTs, and publishes its keys over real HTTP."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import jwt.algorithms
from cryptography.hazmat.primitives.asymmetric import ec, rsa

PUBLIC_URL = "http://127.0.0.1:8999"
EVERY_SCOPE = (
    "schedule:read schedule:write patients:read patients:write billing:read billing:write openid profile"
)


class Issuer:
    """Keys, tokens, and how often the keys were fetched."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {}
        self.published: list[dict[str, Any]] = []
        self.fetched = 0
        self.status = 200
        self.body: bytes | None = None
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.fetched += 1
                body = issuer.body or json.dumps({"keys": issuer.published}).encode()
                self.send_response(issuer.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.add_key("first")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "CHAIRTIME_ISSUER": self.url,
            "CHAIRTIME_JWKS_URL": f"{self.url}/keys",
            "CHAIRTIME_PUBLIC_URL": PUBLIC_URL,
        }

    def add_key(self, key_id: str, *, elliptic: bool = False, publish: bool = True) -> None:
        if elliptic:
            key: Any = ec.generate_private_key(ec.SECP256R1())
            shown = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
        else:
            key = rsa.generate_private_key(65537, 2048)
            shown = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        self.keys[key_id] = key
        if publish:
            self.published.append({**shown, "kid": key_id, "use": "sig"})

    def token(
        self, *, key_id: str = "first", algorithm: str = "RS256", key: Any = None, **claims: Any
    ) -> str:
        """A good token, but for the claims that are given; None leaves one out."""
        now = int(time.time())
        content = {
            "iss": self.url,
            "aud": PUBLIC_URL,
            "sub": "a voice platform",
            "iat": now,
            "exp": now + 600,
            "scope": EVERY_SCOPE,
            "chairtime_offices": ["D10001", "D20002"],
            **claims,
        }
        key = self.keys[key_id] if key is None else key
        content = {name: value for name, value in content.items() if value is not None}
        return jwt.encode(content, key, algorithm=algorithm, headers={"kid": key_id})

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
