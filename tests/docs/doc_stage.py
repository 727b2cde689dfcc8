"""An office with a past, on which the pages' commands are run as an operator would."""

import os
import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import warm
from doc_pages import ROOT
from harness import FAST, ManualClock, Office, quiet_office, served, settings_for

from server.clock import SystemClock
from store.inbox import NewTask, TaskKind
from store.ledger_states import OPEN, State

# Every store and every program of a page finds its office, and nothing of whoever runs the tests.
LEFT_OUT = ("CHAIRTIME_", "SIKKA_", "COVERAGE_")
SLOW_WRITES = replace(FAST, writeback_seconds=(3600.0, 3600.0))


@dataclass(frozen=True)
class Stage:
    """What a page's terminal has at hand.

    Attributes:
        values: what stands in the pages for something that each office has of its own -> what it is here.
    """

    folder: Path
    environment: dict[str, str]
    values: dict[str, str]


@asynccontextmanager
async def open_stage(folder: Path, way: Path) -> AsyncGenerator[Stage]:
    """A practice at the stand-in for Sikka, and a store with writes, tasks and a token in it.

    `way` is where a warm process takes commands.
    """
    clock = ManualClock(SystemClock().now() / 1000)
    async with served(SLOW_WRITES, clock) as line:
        async with quiet_office(line, folder, clock) as office:
            values = await _past(office)
        settings = settings_for(line, folder)
        programs = folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        _executable(programs / "chairtime", warm.program(way, alone=("serve", "sandbox")))
        # What is not run here is put down, and held by a rule of its own.
        for name in ("make", "npx", ".venv/bin/python"):
            put_down = f'#!/bin/bash\nprintf "%s\\n" "{name} ${{*@Q}}" >>"$HELD"\n'
            _executable(programs / name.rpartition("/")[2], put_down)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
        yield Stage(
            folder,
            {
                **inherited,
                "PATH": f"{programs}:{os.environ['PATH']}",
                "HOME": str(folder),
                "COLUMNS": "100",
                "HELD": str(folder / "held"),
                "SIKKA_BASE_URL": line.base_url,
                "SIKKA_APP_ID": settings.sikka_app_id.get_secret_value(),
                "SIKKA_APP_KEY": settings.sikka_app_key.get_secret_value(),
                "CHAIRTIME_DATABASE_URL": settings.database_url,
            },
            values,
        )


def _executable(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


async def _past(office: Office) -> dict[str, str]:
    """Writes in four states, a caller's message, and a token."""
    free, now = await office.free(), office.clock.now()

    async def write(number: int, *states: State) -> str:
        row = await office.book(free[number * 4])
        for state in states:
            await office.ledger.change(row.id, state, now, expect=OPEN)
        office.manual.advance(1)
        return row.id

    task, _ = await office.store.inbox.open_task(
        NewTask(office=office.id, kind=TaskKind.MESSAGE, body={"message": "please call about the crown"}), now
    )
    token, _ = await office.store.tokens.create(
        "platform", scopes=("schedule:read",), offices=("D10001",), now=now, expires_at=None
    )
    return {
        "01a202aea267": task.id,
        "01a203bc50bf": await write(0, State.SENDING, State.SUBMITTED, State.OVERDUE),
        "01a203c4e5f6": await write(1, State.SENDING, State.REJECTED),
        "01a203c7a8b9": await write(2),
        "3f9a": token.id,
        "PATIENT_ID": next(reversed(office.world.offices["D10001"].records.patients)),
    }


def make_targets() -> set[str]:
    """What `make` can be asked for."""
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    return {line.partition(":")[0] for line in lines if "## " in line and not line.startswith("\t")}
