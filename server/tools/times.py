"""Offering times: those asked for, the nearest to them, or others in the place of one that is gone."""

import contextlib
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import anyio

from server.desk.answers import Outcome, Unanswerable
from server.desk.copies.overlay import Visit
from server.desk.office import Profile
from server.desk.proofs import PatientProof, SlotOffer
from server.desk.times.comers import NEW, NEW_CHILD, comer_of, due_of
from server.desk.times.openings import Opening
from server.desk.times.reasons import RETURNING, reason_of
from server.desk.times.searching import Ask, Found
from server.sikka.errors import SikkaError
from server.tools.arguments import BadArgument, iso_date
from server.tools.call import Call
from server.tools.providers import provider_named
from server.tools.results import Answer, local
from server.tools.speech import spoken_date, spoken_list
from server.tools.telling import slot_when, today_of
from server.tools.wording import Sentence, phrase, sentence
from store.handles import Kind

UNKNOWN: Final = {
    "": RETURNING,
    **dict.fromkeys(("new", "nuevo", "nueva", "paciente nuevo", "paciente nueva"), NEW),
    **dict.fromkeys(("new_child", "niño nuevo", "niña nueva", "nuevo_niño"), NEW_CHILD),
}


async def find_slots(call: Call, values: dict[str, Any]) -> Answer:
    """Up to three times that are free, or the nearest to what was asked. Needs no identity."""
    profile = await call.profile()
    now = profile.clock(call.desk.clock.now())
    ask = await _ask(call, profile, values, now.date())
    found = await call.desk.finding.find(profile, ask, call.scope_key)
    offers = [_offer(profile, opening, ask.reason.name) for opening in found.options]
    mark = await call.desk.copies.mark(call.office)
    answer = Answer(
        Outcome.OK,
        _sentence(call, ask, found, offers, now.date()),
        facts={"today": now.date().isoformat(), "slots": []},
        as_of=mark.as_of,
        stale=mark.stale,
    )
    await _hand_out(call, answer, offers)
    return answer


async def instead(
    call: Call, profile: Profile, slot: SlotOffer, patient: PatientProof, seen: Sequence[Visit] | None
) -> list[SlotOffer]:
    """Other times in the place of one that is gone, for as long and best with the same provider.

    `seen` are that day's visits as they were looked at, None where they were not: the copy may not show yet
    what has taken the time. Empty where the calendar cannot be seen in the time that is left: the caller is
    told that much anyhow.
    """
    opening, today = slot.opening, today_of(call)
    ask = Ask(
        reason=reason_of(slot.reason, profile.charter),
        first=max(opening.start.date(), today),
        usual_provider=opening.provider_id,
        comer=comer_of(patient, await call.desk.copies.of(call.office), today),
        minutes=opening.length_minutes,
    )
    found: Found | None = None
    with (
        anyio.move_on_after(min(call.desk.settings.slot_check_seconds, call.seconds_left)),
        contextlib.suppress(SikkaError, Unanswerable),
    ):
        days = {} if seen is None else {opening.start.date(): seen}
        found = await call.desk.finding.find(profile, ask, call.scope_key, days)
    return [_offer(profile, option, slot.reason) for option in found.options] if found else []


async def taken(
    call: Call,
    profile: Profile,
    slot: SlotOffer,
    operation: str,
    words: dict[str, str],
    patient: PatientProof,
    *,
    seen: Sequence[Visit] | None,
) -> Answer:
    """What is said of a time that is gone, with others to choose from in the same answer.

    `operation` is what the time was wanted for, as the wording names it; `seen` as for `instead`.
    """
    offers = await instead(call, profile, slot, patient, seen)
    key = ("find_slots", f"instead.{operation}") if offers else (operation, "slot_taken")
    spoken = _options(call, offers)
    answer = Answer(
        Outcome.SLOT_TAKEN,
        sentence(call.language, key, **words, options=spoken),
        facts={"slots": []},
    )
    await _hand_out(call, answer, offers)
    return answer


