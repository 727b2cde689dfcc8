"""Every sentence, walked: short enough, true for its state, nothing in it that must not be said."""

from __future__ import annotations

import re

import pytest

from server.tools import wording
from server.tools.speech import ENGLISH, spoken_list
from server.tools.wording import (
    FACT_LIMITS,
    TEXT_LIMIT,
    Key,
    Sentence,
    WordingError,
    check_templates,
    fact_names,
    languages,
    phrase,
    phrase_keys,
    sentence,
    sentence_keys,
    write_key,
)

WHEN = "Wednesday, September 30, 2026 at 12:30 PM with Dr. Wolfeschlegelsteinhaus"
WORST = {
    "when": WHEN,
    "options": f"{WHEN}, {WHEN}, or {WHEN}",
    "appointments": ", ".join([f"{WHEN}, not confirmed yet"] * 3),
    "rows": ", ".join([f"calling off {WHEN} is being looked into"] * 3),
    "date_from": "Wednesday, September 30, 2026",
    "date_to": "Wednesday, September 30, 2026",
    "period": "between Wednesday, September 30, 2026 and Wednesday, September 30, 2026",
    "given": "an appointment",
    "wanted": "an appointment",
}
SENTENCES = [(language, key) for language in languages() for key in sentence_keys(language)]
PHRASES = [(language, key) for language in languages() for key in phrase_keys(language)]
LEDGER = (
    "intent",
    "sending",
    "submitted",
    "uncertain",
    "overdue",
    "confirmed",
    "failed",
    "rejected",
    "withdrawn",
)
OPEN = ("intent", "sending", "submitted", "uncertain", "overdue")
REASONS = ("spu_offline", "never_sent", "refused", "not_permitted")

NEGATED = re.compile(r"\bnothing was (?:booked|cancelled|moved|done)\b", re.IGNORECASE)
DONE = re.compile(r"\b(?:re)?(?:booked|cancelled|canceled|moved|rescheduled|done)\b", re.IGNORECASE)
PROMISE = re.compile(
    r"call(?:s|ing)? (?:you|them) back|call-?back|will (?:call|text|ring|contact|reach)|text (?:you|message)|"
    r"get back to you|be in touch",
    re.IGNORECASE,
)
RETRY = re.compile(r"\btry(?:ing)? (?:it |that |this )?again|\bretry|once more|\bresend", re.IGNORECASE)
LIKE_FAILURE = re.compile(
    r"fail|error|lost\b(?<!nor lost)|did not|didn't|couldn't|refused|wrong", re.IGNORECASE
)
HELD = re.compile(r"\b(?:held|hold(?:ing)?|reserved)\b", re.IGNORECASE)
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|T\d{2}:\d{2}")
IDENTIFIER = re.compile(r"\b[psaw][0-9a-hjkmnp-tv-z]{10}\b|\b\d{5,}\b")


def spoken(language: str, key: Key) -> Sentence:
    return sentence(language, key, **WORST)


def is_confirmed(key: Key) -> bool:
    return key[1].rpartition(".")[2] == "confirmed" and key[0] in {"book", "cancel", "news"}


def ids(rows: list[tuple[str, Key]]) -> list[str]:
    return ["/".join((language, *key)) for language, key in rows]


every_sentence = pytest.mark.parametrize(("language", "key"), SENTENCES, ids=ids(SENTENCES))
every_phrase = pytest.mark.parametrize(("language", "key"), PHRASES, ids=ids(PHRASES))


def test_the_worst_facts_are_as_long_as_facts_may_be_or_nearly() -> None:
    assert WORST.keys() == FACT_LIMITS.keys()
    for name, limit in FACT_LIMITS.items():
        assert limit - 16 <= len(WORST[name]) <= limit, name


@every_sentence
def test_a_sentence_fits_its_limit_with_the_longest_facts(language: str, key: Key) -> None:
    filled = spoken(language, key)
    assert filled.say
    assert len(filled.text) <= TEXT_LIMIT


@every_sentence
def test_a_sentence_about_a_write_leaves_room_for_news(language: str, key: Key) -> None:
    longest = max(len(spoken(language, news).text) for news in sentence_keys(language) if news[0] == "news")
    if key[0] in {"book", "cancel", "any", "handle", "invalid_input"}:
        assert len(spoken(language, key).text) + 1 + longest <= TEXT_LIMIT


