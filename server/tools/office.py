"""Messages for the office's people, and what the office says of itself. Neither needs an identity."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from server.desk.answers import Outcome
from server.desk.charter.standing import Standing
from server.desk.charter.terms import UNSAID, ColumnKind, words_in
from server.desk.inbox import Message, sounds_like_an_emergency
from server.desk.naming import number_in
from server.desk.office import Profile
from server.desk.times.hours import hours_of, is_open
from server.sikka.phones import normal_phone
from server.tools.arguments import BadArgument
from server.tools.call import Call
from server.tools.card_data import without_card_data
from server.tools.results import Answer
from server.tools.speech import spoken_date, spoken_list
from server.tools.spoken_facts import (
    days_in_short,
    digits_apart,
    spoken_address,
    spoken_hours,
    spoken_phone,
)
from server.tools.wording import fact_limit, phrase, sentence
from store.inbox import Urgency

DAYS_TOLD: Final = 14
MOST_NAMED: Final = 6  # of people and plans, as many as can be listened to
EMERGENCY: Final = "emergency"
LAST_WORD: Final = 6  # characters of "and" and what stands around it
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
    await call.said_before()
    task, new = await call.desk.inbox.message(call.office.id, said, call.scope_key)
    facts = {"urgent": task.urgency is Urgency.URGENT, "new": new}
    if is_emergency:
        answer = await _emergency(call, "message_office")
        answer.facts |= facts
        return answer
    return Answer(Outcome.OK, sentence(call.language, ("message_office", f"ok.{said.about}")), facts=facts)


async def info(call: Call, values: dict[str, Any]) -> Answer:
    """What the office says of itself, by topic; what is not known is said to be so."""
    tell = _TOPICS.get(values["topic"])
    return await tell(call) if tell else _not_known(call)


async def _today(call: Call) -> Answer:
    profile, voice = await call.profile(), call.voice
    today = profile.clock(call.desk.clock.now()).date()
    days = [today + dt.timedelta(days=ahead) for ahead in range(1, DAYS_TOLD + 1)]
    facts: dict[str, Any] = {
        "today": today.isoformat(),
        "weekday": voice.weekdays[today.weekday()],
        "days": [{"date": day.isoformat(), "spoken": spoken_date(day, today, voice)} for day in days],
    }
    charter = profile.charter
    greeting = words_in(call.language, charter.greeting)
    facts |= {"greeting": greeting} if greeting else {}
    facts |= {"languages": list(charter.languages)} if charter.languages else {}
    words = sentence(
        call.language,
        ("office_info", "today"),
        today=spoken_date(today, today, voice),
        days=days_in_short(days, voice),
    )
    return Answer(Outcome.OK, words, facts=facts)


async def _hours(call: Call) -> Answer:
    profile = await call.profile()
    today = profile.clock(call.desk.clock.now()).date()
    hours = hours_of(profile, today)
    if hours is None:
        return Answer(Outcome.NEEDS_HUMAN, sentence(call.language, ("office_info", "hours_unknown")))
    words = spoken_hours(hours, today, fact_limit(call.language, "hours"), call.voice)
    return Answer(Outcome.OK, sentence(call.language, ("office_info", "hours"), hours=words))


async def _address(call: Call) -> Answer:
    practice = (await call.profile()).practice
    spoken = spoken_address(practice) if practice else ""
    if not spoken:
        return _not_known(call)
    return Answer(Outcome.OK, sentence(call.language, ("office_info", "address"), address=spoken))


async def _phones(call: Call) -> Answer:
    practice = (await call.profile()).practice
    phone = number_in(practice.phone) if practice else ""
    if not phone:
        return _not_known(call)
    spoken = spoken_phone(phone, fact_limit(call.language, "phone"))
    return Answer(
        Outcome.OK, sentence(call.language, ("office_info", "phones"), phone=spoken), facts={"phone": phone}
    )


async def _providers(call: Call) -> Answer:
    profile = await call.profile()
    named = [one.id for one in profile.charter.providers] or sorted(profile.spoken_providers)
    working = _working(profile)
    names = [
        name for number in named if number in working and (name := profile.spoken_providers.get(number, ""))
    ]
    people = list(dict.fromkeys(names))
    if not people:
        return _not_known(call)
    words = sentence(
        call.language,
        ("office_info", "providers"),
        people=spoken_list(people[:MOST_NAMED], "and", call.voice),
    )
    return Answer(Outcome.OK, words, facts={"providers": people})


def _working(profile: Profile) -> set[str]:
    """Ids of those who may be booked: in the charter's columns, where it names anybody there."""
    columns = [one for one in profile.charter.columns if one.kind is not ColumnKind.OFF]
    named = {number for column in columns for number in column.providers}
    return named if columns and all(column.providers for column in columns) else set(profile.providers)


