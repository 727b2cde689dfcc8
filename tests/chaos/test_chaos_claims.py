"""What an answer makes its caller believe, read off the sentences that the server really says."""

import pytest

from bench.chaos.claims import Ear, claims_in
from bench.chaos.facts import Claim, Wish
from server.tools.wording.english import news, records, registering, visits, writes

START = "2026-12-01T14:00"
NEW_START = "2026-12-02T09:00"
BOOK = Wish("book", "Anna", START)
CANCEL = Wish("cancel", "Anna", START)
MOVE = Wish("move", "Anna", START, NEW_START)
REGISTER = Wish("register", "Anna")
CONFIRM = Wish("confirm", "Anna", START)
UPDATE = Wish("update_patient", "Anna", what="email anna@example.com")
NOTE = Wish("add_note", "Anna", what="Prefers mornings")
PAYMENT = Wish("record_payment", "Anna", what="45.50 1001")
WISHES = {wish.operation: wish for wish in (BOOK, CANCEL, MOVE, REGISTER, CONFIRM, UPDATE, NOTE, PAYMENT)}
FACTS = {
    "when": "Tuesday, December 1 at 2 PM",
    "new_when": "the 2nd",
    "name": "Anna",
    "field": "email address",
    "amount": "45 dollars 50",
}
DONE = {"confirmed", "confirmed.person", "confirmed.changed"}  # it was done, whatever the desk did since
UNDONE = {"failed", "rejected", "withdrawn"}
SILENT = {("cancel", "withdrawn")}
SENTENCES = {**writes.SENTENCES, **visits.SENTENCES, **registering.SENTENCES, **records.SENTENCES}
SPOKEN = {"Tuesday, December 1 at 2 PM": START, "Wednesday, December 2 at 9 AM": NEW_START}


def ear(*wishes):
    return Ear("Anna", list(wishes), dict(SPOKEN))


def answer(outcome, say, **facts):
    return {"outcome": outcome, "say": say, **facts}


def heard(listener):
    return [(told.wish.operation, told.claim) for told in listener.told]


@pytest.mark.parametrize("key", [key for key in SENTENCES if key[0] in WISHES])
def test_every_sentence_about_a_write_claims_what_its_state_means(key):
    operation, state = key
    claims = list(claims_in(SENTENCES[key][0]))
    if state in DONE:
        assert claims == [(operation, Claim.DONE)]
    elif state.partition(".")[0] in UNDONE and key not in SILENT:
        assert claims == [(operation, Claim.UNDONE)]
    else:
        assert Claim.DONE not in [claim for _, claim in claims]


@pytest.mark.parametrize("key", [key for key in news.SENTENCES if key[1].partition(".")[0] in WISHES])
def test_every_piece_of_news_is_understood_as_its_state_means(key):
    operation, _, state = key[1].partition(".")
    said = news.SENTENCES[key][0].format(**FACTS)
    listener = ear(WISHES[operation])
    listener.hear(5.0, None, answer("ok", f"{said} I found three times.", news=[said]))
    means = Claim.DONE if state in DONE else Claim.UNDONE if state in UNDONE else None
    assert heard(listener) == ([] if means is None else [(operation, means)])


def test_news_is_about_the_visit_whose_time_it_names():
    other = Wish("book", "Anna", NEW_START)
    listener = ear(BOOK, other)
    piece = "Update: Wednesday, December 2 at 9 AM is now confirmed."
    listener.hear(5.0, BOOK, answer("pending", f"{piece} The office has the request.", news=[piece]))
    assert [(told.wish, told.claim) for told in listener.told] == [(other, Claim.DONE), (BOOK, Claim.OPEN)]


def test_news_that_could_be_about_several_visits_is_kept_apart():
    listener = ear(BOOK, Wish("book", "Anna", NEW_START))
    listener.hear(
        5.0, None, answer("ok", "Update: it is now confirmed.", news=["Update: it is now confirmed."])
    )
    assert listener.told == []
    assert listener.unclear


@pytest.mark.parametrize("outcome", ["pending", "queued", "unknown", "overdue"])
def test_an_answer_that_leaves_it_open_is_a_promise_to_go_on(outcome):
    listener = ear(BOOK)
    listener.hear(5.0, BOOK, answer(outcome, "It isn't confirmed yet."))
    assert heard(listener) == [("book", Claim.OPEN)]


def test_an_answer_to_a_cancellation_that_says_nothing_was_booked_is_about_the_booking():
    listener = ear(BOOK, CANCEL)
    listener.hear(5.0, CANCEL, answer("withdrawn", writes.SENTENCES["cancel", "wish.withdrawn"][0]))
    assert heard(listener) == [("book", Claim.UNDONE)]


def test_each_write_of_a_list_is_heard_by_its_state():
    items = [
        {"operation": "book", "state": "confirmed", "start": START},
        {"operation": "cancel", "state": "submitted", "start": START},
        {"operation": "move", "state": "rejected", "start": START},
        {"operation": "register", "state": "failed"},
    ]
    listener = ear(BOOK, CANCEL, MOVE, REGISTER)
    listener.hear(5.0, BOOK, answer("pending", "Two are open.", writebacks=items))
    assert heard(listener) == [
        ("book", Claim.DONE),
        ("cancel", Claim.OPEN),
        ("move", Claim.UNDONE),
        ("register", Claim.UNDONE),
    ]
