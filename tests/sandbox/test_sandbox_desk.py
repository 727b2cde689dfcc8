"""The desk books, moves and cancels in the practice's own records, during opening hours."""

from datetime import datetime

import pytest

from sandbox.config import SandboxConfig
from sandbox.desk import DeskCannotError
from sandbox.world import World

AT = datetime.fromisoformat("2026-12-05T09:00")


@pytest.fixture
def world(clock):
    return World(SandboxConfig(desk_seconds=600), clock)


@pytest.fixture
def desk(world):
    return world.desks["D10001"]


def known_rows(world):
    records = world.offices["D10001"].records
    known = {p.patient_id for p in records.patients.values() if p.lastname in {"Lindqvist", "Whitaker"}}
    return [a for a in records.appointments.values() if a.patient_id in known]


def test_the_desk_changes_the_truth_and_not_the_copy(world, clock):
    office = world.offices["D10001"]
    before = dict(office.records.appointments)
    shown = office.copy.records.appointments
    clock.forward(800)
    world.advance()
    clock.forward(50)
    assert office.copy.records.appointments is shown
    clock.forward(5 * 3600)
    world.advance()
    changed = [key for key, row in office.records.appointments.items() if before.get(key) is not row]
    assert len(changed) > 5
    assert office.copy.records.appointments is not shown


def test_over_weeks_it_does_all_three_and_never_doubles_a_chair_or_touches_known_people(world, clock, desk):
    before, known = dict(world.offices["D10001"].records.appointments), known_rows(world)
    clock.forward(10 * 86400)
    world.advance()
    rows = world.offices["D10001"].records.appointments
    new = [row for key, row in rows.items() if key not in before]
    assert new
    assert [key for key, row in before.items() if rows[key].start != row.start]
    assert [key for key, row in before.items() if rows[key].cancelled and not row.cancelled]
    for row in new:
        if not row.cancelled:
            assert (
                desk.office.records.in_the_way("1", row.operatory, row.start, row.length, but=row.sr_no)
                is None
            )
    assert known_rows(world) == known


def test_nobody_sits_at_the_desk_at_night_at_noon_or_on_a_holiday(clock, desk):
    assert desk.open_now()
    clock.forward(2.5 * 3600)
    assert not desk.open_now()
    clock.forward(10 * 3600)
    assert not desk.open_now()
    clock.forward(2 * 86400 + 11.5 * 3600)
    assert desk.office.now().isoformat() == "2026-11-26T10:00:00"
    assert not desk.open_now()


def test_with_the_desk_off_nothing_happens(clock):
    world = World(SandboxConfig(desk=False), clock)
    before = dict(world.offices["D10001"].records.appointments)
    clock.forward(7 * 86400)
    world.advance()
    assert world.offices["D10001"].records.appointments == before


def test_it_can_be_told_what_to_do(world, desk):
    records = world.offices["D10001"].records
    patient_id = next(iter(records.patients))
    act = desk.book(patient_id, AT, 60, "Doctor 1", "1")
    row = records.appointments[act.appointment_sr_no]
    assert (act.action, row.start, row.patient_id) == ("book", AT, patient_id)
    desk.move(row.sr_no, AT.replace(hour=11), "Doctor 2")
    moved = records.appointments[row.sr_no]
    assert (moved.start.hour, moved.operatory) == (11, "Doctor 2")
    desk.cancel(row.sr_no)
    assert records.appointments[row.sr_no].status == "broken"


def test_it_cannot_do_what_makes_no_sense(desk):
    patient_id = next(iter(desk.office.records.patients))
    with pytest.raises(DeskCannotError):
        desk.move("1", AT)
    for wrong in (("1", "Doctor 1", "1"), (patient_id, "Roof", "1"), (patient_id, "Doctor 1", "99")):
        with pytest.raises(DeskCannotError):
            desk.book(wrong[0], AT, 60, wrong[1], wrong[2])


def test_a_practice_without_free_chairs_leaves_the_desk_nothing_to_book(desk):
    records = desk.office.records
    records.operatories.clear()
    for key in list(records.appointments):
        desk.cancel(key)
    assert [desk.act() for _ in range(20)] == [None] * 20