async def _insurance(call: Call) -> Answer:
    plans = list((await call.profile()).charter.insurance)
    if not plans:
        return _not_known(call)
    shown = plans[:MOST_NAMED]
    while len(", ".join(shown)) > fact_limit(call.language, "plans") - LAST_WORD and len(shown) > 1:
        shown.pop()
    more = len(shown) < len(plans)
    listed = ", ".join(shown) if more else spoken_list(shown, "and", call.voice)
    key = "insurance.more" if more else "insurance"
    words = sentence(call.language, ("office_info", key), plans=listed)
    return Answer(Outcome.OK, words, facts={"insurance": plans})


async def _other_offices(call: Call) -> Answer:
    offices = (await call.profile()).charter.other_offices
    if not offices:
        return _not_known(call)
    facts = [{"name": one.name, "address": one.address, "phone": one.phone} for one in offices]
    told = [
        ", ".join(part for part in (one.name, digits_apart(one.address), _digits(call, one.phone)) if part)
        for one in offices
    ]
    if len("; ".join(told)) > fact_limit(call.language, "offices") - LAST_WORD:
        told = [one.name for one in offices]
    words = sentence(
        call.language, ("office_info", "other_offices"), offices=spoken_list(told, "and", call.voice)
    )
    return Answer(Outcome.OK, words, facts={"other_offices": facts})


def _digits(call: Call, phone: str) -> str:
    return spoken_phone(phone, fact_limit(call.language, "phone")) if phone else ""


async def _emergency_info(call: Call) -> Answer:
    return await _emergency(call, "office_info")


_TOPICS: Final[Mapping[str, Callable[[Call], Awaitable[Answer]]]] = {
    "today": _today,
    "hours": _hours,
    "address": _address,
    "phones": _phones,
    "providers": _providers,
    "insurance": _insurance,
    "other_offices": _other_offices,
    EMERGENCY: _emergency_info,
}
TOPICS: Final = tuple(_TOPICS)
"""What `office_info` knows."""


async def _emergency(call: Call, operation: str) -> Answer:
    """The office's own words, with the number to transfer to where there is one. Nothing goes before them.

    It needs neither Sikka nor a zone: who is in danger is not kept waiting for either.
    """
    standing = await call.desk.charters.of(call.office.id)
    transfer = _number(call, standing).strip()
    key = f"{EMERGENCY}.transfer" if transfer else EMERGENCY
    words = sentence(
        call.language,
        (operation, key),
        text=_emergency_text(call, standing),
        transfer=spoken_phone(transfer, fact_limit(call.language, "transfer")),
    )
    return Answer(Outcome.OK, words, facts={"transfer": transfer} if transfer else {}, alone=True)


def _emergency_text(call: Call, standing: Standing) -> str:
    said = words_in(call.language, standing.policy.emergency_text)
    return phrase(call.language, ("emergency", "unsaid")) if said == UNSAID.emergency_text else said


def _number(call: Call, standing: Standing) -> str:
    """Whom to transfer an urgent call to: who is on call while the office is known to be closed."""
    on_call, profile = standing.charter.phones.on_call, call.desk.profiles.seen(call.office.id)
    if not on_call or profile is None or profile.zone is None:
        return standing.settings.transfer_number or on_call
    now = profile.clock(call.desk.clock.now())
    hours = hours_of(profile, now.date())
    closed = hours is not None and not is_open(hours, now)
    return on_call if closed else standing.settings.transfer_number or on_call


def _not_known(call: Call) -> Answer:
    return Answer(Outcome.NEEDS_HUMAN, sentence(call.language, ("office_info", "not_known")))


def _callback(text: str) -> str:
    """The number as said; a long one abroad may pass for a card's, which a telephone number never is."""
    return (text if normal_phone(text) else without_card_data(text))[:CALLBACK_CHARACTERS]
