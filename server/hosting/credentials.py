"""Who shows which token, and what it allows."""

from collections.abc import Sequence
from typing import Protocol

from server.access import Access, known_scopes
from server.clock import Clock
from server.hosting.issuer import Issuer


class KnownToken(Protocol):
    """A static token that counts."""

    @property
    def id(self) -> str:
        """What it is called; not the token."""
        ...

    @property
    def scopes(self) -> Sequence[str]:
        """What it may do."""
        ...

    @property
    def offices(self) -> Sequence[str]:
        """Where."""
        ...


class KnownTokens(Protocol):
    """Where static tokens are kept."""

    async def find(self, text: str, now: int) -> KnownToken | None:
        """The token that reads so, if it counts at `now` (UTC ms)."""
        ...

    async def any_made(self) -> bool:
        """Whether there ever was one."""
        ...


class Credentials:
    """Judges what requests show.

    Args:
        issuer: of JWTs; None where none is configured.
        tokens: the static ones.
    """

    def __init__(self, issuer: Issuer | None, tokens: KnownTokens, clock: Clock) -> None:
        self._issuer = issuer
        self._tokens = tokens
        self._clock = clock
        self._asked = issuer is not None

    async def asked_for(self) -> bool:
        """Whether every request needs a token. Once it does, it stays so, whatever is revoked."""
        self._asked = self._asked or await self._tokens.any_made()
        return self._asked

    async def access(self, text: str) -> Access | None:
        """What a token allows; None if it allows nothing here.

        Raises IssuerUnreachable.
        """
        known = await self._tokens.find(text, self._clock.now())
        if known is not None:
            return Access(known_scopes(known.scopes), tuple(known.offices), f"static:{known.id}")
        return await self._issuer.access(text) if self._issuer is not None else None
