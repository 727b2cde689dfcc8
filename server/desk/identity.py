"""Decides who is calling, how much of it each act needs, and when nobody is told any more.

A try is settled after the search and before its answer: what may be told is counted in the database, so
however many tries run side by side, no more is told than one after the other would have been.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from server.clock import DAY_MS, Clock
from server.desk.answers import Outcome
from server.desk.charter.terms import IdentityLevel
from server.desk.office import Profile
from server.desk.patients import Asked, Found, Looked, Patients
from server.desk.people.matching import fold
from server.desk.proofs import SELF, PatientProof
from server.desk.together import to_the_end
from server.settings import Settings
from store.attempts import Counter
from store.ledger_rows import new_id
from store.opening import Store

ADULT_FROM: Final = 18  # years; whose record is opened to nobody else
GUARDIANS: Final = frozenset({"parent", "guardian"})
HOUR_MS: Final = 60 * 60_000
_ANOTHER: Final = "for another"

# Acts for which the name and the number of the call are enough; every other asks for name and birth date.
# find_slots shows nothing of the record then, check_writeback only what this call has asked for.
BY_NUMBER: Final[Mapping[IdentityLevel, frozenset[str]]] = {
    IdentityLevel.BOOKING: frozenset({"find_slots", "book", "check_writeback"}),
    IdentityLevel.STRICT: frozenset(),
}
# What a parent or guardian may do for a minor; all else is for the office's own people.
FOR_A_MINOR: Final = frozenset(
    {"find_slots", "list_appointments", "book", "move", "cancel", "confirm", "check_writeback"}
)


@dataclass(frozen=True)
class Limit:
    """How many tries may fail before nothing more is told, and for how long each counts.

    Attributes:
        place: among the numbers of CHAIRTIME_ATTEMPTS.
    """

    place: int
    hours: int


# A call id and a number are one caller's; of a patient both the name and the birth date that were said count,
# since either may be what is known, and a guess at the other. An office's own limit frees itself soonest.
LIMITS: Final[Mapping[str, Limit]] = {
    "call": Limit(0, 24),
    "number": Limit(1, 24),
    "name": Limit(2, 24),
    "birth_date": Limit(2, 24),
    "office": Limit(3, 1),
}


def may(proof: PatientProof, act: str, level: IdentityLevel) -> Outcome | None:
    """What stands between a proof and an act: `NEED_MORE`, `NEEDS_HUMAN`, or None for nothing.

    Acts bear the names under which the wording keeps their sentences; one that is not in the tables needs
    name and birth date, and the patient themselves.
    """
    by_number = act in BY_NUMBER[level] and {"name", "number"} <= set(proof.proven)
    if not proof.identifies and not by_number:
        return Outcome.NEED_MORE
    return Outcome.NEEDS_HUMAN if proof.caller_is != SELF and act not in FOR_A_MINOR else None


class Identity:
    """Recognises callers, and counts those it does not recognise."""

    def __init__(self, patients: Patients, store: Store, clock: Clock, settings: Settings) -> None:
        self._patients = patients
        self._attempts = store.attempts
        self._index = store.index
        self._clock = clock
        self._most = settings.most_attempts

    async def identify(self, profile: Profile, asked: Asked, scope_key: str | None) -> Found:
        """How a caller was recognised: `VERIFIED`, `NEED_MORE`, `NOT_VERIFIED`, `LOCKED` or `NEEDS_HUMAN`.

        Unknown, wrong and ambiguous end alike. Who calls for an adult is told so whether there is such a
        patient or not, since nobody is looked for; and so is, for the rest of the call, who asks for the same
        person once more. Without a birth date nothing is counted as a failed try.

        Raises:
            SikkaError: the search could not be carried out, and what was seen verifies nobody.
        """
        if asked.has_name and await self._is_for_another(profile, asked, scope_key):
            return Found(Outcome.NEEDS_HUMAN)
        if not asked.has_name or asked.birth_date is None:
            return await self._without_birth_date(profile, asked, scope_key)
        counters = self._counters(profile, asked, scope_key)
        if await self._is_full(profile, counters):
            return Found(Outcome.LOCKED)
        found = await self._patients.find(profile, asked)
        return found if await self._settled(profile, counters, found) else Found(Outcome.LOCKED)

    async def look(
        self, profile: Profile, asked: Asked, born: dt.date, scope_key: str | None
    ) -> Looked | None:
        """As `Patients.look`, behind the same counters; None where nothing more is told.

        Whoever is not there counts as a failed try, once for the same details, until `is_new`.

        Raises:
            SikkaError: the search could not be carried out, and what was seen verifies nobody.
        """
        counters, attempt = self._counters(profile, asked, scope_key), self._attempt(profile, asked)
        if await self._is_full(profile, counters, attempt):
            return None
        looked = await self._patients.look(profile, asked, born)
        return looked if await self._settled(profile, counters, looked.found, attempt) else None

    async def is_locked(self, profile: Profile, asked: Asked, scope_key: str | None) -> bool:
        """Whether nothing is told to somebody who wants to be registered."""
        counters = self._counters(profile, asked, scope_key)
        return await self._is_full(profile, counters, self._attempt(profile, asked))

    async def is_new(self, profile: Profile, asked: Asked) -> None:
        """Who was not there has asked to be registered: that was no try at being somebody else."""
        await to_the_end(self._attempts.forget(profile.office.id, self._attempt(profile, asked)))

    async def was_for_another(self, profile: Profile, asked: Asked, scope_key: str | None) -> bool:
        """Whether the same name or birth date was refused in this call to somebody who is not the patient.

        A model that is told no may try again and say the caller is the patient.
        """
        marks = self._marks(profile, asked, scope_key)
        return bool(marks) and await self._is_full(profile, marks)

    async def _is_for_another(self, profile: Profile, asked: Asked, scope_key: str | None) -> bool:
        if not self._is_for_the_patient(profile, asked):
            return await self.was_for_another(profile, asked, scope_key)
        if marks := self._marks(profile, asked, scope_key):
            # The same attempt each time: it marks what is new, however much is marked already.
            marking = self._attempts.failed(profile.office.id, marks, _ANOTHER, self._clock.now())
            await to_the_end(marking)
        return True

    def _marks(self, profile: Profile, asked: Asked, scope_key: str | None) -> list[Counter]:
        said = (" ".join(sorted(fold(asked.name))), str(asked.birth_date or ""))
        return [
            Counter(self._index.keyed_hash(_ANOTHER, profile.office.id, scope_key, value), 1, DAY_MS)
            for value in said
            if value and scope_key is not None
        ]

    async def _without_birth_date(self, profile: Profile, asked: Asked, scope_key: str | None) -> Found:
        """By name and the number that the platform asserts, where that is enough to book a time.

        These tries are counted by themselves: past their limit the number is no evidence any more, and
        whoever would rather not tell a birth date is locked out of nothing.
        """
        unsaid = await self._patients.find(profile, asked)
        by_number = profile.policy.identity is IdentityLevel.BOOKING and asked.caller_is == SELF
        if not by_number or not asked.number or not asked.has_name:
            return unsaid
        counters = self._counters(profile, asked, scope_key, "by number|")
        if await self._is_full(profile, counters):
            return unsaid
        found = await self._patients.by_number(profile, asked)
        told = await self._settled(profile, counters, found)
        return found if told and found.patient is not None else unsaid

    def _is_for_the_patient(self, profile: Profile, asked: Asked) -> bool:
        """Whether the record is opened to the patient alone, by what the caller says."""
        if asked.caller_is == SELF:
            return False
        if asked.caller_is not in GUARDIANS:
            return True
        return asked.birth_date is not None and not is_minor(asked.birth_date, self._today(profile))

    def _today(self, profile: Profile) -> dt.date:
        now = self._clock.now()
        if profile.zone is None:
            return dt.datetime.fromtimestamp(now / 1000, dt.UTC).date()
        return profile.clock(now).date()

    async def _is_full(self, profile: Profile, counters: list[Counter], attempt: str = "") -> bool:
        return await self._attempts.is_full(profile.office.id, counters, self._clock.now(), attempt)

    async def _settled(
        self, profile: Profile, counters: list[Counter], found: Found, attempt: str = ""
    ) -> bool:
        """Count a try that failed; whether how it ended may be told."""
        if found.patient is not None:
            return not await self._is_full(profile, counters, attempt)
        now = self._clock.now()
        attempt = attempt or new_id(now)
        return await to_the_end(self._attempts.failed(profile.office.id, counters, attempt, now))

    def _counters(
        self, profile: Profile, asked: Asked, scope_key: str | None, way: str = ""
    ) -> list[Counter]:
        """What a try counts against. Without a call id or a number there is nothing to count for it."""
        said = {
            "call": scope_key or "",
            "number": asked.number,
            "name": " ".join(sorted(fold(asked.name))),
            "birth_date": asked.birth_date.isoformat() if asked.birth_date else "",
            "office": profile.office.id,
        }
        return [
            Counter(
                self._index.keyed_hash("attempts", profile.office.id, f"{way}{name}", value),
                self._most[LIMITS[name].place],
                LIMITS[name].hours * HOUR_MS,
            )
            for name, value in said.items()
            if value
        ]

    def _attempt(self, profile: Profile, asked: Asked) -> str:
        """One for the same details: what is read back and then agreed to is one try."""
        born = asked.birth_date.isoformat() if asked.birth_date else ""
        said = (" ".join(fold(asked.name)), born, asked.phone)
        return self._index.keyed_hash("attempt", profile.office.id, *said)


def is_minor(born: dt.date, today: dt.date) -> bool:
    """Whether a parent or guardian may speak for whoever was born then."""
    return age(born, today) < ADULT_FROM


def age(born: dt.date, today: dt.date) -> int:
    """Full years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
