"""Spanish sentences for wishes that are left to the office's people instead of being acted on.

A request is never told as something done, and nothing is promised that the office has not set up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.spanish.advice import NO_PROMISE, OTHER_TIMES

if TYPE_CHECKING:
    from collections.abc import Mapping

_ONLY_A_REQUEST: Final = "Diga que es solo una solicitud. " + NO_PROMISE
_STILL_STANDS: Final = "Diga que la cita sigue en pie. " + NO_PROMISE
_PAUSED: Final = "Por ahora solo tomamos solicitudes."
_CONNECT: Final = "Comunique con el {transfer}. Si nadie contesta, ofrezca dejar un mensaje al consultorio."
_HANDLE_SERVES: Final = "Con el patient de abajo ya se puede pedir un horario. " + NO_PROMISE

_BOOK: Final = {
    ("book", "requested"): (
        "Dejé una solicitud para el {when} con el personal; aún no hay nada reservado.",
        _ONLY_A_REQUEST,
    ),
    ("book", "requested.paused"): (
        _PAUSED + " Tomé nota del {when}; no hay nada reservado.",
        _ONLY_A_REQUEST,
    ),
    ("book", "requested.same_day"): (
        "Los horarios de hoy los ve el personal. Dejé el {when} como solicitud; aún no hay nada reservado.",
        _ONLY_A_REQUEST,
    ),
    ("book", "requested.old_copy"): (
        "No veo el calendario más reciente; dejé una solicitud para el {when}. Aún no hay nada reservado.",
        _ONLY_A_REQUEST,
    ),
    ("book", "transfer"): (
        "Los horarios de hoy los da el personal por teléfono; no hay nada reservado.",
        _CONNECT,
    ),
    ("book", "closed"): ("El consultorio cerró ese horario, así que no se reservó nada.", OTHER_TIMES),
}

_MOVE: Final = {
    ("move", "requested"): (
        "Dejé una solicitud para el {new_when} con el personal; aún no se ha movido nada.",
        _STILL_STANDS,
    ),
    ("move", "requested.paused"): (
        _PAUSED + " Tomé nota del {new_when}; no se ha movido nada.",
        _STILL_STANDS,
    ),
    ("move", "requested.same_day"): (
        "Lo de hoy lo ve el personal. Dejé como solicitud el {new_when}; aún no se ha movido nada.",
        _STILL_STANDS,
    ),
    ("move", "requested.old_copy"): (
        "No veo el calendario más reciente; dejé una solicitud para el {new_when}. Aún no se ha movido nada.",
        _STILL_STANDS,
    ),
    ("move", "transfer"): (
        "Los horarios de hoy los da el personal por teléfono; no se ha movido nada.",
        _CONNECT,
    ),
    ("move", "closed"): (
        "El consultorio cerró ese horario, así que no se movió nada.",
        "Diga que el horario anterior sigue en pie. " + OTHER_TIMES,
    ),
}

_CANCEL: Final = {
    ("cancel", "requested"): (
        "Dejé una solicitud con el personal para cancelar el {when}; aún no hay nada cancelado.",
        _STILL_STANDS,
    ),
    ("cancel", "requested.paused"): (
        _PAUSED + " Tomé nota de que no desea el {when}; no hay nada cancelado.",
        _STILL_STANDS,
    ),
}

_CONFIRM: Final = {
    ("confirm", "requested"): (
        "Dejé su sí para el {when} con el personal; aún no hay nada anotado.",
        _ONLY_A_REQUEST,
    ),
    ("confirm", "requested.paused"): (
        _PAUSED + " Tomé nota de su sí para el {when}; no hay nada anotado.",
        _ONLY_A_REQUEST,
    ),
}

_REGISTER: Final = {
    ("register", "requested"): (
        "Dejé con el personal una solicitud para registrar a {name}; aún no hay nada registrado.",
        _HANDLE_SERVES,
    ),
    ("register", "requested.paused"): (
        _PAUSED + " Tomé nota de {name}; no hay nada registrado.",
        _HANDLE_SERVES,
    ),
}

_RECORDS: Final = {
    ("update_patient", "requested"): (
        "Dejé con el personal el cambio de {field}; aún no se ha cambiado nada.",
        _ONLY_A_REQUEST,
    ),
    ("update_patient", "requested.paused"): (
        _PAUSED + " Tomé nota del cambio de {field}; no se ha cambiado nada.",
        _ONLY_A_REQUEST,
    ),
    ("add_note", "requested"): (
        "Dejé la nota con el personal; aún no se ha agregado nada.",
        _ONLY_A_REQUEST,
    ),
    ("add_note", "requested.paused"): (
        _PAUSED + " Les dejé la nota; no se ha agregado nada.",
        _ONLY_A_REQUEST,
    ),
    ("record_payment", "requested"): (
        "Dejé aviso de {amount} con el personal; aún no hay nada registrado.",
        _ONLY_A_REQUEST,
    ),
    ("record_payment", "requested.paused"): (
        _PAUSED + " Tomé nota de {amount}; no hay nada registrado.",
        _ONLY_A_REQUEST,
    ),
}

_ABOUT_REQUESTS: Final = {
    ("check_writeback", "requested"): (
        "Lo que pidió es por ahora solo una solicitud con el personal del consultorio.",
        _ONLY_A_REQUEST,
    ),
    ("follow_up", "text"): ("El consultorio responde por mensaje a estas solicitudes.", ""),
    ("follow_up", "call"): ("El consultorio llama por estas solicitudes.", ""),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    **_BOOK,
    **_MOVE,
    **_CANCEL,
    **_CONFIRM,
    **_REGISTER,
    **_RECORDS,
    **_ABOUT_REQUESTS,
}
