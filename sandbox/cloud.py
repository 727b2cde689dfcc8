"""The lists about the app rather than one office: authorised practices, synchronisation, known software."""

from collections.abc import Iterable

from sandbox.fields import AUTHORIZED_PRACTICES, DATA_SYNC_STATUS, SUPPORTED_PMSES
from sandbox.filters import by_value
from sandbox.office import Office
from sandbox.pms import PROFILES
from sandbox.records import Practice
from sandbox.replies import Found, Row
from sandbox.rows import stamp
from sandbox.world import World

_DAY_SECONDS = 86400.0
# software the sandbox does not imitate, so that the capability list is a list: name, version, writes
_OTHERS: tuple[tuple[str, str], ...] = (
    ("Abeldent", "V14"),
    ("OpenDental", "V21.1"),
    ("Softdent", "V18.0"),
    ("Tracker", "V11"),
)
_AVAILABLE = {
    "appointment_status_writeback": "appointment_status",
    "payment_writeback": "payment",
    "new_appointment_writeback": "new_appointment",
    "new_patient_writeback": "new_patient",
    "note_writeback": "note",
}


def _matching(rows: Iterable[Row], query: dict[str, str], names: Iterable[str]) -> list[Row]:
    found = list(rows)
    for name in names:
        if query.get(name):
            found = by_value(found, name, query[name])
    return found


def _practice_row(world: World, office: Office, practice: Practice, base: str) -> Row:
    inserted = office.copy_time(office.copy.inserted_at)
    behind = world.now() - office.copy.inserted_at
    return {
        "href": f"{base}/authorized_practices/{office.office_id}",
        "city": practice.city,
        "state": practice.state,
        "practice_id": practice.practice_id,
        "address": practice.address,
        "zip": practice.zipcode,
        "office_id": office.office_id,
        "domain": "Dental",
        "secret_key": office.secret_key,
        "practice_name": practice.name,
        "practice_management_system": office.pms.spelled,
        "practice_management_system_refresh_date": stamp(inserted),
        "data_synchronization_date": stamp(inserted),
        "data_insert_date": stamp(inserted),
        "practice_management_system_version": office.pms.version,
        "practice_management_system_refresh_date_time_zone": office.spec.zone,
        "difference_in_minutes": str(int(behind // 60)),
        "status": "refresh" if behind < _DAY_SECONDS else "not_refresh",
    }


def _all_practices(world: World, base: str) -> list[Row]:
    return [
        _practice_row(world, office, practice, base)
        for office in sorted(world.offices.values(), key=lambda each: each.office_id)
        for practice in office.copy.records.practices.values()
    ]


def authorized_practices(world: World, query: dict[str, str], base: str) -> Found:
    """The app's practices with their secret keys; one row an office unless show=all."""
    rows = _all_practices(world, base)
    if query.get("show", "").casefold() != "all":
        rows = list({row["office_id"]: row for row in reversed(rows)}.values())[::-1]
    names = (
        "practice_id",
        "practice_name",
        "practice_management_system",
        "practice_management_system_version",
        "practice_management_system_refresh_date_time_zone",
    )
    return Found(_matching(rows, query, names), AUTHORIZED_PRACTICES.asked(query))


def data_sync_status(world: World, query: dict[str, str], base: str) -> Found:
    """How fresh each office's copy is; status is not_refresh after a day without a load."""
    rows = _matching(
        _all_practices(world, base),
        query,
        ("office_id", "status", "practice_management_system", "practice_name"),
    )
    if query.get("interval", "").isdecimal():
        rows = [row for row in rows if int(row["difference_in_minutes"]) <= int(query["interval"])]
    return Found(rows, DATA_SYNC_STATUS.asked(query))


def supported_pmses(query: dict[str, str]) -> Found:
    """Which software takes which writes: "available" or ""."""
    rows: list[Row] = [
        {
            "domain": "Dental",
            "practice_management_system": pms.name,
            "practice_management_system_version": pms.version,
            "display_practice_management_system_name": pms.name,
            **{name: "available" if getattr(pms, flag) else "" for name, flag in _AVAILABLE.items()},
        }
        for pms in PROFILES.values()
    ]
    rows += [
        {
            "domain": "Dental",
            "practice_management_system": name,
            "practice_management_system_version": version,
        }
        for name, version in _OTHERS
    ]
    rows.sort(key=lambda row: row["practice_management_system"])
    filters = (
        "domain",
        "practice_management_system",
        "practice_management_system_version",
        *_AVAILABLE,
    )
    blank = dict.fromkeys(SUPPORTED_PMSES.default, "")
    return Found(_matching([{**blank, **row} for row in rows], query, filters), SUPPORTED_PMSES.asked(query))
