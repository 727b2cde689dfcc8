"""Finding the caller's record, and deciding whether the caller has shown that it is theirs."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from server.desk.answers import Outcome
from server.desk.copies.copies import Copies
from server.desk.copies.office import Copy
from server.desk.copies.patients import CopiedPatient
from server.desk.office import Profile
from server.desk.people.birthdates import date_fit
from server.desk.people.judging import Heard, Person, judge, judge_by_number, name_of
from server.desk.people.matching import load_names, passes, score_name
from server.desk.people.names import Name
from server.desk.proofs import SELF, PatientProof
from server.desk.together import gathered
from server.sikka import formats, models
from server.sikka.client import Sikka
from server.sikka.errors import Refused
from server.sikka.phones import same_phone

MOST_NAME_SEARCHES: Final = 3
SHORTEST_NAME: Final = 2
SAME_PART: Final = 0.9  # a first or a last name that is the same but for its spelling


@dataclass(frozen=True)
class Asked:
    """What a caller said of themselves; None or "" for what they did not say.

    Attributes:
        phone: as `phones.normal_phone` gives it.
        number: the one they call from, likewise, as the platform asserts it; never what was said.
        caller_is: who calls, as they said it: self, parent, guardian, spouse or other.
    """

    name: str = field(repr=False)
    birth_date: dt.date | None = field(repr=False)
    phone: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    caller_is: str = SELF

    @property
    def has_name(self) -> bool:
        """Whether it is a first and a last name at least."""
        return len(self.name.split()) >= 2  # noqa: PLR2004 - a first and a last name

    @property
    def heard(self) -> Heard:
        """As records are judged by it; who says no phone is taken to have the one they call from."""
        return Heard(self.name, self.birth_date, self.phone or self.number)


@dataclass(frozen=True)
class Found:
    """How a search ended.

    Attributes:
        outcome: `VERIFIED`, `NEED_MORE`, `NOT_VERIFIED`; by `Identity` also `LOCKED` or `NEEDS_HUMAN`.
        missing: with `NEED_MORE`: "name", "date_of_birth", or "" for both.
        patient: with `VERIFIED`.
    """

    outcome: Outcome
    missing: str = ""
    patient: PatientProof | None = None


@dataclass(frozen=True)
class Looked:
    """How a search for somebody who wants to be registered ended.

    Attributes:
        found: as `find` would have it; `NOT_VERIFIED` also where several records match.
        there: whether name and birth date are in the practice's records already, once or more.
        alike: whether a record is much like it, and may be the same person's.
    """

    found: Found
    there: bool
    alike: bool


class Record(Protocol):
    """A patient's record as far as a caller is recognised by it: Sikka's row, or that of the kept copy."""

    @property
    def patient_id(self) -> str:
        """The record's number."""
        ...

    @property
    def firstname(self) -> str:
        """As spelled there."""
        ...

    @property
    def middlename(self) -> str:
        """Empty where there is none."""
        ...

    @property
    def lastname(self) -> str:
        """Empty where there is none."""
        ...

    @property
    def preferred_name(self) -> str:
        """Empty where there is none."""
        ...

    @property
    def born(self) -> dt.date | None:
        """None where the record has no birth date."""
        ...

    @property
    def phones(self) -> tuple[str, ...]:
        """Every number on file, as spelled there."""
        ...

    @property
    def provider_id(self) -> str:
        """Whose patient it is; empty where that is not told."""
        ...


@dataclass(frozen=True)
class _Seen:
    """What a search saw.

    Attributes:
        rows: whom the caller may be.
        namesakes: names on file of their surnames.
        holders: records with the phone that was said, as far as they are not among the rows.
        failures: what could not be asked.
    """

    rows: Sequence[Record]
    namesakes: Sequence[Name] = ()
    holders: Sequence[Person] = ()
    failures: Sequence[Exception] = ()


