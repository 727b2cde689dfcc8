"""Registering a new patient."""

import datetime as dt
from typing import Any, Final

from server.desk.answers import Outcome, Unanswerable
from server.desk.gate import Diverted
from server.desk.identity import GUARDIANS, is_minor
from server.desk.office import Profile
from server.desk.patients import Asked
from server.desk.proofs import SELF, PatientProof
from server.desk.writes.registering import Newcomer
from server.desk.writes.rulebook import Unfit
from server.sikka.bodies import Write
from server.sikka.errors import SikkaError
from server.sikka.phones import normal_phone
from server.sikka.pms_fields import Form
from server.sikka.pms_forms import written
from server.tools.arguments import BadArgument, birth_date
from server.tools.call import Call
from server.tools.diverting import divert
from server.tools.reads import for_another, locked, verified
from server.tools.results import Answer
from server.tools.speech import spoken_date
from server.tools.telling import today_of
from server.tools.wording import sentence
from server.tools.writes import read_back, refusal, row_answer, waited
from store.handles import Kind
from store.inbox import TaskKind
from store.ledger_rows import Writeback
from store.ledger_states import UNDONE, State

# Field of Sikka's that does not fit -> the question to ask; about any other there is nothing to ask.
QUESTIONS: Final[dict[str, str]] = {
    "firstname": "first_name",
    "lastname": "last_name",
    "birthdate": "date_of_birth",
    "cell": "phone",
    "email": "email",
}
# What the office's people are told of a patient who may be there twice.
ALIKE: Final = ""
TWICE_IN_A_CALL: Final = (
    "The same call has sent this name and phone before, with another birth date, and may have booked on that "
    "one. Ask which date is right, and put the two together."
)
_PROVEN: Final = ("name", "birth_date", "phone")


async def register(call: Call, values: dict[str, Any]) -> Answer:
    """Register a new patient, unless somebody of that name and birth date is there already."""
    desk = call.desk
    profile = await call.profile()
    try:
        await desk.registering.demand(profile)
        newcomer = _newcomer(call, profile, values)
        asked = await _asked(call, profile, newcomer)
        if (refused := await _told_nothing(call, profile, asked)) is not None:
            return refused
        row = await desk.registering.asked(profile, newcomer)
        if row is None:
            provider = await desk.registering.provider(profile, call.scope_key)
            write = await desk.registering.write(profile, newcomer, provider)
            return await _look_and_register(
                call, profile, newcomer, asked, write, confirmed=values["caller_confirmed"]
            )
    except Unfit as unfit:
        if unfit.field in QUESTIONS:
            raise BadArgument(QUESTIONS[unfit.field]) from None
        return refusal(call, "register", unfit)
    except Unanswerable as reason:
        return refusal(call, "register", reason)
    except SikkaError:
        return Answer(Outcome.UNAVAILABLE, sentence(call.language, ("register", "unavailable")))
    call.row = row
    return await _row_answer(call, await waited(call, row), asked, new=False)


async def _told_nothing(call: Call, profile: Profile, asked: Asked) -> Answer | None:
    """The answer to whom nothing is told, as when they are looked up; None for others."""
    if await call.desk.identity.was_for_another(profile, asked, call.scope_key):
        return for_another(call)
    if await call.desk.identity.is_locked(profile, asked, call.scope_key):
        return await locked(call)
    return None


def _newcomer(call: Call, profile: Profile, values: dict[str, Any]) -> Newcomer:
    """Who is to be registered. Raises BadArgument for what is missing or cannot be read."""
    for name in ("first_name", "last_name"):
        if not written(Form.NAME, values[name]):
            raise BadArgument(name)
    tomorrow = today_of(call) + dt.timedelta(days=1)
    born = birth_date(values["date_of_birth"], tomorrow)
    if born is None:
        raise BadArgument("date_of_birth")
    phone = normal_phone(values["phone"], profile.region)
    if not phone:
        raise BadArgument("phone")
    if values["email"] and not written(Form.EMAIL, values["email"]):
        raise BadArgument("email")
    return Newcomer(values["first_name"], values["last_name"], born, phone, values["email"])


