"""Finds payment cards' numbers and codes in what an agent passes on, so that none is ever kept."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from server.sikka.phones import normal_phone

FEWEST_DIGITS: Final = 13
MOST_DIGITS: Final = 19
LEFT_OUT: Final = "[card number left out]"
NOT_THE_CALLERS: Final = frozenset({"call_id"})  # what a runtime passes on beside the arguments
PHONES: Final = frozenset({"phone", "callback"})  # a long one abroad keeps to Luhn one time in ten

# Digits, with anything between them that is no letter.
_NUMBER: Final = re.compile(r"\d(?:[\W_]*\d)*")
_GROUP: Final = re.compile(r"\d+")
_CODE_NAME: Final = (
    r"(?:cvv2?|cvc2?|csc|cid|(?:card|security|verification)\s+(?:security\s+|verification\s+)?code)"
)
_CODE: Final = re.compile(
    rf"\b{_CODE_NAME}\b[^\w]*(?:(?:number|code|is|of|the|was)\b[^\w]*){{0,3}}(?:\d[^\w]{{0,2}}){{3,4}}(?!\d)"
    rf"|(?<!\d)\d{{3,4}}[^\w]*(?:(?:is|as|for|the|my|her|his|their)\b[^\w]*){{0,3}}{_CODE_NAME}\b",
    re.IGNORECASE,
)
_SECRET_NAMES: Final = re.compile(
    r"cvv|cvc|csc|(card|security|verification).?code|card.?(number|no\b|num\b)|(^|_)pan$", re.IGNORECASE
)


def holds_card_data(arguments: Mapping[str, Any]) -> bool:
    """Whether a card's number or code stands anywhere in a call's arguments, known to the tool or not."""
    return any(
        _is_named_so(name, text) or has_card_data(text)
        for name, text in _texts("", arguments)
        if name not in NOT_THE_CALLERS and not (name in PHONES and normal_phone(text))
    )


def has_card_data(text: str) -> bool:
    """Whether a text has a card's number (13 to 19 digits that keep to Luhn, however spaced) or its code."""
    plain = unicodedata.normalize("NFKC", text)
    return bool(_CODE.search(plain)) or next(_cards(plain), None) is not None


def without_card_data(text: str) -> str:
    """The text with every card's number and code taken out."""
    plain = unicodedata.normalize("NFKC", text)
    while (found := next(_cards(plain), None)) is not None:
        plain = plain[: found[0]] + LEFT_OUT + plain[found[1] :]
    return _CODE.sub(LEFT_OUT, plain)


def keeps_to_luhn(digits: str) -> bool:
    """Whether a number's last digit is the check digit of the others (ISO/IEC 7812)."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0  # noqa: PLR2004 - a doubled digit's digits are added


def _cards(text: str) -> Iterator[tuple[int, int]]:
    """Where cards' numbers stand; one may begin and end wherever a group of digits does."""
    for number in _NUMBER.finditer(text):
        ends = [place for group in _GROUP.finditer(text, *number.span()) for place in _ends(group)]
        for first, (start, _) in enumerate(ends):
            for _, end in ends[first : first + MOST_DIGITS]:
                digits = "".join(sign for sign in text[start:end] if sign.isdigit())
                if len(digits) > MOST_DIGITS:
                    break
                if len(digits) >= FEWEST_DIGITS and keeps_to_luhn(digits):
                    yield start, end


def _ends(group: re.Match[str]) -> list[tuple[int, int]]:
    """A group of digits; one longer than any card's number could hide it anywhere, so digit by digit."""
    if len(group.group()) <= MOST_DIGITS:
        return [group.span()]
    return [(place, place + 1) for place in range(*group.span())]


def _is_named_so(name: str, text: str) -> bool:
    return bool(_SECRET_NAMES.search(name)) and any(sign.isdigit() for sign in text)


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for inner, each in cast("Mapping[object, Any]", value).items():
            yield from _texts(str(inner), each)
            yield name, str(inner)
    elif isinstance(value, str):
        yield name, value
    elif isinstance(value, Sequence):
        parts = cast("Sequence[Any]", value)
        for each in parts:
            yield from _texts(name, each)
        yield name, " ".join(str(each) for each in parts)
    elif value is not None and not isinstance(value, bool):
        yield name, f"{value:.0f}" if isinstance(value, float) else str(value)
