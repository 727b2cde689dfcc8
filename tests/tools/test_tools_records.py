"""Changing a detail, adding a note, entering a payment: what the office's software takes of it."""

import sqlite3
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from decimal import Decimal

import anyio
import pytest
from contract import assert_contract
from harness import FAST, LIMIT_SECONDS, OFFICE_ID, open_office
from mcp import Client

from sandbox.world import OfficeSpec
from server.desk.writes.records import changes_of, payment_type
from server.sikka.pms_fields import PAYMENT_TYPES
from server.sikka.vocabularies import Choice, Vocabulary
from store.ledger_states import State

CARD = "4111 1111 1111 1111"
ANNA = {"name": "Anna Lindqvist", "date_of_birth": "1986-04-12"}
NEW_NAME = {"field": "name", "value": "Lind, Anna"}
PAID = {"amount": "45.50", "method": "check", "reference": "1047"}


class Caller:
    """A call in one office; every answer is held against the tool contract."""

    def __init__(self, office, client, call_id="records"):
        self.office, self.client, self.call_id = office, client, call_id

    async def ask(self, tool, /, **arguments):
        result = await self.client.call_tool(tool, arguments, meta={"call_id": self.call_id})
        assert_contract(result)
        return result.structured_content

    async def anna(self):
        return (await self.ask("find_patient", **ANNA))["patient"]

    async def yes(self, tool, /, **arguments):
        """The read-back, then what came of the yes."""
        read = await self.ask(tool, **arguments)
        assert read["outcome"] == "needs_confirmation", read["say"]
        return read, await self.ask(tool, **arguments, caller_confirmed=True)

    async def confirmed(self, told):
        with anyio.fail_after(LIMIT_SECONDS):
            while told["outcome"] != "confirmed":
                assert told["outcome"] == "pending", told["say"]
                told = await self.ask("check_writeback", writeback=told["writeback"])
        return told


@asynccontextmanager
async def calling(folder, pms="OpenDental", config=None, **changes):
    config = config or replace(FAST, offices=(OfficeSpec(OFFICE_ID, patients=40, pms=pms),))
    async with (
        open_office(folder, config=config, **changes) as office,
        Client(office.app.surface) as client,
    ):
        yield Caller(office, client)


def records(office):
    return office.world.offices[OFFICE_ID].records


def nothing_written(office):
    return office.world.effects == [] and not any(
        request.method in {"POST", "PATCH", "PUT"} and request.path.startswith(("/patient", "/med", "/trans"))
        for request in office.world.requests
    )


def in_database(folder, text):
    """Whether a text stands anywhere in the files of a folder, the database and its journal among them."""
    return any(text.encode() in path.read_bytes() for path in folder.iterdir() if path.is_file())


@pytest.mark.parametrize("pms", ["OrthoTrac", "Dolphin"])
@pytest.mark.parametrize(
    ("wanted", "heard", "truth"),
    [
        (NEW_NAME, "Anna Lind", ("firstname", "Anna", "lastname", "Lind")),
        ({"field": "name", "value": "Anne Lind"}, "Anne Lind", ("firstname", "Anne", "lastname", "Lind")),
        ({"field": "birth_date", "value": "1986-04-13"}, "Sunday, April 13, 1986", ()),
    ],
)
async def test_a_detail_is_changed_after_a_yes_to_the_new_value(tmp_path, pms, wanted, heard, truth):
    async with calling(tmp_path, pms) as caller:
        patient = await caller.anna()
        anna = caller.office.patient().patient_id
        read, told = await caller.yes("update_patient", patient=patient, **wanted)
        assert heard in read["say"]
        assert told["new"] is True
        told = await caller.confirmed(told)
        assert "updated" in told["say"]
        record = records(caller.office).patients[anna]
        assert all(
            getattr(record, name) == value for name, value in zip(truth[::2], truth[1::2], strict=True)
        )
        assert str(record.birthdate) == (wanted["value"] if wanted["field"] == "birth_date" else "1986-04-12")


async def test_the_same_change_is_the_same_request_and_another_value_another(tmp_path):
    async with calling(tmp_path, "OrthoTrac") as caller:
        patient = await caller.anna()
        _, first = await caller.yes("update_patient", patient=patient, **NEW_NAME)
        again = await caller.ask("update_patient", patient=patient, **NEW_NAME, caller_confirmed=True)
        assert (again["new"], again["writeback"]) == (False, first["writeback"])
        other = await caller.ask(
            "update_patient", patient=patient, field="name", value="Linde, Anna", caller_confirmed=True
        )
        assert other["outcome"] == "needs_confirmation"
        await caller.confirmed(first)
        assert len(caller.office.world.effects) == 1


