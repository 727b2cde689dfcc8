"""What Sikka and Chairtime's own tables say of an office's software, for a person to read."""

from typing import Final

from server.app import Connection
from server.desk.office import status_words
from server.sikka.errors import NotPermitted
from server.sikka.pms_fields import Operation
from server.sikka.pms_support import Reason, lists_slots, row_for, supports
from server.sikka.rules import word_for_cancelled
from server.sikka.vocabularies import word_for_confirmed
from store.offices import Office

DOES: Final = {
    Operation.BOOK: "Books visits",
    Operation.MOVE: "Moves visits",
    Operation.CANCEL: "Cancels visits",
    Operation.CONFIRM: "Confirms visits",
    Operation.REGISTER: "Registers patients",
    Operation.UPDATE_PATIENT: "Changes patients",
    Operation.ADD_NOTE: "Takes notes",
    Operation.RECORD_PAYMENT: "Records payments",
}
WHY_NOT: Final = {
    Reason.PMS: "no: Sikka's pages say that this software takes no such write",
    Reason.CAPABILITY: "no: Sikka lists no such write for this software",
    Reason.SCOPE: "no: not in your application's plan; ask Sikka to add it",
}


async def learned(connection: Connection, office: Office) -> list[tuple[str, str]]:
    """(what, what is so) of an office's software. Raises SikkaError: something could not be asked."""
    calls = connection.sikka.office(office.office_id, live=True)
    key = await connection.sikka.keys.current(office.office_id)
    name = f"{office.pms} {office.pms_version}".strip()
    rows = await connection.sikka.application(live=True).supported_pmses(office.pms)
    row = row_for(rows, office.pms_version)
    found = [("Software", name or "Sikka does not say")]
    if row is None:
        found.append(
            ("Sikka's list of writes", "does not tell for this version; what is below is by its pages")
        )
    for operation, does in DOES.items():
        support = supports(name, operation, row, key.scope)
        found.append((does, "yes" if support.ok else WHY_NOT[Reason(support.reason)]))
    try:
        words = await status_words(calls)
    except NotPermitted:
        words = []
    found += [
        ("Status words", ", ".join(words) or "none can be read"),
        ("Word for cancelled", _quoted(word_for_cancelled(office.pms, words))),
        ("Word for confirmed", _quoted(word_for_confirmed(office.pms, words))),
        ("Open times", "listed by Sikka" if lists_slots(name) else "worked out by Chairtime"),
    ]
    return found


def _quoted(word: str) -> str:
    return f'"{word}"' if word else "none in the list"
