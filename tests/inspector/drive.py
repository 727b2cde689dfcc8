"""Plays a call with MCP Inspector's command line over every transport, each command a process of its own."""

import argparse
import datetime as dt
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
from contract import assert_contract, assert_tool_contract
from mcp_types import CallToolResult, ListToolsResult
from processes import OFFICE, Practice, http_server, open_practice

from sandbox.records import Patient
from server.tools.toolsets import shown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

WRITES_TAKE = (0.3, 0.6)
AT_ONCE = 2  # commands under way: each is a Node.js of its own
SHOWN = 500  # characters of what it says when it fails
LOOKS = 5  # for the outcome, each of them with a wait
SETTINGS = {
    "CHAIRTIME_CONSENT_SECONDS": "0",
    "CHAIRTIME_WRITE_WAIT_SECONDS": "0.1",
    "CHAIRTIME_CHECK_WAIT_SECONDS": "2",
    "CHAIRTIME_TOOLSETS": "scheduling",
}


@dataclass
class Way:
    """One transport, as Inspector is told to take it, and the call that is played on it.

    Attributes:
        target: arguments of Inspector's command line.
        call: arguments that tell the call's id.
        weeks: ahead, for the time that is booked: no two ways want the same.
    """

    name: str
    target: list[str]
    call: list[str]
    patient: Patient
    weeks: int
    rows: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, case: str, problem: str = "") -> None:
        """Put down how a case went."""
        self.rows.append(
            {"client": f"Inspector {self.name}", "case": case, "ok": not problem, "detail": problem}
        )


