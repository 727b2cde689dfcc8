"""An office's patients in memory, as its kept copy shows them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from server.desk.people.roster import Heard, Roster
from server.sikka import formats

CANDIDATES: Final = 24  # records looked at closely, besides those of the birth date said
TELLING: Final = 200  # records among which one at least names a visit, where the system tells of any
LONG_AGO: Final = 1901
ISO_DAY: Final = 10
_PHONES: Final = slice(7, 11)  # fields of a patient
_PHONES_END: Final = _PHONES.stop


@dataclass(frozen=True, slots=True, eq=False)
class CopiedPatient:
    """A patient as the copy shows them; the fields are those of `server.sikka.copied.PATIENTS`, in order."""

    patient_id: str
    firstname: str = field(repr=False)
    middlename: str = field(repr=False)
    lastname: str = field(repr=False)
    preferred_name: str = field(repr=False)
    birthdate: str = field(repr=False)
    status: str
    cell: str = field(repr=False)
    homephone: str = field(repr=False)
    workphone: str = field(repr=False)
    other_phone: str = field(repr=False)
    provider_id: str
    guarantor_id: str = field(repr=False)
    practice_id: str
    first_visit: str = field(repr=False)
    last_visit: str = field(repr=False)

    @property
    def born(self) -> dt.date | None:
        """Birth date; None where the PMS has none."""
        return _day(self.birthdate)

    @property
    def was_seen(self) -> bool:
        """Whether it names a visit; systems that keep no empty dates put one of long ago in its place."""
        visits = (_day(self.first_visit), _day(self.last_visit))
        return any(visit is not None and visit.year > LONG_AGO for visit in visits)

    @property
    def phones(self) -> tuple[str, ...]:
        """Every phone on file, as spelled there."""
        phones = (self.cell, self.homephone, self.workphone, self.other_phone)
        return tuple([phone for phone in phones if phone])


class CopiedPatients:
    """All patients of one office, by id, and by what a caller says of themselves.

    Attributes:
        roster: by which they are found; its ids are theirs.
    """

    def __init__(self) -> None:
        # As they came: tens of thousands are taken in at once, and few of them ever looked at.
        self._by_id: dict[str, Sequence[str]] = {}
        self.roster = Roster()

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[CopiedPatient]:
        return (CopiedPatient(*values) for values in self._by_id.values())

    def get(self, patient_id: str) -> CopiedPatient | None:
        """The patient of that id; None where the copy has none."""
        values = self._by_id.get(patient_id)
        return None if values is None else CopiedPatient(*values)

    def put(self, values: Sequence[str]) -> None:
        """Take a patient in, or in anew; `values` are the fields of a `CopiedPatient`."""
        number, first, middle, last, preferred, birthdate, _, cell, home, work, other = values[:_PHONES_END]
        self._by_id[number] = tuple(values)
        phones = (cell,) if cell and not (home or work or other) else tuple(filter(None, values[_PHONES]))
        self.roster.take(number, first, last, preferred, middle, "", _day(birthdate), phones)

    def remove(self, patient_id: str) -> None:
        """Forget a patient; one who is not there is no matter."""
        if self._by_id.pop(patient_id, None) is not None:
            self.roster.remove(patient_id)

    def unseen(self, patient_id: str) -> bool:
        """Whether somebody has a chart and was never seen, where the practice's system tells of visits."""
        patient = self.get(patient_id)
        if patient is None or patient.was_seen:
            return False
        return any(CopiedPatient(*values).was_seen for values in islice(self._by_id.values(), TELLING))

    def born_on(self, day: dt.date) -> list[CopiedPatient]:
        """Everybody born on a day."""
        return [CopiedPatient(*self._by_id[person.id]) for person in self.roster.born_on(day)]

    def with_phone(self, phone: str) -> list[CopiedPatient]:
        """Everybody whose number it is; nobody where it is that of too many to be anybody's."""
        return [CopiedPatient(*self._by_id[person.id]) for person in self.roster.with_phone(phone)]

    def candidates(self, heard: Heard) -> list[CopiedPatient]:
        """Everybody born on the day said, and whoever else may be meant, likeliest first."""
        likely = [match.record for match in self.roster.search(heard, CANDIDATES)]
        born = self.roster.born_on(heard.birth_date) if heard.birth_date else []
        numbers = dict.fromkeys(person.id for person in [*likely, *born])
        return [CopiedPatient(*self._by_id[number]) for number in numbers]


def _day(text: str) -> dt.date | None:
    """As `formats.day`, and quick for the one spelling that tens of thousands of rows have."""
    if text[4:5] == "-" == text[7:8]:
        try:
            return dt.date.fromisoformat(text[:ISO_DAY])
        except ValueError:
            return None
    return formats.day(text)
