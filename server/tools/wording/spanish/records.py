"""Spanish sentences for what is written into a patient's record: a detail, a note, a payment.

A detail's new value is said in its read-back only, a note's words never.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.spanish.advice import GO_ON, MESSAGE, NOTHING_MORE, WHEN_BACK, WHEN_THROUGH

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_PAID_AWAY: Final = "Diga que falta la entrada, no el pago. " + MESSAGE

_UPDATE_PATIENT: Final = {
    ("update_patient", "needs_confirmation"): (
        "Le repito, {field}: {value}. ¿Pido ese cambio al consultorio?",
        "Con un sí claro, llame otra vez a update_patient con caller_confirmed true.",
    ),
    ("update_patient", "waiting"): (
        "El cambio de {field} sale cuando termine una solicitud anterior. Aún no hay nada actualizado.",
        WHEN_THROUGH,
    ),
    ("update_patient", "queued"): (
        "Estamos sin conexión; el cambio de {field} espera aquí. Aún no hay nada actualizado.",
        WHEN_BACK,
    ),
    ("update_patient", "intent"): (
        "Estoy enviando el cambio de {field}. El sistema aún no lo recibe.",
        GO_ON,
    ),
    ("update_patient", "sending"): (
        "Estoy enviando el cambio de {field}. El sistema aún no lo recibe.",
        GO_ON,
    ),
    ("update_patient", "submitted"): (
        "El consultorio ya tiene el cambio de {field}. Aún no está confirmado.",
        GO_ON,
    ),
    ("update_patient", "uncertain"): (
        "Envié el cambio de {field} y sigo averiguando si el consultorio lo tiene.",
        GO_ON,
    ),
    ("update_patient", "overdue"): (
        "El sistema tarda más de lo normal con el cambio de {field}. Aún no está confirmado.",
        GO_ON,
    ),
    ("update_patient", "confirmed"): (
        "Quedó hecho el cambio de {field}. El consultorio ya lo confirmó.",
        NOTHING_MORE,
    ),
    ("update_patient", "confirmed.person"): (
        "Quedó hecho el cambio de {field}. El personal ya lo confirmó.",
        NOTHING_MORE,
    ),
    ("update_patient", "failed"): (
        "El sistema no aceptó el cambio de {field}, así que no se actualizó nada.",
        MESSAGE,
    ),
    ("update_patient", "failed.person"): (
        "El personal dice que el cambio de {field} no se completó; no se actualizó nada.",
        MESSAGE,
    ),
    ("update_patient", "rejected"): (
        "El sistema no recibió el cambio de {field}, así que no se actualizó nada.",
        MESSAGE,
    ),
    ("update_patient", "rejected.spu_offline"): (
        "El consultorio está sin conexión; no se actualizó nada.",
        MESSAGE,
    ),
    ("update_patient", "rejected.never_sent"): (
        "El cambio de {field} no alcanzó a llegar a tiempo, así que no se actualizó nada.",
        MESSAGE,
    ),
    ("update_patient", "rejected.refused"): (
        "El sistema rechazó el cambio de {field}, así que no se actualizó nada.",
        MESSAGE,
    ),
    ("update_patient", "rejected.not_permitted"): (
        "En este consultorio no me está permitido cambiar expedientes, así que no se actualizó nada.",
        MESSAGE,
    ),
    ("update_patient", "withdrawn"): (
        "El cambio de {field} se retiró antes de que entrara. No se actualizó nada.",
        "Pregunte qué desea en su lugar.",
    ),
    ("update_patient", "not_supported"): (
        "El sistema de este consultorio no me permite cambiar eso, así que no se actualizó nada.",
        MESSAGE,
    ),
    ("update_patient", "needs_human"): (
        "De cambiar eso se encarga el personal del consultorio, así que no se actualizó nada.",
        MESSAGE,
    ),
    ("update_patient", "unavailable"): (
        "En este momento no puedo ver los expedientes, así que no se actualizó nada más.",
        MESSAGE,
    ),
}

_ADD_NOTE: Final = {
    ("add_note", "waiting"): (
        "La nota sale cuando termine una solicitud anterior. Aún no está en el expediente.",
        WHEN_THROUGH,
    ),
    ("add_note", "queued"): (
        "Estamos sin conexión; la nota espera aquí. Aún no está en el expediente.",
        WHEN_BACK,
    ),
    ("add_note", "intent"): ("Estoy enviando la nota. El sistema aún no la recibe.", GO_ON),
    ("add_note", "sending"): ("Estoy enviando la nota. El sistema aún no la recibe.", GO_ON),
    ("add_note", "submitted"): ("El consultorio ya tiene la nota. Aún no está confirmada.", GO_ON),
    ("add_note", "uncertain"): (
        "Envié la nota y sigo averiguando si el consultorio la tiene.",
        GO_ON,
    ),
    ("add_note", "overdue"): (
        "El sistema tarda más de lo normal con la nota. Aún no está confirmada.",
        GO_ON,
    ),
    ("add_note", "confirmed"): (
        "La nota ya está en el expediente. El consultorio ya la confirmó.",
        NOTHING_MORE,
    ),
    ("add_note", "confirmed.person"): (
        "La nota ya está en el expediente. El personal ya la confirmó.",
        NOTHING_MORE,
    ),
    ("add_note", "failed"): ("El sistema no aceptó la nota, así que no se agregó nada.", MESSAGE),
    ("add_note", "failed.person"): (
        "El personal dice que la nota no se completó; no se agregó nada.",
        MESSAGE,
    ),
    ("add_note", "rejected"): ("El sistema no recibió la nota, así que no se agregó nada.", MESSAGE),
    ("add_note", "rejected.spu_offline"): ("El consultorio está sin conexión; no se agregó nada.", MESSAGE),
    ("add_note", "rejected.never_sent"): (
        "La nota no alcanzó a llegar a tiempo, así que no se agregó nada.",
        MESSAGE,
    ),
    ("add_note", "rejected.refused"): ("El sistema rechazó la nota, así que no se agregó nada.", MESSAGE),
    ("add_note", "rejected.not_permitted"): (
        "En este consultorio no me está permitido escribir notas, así que no se agregó nada.",
        MESSAGE,
    ),
    ("add_note", "withdrawn"): (
        "La nota se retiró antes de que entrara. No se agregó nada.",
        NOTHING_MORE,
    ),
    ("add_note", "not_supported"): (
        "El sistema de este consultorio no me permite escribir notas, así que no se agregó nada.",
        MESSAGE,
    ),
    ("add_note", "needs_human"): (
        "Esa nota la escribe el personal del consultorio, así que no se agregó nada.",
        MESSAGE,
    ),
    ("add_note", "unavailable"): (
        "En este momento no puedo ver los expedientes, así que no se agregó nada más.",
        MESSAGE,
    ),
}

_RECORD_PAYMENT: Final = {
    ("record_payment", "needs_confirmation"): (
        "Le repito: un pago de {amount}, {method}. ¿Lo envío al consultorio?",
        "Con un sí claro, llame otra vez a record_payment con caller_confirmed true.",
    ),
    ("record_payment", "waiting"): (
        "La entrada de {amount} sale cuando termine una solicitud anterior. Aún no hay nada registrado.",
        WHEN_THROUGH,
    ),
    ("record_payment", "queued"): (
        "Estamos sin conexión; la entrada de {amount} espera aquí. Aún no hay nada registrado.",
        WHEN_BACK,
    ),
    ("record_payment", "intent"): (
        "Estoy enviando la entrada de {amount}. El sistema aún no la recibe.",
        GO_ON,
    ),
    ("record_payment", "sending"): (
        "Estoy enviando la entrada de {amount}. El sistema aún no la recibe.",
        GO_ON,
    ),
    ("record_payment", "submitted"): (
        "El consultorio ya tiene la entrada de {amount}. Aún no está confirmada.",
        GO_ON,
    ),
    ("record_payment", "uncertain"): (
        "Envié la entrada de {amount} y sigo averiguando si el consultorio la tiene.",
        GO_ON,
    ),
    ("record_payment", "overdue"): (
        "El sistema tarda más de lo normal con la entrada de {amount}. Aún no está confirmada.",
        GO_ON,
    ),
    ("record_payment", "confirmed"): (
        "El pago de {amount} quedó registrado. El consultorio ya lo confirmó.",
        NOTHING_MORE,
    ),
    ("record_payment", "confirmed.person"): (
        "El pago de {amount} quedó registrado. El personal ya lo confirmó.",
        NOTHING_MORE,
    ),
    ("record_payment", "failed"): (
        "El sistema no aceptó la entrada de {amount}, así que no se registró nada.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "failed.person"): (
        "El personal dice que la entrada de {amount} no se completó; no se registró nada.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "rejected"): (
        "El sistema no recibió la entrada de {amount}, así que no se registró nada.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "rejected.spu_offline"): (
        "El consultorio está sin conexión; no se registró nada.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "rejected.never_sent"): (
        "La entrada de {amount} no alcanzó a llegar a tiempo, así que no se registró nada.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "rejected.refused"): (
        "El sistema rechazó la entrada de {amount}, así que no se registró nada.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "rejected.not_permitted"): (
        "En este consultorio no me está permitido registrar pagos, así que no se registró nada.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "withdrawn"): (
        "La entrada de {amount} se retiró antes de que llegara. No se registró nada.",
        NOTHING_MORE,
    ),
    ("record_payment", "not_supported"): (
        "El sistema de este consultorio no me permite registrar pagos, así que no se registró nada.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "needs_human"): (
        "Eso lo registra el personal del consultorio, así que no se registró nada.",
        _NOT_PAID_AWAY,
    ),
    ("record_payment", "unavailable"): (
        "En este momento no puedo ver los expedientes, así que no se registró nada más.",
        MESSAGE,
    ),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    **_UPDATE_PATIENT,
    **_ADD_NOTE,
    **_RECORD_PAYMENT,
}

PHRASES: Final[Mapping[tuple[str, str], str]] = {
    ("field", "phone"): "número de teléfono",
    ("field", "email"): "correo electrónico",
    ("field", "address"): "dirección",
    ("field", "name"): "nombre",
    ("field", "birth_date"): "fecha de nacimiento",
    ("method", "cash"): "en efectivo",
    ("method", "check"): "con cheque",
    ("method", "card"): "con tarjeta",
    ("method", "other"): "de otra forma",
}
