"""An office's own words, read from a served practice, and whether writes made with them are carried out."""

import datetime as dt
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import pytest

from sandbox.config import EVERY_PMS, OfficeSpec
from sandbox.faults import Fault
from sandbox.slots import open_slots
from server.sikka import bodies
from server.sikka.errors import SikkaError
from server.sikka.pms_fields import Operation, Values, Where
from server.sikka.pms_fitting import Misfit, fitted
from server.sikka.pms_support import row_for, supports
from server.sikka.rules import word_for_cancelled
from server.sikka.vocabularies import Choice, Vocabulary, lists_needed, read_vocabulary, word_for_confirmed

TODAY = dt.date(2026, 11, 23)
EVERYTHING = tuple(Operation)
TYPES = Values(Where.DETAILS, "new_appointment", "appttype")
BY_PMS = {spec.pms: replace(spec, patients=30) for spec in EVERY_PMS}


def name_of(practice):
    return f"{practice.pms.spelled} {practice.pms.version}"


async def read(stage, spec=None, operations=EVERYTHING, **options):
    office_id = (spec or stage.world.config.offices[0]).office_id
    calls = stage.sikka.office(office_id, live=True)
    return await read_vocabulary(calls, name_of(stage.world.offices[office_id]), operations, **options)


def asked(stage):
    return {
        request.path
        for request in stage.world.requests
        if request.path not in {"/request_key", "/authorized_practices"}
    }


def values(vocabulary, *lists):
    return [choice.value for choice in vocabulary.of(*lists)]


@pytest.mark.parametrize(
    ("pms", "statuses", "word"),
    [
        ("Dentrix", ("Open", "Unconfirmed", "Confirmed"), "Confirmed"),
        ("Dentrix", ("open.unconfirm", "open.confirm", "complete.unconfirm"), "open.confirm"),
        ("Opendental V22.3", ("scheduled", "complete", "broken", "Unconfirmed", "eConfirmed"), "eConfirmed"),
        ("EagleSoft", ("eConfirmed",), ""),
        ("Dentrix", (" CONFIRMED ",), "CONFIRMED"),
        ("Dentrix", ("Unconfirmed", "Preconfirmed", "Not confirmed"), ""),
        ("", (), ""),
    ],
)
def test_the_word_for_confirmed_is_the_offices_own(pms, statuses, word):
    assert word_for_confirmed(pms, statuses) == word


def test_an_empty_vocabulary_offers_nothing():
    assert Vocabulary().of(TYPES, Values(Where.STAFF)) == ()


def test_only_what_a_system_needs_is_read():
    assert lists_needed("Dentrix G7.3", [Operation.CANCEL]) == {Values(Where.STATUSES)}
    assert lists_needed("Opendental", [Operation.CONFIRM]) == {
        Values(Where.STATUSES),
        Values(Where.CONFIRMATIONS),
    }
    assert lists_needed("Dentrix", [Operation.BOOK]) == {Values(Where.PROVIDERS)}
    # ClearDent's own row for providers stands before the common one, whose list is not needed then
    assert lists_needed("ClearDent", [Operation.BOOK]) == {
        TYPES,
        Values(Where.STATUSES),
        Values(Where.USERS),
        Values(Where.ACTIVE_PEOPLE),
    }
    assert lists_needed("Dentrix", []) == frozenset()


async def test_a_cancellation_on_dentrix_reads_the_statuses_and_nothing_else(staged):
    async with staged(offices=(BY_PMS["Dentrix"],)) as stage:
        found = await read(stage, operations=[Operation.CANCEL])
        assert asked(stage) == {"/practice_variables"}
        assert "Cancelled" in values(found, Values(Where.STATUSES))