@pytest.mark.parametrize("pms", ["OpenDental", "Dentrix", "Eaglesoft", "ClearDent", "PlanetDDS"])
@pytest.mark.parametrize("field", ["phone", "email", "address", "name", "birth_date"])
async def test_a_system_that_changes_no_records_says_so_before_anything_is_asked(tmp_path, pms, field):
    async with calling(tmp_path, pms) as caller:
        told = await caller.ask("update_patient", field=field)
        assert told["outcome"] == "not_supported"
        assert "message" in told["next"]
        assert nothing_written(caller.office)


@pytest.mark.parametrize("pms", ["OrthoTrac", "Dolphin"])
@pytest.mark.parametrize("field", ["phone", "email", "address"])
async def test_a_detail_that_a_system_cannot_change_is_not_supported_at_once(tmp_path, pms, field):
    async with calling(tmp_path, pms) as caller:
        asked = len(caller.office.world.requests)
        told = await caller.ask("update_patient", patient="nonsense", field=field, value="860 555 0101")
        assert told["outcome"] == "not_supported"
        assert len(caller.office.world.requests) == asked


@pytest.mark.parametrize(
    ("wanted", "asks"),
    [
        ({"field": "shoe size", "value": "44"}, "phone, email, address, name or date of birth"),
        ({"field": "name", "value": "Anna"}, "from now on"),
        ({"field": "name", "value": "Anna Maria Lind Berg"}, "from now on"),
        ({"field": "name", "value": ""}, "from now on"),
        ({"field": "name", "value": "1234, 5678"}, "from now on"),
        ({"field": "name", "value": "Lind, Annamariaelisabethchristina"}, "from now on"),
        ({"field": "birth_date", "value": "the thirteenth"}, "date of birth"),
        ({"field": "birth_date", "value": "2199-01-01"}, "date of birth"),
        ({"field": "birth_date", "value": ""}, "from now on"),
    ],
)
async def test_a_value_that_cannot_be_sent_is_asked_about(tmp_path, wanted, asks):
    async with calling(tmp_path, "OrthoTrac") as caller:
        told = await caller.ask("update_patient", patient=await caller.anna(), **wanted)
        assert told["outcome"] == "invalid_input"
        assert asks in told["say"]
        assert nothing_written(caller.office)


@pytest.mark.parametrize("pms", ["OpenDental", "Dentrix", "Eaglesoft", "OrthoTrac", "Dolphin", "PlanetDDS"])
async def test_a_note_goes_among_the_offices_general_ones(tmp_path, pms):
    async with calling(tmp_path, pms) as caller:
        patient = await caller.anna()
        told = await caller.ask("add_note", patient=patient, note="Prefers mornings; allergic to mint.")
        told = await caller.confirmed(told)
        [note] = records(caller.office).notes.values()
        assert note.patient_id == caller.office.patient().patient_id
        assert (note.type, note.text) == ("Patient Note", "Prefers mornings allergic to mint.")
        assert "note is in the record" in told["say"]
        again = await caller.ask("add_note", patient=patient, note="prefers mornings;  allergic to mint.")
        assert again["new"] is False
        assert len(records(caller.office).notes) == 1


async def test_a_system_without_notes_or_payments_says_so_before_anything_is_asked(tmp_path):
    async with calling(tmp_path, "ClearDent") as caller:
        for tool, arguments in (("add_note", {"note": "Hello"}), ("record_payment", PAID)):
            told = await caller.ask(tool, **arguments)
            assert told["outcome"] == "not_supported"
            assert "message" in told["next"]
        assert nothing_written(caller.office)


@pytest.mark.parametrize("note", ["", "???", "\u4f60\u597d"])
async def test_a_note_of_which_nothing_can_be_sent_is_asked_about(tmp_path, note):
    async with calling(tmp_path) as caller:
        told = await caller.ask("add_note", patient=await caller.anna(), note=note)
        assert told["outcome"] == "invalid_input"
        assert nothing_written(caller.office)


