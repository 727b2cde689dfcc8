"""How each form of a value is cleaned, checked and written."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from server.sikka import formats
from server.sikka.phones import normal_phone
from server.sikka.pms_fields import Form
from server.sikka.rules import plain_text

LONGEST_TEXT: Final = 4000  # no page names a limit above 3950

# What each form may be made of. Names keep the letters of every alphabet; the line's characters are
# those that the introduction to the official writeback collection says can be posted.
CHARACTERS: Final[Mapping[Form, re.Pattern[str]]] = {
    Form.PLAIN: re.compile(r"[A-Za-z0-9 .-]+"),
    Form.LINE: re.compile(r"[A-Za-z0-9 .\"<>&'=,!@#$%^*()+\[{\]};-]+"),
    Form.NAME: re.compile(r"(?:[^\W\d_]|[ .'-])+"),
    Form.EMAIL: re.compile(r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}"),
    Form.PHONE: re.compile(r"\d{10}|\+\d{6,15}"),
    Form.PHONE_EXTENSION: re.compile(r"(?:\d{10}|\+\d{6,15})(?:-\d{1,6})?"),
    Form.TEN_DIGITS: re.compile(r"\d{10}"),
    Form.INTEGER: re.compile(r"[1-9]\d{0,4}"),
    Form.DECIMAL: re.compile(r"-?\d{1,9}(?:\.\d{1,2})?"),
}

_QUOTES: Final = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "`": "'", "\u2010": "-", "\u2011": "-"}
)
_NO_LINE: Final = re.compile(r"[^A-Za-z0-9 .\"<>&'=,!@#$%^*()+\[{\]};-]+")
_NO_NAME: Final = re.compile(r"[^\w .'-]|[\d_]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_EXTENSION: Final = re.compile(
    r"\s*(?:(?P<number>.+?)\s*(?:ext(?:ension)?\.?|x)\s*|(?P<digits>\d{10})-)(?P<extension>\d{1,6})\s*",
    re.IGNORECASE,
)


def unaccented(text: str) -> str:
    """The text with its letters in plain ASCII where they have such a form ("Zoë" becomes "Zoe")."""
    apart = unicodedata.normalize("NFKD", text.translate(_QUOTES))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _plain(text: str) -> str:
    return plain_text(unaccented(text), LONGEST_TEXT)


def _line(text: str) -> str:
    return " ".join(_NO_LINE.sub(" ", unaccented(text)).split())


def _name(text: str) -> str:
    composed = unicodedata.normalize("NFC", text).translate(_QUOTES)
    kept = " ".join(_NO_NAME.sub(" ", composed).split())
    return kept if any(letter.isalpha() for letter in kept) else ""


def _code(text: str) -> str | None:
    return None if _CONTROL.search(text) else text.strip()


def _codes(text: str) -> str | None:
    parts = [part.strip() for part in text.split("|")]
    return None if _CONTROL.search(text) or not all(parts) else "|".join(parts)


def _email(text: str) -> str | None:
    return text.strip() if CHARACTERS[Form.EMAIL].fullmatch(text.strip()) else None


def _phone(text: str) -> str | None:
    return normal_phone(text) or None


def _phone_extension(text: str) -> str | None:
    found = _EXTENSION.fullmatch(text)
    if found is None:
        return _phone(text)
    number = _phone(found["number"] or found["digits"])
    return f"{number}-{found['extension']}" if number else None


def _ten_digits(text: str) -> str | None:
    number = (_phone_extension(text) or "").partition("-")[0]
    return number if CHARACTERS[Form.TEN_DIGITS].fullmatch(number) else None


def _day(text: str) -> str | None:
    day = formats.day(text)
    return formats.wire_day(day) if day else None


def _time(text: str) -> str | None:
    time = formats.clock_time(text)
    return formats.wire_time(time) if time else None


def _integer(text: str) -> str | None:
    digits = text.strip()
    number = digits.lstrip("0") if digits.isascii() and digits.isdigit() else ""
    return number if CHARACTERS[Form.INTEGER].fullmatch(number) else None


def _decimal(text: str) -> str | None:
    number = text.strip()
    if not (number.isascii() and CHARACTERS[Form.DECIMAL].fullmatch(number)):
        return None
    return number if Decimal(number) else None


def _decimals(text: str) -> str | None:
    numbers = [_decimal(part) for part in text.split("|")]
    return None if None in numbers else "|".join(number for number in numbers if number)


_CLEANED: Final[Mapping[Form, Callable[[str], str | None]]] = {
    Form.CODE: _code,
    Form.CODES: _codes,
    Form.PLAIN: _plain,
    Form.LINE: _line,
    Form.NAME: _name,
    Form.EMAIL: _email,
    Form.PHONE: _phone,
    Form.PHONE_EXTENSION: _phone_extension,
    Form.TEN_DIGITS: _ten_digits,
    Form.DAY: _day,
    Form.PAST_DAY: _day,
    Form.TIME: _time,
    Form.INTEGER: _integer,
    Form.DECIMAL: _decimal,
    Form.DECIMALS: _decimals,
    Form.ONE_OF: _code,
}

# Text can be cut without becoming false; half a name, number or code is another one.
CUT: Final = frozenset({Form.PLAIN, Form.LINE})


def written(form: Form, text: str, today: dt.date | None = None) -> str | None:
    """The text in its form; "" where nothing of it can be sent; None where it is not of that form.

    Args:
        form: as the rule says.
        text: not empty.
        today: the office's day, for dates that may not lie ahead of it; None does not look.
    """
    value = _CLEANED[form](text)
    if form is Form.PAST_DAY and value and today is not None and value > formats.wire_day(today):
        return None
    return value
