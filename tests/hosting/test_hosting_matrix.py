"""Offices, tools and transports: nothing of one office is ever had, or changed, through another's door."""

import sqlite3
from contextlib import closing

import pytest
from callers import OVER_HTTP, on_the_phone, over_stdio

from server.tools.scopes import TOOL_SCOPES
from server.tools.toolsets import ALL

pytestmark = pytest.mark.asyncio(loop_scope="package")

DOORS = ("D10001", "D20002")
# What a tool is asked with, where `h` are handles of the other office.
WITH_HANDLES = {
    "find_slots": lambda h: {"reason": "exam", "patient": h["patient"]},
    "book_appointment": lambda h: {"patient": h["patient"], "slot": h["slot"]},
    "reschedule_appointment": lambda h: {"appointment": h["appointment"], "slot": h["slot"]},
    "cancel_appointment": lambda h: {"appointment": h["appointment"]},
    "check_writeback": lambda h: {"writeback": h["writeback"]},
    "list_appointments": lambda h: {"patient": h["patient"]},
    "confirm_appointment": lambda h: {"appointment": h["appointment"]},
    "update_patient": lambda h: {"patient": h["patient"], "field": "phone", "value": "8605550199"},
    "add_note": lambda h: {"patient": h["patient"], "note": "prefers mornings"},
    "get_balance": lambda h: {"patient": h["patient"]},
    "get_insurance": lambda h: {"patient": h["patient"]},
    "record_payment": lambda h: {"patient": h["patient"], "amount": "10.00", "method": "cash"},
}
# Open Dental takes no change of a patient: that is said before any handle is looked at.
REFUSED = {tool: {"invalid_input"} for tool in WITH_HANDLES} | {
    "update_patient": {"invalid_input", "not_supported"}
}
WITHOUT = {"find_patient", "register_patient", "message_office", "office_info"}


async def test_every_tool_is_in_the_matrix_and_has_a_scope():
    names = {spec.name for spec in ALL}
    assert names == set(WITH_HANDLES) | WITHOUT
    assert names == set(TOOL_SCOPES)
    assert len(TOOL_SCOPES) == 16


def people_of(house, office, among=()):
    """Patients of one office whose name and birth date nobody in the others has, and no visit coming up."""
    records = {name: world.records for name, world in house.practice.world.offices.items()}
    elsewhere = {
        (row.firstname, row.lastname, row.birthdate)
        for name, each in records.items()
        if name != office
        for row in each.patients.values()
    }
    mine = list(records[office].patients.values())
    dates = [row.birthdate for row in mine]
    busy = {row.patient_id for row in records[office].appointments.values() if not row.cancelled}
    return [
        row
        for row in mine
        if (row.firstname, row.lastname, row.birthdate) not in elsewhere
        and dates.count(row.birthdate) == 1
        and row.status == "Active"
        and row.patient_id not in busy
    ]


def rows_of_offices(house):
    """How many writes the ledger, and how many tasks the inbox, holds for each office."""
    with closing(sqlite3.connect(house.practice.folder / "chairtime.db")) as database:
        return {
            table: dict(
                database.execute(
                    f"SELECT office_id, count(*) FROM {table} JOIN pms_integrations ON "
                    f"pms_integrations.id = {table}.{column} GROUP BY office_id"
                ).fetchall()
            )
            for table, column in (("pms_writebacks", "pms_integration_id"), ("tasks", "office"))
        }


async def handles_of(caller, somebody):
    """A patient, an offered time, a write and the appointment it is about, each as a handle."""
    patient = await caller.identify(somebody)
    first, second = (await caller.offers(patient=patient))[:2]
    booked = await caller.book(patient, first["slot"])
    assert booked.outcome == "pending", booked.say
    listed = await caller.ask("list_appointments", patient=patient)
    return {
        "patient": patient,
        "slot": second["slot"],
        "writeback": booked.facts["writeback"],
        "appointment": listed.facts["appointments"][0]["appointment"],
    }


