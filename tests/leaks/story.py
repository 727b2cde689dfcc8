"""A practice full of marks, and calls to it in which everything goes wrong that can."""

import base64
import datetime as dt
import json
import sqlite3
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from callers import Caller, Told, on_the_phone
from contract import handles_in
from issuing import Issuer
from marks import ACCENTED, WORD, dates, phones
from planting import plant
from processes import LIMIT_SECONDS, OFFICE, Practice, ServerProcess, open_practice, served_by
from troubled import SAID, TROUBLE

from sandbox.execution import RefusedByPmsError
from sandbox.records import Patient
from sandbox.replies import ApiError, result
from sandbox.world import OfficeSpec
from store.opening import open_store

PROGRAM = (str(Path(__file__).parent / "troubled.py"),)
FIRST, LAST, BORN = f"{WORD}ia", f"{WORD}son", "1917-03-29"
PATIENT_ID, SR_NO = "730118846219", 88460137
NEW_BORN = "1919-07-23"
CELL, OTHER_CELL = "8605779046", "8605770358"
TEXT = f"{WORD} {ACCENTED} wept {BORN} {CELL}"
APP_KEY = f"{WORD}-app-key-not-to-be-seen-0000"
CALL_ID = f"{WORD}-call-id"
NEW = {"first_name": f"{WORD}ina", "last_name": f"{WORD}berg", "date_of_birth": NEW_BORN, "phone": OTHER_CELL}
SCALED = {
    "CHAIRTIME_LOG_LEVEL": "DEBUG",
    "CHAIRTIME_READ_TIMEOUT_SECONDS": "1.5",
    "CHAIRTIME_LOOK_FIRST_SECONDS": "0.2",
    "CHAIRTIME_LOOK_SECOND_SECONDS": "0.4",
    "CHAIRTIME_FRESHNESS_SECONDS": "0.3",
}
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


@dataclass
class Story:
    """One run: what was answered, refused and written.

    Attributes:
        refused: answers over HTTP that are errors, by what was asked.
        written: every file there was, by when it was looked at and its name.
    """

    practice: Practice
    server: ServerProcess
    tokens: set[str]
    told: list[Told] = field(default_factory=list[Told])
    refused: dict[str, httpx2.Response] = field(default_factory=dict[str, httpx2.Response])
    written: dict[str, bytes] = field(default_factory=dict[str, bytes])

    @property
    def database(self) -> Path:
        return self.practice.folder / "chairtime.db"

    @property
    def handles(self) -> set[str]:
        return {handle for told in self.told for handle in handles_in(told.facts)}

    @property
    def log(self) -> str:
        return self.server.log.read_text(encoding="utf-8")

    def marks(self) -> dict[str, Iterable[str | bytes]]:
        """Everything that must not be found, by what it is."""
        world = self.practice.world
        request_keys = {text for key in world.keys._keys.values() for text in (key.key, key.refresh_key)}
        [sealing] = (self.practice.folder / "chairtime.db.key").read_text(encoding="ascii").split()
        office_key = world.offices[OFFICE].secret_key
        return {
            "word": {WORD},
            "accented word": {ACCENTED},
            "birth date": dates(BORN, "March") | dates(NEW_BORN, "July"),
            "telephone": phones(CELL) | phones(OTHER_CELL),
            "record's number": {PATIENT_ID, *(str(SR_NO + place) for place in range(1, 4))},
            "amount": {"7319.47", "8127.93"},
            "secret": {APP_KEY, office_key, sealing, base64.b64decode(sealing), *request_keys, *self.tokens},
            "handle": {handle.encode() for handle in self.handles},  # they know no case, and are ASCII
        }

    def look(self, when: str) -> None:
        """Take down every file there is, but for the sealing key's own."""
        seen = set(self.written.values())
        for path in self.practice.folder.rglob("*"):
            if path.is_file() and path.suffix != ".key" and (content := path.read_bytes()) not in seen:
                self.written[f"{path.relative_to(self.practice.folder)} {when}"] = content

    def back_up(self) -> None:
        """Make backups in both of SQLite's ways."""
        with (
            closing(sqlite3.connect(self.database)) as source,
            closing(sqlite3.connect(self.practice.folder / "backup.db")) as copy,
        ):
            source.backup(copy)
            source.execute("VACUUM INTO ?", [str(self.practice.folder / "vacuumed.db")])