async def test_open_dentals_words_are_told_apart(staged):
    async with staged() as stage:
        found = await read(stage)
        assert values(found, Values(Where.STATUSES)) == ["scheduled", "complete", "broken"]
        confirmations = values(found, Values(Where.CONFIRMATIONS))
        assert word_for_confirmed("Opendental", confirmations) == "Confirmed"
        assert found.of(TYPES) == (
            Choice("1", "Hygiene Recall"),
            Choice("2", "Restorative"),
            Choice("3", "New Patient"),
        )
        users = set(values(found, Values(Where.USERS)))
        assert users <= {row.provider_id for row in stage.records.providers.values() if row.active}


async def test_people_are_told_apart_by_what_they_may_be_named_for(staged):
    async with staged(offices=(BY_PMS["Dolphin"],)) as stage:
        found = await read(stage)
        people = stage.world.offices["D50005"].records.providers
        users = values(found, Values(Where.PROVIDER_USERS))
        assert users
        assert all(people[each].active and people[each].user for each in users)
        providers = values(found, Values(Where.PROVIDERS))
        assert all(people[each].active and people[each].kind == "Provider" for each in providers)
        assert any(not row.active for row in people.values())


async def test_payments_are_without_insurance_adjustments_and_cards(staged):
    async with staged(offices=(BY_PMS["Dentrix"], BY_PMS["PlanetDDS"])) as stage:
        types = Values(Where.PAYMENT_TYPES)
        dentrix = await read(stage, BY_PMS["Dentrix"], [Operation.RECORD_PAYMENT])
        assert values(dentrix, types) == ["1", "2", "3"]
        planet = await read(stage, BY_PMS["PlanetDDS"], [Operation.RECORD_PAYMENT])
        assert sorted(values(planet, types)) == ["CASH", "CHK"]


async def test_a_filter_that_is_ignored_does_not_empty_the_payments():
    class Calls:
        async def every(self, path, params, model):
            rows = [{"code": "1", "description": "Cash"}, {"code": "2", "payment_type_status": "Inactive"}]
            return [model.model_validate(row) for row in rows if path == "/payment_types"]

    found = await read_vocabulary(cast("Any", Calls()), "Tracker", [Operation.RECORD_PAYMENT])
    assert found.of(Values(Where.PAYMENT_TYPES)) == (Choice("1", "Cash"),)


@pytest.mark.parametrize(
    ("row", "asked_for", "kept"),
    [
        ("1", "1", True),
        ("", "1", True),
        ("1-1", "1", True),
        ("1", "1-2", True),
        ("1-1", "1-2", False),
        ("11", "1", False),
    ],
)
async def test_rows_of_a_practice_are_known_by_its_number(row, asked_for, kept):
    class Calls:
        async def every(self, path, params, model):
            return [model.model_validate({"practice_id": row, "type": "Patient Note", "provider_id": "D1"})]

    found = await read_vocabulary(
        cast("Any", Calls()), "SuzyDental", [Operation.ADD_NOTE], practice_id=asked_for
    )
    assert bool(found.of(Values(Where.NOTE_TYPES))) is kept


@pytest.mark.parametrize(
    ("denied", "empty"),
    [
        ("pms_users", Values(Where.USERS)),
        ("note_types", Values(Where.NOTE_TYPES)),
        ("payment_types", Values(Where.PAYMENT_TYPES)),
        ("writeback_details", TYPES),
        ("providers", Values(Where.PROVIDERS_NOT_USERS)),
    ],
)
async def test_a_list_outside_the_plan_is_empty_and_the_others_are_read(staged, denied, empty):
    async with staged(denied=frozenset({denied})) as stage:
        found = await read(stage)
        assert empty in lists_needed("Opendental", EVERYTHING)
        assert found.of(empty) == ()
        assert values(found, Values(Where.STATUSES)) == ["scheduled", "complete", "broken"]


async def test_statuses_come_from_the_other_list_where_the_first_is_outside_the_plan(staged):
    async with staged(denied=frozenset({"practice_variables"})) as stage:
        found = await read(stage)
        assert values(found, Values(Where.STATUSES)) == ["scheduled", "complete", "broken"]
        assert found.of(Values(Where.CONFIRMATIONS)) == ()


