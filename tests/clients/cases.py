"""The cases: each is one row of the table, run against one client."""

import asyncio
import datetime as dt
import json
import os
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
from contract import HANDLE, SPOKEN_CHARACTERS
from house import LIMIT_SECONDS, SETTINGS, House, PhoneCall
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from processes import http_server
from reading import CONFIRMED, PENDING, TOO_LATE, Heard
from roster import HEADER, HIDDEN, META, WAYS

from server.tools.toolsets import ALL

SNAPSHOTS = Path(__file__).parent / "snapshots"
WHEN = re.compile(
    r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, [A-Z][a-z]+ \d+(, \d{4})? at [\d:]+ [AP]M"
    r"( with [A-Z]\w*\.? ?\w*)?"
)
STOPS = (0.0, 0.05, 0.5, 1.9)  # seconds after which a call is let go
NO_SCHEMA = {"$ref", "$defs", "definitions", "anyOf", "oneOf", "allOf"}
SEPARATE_WEEKS = {"http": 1, "sse": 3, "stdio": 5}  # without a call's id no time is held for it
Case = Callable[[House], Awaitable[str]]


class DoesNotApplyError(Exception):
    """The client has nothing that this case is about; the text says why."""


def _weeks(number: int) -> str:
    return (dt.datetime.now(dt.UTC).date() + dt.timedelta(weeks=number)).isoformat()


async def schemas(house: House) -> str:
    call = await house.call(call_id="schemas")
    tools = await call.tools()
    assert [tool["name"] for tool in tools] == [spec.name for spec in ALL]
    for tool in tools:
        where = tool["name"]
        assert tool["description"].startswith("Call this"), where
        properties = tool["parameters"]["properties"]
        for form in (tool["parameters"], *tool.get("other_forms", ())):
            assert not NO_SCHEMA & set(_keys(form)), where
            assert "null" not in _leaves(form), where
        for name, argument in properties.items():
            assert argument["type"] in {"string", "boolean", "integer"}, f"{where}.{name}"
            assert argument["description"], f"{where}.{name}"
        wanted = next(spec for spec in ALL if spec.name == where)
        assert list(properties) == [argument.name for argument in wanted.arguments], where
        if house.kind.strict:
            assert tool["strict"] is True, f"{where} is not strict"
            assert set(tool["parameters"]["required"]) == set(properties), where
            assert tool["parameters"]["additionalProperties"] is False, where
    forms = tools[0].get("forms", [])
    return f"{len(tools)} tools" + (f"; forms: {', '.join(forms)}" if forms else "")


async def reads(house: House) -> str:
    """What the model reads, as it reads it, against what is kept of it; times, names and handles left out."""
    call, who = await house.call(call_id="reads"), house.practice.somebody()
    name = f"{who.firstname} {who.lastname}"
    told: list[str] = []

    async def read(tool: str, **arguments: Any) -> Heard:
        [said] = await call.turn((tool, arguments))
        heard = house.kind.hears(said["read"])
        heard.check()
        told.append(f"{tool}\n{_without_chance(said['read'])}\n")
        if said["raw"] is not None:
            _whole_both_ways(said["raw"])
        return heard

    patient = (await read("find_patient", name=name, date_of_birth=str(who.birthdate))).handles["patient"]
    slots = (await read("find_slots", reason="exam", date_from=_weeks(4))).handles
    wish = {"patient": patient, "slot": slots["slot 1"]}
    await read("book_appointment", **wish)
    await asyncio.sleep(0.1)
    pending = await read("book_appointment", **wish, caller_confirmed=True)
    assert pending.says(PENDING), pending.words
    await house.one_effect(who)
    await call.settled()
    [effect] = [one for one in house.practice.world.effects if one.patient_id == who.patient_id]
    confirmed = await read("check_writeback", writeback=pending.handles["writeback"])
    assert confirmed.says(CONFIRMED)
    await asyncio.sleep(0.1)  # more than the gap after which what was told counts as heard
    await read("book_appointment", slot=7)
    ids = {who.patient_id, effect.appointment_sr_no, effect.writeback_id}
    assert not ids & set(re.findall(r"\w+", "\n".join(told))), "an id of the practice's own"
    kept, found = SNAPSHOTS / f"{house.name}.txt", "\n".join(told)
    if os.environ.get("CLIENTS_WRITE"):
        kept.write_text(found, encoding="utf-8")
    assert kept.exists(), "no snapshot"
    assert found == kept.read_text(encoding="utf-8"), f"not as kept in {kept.name}:\n{found}"
    return f"{len(told)} answers as kept"


