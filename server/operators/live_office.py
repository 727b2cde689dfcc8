"""The one office that a command asks Sikka about."""

from server.app import Connection
from server.desk.choice import chosen_offices
from server.failures import Failure
from server.operators.records import label, named
from store.offices import Office


async def one_office(connection: Connection, text: str, nothing: str) -> Office:
    """The office that "D10001" or "D10001/1" names, as Sikka shows it now; for "" the only one there is.

    Raises:
        Failure: it is not one; with the names of all, and ``nothing``, which says what was not done.
        SikkaError: Sikka could not be asked.
    """
    await connection.load_offices()
    offices = await chosen_offices(connection.store.offices, connection.settings)
    found = named(offices, text) if text else offices
    if len(found) != 1:
        known = ", ".join(map(label, offices)) or "none"
        raise Failure(f"One office is to be named with --office. Sikka shows: {known}. {nothing}")
    return found[0]