async def _ask(call: Call, profile: Profile, values: dict[str, Any], today: dt.date) -> Ask:
    """What is asked for. Raises BadArgument, BadHandle."""
    first, last = _range(call, values, today, profile.policy.horizon_days)
    ask = Ask(
        reason=reason_of(values["reason"], profile.charter),
        first=first,
        last=last,
        provider_id=provider_named(call, profile, values["provider"]),
        time_of_day=values["time_of_day"],
    )
    known = UNKNOWN.get(values["patient"].casefold())
    if known is not None:
        return replace(ask, comer=known)
    patient = await call.patient(values["patient"], registering=True)
    if not patient.identifies:  # the times must not tell whom they see, or when they are due
        return ask
    copy = await call.desk.copies.of(call.office)
    reminders = copy.reminders_of(patient.patient_id) if copy is not None else ()
    return replace(
        ask,
        comer=comer_of(patient, copy, today),
        usual_provider=await _usual_provider(call, profile, patient),
        due=due_of(reminders, ask.reason, profile.charter),
    )


async def _usual_provider(call: Call, profile: Profile, patient: PatientProof) -> str:
    """Whom the patient sees next, else whom they usually see: a new time is best with the same."""
    if patient.patient_id:
        with contextlib.suppress(SikkaError):
            for visit in await call.desk.calendar.of_patient(profile, patient.patient_id):
                if visit.provider_id in profile.providers:
                    return visit.provider_id
    return patient.provider_id


def _range(
    call: Call, values: dict[str, Any], today: dt.date, horizon_days: int
) -> tuple[dt.date, dt.date | None]:
    first = iso_date(values["date_from"], "date_from") or today
    last = iso_date(values["date_to"], "date_to")
    horizon = today + dt.timedelta(days=horizon_days)
    if first < today or (last is not None and last < today):
        # An agent that does not know today's date would only ask again for a day that is over.
        raise BadArgument("date_past", today=spoken_date(today, today, call.voice))
    if last is not None and last < first:
        raise BadArgument("date_order")
    if first > horizon:
        raise BadArgument("date_far")
    return first, min(last, horizon) if last is not None else None


def _sentence(call: Call, ask: Ask, found: Found, offers: list[SlotOffer], today: dt.date) -> Sentence:
    words = _options(call, offers)
    if offers and not found.nearest:
        return sentence(call.language, ("find_slots", "ok" if len(offers) > 1 else "ok.one"), options=words)
    if found.not_due is not None:
        return sentence(
            call.language,
            ("find_slots", "not_due.nearest" if offers else "not_due"),
            visit=phrase(call.language, ("not_due", "cleaning" if ask.reason.hygiene else "visit")),
            due=spoken_date(found.not_due, today, call.voice),
            options=words,
        )
    period = phrase(
        call.language,
        ("period", "day" if found.first == found.last else "days"),
        date_from=spoken_date(found.first, today, call.voice),
        date_to=spoken_date(found.last, today, call.voice),
    )
    return sentence(
        call.language, ("find_slots", "nearest" if offers else "none"), period=period, options=words
    )


def _options(call: Call, offers: Iterable[SlotOffer]) -> str:
    return spoken_list([slot_when(call, offer) for offer in offers], "or", call.voice)


def _offer(profile: Profile, opening: Opening, reason: str) -> SlotOffer:
    return SlotOffer(opening, reason, profile.spoken_providers.get(opening.provider_id, ""))


async def _hand_out(call: Call, answer: Answer, offers: Sequence[SlotOffer]) -> None:
    """Put times into an answer, each with a handle of its own."""
    handles = await call.issue_all([(Kind.SLOT, offer.subject, offer.payload()) for offer in offers])
    for place, (offer, handle) in enumerate(zip(offers, handles, strict=True), 1):
        answer.handles.append((f"slot {place}", handle))
        answer.facts["slots"].append(
            {
                "slot": handle,
                "start": local(offer.opening.start),
                "spoken": slot_when(call, offer),
                "provider": offer.provider,
                "length_minutes": offer.opening.length_minutes,
            }
        )
