"""What the caller of the demo says, and which tool the agent would call on hearing it: data, no code.

The agent's words are not in here. They are the tools' own, so that the demo shows the truth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

CALLER: Final = "Anna Lindqvist"
BORN: Final = "1986-04-12"

# What is looked at when a turn has gone well: the practice's own records, or the list just given.
Proof = Literal["", "booked", "listed", "cancelled", "gone"]
Where = tuple[str | int, ...]
ASKED_FOR: Final = frozenset({"pending", "confirmed"})
CONFIRMED: Final = frozenset({"confirmed"})


@dataclass(frozen=True)
class Turn:
    """One thing the caller says, and the call that an agent makes of it.

    Attributes:
        caller: the words; `{name}` is something kept of an earlier answer.
        tool: called with `arguments`, whose texts are filled in likewise; "" for a goodbye.
        expects: outcomes with which the story goes on.
        keeps: name -> where in the structured content of the answer it stands.
        patient: whether the question is asked again while the practice has not answered.
        thinks: whether the caller takes a moment first; a yes that comes too soon does not count.
    """

    caller: str
    tool: str = ""
    arguments: Mapping[str, str | bool] = field(default_factory=dict[str, str | bool])
    expects: frozenset[str] = frozenset({"ok"})
    keeps: Mapping[str, Where] = field(default_factory=dict[str, Where])
    patient: bool = False
    thinks: bool = False
    proof: Proof = ""


BOOKING: Final[tuple[Turn, ...]] = (
    Turn(
        "Hi, this is Anna Lindqvist. I'd like to come in for a cleaning.",
        "find_patient",
        {"name": CALLER},
        expects=frozenset({"need_more"}),
    ),
    Turn(
        "April twelfth, nineteen eighty-six.",
        "find_patient",
        {"name": CALLER, "date_of_birth": BORN},
        expects=frozenset({"verified"}),
        keeps={"patient": ("patient",)},
    ),
    Turn(
        "What do you have in the afternoon?",
        "find_slots",
        {"reason": "cleaning", "patient": "{patient}", "time_of_day": "afternoon"},
        keeps={
            "slot": ("slots", 0, "slot"),
            "spoken": ("slots", 0, "spoken"),
            "provider": ("slots", 0, "provider"),
        },
    ),
    Turn(
        "{spoken} sounds good.",
        "book_appointment",
        {"patient": "{patient}", "slot": "{slot}"},
        expects=frozenset({"needs_confirmation"}),
    ),
    Turn(
        "Yes, please.",
        "book_appointment",
        {"patient": "{patient}", "slot": "{slot}", "caller_confirmed": True},
        expects=ASKED_FOR,
        thinks=True,
    ),
    Turn(
        "Did it go through?",
        "check_writeback",
        expects=CONFIRMED,
        keeps={"start": ("writebacks", 0, "start")},
        patient=True,
        proof="booked",
    ),
    Turn(
        "And what do I have coming up now?",
        "list_appointments",
        {"patient": "{patient}"},
        proof="listed",
    ),
    Turn("Wonderful, thank you. Goodbye!"),
)

CANCELLING: Final[tuple[Turn, ...]] = (
    Turn(
        "Anna Lindqvist again, born April twelfth, nineteen eighty-six. Something has come up.",
        "find_patient",
        {"name": CALLER, "date_of_birth": BORN},
        expects=frozenset({"verified"}),
        keeps={"patient": ("patient",), "appointment": ("appointments", 0, "appointment")},
    ),
    Turn(
        "I have to cancel that one, I'm sorry.",
        "cancel_appointment",
        {"appointment": "{appointment}", "reason": "something came up"},
        expects=frozenset({"needs_confirmation"}),
    ),
    Turn(
        "Yes, cancel it.",
        "cancel_appointment",
        {"appointment": "{appointment}", "reason": "something came up", "caller_confirmed": True},
        expects=ASKED_FOR,
        thinks=True,
    ),
    Turn("Is it off the books?", "check_writeback", expects=CONFIRMED, patient=True, proof="cancelled"),
    Turn("So nothing is left on my side?", "list_appointments", {"patient": "{patient}"}, proof="gone"),
    Turn("Good to know. Goodbye!"),
)
