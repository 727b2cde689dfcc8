"""Has a document's names compared with what an office shows: its kept copy, or Sikka as it answers now."""

import contextlib
from typing import Final

import anyio

from server.app import connected
from server.connecting.stored import completed
from server.desk.charter.comparing import CHAIRS, PROVIDERS, TYPES, Listed, strangers, uncompared
from server.desk.charter.reading import CharterRefused
from server.desk.charter.terms import Charter
from server.desk.doorbell import Doorbell
from server.desk.front_desk import open_desk
from server.operators.records import named
from server.settings import Settings
from server.sikka.errors import SikkaError

LISTS_SECONDS: Final = 20.0  # then a person goes on without the lists


async def compared(settings: Settings, document: str, charter: Charter, office_text: str) -> str:
    """What could not be compared and why, as a sentence for a person; "" where all was.

    Raises:
        CharterRefused: the document names what the office's system does not list.
    """
    if not uncompared(charter, {}):
        return ""
    listed, why = await _listed(settings, office_text)
    problems = strangers(document, charter, listed)
    if problems:
        raise CharterRefused(problems)
    left = uncompared(charter, listed)
    return f"Not compared with the practice's system, since {why}: {', '.join(left)}." if left else ""


async def _listed(settings: Settings, office_text: str) -> tuple[Listed, str]:
    """What the office's system lists, by kind, and why a kind may be missing."""
    settings = await completed(settings)
    if not settings.has_credentials:
        return {}, "there are no credentials for Sikka"
    async with connected(settings) as connection:
        offices = await connection.store.offices.list()
        found = named(offices, office_text) if office_text else offices
        if len(found) != 1:
            return {}, "no one office is known or was named with --office"
        (office,) = found
        desk = open_desk(connection.store, connection.sikka, Doorbell(), connection.clock, settings)
        listed: dict[str, list[str]] = {}
        with anyio.move_on_after(LISTS_SECONDS):
            with contextlib.suppress(SikkaError):
                profile = await desk.profiles.of(office)
                listed[CHAIRS] = [chair.operatory for chair in profile.chairs]
                listed[PROVIDERS] = list(profile.providers)
            with contextlib.suppress(SikkaError):
                types = (await desk.profiles.rulebook(office)).appointment_types
                listed[TYPES] = [name for one in types for name in (one.value, one.label) if name]
        return listed, "Sikka did not list them"
