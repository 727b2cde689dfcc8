"""What handles carry: who was verified, which time was offered, which visit is meant."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

from server.desk.copies.overlay import Standing, Visit, facts_of
from server.desk.times.openings import Opening
from store.audit import spoken_as

SELF: Final = "self"  # who calls for themselves


def said_to_be() -> dict[str, str]:
    """`caller_is` as whatever the current call puts down keeps it; empty for who calls for themselves."""
    word = spoken_as()
    return {"caller_is": word} if word not in {"", SELF} else {}


@dataclass(frozen=True)
class PatientProof:
    """A patient handle's load: who it is, and what was proven.

    Attributes:
        patient_id: "" while the patient is being registered.
        proven: names of what matched ("name", "birth_date", "phone"; "number" for the one the
            platform asserts).
        registration: the ledger row that registers the patient; "" for one who was there.
        requested: the task that asks people to register the patient; then there is no row of it.
        caller_is: who is calling, as they said it: self, or the parent or guardian of a minor.
        born: ISO, of somebody who is being registered and has no record to read it from; "" otherwise.
    """

    patient_id: str = field(repr=False)
    spoken: str = field(repr=False)
    provider_id: str = ""
    proven: tuple[str, ...] = ()
    registration: str = ""
    requested: str = ""
    caller_is: str = SELF
    born: str = field(default="", repr=False)

    def payload(self) -> dict[str, Any]:
        """As it is sealed."""
        return asdict(self)

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> Self:
        """From what was sealed."""
        return cls(
            patient_id=payload["patient_id"],
            spoken=payload["spoken"],
            provider_id=payload["provider_id"],
            proven=tuple(payload["proven"]),
            registration=payload.get("registration", ""),
            requested=payload.get("requested", ""),
            caller_is=payload.get("caller_is", SELF),
            born=payload.get("born", ""),
        )

    @property
    def subject(self) -> str:
        """What makes it this patient: the registration, while and after it is made, else the record's id."""
        if self.requested:
            return f"requested|{self.requested}"
        return f"registration|{self.registration}" if self.registration else self.patient_id

    @property
    def handle_subject(self) -> str:
        """What makes its handle this one: whoever has shown less, or is another, has a handle of their own.

        Without a call id handles are the office's; they must not gain by what somebody else has shown.
        """
        return self.subject + self.marks

    @property
    def marks(self) -> str:
        """What sets a handle apart from the one of a patient who has shown name and birth date."""
        shown = "" if self.identifies else "|unproven"
        return shown if self.caller_is == SELF else f"{shown}|{self.caller_is}"

    @property
    def identifies(self) -> bool:
        """Whether name and birth date were proven: what listing, moving and cancelling ask for."""
        return {"name", "birth_date"} <= set(self.proven)


@dataclass(frozen=True)
class SlotOffer:
    """A slot handle's load: the time that was offered.

    Attributes:
        adds_for: the patient (`PatientProof.subject`) who was told of another appointment, so that this
            handle means one more; "" for a time merely offered.
    """

    opening: Opening
    reason: str
    provider: str
    adds_for: str = field(default="", repr=False)

    @property
    def subject(self) -> str:
        """What makes it this slot and no other."""
        opening = self.opening
        parts = (opening.start.isoformat(), opening.operatory, opening.provider_id)
        added = ("adds", self.adds_for) if self.adds_for else ()
        return "|".join((*parts, str(opening.length_minutes), *added))

    def payload(self) -> dict[str, Any]:
        """As it is sealed."""
        opening = self.opening
        return {
            "start": opening.start.isoformat(),
            "operatory": opening.operatory,
            "provider_id": opening.provider_id,
            "length_minutes": opening.length_minutes,
            "reason": self.reason,
            "provider": self.provider,
            "adds_for": self.adds_for,
        }

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> Self:
        """From what was sealed."""
        return cls(
            Opening(
                dt.datetime.fromisoformat(payload["start"]),
                payload["operatory"],
                payload["provider_id"],
                int(payload["length_minutes"]),
            ),
            payload["reason"],
            payload["provider"],
            payload.get("adds_for", ""),
        )


def visit_payload(visit: Visit) -> dict[str, Any]:
    """An appointment handle's load."""
    return {
        **facts_of(visit),
        "appointment_sr_no": visit.appointment_sr_no,
        "row_id": visit.row_id,
        "standing": visit.standing.value,
    }


def visit_of_payload(payload: Mapping[str, Any]) -> Visit:
    """The visit an appointment handle stands for."""
    return Visit(
        start=dt.datetime.fromisoformat(payload["start"]),
        length_minutes=int(payload["length_minutes"]),
        operatory=payload["operatory"],
        provider_id=payload["provider_id"],
        patient_id=payload["patient_id"],
        standing=Standing(payload["standing"]),
        appointment_sr_no=payload["appointment_sr_no"],
        provider=payload["provider"],
        row_id=payload["row_id"],
    )


def visit_subject(visit: Visit) -> str:
    """What makes an appointment handle this visit's: the row that made it, else its number in the PMS.

    With the number goes the start: while a move is open the appointment is listed at both of its times.
    """
    if visit.row_id:
        return f"row|{visit.row_id}"
    return f"sr|{visit.appointment_sr_no}|{visit.start.isoformat()}"