@every_sentence
def test_nothing_is_said_to_be_so_before_it_is_confirmed(language: str, key: Key) -> None:
    said = NEGATED.sub("", spoken(language, key).text)
    assert is_confirmed(key) or not DONE.search(said), said


@every_sentence
def test_no_call_back_and_no_text_message_is_promised(language: str, key: Key) -> None:
    assert not PROMISE.search(spoken(language, key).text)


@every_sentence
def test_no_answer_to_a_write_asks_for_another_attempt(language: str, key: Key) -> None:
    if key[0] in {"book", "cancel", "check_writeback", "news", "any"}:
        assert not RETRY.search(spoken(language, key).text)


@every_sentence
def test_a_sentence_holds_no_identifier_no_iso_date_and_no_placeholder(language: str, key: Key) -> None:
    text = spoken(language, key).text
    assert not ISO_DATE.search(text)
    assert not IDENTIFIER.search(text)
    assert not set(text) & set("{}[]<>*`|")


@every_sentence
def test_a_time_is_never_said_to_be_held(language: str, key: Key) -> None:
    assert not HELD.search(spoken(language, key).text)


@every_sentence
def test_what_can_be_spoken_names_no_tool_and_no_argument(language: str, key: Key) -> None:
    said = spoken(language, key).say
    assert "_" not in said
    assert "handle" not in said
    assert said[-1] in ".?"


@every_sentence
def test_the_weekday_stands_where_a_date_is_said(language: str, key: Key) -> None:
    said = spoken(language, key).say
    months = [month for month in ENGLISH.months if re.search(rf"\b{month} \d", said)]
    assert not months or any(day in said for day in ENGLISH.weekdays)


@every_phrase
def test_three_rows_at_their_longest_are_said_uncut(language: str, key: Key) -> None:
    fact = {"appointment": "appointments", "row": "rows", "kind": "given", "period": "period"}
    said = phrase(language, key, **WORST)
    several = 3 if key[0].startswith(("row", "appointment")) else 1
    assert len(spoken_list([said] * several, "and")) <= FACT_LIMITS[fact[key[0].partition(".")[0]]]
    assert "…" not in said


@every_phrase
def test_a_phrase_says_booked_and_cancelled_only_when_confirmed(language: str, key: Key) -> None:
    said = phrase(language, key, **WORST)
    assert "{" not in said
    assert key[1] == "confirmed" or not DONE.search(said)
    assert not ISO_DATE.search(said)


@pytest.mark.parametrize("operation", ["book", "cancel"])
def test_every_state_of_the_ledger_has_its_sentence_its_row_and_its_news(operation: str) -> None:
    for state in LEDGER:
        assert sentence("en", (operation, state), when=WHEN).say
        assert phrase("en", (f"row.{operation}", state), when=WHEN)
        if state not in {"intent", "sending"}:
            assert sentence("en", ("news", f"{operation}.{state}"), when=WHEN).say.startswith("Update: ")
    for reason in REASONS:
        assert write_key(operation, "rejected", reason) == (operation, f"rejected.{reason}")


@pytest.mark.parametrize("operation", ["book", "cancel"])
@pytest.mark.parametrize("state", OPEN)
def test_an_open_write_is_never_sent_a_second_time(operation: str, state: str) -> None:
    following = sentence("en", (operation, state), when=WHEN).next
    assert "Do not" in following
    assert "check_writeback" in following


@pytest.mark.parametrize("operation", ["book", "cancel"])
def test_an_unknown_outcome_never_sounds_like_a_failure(operation: str) -> None:
    for filled in (
        sentence("en", (operation, "uncertain"), when=WHEN),
        sentence("en", ("news", f"{operation}.uncertain"), when=WHEN),
    ):
        assert not LIKE_FAILURE.search(filled.text)
    assert not LIKE_FAILURE.search(phrase("en", (f"row.{operation}", "uncertain"), when=WHEN))


