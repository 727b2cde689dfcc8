"""Spanish sentences for news: what has become of an earlier request, told unasked.

A failure that happened after the call in which it was asked for is told first of all, since the caller
has gone on believing in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEDULING: Final = {
    ("news", "book.confirmed"): ("Le aviso: ya está confirmada la cita del {when}.", ""),
    ("news", "book.wish"): ("Le aviso: el {when} entró antes de que se retirara.", ""),
    ("news", "book.failed"): ("Le aviso: el {when} no se aceptó; no se reservó nada.", ""),
    ("news", "book.rejected"): ("Le aviso: la solicitud para el {when} no entró; no se reservó nada.", ""),
    ("news", "book.withdrawn"): ("Le aviso: se retiró la solicitud para el {when}; no se reservó nada.", ""),
    ("news", "book.overdue"): ("Le aviso: el {when} está tardando y falta confirmarlo.", ""),
    ("news", "book.uncertain"): ("Le aviso: sigo averiguando si el consultorio tiene el {when}.", ""),
    ("news", "book.queued"): (
        "Le aviso: estamos sin conexión; la solicitud para el {when} espera.",
        "",
    ),
    ("news", "cancel.confirmed"): ("Le aviso: ya quedó cancelada la cita del {when}.", ""),
    ("news", "cancel.failed"): (
        "Le aviso: la cancelación del {when} no se aceptó; la cita sigue.",
        "",
    ),
    ("news", "cancel.rejected"): ("Le aviso: la cancelación del {when} no entró; no se canceló nada.", ""),
    ("news", "cancel.withdrawn"): (
        "Le aviso: se retiró la cancelación del {when}; la cita sigue en pie.",
        "",
    ),
    ("news", "cancel.overdue"): (
        "Le aviso: cancelar el {when} está tardando y falta confirmarlo.",
        "",
    ),
    ("news", "cancel.uncertain"): ("Le aviso: sigo averiguando sobre la cancelación del {when}.", ""),
    ("news", "cancel.queued"): (
        "Le aviso: estamos sin conexión; la cancelación del {when} espera.",
        "",
    ),
    ("news", "move.confirmed"): ("Le aviso: ya quedó cambiada la cita al {new_when}.", ""),
    ("news", "move.wish"): (
        "Le aviso: el cambio al {new_when} entró antes de que se retirara.",
        "",
    ),
    ("news", "move.failed"): ("Le aviso: el cambio al {new_when} no se aceptó; no se movió nada.", ""),
    ("news", "move.rejected"): ("Le aviso: el cambio al {new_when} no entró; no se movió nada.", ""),
    ("news", "move.withdrawn"): ("Le aviso: se retiró el cambio al {new_when}; no se movió nada.", ""),
    ("news", "move.overdue"): (
        "Le aviso: el cambio al {new_when} está tardando y falta confirmarlo.",
        "",
    ),
    ("news", "move.uncertain"): ("Le aviso: sigo averiguando sobre el cambio al {new_when}.", ""),
    ("news", "move.queued"): (
        "Le aviso: estamos sin conexión; el cambio al {new_when} espera.",
        "",
    ),
    ("news", "confirm.confirmed"): ("Le aviso: ya quedó anotado su sí para el {when}.", ""),
    ("news", "confirm.failed"): ("Le aviso: su sí para el {when} no se aceptó; no se cambió nada.", ""),
    ("news", "confirm.rejected"): ("Le aviso: su sí para el {when} no entró; no se cambió nada.", ""),
    ("news", "confirm.withdrawn"): ("Le aviso: se retiró su sí para el {when}; no se cambió nada.", ""),
    ("news", "confirm.overdue"): (
        "Le aviso: su sí para el {when} está tardando y falta confirmarlo.",
        "",
    ),
    ("news", "confirm.uncertain"): (
        "Le aviso: sigo averiguando si llegó su sí para el {when}.",
        "",
    ),
    ("news", "confirm.queued"): (
        "Le aviso: estamos sin conexión; su sí para el {when} espera.",
        "",
    ),
}

_RECORDS: Final = {
    ("news", "register.confirmed"): ("Le aviso: ya quedó hecho el registro de {name}.", ""),
    ("news", "register.failed"): (
        "Le aviso: el registro de {name} no se aceptó; no se registró nada.",
        "",
    ),
    ("news", "register.rejected"): ("Le aviso: el registro de {name} no entró; no se registró nada.", ""),
    ("news", "register.withdrawn"): (
        "Le aviso: se retiró el registro de {name}; no se registró nada.",
        "",
    ),
    ("news", "register.overdue"): (
        "Le aviso: el registro de {name} tarda más de lo normal; aún no está confirmado.",
        "",
    ),
    ("news", "register.uncertain"): ("Le aviso: sigo averiguando sobre el registro de {name}.", ""),
    ("news", "register.queued"): (
        "Le aviso: estamos sin conexión; el registro de {name} espera.",
        "",
    ),
    ("news", "update_patient.confirmed"): ("Le aviso: ya quedó hecho el cambio de {field}.", ""),
    ("news", "update_patient.failed"): (
        "Le aviso: el cambio de {field} no se aceptó; no se actualizó nada.",
        "",
    ),
    ("news", "update_patient.rejected"): (
        "Le aviso: el cambio de {field} no entró; no se actualizó nada.",
        "",
    ),
    ("news", "update_patient.withdrawn"): (
        "Le aviso: se retiró el cambio de {field}; no se actualizó nada.",
        "",
    ),
    ("news", "update_patient.overdue"): (
        "Le aviso: el cambio de {field} tarda más de lo normal; aún no está confirmado.",
        "",
    ),
    ("news", "update_patient.uncertain"): (
        "Le aviso: sigo averiguando si el consultorio tiene el cambio de {field}.",
        "",
    ),
    ("news", "update_patient.queued"): (
        "Le aviso: estamos sin conexión; el cambio de {field} espera.",
        "",
    ),
    ("news", "add_note.confirmed"): ("Le aviso: la nota ya está en el expediente.", ""),
    ("news", "add_note.failed"): ("Le aviso: la nota no se aceptó; no se agregó nada.", ""),
    ("news", "add_note.rejected"): ("Le aviso: la nota no entró; no se agregó nada.", ""),
    ("news", "add_note.withdrawn"): ("Le aviso: se retiró la nota; no se agregó nada.", ""),
    ("news", "add_note.overdue"): (
        "Le aviso: la nota tarda más de lo normal; aún no está confirmada.",
        "",
    ),
    ("news", "add_note.uncertain"): ("Le aviso: sigo averiguando si el consultorio tiene la nota.", ""),
    ("news", "add_note.queued"): ("Le aviso: estamos sin conexión; la nota espera.", ""),
    ("news", "record_payment.confirmed"): ("Le aviso: ya quedó registrado el pago de {amount}.", ""),
    ("news", "record_payment.failed"): (
        "Le aviso: la entrada de {amount} no se aceptó; no se registró nada.",
        "",
    ),
    ("news", "record_payment.rejected"): (
        "Le aviso: la entrada de {amount} no entró; no se registró nada.",
        "",
    ),
    ("news", "record_payment.withdrawn"): (
        "Le aviso: se retiró la entrada de {amount}; no se registró nada.",
        "",
    ),
    ("news", "record_payment.overdue"): (
        "Le aviso: la entrada de {amount} tarda más de lo normal; aún no está confirmada.",
        "",
    ),
    ("news", "record_payment.uncertain"): (
        "Le aviso: sigo averiguando si el consultorio tiene la entrada de {amount}.",
        "",
    ),
    ("news", "record_payment.queued"): (
        "Le aviso: estamos sin conexión; la entrada de {amount} espera.",
        "",
    ),
}

_OF_AN_EARLIER_CALL: Final = {
    ("news_first", "book.failed"): ("Antes que nada: el {when} no se aceptó; no se reservó nada.", ""),
    ("news_first", "book.rejected"): ("Antes que nada: el {when} no entró; no se reservó nada.", ""),
    ("news_first", "book.withdrawn"): ("Antes que nada: se retiró el {when}; no se reservó nada.", ""),
    ("news_first", "cancel.failed"): (
        "Antes que nada: el {when} sigue en pie; no se canceló nada.",
        "",
    ),
    ("news_first", "cancel.rejected"): (
        "Antes que nada: la cancelación del {when} no entró.",
        "",
    ),
    ("news_first", "cancel.withdrawn"): (
        "Antes que nada: el {when} sigue en pie; no se canceló nada.",
        "",
    ),
    ("news_first", "move.failed"): (
        "Antes que nada: el cambio al {new_when} no se aceptó; no se movió nada.",
        "",
    ),
    ("news_first", "move.rejected"): (
        "Antes que nada: el cambio al {new_when} no entró; no se movió nada.",
        "",
    ),
    ("news_first", "move.withdrawn"): (
        "Antes que nada: se retiró el cambio al {new_when}; no se movió nada.",
        "",
    ),
    ("news_first", "register.failed"): (
        "Antes que nada: el registro de {name} no se aceptó; no se registró nada.",
        "",
    ),
    ("news_first", "register.rejected"): (
        "Antes que nada: el registro de {name} no entró; no se registró nada.",
        "",
    ),
    ("news_first", "register.withdrawn"): (
        "Antes que nada: se retiró el registro de {name}; no se registró nada.",
        "",
    ),
    ("news_first", "confirm.failed"): ("Antes que nada: su sí para el {when} no se aceptó.", ""),
    ("news_first", "confirm.rejected"): ("Antes que nada: su sí para el {when} no entró.", ""),
    ("news_first", "confirm.withdrawn"): ("Antes que nada: se retiró su sí para el {when}.", ""),
    ("news_first", "update_patient.failed"): (
        "Antes que nada: el cambio de {field} no se aceptó; no se actualizó nada.",
        "",
    ),
    ("news_first", "update_patient.rejected"): (
        "Antes que nada: el cambio de {field} no entró; no se actualizó nada.",
        "",
    ),
    ("news_first", "update_patient.withdrawn"): (
        "Antes que nada: se retiró el cambio de {field}; no se actualizó nada.",
        "",
    ),
    ("news_first", "add_note.failed"): ("Antes que nada: su nota no se aceptó; no se agregó nada.", ""),
    ("news_first", "add_note.rejected"): ("Antes que nada: su nota no entró; no se agregó nada.", ""),
    ("news_first", "add_note.withdrawn"): ("Antes que nada: se retiró su nota; no se agregó nada.", ""),
    ("news_first", "record_payment.failed"): (
        "Antes que nada: la entrada de {amount} no se aceptó; no se registró nada.",
        "",
    ),
    ("news_first", "record_payment.rejected"): (
        "Antes que nada: la entrada de {amount} no entró; no se registró nada.",
        "",
    ),
    ("news_first", "record_payment.withdrawn"): (
        "Antes que nada: se retiró la entrada de {amount}; no se registró nada.",
        "",
    ),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    **_SCHEDULING,
    **_RECORDS,
    **_OF_AN_EARLIER_CALL,
}
