"""The questions that reading answers: spellings, shapes, and which filters work."""

import datetime as dt
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from server.desk.zones import wall_clock
from server.shakedown.facts import Facts
from server.shakedown.probe import Probe, Seen
from server.sikka import formats
from server.sikka.errors import NoAnswer, NotSent
from server.sikka.models import DAYS, INTERVALS_A_DAY
from store.offices import Office

SPELLINGS: Final = ("SortBy", "sort_by", "sortby")
KINDS: Final = ("practice", "operatory", "provider")
OTHER_PAYMENTS: Final = ("is_adjustment_type", "is_debit_adjustment_type", "is_insurance_type")
ENOUGH: Final = 40
FRESH_MINUTES: Final = 90
_HALF_OF_DAY: Final = re.compile(r"[AaPp]\.?\s*[Mm]")


@dataclass(frozen=True)
class Look:
    """What the questions are asked with."""

    probe: Probe
    office: Office
    zone: str | None
    now: int
    facts: Facts


async def ask(look: Look) -> None:
    """Answer them, each by itself: one that cannot be asked keeps no other from its answer."""
    for names, question in _ASKED:
        try:
            await question(look)
        except (NotSent, NoAnswer) as error:
            look.facts.unknown(names, f"Sikka could not be asked ({type(error).__name__})")


def _clock_shape(texts: Sequence[str]) -> str:
    return "ampm" if any(_HALF_OF_DAY.search(text) for text in texts) else "24h"


def _refused(look: Look, names: Sequence[str], path: str, seen: Seen) -> None:
    look.facts.unknown(names, f"GET {path} was refused", sikka_said=seen.answer)


async def _limit(look: Look) -> None:
    seen = await look.probe.read("/practices", {"limit": "5"})
    limit = formats.leading_integer(seen.headers.get("x-rate-limit-limit", ""))
    if limit is None:
        look.facts.unknown("rate_limit", "no X-Rate-Limit-Limit header came")
    else:
        look.facts.learn("rate_limit", limit, "header X-Rate-Limit-Limit of GET /practices")
    if seen.wrapped:
        look.facts.learn("envelope", "array", "GET /practices came as an array", sikka_said=seen.answer)


async def _sorting(look: Look) -> None:
    fields = {"lightweight": "true", "fields": "patient_id,lastname", "limit": str(ENOUGH)}

    async def order(**extra: str) -> list[str]:
        return [
            row.get("patient_id", "") for row in (await look.probe.read("/patients", fields | extra)).rows
        ]

    plain = await order()
    if not plain[1:] or plain != await order():
        look.facts.unknown("sort_parameter", "the list of patients has no settled order to compare with")
        return
    moved = [spelling for spelling in SPELLINGS if await order(**{spelling: "lastname"}) != plain]
    how = f"GET /patients by lastname, {len(plain)} rows, under each spelling"
    if len(moved) == 1:
        look.facts.learn("sort_parameter", moved[0], how)
    else:
        look.facts.unknown("sort_parameter", f"{how}: {len(moved)} of them changed the order", changed=moved)


async def _appointment_times(look: Look) -> None:
    today = dt.datetime.fromtimestamp(look.now / 1000, dt.UTC).date()
    seen = await look.probe.read(
        "/appointments",
        {
            "startdate": formats.wire_day(today - dt.timedelta(days=30)),
            "enddate": formats.wire_day(today + dt.timedelta(days=30)),
            "lightweight": "true",
            "fields": "appointment_sr_no,time",
            "limit": "200",
        },
    )
    times = [row["time"] for row in seen.rows if row.get("time")]
    if not seen.ok:
        _refused(look, ["appointment_time"], "/appointments", seen)
    elif not times:
        look.facts.unknown("appointment_time", "no appointment within a month of today")
    else:
        how = f"the times of {len(times)} appointments"
        look.facts.learn("appointment_time", _clock_shape(times), how)


async def _schedules(look: Look) -> None:
    names = ("schedule_covers", "schedule_words", "schedule_time", "schedule_operatory")
    seen = await look.probe.read("/practice_schedule", {"fields": "get_all", "limit": "1000"})
    if not seen.ok:
        _refused(look, names, "/practice_schedule", seen)
        return
    words = sorted({row.get("resource_type", "") for row in seen.rows} - {""})
    kinds = [kind for kind in KINDS if any(_kind(word) == kind for word in words)]
    covers = "all" if len(kinds) == len(KINDS) else " and ".join(kinds) or "none"
    look.facts.learn("schedule_covers", covers, f"{len(seen.rows)} rows of GET /practice_schedule")
    if not seen.rows:
        look.facts.unknown(names, "GET /practice_schedule has no rows")
        return
    plural = any(word.casefold() != _kind(word) for word in words)
    how = "resource_type of those rows"
    shape = "plural" if plural else "capital" if any(word[:1].isupper() for word in words) else "lower"
    look.facts.learn("schedule_words", shape, how, words=words)
    times = [
        row[name]
        for row in seen.rows
        for day in DAYS
        for number in INTERVALS_A_DAY
        if row.get(name := f"{day}_start_{number}")
    ]
    if times:
        look.facts.learn("schedule_time", _clock_shape(times), f"{len(times)} starts in those rows")
    else:
        look.facts.unknown("schedule_time", "no row holds a time")
    chairs = {
        row.get("resource_id", "") for row in seen.rows if _kind(row.get("resource_type", "")) == KINDS[1]
    }
    await _chairs(look, chairs - {""})


