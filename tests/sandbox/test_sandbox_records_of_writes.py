"""What the newer writes leave in the practice's records, and what the lists show of it after a refresh."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from sandbox.config import EVERY_PMS, OfficeSpec
from sandbox.ledger import balances
from sandbox.records import Transaction
from sandbox.slots import open_slots
from sandbox.switches import Switches


def at(pms, **settings):
    return {"offices": (OfficeSpec(pms=pms),), **settings}


async def test_a_note_is_in_the_records_at_once_and_in_the_list_after_the_refresh(stage):
    done = await stage.done(*stage.write("POST medical_notes", type="patient note"))
    note = stage.records.notes[done["created_id"]]
    assert (note.type, note.text, note.day) == ("Patient Note", "Prefers mornings.", date(2026, 11, 23))
    assert note.patient_id == done["patient_id"] == stage.anna
    assert await stage.items("medical_notes") == []
    stage.office.refresh()
    (row,) = await stage.items("medical_notes", patient_id=stage.anna, note_type="Patient Note")
    assert (row["text"], row["date"], row["transaction_sr_no"]) == (
        "Prefers mornings.",
        "2026-11-23T00:00:00",
        "0",
    )
    assert await stage.items("medical_notes", note_type="Clinical Note") == []
    assert await stage.items("medical_notes", startdate="2026-11-24") == []
    assert await stage.items("medical_notes", enddate="2026-11-23", date_filter_on="procedure_date")


async def test_appointment_and_group_notes_carry_their_numbers(stage):
    visit, (one, two, *_) = stage.coming(), stage.records.transactions
    done = await stage.done(
        *stage.write("POST medical_notes", type="Appointment Note", appointment_sr_no=visit.sr_no)
    )
    assert stage.records.notes[done["created_id"]].appointment_sr_no == visit.sr_no
    assert done["appointment_sr_no"] == visit.sr_no
    group = stage.write("POST medical_notes", type="Group Note", transaction_sr_no=f"{one}|{two}")
    done = await stage.done(*group)
    assert stage.records.notes[done["created_id"]].transaction_sr_nos == (one, two)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"type": "Song"}, "Note type does not exist"),
        ({"patient_id": "0"}, "Patient does not exist"),
        ({"provider_id": "99"}, "Provider does not exist"),
        ({"type": "Appointment Note", "appointment_sr_no": "0"}, "Appointment does not exist"),
        ({"type": "Group Note", "transaction_sr_no": "0"}, "Transaction does not exist"),
    ],
)
async def test_a_note_about_what_the_software_does_not_know_fails_later(stage, wrong, says):
    assert (await stage.refused_later(*stage.write("POST medical_notes", **wrong))).startswith(says)
    assert stage.records.notes == {}


async def test_special_characters_in_a_note_are_refused_unless_the_listed_ones_are_allowed(staged, stage):
    comma = stage.write("POST medical_notes", text="Yes, mornings")
    assert (await stage.refused(*comma))[:2] == (400, "API1026")
    async with staged(switches=Switches(note_characters="listed")) as other:
        await other.done(*other.write("POST medical_notes", text="Yes, mornings (8-10)!"))
        slash = other.write("POST medical_notes", text="am/pm")
        assert (await other.refused(*slash))[:2] == (400, "API1026")


async def test_an_orthotrac_alert_has_sixty_characters_and_planet_dds_dates_its_notes_itself(staged):
    async with staged(**at("OrthoTrac")) as stage:
        alert = {"type": "Medical Alert", "acknowledge_type": "1"}
        text = await stage.refused_later(*stage.write("POST medical_notes", text="a" * 61, **alert))
        assert text == "text exceeds maximum length of 60 characters."
        await stage.done(*stage.write("POST medical_notes", text="a" * 60, **alert))
        await stage.done(*stage.write("POST medical_notes", text="a" * 61))
    async with staged(**at("PlanetDDS")) as stage:
        body = {name: value for name, value in stage.note().items() if name not in {"date", "provider_id"}}
        done = await stage.done("POST", "medical_notes", body)
        assert stage.records.notes[done["created_id"]].day == date(2026, 11, 23)


async def test_a_payment_is_in_the_ledger_at_once_and_in_the_lists_after_the_refresh(stage):
    async def owed():
        (row,) = await stage.items("patient_balance", patient_id=stage.anna)
        return row["patient_balance"], row["unapplied"], row["account_balance"]

    assert await owed() == ("0.0000", "0.0000", "0.0000")
    done = await stage.done(*stage.write("POST transaction", note="By phone", cheque_no="17"))
    entry = stage.records.transactions[done["created_id"]]
    assert (entry.kind, entry.code, entry.amount, entry.note) == (
        "Payment",
        "1",
        Decimal("-45.50"),
        "By phone",
    )
    assert await stage.items("transactions", patient_id=stage.anna) == []
    assert await owed() == ("0.0000", "0.0000", "0.0000")
    stage.office.refresh()
    (row,) = await stage.items("transactions", patient_id=stage.anna, fields="cheque_no")
    assert (row["transaction_type"], row["amount"], row["cheque_no"]) == ("Payment", "-45.5000", "17")
    assert (row["procedure_code"], row["procedure_description"]) == ("1", "Cash Payment")
    assert await owed() == ("-45.5000", "45.5000", "-45.5000")
    loaded = await stage.items("transactions", loaded_startdate="2026-11-23T10:01:00", limit="5000")
    assert [each["transaction_sr_no"] for each in loaded] == [done["created_id"]]


@pytest.mark.parametrize("amount", ["0", "0.00", "-0", "ten", "NaN", "Infinity", "10|20"])
async def test_an_amount_that_is_none_is_refused_at_once(stage, amount):
    refusal = await stage.refused(*stage.write("POST transaction", amount=amount))
    assert refusal == (400, "API1026", "amount is invalid")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"procedure_code": "77"}, "Payment type does not exist"),
        ({"procedure_code": "7", "procedure_description": "Insurance Payment"}, "Payment type does not"),
        ({"procedure_description": "Check Payment"}, "procedure_description does not match"),
        ({"patient_id": "0"}, "Patient does not exist"),
        ({"guarantor_id": "0"}, "Guarantor does not exist"),
        ({"is_payment_refund": "true", "transaction_sr_no": "0"}, "Transaction does not exist"),
    ],
)
async def test_a_payment_the_software_does_not_know_fails_later(stage, wrong, says):
    before = dict(stage.records.transactions)
    assert (await stage.refused_later(*stage.write("POST transaction", **wrong))).startswith(says)
    assert stage.records.transactions == before


async def test_a_payment_by_procedure_makes_an_entry_for_each_with_its_own_amount(stage):
    one, two, *_ = stage.records.transactions
    by = {"is_payment_by_procedure_code": "true", "transaction_sr_no": f"{one}|{two}"}
    too_few = stage.write("POST transaction", amount="45", **by)
    assert await stage.refused(*too_few) == (400, "API1026", "amount is invalid")
    refund = stage.write("POST transaction", amount="45|420", is_payment_refund="true", **by)
    assert await stage.refused(*refund) == (400, "API1026", "is_payment_refund is invalid")
    before = set(stage.records.transactions)
    done = await stage.done(*stage.write("POST transaction", amount="45|420", **by))
    made = [row for number, row in stage.records.transactions.items() if number not in before]
    assert [(row.amount, row.linked_to) for row in made] == [(Decimal(-45), one), (Decimal(-420), two)]
    assert done["created_id"] == made[0].sr_no


async def test_refunds_and_debit_adjustments_add_and_credit_adjustments_take_away(stage):
    payment = await stage.done(*stage.write("POST transaction"))
    refund = {"is_payment_refund": "true", "transaction_sr_no": payment["created_id"], "user": "1"}
    back = await stage.done(*stage.write("POST transaction", **refund))
    fee = {"procedure_code": "9", "procedure_description": "Missed Visit Fee"}
    fined = await stage.done(*stage.write("POST transaction", transaction_entry_date="2026-11-20", **fee))
    less = {"procedure_code": "8", "procedure_description": "Courtesy Discount"}
    given = await stage.done(*stage.write("POST transaction", **less))
    rows = [stage.records.transactions[each["created_id"]] for each in (back, fined, given)]
    assert [(row.kind, row.amount) for row in rows] == [
        ("Payment", Decimal("45.50")),
        ("Adjustment", Decimal("45.50")),
        ("Adjustment", Decimal("-45.50")),
    ]
    assert (rows[0].created_by, rows[0].linked_to) == ("1", payment["created_id"])
    assert rows[1].entered == date(2026, 11, 20)


async def test_a_card_payment_of_planet_dds_wants_the_card(staged):
    async with staged(**at("PlanetDDS")) as stage:
        way = {"procedure_code": "CC", "procedure_description": "Credit Card Terminal"}
        card = {
            "card_holder_name": "A Lindqvist",
            "card_number": "0000000000000000",
            "cvv": "000",
            "expiration_month": "01",
            "expiration_year": "2030",
        }
        done = await stage.done(*stage.write("POST transaction", **way, **card))
        assert stage.records.transactions[done["created_id"]].kind == "Payment"
        rows = await stage.items("payment_types", are_credit_card_details_required="true")
        assert [row["code"] for row in rows] == ["CC"]


def test_payments_count_against_the_oldest_charges_and_what_is_left_is_unapplied():
    today = date(2026, 11, 23)

    def entry(amount, days):
        day = today - timedelta(days=days)
        return Transaction("1", "1", "p", "p", "1", "", "", "", Decimal(amount), day, day)

    charges = [entry(10, 0), entry(20, 30), entry(40, 89), entry(80, 90)]
    assert balances(charges, today)["p"].ages == [10, 20, 40, 80]
    paid = balances([*charges, entry(-90, 5)], today)["p"]
    assert (paid.ages, paid.unapplied, paid.owed) == ([10, 20, 30, 0], 0, 60)
    over = balances([*charges, entry(-200, 5)], today)["p"]
    assert (over.ages, over.unapplied, over.owed) == ([0, 0, 0, 0], 50, -50)


async def test_the_seeded_ledger_charges_past_visits_and_some_people_owe(stage):
    rows = await stage.items("transactions", limit="5000")
    assert {row["transaction_type"] for row in rows} == {"Procedure", "Payment"}
    assert all((row["amount"][0] == "-") is (row["transaction_type"] == "Payment") for row in rows)
    owing = await stage.items("patient_balance", limit="5000")
    assert len(owing) == 120
    assert {row["patient_balance"] == "0.0000" for row in owing} == {True, False}
    day = rows[0]["transaction_date"][:10]
    found = await stage.items("transactions", startdate=day, enddate=day, limit="5000")
    assert {row["transaction_date"][:10] for row in found} == {day}


async def test_a_registered_patient_appears_in_the_copy_after_the_refresh(stage):
    done = await stage.done(
        *stage.write("POST patient", cell="860-555-0199", workphone="8605550198-12", email="z@mail.example")
    )
    assert done["created_id"] == done["patient_id"]
    assert await stage.items("patients", cell="8605550199") == []
    stage.office.refresh()
    (row,) = await stage.items("patients", cell="8605550199", fields="workphone")
    assert (row["patient_id"], row["birthdate"], row["workphone"]) == (
        done["created_id"],
        "1990-01-31T00:00:00",
        "8605550198-12",
    )
    (balance,) = await stage.items("patient_balance", patient_id=done["created_id"])
    assert balance["patient_balance"] == "0.0000"


async def test_cleardent_registers_without_a_provider_and_with_its_own_word_for_a_gender(staged):
    async with staged(**at("ClearDent")) as stage:
        phones = {"cell": "8605550199", "homephone": "8605550198"}
        done = await stage.done(*stage.write("POST patient", provider_id="", gender="F", **phones))
        added = stage.records.patients[done["created_id"]]
        assert (added.provider_id, added.gender, added.homephone) == ("", "F", "8605550198")


@pytest.mark.parametrize("pms", ["OrthoTrac", "Dolphin"])
async def test_a_patient_is_changed_in_what_was_named_and_never_in_phones_or_address(staged, pms):
    async with staged(**at(pms)) as stage:
        before = stage.records.patients[stage.anna]
        change = {"preferred_name": "Ann", "birthdate": "1986-04-13", "salutation": "2", "status": "2"}
        further = {"type": "2", "language": "2", "cell": "8605550100", "email": "x", "city": "Harrow"}
        done = await stage.done(*stage.write("PATCH patient", **change, **further))
        assert (done["patient_id"], done["created_id"]) == (stage.anna, "")
        now = stage.records.patients[stage.anna]
        assert (now.firstname, now.preferred_name, now.salutation) == ("Ann", "Ann", "2")
        assert (now.birthdate, now.lastname) == (date(1986, 4, 13), before.lastname)
        assert (now.cell, now.email, now.city) == (before.cell, before.email, before.city)
        assert dict(now.details) == (
            {"type": "2", "staff": "FD1"} if pms == "OrthoTrac" else {"language": "2"}
        )
        assert now.status == {"OrthoTrac": "Active", "Dolphin": "Retention"}[pms]
        stage.office.refresh()
        (row,) = await stage.items("patients", patient_id=stage.anna)
        assert (row["preferred_name"], row["salutation"]) == ("Ann", "2")


async def test_a_patient_change_needs_something_to_change_and_somebody_to_change(staged):
    async with staged(**at("Dolphin")) as stage:
        for body in ({"practice_id": "1"}, {"practice_id": "1", "cell": "8605550100", "check_spu": "false"}):
            refusal = await stage.refused("PATCH", f"patient/{stage.anna}", body)
            assert refusal == (400, "API1020", "At least one optional parameter must be provided")
        text = await stage.refused_later("PATCH", "patient/0", {"practice_id": "1", "firstname": "A"})
        assert text.startswith("Patient does not exist")


async def test_dentrix_g6_moves_a_broken_appointment_only_with_date_time_and_operatory(staged):
    async with staged(**at("DentrixG6")) as stage:
        row = stage.coming(operatory="Doctor 1")
        broken = replace(row, status="Broken", cancelled=True, cancelled_on=date(2026, 11, 23))
        stage.records.appointments[row.sr_no] = broken
        path, body = f"appointments/{row.sr_no}", {"practice_id": "1", "provider_id": row.provider_id}
        # the desk broke it after the last refresh: only the software knows
        text = await stage.refused_later("PUT", path, {**body, "date": "2026-12-05"})
        assert text == "date, time and operatory are required for a broken appointment."
        stage.office.refresh()
        refusal = await stage.refused("PUT", path, {**body, "date": "2026-12-05"})
        assert refusal == (400, "API1020", "time is missing")
        slot = {"date": "2026-12-05", "time": "10:00", "operatory": "Doctor 1"}
        more = {"description": "Moved by phone", "type": "102", "schedule": "1", "staff": "FD1"}
        await stage.done("PUT", path, {**body, **slot, **more})
        moved = stage.records.appointments[row.sr_no]
        assert (moved.start, moved.status, moved.cancelled) == (
            datetime.fromisoformat("2026-12-05T10:00"),
            "Open",
            False,
        )
        assert (moved.description, moved.type) == ("Moved by phone", "General")
        assert dict(moved.details) == {"schedule": "1", "staff": "FD1"}


async def test_elsewhere_a_move_neither_renames_an_appointment_nor_changes_its_type(stage):
    method, path, body = stage.write("PUT appointments", description="x", type="2")
    before = stage.records.appointments[path.partition("/")[2]]
    await stage.done(method, path, body)
    moved = stage.records.appointments[before.sr_no]
    assert (moved.description, moved.type) == (before.description, before.type)
    assert moved.start.date() == date(2026, 12, 6)
    await stage.refused("PUT", path, {"practice_id": "1", "provider_id": before.provider_id})


async def test_lists_of_words_are_each_software_s_own(staged):
    async with staged(offices=EVERY_PMS) as stage:

        async def items(office_id, name, **params):
            answer = await stage.http.get(name, params=params, headers=await stage.key(office_id))
            return answer.json()["items"] if answer.content else []

        async def words(office_id, kind, category):
            params = {"writeback_type": kind, "category": category}
            return {row["item"] for row in await items(office_id, "writeback_details", **params)}

        assert await words("D40004", "new_patient", "Relationship") == {"1", "2", "3", "4"}
        assert await words("D40004", "new_appointment", "appttype") == {"ADJ", "BAND", "NP"}
        assert await words("D40004", "medical_note", "acknowledgetype") == {"1", "2", "3"}
        assert await words("D50005", "patch_appointment", "ApptStatusChangedBy") == {"1", "2"}
        assert await words("D60006", "new_patient", "Sex") == {"M", "F", "U"}
        assert await words("D70007", "patch_appointment", "cancellationcodeid") == {"11", "12"}
        assert await words("D80008", "update_appointment", "ApptType") == {"101", "102"}
        assert await words("D10001", "new_patient", "Sex") == set()
        kinds = {row["type"] for row in await items("D40004", "note_types")}
        assert {"Medical Alert", "Treatment Note"} <= kinds
        users = await items("D60006", "pms_users", status="active")
        assert {row["user_id"] for row in users} == {"1", "2", "5"}
        gone = await items("D60006", "pms_users", status="inactive")
        assert [row["lastname"] for row in gone] == ["Finch"]


async def test_payment_types_are_payments_unless_another_kind_is_asked_for(staged, stage):
    async def codes(where, **params):
        return [row["code"] for row in await where.items("payment_types", **params)]

    assert await codes(stage) == ["1", "2", "3"]
    assert await codes(stage, is_insurance_type="true") == ["7"]
    assert await codes(stage, is_adjustment_type="true") == ["8"]
    assert await codes(stage, is_debit_adjustment_type="True") == ["9"]
    assert await codes(stage, are_credit_card_details_required="true") == []
    assert await codes(stage, code="2") == ["2"]
    async with staged(switches=Switches(payment_types_list="all")) as other:
        assert await codes(other) == ["1", "2", "3", "7", "8", "9"]


@pytest.mark.parametrize("pms", ["OrthoTrac", "Dolphin", "PlanetDDS"])
async def test_open_slots_are_free_half_hours_of_chairs_whose_people_work(staged, pms):
    async with staged(**at(pms)) as stage:
        rows = await stage.items("appointments_available_slots", fields="get_all", limit="5000")
        assert rows
        assert min(row["date"] for row in rows) >= "2026-11-23"
        taken = [row for row in stage.records.appointments.values() if not row.cancelled]
        assert len({(row["operatory"], row["date"], row["time"]) for row in rows}) == len(rows)
        for row in rows:
            start = datetime.fromisoformat(f"{row['date'][:10]}T{row['time']}")
            assert start > stage.office.now()
            end = start + timedelta(minutes=30)
            assert row["end_time"] == f"{end:%H:%M}"
            assert not any(
                visit.operatory == row["operatory"] and visit.start < end and start < visit.end
                for visit in taken
                if visit.start.date() == start.date()
            )
        assert "Overflow" not in {row["operatory"] for row in rows}
        assert "2026-11-26T00:00:00" not in {row["date"] for row in rows}  # Thanksgiving
        day = await stage.items(
            "appointments_available_slots", startdate="2026-12-01", enddate="2026-12-01", operatory="doctor 1"
        )
        assert {row["date"] for row in day} <= {"2026-12-01T00:00:00"}


@pytest.mark.parametrize("pms", ["OrthoTrac", "PlanetDDS"])
async def test_a_booking_is_held_against_the_copy_s_open_slots(staged, pms):
    async with staged(**at(pms)) as stage:
        method, path, body = stage.write("POST appointment")
        wrongs = (
            {"time": "07:15"},
            {"date": "2026-11-26"},
            {"operatory": "Overflow"},
            {"provider_id": "HYG1" if pms == "OrthoTrac" else "3"},
        )
        for wrong in wrongs:
            if wrong.get("provider_id") != body["provider_id"]:
                refusal = await stage.refused(method, path, {**body, **wrong})
                assert refusal[:2] == (400, "API1026")
        await stage.done(method, path, body)
        # the copy still offers what is gone; the software refuses it later
        assert "already scheduled" in await stage.refused_later(method, path, body)
        offered = len(open_slots(stage.office))
        stage.office.refresh()
        assert len(open_slots(stage.office)) < offered
        assert (await stage.refused(method, path, body))[:2] == (400, "API1026")


async def test_dolphin_shows_slots_and_does_not_hold_a_booking_against_them(staged):
    async with staged(**at("Dolphin")) as stage:
        await stage.done(*stage.write("POST appointment", time="18:15"))


async def test_the_control_api_shows_notes_and_the_ledger(stage):
    note = await stage.done(*stage.write("POST medical_notes"))
    paid = await stage.done(*stage.write("POST transaction"))
    url = f"{stage.running.control_url}/offices/D10001"
    (row,) = (await stage.http.get(f"{url}/notes")).json()
    assert (row["note_id"], row["day"], row["text"]) == (
        note["created_id"],
        "2026-11-23",
        "Prefers mornings.",
    )
    entries = (await stage.http.get(f"{url}/transactions")).json()
    (entry,) = [each for each in entries if each["sr_no"] == paid["created_id"]]
    assert (entry["amount"], entry["patient_id"]) == ("-45.50", stage.anna)
    effects = (await stage.http.get(f"{stage.running.control_url}/effects")).json()
    assert [(each["operation"], each["created_id"]) for each in effects] == [
        ("POST medical_notes", note["created_id"]),
        ("POST transaction", paid["created_id"]),
    ]
