"""The charter: what an office's people have reviewed and said may be offered, as plain typed values.

People call it the office's profile (`chairtime office`). In the code `Profile` is what Sikka shows of an
office; the charter lies over it, and what it does not say is left to Sikka and to the settings. Every key
of its document is described in `keys`; `reading` reads one.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, TypeAlias

from server.settings import Settings

Interval: TypeAlias = tuple[int, int]
"""Minutes after midnight, from and up to."""

Week: TypeAlias = Mapping[int, tuple[Interval, ...]]
"""Weekday, 0 for Monday, to its stretches, merged and in order; a day that is not in it has none."""

Worded: TypeAlias = str | Mapping[str, str]
"""The office's own words: one text whatever the language, or one for each by its code."""

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class ColumnKind(StrEnum):
    """What a chair is for."""

    HYGIENE = "hygiene"
    DOCTOR = "doctor"
    OFF = "off"


class Wants(StrEnum):
    """Whose chair a reason belongs in."""

    HYGIENE = "hygiene"
    DOCTOR = "doctor"
    ANY = "any"


class BookedBy(StrEnum):
    """Whether the agent books a reason outright, or leaves a request for the office's people."""

    AGENT = "agent"
    REQUEST = "request"


class SameDay(StrEnum):
    """What becomes of a wish for a time today."""

    BOOK = "book"
    REQUEST = "request"
    TRANSFER = "transfer"


class IdentityLevel(StrEnum):
    """What a caller has to show before a time is booked; everything else needs name and birth date."""

    BOOKING = "booking"  # the name, with the birth date or a number on file that the platform asserts
    STRICT = "strict"  # name and birth date


class FollowUp(StrEnum):
    """What an office does of its own accord about a request; nothing else is ever promised."""

    NONE = "none"
    TEXT = "text"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Phones:
    """Numbers of people, "" where there is none: `transfer` takes urgent calls, `on_call` after hours."""

    transfer: str = field(default="", repr=False)
    on_call: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which nobody is seen, both included."""

    first: dt.date
    last: dt.date
    name: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A chair, by its name in the practice's system.

    Attributes:
        operatory: its name there.
        kind: what it is for; nothing is offered in one that is off.
        providers: ids of those who work in it, the usual one first; empty leaves it to what Sikka shows.
        windows: when it may be booked; None where the document does not say, so that the office's hours
            count, and without those the schedules.
    """

    operatory: str
    kind: ColumnKind
    providers: tuple[str, ...] = ()
    windows: Week | None = None


@dataclass(frozen=True, slots=True)
class ProviderRule:
    """Somebody who sees patients, by their id in the practice's system.

    Attributes:
        spoken: how they are named aloud; "" leaves it to what Sikka shows.
        max_parallel: how many visits they may have at a time; None where the document does not say.
        youngest: of the patients they see, in years; None for no bound.
        oldest: likewise, included.
    """

    id: str
    spoken: str = ""
    max_parallel: int | None = None
    takes_new_patients: bool = True
    youngest: int | None = None
    oldest: int | None = None

    def sees(self, age: int | None) -> bool:
        """Whether they see somebody of that age; nobody is turned away whose age is not known."""
        if age is None:
            return True
        return (self.youngest is None or age >= self.youngest) and (self.oldest is None or age <= self.oldest)


@dataclass(frozen=True, slots=True)
class Minutes:
    """How long a visit takes, by who comes."""

    returning: int
    new: int
    child: int


@dataclass(frozen=True, slots=True)
class VisitReason:
    """What people come in for.

    Attributes:
        name: as it is said and written down.
        words: what callers say for it, beside its name.
        type: the practice system's word for such an appointment; "" leaves it out.
        months: between the last visit for it and the next, where a recall tells the last and no due day;
            None leaves it to the recall's own interval.
    """

    name: str
    minutes: Minutes
    column: Wants = Wants.ANY
    booked: BookedBy = BookedBy.AGENT
    words: tuple[str, ...] = ()
    type: str = ""
    months: int | None = None


