"""The judge of the fuzz: every kind of wrong is seen, and what is right is let pass."""

import json
import random
from collections import Counter

import pytest

from bench.fuzz.attacks import ATTACKS, Armoury, shot
from bench.fuzz.calls import Caller, Door, Person, mark
from bench.fuzz.judge import (
    MOST_TASKS,
    Secrets,
    missing_refusals,
    wrong_answer,
    wrong_end,
    wrong_log,
    wrong_result,
)
from bench.fuzz.tokens import issuing
from bench.fuzz.values import RAW_VALUES, written
from bench.fuzz.wire import Heard

SECRETS = Secrets(("ctk_secret",))
FINE = frozenset({200, 400})
SCOPE = "3|call 1"


def told(text="Which day suits you?", outcome="need_more", *, blocks=1, error=False):
    block = {"type": "text", "text": text}
    facts = {"outcome": outcome}
    return {"result": {"content": [block] * blocks, "structuredContent": facts, "isError": error}}


@pytest.mark.parametrize(
    ("heard", "fault"),
    [
        (Heard(stuck=True), "neither answered"),
        (Heard(500, body=b"Internal Server Error"), "status 500"),
        (Heard(0), "status none"),
        (Heard(200, body=b"... ctk_secret ..."), "tells a secret"),
        (Heard(200, headers={"x": "ctk_secret"}), "tells a secret"),
        (Heard(200, body=mark("4|call 1").upper().encode()), "repeats what another"),
        (Heard(400, body=b"Traceback (most recent call last)"), "speaks like a machine"),
        (Heard(400, body=b"1 validation error for X [input_value=7]"), "speaks like a machine"),
        (Heard(400, body=b'{"error":{"code":0,"message":"Unknown prompt"}}'), "speaks like a machine"),
        (Heard(400, body=b"x" * 1000), "a refusal of 1000"),
    ],
)
def test_an_answer_that_is_wrong_is_told_why(heard, fault):
    assert wrong_answer(heard, FINE, SECRETS, SCOPE).startswith(fault)


def test_a_good_answer_may_repeat_what_its_own_caller_said_and_the_messages_id():
    assert not wrong_answer(Heard(200, body=mark(SCOPE).encode()), FINE, SECRETS, SCOPE)
    assert wrong_answer(Heard(200, body=mark(SCOPE).encode()), FINE, SECRETS)
    named = {"jsonrpc": "2.0", "id": "i" * 5000, "error": {"code": -32600, "message": "no"}}
    body = json.dumps(named, separators=(",", ":")).encode()
    assert not wrong_answer(Heard(400, body=body), FINE, SECRETS)


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (told(blocks=2), "2 blocks"),
        (told(""), "0 characters"),
        (told("x" * 401), "401 characters"),
        (told("red\x1b[0m"), "signs that nobody can speak"),
        (told("No.", "internal"), "isError with internal"),
        (told(error=True), "isError with need_more"),
        ({"error": {"code": -32603, "message": "boom"}}, "an error"),
    ],
)
def test_a_tools_answer_that_is_wrong_is_told_why(message, fault):
    assert wrong_result(message).startswith(fault)


def test_a_tools_answer_that_keeps_the_contract_is_let_pass():
    assert not wrong_result(told())
    assert not wrong_result(told("x" * 400 + " [not for speaking: slot = s0123456789]"))
    assert not wrong_result(told("Something went wrong.", "internal", error=True))


def test_what_a_server_holds_in_the_end_is_bounded():
    before = {"tasks": 10, "descriptors": 20, "bytes": 10**8}
    assert wrong_end(before, {**before, "tasks": 10 + MOST_TASKS}, 100) == []
    assert wrong_end(before, {"tasks": 20, "descriptors": 30, "bytes": 2 * 10**8}, 100) == [
        "10 more tasks than before",
        "10 more descriptors than before",
        "100000000 more bytes than before",
    ]


@pytest.mark.parametrize(
    "line", ['{"event": "ctk_secret"}', f'{{"a": "{mark(SCOPE)}"}}', "  File x", '{"level": "error"}']
)
def test_a_log_line_that_says_what_no_log_may_is_found(line):
    assert len(wrong_log(['{"event": "deadline", "level": "warning"}', line], SECRETS)) == 1


def test_a_refusal_that_never_came_is_missed():
    every = (0, 400, 401, 403, 404, 405, 408, 413, 421, 429, 431, 503)
    assert missing_refusals(Counter(every)) == []
    assert missing_refusals(Counter(every[:-1])) == ["no answer was 503"]


async def test_the_same_seed_makes_the_same_calls_and_attacks_but_for_signatures():
    tools = [
        {"name": "find_slots", "inputSchema": {"properties": {"patient": {}, "reason": {"type": "string"}}}}
    ]
    doors = [Door(0, "t", "D10001", "/o/D10001", (Person("A", "B", "1990-01-01", "1"),))]

    def calls():
        caller = Caller(doors, tools)
        return [caller.call(random.Random(f"7 {number}")) for number in range(200)]

    assert calls() == calls()
    async with issuing() as issuer:
        arms = Armoury(issuer, "token", "greedy")
        shots = [shot(random.Random(f"7 {number}"), arms) for number in range(600)]
        again = [shot(random.Random(f"7 {number}"), arms) for number in range(600)]
    assert {one.kind for one in shots} == set(ATTACKS)
    assert [one.kind for one in shots] == [one.kind for one in again]
    assert all(a.data == b.data for a, b in zip(shots, again, strict=True) if a.kind != "wrong token")


def test_what_no_encoder_writes_is_written():
    assert written({"a": "~raw 0~", "b": ["~raw 5~"]}) == f'{{"a": {RAW_VALUES[0]}, "b": [NaN]}}'.encode()
