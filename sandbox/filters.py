"""The filters of the lists: equal values, phones, search, date ranges and the change feed's range."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta

from sandbox.replies import ApiError, Row
from sandbox.rql import compile_find
from sandbox.switches import Switches

_PHONES = ("cell", "homephone", "workphone")
# official list of what search= looks at
_SEARCHED = ("firstname", "lastname", "email", "middlename", "city", "state", "zipcode")
_NATIONAL_DIGITS = 10
_DAY_LENGTH = len("yyyy-mm-dd")


def digits(text: str) -> str:
    """The last ten digits of a text: a North American number without its country code."""
    return "".join(c for c in text if c.isdecimal())[-_NATIONAL_DIGITS:]


def same_phone(stored: str, wanted: str, how: str) -> bool:
    """Whether a stored phone is the one asked for, by digits or verbatim."""
    if how == "digits":
        return bool(digits(wanted)) and digits(stored) == digits(wanted)
    return how == "verbatim" and stored == wanted


def by_phone(rows: Iterable[Row], name: str, wanted: str, switches: Switches) -> list[Row]:
    """Rows whose phone field is `wanted`; "phone" looks at all three fields."""
    columns = _PHONES if name == "phone" else (name,)
    how = switches.phone_filter
    return [row for row in rows if any(same_phone(row.get(each, ""), wanted, how) for each in columns)]


def by_search(rows: Iterable[Row], wanted: str, switches: Switches) -> list[Row]:
    """Rows with the text in a name, e-mail or address field, or with it as a phone."""
    text = wanted.casefold()

    def hit(row: Row) -> bool:
        return any(text in row.get(each, "").casefold() for each in _SEARCHED) or any(
            same_phone(row.get(each, ""), wanted, switches.search_phones) for each in _PHONES
        )

    return [row for row in rows if hit(row)]


def by_value(rows: Iterable[Row], name: str, wanted: str) -> list[Row]:
    """Rows whose field equals the text, letter case aside."""
    text = wanted.casefold()
    return [row for row in rows if row.get(name, "").casefold() == text]


def day_of(text: str, name: str) -> date:
    """A yyyy-mm-dd parameter; raises ApiError API1026 for anything else."""
    try:
        # fromisoformat alone would also take "20261201" and week dates
        return date.fromisoformat(text if len(text) == _DAY_LENGTH else "")
    except ValueError as error:
        raise ApiError("API1026", f"{name} is invalid", "Date format should be yyyy-mm-dd") from error


def by_dates(rows: Iterable[Row], query: dict[str, str], columns: Mapping[str, str]) -> list[Row]:
    """Rows whose date lies within startdate and enddate, both included.

    `columns` are the words of date_filter_on with their fields, the default under "".
    """
    on = query.get("date_filter_on", "")
    if on not in columns:
        raise ApiError("API1026", "date_filter_on is invalid")
    first = day_of(query["startdate"], "startdate").isoformat() if query.get("startdate") else ""
    last = day_of(query["enddate"], "enddate").isoformat() if query.get("enddate") else "9999"
    name = columns[on]
    return [row for row in rows if row.get(name) and first <= row[name][:10] <= last]


def _moment(text: str, *, end: bool) -> datetime:
    try:
        if "T" not in text:
            return datetime.fromisoformat(text) + timedelta(days=1 if end else 0)
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ApiError("API1026", "loaded_startdate/loaded_enddate is invalid") from error


def by_loaded(
    rows: Iterable[Row], query: dict[str, str], key: str, loaded_at: Callable[[str], datetime]
) -> list[Row]:
    """Rows that a load brought up new or changed within loaded_startdate and loaded_enddate."""
    start, end = query.get("loaded_startdate", ""), query.get("loaded_enddate", "")
    first = _moment(start, end=False) if start else datetime.min  # noqa: DTZ901 - naive end to end
    last = _moment(end, end=True) if end else datetime.max  # noqa: DTZ901 - naive end to end
    return [row for row in rows if first <= loaded_at(row[key]) <= last]


def by_find(rows: Iterable[Row], wanted: str, switches: Switches) -> list[Row]:
    """Rows that meet find=, or all of them where the API does not know it."""
    if switches.find == "ignored":
        return list(rows)
    return list(filter(compile_find(wanted), rows))
