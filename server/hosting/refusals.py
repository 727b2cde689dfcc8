"""The answers to requests that are not let in: what is wrong, in our words, and nothing of what was sent."""

import math
from dataclasses import dataclass
from typing import Final

from starlette.responses import JSONResponse


@dataclass(frozen=True)
class Refusal:
    """The answer to a request that reaches nothing.

    Attributes:
        error: for programs; of a token one of RFC 6750's words.
        retry_after: seconds; None where trying again is no use.
        hang_up: whether the connection ends, since the rest of the request is not read.
    """

    status: int
    error: str
    text: str
    retry_after: float | None = None
    hang_up: bool = False

    def answer(self, challenge: str = "") -> JSONResponse:
        """As a response; `challenge` is what a client may be told of how to get a token."""
        headers: dict[str, str] = {}
        if self.status in {401, 403} and challenge:
            headers["WWW-Authenticate"] = challenge
        if self.retry_after is not None:
            headers["Retry-After"] = str(max(1, math.ceil(self.retry_after)))
        if self.hang_up:
            headers["Connection"] = "close"
        body = {"error": self.error or "unauthorized", "error_description": self.text}
        return JSONResponse(body, status_code=self.status, headers=headers)


class Refused(Exception):
    """A request is answered with a refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.error)
        self.refusal = refusal


OTHER_HOST: Final = Refusal(421, "misdirected_request", "This server is not called by that name.")
OTHER_ORIGIN: Final = Refusal(403, "origin_refused", "Pages from elsewhere may not call this server.")
NO_TOKEN: Final = Refusal(401, "", "This server asks for a bearer token in the Authorization header.")
BAD_TOKEN: Final = Refusal(401, "invalid_token", "The token is not valid here, expired or revoked.")
THROUGH_A_PROXY: Final = Refusal(
    401, "", "No token is configured, so only programs on this machine are served, not through a proxy."
)
NO_SCOPE: Final = Refusal(403, "insufficient_scope", "The token has none of this server's scopes.")
OTHER_OFFICE: Final = Refusal(403, "insufficient_scope", "The token is not for this office.")
TWO_OFFICES: Final = Refusal(400, "invalid_request", "The request names more than one office.")
NO_OFFICE: Final = Refusal(400, "invalid_request", "The request's office is not written D10001 or D10001/1.")
NO_MESSAGE: Final = Refusal(400, "invalid_request", "The body is not one JSON-RPC message.")
NO_KEYS: Final = Refusal(
    503, "temporarily_unavailable", "The token's issuer cannot be asked for its keys.", retry_after=5
)
TOO_LONG: Final = Refusal(413, "too_large", "The request's body is too long.", hang_up=True)
TOO_SLOW: Final = Refusal(408, "too_slow", "The request's body did not arrive in time.", hang_up=True)


def too_many(seconds: float) -> Refusal:
    """The token has more requests or calls than it may."""
    return Refusal(429, "too_many_requests", "Too many requests with this token.", retry_after=seconds)


def too_many_wrong(seconds: float) -> Refusal:
    """The address has shown more wrong tokens than it may."""
    return Refusal(429, "too_many_requests", "Too many wrong tokens from this address.", retry_after=seconds)
