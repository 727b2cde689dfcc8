"""How long a write may be kept unsent: until its appointment's start, or for some days without one."""

import datetime as dt

from server.clock import DAY_MS, MINUTE_MS
from server.desk.zones import moment_of, zone_of
from server.settings import Settings
from store.ledger_rows import Writeback
from store.offices import Office


def first_start(row: Writeback, office: Office, settings: Settings) -> int | None:
    """The appointment's start in UTC ms, of a move the earlier one; None without one, or without a zone."""
    zone = zone_of(settings.timezone, office.zone_name)
    starts = [str(row.facts[name]) for name in ("start", "new_start") if row.facts.get(name)]
    if zone is None or not starts:
        return None
    return min(moment_of(dt.datetime.fromisoformat(start), zone) for start in starts)


def kept_until(row: Writeback, office: Office, settings: Settings) -> int:
    """Until when (UTC ms) a write waits for the office's PC: its start less the lead time, else some days."""
    start = first_start(row, office, settings)
    if start is None:
        return row.created_at + int(settings.queued_days * DAY_MS)
    return start - settings.lead_minutes * MINUTE_MS


def released_until(row: Writeback, office: Office, settings: Settings, now: int) -> int:
    """Until when (UTC ms) a write may be sent that begins its time now; never past its start."""
    limit = now + int(settings.send_within_seconds * 1000)
    start = first_start(row, office, settings)
    return limit if start is None else min(limit, start)
