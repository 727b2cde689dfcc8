"""Spanish sentences for moving an appointment and for a patient's yes to one, by state.

A move is told by its new time, since that is what the caller waits for; only the read-back says both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.tools.wording.spanish.advice import (
    GO_ON,
    MESSAGE,
    OTHER_TIMES,
    STANDS_NOW,
    STILL_STANDS,
    WHEN_BACK,
    WHEN_THROUGH,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_YES_TO_MOVE: Final = "Con un sí claro, llame otra vez a reschedule_appointment con caller_confirmed true."
_STANDS: Final = "Diga que el horario anterior sigue en pie. "
_OLD_TIME: Final = _STANDS + "Ofrezca otros, o un mensaje al consultorio."
_NO_OTHER_TIMES: Final = _STANDS + MESSAGE
_ANOTHER_TIME: Final = _STANDS + "Pregunte si desea otro."
_REPEAT: Final = "Repita una vez el nuevo día y la hora, y siga con la llamada."
_REPEAT_YES: Final = "Repita una vez el día y la hora, y siga con la llamada."
_ONCE_SETTLED: Final = (
    "Cuando check_writeback diga cómo terminó, llame a reschedule_appointment con el nuevo horario."
)

_MOVE: Final = {
    ("move", "needs_confirmation"): (
        "Le repito: del {old_when} al {new_when}. ¿Pido ese cambio?",
        _YES_TO_MOVE,
    ),
    ("move", "needs_confirmation.provider"): (
        "Le repito: del {old_when} al {new_when}, o sea, con otra persona. ¿Está bien?",
        _YES_TO_MOVE,
    ),
    ("move", "needs_confirmation.back"): (
        "¿Quito el cambio al {new_when} y la dejo el {old_when}?",
        "Con un sí, llámela con caller_confirmed true.",
    ),
    ("move", "waiting"): (
        "El cambio al {new_when} sale cuando termine una solicitud anterior. Aún no se ha movido nada.",
        WHEN_THROUGH,
    ),
    ("move", "queued"): (
        "Estamos sin conexión; el cambio al {new_when} espera aquí. Aún no se ha movido nada.",
        WHEN_BACK,
    ),
    ("move", "intent"): (
        "Estoy enviando el cambio al {new_when}. El sistema aún no lo recibe.",
        GO_ON,
    ),
    ("move", "sending"): (
        "Estoy enviando el cambio al {new_when}. El sistema aún no lo recibe.",
        GO_ON,
    ),
    ("move", "submitted"): (
        "El consultorio ya tiene el cambio al {new_when}. Aún no está confirmado.",
        GO_ON,
    ),
    ("move", "uncertain"): (
        "Envié el cambio al {new_when} y sigo averiguando si el consultorio lo tiene.",
        GO_ON,
    ),
    ("move", "overdue"): (
        "El sistema tarda más de lo normal con el {new_when}. El cambio aún no está confirmado.",
        GO_ON,
    ),
    ("move", "confirmed"): (
        "Listo, la cita quedó cambiada al {new_when}. El consultorio ya lo confirmó.",
        _REPEAT,
    ),
    ("move", "confirmed.person"): (
        "Listo, la cita quedó cambiada al {new_when}. El personal ya lo confirmó.",
        _REPEAT,
    ),
    ("move", "confirmed.changed"): (
        "La cita había quedado cambiada al {new_when}, pero el consultorio la cambió después.",
        STANDS_NOW,
    ),
    ("move", "failed"): (
        "El sistema no aceptó el cambio al {new_when}, así que no se movió nada.",
        _OLD_TIME,
    ),
    ("move", "failed.slot_taken"): (
        "El {new_when} se ocupó antes de que entrara el cambio, así que no se movió nada.",
        _OLD_TIME,
    ),
    ("move", "failed.person"): (
        "El personal dice que el cambio al {new_when} no se completó; no se movió nada.",
        _OLD_TIME,
    ),
    ("move", "rejected"): (
        "El sistema no recibió el cambio al {new_when}, así que no se movió nada.",
        _OLD_TIME,
    ),
    ("move", "rejected.spu_offline"): (
        "El consultorio está sin conexión; no se movió nada.",
        _NO_OTHER_TIMES,
    ),
    ("move", "rejected.never_sent"): (
        "El cambio al {new_when} no alcanzó a llegar a tiempo, así que no se movió nada.",
        _OLD_TIME,
    ),
    ("move", "rejected.refused"): (
        "El sistema rechazó el cambio al {new_when}, así que no se movió nada.",
        _OLD_TIME,
    ),
    ("move", "rejected.not_permitted"): (
        "En este consultorio no me está permitido cambiar citas, así que no se movió nada.",
        _NO_OTHER_TIMES,
    ),
    ("move", "rejected.slot_taken"): (
        "El {new_when} se acaba de ocupar, así que no se movió nada.",
        _OLD_TIME,
    ),
    ("move", "rejected.changed"): (
        "La cita del {old_when} ya no está en pie, así que no se movió nada.",
        STANDS_NOW,
    ),
    ("move", "withdrawn"): (
        "El cambio al {new_when} se retiró antes de que entrara. No se movió nada.",
        _ANOTHER_TIME,
    ),
    ("move", "wish"): (
        "Tomé nota de que ya no desea el {new_when}. Todavía no sé si eso lo detiene a tiempo.",
        GO_ON,
    ),
    ("move", "wish.another"): (
        "Tomé nota de que ya no desea el {new_when}. Todavía no sé si eso lo detiene a tiempo.",
        _ONCE_SETTLED,
    ),
    ("move", "wish.withdrawn"): (
        "Retiré el cambio al {new_when} antes de que entrara. No se movió nada.",
        _ANOTHER_TIME,
    ),
    ("move", "still_going"): (
        "El {new_when} aún se está retirando; todavía no puedo pedirlo. No se movió nada más.",
        _ONCE_SETTLED,
    ),
    ("move", "slot_taken"): ("El {new_when} ya no está libre, así que no se movió nada.", _OLD_TIME),
    ("move", "slot_past"): (
        "El {new_when} ya pasó o está demasiado cerca, así que no se movió nada.",
        _OLD_TIME,
    ),
    ("move", "same_time"): (
        "La cita ya es el {old_when}, así que no se movió nada.",
        OTHER_TIMES,
    ),
    ("move", "same_time.provider"): (
        "La cita es el {old_when}. No puedo cambiar solo con quién, así que no se movió nada.",
        "Ofrezca otras horas, o dejar un mensaje al consultorio.",
    ),
    ("move", "past"): ("La cita del {old_when} ya pasó, así que no se movió nada.", OTHER_TIMES),
    ("move", "not_supported"): (
        "El sistema de este consultorio no me permite cambiar citas, así que no se movió nada.",
        _NO_OTHER_TIMES,
    ),
    ("move", "needs_human"): (
        "De cambiar esa cita se encarga el personal del consultorio, así que no se movió nada.",
        _NO_OTHER_TIMES,
    ),
    ("move", "unavailable"): (
        "No pude ver el calendario del consultorio, así que no envié nada y no se movió nada más.",
        _NO_OTHER_TIMES,
    ),
}

_CONFIRM: Final = {
    ("confirm", "waiting"): (
        "Su sí para el {when} sale cuando termine una solicitud anterior. Aún no está confirmado.",
        WHEN_THROUGH,
    ),
    ("confirm", "queued"): (
        "Estamos sin conexión; su sí para el {when} espera aquí. Aún no hay nada anotado.",
        WHEN_BACK,
    ),
    ("confirm", "intent"): (
        "Estoy enviando su sí para el {when}. El sistema aún no lo recibe.",
        GO_ON,
    ),
    ("confirm", "sending"): (
        "Estoy enviando su sí para el {when}. El sistema aún no lo recibe.",
        GO_ON,
    ),
    ("confirm", "submitted"): (
        "El consultorio ya tiene su sí para el {when}. Aún no está confirmado.",
        GO_ON,
    ),
    ("confirm", "uncertain"): (
        "Envié su sí para el {when} y sigo averiguando si el consultorio lo tiene.",
        GO_ON,
    ),
    ("confirm", "overdue"): (
        "El sistema tarda más de lo normal con su sí para el {when}. Aún no está confirmado.",
        GO_ON,
    ),
    ("confirm", "confirmed"): (
        "Quedó anotado su sí para el {when}. El consultorio ya lo confirmó.",
        _REPEAT_YES,
    ),
    ("confirm", "confirmed.person"): (
        "Quedó anotado su sí para el {when}. El personal ya lo confirmó.",
        _REPEAT_YES,
    ),
    ("confirm", "failed"): (
        "El sistema no aceptó su sí para el {when}, así que no se cambió nada.",
        STILL_STANDS,
    ),
    ("confirm", "failed.person"): (
        "El personal dice que su sí para el {when} no entró; no se cambió nada.",
        STILL_STANDS,
    ),
    ("confirm", "rejected"): (
        "El sistema no recibió su sí para el {when}, así que no se cambió nada.",
        STILL_STANDS,
    ),
    ("confirm", "rejected.spu_offline"): (
        "El consultorio está sin conexión; no se cambió nada.",
        STILL_STANDS,
    ),
    ("confirm", "rejected.never_sent"): (
        "Su sí para el {when} no alcanzó a llegar a tiempo, así que no se cambió nada.",
        STILL_STANDS,
    ),
    ("confirm", "rejected.refused"): (
        "El sistema rechazó su sí para el {when}, así que no se cambió nada.",
        STILL_STANDS,
    ),
    ("confirm", "rejected.not_permitted"): (
        "En este consultorio no me está permitido cambiar citas, así que no se cambió nada.",
        STILL_STANDS,
    ),
    ("confirm", "rejected.changed"): (
        "La cita del {when} ya no está en pie, así que no se anotó nada.",
        STANDS_NOW,
    ),
    ("confirm", "withdrawn"): (
        "Su sí para el {when} se retiró antes de que entrara. No se cambió nada.",
        STILL_STANDS,
    ),
    ("confirm", "needs_confirmation"): (
        "Esa cita es ahora el {when}. ¿Anoto que viene entonces?",
        "Con un sí claro, llame a confirm_appointment con el identificador de la cita de abajo.",
    ),
    ("confirm", "in_the_way"): (
        "Algo que se pidió antes sobre el {when} aún no termina, así que no puedo anotar su sí.",
        "Pregunte otra vez cuando check_writeback diga qué pasó.",
    ),
    ("confirm", "past"): (
        "La cita del {when} ya pasó, así que no se cambió nada.",
        MESSAGE,
    ),
    ("confirm", "not_supported"): (
        "El sistema de este consultorio no me permite anotar que viene, así que no se cambió nada.",
        STILL_STANDS,
    ),
    ("confirm", "needs_human"): (
        "Esa cita la tiene que ver el personal del consultorio, así que no se cambió nada.",
        MESSAGE,
    ),
    ("confirm", "unavailable"): (
        "No pude ver el calendario del consultorio, así que no envié nada y no se cambió nada más.",
        STILL_STANDS,
    ),
}

SENTENCES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {**_MOVE, **_CONFIRM}