@pytest.mark.parametrize(
    ("pms", "method", "code"),
    [
        ("OpenDental", "cash", "1"),
        ("OpenDental", "check", "2"),
        ("OpenDental", "card", "3"),
        ("Dentrix", "check", "2"),
        ("Eaglesoft", "cash", "1"),
        ("PlanetDDS", "check", "CHK"),
    ],
)
async def test_a_payment_is_entered_by_the_offices_own_type_after_a_yes(tmp_path, pms, method, code):
    async with calling(tmp_path, pms) as caller:
        before = set(records(caller.office).transactions)
        patient = await caller.anna()
        read, told = await caller.yes("record_payment", patient=patient, **(PAID | {"method": method}))
        assert "45 dollars and 50 cents" in read["say"]
        await caller.confirmed(told)
        [made] = [row for number, row in records(caller.office).transactions.items() if number not in before]
        anna = records(caller.office).patients[caller.office.patient().patient_id]
        assert (made.patient_id, made.guarantor_id) == (anna.patient_id, anna.guarantor_id)
        assert (made.code, made.amount) == (code, Decimal("-45.50"))
        row = await caller.office.ledger.by_scope(
            caller.office.id,
            caller.office.store.index.keyed_hash("scope", caller.office.id, "", "records"),
            1,
        )
        reference = row[0].body.get("cheque_no" if method == "check" else "note", "")
        assert "1047" in reference


async def test_a_payment_for_a_child_names_who_answers_for_the_account(tmp_path):
    async with calling(tmp_path) as caller:
        child = next(
            row for row in records(caller.office).patients.values() if row.guarantor_id != row.patient_id
        )
        found = await caller.ask(
            "find_patient", name=f"{child.firstname} {child.lastname}", date_of_birth=str(child.birthdate)
        )
        before = set(records(caller.office).transactions)
        _, told = await caller.yes("record_payment", patient=found["patient"], **PAID)
        await caller.confirmed(told)
        [made] = [row for number, row in records(caller.office).transactions.items() if number not in before]
        assert (made.patient_id, made.guarantor_id) == (child.patient_id, child.guarantor_id)


@pytest.mark.parametrize("method", ["card", "other"])
async def test_a_way_of_paying_that_the_office_has_no_type_for_is_left_to_its_people(tmp_path, method):
    async with calling(tmp_path, "PlanetDDS") as caller:
        told = await caller.ask(
            "record_payment",
            patient=await caller.anna(),
            **(PAID | {"method": method}),
            caller_confirmed=True,
        )
        assert told["outcome"] == "needs_human"
        assert nothing_written(caller.office)


@pytest.mark.parametrize(
    "amount", ["", "0", "0.00", "-5", "ten", "45,50", "1,00", "12.345", "1000000", "NaN", "1e3", "4 5", True]
)
async def test_an_amount_that_is_none_is_asked_about(tmp_path, amount):
    async with calling(tmp_path) as caller:
        told = await caller.ask("record_payment", patient=await caller.anna(), **(PAID | {"amount": amount}))
        assert told["outcome"] == "invalid_input"
        assert "dollars and cents" in told["say"]


@pytest.mark.parametrize(
    ("amount", "spoken"),
    [
        (12345.67, "12,345 dollars and 67 cents"),
        ("$1,250", "1,250 dollars"),
        (1, "1 dollar,"),
        ("0.01", "1 cent,"),
        ("999999.00 dollars", "999,999 dollars"),
    ],
)
async def test_an_amount_is_read_to_the_cent_however_it_is_written(tmp_path, amount, spoken):
    async with calling(tmp_path) as caller:
        told = await caller.ask("record_payment", patient=await caller.anna(), **(PAID | {"amount": amount}))
        assert told["outcome"] == "needs_confirmation"
        assert f"a payment of {spoken}" in told["say"]


