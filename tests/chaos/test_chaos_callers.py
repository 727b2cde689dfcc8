"""The processes of callers: what they are told to do, what they tell, and that they come to an end."""

import datetime as dt

from bench.chaos.callers import CALL_ENDED, CUT_OFF, SHIFT, CallEnded, Errand, Shift, work
from bench.chaos.facts import Ask, Claim, Told, Wish
from bench.chaos.plan import plan_run

NOBODY_HOME = "http://127.0.0.1:9"
TODAY = dt.date(2026, 11, 22)
PLAN = plan_run(7, 20, frozenset({"book_appointment"}))
BOOK = Wish("book", "Anna Lindqvist 1986-04-12", "2026-12-01T14:00")


def shift(seconds):
    errands = tuple(Errand(call, call.stranger.name, call.stranger.born) for call in PLAN.calls[:3])
    return Shift(NOBODY_HOME, 7, TODAY, 2, seconds, errands)


def test_what_goes_to_a_process_and_comes_from_it_is_the_same_on_the_other_side():
    there = shift(1.0)
    assert SHIFT.validate_json(SHIFT.dump_json(there)) == there
    ended = CallEnded(3, "hung up", (Ask(1.0, BOOK),), (Told(2.0, BOOK, Claim.OPEN, "Not yet."),), ())
    assert CALL_ENDED.validate_json(CALL_ENDED.dump_json(ended)) == ended


async def test_calls_that_get_no_answer_are_cut_off_when_their_time_is_up(capfdbinary):
    await work(shift(0.3))
    lines = capfdbinary.readouterr().out.splitlines()
    ended = [CALL_ENDED.validate_json(line) for line in lines]
    assert {call.number for call in ended} == {call.number for call in PLAN.calls[:3]}
    assert {call.ended for call in ended} == {CUT_OFF}