async def test_a_list_that_fails_does_not_pass_for_an_empty_one(staged):
    async with staged() as stage:
        stage.world.faults.add(Fault("internal_error", method="GET", path="/note_types", times=None))
        with pytest.raises(SikkaError):
            await read(stage)


async def test_another_practice_of_the_installation_keeps_its_words_to_itself(staged):
    spec = OfficeSpec("D10001", "1", "OpenDental", more_practice_ids=("2",))
    async with staged(offices=(spec,)) as stage:
        here = await read(stage, practice_id="1")
        everywhere = await read(stage)
        nowhere = await read(stage, practice_id="99")
        assert values(here, TYPES) == values(everywhere, TYPES) == ["1", "2", "3"]
        assert values(nowhere, TYPES) == []


class Desk:
    """One office of the world, at which writes are made as the rules say and carried out at once."""

    def __init__(self, stage, spec):
        self.stage = stage
        self.spec = spec
        self.practice = stage.world.offices[spec.office_id]
        self.pms = name_of(self.practice)
        self.calls = stage.sikka.office(spec.office_id, live=True)

    async def ready(self):
        rows = await self.stage.application.supported_pmses(self.practice.pms.name)
        row = row_for(rows, self.practice.pms.version)
        scope = (await self.calls.key_info()).scope
        self.taken = [each for each in Operation if supports(self.pms, each, row, scope).ok]
        self.words = await read_vocabulary(self.calls, self.pms, Operation, practice_id=self.spec.practice_id)
        return self

    def fitted(self, write, operation):
        return fitted(write, self.pms, operation, self.words, today=TODAY)

    async def carried_out(self, write, operation):
        """The effect of the write, which the practice's software took."""
        before = len(self.stage.world.effects)
        fit = self.fitted(write, operation)
        await self.calls.write(fit.method, fit.endpoint, fit.body)
        self.stage.clock.forward(121)
        self.stage.world.advance()
        (effect,) = self.stage.world.effects[before:]
        assert effect.ok, (operation, effect.text)
        return effect

    @property
    def anna(self):
        people = self.practice.records.patients.values()
        return next(row for row in people if (row.firstname, row.lastname) == ("Anna", "Lindqvist"))

    def slots(self):
        """Times that this software takes: its own open ones, else two early hours of a Saturday."""
        listed = open_slots(self.practice)
        if listed:
            return [(slot.start, slot.operatory, slot.provider_id) for slot in (listed[40], listed[-1])]
        who = next(row.provider_id for row in self.practice.records.providers.values() if row.active)
        saturday = dt.datetime(2026, 12, 5, 9, 0)  # noqa: DTZ001 - the office's wall clock is naive
        return [(saturday, "Doctor 1", who), (saturday + dt.timedelta(hours=2), "Doctor 1", who)]

    async def booked(self):
        start, chair, who = self.slots()[0]
        write = bodies.new_appointment(
            practice_id="1",
            patient_id=self.anna.patient_id,
            provider_id=who,
            operatory=chair,
            start=start,
            length_minutes=30,
            description="Booked by phone. Cleaning; ask for Zoë's x-rays",
        )
        return (await self.carried_out(write, Operation.BOOK)).appointment_sr_no


@pytest.fixture(params=BY_PMS)
def opened_desk(request, staged):
    @asynccontextmanager
    async def open_desk():
        async with staged(offices=(BY_PMS[request.param],)) as stage:
            yield await Desk(stage, BY_PMS[request.param]).ready()

    return open_desk


