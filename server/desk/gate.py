"""Decides of every wish for a write, before it is put down, whether it is acted on or left to people.

It is the one place where that is decided: everything that a caller wants written passes `decide`.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from server.clock import Clock
from server.desk.charter.standing import Charters, Standing
from server.desk.charter.terms import BookedBy, ColumnKind, Policy, SameDay
from server.desk.copies.age import Ages, lies_beyond, works_on
from server.desk.copies.overlay import ASKS_FOR
from server.desk.office import Profile
from server.desk.times.newcomers import newcomers_by_day
from server.sikka.pms_fields import Operation
from store.opening import Store


class Way(StrEnum):
    """What becomes of a wish."""

    BOOK = "book"  # it is put into the ledger
    REQUEST = "request"  # it is left to the office's people
    TRANSFER = "transfer"  # it is for a person on the telephone, now
    CLOSED = "closed"  # the office's people have closed that time


class Why(StrEnum):
    """Why a wish is not acted on."""

    NONE = ""
    PAUSED = "paused"
    UNREVIEWED = "unreviewed"
    NOT_ALLOWED = "not_allowed"
    UNREGISTERED = "unregistered"
    NO_NEW_PATIENTS = "no_new_patients"
    CLOSED = "closed"
    ONLY_REQUESTED = "only_requested"
    SAME_DAY = "same_day"
    OLD_COPY = "old_copy"
    NEW_PATIENT_CAP = "new_patient_cap"


@dataclass(frozen=True)
class Verdict:
    """A way, and why it is not the first one."""

    way: Way
    why: Why = Why.NONE


@dataclass(frozen=True)
class Wish:
    """What a caller wants written.

    Attributes:
        facts: as the ledger's row would have them.
        natural_key: what makes it the same wish.
    """

    office: str
    operation: str
    facts: Mapping[str, Any] = field(repr=False)
    natural_key: str
    patient_key: str | None = None
    scope_key: str | None = None

    @property
    def start(self) -> dt.datetime | None:
        """The start it asks for; None where it asks for no time."""
        start = self.facts.get(ASKS_FOR.get(self.operation, ""))
        return dt.datetime.fromisoformat(str(start)) if start else None

    @property
    def of_new_patient(self) -> bool:
        """Whether it is for somebody whom the office has not seen yet, as far as the ledger tells."""
        return self.operation == Operation.REGISTER or bool(self.facts.get("new_patient"))


class Diverted(Exception):
    """A wish that is not put into the ledger; nothing was written.

    Attributes:
        verdict: what becomes of it instead.
    """

    def __init__(self, wish: Wish, verdict: Verdict) -> None:
        super().__init__(f"{wish.operation}: {verdict.why}")
        self.wish = wish
        self.verdict = verdict


GO: Final = Verdict(Way.BOOK)


class Gate:
    """Judges wishes by the office's charter, its pause, the copy's age and the settings."""

    def __init__(self, store: Store, charters: Charters, ages: Ages, clock: Clock) -> None:
        self._store = store
        self._charters = charters
        self._ages = ages
        self._clock = clock

    async def demand(self, profile: Profile, wish: Wish) -> None:
        """Raise Diverted unless a wish is to be acted on."""
        verdict = await self.decide(profile, wish)
        if verdict != GO:
            raise Diverted(wish, verdict)

    async def decide(self, profile: Profile, wish: Wish) -> Verdict:
        """What becomes of a wish: by the first of the rules that speaks, else it is acted on."""
        asked = _Asked(profile, await self._charters.of(profile.office.id), wish)
        for rule in self._rules:
            verdict = await rule(asked)
            if verdict is not None:
                return verdict
        return GO

    @property
    def _rules(self) -> tuple[Callable[["_Asked"], Awaitable[Verdict | None]], ...]:
        """In this order: what holds for everything, what is allowed at all, and what hangs on the time."""
        return (
            self._paused,
            self._reviewed,
            self._allowed,
            self._registered,
            self._takes_newcomers,
            self._closed,
            self._booked_by_us,
            self._today,
            self._fresh,
            self._newcomers_left,
        )

    async def _paused(self, asked: "_Asked") -> Verdict | None:
        return _request(Why.PAUSED) if asked.standing.paused else None

    async def _reviewed(self, asked: "_Asked") -> Verdict | None:
        trial = asked.standing.settings.unreviewed == "book"
        return None if asked.standing.reviewed or trial else _request(Why.UNREVIEWED)

    async def _allowed(self, asked: "_Asked") -> Verdict | None:
        return _request(Why.NOT_ALLOWED) if asked.wish.operation in asked.policy.only_requested else None

    async def _registered(self, asked: "_Asked") -> Verdict | None:
        """A patient whose registration was left to people is in no system that could be written to."""
        return _request(Why.UNREGISTERED) if asked.wish.facts.get("requested_patient") else None

    async def _takes_newcomers(self, asked: "_Asked") -> Verdict | None:
        providers = asked.standing.charter.providers
        if not asked.wish.of_new_patient or not providers:
            return None
        takers = {one.id for one in providers if one.takes_new_patients}
        if not takers:
            return _request(Why.NO_NEW_PATIENTS)
        rule = asked.standing.charter.provider(str(asked.wish.facts.get("provider_id", "")))
        return _request(Why.NO_NEW_PATIENTS) if rule is not None and rule.id not in takers else None

    async def _closed(self, asked: "_Asked") -> Verdict | None:
        charter, start = asked.standing.charter, asked.wish.start
        if start is None:
            return None
        column = charter.column(str(asked.wish.facts.get("operatory", "")))
        shut = bool(charter.columns) and (column is None or column.kind is ColumnKind.OFF)
        return Verdict(Way.CLOSED, Why.CLOSED) if shut or charter.closed_on(start.date()) else None

    async def _booked_by_us(self, asked: "_Asked") -> Verdict | None:
        reason = asked.standing.charter.reason(str(asked.wish.facts.get("reason", "")))
        by_people = reason is not None and reason.booked is BookedBy.REQUEST
        return _request(Why.ONLY_REQUESTED) if by_people else None

    async def _today(self, asked: "_Asked") -> Verdict | None:
        start, rule = asked.wish.start, asked.policy.same_day
        if start is None or rule is SameDay.BOOK or start.date() != asked.today(self._clock):
            return None
        if rule is SameDay.TRANSFER and asked.standing.settings.transfer_number.strip():
            return Verdict(Way.TRANSFER, Why.SAME_DAY)
        return _request(Why.SAME_DAY)

    async def _fresh(self, asked: "_Asked") -> Verdict | None:
        start = asked.wish.start
        if start is None:
            return None
        office = await self._store.offices.get(asked.wish.office) or asked.profile.office
        age = self._ages.minutes(office, asked.profile.zone)
        if age is not None and age < asked.policy.max_copy_age_minutes:
            return None
        far = lies_beyond(start.date(), asked.today(self._clock), works_on(asked.standing.charter))
        return None if far else _request(Why.OLD_COPY)

    async def _newcomers_left(self, asked: "_Asked") -> Verdict | None:
        most, start = asked.policy.new_patients_per_day, asked.wish.start
        if most is None or start is None or not asked.wish.of_new_patient:
            return None
        taken = (await newcomers_by_day(self._store.ledger, asked.wish.office))[start.date()]
        if taken < most and await self._has_place(asked, start.date().isoformat(), range(taken, most)):
            return None
        return _request(Why.NEW_PATIENT_CAP)

    async def _has_place(self, asked: "_Asked", day: str, places: range) -> bool:
        """Whether one of the places left is this wish's: two at once, in any process, never get the same.

        It is held for longer than a wish takes from here into the ledger, where it is counted.
        """
        wish, now = asked.wish, self._clock.now()
        return await self._store.holds.take_place(
            wish.office,
            day,
            [f"new patient|{place}" for place in places],
            holder=self._store.index.keyed_hash("new patient", wish.office, wish.natural_key),
            now=now,
            until=now + int(asked.standing.settings.hold_seconds * 1000),
        )


@dataclass(frozen=True)
class _Asked:
    """A wish with all that it is judged by."""

    profile: Profile
    standing: Standing
    wish: Wish

    @property
    def policy(self) -> Policy:
        return self.standing.policy

    def today(self, clock: Clock) -> dt.date:
        """The office's date. Raises Unanswerable without a zone."""
        return self.profile.clock(clock.now()).date()


def _request(why: Why) -> Verdict:
    return Verdict(Way.REQUEST, why)
