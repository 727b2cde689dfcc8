"""What may happen around a call, each as the sentence by which a file tells it."""

import datetime as dt
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
VISITS = {"cleaning": (True, 60), "exam": (False, 30)}  # in a hygiene chair or not, and minutes


async def _passes(stage: Any, count: str, unit: str) -> None:
    await stage.passes(float(count) * SECONDS[unit])


async def _does(stage: Any) -> None:
    await stage.practice_does()


async def _pc(stage: Any, state: str) -> None:
    stage.world.set_online(stage.office.office_id, state == "on")


async def _takes(stage: Any, start: str) -> None:
    """The desk puts somebody else into every chair that is free then."""
    office, desk = stage.office, stage.desk
    when = dt.datetime.fromisoformat(start)
    others = iter(stage.strangers)
    for chair in office.records.operatories.values():
        if not chair.hidden and not office.records.in_the_way(chair.practice_id, chair.name, when, 10):
            stage.by_the_desk(desk.book(next(others), when, 30, chair.name, chair.provider_ids[0]))


async def _desk_cancels(stage: Any, name: str, start: str) -> None:
    stage.by_the_desk(stage.desk.cancel(stage.visit(name, start).sr_no))


async def _desk_moves(stage: Any, name: str, start: str, new: str) -> None:
    stage.by_the_desk(stage.desk.move(stage.visit(name, start).sr_no, dt.datetime.fromisoformat(new)))


async def _has(stage: Any, name: str, start: str, what: str) -> None:
    """An appointment that was made at the desk before the call, whoever had that time; the copy shows it."""
    office, (hygiene, minutes) = stage.office, VISITS[what]
    when, rows = dt.datetime.fromisoformat(start), stage.office.records.appointments
    chair = next(row for row in office.records.operatories.values() if row.hygiene == hygiene)
    while taken := office.records.in_the_way(chair.practice_id, chair.name, when, minutes):
        del rows[taken.sr_no]
    number, lead = stage.person(name).patient_id, chair.provider_ids[0]
    stage.by_the_desk(stage.desk.book(number, when, minutes, chair.name, lead))
    office.refresh()


async def _has_nothing(stage: Any, name: str) -> None:
    """Whatever this patient has coming is taken off the books before the call."""
    office, number = stage.office, stage.person(name).patient_id
    for row in list(office.records.appointments.values()):
        if row.patient_id == number and row.start >= office.now():
            del office.records.appointments[row.sr_no]
    office.refresh()


async def _is_called(stage: Any, name: str, first: str, last: str) -> None:
    office = stage.office
    row = stage.person(name)
    renamed = replace(row, firstname=first, lastname=last)
    office.records.patients[row.patient_id] = stage.before.patients[row.patient_id] = renamed
    office.refresh()


async def _uploads(stage: Any) -> None:
    stage.office.refresh()
    await stage.passes(90)


async def _nothing_open(stage: Any) -> None:
    await stage.nothing_is_open()


async def _paused(stage: Any, verb: str) -> None:
    await stage.pause(on=verb == "pauses")


async def _lost(stage: Any, when: str) -> None:
    stage.fault("lost_before" if when == "request" else "lost_after", method="POST", path="/appointment")


async def _silent(stage: Any) -> None:
    stage.fault("hang", times=None, seconds=60.0)


async def _well(stage: Any) -> None:
    stage.world.faults.clear()


async def _restarts(stage: Any) -> None:
    await stage.restart()


TABLE: tuple[tuple[str, Callable[..., Awaitable[None]]], ...] = (
    (r"(\d+) (second|minute|hour|day)s? passe?s?", _passes),
    (r"the practice does what it was sent", _does),
    (r"time goes by until nothing is open", _nothing_open),
    (r"the office's PC is turned (on|off)", _pc),
    (r"the desk gives (\S+) to others", _takes),
    (r"the desk cancels (.+) at (\S+)", _desk_cancels),
    (r"the desk moves (.+) from (\S+) to (\S+)", _desk_moves),
    (r"(.+) has an appointment at (\S+) for an? (cleaning|exam)", _has),
    (r"(.+) has nothing coming up", _has_nothing),
    (r"(.+) is on file as (\S+) (.+)", _is_called),
    (r"Sikka's copy is brought up to date", _uploads),
    (r"the office (pauses|resumes) the agent", _paused),
    (r"the next (request|answer) to a booking is lost", _lost),
    (r"Sikka falls silent", _silent),
    (r"Sikka is well again", _well),
    (r"the server is killed and started again", _restarts),
)


def known(sentence: str) -> bool:
    """Whether a sentence is in the table."""
    return any(re.fullmatch(pattern, sentence) for pattern, _ in TABLE)


async def happen(sentence: str, stage: Any) -> None:
    """Let it happen."""
    for pattern, act in TABLE:
        if found := re.fullmatch(pattern, sentence):
            await act(stage, *found.groups())
            return
    raise ValueError(sentence)
