"""What of an office may be booked: its people's word on columns and providers, else what Sikka shows."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from server.desk.charter.terms import ColumnKind, Week
from server.desk.copies.overlay import Visit
from server.desk.office import HYGIENIST, Profile
from server.desk.times.opening_windows import Chair, Interval, Plan, Window, overlap
from server.desk.times.openings import Busy, Opening, Stretch, Taken, TakenDay, stretches
from server.desk.times.reasons import Comer, Reason

MOST_AT_ONCE: Final[Mapping[ColumnKind, int | None]] = {ColumnKind.HYGIENE: 1, ColumnKind.DOCTOR: None}
"""How many visits a hygienist and a dentist may have at a time where the office does not say. A hygienist
stays with the patient. A dentist has as many as there are chairs: a filling leaves room for a check next
door, and how much of it does is for the office to say."""

MOST_KEPT: Final = 24  # kinds of question whose answers are kept; there are few reasons and three lengths
_DAY: Final = dt.timedelta(days=1)
_ALWAYS: Final = dt.datetime.combine(dt.date.min, dt.time())
_Asked: TypeAlias = tuple[Reason, Comer, int]


class Columns:
    """The columns of one office; each day's windows are worked out once.

    Args:
        profile: what Sikka shows, and what the office's people have said.
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.charter = profile.charter
        self._hygienists = frozenset(
            number for number, row in profile.providers.items() if HYGIENIST in row.specialty.casefold()
        )
        self._chairs = tuple(self._offered_chairs())
        self._plan = Plan(profile.schedules, self._chairs, tuple(profile.providers), profile.usual_provider)
        self._hours_known = any(hours for row in profile.schedules for hours in row.days.values())
        self._days: dict[dt.date, list[Window] | None] = {}
        self._attends: dict[tuple[str, str], str] = {}
        self._free: dict[_Asked, dict[dt.date, tuple[TakenDay | None, list[Stretch]]]] = {}
        self._taken: dict[dt.date, tuple[tuple[Visit, ...], TakenDay]] = {}
        self.limits: Mapping[str, int] = {
            number: limit for number in profile.providers if (limit := self._limit(number)) is not None
        }
        """Provider -> how many visits they may have at a time; who is missing has no bound but the chairs."""

    def windows(self, first: dt.date, last: dt.date) -> list[Window] | None:
        """The bookable windows of the days from `first` to `last`, both included, by day and chair.

        None where nothing at all is known of these days: hours are never guessed.
        """
        days = [self._day(first + ahead * _DAY) for ahead in range((last - first).days + 1)]
        known = [windows for windows in days if windows is not None]
        return [window for windows in known for window in windows] if known or not days else None

    def offers(self, operatory: str, day: dt.date) -> bool:
        """Whether anything may be offered in a chair on a day, as far as the office's people have said."""
        column = self.charter.column(operatory)
        off = bool(self.charter.columns) if column is None else column.kind is ColumnKind.OFF
        return not off and not self.charter.closed_on(day)

    def fitting(self, windows: Iterable[Window], reason: Reason, comer: Comer) -> list[Window]:
        """The windows in which somebody does this kind of visit for whoever comes."""
        seen = {number for number in self.profile.providers if self.sees(number, comer)}
        return [window for window in windows if window.provider_id in seen and self._suits(window, reason)]

    def free_on(self, day: dt.date, reason: Reason, comer: Comer, length: int, taken: Taken) -> list[Stretch]:
        """The windows of a day in which a visit of so many minutes can begin; kept until the day changes."""
        busy = taken.days.get(day)
        asked = (reason, comer, length)
        if asked not in self._free and len(self._free) >= MOST_KEPT:
            self._free.clear()
        kept = self._free.setdefault(asked, {})
        known = kept.get(day)
        if known is None or known[0] is not busy:
            windows = self.fitting(self._day(day) or (), reason, comer)
            known = kept[day] = (busy, self.stretches(windows, length, taken))
        return known[1]

    def stretches(self, windows: Iterable[Window], length: int, taken: Taken) -> list[Stretch]:
        """Those of the windows in which a visit of so many minutes can begin."""
        return stretches(
            windows,
            taken,
            length,
            earliest=_ALWAYS,
            zone=self.profile.zone,
            limits=self.limits,
        )

    def taken(self, days: Mapping[dt.date, tuple[Visit, ...]]) -> Taken:
        """What visits take, by day; a day with the same visits as last time is not worked out again."""
        taken: dict[dt.date, TakenDay] = {}
        for day, visits in days.items():
            known = self._taken.get(day)
            if known is None or known[0] != visits:
                known = self._taken[day] = (visits, TakenDay.of(self._busy(visits)))
            taken[day] = known[1]
        return Taken(taken)

    def _busy(self, visits: Iterable[Visit]) -> Iterator[Busy]:
        for visit in visits:
            block = not visit.patient_id and not visit.row_id  # ours may be for who has no number yet
            yield Busy.by(visit, "" if block else self.attends(visit.operatory, visit.provider_id))

    def is_open(self, opening: Opening) -> bool:
        """Whether its provider works in its chair for the whole of an opening, whoever may sit in it."""
        day, start = opening.start.date(), opening.start_minute
        return any(
            (window.operatory, window.provider_id) == (opening.operatory, opening.provider_id)
            and window.start_minute <= start
            and start + opening.length_minutes <= window.end_minute
            for window in self.windows(day, day) or ()
        )

    def attends(self, operatory: str, provider_id: str) -> str:
        """Whom a visit in a chair keeps busy, which is not always whose id it bears; "" for nobody known.

        In a column of hygiene it is the hygienist: many systems put such a visit down under the dentist
        who looks in.
        """
        known = self._attends.get((operatory, provider_id))
        if known is None:
            known = self._attends[operatory, provider_id] = self._attended(operatory, provider_id)
        return known

    def _attended(self, operatory: str, provider_id: str) -> str:
        if provider_id in self._hygienists or self._kind(operatory) is not ColumnKind.HYGIENE:
            return provider_id
        return next((one for one in self._workers(operatory) if one in self._hygienists), "")

    def _offered_chairs(self) -> Iterator[Chair]:
        """The office's columns that its system lists: no visit could be put down in a misspelled one.

        Where the system lists none, the office's word for them is all there is.
        """
        shown = {chair.operatory.casefold(): chair for chair in self.profile.chairs}
        if not self.charter.columns:
            yield from self.profile.chairs
            return
        for column in self.charter.columns:
            listed = column.operatory.casefold() in shown or not shown
            if column.kind is ColumnKind.OFF or not listed:
                continue
            chair = shown.get(column.operatory.casefold(), Chair(column.operatory))
            yield replace(chair, provider_ids=column.providers) if column.providers else chair

    def _day(self, day: dt.date) -> list[Window] | None:
        if day not in self._days:
            self._days[day] = self._worked_out(day)
        return self._days[day]

    def _worked_out(self, day: dt.date) -> list[Window] | None:
        if self.charter.closed_on(day):
            return []
        found = [windows for chair in self._chairs if (windows := self._of_chair(chair, day)) is not None]
        return sorted(window for windows in found for window in windows) if found else None

    def _of_chair(self, chair: Chair, day: dt.date) -> list[Window] | None:
        column = self.charter.column(chair.operatory)
        if column is not None and column.windows is not None:
            return self._plan.staffed(chair, day, _hours(column.windows, day))
        shown = self._plan.windows(chair, day) if self._hours_known else None
        if self.charter.hours is None:
            return shown
        hours = _hours(self.charter.hours, day)
        if column is not None or shown is None:
            return self._plan.staffed(chair, day, hours)
        return [
            replace(window, start_minute=start, end_minute=end)
            for window in shown
            for start, end in overlap(((window.start_minute, window.end_minute),), hours)
        ]

    def _limit(self, number: str) -> int | None:
        rule = self.charter.provider(number)
        if rule is not None and rule.max_parallel is not None:
            return rule.max_parallel
        return MOST_AT_ONCE[ColumnKind.HYGIENE if number in self._hygienists else ColumnKind.DOCTOR]

    def sees(self, number: str, comer: Comer) -> bool:
        """Whether a provider takes whoever comes, as far as the office's people have said."""
        rule = self.charter.provider(number)
        if rule is None:
            return True
        return (rule.takes_new_patients or not comer.new) and rule.sees(comer.age)

    def _suits(self, window: Window, reason: Reason) -> bool:
        """Whether a window's column is for this kind of visit: by its kind, else by its provider's trade.

        Where an office shows no hygienist, a dentist does the cleaning.
        """
        if reason.hygiene is None:
            return True
        column = self.charter.column(window.operatory)
        if column is not None:
            return (column.kind is ColumnKind.HYGIENE) == reason.hygiene or not self._has_both
        if not self._hygienists or len(self._hygienists) == len(self.profile.providers):
            return True
        return (window.provider_id in self._hygienists) == reason.hygiene

    @property
    def _has_both(self) -> bool:
        kinds = {column.kind for column in self.charter.columns}
        return {ColumnKind.HYGIENE, ColumnKind.DOCTOR} <= kinds

    def _kind(self, operatory: str) -> ColumnKind | None:
        column = self.charter.column(operatory)
        if column is not None:
            return column.kind
        workers = self._workers(operatory)
        if not workers:
            return None
        return ColumnKind.HYGIENE if workers[0] in self._hygienists else ColumnKind.DOCTOR

    def _workers(self, operatory: str) -> tuple[str, ...]:
        """Who works in a chair, as far as the office or Sikka tells; the usual one first."""
        column = self.charter.column(operatory)
        if column is not None and column.providers:
            return column.providers
        usual = self.profile.usual_provider.get(operatory, "")
        assigned = next((one.provider_ids for one in self.profile.chairs if one.operatory == operatory), ())
        return tuple(dict.fromkeys(one for one in (usual, *assigned) if one))


def _hours(week: Week, day: dt.date) -> tuple[Interval, ...]:
    return week.get(day.weekday(), ())
