"""Messages for the office's people, and what the office says of itself. Neither needs an identity."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from server.desk.answers import Outcome
from server.desk.hours import hours_of
from server.desk.inbox import Message, sounds_like_an_emergency
from server.sikka.phones import normal_phone
from server.tools.arguments import BadArgument
from server.tools.call import Call
from server.tools.card_data import without_card_data
from server.tools.results import Answer
from server.tools.speech import spoken_date, spoken_list
from server.tools.spoken_facts import spoken_address, spoken_hours, spoken_phone
from server.tools.wording import FACT_LIMITS, sentence
from store.inbox import Urgency

DAYS_TOLD: Final = 7
EMERGENCY: Final = "emergency"
NAME_CHARACTERS: Final = 120
CALLBACK_CHARACTERS: Final = 60


async def message(call: Call, values: dict[str, Any]) -> Answer:
    """Put a message down as a task. Nothing but an empty message is asked about."""
    said = Message(
        about=values["kind"],
        name=without_card_data(values["name"])[:NAME_CHARACTERS],
        callback=_callback(values["callback"]),
        text=without_card_data(values["message"]),
    )
    if not (said.text or said.callback):
        raise BadArgument("message")
    is_emergency = values["urgency"] == EMERGENCY or sounds_like_an_emergency(said.text)
    said = Message(
        said.about, said.name, said.callback, said.text, urgent=is_emergency or values["urgency"] == "urgent"
    )
    task, new = await call.desk.inbox.message(call.office.id, said, call.scope_key)
    facts = {"urgent": task.urgency is Urgency.URGENT, "new": new}
    if is_emergency:
        answer = _emergency(call, "message_office")
        answer.facts |= facts
        return answer
    return Answer(Outcome.OK, sentence(call.language, ("message_office", f"ok.{said.about}")), facts=facts)


async def info(call: Call, values: dict[str, Any]) -> Answer:
    """What the office says of itself, by topic; what is not known is said to be so."""
    tell = _TOPICS.get(values["topic"])
    return await tell(call) if tell else _not_known(call)


async def _today(call: Call) -> Answer:
    today = (await call.profile()).clock(call.desk.clock.now()).date()
    days = [today + dt.timedelta(days=ahead) for ahead in range(1, DAYS_TOLD + 1)]
    spoken = [spoken_date(day, today) for day in days]
    return Answer(
        Outcome.OK,
        sentence(
            call.language,
            ("office_info", "today"),
            today=spoken_date(today, today),
            days=spoken_list(spoken, "and"),
        ),
        facts={
            "today": today.isoformat(),
            "days": [
                {"date": day.isoformat(), "spoken": words} for day, words in zip(days, spoken, strict=True)
            ],
        },
    )


async def _hours(call: Call) -> Answer:
    profile = await call.profile()
    today = profile.clock(call.desk.clock.now()).date()
    hours = hours_of(profile, today)
    if hours is None:
        return Answer(Outcome.NEEDS_HUMAN, sentence(call.language, ("office_info", "hours_unknown")))
    words = spoken_hours(hours, today, FACT_LIMITS["hours"])
    return Answer(Outcome.OK, sentence(call.language, ("office_info", "hours"), hours=words))


async def _address(call: Call) -> Answer:
    practice = (await call.profile()).practice
    spoken = spoken_address(practice) if practice else ""
    if not spoken:
        return _not_known(call)
    return Answer(Outcome.OK, sentence(call.language, ("office_info", "address"), address=spoken))


async def _phones(call: Call) -> Answer:
    practice = (await call.profile()).practice
    phone = practice.phone.strip() if practice else ""
    if not phone:
        return _not_known(call)
    spoken = spoken_phone(phone, FACT_LIMITS["phone"])
    return Answer(
        Outcome.OK, sentence(call.language, ("office_info", "phones"), phone=spoken), facts={"phone": phone}
    )


async def _emergency_info(call: Call) -> Answer:
    return _emergency(call, "office_info")


_TOPICS: Final[Mapping[str, Callable[[Call], Awaitable[Answer]]]] = {
    "today": _today,
    "hours": _hours,
    "address": _address,
    "phones": _phones,
    EMERGENCY: _emergency_info,
}
TOPICS: Final = tuple(_TOPICS)
"""What `office_info` knows."""


def _emergency(call: Call, operation: str) -> Answer:
    """The office's own words, with the number to transfer to where there is one. Nothing goes before them."""
    settings = call.desk.settings
    transfer = settings.transfer_number.strip()
    key = f"{EMERGENCY}.transfer" if transfer else EMERGENCY
    words = sentence(
        call.language,
        (operation, key),
        text=settings.emergency_text,
        transfer=spoken_phone(transfer, FACT_LIMITS["transfer"]),
    )
    return Answer(Outcome.OK, words, facts={"transfer": transfer} if transfer else {}, alone=True)


def _not_known(call: Call) -> Answer:
    return Answer(Outcome.NEEDS_HUMAN, sentence(call.language, ("office_info", "not_known")))


def _callback(text: str) -> str:
    """The number as said; a long one abroad may pass for a card's, which a telephone number never is."""
    return (text if normal_phone(text) else without_card_data(text))[:CALLBACK_CHARACTERS]
