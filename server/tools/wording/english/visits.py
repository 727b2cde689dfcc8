"""English sentences for moving an appointment and for a patient's yes to one, by state.

A move is told by its new time, since that is what the caller waits for; only the read-back says both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.english.advice import (
    GO_ON,
    MESSAGE,
    OTHER_TIMES,
    STANDS_NOW,
    STILL_STANDS,
    WHEN_BACK,
    WHEN_THROUGH,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_YES_TO_MOVE: Final = "On a clear yes, call reschedule_appointment again, with caller_confirmed true."
_OLD_TIME: Final = "Say that the old time still stands. Offer other times, or a message for the office."
_NO_OTHER_TIMES: Final = "Say that the old time still stands. Offer to leave a message for the office."
_ONCE_SETTLED: Final = (
    "Once check_writeback says how this ended, call reschedule_appointment for the new time anew."
)
_MOVE: Final = {
    ("move", "needs_confirmation"): (
        "Let me read that back: from {old_when} to {new_when}. Shall I ask the office for that?",
        _YES_TO_MOVE,
    ),
    ("move", "needs_confirmation.provider"): (
        "Let me read that back: from {old_when} to {new_when}, so to see someone else. Is that all right?",
        _YES_TO_MOVE,
    ),
    ("move", "needs_confirmation.back"): (
        "Shall I call off the change to {new_when}, and leave it at {old_when}?",
        "On a yes, call it again with caller_confirmed true.",
    ),
    ("move", "waiting"): (
        "The change to {new_when} goes out once an earlier request is through. Nothing is moved yet.",
        WHEN_THROUGH,
    ),
    ("move", "queued"): (
        "The office's computer is offline, so the change to {new_when} waits here. Nothing is moved yet.",
        WHEN_BACK,
    ),
    ("move", "intent"): (
        "I'm sending the change to {new_when} now. The office system hasn't taken it yet.",
        GO_ON,
    ),
    ("move", "sending"): (
        "I'm sending the change to {new_when} now. The office system hasn't taken it yet.",
        GO_ON,
    ),
    ("move", "submitted"): (
        "The office system has the change to {new_when}. It isn't confirmed yet.",
        GO_ON,
    ),
    ("move", "uncertain"): (
        "I've sent the change to {new_when}, and I'm still finding out whether the office system has it.",
        GO_ON,
    ),
    ("move", "overdue"): (
        "The office system is taking longer than usual over {new_when}. The change isn't confirmed yet.",
        GO_ON,
    ),
    ("move", "confirmed"): (
        "Your appointment is moved to {new_when}. The office system has confirmed it.",
        "Repeat the new weekday and time once, then go on with the call.",
    ),
    ("move", "confirmed.person"): (
        "Your appointment is moved to {new_when}. The office's own people have confirmed it.",
        "Repeat the new weekday and time once, then go on with the call.",
    ),
    ("move", "confirmed.changed"): (
        "Your appointment was moved to {new_when}, but the office has since changed that.",
        STANDS_NOW,
    ),
    ("move", "failed"): (
        "The office system did not accept the change to {new_when}, so nothing was moved.",
        _OLD_TIME,
    ),
    ("move", "failed.slot_taken"): (
        "{new_when} was taken before the office system got to it, so nothing was moved.",
        _OLD_TIME,
    ),
    ("move", "failed.person"): (
        "The office's own people say the change to {new_when} did not get through; nothing was moved.",
        _OLD_TIME,
    ),
    ("move", "rejected"): (
        "The office system did not take the change to {new_when}, so nothing was moved.",
        _OLD_TIME,
    ),
    ("move", "rejected.spu_offline"): (
        "The office's system is offline; nothing was moved.",
        _NO_OTHER_TIMES,
    ),
    ("move", "rejected.never_sent"): (
        "I couldn't get the change to {new_when} to the office system in time, so nothing was moved.",
        _OLD_TIME,
    ),
    ("move", "rejected.refused"): (
        "The office system refused the change to {new_when}, so nothing was moved.",
        _OLD_TIME,
    ),
    ("move", "rejected.not_permitted"): (
        "I'm not allowed to change appointments in this office's system, so nothing was moved.",
        _NO_OTHER_TIMES,
    ),
    ("move", "rejected.slot_taken"): ("{new_when} has just been taken, so nothing was moved.", _OLD_TIME),
    ("move", "rejected.changed"): (
        "The appointment on {old_when} no longer stands, so nothing was moved.",
        STANDS_NOW,
    ),
    ("move", "withdrawn"): (
        "The change to {new_when} was taken back before the office system acted on it. Nothing was moved.",
        "Say that the old time still stands. Ask whether another time is wanted.",
    ),
    ("move", "wish"): (
        "I've noted that {new_when} is no longer wanted. I can't say yet whether that stops it in time.",
        GO_ON,
    ),
    ("move", "wish.another"): (
        "I've noted that {new_when} is no longer wanted. I can't say yet whether that stops it in time.",
        _ONCE_SETTLED,
    ),
    ("move", "wish.withdrawn"): (
        "I took the change to {new_when} back before the office system acted on it. Nothing was moved.",
        "Say that the old time still stands. Ask whether another time is wanted.",
    ),
    ("move", "still_going"): (
        "{new_when} is still being called off, so I can't ask for it yet. Nothing further was moved.",
        _ONCE_SETTLED,
    ),
    ("move", "slot_taken"): ("{new_when} is no longer free, so nothing was moved.", _OLD_TIME),
    ("move", "slot_past"): ("{new_when} is already too close or past, so nothing was moved.", _OLD_TIME),
    ("move", "same_time"): (
        "The appointment is at {old_when} already, so nothing was moved.",
        OTHER_TIMES,
    ),
    ("move", "same_time.provider"): (
        "The appointment is at {old_when}. I can't change only who it's with, so nothing was moved.",
        "Offer other times, or to leave a message for the office's people.",
    ),
    ("move", "past"): ("The appointment on {old_when} is already past, so nothing was moved.", OTHER_TIMES),
    ("move", "not_supported"): (
        "This office's system doesn't let me change an appointment's time, so nothing was moved.",
        _NO_OTHER_TIMES,
    ),
    ("move", "needs_human"): (
        "Changing that appointment is for the office's own people, so nothing was moved.",
        _NO_OTHER_TIMES,
    ),
    ("move", "unavailable"): (
        "I couldn't look at the office's calendar, so I sent nothing and nothing further was moved.",
        _NO_OTHER_TIMES,
    ),
}

_CONFIRM: Final = {
    ("confirm", "waiting"): (
        "Your yes to {when} goes out once an earlier request is through. It isn't confirmed yet.",
        WHEN_THROUGH,
    ),
    ("confirm", "queued"): (
        "The office's computer is offline, so your yes to {when} waits here. Nothing is entered yet.",
        WHEN_BACK,
    ),
    ("confirm", "intent"): (
        "I'm sending your yes to {when} now. The office system hasn't taken it yet.",
        GO_ON,
    ),
    ("confirm", "sending"): (
        "I'm sending your yes to {when} now. The office system hasn't taken it yet.",
        GO_ON,
    ),
    ("confirm", "submitted"): (
        "The office system has your yes to {when}. That isn't confirmed yet.",
        GO_ON,
    ),
    ("confirm", "uncertain"): (
        "I've sent your yes to {when}, and I'm still finding out whether the office system has it.",
        GO_ON,
    ),
    ("confirm", "overdue"): (
        "The office system is taking longer than usual over your yes to {when}. It isn't confirmed yet.",
        GO_ON,
    ),
    ("confirm", "confirmed"): (
        "Your yes to {when} is entered. The office system has confirmed it.",
        "Repeat the weekday and time once, then go on with the call.",
    ),
    ("confirm", "confirmed.person"): (
        "Your yes to {when} is entered. The office's own people have confirmed it.",
        "Repeat the weekday and time once, then go on with the call.",
    ),
    ("confirm", "failed"): (
        "The office system did not accept your yes to {when}, so nothing was changed.",
        STILL_STANDS,
    ),
    ("confirm", "failed.person"): (
        "The office's own people say your yes to {when} did not get through; nothing was changed.",
        STILL_STANDS,
    ),
    ("confirm", "rejected"): (
        "The office system did not take your yes to {when}, so nothing was changed.",
        STILL_STANDS,
    ),
    ("confirm", "rejected.spu_offline"): (
        "The office's system is offline; nothing was changed.",
        STILL_STANDS,
    ),
    ("confirm", "rejected.never_sent"): (
        "I couldn't get your yes to {when} to the office system in time, so nothing was changed.",
        STILL_STANDS,
    ),
    ("confirm", "rejected.refused"): (
        "The office system refused your yes to {when}, so nothing was changed.",
        STILL_STANDS,
    ),
    ("confirm", "rejected.not_permitted"): (
        "I'm not allowed to change appointments in this office's system, so nothing was changed.",
        STILL_STANDS,
    ),
    ("confirm", "rejected.changed"): (
        "The appointment on {when} no longer stands, so nothing was entered.",
        STANDS_NOW,
    ),
    ("confirm", "withdrawn"): (
        "Your yes to {when} was taken back before the office system acted on it. Nothing was changed.",
        STILL_STANDS,
    ),
    ("confirm", "needs_confirmation"): (
        "That appointment is on {when} now. Shall I enter that you're coming then?",
        "On a clear yes, call confirm_appointment with the appointment handle below.",
    ),
    ("confirm", "in_the_way"): (
        "An earlier request about {when} isn't through yet, so I can't enter your yes.",
        "Ask again once check_writeback says what became of it.",
    ),
    ("confirm", "past"): (
        "The appointment on {when} is already past, so nothing was changed.",
        MESSAGE,
    ),
    ("confirm", "not_supported"): (
        "This office's system doesn't let me enter that you're coming, so nothing was changed.",
        STILL_STANDS,
    ),
    ("confirm", "needs_human"): (
        "That appointment is for the office's own people to look at, so nothing was changed.",
        MESSAGE,
    ),
    ("confirm", "unavailable"): (
        "I couldn't look at the office's calendar, so I sent nothing and nothing further was changed.",
        STILL_STANDS,
    ),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {**_MOVE, **_CONFIRM}
