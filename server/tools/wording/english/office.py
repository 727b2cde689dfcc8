"""English sentences for messages to the office's people and for what the office says of itself.

A message is put down for people, so nothing is promised on their behalf. In an emergency the office's
own words come first and a time is never offered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.english.advice import MESSAGE, NO_PROMISE

if TYPE_CHECKING:
    from collections.abc import Mapping

_EMERGENCY: Final = "Say this at once. Offer no times and give no advice of your own."
_EMERGENCY_TRANSFER: Final = "Say this at once and connect to {transfer}. Offer no times."

_MESSAGE_OFFICE: Final = {
    ("message_office", "ok.request"): (
        "I've left your request for the office's people. It isn't an appointment yet.",
        "Say that it is only a request. " + NO_PROMISE,
    ),
    ("message_office", "ok.clinical"): (
        "I've left your question for the clinical people. I can't give advice on it myself.",
        "Give no medical advice. If it sounds like an emergency, ask office_info for that. " + NO_PROMISE,
    ),
    ("message_office", "ok.running_late"): (
        "I've left word that you're running late. I can't say what that means for your time.",
        NO_PROMISE,
    ),
    ("message_office", "ok.waitlist"): (
        "I've left word that you'd take an earlier time. What you have now stays as it is.",
        NO_PROMISE,
    ),
    ("message_office", "ok.billing"): (
        "I've left your billing question for the office's people.",
        "Name no amounts yourself. " + NO_PROMISE,
    ),
    ("message_office", "ok.other"): ("I've left your message for the office.", NO_PROMISE),
    ("message_office", "emergency"): (
        "{text} I've left your message as urgent.",
        _EMERGENCY,
    ),
    ("message_office", "emergency.transfer"): (
        "{text} I've left your message as urgent.",
        _EMERGENCY_TRANSFER,
    ),
    ("message_office", "unavailable"): (
        "I couldn't put your message down just now, so the office doesn't have it.",
        "Ask office_info for phones and give the office's number.",
    ),
}

_OFFICE_INFO: Final = {
    ("office_info", "today"): ("Today is {today}.", "The days after: {days}."),
    ("office_info", "hours"): ("The office's hours are: {hours}.", "For free times call find_slots."),
    ("office_info", "hours_unknown"): (
        "I can't see this office's opening hours.",
        "Do not guess them. " + MESSAGE,
    ),
    ("office_info", "address"): ("The office is at {address}.", "Say it slowly; repeat it if asked."),
    ("office_info", "providers"): (
        "You can see {people} here.",
        "For their free times call find_slots.",
    ),
    ("office_info", "insurance"): (
        "The office's list names {plans}.",
        "That is the whole list. Say no more of any plan, and name no price.",
    ),
    ("office_info", "insurance.more"): (
        "The office's list names {plans}, and more.",
        "A plan not named here may be on it. Say no more of any, and name no price.",
    ),
    ("office_info", "other_offices"): (
        "There is also {offices}.",
        "Appointments there are made by them.",
    ),
    ("office_info", "phones"): ("The office's phone is {phone}.", "Say it digit by digit."),
    ("office_info", "emergency"): ("{text}", _EMERGENCY),
    ("office_info", "emergency.transfer"): ("{text}", _EMERGENCY_TRANSFER),
    ("office_info", "not_known"): (
        "I don't have that about the office.",
        "Do not guess it. " + MESSAGE,
    ),
    ("office_info", "unavailable"): (
        "I can't look that up at the moment.",
        "Nothing was changed. " + MESSAGE,
    ),
}

PHRASES: Final[Mapping[tuple[str, str], str]] = {
    ("emergency", "unsaid"): (
        "If you have trouble breathing or swallowing, call 911 or go to an emergency room right now."
    ),
}
"""What is said where neither the office nor the settings have words of their own."""

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {**_MESSAGE_OFFICE, **_OFFICE_INFO}