async def test_every_system_books_moves_confirms_and_cancels_what_fits_it(opened_desk):
    async with opened_desk() as desk:
        number = await desk.booked()
        rows = desk.practice.records.appointments
        start, chair, who = desk.slots()[1]
        move = bodies.moved_appointment(
            practice_id="1",
            appointment_sr_no=number,
            start=start,
            length_minutes=30,
            operatory=chair,
            provider_id=who,
        )
        await desk.carried_out(move, Operation.MOVE)
        assert (rows[number].start, rows[number].operatory) == (start, chair)
        statuses = values(desk.words, Values(Where.STATUSES))
        words = [*statuses, *values(desk.words, Values(Where.CONFIRMATIONS))]
        confirmed = word_for_confirmed(desk.pms, words)
        await desk.carried_out(
            bodies.appointment_status(practice_id="1", appointment_sr_no=number, value=confirmed),
            Operation.CONFIRM,
        )
        assert rows[number].confirmed_on == TODAY
        cancelled = word_for_cancelled(desk.practice.pms.name, statuses)
        await desk.carried_out(
            bodies.cancellation(
                practice_id="1", appointment_sr_no=number, value=cancelled, note="Moved away!"
            ),
            Operation.CANCEL,
        )
        assert rows[number].cancelled


async def test_every_system_that_registers_patients_takes_a_fitted_one(opened_desk):
    async with opened_desk() as desk:
        who = next(iter(values(desk.words, Values(Where.PROVIDERS), Values(Where.ACTIVE_PEOPLE))))
        write = bodies.new_patient(
            practice_id="1",
            provider_id=who,
            first="Zoë",
            last="O'Brien",
            birth_date=dt.date(1990, 2, 3),
            further={"cell": "+1 (860) 555-0177", "gender": "Female"},
        )
        if Operation.REGISTER not in desk.taken:
            assert desk.spec.pms == "PlanetDDS"
            return
        effect = await desk.carried_out(write, Operation.REGISTER)
        made = desk.practice.records.patients[effect.patient_id]
        assert (made.lastname, made.cell) == ("O'Brien", "8605550177")


async def test_every_system_that_takes_notes_and_payments_takes_fitted_ones(opened_desk):
    async with opened_desk() as desk:
        anna, before = desk.anna, len(desk.stage.world.effects)
        providers = (Values(Where.PROVIDERS_NOT_USERS), Values(Where.PROVIDERS), Values(Where.ACTIVE_PEOPLE))
        who = next(iter(values(desk.words, *providers)))
        note = bodies.medical_note(
            practice_id="1",
            patient_id=anna.patient_id,
            provider_id=who,
            day=TODAY,
            text="Asked for a copy; please!",
        )
        if Operation.ADD_NOTE in desk.taken:
            await desk.carried_out(note, Operation.ADD_NOTE)
            assert [row.text for row in desk.practice.records.notes.values()][-1] == "Asked for a copy please"
        money = desk.words.of(Values(Where.PAYMENT_TYPES))[0]
        payment = bodies.payment(
            practice_id="1",
            patient_id=anna.patient_id,
            guarantor_id=anna.guarantor_id,
            provider_id=who,
            procedure_code=money.value,
            procedure_description=money.label,
            amount=Decimal(50),
            day=TODAY,
        )
        if Operation.RECORD_PAYMENT in desk.taken:
            await desk.carried_out(payment, Operation.RECORD_PAYMENT)
        wanted = {Operation.ADD_NOTE, Operation.RECORD_PAYMENT} & set(desk.taken)
        assert len(desk.stage.world.effects) - before == len(wanted)


async def test_only_orthotrac_and_dolphin_update_a_patient_and_no_phone_of_him(opened_desk):
    async with opened_desk() as desk:
        assert (Operation.UPDATE_PATIENT in desk.taken) == (desk.spec.pms in {"OrthoTrac", "Dolphin"})
        if Operation.UPDATE_PATIENT not in desk.taken:
            return
        changes = {"preferred_name": "Annie", "birthdate": "1986-04-13"}
        write = bodies.changed_patient(practice_id="1", patient_id=desk.anna.patient_id, changes=changes)
        await desk.carried_out(write, Operation.UPDATE_PATIENT)
        assert desk.anna.birthdate == dt.date(1986, 4, 13)
        phone = bodies.changed_patient(
            practice_id="1", patient_id=desk.anna.patient_id, changes={"cell": "8605550199"}
        )
        with pytest.raises(Misfit):
            desk.fitted(phone, Operation.UPDATE_PATIENT)
