"""Every sentence, walked: short enough, true for its state, nothing in it that must not be said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from wordings import RULES

from server.sikka.pms_fields import Operation
from server.tools import wording
from server.tools.results import SPOKEN_CHARACTERS
from server.tools.speech import spoken_list
from server.tools.voices import VOICES
from server.tools.wording import (
    _PHRASES,  # pyright: ignore[reportPrivateUsage] - the entries themselves are compared
    _SENTENCES,  # pyright: ignore[reportPrivateUsage]
    FACT_LIMITS,
    Key,
    Sentence,
    WordingError,
    check_templates,
    fact_limit,
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
    from collections.abc import Callable, Mapping

WHEN = RULES["en"].worst["when"]
SENTENCES = [(language, key) for language in languages() for key in sentence_keys(language)]
PHRASES = [(language, key) for language in languages() for key in phrase_keys(language)]
OPERATIONS = tuple(operation.value for operation in Operation)
LEDGER = [(operation, state) for operation in OPERATIONS for state in State]
REASONS = {
    "rejected.spu_offline": OPERATIONS,
    "rejected.never_sent": OPERATIONS,
    "rejected.refused": OPERATIONS,
    "rejected.not_permitted": OPERATIONS,
    "rejected.slot_taken": ("book", "move"),
    "failed.slot_taken": ("book", "move"),
    "rejected.registration_failed": ("book",),
    "failed.person": OPERATIONS,
    "confirmed.person": OPERATIONS,
    "confirmed.changed": ("book", "move"),
    "rejected.changed": ("cancel", "move", "confirm"),
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

in_every_language = pytest.mark.parametrize("language", languages())
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|T\d{2}:\d{2}")
IDENTIFIER = re.compile(r"\b[psaw][0-9a-hjkmnp-tv-z]{10}\b|\b\d{5,}\b")


def worst(language: str) -> Mapping[str, str]:
    return RULES[language].worst


def says(language: str, what: str) -> str:
    """What a sentence of that kind has to hold."""
    return RULES[language].says[what]


def _names(entry: str | tuple[str, str]) -> tuple[frozenset[str], ...]:
    return tuple(map(fact_names, (entry,) if isinstance(entry, str) else entry))


def spoken(language: str, key: Key) -> Sentence:
    return sentence(language, key, **worst(language))


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


@in_every_language
def test_the_worst_facts_are_as_long_as_facts_may_be_or_nearly(language: str) -> None:
    assert worst(language).keys() == FACT_LIMITS.keys()
    for name in FACT_LIMITS:
        limit = fact_limit(language, name)
        assert limit - 16 <= len(worst(language)[name]) <= limit, name


def test_every_language_has_every_sentence_and_phrase_with_the_same_facts() -> None:
    for tables in (_SENTENCES, _PHRASES):
        english = {key: _names(entry) for key, entry in tables["en"].items()}
        for language in languages():
            assert {key: _names(entry) for key, entry in tables[language].items()} == english, language


def test_no_two_languages_share_a_sentence() -> None:
    for key in sentence_keys("es"):
        say, following = _SENTENCES["es"][key]
        assert say != _SENTENCES["en"][key][0] or say == "{text}", key
        assert not following or following != _SENTENCES["en"][key][1], key


@every_sentence
def test_no_sentence_holds_words_of_another_language(language: str, key: Key) -> None:
    entry = " ".join(_SENTENCES[language][key])
    plain = re.sub(r"\{\w+\}|\b\w+_\w+\b", " ", entry)
    for other in languages():
        found = RULES[other].function_words.search(plain)
        assert other == language or not found, found


@every_sentence
def test_a_sentence_fits_its_limit_with_the_longest_facts(language: str, key: Key) -> None:
    filled = spoken(language, key)
    assert filled.say
    assert len(filled.text) <= SPOKEN_CHARACTERS


@every_sentence
def test_a_sentence_about_a_write_leaves_room_for_news(language: str, key: Key) -> None:
    filled, looks_a_patient_up = spoken(language, key), ("find_patient", key[1]) in sentence_keys(language)
    about = {*OPERATIONS, "any", "handle", "invalid_input", "message_office", "office_info"}
    if key[0] not in about or (key[0] == "register" and looks_a_patient_up and "unavail" not in key[1]):
        return
    said = filled.say if key in TWO_TIMES else filled.text
    assert len(said) + 1 + longest_news(language) <= SPOKEN_CHARACTERS


@in_every_language
def test_finding_a_patient_has_words_that_leave_room_for_news_told_first(language: str) -> None:
    said = spoken(language, ("find_patient", "verified.with_news")).text
    assert len(said) + 1 + longest_news(language) <= SPOKEN_CHARACTERS


@every_sentence
def test_nothing_is_said_to_be_so_before_it_is_confirmed(language: str, key: Key) -> None:
    said = RULES[language].nothing.sub("", spoken(language, key).text)
    assert is_confirmed(key) or not RULES[language].done.search(said), said


@every_sentence
def test_the_word_confirmed_is_said_of_confirmed_writes_only(language: str, key: Key) -> None:
    assert is_confirmed(key) or not RULES[language].confirmed.search(spoken(language, key).text)


@every_sentence
def test_no_call_back_and_no_text_message_is_promised(language: str, key: Key) -> None:
    assert not RULES[language].promise.search(spoken(language, key).text)


@every_sentence
def test_no_answer_to_a_write_asks_for_another_attempt(language: str, key: Key) -> None:
    if key[0] in {*OPERATIONS, "check_writeback", "news", "news_first", "any"}:
        if key[0] == "register" and ("find_patient", key[1]) in sentence_keys(language):
            return  # somebody was looked up, and nothing was written
        assert not RULES[language].retry.search(spoken(language, key).text)


@every_sentence
def test_a_sentence_holds_no_identifier_no_iso_date_and_no_placeholder(language: str, key: Key) -> None:
    text = spoken(language, key).text
    assert not ISO_DATE.search(text)
    assert not IDENTIFIER.search(text)
    assert not set(text) & set("{}[]<>*`|")


@every_sentence
def test_a_time_is_never_said_to_be_held(language: str, key: Key) -> None:
    assert not RULES[language].held.search(spoken(language, key).text)


@every_sentence
def test_what_can_be_spoken_names_no_tool_and_no_argument(language: str, key: Key) -> None:
    said = spoken(language, key).say
    assert "_" not in said
    assert "handle" not in said
    assert said[-1] in ".?"


@every_sentence
def test_the_weekday_stands_where_a_date_is_said(language: str, key: Key) -> None:
    said = spoken(language, key).say
    voice, dated = VOICES[language], RULES[language].dated
    months = [month for month in voice.months if re.search(dated.format(month=month), said)]
    told = months or RULES[language].time.search(said)
    assert not told or any(day in said for day in voice.weekdays)


@every_phrase
def test_three_rows_at_their_longest_are_said_uncut(language: str, key: Key) -> None:
    fact = {
        "appointment": "appointments",
        "row": "rows",
        "kind": "given",
        "period": "period",
        "not_due": "visit",
        "field": "field",
        "method": "method",
        "balance": "amounts",
        "insurance": "insurances",
        "emergency": "text",
    }
    said = phrase(language, key, **worst(language))
    several = 3 if key[0].startswith(("row", "appointment", "balance", "insurance")) else 1
    if key[0] == "aside":
        return  # it stands in the brackets, and in no sentence
    listed = spoken_list([said] * several, "and", VOICES[language])
    assert len(listed) <= fact_limit(language, fact[key[0].partition(".")[0]])
    assert "…" not in said


@every_phrase
def test_a_phrase_says_booked_and_cancelled_only_when_confirmed(language: str, key: Key) -> None:
    said = phrase(language, key, **worst(language))
    assert "{" not in said
    assert key[1] == "confirmed" or not RULES[language].done.search(said)
    assert key[1] == "confirmed" or not RULES[language].confirmed.search(said)
    assert not RULES[language].promise.search(said)
    assert not IDENTIFIER.search(said)
    assert not ISO_DATE.search(said)


@pytest.mark.parametrize(("operation", "state"), LEDGER)
def test_every_state_of_every_operation_has_its_sentence_and_its_row(operation: str, state: State) -> None:
    for language in languages():
        assert write_key(operation, state.value, language=language) == (operation, state.value)
        assert spoken(language, (operation, state.value)).next
        assert phrase(language, (f"row.{operation}", state.value), **RULES["en"].worst)
        assert phrase(language, (f"row.{operation}", "wish"), **RULES["en"].worst)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("state", sorted(WORTH_TELLING))
def test_every_state_worth_telling_has_its_news(operation: str, state: State) -> None:
    for language in languages():
        key = news_key(operation, state.value, language=language)
        assert spoken(language, key).say.startswith(says(language, "update"))
        assert spoken(language, key).next == ""


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("state", sorted(WORTH_TELLING))
@in_every_language
def test_what_was_not_done_after_an_earlier_call_is_told_first_of_all(
    language: str, operation: str, state: State
) -> None:
    key = news_key(operation, state.value, earlier_call=True, language=language)
    assert key[0] == ("news_first" if state in UNDONE else "news")
    assert spoken(language, key).say.startswith(
        says(language, "first_of_all") if state in UNDONE else says(language, "update")
    )


@pytest.mark.parametrize(("operation", "reasoned"), REASONED)
@in_every_language
def test_every_reason_is_told_in_its_own_words(language: str, operation: str, reasoned: str) -> None:
    state, _, reason = reasoned.partition(".")
    assert write_key(operation, state, reason, language=language) == (operation, reasoned)
    assert spoken(language, (operation, reasoned)).say != spoken(language, (operation, state)).say


def test_only_operations_and_states_of_the_ledger_have_rows_and_news() -> None:
    states = {*State, "wish", "requested"}
    for language in languages():
        rows = {key for key in phrase_keys(language) if key[0].startswith("row.")}
        own = {(f"row.{operation}", state) for operation in OPERATIONS for state in states}
        assert rows == own | {("row.book", "changed"), ("row.move", "changed")}
        news = {tuple(key[1].split(".")) for key in sentence_keys(language) if key[0].startswith("news")}
        assert {operation for operation, _ in news} == set(OPERATIONS)
        assert {state for _, state in news} == {*WORTH_TELLING, "wish"}
        assert {operation for operation, state in news if state == "wish"} == {"book", "move"}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("state", sorted(OPEN))
@in_every_language
def test_an_open_write_is_never_sent_a_second_time(language: str, operation: str, state: State) -> None:
    following = spoken(language, (operation, state.value)).next
    assert says(language, "do_not") in following
    assert "check_writeback" in following


@pytest.mark.parametrize("operation", OPERATIONS)
@in_every_language
def test_a_request_of_an_offline_office_says_so_and_that_nothing_is_done_yet(
    language: str, operation: str
) -> None:
    said = spoken(language, (operation, "queued")).say
    assert says(language, "offline") in said
    assert says(language, "waits_here") in said
    assert RULES[language].yet.search(said)
    assert says(language, "when_back") in spoken(language, (operation, "queued")).next
    assert says(language, "offline") in spoken(language, ("news", f"{operation}.queued")).say
    assert says(language, "offline") in phrase(language, (f"row.{operation}", "queued"), **worst(language))


@pytest.mark.parametrize("operation", OPERATIONS)
@in_every_language
def test_a_waiting_request_says_what_it_waits_for_and_that_nothing_is_done_yet(
    language: str, operation: str
) -> None:
    said = spoken(language, (operation, "waiting")).say
    assert says(language, "goes_out") in said
    assert RULES[language].yet.search(said)


@in_every_language
def test_a_booking_that_waits_for_a_registration_says_so_before_and_after(language: str) -> None:
    before = write_key("book", "waiting", "registration", language=language)
    assert says(language, "after_registration") in spoken(language, before).say
    after = spoken(language, write_key("book", "rejected", "registration_failed", language=language)).say
    assert after.startswith(says(language, "no_registration"))
    assert RULES[language].nothing.search(after)


@pytest.mark.parametrize("operation", OPERATIONS)
@in_every_language
def test_an_unknown_outcome_never_sounds_like_a_failure(language: str, operation: str) -> None:
    for filled in (
        spoken(language, (operation, "uncertain")),
        spoken(language, ("news", f"{operation}.uncertain")),
    ):
        assert not RULES[language].like_failure.search(filled.text)
        assert says(language, "finding_out") in filled.say
    assert not RULES[language].like_failure.search(
        phrase(language, (f"row.{operation}", "uncertain"), **worst(language))
    )


@pytest.mark.parametrize(("operation", "state"), REFUSED)
@in_every_language
def test_a_refusal_says_what_was_not_done_and_what_comes_next(
    language: str, operation: str, state: str
) -> None:
    filled = spoken(language, (operation, state))
    assert RULES[language].nothing.search(filled.say)
    assert filled.next


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("outcome", BEFORE_A_WRITE)
@in_every_language
def test_what_is_refused_before_anything_is_sent_says_so_and_offers_a_way_on(
    language: str, operation: str, outcome: str
) -> None:
    filled = spoken(language, (operation, outcome))
    assert RULES[language].nothing.search(filled.say)
    assert says(language, "message") in filled.next


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in {"book", "cancel"}])
@pytest.mark.parametrize("outcome", BEFORE_A_WRITE)
@in_every_language
def test_what_is_refused_at_once_needs_no_facts(language: str, operation: str, outcome: str) -> None:
    assert sentence(language, (operation, outcome)).say


@pytest.mark.parametrize("operation", OPERATIONS)
@in_every_language
def test_what_people_settled_is_not_said_to_come_from_the_system(language: str, operation: str) -> None:
    for state in ("confirmed", "failed"):
        key = write_key(operation, state, "settled_by_person", language=language)
        assert key == (operation, f"{state}.person")
        assert says(language, "people") in spoken(language, key).say
        assert says(language, "system") not in spoken(language, key).say


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
@in_every_language
def test_a_read_back_says_all_that_is_asked_for_and_ends_in_a_question(
    language: str, key: Key, facts: set[str], tool: str
) -> None:
    filled = spoken(language, key)
    assert all(worst(language)[fact] in filled.say for fact in facts)
    assert filled.say.endswith("?")
    assert tool in filled.next
    assert "caller_confirmed true" in filled.next


@in_every_language
def test_a_move_to_another_provider_says_that_it_is_somebody_else(language: str) -> None:
    assert says(language, "someone_else") in spoken(language, ("move", "needs_confirmation.provider")).say
    assert says(language, "someone_else") not in spoken(language, ("move", "needs_confirmation")).say


@pytest.mark.parametrize(
    ("fact", "keys"),
    [
        ("born", {("register", "needs_confirmation"), ("register", "needs_confirmation.another")}),
        ("value", {("update_patient", "needs_confirmation")}),
        ("method", {("record_payment", "needs_confirmation")}),
    ],
)
@in_every_language
def test_what_is_private_is_said_in_the_read_back_only(language: str, fact: str, keys: set[Key]) -> None:
    assert {
        key for key in sentence_keys(language) if worst(language)[fact] in spoken(language, key).text
    } == keys
    assert not [
        key
        for key in phrase_keys(language)
        if key[0] != fact and worst(language)[fact] in phrase(language, key, **worst(language))
    ]


@pytest.mark.parametrize("kind", ["request", "clinical", "running_late", "waitlist", "billing", "other"])
@in_every_language
def test_a_message_of_every_kind_is_taken_and_nothing_is_promised(language: str, kind: str) -> None:
    filled = sentence(language, ("message_office", f"ok.{kind}"))
    assert filled.say.startswith(says(language, "left"))
    assert says(language, "no_promise") in filled.next


@pytest.mark.parametrize("tool", ["message_office", "office_info"])
@in_every_language
def test_an_emergency_starts_with_the_offices_own_words_and_offers_no_time(language: str, tool: str) -> None:
    for key in ((tool, "emergency"), (tool, "emergency.transfer")):
        filled = spoken(language, key)
        assert filled.say.startswith(worst(language)["text"])
        assert says(language, "no_times") in filled.next
        assert not any(day in filled.text for day in VOICES[language].weekdays)
    assert worst(language)["transfer"] in spoken(language, (tool, "emergency.transfer")).next
    assert worst(language)["transfer"] not in spoken(language, (tool, "emergency")).text


@pytest.mark.parametrize(
    ("topic", "fact"),
    [("today", "today"), ("today", "days"), ("hours", "hours"), ("address", "address"), ("phones", "phone")],
)
@in_every_language
def test_the_office_tells_of_itself_what_is_known(language: str, topic: str, fact: str) -> None:
    assert worst(language)[fact] in spoken(language, ("office_info", topic)).text


@pytest.mark.parametrize("outcome", ["hours_unknown", "not_known", "unavailable"])
@in_every_language
def test_what_the_office_has_not_told_is_not_guessed(language: str, outcome: str) -> None:
    assert says(language, "message") in sentence(language, ("office_info", outcome)).next


@in_every_language
def test_a_card_number_is_refused_and_said_to_be_kept_nowhere(language: str) -> None:
    filled = sentence(language, ("invalid_input", "card_number"))
    assert says(language, "not_kept") in filled.say
    assert RULES[language].nothing.search(filled.next)


@in_every_language
def test_every_field_and_method_has_its_spoken_name(language: str) -> None:
    named = {key for key in phrase_keys(language) if key[0] in {"field", "method"}}
    fields = {("field", name) for name in ("phone", "email", "address", "name", "birth_date")}
    assert named == fields | {("method", name) for name in ("cash", "check", "card", "other")}


@in_every_language
def test_a_move_that_is_no_longer_wanted_is_told_by_how_far_it_got(language: str) -> None:
    assert says(language, "can't_say") in spoken(language, ("move", "wish")).say
    another = spoken(language, ("move", "wish.another"))
    assert says(language, "can't_say") in another.say
    assert "check_writeback" in another.next
    assert "reschedule_appointment" in another.next
    assert RULES[language].nothing.search(spoken(language, ("move", "wish.withdrawn")).say)


@in_every_language
def test_an_offline_office_is_named_as_such(language: str) -> None:
    said = sentence(language, ("book", "rejected.spu_offline")).say
    assert said == says(language, "offline_whole")


@in_every_language
def test_what_cannot_be_reached_claims_nothing_about_what_was_asked_for_before(language: str) -> None:
    keys = [key for key in sentence_keys(language) if key[1] in {"unavailable", "internal"}]
    assert {("any", "unavailable"), ("book", "unavailable"), ("register", "unavailable")} <= set(keys)
    written = [key for key in keys if key[0] in {*OPERATIONS, "any"}]
    assert not [key for key in written if RULES[language].nothing_at_all.search(spoken(language, key).say)]


@in_every_language
def test_pending_before_and_after_acceptance_are_told_apart(language: str) -> None:
    before = sentence(language, ("book", "intent"), when=worst(language)["when"]).say
    after = sentence(language, ("book", "submitted"), when=worst(language)["when"]).say
    assert says(language, "not_taken") in before
    assert says(language, "not_confirmed") in after


@in_every_language
def test_a_cancelled_wish_that_came_too_late_is_pending(language: str) -> None:
    filled = sentence(language, ("cancel", "wish.got_through"), when=worst(language)["when"])
    assert says(language, "not_confirmed") in filled.say
    assert "check_writeback" in filled.next


@in_every_language
def test_not_verified_always_offers_the_same_three_ways_on(language: str) -> None:
    said = sentence(language, ("find_patient", "not_verified")).say
    assert [says(language, way) in said for way in ("spelling", "register", "message")] == [True, True, True]
    outcomes = {key[1].partition(".")[0] for key in sentence_keys(language) if key[0] == "find_patient"}
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
@in_every_language
def test_every_argument_of_the_tools_has_one_speakable_question(language: str, argument: str) -> None:
    filled = sentence(language, ("invalid_input", argument))
    assert len(filled.say) <= 90
    assert filled.say.count("?") <= 1


@in_every_language
def test_which_of_two_providers_is_meant_is_one_speakable_question(language: str) -> None:
    filled = sentence(language, ("invalid_input", "which_provider"), one_of="Dr. Ellie or Dr. Marsh")
    assert "Dr. Ellie or Dr. Marsh" in filled.say
    assert len(filled.say) <= 90
    assert filled.say.count("?") == 1


@pytest.mark.parametrize("kind", ["patient", "slot", "appointment", "writeback"])
@in_every_language
def test_a_handle_of_the_wrong_kind_is_named_as_what_it_is(language: str, kind: str) -> None:
    given = phrase(language, ("kind", "slot" if kind != "slot" else "patient"))
    wanted = phrase(language, ("kind", kind))
    filled = sentence(language, ("handle", f"wrong_kind.{kind}"), given=given, wanted=wanted)
    assert says(language, "wrong_kind").format(given=given, wanted=wanted) in filled.text
    assert sentence(language, ("handle", f"unknown.{kind}")).next


def test_a_reason_without_a_sentence_of_its_own_is_told_as_its_state() -> None:
    assert write_key("book", "failed", "slot_taken", language="en") == ("book", "failed.slot_taken")
    assert write_key("book", "failed", "no such reason", language="en") == ("book", "failed")
    assert write_key("cancel", "confirmed", language="en") == ("cancel", "confirmed")


@pytest.mark.parametrize(
    "asked",
    [
        lambda: sentence("en", ("book", "perhaps")),
        lambda: sentence("xx", ("book", "confirmed")),
        lambda: phrase("en", ("row.book", "perhaps"), when=WHEN),
        lambda: sentence("en", ("book", "confirmed")),
        lambda: sentence("en", ("book", "confirmed"), when="\x00"),
        lambda: sentence("en", ("book", "confirmed"), when=WHEN, birth_date="1980"),
        lambda: write_key("book", "perhaps", "refused", language="en"),
        lambda: news_key("book", "sending", language="en"),
        lambda: news_key("book", "sending", earlier_call=True, language="en"),
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
