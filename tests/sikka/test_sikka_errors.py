"""What an answer means, by status and error_code, and when asking again can help."""

import json

import pytest
import stamina

from server.sikka.calls import _success
from server.sikka.effects import Effect, effect_of
from server.sikka.errors import (
    Answered,
    BadCredentials,
    GrantRefused,
    KeyRefused,
    NoAnswer,
    NoData,
    NoKey,
    NotPermitted,
    NotSent,
    RateLimited,
    Refused,
    SikkaError,
    SpuOffline,
    Trouble,
    Unreadable,
    error_for,
)
from server.sikka.retries import Backoff, ask_again
from server.sikka.transport import Answer

KEY_TEXT = "Missing Parameter Requestkey is missing/invalid"

# status, error_code, text -> exception, effect on a write. From the official error table.
TABLE = [
    (400, "API1001", "", BadCredentials, Effect.REFUSED),
    (400, "API1002", "", BadCredentials, Effect.REFUSED),
    (400, "API1004", KEY_TEXT, KeyRefused, Effect.NOT_SENT),
    (400, "API1004", "Request Key is invalid", KeyRefused, Effect.NOT_SENT),
    (400, "API1004", "request_key is invalid", KeyRefused, Effect.NOT_SENT),
    (400, "API1004", "patient_id is missing", Refused, Effect.REFUSED),
    (400, "API1005", "Secretkey is missing", Refused, Effect.REFUSED),
    (400, "API1020", "date is missing", Refused, Effect.REFUSED),
    (400, "API1025", "Request key expired", KeyRefused, Effect.NOT_SENT),
    (400, "API1026", "date is invalid", Refused, Effect.REFUSED),
    (400, "API1026", KEY_TEXT, Refused, Effect.REFUSED),
    (400, "", "", Refused, Effect.REFUSED),
    (401, "API2003", "", BadCredentials, Effect.REFUSED),
    (401, "API2004", "", NotPermitted, Effect.REFUSED),
    (401, "API2007", "", NotPermitted, Effect.REFUSED),
    (401, "", "", NotPermitted, Effect.REFUSED),
    (403, "", "", NotPermitted, Effect.REFUSED),
    (404, "API2009", "", Refused, Effect.REFUSED),
    (405, "API2014", "", Refused, Effect.REFUSED),
    (409, "API2013", "", Refused, Effect.REFUSED),
    (410, "API2018", "", Refused, Effect.REFUSED),
    (412, "API2017", "offline", SpuOffline, Effect.SPU_OFFLINE),
    (412, "", "", Refused, Effect.REFUSED),
    (415, "API1006", "", Refused, Effect.REFUSED),
    (422, "API2019", "", Refused, Effect.REFUSED),
    (429, "API2011", "", RateLimited, Effect.LATER),
    (429, "API2012", "", RateLimited, Effect.LATER),
    (429, "", "", RateLimited, Effect.LATER),
    (500, "API2001", "", Trouble, Effect.UNCERTAIN),
    (500, "API2010", "", NoData, Effect.UNCERTAIN),
    (500, "API1004", KEY_TEXT, Trouble, Effect.UNCERTAIN),  # nothing proves that it was not done
    (500, "API1025", "", Trouble, Effect.UNCERTAIN),
    (502, "", "", Trouble, Effect.UNCERTAIN),
    (503, "API2002", "", Trouble, Effect.UNCERTAIN),
    (504, "API2022", "", Trouble, Effect.UNCERTAIN),
    (408, "", "", Trouble, Effect.UNCERTAIN),
    (418, "", "", Trouble, Effect.UNCERTAIN),
    (200, "API0008", "not logged", Refused, Effect.REFUSED),
    (301, "", "", Unreadable, Effect.UNCERTAIN),
    (302, "API2009", "", Unreadable, Effect.UNCERTAIN),
    (600, "", "", Unreadable, Effect.UNCERTAIN),
]