def mark(practice: Practice) -> Patient:
    """Put marks into everything that the practice's software holds; the patient who will call."""
    office = practice.world.offices[OFFICE]
    records = office.records
    public = dict(records.practices)  # name and address of the office itself are no secret
    plant(practice.world, OFFICE, [TEXT, f"{WORD} {ACCENTED}"])
    records.practices |= public
    [caller, *others] = sorted(records.patients)
    for place, key in enumerate(others):
        row = records.patients[key]
        records.patients[key] = replace(row, firstname=f"{WORD}{place}", cell=CELL, workphone=OTHER_CELL)
    records.last_sr_no = SR_NO
    records.patients[PATIENT_ID] = replace(
        records.patients.pop(caller),
        patient_id=PATIENT_ID,
        guarantor_id=PATIENT_ID,
        firstname=FIRST,
        lastname=LAST,
        birthdate=dt.date.fromisoformat(BORN),
        cell=CELL,
        status="Active",
    )
    for key, row in list(records.providers.items()):
        records.providers[key] = replace(row, firstname="Ann", lastname=f"{WORD}man")
    office.refresh()
    return records.patients[PATIENT_ID]


@asynccontextmanager
async def begun(folder: Path, trouble: str, **environment: str) -> AsyncGenerator[Story]:
    """A marked practice, and a server of its own with this trouble; it needs a token."""
    async with open_practice(folder, app_key=APP_KEY, offices=(OfficeSpec(OFFICE, patients=60),)) as practice:
        mark(practice)
        url = f"sqlite:///{folder / 'chairtime.db'}"
        async with await open_store(url, key_file=None, key_text=None, default_path=folder) as store:
            _, token = await store.tokens.create(
                "platform", scopes=["admin"], offices=["*"], now=0, expires_at=None
            )
        inside = {"TMPDIR": str(folder), "HOME": str(folder), TROUBLE: trouble, SAID: TEXT}
        async with served_by(PROGRAM, practice, {**SCALED, **inside, **environment}) as server:
            yield Story(practice, server, {token})


@asynccontextmanager
async def calling(story: Story, **how: Any) -> AsyncGenerator[Caller]:
    """A call of which every answer is kept."""
    [token, *_] = story.tokens
    async with on_the_phone(story.server, **{"token": token, **how}) as caller:
        yield caller
        story.told += caller.heard


async def verified(caller: Caller) -> str:
    """The marked patient's handle, however long the practice cannot be read."""
    with anyio.fail_after(LIMIT_SECONDS):
        while True:
            told = await caller.ask("find_patient", name=f"{FIRST} {LAST}", date_of_birth=BORN)
            if told.outcome == "verified":
                return told.facts["patient"]


async def everything_goes_wrong(story: Story, issuer: Issuer, patch: pytest.MonkeyPatch) -> None:
    """Every tool is called, while Sikka, the practice and the connection fail in every way they know."""
    practice, world = story.practice, story.practice.world
    patch.setattr("sandbox.app.result", lambda code, _: result(code, TEXT, TEXT))
    patch.setattr("sandbox.app._PAGE", f"<html>{TEXT}</html>".encode())
    for kind in ("internal_error", "overloaded", "html", "half_body", "lost_before", "key_expired"):
        practice.fault(kind, method="GET", path="/p")
    async with calling(story, call_id=CALL_ID, meta={"caller_number": CELL}) as caller:
        patient = await verified(caller)
        for kind in ("html", "half_body", "internal_error", "hang"):
            practice.fault(kind, method="GET", path="/patient_balance", times=None)
            assert (await caller.ask("get_balance", patient=patient)).outcome == "unavailable"
            world.faults.clear()
        await _asks_and_reads(caller, patient)
        slots = await caller.offers(patient=patient)
        who = practice.records.patients[PATIENT_ID]
        practice.fault("lost_after", method="POST", path="/appointment")
        booked = await caller.yes("book_appointment", patient=patient, slot=slots[0]["slot"], note=TEXT)
        await practice.carries_out(who)
        booked = await caller.settled("confirmed", writeback=booked.facts["writeback"])
        visit = {"appointment": booked.facts["appointment"]}
        _refuse_at_once(patch)
        await caller.yes("reschedule_appointment", **visit, slot=slots[1]["slot"])
        await caller.ask("confirm_appointment", **visit)
        patch.undo()
        _refuse_later(patch)
        note = await caller.yes("add_note", patient=patient, note=TEXT)
        await practice.accepts(who)
        practice.clock.ahead += 31
        await caller.settled("failed", writeback=note.facts["writeback"])
        practice.fault("internal_error", method="PATCH", after_work=True)
        await caller.yes("cancel_appointment", **visit, reason=TEXT)
        practice.fault("hang", method="POST", path="/patient", seconds=4)
        await caller.yes("register_patient", **NEW, email=f"{WORD}@{WORD}.example")
        world.set_online(OFFICE, False)
        await caller.yes("record_payment", patient=patient, amount="7319.47", method="check", reference=TEXT)
        await caller.ask("check_writeback")
    jwt = issuer.token()
    story.tokens |= {jwt, jwt.rpartition(".")[2]}
    for transport in ("sse", "http_legacy"):
        async with calling(story, transport=transport, token=jwt) as caller:
            await caller.ask("office_info", topic="today")
            await caller.ask(TEXT, **{TEXT: TEXT})


