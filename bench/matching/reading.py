"""Reads rosters and cases from files, generously: whatever can only mean one thing is taken."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Final, cast

from bench.matching.people import Case
from server.desk.people.roster import Person

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ID: Final = ("id", "patient_id", "patientId")
FIRST: Final = ("first", "first_name", "firstname", "given")
LAST: Final = ("last", "last_name", "lastname", "surname", "family")
PREFERRED: Final = ("preferred", "preferred_name")
MIDDLE: Final = ("middle", "middle_name", "middlename")
FORMER: Final = ("former", "former_name", "maiden")
BIRTH: Final = ("dob", "birthdate", "birth_date", "date_of_birth", "born")
PHONES: Final = ("phone", "cell", "homephone", "workphone", "mobile", "phones")
HEARD: Final = ("heard", "name")

DAY_FORMATS: Final = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%m.%d.%Y",
    "%m/%d/%y",
    "%B %d %Y",
)
SHORT_MONTH: Final = ("%b %d %Y", "%d %B %Y", "%d %b %Y")


class Unreadable(Exception):
    """A file that cannot be read for what it should be; the text says what to do."""


def read_roster(path: Path) -> list[Person]:
    """The patients of a roster file; of rows with one id the last counts.

    Raises:
        Unreadable: the file is not there, is no JSON, or holds something else.
    """
    people: dict[str, Person] = {}
    for number, row in enumerate(_rows(path), start=1):
        one = _id(row)
        if not one:
            raise Unreadable(f"{path.name}: row {number} has no id")
        people[one] = Person(
            id=one,
            first=_text(row, FIRST),
            last=_text(row, LAST),
            preferred=_text(row, PREFERRED),
            middle=_text(row, MIDDLE),
            former=_text(row, FORMER),
            born=read_day(_text(row, BIRTH)),
            phones=tuple(phone for key in PHONES for phone in _texts(row.get(key))),
        )
    return list(people.values())


def read_cases(path: Path) -> list[Case]:
    """The names heard, and whose they were.

    Raises:
        Unreadable: the file is not there, is no JSON, or holds something else.
    """
    cases: list[Case] = []
    for number, row in enumerate(_rows(path), start=1):
        if not _id(row) or not any(key in row for key in HEARD):
            raise Unreadable(f'{path.name}: case {number} needs "heard" and "id"')
        cases.append(Case(_text(row, HEARD), _id(row)))
    return cases


def read_day(text: str) -> dt.date | None:
    """A date, ISO or American; None where there is none."""
    plain = " ".join(text.partition("T")[0].replace(",", " ").split())
    for form in (*DAY_FORMATS, *SHORT_MONTH):
        try:
            day = dt.datetime.strptime(plain, form).date()  # noqa: DTZ007 - a birth date has no zone
        except ValueError:
            continue
        return day
    head, _, _ = plain.partition(" ")
    return read_day(head) if head != plain else None


def _rows(path: Path) -> list[Mapping[str, Any]]:
    try:
        content: object = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Unreadable(f"{path}: cannot be opened") from error
    except ValueError as error:
        raise Unreadable(f"{path.name}: is not JSON") from error
    if isinstance(content, dict):
        values = cast("dict[str, object]", content).values()
        lists = [cast("list[object]", value) for value in values if isinstance(value, list)]
        content = lists[0] if len(lists) == 1 else cast("object", content)
    if not isinstance(content, list):
        raise Unreadable(f"{path.name}: should be a list of objects")
    rows = cast("list[object]", content)
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise Unreadable(f"{path.name}: row {number} should be an object")
    return cast("list[Mapping[str, Any]]", rows)


def _id(row: Mapping[str, Any]) -> str:
    found = next((row[key] for key in ID if row.get(key) is not None), "")
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    return str(found).strip()


def _text(row: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((text for key in keys for text in _texts(row.get(key))), "")


def _texts(value: object) -> list[str]:
    """The texts of a field that may be missing, a number, or a list."""
    if isinstance(value, list):
        return [text for one in cast("list[object]", value) for text in _texts(one)]
    text = "" if value is None else str(value).strip()
    return [text] if text else []
