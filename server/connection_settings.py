"""The settings of who may connect over HTTP, and how much they may ask."""

from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
Seconds = Annotated[float, Field(gt=0)]


def listed(value: str) -> list[str]:
    """The names of a comma list, in lower case."""
    return [name for part in value.split(",") if (name := part.strip().casefold())]


class ConnectionSettings(BaseSettings):
    """What a server that listens needs to know."""

    issuer: str = Field(
        default="",
        validation_alias="CHAIRTIME_ISSUER",
        description="OAuth issuer whose JWTs are taken over HTTP; https, or http on loopback.",
    )
    jwks_url: str = Field(
        default="",
        validation_alias="CHAIRTIME_JWKS_URL",
        description="Where the issuer publishes its keys; needed with an issuer.",
    )
    public_url: str = Field(
        default="",
        validation_alias="CHAIRTIME_PUBLIC_URL",
        description="This server's address as agents know it, without /mcp: the audience of JWTs.",
    )
    office_claim: str = Field(
        default="chairtime_offices",
        min_length=1,
        validation_alias="CHAIRTIME_OFFICE_CLAIM",
        description="The claim of a JWT that names its offices: D10001, D10001/1, or * for every one served.",
    )
    allowed_hosts: str = Field(
        default="",
        validation_alias="CHAIRTIME_ALLOWED_HOSTS",
        description="Comma list of Host headers taken besides loopback's; without a port, any port.",
    )
    allowed_origins: str = Field(
        default="",
        validation_alias="CHAIRTIME_ALLOWED_ORIGINS",
        description="Comma list of Origin headers taken besides loopback's, for browsers.",
    )
    max_body_bytes: int = Field(
        default=262_144,
        gt=0,
        validation_alias="CHAIRTIME_MAX_BODY_BYTES",
        description="The longest body of an HTTP request; a longer one is answered 413.",
    )
    max_header_bytes: int = Field(
        default=16_384,
        gt=0,
        validation_alias="CHAIRTIME_MAX_HEADER_BYTES",
        description="The longest head of an HTTP request; a longer one is answered 431.",
    )
    request_seconds: Seconds = Field(
        default=5.0,
        validation_alias="CHAIRTIME_REQUEST_SECONDS",
        description="Within this a head and then a body must have arrived, else 408, and answers be read.",
    )
    requests_per_minute: int = Field(
        default=3000,
        gt=0,
        validation_alias="CHAIRTIME_REQUESTS_PER_MINUTE",
        description="Requests of one token; more are answered 429.",
    )
    failed_tokens_per_minute: int = Field(
        default=60,
        gt=0,
        validation_alias="CHAIRTIME_FAILED_TOKENS_PER_MINUTE",
        description="Wrong tokens from one address that are answered 401; more are answered 429.",
    )
    calls_at_once: int = Field(
        default=100,
        gt=0,
        validation_alias="CHAIRTIME_CALLS_AT_ONCE",
        description="Tool calls of one token under way, and its open event streams; more are answered 429.",
    )

    max_connections: int = Field(
        default=2000,
        gt=1,
        validation_alias="CHAIRTIME_MAX_CONNECTIONS",
        description="Open connections of everybody together, event streams included; more are answered 503.",
    )

    @model_validator(mode="after")
    def _an_issuer_is_whole(self) -> Self:
        needed = (self.issuer, self.jwks_url, self.public_url)
        if (self.issuer or self.jwks_url) and not all(needed):
            raise ValueError("CHAIRTIME_ISSUER, CHAIRTIME_JWKS_URL and CHAIRTIME_PUBLIC_URL go together")
        for url in filter(None, needed):
            parts = urlsplit(url)
            if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
                raise ValueError(
                    "CHAIRTIME_ISSUER, CHAIRTIME_JWKS_URL and CHAIRTIME_PUBLIC_URL must be https, "
                    "or http on loopback"
                )
        return self

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names in CHAIRTIME_ALLOWED_HOSTS."""
        return tuple(listed(self.allowed_hosts))

    @property
    def origins(self) -> tuple[str, ...]:
        """The names in CHAIRTIME_ALLOWED_ORIGINS."""
        return tuple(listed(self.allowed_origins))