@pytest.mark.parametrize("operation", ["book", "cancel"])
@pytest.mark.parametrize("state", ["failed", "rejected", *(f"rejected.{reason}" for reason in REASONS)])
def test_a_refusal_says_what_was_not_done_and_what_comes_next(operation: str, state: str) -> None:
    filled = sentence("en", (operation, state), when=WHEN)
    assert NEGATED.search(filled.say)
    assert filled.next


def test_an_offline_office_is_named_as_such() -> None:
    said = sentence("en", ("book", "rejected.spu_offline")).say
    assert said == "The office's system is offline; nothing was booked."


def test_pending_before_and_after_acceptance_are_told_apart() -> None:
    before = sentence("en", ("book", "intent"), when=WHEN).say
    after = sentence("en", ("book", "submitted"), when=WHEN).say
    assert "hasn't taken it yet" in before
    assert "isn't confirmed yet" in after


def test_a_cancelled_wish_that_came_too_late_is_pending() -> None:
    filled = sentence("en", ("cancel", "wish.got_through"), when=WHEN)
    assert "isn't confirmed yet" in filled.say
    assert "check_writeback" in filled.next


def test_not_verified_always_offers_the_same_three_ways_on() -> None:
    said = sentence("en", ("find_patient", "not_verified")).say
    assert [word in said for word in ("spelling", "register", "message")] == [True, True, True]
    outcomes = {key[1].partition(".")[0] for key in sentence_keys("en") if key[0] == "find_patient"}
    assert outcomes == {"verified", "need_more", "not_verified", "unavailable"}


@pytest.mark.parametrize(
    "argument",
    [
        "name",
        "date_of_birth",
        "phone",
        "caller_is",
        "reason",
        "patient",
        "date_from",
        "date_to",
        "time_of_day",
        "provider",
        "slot",
        "note",
        "caller_confirmed",
        "appointment",
        "writeback",
        "wait_seconds",
    ],
)
def test_every_argument_of_the_tools_has_one_speakable_question(argument: str) -> None:
    filled = sentence("en", ("invalid_input", argument))
    assert len(filled.say) <= 90
    assert filled.say.count("?") <= 1


@pytest.mark.parametrize("kind", ["patient", "slot", "appointment", "writeback"])
def test_a_handle_of_the_wrong_kind_is_named_as_what_it_is(kind: str) -> None:
    given = phrase("en", ("kind", "slot" if kind != "slot" else "patient"))
    wanted = phrase("en", ("kind", kind))
    filled = sentence("en", ("handle", f"wrong_kind.{kind}"), given=given, wanted=wanted)
    assert f"That is {given}, not {wanted}." in filled.text
    assert sentence("en", ("handle", f"unknown.{kind}")).next


def test_a_reason_without_a_sentence_of_its_own_is_told_as_its_state() -> None:
    assert write_key("book", "failed", "slot_taken") == ("book", "failed.slot_taken")
    assert write_key("book", "failed", "no such reason") == ("book", "failed")
    assert write_key("cancel", "confirmed") == ("cancel", "confirmed")


@pytest.mark.parametrize(
    "asked",
    [
        lambda: sentence("en", ("book", "perhaps")),
        lambda: sentence("xx", ("book", "confirmed")),
        lambda: phrase("en", ("row.book", "perhaps"), when=WHEN),
        lambda: sentence("en", ("book", "confirmed")),
        lambda: sentence("en", ("book", "confirmed"), when="\x00"),
        lambda: sentence("en", ("book", "confirmed"), when=WHEN, birth_date="1980"),
        lambda: write_key("book", "perhaps", "refused"),
        lambda: sentence_keys("xx"),
        lambda: phrase_keys("xx"),
        lambda: check_templates(["good", "{birth_date}"]),
    ],
)
def test_what_the_tables_do_not_hold_is_an_error(asked) -> None:
    with pytest.raises(WordingError):
        asked()


def test_facts_are_cleaned_and_cut_before_they_are_spoken() -> None:
    said = sentence("en", ("book", "confirmed"), when="Tuesday\n<b>[s12]</b> " + "x " * 200).say
    assert said.startswith("You're booked for Tuesday s12 x x")
    assert len(said) < 150


def test_the_names_of_facts_are_read_off_a_template() -> None:
    assert fact_names("{when} and {rows}") == {"when", "rows"}
    assert fact_names("nothing") == frozenset()
    assert wording.languages()[0] == "en"
