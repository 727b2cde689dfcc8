"""Plays one call's file turn by turn, and writes down what was said, done and found."""

import time
import traceback
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from callers import Caller, Told

from calls.happenings import happen
from calls.rules import broken, whole
from calls.script import OneCall, Script, Turn, filled
from calls.stage import LIMIT_SECONDS, Stage, set_up

SPEAKS_SECONDS = 3.0  # what a caller takes to say something: a yes that comes at once does not count
AFTERWARDS_SECONDS = 0.3  # real ones: what was found at the end has to stay so


class FailedError(Exception):
    """A call did not go as its file says; the text says what was expected and what was found."""


@dataclass
class Played:
    """How a call went. `seconds` are those that the caller waited for tools; `slowest` for one."""

    title: str
    dialogue: list[str] = field(default_factory=list[str])
    tool_calls: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list[str])

    @property
    def ok(self) -> bool:
        return not self.wrong


@dataclass
class Player:
    """Plays `script` on `stage`; its end may take `patience` real seconds to come true."""

    script: Script
    stage: Stage
    played: Played
    patience: float = LIMIT_SECONDS / 2
    facts: dict[str, Any] = field(default_factory=dict[str, Any])

    async def play(self) -> None:
        """All calls, and the end. Raises FailedError."""
        for number, call in enumerate(self.script.call, 1):
            if number > 1:
                self.note("--- a new call ---")
            await self._call(call, number)
        await self.end()

    def note(self, line: str) -> None:
        self.played.dialogue.append(line)

    async def _call(self, call: OneCall, number: int) -> None:
        async with AsyncExitStack() as stack:
            caller: Caller | None = None
            for turn in call.turn:
                if turn.happens:
                    sentence = filled(turn.happens, self.facts)
                    self.note(f"    ({sentence})")
                    await happen(sentence, self.stage)
                    continue
                self.note(f"Caller: {filled(turn.caller, self.facts)}")
                await self.stage.passes(SPEAKS_SECONDS)
                if turn.tool:
                    caller = caller or await stack.enter_async_context(self.stage.line(call, number))
                    await self._turn(caller, turn)

    async def _turn(self, caller: Caller, turn: Turn) -> None:
        arguments = filled(turn.given, self.facts)
        shown = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        self.note(f"    {turn.tool}({shown})")
        if turn.cut_off_after is not None:
            self.played.tool_calls += 1
            with anyio.move_on_after(turn.cut_off_after) as time_given:
                await caller.ask(turn.tool, **arguments)
            if not time_given.cancelled_caught:
                raise FailedError(f"{turn.tool} was to be cut off, and answered before.")
            self.note(f"    cut off after {turn.cut_off_after} s; nobody hears the answer")
            return
        answers: list[Told] = []

        async def once() -> None:
            began = time.monotonic()
            try:
                told = await caller.ask(turn.tool, **arguments)
            except AssertionError as error:
                rule = traceback.extract_tb(error.__traceback__)[-1].line
                raise FailedError(f"The answer breaks the tool contract: {error}\n  by: {rule}") from error
            except TimeoutError:
                raise FailedError(f"{turn.tool} gave no answer within {caller.seconds:g} s.") from None
            answers.append(told)
            self._count(told, time.monotonic() - began)

        async with anyio.create_task_group() as together:
            for _ in range(turn.at_once):
                together.start_soon(once)
        for told in answers:
            hold_to(turn, told, self.facts, self.script.never)

    def _count(self, told: Told, seconds: float) -> None:
        self.played.tool_calls += 1
        self.played.seconds += seconds
        self.played.slowest = max(self.played.slowest, seconds)
        self.note(f"Agent:  {told.say}")
        if told.facts["next"]:
            self.note(f"        ({told.facts['next']})")
        self.note(f"        [{told.outcome}, {seconds:.2f} s]")
        for fault in broken(told, seconds, self.stage.office.records, self.stage.done()):
            raise FailedError(f"The answer breaks a rule: {fault}.")

    async def end(self) -> None:
        """What has become of it all. Raises FailedError."""
        end, most = self.script.end, self.script.tool_calls_at_most
        if most is not None and self.played.tool_calls > most:
            raise FailedError(f"It took {self.played.tool_calls} tool calls, and {most} are the most.")
        expected = {
            "In the practice": sorted(filled(end.practice, self.facts)),
            "In the ledger": filled(end.ledger, self.facts),
            "In the inbox": sorted(filled(end.inbox, self.facts)),
        }
        found = await self._found()
        with anyio.move_on_after(self.patience):
            while found != expected:
                await anyio.sleep(0.1)
                found = await self._found()
        if found == expected:
            await self.stage.all_is_carried_out()
            await anyio.sleep(AFTERWARDS_SECONDS)
            found = await self._found()
        for where, lines in expected.items():
            if found[where] != lines:
                raise FailedError(
                    f"{where} at the end, expected:\n{_listed(lines)}and found:\n{_listed(found[where])}"
                )
        said = " ".join(str(dict(task.body)) for task in await self.stage.tasks())
        for piece in filled(end.inbox_holds, self.facts):
            if piece not in said:
                raise FailedError(f"Expected {piece!r} in a task of the inbox, and found: {said}")

    async def _found(self) -> dict[str, list[str]]:
        return {
            "In the practice": self.stage.done(),
            "In the ledger": await self.stage.ledger(),
            "In the inbox": await self.stage.inbox(),
        }


def hold_to(turn: Turn, told: Told, facts: dict[str, Any], never: list[str]) -> None:
    """Hold an answer to its turn, and keep of it in `facts` what that names. Raises FailedError."""
    if told.outcome not in turn.answers:
        raise FailedError(f"Expected the answer {' or '.join(turn.answers)}, and found {told.outcome}.")
    for name, place in turn.keep.items():
        facts[name] = _at(told, place)
    for place, wanted in filled(turn.shows, facts).items():
        found = _at(told, place)
        if found != wanted:
            raise FailedError(f"Expected {place} to be {wanted!r}, and found {found!r}.")
    for piece in filled(turn.says, facts):
        if piece.casefold() not in told.spoken.casefold():
            raise FailedError(f"Expected to hear {piece!r}, and heard: {told.spoken}")
    for piece in filled([*turn.never, *never], facts):
        if piece.casefold() in whole(told).casefold():
            raise FailedError(f"{piece!r} must never be said, and was: {whole(told)}")


def _at(told: Told, place: str) -> Any:
    value: Any = told.facts
    for step in place.split("."):
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, ValueError, TypeError):
            raise FailedError(f"The answer shows no {place}: {told.facts}") from None
    return value


def _listed(lines: list[str]) -> str:
    return "".join(f"    {line}\n" for line in lines) or "    nothing\n"


async def play(script: Script, folder: Path, patience: float = LIMIT_SECONDS / 2) -> Played:
    """One call from beginning to end, in a folder of its own; what went wrong stands in what is returned."""
    played = Played(script.title)
    try:
        async with set_up(script.situation, folder) as stage:
            await Player(script, stage, played, patience).play()
    except Exception as error:  # noqa: BLE001 - whatever ends a call is told with its dialogue
        played.wrong += [
            str(each) if isinstance(each, FailedError) else f"{type(each).__name__}: {each}"
            for each in _flat(error)
        ]
    return played


def _flat(error: Exception) -> list[Exception]:
    """What task groups have packed together."""
    if isinstance(error, ExceptionGroup):
        return [inner for each in error.exceptions for inner in _flat(each)]
    return [error]
