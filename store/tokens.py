"""Static tokens of those who connect, for installations without an issuer; kept as keyed hashes only."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from store.audit import WHOLE, note_done
from store.database import Database, Row
from store.sealing import Index

PREFIX = "ctk_"  # tells a token of ours from any other, for whoever finds one and for scanners of secrets
_SECRET_BYTES = 32
_ID_BYTES = 6
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token. Times are UTC ms.

    ``scopes`` and ``offices`` are as they were given; ``expires_at`` None is never, ``revoked_at``
    None is not.
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    offices: tuple[str, ...]
    created_at: int
    expires_at: int | None
    revoked_at: int | None

    def counts(self, now: int) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Tokens:
    """The table access_tokens."""

    def __init__(self, database: Database, index: Index) -> None:
        self._database = database
        self._index = index

    async def create(
        self, name: str, *, scopes: Iterable[str], offices: Iterable[str], now: int, expires_at: int | None
    ) -> tuple[Token, str]:
        """A new token: what is kept of it, and the token itself, which nobody can show again."""
        text = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        made = Token(
            id=secrets.token_hex(_ID_BYTES),
            name=name,
            scopes=tuple(scopes),
            offices=tuple(offices),
            created_at=now,
            expires_at=expires_at,
            revoked_at=None,
        )
        async with self._database.transaction() as statements:
            await statements.execute(
                "INSERT INTO access_tokens "
                "(id, hash, name, scopes, offices, created_at, expires_at, revoked_at) "
                "VALUES ($1, $2, $3, $4, $5, $6, CAST($7 AS BIGINT), NULL)",
                made.id,
                self._hash(text),
                name,
                " ".join(made.scopes),
                " ".join(made.offices),
                now,
                expires_at,
            )
            await note_done(statements, now, "token_created", record=made.id, office=WHOLE)
        return made, text

    async def find(self, text: str, now: int) -> Token | None:
        """The token that reads so, or None if there is none, or it is expired or revoked."""
        if not text.startswith(PREFIX) or len(text) > _LONGEST or not text.isascii():
            return None
        rows = await self._database.fetch_few("SELECT * FROM access_tokens WHERE hash = $1", self._hash(text))
        found = _token(rows[0]) if rows else None
        return found if found is not None and found.counts(now) else None

    async def list(self) -> list[Token]:
        """Every token there ever was, the oldest first."""
        rows = await self._database.fetch("SELECT * FROM access_tokens ORDER BY created_at, id")
        return [_token(row) for row in rows]

    async def any_made(self) -> bool:
        """Whether there ever was one, revoked and expired ones included."""
        return bool(await self._database.fetch_few("SELECT id FROM access_tokens LIMIT 1"))

    async def revoke(self, token_id: str, now: int) -> None:
        """From now on it opens nothing; a second time does nothing."""
        async with self._database.transaction() as statements:
            touched = await statements.execute(
                "UPDATE access_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", token_id, now
            )
            if touched:
                await note_done(statements, now, "token_revoked", record=token_id, office=WHOLE)

    def _hash(self, text: str) -> str:
        return self._index.keyed_hash("access_token", text)


def _token(row: Row) -> Token:
    return Token(
        id=row["id"],
        name=row["name"],
        scopes=tuple(row["scopes"].split()),
        offices=tuple(row["offices"].split()),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )
