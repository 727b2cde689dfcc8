"""English sentences for news: what has become of an earlier request, told unasked.

A failure that happened after the call in which it was asked for is told first of all, since the caller
has gone on believing in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEDULING: Final = {
    ("news", "book.confirmed"): ("Update: {when} is now confirmed.", ""),
    ("news", "book.wish"): ("Update: {when} got through before it could be called off.", ""),
    ("news", "book.failed"): ("Update: {when} was not accepted; nothing was booked.", ""),
    ("news", "book.rejected"): ("Update: the request for {when} did not go through; nothing was booked.", ""),
    ("news", "book.withdrawn"): ("Update: the request for {when} was taken back; nothing was booked.", ""),
    ("news", "book.overdue"): ("Update: {when} is taking longer than usual and isn't confirmed yet.", ""),
    ("news", "book.uncertain"): ("Update: I'm still finding out whether the office has {when}.", ""),
    ("news", "book.queued"): ("Update: the office's computer is offline; the request for {when} waits.", ""),
    ("news", "cancel.confirmed"): ("Update: {when} is now cancelled.", ""),
    ("news", "cancel.failed"): ("Update: the cancellation for {when} was not accepted; it still stands.", ""),
    ("news", "cancel.rejected"): (
        "Update: cancelling {when} did not go through; nothing was cancelled.",
        "",
    ),
    ("news", "cancel.withdrawn"): (
        "Update: the cancellation for {when} was taken back; it still stands.",
        "",
    ),
    ("news", "cancel.overdue"): (
        "Update: cancelling {when} takes longer than usual; not confirmed yet.",
        "",
    ),
    ("news", "cancel.uncertain"): (
        "Update: I'm still finding out about cancelling {when}.",
        "",
    ),
    ("news", "cancel.queued"): (
        "Update: the office's computer is offline; cancelling {when} waits.",
        "",
    ),
    ("news", "move.confirmed"): ("Update: your appointment is now moved to {new_when}.", ""),
    ("news", "move.wish"): (
        "Update: the change to {new_when} got through before it could be called off.",
        "",
    ),
    ("news", "move.failed"): ("Update: the change to {new_when} was not accepted; nothing was moved.", ""),
    ("news", "move.rejected"): (
        "Update: the change to {new_when} did not go through; nothing was moved.",
        "",
    ),
    ("news", "move.withdrawn"): ("Update: the change to {new_when} was taken back; nothing was moved.", ""),
    ("news", "move.overdue"): (
        "Update: the change to {new_when} takes longer than usual; not confirmed yet.",
        "",
    ),
    ("news", "move.uncertain"): ("Update: I'm still finding out about the change to {new_when}.", ""),
    ("news", "move.queued"): (
        "Update: the office's computer is offline; the change to {new_when} waits.",
        "",
    ),
    ("news", "confirm.confirmed"): ("Update: your yes to {when} is now entered.", ""),
    ("news", "confirm.failed"): ("Update: your yes to {when} was not accepted; nothing was changed.", ""),
    ("news", "confirm.rejected"): ("Update: your yes to {when} did not go through; nothing was changed.", ""),
    ("news", "confirm.withdrawn"): ("Update: your yes to {when} was taken back; nothing was changed.", ""),
    ("news", "confirm.overdue"): (
        "Update: your yes to {when} takes longer than usual; not confirmed yet.",
        "",
    ),
    ("news", "confirm.uncertain"): (
        "Update: I'm still finding out whether the office has your yes to {when}.",
        "",
    ),
    ("news", "confirm.queued"): ("Update: the office's computer is offline; your yes to {when} waits.", ""),
}

_RECORDS: Final = {
    ("news", "register.confirmed"): ("Update: {name} is now registered.", ""),
    ("news", "register.failed"): (
        "Update: the registration of {name} was not accepted; nothing was registered.",
        "",
    ),
    ("news", "register.rejected"): (
        "Update: the registration of {name} did not go through; nothing was registered.",
        "",
    ),
    ("news", "register.withdrawn"): (
        "Update: the registration of {name} was taken back; nothing was registered.",
        "",
    ),
    ("news", "register.overdue"): (
        "Update: registering {name} takes longer than usual; not confirmed yet.",
        "",
    ),
    ("news", "register.uncertain"): ("Update: I'm still finding out about registering {name}.", ""),
    ("news", "register.queued"): ("Update: the office's computer is offline; registering {name} waits.", ""),
    ("news", "update_patient.confirmed"): ("Update: the {field} is now updated.", ""),
    ("news", "update_patient.failed"): ("Update: the new {field} was not accepted; nothing was updated.", ""),
    ("news", "update_patient.rejected"): (
        "Update: the new {field} did not go through; nothing was updated.",
        "",
    ),
    ("news", "update_patient.withdrawn"): (
        "Update: the new {field} was taken back; nothing was updated.",
        "",
    ),
    ("news", "update_patient.overdue"): (
        "Update: the new {field} takes longer than usual; not confirmed yet.",
        "",
    ),
    ("news", "update_patient.uncertain"): (
        "Update: I'm still finding out whether the office has the new {field}.",
        "",
    ),
    ("news", "update_patient.queued"): (
        "Update: the office's computer is offline; the new {field} waits.",
        "",
    ),
    ("news", "add_note.confirmed"): ("Update: the note is now in the record.", ""),
    ("news", "add_note.failed"): ("Update: the note was not accepted; nothing was added.", ""),
    ("news", "add_note.rejected"): ("Update: the note did not go through; nothing was added.", ""),
    ("news", "add_note.withdrawn"): ("Update: the note was taken back; nothing was added.", ""),
    ("news", "add_note.overdue"): ("Update: the note takes longer than usual; not confirmed yet.", ""),
    ("news", "add_note.uncertain"): ("Update: I'm still finding out whether the office has the note.", ""),
    ("news", "add_note.queued"): ("Update: the office's computer is offline; the note waits.", ""),
    ("news", "record_payment.confirmed"): ("Update: the payment of {amount} is now recorded.", ""),
    ("news", "record_payment.failed"): (
        "Update: the entry of {amount} was not accepted; nothing was recorded.",
        "",
    ),
    ("news", "record_payment.rejected"): (
        "Update: the entry of {amount} did not go through; nothing was recorded.",
        "",
    ),
    ("news", "record_payment.withdrawn"): (
        "Update: the entry of {amount} was taken back; nothing was recorded.",
        "",
    ),
    ("news", "record_payment.overdue"): (
        "Update: the entry of {amount} takes longer than usual; not confirmed yet.",
        "",
    ),
    ("news", "record_payment.uncertain"): (
        "Update: I'm still finding out whether the office has the entry of {amount}.",
        "",
    ),
    ("news", "record_payment.queued"): (
        "Update: the office's computer is offline; the entry of {amount} waits.",
        "",
    ),
}

_OF_AN_EARLIER_CALL: Final = {
    ("news_first", "book.failed"): ("Before anything else: {when} was not accepted; nothing was booked.", ""),
    ("news_first", "book.rejected"): (
        "Before anything else: {when} did not go through; nothing was booked.",
        "",
    ),
    ("news_first", "book.withdrawn"): (
        "Before anything else: {when} was taken back; nothing was booked.",
        "",
    ),
    ("news_first", "cancel.failed"): (
        "Before anything else: {when} still stands; nothing was cancelled.",
        "",
    ),
    ("news_first", "cancel.rejected"): (
        "Before anything else: cancelling {when} did not go through.",
        "",
    ),
    ("news_first", "cancel.withdrawn"): (
        "Before anything else: {when} still stands; nothing was cancelled.",
        "",
    ),
    ("news_first", "move.failed"): (
        "Before anything else: {new_when} was not accepted; nothing was moved.",
        "",
    ),
    ("news_first", "move.rejected"): (
        "Before anything else: {new_when} did not go through; nothing was moved.",
        "",
    ),
    ("news_first", "move.withdrawn"): (
        "Before anything else: {new_when} was taken back; nothing was moved.",
        "",
    ),
    ("news_first", "register.failed"): (
        "Before anything else: registering {name} was not accepted; nothing was registered.",
        "",
    ),
    ("news_first", "register.rejected"): (
        "Before anything else: registering {name} did not go through; nothing was registered.",
        "",
    ),
    ("news_first", "register.withdrawn"): (
        "Before anything else: registering {name} was taken back; nothing was registered.",
        "",
    ),
    ("news_first", "confirm.failed"): ("Before anything else: your yes to {when} was not accepted.", ""),
    ("news_first", "confirm.rejected"): ("Before anything else: your yes to {when} did not go through.", ""),
    ("news_first", "confirm.withdrawn"): ("Before anything else: your yes to {when} was taken back.", ""),
    ("news_first", "update_patient.failed"): (
        "Before anything else: the new {field} was not accepted; nothing was updated.",
        "",
    ),
    ("news_first", "update_patient.rejected"): (
        "Before anything else: the new {field} did not go through; nothing was updated.",
        "",
    ),
    ("news_first", "update_patient.withdrawn"): (
        "Before anything else: the new {field} was taken back; nothing was updated.",
        "",
    ),
    ("news_first", "add_note.failed"): (
        "Before anything else: your note was not accepted; nothing was added.",
        "",
    ),
    ("news_first", "add_note.rejected"): (
        "Before anything else: your note did not go through; nothing was added.",
        "",
    ),
    ("news_first", "add_note.withdrawn"): (
        "Before anything else: your note was taken back; nothing was added.",
        "",
    ),
    ("news_first", "record_payment.failed"): (
        "Before anything else: the entry of {amount} was not accepted; nothing was recorded.",
        "",
    ),
    ("news_first", "record_payment.rejected"): (
        "Before anything else: the entry of {amount} did not go through; nothing was recorded.",
        "",
    ),
    ("news_first", "record_payment.withdrawn"): (
        "Before anything else: the entry of {amount} was taken back; nothing was recorded.",
        "",
    ),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    **_SCHEDULING,
    **_RECORDS,
    **_OF_AN_EARLIER_CALL,
}
