"""Tool calls as a model gone wrong, or somebody who has one in hand, would make them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from bench.fuzz.values import KEYS, handle, value, written

MODERN: Final = "2026-07-28"
LEGACY: Final = ("", "2025-03-26", "2025-06-18", "2025-11-25")
KINDS: Final = {"patient": "p", "slot": "s", "appointment": "a", "writeback": "w"}
HANDLE: Final = re.compile(r"\b[psaw][0-9a-hjkmnp-tv-z]{10}\b")
MOST_KEPT: Final = 12
CALL_IDS: Final = 4  # of one token
ENVELOPE: Final = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "fuzz", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
# How often a tool is called, beside once: what all others need comes of these.
FIRST: Final = {"find_patient": 4, "find_slots": 3, "book_appointment": 3, "list_appointments": 2}
# What an honest caller would say, by the argument's name.
HONEST: Final[Mapping[str, tuple[Any, ...]]] = {
    "caller_is": ("self", "self", "self", "parent", "other"),
    "reason": ("cleaning", "exam", "exam", "emergency", "root canal"),
    "email": ("sam@example.org", ""),
    "date_from": ("", "2026-12-01"),
    "date_to": ("",),
    "provider": ("", "Dr. Patel"),
    "caller_confirmed": (True, True, False),
    "note": ("prefers mornings", ""),
    "callback": ("860 555 0142",),
    "message": ("please call me",),
    "amount": ("10.00", "25"),
    "reference": ("1001", ""),
    "value": ("860 555 0177", "sam@example.org"),
    "topic": ("hours", "today", "address"),
    "wait_seconds": (0, 0, 1),
    "urgency": ("",),
}


@dataclass(frozen=True)
class Person:
    """Somebody of an office, as a caller gives themselves."""

    first: str
    last: str
    born: str
    phone: str


@dataclass(frozen=True)
class Door:
    """A token, and what may be done with it."""

    number: int
    token: str
    office: str
    path: str
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Call:
    """One call of a tool. `scope` is whose it is: what is told in one may not be told in another."""

    door: Door
    scope: str
    tool: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass
class Caller:
    """Makes calls from the tools' own schemas, with the handles that earlier answers gave.

    Attributes:
        kept: handles by the scope they were given in.
    """

    doors: Sequence[Door]
    tools: Sequence[Mapping[str, Any]]
    kept: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def call(self, chance: Random) -> Call:
        """Another one."""
        door = chance.choice(self.doors)
        call_id = chance.choice(["", *(f"call {number}" for number in range(CALL_IDS))])
        scope = f"{door.number}|{call_id}"
        tool = chance.choices(self.tools, [FIRST.get(tool["name"], 1) for tool in self.tools])[0]
        arguments = self._arguments(chance, door, scope, tool)
        headers = [("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream")]
        meta: dict[str, Any] = {}
        where = chance.randrange(3) if call_id else -1
        if where == 0:
            headers.append(("X-Call-Id", call_id))
        elif where == 1:
            meta["call_id"] = call_id
        elif call_id:
            arguments = {**arguments, "call_id": call_id}
        if chance.random() < 0.1:  # noqa: PLR2004 - now and then
            meta["caller_number"] = value(chance, {})
        params: dict[str, Any] = {"name": tool["name"], "arguments": arguments}
        if chance.random() < 0.5:  # noqa: PLR2004 - half of them
            meta |= ENVELOPE
            headers += [("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/call")]
            headers.append(("Mcp-Name", tool["name"]))
        elif version := chance.choice(LEGACY):
            headers.append(("MCP-Protocol-Version", version))
        if meta:
            params["_meta"] = meta
        body = written(
            {"jsonrpc": "2.0", "id": chance.randrange(10**6), "method": "tools/call", "params": params}
        )
        return Call(door, scope, str(tool["name"]), tuple(headers), body)

    def hears(self, call: Call, text: str) -> None:
        """What an answer gave, for later calls."""
        kept = self.kept.setdefault(call.scope, [])
        kept += [found for found in HANDLE.findall(text) if found not in kept]
        del kept[:-MOST_KEPT]

    def _arguments(self, chance: Random, door: Door, scope: str, tool: Mapping[str, Any]) -> Any:
        person = door.people[sum(scope.encode("ascii")) % len(door.people)]
        schema: Mapping[str, Mapping[str, Any]] = tool["inputSchema"]["properties"]
        given = {name: self._honest(chance, name, about, person, scope) for name, about in schema.items()}
        for _ in range(chance.choice([0, 0, 0, 0, 1, 1, 2, 4])):
            name = chance.choice(list(schema))
            spoiled = handle(chance, self._known(chance, scope, name)) if name in KINDS else ""
            given[name] = chance.choice([spoiled or mark(scope), value(chance, schema[name])])
        if chance.random() < 0.1:  # noqa: PLR2004 - now and then
            given[chance.choice(KEYS)] = value(chance, {})
        if chance.random() < 0.1:  # noqa: PLR2004 - as above
            given.pop(chance.choice(list(given)))
        return given

    def _honest(self, chance: Random, name: str, about: Mapping[str, Any], person: Person, scope: str) -> Any:
        if name in KINDS:
            return self._known(chance, scope, name)
        if name in HONEST:
            return chance.choice(HONEST[name])
        if "enum" in about:
            return chance.choice(about["enum"])
        said = {
            "name": f"{person.first} {person.last}",
            "first_name": mark(scope),
            "last_name": person.last,
            "date_of_birth": person.born,
            "phone": person.phone,
        }
        return said.get(name, about.get("default", mark(scope)))

    def _known(self, chance: Random, scope: str, name: str) -> str:
        """A handle of that kind: of this call mostly, of any other now and then."""
        scopes = [scope] if chance.random() < 0.8 else list(self.kept)  # noqa: PLR2004 - mostly
        kept = [found for each in scopes for found in self.kept.get(each, ()) if found[0] == KINDS[name]]
        return chance.choice(kept) if kept else ""


def mark(scope: str) -> str:
    """A word that only this scope has said, and so no other may hear."""
    number, _, call_id = scope.partition("|")
    letters = [chr(ord("a") + int(text)) for text in (number, call_id.removeprefix("call ") or "25")]
    return f"Zqx{''.join(letters)}qz"
