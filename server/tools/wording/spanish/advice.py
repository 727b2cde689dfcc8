"""What the agent does next, in the Spanish words that several tables share."""

from __future__ import annotations

from typing import Final

MESSAGE: Final = "Ofrezca dejar un mensaje al consultorio."
GO_ON: Final = "Siga; antes de despedirse consulte check_writeback una vez. No envíe esto de nuevo."
STANDS_NOW: Final = "Consulte list_appointments y diga qué hay ahora."
WHEN_BACK: Final = "Sale sola cuando vuelva la conexión; check_writeback lo dice. No envíe esto de nuevo."
WHEN_THROUGH: Final = "Sale sola; antes de despedirse consulte check_writeback. No envíe esto de nuevo."
NOTHING_MORE: Final = "Siga con la llamada."
STILL_STANDS: Final = "Diga que la cita sigue en pie. Ofrezca dejar un mensaje al consultorio."
OTHER_TIMES: Final = "Ofrezca otros horarios con find_slots, o dejar un mensaje al consultorio."
NO_PROMISE: Final = "No prometa cuándo ni cómo habrá respuesta."