async def _asks_and_reads(caller: Caller, patient: str) -> None:
    for topic in ("hours", "address", "phones", "providers", "insurance", "emergency", TEXT):
        await caller.ask("office_info", topic=topic)
    await caller.ask("find_patient", name=TEXT, date_of_birth=BORN, phone=CELL, caller_is=TEXT)
    await caller.ask("find_slots", reason=TEXT, patient=TEXT, date_from=TEXT, provider=TEXT)
    await caller.ask("list_appointments", patient=patient)
    assert (await caller.ask("get_balance", patient=patient)).outcome == "ok"
    assert (await caller.ask("get_insurance", patient=patient)).outcome == "internal"
    await caller.ask("update_patient", patient=patient, field="phone", value=OTHER_CELL)
    await caller.ask("message_office", kind="clinical", name=FIRST, callback=CELL, message=TEXT, urgency="")
    await caller.ask("record_payment", patient=patient, amount="8127.93", method="card", reference=TEXT)
    await caller.ask("cancel_appointment", appointment=TEXT, reason=TEXT)


def _refuse_at_once(patch: pytest.MonkeyPatch) -> None:
    def accept(*_: Any) -> Any:
        raise ApiError("API2019", TEXT, TEXT)

    patch.setattr("sandbox.writes.accept", accept)


def _refuse_later(patch: pytest.MonkeyPatch) -> None:
    def carry_out(*_: Any) -> Any:
        raise RefusedByPmsError(TEXT)

    patch.setattr("sandbox.world.carry_out", carry_out)


def _request(method: str, modern: Any = None, **params: Any) -> str:
    envelope = {"_meta": MODERN} if modern else {}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, **envelope}})


def _modern(method: str, name: str = "") -> dict[str, str]:
    return {
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": method,
        **({"Mcp-Name": name} if name else {}),
    }


# what is wrong: method, path, body and headers
NO_REQUESTS: dict[str, tuple[str, str, str | bytes, dict[str, str]]] = {
    "no JSON": ("POST", "/mcp", "{" + TEXT, {}),
    "no text": ("POST", "/mcp", b'{"jsonrpc":"2.0","id":1,"method":"\xff' + WORD.encode() + b'"}', {}),
    "a list": ("POST", "/mcp", json.dumps([TEXT]), {}),
    "no protocol": ("POST", "/mcp", json.dumps({"id": TEXT, "method": TEXT}), {}),
    "params are a list": (
        "POST",
        "/mcp",
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["Quorxel"]}',
        {},
    ),
    "unknown method": ("POST", "/mcp", _request(WORD), {}),
    "unknown method, modern": ("POST", "/mcp", _request(WORD, modern=True), _modern(WORD)),
    "unknown prompt": ("POST", "/mcp", _request("prompts/get", name=TEXT), {}),
    "unknown resource": ("POST", "/mcp", _request("resources/read", uri=f"file:///{WORD}"), {}),
    "a name that is none": ("POST", "/mcp", _request("tools/call", name={TEXT: TEXT}), {}),
    "other headers": ("POST", "/mcp", _request("tools/list", modern=True), _modern(WORD, WORD)),
    "no envelope": ("POST", "/mcp", _request("tools/list"), _modern("tools/list")),
    "another version": ("POST", "/mcp", _request("tools/list"), {"MCP-Protocol-Version": WORD}),
    "another type": ("POST", "/mcp", _request("tools/list"), {"Content-Type": f"text/{WORD}"}),
    "another answer": ("POST", "/mcp", _request("tools/list"), {"Accept": f"text/{WORD}"}),
    "a session of nobody's": ("POST", f"/messages/?session_id={WORD}", _request("tools/list"), {}),
    "a session that has ended": ("POST", "/messages/?session_id=" + "a" * 32, _request("tools/list"), {}),
    "another path": ("GET", f"/{WORD}", "", {}),
    "another verb": ("DELETE", "/mcp", "", {"Mcp-Session-Id": WORD}),
    "another host": ("POST", "/mcp", "{}", {"Host": f"{WORD}.example"}),
    "another origin": ("POST", "/mcp", "{}", {"Origin": f"https://{WORD}.example"}),
    "another office": ("POST", "/mcp", "{}", {"X-Chairtime-Office": WORD}),
    "another token": ("POST", "/mcp", "{}", {"Authorization": f"Bearer {WORD}"}),
    "no token": ("POST", "/mcp", "{}", {"Authorization": WORD}),
}


async def asks_what_is_no_request(story: Story) -> None:
    """Requests that the protocol, the gate or the app refuses, each with marks in it."""
    [token, *_] = story.tokens
    usual = {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "Authorization": f"Bearer {token}",
    }
    async with httpx2.AsyncClient(base_url=story.server.root, trust_env=False, timeout=10) as http:
        for what, (verb, path, body, headers) in NO_REQUESTS.items():
            story.refused[what] = await http.request(verb, path, content=body, headers=usual | headers)
        story.refused["healthz"] = await http.get("/healthz")
