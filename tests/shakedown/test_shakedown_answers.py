"""Each open question, with the sandbox set to each of its answers: the report says what it was set to."""

import random

import pytest

from sandbox.switches import UNKNOWNS, Switches
from server.shakedown.questions import BY_NAME, QUESTIONS, Topic

# A note cannot be taken back, so none is written.
NEVER_ANSWERED = {"note_characters"}
# Which of two writes came first is seen only where they differ by a second or more.
BY_ITSELF = {"writes_overtake"}
ASKED = [unknown for unknown in UNKNOWNS if unknown.name not in NEVER_ANSWERED | BY_ITSELF]
FLIPS = [(unknown.name, value) for unknown in ASKED for value in unknown.values[1:]]
# "By the software" is a refusal in the sandbox's Open Dental, and so no flip of it.
BY_DEFAULT = {unknown.name: unknown.values[0] for unknown in ASKED} | {"overlap": "refused"}
FLIPS.remove(("overlap", "refused"))
# Without hours there is no time to book a test visit at.
STOPS = {("schedule_covers", "none")}
LEAST, MOST = 1.0, 100.0


def test_every_switch_of_the_sandbox_is_a_question():
    assert {unknown.name for unknown in UNKNOWNS} <= set(BY_NAME)
    assert {question.name for question in QUESTIONS if question.topic is Topic.NEVER} >= NEVER_ANSWERED
    assert all(question.why_not for question in QUESTIONS if question.topic is Topic.NEVER)


@pytest.mark.parametrize(("name", "value"), FLIPS, ids=[f"{name}={value}" for name, value in FLIPS])
async def test_the_report_says_what_the_switch_was_set_to(stage, name, value):
    async with stage(switches=Switches(**{name: value})) as practice:
        assert await practice.run() == ((name, value) in STOPS)
        assert practice.left == []
    assert practice.answers[name] == value
    assert value != BY_DEFAULT[name]


async def test_the_report_says_what_the_switches_are_set_to_unless_changed(stage):
    async with stage() as practice:
        assert await practice.run() == 0
        assert practice.left == []
    answers = practice.answers
    assert {name: answers[name] for name in BY_DEFAULT} == BY_DEFAULT


def a_seed(*, overtaken):
    """A world in which the third write to be accepted takes longer than the second, or not nearly as long."""
    for seed in range(1000):
        rng = random.Random(f"{seed}:delays")
        _, first, second = (rng.betavariate(1.6, 4.0) for _ in range(3))
        if (first - second if overtaken else second - first) * (MOST - LEAST) > 10:
            return seed
    raise AssertionError("no such world")


@pytest.mark.parametrize("overtake", [False, True])
async def test_a_write_that_overtakes_another_is_seen_to(stage, overtake):
    config = {"seed": a_seed(overtaken=overtake), "writeback_seconds": (LEAST, MOST)}
    async with stage(switches=Switches(writes_overtake=overtake), leap=60.0, **config) as practice:
        assert await practice.run() == 0
        assert practice.left == []
    assert practice.answers["writes_overtake"] is overtake


async def test_what_is_not_answered_says_why(stage):
    async with stage() as practice:
        await practice.run()
    open_still = [row for row in practice.document["answers"] if row["answer"] is None]
    assert {row["name"] for row in open_still} >= NEVER_ANSWERED
    assert all(len(row["why_not"]) > 10 for row in open_still)
    assert all(row["how"] for row in practice.document["answers"] if row["answer"] is not None)


async def test_an_answer_that_asks_for_a_setting_says_which(stage):
    async with stage(switches=Switches(schedule_covers="practice", overlap="allowed")) as practice:
        await practice.run()
    todo = {row["name"]: row["to_do"] for row in practice.document["answers"]}
    assert "max_copy_age_minutes" in todo["overlap"]
    assert todo["schedule_covers"] == ""
