"""Spanish sentences for booking and cancelling, one for every state a write can be in.

"Reservada" and "cancelada" stand only where the practice software has confirmed, or where the sentence
says that nothing was. A write whose fate is not known never sounds like a failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.spanish.advice import (
    MESSAGE,
    OTHER_TIMES,
    STANDS_NOW,
    STILL_STANDS,
    WHEN_BACK,
    WHEN_THROUGH,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHECK_BOOKING: Final = (
    "Siga; antes de despedirse consulte check_writeback una vez. No reserve esto de nuevo."
)
_CHECK_CANCEL: Final = "Siga; antes de despedirse consulte check_writeback una vez. No envíe esto de nuevo."
_WAITING_BOOKING: Final = "Sale sola; antes de despedirse consulte check_writeback. No reserve esto de nuevo."
_REPEAT: Final = "Repita una vez el día y la hora, y siga con la llamada."
_NO_OTHER_TIMES: Final = "No ofrezca otros horarios. " + MESSAGE
_ANOTHER_TIME: Final = "Pregunte si desea otro horario."

_BOOK: Final = {
    ("book", "needs_confirmation"): (
        "Le repito: {when}. ¿Pido esa cita al consultorio?",
        "Con un sí claro, llame a book_appointment con los mismos argumentos y caller_confirmed true.",
    ),
    ("book", "needs_confirmation.another"): (
        "Ya hay una cita el {old_when}. ¿La del {when} la reemplaza o es una más?",
        "Reemplazar: reschedule_appointment. Una más: book_appointment, slot nuevo y caller_confirmed true.",
    ),
    ("book", "waiting"): (
        "La solicitud para el {when} sale cuando termine una anterior. Aún no hay nada reservado.",
        _WAITING_BOOKING,
    ),
    ("book", "waiting.registration"): (
        "La solicitud para el {when} sale cuando termine el registro. Aún no hay nada reservado.",
        _WAITING_BOOKING,
    ),
    ("book", "queued"): (
        "Estamos sin conexión; la solicitud para el {when} espera aquí. Aún no hay nada reservado.",
        "Sale cuando vuelva, si sigue libre. No reserve esto de nuevo; check_writeback lo dice.",
    ),
    ("book", "intent"): (
        "Estoy enviando la solicitud para el {when}. El sistema aún no la recibe.",
        _CHECK_BOOKING,
    ),
    ("book", "sending"): (
        "Estoy enviando la solicitud para el {when}. El sistema aún no la recibe.",
        _CHECK_BOOKING,
    ),
    ("book", "submitted"): (
        "El consultorio ya tiene la solicitud para el {when}. Aún no está confirmada.",
        _CHECK_BOOKING,
    ),
    ("book", "uncertain"): (
        "Envié la solicitud para el {when} y sigo averiguando si el consultorio la tiene.",
        _CHECK_BOOKING,
    ),
    ("book", "overdue"): (
        "El sistema tarda más de lo normal con el {when}. Aún no está confirmado.",
        _CHECK_BOOKING,
    ),
    ("book", "confirmed"): (
        "Listo, la cita del {when} está reservada. El consultorio ya la confirmó.",
        _REPEAT,
    ),
    ("book", "confirmed.changed"): (
        "La cita del {when} estaba reservada, pero el consultorio la cambió después.",
        STANDS_NOW,
    ),
    ("book", "failed"): (
        "El sistema no aceptó el {when}, así que no se reservó nada.",
        OTHER_TIMES,
    ),
    ("book", "confirmed.person"): (
        "Listo, la cita del {when} está reservada. El personal ya la confirmó.",
        _REPEAT,
    ),
    ("book", "failed.person"): (
        "El personal dice que la solicitud para el {when} no se completó; no se reservó nada.",
        OTHER_TIMES,
    ),
    ("book", "failed.slot_taken"): (
        "El {when} se ocupó antes de que entrara la solicitud, así que no se reservó nada.",
        OTHER_TIMES,
    ),
    ("book", "rejected"): (
        "El sistema no recibió la solicitud para el {when}, así que no se reservó nada.",
        OTHER_TIMES,
    ),
    ("book", "rejected.spu_offline"): (
        "El consultorio está sin conexión; no se reservó nada.",
        "Repita qué horario se pidió. " + MESSAGE,
    ),
    ("book", "rejected.never_sent"): (
        "La solicitud para el {when} no alcanzó a llegar a tiempo, así que no se reservó nada.",
        OTHER_TIMES,
    ),
    ("book", "rejected.refused"): (
        "El sistema rechazó la solicitud para el {when}, así que no se reservó nada.",
        OTHER_TIMES,
    ),
    ("book", "rejected.not_permitted"): (
        "En este consultorio no me está permitido hacer citas, así que no se reservó nada.",
        _NO_OTHER_TIMES,
    ),
    ("book", "rejected.slot_taken"): (
        "El {when} se acaba de ocupar, así que no se reservó nada.",
        OTHER_TIMES,
    ),
    ("book", "rejected.registration_failed"): (
        "El registro no se completó, así que no se reservó nada para el {when}.",
        _NO_OTHER_TIMES,
    ),
    ("book", "withdrawn"): (
        "La solicitud para el {when} se retiró antes de que entrara. No se reservó nada.",
        _ANOTHER_TIME,
    ),
    ("book", "still_going"): (
        "El {when} aún se está retirando; todavía no puedo pedirlo. No se reservó nada más.",
        "Cuando check_writeback diga cómo terminó, llame a book_appointment de nuevo.",
    ),
    ("book", "slot_taken"): ("El {when} ya no está libre, así que no se reservó nada.", OTHER_TIMES),
    ("book_for", "slot_taken"): ("El {when} no le sirve a este paciente; no se reservó nada.", OTHER_TIMES),
    ("book", "slot_past"): (
        "El {when} ya pasó o está demasiado cerca, así que no se reservó nada.",
        OTHER_TIMES,
    ),
    ("book", "not_supported"): (
        "El sistema de este consultorio no me permite hacer citas, así que no se reservó nada.",
        _NO_OTHER_TIMES,
    ),
    ("book", "needs_human"): (
        "Esa cita la hace el personal del consultorio, así que no se reservó nada.",
        _NO_OTHER_TIMES,
    ),
    ("book", "unavailable"): (
        "No pude ver si el {when} sigue libre, así que no envié nada y no se reservó nada más.",
        "Vea con find_slots qué hay libre ahora, u ofrezca dejar un mensaje al consultorio.",
    ),
}

_CANCEL: Final = {
    ("cancel", "needs_confirmation"): (
        "Para asegurarme: ¿pido al consultorio que cancele la cita del {when}?",
        "Con un sí claro, llame a cancel_appointment con los mismos argumentos y caller_confirmed true.",
    ),
    ("cancel", "needs_confirmation.late"): (
        "{notice} ¿Pido aun así que cancelen la del {when}?",
        "Con un sí, llámela con caller_confirmed true.",
    ),
    ("cancel", "needs_confirmation.moving"): (
        "¿Cancelo la del {when} y el cambio al {new_when}?",
        "Con un sí, use caller_confirmed true.",
    ),
    ("cancel", "waiting"): (
        "La cancelación del {when} sale cuando termine una solicitud anterior. Aún no está confirmada.",
        WHEN_THROUGH,
    ),
    ("cancel", "queued"): (
        "Estamos sin conexión; la cancelación del {when} espera aquí. Aún no hay nada cancelado.",
        WHEN_BACK,
    ),
    ("cancel", "intent"): (
        "Estoy enviando la cancelación del {when}. El sistema aún no la recibe.",
        _CHECK_CANCEL,
    ),
    ("cancel", "sending"): (
        "Estoy enviando la cancelación del {when}. El sistema aún no la recibe.",
        _CHECK_CANCEL,
    ),
    ("cancel", "submitted"): (
        "El consultorio ya tiene la cancelación del {when}. Aún no está confirmada.",
        _CHECK_CANCEL,
    ),
    ("cancel", "uncertain"): (
        "Envié la cancelación del {when} y sigo averiguando si el consultorio la tiene.",
        _CHECK_CANCEL,
    ),
    ("cancel", "overdue"): (
        "El sistema tarda más de lo normal en cancelar el {when}. Aún no está confirmado.",
        _CHECK_CANCEL,
    ),
    ("cancel", "confirmed"): (
        "La cita del {when} quedó cancelada. El consultorio ya lo confirmó.",
        _ANOTHER_TIME,
    ),
    ("cancel", "confirmed.person"): (
        "La cita del {when} quedó cancelada. El personal ya lo confirmó.",
        _ANOTHER_TIME,
    ),
    ("cancel", "failed.person"): (
        "El personal dice que la cancelación del {when} no se completó; no se canceló nada.",
        STILL_STANDS,
    ),
    ("cancel", "failed"): (
        "El sistema no aceptó la cancelación del {when}, así que no se canceló nada.",
        STILL_STANDS,
    ),
    ("cancel", "rejected"): (
        "El sistema no recibió la cancelación del {when}, así que no se canceló nada.",
        STILL_STANDS,
    ),
    ("cancel", "rejected.spu_offline"): (
        "El consultorio está sin conexión; no se canceló nada.",
        STILL_STANDS,
    ),
    ("cancel", "rejected.never_sent"): (
        "La cancelación del {when} no alcanzó a llegar a tiempo, así que no se canceló nada.",
        STILL_STANDS,
    ),
    ("cancel", "rejected.refused"): (
        "El sistema rechazó la cancelación del {when}, así que no se canceló nada.",
        STILL_STANDS,
    ),
    ("cancel", "rejected.not_permitted"): (
        "En este consultorio no me está permitido cancelar citas, así que no se canceló nada.",
        STILL_STANDS,
    ),
    ("cancel", "rejected.changed"): (
        "La cita del {when} ya no está en pie, así que no se canceló nada.",
        STANDS_NOW,
    ),
    ("cancel", "withdrawn"): (
        "La cancelación del {when} se retiró antes de que entrara.",
        STILL_STANDS,
    ),
    ("cancel", "not_supported"): (
        "El sistema de este consultorio no me permite cancelar citas, así que no se canceló nada.",
        STILL_STANDS,
    ),
    ("cancel", "needs_human"): (
        "De cancelar eso se encarga el personal del consultorio, así que no se canceló nada.",
        STILL_STANDS,
    ),
    ("cancel", "unavailable"): (
        "No pude ver la cita del {when}, así que no envié nada y no se canceló nada más.",
        STILL_STANDS,
    ),
    ("cancel", "past"): (
        "La cita del {when} ya pasó, así que no se canceló nada.",
        MESSAGE,
    ),
}

_CANCEL_OF_A_PENDING_BOOKING: Final = {
    ("cancel", "wish"): (
        "Tomé nota de que ya no desea el {when}. Todavía no sé si eso lo detiene a tiempo.",
        _CHECK_CANCEL,
    ),
    ("cancel", "wish.withdrawn"): (
        "Retiré la solicitud para el {when} antes de que entrara. No se reservó nada.",
        _ANOTHER_TIME,
    ),
    ("cancel", "wish.got_through"): (
        "El {when} alcanzó a entrar; le sigue su cancelación. Aún no está confirmada.",
        _CHECK_CANCEL,
    ),
    ("cancel", "wish.not_booked"): (
        "El sistema no aceptó el {when}: no se reservó nada y no hay nada que cancelar.",
        _ANOTHER_TIME,
    ),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    **_BOOK,
    **_CANCEL,
    **_CANCEL_OF_A_PENDING_BOOKING,
}
