"""The steps of a check-up, in order, and what each of them looks at."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from server.app import Connection
from server.desk.office import schedule_row, status_words
from server.desk.zones import copy_age_minutes, is_zone, zone_of
from server.doctor.findings import Finding, Mark, fail, ok, warn
from server.doctor.needs import lacking, unwritten
from server.settings import Settings
from server.sikka.keys import RequestKey
from server.sikka.office_calls import OfficeCalls
from server.sikka.pms_support import Reason, row_for
from server.sikka.rules import word_for_cancelled
from store.offices import Office

OLD_COPY_MINUTES: Final = 60
ACTIVE: Final = frozenset({"active", ""})
UPLOADED: Final = "refresh"  # official: a load within the last 24 hours


@dataclass
class Visit:
    """One office being looked at, and what earlier steps brought to light.

    Attributes:
        settings: of the process, with the office's own profile over them.
    """

    connection: Connection
    office: Office
    settings: Settings
    key: RequestKey | None = None
    scope: str = ""

    @property
    def calls(self) -> OfficeCalls:
        """Calls in the office's name."""
        return self.connection.sikka.office(self.office.office_id, live=True)

    @property
    def zone(self) -> str | None:
        """As the server reckons it."""
        return zone_of(self.settings.timezone, self.office.zone_name)


@dataclass(frozen=True)
class Step:
    """One thing to look at.

    Attributes:
        title: shown before the result, and while a person waits.
        needs: titles of earlier steps without which this one says nothing.
    """

    title: str
    run: Callable[[Visit], Awaitable[Finding]]
    needs: tuple[str, ...] = ()


async def request_key(visit: Visit) -> Finding:
    """A key can be had: the saved one, or one granted now and saved."""
    office_id = visit.office.office_id
    saved = await visit.connection.keys.load(office_id)
    visit.key = await visit.connection.sikka.keys.current(office_id)
    if saved is not None and saved.request_key == visit.key.request_key:
        return ok("the saved one is used")
    return ok("granted, and saved" if saved is None else "the saved one had run out; a new one is saved")


async def refresh(visit: Visit) -> Finding:
    """A key can be renewed, as the server will do again and again."""
    assert visit.key is not None  # noqa: S101 - this step needs the one before
    visit.key = await visit.connection.sikka.keys.renew(visit.office.office_id, stale=visit.key.request_key)
    if visit.key.refreshed:
        return ok("renewed with the refresh key, and saved")
    return warn(
        "Sikka did not take the refresh key; a new key came by way of the secret key, and is saved.",
        "Run chairtime doctor again. If it stays so, see that no other program uses this application.",
    )


async def key_info(visit: Visit) -> Finding:
    """Sikka knows the key, and says how long it lives and what it may do."""
    info = await visit.calls.key_info()
    visit.scope = info.scope or (visit.key.scope if visit.key else "")
    if info.status.strip().casefold() not in ACTIVE:
        return fail(
            "Sikka says that the key is not active.",
            "Run chairtime doctor again; if it stays so, ask Sikka's support.",
        )
    seconds = info.seconds_left
    return ok("active" if seconds is None else f"active, for another {_span(seconds / 60)}")


async def data_access(visit: Visit) -> Finding:
    """The practice's data can be read with the key."""
    practices = await visit.calls.practices()
    if visit.office.practice_id not in {row.practice_id for row in practices if row.practice_id}:
        return fail(
            f"The key opens no data of practice {visit.office.practice_id}.",
            "Check CHAIRTIME_OFFICE, and in Sikka's API portal that this practice is linked.",
        )
    today = dt.datetime.fromtimestamp(visit.connection.clock.now() / 1000, dt.UTC).date()
    rows = await visit.calls.appointments(first=today, last=today + dt.timedelta(days=7))
    return ok(f"{len(rows)} appointments in the coming week can be read")


async def spu(visit: Visit) -> Finding:
    """The office's PC uploads to Sikka, and lately."""
    ours = (visit.office.office_id, visit.office.practice_id)
    rows = [
        row
        for row in await visit.connection.sikka.application(live=True).sync_status()
        if (row.office_id, row.practice_id) == ours
    ]
    wake = "Have the office see that its PC is on and that Sikka's utility (SPU) runs there."
    if not rows:
        return warn("Sikka does not say how fresh its copy of this practice is.", wake)
    if rows[0].status.strip().casefold() != UPLOADED:
        return fail("The office's PC has uploaded nothing to Sikka for a day.", wake)
    now = visit.connection.clock.now()
    age = copy_age_minutes(rows[0].data_insert_date, now, visit.zone) if visit.zone else None
    if age is None:
        return warn(
            "The office's PC uploads, but the age of Sikka's copy cannot be told.",
            "See the line on the zone below.",
        )
    if age > OLD_COPY_MINUTES:
        return warn(
            f"The office's PC uploads, but Sikka's copy is {_span(age)} old.",
            f"Times booked at the desk since then are not seen. {wake}",
        )
    return ok(f"the office's PC uploads; Sikka's copy is {_span(age)} old")


