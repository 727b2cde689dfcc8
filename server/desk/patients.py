"""Finding the caller's record, live, and deciding whether the caller has shown that it is theirs."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from server.desk.answers import Outcome
from server.desk.matching import passes, score_name
from server.desk.office import Profile
from server.desk.proofs import PatientProof
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
    """

    name: str = field(repr=False)
    birth_date: dt.date | None = field(repr=False)
    phone: str = field(default="", repr=False)


@dataclass(frozen=True)
class Found:
    """How a search ended.

    Attributes:
        outcome: `VERIFIED`, `NEED_MORE` or `NOT_VERIFIED`.
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


class Patients:
    """Searches an office's patients through Sikka."""

    def __init__(self, sikka: Sikka) -> None:
        self._sikka = sikka

    async def find(self, profile: Profile, asked: Asked) -> Found:
        """Verified only with the exact birth date, both name parts above their floors, and one such record.

        Unknown, wrong and ambiguous end alike.

        Raises:
            SikkaError: the search could not be carried out, and what was seen verifies nobody.
        """
        has_name = len(asked.name.split()) >= 2  # noqa: PLR2004 - a first and a last name
        if not has_name or asked.birth_date is None:
            return Found(Outcome.NEED_MORE, _missing(has_name, asked.birth_date))
        return (await self.look(profile, asked, asked.birth_date)).found

    async def look(self, profile: Profile, asked: Asked, born: dt.date) -> Looked:
        """As `find`, with what a registration wants to know besides.

        Args:
            profile: of the office.
            asked: with a first and a last name.
            born: the birth date.

        Raises:
            SikkaError: the search could not be carried out, and what was seen verifies nobody.
        """
        candidates, failures = await self._candidates(profile, asked, born)
        matches = [row for row in candidates if row.born == born and _name_fits(asked.name, row)]
        if len(matches) == 1:
            verified = Found(Outcome.VERIFIED, patient=_proof(matches[0], asked, profile))
            return Looked(verified, there=True, alike=False)
        for error in failures:
            raise error
        alike = any(_is_alike(asked, born, row, profile) for row in candidates)
        return Looked(Found(Outcome.NOT_VERIFIED), there=bool(matches), alike=alike)

    async def _candidates(
        self, profile: Profile, asked: Asked, born: dt.date
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
        steps = [searching(find=f"birthdate=eq_{formats.wire_day(born)}")]
        steps += [searching(lastname=part) for part in _surnames(asked.name)]
        if asked.phone:
            steps.append(by_phone)
        failures = await gathered(*steps)
        return list(found.values()), [error for error in failures if not isinstance(error, Refused)]


def _missing(has_name: bool, birth_date: dt.date | None) -> str:
    if has_name:
        return "date_of_birth"
    return "name" if birth_date is not None else ""


def _surnames(name: str) -> list[str]:
    """What to ask for as a last name: the last word, the last two, the first (last name first)."""
    words = name.replace(",", " ").split()
    parts = [words[-1], " ".join(words[-2:]), words[0]]
    return [part for part in dict.fromkeys(parts) if len(part) >= SHORTEST_NAME][:MOST_NAME_SEARCHES]


def _name_fits(heard: str, row: models.Patient) -> bool:
    return passes(score_name(heard, row.firstname, row.lastname, row.preferred_name, row.middlename))


def _is_alike(asked: Asked, born: dt.date, row: models.Patient, profile: Profile) -> bool:
    """Whether a record may be the same person's: one thing differs, and the rest is theirs."""
    score = score_name(asked.name, row.firstname, row.lastname, row.preferred_name, row.middlename)
    if row.born == born and max(score.first, score.last) >= SAME_PART:
        return True
    phone = any(same_phone(asked.phone, phone, profile.region) for phone in row.phones)
    return _name_fits(asked.name, row) and (phone or _misheard(born, row.born))


def _misheard(said: dt.date, kept: dt.date | None) -> bool:
    """Whether two dates differ in one part, or in the order of month and day."""
    if kept is None:
        return False
    swapped = (said.year, said.month, said.day) == (kept.year, kept.day, kept.month)
    parts = ((said.year, kept.year), (said.month, kept.month), (said.day, kept.day))
    return swapped or sum(one != other for one, other in parts) == 1


def _proof(row: models.Patient, asked: Asked, profile: Profile) -> PatientProof:
    on_file = any(same_phone(asked.phone, phone, profile.region) for phone in row.phones)
    proven = ("name", "birth_date", "phone") if asked.phone and on_file else ("name", "birth_date")
    return PatientProof(
        patient_id=row.patient_id,
        spoken=(row.preferred_name or row.firstname).strip(),
        provider_id=row.provider_id,
        proven=proven,
    )
