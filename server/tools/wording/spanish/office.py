"""Spanish sentences for messages to the office's people and for what the office says of itself.

A message is put down for people, so nothing is promised on their behalf. In an emergency the office's
own words come first and a time is never offered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.spanish.advice import MESSAGE, NO_PROMISE

if TYPE_CHECKING:
    from collections.abc import Mapping

_EMERGENCY: Final = "Diga esto de inmediato. No ofrezca horarios ni dé consejos propios."
_EMERGENCY_TRANSFER: Final = "Diga esto de inmediato y comunique con el {transfer}. No ofrezca horarios."

_MESSAGE_OFFICE: Final = {
    ("message_office", "ok.request"): (
        "Dejé su solicitud para el personal del consultorio. Todavía no es una cita.",
        "Diga que es solo una solicitud. " + NO_PROMISE,
    ),
    ("message_office", "ok.clinical"): (
        "Dejé su pregunta para el personal clínico. Yo no puedo darle consejos sobre eso.",
        "No dé consejos médicos. Si parece una emergencia, consulte office_info. " + NO_PROMISE,
    ),
    ("message_office", "ok.running_late"): (
        "Dejé dicho que viene con retraso. No puedo decirle qué pasa con su horario.",
        NO_PROMISE,
    ),
    ("message_office", "ok.waitlist"): (
        "Dejé dicho que aceptaría un horario más temprano. Lo que tiene ahora queda igual.",
        NO_PROMISE,
    ),
    ("message_office", "ok.billing"): (
        "Dejé su pregunta sobre la cuenta para el personal del consultorio.",
        "No diga cantidades. " + NO_PROMISE,
    ),
    ("message_office", "ok.other"): ("Dejé su mensaje para el consultorio.", NO_PROMISE),
    ("message_office", "emergency"): (
        "{text} Dejé su mensaje como urgente.",
        _EMERGENCY,
    ),
    ("message_office", "emergency.transfer"): (
        "{text} Dejé su mensaje como urgente.",
        _EMERGENCY_TRANSFER,
    ),
    ("message_office", "unavailable"): (
        "No pude dejar su mensaje en este momento, así que el consultorio no lo tiene.",
        "Pida phones a office_info y dé el número del consultorio.",
    ),
}

_OFFICE_INFO: Final = {
    ("office_info", "today"): ("Hoy es {today}.", "Los días que siguen: {days}."),
    ("office_info", "hours"): (
        "El horario es: {hours}.",
        "Horas libres: find_slots.",
    ),
    ("office_info", "hours_unknown"): (
        "No veo el horario de este consultorio.",
        "No lo adivine. " + MESSAGE,
    ),
    ("office_info", "address"): (
        "El consultorio está en {address}.",
        "Dígalo despacio; repítalo si lo piden.",
    ),
    ("office_info", "providers"): (
        "Aquí atienden {people}.",
        "Para sus horas libres use find_slots.",
    ),
    ("office_info", "insurance"): (
        "En la lista del consultorio están {plans}.",
        "Es la lista completa. No diga más de ningún plan, ni precios.",
    ),
    ("office_info", "insurance.more"): (
        "En la lista del consultorio están {plans}, y otros.",
        "Puede estar un plan no nombrado. No diga más, ni precios.",
    ),
    ("office_info", "other_offices"): (
        "También está {offices}.",
        "Las citas de allá las hacen ellos.",
    ),
    ("office_info", "phones"): ("El teléfono del consultorio es {phone}.", "Dígalo dígito por dígito."),
    ("office_info", "emergency"): ("{text}", _EMERGENCY),
    ("office_info", "emergency.transfer"): ("{text}", _EMERGENCY_TRANSFER),
    ("office_info", "not_known"): (
        "No tengo ese dato del consultorio.",
        "No lo adivine. " + MESSAGE,
    ),
    ("office_info", "unavailable"): (
        "En este momento no puedo consultar eso.",
        "No se cambió nada. " + MESSAGE,
    ),
}

PHRASES: Final[Mapping[tuple[str, str], str]] = {
    ("emergency", "unsaid"): (
        "Si tiene dificultad para respirar o tragar, llame ya al 911 o vaya a una sala de emergencias."
    ),
}
"""What is said where neither the office nor the settings have words of their own."""

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {**_MESSAGE_OFFICE, **_OFFICE_INFO}
