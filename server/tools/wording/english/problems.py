"""English sentences for what went wrong before anything was done: arguments, handles, permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_GENERIC: Final = {
    ("any", "unavailable"): (
        "I can't reach the office's system at the moment, so nothing further was changed.",
        "Offer to leave a message for the office.",
    ),
    ("any", "not_permitted"): (
        "That isn't something I may do for this office, so nothing was changed.",
        "Offer to leave a message for the office.",
    ),
    ("any", "internal"): (
        "Something went wrong on my side, so nothing further was changed.",
        "Offer to leave a message for the office.",
    ),
    ("any", "gone"): (
        "The appointment on {when} isn't in the calendar any more, so nothing was changed.",
        "Call list_appointments or find_patient to see what stands. Offer a new time, or a message.",
    ),
    ("any", "needs_human"): (
        "That is something for the office's own people, so nothing was changed.",
        "Offer to leave a message for the office.",
    ),
    ("any", "not_supported"): (
        "This office's system doesn't let me do that, so nothing was changed.",
        "Offer to leave a message for the office.",
    ),
    ("any", "unknown_tool"): (
        "That isn't something I can do, so nothing was changed.",
        "No such tool is offered here. Use one of those listed.",
    ),
}

_ASK_AGAIN = "Ask the caller, then call the tool again with the answer."

_INVALID_INPUT: Final = {
    ("invalid_input", "name"): ("Could you tell me the first and last name?", _ASK_AGAIN),
    ("invalid_input", "date_of_birth"): (
        "Could you tell me the date of birth, with month, day and year?",
        "Ask the caller, then give date_of_birth as year, month and day.",
    ),
    ("invalid_input", "phone"): (
        "Could you give me the phone number once more, with the area code?",
        _ASK_AGAIN,
    ),
    ("invalid_input", "caller_is"): (
        "Are you calling for yourself or for someone else?",
        "Give caller_is as self, parent, guardian, spouse or other.",
    ),
    ("invalid_input", "reason"): ("What would you like to come in for?", _ASK_AGAIN),
    ("invalid_input", "date_from"): (
        "From which day on shall I look?",
        "Give date_from as year, month and day.",
    ),
    ("invalid_input", "date_to"): ("Up to which day shall I look?", "Give date_to as year, month and day."),
    ("invalid_input", "date_past"): (
        "That day has passed. Which coming day would suit you?",
        "Today is {today} at the office; give days from then on.",
    ),
    ("invalid_input", "date_order"): (
        "Between which two days shall I look?",
        "Give date_to on or after date_from.",
    ),
    ("invalid_input", "date_far"): (
        "That is further ahead than I can look. Which nearer day would suit you?",
        _ASK_AGAIN,
    ),
    ("invalid_input", "time_of_day"): (
        "Would you like the morning, the afternoon or the evening?",
        "Give time_of_day as morning, afternoon or evening, or leave it empty.",
    ),
    ("invalid_input", "provider"): (
        "Which dentist or hygienist would you like to see?",
        "Give the name as the office knows it, or leave provider empty.",
    ),
    ("invalid_input", "which_provider"): (
        "Would you like to see {one_of}?",
        "Ask the caller, then give provider as it is said here, or leave it empty.",
    ),
    ("invalid_input", "patient"): (
        "Who is this for?",
        "Call find_patient first and give the patient handle it returns.",
    ),
    ("invalid_input", "slot"): (
        "Which of the times would you like?",
        "Call find_slots and give the slot handle of the time chosen.",
    ),
    ("invalid_input", "appointment"): (
        "Which appointment do you mean?",
        "Give the appointment handle from find_patient or list_appointments.",
    ),
    ("invalid_input", "writeback"): (
        "Let me see what has been asked for in this call.",
        "Leave writeback empty, or give the handle a booking or cancelling returned.",
    ),
    ("invalid_input", "which_writeback"): (
        "Which request do you mean?",
        "Give the writeback or appointment handle that the booking or cancelling returned.",
    ),
    ("invalid_input", "wait_seconds"): (
        "Let me look at that.",
        "Give wait_seconds as a small whole number, or leave it out.",
    ),
    ("invalid_input", "note"): (
        "Could you put the note for the office more briefly?",
        "Give note as one or two plain sentences.",
    ),
    ("invalid_input", "first_name"): ("Could you tell me the first name once more?", _ASK_AGAIN),
    ("invalid_input", "last_name"): ("Could you spell the last name for me?", _ASK_AGAIN),
    ("invalid_input", "email"): (
        "Could you say the email address once more, slowly?",
        "Ask the caller, then call the tool again; leave email empty if there is none.",
    ),
    ("invalid_input", "kind"): (
        "What is the message about?",
        "Give kind as request, clinical, running_late, waitlist, billing or other.",
    ),
    ("invalid_input", "callback"): (
        "Which phone number shall I leave for the office, with the area code?",
        _ASK_AGAIN,
    ),
    ("invalid_input", "message"): (
        "What would you like me to tell the office?",
        "Ask the caller, then give message as one or two plain sentences.",
    ),
    ("invalid_input", "urgency"): (
        "Is it urgent, or can it wait?",
        "Give urgency as one of the words the tool lists.",
    ),
    ("invalid_input", "topic"): (
        "What would you like to know about the office?",
        "Give topic as one of those the tool lists.",
    ),
    ("invalid_input", "field"): (
        "What would you like to change: phone, email, address, name or date of birth?",
        "Give field as phone, email, address, name or birth_date.",
    ),
    ("invalid_input", "value"): ("What should it be from now on?", _ASK_AGAIN),
    ("invalid_input", "amount"): (
        "How much was the payment, in dollars and cents?",
        "Give amount as a decimal number above zero.",
    ),
    ("invalid_input", "method"): (
        "How was the payment made: cash, check, card or another way?",
        "Give method as cash, check, card or other.",
    ),
    ("invalid_input", "reference"): (
        "Is there a check or receipt number that goes with it?",
        "Give reference as a short check or receipt number, or leave it empty.",
    ),
    ("invalid_input", "card_number"): (
        "Please don't give me a card number; I can't take one and haven't kept it.",
        "Nothing was recorded. Never pass on a card number or its code; leave them out.",
    ),
    ("invalid_input", "caller_confirmed"): (
        "Shall I go ahead, yes or no?",
        "Give caller_confirmed as true only after a clear yes.",
    ),
}

_WRONG_KIND = "That is {given}, not {wanted}. "

_HANDLES: Final = {
    ("handle", "wrong_kind.patient"): (
        "One moment, I need to look that up.",
        _WRONG_KIND + "Call find_patient and give the patient handle it returns.",
    ),
    ("handle", "wrong_kind.slot"): (
        "One moment, I need to look that up.",
        _WRONG_KIND + "Call find_slots and give the slot handle of the time chosen.",
    ),
    ("handle", "wrong_kind.appointment"): (
        "One moment, I need to look that up.",
        _WRONG_KIND + "Give the appointment handle from find_patient or list_appointments.",
    ),
    ("handle", "wrong_kind.writeback"): (
        "One moment, I need to look that up.",
        _WRONG_KIND + "Leave writeback empty, or give the handle a booking or cancelling returned.",
    ),
    ("handle", "unknown.patient"): (
        "Let me look the record up once more. Could you give me the full name and date of birth?",
        "The patient handle is unknown or has lapsed. Call find_patient.",
    ),
    ("handle", "unknown.slot"): (
        "Let me see what is free now.",
        "The slot handle is unknown or has lapsed. Call find_slots and offer times afresh.",
    ),
    ("handle", "unknown.appointment"): (
        "Which appointment do you mean?",
        "The appointment handle is unknown or has lapsed. Call find_patient or list_appointments.",
    ),
    ("handle", "unknown.writeback"): (
        "Let me see what has been asked for in this call.",
        "The writeback handle is unknown or has lapsed. Call check_writeback without one.",
    ),
    ("handle", "not_proven"): (
        "Before that, could you give me the full name and date of birth?",
        "This needs a verified patient. Call find_patient with both.",
    ),
    ("handle", "for_another"): (
        "I can't open anybody's record for another person. I can leave a request for the office's people.",
        "Call message_office, kind request: who is calling and their number, for whom, and what for.",
    ),
    ("handle", "not_theirs"): (
        "For somebody else, the office's own people help with that, so nothing was changed.",
        "Offer to leave a request with message_office: who is calling, for whom, and what for.",
    ),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {**_GENERIC, **_INVALID_INPUT, **_HANDLES}

PHRASES: Final[Mapping[tuple[str, str], str]] = {
    ("kind", "patient"): "a patient",
    ("kind", "slot"): "a slot",
    ("kind", "appointment"): "an appointment",
    ("kind", "writeback"): "a writeback",
    ("aside", "not_spoken"): "not for speaking",
    ("aside", "slot"): "slot that means one more",
    ("aside", "appointment"): "appointment there is",
}
