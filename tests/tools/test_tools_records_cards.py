"""A payment card's number or code is found however it is written, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.tools.card_data import LEFT_OUT, has_card_data, holds_card_data, keeps_to_luhn, without_card_data

# test numbers that card schemes publish, with 13, 14, 15, 16 and 19 digits
CARDS = ("4222222222222", "30569309025904", "378282246310005", "4111111111111111", "6304000000000000018")


def with_check_digit(digits: str) -> str:
    return next(f"{digits}{last}" for last in range(10) if keeps_to_luhn(f"{digits}{last}"))


numbers = st.text("0123456789", min_size=12, max_size=18).map(with_check_digit)
gaps = st.sampled_from(["", " ", "  ", "-", ".", ", ", " - ", "_", "\u00a0", "\u2009", "/", "\n"])


@given(numbers, st.lists(gaps, min_size=18, max_size=18), st.sampled_from(["", "my card is ", "No. 12; "]))
def test_a_number_that_keeps_to_luhn_is_found_in_any_spacing(number, spaces, before):
    spaced = "".join(f"{digit}{gap}" for digit, gap in zip(number, [*spaces, ""], strict=False))
    text = f"{before}{spaced} thanks"
    assert has_card_data(text)
    left = without_card_data(text)
    assert LEFT_OUT in left
    assert not has_card_data(left)
    assert left.endswith("thanks")


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize(
    "around", ["{}", "use {} exp 12/28", "{} 12 28 please", "x{}", "a 2026 {}", "000{}0000"]
)
def test_a_card_is_found_among_other_words_and_digits(card, around):
    assert has_card_data(around.format(card))
    assert holds_card_data({"note": around.format(card)})


def test_full_width_and_other_alphabets_digits_are_digits():
    assert has_card_data("\uff14\uff11\uff11\uff11 1111 1111 1111")
    assert has_card_data("".join(chr(0x0660 + int(digit)) for digit in "4111111111111111"))


@pytest.mark.parametrize(
    "text",
    [
        "CVV 123",
        "cvv: 1234",
        "the security code is 1 2 3",
        "my CVC2 number is 987",
        "card code 4321",
        "123 is the cvv",
        "verification code of 555",
    ],
)
def test_a_cards_code_is_found_by_what_it_is_called(text):
    assert has_card_data(text)
    assert not has_card_data(without_card_data(text))


@pytest.mark.parametrize(
    "arguments",
    [
        {"card_number": "4111"},
        {"cvv": 123},
        {"extra": {"securityCode": "999"}},
        {"amount": 4111111111111111},
        {"amount": 4111111111111111.0},
        {"parts": ["4111", "1111", "1111", "1111"]},
        {"4111111111111111": ""},
        {"a": {"b": [{"c": "4111-1111-1111-1111"}]}},
    ],
)
def test_it_is_found_wherever_in_the_arguments_it_stands(arguments):
    assert holds_card_data({"patient": "p0123456789", **arguments})


@pytest.mark.parametrize(
    "arguments",
    [
        {"note": "Please call 860-555-0142 before 2026-12-01 at 10:30."},
        {"note": "Paid with the card ending 1111, receipt 20261123-0042."},
        {"note": "Insurance id XYZ 123456789."},
        {"amount": "1245.50", "reference": "check 1047", "caller_confirmed": True},
        {"patient": "p0123456789", "cvv": ""},
        {"call_id": "4111111111111111"},
        {"phone": "+49 15123456787"},
        {"note": "4111 1111 1111 1112"},
        {"note": None, "value": 12},
        {},
    ],
)
def test_what_is_no_card_is_left_alone(arguments):
    assert not holds_card_data(arguments)


def test_words_without_card_data_are_left_as_they_are():
    said = "Please call 860-555-0142 before 2026-12-01 at 10:30, receipt 1047."
    assert without_card_data(said) == said


def test_a_very_long_text_is_looked_through_in_no_time():
    assert not has_card_data("1 " * 10 + "x " * 50_000 + "(" * 50_000)