def _kind(word: str) -> str:
    """The singular in lower case: "Operatories" is "operatory"."""
    plain = word.casefold()
    return plain.removesuffix("ies") + "y" if plain.endswith("ies") else plain.removesuffix("s")


async def _chairs(look: Look, ids: set[str]) -> None:
    if not ids:
        look.facts.unknown("schedule_operatory", "no row of practice_schedule is about a chair")
        return
    practices = await look.probe.read("/practices", {"fields": "get_all"})
    cust_ids = {row.get("cust_id", "") for row in practices.rows} - {""}
    chairs: list[dict[str, str]] = []
    for cust_id in sorted(cust_ids or {look.office.practice_id}):
        chairs += (await look.probe.read("/operatories", {"cust_id": cust_id})).rows
    by = {name: {row.get(name, "") for row in chairs} for name in ("operatory", "abbreviation")}
    fits = {name: len(ids & known) for name, known in by.items()}
    said = {"operatory": "name", "abbreviation": "abbreviation"}
    best = max(fits, key=lambda name: fits[name])
    answer = said[best] if fits[best] else "neither"
    look.facts.learn(
        "schedule_operatory", answer, f"{len(ids)} resource_ids against GET /operatories", matches=fits
    )


async def _variables(look: Look) -> None:
    seen = await look.probe.read("/practice_variables", {"service_name": "Appointment Status"})
    if not seen.ok:
        _refused(look, ["service_item_by_default"], "/practice_variables", seen)
    elif not seen.rows:
        look.facts.unknown("service_item_by_default", "GET /practice_variables has no rows")
    else:
        shown = any("service_item" in row for row in seen.rows)
        how = "GET /practice_variables without fields="
        look.facts.learn("service_item_by_default", shown, how, fields=sorted(seen.rows[0]))


async def _payment_types(look: Look) -> None:
    whole = await look.probe.read("/payment_types", {"limit": "1000"})
    if not whole.ok:
        _refused(look, ["payment_types_list"], "/payment_types", whole)
        return
    codes = {row.get("code", "") for row in whole.rows}
    others: set[str] = set()
    for name in OTHER_PAYMENTS:
        seen = await look.probe.read("/payment_types", {name: "true", "limit": "1000"})
        others |= {row.get("code", "") for row in seen.rows if seen.ok}
    if not others - {""}:
        look.facts.unknown("payment_types_list", "the office has no adjustments or insurance payments")
        return
    answer = "all" if others <= codes else "payments" if not others & codes else "some of them"
    how = "GET /payment_types with and without a filter"
    look.facts.learn("payment_types_list", answer, how, without=len(codes), of_other_kinds=len(others))


async def _copy_zone(look: Look) -> None:
    seen = await look.probe.read_app("/authorized_practices", {"show": "all"})
    ours = (look.office.office_id, look.office.practice_id)
    row = next((r for r in seen.rows if (r.get("office_id"), r.get("practice_id")) == ours), None)
    taken = formats.moment(row.get("data_insert_date", "")) if row else None
    if taken is None or look.zone is None:
        look.facts.unknown(
            "copy_zone", "no data_insert_date that can be read, or the office's zone is not known"
        )
        return
    wall = wall_clock(look.now, look.zone)
    utc = dt.datetime.fromtimestamp(look.now / 1000, dt.UTC).replace(tzinfo=None)
    by_office = round((wall - taken).total_seconds() / 60)
    by_utc = round((utc - taken).total_seconds() / 60)
    how = "data_insert_date of GET /authorized_practices against this machine's clock"
    evidence = {"minutes_old_by_office": by_office, "minutes_old_by_utc": by_utc}
    # A load cannot lie ahead. A copy fresh by one clock and hours old by the other goes by the first.
    if by_office < -1 <= by_utc:
        look.facts.learn("copy_zone", "utc", how, **evidence)
    elif -1 <= by_office <= FRESH_MINUTES and (by_utc < -1 or by_utc > FRESH_MINUTES):
        look.facts.learn("copy_zone", "office", how, **evidence)
    else:
        why = f"{how} fits both; ask again within an hour of a refresh"
        look.facts.unknown("copy_zone", why, **evidence)


_ASKED: Final[tuple[tuple[tuple[str, ...], Callable[[Look], Awaitable[None]]], ...]] = (
    (("rate_limit",), _limit),
    (("sort_parameter",), _sorting),
    (("appointment_time",), _appointment_times),
    (("schedule_covers", "schedule_words", "schedule_time", "schedule_operatory"), _schedules),
    (("service_item_by_default",), _variables),
    (("payment_types_list",), _payment_types),
    (("copy_zone",), _copy_zone),
)
