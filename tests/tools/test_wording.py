"""Every sentence, walked: short enough, true for its state, nothing in it that must not be said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from server.tools import wording
from server.tools.speech import ENGLISH, spoken_list
from server.tools.wording import (
    FACT_LIMITS,
    OPERATIONS,
    TEXT_LIMIT,
    Key,
    Sentence,
    WordingError,
    check_templates,
    fact_names,
    languages,
    news_key,
    phrase,
    phrase_keys,
    sentence,
    sentence_keys,
    write_key,
)
from store.ledger_states import OPEN, UNDONE, WORTH_TELLING, State

if TYPE_CHECKING:
    from collections.abc import Callable

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
    "old_when": WHEN,
    "new_when": WHEN.replace("30", "23"),
    "name": "Maximiliana-Josephine Featherstonehaugh-Wriothesly",
    "born": "Wednesday, September 30, 1987",
    "field": "date of birth",
    "value": "maximiliana dot josephine at featherstonehaugh dash wriothesly dot example dot org",
    "amount": "999,999 dollars and 99 cents",
    "amounts": (
        "999,999,999 dollars and 99 cents due from the patient, 999,999,999 dollars and 99 cents standing "
        "with the insurance, and 999,999,999 dollars and 99 cents paid and not set aside"
    ),
    "company": "Wolfeschlegelsteinhaus Mutual Co",
    "insurances": (
        "Wolfeschlegelsteinhaus Mutual Co as the primary insurance, Wolfeschlegelsteinhaus Mutual Co as the "
        "secondary insurance, and Wolfeschlegelsteinhaus Mutual Co as a medical insurance"
    ),
    "method": "in another way",
    "transfer": "+1 (555) 010-0142 ext. 7",
    "text": (
        "If there is trouble breathing or swallowing, please hang up and call 911 at once. "
        "Otherwise go to the nearest emergency room."
    ),
    "hours": (
        "Monday and Wednesday from 7:30 AM to 12:30 PM and from 1:30 PM to 5:30 PM, Tuesday and Thursday "
        "from 9:30 AM to 6:30 PM, Friday from 8:30 AM to 1:30 PM, and closed on Saturday and Sunday"
    ),
    "address": (
        "1234 Northwest Reverend Doctor Martin Luther King Junior Boulevard, Suite 210 B, "
        "Rancho Santa Margarita, California"
    ),
    "phone": "+1 (555) 010-0142 extension 4711, or +1 (555) 010-0143",
    "today": "Wednesday, September 30, 2026",
    "days": ", ".join(["Wednesday, January 6, 2027"] * 7),
    "people": ", ".join(["Dr. Wolfeschlegelsteinhaus"] * 6),
    "plans": ", ".join(["Delta Dental of New York PPO"] * 5),
    "offices": ", ".join(["Elmfield Dental, 12 Mill Road, Elmfield, 8 6 0, 5 5 5, 0 1 0 1"] * 3),
    "notice": "We ask for a full working day of notice, since others are waiting for such times.",
}
SENTENCES = [(language, key) for language in languages() for key in sentence_keys(language)]
PHRASES = [(language, key) for language in languages() for key in phrase_keys(language)]
LEDGER = [(operation, state) for operation in OPERATIONS for state in State]
REASONS = {
    "rejected.spu_offline": OPERATIONS,
    "rejected.never_sent": OPERATIONS,
    "rejected.refused": OPERATIONS,
    "rejected.not_permitted": OPERATIONS,
    "rejected.slot_taken": ("book", "move"),
    "failed.slot_taken": ("book", "move"),
    "rejected.registration_failed": tuple(name for name in OPERATIONS if name != "register"),
    "failed.person": OPERATIONS,
    "confirmed.person": OPERATIONS,
}
REASONED = [(operation, state) for state, operations in REASONS.items() for operation in operations]
REFUSED = [
    *((operation, state) for operation in OPERATIONS for state in ("failed", "rejected")),
    *((operation, state) for operation, state in REASONED if not state.startswith("confirmed")),
]
BEFORE_A_WRITE = ("not_supported", "needs_human", "unavailable")
TWO_TIMES = {
    ("book", "needs_confirmation.another"),
    ("move", "needs_confirmation"),
    ("move", "needs_confirmation.provider"),
}

DONE_WORDS = (
    r"(?:(?:re)?booked|cancelled|canceled|moved|rescheduled|done|registered|recorded|updated|changed|added|"
    r"saved|entered)"
)
NOTHING = re.compile(
    rf"\bnothing (?:further )?(?:is|was|has been) (?:looked up or )?{DONE_WORDS}\b", re.IGNORECASE
)
DONE = re.compile(rf"\b{DONE_WORDS}\b|\bis (?:now )?in the record\b", re.IGNORECASE)
CONFIRMED = re.compile(r"(?<!isn't )(?<!not )(?<!caller_)\bconfirmed\b", re.IGNORECASE)
PROMISE = re.compile(
    r"call(?:s|ing)? (?:you|them) back|call[- ]?back|will (?:call|text|ring|contact|reach|see|answer)|"
    r"text (?:you|message)|get back to you|be in touch|let you know|hear from",
    re.IGNORECASE,
)
TIME = re.compile(r"\b\d{1,2}(?::\d\d)? [AP]M\b|\bnoon\b")
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
    place = 1 if key[0] == "news" else 0
    return key[0] in {*OPERATIONS, "news"} and key[1].split(".")[place] == "confirmed"


def longest_news(language: str) -> int:
    news = [key for key in sentence_keys(language) if key[0] in {"news", "news_first"}]
    return max(len(spoken(language, key).text) for key in news)


def walking(rows: list[tuple[str, Key]]) -> Callable[[Callable[[str, Key], None]], Callable[[], None]]:
    """One test over all rows that names each one that fails: thousands of cases cost more than they tell."""

    def walk_of(check: Callable[[str, Key], None]) -> Callable[[], None]:
        def walk() -> None:
            wrong: dict[str, str] = {}
            for language, key in rows:
                try:
                    check(language, key)
                except AssertionError as error:
                    wrong["/".join((language, *key))] = str(error)
            assert rows
            assert not wrong

        walk.__name__ = check.__name__
        return walk

    return walk_of


every_sentence = walking(SENTENCES)
every_phrase = walking(PHRASES)


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
    filled, looks_a_patient_up = spoken(language, key), ("find_patient", key[1]) in sentence_keys(language)
    about = {*OPERATIONS, "any", "handle", "invalid_input", "message_office", "office_info"}
    if key[0] not in about or (key[0] == "register" and looks_a_patient_up and "unavail" not in key[1]):
        return
    said = filled.say if key in TWO_TIMES else filled.text
    assert len(said) + 1 + longest_news(language) <= TEXT_LIMIT


def test_finding_a_patient_has_words_that_leave_room_for_news_told_first() -> None:
    for operation in ("find_patient", "register"):
        said = spoken("en", (operation, "verified.with_news")).text
        assert len(said) + 1 + longest_news("en") <= TEXT_LIMIT


@every_sentence
def test_nothing_is_said_to_be_so_before_it_is_confirmed(language: str, key: Key) -> None:
    said = NOTHING.sub("", spoken(language, key).text)
    assert is_confirmed(key) or not DONE.search(said), said


@every_sentence
def test_the_word_confirmed_is_said_of_confirmed_writes_only(language: str, key: Key) -> None:
    assert is_confirmed(key) or not CONFIRMED.search(spoken(language, key).text)


@every_sentence
def test_no_call_back_and_no_text_message_is_promised(language: str, key: Key) -> None:
    assert not PROMISE.search(spoken(language, key).text)


@every_sentence
def test_no_answer_to_a_write_asks_for_another_attempt(language: str, key: Key) -> None:
    if key[0] in {*OPERATIONS, "check_writeback", "news", "news_first", "any"}:
        if key[0] == "register" and ("find_patient", key[1]) in sentence_keys(language):
            return  # somebody was looked up, and nothing was written
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
    told = months or TIME.search(said)
    assert not told or any(day in said for day in ENGLISH.weekdays)


@every_phrase
def test_three_rows_at_their_longest_are_said_uncut(language: str, key: Key) -> None:
    fact = {
        "appointment": "appointments",
        "row": "rows",
        "kind": "given",
        "period": "period",
        "field": "field",
        "method": "method",
        "balance": "amounts",
        "insurance": "insurances",
    }
    said = phrase(language, key, **WORST)
    several = 3 if key[0].startswith(("row", "appointment", "balance", "insurance")) else 1
    assert len(spoken_list([said] * several, "and")) <= FACT_LIMITS[fact[key[0].partition(".")[0]]]
    assert "…" not in said


@every_phrase
def test_a_phrase_says_booked_and_cancelled_only_when_confirmed(language: str, key: Key) -> None:
    said = phrase(language, key, **WORST)
    assert "{" not in said
    assert key[1] == "confirmed" or not DONE.search(said)
    assert key[1] == "confirmed" or not CONFIRMED.search(said)
    assert not PROMISE.search(said)
    assert not IDENTIFIER.search(said)
    assert not ISO_DATE.search(said)


@pytest.mark.parametrize(("operation", "state"), LEDGER)
def test_every_state_of_every_operation_has_its_sentence_and_its_row(operation: str, state: State) -> None:
    for language in languages():
        assert write_key(operation, state.value, language=language) == (operation, state.value)
        assert spoken(language, (operation, state.value)).next
        assert phrase(language, (f"row.{operation}", state.value), **WORST)
        assert phrase(language, (f"row.{operation}", "wish"), **WORST)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("state", sorted(WORTH_TELLING))
def test_every_state_worth_telling_has_its_news(operation: str, state: State) -> None:
    for language in languages():
        key = news_key(operation, state.value, language=language)
        assert spoken(language, key).say.startswith("Update: ")
        assert spoken(language, key).next == ""


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("state", sorted(WORTH_TELLING))
def test_what_was_not_done_after_an_earlier_call_is_told_first_of_all(operation: str, state: State) -> None:
    key = news_key(operation, state.value, earlier_call=True)
    assert key[0] == ("news_first" if state in UNDONE else "news")
    assert spoken("en", key).say.startswith("Before anything else: " if state in UNDONE else "Update: ")


@pytest.mark.parametrize(("operation", "reasoned"), REASONED)
def test_every_reason_is_told_in_its_own_words(operation: str, reasoned: str) -> None:
    state, _, reason = reasoned.partition(".")
    assert write_key(operation, state, reason) == (operation, reasoned)
    assert spoken("en", (operation, reasoned)).say != spoken("en", (operation, state)).say


def test_only_operations_and_states_of_the_ledger_have_rows_and_news() -> None:
    states = {*State, "wish"}
    for language in languages():
        rows = {key for key in phrase_keys(language) if key[0].startswith("row.")}
        assert rows == {(f"row.{operation}", state) for operation in OPERATIONS for state in states}
        news = {tuple(key[1].split(".")) for key in sentence_keys(language) if key[0].startswith("news")}
        assert {operation for operation, _ in news} == set(OPERATIONS)
        assert {state for _, state in news} <= set(State)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_open_write_is_never_sent_a_second_time(operation: str, state: State) -> None:
    following = spoken("en", (operation, state.value)).next
    assert "Do not" in following
    assert "check_writeback" in following


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_request_of_an_offline_office_says_so_and_that_nothing_is_done_yet(operation: str) -> None:
    said = spoken("en", (operation, "queued")).say
    assert "offline" in said
    assert "waits here" in said
    assert said.endswith(" yet.")
    assert "back" in spoken("en", (operation, "queued")).next
    assert "offline" in spoken("en", ("news", f"{operation}.queued")).say
    assert "offline" in phrase("en", (f"row.{operation}", "queued"), **WORST)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_waiting_request_says_what_it_waits_for_and_that_nothing_is_done_yet(operation: str) -> None:
    said = spoken("en", (operation, "waiting")).say
    assert "goes out once an earlier" in said
    assert said.endswith(" yet.")


def test_a_booking_that_waits_for_a_registration_says_so_before_and_after() -> None:
    before = write_key("book", "waiting", "registration")
    assert "once the registration is through" in spoken("en", before).say
    after = spoken("en", write_key("book", "rejected", "registration_failed")).say
    assert after.startswith("The registration did not get through")
    assert NOTHING.search(after)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_unknown_outcome_never_sounds_like_a_failure(operation: str) -> None:
    for filled in (spoken("en", (operation, "uncertain")), spoken("en", ("news", f"{operation}.uncertain"))):
        assert not LIKE_FAILURE.search(filled.text)
        assert "still finding out" in filled.say
    assert not LIKE_FAILURE.search(phrase("en", (f"row.{operation}", "uncertain"), **WORST))


@pytest.mark.parametrize(("operation", "state"), REFUSED)
def test_a_refusal_says_what_was_not_done_and_what_comes_next(operation: str, state: str) -> None:
    filled = spoken("en", (operation, state))
    assert NOTHING.search(filled.say)
    assert filled.next


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("outcome", BEFORE_A_WRITE)
def test_what_is_refused_before_anything_is_sent_says_so_and_offers_a_way_on(
    operation: str, outcome: str
) -> None:
    filled = spoken("en", (operation, outcome))
    assert NOTHING.search(filled.say)
    assert "message" in filled.next


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in {"book", "cancel"}])
@pytest.mark.parametrize("outcome", BEFORE_A_WRITE)
def test_what_is_refused_at_once_needs_no_facts(operation: str, outcome: str) -> None:
    assert sentence("en", (operation, outcome)).say


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_people_settled_is_not_said_to_come_from_the_system(operation: str) -> None:
    for state in ("confirmed", "failed"):
        key = write_key(operation, state, "settled_by_person")
        assert key == (operation, f"{state}.person")
        assert "The office's own people" in spoken("en", key).say
        assert "office system" not in spoken("en", key).say


@pytest.mark.parametrize(
    ("key", "facts", "tool"),
    [
        (("book", "needs_confirmation"), {"when"}, "book_appointment"),
        (("book", "needs_confirmation.another"), {"when", "old_when"}, "book_appointment"),
        (("book", "needs_confirmation.another"), {"when", "old_when"}, "reschedule_appointment"),
        (("cancel", "needs_confirmation"), {"when"}, "cancel_appointment"),
        (("move", "needs_confirmation"), {"old_when", "new_when"}, "reschedule_appointment"),
        (("move", "needs_confirmation.provider"), {"old_when", "new_when"}, "reschedule_appointment"),
        (("register", "needs_confirmation"), {"name", "born"}, "register_patient"),
        (("update_patient", "needs_confirmation"), {"field", "value"}, "update_patient"),
        (("record_payment", "needs_confirmation"), {"amount", "method"}, "record_payment"),
    ],
)
def test_a_read_back_says_all_that_is_asked_for_and_ends_in_a_question(
    key: Key, facts: set[str], tool: str
) -> None:
    filled = spoken("en", key)
    assert all(WORST[fact] in filled.say for fact in facts)
    assert filled.say.endswith("?")
    assert tool in filled.next
    assert "caller_confirmed true" in filled.next


def test_a_move_to_another_provider_says_that_it_is_somebody_else() -> None:
    assert "someone else" in spoken("en", ("move", "needs_confirmation.provider")).say
    assert "someone else" not in spoken("en", ("move", "needs_confirmation")).say


@pytest.mark.parametrize(
    ("fact", "keys"),
    [
        ("born", {("register", "needs_confirmation")}),
        ("value", {("update_patient", "needs_confirmation")}),
        ("method", {("record_payment", "needs_confirmation")}),
    ],
)
def test_what_is_private_is_said_in_the_read_back_only(fact: str, keys: set[Key]) -> None:
    assert {key for key in sentence_keys("en") if WORST[fact] in spoken("en", key).text} == keys
    assert not [
        key for key in phrase_keys("en") if key[0] != fact and WORST[fact] in phrase("en", key, **WORST)
    ]


def test_somebody_who_is_there_already_is_answered_as_find_patient_would() -> None:
    found = {key[1] for key in sentence_keys("en") if key[0] == "find_patient"} - {"unavailable"}
    assert {"verified", "verified.with_appointments", "verified.no_calendar", "not_verified"} <= found
    for outcome in found:
        assert spoken("en", ("register", outcome)) == spoken("en", ("find_patient", outcome))


@pytest.mark.parametrize("kind", ["request", "clinical", "running_late", "waitlist", "billing", "other"])
def test_a_message_of_every_kind_is_taken_and_nothing_is_promised(kind: str) -> None:
    filled = sentence("en", ("message_office", f"ok.{kind}"))
    assert filled.say.startswith("I've left ")
    assert "no promise" in filled.next
    assert write_key("message_office", "ok", "any other kind") == ("message_office", "ok")


@pytest.mark.parametrize("tool", ["message_office", "office_info"])
def test_an_emergency_starts_with_the_offices_own_words_and_offers_no_time(tool: str) -> None:
    for key in ((tool, "emergency"), (tool, "emergency.transfer")):
        filled = spoken("en", key)
        assert filled.say.startswith(WORST["text"])
        assert "no times" in filled.next
        assert not any(day in filled.text for day in ENGLISH.weekdays)
    assert WORST["transfer"] in spoken("en", (tool, "emergency.transfer")).next
    assert WORST["transfer"] not in spoken("en", (tool, "emergency")).text


@pytest.mark.parametrize(
    ("topic", "fact"),
    [("today", "today"), ("today", "days"), ("hours", "hours"), ("address", "address"), ("phones", "phone")],
)
def test_the_office_tells_of_itself_what_is_known(topic: str, fact: str) -> None:
    assert WORST[fact] in spoken("en", ("office_info", topic)).text


@pytest.mark.parametrize("outcome", ["hours_unknown", "not_known", "unavailable"])
def test_what_the_office_has_not_told_is_not_guessed(outcome: str) -> None:
    assert "message" in sentence("en", ("office_info", outcome)).next


def test_a_card_number_is_refused_and_said_to_be_kept_nowhere() -> None:
    filled = sentence("en", ("invalid_input", "card_number"))
    assert "haven't kept it" in filled.say
    assert NOTHING.search(filled.next)


def test_every_field_and_method_has_its_spoken_name() -> None:
    named = {key for key in phrase_keys("en") if key[0] in {"field", "method"}}
    fields = {("field", name) for name in ("phone", "email", "address", "name", "birth_date")}
    assert named == fields | {("method", name) for name in ("cash", "check", "card", "other")}


def test_a_move_that_is_no_longer_wanted_is_told_by_how_far_it_got() -> None:
    assert "can't say yet" in spoken("en", ("move", "wish")).say
    assert NOTHING.search(spoken("en", ("move", "wish.withdrawn")).say)
    assert NOTHING.search(spoken("en", ("move", "wish.not_moved")).say)
    got_through = spoken("en", ("move", "wish.got_through"))
    assert "isn't confirmed yet" in got_through.say
    assert "check_writeback" in got_through.next


def test_an_offline_office_is_named_as_such() -> None:
    said = sentence("en", ("book", "rejected.spu_offline")).say
    assert said == "The office's system is offline; nothing was booked."


def test_what_cannot_be_reached_claims_nothing_about_what_was_asked_for_before() -> None:
    keys = [key for key in sentence_keys("en") if key[1] in {"unavailable", "internal"}]
    assert {("any", "unavailable"), ("book", "unavailable"), ("register", "unavailable")} <= set(keys)
    written = [key for key in keys if key[0] in {*OPERATIONS, "any"}]
    assert not [key for key in written if re.search(r"nothing (?:was|is) ", spoken("en", key).say)]


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
    assert outcomes == {"verified", "need_more", "not_verified", "locked", "unavailable"}


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
        "first_name",
        "last_name",
        "email",
        "kind",
        "callback",
        "message",
        "urgency",
        "topic",
        "field",
        "value",
        "amount",
        "method",
        "reference",
        "card_number",
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
        lambda: news_key("book", "sending"),
        lambda: news_key("book", "sending", earlier_call=True),
        lambda: news_key("book", "confirmed", language="xx"),
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
