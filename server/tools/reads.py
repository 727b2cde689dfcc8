"""Finding a patient, finding a time, and listing what is coming up."""

import contextlib
import datetime as dt
from typing import Any, Final

from server.desk.answers import Outcome, Unanswerable
from server.desk.calendar import Wanted
from server.desk.matching import score_name
from server.desk.office import Profile
from server.desk.openings import Opening, choose
from server.desk.overlay import Visit
from server.desk.patients import Asked
from server.desk.proofs import PatientProof, SlotOffer
from server.desk.reasons import Reason, reason_of
from server.sikka.errors import SikkaError
from server.sikka.phones import normal_phone
from server.tools.arguments import BadArgument, birth_date, iso_date
from server.tools.call import Call
from server.tools.results import Answer, local
from server.tools.speech import spoken_date, spoken_list, spoken_slot
from server.tools.telling import MOST_TOLD, named, visit_facts, visit_phrase
from server.tools.wording import Sentence, phrase, sentence
from store.handles import Kind

OPTIONS: Final = 3
DAYS_LOOKED_AT: Final = (14, 45)  # without a last day: two weeks, and if those are full, six
PROVIDER_SCORE: Final = 0.87  # as a surname is heard: "Marsch" for Marsh, but not "Martin"
NEW: Final = frozenset({"new", "new_child"})


async def find_patient(call: Call, values: dict[str, Any]) -> Answer:
    """Look the caller up, and say what is coming up for them if they are verified."""
    language = call.language
    today = dt.datetime.fromtimestamp(call.desk.clock.now() / 1000, dt.UTC).date() + dt.timedelta(days=1)
    born = birth_date(values["date_of_birth"], today)
    profile = await call.profile()
    phone = normal_phone(values["phone"], profile.region)
    if values["phone"] and not phone:
        raise BadArgument("phone")
    found = await call.desk.patients.find(profile, Asked(values["name"], born, phone))
    if found.outcome is Outcome.NEED_MORE:
        key = "need_more" + (f".{found.missing}" if found.missing else "")
        return Answer(Outcome.NEED_MORE, sentence(language, ("find_patient", key)))
    if found.patient is None:
        return Answer(found.outcome, sentence(language, ("find_patient", "not_verified")))
    return await verified(call, profile, found.patient)


async def verified(call: Call, profile: Profile, proof: PatientProof) -> Answer:
    """The answer to somebody whose record was found."""
    call.about(proof.patient_id)
    handle = await call.issue(Kind.PATIENT, proof.patient_id, proof.payload())
    facts: dict[str, Any] = {"patient": handle, "appointments": []}
    answer = Answer(
        Outcome.VERIFIED,
        sentence(call.language, ("find_patient", "verified.no_calendar")),
        facts=facts,
        handles=[("patient", handle)],
        as_of=call.office.as_of,
    )
    try:
        visits = await call.desk.calendar.of_patient(profile, proof.patient_id)
    except (SikkaError, Unanswerable):
        answer.stale = True
        return answer
    coming = [named(profile, visit) for visit in visits]
    key = "verified.with_appointments" if coming else "verified"
    answer.sentence = sentence(
        call.language, ("find_patient", key), appointments=_spoken_visits(call, coming)
    )
    await _add_visits(call, answer, coming)
    return answer


async def list_appointments(call: Call, values: dict[str, Any]) -> Answer:
    """What is coming up for a verified patient, our own pending writes included."""
    proof = await call.patient(values["patient"], registering=True)
    if not proof.identifies:
        return Answer(Outcome.NEED_MORE, sentence(call.language, ("handle", "not_proven")))
    profile = await call.profile()
    visits = await call.desk.calendar.of_patient(profile, proof.patient_id, proof.registration)
    coming = [named(profile, visit) for visit in visits]
    key = "none" if not coming else "ok" if len(coming) <= MOST_TOLD else "ok.more"
    words = sentence(call.language, ("list_appointments", key), appointments=_spoken_visits(call, coming))
    answer = Answer(Outcome.OK, words, facts={"appointments": []}, as_of=call.office.as_of)
    await _add_visits(call, answer, coming)
    return answer


