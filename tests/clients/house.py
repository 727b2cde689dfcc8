"""A practice, a server of its own process, and a client in its environment, for as long as its cases run."""

import asyncio
import itertools
import json
import os
import re
import sqlite3
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from processes import OFFICE, Practice, ServerProcess, http_server, open_practice
from reading import CONFIRMED, PENDING, READ_BACK, Heard
from roster import ClientKind

from sandbox.records import Patient

ADAPTERS = Path(__file__).parent / "adapters"
LIMIT_SECONDS = 60.0  # for whatever a case waits on; never reached when all is well
MINUTE = 60.0
OPENED_WITHIN = 3  # tries
NOT_YET = re.compile(
    r"Offer to look once more in a minute"
)  # a server that is new has to read the office first
# The waits are the product's own, since clients give up by their own clocks; the rest is fast.
SETTINGS = {
    "CHAIRTIME_WRITE_WAIT_SECONDS": "2",
    "CHAIRTIME_CHECK_WAIT_SECONDS": "3",
    "CHAIRTIME_TOOLSETS": "scheduling,frontoffice,billing",
}


class AdapterError(AssertionError):
    """The adapter could not do what it was asked; its traceback is the text."""


class Adapter:
    """A client's process, spoken to in lines of JSON."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._ids = itertools.count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._reading = asyncio.create_task(self._read())

    async def ask(self, do: str, line: str, **more: Any) -> Any:
        number = next(self._ids)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        self._process.stdin.write(
            (json.dumps({"id": number, "do": do, "line": line, **more}) + "\n").encode()
        )
        return await asyncio.wait_for(self._waiting[number], LIMIT_SECONDS)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        while text := await self._process.stdout.readline():
            answer = json.loads(text)
            waiting = self._waiting.pop(answer["id"])
            if waiting.done():
                continue
            if "error" in answer:
                waiting.set_exception(AdapterError(answer["error"]))
            else:
                waiting.set_result(answer["done"])
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(AdapterError("the client's process has ended"))

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading


@dataclass
class House:
    """What a case has to do with.

    Attributes:
        practice: with its records, seen past Sikka and past our ledger.
        server: over HTTP, in a process of its own.
        log: what the client wrote to stderr.
    """

    name: str
    kind: ClientKind
    practice: Practice
    server: ServerProcess
    adapter: Adapter
    log: Path
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def target(self, transport: str, server: ServerProcess | None = None, **more: Any) -> dict[str, Any]:
        root = (server or self.server).root
        found: dict[str, Any] = {"transport": transport, "options": self.kind.options, **more}
        if transport == "stdio":
            environment = self.practice.environment(**SETTINGS)
            return found | {"command": sys.executable, "args": ["-m", "server", "serve"], "env": environment}
        return found | {"url": f"{root}/{'mcp' if transport == 'http' else 'sse'}"}

    async def call(self, transport: str = "http", *, call_id: str = "", **more: Any) -> "PhoneCall":
        """A phone call on a line of its own; its id goes by header where there is one."""
        line = f"line {next(self._numbers)}"
        if call_id:
            more.setdefault("headers", {})["X-Call-Id"] = call_id
        target = self.target(transport, **more)
        for tries in range(OPENED_WITHIN):
            try:
                await self.adapter.ask("open", line, target=target)
                break
            except (
                AdapterError
            ):  # a client gives a new process as long as a tool, and the machine may be busy
                if tries + 1 == OPENED_WITHIN:
                    raise
        return PhoneCall(self, line)

    async def appointments(self, patient: Patient) -> list[dict[str, Any]]:
        """A patient's coming appointments in the practice's own records, cancelled ones left out."""
        now = self.practice.world.offices[OFFICE].now().isoformat()
        rows = await self._controlled("GET", f"/offices/{OFFICE}/appointments")
        return [
            row
            for row in rows
            if row["patient_id"] == patient.patient_id and not row["cancelled"] and row["start"] >= now
        ]

    async def one_effect(self, patient: Patient) -> None:
        """Let the practice do all it was asked for a patient, and see that it was one booking."""
        await self.practice.accepts(patient)
        self.carries_out(patient)
        await self.effects(patient, 1)

    async def effects(self, patient: Patient, number: int) -> None:
        found = await self.appointments(patient)
        assert len(found) == number, f"{len(found)} appointments in the practice, not {number}"
        made = await self._controlled("GET", "/effects")
        mine = [row for row in made if row["patient_id"] == patient.patient_id and row["ok"]]
        assert len(mine) == number, f"{len(mine)} writes were carried out, not {number}"

    def carries_out(self, patient: Patient) -> None:
        """The practice does what was asked of it for one patient; the others' writes take their minute."""
        world = self.practice.world
        for write in world.queue.pending_of(OFFICE):
            if write.fields.get("patient_id") == patient.patient_id:
                write.due_at = world.now()
                world._execute(write, write.due_at)

    async def told(self, patient: Patient) -> None:
        """Until the server has told, in whatever answer, that a patient's booking is confirmed."""
        [write] = [
            one.id
            for one in self.practice.world.queue.rows.values()
            if one.fields.get("patient_id") == patient.patient_id
        ]
        database = self.practice.folder / "chairtime.db"
        async with asyncio.timeout(LIMIT_SECONDS):
            while True:
                with closing(sqlite3.connect(database)) as connection:
                    states = connection.execute(
                        "SELECT state, told_state FROM pms_writebacks WHERE sikka_id = ?", (write,)
                    ).fetchone()
                if states == ("confirmed", "confirmed"):
                    return
                await asyncio.sleep(0.02)

    async def _controlled(self, method: str, path: str) -> Any:
        async with httpx2.AsyncClient(trust_env=False) as http:
            answer = await http.request(method, self.practice.sandbox.control_url + path)
            return answer.raise_for_status().json()


