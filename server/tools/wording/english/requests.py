"""English sentences for wishes that are left to the office's people instead of being acted on.

A request is never told as something done, and nothing is promised that the office has not set up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.english.advice import NO_PROMISE, OTHER_TIMES

if TYPE_CHECKING:
    from collections.abc import Mapping

_ONLY_A_REQUEST: Final = "Say that it is only a request. " + NO_PROMISE
_STILL_STANDS: Final = "Say that the appointment still stands. " + NO_PROMISE
_PAUSED: Final = "The office takes only requests now."

_BOOK: Final = {
    ("book", "requested"): (
        "I've left a request for {when} with the office's people; nothing is booked yet.",
        _ONLY_A_REQUEST,
    ),
    ("book", "requested.paused"): (
        _PAUSED + " I've noted {when} for them; nothing is booked.",
        _ONLY_A_REQUEST,
    ),
    ("book", "requested.same_day"): (
        "Times today are for the office's people. I've left them {when} as a request; nothing is booked yet.",
        _ONLY_A_REQUEST,
    ),
    ("book", "requested.old_copy"): (
        "I can't see the latest calendar, so I've left a request for {when}; nothing is booked yet.",
        _ONLY_A_REQUEST,
    ),
    ("book", "transfer"): (
        "Times today are for the office's people on the phone; nothing is booked.",
        "Connect to {transfer}. If nobody answers, offer to leave a message for the office.",
    ),
    ("book", "closed"): ("The office has closed that time, so nothing was booked.", OTHER_TIMES),
}

_MOVE: Final = {
    ("move", "requested"): (
        "I've left a request for {new_when} with the office's people; nothing is moved yet.",
        _STILL_STANDS,
    ),
    ("move", "requested.paused"): (
        _PAUSED + " I've noted {new_when} for them; nothing is moved.",
        _STILL_STANDS,
    ),
    ("move", "requested.same_day"): (
        "Times today are for the office's people. I've left a request for {new_when}; nothing is moved yet.",
        _STILL_STANDS,
    ),
    ("move", "requested.old_copy"): (
        "I can't see the latest calendar, so I've left a request for {new_when}; nothing is moved yet.",
        _STILL_STANDS,
    ),
    ("move", "transfer"): (
        "Times today are for the office's people on the phone; nothing is moved.",
        "Connect to {transfer}. If nobody answers, offer to leave a message for the office.",
    ),
    ("move", "closed"): (
        "The office has closed that time, so nothing was moved.",
        "Say that the old time still stands. " + OTHER_TIMES,
    ),
}

_CANCEL: Final = {
    ("cancel", "requested"): (
        "I've left a request to cancel {when} with the office's people; nothing is cancelled yet.",
        _STILL_STANDS,
    ),
    ("cancel", "requested.paused"): (
        _PAUSED + " I've noted that {when} isn't wanted; nothing is cancelled.",
        _STILL_STANDS,
    ),
}

_CONFIRM: Final = {
    ("confirm", "requested"): (
        "I've left your yes to {when} with the office's people; nothing is entered yet.",
        _ONLY_A_REQUEST,
    ),
    ("confirm", "requested.paused"): (
        _PAUSED + " I've noted your yes to {when} for them; nothing is entered.",
        _ONLY_A_REQUEST,
    ),
}

_REGISTER: Final = {
    ("register", "requested"): (
        "I've left a request to register {name} with the office's people; nothing is registered yet.",
        "The patient handle can be used to ask for a time. " + NO_PROMISE,
    ),
    ("register", "requested.paused"): (
        _PAUSED + " I've noted {name} for them; nothing is registered.",
        "The patient handle can be used to ask for a time. " + NO_PROMISE,
    ),
}

_RECORDS: Final = {
    ("update_patient", "requested"): (
        "I've left the new {field} with the office's people; nothing is changed yet.",
        _ONLY_A_REQUEST,
    ),
    ("update_patient", "requested.paused"): (
        _PAUSED + " I've noted the new {field} for them; nothing is changed.",
        _ONLY_A_REQUEST,
    ),
    ("add_note", "requested"): (
        "I've left the note with the office's people; nothing is added yet.",
        _ONLY_A_REQUEST,
    ),
    ("add_note", "requested.paused"): (
        _PAUSED + " I've left the note for them; nothing is added.",
        _ONLY_A_REQUEST,
    ),
    ("record_payment", "requested"): (
        "I've left word of {amount} with the office's people; nothing is recorded yet.",
        _ONLY_A_REQUEST,
    ),
    ("record_payment", "requested.paused"): (
        _PAUSED + " I've noted {amount} for them; nothing is recorded.",
        _ONLY_A_REQUEST,
    ),
}

_ABOUT_REQUESTS: Final = {
    ("check_writeback", "requested"): (
        "What you asked for is only a request with the office's people so far.",
        _ONLY_A_REQUEST,
    ),
    ("follow_up", "text"): ("The office texts about requests like this.", ""),
    ("follow_up", "call"): ("The office calls about requests like this.", ""),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    **_BOOK,
    **_MOVE,
    **_CANCEL,
    **_CONFIRM,
    **_REGISTER,
    **_RECORDS,
    **_ABOUT_REQUESTS,
}
