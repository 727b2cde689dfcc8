"""What `chairtime tokens` does: makes, lists and revokes static tokens."""

import re
import sys
from collections.abc import Sequence
from typing import Any, Final

from server.access import EVERY_OFFICE, SCOPES
from server.clock import DAY_MS, SystemClock
from server.failures import Failure
from server.operators.records import acting, opened
from server.operators.tables import Column, Page, local, moment, plain, short
from server.places import database_path
from server.settings import Settings
from store.opening import open_store
from store.tokens import Token

DEFAULT_SCOPES: Final = ("schedule:read", "schedule:write", "patients:read", "patients:write")
MOST_DAYS: Final = 3_650  # a token that outlives whoever made it is better made without an end, knowingly
_OFFICE: Final = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)?")
DAY: Final = len("2026-11-23")


def _lines(value: Any) -> str:
    return plain(value).replace(" ", "\n")


# What a terminal of 80 characters takes; when a token was made is told in JSON.
COLUMNS: Final = (
    Column("Token", "id", short),
    Column("Name", "name", plain),
    Column("Offices", "offices", _lines),
    Column("Scopes", "scopes", _lines),
    Column("State", "state", plain),
    Column("Expires", "expires_at", lambda value: local(value)[:DAY]),
)


async def create(
    settings: Settings,
    page: Page,
    name: str,
    offices: Sequence[str],
    scopes: Sequence[str],
    days: int,
    by: str = "",
) -> int:
    """Make a token and show it, this once. ``by`` "" is this machine's user, here and below.

    Raises:
        Failure: an office or a scope is not written as one, the name is blank, or it would last too long.
    """
    name = plain(name).strip()
    mistakes = {
        f"A scope is one of {', '.join(SCOPES)}.": not set(scopes) <= set(SCOPES),
        "An office is written D10001 or D10001/1; * is every one served.": not all(map(_is_office, offices)),
        "Give it a name with --name: whose it is, for your own list.": not name,
        f"Give --days from 1 to {MOST_DAYS}, or 0 for a token without an end.": not 0 <= days <= MOST_DAYS,
    }
    if told := [what for what, made in mistakes.items() if made]:
        raise Failure(f"No token was made. {' '.join(told)}")
    now = SystemClock().now()
    # a server beyond loopback does not start without a token, so the store may have to be made here
    async with await open_store(
        settings.database_url,
        key_file=settings.key_file,
        key_text=settings.key.get_secret_value() or None,
        default_path=database_path(),
    ) as store:
        with acting(store, "tokens create", by):
            made, text = await store.tokens.create(
                name,
                scopes=scopes or DEFAULT_SCOPES,
                offices=offices,
                now=now,
                expires_at=now + days * DAY_MS if days else None,
            )
    if page.as_json:
        page.sheet({**_record(made, now), "token": text})
    else:
        sys.stderr.write("This token is shown once, and kept nowhere. Agents send it as a bearer token:\n")
        sys.stdout.write(f"{text}\n")
    return 0


async def list_tokens(settings: Settings, page: Page) -> int:
    """Every token there ever was; none can be shown itself."""
    async with opened(settings) as records:
        tokens = await records.store.tokens.list()
    now = SystemClock().now()
    page.listing([_record(token, now) for token in tokens], COLUMNS, "There is no token.")
    return 0


async def revoke(settings: Settings, page: Page, beginning: str, by: str = "") -> int:
    """End a token, named by a unique beginning of its id.

    Raises:
        Failure: there is no such token, or more than one.
    """
    now = SystemClock().now()
    async with opened(settings) as records:
        tokens = records.store.tokens
        found = [token for token in await tokens.list() if token.id.startswith(beginning)]
        if len(found) != 1:
            many = "more than one token begins" if found else "no token begins"
            raise Failure(f"Nothing was revoked: {many} with {plain(beginning)}.")
        with acting(records.store, "tokens revoke", by):
            await tokens.revoke(found[0].id, now)
        after = next(token for token in await tokens.list() if token.id == found[0].id)
    page.listing([_record(after, now)], COLUMNS, "")
    return 0


def _is_office(text: str) -> bool:
    return text == EVERY_OFFICE or _OFFICE.fullmatch(text) is not None


def _record(token: Token, now: int) -> dict[str, Any]:
    ended = "revoked" if token.revoked_at is not None else "expired"
    return {
        "id": token.id,
        "name": token.name,
        "offices": " ".join(token.offices),
        "scopes": " ".join(token.scopes),
        "state": "valid" if token.counts(now) else ended,
        "created_at": moment(token.created_at),
        "expires_at": moment(token.expires_at),
        "revoked_at": moment(token.revoked_at),
    }