@dataclass
class PhoneCall:
    """An agent on the phone, who knows only what its runtime lets its model read."""

    house: House
    line: str

    async def tools(self) -> list[dict[str, Any]]:
        return await self.house.adapter.ask("tools", self.line)

    async def turn(
        self, *calls: tuple[str, dict[str, Any]], stop: dict[str, Any] | None = None
    ) -> list[dict]:
        """What a model reads of calls that it makes at once."""
        asked = [{"tool": tool, "arguments": arguments} for tool, arguments in calls]
        return await self.house.adapter.ask("turn", self.line, calls=asked, stop=stop)

    async def ask(self, tool: str, /, **arguments: Any) -> Heard:
        """One call, and its answer held against what may be said at all."""
        [said] = await self.turn((tool, arguments))
        heard = self.house.kind.hears(said["read"])
        heard.check()
        return heard

    async def identify(self, patient: Patient, **more: str) -> str:
        """The handle of a patient who has said name and birth date."""
        name = f"{patient.firstname} {patient.lastname}"
        said = {"name": name, "date_of_birth": str(patient.birthdate), **more}
        async with asyncio.timeout(LIMIT_SECONDS):
            while (heard := await self.ask("find_patient", **said)).says(NOT_YET):
                pass
        assert "patient" in heard.handles, heard.words
        return heard.handles["patient"]

    async def slots(self, **wanted: str) -> list[str]:
        heard = await self.ask("find_slots", **{"reason": "exam", **wanted})
        found = [handle for name, handle in heard.handles.items() if name.startswith("slot")]
        assert found, heard.words
        return found

    async def wish(self, patient: Patient, **wanted: str) -> dict[str, Any]:
        """The arguments with which a patient who has chosen a time is booked."""
        handle = await self.identify(patient)
        wish = {"patient": handle, "slot": (await self.slots(**wanted))[0]}
        heard = await self.ask("book_appointment", **wish)
        assert heard.says(READ_BACK), heard.words
        await asyncio.sleep(0.1)  # as long as the setting wants a yes to take
        return {**wish, "caller_confirmed": True}

    async def book(self, wish: dict[str, Any]) -> Heard:
        return await self.ask("book_appointment", **wish)

    async def settled(self) -> Heard:
        """What `check_writeback` says of this call's writes once they are done."""
        async with asyncio.timeout(LIMIT_SECONDS):
            while (heard := await self.ask("check_writeback")).says(PENDING):
                pass
        return heard

    async def confirmed(self, wish: dict[str, Any]) -> None:
        """The same asked for again is answered by what became of it."""
        async with asyncio.timeout(LIMIT_SECONDS):
            while not (heard := await self.book(wish)).says(CONFIRMED):
                assert heard.says(PENDING), heard.words

    async def close(self) -> None:
        await self.house.adapter.ask("close", self.line)


@asynccontextmanager
async def open_house(name: str, kind: ClientKind, python: str, folder: Path) -> AsyncGenerator[House]:
    """A practice that takes a minute over each write, a server for it, and the client."""
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("CHAIRTIME_", "SIKKA_"))
    }
    log = folder / "client.log"
    async with (
        open_practice(folder, writeback_seconds=(MINUTE, MINUTE)) as practice,
        http_server(practice, **SETTINGS) as server,
    ):
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                python,
                str(ADAPTERS / kind.adapter),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=inherited,
                limit=2**22,
            )
        adapter = Adapter(process)
        try:
            yield House(name, kind, practice, server, adapter, log)
        finally:
            await adapter.end()
