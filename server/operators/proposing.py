"""What `chairtime office propose` does: drafts a document from what Sikka shows, and the week it offers."""

import datetime as dt
import sys
from typing import Final, TypeAlias

import anyio
from rich.console import Console
from rich.table import Table

from server.app import connected
from server.desk.charter.plain import stretch
from server.desk.charter.terms import Week
from server.desk.charter.writing import written
from server.desk.copies.overlay import does_not_take_place, in_own_words
from server.desk.doorbell import Doorbell
from server.desk.front_desk import open_desk
from server.desk.office import Profile
from server.desk.proposing import Draft, offered_week, proposed
from server.failures import Failure
from server.operators.live_office import one_office
from server.operators.records import label
from server.settings import Settings
from server.sikka.client import Sikka
from server.sikka.errors import SikkaError
from server.sikka.models import Appointment
from server.tools.voices import ENGLISH
from store.offices import Office

PAST_DAYS: Final = 60
IS_THERE: Final = "{file} is there already, and was left as it is. --redraft writes it anew."
_NOTHING: Final[Week] = {}
HEAD: Final = """Drafted from what Sikka shows of {office}. Strike or change what is wrong, then:
chairtime office check FILE --office {office}
chairtime office apply FILE --office {office}
Every key is described in docs/office.md. Nothing in here holds before it is applied."""


async def propose(settings: Settings, office_text: str, out: str, *, redraft: bool = False) -> int:
    """Write a draft to a file, or to stdout, and the week that it would offer to stderr.

    Args:
        settings: with the account's credentials.
        office_text: as on the command line.
        out: the file; "" is stdout.
        redraft: whether a file that is there, which somebody may have changed, is written anew.

    Raises:
        Failure: the file is there already, Sikka cannot be asked, the office is not known, or the file
            cannot be written.
    """
    if out and not redraft and await anyio.Path(out).exists():
        raise Failure(IS_THERE.format(file=out))
    read = await _read(settings, office_text)
    if isinstance(read, Failure):
        raise read
    office, profile, past, today = read
    draft = proposed(profile, past, today)
    document = written(draft.charter, draft.remarks, head=HEAD.format(office=label(office)))
    if out:
        try:
            async with await anyio.open_file(out, "w" if redraft else "x", encoding="utf-8") as file:
                await file.write(document)
        except FileExistsError:  # made while Sikka was asked
            raise Failure(IS_THERE.format(file=out)) from None
        except OSError as error:
            raise Failure(f"{out} cannot be written ({type(error).__name__}). Nothing was drafted.") from None
    else:
        sys.stdout.write(document)
    monday = today + dt.timedelta(days=7 - today.weekday())
    _show_week(Console(stderr=True, highlight=False), profile, draft, monday)
    return 0


_Read: TypeAlias = tuple[Office, Profile, list[Appointment], dt.date]


async def _read(settings: Settings, office_text: str) -> _Read | Failure:
    """What a draft is made of; or why there is none, told once the connection is closed."""
    async with connected(settings) as connection:
        try:
            office = await one_office(connection, office_text, "Nothing was drafted.")
            desk = open_desk(connection.store, connection.sikka, Doorbell(), connection.clock, settings)
            profile = await desk.profiles.of(office)
            now = connection.clock.now()
            today = dt.datetime.fromtimestamp(now / 1000, dt.UTC).date()
            if profile.zone is not None:
                today = profile.clock(now).date()
            return office, profile, await _past(connection.sikka, profile, today), today
        except Failure as failure:
            return failure
        except SikkaError as error:
            return Failure(
                f"Sikka could not be asked ({type(error).__name__}). Nothing was drafted. "
                "See what is wrong with: chairtime doctor"
            )


async def _past(sikka: Sikka, profile: Profile, today: dt.date) -> list[Appointment]:
    office = profile.office
    calls = sikka.office(office.office_id, live=True)
    rows = await calls.appointments(
        first=today - dt.timedelta(days=PAST_DAYS), last=today, practice_id=office.practice_id
    )
    rows = in_own_words(rows, profile.cancelled_word)
    return [row for row in rows if not does_not_take_place(row)]


def _show_week(console: Console, profile: Profile, draft: Draft, monday: dt.date) -> None:
    week = offered_week(profile, draft.charter, monday)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Chair", no_wrap=True)
    for name in ENGLISH.weekdays:
        table.add_column(name[:3])
    for column in draft.charter.columns:
        days = week.get(column.operatory, _NOTHING)
        cells = ["\n".join(stretch(one) for one in days.get(day, ())) or "-" for day in range(7)]
        table.add_row(column.operatory, *cells)
    console.print(f"\nThe week from Monday, {monday}, would be offered so:", markup=False)
    console.print(table)
