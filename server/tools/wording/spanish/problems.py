"""Spanish sentences for what went wrong before anything was done: arguments, handles, permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.spanish.advice import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

_GENERIC: Final = {
    ("any", "unavailable"): (
        "En este momento no tengo acceso al sistema del consultorio, así que no se cambió nada más.",
        MESSAGE,
    ),
    ("any", "not_permitted"): (
        "Eso no lo puedo hacer en este consultorio, así que no se cambió nada.",
        MESSAGE,
    ),
    ("any", "internal"): (
        "Algo no salió bien de mi lado, así que no se cambió nada más.",
        MESSAGE,
    ),
    ("any", "gone"): (
        "La cita del {when} ya no está en la agenda, así que no se cambió nada.",
        "Llame a list_appointments o find_patient para ver qué hay. Ofrezca otra hora, o un mensaje.",
    ),
    ("any", "needs_human"): (
        "De eso se encarga el personal del consultorio, así que no se cambió nada.",
        MESSAGE,
    ),
    ("any", "not_supported"): (
        "El sistema de este consultorio no me permite hacer eso, así que no se cambió nada.",
        MESSAGE,
    ),
    ("any", "unknown_tool"): (
        "Eso no lo puedo hacer, así que no se cambió nada.",
        "Aquí no hay tal herramienta. Use una de la lista.",
    ),
}

_ASK_AGAIN: Final = "Pregunte y llame otra vez a la herramienta con la respuesta."
_AS_DATE: Final = "como año, mes y día."

_INVALID_INPUT: Final = {
    ("invalid_input", "name"): ("¿Me da el nombre y el apellido?", _ASK_AGAIN),
    ("invalid_input", "date_of_birth"): (
        "¿Me da la fecha de nacimiento, con día, mes y año?",
        "Pregunte y dé date_of_birth " + _AS_DATE,
    ),
    ("invalid_input", "phone"): (
        "¿Me repite el número de teléfono, con el código de área?",
        _ASK_AGAIN,
    ),
    ("invalid_input", "caller_is"): (
        "¿Llama por usted o por otra persona?",
        "Dé caller_is como self, parent, guardian, spouse u other.",
    ),
    ("invalid_input", "reason"): ("¿Cuál es el motivo de la cita?", _ASK_AGAIN),
    ("invalid_input", "date_from"): ("¿Desde qué día busco?", "Dé date_from " + _AS_DATE),
    ("invalid_input", "date_to"): ("¿Hasta qué día busco?", "Dé date_to " + _AS_DATE),
    ("invalid_input", "date_past"): (
        "Ese día ya pasó. ¿Qué otro día le queda bien?",
        "En el consultorio hoy es {today}; dé días desde ahí.",
    ),
    ("invalid_input", "date_order"): (
        "¿Entre qué días busco?",
        "Dé date_to igual o posterior a date_from.",
    ),
    ("invalid_input", "date_far"): (
        "No alcanzo a ver tan adelante. ¿Qué día más cercano le queda bien?",
        _ASK_AGAIN,
    ),
    ("invalid_input", "time_of_day"): (
        "¿Prefiere por la mañana, por la tarde o al final del día?",
        "Dé time_of_day como morning, afternoon o evening, o déjelo vacío.",
    ),
    ("invalid_input", "provider"): (
        "¿Con quién del consultorio le gustaría la cita?",
        "Dé el nombre como lo conoce el consultorio, o deje provider vacío.",
    ),
    ("invalid_input", "which_provider"): (
        "¿Con quién prefiere la cita: {one_of}?",
        "Pregúntelo y dé provider como se dice aquí, o déjelo vacío.",
    ),
    ("invalid_input", "patient"): (
        "¿Para quién es?",
        "Llame primero a find_patient y dé el patient que devuelve.",
    ),
    ("invalid_input", "slot"): (
        "¿Cuál de los horarios prefiere?",
        "Llame a find_slots y dé el slot del horario elegido.",
    ),
    ("invalid_input", "appointment"): (
        "¿A qué cita se refiere?",
        "Dé el appointment que devolvió find_patient o list_appointments.",
    ),
    ("invalid_input", "writeback"): (
        "Permítame ver qué se ha pedido en esta llamada.",
        "Deje writeback vacío, o dé el que devolvió la reserva o la cancelación.",
    ),
    ("invalid_input", "which_writeback"): (
        "¿A qué solicitud se refiere?",
        "Dé el writeback o el appointment que devolvió la reserva o la cancelación.",
    ),
    ("invalid_input", "wait_seconds"): (
        "Permítame revisarlo.",
        "Dé wait_seconds como un entero pequeño, u omítalo.",
    ),
    ("invalid_input", "note"): (
        "¿Me dice la nota para el consultorio con menos palabras?",
        "Dé note como una o dos frases sencillas.",
    ),
    ("invalid_input", "first_name"): ("¿Me repite el nombre, por favor?", _ASK_AGAIN),
    ("invalid_input", "last_name"): ("¿Me deletrea el apellido, por favor?", _ASK_AGAIN),
    ("invalid_input", "email"): (
        "¿Me repite el correo electrónico, despacio?",
        "Pregunte y llame otra vez a la herramienta; deje email vacío si no hay.",
    ),
    ("invalid_input", "kind"): (
        "¿De qué se trata el mensaje?",
        "Dé kind como request, clinical, running_late, waitlist, billing u other.",
    ),
    ("invalid_input", "callback"): (
        "¿Qué número de teléfono le dejo al consultorio, con código de área?",
        _ASK_AGAIN,
    ),
    ("invalid_input", "message"): (
        "¿Qué desea que le diga al consultorio?",
        "Pregunte y dé message como una o dos frases sencillas.",
    ),
    ("invalid_input", "urgency"): (
        "¿Es urgente o puede esperar?",
        "Dé urgency con una de las palabras de la herramienta.",
    ),
    ("invalid_input", "topic"): (
        "¿Qué desea saber del consultorio?",
        "Dé topic con uno de los de la herramienta.",
    ),
    ("invalid_input", "field"): (
        "¿Qué desea cambiar: teléfono, correo, dirección, nombre o fecha de nacimiento?",
        "Dé field como phone, email, address, name o birth_date.",
    ),
    ("invalid_input", "value"): ("¿Cómo debe quedar?", _ASK_AGAIN),
    ("invalid_input", "amount"): (
        "¿De cuánto fue el pago, en dólares y centavos?",
        "Dé amount como un número decimal mayor que cero.",
    ),
    ("invalid_input", "method"): (
        "¿Cómo se hizo el pago: en efectivo, con cheque, con tarjeta o de otra manera?",
        "Dé method como cash, check, card u other.",
    ),
    ("invalid_input", "reference"): (
        "¿Hay un número de cheque o de recibo?",
        "Dé reference como un número corto de cheque o recibo, o déjelo vacío.",
    ),
    ("invalid_input", "card_number"): (
        "Por favor, no me dé números de tarjeta; no puedo tomarlos y no lo guardé.",
        "No se registró nada. Nunca pase un número de tarjeta ni su código; omítalos.",
    ),
    ("invalid_input", "caller_confirmed"): (
        "¿Sigo adelante, sí o no?",
        "Dé caller_confirmed true solo tras un sí claro.",
    ),
}

_LOOK: Final = "Un momento, necesito consultarlo."
_WRONG_KIND: Final = "Eso es {given}, no {wanted}. "

_HANDLES: Final = {
    ("handle", "wrong_kind.patient"): (
        _LOOK,
        _WRONG_KIND + "Llame a find_patient y dé el patient que devuelve.",
    ),
    ("handle", "wrong_kind.slot"): (
        _LOOK,
        _WRONG_KIND + "Llame a find_slots y dé el slot del horario elegido.",
    ),
    ("handle", "wrong_kind.appointment"): (
        _LOOK,
        _WRONG_KIND + "Dé el appointment que devolvió find_patient o list_appointments.",
    ),
    ("handle", "wrong_kind.writeback"): (
        _LOOK,
        _WRONG_KIND + "Deje writeback vacío, o dé el que devolvió la reserva o la cancelación.",
    ),
    ("handle", "unknown.patient"): (
        "Permítame buscar el expediente otra vez. ¿Me da el nombre completo y la fecha de nacimiento?",
        "Ese patient no se conoce o ya venció. Llame a find_patient.",
    ),
    ("handle", "unknown.slot"): (
        "Permítame ver qué hay libre ahora.",
        "Ese slot no se conoce o ya venció. Llame a find_slots y ofrezca horarios otra vez.",
    ),
    ("handle", "unknown.appointment"): (
        "¿A qué cita se refiere?",
        "Ese appointment no se conoce o ya venció. Llame a find_patient o list_appointments.",
    ),
    ("handle", "unknown.writeback"): (
        "Permítame ver qué se ha pedido en esta llamada.",
        "Ese writeback no se conoce o ya venció. Llame a check_writeback sin él.",
    ),
    ("handle", "not_proven"): (
        "Antes de eso, ¿me da el nombre completo y la fecha de nacimiento?",
        "Esto pide un paciente verificado. Llame a find_patient con los dos datos.",
    ),
    ("handle", "for_another"): (
        "No puedo abrir el expediente de otra persona. Puedo dejar una solicitud al consultorio.",
        "Llame a message_office, kind request: quién llama y su número, por quién y para qué.",
    ),
    ("handle", "not_theirs"): (
        "Para otra persona le ayuda el personal del consultorio, así que no se cambió nada.",
        "Ofrezca dejar una solicitud con message_office: quién llama, por quién y para qué.",
    ),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {**_GENERIC, **_INVALID_INPUT, **_HANDLES}

PHRASES: Final[Mapping[tuple[str, str], str]] = {
    ("kind", "patient"): "un patient",
    ("kind", "slot"): "un slot",
    ("kind", "appointment"): "un appointment",
    ("kind", "writeback"): "un writeback",
    ("aside", "not_spoken"): "no se dice",
    ("aside", "slot"): "slot que significa una más",
    ("aside", "appointment"): "appointment que ya hay",
}