class Patients:
    """Searches an office's patients: in its kept copy, and through Sikka while that cannot serve."""

    def __init__(self, sikka: Sikka, copies: Copies) -> None:
        self._sikka = sikka
        self._copies = copies
        load_names()

    async def find(self, profile: Profile, asked: Asked) -> Found:
        """Verified only with the exact birth date, both name parts above their floors, and one such record.

        Unknown, wrong and ambiguous end alike.

        Raises:
            SikkaError: the search could not be carried out, and what was seen verifies nobody.
        """
        if not asked.has_name or asked.birth_date is None:
            return Found(Outcome.NEED_MORE, _missing(asked))
        heard = asked.heard
        seen = await self._seen(profile, asked, heard, _born)
        row = _identified(heard, seen)
        if row is not None:
            return Found(Outcome.VERIFIED, patient=_proof(row, asked, profile))
        for error in seen.failures:
            raise error
        return Found(Outcome.NOT_VERIFIED)

    async def look(self, profile: Profile, asked: Asked, born: dt.date) -> Looked:
        """As `find`, with what a registration wants to know besides.

        Args:
            profile: of the office.
            asked: with a first and a last name.
            born: the birth date.

        Raises:
            SikkaError: the search could not be carried out, and what was seen verifies nobody.
        """
        heard = asked.heard
        seen = await self._seen(profile, asked, heard, _candidates)
        row = _identified(heard, seen)
        if row is not None:
            verified = Found(Outcome.VERIFIED, patient=_proof(row, asked, profile))
            return Looked(verified, there=True, alike=False)
        for error in seen.failures:
            raise error
        there = any(row.born == born and _name_fits(asked.name, row) for row in seen.rows)
        alike = any(_is_alike(asked, born, row, profile) for row in seen.rows)
        return Looked(Found(Outcome.NOT_VERIFIED), there=there, alike=alike)

    async def by_number(self, profile: Profile, asked: Asked) -> Found:
        """By name and the number that the platform asserts, with no birth date; else `NOT_VERIFIED`.

        Raises:
            SikkaError: the search could not be carried out, and what was seen verifies nobody.
        """
        asked = replace(asked, phone=asked.number, birth_date=None)
        heard = asked.heard
        seen = await self._seen(profile, asked, heard, _of_number)
        by_id = {row.patient_id: row for row in seen.rows}
        person = judge_by_number(heard, [_person(row) for row in by_id.values()], seen.namesakes)
        if person is not None and not seen.failures:  # what was not seen may be a twin
            proven = ("name", "number")
            return Found(
                Outcome.VERIFIED, patient=replace(_proof(by_id[person.id], asked, profile), proven=proven)
            )
        for error in seen.failures:
            raise error
        return Found(Outcome.NOT_VERIFIED)

    async def _seen(
        self,
        profile: Profile,
        asked: Asked,
        heard: Heard,
        kept_rows: Callable[[Copy, Heard], Sequence[Record]],
    ) -> _Seen:
        """Of a kept copy, those of `kept_rows`; live, all that Sikka finds."""
        if await self._copies.behind(profile.office) is None:
            found, failures = await self._live_candidates(profile, asked, heard.birth_date)
            return _Seen(found, failures=failures)

        async def live() -> _Seen:
            found, failures = await self._live_candidates(profile, asked, heard.birth_date)
            for error in failures:
                raise error
            return _Seen(found)

        def kept(copy: Copy) -> _Seen:
            roster = copy.patients.roster
            return _Seen(
                kept_rows(copy, heard), list(roster.namesakes(heard)), roster.with_phone(heard.phone)
            )

        return await self._copies.reading(profile.office, kept, live)

    async def _live_candidates(
        self, profile: Profile, asked: Asked, born: dt.date | None
    ) -> tuple[list[models.Patient], list[Exception]]:
        calls = self._sikka.office(profile.office.office_id, live=True)
        found: dict[str, models.Patient] = {}

        def searching(**filters: str) -> Callable[[], Awaitable[None]]:
            async def search() -> None:
                for row in await calls.patients(**filters):
                    found[row.patient_id] = row

            return search

        async def by_phone() -> None:
            for row in await calls.patients_by_phone(asked.phone):
                found[row.patient_id] = row

        # No filter by birth date is documented; the query language may take one, or may be ignored,
        # in which case everybody comes back. Either way the rows are judged here.
        steps = [searching(find=f"birthdate=eq_{formats.wire_day(born)}")] if born else []
        steps += [searching(lastname=part) for part in _surnames(asked.name)]
        if asked.phone:
            steps.append(by_phone)
        failures = await gathered(*steps)
        return list(found.values()), [error for error in failures if not isinstance(error, Refused)]