@dataclass(frozen=True, slots=True)
class OtherOffice:
    """Another office of the same group, as it is told to callers."""

    name: str
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is done without asking a person. Nothing in it is undecided: see `policy_of`.

    Attributes:
        lead_minutes: between now and the earliest time offered.
        horizon_days: how far ahead times are offered.
        same_day: what becomes of a wish for a time today.
        max_copy_age_minutes: how old Sikka's copy may be for every time to be booked outright.
        offline: while the office's PC is off, whether requests are kept for it.
        only_requested: operations of the ledger that the agent may only leave a request for.
        cancellation_notice_hours: a later cancellation is told the sentence; 0 for no notice asked.
        cancellation_sentence: the office's own; "" without one.
        emergency_text: the office's own words in an emergency.
        new_patients_per_day: how many the agent books for one day; None for no bound.
        follow_up: what callers may be told of how they hear about a request.
        cancelled_word: the status that says cancelled; "" leaves it to what Sikka shows.
        mention_recall: whether a recall that is due is mentioned.
        identity: what a caller has to show before a time is booked.
    """

    lead_minutes: int
    horizon_days: int
    same_day: SameDay
    max_copy_age_minutes: int
    offline: str
    only_requested: frozenset[str]
    cancellation_notice_hours: int
    cancellation_sentence: Worded
    emergency_text: Worded
    new_patients_per_day: int | None
    follow_up: FollowUp
    cancelled_word: str
    mention_recall: bool
    identity: IdentityLevel


@dataclass(frozen=True, slots=True)
class Charter:
    """One office's document.

    Attributes:
        zone: IANA name; "" leaves it to the setting and to Sikka.
        greeting: how the agent may begin a call; "" without one.
        languages: in which callers can be served there, in words, the office's own first.
        hours: None where the document does not say, so that the schedules tell.
        columns: if there are any, nothing is offered in another.
        reasons: if there are any, each replaces the built-in one of the same name.
        policy: what it says of it, by the names of `Policy`; the rest is left to `policy_of`.
        insurance: those named, in the office's order; empty where the document does not say.
    """

    zone: str = ""
    greeting: Worded = ""
    languages: tuple[str, ...] = ()
    phones: Phones = Phones()
    hours: Week | None = None
    closures: tuple[Closure, ...] = ()
    columns: tuple[Column, ...] = ()
    providers: tuple[ProviderRule, ...] = ()
    reasons: tuple[VisitReason, ...] = ()
    policy: Mapping[str, Any] = field(default_factory=dict[str, Any])
    insurance: tuple[str, ...] = ()
    other_offices: tuple[OtherOffice, ...] = ()

    def closed_on(self, day: dt.date) -> bool:
        """Whether a closure takes a day in."""
        return any(closure.first <= day <= closure.last for closure in self.closures)

    def column(self, operatory: str) -> Column | None:
        """The column of a chair; None where the document has none of that name."""
        wanted = operatory.strip().casefold()
        return next((one for one in self.columns if one.operatory.casefold() == wanted), None)

    def provider(self, number: str) -> ProviderRule | None:
        """What is said of a provider; None where the document has none of that id."""
        return next((one for one in self.providers if one.id == number), None)

    def reason(self, name: str) -> VisitReason | None:
        """The reason of that name; None where the document has none."""
        wanted = name.strip().casefold()
        return next((one for one in self.reasons if one.name.casefold() == wanted), None)


EMPTY: Final = Charter()
"""Of an office whose people have said nothing."""


def words_in(language: str, said: Worded) -> str:
    """The office's own words in a language; where it has none in it, the first that it wrote."""
    if isinstance(said, str):
        return said
    return said.get(language) or next(iter(said.values()), "")


def policy_of(charter: Charter, settings: Settings) -> Policy:
    """What holds for an office: its charter, then the settings, then the careful choice."""
    unsaid = Policy(
        lead_minutes=settings.lead_minutes,
        horizon_days=settings.horizon_days,
        same_day=SameDay.BOOK,
        max_copy_age_minutes=settings.max_copy_age_minutes,
        offline=settings.offline,
        only_requested=frozenset(),
        cancellation_notice_hours=0,
        cancellation_sentence="",
        emergency_text=settings.emergency_text,
        new_patients_per_day=None,
        follow_up=FollowUp.NONE,
        cancelled_word="",
        mention_recall=False,
        identity=IdentityLevel.BOOKING,
    )
    return replace(unsaid, **charter.policy)


UNSAID: Final = policy_of(EMPTY, Settings.model_construct())
"""The policy where neither an office nor the environment says anything."""


def settings_under(charter: Charter, settings: Settings) -> Settings:
    """The settings as they hold for one office: where its charter speaks, it wins."""
    said = charter.policy
    newcomers = next((one.id for one in charter.providers if one.takes_new_patients), "")
    over: dict[str, object] = {
        "timezone": charter.zone,
        "transfer_number": charter.phones.transfer,
        "new_patient_provider": newcomers if charter.providers else "",
        **{name: said[name] for name in ("lead_minutes", "horizon_days", "offline") if name in said},
    }
    return settings.model_copy(update={name: value for name, value in over.items() if value != ""})
