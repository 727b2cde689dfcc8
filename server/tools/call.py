"""One tool call: whose it is, how long it may take, and what it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from server.desk.answers import Outcome, Unanswerable
from server.desk.front_desk import FrontDesk
from server.desk.identity import may
from server.desk.office import Profile
from server.desk.proofs import PatientProof
from server.sikka.phones import normal_phone
from server.tools.arguments import BadArgument, is_template
from server.tools.language import asked_in
from server.tools.voices import VOICES, Voice
from store.audit import speak_as
from store.database import Change
from store.handles import Handle, Kind, NewHandle, NotAHandle, UnknownHandle, WrongKind
from store.ledger_rows import Writeback
from store.ledger_states import State
from store.offices import Office

LONGEST_CALL_ID: Final = 200
PROVEN: Final = PatientProof("", "", proven=("name", "birth_date"))  # until a handle says otherwise
_CALLER: Final = "caller"  # in the payload of a handle that came of one that shows less
ANSWER_SECONDS: Final = 0.3  # kept back of the deadline for putting the answer together


class BadHandle(Exception):
    """A handle that is of another kind or not known here.

    Attributes:
        wanted: the kind the tool needs.
        given: the kind it got; None where it is unknown, expired, or of another call.
    """

    def __init__(self, wanted: Kind, given: Kind | None = None) -> None:
        super().__init__(wanted.name)
        self.wanted = wanted
        self.given = given


@dataclass(frozen=True)
class Origin:
    """What the runtime tells of a call, none of it from the model.

    Attributes:
        call_id: "" where the runtime gives none.
        caller_number: as asserted by the platform; "" where it gives none.
        office: which office the connection is for; "" for the only one.
        token: who is connected; "" where no token is asked for.
        over_http: whether the call came over HTTP, and not from a parent over stdio.
        language: the code of the one it asks for, whether or not there is a table in it; "" for none.
    """

    call_id: str = ""
    caller_number: str = field(default="", repr=False)
    office: str = ""
    token: str = ""
    over_http: bool = False
    language: str = ""


def origin_of(
    headers: Mapping[str, str] | None, meta: Mapping[str, Any] | None, arguments: Mapping[str, Any]
) -> Origin:
    """Call and caller, looked for where runtimes put them: headers, `_meta`, a hidden argument.

    A caller number among the arguments is the model's word, and counts for nothing.
    """
    header = headers or {}
    extra = meta or {}
    call_id = next(
        (
            text
            for text in (header.get("x-call-id"), extra.get("call_id"), arguments.get("call_id"))
            if isinstance(text, str) and 0 < len(text.strip()) <= LONGEST_CALL_ID and not is_template(text)
        ),
        "",
    )
    number = header.get("x-caller-number") or extra.get("caller_number")
    return Origin(
        call_id=call_id,
        caller_number=normal_phone(number) if isinstance(number, str) else "",
        office=header.get("x-chairtime-office", ""),
        over_http=headers is not None,
        language=asked_in(header, extra),
    )


@dataclass
class Call:
    """A call in progress.

    Attributes:
        scope_key: keyed hash of office, token and call id; None without a call id.
        ends_at: monotonic seconds at which the answer must be on its way.
        language: the code of the wording table that its answers come from.
        patient_key: of the patient whose handle came along.
        row: the write it has put down or asked about, so that a late answer still tells the truth.
        act: what is asked for, by the name under which the wording keeps its sentences.
        caller: what the handles that came along say of the caller: what was shown, and who they are.
        later: what is to be written together with the entry of the answer, before that goes out.
    """

    desk: FrontDesk
    office: Office
    origin: Origin
    scope_key: str | None
    ends_at: float
    language: str
    patient_key: str | None = None
    row: Writeback | None = None
    act: str = ""
    caller: PatientProof = PROVEN
    later: list[Change] = field(default_factory=list[Change])

    @property
    def voice(self) -> Voice:
        """How dates, times, lists and amounts are said in this call."""
        return VOICES[self.language]

    @property
    def seconds_left(self) -> float:
        """What remains for waiting, after what the answer itself needs."""
        return max(0.0, self.ends_at - self.desk.clock.monotonic() - ANSWER_SECONDS)

    def yes_counts(self, asked_at: int) -> bool:
        """Whether a yes to what was offered or read back at `asked_at` (UTC ms) can be the caller's own.

        One that comes sooner was given before anybody can have heard the question.
        """
        return self.desk.clock.now() - asked_at >= self.desk.settings.consent_seconds * 1000

    async def profile(self) -> Profile:
        """The office's profile. Raises SikkaError."""
        return await self.desk.profiles.of(self.office)

    async def handle(self, text: str, kind: Kind) -> Handle:
        """What a handle of this call stands for.

        Raises:
            BadArgument: it is missing, or no handle at all.
            BadHandle: it is of another kind, or not known here.
            Unanswerable: the caller has not shown what this act asks for (`NEED_MORE`), or is
                somebody else (`NEEDS_HUMAN`).
        """
        if not text:
            raise BadArgument(kind.name.casefold())
        try:
            found = await self.desk.store.handles.resolve(
                text,
                kind,
                office=self.office.id,
                scope_key=self.scope_key,
                now=self.desk.clock.now(),
            )
        except NotAHandle:
            raise BadArgument(kind.name.casefold()) from None
        except WrongKind as wrong:
            raise BadHandle(kind, wrong.found) from None
        except UnknownHandle:
            raise BadHandle(kind) from None
        if kind is not Kind.SLOT:
            proof = found.payload if kind is Kind.PATIENT else found.payload.get(_CALLER)
            await self._demand(PatientProof.read(proof) if proof else PROVEN)
        return found

    async def said_before(self) -> str:
        """What the caller said to be to a patient, earlier in this call; "" where they said nothing of it.

        Whatever this tool puts down bears it.
        """
        if self.scope_key is None:
            return ""
        word = await self.desk.store.audit.last_spoken_as(self.office.id, self.scope_key)
        speak_as(word)
        return word

    async def _demand(self, caller: PatientProof) -> None:
        self.caller = caller
        speak_as(caller.caller_is)
        if not caller.marks:
            return
        level = (await self.desk.charters.of(self.office.id)).policy.identity
        missing = may(caller, self.act, level)
        if missing is not None:
            raise Unanswerable(missing, "not_theirs" if missing is Outcome.NEEDS_HUMAN else "not_shown")

    async def issue(self, kind: Kind, subject: str, payload: Mapping[str, Any]) -> str:
        """A handle of this call."""
        return (await self.issue_all([(kind, subject, payload)]))[0]

    async def issue_all(self, new: Sequence[tuple[Kind, str, Mapping[str, Any]]]) -> list[str]:
        """Handles of this call, each for a subject with its payload, in their order; good once it is told."""
        handles, changes = await self.desk.store.handles.prepare(
            [self._marked(*one) for one in new],
            office=self.office.id,
            scope_key=self.scope_key,
            now=self.desk.clock.now(),
        )
        self.later += changes
        return handles

    def _marked(self, kind: Kind, subject: str, payload: Mapping[str, Any]) -> NewHandle:
        """What comes of a handle goes no further than the handle: it bears what its caller had shown."""
        if self.caller.marks and kind in {Kind.APPOINTMENT, Kind.WRITEBACK}:
            subject += self.caller.marks
            payload = {**payload, _CALLER: self.caller.payload()}
        return NewHandle(kind, subject, payload, self._ttl_ms(kind))

    def _ttl_ms(self, kind: Kind) -> int:
        settings = self.desk.settings
        minutes = (
            settings.writeback_handle_days * 24 * 60 if kind is Kind.WRITEBACK else settings.handle_minutes
        )
        return int(minutes * 60_000)

    async def patient(self, text: str, *, registering: bool = False) -> PatientProof:
        """The verified patient a handle stands for.

        Args:
            text: the handle.
            registering: whether a patient who is still being registered, and has no id yet, will do.

        Raises:
            BadArgument: it is missing, or no handle at all.
            BadHandle: it is of another kind, or not known here.
            Unanswerable: the patient is still being registered (`NEEDS_HUMAN`).
        """
        proof = PatientProof.read((await self.handle(text, Kind.PATIENT)).payload)
        if proof.registration and not proof.patient_id:
            row = await self.desk.store.ledger.get(self.office.id, proof.registration)
            self.patient_key = row.patient_key if row is not None else None
            if row is not None and row.state is State.CONFIRMED:
                proof = replace(proof, patient_id=row.created.patient_id)
        self.about(proof.patient_id)
        if not proof.patient_id and not registering:
            raise Unanswerable(Outcome.NEEDS_HUMAN, "being_registered")
        return proof

    def about(self, patient_id: str) -> None:
        """This call carries a handle of that patient, so news of them may ride on it; "" is nobody."""
        if not patient_id or not self.caller.identifies:
            return
        self.patient_key = self.desk.store.index.patient(self.office.id, patient_id)