async def find_slots(call: Call, values: dict[str, Any]) -> Answer:
    """Up to three times that are free, spread over the range asked. Needs no identity."""
    profile = await call.profile()
    now = profile.clock(call.desk.clock.now())
    preferred = ""
    if values["patient"] and values["patient"].casefold() not in NEW:
        patient = await call.patient(values["patient"], registering=True)
        preferred = await _preferred(call, profile, patient)
    first, last = _range(values, now.date(), call.desk.settings.horizon_days)
    reason = reason_of(values["reason"])
    provider_id = _provider(profile, values["provider"])
    found, last = await _look(call, profile, Wanted(reason, first, last or first, provider_id), last)
    chosen = choose(found, count=OPTIONS, preferred_provider=preferred, time_of_day=values["time_of_day"])
    offers = [_offer(profile, opening, reason) for opening in sorted(chosen)]
    facts: dict[str, Any] = {"today": now.date().isoformat(), "slots": []}
    answer = Answer(
        Outcome.OK,
        _slots_sentence(call, offers, first, last, now.date()),
        facts=facts,
        as_of=call.office.as_of,
    )
    for place, offer in enumerate(offers, 1):
        handle = await call.issue(Kind.SLOT, offer.subject, offer.payload())
        spoken = spoken_slot(offer.opening.start, now.date(), offer.provider)
        answer.handles.append((f"slot {place}", handle))
        facts["slots"].append(
            {
                "slot": handle,
                "start": local(offer.opening.start),
                "spoken": spoken,
                "provider": offer.provider,
                "length_minutes": offer.opening.length_minutes,
            }
        )
    return answer


async def _preferred(call: Call, profile: Profile, patient: PatientProof) -> str:
    """Whom the patient sees next, else whom they usually see: a new time is best with the same."""
    if patient.patient_id:
        with contextlib.suppress(SikkaError):
            for visit in await call.desk.calendar.of_patient(profile, patient.patient_id):
                if visit.provider_id in profile.providers:
                    return visit.provider_id
    return patient.provider_id


async def _look(
    call: Call, profile: Profile, wanted: Wanted, last: dt.date | None
) -> tuple[list[Opening], dt.date]:
    """What is free in the range, or without a last day in the shortest range that has anything."""
    horizon = wanted.first + dt.timedelta(days=call.desk.settings.horizon_days)
    ends = [last] if last else [wanted.first + dt.timedelta(days=days - 1) for days in DAYS_LOOKED_AT]
    found: list[Opening] = []
    for end in ends:
        wanted = Wanted(wanted.reason, wanted.first, min(end, horizon), wanted.provider_id)
        found = await call.desk.calendar.free(profile, wanted)
        if found:
            break
    return found, wanted.last


def _slots_sentence(
    call: Call, offers: list[SlotOffer], first: dt.date, last: dt.date, today: dt.date
) -> Sentence:
    if not offers:
        period = phrase(
            call.language,
            ("period", "day" if first == last else "days"),
            date_from=spoken_date(first, today),
            date_to=spoken_date(last, today),
        )
        return sentence(call.language, ("find_slots", "none"), period=period)
    words = spoken_list([spoken_slot(offer.opening.start, today, offer.provider) for offer in offers])
    return sentence(call.language, ("find_slots", "ok" if len(offers) > 1 else "ok.one"), options=words)


def _range(values: dict[str, Any], today: dt.date, horizon_days: int) -> tuple[dt.date, dt.date | None]:
    first = iso_date(values["date_from"], "date_from") or today
    last = iso_date(values["date_to"], "date_to")
    horizon = today + dt.timedelta(days=horizon_days)
    if first < today or (last is not None and last < today):
        raise BadArgument("date_past")
    if last is not None and last < first:
        raise BadArgument("date_order")
    if first > horizon:
        raise BadArgument("date_far")
    return first, min(last, horizon) if last is not None else None


def _provider(profile: Profile, words: str) -> str:
    """The provider a caller names; "" for none. Raises BadArgument for a name nobody there has."""
    if not words:
        return ""

    def fit(number: str) -> float:
        row = profile.providers[number]
        score = score_name(words, row.firstname, row.lastname)
        return max(score.total, score.last, score.first if row.firstname else 0.0)

    best = max(profile.providers, key=fit, default="")
    if not best or fit(best) < PROVIDER_SCORE:
        raise BadArgument("provider")
    return best


def _offer(profile: Profile, opening: Opening, reason: Reason) -> SlotOffer:
    return SlotOffer(opening, reason.name, profile.spoken_providers.get(opening.provider_id, ""))


def _spoken_visits(call: Call, visits: list[Visit]) -> str:
    return spoken_list([visit_phrase(call, visit) for visit in visits[:MOST_TOLD]], "and")


async def _add_visits(call: Call, answer: Answer, visits: list[Visit]) -> None:
    items = [await visit_facts(call, visit) for visit in visits[:MOST_TOLD]]
    answer.facts["appointments"] = items
    answer.handles += [(f"appointment {place}", item["appointment"]) for place, item in enumerate(items, 1)]
