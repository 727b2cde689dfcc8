"""English sentences for what the record says of balance and insurance.

They repeat the record and draw nothing from it: no price, and not a word on what an insurance pays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.english.advice import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_GUESS: Final = "Do not guess an amount. " + MESSAGE
_ONLY_THESE: Final = "Say only these amounts, and no price. A payment of this call may not show in them yet."
_ONLY_LISTED: Final = "Say only this, never what it would pay. For that, offer to leave a message."

_GET_BALANCE: Final = {
    ("get_balance", "ok"): ("The record shows {amounts}.", _ONLY_THESE),
    ("get_balance", "not_known"): (
        "I see no balance in the record, so I can't say whether anything is due.",
        _NO_GUESS,
    ),
    ("get_balance", "needs_human"): (
        "The record is still being set up, so I can't see a balance in it.",
        _NO_GUESS,
    ),
    ("get_balance", "unavailable"): (
        "I can't look up the balance at the moment.",
        "Nothing was changed. " + _NO_GUESS,
    ),
}

_GET_INSURANCE: Final = {
    ("get_insurance", "ok"): ("The record lists {insurances}.", _ONLY_LISTED),
    ("get_insurance", "ok.deductible"): (
        "The record lists {insurances}. Of the primary one's deductible it shows {amount} remaining.",
        _ONLY_LISTED,
    ),
    ("get_insurance", "ok.met"): (
        "The record lists {insurances}. Of the primary one's deductible it shows nothing remaining.",
        _ONLY_LISTED,
    ),
    ("get_insurance", "ok.unknown"): (
        "The record lists {insurances}. It doesn't show what remains of the primary one's deductible.",
        _ONLY_LISTED,
    ),
    ("get_insurance", "none"): (
        "The record lists no insurance.",
        "There may be one that the record doesn't show. " + MESSAGE,
    ),
    ("get_insurance", "needs_human"): (
        "The record is still being set up, so I can't see an insurance in it.",
        MESSAGE,
    ),
    ("get_insurance", "unavailable"): (
        "I can't look up the insurance at the moment.",
        "Nothing was changed. " + MESSAGE,
    ),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {**_GET_BALANCE, **_GET_INSURANCE}

PHRASES: Final[Mapping[tuple[str, str], str]] = {
    ("balance", "due"): "{amount} due from the patient",
    ("balance", "nothing_due"): "nothing due from the patient",
    ("balance", "credit"): "a credit of {amount}",
    ("balance", "total"): "a balance of {amount}",
    ("balance", "zero"): "a balance of zero",
    ("balance", "with_insurance"): "{amount} standing with the insurance",
    ("balance", "unapplied"): "{amount} paid and not assigned yet",
    ("insurance", "primary"): "{company} as the primary insurance",
    ("insurance", "secondary"): "{company} as the secondary insurance",
    ("insurance", "medical"): "{company} as a medical insurance",
    ("insurance", "other"): "{company} as an insurance",
    ("insurance", "primary.unnamed"): "a primary insurance that I can't name",
    ("insurance", "secondary.unnamed"): "a secondary insurance that I can't name",
    ("insurance", "medical.unnamed"): "a medical insurance that I can't name",
    ("insurance", "other.unnamed"): "an insurance that I can't name",
}
