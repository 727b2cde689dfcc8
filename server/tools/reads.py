"""Finding a patient, and listing what is coming up."""

import datetime as dt
from typing import Any

from server.desk.answers import Outcome, Unanswerable
from server.desk.copies.overlay import Visit
from server.desk.office import Profile
from server.desk.patients import Asked
from server.desk.proofs import PatientProof
from server.desk.times.comers import cleaning_is_due
from server.sikka.errors import SikkaError
from server.sikka.phones import normal_phone
from server.tools.arguments import BadArgument, birth_date
from server.tools.call import Call
from server.tools.results import Answer
from server.tools.speech import spoken_list
from server.tools.spoken_facts import spoken_phone
from server.tools.telling import MOST_TOLD, named, visit_facts, visit_phrase, visit_to_issue
from server.tools.wording import fact_limit, sentence
from store.handles import Kind


async def find_patient(call: Call, values: dict[str, Any]) -> Answer:
    """Look the caller up, and say what is coming up for them if they are verified."""
    language = call.language
    today = dt.datetime.fromtimestamp(call.desk.clock.now() / 1000, dt.UTC).date() + dt.timedelta(days=1)
    born = birth_date(values["date_of_birth"], today)
    profile = await call.profile()
    phone = normal_phone(values["phone"], profile.region)
    if values["phone"] and not phone:
        raise BadArgument("phone")
    number = normal_phone(call.origin.caller_number, profile.region)
    asked = Asked(values["name"], born, phone, number, values["caller_is"])
    call.caller = PatientProof("", "", caller_is=asked.caller_is)  # nothing is shown yet
    found = await call.desk.identity.identify(profile, asked, call.scope_key)
    if found.patient is not None:
        return await verified(call, profile, found.patient)
    if found.outcome is Outcome.LOCKED:
        return await locked(call)
    if found.outcome is Outcome.NEEDS_HUMAN:
        return for_another(call)
    key = found.outcome.value + (f".{found.missing}" if found.missing else "")
    return Answer(found.outcome, sentence(language, ("find_patient", key)))


def for_another(call: Call) -> Answer:
    """The answer to who calls for an adult: whether there is such a patient is not told."""
    return Answer(Outcome.NEEDS_HUMAN, sentence(call.language, ("handle", "for_another")))


async def locked(call: Call) -> Answer:
    """The answer after too many tries, whoever it is: from here on a person helps."""
    transfer = (await call.desk.charters.of(call.office.id)).settings.transfer_number.strip()
    words = sentence(
        call.language,
        ("find_patient", "locked.transfer" if transfer else "locked"),
        transfer=spoken_phone(transfer, fact_limit(call.language, "transfer")),
    )
    return Answer(Outcome.LOCKED, words, facts={"transfer": transfer} if transfer else {})


async def verified(call: Call, profile: Profile, proof: PatientProof) -> Answer:
    """The answer to somebody whose record was found."""
    call.caller = proof
    patient = (Kind.PATIENT, proof.handle_subject, proof.payload())
    if not proof.identifies:  # enough to book by, and not to be told anything
        handle = await call.issue(*patient)
        words = sentence(call.language, ("find_patient", "verified.by_number"))
        return Answer(Outcome.VERIFIED, words, facts={"patient": handle}, handles=[("patient", handle)])
    call.about(proof.patient_id)
    stale = False
    try:
        visits = await call.desk.calendar.of_patient(profile, proof.patient_id)
    except (SikkaError, Unanswerable):
        visits, stale = [], True
    coming = [named(profile, visit) for visit in visits]
    key = "verified.no_calendar" if stale else "verified.with_appointments" if coming else "verified"
    if not stale and not coming and await _is_recalled(call, profile, proof):
        key = "verified.recall"
    spoken = {} if stale else {"appointments": _spoken_visits(call, coming)}
    told = coming[:MOST_TOLD]
    handle, *handles = await call.issue_all([patient, *map(visit_to_issue, told)])
    answer = Answer(
        Outcome.VERIFIED,
        sentence(call.language, ("find_patient", key), **spoken),
        facts={"patient": handle},
        handles=[("patient", handle)],
        as_of=call.office.as_of,
        stale=stale,
        shorter=sentence(call.language, ("find_patient", "verified.with_news")) if coming else None,
    )
    _add_visits(call, answer, told, handles)
    return answer


async def _is_recalled(call: Call, profile: Profile, proof: PatientProof) -> bool:
    """Whether the office wants a cleaning mentioned that is due."""
    copy = await call.desk.copies.of(call.office) if profile.policy.mention_recall else None
    if copy is None:
        return False
    today = profile.clock(call.desk.clock.now()).date()
    return cleaning_is_due(copy.reminders_of(proof.patient_id), profile.charter, today)


async def list_appointments(call: Call, values: dict[str, Any]) -> Answer:
    """What is coming up for a verified patient, our own pending writes included."""
    proof = await call.patient(values["patient"], registering=True)
    profile = await call.profile()
    visits = await call.desk.calendar.of_patient(profile, proof.patient_id, proof.registration)
    coming = [named(profile, visit) for visit in visits]
    key = "none" if not coming else "ok" if len(coming) <= MOST_TOLD else "ok.more"
    words = sentence(call.language, ("list_appointments", key), appointments=_spoken_visits(call, coming))
    answer = Answer(Outcome.OK, words, as_of=call.office.as_of)
    told = coming[:MOST_TOLD]
    _add_visits(call, answer, told, await call.issue_all([visit_to_issue(visit) for visit in told]))
    return answer


def _spoken_visits(call: Call, visits: list[Visit]) -> str:
    return spoken_list([visit_phrase(call, visit) for visit in visits[:MOST_TOLD]], "and", call.voice)


def _add_visits(call: Call, answer: Answer, visits: list[Visit], handles: list[str]) -> None:
    """Put visits into an answer, each with its handle."""
    pairs = zip(visits, handles, strict=True)
    answer.facts["appointments"] = [visit_facts(call, visit, handle) for visit, handle in pairs]
    answer.handles += [(f"appointment {place}", handle) for place, handle in enumerate(handles, 1)]
