"""What is said and done about a wish that is not acted on: a task for people, a transfer, another time."""

from dataclasses import dataclass
from typing import Any, Final

from server.desk.answers import Outcome
from server.desk.charter.terms import FollowUp
from server.desk.gate import Diverted, Way
from server.tools.call import Call
from server.tools.results import Answer
from server.tools.spoken_facts import spoken_phone
from server.tools.telling import words_of
from server.tools.wording import Sentence, fact_limit, sentence, write_key
from store.inbox import Task

REQUESTED: Final = "requested"


@dataclass(frozen=True)
class Diversion:
    """An answer, and the task that it speaks of; None where there is none."""

    answer: Answer
    task: Task | None = None


async def divert(call: Call, diverted: Diverted) -> Diversion:
    """Leave a wish to people, or say why it cannot be left to them either. The ledger stays as it is."""
    match diverted.verdict.way:
        case Way.TRANSFER:
            return Diversion(await _transfer(call, diverted))
        case Way.CLOSED:
            return Diversion(_told(call, diverted, Outcome.SLOT_TAKEN, "closed"))
        case _:
            return await _request(call, diverted)


async def _request(call: Call, diverted: Diverted) -> Diversion:
    wish, why = diverted.wish, diverted.verdict.why
    task, new = await call.desk.inbox.request(wish, why)
    key = write_key(wish.operation, REQUESTED, why.value, language=call.language)
    said = sentence(call.language, key, **words_of(call, wish.operation, wish.facts))
    follow_up = (await call.desk.charters.of(call.office.id)).policy.follow_up
    if follow_up is not FollowUp.NONE:
        told = sentence(call.language, ("follow_up", follow_up.value))
        said = Sentence(f"{said.say} {told.say}", said.next, (*said.names, *told.names))
    facts: dict[str, Any] = {"why": why.value}
    if wish.start is not None:
        facts["start"] = wish.start.isoformat(timespec="minutes")
    return Diversion(Answer(Outcome.REQUESTED, said, facts=facts, new=new), task)


async def _transfer(call: Call, diverted: Diverted) -> Answer:
    number = (await call.desk.charters.of(call.office.id)).settings.transfer_number.strip()
    answer = _told(
        call,
        diverted,
        Outcome.NEEDS_HUMAN,
        "transfer",
        spoken_phone(number, fact_limit(call.language, "transfer")),
    )
    answer.facts["transfer"] = number
    return answer


def _told(call: Call, diverted: Diverted, outcome: Outcome, key: str, transfer: str = "") -> Answer:
    wish = diverted.wish
    words = words_of(call, wish.operation, wish.facts)
    said = sentence(call.language, (wish.operation, key), **words, transfer=transfer)
    return Answer(outcome, said, facts={"why": diverted.verdict.why.value})