async def assert_nothing_crosses(caller, handles, mine, somebody):
    """Through the other office's door, with the handles of `mine` and its name among the arguments."""
    for tool, arguments in WITH_HANDLES.items():
        for extra in ({}, {"office": mine, "office_id": mine}):
            told = await caller.ask(tool, **arguments(handles), **extra)
            assert told.outcome in REFUSED[tool], (tool, told.facts)
            assert somebody.lastname not in str(told.facts)
    told = await caller.find(somebody)
    assert told.outcome != "verified"
    assert not told.facts.get("patient")
    assert (await caller.ask("check_writeback")).outcome != "pending"
    assert (await caller.ask("office_info", topic="hours", office=mine)).news == []


@pytest.mark.parametrize("transport", OVER_HTTP)
@pytest.mark.parametrize("mine", DOORS)
async def test_no_tool_crosses_from_one_office_to_the_other(house, transport, mine):
    other = next(door for door in DOORS if door != mine)
    token = house.issuer.token(sub=f"matrix {transport} {mine}")
    somebody = people_of(house, mine)[OVER_HTTP.index(transport)]
    call = {"transport": transport, "call_id": f"matrix-{transport}-{mine}", "token": token}
    async with on_the_phone(house.server, at=f"/o/{mine}", **call) as caller:
        handles = await handles_of(caller, somebody)
    before = rows_of_offices(house)
    async with on_the_phone(house.server, at=f"/o/{other}", **call) as caller:
        await assert_nothing_crosses(caller, handles, mine, somebody)
    assert rows_of_offices(house) == before

    stranger = house.issuer.token(sub=f"another {transport} {mine}", chairtime_offices=[mine])
    async with on_the_phone(house.server, at=f"/o/{mine}", **{**call, "token": stranger}) as caller:
        for tool, arguments in WITH_HANDLES.items():
            assert (await caller.ask(tool, **arguments(handles))).outcome in REFUSED[tool], tool
    assert rows_of_offices(house) == before

    async with on_the_phone(house.server, at=f"/o/{mine}", **call) as caller:
        listed = await caller.ask("list_appointments", patient=handles["patient"])
        assert len(listed.facts["appointments"]) == 1


async def test_no_tool_crosses_between_two_servers_on_stdio_that_share_a_database(house):
    mine, other = DOORS
    somebody = people_of(house, mine)[len(OVER_HTTP)]
    meta = {"call_id": "matrix-stdio"}
    async with over_stdio(house.practice, meta=meta, CHAIRTIME_OFFICE=mine) as caller:
        handles = await handles_of(caller, somebody)
    before = rows_of_offices(house)
    async with over_stdio(house.practice, meta=meta, CHAIRTIME_OFFICE=other) as caller:
        await assert_nothing_crosses(caller, handles, mine, somebody)
    assert rows_of_offices(house) == before
    async with on_the_phone(house.server, at=f"/o/{mine}", token=house.issuer.token(), meta=meta) as caller:
        for tool, arguments in WITH_HANDLES.items():
            assert (await caller.ask(tool, **arguments(handles))).outcome in REFUSED[tool], tool


@pytest.mark.parametrize("transport", OVER_HTTP)
async def test_what_a_door_puts_down_is_its_own_offices(house, transport):
    before = rows_of_offices(house)["tasks"]
    for door in DOORS:
        token = house.issuer.token(sub=f"messages {transport} {door}", chairtime_offices=[door])
        async with on_the_phone(house.server, transport, at=f"/o/{door}", token=token) as caller:
            told = await caller.ask(
                "message_office", name="Sam Reed", callback="860 555 0142", message=f"call me {transport}"
            )
            assert not told.is_error, told.say
        after = rows_of_offices(house)["tasks"]
        assert after == {**before, door: before.get(door, 0) + 1}
        before = after
