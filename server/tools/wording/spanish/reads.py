"""Spanish sentences for finding a patient, offering times, listing appointments and writes.

Nobody learns from a refusal whether a person is a patient here: unknown, wrong and ambiguous share
one sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.spanish.advice import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

_SAY: Final = "Llame otra vez a find_patient con lo que le digan."
_USE_PATIENT: Final = "Use el patient de abajo en lo que sigue."
_USE_BELOW: Final = "Use lo de abajo en lo que sigue."
_LOOK_AGAIN: Final = "No se cambió nada. Ofrezca mirar otra vez en un minuto, o dejar un mensaje."

_FIND_PATIENT: Final = {
    ("find_patient", "verified"): (
        "Gracias, ya encontré el expediente. No veo ninguna cita próxima.",
        _USE_PATIENT,
    ),
    ("find_patient", "verified.recall"): (
        "Gracias, ya encontré el expediente. No veo ninguna cita próxima, y ya toca una limpieza.",
        _USE_PATIENT + " Ofrezca buscar un horario para eso.",
    ),
    ("find_patient", "verified.with_appointments"): (
        "Gracias, ya encontré el expediente. Próximas citas: {appointments}.",
        _USE_BELOW,
    ),
    ("find_patient", "verified.with_news"): (
        "Gracias, ya encontré el expediente.",
        "Use lo de abajo en lo que sigue; ahí están las próximas citas.",
    ),
    ("find_patient", "verified.no_calendar"): (
        "Gracias, ya encontré el expediente. En este momento no puedo ver el calendario.",
        _USE_PATIENT,
    ),
    ("find_patient", "verified.by_number"): (
        "Gracias. Puedo buscarle un horario. Para cualquier otra cosa necesito la fecha de nacimiento.",
        "El patient de abajo sirve solo para find_slots y book_appointment.",
    ),
    ("find_patient", "need_more"): (
        "Para encontrar el expediente necesito el nombre completo y la fecha de nacimiento. ¿Me los da?",
        _SAY,
    ),
    ("find_patient", "need_more.name"): (
        "¿Me da el nombre y el apellido, y me deletrea el apellido?",
        _SAY,
    ),
    ("find_patient", "need_more.date_of_birth"): (
        "¿Y la fecha de nacimiento, con el año, por favor?",
        "Llame otra vez a find_patient con ella. Si prefieren no decirla, ofrezca dejar un mensaje.",
    ),
    ("find_patient", "not_verified"): (
        "Esos datos no coinciden. Puedo ver cómo se escribe, registrarle por primera vez o tomar un mensaje.",
        "Ofrezca estas tres opciones y deje elegir. No diga qué dato no coincide.",
    ),
    ("find_patient", "locked"): (
        "Ya no puedo buscar expedientes en esta llamada. Puedo tomar un mensaje para el consultorio.",
        "No llame más a esta herramienta. Tome el mensaje con message_office.",
    ),
    ("find_patient", "locked.transfer"): (
        "Ya no puedo buscar expedientes en esta llamada, pero el personal le puede ayudar.",
        "No llame más a esta herramienta. Comunique con el {transfer}, o use message_office.",
    ),
    ("find_patient", "unavailable"): (
        "En este momento no puedo ver los expedientes.",
        "No se buscó ni se cambió nada. Ofrezca mirar otra vez en un minuto, o dejar un mensaje.",
    ),
}

_FIND_SLOTS: Final = {
    ("find_slots", "ok"): (
        "Tengo estos horarios: {options}. ¿Cuál prefiere?",
        "Cuando elija, llame a book_appointment con ese slot.",
    ),
    ("find_slots", "ok.one"): (
        "Tengo el {options}. ¿Le queda bien?",
        "Con un sí, llame a book_appointment con ese slot; si no, pregunte por otros días.",
    ),
    ("find_slots", "nearest"): (
        "No tengo nada así {period}. Lo más cercano: {options}.",
        "Si no, ofrezca mensaje.",
    ),
    ("find_slots", "instead.book"): (
        "El {when} se ocupó; no reservé nada. Hay {options}.",
        "Si acepta, resérvelo.",
    ),
    ("find_slots", "instead.book_for"): (
        "El {when} no le sirve; no reservé nada. Hay {options}.",
        "Si acepta, resérvelo.",
    ),
    ("find_slots", "instead.move"): (
        "El {new_when} se ocupó; no moví nada. Hay {options}.",
        "Si acepta, muévala ahí.",
    ),
    ("find_slots", "none"): (
        "No tengo nada así {period}. ¿Le servirían otros días u otra hora?",
        "Llame otra vez a find_slots con lo que le digan, u ofrezca dejar un mensaje al consultorio.",
    ),
    ("find_slots", "not_due"): (
        "{visit} no le toca antes del {due}. Puedo dejar un mensaje al consultorio si la necesita antes.",
        "Otros días antes de esa fecha no sirven. Con un sí, llame a message_office.",
    ),
    ("find_slots", "not_due.nearest"): (
        "{visit} no le toca antes del {due}. Lo más cercano: {options}.",
        "Si no, ofrezca mensaje.",
    ),
    ("find_slots", "needs_human"): (
        "No veo el horario de este consultorio, así que no puedo ofrecerle citas.",
        "No adivine horarios. " + MESSAGE,
    ),
    ("find_slots", "unavailable"): (
        "En este momento no puedo ver el calendario del consultorio.",
        _LOOK_AGAIN,
    ),
}

_LIST_APPOINTMENTS: Final = {
    ("list_appointments", "ok"): ("Próximas citas: {appointments}.", _USE_BELOW),
    ("list_appointments", "ok.more"): (
        "Las próximas son: {appointments}. Después hay más.",
        _USE_BELOW,
    ),
    ("list_appointments", "none"): (
        "No veo ninguna cita próxima.",
        "Ofrezca buscar un horario con find_slots.",
    ),
    ("list_appointments", "unavailable"): (
        "En este momento no puedo ver el calendario del consultorio.",
        _LOOK_AGAIN,
    ),
}

_CHECK_WRITEBACK: Final = {
    ("check_writeback", "settled"): ("Hasta ahora: {rows}.", "Dígalo y siga."),
    ("check_writeback", "open"): (
        "Hasta ahora: {rows}.",
        "Dígalo. No envíe nada de nuevo.",
    ),
    ("check_writeback", "settled.more"): ("Por ahora: {rows}; y {more} más.", "Dígalo y siga."),
    ("check_writeback", "open.more"): (
        "Por ahora: {rows}; y {more} más.",
        "Dígalo. No repita nada.",
    ),
    ("check_writeback", "nothing"): (
        "No veo ninguna solicitud en esta llamada.",
        "No se envió nada. Siga con lo que se desea.",
    ),
    ("check_writeback", "unavailable"): (
        "En este momento no puedo consultar las solicitudes.",
        "Diga que con preguntar no cambió nada. No envíe ninguna solicitud de nuevo.",
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
    ("appointment", "pending"): "{when}, sin confirmar",
    ("appointment", "cancelling"): "{when}, por cancelar",
    ("not_due", "cleaning"): "Una limpieza",
    ("not_due", "visit"): "Esa cita",
    ("period", "day"): "el {date_from}",
    ("period", "days"): "entre el {date_from} y el {date_to}",
}
