"""What people come in for, in their words: how long it takes and whose column it belongs in."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Reason:
    """A kind of visit.

    Attributes:
        name: as it stands in the appointment's description.
        minutes: its usual length.
        hygiene: True for a hygienist's column, False for a dentist's, None for either.
    """

    name: str
    minutes: int
    hygiene: bool | None


CLEANING: Final = Reason("cleaning", 60, hygiene=True)
EXAM: Final = Reason("exam", 30, hygiene=False)
EMERGENCY: Final = Reason("emergency", 30, hygiene=False)
CONSULTATION: Final = Reason("consultation", 30, hygiene=False)
OTHER: Final = Reason("other", 30, hygiene=False)

# Looked through in this order: pain beats whatever else a caller mentions.
WORDS: Final[tuple[tuple[Reason, str], ...]] = (
    (
        EMERGENCY,
        r"emergenc|urgent|pain|hurt|ache|swell|swollen|bleed|broke|crack|chip|knocked|abscess|infect|lost",
    ),
    (CLEANING, r"clean|hygien|prophy|scal|polish|recall"),
    (CONSULTATION, r"consult|second opinion|discuss|implant|invisalign|braces|veneer|whiten"),
    (EXAM, r"exam|check|new patient|x.?ray"),
)


def reason_of(words: str) -> Reason:
    """The reason that a caller's words mean; `OTHER` where none fits."""
    for reason, pattern in WORDS:
        if re.search(pattern, words, re.IGNORECASE):
            return reason
    return OTHER
