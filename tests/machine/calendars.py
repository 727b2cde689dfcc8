"""What is told of coming visits beside the practice's own calendar, once all is done and loaded."""

import datetime as dt
from collections.abc import Iterable

from premises import OFFICE, Premises, Process

from server.desk.copies.overlay import Standing
from store.ledger_states import OPEN
from store.offices import Office

LOADED = 1_000.0  # what Sikka shows by then was loaded after everything that was done
COMPARED = (130.0, 130.0)  # every process has heard of the load, and has compared it
MARGIN = dt.timedelta(hours=1)  # whether a visit is over is no matter here


def load(premises: Premises):
    """Let the practice be loaded late enough, and compared."""
    premises.loop.suspend(LOADED)
    for seconds in COMPARED:
        premises.office.refresh()
        premises.let_pass(seconds)


def told_otherwise(premises: Premises, patients: Iterable[str]) -> list[str]:
    """Of whom the desk lists other visits than stand; somebody with an open write is left out."""
    office = premises.do(premises.home())
    rows = premises.do(premises.store.ledger.search(states=OPEN, limit=1_000))
    unsettled = {row.facts.get("patient_id") for row in rows}
    soon = premises.office.now() + MARGIN
    wrong: list[str] = []
    for patient_id in sorted(set(patients) - unsettled - {""}):
        told = premises.do(_listed(premises.up(0), office, patient_id, soon))
        stands = sorted(
            (row.sr_no, row.start.isoformat())
            for row in premises.office.records.appointments.values()
            if row.patient_id == patient_id and row.start > soon and not row.cancelled
        )
        if told != stands:
            wrong.append(f"told otherwise than it stands: {told}, and not {stands} in {OFFICE}")
    return wrong


async def _listed(process: Process, office: Office, patient_id: str, soon: dt.datetime):
    assert process.app is not None
    desk = process.app.desk
    visits = await desk.calendar.of_patient(await desk.profiles.of(office), patient_id)
    return sorted(
        (visit.appointment_sr_no, visit.start.isoformat())
        for visit in visits
        if visit.start > soon and visit.standing is Standing.BOOKED
    )
