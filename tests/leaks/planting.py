"""Puts words of somebody's choice into every free text that a practice's software holds."""

from dataclasses import fields, replace
from itertools import cycle
from typing import Any

from sandbox.records import Appointment, Note, Patient, Practice, Provider, Transaction
from sandbox.world import World

# Free texts of each kind of row. Names, which say who is meant, are the tests' own affair.
FREE: dict[type, tuple[str, ...]] = {
    Practice: ("name", "address", "city", "state", "zipcode", "phone", "website"),
    Provider: ("firstname", "lastname"),
    Patient: ("middlename", "preferred_name", "salutation", "email", "address", "city", "state", "zipcode"),
    Appointment: ("description", "note"),
    Note: ("text", "description"),
    Transaction: ("description", "note", "created_by"),
}


def plant(world: World, office_id: str, texts: list[str]) -> None:
    """Fill every free text of an office with these, in turn, and let Sikka's copy show it."""
    office = world.offices[office_id]
    records, words = office.records, cycle(texts)

    def new() -> str:
        return next(words)

    for rows in (
        records.practices,
        records.providers,
        records.patients,
        records.appointments,
        records.notes,
        records.transactions,
    ):
        table: dict[str, Any] = rows
        for key, row in list(table.items()):
            table[key] = replace(row, **{name: new() for name in FREE[type(row)]})
    for key, insurer in list(records.insurers.items()):
        records.insurers[key] = replace(insurer, name=new())
    office.pms = replace(
        office.pms,
        types=tuple((code, new()) for code, _ in office.pms.types),
        statuses={**office.pms.statuses, **dict.fromkeys(texts, "open")},
        confirmation_words={**office.pms.confirmation_words, **dict.fromkeys(texts, True)},
    )
    office.refresh()


def rename_chairs(world: World, office_id: str, texts: list[str]) -> None:
    """Give every chair one of these names, with a number to tell them apart, wherever it is named."""
    office = world.offices[office_id]
    records, words = office.records, cycle(texts)
    names = {old: f"{place} {next(words)}" for place, old in enumerate(records.operatories)}
    records.operatories = {
        names[old]: replace(chair, name=names[old], abbreviation=names[old])
        for old, chair in records.operatories.items()
    }
    for key, row in list(records.appointments.items()):
        records.appointments[key] = replace(row, operatory=names.get(row.operatory, row.operatory))
    records.schedules = [
        replace(week, resource_id=names.get(week.resource_id, week.resource_id)) for week in records.schedules
    ]
    office.refresh()


def every_field_is_known(kind: type) -> bool:
    """Whether the fields named for a kind of row are its own."""
    return set(FREE[kind]) <= {each.name for each in fields(kind)}
