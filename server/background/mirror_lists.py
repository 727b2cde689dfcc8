"""Reads an office's short lists, which are kept whole: its people, chairs, hours and words."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from server.desk.office import status_words
from server.sikka.copied import (
    APPOINTMENT_TYPES,
    CHAIRS,
    PRACTICES,
    PROVIDERS,
    SCHEDULES,
    STATUS_WORDS,
)
from server.sikka.errors import NotPermitted, Refused
from server.sikka.office_calls import OfficeCalls
from server.sikka.vocabularies import WritebackDetail
from store.offices import Office

Read = Callable[[OfficeCalls, Office], Awaitable[list[Any]]]


async def _practices(calls: OfficeCalls, office: Office) -> list[Any]:
    rows = await calls.practices()
    return [row.model_dump() for row in rows if row.practice_id in {"", office.practice_id}]


async def _providers(calls: OfficeCalls, _: Office) -> list[Any]:
    return [row.model_dump() for row in await calls.providers()]


async def _schedules(calls: OfficeCalls, office: Office) -> list[Any]:
    rows = await calls.schedules()
    return [row.model_dump() for row in rows if row.practice_id in {"", office.practice_id}]


async def _status_words(calls: OfficeCalls, _: Office) -> list[Any]:
    return list(await status_words(calls))


async def _types(calls: OfficeCalls, _: Office) -> list[Any]:
    params = {"writeback_type": "new_appointment", "category": "appttype"}
    rows = await calls.every("/writeback_details", params, WritebackDetail)
    return [[row.item, row.description] for row in rows]


_READ: Final[Mapping[str, Read]] = {
    PRACTICES: _practices,
    PROVIDERS: _providers,
    SCHEDULES: _schedules,
    STATUS_WORDS: _status_words,
    APPOINTMENT_TYPES: _types,
}


async def read_lists(calls: OfficeCalls, office: Office) -> dict[str, list[Any]]:
    """Every short list of an office by its name; empty where Sikka does not give it to us.

    Raises:
        SikkaError: one of them cannot be had now.
    """
    lists = {name: await _permitted(read(calls, office)) for name, read in _READ.items()}
    cust_id = next((str(row["cust_id"]) for row in lists[PRACTICES]), "") or office.practice_id
    lists[CHAIRS] = await _permitted(_chairs(calls, office, cust_id))
    return lists


async def _chairs(calls: OfficeCalls, office: Office, cust_id: str) -> list[Any]:
    ours = {"", office.practice_id.partition("-")[0]}
    rows = await calls.operatories(cust_id)
    return [row.model_dump() for row in rows if row.practice_id.partition("-")[0] in ours]


async def _permitted(reading: Awaitable[list[Any]]) -> list[Any]:
    try:
        return await reading
    except (NotPermitted, Refused):
        return []
