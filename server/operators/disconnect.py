"""What `chairtime disconnect` does: ends an office's keys at Sikka, and forgets here what was stored."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from typing import Final

from rich.console import Console

from server.app import Connection, connected
from server.failures import Failure
from server.operators.records import acting, opened
from server.settings import Settings
from server.sikka.errors import KeyRefused, Refused, SikkaError
from server.sikka.keys import RequestKey
from store.credentials import Credentials

DEAD_ALREADY: Final = (Refused, KeyRefused)  # expired, unknown, or ended before
NO_ANSWER: Final = (
    "Sikka could not be asked to end the keys of {}. They are kept. Ask again later. Where Sikka will never "
    "take this application's App-Key again, --forget removes them here all the same."
)
REMOVED: Final = "The App-Id and the App-Key that were stored are removed."


async def disconnect(settings: Settings, office: str, by: str = "", *, forget: bool = False) -> int:
    """End the keys of one office, or of all that the store knows. ``by`` "" is this machine's user.

    Stored credentials go with the last office that they were stored for. With ``forget`` keys are forgotten
    here even where Sikka cannot be asked to end them.

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
                    said = await _end(connection, office_id, forget=forget)
            except SikkaError:
                kept.append(office_id)
            else:
                out.print(f"{office_id}: {said}", markup=False)
        if not kept:
            with acting(connection.store, "disconnect", by):
                gone = set(office_ids) if office else None
                if await _let_go(connection.store.credentials, gone, connection.clock.now()):
                    out.print(REMOVED, markup=False)
    if kept:
        raise Failure(NO_ANSWER.format(", ".join(kept)))
    return 0


async def _let_go(stored: Credentials, gone: Collection[str] | None, now: int) -> bool:
    """Store the credentials no longer for the offices that are gone; True if none is left, and they went too.

    ``gone`` None is all of them.
    """
    given = await stored.get()
    if given is None:
        return False
    left = [name for name in given.offices.split(",") if name.partition("/")[0] not in (gone or ())]
    if gone is None or not left:
        return await stored.forget()
    await stored.put(replace(given, offices=",".join(left)), now)
    return False


async def _end(connection: Connection, office_id: str, *, forget: bool) -> str:
    """End both keys, the one that buys new ones first. Raises SikkaError, unless they are to be forgotten."""
    # Nobody may renew what is being ended: the new key would outlive it.
    async with connection.keys.renewing(office_id):
        held, ended = await connection.keys.load(office_id), True
        if held is not None:
            try:
                await _end_at_sikka(connection, held)
            except SikkaError:
                if not forget:
                    raise
                ended = False
        await connection.store.offices.forget_keys(office_id)
    if held is None:
        return "there was no key to end."
    if not ended:
        return "its keys are forgotten here. Sikka was not told; the request key lives a day at most."
    return "its keys are ended and forgotten. A server that is still running would fetch new ones."


async def _end_at_sikka(connection: Connection, held: RequestKey) -> None:
    sikka = connection.sikka.application(live=True)
    if held.refresh_key:
        with suppress(*DEAD_ALREADY):
            await sikka.end_refresh_key(held.refresh_key)
    with suppress(*DEAD_ALREADY):
        await sikka.end_request_key(held.request_key)
