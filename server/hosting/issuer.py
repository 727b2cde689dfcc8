"""Tokens of an OAuth issuer: JWTs checked against the keys that it publishes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import anyio
import httpx2
import jwt
import structlog
from pydantic import BaseModel, ValidationError

from server.access import Access, known_scopes
from server.clock import Clock

# Fixed here, never taken from a token: only signatures that need the issuer's private key.
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
REQUIRED: Final = ("exp", "iat", "iss", "aud", "sub")
LEEWAY_SECONDS: Final = 10
FETCH_SECONDS: Final = 2.0
FRESH_SECONDS: Final = 600.0  # then the keys are asked for again
TRUSTED_SECONDS: Final = 3600.0  # an issuer that is down this long is not believed any more
BETWEEN_FETCHES_SECONDS: Final = 30.0  # whatever key ids strangers make up
WITHOUT_KEYS_SECONDS: Final = 3.0  # the same, while there are no keys at all
MOST_BYTES: Final = 262_144
OK: Final = 200
log = structlog.get_logger(__name__)


class IssuerUnreachable(Exception):
    """The issuer's keys cannot be had, so that nobody's token can be judged."""


class _KeySet(BaseModel):
    """A JWKS document (RFC 7517); keys of kinds that are not known here are passed over."""

    keys: list[dict[str, Any]]


@dataclass
class _Keys:
    """The issuer's keys by their ids, and when they were had, in monotonic seconds."""

    by_id: Mapping[str, jwt.PyJWK] = field(default_factory=dict[str, jwt.PyJWK])
    had_at: float = -math.inf
    asked_at: float = -math.inf


class Issuer:
    """Judges tokens of one issuer.

    Args:
        issuer: what `iss` must be.
        jwks_url: where its keys are.
        audience: what `aud` must name: this server's own address.
        office_claim: the claim that names offices: a list, or a text with blanks or commas between them.
    """

    def __init__(self, issuer: str, jwks_url: str, audience: str, office_claim: str, clock: Clock) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._audience = audience
        self._office_claim = office_claim
        self._clock = clock
        self._keys = _Keys()
        self._asking = anyio.Lock()

    async def access(self, text: str) -> Access | None:
        """What a token allows; None if it is none of this issuer's, not for this server, or expired.

        Raises IssuerUnreachable.
        """
        try:
            header = jwt.get_unverified_header(text)
        except jwt.PyJWTError:
            return None
        if header.get("alg") not in ALGORITHMS:
            return None
        key = await self._key(header.get("kid"))
        if key is None:
            return None
        try:
            claims = jwt.decode(
                text,
                key=key,
                algorithms=list(ALGORITHMS),
                audience=[self._audience, f"{self._audience}/"],
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": list(REQUIRED)},
            )
        except (jwt.PyJWTError, ValueError, OverflowError):
            return None
        client = claims.get("client_id") or claims.get("azp") or ""
        return Access(
            scopes=known_scopes(_words(claims.get("scope")) + _words(claims.get("scp"))),
            offices=tuple(_words(claims.get(self._office_claim))),
            token=f"jwt:{client}:{claims['sub']}",
        )

    async def _key(self, key_id: object) -> jwt.PyJWK | None:
        """The key of that id, asking the issuer where it is not known or the keys are old."""
        keys = self._keys
        if self._clock.monotonic() - keys.had_at > FRESH_SECONDS or _of(keys.by_id, key_id) is None:
            await self._ask()
        if self._clock.monotonic() - keys.had_at > TRUSTED_SECONDS:
            raise IssuerUnreachable
        return _of(keys.by_id, key_id)

    async def _ask(self) -> None:
        async with self._asking:
            keys, now = self._keys, self._clock.monotonic()
            if now - keys.asked_at < (BETWEEN_FETCHES_SECONDS if keys.by_id else WITHOUT_KEYS_SECONDS):
                return
            keys.asked_at = now
            found = await self._fetched()
            if found:
                keys.by_id, keys.had_at = found, now

    async def _fetched(self) -> dict[str, jwt.PyJWK]:
        """The keys as they are published now; empty if they cannot be had."""
        body = bytearray()
        try:
            with anyio.fail_after(FETCH_SECONDS):
                async with (
                    httpx2.AsyncClient(trust_env=False, timeout=FETCH_SECONDS) as http,
                    http.stream("GET", self._jwks_url) as answer,
                ):
                    async for part in answer.aiter_bytes():
                        body += part
                        if len(body) > MOST_BYTES or answer.status_code != OK:
                            break
                    refused = answer.status_code != OK or len(body) > MOST_BYTES
            given = [] if refused else _KeySet.model_validate_json(bytes(body)).keys
        except (httpx2.HTTPError, TimeoutError, ValidationError) as error:
            log.warning("issuer_keys_not_read", error=type(error).__name__)
            return {}
        return dict(entry for entry in map(_read, given) if entry is not None)


def _read(key: Mapping[str, Any]) -> tuple[str, jwt.PyJWK] | None:
    """A key that signs, by its id; None for any other."""
    if key.get("use", "sig") != "sig" or key.get("kty") not in {"RSA", "EC", "OKP"}:
        return None
    try:
        return str(key.get("kid", "")), jwt.PyJWK(dict(key))
    except jwt.PyJWTError:
        return None


def _of(keys: Mapping[str, jwt.PyJWK], key_id: object) -> jwt.PyJWK | None:
    """A token without a key id is of an issuer's only key."""
    if key_id is None:
        return next(iter(keys.values())) if len(keys) == 1 else None
    return keys.get(key_id) if isinstance(key_id, str) else None


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return value.replace(",", " ").split()
    if isinstance(value, list):
        return [word for word in cast("list[object]", value) if isinstance(word, str)]
    return []
