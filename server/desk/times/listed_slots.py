"""Turn the open times that a practice's system lists itself into the windows in which it can be booked.

OrthoTrac, Dolphin and Planet DDS list them (official pages of GET /appointments_available_slots and of POST
/appointment), and all but Dolphin refuse a booking that does not begin where a listed one does.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from server.clock import Clock
from server.desk.office import Profile
from server.desk.times.minutes import span
from server.desk.times.opening_windows import Interval, Window, merged
from server.sikka import models
from server.sikka.client import Sikka
from server.sikka.pms_support import lists_slots

SLOT_MINUTES: Final = 30  # of a listed time whose end is not told, unless another begins sooner
KEPT_SECONDS: Final = 60.0  # for the next question of a caller; the copy they come from is older than that
MOST_KEPT: Final = 64


class ListedSlots:
    """Reads what the system of an office lists, and keeps it for a moment."""

    def __init__(self, sikka: Sikka, clock: Clock) -> None:
        self._sikka = sikka
        self._clock = clock
        self._kept: dict[tuple[str, dt.date, dt.date], tuple[float, list[Window]]] = {}

    async def windows(self, profile: Profile, first: dt.date, last: dt.date) -> list[Window] | None:
        """The windows listed for these days, both included; None for a system that lists none.

        Raises SikkaError.
        """
        office = profile.office
        if not lists_slots(f"{office.pms} {office.pms_version}"):
            return None
        now, asked = self._clock.monotonic(), (office.id, first, last)
        kept = self._kept.get(asked)
        if kept is not None and now - kept[0] < KEPT_SECONDS:
            return kept[1]
        calls = self._sikka.office(office.office_id, live=True)
        slots = await calls.available_slots(first, last)
        windows = listed_windows(slot for slot in slots if slot.practice_id in {"", office.practice_id})
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[asked] = (now, windows)
        return windows


def listed_windows(slots: Iterable[models.AvailableSlot]) -> list[Window]:
    """The windows of listed times, by chair and day; those that touch become one.

    A visit may begin where a listed time does, and nowhere else. Times without a readable start, a chair or
    a provider are left out: nothing could be booked there.
    """
    days: defaultdict[tuple[dt.date, str, str], dict[int, int | None]] = defaultdict(dict)
    for slot in slots:
        start = slot.start
        if start is not None and slot.operatory and slot.provider_id:
            end = slot.ends
            day = days[start.date(), slot.operatory, slot.provider_id]
            day[_minute(start.time())] = None if end is None else _minute(end)
    windows: list[Window] = []
    for (date, operatory, provider_id), listed in days.items():
        starts = sum(1 << minute for minute in listed)
        for begin, end in merged(_intervals(listed)):
            inside = starts & span(begin, end)
            windows.append(Window(operatory, date, begin, end, provider_id, inside))
    return sorted(windows)


def _intervals(listed: Mapping[int, int | None]) -> list[Interval]:
    minutes = sorted(listed)
    found: list[Interval] = []
    for place, minute in enumerate(minutes):
        end = listed[minute]
        if end is None:
            end = min([minute + SLOT_MINUTES, *minutes[place + 1 : place + 2]])
        found.append((minute, end))
    return found


def _minute(time: dt.time) -> int:
    return time.hour * 60 + time.minute
