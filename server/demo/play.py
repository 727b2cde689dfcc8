"""The demo: a caller is found, booked, confirmed and cancelled through real MCP connections."""

import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Final

import anyio
import httpx2
from rich.console import Console

from server.demo.children import child, finished
from server.demo.connections import ANSWER_SECONDS, on_http, on_stdio
from server.demo.records import Records
from server.demo.script import BOOKING, CANCELLING, Turn
from server.demo.stage import Stage
from server.demo.story import Pace, Story
from server.hosting.stdio import ended_by_signals
from server.stand_in import CONTROL_NAME

FAILED: Final = 1
# The slow one is a practice whose computer is busy: every write takes 20 seconds.
PACES: Final = {False: Pace((3.0, 6.0)), True: Pace((20.0, 20.0), patience=45.0)}


async def play(*, slow: bool) -> int:
    """Play a caller against the stand-in and the server, each a process of its own.

    Returns 0 if the practice's own records say what the caller was told, else 1.

    Args:
        slow: the practice takes 20 seconds for each write.

    Raises:
        Failure: the demo could not be played to its end; the text says why.
    """
    async with ended_by_signals():
        return await perform(PACES[slow], Stage(Console(highlight=False)))
    return FAILED  # a signal has ended it


async def perform(
    pace: Pace,
    stage: Stage,
    booking: Sequence[Turn] = BOOKING,
    cancelling: Sequence[Turn] = CANCELLING,
) -> int:
    """Both calls, one over stdio and one over HTTP, on one database. Returns the exit code.

    Raises:
        Failure: it could not be played to its end.
    """
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chairtime-demo-")))
        with stage.busy("Starting a stand-in for Sikka, with a practice behind it ..."):
            said = await stack.enter_async_context(_sandbox(pace))
            http = await stack.enter_async_context(
                httpx2.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS)
            )
            records = Records(http, said[CONTROL_NAME])
            await records.open()
        _introduce(stage, pace)
        settings = {
            **{name: said[name] for name in ("SIKKA_BASE_URL", "SIKKA_APP_ID", "SIKKA_APP_KEY")},
            "CHAIRTIME_DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
            "CHAIRTIME_LOG_LEVEL": "ERROR",
            "CHAIRTIME_TOOLSETS": "scheduling,frontoffice",  # the caller has the calendar read out, too
            **pace.settings,
        }
        with stage.busy("Applying the profile that the practice's people have reviewed ..."):
            await _review(records, settings, folder)
        story = Story(stage, pace, records)
        stage.act("First call, over stdio")
        async with on_stdio(stage, settings, folder) as client:
            agrees = await story.call(client, "demo-1", booking)
        stage.act("Second call, over HTTP: a new server process on the same database")
        async with on_http(stage, settings, "demo-2") as client:
            agrees = await story.call(client, "demo-2", cancelling) and agrees
    stage.verdict(agrees=agrees, seconds=time.monotonic() - began)
    return 0 if agrees else FAILED


async def _review(records: Records, settings: Mapping[str, str], folder: Path) -> None:
    """Without it nothing is booked: every wish would be left to the practice's people."""
    document = folder / "profile.toml"
    await anyio.Path(document).write_text(await records.profile(), encoding="utf-8")
    arguments = ("office", "apply", str(document), "--yes", "--by", "the demo")
    await finished("The command that applies the practice's profile", *arguments, changes=settings)


def _sandbox(pace: Pace) -> AbstractAsyncContextManager[dict[str, str]]:
    low, high = (f"{seconds:g}" for seconds in pace.writes)
    return child(
        "The stand-in for Sikka",
        *("sandbox", "--port", "0", "--refresh", "0", "--no-desk", "--writes-take", low, high),
        changes={},
        waits_for=CONTROL_NAME,
    )


def _introduce(stage: Stage, pace: Pace) -> None:
    low, high = pace.writes
    how_long = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    stage.note(
        f"A practice has opened, with 120 patients. Its computer takes {how_long} seconds for every write, "
        "and Sikka's copy of its calendar stands still meanwhile. All that the agent says is what "
        "Chairtime's tools answered; on the right is the time each took."
    )
