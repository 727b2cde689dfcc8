"""Spanish sentences for registering a patient, one for every state the registration can be in.

Somebody who is there already is answered in the very words of `find_patient`, so that registering
tells a caller no more about who is a patient than looking up does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.spanish.advice import GO_ON, MESSAGE, WHEN_BACK, WHEN_THROUGH

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOOK_ALREADY: Final = "El patient de abajo ya sirve. No registre de nuevo; check_writeback lo dice."
_NOT_REGISTERED: Final = "Ofrezca dejar un mensaje al consultorio, con el nombre."

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("register", "needs_confirmation"): (
        "Le repito: {name}, fecha de nacimiento {born}. ¿Es correcto, y lo envío al consultorio?",
        "Con un sí claro, llame otra vez a register_patient con caller_confirmed true.",
    ),
    ("register", "needs_confirmation.another"): (
        "Ya envié a {name} con otra fecha. ¿Envío también {born}, para que el personal junte ambos?",
        "Con un sí, llame otra vez con caller_confirmed true. La cita del primero sigue.",
    ),
    ("register", "waiting"): (
        "El registro de {name} sale cuando termine una solicitud anterior. Aún no hay nada registrado.",
        WHEN_THROUGH,
    ),
    ("register", "queued"): (
        "Estamos sin conexión; el registro de {name} espera aquí. Aún no hay nada registrado.",
        WHEN_BACK,
    ),
    ("register", "intent"): (
        "Estoy enviando el registro de {name}. El sistema aún no lo recibe.",
        _BOOK_ALREADY,
    ),
    ("register", "sending"): (
        "Estoy enviando el registro de {name}. El sistema aún no lo recibe.",
        _BOOK_ALREADY,
    ),
    ("register", "submitted"): (
        "El consultorio ya tiene el registro de {name}. Aún no está confirmado.",
        _BOOK_ALREADY,
    ),
    ("register", "uncertain"): (
        "Envié el registro de {name} y sigo averiguando si el consultorio lo tiene.",
        GO_ON,
    ),
    ("register", "overdue"): (
        "El sistema tarda más de lo normal con el registro de {name}. Aún no está confirmado.",
        GO_ON,
    ),
    ("register", "confirmed"): (
        "Listo, quedó hecho el registro de {name}. El consultorio ya lo confirmó.",
        "Siga con la llamada; el patient de abajo ya sirve.",
    ),
    ("register", "confirmed.person"): (
        "Listo, quedó hecho el registro de {name}. El personal ya lo confirmó.",
        "Siga con la llamada; el patient de abajo ya sirve.",
    ),
    ("register", "failed"): (
        "El sistema no aceptó el registro de {name}, así que no se registró nada.",
        _NOT_REGISTERED,
    ),
    ("register", "failed.person"): (
        "El personal dice que el registro de {name} no se completó; no se registró nada.",
        _NOT_REGISTERED,
    ),
    ("register", "rejected"): (
        "El sistema no recibió el registro de {name}, así que no se registró nada.",
        _NOT_REGISTERED,
    ),
    ("register", "rejected.spu_offline"): (
        "El consultorio está sin conexión; no se registró nada.",
        _NOT_REGISTERED,
    ),
    ("register", "rejected.never_sent"): (
        "El registro de {name} no alcanzó a llegar a tiempo, así que no se registró nada.",
        _NOT_REGISTERED,
    ),
    ("register", "rejected.refused"): (
        "El sistema rechazó el registro de {name}, así que no se registró nada.",
        _NOT_REGISTERED,
    ),
    ("register", "rejected.not_permitted"): (
        "En este consultorio no me está permitido registrar pacientes, así que no se registró nada.",
        _NOT_REGISTERED,
    ),
    ("register", "withdrawn"): (
        "El registro de {name} se retiró antes de que entrara. No se registró nada.",
        "Pregunte qué desea en su lugar.",
    ),
    ("register", "not_supported"): (
        "El sistema de este consultorio no me permite registrar pacientes, así que no se registró nada.",
        _NOT_REGISTERED,
    ),
    ("register", "needs_human"): (
        "Aquí los registros los hace el personal del consultorio, así que no se registró nada.",
        "Ofrezca dejar un mensaje al consultorio con el nombre, o antes horarios con find_slots.",
    ),
    ("register", "unavailable"): (
        "En este momento no puedo ver los expedientes, así que no se registró nada más.",
        MESSAGE,
    ),
}
