"""Spanish sentences for news: what has become of an earlier request, told unasked.

A failure that happened after the call in which it was asked for is told first of all, since the caller
has gone on believing in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEDULING: Final = {
    ("news", "book.confirmed"): ("Novedad: ya está confirmada la cita del {when}.", ""),
    ("news", "book.failed"): ("Novedad: el {when} no se aceptó; no se reservó nada.", ""),
    ("news", "book.rejected"): ("Novedad: la solicitud para el {when} no pasó; no se reservó nada.", ""),
    ("news", "book.withdrawn"): ("Novedad: se retiró la solicitud para el {when}; no se reservó nada.", ""),
    ("news", "book.overdue"): ("Novedad: el {when} está tardando y falta confirmarlo.", ""),
    ("news", "book.uncertain"): ("Novedad: sigo averiguando si el consultorio tiene el {when}.", ""),
    ("news", "book.submitted"): (
        "Novedad: la solicitud para el {when} llegó; falta confirmarla.",
        "",
    ),
    ("news", "book.queued"): (
        "Novedad: estamos sin conexión; la solicitud para el {when} espera.",
        "",
    ),
    ("news", "cancel.confirmed"): ("Novedad: ya quedó cancelada la cita del {when}.", ""),
    ("news", "cancel.failed"): (
        "Novedad: la cancelación del {when} no se aceptó; la cita sigue.",
        "",
    ),
    ("news", "cancel.rejected"): ("Novedad: la cancelación del {when} no pasó; la cita sigue en pie.", ""),
    ("news", "cancel.withdrawn"): (
        "Novedad: se retiró la cancelación del {when}; la cita sigue en pie.",
        "",
    ),
    ("news", "cancel.overdue"): (
        "Novedad: cancelar el {when} está tardando y falta confirmarlo.",
        "",
    ),
    ("news", "cancel.uncertain"): ("Novedad: sigo averiguando sobre la cancelación del {when}.", ""),
    ("news", "cancel.submitted"): (
        "Novedad: la cancelación del {when} llegó; falta confirmarla.",
        "",
    ),
    ("news", "cancel.queued"): (
        "Novedad: estamos sin conexión; la cancelación del {when} espera.",
        "",
    ),
    ("news", "move.confirmed"): ("Novedad: ya quedó cambiada la cita al {new_when}.", ""),
    ("news", "move.failed"): ("Novedad: el cambio al {new_when} no se aceptó; no se movió nada.", ""),
    ("news", "move.rejected"): ("Novedad: el cambio al {new_when} no pasó; no se movió nada.", ""),
    ("news", "move.withdrawn"): ("Novedad: se retiró el cambio al {new_when}; no se movió nada.", ""),
    ("news", "move.overdue"): (
        "Novedad: el cambio al {new_when} está tardando y falta confirmarlo.",
        "",
    ),
    ("news", "move.uncertain"): ("Novedad: sigo averiguando sobre el cambio al {new_when}.", ""),
    ("news", "move.queued"): (
        "Novedad: estamos sin conexión; el cambio al {new_when} espera.",
        "",
    ),
    ("news", "confirm.confirmed"): ("Novedad: ya quedó anotado su sí para el {when}.", ""),
    ("news", "confirm.failed"): ("Novedad: su sí para el {when} no se aceptó; no se cambió nada.", ""),
    ("news", "confirm.rejected"): ("Novedad: su sí para el {when} no pasó; no se cambió nada.", ""),
    ("news", "confirm.withdrawn"): ("Novedad: se retiró su sí para el {when}; no se cambió nada.", ""),
    ("news", "confirm.overdue"): (
        "Novedad: su sí para el {when} está tardando y falta confirmarlo.",
        "",
    ),
    ("news", "confirm.uncertain"): (
        "Novedad: sigo averiguando si llegó su sí para el {when}.",
        "",
    ),
    ("news", "confirm.queued"): (
        "Novedad: estamos sin conexión; su sí para el {when} espera.",
        "",
    ),
}

_RECORDS: Final = {
    ("news", "register.confirmed"): ("Novedad: ya quedó hecho el registro de {name}.", ""),
    ("news", "register.failed"): (
        "Novedad: el registro de {name} no se aceptó; no se registró nada.",
        "",
    ),
    ("news", "register.rejected"): ("Novedad: el registro de {name} no pasó; no se registró nada.", ""),
    ("news", "register.withdrawn"): (
        "Novedad: se retiró el registro de {name}; no se registró nada.",
        "",
    ),
    ("news", "register.overdue"): (
        "Novedad: el registro de {name} tarda más de lo normal; aún no está confirmado.",
        "",
    ),
    ("news", "register.uncertain"): ("Novedad: sigo averiguando sobre el registro de {name}.", ""),
    ("news", "register.queued"): (
        "Novedad: estamos sin conexión; el registro de {name} espera.",
        "",
    ),
    ("news", "update_patient.confirmed"): ("Novedad: ya quedó hecho el cambio de {field}.", ""),
    ("news", "update_patient.failed"): (
        "Novedad: el cambio de {field} no se aceptó; no se actualizó nada.",
        "",
    ),
    ("news", "update_patient.rejected"): (
        "Novedad: el cambio de {field} no pasó; no se actualizó nada.",
        "",
    ),
    ("news", "update_patient.withdrawn"): (
        "Novedad: se retiró el cambio de {field}; no se actualizó nada.",
        "",
    ),
    ("news", "update_patient.overdue"): (
        "Novedad: el cambio de {field} tarda más de lo normal; aún no está confirmado.",
        "",
    ),
    ("news", "update_patient.uncertain"): (
        "Novedad: sigo averiguando si el consultorio tiene el cambio de {field}.",
        "",
    ),
    ("news", "update_patient.queued"): (
        "Novedad: estamos sin conexión; el cambio de {field} espera.",
        "",
    ),
    ("news", "add_note.confirmed"): ("Novedad: la nota ya está en el expediente.", ""),
    ("news", "add_note.failed"): ("Novedad: la nota no se aceptó; no se agregó nada.", ""),
    ("news", "add_note.rejected"): ("Novedad: la nota no pasó; no se agregó nada.", ""),
    ("news", "add_note.withdrawn"): ("Novedad: se retiró la nota; no se agregó nada.", ""),
    ("news", "add_note.overdue"): (
        "Novedad: la nota tarda más de lo normal; aún no está confirmada.",
        "",
    ),
    ("news", "add_note.uncertain"): ("Novedad: sigo averiguando si el consultorio tiene la nota.", ""),
    ("news", "add_note.queued"): ("Novedad: estamos sin conexión; la nota espera.", ""),
    ("news", "record_payment.confirmed"): ("Novedad: ya quedó registrado el pago de {amount}.", ""),
    ("news", "record_payment.failed"): (
        "Novedad: la entrada de {amount} no se aceptó; no se registró nada.",
        "",
    ),
    ("news", "record_payment.rejected"): (
        "Novedad: la entrada de {amount} no pasó; no se registró nada.",
        "",
    ),
    ("news", "record_payment.withdrawn"): (
        "Novedad: se retiró la entrada de {amount}; no se registró nada.",
        "",
    ),
    ("news", "record_payment.overdue"): (
        "Novedad: la entrada de {amount} tarda más de lo normal; aún no está confirmada.",
        "",
    ),
    ("news", "record_payment.uncertain"): (
        "Novedad: sigo averiguando si el consultorio tiene la entrada de {amount}.",
        "",
    ),
    ("news", "record_payment.queued"): (
        "Novedad: estamos sin conexión; la entrada de {amount} espera.",
        "",
    ),
}

_OF_AN_EARLIER_CALL: Final = {
    ("news_first", "book.failed"): ("Antes que nada: el {when} no se aceptó; no se reservó nada.", ""),
    ("news_first", "book.rejected"): ("Antes que nada: el {when} no pasó; no se reservó nada.", ""),
    ("news_first", "book.withdrawn"): ("Antes que nada: se retiró el {when}; no se reservó nada.", ""),
    ("news_first", "cancel.failed"): (
        "Antes que nada: el {when} sigue en pie; no se canceló nada.",
        "",
    ),
    ("news_first", "cancel.rejected"): (
        "Antes que nada: el {when} sigue en pie; no se canceló nada.",
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
        "Antes que nada: el cambio al {new_when} no pasó; no se movió nada.",
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
        "Antes que nada: el registro de {name} no pasó; no se registró nada.",
        "",
    ),
    ("news_first", "register.withdrawn"): (
        "Antes que nada: se retiró el registro de {name}; no se registró nada.",
        "",
    ),
    ("news_first", "confirm.failed"): ("Antes que nada: su sí para el {when} no se aceptó.", ""),
    ("news_first", "confirm.rejected"): ("Antes que nada: su sí para el {when} no pasó.", ""),
    ("news_first", "confirm.withdrawn"): ("Antes que nada: se retiró su sí para el {when}.", ""),
    ("news_first", "update_patient.failed"): (
        "Antes que nada: el cambio de {field} no se aceptó; no se actualizó nada.",
        "",
    ),
    ("news_first", "update_patient.rejected"): (
        "Antes que nada: el cambio de {field} no pasó; no se actualizó nada.",
        "",
    ),
    ("news_first", "update_patient.withdrawn"): (
        "Antes que nada: se retiró el cambio de {field}; no se actualizó nada.",
        "",
    ),
    ("news_first", "add_note.failed"): ("Antes que nada: su nota no se aceptó; no se agregó nada.", ""),
    ("news_first", "add_note.rejected"): ("Antes que nada: su nota no pasó; no se agregó nada.", ""),
    ("news_first", "add_note.withdrawn"): ("Antes que nada: se retiró su nota; no se agregó nada.", ""),
    ("news_first", "record_payment.failed"): (
        "Antes que nada: la entrada de {amount} no se aceptó; no se registró nada.",
        "",
    ),
    ("news_first", "record_payment.rejected"): (
        "Antes que nada: la entrada de {amount} no pasó; no se registró nada.",
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