async def permissions(visit: Visit) -> Finding:
    """The plan holds what the tools need."""
    if not visit.scope.strip():
        return warn(
            "Sikka does not say what the key may do.",
            "Nothing to do, if the other lines are in order.",
        )
    missing = lacking(visit.scope, _software(visit), visit.settings.shown_toolsets)
    if missing:
        lost = "; ".join(f"{each.name} ({each.lost})" for each in missing)
        return warn(f"Not in your application's plan: {lost}.", "Ask Sikka to add it to the plan.")
    return ok("all that the tools shown need is in the plan")


async def write_capabilities(visit: Visit) -> Finding:
    """Sikka can carry the writes into this practice software."""
    pms, name = visit.office.pms, _software(visit)
    rows = await visit.connection.sikka.application(live=True).supported_pmses(pms)
    if not rows:
        return warn(
            f"Sikka's list of practice software does not know {pms or name}.",
            "Ask Sikka whether appointments can be written there.",
        )
    row = row_for(rows, visit.office.pms_version)
    if row is None:
        return warn(
            f"Sikka's list of practice software does not tell what can be written to {name}.",
            "Ask Sikka whether appointments can be written there.",
        )
    lost = unwritten(name, row, visit.settings.shown_toolsets)
    listed = ", ".join([*lost.get(Reason.CAPABILITY, ()), *lost.get(Reason.PMS, ())])
    if Reason.CAPABILITY in lost:
        return warn(
            f"Sikka does not write all that is needed to {name}: {listed}.",
            "Ask Sikka which version of the practice software can be written to.",
        )
    says = f"Sikka writes to {name} what the tools shown need"
    return ok(f"{says}, but {listed}" if listed else says)


async def zone(visit: Visit) -> Finding:
    """It is known what time it is at the office."""
    configured = visit.settings.timezone.strip()
    by_profile = configured != visit.connection.settings.timezone.strip()
    if visit.zone is None:
        return fail(
            "Neither you nor Sikka names the office's time zone, so no times can be offered.",
            "Set CHAIRTIME_TIMEZONE, such as America/New_York. It holds for every office of this server; "
            "with several, set zone in the profile of each.",
        )
    if configured and not is_zone(configured):
        return warn(
            f"CHAIRTIME_TIMEZONE is not the name of a zone; {visit.zone}, which Sikka names, is used.",
            "Set CHAIRTIME_TIMEZONE to a name such as America/New_York, or leave it out.",
        )
    said = "the office's profile says" if by_profile else "you have set" if configured else "Sikka names it"
    return ok(f"{visit.zone}, as {said}")


async def schedules(visit: Visit) -> Finding:
    """The opening hours are known, without which no time is offered."""
    rows = [row for row in await visit.calls.schedules() if row.practice_id in {"", visit.office.practice_id}]
    if not any(hours for row in rows for hours in schedule_row(row).days.values()):
        return fail(
            "Sikka has no working hours of this practice, so no times can be offered.",
            "Have the office enter its schedule in the practice software, and wait for the next upload.",
        )
    return ok(f"working hours are known ({len(rows)} rows)")


async def word_for_cancelling(visit: Visit) -> Finding:
    """The office's software has a word for a cancelled appointment."""
    word = word_for_cancelled(visit.office.pms, await status_words(visit.calls))
    if not word:
        return warn(
            "The practice software's list has no word for a cancelled appointment, so none is cancelled.",
            "Have the office add such a status to its list.",
        )
    return ok(f'"{word}"')


# Once for each office_id, to which the key belongs.
KEY_STEPS: Final = (
    Step("Request key", request_key),
    Step("Refresh", refresh, ("Request key",)),
    Step("Key info", key_info, ("Request key",)),
    Step("Permissions", permissions, ("Key info",)),
)
# For each of its practices.
PRACTICE_STEPS: Final = (
    Step("Data access", data_access, ("Request key",)),
    Step("Upload", spu),
    Step("Writing", write_capabilities),
    Step("Time zone", zone),
    Step("Schedules", schedules, ("Data access",)),
    Step("Word for cancelled", word_for_cancelling, ("Data access",)),
)
GOOD_ENOUGH: Final = frozenset({Mark.OK, Mark.WARN})


def _software(visit: Visit) -> str:
    """The practice's software, with its version."""
    return f"{visit.office.pms} {visit.office.pms_version}".strip() or "what this office uses"


def _span(minutes: float) -> str:
    """A duration in the unit a person would use."""
    for size, unit in ((60 * 24, "day"), (60, "hour"), (1, "minute")):
        count = int(minutes // size)
        if count >= 1:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