@pytest.mark.parametrize(
    ("tool", "argument"),
    [
        ("record_payment", "reference"),
        ("record_payment", "amount"),
        ("record_payment", "method"),
        ("record_payment", "card_number"),
        ("add_note", "note"),
        ("update_patient", "value"),
        ("book_appointment", "note"),
    ],
)
async def test_a_card_number_is_refused_never_stored_and_never_logged(
    tmp_path, tool, argument, capfd, caplog
):
    async with calling(tmp_path, "OrthoTrac") as caller:
        given = {"patient": await caller.anna(), "field": "name", "value": "Lind, Anna", "note": "x", **PAID}
        told = await caller.ask(tool, **(given | {argument: f"it is {CARD}", "caller_confirmed": True}))
        assert told["outcome"] == "invalid_input"
        assert "card number" in told["say"]
        told = await caller.ask(tool, **(given | {"cvv": "123"}))
        assert "card number" in told["say"]
        with closing(sqlite3.connect(tmp_path / "chairtime.sqlite3")) as connection:
            assert connection.execute("SELECT count(*) FROM pms_writebacks").fetchone() == (0,)
            assert connection.execute("SELECT count(*) FROM readbacks").fetchone() == (0,)
        assert not in_database(tmp_path, CARD)
        assert nothing_written(caller.office)
    out = capfd.readouterr()
    assert "4111" not in out.out + out.err + caplog.text


async def test_no_yes_means_that_nothing_is_written(tmp_path):
    async with calling(tmp_path, "OrthoTrac") as caller:
        patient = await caller.anna()
        for answer in (False, "no", None):
            told = await caller.ask("update_patient", patient=patient, **NEW_NAME, caller_confirmed=answer)
            assert told["outcome"] == "needs_confirmation"
        assert nothing_written(caller.office)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("update_patient", NEW_NAME), ("add_note", {"note": "Hello"}), ("record_payment", PAID)],
)
async def test_without_a_verified_patient_nothing_is_written(tmp_path, tool, arguments):
    pms = "OrthoTrac" if tool == "update_patient" else "OpenDental"
    async with calling(tmp_path, pms) as caller:
        for patient in ("", "p0000000000", "Anna"):
            told = await caller.ask(tool, patient=patient, **arguments, caller_confirmed=True)
            assert told["outcome"] == "invalid_input"
        assert nothing_written(caller.office)


async def test_what_the_software_refuses_later_is_told_as_not_done(tmp_path):
    async with calling(tmp_path, write_wait_seconds=2.0) as caller:
        patient = await caller.anna()
        del records(caller.office).patients[
            caller.office.patient().patient_id
        ]  # merged at the desk meanwhile
        told = await caller.ask("add_note", patient=patient, note="Prefers mornings.")
        assert told["outcome"] == "failed"
        assert "nothing was added" in told["say"]
        assert records(caller.office).notes == {}


async def test_while_sikka_cannot_be_asked_who_pays_nothing_is_entered(tmp_path):
    async with calling(tmp_path) as caller:
        patient = await caller.anna()
        await caller.office.line.down()
        told = await caller.ask("record_payment", patient=patient, **PAID, caller_confirmed=True)
        assert told["outcome"] == "unavailable"
        assert "nothing further was recorded" in told["say"]
        await caller.office.line.up()
        assert nothing_written(caller.office)


async def test_what_became_of_a_change_can_be_asked_for(tmp_path):
    async with calling(tmp_path) as caller:
        patient = await caller.anna()
        told = await caller.ask("add_note", patient=patient, note="Prefers mornings.")
        told = await caller.confirmed(told)
        every = await caller.ask("check_writeback")
        assert [row["operation"] for row in every["writebacks"]] == ["add_note"]
        assert every["writebacks"][0]["state"] == State.CONFIRMED.value


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("Lind, Anna", ("Anna", "Lind")),
        ("Anna Lind", ("Anna", "Lind")),
        ("De la Cruz, Maria Jose", ("Maria Jose", "De la Cruz")),
        ("Maria De la Cruz", None),
        ("Anna", None),
        ("Lind,", None),
        (", Anna", None),
        ("Lind, 22", None),
    ],
)
def test_a_name_is_told_apart_only_where_that_is_certain(value, parts):
    found = changes_of("name", value)
    assert (found and (found["firstname"], found["lastname"])) == parts


@pytest.mark.parametrize(
    ("method", "label", "fits"),
    [
        ("cash", "Cash Payment", True),
        ("cash", "Cash Refund", False),
        ("check", "Payment by Cheque", True),
        ("check", "Bounced check fee", False),
        ("card", "VISA", True),
        ("card", "Gift card", False),
        ("other", "Misc. payment", True),
        ("other", "Cash Payment", False),
        ("cash", "Insurance cash", False),
    ],
)
def test_a_payment_type_is_known_by_its_name(method, label, fits):
    vocabulary = Vocabulary({PAYMENT_TYPES[0]: (Choice("9", label),)})
    assert (payment_type(method, vocabulary) is not None) is fits
