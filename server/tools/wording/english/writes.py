"""English sentences for booking and cancelling, one for every state a write can be in.

"Booked" and "cancelled" stand only where the practice software has confirmed, or where the sentence
says that nothing was. A write whose fate is not known never sounds like a failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.english.advice import (
    OTHER_TIMES,
    STANDS_NOW,
    STILL_STANDS,
    WHEN_BACK,
    WHEN_THROUGH,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHECK_BOOKING = "Go on with the call; ask check_writeback once before goodbye. Do not book this again."
_CHECK_CANCEL = "Go on with the call; ask check_writeback once before goodbye. Do not send this again."
_WAITING_BOOKING = "It goes out by itself; ask check_writeback before goodbye. Do not book this again."

_BOOK: Final = {
    ("book", "needs_confirmation"): (
        "Let me read that back: {when}. Shall I ask the office for it?",
        "On a clear yes, call book_appointment with the same arguments and caller_confirmed true.",
    ),
    ("book", "needs_confirmation.another"): (
        "There is already {old_when}. Shall {when} replace that, or be one more?",
        "Replace: reschedule_appointment. To add: book_appointment with the new slot, caller_confirmed true.",
    ),
    ("book", "waiting"): (
        "The request for {when} goes out once an earlier one is through. Nothing is booked yet.",
        _WAITING_BOOKING,
    ),
    ("book", "waiting.registration"): (
        "The request for {when} goes out once the registration is through. Nothing is booked yet.",
        _WAITING_BOOKING,
    ),
    ("book", "queued"): (
        "The office's computer is offline, so the request for {when} waits here. Nothing is booked yet.",
        "It is sent once that is back and the time is free. Do not book again; check_writeback tells.",
    ),
    ("book", "intent"): (
        "I'm sending the request for {when} now. The office system hasn't taken it yet.",
        _CHECK_BOOKING,
    ),
    ("book", "sending"): (
        "I'm sending the request for {when} now. The office system hasn't taken it yet.",
        _CHECK_BOOKING,
    ),
    ("book", "submitted"): (
        "The office system has my request for {when}. It isn't confirmed yet.",
        _CHECK_BOOKING,
    ),
    ("book", "uncertain"): (
        "I've sent the request for {when}, and I'm still finding out whether the office system has it.",
        _CHECK_BOOKING,
    ),
    ("book", "overdue"): (
        "The office system is taking longer than usual over {when}. It isn't confirmed yet.",
        _CHECK_BOOKING,
    ),
    ("book", "confirmed"): (
        "You're booked for {when}. The office system has confirmed it.",
        "Repeat the weekday and time once, then go on with the call.",
    ),
    ("book", "confirmed.changed"): (
        "You were booked for {when}, but the office has since changed that.",
        STANDS_NOW,
    ),
    ("book", "failed"): (
        "The office system did not accept {when}, so nothing was booked.",
        OTHER_TIMES,
    ),
    ("book", "confirmed.person"): (
        "You're booked for {when}. The office's own people have confirmed it.",
        "Repeat the weekday and time once, then go on with the call.",
    ),
    ("book", "failed.person"): (
        "The office's own people say the request for {when} did not get through; nothing was booked.",
        OTHER_TIMES,
    ),
    ("book", "failed.slot_taken"): (
        "{when} was taken before the office system got to it, so nothing was booked.",
        OTHER_TIMES,
    ),
    ("book", "rejected"): (
        "The office system did not take the request for {when}, so nothing was booked.",
        OTHER_TIMES,
    ),
    ("book", "rejected.spu_offline"): (
        "The office's system is offline; nothing was booked.",
        "Say which time was asked for, and offer to leave a message for the office.",
    ),
    ("book", "rejected.never_sent"): (
        "I couldn't get the request for {when} to the office system in time, so nothing was booked.",
        OTHER_TIMES,
    ),
    ("book", "rejected.refused"): (
        "The office system refused the request for {when}, so nothing was booked.",
        OTHER_TIMES,
    ),
    ("book", "rejected.not_permitted"): (
        "I'm not allowed to make appointments in this office's system, so nothing was booked.",
        "Do not offer other times. Offer to leave a message for the office.",
    ),
    ("book", "rejected.slot_taken"): (
        "{when} has just been taken, so nothing was booked.",
        OTHER_TIMES,
    ),
    ("book", "rejected.registration_failed"): (
        "The registration did not get through, so nothing was booked for {when}.",
        "Do not offer other times. Offer to leave a message for the office.",
    ),
    ("book", "withdrawn"): (
        "The request for {when} was taken back before the office system acted on it. Nothing was booked.",
        "Ask whether another time is wanted.",
    ),
    ("book", "still_going"): (
        "{when} is still being called off, so I can't ask for it yet. Nothing further was booked.",
        "Once check_writeback says how this ended, call book_appointment anew.",
    ),
    ("book", "slot_taken"): ("{when} is no longer free, so nothing was booked.", OTHER_TIMES),
    ("book_for", "slot_taken"): (
        "{when} doesn't suit this patient's visit, so nothing was booked.",
        OTHER_TIMES,
    ),
    ("book", "slot_past"): (
        "{when} is already too close or past, so nothing was booked.",
        OTHER_TIMES,
    ),
    ("book", "not_supported"): (
        "This office's system doesn't let me make appointments, so nothing was booked.",
        "Do not offer other times. Offer to leave a message for the office.",
    ),
    ("book", "needs_human"): (
        "That appointment is for the office's own people to make, so nothing was booked.",
        "Do not offer other times. Offer to leave a message for the office.",
    ),
    ("book", "unavailable"): (
        "I couldn't check that {when} is still free, so I sent nothing and nothing further was booked.",
        "Call find_slots to see what is free now, or offer to leave a message for the office.",
    ),
}

_CANCEL: Final = {
    ("cancel", "needs_confirmation"): (
        "Just to be sure: shall I ask the office to cancel the appointment on {when}?",
        "On a clear yes, call cancel_appointment with the same arguments and caller_confirmed true.",
    ),
    ("cancel", "needs_confirmation.late"): (
        "{notice} Shall I still ask them to cancel {when}?",
        "On a yes, call it again with caller_confirmed true.",
    ),
    ("cancel", "needs_confirmation.moving"): (
        "Shall I cancel it altogether: {when}, and the change to {new_when}?",
        "On a yes, call it again with caller_confirmed true.",
    ),
    ("cancel", "waiting"): (
        "The cancellation for {when} goes out once an earlier request is through. It isn't confirmed yet.",
        WHEN_THROUGH,
    ),
    ("cancel", "queued"): (
        "The office's computer is offline, so cancelling {when} waits here. Nothing is cancelled yet.",
        WHEN_BACK,
    ),
    ("cancel", "intent"): (
        "I'm sending the cancellation for {when} now. The office system hasn't taken it yet.",
        _CHECK_CANCEL,
    ),
    ("cancel", "sending"): (
        "I'm sending the cancellation for {when} now. The office system hasn't taken it yet.",
        _CHECK_CANCEL,
    ),
    ("cancel", "submitted"): (
        "The office system has the cancellation for {when}. It isn't confirmed yet.",
        _CHECK_CANCEL,
    ),
    ("cancel", "uncertain"): (
        "I've sent the cancellation for {when}, and I'm still finding out whether the office system has it.",
        _CHECK_CANCEL,
    ),
    ("cancel", "overdue"): (
        "The office system is taking longer than usual to cancel {when}. It isn't confirmed yet.",
        _CHECK_CANCEL,
    ),
    ("cancel", "confirmed"): (
        "The appointment on {when} is cancelled. The office system has confirmed it.",
        "Ask whether another time is wanted.",
    ),
    ("cancel", "confirmed.person"): (
        "The appointment on {when} is cancelled. The office's own people have confirmed it.",
        "Ask whether another time is wanted.",
    ),
    ("cancel", "failed.person"): (
        "The office's own people say cancelling {when} did not get through; nothing was cancelled.",
        STILL_STANDS,
    ),
    ("cancel", "failed"): (
        "The office system did not accept the cancellation for {when}, so nothing was cancelled.",
        STILL_STANDS,
    ),
    ("cancel", "rejected"): (
        "The office system did not take the cancellation for {when}, so nothing was cancelled.",
        STILL_STANDS,
    ),
    ("cancel", "rejected.spu_offline"): (
        "The office's system is offline; nothing was cancelled.",
        STILL_STANDS,
    ),
    ("cancel", "rejected.never_sent"): (
        "I couldn't get the cancellation for {when} to the office system in time, so nothing was cancelled.",
        STILL_STANDS,
    ),
    ("cancel", "rejected.refused"): (
        "The office system refused the cancellation for {when}, so nothing was cancelled.",
        STILL_STANDS,
    ),
    ("cancel", "rejected.not_permitted"): (
        "I'm not allowed to cancel appointments in this office's system, so nothing was cancelled.",
        STILL_STANDS,
    ),
    ("cancel", "rejected.changed"): (
        "The appointment on {when} no longer stands, so nothing was cancelled.",
        STANDS_NOW,
    ),
    ("cancel", "withdrawn"): (
        "The cancellation for {when} was taken back before the office system acted on it.",
        STILL_STANDS,
    ),
    ("cancel", "not_supported"): (
        "This office's system doesn't let me cancel appointments, so nothing was cancelled.",
        STILL_STANDS,
    ),
    ("cancel", "needs_human"): (
        "Cancelling that is for the office's own people, so nothing was cancelled.",
        STILL_STANDS,
    ),
    ("cancel", "unavailable"): (
        "I couldn't look at the appointment on {when}, so I sent nothing and nothing further was cancelled.",
        STILL_STANDS,
    ),
    ("cancel", "past"): (
        "The appointment on {when} is already past, so nothing was cancelled.",
        "Offer to leave a message for the office.",
    ),
}

_CANCEL_OF_A_PENDING_BOOKING: Final = {
    ("cancel", "wish"): (
        "I've noted that {when} is no longer wanted. I can't say yet whether that stops it in time.",
        _CHECK_CANCEL,
    ),
    ("cancel", "wish.withdrawn"): (
        "I took the request for {when} back before the office system acted on it. Nothing was booked.",
        "Ask whether another time is wanted.",
    ),
    ("cancel", "wish.got_through"): (
        "{when} got through first, so its cancellation follows. That isn't confirmed yet.",
        _CHECK_CANCEL,
    ),
    ("cancel", "wish.not_booked"): (
        "The office system did not accept {when}, so nothing was booked and there is nothing to cancel.",
        "Ask whether another time is wanted.",
    ),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    **_BOOK,
    **_CANCEL,
    **_CANCEL_OF_A_PENDING_BOOKING,
}
