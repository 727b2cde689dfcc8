"""The judge of a chaos run, with every kind of wrong laid before it."""

import pytest

from bench.chaos.facts import Ask, Claim, Done, Facts, Row, Told, Wish
from bench.chaos.judge import judge

ANNA = "Anna Lindqvist 1986-04-12"
BOOK = Wish("book", ANNA, "2026-12-01T14:00")
CANCEL = Wish("cancel", ANNA, "2026-12-01T14:00")
MOVE = Wish("move", ANNA, "2026-12-01T14:00", "2026-12-02T09:00")
REGISTER = Wish("register", ANNA)
NOTE = Wish("add_note", ANNA, what="Prefers mornings")
WISHES = [BOOK, CANCEL, MOVE, REGISTER, NOTE]


def asked(*wishes, at=1.0):
    return tuple(Ask(at, wish) for wish in wishes)


def told(wish, claim, at=10.0):
    return Told(at, wish, claim, f"{claim} {wish.operation}")


def row(wish, state, **more):
    return Row("r", wish, state, **more)


@pytest.mark.parametrize("wish", WISHES)
def test_a_request_that_was_done_once_and_said_to_be_done_is_right(wish):
    verdict = judge(
        Facts(asked(wish), (told(wish, Claim.DONE),), (row(wish, "confirmed"),), (Done(5.0, wish),))
    )
    assert verdict.holds
    assert (verdict.asked, verdict.effects) == (1, 1)


@pytest.mark.parametrize("wish", WISHES)
def test_a_request_done_three_times_is_two_duplicates(wish):
    verdict = judge(Facts(asked(wish, wish), (), (row(wish, "confirmed"),), (Done(5.0, wish),) * 3))
    assert len(verdict.duplicates) == 2
    assert not verdict.holds
    assert verdict.asked == 1


def test_what_we_cancelled_and_was_wanted_again_is_done_again_rightly():
    done = (Done(2.0, BOOK, stayed=False), Done(3.0, CANCEL), Done(6.0, BOOK, accepted_at=5.5))
    assert judge(Facts((*asked(BOOK, CANCEL), *asked(BOOK, at=5.0)), done=done)).holds
    assert len(judge(Facts(asked(BOOK, CANCEL), done=done)).duplicates) == 1


def test_a_cancellation_that_was_regretted_is_not_lost():
    rows, heard = (row(BOOK, "confirmed"),), (told(CANCEL, Claim.OPEN),)
    facts = Facts((*asked(BOOK, CANCEL), *asked(BOOK, at=5.0)), heard, rows, (Done(6.0, BOOK),))
    assert judge(facts).holds
    assert len(judge(Facts(asked(BOOK, CANCEL), heard, rows, (Done(6.0, BOOK),))).lost) == 1


def test_something_done_that_nobody_asked_for_counts_as_a_duplicate():
    assert len(judge(Facts(done=(Done(5.0, CANCEL),))).duplicates) == 1


def test_what_the_desk_does_on_its_own_account_is_neither_an_effect_nor_a_duplicate():
    verdict = judge(Facts(asked(CANCEL), done=(Done(5.0, CANCEL), Done(4.0, CANCEL, by_desk=True))))
    assert verdict.holds
    assert verdict.effects == 1


@pytest.mark.parametrize("claim", [Claim.OPEN, Claim.DONE])
@pytest.mark.parametrize(
    "rows",
    [(), *((row(BOOK, state),) for state in ("confirmed", "failed", "rejected", "withdrawn"))],
)
def test_a_request_the_caller_believes_in_is_lost_without_an_effect_or_a_row_that_tells(claim, rows):
    assert len(judge(Facts(asked(BOOK), (told(BOOK, claim),), rows)).lost) == 1


@pytest.mark.parametrize(
    "kept",
    [
        row(BOOK, "uncertain", watched=True, tasked=True),
        row(BOOK, "queued", watched=True, tasked=True),
        row(BOOK, "withdrawn", wished=True),
        row(BOOK, "failed", told=True),
        row(BOOK, "rejected", tasked=True),
    ],
)
def test_a_request_is_not_lost_while_it_is_open_or_once_somebody_knows_that_it_failed(kept):
    assert judge(Facts(asked(BOOK), (told(BOOK, Claim.OPEN),), (kept,))).holds


