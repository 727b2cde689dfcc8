"""English sentences for what is written into a patient's record: a detail, a note, a payment.

A detail's new value is said in its read-back only, a note's words never.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.english.advice import GO_ON, MESSAGE, NOTHING_MORE, WHEN_BACK, WHEN_THROUGH

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_PAID_AWAY: Final = (
    "Say that the entry is missing, not the payment. Offer to leave a message for the office."
)

_UPDATE_PATIENT: Final = {
    ("update_patient", "needs_confirmation"): (
        "Let me read that back: the new {field} is {value}. Shall I ask the office to change it?",
        "On a clear yes, call update_patient again, with caller_confirmed true.",
    ),
    ("update_patient", "waiting"): (
        "The new {field} goes out once an earlier request is through. Nothing is updated yet.",
        WHEN_THROUGH,
    ),
    ("update_patient", "queued"): (
        "The office's computer is offline, so the new {field} waits here. Nothing is updated yet.",
        WHEN_BACK,
    ),
    ("update_patient", "intent"): (
        "I'm sending the new {field} now. The office system hasn't taken it yet.",
        GO_ON,
    ),
    ("update_patient", "sending"): (
        "I'm sending the new {field} now. The office system hasn't taken it yet.",
        GO_ON,
    ),
    ("update_patient", "submitted"): (
        "The office system has the new {field}. It isn't confirmed yet.",
        GO_ON,
    ),
    ("update_patient", "uncertain"): (
        "I've sent the new {field}, and I'm still finding out whether the office system has it.",
        GO_ON,
    ),
    ("update_patient", "overdue"): (
        "The office system is taking longer than usual over the new {field}. It isn't confirmed yet.",
        GO_ON,
    ),
    ("update_patient", "confirmed"): (
        "The {field} is updated. The office system has confirmed it.",
        NOTHING_MORE,
    ),
    ("update_patient", "confirmed.person"): (
        "The {field} is updated. The office's own people have confirmed it.",
        NOTHING_MORE,
    ),
    ("update_patient", "failed"): (
        "The office system did not accept the new {field}, so nothing was updated.",
        MESSAGE,
    ),
    ("update_patient", "failed.person"): (
        "The office's own people say the new {field} did not get through; nothing was updated.",
        MESSAGE,
    ),
    ("update_patient", "rejected"): (
        "The office system did not take the new {field}, so nothing was updated.",
        MESSAGE,
    ),
    ("update_patient", "rejected.spu_offline"): (
        "The office's system is offline; nothing was updated.",
        MESSAGE,
    ),
    ("update_patient", "rejected.never_sent"): (
        "I couldn't get the new {field} to the office system in time, so nothing was updated.",
        MESSAGE,
    ),
    ("update_patient", "rejected.refused"): (
        "The office system refused the new {field}, so nothing was updated.",
        MESSAGE,
    ),
    ("update_patient", "rejected.not_permitted"): (
        "I'm not allowed to change records in this office's system, so nothing was updated.",
        MESSAGE,
    ),
    ("update_patient", "withdrawn"): (
        "The new {field} was taken back before the office system acted on it. Nothing was updated.",
        "Ask what the caller would like instead.",
    ),
    ("update_patient", "not_supported"): (
        "This office's system doesn't let me change that, so nothing was updated.",
        MESSAGE,
    ),
    ("update_patient", "needs_human"): (
        "Changing that is for the office's own people, so nothing was updated.",
        MESSAGE,
    ),
    ("update_patient", "unavailable"): (
        "I can't reach the office's records at the moment, so nothing further was updated.",
        MESSAGE,
    ),
}

_ADD_NOTE: Final = {
    ("add_note", "waiting"): (
        "The note goes out once an earlier request is through. It isn't in the record yet.",
        WHEN_THROUGH,
    ),
    ("add_note", "queued"): (
        "The office's computer is offline, so the note waits here. It isn't in the record yet.",
        WHEN_BACK,
    ),
    ("add_note", "intent"): (
        "I'm sending the note now. The office system hasn't taken it yet.",
        GO_ON,
    ),
    ("add_note", "sending"): (
        "I'm sending the note now. The office system hasn't taken it yet.",
        GO_ON,
    ),
    ("add_note", "submitted"): ("The office system has the note. It isn't confirmed yet.", GO_ON),
    ("add_note", "uncertain"): (
        "I've sent the note, and I'm still finding out whether the office system has it.",
        GO_ON,
    ),
    ("add_note", "overdue"): (
        "The office system is taking longer than usual over the note. It isn't confirmed yet.",
        GO_ON,
    ),
    ("add_note", "confirmed"): (
        "The note is in the record. The office system has confirmed it.",
        NOTHING_MORE,
    ),
    ("add_note", "confirmed.person"): (
        "The note is in the record. The office's own people have confirmed it.",
        NOTHING_MORE,
    ),
    ("add_note", "failed"): ("The office system did not accept the note, so nothing was added.", MESSAGE),
    ("add_note", "failed.person"): (
        "The office's own people say the note did not get through; nothing was added.",
        MESSAGE,
    ),
    ("add_note", "rejected"): ("The office system did not take the note, so nothing was added.", MESSAGE),
    ("add_note", "rejected.spu_offline"): ("The office's system is offline; nothing was added.", MESSAGE),
    ("add_note", "rejected.never_sent"): (
        "I couldn't get the note to the office system in time, so nothing was added.",
        MESSAGE,
    ),
    ("add_note", "rejected.refused"): ("The office system refused the note, so nothing was added.", MESSAGE),
    ("add_note", "rejected.not_permitted"): (
        "I'm not allowed to write notes in this office's system, so nothing was added.",
        MESSAGE,
    ),
    ("add_note", "withdrawn"): (
        "The note was taken back before the office system acted on it. Nothing was added.",
        NOTHING_MORE,
    ),
    ("add_note", "not_supported"): (
        "This office's system doesn't let me write notes, so nothing was added.",
        MESSAGE,
    ),
    ("add_note", "needs_human"): (
        "That note is for the office's own people to write, so nothing was added.",
        MESSAGE,
    ),
    ("add_note", "unavailable"): (
        "I can't reach the office's records at the moment, so nothing further was added.",
        MESSAGE,
    ),
}

_RECORD_PAYMENT: Final = {
    ("record_payment", "needs_confirmation"): (
        "Let me read that back: a payment of {amount}, {method}. Shall I send that to the office?",
        "On a clear yes, call record_payment again, with caller_confirmed true.",
    ),
    ("record_payment", "waiting"): (
        "The entry of {amount} goes out once an earlier request is through. Nothing is recorded yet.",
        WHEN_THROUGH,
    ),
    ("record_payment", "queued"): (
        "The office's computer is offline, so the entry of {amount} waits here. Nothing is recorded yet.",
        WHEN_BACK,
    ),
    ("record_payment", "intent"): (
        "I'm sending the entry of {amount} now. The office system hasn't taken it yet.",
        GO_ON,
    ),
    ("record_payment", "sending"): (
        "I'm sending the entry of {amount} now. The office system hasn't taken it yet.",
        GO_ON,
    ),
    ("record_payment", "submitted"): (
        "The office system has the entry of {amount}. It isn't confirmed yet.",
        GO_ON,
    ),
    ("record_payment", "uncertain"): (
        "I've sent the entry of {amount}, and I'm still finding out whether the office system has it.",
        GO_ON,
    ),
    ("record_payment", "overdue"): (
        "The office system is taking longer than usual over the entry of {amount}. It isn't confirmed yet.",
        GO_ON,
    ),
    ("record_payment", "confirmed"): (
        "The payment of {amount} is recorded. The office system has confirmed it.",
        NOTHING_MORE,
    ),
    ("record_payment", "confirmed.person"): (
        "The payment of {amount} is recorded. The office's own people have confirmed it.",
        NOTHING_MORE,
    ),
    ("record_payment", "failed"): (
        "The office system did not accept the entry of {amount}, so nothing was recorded.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "failed.person"): (
        "The office's own people say the entry of {amount} did not get through; nothing was recorded.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "rejected"): (
        "The office system did not take the entry of {amount}, so nothing was recorded.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "rejected.spu_offline"): (
        "The office's system is offline; nothing was recorded.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "rejected.never_sent"): (
        "I couldn't get the entry of {amount} to the office system in time, so nothing was recorded.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "rejected.refused"): (
        "The office system refused the entry of {amount}, so nothing was recorded.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "rejected.not_permitted"): (
        "I'm not allowed to enter payments in this office's system, so nothing was recorded.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "withdrawn"): (
        "The entry of {amount} was taken back before the office system acted on it. Nothing was recorded.",
        NOTHING_MORE,
    ),
    ("record_payment", "not_supported"): (
        "This office's system doesn't let me enter payments, so nothing was recorded.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "needs_human"): (
        "Entering that is for the office's own people, so nothing was recorded.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "unavailable"): (
        "I can't reach the office's records at the moment, so nothing further was recorded.",
        MESSAGE,
    ),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    **_UPDATE_PATIENT,
    **_ADD_NOTE,
    **_RECORD_PAYMENT,
}

PHRASES: Final[Mapping[tuple[str, str], str]] = {
    ("field", "phone"): "phone number",
    ("field", "email"): "email address",
    ("field", "address"): "address",
    ("field", "name"): "name",
    ("field", "birth_date"): "date of birth",
    ("method", "cash"): "in cash",
    ("method", "check"): "by check",
    ("method", "card"): "by card",
    ("method", "other"): "in another way",
}
