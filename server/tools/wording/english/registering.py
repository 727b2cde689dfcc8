"""English sentences for registering a patient, one for every state the registration can be in.

Somebody who is there already is answered in the very words of `find_patient`, so that registering
tells a caller no more about who is a patient than looking up does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.english.advice import GO_ON, MESSAGE, WHEN_BACK, WHEN_THROUGH

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOOK_ALREADY: Final = "Its patient handle can be used at once. Do not register again; check_writeback tells."
_NOT_REGISTERED: Final = "Offer to leave a message for the office, with the name."

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("register", "needs_confirmation"): (
        "Let me read that back: {name}, born on {born}. Is that right, and shall I send it to the office?",
        "On a clear yes, call register_patient again, with caller_confirmed true.",
    ),
    ("register", "needs_confirmation.another"): (
        "{name} was sent with another birth date. Send {born} too, for the office's people to join the two?",
        "On a yes, call it again with caller_confirmed true. The first one's booking stands.",
    ),
    ("register", "waiting"): (
        "Registering {name} goes out once an earlier request is through. Nothing is registered yet.",
        WHEN_THROUGH,
    ),
    ("register", "queued"): (
        "The office's computer is offline, so registering {name} waits here. Nothing is registered yet.",
        WHEN_BACK,
    ),
    ("register", "intent"): (
        "I'm sending the registration of {name} now. The office system hasn't taken it yet.",
        _BOOK_ALREADY,
    ),
    ("register", "sending"): (
        "I'm sending the registration of {name} now. The office system hasn't taken it yet.",
        _BOOK_ALREADY,
    ),
    ("register", "submitted"): (
        "The office system has the registration of {name}. It isn't confirmed yet.",
        _BOOK_ALREADY,
    ),
    ("register", "uncertain"): (
        "I've sent the registration of {name}, and I'm still finding out whether the office system has it.",
        GO_ON,
    ),
    ("register", "overdue"): (
        "The office system is taking longer than usual to register {name}. It isn't confirmed yet.",
        GO_ON,
    ),
    ("register", "confirmed"): (
        "{name} is registered. The office system has confirmed it.",
        "Go on with the call; the patient handle can be used.",
    ),
    ("register", "confirmed.person"): (
        "{name} is registered. The office's own people have confirmed it.",
        "Go on with the call; the patient handle can be used.",
    ),
    ("register", "failed"): (
        "The office system did not accept the registration of {name}, so nothing was registered.",
        _NOT_REGISTERED,
    ),
    ("register", "failed.person"): (
        "The office's own people say registering {name} did not get through; nothing was registered.",
        _NOT_REGISTERED,
    ),
    ("register", "rejected"): (
        "The office system did not take the registration of {name}, so nothing was registered.",
        _NOT_REGISTERED,
    ),
    ("register", "rejected.spu_offline"): (
        "The office's system is offline; nothing was registered.",
        _NOT_REGISTERED,
    ),
    ("register", "rejected.never_sent"): (
        "I couldn't get the registration of {name} to the office in time, so nothing was registered.",
        _NOT_REGISTERED,
    ),
    ("register", "rejected.refused"): (
        "The office system refused the registration of {name}, so nothing was registered.",
        _NOT_REGISTERED,
    ),
    ("register", "rejected.not_permitted"): (
        "I'm not allowed to register patients in this office's system, so nothing was registered.",
        _NOT_REGISTERED,
    ),
    ("register", "withdrawn"): (
        "Registering {name} was taken back before the office system acted on it. Nothing was registered.",
        "Ask what the caller would like instead.",
    ),
    ("register", "not_supported"): (
        "This office's system doesn't let me register patients, so nothing was registered.",
        _NOT_REGISTERED,
    ),
    ("register", "needs_human"): (
        "Registering is for the office's own people here, so nothing was registered.",
        "Offer to leave a message for the office with the name, or first offer times with find_slots.",
    ),
    ("register", "unavailable"): (
        "I can't reach the office's records at the moment, so nothing further was registered.",
        MESSAGE,
    ),
}
