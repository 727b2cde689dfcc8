"""Plays the script of a call: the caller speaks, a tool is called, and the agent says what it answered."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import anyio
from mcp import Client

from server.demo.records import Compared, Records
from server.demo.script import Turn, Where
from server.demo.stage import Stage
from server.failures import Failure

OPEN: Final = frozenset({"pending", "unknown", "overdue"})


@dataclass(frozen=True)
class Pace:
    """How fast the demo runs.

    Attributes:
        writes: least and most seconds until the practice carries out a write.
        thinks: seconds the caller takes before a yes; a yes that comes at once does not count.
        patience: seconds after which a write that is not confirmed ends the demo.
        settings: of the server, beside its defaults.
    """

    writes: tuple[float, float]
    thinks: float = 2.2
    patience: float = 30.0
    settings: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass
class Story:
    """One caller's story, over as many calls as it takes.

    Attributes:
        kept: what earlier answers gave, by the names of the script.
        now: seconds of a clock that only goes forward.
    """

    stage: Stage
    pace: Pace
    records: Records
    kept: dict[str, str] = field(default_factory=dict[str, str])
    now: Callable[[], float] = time.monotonic

    async def call(self, client: Client, call_id: str, turns: Sequence[Turn]) -> bool:
        """Play one call. Returns whether the practice's records agree with all that was said.

        Raises:
            Failure: an answer is not one with which the story can go on.
        """
        agrees = True
        for turn in turns:
            if turn.thinks:
                with self.stage.busy("The caller thinks it over ..."):
                    await anyio.sleep(self.pace.thinks)
            self.stage.caller(turn.caller.format(**self.kept))
            if turn.tool:
                answer = await self._settled(client, call_id, turn)
                self._keep(turn, answer)
                agrees = await self._prove(turn, answer) and agrees
        return agrees

    async def _settled(self, client: Client, call_id: str, turn: Turn) -> dict[str, Any]:
        """The answer to a turn; for a patient caller, the first that is not open any more."""
        ends = self.now() + self.pace.patience
        said = ""
        while True:
            answer = await self._ask(client, call_id, turn)
            if answer["say"] != said:
                said = answer["say"]
                self.stage.agent(said)
            if answer["outcome"] in turn.expects:
                return answer
            if not turn.patient or answer["outcome"] not in OPEN or self.now() > ends:
                raise Failure(
                    f"The demo ended here: {turn.tool} answered {answer['outcome']}, "
                    f"and the story goes on with {' or '.join(sorted(turn.expects))} only. "
                    "Nothing is left running."
                )

    async def _ask(self, client: Client, call_id: str, turn: Turn) -> dict[str, Any]:
        arguments = {
            name: value.format(**self.kept) if isinstance(value, str) else value
            for name, value in turn.arguments.items()
        }
        began = self.now()
        with self.stage.busy(f"{turn.tool} ..."):
            try:
                result = await client.call_tool(turn.tool, arguments, meta={"call_id": call_id})
            except Exception as error:
                raise Failure(
                    f"The server did not answer {turn.tool} ({type(error).__name__}), so the demo ended. "
                    "Nothing is left running."
                ) from error
        answer: dict[str, Any] = result.structured_content or {}
        self.stage.tool(turn.tool, self.now() - began, answer["outcome"])
        return answer

    def _keep(self, turn: Turn, answer: dict[str, Any]) -> None:
        for name, where in turn.keeps.items():
            self.kept[name] = str(_at(turn, answer, where))

    async def _prove(self, turn: Turn, answer: dict[str, Any]) -> bool:
        """Whether what was just said is so."""
        kept = self.kept
        match turn.proof:
            case "booked" | "cancelled" as status:
                lines = await self.records.compare(kept["start"], kept["spoken"], kept["provider"], status)
                self.stage.comparison(f"After this, the caller thinks it is {status}. Is it?", lines)
                return all(line.agrees for line in lines)
            case "listed" | "gone" as stands:
                wanted = [(kept["start"], "booked")] if stands == "listed" else []
                found = [(row["start"], row["status"]) for row in answer["appointments"]]
                if found != wanted:
                    lines = [Compared("the list", str(wanted), str(found), agrees=False)]
                    self.stage.comparison("The list is not what was confirmed before.", lines)
                return found == wanted
            case _:
                return True


def _at(turn: Turn, answer: dict[str, Any], where: Where) -> Any:
    value: Any = answer
    for step in where:
        try:
            value = value[step]
        except (KeyError, IndexError):
            raise Failure(
                f"The demo ended here: the answer of {turn.tool} holds no {'/'.join(map(str, where))}. "
                "Nothing is left running."
            ) from None
    return value
