"""Lays out a practice: its location, its people, its chairs, its weeks and its patients."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sandbox.names import (
    AREA_CODES,
    KNOWN,
    KNOWN_BIRTHDATES,
    KNOWN_PHONES,
    NICKNAMES,
    POOLS,
    STREETS,
    TOWNS,
    Known,
)
from sandbox.pms import PmsProfile
from sandbox.records import Operatory, Patient, Practice, Provider, Records, WeekSchedule

Day = tuple[tuple[str, str], ...]

_LONG: Day = (("08:00", "12:00"), ("13:00", "17:00"))
_SHORT: Day = (("08:00", "13:00"),)
_OFF: Day = ()
# Sunday first, as practice_schedule has its columns
_HOURS: dict[str, tuple[Day, ...]] = {
    "practice": (_OFF, _LONG, _LONG, _LONG, _LONG, _SHORT, _OFF),
    "first": (_OFF, _LONG, _LONG, _LONG, _LONG, _OFF, _OFF),
    "second": (_OFF, _OFF, _LONG, _LONG, _LONG, _SHORT, _OFF),
}
WEEKS_BACK, WEEKS_AHEAD = 1, 9
_FIXED_HOLIDAYS = frozenset({(1, 1), (7, 4), (12, 24), (12, 25)})


@dataclass(frozen=True, slots=True)
class _Post:
    key: str
    letters: str
    first: str
    last: str
    kind: str
    specialty: str
    hours: str
    active: bool = True


_TEAM: tuple[_Post, ...] = (
    _Post("1", "DMD1", "Ellen", "Marsh", "Provider", "General Dentist", "first"),
    _Post("2", "DMD2", "Anil", "Rao", "Provider", "General Dentist", "second"),
    _Post("3", "HYG1", "Dana", "Kowalczyk", "Provider", "Hygienist", "first"),
    _Post("4", "HYG2", "Joy", "Freeman", "Provider", "Hygienist", "second"),
    _Post("5", "FD1", "Pat", "Doyle", "Staff", "Front Desk", ""),
    _Post("6", "DMD9", "Harold", "Finch", "Provider", "General Dentist", "", active=False),
)
# name, abbreviation, places in _TEAM of those who work in it, hygiene, hidden
_CHAIRS: tuple[tuple[str, str, tuple[int, ...], bool, bool], ...] = (
    ("Doctor 1", "OP-1", (0,), False, False),
    ("Doctor 2", "OP-2", (1,), False, False),
    ("Hygiene 1", "OP-3", (2, 0), True, False),
    ("Hygiene 2", "OP-4", (3, 1), True, False),
    ("Overflow", "OP-9", (0, 1), False, True),
)


def is_holiday(day: date, today: date) -> bool:
    """Whether the seeded practice is closed that day although its week's hours say otherwise.

    New Year's Day, July 4, Thanksgiving, Christmas Eve and Day, and a training day three weeks from `today`.
    """
    thanksgiving = day.month == 11 and day.weekday() == 3 and 22 <= day.day <= 28  # noqa: PLR2004 - a calendar
    training = today + timedelta(days=21 + (2 - today.weekday()) % 7)
    return thanksgiving or (day.month, day.day) in _FIXED_HOLIDAYS or day == training


def sunday_of(day: date) -> date:
    """The Sunday on or before a day."""
    return day - timedelta(days=(day.weekday() + 1) % 7)


def add_practice(records: Records, rng: Random, practice_id: str, pms: PmsProfile, today: date) -> None:
    """Add a location with its team, chairs and weeks to `records`."""
    number = len(records.practices)
    cust_id = practice_id.split("-", maxsplit=1)[0]
    town, zipcode = TOWNS[number % len(TOWNS)]
    records.practices[practice_id] = Practice(
        practice_id=practice_id,
        cust_id=cust_id,
        name=f"{town} Family Dental",
        address=f"{rng.randint(10, 400)} {STREETS[number % len(STREETS)]}",
        city=town,
        state="CT",
        zipcode=zipcode,
        phone=f"860555{100 + number:04d}",
        website="https://newbrook-dental.example",
        npi=f"10000000{number:02d}",
        main=number == 0,
    )
    ids = [_provider_id(post, number, pms) for post in _TEAM]
    for post, provider_id in zip(_TEAM, ids, strict=True):
        records.providers[provider_id] = Provider(
            provider_id=provider_id,
            practice_id=practice_id,
            firstname=post.first,
            lastname=post.last,
            kind=post.kind,
            specialty=post.specialty,
            active=post.active,
            user=post.kind == "Staff",
        )
    for name, abbreviation, who, hygiene, hidden in _CHAIRS:
        shown = name if number == 0 else f"{name} {town}"
        people = tuple(ids[place] for place in who)
        records.operatories[shown] = Operatory(shown, abbreviation, practice_id, people, hygiene, hidden)
    _add_weeks(records, practice_id, ids, today)


def _provider_id(post: _Post, number: int, pms: PmsProfile) -> str:
    if pms.numeric_provider_ids:
        return str(int(post.key) + 10 * number)
    return post.letters if number == 0 else f"{post.letters}{chr(ord('A') + number)}"


def _add_weeks(records: Records, practice_id: str, ids: list[str], today: date) -> None:
    resources: list[tuple[str, str, str]] = [("practice", practice_id, "practice")]
    for chair in records.operatories.values():
        if chair.practice_id == practice_id and not chair.hidden:
            hours = _TEAM[ids.index(chair.provider_ids[0])].hours if chair.hygiene else "practice"
            resources.append(("operatory", chair.name, hours))
    resources += [("provider", ids[place], post.hours) for place, post in enumerate(_TEAM) if post.hours]
    first = sunday_of(today) - timedelta(weeks=WEEKS_BACK)
    for week in range(WEEKS_BACK + WEEKS_AHEAD + 1):
        sunday = first + timedelta(weeks=week)
        holidays = tuple(is_holiday(sunday + timedelta(days=day), today) for day in range(7))
        for kind, resource_id, hours in resources:
            records.schedules.append(
                WeekSchedule(practice_id, kind, resource_id, sunday, _HOURS[hours], holidays)
            )


def add_patients(records: Records, rng: Random, practice_id: str, count: int, today: date) -> None:
    """Add the people of `KNOWN`, then households until the location has `count` patients."""
    dentists = [
        p.provider_id
        for p in records.providers.values()
        if p.active and p.specialty == "General Dentist" and p.practice_id == practice_id
    ]
    wanted = len(records.patients) + count
    head = ""
    for known in KNOWN[:count]:
        head = _add_known(records, rng, practice_id, known, head, rng.choice(dentists), today)
    while len(records.patients) < wanted:
        _add_household(records, rng, practice_id, rng.choice(dentists), today, wanted)


def _add_known(
    records: Records, rng: Random, practice_id: str, known: Known, head: str, dentist: str, today: date
) -> str:
    patient_id = records.new_patient_id()
    guarantor = patient_id if known.head else head
    town, zipcode = TOWNS[0]
    records.patients[patient_id] = Patient(
        patient_id=patient_id,
        practice_id=practice_id,
        firstname=known.first,
        lastname=known.last,
        birthdate=known.born,
        preferred_name=known.preferred,
        gender=known.gender,
        guarantor_id=guarantor,
        provider_id=dentist,
        cell=known.cell,
        homephone=known.home,
        workphone=known.work,
        address=f"{rng.randint(1, 99)} {rng.choice(STREETS)}",
        city=town,
        state="CT",
        zipcode=zipcode,
        created=today - timedelta(days=900),
        first_visit=today - timedelta(days=880),
        last_visit=today - timedelta(days=190),
    )
    return guarantor


def _phone(rng: Random) -> str:
    while True:
        digits = f"{rng.choice(AREA_CODES)}55501{rng.randint(0, 99):02d}"
        if digits not in KNOWN_PHONES:
            return digits


def _written(rng: Random, digits: str) -> str:
    area, exchange, line = digits[:3], digits[3:6], digits[6:]
    forms = (
        f"{area}-{exchange}-{line}",
        f"({area}) {exchange}-{line}",
        digits,
        f"{area}.{exchange}.{line}",
        f"+1 {area} {exchange} {line}",
        f"1{digits}",
    )
    return rng.choices(forms, weights=(40, 25, 20, 5, 5, 5))[0]


def _add_household(
    records: Records, rng: Random, practice_id: str, dentist: str, today: date, wanted: int
) -> None:
    pool = rng.choices(POOLS, weights=[p.weight for p in POOLS])[0]
    surname = rng.choice(pool.surnames)
    size = min(rng.choices((1, 2, 3, 4, 5), weights=(50, 18, 14, 12, 6))[0], wanted - len(records.patients))
    line, street, (town, zipcode) = _phone(rng), rng.choice(STREETS), rng.choice(TOWNS)
    address = f"{rng.randint(1, 240)} {street}"
    twins = size >= 4 and rng.random() < 0.25  # noqa: PLR2004 - two parents and two children
    head, born = "", date(1900, 1, 1)
    for place in range(size):
        grown = place < 2  # noqa: PLR2004 - a household has at most two parents
        if not (twins and place == 3):  # noqa: PLR2004 - the fourth is the third's twin
            years = rng.randint(24, 84) if grown else rng.randint(2, 17)
            born = today - timedelta(days=years * 365 + rng.randint(0, 364))
            while born in KNOWN_BIRTHDATES:
                born -= timedelta(days=1)
        female = rng.random() < 0.52  # noqa: PLR2004 - the share of women among patients
        first = rng.choice(pool.women if female else pool.men)
        patient_id = records.new_patient_id()
        head = head or patient_id
        own = _phone(rng) if grown and rng.random() < 0.4 else line  # noqa: PLR2004 - the rest share a line
        field = rng.choices(("cell", "homephone", "workphone", ""), weights=(72, 18, 5, 5))[0]
        visit = today - timedelta(days=rng.randint(20, 700))
        records.patients[patient_id] = Patient(
            patient_id=patient_id,
            practice_id=practice_id,
            firstname=first,
            lastname=surname,
            birthdate=born,
            middlename=rng.choice(("", "", "", "J", "A", "M")),
            preferred_name=NICKNAMES.get(first, "") if rng.random() < 0.6 else "",  # noqa: PLR2004 - most
            gender="female" if female else "male",
            status="Active" if rng.random() < 0.95 else "Inactive",  # noqa: PLR2004 - one in twenty left
            guarantor_id=head,
            provider_id=dentist,
            cell=_written(rng, own) if field == "cell" else "",
            homephone=_written(rng, own) if field == "homephone" else "",
            workphone=_written(rng, own) if field == "workphone" else "",
            email=f"patient{patient_id}@mail.example" if grown and rng.random() < 0.7 else "",  # noqa: PLR2004 - most
            address=address,
            city=town,
            state="CT",
            zipcode=zipcode,
            created=visit - timedelta(days=400),
            first_visit=visit - timedelta(days=390),
            last_visit=visit,
        )
