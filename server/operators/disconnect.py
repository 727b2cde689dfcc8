"""What `chairtime disconnect` does: ends an office's keys at Sikka, and forgets them here."""

from contextlib import suppress
from typing import Final

from rich.console import Console

from server.app import Connection, connected
from server.failures import Failure
from server.operators.records import acting, opened
from server.settings import Settings
from server.sikka.errors import KeyRefused, Refused, SikkaError
from server.sikka.keys import RequestKey

DEAD_ALREADY: Final = (Refused, KeyRefused)  # expired, unknown, or ended before
NO_ANSWER: Final = "Sikka could not be asked to end the keys of {}. They are kept. Ask again later."


async def disconnect(settings: Settings, office: str, by: str = "") -> int:
    """End the keys of one office, or of all that the store knows. ``by`` "" is this machine's user.

    Raises:
        Failure: no such office, or Sikka could not be asked; what was not ended is kept, to be ended later.
    """
    async with opened(settings) as records:
        chosen = [each for each in records.chosen(office) if each is not None] or records.offices
        office_ids = list(dict.fromkeys(each.office_id for each in chosen))
    out, kept = Console(highlight=False), list[str]()
    async with connected(settings) as connection:
        for office_id in office_ids:
            try:
                with acting(connection.store, "disconnect", by):
                    said = await _end(connection, office_id)
            except SikkaError:
                kept.append(office_id)
            else:
                out.print(f"{office_id}: {said}", markup=False)
    if kept:
        raise Failure(NO_ANSWER.format(", ".join(kept)))
    return 0


async def _end(connection: Connection, office_id: str) -> str:
    """End both keys, the one that buys new ones first. Raises SikkaError."""
    # Nobody may renew what is being ended: the new key would outlive it.
    async with connection.keys.renewing(office_id):
        held = await connection.keys.load(office_id)
        if held is not None:
            await _end_at_sikka(connection, held)
        await connection.store.offices.forget_keys(office_id)
    if held is None:
        return "there was no key to end."
    return "its keys are ended and forgotten. A server that is still running would fetch new ones."


async def _end_at_sikka(connection: Connection, held: RequestKey) -> None:
    sikka = connection.sikka.application(live=True)
    if held.refresh_key:
        with suppress(*DEAD_ALREADY):
            await sikka.end_refresh_key(held.refresh_key)
    with suppress(*DEAD_ALREADY):
        await sikka.end_request_key(held.request_key)
