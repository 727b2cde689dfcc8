"""What `chairtime connect` does, step by step; run again, it goes on where it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from server.app import Connection, connected
from server.clock import SystemClock
from server.connecting.asking import Asker
from server.connecting.learned import learned
from server.connecting.practices import chosen, label, show
from server.connecting.stored import completed, stored, with_values
from server.desk.zones import is_zone, zone_of
from server.doctor.examination import examine
from server.doctor.findings import finding_of
from server.failures import ConfigurationError, Failure
from server.operators import records
from server.operators.proposing import IS_THERE, propose
from server.settings import Settings
from server.sikka.application import Application
from server.sikka.budget import RateBudget
from server.sikka.errors import BadCredentials, SikkaError
from server.sikka.models import AuthorizedPractice
from server.sikka.transport import Timeouts, open_transport
from store.credentials import Given
from store.offices import Office

TRIES: Final = 3
NO_PAIR: Final = (
    "Chairtime has no App-Id and App-Key, and nobody to ask. Nothing was stored. Set SIKKA_APP_ID and "
    "SIKKA_APP_KEY for this command, or run it at a terminal. Both are shown in Sikka's API portal "
    "(My Apps, your application)."
)
NO_ZONE: Final = (
    "Sikka names no time zone for {office}. What was done so far is kept. "
    "Give it with --timezone, such as America/New_York, and run this again."
)


@dataclass(frozen=True)
class Wish:
    """What the person gave along.

    Attributes:
        office: comma list as of CHAIRTIME_OFFICE; "" where it is to be found out.
        timezone: IANA name; "" to take Sikka's, or ask.
        draft: file for the draft; "" is office-D10001-1.toml, named by the office, in this folder.
        redraft: whether a draft that is there is written anew.
        new_pair: whether a stored pair is passed over, and another asked for.
        by: who does this; "" is this machine's user.
    """

    office: str = ""
    timezone: str = ""
    draft: str = ""
    redraft: bool = False
    new_pair: bool = False
    by: str = ""


@dataclass(frozen=True)
class Connected:
    """What was stored, and learned from an office's key."""

    offices: list[Office]
    facts: list[list[tuple[str, str]]]
    reviewed: list[int]
    new: bool
    made_key: Path | None


async def connect(settings: Settings, wish: Wish, asker: Asker) -> int:
    """Lead from credentials to a checked office. Returns the doctor's exit code.

    Raises:
        ConfigurationError: something is to be given that cannot be asked for.
        Failure: Sikka says no, or cannot be asked; each step done before stays done.
        StoreError: the database cannot be opened.
    """
    console = Console(highlight=False)
    _refuse_nonsense(settings, wish)
    before = await stored(settings)
    settings, shown = await _practices(settings, wish, asker)
    show(console, shown)
    rows = chosen(shown, wish.office or settings.office, before.offices if before else "", asker)
    settings = with_values(settings, CHAIRTIME_OFFICE=",".join(map(label, rows)))
    got = await _stored(settings, wish)
    _say_stored(console, settings, got)
    for office, facts in zip(got.offices, got.facts, strict=True):
        _say_facts(console, office, facts)
    drafts = list[tuple[str, str]]()
    zones = [_zone(settings, office, wish, asker) for office in got.offices]
    for office, zone, version in zip(got.offices, zones, got.reviewed, strict=True):
        _heading(console, f"The profile of {records.label(office)}")
        if version:
            console.print(f"Version {version} is applied, so nothing was drafted.")
            continue
        file = await _draft(console, with_values(settings, CHAIRTIME_TIMEZONE=zone), office, wish)
        drafts.append((file, records.label(office)))
    _heading(console, "The doctor's findings")
    told = {zone for zone, office in zip(zones, got.offices, strict=True) if zone != _shown(settings, office)}
    code = await examine(
        with_values(settings, CHAIRTIME_TIMEZONE=told.pop() if len(told) == 1 else settings.timezone)
    )
    _say_next(console, drafts, got.offices)
    return code


def _refuse_nonsense(settings: Settings, wish: Wish) -> None:
    if wish.office and settings.office and wish.office != settings.office:
        raise ConfigurationError(
            f"CHAIRTIME_OFFICE is set to {settings.office}, which beats what is stored. Nothing was stored. "
            "Unset it, or leave out --office."
        )
    if wish.timezone and not is_zone(wish.timezone):
        raise ConfigurationError(
            f"{wish.timezone} is not the name of a zone. Nothing was stored. "
            "Give one such as America/New_York."
        )


async def _practices(
    settings: Settings, wish: Wish, asker: Asker
) -> tuple[Settings, list[AuthorizedPractice]]:
    """Settings with a pair that Sikka takes, and what it shows for it. A mistyped pair is asked for again."""
    found = settings if wish.new_pair else await _with_stored_pair(settings)
    typed = not found.has_credentials
    for attempt in range(1, TRIES + 1):
        if typed:
            found = _asked(settings, asker)
        try:
            return found, await _authorised(found)
        except BadCredentials as error:
            if not asker.answers or attempt == TRIES:
                raise _refused(error) from None
            typed = True
            Console(stderr=True).print("Sikka does not take this App-Id and App-Key.", markup=False)
        except SikkaError as error:
            raise _refused(error) from None
    raise AssertionError  # pragma: no cover - the last try returns or raises