async def _look_and_register(
    call: Call, profile: Profile, newcomer: Newcomer, asked: Asked, write: Write, *, confirmed: bool
) -> Answer:
    looked = await call.desk.identity.look(profile, asked, newcomer.born, call.scope_key)
    if looked is None:
        return await locked(call)
    if looked.found.patient is not None:
        return await verified(call, profile, looked.found.patient)
    if looked.there:  # more than once: as unclear as when looked up
        return Answer(looked.found.outcome, sentence(call.language, ("find_patient", "not_verified")))
    another = await call.desk.registering.with_another_birth_date(profile, newcomer, call.scope_key)
    key = "needs_confirmation.another" if another else "needs_confirmation"
    said = "|".join((*newcomer.person, newcomer.name, newcomer.phone, newcomer.email, key))
    if not await read_back(call, "register", said, confirmed=confirmed):
        born = spoken_date(newcomer.born, today_of(call), call.voice)
        words = sentence(call.language, ("register", key), name=newcomer.name, born=born)
        return Answer(Outcome.NEEDS_CONFIRMATION, words)
    await call.desk.identity.is_new(profile, asked)
    doubt = TWICE_IN_A_CALL if another else ALIKE if looked.alike else None
    return await _put_down(call, profile, newcomer, asked, write, doubt)


async def _asked(call: Call, profile: Profile, newcomer: Newcomer) -> Asked:
    """As who was looked up; a parent or guardian who said so in this call is one to a minor here too."""
    number = normal_phone(call.origin.caller_number, profile.region)
    said = await call.said_before()
    minor = is_minor(newcomer.born, today_of(call))
    caller_is = said if minor and said in GUARDIANS else SELF
    return Asked(newcomer.name, newcomer.born, newcomer.phone, number, caller_is)


async def _put_down(
    call: Call, profile: Profile, newcomer: Newcomer, asked: Asked, write: Write, doubt: str | None
) -> Answer:
    try:
        put = await call.desk.registering.register(profile, newcomer, write, call.scope_key)
    except Diverted as diverted:
        return await _left_to_people(call, newcomer, asked, diverted)
    call.row = put.row
    call.patient_key = put.row.patient_key
    if put.new and doubt is not None:
        # For the office's eyes alone: the caller learns nothing of who else is a patient.
        await call.desk.inbox.flag(put.row, TaskKind.POSSIBLE_DOUBLE, words=doubt)
    return await _row_answer(call, await waited(call, put.row), asked, new=put.new)


async def _left_to_people(call: Call, newcomer: Newcomer, asked: Asked, diverted: Diverted) -> Answer:
    """A registration that is only asked for: with its handle a time can be asked for too."""
    diversion = await divert(call, diverted)
    if diversion.task is not None:
        proof = PatientProof(
            "",
            newcomer.first,
            proven=_PROVEN,
            requested=diversion.task.id,
            caller_is=asked.caller_is,
            born=newcomer.born.isoformat(),
        )
        await _add_patient(call, diversion.answer, proof)
    return diversion.answer


async def _add_patient(call: Call, answer: Answer, proof: PatientProof) -> None:
    handle = await call.issue(Kind.PATIENT, proof.handle_subject, proof.payload())
    answer.facts["patient"] = handle
    answer.handles.insert(0, ("patient", handle))


async def _row_answer(call: Call, row: Writeback, asked: Asked, *, new: bool) -> Answer:
    """The truth about a registration, with the patient's handle, which can be used at once."""
    answer = await row_answer(call, row, new=new)
    if row.state in UNDONE:
        return answer
    proof = PatientProof(
        patient_id=row.created.patient_id if row.state is State.CONFIRMED else "",
        spoken=str(row.facts["first_name"]),
        provider_id=str(row.facts["provider_id"]),
        proven=_PROVEN,
        registration=row.id,
        caller_is=asked.caller_is,
        born=asked.birth_date.isoformat() if asked.birth_date is not None else "",
    )
    await _add_patient(call, answer, proof)
    return answer