def _without_chance(read: str) -> str:
    """An answer without what differs from day to day."""
    read = WHEN.sub("(when)", read)
    read = re.sub(r"\(when\)(, (or )?\(when\)| or \(when\))*", "(when)", read)
    read = HANDLE.sub("(handle)", read)
    read = re.sub(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?", "(date)", read)
    read = re.sub(r"Dr\. [A-Z][a-z]+", "(provider)", read)
    return re.sub(r'("slots": )\[.*?\](?=, ")', r"\1[...]", read)


def _whole_both_ways(raw: dict[str, Any]) -> None:
    """One block; the text holds what the structure says, and the structure what the text says."""
    [block], facts = raw["content"], raw["structuredContent"]
    spoken = block["text"].partition(" [not for speaking")[0]
    assert len(spoken) <= SPOKEN_CHARACTERS
    assert spoken == f"{facts['say']} {facts['next']}".strip()
    assert set(HANDLE.findall(block["text"])) == {x for x in _leaves(facts) if HANDLE.fullmatch(str(x))}


async def slow_practice(house: House) -> str:
    """A practice that takes a minute: an answer in the client's time, pending, and the truth later."""
    call, who = await house.call(call_id="slow"), house.practice.somebody()
    wish = await call.wish(who)
    began = time.monotonic()
    heard = await call.book(wish)
    took = time.monotonic() - began
    assert heard.says(PENDING), heard.words
    assert took < house.kind.answers_within
    assert (await call.ask("check_writeback")).says(PENDING)
    await house.effects(who, 0)
    await house.one_effect(who)
    assert (await call.settled()).says(CONFIRMED)
    return f"pending after {took:.1f} s of {house.kind.answers_within:g}"


async def odd_arguments(house: House) -> str:
    """Null, missing, wrong and extra arguments are answered with a question, or as if they were not there."""
    call = await house.call(call_id="odd")
    patient = await call.identify(house.practice.somebody())
    odd: tuple[tuple[str, dict[str, Any]], ...] = (
        ("book_appointment", {}),
        ("book_appointment", {"patient": None, "slot": None}),
        ("book_appointment", {"patient": patient, "slot": 7}),
        ("book_appointment", {"patient": patient, "slot": ["a"], "note": None, "nobody_knows": 1}),
        ("find_patient", {"name": None, "date_of_birth": None, "phone": None, "caller_is": None}),
        ("find_patient", {"name": "{{caller.name}}", "date_of_birth": "{{dob}}"}),
        ("find_slots", {"reason": "exam", "date_from": "next Tuesday"}),
        ("cancel_appointment", {"appointment": "null"}),
    )
    for tool, arguments in odd:
        heard = await call.ask(tool, **arguments)
        if _asked_in_vain(house, heard, tool, arguments):
            continue
        assert "?" in heard.words, f"{tool} {arguments}: {heard.words}"
        assert "pydantic" not in heard.words
    for arguments in ({"reason": None}, {}, {"reason": "exam", "patient": None, "colour": {"a": [1]}}):
        heard = await call.ask("find_slots", **arguments)
        assert _asked_in_vain(house, heard, "find_slots", arguments) or "error" not in heard.words
    await call.slots(reason="exam", provider="", nobody_knows="x")
    return f"{len(odd)} questions"


def _asked_in_vain(house: House, heard: Heard, tool: str, arguments: dict[str, Any]) -> bool:
    """Whether the client itself refused a call for what it lacks: the server never heard of it."""
    spec = next(spec for spec in ALL if spec.name == tool)
    required = set(spec.as_tool().input_schema.get("required", []))
    lacks = bool(required - set(arguments))
    return house.kind.strict and lacks and heard.words.startswith("An error occurred while running the tool")


async def identical_at_once(house: House) -> str:
    call, who = await house.call(call_id="identical"), house.practice.somebody()
    wish = await call.wish(who)
    said = await call.turn(*[("book_appointment", wish)] * 3)
    heard = [house.kind.hears(one["read"]) for one in said]
    for one in heard:
        one.check()
        assert one.says(PENDING), one.words
    assert len({one.handles["writeback"] for one in heard}) == 1
    await house.one_effect(who)
    await call.confirmed(wish)
    await house.effects(who, 1)
    return "3 calls, 1 writeback, 1 appointment"


async def different_at_once(house: House) -> str:
    call = await house.call(call_id="different")
    people = [house.practice.somebody() for _ in range(3)]
    handles = [await call.identify(one) for one in people]
    slots = await call.slots(date_from=_weeks(2))
    assert len(slots) == 3
    wishes = [
        {"patient": p, "slot": s, "caller_confirmed": True} for p, s in zip(handles, slots, strict=True)
    ]
    await asyncio.sleep(0.1)
    heard = [
        house.kind.hears(one["read"]) for one in await call.turn(*[("book_appointment", w) for w in wishes])
    ]
    assert all(one.says(PENDING) for one in heard), heard
    assert len({one.handles["writeback"] for one in heard}) == 3
    for one in people:
        await house.one_effect(one)
    for one in wishes:
        await call.confirmed(one)
    for one in people:
        await house.effects(one, 1)
    return "3 calls, 3 writebacks, 3 appointments"


def let_go(way: str) -> Case:
    """A booking that the runtime cancels after a moment, and then asks for again."""

    async def case(house: House) -> str:
        call = await house.call(way, call_id=f"cancelled-{way}")
        for after in STOPS:
            who = house.practice.somebody()
            wish = await call.wish(who, date_from=_weeks(SEPARATE_WEEKS[way]))
            await call.turn(("book_appointment", wish), stop={"how": "cancel", "after": after})
            heard = await call.book(wish)
            assert heard.says(PENDING), f"after {after}: {heard.words}"
            await house.one_effect(who)
            await call.confirmed(wish)
            await house.effects(who, 1)
        return "at " + ", ".join(f"{after * 1000:.0f}" for after in STOPS) + " ms"

    return case


async def interrupted(house: House) -> str:
    """Talked over in mid-booking, and confirmed a while later: the next answer says so."""
    call, who = await house.call(call_id="interrupted"), house.practice.somebody()
    wish = await call.wish(who)
    [said] = await call.turn(("book_appointment", wish), stop={"how": "interrupt", "after": 0.3})
    assert not said["read"] or not house.kind.hears(_json(said["read"])).says(CONFIRMED)
    await house.one_effect(who)
    heard = await _news(call)
    assert "is now confirmed" in heard.words, heard.words
    await call.confirmed(wish)
    await house.effects(who, 1)
    return "the next answer begins with the news"


async def dropped_outcome(house: House) -> str:
    """Talked over, and confirmed while the call went on: its answer is lost, and the next one says it."""
    call, who = await house.call(call_id="dropped"), house.practice.somebody()
    wish = await call.wish(who)
    going = asyncio.create_task(
        call.turn(("book_appointment", wish), stop={"how": "interrupt", "after": 0.1})
    )
    await house.practice.accepts(who)
    await asyncio.sleep(0.3)  # LiveKit lets it go on from here
    house.carries_out(who)
    await going
    if house.kind.lets_go == "drop":
        await house.told(who)
        await asyncio.sleep(0.2)  # more than the gap after which what was told counts as heard
    heard = await _news(call)
    assert "is now confirmed" in heard.words, heard.words
    await asyncio.sleep(0.2)
    assert not (await call.ask("office_info", topic="hours")).news, "told for ever"
    await house.effects(who, 1)
    return "told once more, and then no more"


async def _news(call: PhoneCall) -> Heard:
    async with asyncio.timeout(LIMIT_SECONDS):
        while not (heard := await call.ask("office_info", topic="hours")).news:
            pass
    return heard


async def restart(house: House) -> str:
    """The server is killed between two calls; the client goes on over the same connection."""
    told = []
    database = f"sqlite:///{house.practice.folder / 'restart.db'}"
    async with http_server(house.practice, **SETTINGS, CHAIRTIME_DATABASE_URL=database) as server:
        calls = [await house.call(way, server=server, call_id=f"restart-{way}") for way in ("http", "sse")]
        people = [house.practice.somebody() for _ in calls]
        wishes = [await call.wish(who, date_from=_weeks(7)) for call, who in zip(calls, people, strict=True)]
        await server.kill()
        server.start_again()
        await server.ready()
        for first, who, wish in zip(calls, people, wishes, strict=True):
            call = first
            way = "http" if first is calls[0] else "sse"
            lost = 0
            async with asyncio.timeout(LIMIT_SECONDS):
                while not (heard := await _unsure(call, wish)).says(PENDING):
                    assert not heard.says(TOO_LATE), heard.words
                    lost += 1
                    if lost > 1:
                        call = await house.call(way, server=server, call_id=f"restart-{way}")
            told.append(f"{way}: " + ("at once" if not lost else f"{lost} lost"))
            if way == "http":
                assert not lost, f"a call was lost over Streamable HTTP: {heard.words}"
            await house.one_effect(who)
            await call.confirmed(wish)
            await house.effects(who, 1)
    return "; ".join(told)


async def _unsure(call: PhoneCall, wish: dict[str, Any]) -> Heard:
    [said] = await call.turn(("book_appointment", wish))
    try:
        return call.house.kind.hears(said["read"])
    except ValueError:
        return Heard(said["read"])


def call_id(how: str) -> Case:
    """The call's id by one way: its handles are good in this call only, and it hears of its own writes."""

    async def case(house: House) -> str:
        if how not in house.kind.tells:
            raise DoesNotApplyError(f"no way to send it as {how}")
        calls = []
        for one in (f"{how}-1", f"{how}-2"):
            given: dict[str, Any] = {
                HEADER: {"headers": {"X-Call-Id": one}},
                META: {"meta": {"call_id": one}},
                HIDDEN: {"hidden": {"call_id": one}},
            }[how]
            calls.append(await house.call(**given))
        first, second = calls
        who = house.practice.somebody()
        wish = await first.wish(who)
        heard = await second.book(wish)
        assert not heard.says(PENDING), f"another call could use its handles: {heard.words}"
        assert (await first.book(wish)).says(PENDING)
        await house.one_effect(who)
        assert (await first.settled()).says(CONFIRMED)
        assert not (await second.ask("check_writeback")).says(CONFIRMED)
        return "handles and news keep to their call"

    return case


async def no_call_id(house: House) -> str:
    call, other = await house.call(), await house.call()
    who = house.practice.somebody()
    wish = await call.wish(who, date_from=_weeks(9))
    heard = await other.book(wish)  # nothing tells them apart, so it is the same call
    assert heard.says(PENDING), heard.words
    assert "?" in (await call.ask("check_writeback")).words
    told = await call.ask("check_writeback", writeback=heard.handles["writeback"])
    assert told.says(PENDING), told.words
    await house.one_effect(who)
    await call.confirmed(wish)
    await house.effects(who, 1)
    return "check_writeback wants a handle"


async def caller_number(house: House) -> str:
    """The platform's word on the number identifies; a number passed as an argument does not."""
    who = _with_a_number(house)
    name, told = f"{who.firstname} {who.lastname}", []
    ways: dict[str, dict[str, Any]] = {
        HEADER: {"headers": {"X-Caller-Number": who.cell}},
        META: {"meta": {"caller_number": who.cell}},
        HIDDEN: {"hidden": {"caller_number": who.cell}},
    }
    for how in house.kind.tells:
        call = await house.call(**ways[how])
        heard = await call.ask("find_patient", name=name)
        assert ("patient" in heard.handles) is (how != HIDDEN), f"{how}: {heard.words}"
        told.append(how)
    call = await house.call()
    assert "patient" not in (await call.ask("find_patient", name=name)).handles
    return f"by {', '.join(how for how in told if how != HIDDEN)}"


def _with_a_number(house: House) -> Any:
    rows = list(house.practice.records.patients.values())
    numbers = [row.cell for row in rows]
    return next(row for row in rows if row.cell and numbers.count(row.cell) == 1 and row.status == "Active")


async def two_eras(house: House) -> str:
    """The client and the SDK in the other era book the same at once, on one endpoint and in one call."""
    mode = "legacy" if house.kind.options.get("mode") == "2026-07-28" else "2026-07-28"
    call, who = await house.call(call_id="eras"), house.practice.somebody()
    wish = await call.wish(who)
    headers = {"X-Call-Id": "eras"}
    async with httpx2.AsyncClient(headers=headers, timeout=30, trust_env=False) as http:
        other = Client(streamable_http_client(f"{house.server.root}/mcp", http_client=http), mode=mode)
        async with other:
            heard, result = await asyncio.gather(call.book(wish), other.call_tool("book_appointment", wish))
    assert heard.says(PENDING), heard.words
    facts = result.structured_content or {}
    assert facts["outcome"] == "pending", facts
    await house.one_effect(who)
    await call.confirmed(wish)
    await house.effects(who, 1)
    return f"beside {mode}"


async def errors(house: House) -> str:
    """What a model reads of an error, where nothing tells it apart from an answer but the words."""
    house.practice.refreshes()
    call, who = await house.call(call_id="errors"), house.practice.somebody()
    wish = await call.wish(who, date_from=_weeks(8))
    database = f"sqlite:///{house.practice.folder / 'errors.db'}"
    # A server that has seen nothing of the office yet, in front of a Sikka that answers nothing sensible.
    more = {
        "CHAIRTIME_DATABASE_URL": database,
        "CHAIRTIME_MIRROR": "off",
        "CHAIRTIME_READ_TIMEOUT_SECONDS": "1",
    }
    async with http_server(house.practice, **SETTINGS, **more) as server:
        call = await house.call(server=server, call_id="errors")
        wish = await call.wish(who, date_from=_weeks(8))
        house.practice.fault("internal_error", times=None)
        try:
            heard = {
                "find_slots": await call.ask("find_slots", reason="exam"),
                "find_patient": await call.ask(
                    "find_patient", name="Anna Lindqvist", date_of_birth="1986-04-12"
                ),
                "book_appointment": await call.book(wish),
            }
        finally:
            house.practice.world.faults.clear()
        for tool, one in heard.items():
            assert re.search(r"I can't|I couldn't", one.words), f"{tool}: {one.words}"
            assert not one.handles, f"{tool}: {one.handles}"
        assert "nothing further was booked" in heard["book_appointment"].words
        assert (await call.book(wish)).says(PENDING)
        if house.kind.any_tool:
            assert "nothing was changed" in (await call.ask("no_such_tool")).words
    await house.one_effect(who)
    return "the words alone tell"


def _json(read: str) -> str:
    """What is no JSON of the client's is its own word for a call that it let go."""
    try:
        json.loads(read)
    except ValueError:
        return json.dumps(read)
    return read


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in _leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in _leaves(inner)]
    return [value]


def _keys(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for inner in value.values() for key in _keys(inner))]
    if isinstance(value, list):
        return [key for inner in value for key in _keys(inner)]
    return []


# Side by side, but for those that upset the practice for everybody.
TOGETHER: dict[str, Case] = {
    "schemas": schemas,
    "model-reads": reads,
    "slow-practice": slow_practice,
    "odd-arguments": odd_arguments,
    "identical-at-once": identical_at_once,
    "different-at-once": different_at_once,
    **{f"cancelled-over-{way}": let_go(way) for way in WAYS},
    "interrupted": interrupted,
    "dropped-outcome": dropped_outcome,
    "restart": restart,
    **{f"call-id-by-{how}": call_id(how) for how in (HEADER, META, HIDDEN)},
    "call-id-not-at-all": no_call_id,
    "caller-number": caller_number,
    "two-eras": two_eras,
}
ALONE: dict[str, Case] = {"errors": errors}
