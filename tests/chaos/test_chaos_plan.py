"""The plan of a chaos run: repeatable, of the size asked for, and only with tools that are there."""

import itertools

import pytest

from bench.chaos.plan import Script, lasting_faults, plan_run
from sandbox.faults import KINDS

TODAY = frozenset({"book_appointment", "cancel_appointment"})
ALL = TODAY | {
    "list_appointments",
    "reschedule_appointment",
    "register_patient",
    "confirm_appointment",
    "update_patient",
    "add_note",
    "record_payment",
}


@pytest.mark.parametrize("count", [1, 20, 200, 1000])
@pytest.mark.parametrize("tools", [TODAY, ALL])
def test_a_plan_asks_for_exactly_as_many_operations_as_wanted(count, tools):
    assert sum(call.operations for call in plan_run(7, count, tools).calls) == count


def test_the_same_seed_plans_the_same_run():
    one, other = plan_run(7, 200, ALL), plan_run(7, 200, ALL)
    assert one == other
    for chance in ("pulses", "kills"):
        assert list(itertools.islice(getattr(one, chance)(), 300)) == list(
            itertools.islice(getattr(other, chance)(), 300)
        )


def test_another_seed_plans_another_run():
    assert plan_run(7, 200, ALL).calls != plan_run(8, 200, ALL).calls


def test_what_the_server_does_not_show_is_not_planned():
    assert set(plan_run(7, 500, TODAY).exercised) == {
        Script.BOOK,
        Script.HANG_UP,
        Script.TAKE_BACK,
        Script.WAVER,
        Script.BOOK_CANCEL,
    }
    assert all(plan_run(7, 1000, ALL).exercised.values())


def test_the_storm_has_every_kind_of_fault():
    pulses = itertools.islice(plan_run(7, 20, ALL).pulses(), 500)
    assert {pulse.fault.kind for pulse in pulses} == set(KINDS)


def test_one_write_in_ten_loses_its_answer_before_the_work_as_often_as_after_it():
    faults = lasting_faults()
    for method, path in {(fault.method, fault.path) for fault in faults}:
        shares = {f.kind: f.probability for f in faults if (f.method, f.path) == (method, path)}
        assert shares == {"lost_before": 0.05, "lost_after": 0.05}
    assert all(fault.times is None for fault in faults)


def test_strangers_share_no_birth_date():
    born = [call.stranger.born for call in plan_run(7, 1000, ALL).calls]
    assert len(set(born)) == len(born)