@pytest.mark.parametrize("wrapped", [False, True], ids=["object", "array of one"])
@pytest.mark.parametrize(("status", "code", "text", "kind", "effect"), TABLE)
def test_an_answer_has_one_meaning_and_one_effect(status, code, text, kind, effect, wrapped):
    body = {"http_code": str(status), "error_code": code, "long_message": text}
    answer = Answer(status, {}, json.dumps([body] if wrapped else body))
    with pytest.raises(Answered) as raised:
        _success(answer, 12.0)
    error = raised.value
    assert type(error) is kind
    assert (error.status, error.code, error.detail) == (status, code, text)
    assert effect_of(error) is effect
    if isinstance(error, RateLimited):
        assert error.reset_seconds == 12.0
    if text:
        assert text not in str(error)
        assert text not in repr(error)


@pytest.mark.parametrize("text", ["", "<html>", '{"error', "[]", "null"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Refused), (401, NotPermitted), (429, RateLimited), (502, Trouble), (302, Unreadable)],
)
def test_a_failure_without_a_readable_body_goes_by_its_status(status, kind, text):
    with pytest.raises(Answered) as raised:
        _success(Answer(status, {}, text), 60.0)
    assert type(raised.value) is kind
    assert raised.value.code == ""


@pytest.mark.parametrize("code", ["API2016", "API0007", "API4006", "API1029", "API0002"])
@pytest.mark.parametrize("status", [200, 201, 202])
def test_an_error_code_on_a_success_is_no_error(status, code):
    answer = Answer(status, {}, json.dumps({"error_code": code, "long_message": "Id:1"}))
    assert _success(answer, 60.0) is answer


@pytest.mark.parametrize(
    "text", ["", '{"error_code"', json.dumps({"items": [], "x": '"error_code" API0008' * 200})]
)
def test_a_success_is_left_for_its_reader_to_judge(text):
    assert _success(Answer(200, {}, text), 60.0).text == text


def test_an_exception_without_a_code_says_its_status_only():
    assert str(error_for(502, "", "")) == "Sikka answered 502"
    assert str(error_for(400, "API1026", "Anna")) == "Sikka answered 400 API1026"


AGAIN = [NotSent(), NoKey(), NoAnswer(), Trouble(500), Unreadable(200)]
NEVER = [
    KeyRefused(400),
    GrantRefused(400),
    NotPermitted(401),
    BadCredentials(401),
    Refused(404),
    SpuOffline(412),
    NoData(500),
    SikkaError(),
    ValueError(),
]


@pytest.mark.parametrize("error", NEVER, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("live", [True, False])
async def test_what_asking_again_cannot_change_is_asked_once(error, live):
    asked = []

    async def call():
        asked.append(1)
        raise error

    with pytest.raises(type(error)):
        await ask_again(call, attempts=4, live=live)
    assert len(asked) == 1


@pytest.mark.parametrize("error", AGAIN, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("attempts", [1, 2, 4])
async def test_what_may_pass_is_asked_so_often_and_then_told(error, attempts):
    asked = []

    async def call():
        asked.append(1)
        raise error

    with pytest.raises(type(error)):
        await ask_again(call, attempts=attempts, live=True)
    assert len(asked) == attempts


async def test_the_first_success_ends_the_asking():
    answers = iter([Trouble(500), Unreadable(200), "yes"])

    async def call():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert await ask_again(call, attempts=4, live=False) == "yes"
    assert next(answers, None) is None


async def test_asking_goes_on_where_testing_mode_is_off(monkeypatch):
    monkeypatch.setattr("server.sikka.retries.FIRST_SECONDS", 0.0)
    asked = []

    async def call():
        asked.append(1)
        raise NoAnswer

    with stamina.set_testing(False), pytest.raises(NoAnswer):
        await ask_again(call, attempts=3, live=True)
    assert len(asked) == 3


def test_the_wait_is_full_jitter_under_a_doubling_ceiling(monkeypatch):
    asked = []

    def uniform(low, high):
        asked.append((low, high))
        return high

    monkeypatch.setattr("server.sikka.retries.random.uniform", uniform)
    backoff = Backoff(wait_for_reset=True)
    assert [backoff(NoAnswer()) for _ in range(7)] == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
    assert {low for low, _ in asked} == {0.0}


def test_a_rate_limit_is_waited_out_or_told_at_once():
    limited = RateLimited(429, reset_seconds=17.0)
    assert Backoff(wait_for_reset=True)(limited) == 17.0
    assert Backoff(wait_for_reset=False)(limited) is False