@dataclass
class Inspector:
    """Inspector's command line."""

    command: list[str]
    places: anyio.CapacityLimiter

    async def ask(self, way: Way, *arguments: str) -> str:
        """What it prints. Raises AssertionError where it ends with anything but 0."""
        async with self.places:
            done = await anyio.run_process(
                [*self.command, "--cli", *way.target, *arguments],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                check=False,
            )
        said = done.stdout.decode()
        assert done.returncode == 0, f"ended with {done.returncode}: {said}{done.stderr.decode()}"[:SHOWN]
        return said

    async def call(self, way: Way, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured answer of a tool, after the whole answer was held against the contract."""
        given = ["--tool-name", tool, "--tool-args-json", json.dumps(arguments)]
        said = await self.ask(way, "--method", "tools/call", *given, *way.call)
        result = CallToolResult.model_validate_json(said, by_name=False)
        assert_contract(result)
        assert result.structured_content is not None
        return result.structured_content


async def the_tools(inspector: Inspector, way: Way) -> None:
    """Listed, and none of their schemas is a problem to any client that Inspector knows of."""
    said = await inspector.ask(way, "--method", "tools/list", "--strict")
    tools = ListToolsResult.model_validate_json(said, by_name=False).tools
    assert [tool.name for tool in tools] == [spec.name for spec in shown({"scheduling"}, read_only=False)]
    for tool in tools:
        assert_tool_contract(tool)


async def odd_arguments(inspector: Inspector, way: Way) -> None:
    """Null, missing, wrong and unknown ones are answered with a question, or let be."""
    missing = await inspector.call(way, "register_patient", last_name="Ochoa")
    assert (missing["outcome"], missing["say"][-1]) == ("invalid_input", "?"), missing["say"]
    null = await inspector.call(way, "book_appointment", patient=None, slot=7, caller_confirmed="yes")
    assert (null["outcome"], null["say"][-1]) == ("invalid_input", "?"), null["say"]
    more = await inspector.call(way, "office_info", topic="today", colour={"of": ["the", "sky"]})
    assert more["outcome"] == "ok", more["say"]


async def a_refusal(inspector: Inspector, way: Way) -> None:
    """A handle that nobody was given: told in words, and nothing is changed."""
    told = {"appointment": "a0000000000", "caller_confirmed": True}
    unknown = await inspector.call(way, "cancel_appointment", **told)
    assert unknown["outcome"] == "invalid_input"
    assert unknown["retry"] == "after_change"


async def a_booking(inspector: Inspector, way: Way, practice: Practice) -> None:
    """Found, offered, read back, asked for, pending, and booked when the practice says so: once."""
    person = way.patient
    found = await inspector.call(
        way,
        "find_patient",
        name=f"{person.firstname} {person.lastname}",
        date_of_birth=str(person.birthdate),
    )
    assert found["outcome"] == "verified"
    first = practice.world.offices[OFFICE].now().date() + dt.timedelta(weeks=way.weeks)
    offered = await inspector.call(
        way, "find_slots", reason="exam", patient=found["patient"], date_from=str(first)
    )
    slot = offered["slots"][0]
    wanted = {"patient": found["patient"], "slot": slot["slot"]}
    read = await inspector.call(way, "book_appointment", **wanted)
    assert read["outcome"] == "needs_confirmation"
    assert slot["spoken"] in read["say"]
    told = await inspector.call(way, "book_appointment", **wanted, caller_confirmed=True)
    assert told["outcome"] in {"pending", "confirmed"}, told["say"]
    again = await inspector.call(way, "book_appointment", **wanted, caller_confirmed=True)
    assert (again["writeback"], again["new"]) == (told["writeback"], False)
    state = told["state"]
    for _ in range(LOOKS):
        if state == "confirmed":
            break
        looked = await inspector.call(way, "check_writeback", writeback=told["writeback"])
        state = looked["writebacks"][0]["state"]
    assert state == "confirmed"
    held = practice.appointments(person)
    assert [row.start for row in held] == [dt.datetime.fromisoformat(slot["start"])]


async def play(inspector: Inspector, way: Way, practice: Practice) -> None:
    """Every case on one way; what is wrong with one does not keep the others from being played."""
    cases: dict[str, Callable[[], Awaitable[None]]] = {
        "the-tools": lambda: the_tools(inspector, way),
        "odd-arguments": lambda: odd_arguments(inspector, way),
        "a-refusal": lambda: a_refusal(inspector, way),
        "a-booking": lambda: a_booking(inspector, way, practice),
    }
    for case, played in cases.items():
        try:
            await played()
        except Exception as problem:  # noqa: BLE001 - whatever is wrong with a case, the others are played too
            way.tell(case, f"{type(problem).__name__}: {problem}")
        else:
            way.tell(case)


def ways(practice: Practice, root: str) -> list[Way]:
    """Every transport, with a patient and a call of its own."""
    stdio = practice.environment(
        **SETTINGS, CHAIRTIME_DATABASE_URL=f"sqlite:///{practice.folder / 'stdio.db'}"
    )
    kept = {name: value for name, value in stdio.items() if name.startswith(("CHAIRTIME_", "SIKKA_"))}
    variables = [part for name, value in kept.items() for part in ("-e", f"{name}={value}")]
    # Every command starts a server of its own: what the call has come to is kept in the database.
    by_meta = ["--tool-metadata", "call_id=inspector-stdio"]

    def over(name: str, path: str, *arguments: str) -> Way:
        number = len(found) + 1
        header = ["--header", f"X-Call-Id: inspector-{number}"]
        return Way(name, [f"{root}{path}", *arguments, *header], [], practice.somebody(), number)

    launched = [*variables, sys.executable, "-m", "server", "serve"]
    found = [Way("stdio", launched, by_meta, practice.somebody(), 0)]
    found.append(over("http 2025-11-25", "/mcp", "--transport", "http", "--protocol-era", "legacy"))
    found.append(over("http 2026-07-28", "/mcp", "--transport", "http", "--protocol-era", "modern"))
    found.append(over("sse", "/sse", "--transport", "sse"))
    return found


async def main(folder: Path, command: list[str], *, rows: bool) -> int:
    """Play everything and print how it went; 1 where anything is wrong."""
    inspector = Inspector(command, anyio.CapacityLimiter(AT_ONCE))
    played: list[Way] = []
    async with (
        open_practice(folder, writeback_seconds=WRITES_TAKE) as practice,
        http_server(practice, **SETTINGS) as server,
        anyio.create_task_group() as tasks,
    ):
        played += ways(practice, server.root)
        for way in played:
            tasks.start_soon(play, inspector, way, practice)
    told = [row for way in played for row in way.rows]
    for row in told:
        word = "ok  " if row["ok"] else "FAIL"
        plain = f"{word} {row['client']}: {row['case']} {row['detail']}"
        print(json.dumps(row) if rows else plain.rstrip())  # noqa: T201 - a command's answer
    failed = sum(not row["ok"] for row in told)
    if not rows:
        print(f"{len(told) - failed} passed, {failed} failed")  # noqa: T201 - as above
    return int(failed > 0 or not told)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("command", nargs="+")
    parser.add_argument("--rows", action="store_true")
    given = parser.parse_args()
    sys.exit(anyio.run(lambda: main(given.folder, given.command, rows=given.rows)))
