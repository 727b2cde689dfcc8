"""English sentences for finding a patient, offering times, listing appointments and writes.

Nobody learns from a refusal whether a person is a patient here: unknown, wrong and ambiguous share
one sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIND_PATIENT: Final = {
    ("find_patient", "verified"): (
        "Thank you, I've found the record. I see no appointment coming up.",
        "Use the patient handle below in the next calls.",
    ),
    ("find_patient", "verified.recall"): (
        "Thank you, I've found the record. I see no appointment coming up, and a cleaning is due.",
        "Use the patient handle below in the next calls. Offer to find a time for it.",
    ),
    ("find_patient", "verified.with_appointments"): (
        "Thank you, I've found the record. Coming up: {appointments}.",
        "Use the handles below in the next calls.",
    ),
    ("find_patient", "verified.with_news"): (
        "Thank you, I've found the record.",
        "Use the handles below in the next calls; coming appointments stand beside them.",
    ),
    ("find_patient", "verified.no_calendar"): (
        "Thank you, I've found the record. I can't see the calendar at the moment.",
        "Use the patient handle below in the next calls.",
    ),
    ("find_patient", "verified.by_number"): (
        "Thank you. I can find a time for you. For anything else I'd need the date of birth.",
        "The patient handle below is good for find_slots and book_appointment only.",
    ),
    ("find_patient", "need_more"): (
        "To find the record I need the full name and the date of birth. Could you give me both?",
        "Call find_patient again with what the caller says.",
    ),
    ("find_patient", "need_more.name"): (
        "Could you tell me the first and last name, and spell the last name for me?",
        "Call find_patient again with what the caller says.",
    ),
    ("find_patient", "need_more.date_of_birth"): (
        "And the date of birth, with the year, please?",
        "Call find_patient again with it. If the caller would rather not say, offer to leave a message.",
    ),
    ("find_patient", "not_verified"): (
        "I couldn't match those details. I can check the spelling, register you as new, or take a message.",
        "Offer these three ways and let the caller choose. Do not say which detail differs.",
    ),
    ("find_patient", "locked"): (
        "I can't look for records any more in this call. I can take a message for the office's people.",
        "Do not call this tool again. Take the message with message_office.",
    ),
    ("find_patient", "locked.transfer"): (
        "I can't look for records any more in this call, but the office's people can help.",
        "Do not call this tool again. Connect to {transfer}, or take a message with message_office.",
    ),
    ("find_patient", "unavailable"): (
        "I can't reach the office's records at the moment.",
        "Nothing was looked up or changed. Offer to look once more in a minute, or to leave a message.",
    ),
}

_FIND_SLOTS: Final = {
    ("find_slots", "ok"): (
        "I have {options}. Which would you like?",
        "When the caller has chosen, call book_appointment with that slot.",
    ),
    ("find_slots", "ok.one"): (
        "I have {options}. Would that work for you?",
        "On a yes, call book_appointment with that slot; else ask for other days.",
    ),
    ("find_slots", "nearest"): (
        "I have nothing like that {period}. The nearest is {options}.",
        "Ask if one suits; else offer a message.",
    ),
    ("find_slots", "instead.book"): (
        "{when} is no longer free, so nothing was booked. I also have {options}.",
        "On a yes, book that slot.",
    ),
    ("find_slots", "instead.book_for"): (
        "{when} doesn't suit this patient's visit, so nothing was booked. I do have {options}.",
        "On a yes, book that slot.",
    ),
    ("find_slots", "instead.move"): (
        "{new_when} is no longer free, so nothing was moved. I also have {options}.",
        "On a yes, move to that slot.",
    ),
    ("find_slots", "none"): (
        "I have nothing like that {period}. Would other days or another time of day work?",
        "Call find_slots again with what the caller says, or offer to leave a message for the office.",
    ),
    ("find_slots", "not_due"): (
        "{visit} isn't due before {due}. I can leave the office a message if it should be sooner.",
        "Other days before then bring nothing. On a yes, call message_office.",
    ),
    ("find_slots", "not_due.nearest"): (
        "{visit} isn't due before {due}. The nearest is {options}.",
        "Ask if one suits; else offer a message.",
    ),
    ("find_slots", "needs_human"): (
        "I can't see this office's opening hours, so I can't offer times myself.",
        "Do not guess times. Offer to leave a message for the office.",
    ),
    ("find_slots", "unavailable"): (
        "I can't see the office's calendar at the moment.",
        "Nothing was changed. Offer to look once more in a minute, or to leave a message for the office.",
    ),
}

_LIST_APPOINTMENTS: Final = {
    ("list_appointments", "ok"): ("Coming up: {appointments}.", "Use the handles below in the next calls."),
    ("list_appointments", "ok.more"): (
        "The next ones are: {appointments}. There are more after that.",
        "Use the handles below in the next calls.",
    ),
    ("list_appointments", "none"): (
        "I see no appointment coming up.",
        "Offer to find a time with find_slots.",
    ),
    ("list_appointments", "unavailable"): (
        "I can't see the office's calendar at the moment.",
        "Nothing was changed. Offer to look once more in a minute, or to leave a message for the office.",
    ),
}

_CHECK_WRITEBACK: Final = {
    ("check_writeback", "settled"): ("So far: {rows}.", "Tell the caller, then go on."),
    ("check_writeback", "open"): (
        "So far: {rows}.",
        "Tell the caller. Do not send any of it again.",
    ),
    ("check_writeback", "settled.more"): ("So far: {rows}; and {more} more.", "Tell the caller, then go on."),
    ("check_writeback", "open.more"): (
        "So far: {rows}; and {more} more.",
        "Tell the caller. Send none of it again.",
    ),
    ("check_writeback", "nothing"): (
        "I see no request made in this call.",
        "Nothing was sent. Go on with what the caller wants.",
    ),
    ("check_writeback", "unavailable"): (
        "I can't look up the requests at the moment.",
        "Say that nothing has been changed by asking. Do not send any request again.",
    ),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    **_FIND_PATIENT,
    **_FIND_SLOTS,
    **_LIST_APPOINTMENTS,
    **_CHECK_WRITEBACK,
}

PHRASES: Final[Mapping[tuple[str, str], str]] = {
    ("appointment", "booked"): "{when}",
    ("appointment", "pending"): "{when}, not confirmed yet",
    ("appointment", "cancelling"): "{when}, being called off",
    ("not_due", "cleaning"): "A cleaning",
    ("not_due", "visit"): "That visit",
    ("period", "day"): "on {date_from}",
    ("period", "days"): "between {date_from} and {date_to}",
}
