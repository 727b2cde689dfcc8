"""Tokens to attack with: good ones of two kinds, and every wrong one."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import jwt
import jwt.algorithms
from cryptography.hazmat.primitives.asymmetric import ec

PUBLIC_URL: Final = "http://127.0.0.1:8999"
KEY_ID: Final = "fuzz"
SCOPES: Final = "schedule:read schedule:write patients:read patients:write billing:read billing:write"
HOURS: Final = 6
ODD: Final[tuple[Any, ...]] = (
    None,
    0,
    -1,
    1.5,
    10**30,
    True,
    "",
    " ",
    "x" * 4_000,
    "\u202e\x00",
    "\ud800",
    [],
    {},
    [None, 1],
    {"a": {"b": []}},
    ["D10001", 7],
    "*",
    "admin",
)
CLAIMS: Final = (
    "iss",
    "aud",
    "exp",
    "iat",
    "nbf",
    "sub",
    "scope",
    "scp",
    "chairtime_offices",
    "client_id",
    "jti",
)
MADE_UP: Final = (
    "ctk_",
    f"ctk_{'x' * 43}",
    "a.b.c",
    "..",
    "e30.e30.",
    "x",
    f"ctk_{'y' * 9_000}",
    "a" * 3_000,
)
HEADERS: Final = ("alg", "kid", "typ", "crit", "b64", "jwk", "jku", "x5c", "zip")


@dataclass
class Issuer:
    """Signs what it is asked to sign."""

    key: ec.EllipticCurvePrivateKey
    url: str = ""

    def token(self, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """A good token, but for what is given."""
        now = int(time.time())
        content = {
            "iss": self.url,
            "aud": PUBLIC_URL,
            "sub": "fuzz",
            "iat": now,
            "exp": now + HOURS * 3600,
            "scope": SCOPES,
            "chairtime_offices": ["D10001", "D20002"],
            **claims,
        }
        head = {"alg": "ES256", "kid": KEY_ID, "typ": "JWT", **(headers or {})}
        signed = b".".join(_base64(json.dumps(part).encode()) for part in (head, content))
        signature = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256).sign(signed, self.key)
        return (signed + b"." + _base64(signature)).decode("ascii")

    def wrong(self, chance: Random) -> str:
        """A token that opens nothing, or less than it says, or is none."""
        good = self.token()
        place = chance.randrange(len(good))
        return chance.choice(
            (
                self.token(**{chance.choice(CLAIMS): chance.choice(ODD)}),
                self.token({chance.choice(HEADERS): chance.choice(ODD)}),
                self.token({"alg": chance.choice(("none", "HS256", "RS256", "ES512", ""))}),
                good[:place] + chance.choice("AZaz09-_.") + good[place + 1 :],
                good[:place],
                chance.choice(MADE_UP),
            )
        )


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


@asynccontextmanager
async def issuing() -> AsyncGenerator[Issuer]:
    """An issuer whose keys can be had while the context lasts."""
    issuer = Issuer(ec.generate_private_key(ec.SECP256R1()))
    shown = jwt.algorithms.ECAlgorithm.to_jwk(issuer.key.public_key(), as_dict=True)
    body = json.dumps({"keys": [{**shown, "kid": KEY_ID, "use": "sig"}]}).encode("ascii")
    answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    async def publish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(publish, "127.0.0.1", 0) as door:
        issuer.url = f"http://127.0.0.1:{door.sockets[0].getsockname()[1]}"
        yield issuer
