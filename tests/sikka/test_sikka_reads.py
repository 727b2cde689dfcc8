"""Reading: lists to their last page, asked again where that helps, never half an answer as a whole one."""

import pytest

from sandbox.replies import Page as SandboxPage
from sandbox.switches import Switches
from sandbox.world import Fault, OfficeSpec
from server.sikka import calls as calls_module
from server.sikka import models
from server.sikka.errors import NoAnswer, RateLimited, Refused, SikkaError, Trouble, Unreadable
from server.sikka.phones import normal_phone
from server.sikka.transport import Timeouts

OFFICE = "D10001"


@pytest.mark.parametrize("limit", [7, 30, 31, 1000])
async def test_a_list_of_several_pages_is_read_completely(staged, monkeypatch, limit):
    monkeypatch.setattr(calls_module, "MOST_ROWS", limit)
    async with staged(offices=(OfficeSpec(patients=30),)) as stage:
        people = len(stage.records.patients)
        rows = await stage.office.every("/patients", {}, models.Patient)
        assert len(rows) == people
        assert {row.patient_id for row in rows} == set(stage.records.patients)
        asked = [r.query for r in stage.requests("GET", "/patients")]
        assert asked == [f"offset={n}&limit={limit}" for n in range(-(-people // limit))]


@pytest.mark.parametrize("most", [1, 13])
async def test_a_sikka_that_gives_fewer_rows_to_a_page_than_asked_for_is_read_completely(
    staged, monkeypatch, most
):
    async with staged(offices=(OfficeSpec(patients=5),)) as stage:
        monkeypatch.setattr(
            "sandbox.api.page_of", lambda query: SandboxPage(int(query.get("offset", "0")), most)
        )
        rows = await stage.office.every("/patients", {}, models.Patient)
        assert {row.patient_id for row in rows} == set(stage.records.patients)
        assert len(rows) == len(stage.records.patients)


async def test_a_page_past_the_end_and_a_list_of_nothing_are_empty(staged):
    async with staged() as stage:
        page = await stage.office.page("/patients", {}, models.Patient, number=9)
        assert (page.items, page.last) == ([], True)
        assert await stage.office.patients(lastname="Nobody") == []


async def test_a_list_that_never_ends_is_not_given_out_as_a_whole_one(staged, monkeypatch):
    monkeypatch.setattr(calls_module, "MOST_PAGES", 3)
    monkeypatch.setattr(calls_module, "MOST_ROWS", 2)
    async with staged() as stage:
        with pytest.raises(Unreadable):
            await stage.office.every("/patients", {}, models.Patient)


async def test_a_list_whose_later_page_cannot_be_had_is_not_given_out_as_a_whole_one(staged, monkeypatch):
    monkeypatch.setattr(calls_module, "MOST_ROWS", 50)
    async with staged() as stage:
        await stage.office.providers()
        await stage.office.page("/patients", {}, models.Patient, limit=50)
        stage.world.faults.add(Fault("internal_error", path="/patients", times=None))
        with pytest.raises(Trouble):
            await stage.office.every("/patients", {}, models.Patient)


async def test_whether_the_copy_is_being_loaded_is_told_with_a_page(staged):
    async with staged(load_seconds=60) as stage:
        assert (await stage.office.page("/patients", {}, models.Patient)).data_insert == "in progress"
        stage.clock.forward(61)
        assert (await stage.office.page("/patients", {}, models.Patient)).data_insert == "completed"
        assert (await stage.office.page("/providers", {}, models.Provider)).data_insert == ""


TRANSIENT = ["lost_before", "lost_after", "half_body", "html", "internal_error", "overloaded", "hang"]


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("kind", TRANSIENT)
async def test_a_read_that_goes_wrong_once_is_asked_again(staged, kind, live):
    async with staged(timeouts=Timeouts(read=0.2)) as stage:
        await stage.office.providers()
        stage.world.faults.add(Fault(kind, path="/appointments", seconds=60))
        rows = await stage.sikka.office(OFFICE, live=live).appointments()
        assert len(rows) == len(stage.records.appointments)


@pytest.mark.parametrize(("live", "attempts"), [(True, 2), (False, 4)])
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("lost_before", NoAnswer),
        ("html", Unreadable),
        ("half_body", NoAnswer),
        ("internal_error", Trouble),
        ("overloaded", Trouble),
    ],
)
async def test_a_read_is_given_up_after_so_many_attempts(staged, kind, error, live, attempts):
    async with staged() as stage:
        await stage.office.providers()
        stage.world.faults.add(Fault(kind, path="/appointments", times=None))
        with pytest.raises(error):
            await stage.sikka.office(OFFICE, live=live).appointments()
        assert len(stage.requests("GET", "/appointments")) == attempts


async def test_a_live_read_at_the_rate_limit_fails_at_once(staged):
    async with staged() as stage:
        await stage.office.providers()
        stage.world.faults.add(Fault("rate_limited", path="/appointments"))
        with pytest.raises(RateLimited) as limited:
            await stage.office.appointments()
        assert 0 < limited.value.reset_seconds <= 60
        assert len(stage.requests("GET", "/appointments")) == 1
        with pytest.raises(RateLimited):
            await stage.office.appointments()
        assert len(stage.requests("GET", "/appointments")) == 1  # the second never left
        stage.clock.forward(60)
        assert await stage.office.appointments()


async def test_a_refused_read_is_asked_once(staged):
    async with staged() as stage:
        with pytest.raises(Refused):
            await stage.background.operatories("")
        assert len(stage.requests("GET", "/operatories")) == 1


async def test_a_search_without_a_criterion_is_not_sent(staged):
    async with staged() as stage:
        for search in (
            stage.office.patients,
            lambda: stage.office.patients(lastname="", cell=" "),
            lambda: stage.office.patients_by_phone(""),
        ):
            with pytest.raises(ValueError, match="needs a"):
                await search()
        assert stage.world.requests == []


async def test_an_empty_filter_beside_a_real_one_is_left_out(staged):
    async with staged() as stage:
        assert len(await stage.office.patients(lastname="Lindqvist", cell="")) == 1
        (request,) = stage.requests("GET", "/patients")
        assert "cell" not in request.query


@pytest.mark.parametrize(
    "switches",
    [
        Switches(),
        Switches(search_phones="verbatim"),
        Switches(search_phones="never"),
        Switches(phone_filter="verbatim"),
    ],
    ids=["defaults", "search verbatim", "search never", "filter verbatim"],
)
async def test_a_search_by_phone_finds_a_number_in_any_field_and_any_spelling(staged, switches):
    async with staged(switches=switches, rate_limit=10_000) as stage:
        known = {}
        for person in stage.records.patients.values():
            for phone in (person.cell, person.homephone, person.workphone):
                if phone:
                    known.setdefault(normal_phone(phone), set()).add(person.patient_id)
        spellings = {"(860) 555-0117", "860.555.0121", "8605550133", "+1 860 555 0164", "18605550171"}
        stored = {
            phone
            for person in stage.records.patients.values()
            for phone in (person.cell, person.homephone, person.workphone)
        }
        assert spellings <= stored
        for phone in spellings:
            normal = normal_phone(phone)
            found = await stage.office.patients_by_phone(normal)
            assert {row.patient_id for row in found} == known[normal]
            assert all(normal in {normal_phone(each) for each in row.phones} for row in found)
        assert await stage.office.patients_by_phone("8605559999") == []


@pytest.mark.parametrize("name", ["cell", "homephone", "workphone", "search"])
async def test_a_search_by_phone_with_a_failing_leg_is_no_proof_that_nobody_has_it(staged, name):
    async with staged() as stage:
        await stage.office.providers()
        ask = stage.transport.ask

        async def failing(method, path, *, params=None, **more):
            if params and name in params:
                raise NoAnswer("ReadTimeout")
            return await ask(method, path, params=params, **more)

        stage.transport.ask = failing
        with pytest.raises(SikkaError):
            await stage.office.patients_by_phone("8605550142")


async def test_application_calls_see_every_practice_of_every_office(staged):
    offices = (OfficeSpec(patients=5, more_practice_ids=("2",)), OfficeSpec("D20002", patients=5))
    async with staged(offices=offices) as stage:
        rows = await stage.application.authorized_practices()
        assert {(row.office_id, row.practice_id) for row in rows} == {
            (OFFICE, "1"),
            (OFFICE, "2"),
            ("D20002", "1"),
        }
        assert {row.office_id for row in await stage.application.authorized_practices(OFFICE)} == {OFFICE}
        assert await stage.sikka.office("D20002", live=True).providers()
        assert stage.keys.kept.keys() == {"D20002"}


async def test_a_practice_without_a_secret_has_none_to_give(staged, monkeypatch):
    async with staged(offices=(OfficeSpec(patients=5, more_practice_ids=("2",)),)) as stage:
        rows = await stage.application.authorized_practices()
        bare = [models.AuthorizedPractice(office_id=OFFICE), *rows]

        async def practices(_):
            return bare

        application = stage.application
        monkeypatch.setattr(application, "authorized_practices", practices)
        assert await application.secret_of(OFFICE) == stage.practice.secret_key


async def test_balance_and_insurance_of_one_patient_are_read_and_of_nobody_else(staged):
    async with staged(offices=(OfficeSpec(patients=30),)) as stage:
        held = stage.records.subscriptions
        who = next(iter(held))
        nobody = next(number for number in stage.records.patients if number not in held)
        (balance,) = await stage.office.patient_balance(who)
        assert (balance.patient_id, balance.practice_id) == (who, "1")
        assert balance.patient_due
        first, *_ = await stage.office.subscribers(who)
        assert (first.insurance_company_id, first.type) == (held[who][0].insurer_id, held[who][0].kind)
        (row,) = await stage.office.insured(who)
        assert row.primary_insurance_company_id == first.insurance_company_id
        name = stage.records.insurers[first.insurance_company_id].name
        for ask in (stage.office.insurance_company_details, stage.office.insurance_companies):
            assert [c.insurance_company_name for c in await ask(first.insurance_company_id)] == [name]
            assert await ask("no such company") == []
        assert await stage.office.subscribers(nobody) == []
        assert await stage.office.patient_balance("no such patient") == []