def _born(copy: Copy, heard: Heard) -> list[CopiedPatient]:
    """Everybody born on the day said: nobody else can be verified, so nobody else is looked for."""
    return copy.patients.born_on(heard.birth_date) if heard.birth_date else []


def _candidates(copy: Copy, heard: Heard) -> list[CopiedPatient]:
    """They, and whoever else may be meant."""
    return copy.patients.candidates(heard)


def _of_number(copy: Copy, heard: Heard) -> list[CopiedPatient]:
    """Everybody whose number it is, and who was born on a day with one of them: twins have to be seen."""
    holders = copy.patients.with_phone(heard.phone)
    born = [one for day in {row.born for row in holders} if day for one in copy.patients.born_on(day)]
    return list({row.patient_id: row for row in (*holders, *born)}.values())


def _missing(asked: Asked) -> str:
    if asked.has_name:
        return "date_of_birth"
    return "name" if asked.birth_date is not None else ""


def _surnames(name: str) -> list[str]:
    """What to ask for as a last name: the last word, the last two, the first (last name first)."""
    words = name.replace(",", " ").split()
    parts = [words[-1], " ".join(words[-2:]), words[0]]
    return [part for part in dict.fromkeys(parts) if len(part) >= SHORTEST_NAME][:MOST_NAME_SEARCHES]


def _identified(heard: Heard, seen: _Seen) -> Record | None:
    rows = {row.patient_id: row for row in seen.rows}
    people = [_person(row) for row in rows.values()]
    born = [person for person in people if person.born == heard.birth_date]
    others = [name_of(person) for person in people if person.born != heard.birth_date]
    person = judge(heard, born, [*others, *seen.namesakes], [*people, *seen.holders])
    return rows[person.id] if person else None


def _person(row: Record) -> Person:
    return Person(
        id=row.patient_id,
        first=row.firstname,
        last=row.lastname,
        preferred=row.preferred_name,
        middle=row.middlename,
        born=row.born,
        phones=row.phones,
    )


def _name_fits(heard: str, row: Record) -> bool:
    return passes(score_name(heard, row.firstname, row.lastname, row.preferred_name, row.middlename))


def _is_alike(asked: Asked, born: dt.date, row: Record, profile: Profile) -> bool:
    """Whether a record may be the same person's: one thing differs, and the rest is theirs."""
    score = score_name(asked.name, row.firstname, row.lastname, row.preferred_name, row.middlename)
    if row.born == born and max(score.first, score.last) >= SAME_PART:
        return True
    phone = any(same_phone(asked.phone, phone, profile.region) for phone in row.phones)
    return _name_fits(asked.name, row) and (phone or (row.born is not None and date_fit(born, row.born) > 0))


def _proof(row: Record, asked: Asked, profile: Profile) -> PatientProof:
    further = [("phone", asked.phone), ("number", asked.number)]
    on_file = [
        what
        for what, number in further
        if number and any(same_phone(number, phone, profile.region) for phone in row.phones)
    ]
    return PatientProof(
        patient_id=row.patient_id,
        spoken=(row.preferred_name or row.firstname).strip(),
        provider_id=row.provider_id,
        proven=("name", "birth_date", *on_file),
        caller_is=asked.caller_is,
    )
