"""What `chairtime mirror` does: shows how the copies of offices stand, and reads them whole."""

from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console

from server.app import connected
from server.background.freshness import Freshness
from server.background.mirror import MirrorKeeper
from server.background.mirror_reading import Progress
from server.background.parts import Parts
from server.clock import SystemClock
from server.desk.choice import chosen_offices
from server.desk.doorbell import Doorbell
from server.desk.front_desk import FrontDesk, open_desk
from server.failures import Failure
from server.operators.records import label, named, opened
from server.operators.tables import Column, Page, local, moment, plain
from server.settings import Settings
from server.sikka.copied import APPOINTMENTS, INSERTING, LAYOUT, PATIENTS, REMINDERS
from server.sikka.errors import SikkaError
from store.mirror import Mirror, Mirrored, Pass
from store.offices import Office

LOOK_SECONDS: Final = 0.25
TO_THE_MINUTE: Final = len("2026-11-23 09:55")
CLOCKS: Final = "As of: the office's clock, as Sikka gives it. Read whole: this machine's clock."


def _minute(value: Any) -> str:
    """A moment on the office's clock, as Sikka gives it, short enough for a terminal."""
    return plain(value).replace("T", " ")[:TO_THE_MINUTE]


# Six columns are what a terminal of 80 characters takes; what else a record holds is told below, or in JSON.
COLUMNS: Final = (
    Column("Office", "office", plain),
    Column("Copy", "state", plain),
    Column("As of", "as_of", _minute),
    Column("Patients", PATIENTS.kind, plain),
    Column("Visits", APPOINTMENTS.kind, plain),
    Column("Read whole", "reconciled_at", lambda value: local(value)[:TO_THE_MINUTE]),
)
# Why a reading ended early -> what a person makes of it.
FAILURES: Final[Mapping[str, str]] = {
    INSERTING: "Sikka is loading this office; its lists are not to be read meanwhile",
    "KeptMoving": "Sikka loaded the office again and again while it was read",
    "LeaseLost": "another process took over",
    "NotPermitted": "the application's plan does not take in an office's patients and appointments",
    "BadCredentials": "Sikka does not take SIKKA_APP_ID and SIKKA_APP_KEY",
}


async def status(settings: Settings, page: Page, office: str) -> int:
    """How the copy of each office stands. Sikka is not asked."""
    async with opened(settings) as records:
        mirror, now = records.store.mirror, SystemClock().now()
        offices = named(records.offices, office) if office else records.offices
        if office and not offices:
            raise Failure(f"The store knows no office {office}. It knows: {records.known}.")
        shown = [await _record(mirror, each, now) for each in offices]
    _show(page, shown)
    return 0


async def refresh(settings: Settings, page: Page, office: str) -> int:
    """Read offices whole, here or by the server that is at it, and wait for the end of that.

    Raises:
        Failure: there is no such office, or one could not be read to its end.
    """
    progress = Console(stderr=True, highlight=False)

    def tell(step: Progress) -> None:
        more = "" if step.last else " …"
        progress.print(f"{label(step.office)}: {step.rows} {step.kind}{more}", markup=False)

    async with connected(settings) as given:
        desk = open_desk(given.store, given.sikka, Doorbell(), given.clock, settings)
        parts = Parts(given.store, given.sikka, desk.doorbell, given.clock, settings, given.owner)
        try:
            await Freshness(parts).load_offices(live=True)
        except SikkaError as error:
            raise Failure(f"Sikka cannot be asked now ({type(error).__name__}). Nothing was read.") from None
        known = await chosen_offices(given.store.offices, settings)
        offices = named(known, office) if office else known
        if not offices:
            names = ", ".join(label(each) for each in known) or "none"
            raise Failure(f"There is no office {office or 'to read'}. Sikka shows: {names}.")
        keeper = MirrorKeeper(parts, desk.copies, desk.profiles, tell)
        for each in offices:
            await _read_whole(desk, keeper, each)
        now = given.clock.now()
        _show(page, [await _record(given.store.mirror, each, now) for each in offices])
    return 0


def _show(page: Page, records: list[dict[str, Any]]) -> None:
    page.listing(records, COLUMNS, "The store knows no office yet.")
    if any(record["as_of"] or record["reconciled_at"] for record in records):
        page.note(CLOCKS)
    for record in records:
        if record["now"]:
            page.note(f"{record['office']} now: {record['now']}")


async def _read_whole(desk: FrontDesk, keeper: MirrorKeeper, office: Office) -> None:
    """Until the wish for it is fulfilled, by whichever process. Raises Failure."""
    mirror, clock = desk.store.mirror, desk.clock
    await mirror.wish(office.id, layout=LAYOUT, now=clock.now())
    while True:
        await keeper.tend(office)
        head = await mirror.head(office.id)
        if head is None or head.wished_at is None:
            return
        if head.failure is not None:
            why = FAILURES.get(head.failure, f"Sikka did not answer as it should ({head.failure})")
            raise Failure(
                f"{label(office)} was not read to its end: {why}. What was read is kept, "
                "and the next reading goes on there."
            )
        await clock.sleep(LOOK_SECONDS)


async def _record(mirror: Mirror, office: Office, now: int) -> dict[str, Any]:
    head, counts = await mirror.head(office.id), await mirror.counts(office.id)
    passes = await mirror.passes(office.id)
    return {
        "office": label(office),
        "state": _state(head),
        "as_of": head.as_of if head else "",
        "sikka_as_of": office.as_of,
        **{each.kind: counts.get(each.kind, 0) for each in (PATIENTS, APPOINTMENTS, REMINDERS)},
        "reconciled_at": moment(head.reconciled_at) if head else None,
        "now": _now(head, passes, now),
        "failure": head.failure if head else None,
    }


def _state(head: Mirrored | None) -> str:
    if head is None or not head.ready:
        return "cold"
    return "current" if head.as_of == head.newest_as_of else "behind"


def _now(head: Mirrored | None, passes: Mapping[str, Pass], now: int) -> str:
    """What is going on: how far a reading has come, or why the last one ended early."""
    if head is None:
        return ""
    if head.lease_owner is not None and (head.lease_until or 0) > now:
        reading = next((each for each in passes.values() if each.phase == "loading"), None)
        return f"reading {reading.kind}, {reading.seen} so far" if reading else "reading"
    return FAILURES.get(head.failure or "", head.failure or "")
