"""The forms that Sikka checks before it takes a write in: days, times, numbers, phones, plain text."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from sandbox.field_rules import FieldRule, Form
from sandbox.filters import day_of
from sandbox.office import Office
from sandbox.replies import ApiError

_PLAIN = re.compile(r"[A-Za-z0-9 .-]*")
_LISTED = re.compile(r"[\w\s.\"<>&'=,!@#$%^*()+\[{\]};-]*")
_PHONE = re.compile(r"\+?[\d ().-]{7,20}(-?\d{1,6})?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_TEN_DIGITS = re.compile(r"\d{10}")


def _refuse(name: str, hint: str = "") -> None:
    raise ApiError("API1026", f"{name} is invalid", hint)


def _day(_: Office, name: str, value: str) -> None:
    day_of(value, name)


def _birth(office: Office, name: str, value: str) -> None:
    if day_of(value, name) > office.now().date():
        _refuse(name, "Date should be less than or equal to today")


def _time(_: Office, name: str, value: str) -> None:
    if not _TIME.fullmatch(value):
        _refuse(name, "Format should be HH:mm")


def _minutes(_: Office, name: str, value: str) -> None:
    if not (value.isdecimal() and int(value) > 0):
        _refuse(name, "Length must be integer")


def _amount(_: Office, name: str, value: str) -> None:
    for part in value.split("|"):
        try:
            number = Decimal(part)
        except InvalidOperation:
            number = Decimal(0)
        if not number.is_finite() or number == 0:
            _refuse(name, "Enter a valid, non-zero payment amount")


def _email(_: Office, name: str, value: str) -> None:
    if not _EMAIL.fullmatch(value):
        _refuse(name, "Must be a valid format")


def _phone(_: Office, name: str, value: str) -> None:
    if not _PHONE.fullmatch(value):
        _refuse(name, "Must be a valid format")


def _ten_digits(_: Office, name: str, value: str) -> None:
    if not _TEN_DIGITS.fullmatch(value):
        _refuse(name, "10 digit")


def _practice(office: Office, name: str, value: str) -> None:
    if value not in office.records.practices:
        _refuse(name)


def _description(office: Office, name: str, value: str) -> None:
    if office.switches.plain_description_only and not _PLAIN.fullmatch(value):
        _refuse(name, "Special characters are not allowed")


def _note(office: Office, name: str, value: str) -> None:
    pattern = _PLAIN if office.switches.note_characters == "plain" else _LISTED
    if not pattern.fullmatch(value):
        _refuse(name, "Special characters are not allowed")


_CHECKS: dict[Form, Callable[[Office, str, str], None]] = {
    "description": _description,
    "note": _note,
    "day": _day,
    "birth": _birth,
    "time": _time,
    "minutes": _minutes,
    "email": _email,
    "phone": _phone,
    "ten_digits": _ten_digits,
    "amount": _amount,
    "practice": _practice,
}


def check_form(office: Office, rule: FieldRule, value: str) -> None:
    """Refuse (ApiError API1026) a value that has not the field's form; an empty one has every form."""
    if not value:
        return
    if rule.allowed and value.casefold() not in rule.allowed:
        _refuse(rule.field, f"Allowed values are {'/'.join(rule.allowed)}")
    check = _CHECKS.get(rule.form)
    if check is not None:
        check(office, rule.field, value)