async def _with_stored_pair(settings: Settings) -> Settings:
    """The stored pair where the environment has none. The choice of offices is looked at by itself."""
    found = await completed(settings)
    return with_values(found, CHAIRTIME_OFFICE=settings.office)


def _asked(settings: Settings, asker: Asker) -> Settings:
    app_id = asker.text("App-Id (not shown)", missing=NO_PAIR, hidden=True)
    app_key = asker.text("App-Key (not shown)", missing=NO_PAIR, hidden=True)
    return with_values(settings, SIKKA_APP_ID=app_id, SIKKA_APP_KEY=app_key)


async def _authorised(settings: Settings) -> list[AuthorizedPractice]:
    """Asked before any store is made: a wrong pair leaves nothing behind."""
    async with open_transport(settings.sikka_base_url, Timeouts(read=settings.read_timeout_seconds)) as line:
        application = Application(
            line,
            RateBudget(SystemClock()),
            app_id=settings.sikka_app_id.get_secret_value(),
            app_key=settings.sikka_app_key.get_secret_value(),
            live=True,
        )
        return await application.authorized_practices()


def _refused(error: SikkaError, done: str = "Nothing was stored.") -> Failure:
    finding = finding_of(error)
    return Failure(f"{finding.says} {done} {finding.advice}")


async def _stored(settings: Settings, wish: Wish) -> Connected:
    """Put down the pair, the choice and the offices, and have a key for each."""
    trouble: SikkaError | None = None
    async with connected(settings) as connection:
        given = Given(
            app_id=settings.sikka_app_id.get_secret_value(),
            app_key=settings.sikka_app_key.get_secret_value(),
            base_url=settings.sikka_base_url,
            offices=settings.office,
        )
        with records.acting(connection.store, "connect", wish.by):
            new = await connection.store.credentials.put(given, connection.clock.now())
        try:
            return await _learned(connection, new=new)
        except SikkaError as error:
            trouble = error
    raise _refused(
        trouble,
        "The App-Id, the App-Key and the choice of offices are stored; run chairtime connect again to go on.",
    )


async def _learned(connection: Connection, *, new: bool) -> Connected:
    await connection.load_offices()
    known = await connection.store.offices.list()
    wanted = set(connection.settings.office.split(","))
    offices = [office for office in known if records.label(office) in wanted]
    return Connected(
        offices=offices,
        facts=[await learned(connection, office) for office in offices],
        reviewed=[(await connection.store.profiles.marks(office.id)).version for office in offices],
        new=new,
        made_key=connection.store.made_key,
    )


def _shown(settings: Settings, office: Office) -> str | None:
    return zone_of(settings.timezone, office.zone_name)


def _zone(settings: Settings, office: Office, wish: Wish, asker: Asker) -> str:
    """The office's zone, for the draft: given, set, named by Sikka, or asked for."""
    known = wish.timezone or _shown(settings, office)
    if known:
        return known
    name = records.label(office)
    for _ in range(TRIES):
        typed = asker.text(
            f"The time zone of {name}, such as America/New_York", missing=NO_ZONE.format(office=name)
        )
        if is_zone(typed):
            return typed
    raise ConfigurationError(NO_ZONE.format(office=name))


async def _draft(console: Console, settings: Settings, office: Office, wish: Wish) -> str:
    """Write the draft, unless one is there already, which somebody may have changed. Returns its file."""
    name = records.label(office)
    file = Path(wish.draft or f"office-{name.replace('/', '-')}.toml")
    if wish.draft and len(settings.chosen_offices) > 1:
        file = file.with_name(f"{file.stem}-{name.replace('/', '-')}{file.suffix}")
    if file.exists() and not wish.redraft:
        console.print(IS_THERE.format(file=file), markup=False)
        return str(file)
    await propose(settings, name, str(file), redraft=wish.redraft)
    console.print(f"A draft is in {file}. Nothing in it holds before it is applied.", markup=False)
    return str(file)


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, style="bold"))


def _say_stored(console: Console, settings: Settings, got: Connected) -> None:
    told = "are stored in the database, sealed" if got.new else "were stored before, and are unchanged"
    console.print(
        f"\nThe App-Id, the App-Key and the choice of {settings.office} {told}.", markup=False, soft_wrap=True
    )
    if got.made_key is not None:
        console.print(
            f"A sealing key was made at {got.made_key}. Without it the database cannot be read: "
            "keep a copy apart from the database's backups.",
            markup=False,
            soft_wrap=True,
        )


def _say_facts(console: Console, office: Office, facts: Sequence[tuple[str, str]]) -> None:
    _heading(console, f"{records.label(office)}, {office.practice_name}")
    table = Table.grid(padding=(0, 2))
    for what, says in facts:
        table.add_row(what, Text(says))
    console.print(table)


def _say_next(console: Console, drafts: Sequence[tuple[str, str]], offices: Sequence[Office]) -> None:
    _heading(console, "What comes next")
    several = f" --office {records.label(offices[0])}" if len(offices) > 1 else ""
    steps = [
        *(
            f"Read {file} with the office's people, then: chairtime office apply {file} --office {name}"
            for file, name in drafts
        ),
        "Look again: chairtime doctor",
        f"Try it with a test patient: chairtime shakedown{several}",
        "Serve agents: chairtime serve",
    ]
    for number, step in enumerate(steps, 1):
        console.print(f"{number}. {step}", markup=False, soft_wrap=True)
