"""The seeded practice: believable, the same for the same seed, quick to make."""

import time
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from sandbox.config import THREE_OFFICES, OfficeSpec, SandboxConfig
from sandbox.filters import digits
from sandbox.pms import PROFILES
from sandbox.records import Records
from sandbox.seed import is_holiday, sunday_of
from sandbox.world import World
from sandbox.zones import WINDOWS_ZONES, wall_clock

TODAY = date(2026, 11, 23)


@pytest.fixture
def world(clock):
    return World(SandboxConfig(offices=THREE_OFFICES, desk=False), clock)


@pytest.fixture(params=[spec.office_id for spec in THREE_OFFICES])
def office(world, request):
    return world.offices[request.param]


def test_the_same_seed_makes_the_same_world_and_another_seed_another(clock):
    def records(seed):
        return World(SandboxConfig(seed=seed), clock).offices["D10001"].records

    assert records(7) == records(7)
    assert records(7) != records(8)


def test_a_world_of_120_patients_is_made_in_a_moment(clock):
    began = time.process_time()
    World(SandboxConfig(), clock)
    assert time.process_time() - began < 0.3


def test_anna_is_the_one_easy_caller(office):
    (anna,) = [p for p in office.records.patients.values() if p.lastname == "Lindqvist"]
    assert (anna.firstname, anna.birthdate, anna.cell) == ("Anna", date(1986, 4, 12), "860-555-0142")
    others = [p for p in office.records.patients.values() if p != anna]
    assert all(p.birthdate != anna.birthdate for p in others)
    assert all(digits(p.cell + p.homephone + p.workphone) != "8605550142" for p in others)
    assert not [a for a in office.records.appointments.values() if a.patient_id == anna.patient_id]


def test_there_are_twins_families_juniors_nicknames_and_names_of_many_alphabets(office):
    patients = list(office.records.patients.values())
    assert len(patients) == 120
    families = Counter((p.lastname, p.birthdate) for p in patients)
    assert families["Whitaker", date(2014, 5, 9)] == 2
    shared = Counter(digits(p.cell or p.homephone or p.workphone) for p in patients)
    assert max(shared.values()) >= 4
    assert [p for p in patients if p.lastname == "Hayes Jr."]
    assert [p for p in patients if (p.firstname, p.preferred_name) == ("William", "Bill")]
    assert [p for p in patients if not p.lastname.isascii()]
    assert [p for p in patients if "'" in p.lastname]
    assert [p for p in patients if " " in p.lastname]
    phones = [x for p in patients for x in (p.cell, p.homephone, p.workphone) if x]
    assert {len(each) for each in phones} >= {10, 12, 14}
    assert all("55501" in digits(each) for each in phones)


def test_the_team_has_staff_and_somebody_who_left(office):
    team = list(office.records.providers.values())
    assert len([p for p in team if p.active and p.kind == "Provider"]) == 4
    assert len([p for p in team if p.kind == "Staff"]) == 1
    assert len([p for p in team if not p.active]) == 1
    chairs = list(office.records.operatories.values())
    assert (len(chairs), sum(c.hygiene for c in chairs), sum(c.hidden for c in chairs)) == (5, 2, 1)


def test_no_chair_is_taken_twice_and_nobody_comes_on_closed_days(office):
    rows = [a for a in office.records.appointments.values() if not a.cancelled]
    for row in rows:
        assert office.records.in_the_way("1", row.operatory, row.start, row.length, but=row.sr_no) is None
        assert not is_holiday(row.start.date(), TODAY)
        assert row.start.weekday() < 5
        assert 8 <= row.start.hour < 17
        assert row.start.hour != 12 or row.start.weekday() == 4  # lunch, but for the short Friday


def test_the_calendar_goes_a_week_back_and_eight_weeks_ahead_and_thins_out(office):
    days = Counter(a.start.date() for a in office.records.appointments.values())
    assert min(days) >= TODAY - timedelta(days=7)
    assert TODAY + timedelta(days=50) < max(days) <= TODAY + timedelta(days=56)
    near = sum(days[TODAY + timedelta(days=n)] for n in range(-7, 7))
    far = sum(days[TODAY + timedelta(days=n)] for n in range(43, 57))
    assert far < near
    weeks = {row.sunday for row in office.records.schedules}
    assert min(weeks) == sunday_of(TODAY) - timedelta(weeks=1)
    assert max(weeks) > TODAY + timedelta(days=56)


def test_some_visits_were_cancelled_some_are_done_and_the_words_are_the_software_s(office):
    rows = list(office.records.appointments.values())
    assert {row.status for row in rows} <= set(office.pms.statuses)
    assert [row for row in rows if row.cancelled and row.cancelled_on]
    assert all(office.pms.statuses[row.status] in {"cancelled", "missed"} for row in rows if row.cancelled)
    past = [row for row in rows if row.start.date() < TODAY and not row.cancelled]
    assert {office.pms.statuses[row.status] for row in past} == {"done"}


def test_hygiene_visits_run_under_the_dentist_s_id_in_part(world):
    share = {}
    for office in world.offices.values():
        hygiene = [a for a in office.records.appointments.values() if a.operatory.startswith("Hygiene")]
        assert all(row.hygienist for row in hygiene)
        share[office.pms.name] = sum(a.provider_id != a.hygienist for a in hygiene) / len(hygiene)
    assert 0.3 < share["OpenDental"] < 0.7
    assert share["Eaglesoft"] == 0


def test_today_may_be_set_apart_from_the_clock(clock):
    office = World(SandboxConfig(today=date(2027, 3, 1)), clock).offices["D10001"]
    days = [a.start.date() for a in office.records.appointments.values()]
    assert date(2027, 2, 22) <= min(days)
    assert max(days) <= date(2027, 4, 26)


def test_holidays_are_the_known_ones_and_a_training_day():
    closed = [TODAY + timedelta(days=n) for n in range(60) if is_holiday(TODAY + timedelta(days=n), TODAY)]
    assert [day.isoformat() for day in closed] == [
        "2026-11-26",
        "2026-12-16",
        "2026-12-24",
        "2026-12-25",
        "2027-01-01",
    ]


def test_a_small_practice_has_the_known_people_first(clock):
    office = World(SandboxConfig(offices=(OfficeSpec(patients=3),)), clock).offices["D10001"]
    assert [p.firstname for p in office.records.patients.values()] == ["Anna", "Maria", "William"]


def test_a_practice_without_other_patients_has_an_empty_diary_and_an_idle_desk(clock):
    world = World(SandboxConfig(offices=(OfficeSpec(patients=1),)), clock)
    assert world.offices["D10001"].records.appointments == {}
    clock.forward(86400)
    world.advance()
    assert world.offices["D10001"].records.appointments == {}


def test_every_zone_exists():
    assert all(wall_clock(0, zone) for zone in WINDOWS_ZONES)


def test_every_software_has_words_for_what_happens():
    for profile in PROFILES.values():
        assert profile.statuses[profile.new_status] == "open"
        assert profile.statuses[profile.word_for("cancelled")] in {"cancelled", "missed"}
        assert profile.refused_statuses <= set(profile.statuses)
    only_missed = replace(PROFILES["OpenDental"], statuses={"planned": "open", "missed": "missed"})
    assert only_missed.word_for("cancelled") == "missed"


def test_nothing_is_in_the_way_in_an_empty_practice():
    assert Records().in_the_way("1", "Doctor 1", wall_clock(0, "UTC"), 30) is None
