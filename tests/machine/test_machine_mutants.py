"""A proof that cannot fail proves nothing: one history for each mutant, which the machine judges wrong.

The same histories hold for the server as it is. Random ones find most of these mutants too; docs/proof.md
tells when.
"""

from contextlib import ExitStack

import pytest
from machine import Machine
from mutants import MUTANTS

pytestmark = pytest.mark.no_cover  # other tests cover what it runs; traced, it would take twice as long


def an_answer_is_lost(machine):
    machine.sikka_fails(kind="the answer is lost", where="a booking", times=1)
    machine.a_caller_books(line=0, process=0, pick=0, then=8.0)


def a_booking_is_refused_by_the_practice(machine):
    machine.the_practice_refuses_the_next_write()
    machine.a_caller_books(line=0, process=0, pick=0, then=8.0)


def the_same_is_asked_twice(machine):
    machine.a_caller_books(line=0, process=0, pick=0, then=8.0)
    machine.time_passes(seconds=20.0)
    machine.the_practice_is_as_fast_as(seconds=(30.0, 60.0))
    machine.a_caller_cancels(line=0, process=0, pick=0, then=8.0)
    machine.an_agent_asks_the_same_twice_at_once(line=0, processes=[0, 1], pick=0, then=8.0)


def a_process_crashes_while_it_sends(machine):
    machine.a_write_is_long_on_its_way(seconds=25.0)
    machine.a_caller_books(line=0, process=0, pick=0, then=8.0)
    machine.a_process_crashes(process=0, then=0.0)


def a_booking_is_taken_back_too_late(machine):
    machine.the_practice_is_as_fast_as(seconds=(30.0, 60.0))
    machine.sikka_fails(kind="500 before it", where="a deletion", times=3)
    machine.the_plan_changes(name="DELETE writebacks", allowed=False)
    machine.a_caller_books_and_takes_it_back(line=0, process=0, pick=0, then=8.0)
    machine.time_passes(seconds=130.0)


def a_stranger_books(machine):
    machine.a_stranger_registers_and_books(line=3, process=0, pick=0, then=8.0)


def a_visit_is_moved_there_and_back(machine):
    machine.a_caller_books(line=0, process=0, pick=0, then=8.0)
    machine.time_passes(seconds=130.0)
    machine.a_caller_moves_there_and_back(line=0, process=0, pick=0, then=45.0)


def the_desk_undoes_a_move(machine):
    machine.a_caller_books(line=0, process=0, pick=0, then=8.0)
    machine.time_passes(seconds=130.0)
    machine.a_caller_moves(line=0, process=0, pick=0, then=15.0)
    machine.the_desk_undoes_what_we_did_last()


CAUGHT_BY = {
    "sends_again_without_looking": (an_answer_is_lost, "done twice"),
    "says_done_when_accepted": (a_booking_is_refused_by_the_practice, "confirmed, and never done"),
    "frees_the_key_when_accepted": (the_same_is_asked_twice, "the same at once"),
    "forgets_what_it_was_sending": (a_process_crashes_while_it_sends, "nobody looks"),
    "drops_the_cancellation_that_follows": (a_booking_is_taken_back_too_late, "no cancellation follows"),
    "believes_every_deletion": (a_booking_is_taken_back_too_late, "the row does not say so"),
    "lets_nothing_go_that_waits": (a_stranger_books, "nobody looks"),
    "forgets_what_came_before_what_is_shown": (
        a_visit_is_moved_there_and_back,
        "told otherwise than it stands",
    ),
    "holds_on_to_what_the_desk_undid": (the_desk_undoes_a_move, "told otherwise than it stands"),
}


def judged(history):
    machine = Machine()
    machine.begin(seed=7)
    history(machine)
    machine.teardown()
    assert machine.premises.truth.effects, "nothing was done at all"


@pytest.mark.parametrize("name", CAUGHT_BY)
def test_the_machine_catches_a_server_that(name):
    history, verdict = CAUGHT_BY[name]
    with ExitStack() as stack:
        MUTANTS[name](stack)
        with pytest.raises(AssertionError, match=verdict):
            judged(history)


def test_the_same_histories_hold_for_the_server_as_it_is():
    for history in {history for history, _ in CAUGHT_BY.values()}:
        judged(history)
