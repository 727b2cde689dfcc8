"""Spanish sentences for what the record says of balance and insurance.

They repeat the record and draw nothing from it: no price, and not a word on what an insurance pays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.spanish.advice import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_GUESS: Final = "No adivine cantidades. " + MESSAGE
_ONLY_THESE: Final = (
    "Diga solo estas cantidades y ningún precio. Un pago de esta llamada quizá aún no aparezca."
)
_ONLY_LISTED: Final = "Diga solo esto, nunca lo que pagaría. Para eso, ofrezca dejar un mensaje."

_GET_BALANCE: Final = {
    ("get_balance", "ok"): ("El expediente muestra {amounts}.", _ONLY_THESE),
    ("get_balance", "not_known"): (
        "No veo un saldo en el expediente, así que no puedo decirle si se debe algo.",
        _NO_GUESS,
    ),
    ("get_balance", "needs_human"): (
        "El expediente todavía se está abriendo, así que aún no veo un saldo.",
        _NO_GUESS,
    ),
    ("get_balance", "unavailable"): (
        "En este momento no puedo consultar el saldo.",
        "No se cambió nada. " + _NO_GUESS,
    ),
}

_GET_INSURANCE: Final = {
    ("get_insurance", "ok"): ("En el expediente veo {insurances}.", _ONLY_LISTED),
    ("get_insurance", "ok.deductible"): (
        "En el expediente veo {insurances}. Del deducible del principal quedan {amount}.",
        _ONLY_LISTED,
    ),
    ("get_insurance", "ok.met"): (
        "En el expediente veo {insurances}. Del deducible del principal no queda nada.",
        _ONLY_LISTED,
    ),
    ("get_insurance", "ok.unknown"): (
        "En el expediente veo {insurances}. No muestra cuánto queda del deducible del principal.",
        _ONLY_LISTED,
    ),
    ("get_insurance", "none"): (
        "En el expediente no aparece ningún seguro.",
        "Puede haber uno que el expediente no muestra. " + MESSAGE,
    ),
    ("get_insurance", "needs_human"): (
        "El expediente todavía se está abriendo, así que aún no veo un seguro.",
        MESSAGE,
    ),
    ("get_insurance", "unavailable"): (
        "En este momento no puedo consultar el seguro.",
        "No se cambió nada. " + MESSAGE,
    ),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {**_GET_BALANCE, **_GET_INSURANCE}

PHRASES: Final[Mapping[tuple[str, str], str]] = {
    ("balance", "due"): "{amount} por pagar",
    ("balance", "nothing_due"): "nada por pagar",
    ("balance", "credit"): "{amount} a favor",
    ("balance", "total"): "un saldo de {amount}",
    ("balance", "zero"): "un saldo de cero",
    ("balance", "with_insurance"): "{amount} pendientes con el seguro",
    ("balance", "unapplied"): "{amount} pagados y sin asignar",
    ("insurance", "primary"): "{company} como seguro principal",
    ("insurance", "secondary"): "{company} como seguro secundario",
    ("insurance", "medical"): "{company} como seguro médico",
    ("insurance", "other"): "{company} como seguro",
    ("insurance", "primary.unnamed"): "un seguro principal sin nombre legible",
    ("insurance", "secondary.unnamed"): "un seguro secundario sin nombre legible",
    ("insurance", "medical.unnamed"): "un seguro médico sin nombre legible",
    ("insurance", "other.unnamed"): "un seguro sin nombre legible",
}
