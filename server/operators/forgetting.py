"""What `chairtime forget` does: removes what is kept of a patient, and sees that nothing is kept again."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from server.clock import SystemClock
from server.failures import ConfigurationError, Failure
from server.operators.records import Records, acting, label, opened, operator_act
from server.operators.tables import Page, short
from server.settings import Settings
from server.sikka.copied import COPIED
from store.forgetting import Forgotten, Standing
from store.ledger_states import OPEN
from store.mirror_rows import Whose
from store.offices import Office

FORGET: Final = "forget"
NOBODY: Final = (
    "A patient's id is needed, as the practice's system has it. Nothing was changed. Give it with --patient."
)
STILL_KNOWN: Final = "The practice's own system and Sikka still know this patient: end it there too."
# Whether anything was kept of the patient -> what was done.
DONE: Final[Mapping[bool, str]] = {
    True: f"Forgotten. {STILL_KNOWN}",
    False: (
        "Nothing was kept of a patient with this id, so nothing was removed: see that the id is right. "
        "From now on nothing will be kept of that id."
    ),
}
WHOSE: Final = {each.kind: Whose(each.patient_at, each.emptied_at) for each in COPIED}


async def forget(
    settings: Settings, page: Page, office: str, patient_id: str, *, withdraw: bool, by: str
) -> int:
    """Forget a patient, by their id in the practice's system.

    Raises:
        ConfigurationError: the id is empty, or several offices could be meant.
        Failure: something is open for the patient, and is not to be (or cannot at once be) taken back.
    """
    patient_id = patient_id.strip()
    if not patient_id:
        raise ConfigurationError(NOBODY)
    async with opened(settings) as records:
        offices = [each for each in records.chosen(office) if each is not None] or records.offices
        if len({each.office_id for each in offices}) > 1:
            raise ConfigurationError(f"Several offices could be meant. Give --office: {records.known}.")
        standing = {each.id: await _standing(records, each, patient_id) for each in offices}
        if withdraw:
            for each in offices:
                await _take_back(records, each.id, standing[each.id], by)
                standing[each.id] = await _standing(records, each, patient_id)
        if left := [line for each in offices for line in _lines(standing[each.id])]:
            raise Failure(_refusal(left, withdraw=withdraw))
        done = [(each, await _forget(records, each, patient_id, by)) for each in offices]
        page.done(
            DONE[any(removed for _, removed in done)],
            {"forgotten": [{"office": label(each), **asdict(removed)} for each, removed in done]},
        )
    return 0


async def _standing(records: Records, office: Office, patient_id: str) -> Standing:
    return await records.store.forgetting.standing(office.id, patient_id)


async def _take_back(records: Records, office: str, standing: Standing, by: str) -> None:
    now = SystemClock().now()
    with acting(records.store, FORGET, by, office):
        for row in standing.rows:
            if row.state in OPEN:
                await records.store.ledger.wish_withdraw(row.office, row.id, now)
        for task in standing.tasks:
            await records.store.inbox.done(task, by, None, now)


async def _forget(records: Records, office: Office, patient_id: str, by: str) -> Forgotten:
    act = operator_act(records.store, FORGET, by, office.id)
    return await records.store.forgetting.forget(
        office.id, patient_id, whose=WHOSE, act=act, now=SystemClock().now()
    )


def _lines(standing: Standing) -> list[str]:
    writes = [f"write {short(row.id)}, a {row.operation} that is {row.state}" for row in standing.rows]
    return [*writes, *(f"task {short(task)}, not done" for task in standing.tasks)]


def _refusal(left: list[str], *, withdraw: bool) -> str:
    listed = "\n".join(f"  {line}" for line in left)
    way_on = (
        "What could be taken back is; run this again when the rest is settled and shows in the copy."
        if withdraw
        else "Nothing was changed. Wait until they are settled and show in the copy, or give --withdraw."
    )
    return f"Something is not finished for this patient:\n{listed}\n{way_on}"