def test_a_request_is_not_lost_when_the_caller_heard_later_that_it_failed():
    heard = (told(BOOK, Claim.OPEN), told(BOOK, Claim.UNDONE, at=11.0))
    assert judge(Facts(asked(BOOK), heard, (row(BOOK, "failed"),))).holds


def test_a_request_the_caller_does_not_believe_in_cannot_be_lost():
    assert judge(Facts(asked(BOOK), (told(BOOK, Claim.UNDONE),))).holds


def test_a_cancellation_lives_on_in_the_wish_on_its_booking():
    heard = (told(CANCEL, Claim.OPEN),)
    open_still = row(BOOK, "submitted", wished=True, watched=True, tasked=True)
    assert judge(Facts(asked(CANCEL), heard, (open_still,))).holds
    assert judge(Facts(asked(CANCEL), heard, (row(BOOK, "rejected"),))).holds


def test_a_cancellation_whose_booking_got_through_is_lost_when_nothing_follows():
    facts = Facts(
        asked(BOOK, CANCEL),
        (told(CANCEL, Claim.OPEN),),
        (row(BOOK, "confirmed", wished=True),),
        (Done(5.0, BOOK),),
    )
    assert len(judge(facts).lost) == 1


@pytest.mark.parametrize("wish", WISHES)
def test_saying_that_something_is_done_before_it_is_done_is_untrue(wish):
    late = Facts(asked(wish), (told(wish, Claim.DONE, at=4.9),), (), (Done(5.0, wish),))
    assert len(judge(late).untrue) == 1


def test_a_cancellation_by_the_desk_makes_it_true_that_it_is_cancelled():
    facts = Facts(
        asked(CANCEL),
        (told(CANCEL, Claim.DONE),),
        (row(CANCEL, "confirmed"),),
        (Done(5.0, CANCEL, by_desk=True),),
    )
    assert judge(facts).untrue == ()


@pytest.mark.parametrize("done_at", [5.0, 15.0])
@pytest.mark.parametrize("wish", WISHES)
def test_saying_that_nothing_was_done_is_untrue_if_it_was_done_or_came_later_by_itself(wish, done_at):
    facts = Facts(asked(wish), (told(wish, Claim.UNDONE),), (row(wish, "failed"),), (Done(done_at, wish),))
    assert len(judge(facts).untrue) == 1


def test_nothing_was_booked_is_true_of_a_booking_that_was_taken_away_again():
    done = (Done(5.0, BOOK, stayed=False),)
    assert judge(Facts(asked(BOOK), (told(BOOK, Claim.UNDONE),), (), done)).untrue == ()


def test_nothing_was_booked_stays_true_when_the_caller_asked_anew_afterwards():
    asks = (*asked(BOOK), *asked(BOOK, at=11.0))
    facts = Facts(asks, (told(BOOK, Claim.UNDONE),), (), (Done(13.0, BOOK, accepted_at=12.0),))
    assert judge(facts).untrue == ()


@pytest.mark.parametrize("kept", [{}, {"watched": True}, {"tasked": True}])
def test_a_row_that_does_not_settle_is_a_dead_end_unless_it_is_watched_and_in_the_inbox(kept):
    assert len(judge(Facts(rows=(row(BOOK, "sending", **kept),))).dead_ends) == 1
    assert judge(Facts(rows=(row(BOOK, "sending", watched=True, tasked=True),))).holds


def test_a_call_that_does_not_come_to_its_end_is_a_dead_end():
    verdict = judge(Facts(unfinished=("call 3 (book) had not ended",)))
    assert verdict.dead_ends == ("call 3 (book) had not ended",)
    assert not verdict.holds


@pytest.mark.parametrize("state", ["confirmed", "failed", "rejected", "withdrawn"])
def test_a_settled_row_is_no_dead_end(state):
    assert judge(Facts(rows=(row(BOOK, state),))).holds


def test_what_was_found_and_what_was_sent_again_is_counted():
    rows = (row(BOOK, "confirmed", found=True, sent=2), row(CANCEL, "confirmed", sent=2))
    verdict = judge(Facts(rows=rows))
    assert (verdict.found, verdict.sent_again) == (1, 2)
