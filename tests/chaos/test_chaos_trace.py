"""What is printed of a person about whom something was wrong."""

from bench.chaos.facts import Ask, Claim, Done, Facts, Row, Told, Wish
from bench.chaos.trace import trace

ANNA = "Anna Lindqvist 1986-04-12"
BOOK = Wish("book", ANNA, "2026-12-01T14:00")
OTHER = Wish("add_note", "Ben Osei 1990-01-01", what="Prefers mornings")


def test_all_that_is_known_of_the_person_named_is_told_in_the_order_of_time():
    facts = Facts(
        asks=(Ask(1.0, BOOK), Ask(1.0, OTHER)),
        told=(Told(3.0, BOOK, Claim.OPEN, "It isn't confirmed yet."), Told(3.0, OTHER, Claim.DONE, "It is.")),
        rows=(Row("r1", BOOK, "confirmed", wished=True), Row("r2", OTHER, "confirmed")),
        done=(Done(2.0, BOOK), Done(2.0, OTHER), Done(4.0, BOOK, by_desk=True)),
    )
    assert trace(facts, f"{BOOK}: done 2 times") == [
        f"00:00:01.000000 asked {BOOK}",
        f"00:00:02.000000 done {BOOK}",
        f"00:00:03.000000 told open of {BOOK}: It isn't confirmed yet.",
        f"00:00:04.000000 done {BOOK} by the desk",
        f"row r1: {BOOK}: confirmed, sent 1, wished away",
    ]


def test_a_finding_about_nobody_in_particular_has_no_trace():
    assert trace(Facts(asks=(Ask(1.0, BOOK),)), "call 3 had not ended when its time was up") == []
